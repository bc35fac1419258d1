"""Identity providers that nobody here wrote, each on a free port, and the client's programs to sign in with.

`tests/run-all foreign-providers` sets DESKTOP_CLIENT_BIN, OPENID_PROVIDER_EXAMPLE and NODE_PROVIDER.
"""

import dataclasses
import json
import os
import pathlib
import shlex
import subprocess
import sys
import threading
import urllib.request

import pytest

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Provider:
    name: str
    issuer: str
    redirect_uri: str
    """What the client is registered with, any port."""
    subject: str
    """Who ada is there."""

    def metadata(self) -> dict:
        with urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=20) as answer:
            return json.load(answer)


class Running:
    """A provider; ready when a line of its output is the issuer's address."""

    def __init__(self, command: list[str]):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.output = ""
        self.issuer = None
        for line in self.process.stdout:
            self.output += line
            if line.startswith("http://127.0.0.1:"):
                self.issuer = line.strip()
                break
        if self.issuer is None:
            raise RuntimeError(f"{command} did not start: {self.output}")
        # Nobody reads on: without this a full pipe would stop the provider.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


PROVIDERS = {
    "node-oidc-provider": (["node", os.environ.get("NODE_PROVIDER", "")], "http://localhost", "ada"),
    "django-oauth-toolkit": ([sys.executable, str(HERE / "django_provider.py")], "http://127.0.0.1", "1"),
}


@pytest.fixture(scope="session")
def providers():
    running = {}
    try:
        for name, (command, _, _) in PROVIDERS.items():
            running[name] = Running(command)
        yield {name: Provider(name, one.issuer, *PROVIDERS[name][1:]) for name, one in running.items()}
    finally:
        for one in running.values():
            one.stop()


@pytest.fixture(params=PROVIDERS)
def provider(request, providers):
    return providers[request.param]


@pytest.fixture
def node(providers):
    return providers["node-oidc-provider"]


@pytest.fixture
def toolkit(providers):
    return providers["django-oauth-toolkit"]


@dataclasses.dataclass(frozen=True)
class Ended:
    status: int
    printed: dict
    told: str


class Client:
    """Runs the client's programs with a scripted person for a browser and a home of its own."""

    def __init__(self, home: pathlib.Path):
        self.home, self.log = home, home / "person.log"

    def run(self, command: list[str], person: str) -> Ended:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("MOCK_IDP", "DESKTOP_CLIENT", "XDG"))
        }
        browser = shlex.join([sys.executable, str(HERE / "person.py")])
        environment |= {"BROWSER": browser, "PERSON": person, "PERSON_LOG": str(self.log), "HOME": str(self.home)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert "panicked" not in done.stderr, done.stderr
        return Ended(done.returncode, json.loads(done.stdout or "{}"), done.stderr)

    def desktop_client(
        self, provider: Provider, *arguments: str, person: str = "ada", issuer: str = "", client_id: str = "desktop", timeout: int = 60
    ) -> Ended:
        program = [os.environ["DESKTOP_CLIENT_BIN"], "--oidc-authority", issuer or provider.issuer, "--client-id", client_id]
        options = ["--redirect-uri", provider.redirect_uri, "--timeout", str(timeout), "--json"]
        return self.run([*program, *options, *arguments], person)

    def example(self, provider: Provider, *arguments: str) -> Ended:
        program = [os.environ["OPENID_PROVIDER_EXAMPLE"], provider.issuer, "desktop", provider.redirect_uri]
        return self.run([*program, *arguments], "ada")

    def answers(self) -> list[dict]:
        """How each sign-in was answered at the redirect address."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def client(tmp_path):
    return Client(tmp_path)
