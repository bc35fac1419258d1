"""A small desktop application: it calls the APIs it is told to, one after the other, with MSAL Python.

    python app.py SCOPE…        such as api://calendar/Events.Read api://payroll/Salary.Read

It asks silently first. Where a person is needed it opens the browser, once, with the claims that came with the refusal; and it
answers an API's challenge in the same way. The settings come from the environment, as they would from a file.
"""

import base64
import os
import re
import sys

import msal
import requests


# AADSTS50196: the same was asked too often. A window would be once more.
LOOP_DETECTED = 50196


class Refused(Exception):
    """No token, and why."""


class App:
    def __init__(self, authority, client_id, apis):
        self.msal = msal.PublicClientApplication(client_id, authority=authority, instance_discovery=False)
        self.apis = apis

    def call(self, scope):
        """What the API of this scope answers."""
        answer = self.get(scope, self.token(scope))
        claims = challenge(answer)
        if claims:
            answer = self.get(scope, self.token(scope, claims))
        answer.raise_for_status()
        return answer.json()

    def token(self, scope, claims=None):
        """A token: from the cache, silently, or with one sign-in."""
        [account] = self.msal.get_accounts() or [None]
        if account:
            result = self.msal.acquire_token_silent_with_error([scope], account, claims_challenge=claims)
            if result and "access_token" in result:
                return result["access_token"]
            if result and not asks_for_a_person(result):
                raise Refused(result.get("error_description") or result["error"])
            claims = (result or {}).get("claims") or claims
        hint = account["username"] if account else None
        result = self.msal.acquire_token_interactive([scope], claims_challenge=claims, login_hint=hint, timeout=60)
        if "access_token" not in result:
            raise Refused(result.get("error_description") or result["error"])
        return result["access_token"]

    def get(self, scope, token):
        name = scope.removeprefix("api://").split("/")[0]
        return requests.get(f"{self.apis}/{name}", headers={"Authorization": f"Bearer {token}"}, timeout=10)


def asks_for_a_person(refusal):
    """Whether a sign-in can settle it. The other MSALs say so with an exception of its own (interaction required)."""
    settled = ("invalid_grant", "interaction_required", "login_required", "consent_required")
    is_final = refusal.get("classification") == "message_only" or LOOP_DETECTED in refusal.get("error_codes", [])
    return refusal["error"] in settled and not is_final


def challenge(answer):
    """The claims that a 401 asks for (RFC 6750, with Entra's `claims` in base64)."""
    if answer.status_code != 401:
        return None
    claims = re.search(r'claims="([^"]+)"', answer.headers.get("WWW-Authenticate", ""))
    return claims and base64.b64decode(claims[1]).decode()


def main():
    environment = os.environ
    app = App(environment["MOCK_IDP_AUTHORITY"], environment["MOCK_IDP_CLIENT_ID"], environment["MOCK_IDP_API_URL"])
    refused = False
    for scope in sys.argv[1:]:
        try:
            print(scope, app.call(scope)["strength"]["amr"])
        except (Refused, requests.RequestException) as error:
            print(scope, error, file=sys.stderr)
            refused = True
    sys.exit(refused)


if __name__ == "__main__":
    main()
