"""An isolated tenant of the mock, as the Python suites set it up and look at it: its control API, its APIs, its person."""

import base64
import json
import os
import re
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import requests

BASE = os.environ["MOCK_IDP_URL"]
API = os.environ["MOCK_IDP_API_URL"]

DESKTOP = os.environ["MOCK_IDP_CLIENT_ID"]
PORTAL = "d0000000-0000-4000-8000-000000000003"
PORTAL_SECRET = "portal-secret"
DAEMON = "d0000000-0000-4000-8000-000000000004"
DAEMON_SECRET = "daemon-secret"

CALENDAR = "api://calendar/Events.Read"
MAIL = "api://mail/Mail.Read"
PAYROLL = "api://payroll/Salary.Read"
VAULT = "api://vault/Secrets.Read"
NEWS = "api://news/Articles.Read"
PORTAL_API = "api://portal/access_as_user"

MFA_FOR_PAYROLL = {
    "access_token": {"capolids": {"essential": True, "values": ["f0000000-0000-4000-8000-000000000001"]}}
}

# The daemon's certificate and key are published with the source.
_DIRECTORY = Path(__file__).parents[1] / "mock-idp" / "src" / "directory"
DAEMON_KEY = (_DIRECTORY / "daemon-key.pem").read_text()
DAEMON_CERTIFICATE = (_DIRECTORY / "daemon-certificate.pem").read_text()


@dataclass
class Tenant:
    """One isolated copy of a tenant of the configuration, with users, consents, clock and log of its own."""

    id: str
    domain: str
    authority: str
    users: list[str]

    @classmethod
    def like(cls, name: str) -> "Tenant":
        made = requests.post(f"{BASE}/_mock/tenants", json={"like": name}, timeout=10).json()
        return cls(made["tenant_id"], made["domain"], made["authority"], [user["username"] for user in made["users"]])

    def user(self, name: str) -> str:
        """The user name of ada, bo, cy …"""
        [username] = [username for username in self.users if username.startswith(f"{name}@")]
        return username

    def control(self, method: str, path: str, body: dict | None = None) -> requests.Response:
        answer = requests.request(method, f"{BASE}/_mock/tenants/{self.id}{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer

    def remove(self) -> None:
        self.control("DELETE", "")

    def advance_clock(self, by: str) -> None:
        self.control("POST", "/clock", {"advance": by})

    def fault(self, **fault) -> None:
        self.control("POST", "/faults", fault)

    def consent(self, api: str, *scopes: str, client: str = "desktop") -> None:
        """Everybody's consent is on record."""
        self.control("POST", "/consents", {"client": client, "api": api, "scopes": scopes})

    def exchanges(self, endpoint: str | None = None) -> list[dict]:
        """What this tenant was asked and answered; at one endpoint or at all."""
        exchanges = self.control("GET", "/exchanges").json()["exchanges"]
        return [exchange for exchange in exchanges if endpoint in (None, exchange["endpoint"])]

    def last(self, endpoint: str) -> dict:
        return self.exchanges(endpoint)[-1]

    def count(self, endpoint: str | None = None) -> int:
        return len(self.exchanges(endpoint))


def call(route: str, access_token: str) -> requests.Response:
    """Calls a mock API, such as `calendar` or `vault/secrets`."""
    return requests.get(f"{API}/{route}", headers={"Authorization": f"Bearer {access_token}"}, timeout=10)


def challenge(refused: requests.Response) -> str:
    """The claims that a 401 asks for, as JSON text (RFC 6750 with Entra's `claims`)."""
    assert refused.status_code == 401, refused.text
    header = refused.headers["WWW-Authenticate"]
    assert 'error="insufficient_claims"' in header, header
    return base64.b64decode(re.search(r'claims="([^"]*)"', header)[1], validate=True).decode()


def browse(url: str) -> None:
    """The virtual user signs in at `url`, in a browser of her own, until something was delivered."""
    subprocess.run(["mock-idp", "browse", "--quiet", url], check=True, timeout=60)


class _OnThePort(requests.adapters.HTTPAdapter):
    def send(self, request, **options):
        request.url = request.url.replace("https://localhost/", f"{BASE}/", 1)
        return super().send(request, **options)


def on_the_port() -> requests.Session:
    """Brings requests for `https://localhost` to the port of the mock.

    MSAL Python leaves the port out of the address of the user realm, which it asks before it sends a password. MSAL takes a
    session as `http_client=`, azure-identity as its `transport=`: there an application says how it gets to a server.
    """
    session = requests.Session()
    session.mount("https://localhost/", _OnThePort())
    return session


class Loopback(HTTPServer):
    """Where the browser is sent back to: keeps what it brings, in the query or as a form."""

    def __init__(self):
        super().__init__(("localhost", 0), self.Handler)
        self.address = f"http://localhost:{self.server_port}"
        self.brought = ""

    @property
    def answer(self) -> dict[str, str]:
        return dict(parse_qsl(self.brought))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.take(urlsplit(self.path).query)

        def do_POST(self):
            self.take(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def take(self, brought):
            self.server.brought = brought
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass


@contextmanager
def loopback():
    with Loopback() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def claims_of(token: str) -> dict:
    """What is in a token, unchecked."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
