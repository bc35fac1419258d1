"""Three clients that keep their tokens in the same file: MSAL Python, MSAL Node and the reference client.

Each does one thing and ends, as programs do: it reads the file, and writes it if it has something new.
"""

import json
import os
import subprocess
from pathlib import Path

import msal
import pytest

from mock_tenant import DESKTOP


class Client:
    """Signs in, lists accounts, gets tokens silently; each time as a new process would."""

    def __init__(self, tenant, file: Path):
        self.tenant, self.file = tenant, file


class MsalPython(Client):
    def _app(self):
        self.cache = msal.SerializableTokenCache()
        if self.file.exists():
            self.cache.deserialize(self.file.read_text())
        return msal.PublicClientApplication(
            DESKTOP, authority=self.tenant.authority, instance_discovery=False, token_cache=self.cache
        )

    def _save(self):
        if self.cache.has_state_changed:
            self.file.write_text(self.cache.serialize())
            self.file.chmod(0o600)

    def login(self, scope):
        answer = self._app().acquire_token_interactive([scope], prompt="select_account", timeout=60)
        assert "access_token" in answer, answer
        self._save()

    def accounts(self):
        return {account["home_account_id"]: account["username"] for account in self._app().get_accounts()}

    def silent(self, scope, username):
        app = self._app()
        [account] = app.get_accounts(username)
        answer = app.acquire_token_silent_with_error([scope], account)
        assert answer and "access_token" in answer, answer
        self._save()
        return answer["access_token"], answer["token_source"] == "cache"

    def logout(self, username):
        app = self._app()
        [account] = app.get_accounts(username)
        app.remove_account(account)
        self._save()


class Program(Client):
    """A program that prints JSON."""

    def _run(self, *arguments, **variables):
        env = os.environ | variables
        done = subprocess.run(arguments, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def login(self, scope):
        self._do("login", scope)

    def accounts(self):
        accounts = self._do("accounts")
        listed = {account["home_account_id"]: account["username"] for account in accounts}
        assert len(listed) == len(accounts), f"somebody is listed twice: {accounts}"
        return listed

    def logout(self, username):
        self._do("logout", username)


class MsalNode(Program):
    def _do(self, *arguments):
        script = os.environ["CACHE_FILES_MSAL_NODE"]
        return self._run("node", script, str(self.file), *arguments, AUTHORITY=self.tenant.authority)

    def silent(self, scope, username):
        answer = self._do("silent", scope, username)
        assert answer["account"]["username"] == username
        return answer["access_token"], answer["cached"]


class DesktopClient(Program):
    def _do(self, *arguments):
        options = ["--json", "--cache", str(self.file), "--authority", self.tenant.authority]
        return self._run("desktop-client", *options, *arguments)

    def silent(self, scope, username):
        answer = self._do("token", "--silent", scope)
        assert answer["account"]["username"] == username
        return answer["access_token"], answer["source"] == "Cache"


CLIENTS = {"msal-python": MsalPython, "msal-node": MsalNode, "desktop-client": DesktopClient}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "cache.json"


@pytest.fixture
def clients(tenant, file):
    """By name, all with the same file."""
    return {name: kind(tenant, file) for name, kind in CLIENTS.items()}
