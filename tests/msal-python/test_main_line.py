"""The seed's story with an unmodified MSAL Python over TLS: silent fails with claims, interactive with them succeeds."""

import json
import os

import requests

CALENDAR = ["api://calendar/Events.Read"]
MAIL = ["api://mail/Mail.Read"]
PAYROLL = ["api://payroll/Salary.Read"]
API = os.environ["MOCK_IDP_API_URL"]
MFA_FOR_PAYROLL = "f0000000-0000-4000-8000-000000000001"


def call(name: str, result: dict) -> requests.Response:
    return requests.get(f"{API}/{name}", headers={"Authorization": f"Bearer {result['access_token']}"}, timeout=10)


def test_the_second_api_needs_more_and_gets_it_with_the_claims(app, tenant):
    first = app.acquire_token_interactive(CALENDAR, timeout=60)
    assert "access_token" in first, first
    assert call("calendar", first).status_code == 200
    [account] = app.get_accounts()
    assert account["username"] == tenant.user("ada")

    silent = app.acquire_token_silent_with_error(PAYROLL, account)
    assert silent["error"] == "invalid_grant", silent
    assert silent["classification"] == "consent_required"
    claims = json.loads(silent["claims"])
    assert claims == {"access_token": {"capolids": {"essential": True, "values": [MFA_FOR_PAYROLL]}}}

    second = app.acquire_token_interactive(
        PAYROLL, login_hint=account["username"], claims_challenge=silent["claims"], timeout=60
    )
    assert "access_token" in second, second
    answer = call("payroll", second)
    assert answer.status_code == 200
    assert answer.json()["strength"]["amr"] == ["pwd", "mfa"]

    authorizations = [exchange for exchange in tenant.exchanges() if exchange["endpoint"] == "authorize"]
    assert len(authorizations) == 2
    assert authorizations[1]["claims"] == silent["claims"], "handed on byte for byte"


def test_the_first_api_is_still_cached_after_the_second(app, tenant):
    app.acquire_token_interactive(CALENDAR, extra_scopes_to_consent=MAIL, timeout=60)
    [account] = app.get_accounts()
    before = len(tenant.exchanges())
    mail = app.acquire_token_silent_with_error(MAIL, account)
    assert mail["token_source"] == "identity_provider"
    calendar = app.acquire_token_silent_with_error(CALENDAR, account)
    assert calendar["token_source"] == "cache"
    assert app.acquire_token_silent_with_error(MAIL, account)["token_source"] == "cache"
    assert len(tenant.exchanges()) == before + 1


def test_a_user_who_declines_is_an_access_denied(app, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_DENY_CONSENT", "1")
    result = app.acquire_token_interactive(CALENDAR, timeout=60)
    assert result["error"] == "access_denied"
    assert result["error_description"].startswith("AADSTS65004: ")


def test_a_challenge_of_an_api_is_answered_by_one_prompt(app):
    vault = app.acquire_token_interactive(["api://vault/Secrets.Read"], timeout=60)
    [account] = app.get_accounts()
    refused = call("vault/secrets", vault)
    assert refused.status_code == 401
    claims = json.dumps({"access_token": {"acrs": {"essential": True, "value": "c1"}}})
    silent = app.acquire_token_silent_with_error(["api://vault/Secrets.Read"], account, claims_challenge=claims)
    assert silent["classification"] == "basic_action"
    better = app.acquire_token_interactive(
        ["api://vault/Secrets.Read"], login_hint=account["username"], claims_challenge=claims, timeout=60
    )
    assert call("vault/secrets", better).json()["strength"]["acrs"] == ["c1"]
