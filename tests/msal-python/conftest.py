"""Fixtures: an isolated tenant, and an unmodified MSAL application in it.

Everything comes from the environment that `mock-idp run` sets. MSAL opens the browser by itself, by `BROWSER`, which is the
virtual user; who that is, is told by `MOCK_IDP_USER`.
"""

import os
from dataclasses import dataclass

import msal
import pytest
import requests

BASE = os.environ["MOCK_IDP_URL"]


@dataclass
class Tenant:
    """One isolated copy of the tenant contoso."""

    id: str
    domain: str
    authority: str

    def user(self, name: str) -> str:
        return f"{name}@{self.domain}"

    def exchanges(self) -> list[dict]:
        return requests.get(f"{BASE}/_mock/tenants/{self.id}/exchanges", timeout=10).json()["exchanges"]


@pytest.fixture
def tenant(monkeypatch):
    made = requests.post(f"{BASE}/_mock/tenants", json={"like": "contoso"}, timeout=10).json()
    tenant = Tenant(made["tenant_id"], made["domain"], made["authority"])
    monkeypatch.setenv("MOCK_IDP_USER", tenant.user("ada"))
    yield tenant
    requests.delete(f"{BASE}/_mock/tenants/{tenant.id}", timeout=10)


@pytest.fixture
def app(tenant):
    # snippet: msal-python
    app = msal.PublicClientApplication(
        os.environ["MOCK_IDP_CLIENT_ID"],
        authority=tenant.authority,  # or os.environ["MOCK_IDP_AUTHORITY"]
        instance_discovery=False,
    )
    # end of snippet
    return app
