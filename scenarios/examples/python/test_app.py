"""The application in front of a server that makes demands."""

import pytest

from app import App, Refused

CALENDAR, MAIL, PAYROLL, VAULT = (
    "api://calendar/Events.Read", "api://mail/Mail.Read", "api://payroll/Salary.Read", "api://vault/Secrets.Read",
)
# What every client owes.
DUTIES = {
    "no_prompt_before_silent": True,
    "claims_forwarded_unmodified": True,
    "scopes_unchanged_on_escalation": True,
    "same_account_hinted": True,
    "no_identical_request_repeated": "2m",
    "fresh_state_nonce_pkce": True,
}


@pytest.fixture
def app(mock_idp):
    return App(mock_idp.authority, mock_idp.client_id, mock_idp.apis)


def test_the_second_api_wants_consent(app, mock_idp):
    app.call(CALENDAR)
    assert app.call(MAIL)["user"]["username"] == mock_idp.user("ada")
    mock_idp.expect(prompts=2, claims_absent_when_none_given=True, **DUTIES)


def test_the_second_api_wants_a_second_factor(app, mock_idp):
    mock_idp.consent("payroll", "Salary.Read")
    app.call(CALENDAR)
    assert app.call(PAYROLL)["strength"]["amr"] == ["pwd", "mfa"]
    mock_idp.expect(prompts=2, policies_fired=["f0000000-0000-4000-8000-000000000001"], **DUTIES)


def test_one_sign_in_serves_until_somebody_asks_for_more(app, mock_idp):
    for _ in range(3):
        app.call(CALENDAR)
    mock_idp.expect(prompts=1, token_requests={"authorization_code": 1}, no_token_request_while_cached=True)


def test_a_person_who_declines_is_not_asked_twice(app, mock_idp):
    mock_idp.person(visits=[{}, {"consent": "decline"}])
    app.call(CALENDAR)
    with pytest.raises(Refused, match="AADSTS65004"):
        app.call(MAIL)
    mock_idp.expect(prompts=2, **DUTIES)


def test_a_person_who_fails_the_second_factor_gets_nothing(app, mock_idp):
    mock_idp.person(mfa="fail")
    with pytest.raises(Refused):
        app.call(PAYROLL)
    mock_idp.expect(prompts=1)
