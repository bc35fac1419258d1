"""Django OAuth Toolkit on a free port: its own views, storage and pages, with one public client and one user. Prints the issuer.

What stands here is settings, the way Django has them, and the form to sign in with, which a project brings itself.
"""

import sys
import wsgiref.simple_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

SIGN_IN_PAGE = "<!doctype html><title>Sign in</title><form method=post>{% csrf_token %}{{ form }}<button>Sign in</button></form>"


def new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


settings.configure(
    SECRET_KEY="of this run only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="django_provider_urls",
    LOGIN_URL="/sign-in/",
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "loaders": [
                ("django.template.loaders.locmem.Loader", {"registration/login.html": SIGN_IN_PAGE}),
                "django.template.loaders.app_directories.Loader",
            ],
        },
    }],
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": new_key(),
        "PKCE_REQUIRED": True,
        "SCOPES": {"openid": "Who you are", "email": "Your address", "reports": "Your reports"},
    },
)
django.setup()


def fill() -> None:
    from django.contrib.auth import get_user_model
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_user("ada", email="ada@example.test", password="any")
    application = get_application_model()
    application.objects.create(
        name="Desktop",
        client_id="desktop",
        client_type=application.CLIENT_PUBLIC,
        authorization_grant_type=application.GRANT_AUTHORIZATION_CODE,
        algorithm=application.RS256_ALGORITHM,
        # Any port, as RFC 8252 has it; for the name localhost the toolkit insists on the one registered.
        redirect_uris="http://127.0.0.1",
    )


if __name__ == "__main__":
    fill()
    # One thread: the database is in its memory.
    with wsgiref.simple_server.make_server("127.0.0.1", 0, get_wsgi_application()) as server:
        print(f"http://127.0.0.1:{server.server_port}/o", flush=True)
        sys.stderr = open("/dev/null", "w", encoding="utf-8")  # the server's log of requests
        server.serve_forever()
