#!/usr/bin/python3
# tests/run: right 240
"""Passkeys on a whole node: made, used behind the password and alone, refused when anything about
them is wrong. The authenticator is tests/lib/passkey.py; the rules are tenants/signin/webauthn.h."""
import json
import os
import sys
import threading
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes, Session, totp  # noqa: E402
from lib.passkey import AT, BS, ED, UP, UV, Passkey, b64, unb64  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = node = None
NEW, MINE = "/api/v1/me/passkeys/options", "/api/v1/me/passkeys"
ASK, PROVE = "/api/v1/session/passkey/options", "/api/v1/session/passkey"


def register(session, password, listener="public", algorithm="es256", label="学校のタブレット", **spoilt):
    """The passkey and the reply. password None: who owes a second factor has just given it."""
    options = session.request("POST", NEW).json()
    key = Passkey(options["rp_id"], algorithm, unb64(options["user_id"]))
    new = key.create(unb64(options["challenge"]), node.url(listener), **spoilt)
    again = {} if password is None else {"password": password}
    return key, session.request("POST", MINE, {**new, "label": label, **again})


def adult(role="contractor", **more):
    """A fresh adult with a passkey: login, passkey, session."""
    login = node.account(role)
    session = node.sign_in(login)
    key, reply = register(session, login.password, **more)
    assert reply.status == 200, reply
    return login, key, session


def behind_password(login):
    session = Session(node)
    reply = session.request("POST", "/api/v1/session",
                            {"login": login.login, "password": login.password})
    assert reply.json()["stage"] == "second_factor", reply
    return session


def prove(session, key, listener="public", **spoilt):
    challenge = unb64(session.request("POST", ASK).json()["challenge"])
    return session.request("POST", PROVE, key.get(challenge, node.url(listener), **spoilt))


def outcome():
    """What the last refusal was, as the access record has it."""
    return node.psql("SELECT outcome FROM access_record WHERE action = 'refused'"
                     " ORDER BY at DESC, id DESC LIMIT 1")


def state(login):
    """What no refusal may change."""
    return node.psql(
        "SELECT (SELECT json_agg(p ORDER BY id) FROM passkey p WHERE account = a.id),"
        " a.has_passkey, (SELECT count(*) FROM session s WHERE s.account = a.id AND"
        f" s.closed_at IS NULL AND s.stage = 'full') FROM account a WHERE id = '{login.id}'")


@case
def passkey_walk(t):
    """Made by a session that proved a code, used alone, then behind the password."""
    t.req("NI-2.3.4-2b")
    login = node.account("commissioner", display_name="佐藤")
    session = node.sign_in(login)
    options = session.request("POST", NEW).json()
    t.eq(options["rp_id"], "aozora.localhost", "the public host's name")
    t.eq((options["user_name"], options["user_display"], options["exclude"]),
         (login.login, "佐藤", []), "who")
    t.ok(login.id not in json.dumps(options), "the authenticator learns no id of ours")
    t.eq([p["alg"] for p in options["params"]], [-7, -8, -257], "what is taken")
    before = dict(session.cookies)
    key, reply = register(session, login.password)
    t.eq((reply.status, reply.json()["stage"]), (200, "full"), "registered")
    t.eq(sorted(reply.json()["factors"]), ["passkey", "totp"], "a factor more")
    t.ok(session.cookies != before and len(session.cookies) == 2, "the session is a new one")
    items = session.request("GET", MINE).json()["items"]
    t.eq([(i["label"], "used_at" in i) for i in items], [("学校のタブレット", False)], "listed")
    t.eq(node.psql(f"SELECT has_passkey FROM account WHERE id = '{login.id}'"), "t", "noted")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'me.passkey_add' AND outcome ="
                   f" 'ok' AND person = '{login.id}' AND object = '{items[0]['id']}'"), "1", "recorded")

    alone = Session(node)
    t.eq(alone.request("POST", ASK).json()["allow"], [], "a stranger is told no credential")
    reply = prove(alone, key)
    t.eq((reply.status, reply.json()["stage"], reply.json()["display_name"]), (200, "full", "佐藤"),
         "signed in by the passkey alone")
    t.eq(alone.request("GET", "/api/v1/settings").status, 200, "wholly")
    t.eq(alone.request("GET", MINE).json()["items"][0]["id"], items[0]["id"], "as the same person")

    second = behind_password(login)
    half = dict(second.cookies)
    options = second.request("POST", ASK).json()
    t.eq(options["allow"], [b64(key.id)], "behind the password the browser is told which")
    reply = second.request("POST", PROVE, key.get(unb64(options["challenge"]), node.url()))
    t.eq((reply.status, reply.json()["stage"]), (200, "full"), "the second step")
    stale = Session(node)
    stale.cookies = half
    t.eq(stale.request("GET", "/api/v1/session").status, 401, "the half session is gone")
    t.eq(node.psql("SELECT count(*) FROM access_record WHERE route = 'session.passkey' AND outcome"
                   f" = 'ok' AND person = '{login.id}'"), "2", "both recorded")
    dump = node.psql("SELECT p::text FROM passkey p")
    t.ok("学校のタブレット".encode().hex() not in dump and key.id.hex() not in dump,
         "neither label nor credential lies in clear")


@case
def passkey_alone_waits_for_the_one_time_password(t):
    """Whoever was in before staff reset the password may have left a passkey of his own."""
    login, thiefs, session = adult("coordinator")
    other = node.sign_in(login)
    _, reply = register(session, login.password, label="二つめ")
    t.eq((reply.status, other.request("GET", "/api/v1/session").status), (200, 401),
         "a passkey more ends the other sessions")
    in_by_it = Session(node)
    t.eq(prove(in_by_it, thiefs).status, 200, "in by the passkey")
    board = node.sign_in(node.account("commissioner"))
    reset = board.request("POST", f"/api/v1/people/{login.id}/reset")
    t.eq(reset.status, 200, f"reset {reset}")
    t.eq(in_by_it.request("GET", "/api/v1/session").status, 401, "his session ends")
    t.eq(prove(Session(node), thiefs).status, 401, "and his passkey alone opens nothing")
    t.eq(outcome(), "passkey-one-time-first", "on record")
    login.password = reset.json()["one_time"]
    mine = node.sign_in(login)
    t.eq(prove(in_by_it, thiefs).status, 200, "afterwards it is a passkey again")
    for one in mine.request("GET", MINE).json()["items"]:
        t.eq(mine.request("DELETE", f"{MINE}/{one['id']}").status, 204, "removed by its owner")
    t.eq(in_by_it.request("GET", "/api/v1/session").status, 401, "with the sessions it opened")


@case
def passkey_of_every_algorithm(t):
    for algorithm in ("eddsa", "rs256"):
        _, key, _ = adult(algorithm=algorithm)
        t.eq(prove(Session(node), key).status, 200, algorithm)


@case
def passkey_works_at_the_office_too(t):
    _, key, _ = adult("school_staff")
    t.eq(prove(Session(node, "office"), key, "office").status, 200, "made outside, used inside")
    reply = prove(Session(node, "office"), key, "public")
    t.eq((reply.status, outcome()), (401, "passkey-origin"), "but signed for this very address")


@case
def passkey_signing_in_refuses_what_is_wrong(t):
    t.req("NI-2.3.4-2b")
    t.req("AI-2.6-オ")
    login, key, _ = adult()
    _, others, _ = adult()
    before, bodies, elsewhere = state(login), set(), "https://aozora.localhost.example"
    for spoilt, rule in (
            ({"origin": elsewhere}, "origin"),
            ({"origin": node.url("office")}, "origin"),
            ({"origin": node.url().replace("https", "http")}, "origin"),
            ({"rp_id": "midori.localhost"}, "rp"),
            ({"rp_id": "localhost"}, "rp"),
            ({"flags": UP}, "user-verified"),
            ({"flags": UV}, "user-present"),
            ({"flags": UP | UV | BS}, "authenticator-data"),
            ({"flags": UP | UV | AT}, "authenticator-data"),
            ({"flags": UP | UV | ED}, "authenticator-data"),
            ({"kind": "webauthn.create"}, "type"),
            ({"kind": "payment.get"}, "type"),
            ({"client": lambda m: {**m, "crossOrigin": True}}, "cross-origin"),
            ({"client": lambda m: {**m, "topOrigin": elsewhere}}, "cross-origin"),
            ({"client": lambda m: {"type": m["type"], "challenge": m["challenge"]}}, "client-data"),
            ({"client": lambda m: {**m, "challenge": b64(bytes(32))}}, "challenge"),
            ({"client": lambda m: {**m, "challenge": b64(bytes(16))}}, "challenge")):
        session = Session(node)
        challenge = unb64(session.request("POST", ASK).json()["challenge"])
        count = key.counter
        got = key.get(challenge, spoilt.pop("origin", node.url()), **spoilt)
        key.counter = count
        reply = session.request("POST", PROVE, got)
        bodies.add(reply.body)
        t.eq((reply.status, outcome()), (401, "passkey-" + rule), rule)
        t.eq(session.cookies, {}, "no cookie")
    for change, rule in (
            (lambda g: {**g, "signature": b64(unb64(g["signature"])[:-1] + b"\0")}, "signature"),
            (lambda g: {**g, "signature": b64(others.sign(b"x"))}, "signature"),
            (lambda g: {**g, "id": b64(bytes(32))}, "unknown"),
            (lambda g: {**g, "id": b64(others.id)}, "user-handle"),
            (lambda g: {k: v for k, v in g.items() if k != "user_handle"}, "user-handle")):
        session = Session(node)
        challenge = unb64(session.request("POST", ASK).json()["challenge"])
        got = key.get(challenge, node.url(), step=0, counter=key.counter + 1)
        key.counter -= 1
        reply = session.request("POST", PROVE, change(got))
        bodies.add(reply.body)
        t.eq((reply.status, outcome()), (401, "passkey-" + rule), rule)
    for counter in (key.counter, key.counter - 1, 0):
        kept = key.counter
        reply = prove(Session(node), key, counter=counter)
        key.counter = kept
        bodies.add(reply.body)
        t.eq((reply.status, outcome()), (401, "passkey-counter"), f"a counter of {counter}")
    t.eq(len(bodies), 1, "outside all refusals are the same bytes")
    t.eq(state(login), before, "and nothing changed")
    t.eq(prove(Session(node), key).status, 200, "the right one still opens")


@case
def passkey_challenge_is_for_one_use_one_asker_one_act(t):
    t.req("AI-2.6-オ")
    login, key, session = adult()
    stranger = Session(node)
    challenge = unb64(stranger.request("POST", ASK).json()["challenge"])
    got = key.get(challenge, node.url())
    t.eq(stranger.request("POST", PROVE, got).status, 200, "used")
    for who in (stranger, Session(node)):
        reply = who.request("POST", PROVE, got)
        t.eq(reply.status, 401, "replayed")
    t.eq(outcome(), "passkey-counter", "the counter tells")
    reply = Session(node).request("POST", PROVE, key.get(challenge, node.url()))
    t.eq((reply.status, outcome()), (401, "passkey-challenge-used"),
         "nor does a fresh signature over a used challenge")
    early = unb64(Session(node).request("POST", ASK).json()["challenge"])
    t.eq(prove(Session(node), key).status, 200, "a later challenge is used")
    reply = Session(node).request("POST", PROVE, key.get(early, node.url()))
    t.eq((reply.status, outcome()), (401, "passkey-challenge-used"), "it voids the earlier ones")

    first, second = behind_password(login), behind_password(login)
    theirs = unb64(first.request("POST", ASK).json()["challenge"])
    reply = second.request("POST", PROVE, key.get(theirs, node.url()))
    t.eq((reply.status, outcome()), (401, "passkey-challenge"), "another session's challenge")
    alone = unb64(Session(node).request("POST", ASK).json()["challenge"])
    reply = second.request("POST", PROVE, key.get(alone, node.url()))
    t.eq((reply.status, outcome()), (401, "passkey-challenge"), "a stranger's challenge")
    new = unb64(session.request("POST", NEW).json()["challenge"])
    reply = second.request("POST", PROVE, key.get(new, node.url()))
    t.eq((reply.status, outcome()), (401, "passkey-challenge"), "one for a new passkey")
    office = unb64(Session(node, "office").request("POST", ASK).json()["challenge"])
    reply = Session(node).request("POST", PROVE, key.get(office, node.url()))
    t.eq((reply.status, outcome()), (401, "passkey-challenge"), "one of the other listener")
    t.eq(second.request("POST", PROVE, key.get(
        unb64(second.request("POST", ASK).json()["challenge"]), node.url())).status, 200,
        "its own opens")


@case
def passkey_proof_sent_at_once_opens_once(t):
    """Also of an authenticator that does not count, where the challenge alone tells."""
    _, key, _ = adult()
    node.psql("UPDATE passkey SET sign_count = 0")
    challenge = unb64(Session(node).request("POST", ASK).json()["challenge"])
    got, statuses = key.get(challenge, node.url(), counter=0), []

    def send():
        statuses.append(Session(node).request("POST", PROVE, got).status)

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    t.eq(sorted(statuses), [200] + [401] * 11, "one of twelve")
    t.eq(prove(Session(node), key, counter=0).status, 200, "a fresh one opens, still without a count")
    t.eq(prove(Session(node), key, counter=5).status, 200, "it may begin to count")
    t.eq(prove(Session(node), key, counter=0).status, 401, "but not stop")


@case
def passkey_of_another_is_no_second_step(t):
    login, key, _ = adult()
    _, others, _ = adult()
    session = behind_password(login)
    reply = prove(session, others)
    t.eq((reply.status, outcome()), (401, "passkey-other-account"), "somebody else's")
    t.eq(session.request("GET", "/api/v1/settings").status, 401, "the session stays half open")
    for _ in range(4):
        prove(session, others)
    t.eq(session.request("POST", PROVE, key.get(bytes(32), node.url())).status, 401, "and then")
    t.eq(session.request("GET", "/api/v1/session").status, 401, "five wrong ones end it")


@case
def passkey_cut_anywhere_is_refused(t):
    login, key, session = adult()
    before, statuses = state(login), set()
    got = key.get(unb64(Session(node).request("POST", ASK).json()["challenge"]), node.url())
    for field in ("id", "client_data", "authenticator_data", "signature"):
        whole = unb64(got[field])
        for n in sorted({0, 1, 15, 31, len(whole) // 2, len(whole) - 1}):
            if n < len(whole):
                reply = Session(node).request("POST", PROVE, {**got, field: b64(whole[:n])})
                statuses.add(reply.status)
    for field in ("id", "client_data", "authenticator_data", "signature"):
        reply = Session(node).request("POST", PROVE, {k: v for k, v in got.items() if k != field})
        t.eq(reply.status, 422, f"without {field}")
    t.ok(statuses <= {401, 422}, "refused, each of them", statuses)
    options = session.request("POST", NEW).json()
    new = Passkey(options["rp_id"]).create(unb64(options["challenge"]), node.url())
    for field in ("id", "client_data", "authenticator_data"):
        whole = unb64(new[field])
        for n in sorted({1, 15, 37, 54, len(whole) // 2, len(whole) - 1}):
            if n < len(whole):
                reply = session.request("POST", MINE, {**new, field: b64(whole[:n]), "label": "x", "password": login.password})
                t.eq(reply.status, 422, f"{field} of {n} bytes")
    t.eq(state(login), before, "nothing changed")


@case
def passkey_registering_refuses_what_is_wrong(t):
    t.req("NI-2.3.4-2b")
    login, key, session = adult()
    before, bodies = state(login), set()
    for spoilt, rule in (
            ({"origin": node.url("office")}, "origin"),
            ({"rp_id": "midori.localhost"}, "rp"),
            ({"flags": UP | AT}, "user-verified"),
            ({"flags": UV | AT}, "user-present"),
            ({"flags": UP | UV}, "authenticator-data"),
            ({"kind": "webauthn.get"}, "type"),
            ({"attested": b"\xa0"}, "algorithm"),
            ({"attested": b"\x00"}, "authenticator-data"),
            ({"client": lambda m: {**m, "crossOrigin": True}}, "cross-origin"),
            ({"client": lambda m: {**m, "challenge": b64(bytes(32))}}, "challenge")):
        options = session.request("POST", NEW).json()
        origin = spoilt.pop("origin", node.url())
        new = Passkey(options["rp_id"]).create(unb64(options["challenge"]), origin, **spoilt)
        reply = session.request("POST", MINE, {**new, "label": "x", "password": login.password})
        bodies.add(reply.body)
        t.eq((reply.status, outcome()), (422, "passkey-" + rule), rule)
    options = session.request("POST", NEW).json()
    t.eq(options["exclude"], [b64(key.id)], "the browser knows which there are")
    new = Passkey(options["rp_id"]).create(unb64(options["challenge"]), node.url())
    reply = session.request("POST", MINE, {**new, "id": b64(bytes(32)), "label": "x", "password": login.password})
    t.eq((reply.status, outcome()), (422, "passkey-id"), "another id than its own")
    bodies.add(reply.body)
    t.eq(len(bodies), 1, "the same bytes")
    key.counter = 1
    again = key.create(unb64(session.request("POST", NEW).json()["challenge"]), node.url())
    reply = session.request("POST", MINE, {**again, "label": "x", "password": login.password})
    t.eq((reply.status, reply.json()["code"]), (409, "passkey-known"), "the same one twice")
    other = node.sign_in(node.account("contractor"))
    theirs = unb64(other.request("POST", NEW).json()["challenge"])
    reply = session.request("POST", MINE,
                            {**Passkey("aozora.localhost").create(theirs, node.url()), "label": "x", "password": login.password})
    t.eq((reply.status, outcome()), (422, "passkey-challenge"), "another session's challenge")
    t.eq(state(login), before, "nothing changed")
    fresh = unb64(session.request("POST", NEW).json()["challenge"])
    for want in (200, 422):
        new = Passkey("aozora.localhost").create(fresh, node.url())
        reply = session.request("POST", MINE, {**new, "label": "x", "password": login.password})
        t.eq(reply.status, want, "one challenge, one passkey")


@case
def passkey_is_added_by_who_knows_the_password(t):
    """Who finds a session open adds no key of his own to it."""
    t.req("NI-2.3.4-2b, NI-T3-1")
    login = node.account("contractor")
    session = node.sign_in(login)
    before = state(login)
    options = session.request("POST", NEW).json()
    key = Passkey(options["rp_id"], user_handle=unb64(options["user_id"]))
    new = {**key.create(unb64(options["challenge"]), node.url()), "label": "x"}
    for more, what in (({}, "no password"), ({"password": ""}, "an empty one"),
                       ({"password": "not the password"}, "a wrong one")):
        reply = session.request("POST", MINE, {**new, **more})
        t.eq((reply.status, [e["pointer"] for e in reply.json()["errors"]]), (422, ["/password"]), what)
    t.eq(outcome(), "wrong-password", "on record")
    t.eq(state(login), before, "nothing changed")
    reply = session.request("POST", MINE, {**new, "password": login.password})
    t.eq(reply.status, 200, "the same passkey with the right one")
    t.eq(prove(Session(node), key).status, 200, "which opens from then on")


@case
def passkey_is_not_for_children_or_strangers(t):
    child = node.sign_in(node.account("student"))
    for who, want in ((child, 404), (Session(node), 401)):
        t.eq(who.request("POST", NEW).status, want, "options")
        t.eq(who.request("GET", MINE).status, want, "list")
        t.eq(who.request("DELETE", f"{MINE}/{uuid.uuid4()}").status, want, "end")


@case
def passkey_ends_but_never_as_the_last_factor(t):
    t.req("NI-2.3.4-2b")
    login, key, session = adult()
    _, _, stranger = adult()
    mine = session.request("GET", MINE).json()["items"][0]["id"]
    missing = stranger.request("DELETE", f"{MINE}/{uuid.uuid4()}")
    hidden = stranger.request("DELETE", f"{MINE}/{mine}")
    t.eq((hidden.status, hidden.body), (404, missing.body), "another's looks like none")
    node.psql(f"UPDATE account SET totp_secret_sealed = NULL WHERE id = '{login.id}'")
    reply = session.request("DELETE", f"{MINE}/{mine}")
    t.eq((reply.status, reply.json()["code"]), (409, "last-factor"), "the last one stays")
    _, reply = register(session, login.password, label="二つめ")
    t.eq(reply.status, 200, "another one")
    t.eq(session.request("DELETE", f"{MINE}/{mine}").status, 204, "now the first may go")
    t.eq(prove(Session(node), key).status, 401, "and opens nothing")
    t.eq(outcome(), "passkey-unknown", "recorded")
    t.eq(session.request("GET", "/api/v1/session").status, 200, "no session was ended by it")
    t.eq([i["label"] for i in session.request("GET", MINE).json()["items"]], ["二つめ"], "one is left")
    t.eq(session.request("DELETE", f"{MINE}/{mine}").status, 404, "once is enough")


@case
def passkey_needs_a_recent_second_factor(t):
    login, _, session = adult()
    node.psql("UPDATE session SET created_at = created_at - interval '11 minutes'"
              f" WHERE account = '{login.id}' AND closed_at IS NULL")
    mine = session.request("GET", MINE).json()["items"][0]["id"]
    for reply in (session.request("POST", NEW), session.request("DELETE", f"{MINE}/{mine}")):
        t.eq((reply.status, reply.json()["code"]), (403, "sign-in-again"), "a session left open")


@case
def passkey_is_the_second_factor_of_a_first_sign_in(t):
    """An adult who owes a second factor is given none of the rest before it is there."""
    t.req("NI-2.3.4-2b")
    login = node.account("supporter")
    node.psql("UPDATE account SET state = 'issued', totp_secret_sealed = NULL, password_changed_at"
              f" = now() WHERE id = '{login.id}'")
    session = Session(node)
    reply = session.request("POST", "/api/v1/session",
                            {"login": login.login, "password": login.password})
    t.eq((reply.json()["stage"], reply.json()["must"]), ("enrol", ["second_factor"]), "owed")
    t.eq(session.request("GET", MINE).status, 401, "nothing else opens")
    half = dict(session.cookies)
    key, reply = register(session, None)
    t.eq((reply.status, reply.json()["stage"]), (200, "full"), "and now it is there")
    t.eq(node.psql(f"SELECT state, has_passkey FROM account WHERE id = '{login.id}'"), "active|t",
         "the account is in use")
    stale = Session(node)
    stale.cookies = half
    t.eq(stale.request("GET", "/api/v1/session").status, 401, "the half session is gone")
    t.eq(prove(Session(node), key).status, 200, "next time the passkey is enough")


@case
def passkey_opens_no_suspended_account(t):
    login, key, session = adult()
    node.psql(f"UPDATE account SET state = 'suspended' WHERE id = '{login.id}'")
    reply = prove(Session(node), key)
    t.eq((reply.status, outcome()), (401, "passkey-not-active"), "suspended")
    t.eq(session.request("GET", "/api/v1/session").status, 401, "its session has ended too")


@case
def passkey_tries_are_counted_by_account(t):
    t.req("AI-2.6-オ")
    board = node.sign_in(node.account("commissioner"))
    _, key, _ = adult()
    session = node.sign_in(node.account("contractor"))
    limit = {"id": str(uuid.uuid4()), "value": "3"}
    t.eq(board.request("PUT", "/api/v1/settings/login.tries_per_minute", limit).status, 200, "set")
    statuses = [prove(Session(node), key, flags=UP).status for _ in range(5)]
    n = statuses.count(401)
    t.ok(1 <= n <= 3, "codes given within the minute count with them", n)
    t.eq(statuses, [401] * n + [429] * (5 - n), "told to wait")
    key = Passkey("aozora.localhost", user_handle=b"nobody")
    statuses = [prove(Session(node), key).status for _ in range(5)]
    t.eq(statuses, [401, 401, 401, 429, 429], "as is a passkey nobody has")
    statuses = [register(session, "not the password")[1].status for _ in range(5)]
    t.ok(422 in statuses and statuses[-1] == 429, "nor can a password be guessed here", statuses)


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        board = node.sign_in(node.account("commissioner"))
        board.request("PUT", "/api/v1/settings/login.tries_per_minute",
                      {"id": str(uuid.uuid4()), "value": "60"})
        main(__file__)
