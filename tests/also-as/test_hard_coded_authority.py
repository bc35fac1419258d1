"""A program with a hard-coded authority, unmodified: MSAL Python with the public cloud's address and its defaults.

`mock-idp run --also-as login.microsoftonline.com` sets the proxy, the roots and the browser; nothing here knows of the mock but
the control API, which is asked for the tenant's consent and log.
"""

import base64
import json
import os

import msal
import pytest
import requests

TENANT = os.environ["MOCK_IDP_TENANT_ID"]
AUTHORITY = f"https://login.microsoftonline.com/{TENANT}"
CONTROL = f"{os.environ['MOCK_IDP_URL']}/_mock/tenants/{TENANT}"
CALENDAR = ["api://calendar/Events.Read"]


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setenv("MOCK_IDP_USER", "ada@contoso.test")
    requests.post(f"{os.environ['MOCK_IDP_URL']}/_mock/reset", timeout=10).raise_for_status()
    return msal.PublicClientApplication(os.environ["MOCK_IDP_CLIENT_ID"], authority=AUTHORITY)


def claims(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_interactive__goes_through_the_name_and_the_api_takes_its_token(app):
    result = app.acquire_token_interactive(CALENDAR, timeout=60)
    assert "access_token" in result, result
    assert result["id_token_claims"]["iss"] == f"{AUTHORITY}/v2.0"
    assert claims(result["access_token"])["iss"].startswith(AUTHORITY)
    headers = {"Authorization": f"Bearer {result['access_token']}"}
    answer = requests.get(f"{os.environ['MOCK_IDP_API_URL']}/calendar", headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text

    [account] = app.get_accounts()
    assert account["environment"] == "login.microsoftonline.com"
    refreshed = app.acquire_token_silent_with_error(CALENDAR, account, force_refresh=True)
    assert refreshed["token_source"] == "identity_provider", refreshed


def test_device_code__leads_to_the_name(app):
    flow = app.initiate_device_flow(CALENDAR)
    assert flow["verification_uri"] == "https://login.microsoftonline.com/deviceauth"
