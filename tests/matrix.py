"""The table SDK x flow: made from what the suites printed, compared with the README.

    python3 tests/matrix.py FOLDER [--write]

FOLDER holds one `SUITE.log` for each suite that ran, as the runners print them: pytest with -rpfE
(`PASSED …::test_<flow>__<case>`), node's test runner (`<flow>: <case>` behind a check mark or `ok`). Prints the table, and
fails if the README shows another one; --write puts the new one there instead.
"""

import pathlib
import re
import sys

MARKS = ("<!-- SDK x flow: written by tests/run-all --write -->", "<!-- end of SDK x flow -->")
FLOWS = [
    "interactive", "silent_hit", "silent_refresh", "widening", "consent", "mfa_claims", "api_challenge", "cae",
    "device_code", "client_secret", "certificate", "on_behalf_of", "password", "common", "guest", "sign_out",
    "two_accounts", "throttling", "cache_reload", "discovery", "oidc_authority", "userinfo", "sso_silent",
]
PYTEST = re.compile(r"^(?P<word>PASSED|FAILED|ERROR|SKIPPED) \S+::test_(?P<flow>[a-z0-9]+(?:_[a-z0-9]+)*)", re.MULTILINE)
NODE = re.compile(r"^\s*(?P<word>✔|✖|ok \d+ -|not ok \d+ -) (?P<flow>\w+):", re.MULTILINE)


def flows_of(log: str) -> dict[str, bool]:
    """Each flow that was tried, and whether every case of it passed."""
    seen: dict[str, bool] = {}
    for match in [*PYTEST.finditer(log), *NODE.finditer(log)]:
        flow = match["flow"]
        passed = match["word"] in ("PASSED", "✔") or match["word"].startswith("ok ")
        if flow in FLOWS:
            seen[flow] = seen.get(flow, True) and passed
    return seen


def table(folder: pathlib.Path) -> str:
    logs = sorted(folder.glob("*.log"))
    suites = {log.stem: seen for log in logs if (seen := flows_of(log.read_text(encoding="utf-8")))}
    flows = [flow for flow in FLOWS if any(flow in seen for seen in suites.values())]
    head = ["| flow | " + " | ".join(suites) + " |", "|---|" + "---|" * len(suites)]
    word = {True: "yes", False: "**no**", None: ""}
    rows = [
        f"| {flow.replace('_', ' ')} | " + " | ".join(word[seen.get(flow)] for seen in suites.values()) + " |"
        for flow in flows
    ]
    return "\n".join(head + rows)


def main() -> int:
    folder, write = pathlib.Path(sys.argv[1]), "--write" in sys.argv[2:]
    readme = pathlib.Path(__file__).resolve().parent.parent / "README.md"
    text = readme.read_text(encoding="utf-8")
    made = table(folder)
    print(made)
    before, rest = text.split(MARKS[0])
    shown, after = rest.split(MARKS[1])
    if shown.strip() == made:
        return 0
    if write:
        readme.write_text(f"{before}{MARKS[0]}\n{made}\n{MARKS[1]}{after}", encoding="utf-8")
        return 0
    print("README.md shows another table: run `tests/run-all --write` and commit it", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
