"""Unmodified azure-identity credentials in the test's tenant."""

import pytest
from azure.core.credentials import TokenRequestOptions
from azure.identity import InteractiveBrowserCredential

from mock_tenant import BASE, DESKTOP


@pytest.fixture
def credential(tenant):
    """Makes a credential of `kind`. With it go the three settings that bring azure-identity to another authority."""
    made = []

    def make(kind=InteractiveBrowserCredential, **settings):
        # snippet: azure-identity-python
        there = dict(
            authority=BASE,  # os.environ["MOCK_IDP_URL"]
            tenant_id=tenant.id,  # os.environ["MOCK_IDP_TENANT_ID"]
            disable_instance_discovery=True,
        )
        # end of snippet
        made.append(kind(**{**there, "client_id": DESKTOP, **settings}))
        return made[-1]

    yield make
    for credential in made:
        credential.close()


@pytest.fixture
def options():
    """The options of a token request, as SDK clients give them after a challenge."""

    def options(claims=None, enable_cae=False):
        return TokenRequestOptions(**({"claims": claims} if claims else {}), enable_cae=enable_cae)

    return options
