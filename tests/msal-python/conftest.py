"""An unmodified MSAL application in the test's tenant."""

import os

import msal
import pytest

from mock_tenant import API


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


@pytest.fixture
def application(tenant):
    """Makes further applications: of other capabilities, authorities, caches."""

    def make(client_id=os.environ["MOCK_IDP_CLIENT_ID"], kind=msal.PublicClientApplication, **settings):
        if "oidc_authority" not in settings:
            settings = {"authority": tenant.authority, "instance_discovery": False} | settings
        return kind(client_id, **settings)

    return make


@pytest.fixture
def sign_in(tenant):
    """Signs in interactively and gives the answer, which must be a token."""

    def sign_in(app, *scopes, **options):
        answer = app.acquire_token_interactive(list(scopes), timeout=60, **options)
        assert "access_token" in answer, answer
        return answer

    return sign_in
