"""Applications that prove themselves: for themselves, and on behalf of a user."""

import hashlib
import json
import ssl

import msal
import pytest

from mock_tenant import (
    DAEMON,
    DAEMON_CERTIFICATE,
    DAEMON_KEY,
    DAEMON_SECRET,
    MFA_FOR_PAYROLL,
    PAYROLL,
    PORTAL,
    PORTAL_API,
    PORTAL_SECRET,
    browse,
    call,
    challenge,
)

CALENDAR = ["api://calendar/.default"]


@pytest.fixture
def confidential(application):
    def make(client_id, credential, **settings):
        return application(
            client_id, kind=msal.ConfidentialClientApplication, client_credential=credential, **settings
        )

    return make


def test_interactive__by_the_authorization_code_flow(confidential, tenant, loopback):
    """A web application: it redirects, is come back to, and redeems with its secret. `max_age` must bring `auth_time`."""
    app = confidential(PORTAL, PORTAL_SECRET)
    flow = app.initiate_auth_code_flow([PAYROLL], redirect_uri=loopback.address, max_age=600, response_mode="form_post")
    browse(flow["auth_uri"])
    answer = app.acquire_token_by_auth_code_flow(flow, loopback.answer)
    assert answer["id_token_claims"]["auth_time"] > 0, answer
    assert call("payroll", answer["access_token"]).json()["client_id"] == PORTAL


def test_sign_out__of_an_application(confidential, tenant):
    app = confidential(DAEMON, DAEMON_SECRET)
    first = app.acquire_token_for_client(CALENDAR)
    app.remove_tokens_for_client()
    again = app.acquire_token_for_client(CALENDAR)
    assert again["token_source"] == "identity_provider"
    assert again["access_token"] != first["access_token"]


def test_client_secret(confidential, tenant):
    app = confidential(DAEMON, DAEMON_SECRET)
    answer = app.acquire_token_for_client(CALENDAR)
    assert answer["token_source"] == "identity_provider", answer
    assert call("calendar", answer["access_token"]).json()["roles"] == ["Events.Read.All"]
    before = tenant.count()
    assert app.acquire_token_for_client(CALENDAR)["token_source"] == "cache"
    assert tenant.count() == before


def test_client_secret__wrong(confidential):
    answer = confidential(DAEMON, "wrong").acquire_token_for_client(CALENDAR)
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000215]), answer


THUMBPRINT = {"thumbprint": hashlib.sha1(ssl.PEM_cert_to_DER_cert(DAEMON_CERTIFICATE)).hexdigest()}
NAMED_BY = {
    "thumbprint": THUMBPRINT,  # RS256 with x5t
    "both": {**THUMBPRINT, "public_certificate": DAEMON_CERTIFICATE},  # and x5c
}
if msal.__version__ != "1.34.0":  # which cannot do without a thumbprint
    NAMED_BY["certificate"] = {"public_certificate": DAEMON_CERTIFICATE}  # PS256 with x5t#S256, and x5c


@pytest.mark.parametrize("named_by", NAMED_BY.values(), ids=NAMED_BY)
def test_certificate(confidential, named_by):
    answer = confidential(DAEMON, {"private_key": DAEMON_KEY, **named_by}).acquire_token_for_client(CALENDAR)
    assert "access_token" in answer, answer


def test_certificate__not_the_applications(confidential):
    app = confidential(DAEMON, {"private_key": DAEMON_KEY, "thumbprint": "00" * 20})
    answer = app.acquire_token_for_client(CALENDAR)
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [700027]), answer


def test_on_behalf_of(app, confidential, tenant, sign_in):
    """The portal gets claims from the token endpoint, and hands them to its client, which comes back with a better token."""
    portal = confidential(PORTAL, PORTAL_SECRET)
    tenant.consent("payroll", "Salary.Read", client="portal")
    weak = sign_in(app, PORTAL_API)
    [account] = app.get_accounts()
    refused = portal.acquire_token_on_behalf_of(weak["access_token"], [PAYROLL])
    assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [50076]), refused
    assert json.loads(refused["claims"]) == MFA_FOR_PAYROLL

    strong = sign_in(app, PORTAL_API, login_hint=account["username"], claims_challenge=refused["claims"])
    payroll = portal.acquire_token_on_behalf_of(strong["access_token"], [PAYROLL])
    answer = call("payroll", payroll["access_token"]).json()
    assert (answer["user"]["username"], answer["client_id"]) == (tenant.user("ada"), PORTAL)
    assert answer["strength"]["amr"] == ["pwd", "mfa"]


def test_on_behalf_of__by_the_mock_portal(app, tenant, sign_in):
    """The mock's own portal does the same behind /api/portal/salary: its 401 carries payroll's claims."""
    tenant.consent("payroll", "Salary.Read", client="portal")
    weak = sign_in(app, PORTAL_API)
    [account] = app.get_accounts()
    claims = challenge(call("portal/salary", weak["access_token"]))
    assert json.loads(claims) == MFA_FOR_PAYROLL
    silent = app.acquire_token_silent_with_error([PORTAL_API], account, claims_challenge=claims)
    assert silent["classification"] == "basic_action", silent
    strong = sign_in(app, PORTAL_API, login_hint=account["username"], claims_challenge=silent.get("claims") or claims)
    answer = call("portal/salary", strong["access_token"])
    assert answer.json()["downstream"]["api"] == "payroll"
