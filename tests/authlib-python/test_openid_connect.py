"""OpenID Connect as the standard has it: discovery, code with PKCE, an ID token that is really checked, user info, refresh."""

import hashlib
import json
import ssl
from base64 import urlsafe_b64encode

import pytest
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.errors import JoseError

from mock_tenant import (
    BASE,
    CALENDAR,
    DAEMON,
    DAEMON_CERTIFICATE,
    DAEMON_KEY,
    DAEMON_SECRET,
    DESKTOP,
    MFA_FOR_PAYROLL,
    PAYROLL,
    PORTAL,
    PORTAL_API,
    PORTAL_SECRET,
    browse,
    call,
    claims_of,
)


def test_discovery(relying_party, tenant):
    metadata = relying_party().client.load_server_metadata()
    assert metadata["issuer"] == f"{tenant.authority}/v2.0"
    assert "code" in metadata["response_types_supported"]
    required = "authorization_endpoint token_endpoint jwks_uri subject_types_supported id_token_signing_alg_values_supported"
    assert all(metadata[member] for member in required.split())
    keys = relying_party().client.fetch_jwk_set()["keys"]
    assert [(key["kty"], key["use"]) for key in keys] == [("RSA", "sig")]


def test_interactive(relying_party, tenant):
    """Authlib checks signature, issuer, audience, time and nonce of the ID token before it says who signed in."""
    token = relying_party().sign_in()
    who = token["userinfo"]
    assert (who["preferred_username"], who["name"]) == (tenant.user("ada"), "Ada Byron")
    assert (who["aud"], who["tid"]) == (PORTAL, tenant.id)
    asked = dict(tenant.exchanges("authorize")[0]["parameters"])
    assert asked["code_challenge_method"] == "S256" and asked["nonce"] == who["nonce"]


def test_interactive__of_a_public_client(relying_party):
    party = relying_party(client_id=DESKTOP, client_secret=None, scope=f"openid offline_access {CALENDAR}")
    token = party.sign_in()
    assert call("calendar", token["access_token"]).status_code == 200
    assert token["userinfo"]["aud"] == DESKTOP


def test_interactive__max_age_is_answered_by_auth_time(relying_party):
    assert relying_party().sign_in(max_age="600")["userinfo"]["auth_time"] > 0


def test_interactive__a_nonce_of_another_sign_in_is_refused(relying_party):
    party = relying_party()
    token = party.sign_in()
    with party.app.test_request_context(), pytest.raises(JoseError, match="nonce"):
        party.client.parse_id_token(token, nonce="of another sign-in")


def test_common(relying_party, tenant):
    """There the metadata's issuer holds `{tenantid}`, so that the client has to say which one it expects, as with Entra."""
    as_registered = relying_party(authority=f"{BASE}/common").sign_in()
    assert as_registered["error"] == "invalid_claim", as_registered
    expected = {"iss": {"value": f"{tenant.authority}/v2.0"}}
    token = relying_party(authority=f"{BASE}/common", claims_options=expected).sign_in()
    assert token["userinfo"]["tid"] == tenant.id


def test_guest(relying_party, tenant, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_USER", "cy@fabrikam.test")
    who = relying_party().sign_in()["userinfo"]
    assert (who["tid"], who["email"]) == (tenant.id, "cy@fabrikam.test")
    assert who["idp"].startswith(BASE)


def test_consent__declined(relying_party, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_DENY_CONSENT", "1")
    answer = relying_party(scope="openid User.Read").sign_in()
    assert answer["error"] == "access_denied"
    assert answer["description"].startswith("AADSTS65004: ")


def test_consent__no_prompt_allowed(relying_party):
    answer = relying_party().sign_in(prompt="none")
    assert answer["error"] == "login_required", answer


def test_userinfo(relying_party, tenant):
    """OpenID Connect Core 5.3.2: a client compares `sub` with that of the ID token."""
    party = relying_party()
    token = party.sign_in()
    with party.app.test_request_context():
        info = party.client.userinfo(token=token)
    assert info["sub"] == token["userinfo"]["sub"]
    assert (info["name"], info["email"]) == ("Ada Byron", tenant.user("ada"))


def test_userinfo__another_client_knows_another_sub(relying_party):
    portal, desktop = relying_party().sign_in(), relying_party(client_id=DESKTOP, client_secret=None).sign_in()
    assert portal["userinfo"]["sub"] != desktop["userinfo"]["sub"]
    assert portal["userinfo"]["oid"] == desktop["userinfo"]["oid"]


def session(client_id=PORTAL, client_secret=PORTAL_SECRET, **settings):
    return OAuth2Session(client_id, client_secret, **settings)


def test_silent_refresh(relying_party, tenant):
    party = relying_party(scope=f"openid offline_access {PAYROLL}")
    token = party.sign_in()
    tenant.advance_clock("2h")
    assert call("payroll", token["access_token"]).status_code == 401
    endpoint = party.client.load_server_metadata()["token_endpoint"]
    fresh = session(token=token).refresh_token(endpoint)
    assert call("payroll", fresh["access_token"]).status_code == 200
    assert fresh["refresh_token"] != token["refresh_token"]
    assert claims_of(fresh["id_token"])["sub"] == token["userinfo"]["sub"], "OpenID Connect Core 12.2"


def test_widening(relying_party, tenant):
    party = relying_party(client_id=DESKTOP, client_secret=None, scope=f"openid offline_access {CALENDAR}")
    token = party.sign_in()
    tenant.consent("mail", "Mail.Read")
    endpoint = party.client.load_server_metadata()["token_endpoint"]
    public = session(DESKTOP, None, token=token, token_endpoint_auth_method="none")
    mail = public.refresh_token(endpoint, scope="api://mail/Mail.Read")
    assert call("mail", mail["access_token"]).status_code == 200


def test_mfa_claims(relying_party, tenant):
    party = relying_party(client_id=DESKTOP, client_secret=None, scope=f"openid offline_access {CALENDAR}")
    token = party.sign_in()
    tenant.consent("payroll", "Salary.Read")
    endpoint = party.client.load_server_metadata()["token_endpoint"]
    public = session(DESKTOP, None, token=token, token_endpoint_auth_method="none")
    with pytest.raises(OAuthError, match="AADSTS50076") as error:
        public.refresh_token(endpoint, scope=PAYROLL)
    assert error.value.error == "invalid_grant"
    claims = json.dumps(MFA_FOR_PAYROLL)
    better = party.sign_in(scope=f"openid {PAYROLL}", claims=claims)
    assert call("payroll", better["access_token"]).json()["strength"]["amr"] == ["pwd", "mfa"]
    assert tenant.last("authorize")["claims"] == claims


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_client_secret(tenant, method):
    daemon = session(DAEMON, DAEMON_SECRET, token_endpoint_auth_method=method, scope="api://calendar/.default")
    token = daemon.fetch_token(f"{tenant.authority}/oauth2/v2.0/token", grant_type="client_credentials")
    assert call("calendar", token["access_token"]).json()["roles"] == ["Events.Read.All"]


def test_client_secret__wrong(tenant):
    daemon = session(DAEMON, "wrong", scope="api://calendar/.default")
    with pytest.raises(OAuthError) as error:
        daemon.fetch_token(f"{tenant.authority}/oauth2/v2.0/token", grant_type="client_credentials")
    assert error.value.error == "invalid_client"
    assert error.value.description.startswith("AADSTS7000215: ")


def test_certificate(tenant):
    """`private_key_jwt` (OpenID Connect Core 9); which of the certificates it was is said by its thumbprint."""
    endpoint = f"{tenant.authority}/oauth2/v2.0/token"
    thumbprint = hashlib.sha1(ssl.PEM_cert_to_DER_cert(DAEMON_CERTIFICATE)).digest()
    x5t = urlsafe_b64encode(thumbprint).decode().rstrip("=")
    daemon = session(DAEMON, DAEMON_KEY, token_endpoint_auth_method="private_key_jwt", scope="api://calendar/.default")
    daemon.register_client_auth_method(PrivateKeyJWT(endpoint, headers={"x5t": x5t}))
    # The assertion says whose it is (RFC 7521, 4.2); Entra wants to read it beside it all the same.
    token = daemon.fetch_token(endpoint, grant_type="client_credentials", client_id=DAEMON)
    assert claims_of(token["access_token"])["azpacr"] == "2"


def test_password(tenant):
    tenant.consent("calendar", "Events.Read")
    public = session(DESKTOP, None, token_endpoint_auth_method="none", scope=CALENDAR)
    endpoint = f"{tenant.authority}/oauth2/v2.0/token"
    token = public.fetch_token(endpoint, username=tenant.user("ada"), password="Passw0rd!")
    assert call("calendar", token["access_token"]).status_code == 200
    assert tenant.last("token")["grant_type"] == "password"


def test_device_code(tenant):
    """RFC 8628; Authlib knows its polls by the name of the grant alone."""
    public = session(DESKTOP, None, token_endpoint_auth_method="none")
    asked = {"client_id": DESKTOP, "scope": CALENDAR}
    codes = requests.post(f"{tenant.authority}/oauth2/v2.0/devicecode", data=asked, timeout=10).json()
    poll = dict(
        url=f"{tenant.authority}/oauth2/v2.0/token",
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        device_code=codes["device_code"],
    )
    with pytest.raises(OAuthError, match="authorization_pending"):
        public.fetch_token(**poll)
    browse(f"{codes['verification_uri']}?otc={codes['user_code']}")
    assert call("calendar", public.fetch_token(**poll)["access_token"]).status_code == 200


def test_on_behalf_of(relying_party, tenant):
    tenant.consent("payroll", "Salary.Read", client="portal")
    party = relying_party(client_id=DESKTOP, client_secret=None, scope=f"openid {PORTAL_API}")
    portal = session(scope=PAYROLL)

    def exchange(assertion):
        return portal.fetch_token(
            f"{tenant.authority}/oauth2/v2.0/token",
            grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer",
            requested_token_use="on_behalf_of",
            assertion=assertion,
        )

    with pytest.raises(OAuthError, match="AADSTS50076"):
        exchange(party.sign_in()["access_token"])
    strong = party.sign_in(claims=json.dumps(MFA_FOR_PAYROLL))
    assert call("payroll", exchange(strong["access_token"])["access_token"]).status_code == 200


def test_sign_out(relying_party):
    """RP-Initiated Logout: the address comes from the metadata, and the browser comes back with the state."""
    party = relying_party()
    token = party.sign_in()
    with party.app.test_request_context():
        away = party.client.create_logout_url(party.loopback.address, id_token_hint=token["id_token"])
    assert requests.get(away["url"], timeout=10).url.startswith(party.loopback.address)
    assert party.loopback.answer == {"state": away["state"]}
