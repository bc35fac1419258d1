"""What the fuzzer has to know beyond the schema: whom to ask, what the formats mean, and how to stay alive.

The tenant is a fresh one: requests about `{tenant}` go to it, and only now and then to one that does not exist. What ends it
(a reset, another configuration, its deletion) is put right before the next request.
"""

import os

import requests
import schemathesis
from hypothesis import strategies as st

BASE = os.environ["MOCK_IDP_URL"]
CONTROL = f"{BASE}/_mock"
DIRECTORY = requests.get(f"{CONTROL}/directory", timeout=10).text
PEM = requests.get(f"{CONTROL}/directory", timeout=10).json()["applications"][3]["certificates"][0]


class Tenant:
    """The isolated tenant that is asked about."""

    def __init__(self) -> None:
        self.make()

    def make(self) -> None:
        answer = requests.post(f"{CONTROL}/tenants", json={"like": "contoso"}, timeout=10)
        answer.raise_for_status()
        self.id = answer.json()["tenant_id"]

    def mend(self) -> None:
        """As it was: what ended it, or what a test may have left in its place, is undone."""
        requests.put(f"{CONTROL}/directory", data=DIRECTORY, timeout=10).raise_for_status()
        self.make()


TENANT = Tenant()

schemathesis.openapi.format("time-span", st.sampled_from(["2h", "90s", "1h 30m", "PT5M", "250ms"]))
schemathesis.openapi.format("cidr", st.sampled_from(["203.0.113.0/24", "2001:db8::/32"]))
schemathesis.openapi.format("ip", st.sampled_from(["203.0.113.7", "2001:db8::7"]))
schemathesis.openapi.format("pem", st.just(PEM))

# One in so many names of a thing is one that the directory has.
KNOWN = {"user": ["ada", "bo"], "application": ["desktop", "spa"], "api": ["calendar", "mail"], "policy": ["mfa-for-payroll"]}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Most requests are about what is there."""
    for name, value in (path_parameters or {}).items():
        odd = sum(map(ord, str(value))) % 8 == 0
        if name == "tenant" and not odd:
            path_parameters[name] = TENANT.id
        elif name in KNOWN and not odd:
            path_parameters[name] = KNOWN[name][len(str(value)) % len(KNOWN[name])]
    return path_parameters


@schemathesis.hook
def after_call(context, case, response):
    """A request that ended the tenant, or gave the server another directory, is undone."""
    ended = case.method == "DELETE" and case.path == "/_mock/tenants/{tenant}"
    restarted = (case.method, case.path) in (("POST", "/_mock/reset"), ("PUT", "/_mock/directory"))
    if response.status_code < 300 and (ended or restarted):
        TENANT.mend()
