#!/usr/bin/python3
# tests/run: left 150
"""A child moves to another municipality (CARD-16): two whole nodes and a third member of other make, which asks for
what is not its own and answers with what is none. Home opens with the guardian's consent and a second person, the
receiver accepts and a second person there names the account; then the parcel goes, sealed, and comes once."""
import datetime
import json
import os
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import fed_peer, handback  # noqa: E402
from lib.fed_peer import Key, Listener, Request, Roots, SIGNED, answer_headers, b64url, pin_of  # noqa: E402
from lib.fed_peer import reading, send, write  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.town import Town  # noqa: E402

ADMIN, MOVES = "/api/v1/admin/federation", "/api/v1/transfers"
JST = datetime.timezone(datetime.timedelta(hours=9))
CHILD, OTHER = ("山田", "花子", "やまだ", "はなこ"), ("佐藤", "次郎", "さとう", "じろう")
folder = tempfile.TemporaryDirectory()
nodes = Nodes("midori", "aozora", env={"IBASHO_FEDERATION_POLL_S": "1", "IBASHO_FEDERATION_TIMEOUT_S": "5"})
there, home = nodes["midori"], nodes["aozora"]
roots = Roots(folder.name)
ids, who, made = {}, {}, {}
evil_key = Key(folder.name, "evil-1")
EVIL = str(uuid.uuid4())
evil = Listener(folder.name, "evil", evil_key)


def new():
    return str(uuid.uuid4())


def today(days=0):
    return (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()


def until(found, seconds=25):
    end = time.monotonic() + seconds
    while True:
        got = found()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.1)


def ask(node, name, method, path, body=None, status=None):
    reply = who[node.name, name].request(method, path, body)
    assert status is None or reply.status == status, (node.name, name, method, path, body, reply)
    return reply


def opened(account=None, node="midori", by="board", **more):
    body = {"transfer": new(), "account": account or ids["aozora", "child"], "node": ids.get(node, node),
            "on": today(7), "parts": "profile,facts,steps,days,contacts", "consent_on": today(),
            "consent_how": "paper", "consent_from": "山田 太郎（父）", **more}
    return ask(home, by, "POST", MOVES, {n: v for n, v in body.items() if v is not None}), body["transfer"]


def act(node, by, transfer, verb, **more):
    reply = ask(node, by, "POST", f"{MOVES}/{transfer}/{verb}", {"id": new(), **more})
    body = reply.json()
    return body.get("state") or body["code"]


def row(node, transfer):
    return next((r for r in ask(node, "board", "GET", MOVES, status=200).json()["items"]
                 if r["transfer"] == transfer), None)


def state(node, transfer):
    return (row(node, transfer) or {}).get("state")


def count(node, table, where="true"):
    return int(node.psql(f"SELECT count(*) FROM {table} WHERE {where}"))


def id_state(account):
    return home.psql(f"SELECT state FROM account WHERE id = '{account}'")


def comes_the_day(transfer):
    """The day of the move is today, and the job that waits for it is due."""
    home.psql(f"UPDATE transfer SET on_date = '{today()}' WHERE id = '{transfer}'")
    home.psql("INSERT INTO job (id, kind, payload, state, run_at, n_tries, created_at) VALUES (gen_random_uuid(),"
              " 'federation.transfer_day', '{}', 'waiting', now(), 0, now())")


def past(node, name):
    return ask(node, name, "GET", f"/api/v1/children/{ids[node.name, 'child']}/transfers", status=200).json()["items"]


def endpoint(node):
    return node.url("federation").removeprefix("https://").rstrip("/")


def says(node, what, op=None, is_kept=False, **body):
    """What the third member says; signed anew while the node is young."""
    def once():
        asked = Request(evil_key, method="POST", path="/fed/v1/transfers/" + what, authority=endpoint(node),
                        dest=ids[node.name], reg=roots.reg(), op=op or new(), body=json.dumps(body).encode())
        reply = send(endpoint(node), asked)
        if is_kept:
            made["asked"] = asked
        return reply if reply.status == 200 or reply.code() not in ("early-boot", "registry-stale") or \
            body.get("seq", 0) > 1000 else None
    return until(once)


def point():
    return b64url(os.urandom(32))


def take(node, transfer, piece=0, seq=None, **more):
    return says(node, "take", transfer=transfer, piece=piece, seq=seq or roots.seq, point=point(), **more)


def answers(handler, _):
    """The third member as a node: takes in whatever is said, and hands over what is no parcel."""
    body = {"state": "offered"}
    if handler.path.endswith("/take"):
        body = {"n_pieces": 1, "sha256": b64url(bytes(32)), "from": point(), "sealed": b64url(os.urandom(300))}
    text = json.dumps(body, separators=(",", ":")).encode()
    write(handler, 200, answer_headers(evil_key, 200, "application/json", text, dict(handler.headers)), text)


def busy(handler, _):
    text = b'{"code":"unavailable"}'
    write(handler, 503, answer_headers(evil_key, 503, "application/json", text, dict(handler.headers)), text)


def join(node, roles):
    pin = pin_of(node.data_dir + "/front/federation.pem")
    reply = node.admin("POST", ADMIN + "/join", {"invitation": b64url(roots.invitation()), "endpoint": endpoint(node),
                                                 "name_ja": node.name, "spki": [{"sha256": b64url(pin)}]})
    asked = reading(reply.body)[0]
    key = asked["keys"][0]
    ids[node.name] = asked["node"]
    roots.member(asked["node"], node.name, endpoint(node), [pin], key["kid"],
                 fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "="), roles)


def publish():
    text = roots.publish()
    for node in (there, home):
        reply = node.admin("POST", ADMIN + "/registry", text, {"Content-Type": SIGNED})
        assert reply.status == 200, reply


def pupil(node, name, names):
    family, given, family_kana, given_kana = names
    body = {"id": new(), "role": "student", "family": family, "given": given, "family_kana": family_kana,
            "given_kana": given_kana, "school": ids[node.name, "school"]}
    ask(node, "board", "POST", "/api/v1/people", body, 201)
    ask(node, "second", "POST", "/api/v1/people/approve", {"ids": [body["id"]]}, 204)
    ask(node, "board", "POST", "/api/v1/people/issue", {"ids": [body["id"]], "first": "sheet"}, 200)
    ids[node.name, name] = body["id"]


def people(node):
    for name, role in (("board", "commissioner"), ("second", "commissioner"), ("supporter", "supporter"),
                       ("contractor", "contractor")):
        login = node.account(role, display_name=f"{node.name}の{name}")
        who[node.name, name], ids[node.name, name] = node.sign_in(login), login.id
    ask(node, "board", "PUT", "/api/v1/contract", {
        "id": new(), "title": "見本の契約", "contractor": "受託者", "begins_on": "2020-04-01", "ends_on": "2090-03-31",
        "n_student": 400, "n_staff": 100, "n_guardian": 10}, 200)
    ids[node.name, "school"] = new()
    ask(node, "board", "POST", "/api/v1/schools", {"id": ids[node.name, "school"], "name": "きた小学校"}, 200)
    pupil(node, "child", CHILD)
    pupil(node, "other", OTHER)


@case
def home_opens_with_consent_and_hides_others(t):
    t.req("CARD-16")
    for node in nodes:
        people(node)
    join(there, ["host", "guest", "coordinator"])
    join(home, ["host", "guest"])
    roots.member(EVIL, "悪い町", evil.endpoint, [evil.pin], evil_key.kid, evil_key.public, ["host", "guest"])
    evil.answer = answers
    publish()
    child = ids["aozora", "child"]
    for name in ("みかづき", "ほしぞら"):
        now = ask(home, "supporter", "GET", "/api/v1/me/profile").json()
        ask(home, "supporter", "PUT", "/api/v1/me/profile", {"id": new(), "name": name, **{
            n: now[n] for n in ("version", "note", "kind", "colour", "open", "private", "wave")}}, 200)
    ask(home, "supporter", "POST", "/api/v1/contacts", {
        "id": new(), "child": child, "kind": "phone", "is_answered": True,
        "text": "佐藤次郎さんと遊びたいと話した。みかづきさんと話した。絵がすき。"}, 201)
    ask(home, "supporter", "POST", f"/api/v1/children/{child}/steps", {
        "id": new(), "step": 2, "on": today(), "kind": "class", "place": "こもれびの部屋"}, 201)
    ask(home, "board", "PUT", f"/api/v1/people/{child}/registration", {
        "id": new(), "target": "unsupported", "target_since": "2026-05-01", "route": "desk", "wish": "yes",
        "wish_by": "child", "support": "none", "admission": "resident", "note": "じろうさんと同じ班"}, 200)
    for name in ("supporter", "contractor"):
        t.eq(opened(by=name)[0].status, 404, f"not {name}")
        t.eq(ask(home, name, "GET", MOVES).status, 404, "nor sees it")
    t.eq(opened(consent_on=None)[0].status, 422, "no consent, no transfer")
    t.eq(opened(consent_from=None)[0].status, 422, "nor one of nobody")
    for wrong, code in (({"consent_on": today(2)}, "consent-date"), ({"consent_on": today(-400)}, "consent-date"),
                        ({"node": new()}, "no-member"), ({"node": "aozora"}, "no-member")):
        t.eq(opened(**wrong)[0].json()["code"], code, f"{wrong}")
    t.eq(opened(parts="profile,secrets")[0].status, 422, "a part there is not")
    t.eq(opened(parts="steps,profile")[0].status, 422, "one spelling")
    t.eq(opened(on="2026-13-01")[0].status, 422, "no day")
    t.eq(opened(ids["aozora", "board"])[0].status, 404, "no child")
    t.eq((count(home, "transfer"), count(home, "transfer_step")), (0, 0), "nothing was written")
    reply, made["move"] = opened()
    t.eq((reply.status, reply.json().get("state")), (200, "asked"), f"opened: {reply} {reply.json()}")
    t.eq(opened(transfer=made["move"])[0].status, 200, "sent again, opened once")
    t.eq(opened()[0].json()["code"], "open-already", "one at a time")
    shown = ask(home, "second", "GET", f"{MOVES}/{made['move']}", status=200).json()
    text = shown["parcel"]["contacts"][0]["text"]
    t.ok("佐藤" not in text and "次郎" not in text and "みかづき" not in text and "＊＊＊" in text and "絵がすき" in text, f"others are hidden: {text}")
    t.eq(shown["parcel"]["facts"]["note"], "＊＊＊さんと同じ班", "by their reading, too")
    t.eq((shown["parcel"]["steps"][0]["place"], shown["row"]["consent_from"], shown["row"]["waits"]),
         ("こもれびの部屋", "山田 太郎（父）", "second"), "what the second person reads")
    t.eq(count(home, "transfer_parcel"), 1, "it waits under the child's key")


@case
def nothing_personal_leaves_before_both_boards_agree(t):
    t.req("CARD-16")
    move = made["move"]
    t.eq(act(home, "board", move, "confirm"), "second-person", "not by the one who opened it")
    t.eq(ask(home, "contractor", "POST", f"{MOVES}/{move}/confirm", {"id": new()}).status, 404, "nor the contractor")
    t.eq(count(there, "transfer"), 0, "nothing was told")
    t.eq(act(home, "second", move, "confirm"), "offered", "confirmed")
    t.ok(until(lambda: state(there, move) == "offered"), "it came")
    t.eq(there.psql(f"SELECT person IS NULL, parts, consent_on IS NULL FROM transfer WHERE id = '{move}'"), "t||t",
         "and says nothing of anybody")
    t.eq(act(there, "second", move, "take", account=ids["midori", "child"]), "state", "not before it is accepted")
    t.eq(act(there, "board", move, "confirm"), "not-found", "the receiver confirms nothing of home")
    t.eq(act(there, "board", move, "accept"), "accepted", "accepted")
    t.ok(until(lambda: state(home, move) == "accepted"), "home hears it")
    t.eq([[i["node_name"] for i in past(home, name)] for name in ("board", "supporter", "contractor")], [["midori"], [], []],
         "where the child will go is read by the board alone")
    t.eq(act(there, "board", move, "take", account=ids["midori", "child"]), "second-person", "a second one there, too")
    t.eq(act(there, "second", move, "take", account=ids["midori", "supporter"]), "not-found", "no child")


@case
def another_child_gets_nothing(t):
    t.req("CARD-16")
    move = made["move"]
    t.eq(act(there, "second", move, "take", account=ids["midori", "other"]), "taking", "the wrong one is named")
    t.ok(until(lambda: row(there, move)["code"] == "other-child"), f"it is another's: {row(there, move)}")
    t.eq((state(there, move), row(there, move).get("account"), count(there, "transfer_parcel")), ("accepted", None, 0),
         "nothing is kept")
    t.eq(state(home, move), "given", "home knows that it left")
    pupil(there, "namesake", ("山多", "華子", "やまだ", "はなこ"))
    t.eq(act(there, "second", move, "take", account=ids["midori", "namesake"]), "taking", "one who is only read alike")
    t.ok(until(lambda: row(there, move)["code"] == "other-child" and state(there, move) == "accepted"),
         f"is another one: {row(there, move)}")
    t.eq(count(there, "transfer_parcel"), 0, "nothing is kept")
    t.eq(act(home, "board", move, "cancel"), "given", "what was given is not taken back by one")
    t.eq(act(home, "board", move, "cancel"), "second-person", "nor by the same one twice")
    t.eq([(r["is_ending"], r["is_own_ending"]) for r in (row(home, move),)], [(True, True)], "it is shown as asked for")


@case
def the_parcel_arrives_once_and_home_follows(t):
    t.req("CARD-16")
    move, child = made["move"], ids["midori", "child"]
    t.eq(act(there, "second", move, "take", account=child), "taking", "named")
    t.ok(until(lambda: state(there, move) == "done"), f"it arrived: {row(there, move)}")
    t.ok(until(lambda: state(home, move) == "done"), "home has the receipt")
    t.eq((count(home, "transfer_parcel"), count(there, "transfer_parcel", f"person = '{child}'")), (0, 1),
         "home keeps no parcel, the receiver one")
    hashes = [n.psql(f"SELECT encode(sha256, 'hex') FROM transfer WHERE id = '{move}'") for n in nodes]
    t.eq(hashes[0], hashes[1], "the same one")
    t.eq(id_state(ids["aozora", "child"]), "issued", "the old ID works until the day of the move")
    t.eq(home.psql("SELECT to_char(run_at AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD HH24:MI') FROM job"
                   " WHERE kind = 'federation.transfer_day' AND state = 'waiting' ORDER BY created_at DESC LIMIT 1"),
         today(7) + " 00:00", "until its first minute")
    comes_the_day(move)
    t.ok(until(lambda: id_state(ids["aozora", "child"]) == "suspended"), "then it rests")
    t.eq(home.psql("SELECT actor IS NULL, actor_role FROM account_step WHERE state = 'suspended'"), "t|node",
         "by nobody's hand")
    home.psql(f"UPDATE account SET state = 'issued' WHERE id = '{ids['aozora', 'child']}'")
    comes_the_day(move)
    t.ok(until(lambda: not count(home, "job", "kind = 'federation.transfer_day' AND state = 'waiting' AND run_at <= now()")),
         "looked at again")
    t.eq((id_state(ids["aozora", "child"]), count(home, "transfer_step", "kind = 'rest'")), ("issued", 1),
         "who is let in again by the board stays in")
    for node in nodes:
        t.eq(count(node, "transfer_step s", "NOT EXISTS (SELECT FROM audit_leaf l WHERE l.row_id = s.id)"), 0,
             "every act is a leaf")
    kinds = [n.psql("SELECT string_agg(kind, ' ' ORDER BY n) FROM transfer_step") for n in (home, there)]
    t.eq(kinds, ["open confirm heard give give cancel give receipt rest",
                 "offer accept take refuse take refuse take arrive"], "in their order")
    seen = ask(there, "board", "GET", f"/api/v1/children/{child}/transfers", status=200).json()["items"][0]
    t.eq((seen["node_name"], seen["is_out"], seen["on"], seen["parcel"]["name"]),
         ("aozora", False, today(7), "山田　花子"), "where the child came from, and when")
    t.ok("絵がすき" in seen["parcel"]["contacts"][0]["text"], "with what was noted")
    fewer = ask(there, "supporter", "GET", f"/api/v1/children/{child}/transfers", status=200).json()["items"][0]["parcel"]
    t.eq((fewer.get("name"), fewer["contacts"][0]["text"], fewer["steps"][0]["step"], "facts" in fewer),
         (None, "", 2, False), "a supporter reads no names and no words of others")
    gone = ask(home, "board", "GET", f"/api/v1/children/{ids['aozora', 'child']}/transfers", status=200).json()["items"]
    t.eq((gone[0]["is_out"], gone[0]["node_name"], gone[0]["state"], "parcel" in gone[0]), (True, "midori", "done", False),
         "home's history says where to")
    t.eq([(i["state"], i.get("node_name")) for i in past(home, "supporter")], [("done", None)],
         "whoever is no official reads that the child moved, never where to")
    t.eq(act(there, "second", move, "take", account=child), "state", "not twice")


@case
def a_member_gets_what_is_for_it_alone(t):
    t.req("CARD-16")
    t.eq(take(home, made["move"]).code(), "not-found", "another town's is none")
    t.eq(says(home, "receipt", transfer=made["move"], sha256=b64url(bytes(32))).code(), "not-found", "nor has a receipt")
    t.eq(says(there, "offer", transfer=made["move"], on=today()).code(), "op-conflict", "an id is one transfer's")
    t.eq(says(there, "offer", transfer=new(), on="someday").code(), "bad-json", "no day")
    t.eq(says(there, "offer", transfer=new(), on=today(), name="花子").code(), "bad-json", "and nothing more than that")
    _, move = opened(ids["aozora", "other"], EVIL)
    t.eq(act(home, "second", move, "confirm"), "offered", "offered to the third")
    t.ok(until(lambda: [s for s in evil.seen if s[1].endswith("/transfers/offer")]), "it came there")
    body = next(s for s in evil.seen if s[1].endswith("/transfers/offer"))[-1]
    t.eq(json.loads(body), {"transfer": move, "on": today(7)}, "an id and a day")
    t.eq(take(home, move).code(), "unavailable", "not before its answer")
    t.eq(says(home, "answer", transfer=move, answer="accepted").status, 200, "its answer")
    t.eq(take(home, move, seq=roots.seq + 2000).code(), "registry-stale", "by the registry both have")
    t.eq(take(home, move, piece=3).code(), "bad-json", "no such piece")
    t.eq(take(home, move, piece=40).code(), "bad-json", "nor any such")
    t.eq(says(home, "take", transfer=move, piece=0, seq=roots.seq, point=b64url(bytes(32))).code(), "bad-json", "no key")
    op, body = new(), {"transfer": move, "piece": 0, "seq": roots.seq, "point": point()}
    first = says(home, "take", op=op, is_kept=True, **body)
    t.eq((first.status, sorted(first.json())), (200, ["from", "n_pieces", "sealed", "sha256"]), "a sealed piece")
    t.ok("佐藤".encode() not in first.body, "in which nothing can be read")
    t.eq(send(endpoint(home), made["asked"]).code(), "replayed", "the same bytes again are refused")
    t.eq(says(home, "take", op=op, **body).json(), first.json(), "the same operation has the same answer")
    t.eq(says(home, "take", op=op, **{**body, "point": point()}).code(), "op-conflict", "and not another")
    t.eq(says(home, "receipt", transfer=move, sha256=b64url(bytes(32))).code(), "bad-json", "a receipt for something else")
    t.eq(says(home, "answer", transfer=move, answer="declined").status, 200, "it may still say no")
    t.eq((state(home, move), count(home, "transfer_parcel"), take(home, move).code()), ("declined", 0, "not-found"),
         "then nothing is there any more")
    t.eq((row(home, move)["code"], home.psql(f"SELECT string_agg(code, ' ' ORDER BY n) FROM transfer_step WHERE transfer ="
                                             f" '{move}' AND kind = 'heard'")),
         ("declined-after-given", "accepted declined-after-given"), "but it is said that it was given")
    t.eq(id_state(ids["aozora", "other"]), "issued", "and the child stays")


@case
def silence_after_the_giving_binds_nobody(t):
    t.req("CARD-16")
    child = ids["aozora", "other"]
    home.psql(f"INSERT INTO contact (id, at, child, other, is_peer, kind, is_answered, role) SELECT gen_random_uuid(),"
              f" now(), '{child}', '{ids['aozora', 'board']}', false, 'auto', true, '' FROM generate_series(1, 900)")
    _, move = opened(child, EVIL)
    home.psql(f"DELETE FROM contact WHERE child = '{child}'")
    act(home, "second", move, "confirm")
    t.eq(says(home, "answer", transfer=move, answer="accepted").status, 200, "the third says yes")
    t.eq(take(home, move, piece=1).status, 200, "and asks for the second piece first")
    t.eq((state(home, move), count(home, "transfer_step", f"transfer = '{move}' AND kind = 'give'")), ("given", 1),
         "that is a giving, too")
    t.eq(opened(child)[0].json()["code"], "open-already", "it stays silent, and the child is bound")
    t.eq((act(home, "second", move, "cancel"), act(home, "second", move, "cancel")), ("given", "second-person"), "one asks")
    t.eq(ask(home, "contractor", "POST", f"{MOVES}/{move}/cancel", {"id": new()}).status, 404, "not the contractor")
    t.eq((act(home, "board", move, "cancel"), row(home, move)["code"], count(home, "transfer_parcel")),
         ("cancelled", "given-no-receipt", 0), "another one ends it, and it is said that the parcel had left")
    t.eq(home.psql(f"SELECT string_agg(code, ' ' ORDER BY n) FROM transfer_step WHERE transfer = '{move}' AND kind = 'cancel'"),
         "first given-no-receipt", "both acts are leaves")
    t.eq(take(home, move).code(), "not-found", "nothing more is given")
    t.ok(until(lambda: [s for s in evil.seen if s[1].endswith("/transfers/end")]), "the third is told")
    sha = b64url(bytes.fromhex(home.psql(f"SELECT encode(sha256, 'hex') FROM transfer WHERE id = '{move}'")))
    late = [says(home, "receipt", transfer=move, sha256=sha) for _ in range(2)]
    t.eq([(r.status, r.json()["state"]) for r in late], [(200, "cancelled")] * 2, "its receipt comes too late, and it is told so")
    t.eq((row(home, move)["code"], count(home, "transfer_step", f"transfer = '{move}' AND code = 'receipt-late'"),
          id_state(child)), ("receipt-late", 1, "issued"), "recorded once; the child stays as it was")
    got = new()
    there.psql("INSERT INTO transfer (id, peer, peer_name, is_out, state, parts, on_date, opened_at, changed_at, ended_at, by,"
               f" second) SELECT '{got}', '{EVIL}', 'x', false, 'done', '', now(), now(), now(), now(), '{ids['midori', 'board']}',"
               f" '{ids['midori', 'second']}'")
    ended = [says(there, "end", transfer=got) for _ in range(2)]
    t.eq(([(r.status, r.json()["state"]) for r in ended], row(there, got)["code"],
          count(there, "transfer_step", f"transfer = '{got}'")), ([(200, "done")] * 2, "ended-at-home", 1),
         "what arrived stays, and that home withdrew it is said")
    there.psql(f"DELETE FROM transfer WHERE id = '{got}'")
    slow = new()
    says(there, "offer", transfer=slow, on=today())
    act(there, "board", slow, "accept")
    there.psql(f"UPDATE transfer SET opened_at = now() - interval '31 days' WHERE id = '{slow}'")
    there.psql("INSERT INTO job (id, kind, payload, state, run_at, n_tries, created_at) VALUES (gen_random_uuid(),"
               " 'federation.transfer_day', '{}', 'waiting', now(), 0, now())")
    t.ok(until(lambda: state(there, slow) == "cancelled"), "a month later it lapses at the receiver, too")
    t.ok(until(lambda: [s for s in evil.seen if s[1].endswith("/transfers/answer")
                        and json.loads(s[-1]) == {"transfer": slow, "answer": "declined"}]), "and its home hears it")
    _, move = opened(child)
    t.eq(act(home, "board", move, "cancel"), "cancelled", "the child may move to another town")
    (_, young), (_, old) = opened(ids["aozora", "child"]), opened(child)
    act(home, "second", old, "confirm")
    t.ok(until(lambda: state(there, old) == "offered"), "one is offered")
    home.psql(f"UPDATE transfer SET opened_at = now() - interval '31 days' WHERE id = '{old}'")
    comes_the_day(old)
    t.ok(until(lambda: state(home, old) == "cancelled"), "what nobody took for a month lapses")
    t.eq((row(home, old)["code"], count(home, "transfer_parcel", f"transfer = '{old}'"), state(home, young)),
         ("lapsed", 0, "asked"), "with its parcel, and no younger one")
    t.ok(until(lambda: state(there, old) == "cancelled"), "the other hears it")
    t.eq(act(home, "board", young, "cancel"), "cancelled", "that one is withdrawn")


@case
def what_is_no_parcel_is_not_kept(t):
    t.req("CARD-16")
    move = new()
    reply = says(there, "offer", transfer=move, on=today())
    t.eq(reply.status, 200, f"the third offers: {reply.body}")
    t.eq(says(there, "offer", transfer=move, on=today()).status, 200, "twice")
    t.eq((act(there, "board", move, "accept"), act(there, "second", move, "take", account=ids["midori", "other"])),
         ("accepted", "taking"), "taken")
    t.ok(until(lambda: row(there, move)["code"] == "altered"), f"it is none: {row(there, move)}")
    t.eq((state(there, move), count(there, "transfer_parcel", f"transfer = '{move}'")), ("accepted", 0), "nothing is kept")
    t.eq((says(there, "end", transfer=move).status, state(there, move)), (200, "cancelled"), "home withdraws it")
    t.eq(act(there, "board", move, "decline"), "state", "what is over is over")
    evil.answer = busy
    move = new()
    says(there, "offer", transfer=move, on=today())
    t.eq((act(there, "board", move, "accept"), act(there, "second", move, "take", account=ids["midori", "other"])),
         ("accepted", "taking"), "its home is never ready")
    t.eq((act(there, "board", move, "decline"), row(there, move)["code"], row(there, move).get("account")),
         ("declined", "declined-after-take", None), "one may still say no")
    evil.answer = answers
    move = new()
    says(there, "offer", transfer=move, on=today())
    there.psql("INSERT INTO transfer (id, peer, peer_name, is_out, state, parts, on_date, opened_at, changed_at, ended_at)"
               f" SELECT gen_random_uuid(), '{EVIL}', 'x', false, 'cancelled', '', now(), now() + interval '1 second',"
               " now(), now() FROM generate_series(1, 600)")
    t.eq(state(there, move), "offered", "what waits is not hidden by what is over")
    t.eq(says(there, "offer", transfer=new(), on=today()).code(), "rate", "a flood is held off")
    there.psql("DELETE FROM transfer WHERE peer_name = 'x'")
    t.eq(says(there, "end", transfer=move).status, 200, "that one ends")
    _, mine = opened(ids["aozora", "other"])
    t.eq((act(home, "board", mine, "cancel"), count(there, "transfer", f"id = '{mine}'")), ("cancelled", 0),
         "what was told to nobody needs no word")
    _, mine = opened(ids["aozora", "other"])
    act(home, "second", mine, "confirm")
    t.ok(until(lambda: state(there, mine) == "offered"), "told")
    t.eq(act(home, "board", mine, "cancel"), "cancelled", "and withdrawn")
    t.ok(until(lambda: state(there, mine) == "cancelled"), "the other hears it")
    _, mine = opened(ids["aozora", "other"])
    act(home, "second", mine, "confirm")
    t.ok(until(lambda: state(there, mine) == "offered"), "told")
    t.eq(act(there, "board", mine, "decline"), "declined", "declined there")
    t.ok(until(lambda: state(home, mine) == "declined"), "home hears it")
    t.eq((count(home, "transfer_parcel"), act(there, "board", mine, "accept")), (0, "state"), "for good")


@case
def too_much_and_who_left_are_refused(t):
    t.req("CARD-16")
    child = ids["aozora", "other"]
    home.psql(f"INSERT INTO contact (id, at, child, other, is_peer, kind, is_answered, role) SELECT gen_random_uuid(),"
              f" now(), '{child}', '{ids['aozora', 'board']}', false, 'auto', true, '' FROM generate_series(1, 2001)")
    t.eq(opened(child)[0].json()["code"], "parcel-large", "more than a parcel holds")
    home.psql(f"DELETE FROM contact WHERE child = '{child}'")
    _, move = opened(child, EVIL)
    del roots.members[EVIL]
    publish()
    t.eq(act(home, "second", move, "confirm"), "no-member", "who is no member any more is told nothing")
    t.eq(act(home, "second", move, "cancel"), "cancelled", "so it ends")
    t.eq(opened(child, EVIL)[0].json()["code"], "no-member", "nor is a new one opened")
    t.ok(says(home, "offer", transfer=new(), on=today()).code() in ("unknown-key", "not-member"), "nor heard")


@case
def what_both_nodes_keep_of_it_is_handed_back(t):
    t.req("CARD-16, KP-3-調達-4")
    for node in (home, there):
        handback.opens_everything(t, node)


@case
def the_childs_end_ends_it(t):
    t.req("CARD-16, NI-2.3.4-4b")
    child, path = ids["midori", "child"], "/api/v1/endings"
    ending = ask(there, "board", "POST", path, {"id": new(), "person": child, "reason": "withdrawal",
                                                "asked_by": "guardian"}, 200).json()["id"]

    def is_at(*states):
        return until(lambda: (s := ask(there, "board", "GET", f"{path}/{ending}").json()["ending"]["state"]) in states and s)
    if is_at("deciding", "ready") == "deciding":
        found = ask(there, "board", "GET", f"{path}/{ending}/mentions").json()["items"]
        ask(there, "board", "POST", f"{path}/{ending}/decisions", {
            "mentions": [m["id"] for m in found if "row" in m], "decision": "keep"}, 200)
    ask(there, "second", "POST", f"{path}/{ending}/confirm", None, 200)
    t.eq(is_at("done"), "done", "the child's end")
    t.eq((count(there, "transfer_parcel"), count(there, "transfer", f"person = '{child}'")), (0, 0),
         "what came with the child goes with the child")
    t.eq(count(there, "transfer_step", f"person = '{child}'") > 0, True, "the log keeps numbers")


@case
def what_is_over_goes_after_its_term(t):
    t.req("CARD-16, NI-T3-8")
    terms = {r["table"]: r["term_days"] for r in ask(home, "board", "GET", "/api/v1/retention").json()["items"]
             if r["table"].startswith("transfer")}
    t.eq(terms, {"transfer": 1827, "transfer_parcel": 1827, "transfer_step": 0}, "the log of acts stays until the contract's end")
    steps, ended = count(home, "transfer_step"), count(home, "transfer", "ended_at IS NOT NULL")
    going = count(home, "transfer", "ended_at IS NULL")
    t.ok(ended > 0, "some are over")
    gone = home.psql("SELECT sweep_delete('transfer', 'ended_at', now() + interval '1 minute', 100)", "ibasho_app")
    t.eq((int(gone), count(home, "transfer"), count(home, "transfer_step")), (ended, going, steps), "what is over, alone")


@case
def a_node_that_is_drained_begins_nothing(t):
    t.req("CARD-16, CARD-14")
    _, move = opened(ids["aozora", "other"])
    town = Town(folder.name, ids["midori"], ask(there, "board", "GET", "/api/v1/contract").json()["contract"])
    ask(there, "board", "PUT", "/api/v1/leaving/town-key", {"id": new(), "certificate": town.certificate}, 204)
    ask(there, "board", "POST", "/api/v1/leaving/drain", None, 204)
    t.eq(act(home, "second", move, "confirm"), "offered", "home goes on")
    t.ok(until(lambda: "draining" in home.psql("SELECT string_agg(last_code, ' ') FROM fed_outbox")), "and hears why not")
    t.eq((state(home, move), count(there, "transfer", f"id = '{move}'")), ("offered", 0), "nothing began there")


if __name__ == "__main__":
    with nodes:
        main(__file__, lambda: (evil.close(), folder.cleanup()))
