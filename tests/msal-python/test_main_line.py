"""The desktop application of the seed: silent first, and what it takes to go on when silent is not enough."""

import json
from base64 import urlsafe_b64encode

from mock_tenant import CALENDAR, MAIL, MFA_FOR_PAYROLL, NEWS, PAYROLL, VAULT, call, challenge


def test_interactive(app, tenant, sign_in):
    first = sign_in(app, CALENDAR)
    assert first["token_source"] == "identity_provider"
    assert first["scope"] == CALENDAR
    assert call("calendar", first["access_token"]).status_code == 200
    [account] = app.get_accounts()
    assert account["username"] == tenant.user("ada") == first["id_token_claims"]["preferred_username"]
    assert account["home_account_id"] == f"{first['id_token_claims']['oid']}.{tenant.id}"
    assert first["id_token_claims"]["iss"] == f"{tenant.authority}/v2.0"


def test_silent_hit(app, tenant, sign_in):
    first = sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    before = tenant.count()
    again = app.acquire_token_silent_with_error([CALENDAR], account)
    assert (again["token_source"], again["access_token"]) == ("cache", first["access_token"])
    assert tenant.count() == before, "nothing was asked"


def test_silent_hit__default_scope(app, tenant, sign_in):
    tenant.consent("mail", "Mail.Read", "Mail.Send")
    sign_in(app, "api://mail/.default")
    [account] = app.get_accounts()
    for scope in ("api://mail/.default", MAIL):
        assert app.acquire_token_silent_with_error([scope], account)["token_source"] == "cache"


def test_silent_refresh(app, tenant, sign_in):
    """MSAL goes by this machine's clock, so that the API has to say that the token has expired in the tenant."""
    first = sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    tenant.advance_clock("2h")
    expired = call("calendar", first["access_token"])
    assert expired.status_code == 401 and "expired" in expired.headers["WWW-Authenticate"]
    fresh = app.acquire_token_silent_with_error([CALENDAR], account, force_refresh=True)
    assert fresh["token_source"] == "identity_provider", fresh
    assert call("calendar", fresh["access_token"]).status_code == 200
    assert tenant.last("token")["grant_type"] == "refresh_token"
    assert app.acquire_token_silent_with_error([CALENDAR], account)["access_token"] == fresh["access_token"]


def answered_before(first, expires_in, **more) -> dict:
    """What the token endpoint is to answer once: a token whose times are such that MSAL's own clock has something to do."""
    [uid, utid] = first["id_token_claims"]["oid"], first["id_token_claims"]["tid"]
    client_info = urlsafe_b64encode(json.dumps({"uid": uid, "utid": utid}).encode()).decode().rstrip("=")
    answer = {
        "token_type": "Bearer",
        "scope": CALENDAR,
        "expires_in": expires_in,
        "access_token": "made to order",
        "id_token": first["id_token"],
        "client_info": client_info,
    }
    return {"endpoint": "token", "status": 200, "content_type": "application/json", "body": json.dumps(answer | more)}


def test_silent_refresh__of_a_token_with_less_than_five_minutes(app, tenant, sign_in):
    first = sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    tenant.fault(**answered_before(first, expires_in=299))
    late = app.acquire_token_silent_with_error([CALENDAR], account, force_refresh=True)
    assert late["access_token"] == "made to order"
    fresh = app.acquire_token_silent_with_error([CALENDAR], account)
    assert fresh["token_source"] == "identity_provider"
    assert call("calendar", fresh["access_token"]).status_code == 200


def test_silent_refresh__ahead_of_time(app, tenant, sign_in):
    """`refresh_in` has passed: MSAL tries, and keeps what it has if that fails."""
    first = sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    tenant.fault(**answered_before(first, expires_in=86400, refresh_in=-1))
    app.acquire_token_silent_with_error([CALENDAR], account, force_refresh=True)
    tenant.fault(endpoint="token", code=90055, retry_after=1)
    before = tenant.count("token")
    kept = app.acquire_token_silent_with_error([CALENDAR], account)
    assert (kept["token_source"], kept["access_token"]) == ("cache", "made to order")
    assert tenant.count("token") == before + 1


def test_silent_refresh__after_ninety_days_unused(app, tenant, sign_in):
    sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    tenant.advance_clock("2161h")
    dead = app.acquire_token_silent_with_error([CALENDAR], account, force_refresh=True)
    assert (dead["error"], dead["error_codes"], dead["suberror"]) == ("invalid_grant", [700082], "bad_token")
    assert dead["classification"] == ""


def test_widening(app, tenant, sign_in):
    first = sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    tenant.consent("mail", "Mail.Read")
    before = tenant.count()
    mail = app.acquire_token_silent_with_error([MAIL], account)
    assert mail["token_source"] == "identity_provider", mail
    assert call("mail", mail["access_token"]).status_code == 200
    assert app.acquire_token_silent_with_error([MAIL], account)["token_source"] == "cache"
    calendar = app.acquire_token_silent_with_error([CALENDAR], account)
    assert calendar["access_token"] == first["access_token"], "the first API is still cached"
    assert tenant.count() == before + 2, "one token request and one call"


def test_widening__consented_up_front(app, tenant, sign_in):
    sign_in(app, CALENDAR, extra_scopes_to_consent=[MAIL])
    [account] = app.get_accounts()
    before = tenant.count()
    assert app.acquire_token_silent_with_error([MAIL], account)["token_source"] == "identity_provider"
    assert tenant.count() == before + 1


def test_consent(app, tenant, sign_in):
    sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    refused = app.acquire_token_silent_with_error([MAIL], account)
    assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [65001]), refused
    assert refused["suberror"] == refused["classification"] == "consent_required"
    assert "claims" not in refused
    mail = sign_in(app, MAIL, login_hint=account["username"])
    assert call("mail", mail["access_token"]).status_code == 200
    assert app.acquire_token_silent_with_error([MAIL], account)["token_source"] == "cache"


def test_consent__declined(app, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_DENY_CONSENT", "1")
    answer = app.acquire_token_interactive([CALENDAR], timeout=60)
    assert answer["error"] == "access_denied"
    assert answer["error_description"].startswith("AADSTS65004: ")


def test_mfa_claims(app, tenant, sign_in):
    tenant.consent("payroll", "Salary.Read")
    sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    silent = app.acquire_token_silent_with_error([PAYROLL], account)
    assert (silent["error"], silent["error_codes"]) == ("invalid_grant", [50076]), silent
    assert silent["classification"] == "basic_action"
    assert json.loads(silent["claims"]) == MFA_FOR_PAYROLL

    second = sign_in(app, PAYROLL, login_hint=account["username"], claims_challenge=silent["claims"])
    answer = call("payroll", second["access_token"])
    assert answer.status_code == 200
    assert answer.json()["strength"]["amr"] == ["pwd", "mfa"]
    assert tenant.count("authorize") == 2
    assert tenant.last("authorize")["claims"] == silent["claims"], "handed on byte for byte"


def test_mfa_claims__and_consent_in_one(app, sign_in):
    sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    silent = app.acquire_token_silent_with_error([PAYROLL], account)
    assert silent["classification"] == "consent_required"
    assert json.loads(silent["claims"]) == MFA_FOR_PAYROLL
    second = sign_in(app, PAYROLL, login_hint=account["username"], claims_challenge=silent["claims"])
    assert call("payroll", second["access_token"]).status_code == 200


def test_mfa_claims__enrolment(app, tenant, sign_in, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_USER", tenant.user("bo"))
    tenant.consent("payroll", "Salary.Read")
    sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    silent = app.acquire_token_silent_with_error([PAYROLL], account)
    assert silent["error_codes"] == [50079], silent
    second = sign_in(app, PAYROLL, login_hint=account["username"], claims_challenge=silent["claims"])
    assert call("payroll", second["access_token"]).status_code == 200


def test_mfa_claims__failed(app, tenant, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_FAIL_MFA", "1")
    answer = app.acquire_token_interactive([PAYROLL], timeout=60)
    assert answer["error"] == "access_denied", answer


def test_api_challenge(app, tenant, sign_in):
    vault = sign_in(app, VAULT)
    [account] = app.get_accounts()
    assert call("vault", vault["access_token"]).status_code == 200
    claims = challenge(call("vault/secrets", vault["access_token"]))
    assert json.loads(claims) == {"access_token": {"acrs": {"essential": True, "value": "c1"}}}

    silent = app.acquire_token_silent_with_error([VAULT], account, claims_challenge=claims)
    assert silent["classification"] == "basic_action"
    assert tenant.last("token")["claims"] == claims
    better = sign_in(app, VAULT, login_hint=account["username"], claims_challenge=claims)
    assert call("vault/secrets", better["access_token"]).json()["strength"]["acrs"] == ["c1"]
    assert tenant.last("authorize")["claims"] == claims


def test_api_challenge__met_without_a_prompt(app, tenant, sign_in):
    sign_in(app, PAYROLL, extra_scopes_to_consent=[VAULT])
    [account] = app.get_accounts()
    vault = app.acquire_token_silent_with_error([VAULT], account)
    claims = challenge(call("vault/secrets", vault["access_token"]))
    better = app.acquire_token_silent_with_error([VAULT], account, claims_challenge=claims)
    assert call("vault/secrets", better["access_token"]).status_code == 200
    assert tenant.count("authorize") == 1


def test_cae(application, tenant, sign_in):
    app = application(client_capabilities=["cp1"])
    news = sign_in(app, NEWS)
    assert news["expires_in"] >= 20 * 3600
    assert "refresh_on" in news or "refresh_in" not in news
    assert json.loads(tenant.last("authorize")["claims"]) == {"access_token": {"xms_cc": {"values": ["cp1"]}}}
    assert call("news", news["access_token"]).status_code == 200
    [account] = app.get_accounts()

    tenant.control("POST", f"/users/{tenant.user('ada')}/revoke_sessions")
    claims = challenge(call("news", news["access_token"]))
    assert json.loads(claims)["access_token"]["nbf"]["essential"] is True

    silent = app.acquire_token_silent_with_error([NEWS], account, claims_challenge=claims)
    assert (silent["error"], silent["error_codes"], silent["suberror"]) == ("invalid_grant", [50173], "bad_token")
    assert silent["classification"] == ""
    sent = json.loads(tenant.last("token")["claims"])["access_token"]
    assert sent == json.loads(claims)["access_token"] | {"xms_cc": {"values": ["cp1"]}}

    again = sign_in(app, NEWS, login_hint=account["username"], claims_challenge=claims)
    assert call("news", again["access_token"]).status_code == 200


def test_cae__a_client_that_cannot_keeps_its_short_token(app, tenant, sign_in):
    news = sign_in(app, NEWS)
    assert news["expires_in"] <= 90 * 60
    tenant.control("POST", f"/users/{tenant.user('ada')}/revoke_sessions")
    assert call("news", news["access_token"]).status_code == 200
