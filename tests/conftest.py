"""Fixtures of all Python suites, and what `matrix.py` reads: which flow each test is about, and how it went.

Everything comes from the environment that `mock-idp run` sets. SDKs open the browser by themselves, by `BROWSER`, which is
the virtual user; who that is, is told by `MOCK_IDP_USER`. A test is named `test_<flow>` or `test_<flow>__<case>`.
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


def pytest_terminal_summary(terminalreporter):
    """As `-v` would, which tests that run side by side do not."""
    outcomes = {}
    for word in ("passed", "failed", "error", "skipped"):
        outcomes |= {report.nodeid: word.upper() for report in terminalreporter.getreports(word)}
    for test, word in sorted(outcomes.items()):
        terminalreporter.write_line(f"{test} {word}")
