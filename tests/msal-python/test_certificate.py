"""An unmodified MSAL Python proves itself by a certificate: the daemon's, which is published with the source."""

import hashlib
import ssl
from pathlib import Path

import msal
import pytest

DIRECTORY = Path(__file__).parents[2] / "mock-idp" / "src" / "directory"
KEY = (DIRECTORY / "daemon-key.pem").read_text()
CERTIFICATE = (DIRECTORY / "daemon-certificate.pem").read_text()
DAEMON = "d0000000-0000-4000-8000-000000000004"


def ask(tenant, credential: dict) -> dict:
    app = msal.ConfidentialClientApplication(
        DAEMON, client_credential=credential, authority=tenant.authority, instance_discovery=False
    )
    return app.acquire_token_for_client(["api://calendar/.default"])


THUMBPRINT = {"thumbprint": hashlib.sha1(ssl.PEM_cert_to_DER_cert(CERTIFICATE)).hexdigest()}
NAMED_BY = {
    "thumbprint": THUMBPRINT,  # RS256 with x5t
    "both": {**THUMBPRINT, "public_certificate": CERTIFICATE},  # and x5c
}
if msal.__version__ != "1.34.0":  # which cannot do without a thumbprint
    NAMED_BY["certificate"] = {"public_certificate": CERTIFICATE}  # PS256 with x5t#S256, and x5c


@pytest.mark.parametrize("named_by", NAMED_BY.values(), ids=NAMED_BY)
def test_a_certificate_takes_the_place_of_the_secret(tenant, named_by):
    answer = ask(tenant, {"private_key": KEY, **named_by})
    assert "access_token" in answer, answer


def test_a_thumbprint_that_is_not_the_applications_is_refused(tenant):
    answer = ask(tenant, {"private_key": KEY, "thumbprint": "00" * 20})
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [700027]), answer
