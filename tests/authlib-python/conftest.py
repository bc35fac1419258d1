"""Authlib as any OpenID Connect client: a small Flask application that knows the address of the metadata and no more."""

import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, request
from joserfc.errors import JoseError

from mock_tenant import PORTAL, PORTAL_SECRET, browse


class RelyingParty:
    """A web application with one page that signs in and one that is come back to."""

    def __init__(self, client, app, loopback):
        self.client, self.app, self.loopback = client, app, loopback
        self.web = app.test_client()

    def sign_in(self, **parameters):
        """What the application's own page says at the end: the token with `userinfo`, or the error."""
        sent = self.web.get("/login", query_string=parameters)
        browse(sent.headers["Location"])
        return self.web.get(f"/?{self.loopback.brought}").json


@pytest.fixture
def relying_party(tenant, loopback):
    def make(
        client_id=PORTAL, client_secret=PORTAL_SECRET, scope="openid profile email", authority=None, claims_options=None
    ):
        authority = authority or tenant.authority
        app = Flask("relying_party")
        app.secret_key = "for this test"
        # snippet: authlib-python
        client = OAuth(app).register(
            "mock",
            server_metadata_url=f"{authority}/v2.0/.well-known/openid-configuration",  # or os.environ["MOCK_IDP_AUTHORITY"]
            client_id=client_id,
            client_secret=client_secret,
            client_kwargs={"scope": scope, "code_challenge_method": "S256"},
        )
        # end of snippet

        @app.get("/login")
        def login():
            return client.authorize_redirect(loopback.address, **request.args)

        @app.get("/")
        def callback():
            try:
                return jsonify(client.authorize_access_token(claims_options=claims_options))
            except (OAuthError, JoseError) as error:
                return jsonify(error=error.error, description=error.description)

        return RelyingParty(client, app, loopback)

    return make
