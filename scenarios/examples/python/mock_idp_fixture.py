"""A tenant of mock-idp for each test: copy this file, and say in `conftest.py`

    pytest_plugins = ["mock_idp_fixture"]

The tests are run by `mock-idp run -- pytest`, which starts the server and sets the environment.
"""

import os

import pytest
import requests


class MockIdp:
    """An isolated copy of a tenant: its users, consents, policies, clock and log are this test's alone."""

    def __init__(self, like="contoso"):
        self.url = os.environ["MOCK_IDP_URL"]
        self.client_id = os.environ["MOCK_IDP_CLIENT_ID"]
        self.apis = os.environ["MOCK_IDP_API_URL"]
        made = self._send("POST", "/_mock/tenants", {"like": like})
        self.id, self.domain, self.authority = made["tenant_id"], made["domain"], made["authority"]

    def user(self, name):
        """The user name of ada, bo, eve …"""
        return f"{name}@{self.domain}"

    def person(self, name="ada", **answers):
        """Who sits in front of the browser, and does what: `person("bo", consent="decline")`, `person(mfa="fail")`, or by
        visit, `person(visits=[{"consent": "decline"}, {}])`. Else she is ada, knows her password and code, and agrees."""
        self.control("PUT", "/virtual_user", {"username": self.user(name)} | answers)

    def consent(self, api, *scopes):
        """Everybody's consent is on record."""
        self.control("POST", "/consents", {"client": "desktop", "api": api, "scopes": scopes})

    def exchanges(self, endpoint=None):
        """What was asked, decided and answered, and why; at `token`, `authorize`, `api` … or everywhere."""
        exchanges = self.control("GET", "/exchanges")["exchanges"]
        return [exchange for exchange in exchanges if endpoint in (None, exchange["endpoint"])]

    def expect(self, **expectations):
        """Fails the test with one sentence if the client has not done as expected: `expect(prompts=1)`."""
        verdict = self.control("POST", "/expectations/verify", expectations)
        if not verdict["passed"]:
            pytest.fail("\n".join(failure["sentence"] for failure in verdict["failures"]), pytrace=False)

    def control(self, method, path, body=None):
        """Anything else of the control API."""
        return self._send(method, f"/_mock/tenants/{self.id}{path}", body)

    def _send(self, method, path, body=None):
        answer = requests.request(method, self.url + path, json=body, timeout=10)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


@pytest.fixture
def mock_idp():
    if "MOCK_IDP_URL" not in os.environ:
        pytest.fail("there is no mock-idp; run the tests by `mock-idp run -- pytest`", pytrace=False)
    idp = MockIdp()
    yield idp
    idp.control("DELETE", "")
