"""desktop-client is no private dialect: it signs in at OpenID providers that nobody here wrote."""

import pytest


def environment(provider):
    return provider.issuer.removeprefix("http://")


def test_sign_in(client, provider):
    ended = client.desktop_client(provider, "login", "openid", "email")
    assert ended.status == 0, ended.told
    account = ended.printed["account"]
    assert account["home_account_id"] == provider.subject
    assert account["environment"] == environment(provider)
    assert account["tenant_id"] == ""


def test_call_with_the_token(client, provider):
    userinfo = provider.metadata()["userinfo_endpoint"]
    ended = client.desktop_client(provider, "call", userinfo, "--scope", "openid", "--scope", "email")
    assert ended.status == 0, ended.told
    assert ended.printed["status"] == 200
    assert ended.printed["body"]["sub"] == provider.subject


def test_silently_again(client, provider):
    ended = client.example(provider)
    assert ended.status == 0, ended.told
    first = {
        "home_account_id": provider.subject,
        "environment": environment(provider),
        "source": "IdentityProvider",
        "is_the_first_token": True,
    }
    assert ended.printed["signed_in"] == first
    assert ended.printed["again"] == first | {"source": "Cache"}
    assert ended.printed["refreshed"] == first | {"is_the_first_token": False}
    assert ended.printed["userinfo"]["sub"] == provider.subject


def test_no_page_without_a_session(client, node):
    """prompt=none: `login_required` is read as: a person is needed. (The toolkit does not implement it.)"""
    ended = client.example(node, "none")
    assert ended.printed == {"code": "no_prompt_failed", "needs_a_person": True}


def test_the_person_declines(client, provider):
    ended = client.desktop_client(provider, "login", "openid", person="ada declines")
    assert ended.status == 1, ended.told
    assert ended.printed["error"]["code"] == "authentication_canceled"


def test_a_scope_that_does_not_exist(client, toolkit):
    ended = client.desktop_client(toolkit, "login", "openid", "no-such-scope")
    assert ended.status == 1, ended.told
    assert ended.printed["error"]["code"] == "invalid_scope"


@pytest.mark.parametrize("name, way, signed", [("node-oidc-provider", "POST", True), ("django-oauth-toolkit", "GET", False)])
def test_the_answer_comes_as_the_provider_can(client, providers, name, way, signed):
    """By form post where that is on offer, else in the address; with `iss` where that is promised (RFC 9207), else without."""
    metadata = providers[name].metadata()
    assert ("form_post" in metadata.get("response_modes_supported", [])) == (way == "POST")
    ended = client.desktop_client(providers[name], "login", "openid")
    assert ended.status == 0, ended.told
    answer = client.answers()[-1]
    assert answer["method"] == way
    assert metadata.get("authorization_response_iss_parameter_supported", False) is signed
    assert ("iss" in answer["names"]) is signed


def test_an_unknown_client(client, provider):
    """The provider shows a page of its own and sends nobody back: the client waits no longer than it was told."""
    ended = client.desktop_client(provider, "login", "openid", person="ada stays", client_id="nobody", timeout=5)
    assert ended.status == 1
    # Had the page been another, or the person failed, it would be `browser_not_opened`.
    assert ended.printed["error"]["code"] == "interactive_timeout"


def test_an_address_that_is_not_the_issuers(client, provider):
    """Neither has a document there."""
    ended = client.desktop_client(provider, "login", "openid", issuer=f"{provider.issuer}/elsewhere")
    assert ended.status == 1
    assert ended.printed["error"]["code"] == "http_status_not_200"


def test_localhost_is_another_issuer_than_its_address(client, node):
    ended = client.desktop_client(node, "login", "openid", issuer=node.issuer.replace("127.0.0.1", "localhost"))
    assert ended.status == 1
    assert ended.printed["error"]["code"] == "endpoints_resolution_error"
    assert node.issuer in ended.printed["error"]["message"]
