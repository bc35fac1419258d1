"""azure-identity's own part: which credential asks what, when it prompts by itself, and how claims get through it."""

import json

import pytest
from azure.core.credentials import AccessTokenInfo
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import (
    AuthenticationRecord,
    AuthenticationRequiredError,
    CertificateCredential,
    ClientSecretCredential,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
    OnBehalfOfCredential,
    TokenCachePersistenceOptions,
    UsernamePasswordCredential,
)

from mock_tenant import (
    BASE,
    CALENDAR,
    DAEMON,
    DAEMON_CERTIFICATE,
    DAEMON_KEY,
    DAEMON_SECRET,
    MAIL,
    MFA_FOR_PAYROLL,
    NEWS,
    PAYROLL,
    PORTAL,
    PORTAL_API,
    PORTAL_SECRET,
    VAULT,
    browse,
    call,
    challenge,
    claims_of,
    on_the_port,
)

APPLICATION_CALENDAR = "api://calendar/.default"


@pytest.fixture
def browser(credential):
    return credential(InteractiveBrowserCredential, timeout=60)


@pytest.fixture
def careful(credential):
    """One that says that it has to prompt, and does so when it is told to."""
    return credential(InteractiveBrowserCredential, timeout=60, disable_automatic_authentication=True)


def refusal(error: AuthenticationRequiredError | ClientAuthenticationError) -> dict:
    """What the authority answered, which the error carries."""
    return json.loads(error.response.text())


def test_interactive(browser, tenant):
    token = browser.get_token(CALENDAR)
    assert call("calendar", token.token).json()["user"]["username"] == tenant.user("ada")
    assert tenant.last("authorize")["answer"]["status"] == 200
    assert dict(tenant.exchanges("authorize")[0]["parameters"])["prompt"] == "select_account"


def test_interactive__the_record_names_the_account(careful, tenant):
    record = careful.authenticate(scopes=[CALENDAR])
    assert (record.username, record.tenant_id) == (tenant.user("ada"), tenant.id)
    assert record.home_account_id.endswith(f".{tenant.id}")
    assert f"https://{record.authority}" == BASE


def test_silent_hit(browser, tenant):
    first = browser.get_token_info(CALENDAR)
    assert isinstance(first, AccessTokenInfo) and first.token_type == "Bearer"
    before = tenant.count()
    assert browser.get_token(CALENDAR).token == first.token
    assert tenant.count() == before


def test_silent_hit__never_prompts_if_told_not_to(careful, tenant):
    with pytest.raises(AuthenticationRequiredError) as error:
        careful.get_token(CALENDAR)
    assert list(error.value.scopes) == [CALENDAR]
    assert tenant.count() == 0


def test_widening(browser, tenant):
    browser.get_token(CALENDAR)
    tenant.consent("mail", "Mail.Read")
    mail = browser.get_token(MAIL)
    assert call("mail", mail.token).status_code == 200
    assert tenant.count("authorize") == 1


def test_consent(browser, tenant):
    browser.get_token(CALENDAR)
    mail = browser.get_token(MAIL)
    assert call("mail", mail.token).status_code == 200
    [_, refused, _] = tenant.exchanges("token")
    assert refused["answer"]["code"] == 65001
    assert tenant.count("authorize") == 2, "it prompts by itself"


def test_consent__declined(browser, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_DENY_CONSENT", "1")
    with pytest.raises(ClientAuthenticationError, match="AADSTS65004"):
        browser.get_token(CALENDAR)


def test_mfa_claims(careful, tenant):
    """The error has the scopes; the claims that the authority demands are in the answer that it carries."""
    tenant.consent("payroll", "Salary.Read")
    careful.authenticate(scopes=[CALENDAR])
    with pytest.raises(AuthenticationRequiredError) as error:
        careful.get_token(PAYROLL)
    answer = refusal(error.value)
    assert (answer["error_codes"], answer["suberror"]) == ([50076], "basic_action")
    assert json.loads(answer["claims"]) == MFA_FOR_PAYROLL

    careful.authenticate(scopes=error.value.scopes, claims=answer["claims"])
    assert tenant.last("authorize")["claims"] == answer["claims"]
    payroll = careful.get_token(PAYROLL)
    assert call("payroll", payroll.token).json()["strength"]["amr"] == ["pwd", "mfa"]


def test_api_challenge(careful, tenant):
    careful.authenticate(scopes=[VAULT])
    claims = challenge(call("vault/secrets", careful.get_token(VAULT).token))
    with pytest.raises(AuthenticationRequiredError) as error:
        careful.get_token(VAULT, claims=claims)
    assert error.value.claims == claims, "those that were asked for"
    assert refusal(error.value)["suberror"] == "basic_action"
    careful.authenticate(scopes=error.value.scopes, claims=error.value.claims)
    better = careful.get_token(VAULT)
    assert call("vault/secrets", better.token).json()["strength"]["acrs"] == ["c1"]


def test_api_challenge__met_by_a_prompt_of_its_own(browser, tenant):
    claims = challenge(call("vault/secrets", browser.get_token(VAULT).token))
    better = browser.get_token(VAULT, claims=claims)
    assert call("vault/secrets", better.token).status_code == 200
    assert tenant.count("authorize") == 2


def test_api_challenge__met_without_a_prompt(browser, tenant):
    """Claims make it pass its cache by; the sign-in was strong enough already."""
    browser.get_token(PAYROLL)
    tenant.consent("vault", "Secrets.Read")
    claims = challenge(call("vault/secrets", browser.get_token(VAULT).token))
    better = browser.get_token(VAULT, claims=claims)
    assert call("vault/secrets", better.token).status_code == 200
    assert tenant.count("authorize") == 1


def test_cae(careful, tenant, options):
    careful.authenticate(scopes=[NEWS], enable_cae=True)
    news = careful.get_token_info(NEWS, options=options(enable_cae=True))
    life = claims_of(news.token)
    assert life["exp"] - life["iat"] >= 20 * 3600 and life["xms_cc"] == ["cp1"]
    assert call("news", news.token).status_code == 200

    tenant.control("POST", f"/users/{tenant.user('ada')}/revoke_sessions")
    claims = challenge(call("news", news.token))
    with pytest.raises(AuthenticationRequiredError) as error:
        careful.get_token_info(NEWS, options=options(claims=claims, enable_cae=True))
    assert (refusal(error.value)["error_codes"], refusal(error.value)["suberror"]) == ([50173], "bad_token")
    sent = json.loads(tenant.last("token")["claims"])["access_token"]
    assert sent == json.loads(claims)["access_token"] | {"xms_cc": {"values": ["CP1"]}}

    careful.authenticate(scopes=[NEWS], claims=claims, enable_cae=True)
    again = careful.get_token_info(NEWS, options=options(enable_cae=True))
    assert call("news", again.token).status_code == 200


def test_cae__is_a_cache_of_its_own(browser):
    short = claims_of(browser.get_token(NEWS).token)
    long = claims_of(browser.get_token(NEWS, enable_cae=True).token)
    assert short["exp"] - short["iat"] < 2 * 3600 < long["exp"] - long["iat"]


@pytest.fixture
def device(credential):
    return credential(
        DeviceCodeCredential, prompt_callback=lambda uri, code, expires_on: browse(f"{uri}?otc={code}")
    )


def test_device_code(device, tenant):
    token = device.get_token(CALENDAR)
    assert call("calendar", token.token).json()["user"]["username"] == tenant.user("ada")
    before = tenant.count()
    assert device.get_token(CALENDAR).token == token.token
    assert tenant.count() == before


def test_device_code__declined(device, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_DENY_CONSENT", "1")
    with pytest.raises(ClientAuthenticationError) as error:
        device.get_token(CALENDAR)
    assert refusal(error.value)["error"] == "authorization_declined"


def test_device_code__expired(credential, tenant):
    device = credential(DeviceCodeCredential, prompt_callback=lambda *_: tenant.advance_clock("16m"))
    with pytest.raises(ClientAuthenticationError) as error:
        device.get_token(CALENDAR)
    assert refusal(error.value)["error"] == "expired_token"


def test_device_code__claims_go_with_the_poll(device, tenant):
    """It leaves them out where it asks for the code, so that only the poll says what the API wants."""
    claims = challenge(call("vault/secrets", device.get_token(VAULT).token))
    with pytest.raises(ClientAuthenticationError) as error:
        device.get_token(VAULT, claims=claims)
    assert refusal(error.value)["suberror"] == "basic_action"
    assert tenant.last("device_code").get("claims") is None
    assert tenant.last("token")["claims"] == claims


def test_client_secret(credential, tenant):
    daemon = credential(ClientSecretCredential, client_id=DAEMON, client_secret=DAEMON_SECRET)
    token = daemon.get_token(APPLICATION_CALENDAR)
    assert call("calendar", token.token).json()["roles"] == ["Events.Read.All"]
    before = tenant.count()
    assert daemon.get_token(APPLICATION_CALENDAR).token == token.token
    assert tenant.count() == before


def test_client_secret__wrong(credential):
    daemon = credential(ClientSecretCredential, client_id=DAEMON, client_secret="wrong")
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        daemon.get_token(APPLICATION_CALENDAR)


@pytest.mark.parametrize("chain", [False, True], ids=["thumbprint", "chain"])
def test_certificate(credential, chain):
    daemon = credential(
        CertificateCredential,
        client_id=DAEMON,
        certificate_data=(DAEMON_KEY + DAEMON_CERTIFICATE).encode(),
        send_certificate_chain=chain,
    )
    token = daemon.get_token(APPLICATION_CALENDAR)
    assert claims_of(token.token)["azpacr"] == "2"


def test_on_behalf_of(credential, careful, tenant):
    tenant.consent("payroll", "Salary.Read", client="portal")
    careful.authenticate(scopes=[PORTAL_API])

    def portal(assertion):
        return credential(
            OnBehalfOfCredential, client_id=PORTAL, client_secret=PORTAL_SECRET, user_assertion=assertion
        )

    with pytest.raises(ClientAuthenticationError) as error:
        portal(careful.get_token(PORTAL_API).token).get_token(PAYROLL)
    claims = refusal(error.value)["claims"]
    assert json.loads(claims) == MFA_FOR_PAYROLL

    careful.authenticate(scopes=[PORTAL_API], claims=claims)
    payroll = portal(careful.get_token(PORTAL_API).token)
    first = payroll.get_token(PAYROLL)
    answer = call("payroll", first.token).json()
    assert (answer["client_id"], answer["strength"]["amr"]) == (PORTAL, ["pwd", "mfa"])
    before = tenant.count()
    assert payroll.get_token(PAYROLL).token == first.token
    assert tenant.count() == before


@pytest.fixture
def password(credential, tenant):
    def password(text):
        transport = RequestsTransport(session=on_the_port())
        return credential(
            UsernamePasswordCredential, username=tenant.user("ada"), password=text, transport=transport
        )

    return password


def test_password(password, tenant):
    tenant.consent("calendar", "Events.Read")
    token = password("Passw0rd!").get_token(CALENDAR)
    assert call("calendar", token.token).json()["user"]["username"] == tenant.user("ada")


def test_password__wrong(password):
    with pytest.raises(ClientAuthenticationError, match="AADSTS50126"):
        password("wrong").get_token(CALENDAR)


def test_common(credential, tenant):
    """Without a tenant it asks at /organizations."""
    browser = credential(InteractiveBrowserCredential, timeout=60, tenant_id="organizations")
    assert claims_of(browser.get_token(CALENDAR).token)["tid"] == tenant.id
    tenant.consent("mail", "Mail.Read")
    assert claims_of(browser.get_token(MAIL).token)["tid"] == tenant.id


def test_guest(credential, careful, tenant, monkeypatch):
    monkeypatch.setenv("MOCK_IDP_USER", "cy@fabrikam.test")
    record = careful.authenticate(scopes=[CALENDAR])
    assert record.tenant_id == tenant.id
    assert record.home_account_id.endswith(".22222222-2222-4222-8222-222222222222")
    assert call("calendar", careful.get_token(CALENDAR).token).json()["user"]["username"] == "cy@fabrikam.test"


def test_throttling(credential, tenant):
    """Its pipeline repeats by itself, after as long as Retry-After says."""
    tenant.fault(endpoint="token", code=90055, retry_after=0)
    daemon = credential(ClientSecretCredential, client_id=DAEMON, client_secret=DAEMON_SECRET)
    assert daemon.get_token(APPLICATION_CALENDAR).token
    assert [exchange["answer"]["status"] for exchange in tenant.exchanges("token")] == [429, 200]


def test_throttling__without_retries(credential, tenant):
    tenant.fault(endpoint="token", code=90055, retry_after=30)
    daemon = credential(ClientSecretCredential, client_id=DAEMON, client_secret=DAEMON_SECRET, retry_total=0)
    with pytest.raises(ClientAuthenticationError, match="AADSTS90055"):
        daemon.get_token(APPLICATION_CALENDAR)
    assert tenant.count("token") == 1


def reloaded(record: AuthenticationRecord) -> AuthenticationRecord:
    """The record as another process reads it.

    It names the authority by host and port alone, and azure-identity takes the host before a port for a scheme, so that the
    scheme has to be put in front wherever the port is not 443.
    """
    return AuthenticationRecord.deserialize(json.dumps(json.loads(record.serialize()) | {"authority": BASE}))


def test_cache_reload(credential, tenant, tmp_path, monkeypatch):
    """The record and the cache on disk outlive the process: whoever has both asks nobody."""
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = dict(
        timeout=60,
        disable_automatic_authentication=True,
        cache_persistence_options=TokenCachePersistenceOptions(allow_unencrypted_storage=True),
    )
    now = credential(InteractiveBrowserCredential, **settings)
    record = reloaded(now.authenticate(scopes=[CALENDAR]))
    before = tenant.count()
    with InteractiveBrowserCredential(
        authentication_record=record, disable_instance_discovery=True, **settings
    ) as later:
        assert later.get_token(CALENDAR).token == now.get_token(CALENDAR).token
        assert tenant.count() == before
        tenant.consent("mail", "Mail.Read")
        assert call("mail", later.get_token(MAIL).token).status_code == 200


def test_cache_reload__the_record_alone_is_no_token(careful):
    record = reloaded(careful.authenticate(scopes=[CALENDAR]))
    with InteractiveBrowserCredential(
        authentication_record=record, disable_instance_discovery=True, disable_automatic_authentication=True
    ) as later, pytest.raises(AuthenticationRequiredError):
        later.get_token(CALENDAR)


def test_discovery__unknown_tenant(credential):
    daemon = credential(ClientSecretCredential, client_id=DAEMON, client_secret=DAEMON_SECRET, tenant_id="nowhere.test")
    with pytest.raises(ClientAuthenticationError, match="check your tenant name"):
        daemon.get_token(APPLICATION_CALENDAR)
