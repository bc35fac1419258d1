"""Devices, passwords, other authorities, several people, and the life of the cache."""

import msal
import pytest

from mock_tenant import BASE, CALENDAR, MAIL, PAYROLL, browse, call, on_the_port


@pytest.fixture
def device(app):
    flow = app.initiate_device_flow([CALENDAR])
    assert flow["interval"] == 5 and flow["user_code"] in flow["message"]
    return flow


def approve(flow):
    browse(f"{flow['verification_uri']}?otc={flow['user_code']}")


def poll_once(app, flow):
    """One poll and no wait: MSAL documents that `expires_at` in the past ends the loop after it."""
    return app.acquire_token_by_device_flow(flow | {"expires_at": 0})


def test_device_code(app, tenant, device):
    approve(device)
    answer = app.acquire_token_by_device_flow(device)
    assert call("calendar", answer["access_token"]).status_code == 200
    [account] = app.get_accounts()
    assert account["username"] == tenant.user("ada")
    assert app.acquire_token_silent_with_error([CALENDAR], account)["token_source"] == "cache"


def test_device_code__pending(app, device):
    answer = poll_once(app, device)
    assert (answer["error"], answer["error_codes"]) == ("authorization_pending", [70016]), answer
    approve(device)
    assert "access_token" in app.acquire_token_by_device_flow(device)


def test_device_code__declined(app, device, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_DENY_CONSENT", "1")
    approve(device)
    assert app.acquire_token_by_device_flow(device)["error"] == "authorization_declined"


def test_device_code__expired(app, tenant, device):
    tenant.advance_clock("16m")
    answer = app.acquire_token_by_device_flow(device)
    assert (answer["error"], answer["error_codes"]) == ("expired_token", [70020]), answer


def test_device_code__with_claims(app, tenant):
    flow = app.initiate_device_flow([PAYROLL])
    approve(flow)
    answer = app.acquire_token_by_device_flow(flow)
    assert call("payroll", answer["access_token"]).json()["strength"]["amr"] == ["pwd", "mfa"]


@pytest.fixture
def password_app(application):
    return application(http_client=on_the_port())


def test_password(password_app, tenant):
    tenant.consent("calendar", "Events.Read")
    answer = password_app.acquire_token_by_username_password(tenant.user("ada"), "Passw0rd!", [CALENDAR])
    assert "access_token" in answer, answer
    assert call("calendar", answer["access_token"]).json()["user"]["username"] == tenant.user("ada")
    [account] = password_app.get_accounts()
    assert password_app.acquire_token_silent_with_error([CALENDAR], account)["token_source"] == "cache"


def test_password__wrong(password_app, tenant):
    answer = password_app.acquire_token_by_username_password(tenant.user("ada"), "wrong", [CALENDAR])
    assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [50126]), answer


def test_password__cannot_pass_mfa(password_app, tenant):
    tenant.consent("payroll", "Salary.Read")
    answer = password_app.acquire_token_by_username_password(tenant.user("ada"), "Passw0rd!", [PAYROLL])
    assert (answer["error_codes"], answer["suberror"]) == ([50076], "basic_action"), answer


@pytest.mark.parametrize("word", ["common", "organizations"])
def test_common(application, tenant, sign_in, word):
    app = application(authority=f"{BASE}/{word}")
    first = sign_in(app, CALENDAR)
    assert first["id_token_claims"]["tid"] == tenant.id, "the user's name tells the tenant"
    assert call("calendar", first["access_token"]).status_code == 200
    [account] = app.get_accounts()
    assert app.acquire_token_silent_with_error([CALENDAR], account)["token_source"] == "cache"
    fresh = app.acquire_token_silent_with_error([CALENDAR], account, force_refresh=True)
    assert call("calendar", fresh["access_token"]).status_code == 200
    assert tenant.last("token")["path"] == f"/{word}/oauth2/v2.0/token"


def test_common__the_grant_serves_the_tenant(application, tenant, sign_in):
    """A refresh token has no realm: another application object with the tenant's authority shares the cache."""
    cache = msal.SerializableTokenCache()
    sign_in(application(authority=f"{BASE}/common", token_cache=cache), CALENDAR)
    app = application(token_cache=cache)
    [account] = app.get_accounts()
    answer = app.acquire_token_silent_with_error([CALENDAR], account)
    assert answer["token_source"] == "identity_provider"
    assert call("calendar", answer["access_token"]).json()["tenant_id"] == tenant.id


CY_AT_HOME = "a0000000-0000-4000-8000-000000000103.22222222-2222-4222-8222-222222222222"


def test_guest(app, tenant, sign_in, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_USER", "cy@fabrikam.test")
    first = sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    assert account["home_account_id"] == CY_AT_HOME
    claims = first["id_token_claims"]
    assert (claims["tid"], claims["oid"]) == (tenant.id, "a0000000-0000-4000-8000-000000000003")
    assert claims["idp"] == f"{BASE}/22222222-2222-4222-8222-222222222222/"
    assert call("calendar", first["access_token"]).json()["tenant_id"] == tenant.id
    assert app.acquire_token_silent_with_error([CALENDAR], account)["token_source"] == "cache"
    assert "access_token" in app.acquire_token_silent_with_error([CALENDAR], account, force_refresh=True)


def test_sign_out(app, tenant, sign_in):
    sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    before = tenant.count()
    app.remove_account(account)
    assert app.get_accounts() == []
    assert app.acquire_token_silent([CALENDAR], account) is None
    assert tenant.count() == before, "it is the client's own affair"


def test_two_accounts(app, tenant, sign_in, monkeypatch):
    sign_in(app, CALENDAR)
    monkeypatch.setenv("MOCK_IDP_USER", tenant.user("eve"))
    sign_in(app, CALENDAR, prompt="select_account")
    accounts = {account["username"]: account for account in app.get_accounts()}
    assert set(accounts) == {tenant.user("ada"), tenant.user("eve")}
    for name in ("ada", "eve"):
        answer = app.acquire_token_silent_with_error([CALENDAR], accounts[tenant.user(name)])
        assert answer["token_source"] == "cache"
        assert call("calendar", answer["access_token"]).json()["user"]["username"] == tenant.user(name)
    app.remove_account(accounts[tenant.user("ada")])
    assert [account["username"] for account in app.get_accounts()] == [tenant.user("eve")]


def test_throttling(app, tenant, sign_in):
    sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    tenant.fault(endpoint="token", code=90055, retry_after=30)
    before = tenant.count("token")
    for _ in range(2):
        answer = app.acquire_token_silent_with_error([CALENDAR], account, force_refresh=True)
        assert answer["error_codes"] == [90055], answer
    assert tenant.count("token") == before + 1, "MSAL waits as long as Retry-After says"
    assert tenant.last("token")["answer"]["status"] == 429


def test_throttling__an_equal_refusal_is_replayed_for_a_minute(app, tenant, sign_in):
    sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    before = tenant.count("token")
    first = app.acquire_token_silent_with_error([MAIL], account)
    tenant.consent("mail", "Mail.Read")
    assert app.acquire_token_silent_with_error([MAIL], account)["trace_id"] == first["trace_id"]
    assert tenant.count("token") == before + 1


def test_throttling__an_outage(app, tenant, sign_in):
    sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    tenant.fault(endpoint="token", status=503)
    with pytest.raises(Exception, match="503"):
        app.acquire_token_silent_with_error([CALENDAR], account, force_refresh=True)


def test_cache_reload(application, tenant, sign_in):
    cache = msal.SerializableTokenCache()
    sign_in(application(token_cache=cache), CALENDAR)
    assert cache.has_state_changed
    text = cache.serialize()

    reloaded = msal.SerializableTokenCache()
    reloaded.deserialize(text)
    app = application(token_cache=reloaded)
    [account] = app.get_accounts(tenant.user("ada"))
    before = tenant.count()
    assert app.acquire_token_silent_with_error([CALENDAR], account)["token_source"] == "cache"
    assert tenant.count() == before
    fresh = app.acquire_token_silent_with_error([CALENDAR], account, force_refresh=True)
    assert call("calendar", fresh["access_token"]).status_code == 200


def test_discovery__off(application):
    application(instance_discovery=False)


def test_discovery__asked_of_the_mock(application, sign_in):
    app = application(instance_discovery=f"{BASE}/common/discovery/instance")
    sign_in(app, CALENDAR)
    [account] = app.get_accounts()
    assert app.acquire_token_silent_with_error([CALENDAR], account)["token_source"] == "cache"


def test_discovery__an_unknown_cloud(application):
    with pytest.raises(ValueError, match="invalid_instance"):
        application(
            authority="https://login.elsewhere.test/common", instance_discovery=f"{BASE}/common/discovery/instance"
        )


def test_discovery__an_unknown_tenant(application):
    with pytest.raises(ValueError, match="check your tenant name"):
        application(authority=f"{BASE}/nowhere.test")


@pytest.mark.parametrize("slash", ["", "/"])
def test_discovery__by_domain_name(application, tenant, sign_in, slash):
    app = application(authority=f"{BASE}/{tenant.domain.upper()}{slash}")
    assert sign_in(app, CALENDAR)["id_token_claims"]["tid"] == tenant.id


def test_oidc_authority(application, tenant, sign_in):
    app = application(oidc_authority=f"{tenant.authority}/v2.0")
    first = sign_in(app, CALENDAR)
    assert call("calendar", first["access_token"]).status_code == 200
    [account] = app.get_accounts()
    assert app.acquire_token_silent_with_error([CALENDAR], account)["token_source"] == "cache"
    assert "access_token" in app.acquire_token_silent_with_error([CALENDAR], account, force_refresh=True)
