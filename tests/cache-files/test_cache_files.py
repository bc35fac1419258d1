"""A cache file travels between MSAL Python, MSAL Node and the reference client, in every direction."""

import json
from itertools import permutations

import pytest

from mock_tenant import CALENDAR, MAIL, NEWS, call

NAMES = ("msal-python", "msal-node", "desktop-client")
SECTIONS = {"AccessToken", "RefreshToken", "IdToken", "Account", "AppMetadata"}


def entries(file, section) -> list[dict]:
    return list(json.loads(file.read_text()).get(section, {}).values())


def whose(entry) -> tuple:
    """What an entry is about: two that agree in it are one too many."""
    names = ("home_account_id", "environment", "credential_type", "client_id", "family_id", "realm")
    return (*(entry.get(name) for name in names), " ".join(sorted(entry.get("target", "").split())))


@pytest.mark.parametrize("order", permutations(NAMES), ids="-then-".join)
def test_cache_reload__a_file_goes_from_hand_to_hand(clients, tenant, file, order):
    """One signs in; the next finds the account and the token, and gets another by the refresh token; so does the last."""
    tenant.consent("mail", "Mail.Read")
    tenant.consent("news", "Articles.Read")
    first, second, third = (clients[name] for name in order)
    ada = tenant.user("ada")
    first.login(CALENDAR)
    known = first.accounts()
    assert list(known.values()) == [ada]
    tokens = {}
    calendar, tokens["calendar"] = CALENDAR, first.silent(CALENDAR, ada)[0]
    for client, scope, api in [(second, MAIL, "mail"), (third, NEWS, "news")]:
        assert client.accounts() == known
        assert client.silent(calendar, ada) == (tokens["calendar"], True), "what the others got costs no request"
        tokens[api], cached = client.silent(scope, ada)
        assert not cached, "this one takes the refresh token that another library wrote"
        assert tenant.last("token")["grant_type"] == "refresh_token"
    for client in (first, second, third):
        assert client.accounts() == known
        for scope, api in [(CALENDAR, "calendar"), (MAIL, "mail"), (NEWS, "news")]:
            assert client.silent(scope, ada) == (tokens[api], True)
    for api, token in tokens.items():
        assert call(api, token).status_code == 200
    assert tenant.count("authorize") == 1, "nobody was asked again"
    # MSAL's libraries replace by key, and the two's keys of ID tokens and refresh tokens differ; the client replaces by content.
    for section in SECTIONS if order[-1] == "desktop-client" else ("Account", "AccessToken"):
        about = [whose(entry) for entry in entries(file, section)]
        assert len(set(about)) == len(about), f"{section}: {about}"


@pytest.mark.parametrize("order", permutations(NAMES), ids="-then-".join)
def test_two_accounts__whom_one_signs_in_or_out_all_see(clients, tenant, file, monkeypatch, order):
    people = [tenant.user(name) for name in ("ada", "eve", "bo")]
    for name, person in zip(order, people):
        monkeypatch.setenv("MOCK_IDP_USER", person)
        clients[name].login(CALENDAR)
    for name in NAMES:
        assert sorted(clients[name].accounts().values()) == sorted(people), name
    for left, (name, person) in zip((2, 1, 0), zip(order, reversed(people))):
        [home] = [home for home, username in clients[name].accounts().items() if username == person]
        clients[name].logout(person)
        for other in NAMES:
            assert sorted(clients[other].accounts().values()) == sorted(people[:left]), f"{name}, seen by {other}"
        if name == "desktop-client":
            assert home not in file.read_text(), "whoever wrote the tokens, they are gone"


@pytest.mark.parametrize("library", ["msal-python", "msal-node"])
def test_cache_reload__what_the_client_does_not_know_it_keeps(clients, tenant, file, library):
    clients[library].login(CALENDAR)
    before = json.loads(file.read_text())
    before["Tomorrow"] = {"a": [1, None, "b"]}
    before["Account"]["odd"] = {"secret": 1}
    for section in SECTIONS & before.keys():
        for entry in before[section].values():
            entry["tomorrow"] = {"x": section}
    file.write_text(json.dumps(before))
    tenant.consent("mail", "Mail.Read")
    clients["desktop-client"].silent(MAIL, tenant.user("ada"))
    after = json.loads(file.read_text())
    assert after["Tomorrow"] == before["Tomorrow"]
    assert after["Account"]["odd"] == before["Account"]["odd"]
    assert {entry.get("tomorrow", {}).get("x") for entry in after["AccessToken"].values()} == {"AccessToken", None}
    [account] = [entry for key, entry in after["Account"].items() if key != "odd"]
    [known] = [entry for key, entry in before["Account"].items() if key != "odd"]
    assert {name: account.get(name) for name in known} == known, "the account keeps what the library wrote"


@pytest.mark.parametrize("library", ["msal-python", "msal-node"])
def test_cache_reload__the_same_entries_under_the_same_names(clients, tenant, tmp_path, library):
    """Each signs the same user in to a file of its own; what both know they write alike, under keys that differ no further than
    the two libraries' do."""
    documents = {}
    for name in ("desktop-client", library):
        client = clients[name]
        client.file = tmp_path / f"{name}.json"
        client.login(CALENDAR)
        documents[name] = json.loads(client.file.read_text())
    ours, theirs = documents["desktop-client"], documents[library]
    varying = {"secret", "cached_at", "expires_on", "extended_expires_on", "last_modification_time", "tenantProfiles"}
    assert theirs.keys() <= ours.keys()
    for section in theirs:
        assert len(ours[section]) == len(theirs[section]) or section == "AppMetadata", section
        for key, entry in theirs[section].items():
            [own_key, own] = next(
                (pair for pair in ours[section].items() if key.rstrip("-").startswith(pair[0].rstrip("-"))), (None, None)
            )
            assert own is not None, f"{section}: {key} against {list(ours[section])}"
            for name in entry.keys() & own.keys() - varying:
                assert own[name] == entry[name], f"{own_key}: {name}"
            for name in entry.keys() & own.keys() & varying - {"tenantProfiles"}:
                assert type(own[name]) is type(entry[name]), f"{own_key}: {name}"
