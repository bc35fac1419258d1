"""Fixtures of all Python suites, and the rule for the names of tests.

Everything comes from the environment that `mock-idp run` sets. SDKs open the browser by themselves, by `BROWSER`, which is
the virtual user; who that is, is told by `MOCK_IDP_USER`. A test is named `test_<flow>` or `test_<flow>__<case>`; `matrix.py` goes by that.
"""

import pytest

import mock_tenant
from matrix import FLOWS
from mock_tenant import Tenant


@pytest.fixture
def tenant(monkeypatch):
    tenant = Tenant.like("contoso")
    monkeypatch.setenv("MOCK_IDP_USER", tenant.user("ada"))
    yield tenant
    tenant.remove()


@pytest.fixture
def loopback():
    with mock_tenant.loopback() as server:
        yield server


def flow_of(name: str) -> str:
    return name.split("[")[0].removeprefix("test_").split("__")[0]


def pytest_collection_modifyitems(items):
    unknown = sorted({item.name for item in items if flow_of(item.name) not in FLOWS})
    if unknown:
        raise pytest.UsageError(f"no flow is named by {', '.join(unknown)}; there are: {', '.join(FLOWS)}")
