#!/usr/bin/python3
# tests/run: alone 600
"""Keys of a whole node, with a sheet as in a town: the first sheet by invitation, restarts of
programs and of the machine, wrong sheets, two persons for a new one, and no half anywhere."""
import base64
import hashlib
import http.server
import os
import re
import secrets
import socketserver
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import ROOT, TITLES, NodeError, Nodes, totp  # noqa: E402
from lib.t import case, main  # noqa: E402

WORDS = open(f"{ROOT}/ops/data/sheet-words.ja.txt", encoding="utf-8").read().split()
nodes = node = None
half = None  # of the sheet in force
told = []  # every half that was ever sent: none may be found anywhere
people = {}


def words_of(some):
    n = int.from_bytes(some + hashlib.sha256(some).digest()[:1], "big")
    return [WORDS[n >> (11 * (23 - i)) & 2047] for i in range(24)]


def half_of(words):
    n = 0
    for word in words:
        n = n << 11 | WORDS.index(word)
    return (n >> 8).to_bytes(32, "big")


def b64(some):
    return base64.urlsafe_b64encode(some).decode().rstrip("=")


def code_of(some):
    node_id = re.search(r"^node.id = (.*)$", open(node.data_dir + "/node.conf").read(), re.M)[1]
    text = b"ibasho-sheet/1" + bytes.fromhex(node_id.replace("-", "")) + some
    digits = hashlib.sha256(text).hexdigest()[:8]
    return digits[:4] + "-" + digits[4:]


def new_half():
    some = secrets.token_bytes(32)
    told.append(some)
    return some


def office(method, path, body=None):
    return node.request(method, path, body, {"Origin": node.url("office")}, "office")


def state():
    return node.request("GET", "/api/v1/health").json()["status"]


def wait_state(wanted, seconds=10):
    began = time.monotonic()
    while state() != wanted:
        if time.monotonic() - began > seconds:
            raise NodeError(f"the node is {state()}, not {wanted}")
        time.sleep(0.02)


def status():
    return node.admin("GET", "/api/v1/keys/status").json()


def type_in(*words, text):
    """A command that reads a sheet; returns (exit status, what it said)."""
    done = node.cli(*words, check=False, stdin=text)
    return done.returncode, done.stdout + done.stderr


@case
def keys_first_sheet_takes_an_invitation(t):
    """Nobody can sign in before there is a key; so the operator invites, and never sees the half."""
    global nodes, node, half
    t.req("CARD-1")
    nodes = Nodes("aozora", keyd_boot="sheet")
    node = nodes["aozora"]
    nodes._ops("init")
    node._ops("create", "aozora", "municipality", TITLES["aozora"])
    node.v = dict(line.split("=", 1) for line in node._ops("vars", "aozora").splitlines())
    node.data_dir, node.run_dir = node.v["DATA"], node.v["NODE_RUN"]
    node.start()
    wait_state("locked")
    t.eq(node.request("GET", "/").status, 200, "a node without keys serves its first page")
    t.eq(status()["initialised"], False, "no sheet yet")
    half = new_half()
    sheet = {"half": b64(half), "check_code": code_of(half)}
    t.eq(node.request("POST", "/api/v1/keys/sheet", sheet, {"Origin": node.url()}).status, 404,
         "the public listener knows of no such thing")
    reply = office("POST", "/api/v1/keys/sheet", sheet)
    t.eq((reply.status, reply.json()["code"]), (422, "no-invitation"), "not without invitation")
    said = node.cli("key", "init").stdout
    invitation = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", said)[0]
    t.ok(node.url("office") in said, "the operator is told where the commissioner goes")
    reply = office("POST", "/api/v1/keys/sheet", {**sheet, "invitation": "AAAA-AAAA-AAAA"})
    t.eq((reply.status, reply.json()["code"]), (422, "no-invitation"), "another invitation")
    reply = office("POST", "/api/v1/keys/sheet",
                   {**sheet, "check_code": code_of(new_half()), "invitation": invitation})
    t.eq((reply.status, reply.json()["code"]), (422, "wrong-check-code"), "mangled on its way")
    t.eq(office("POST", "/api/v1/keys/unlock", {"half": b64(half)}).json()["code"], "no-sheet",
         "nothing to unlock")
    reply = office("POST", "/api/v1/keys/sheet",
                   {**sheet, "invitation": invitation.lower().replace("-", " ")})
    t.eq(reply.status, 204, "the first sheet")
    wait_state("ok")
    reply = office("POST", "/api/v1/keys/sheet", {**sheet, "invitation": invitation})
    t.eq(reply.status, 204, "sent again because the answer was lost: all is well")
    t.eq(office("POST", "/api/v1/keys/sheet", sheet).status, 204, "a right half needs no more")
    t.eq(status()["generation"], 1, "and nothing has changed by it")
    other = new_half()
    other = {"half": b64(other), "check_code": code_of(other)}
    reply = office("POST", "/api/v1/keys/sheet", {**other, "invitation": invitation})
    t.eq((reply.status, reply.json()["code"]), (422, "no-invitation"), "an invitation serves once")
    t.eq(node.admin("POST", "/api/v1/keys/sheet", sheet).status, 204, "the operator, too")
    t.eq(node.admin("POST", "/api/v1/keys/sheet", other).json()["code"], "has-sheet",
         "and there is no second first sheet, not even for the operator")
    t.eq(node.cli("key", "init", check=False).returncode, 1, "no more invitations either")
    t.eq(status()["sheet_code"], code_of(half), "its check code")
    t.ok(not os.path.exists(node.data_dir + "/keyd/municipality.token"),
         "the half is on no disk")


@case
def keys_survive_the_death_of_node_and_front(t):
    """Killed -9, the node is back within 3 s with nobody present: the agent kept the key."""
    people["a"] = node.account("commissioner")
    people["child"] = node.account("student", display_name="髙橋はなこ")
    for name in ("node", "front"):
        pid = node.kill(name)
        took = node.wait_back(name, pid)
        took = max(took, node.wait_answer())
        t.note(f"{name} killed: back after {took:.2f} s")
        t.ok(took <= 3, "back within 3 s", f"{took:.2f} s")
    session = node.sign_in(people["child"])
    t.eq(session.request("GET", "/api/v1/session").json()["display_name"], "髙橋はなこ",
         "names are readable without a sheet")


@case
def keys_after_a_restart_of_the_machine_wait_for_the_sheet(t):
    global half
    session = node.sign_in(people["child"])
    node.restart()
    wait_state("locked")
    t.eq(node.request("GET", "/").status, 200, "the page is served")
    t.eq(status()["unlocked"], False, "locked")
    t.eq(status()["sheet_code"], code_of(half), "the sheet that is waited for is named")
    login = people["child"]
    reply = node.request("POST", "/api/v1/session", {"login": login.login,
                                                     "password": login.password},
                         {"Origin": node.url()})
    t.eq((reply.status, reply.json()["code"]), (503, "locked"), "nobody signs in")
    wrong = new_half()
    reply = office("POST", "/api/v1/keys/unlock", {"half": b64(wrong)})
    t.eq((reply.status, reply.json()["code"]), (422, "wrong-sheet"), "a wrong half is told")
    t.ok(code_of(half) in reply.json()["title"], "and which sheet it should be")
    t.eq(state(), "locked", "and opens nothing")
    t.eq(node.request("POST", "/api/v1/keys/unlock", {"half": b64(half)},
                      {"Origin": node.url()}).status, 404, "not from the public listener")
    for bad in ({"half": b64(half)[:-1]}, {"half": b64(half) + "AA"}, {"half": 7}, {}):
        t.eq(office("POST", "/api/v1/keys/unlock", bad).status, 422, "no half at all")
    t.eq(office("POST", "/api/v1/keys/unlock", {"half": b64(half)}).status, 204, "the right one")
    wait_state("ok")
    t.eq(session.request("GET", "/api/v1/session").json()["display_name"], "髙橋はなこ",
         "a session of before goes on")


@case
def keys_are_unlocked_at_the_terminal_as_people_type(t):
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c
                       for c in "　".join(words_of(half)))
    numbered = "".join(f"{i + 1}. {w}\n" for i, w in enumerate(words_of(half)))
    for typed in (katakana, numbered):
        pid = node.kill("keyd")
        node.wait_back("keyd", pid)
        wait_state("locked")
        rc, said = type_in("key", "unlock", text=" ".join(words_of(new_half())))
        t.eq(rc, 1, "another sheet")
        t.ok("この紙では開きません" in said, "is told", said)
        words = words_of(half)
        rc, said = type_in("key", "unlock", text=" ".join([*words[:7], "にほんご", *words[8:]]))
        t.eq(rc, 1, "a word that is none")
        t.ok("8 番目" in said, "is named by its number", said)
        rc, said = type_in("key", "unlock", text=" ".join(words[:20]))
        t.ok(rc == 1 and "20 個" in said, "20 words are too few", said)
        rc, said = type_in("key", "unlock", text=typed)
        t.eq(rc, 0, f"opened: {said}")
        wait_state("ok")


@case
def keys_sheet_is_checked_without_changing_anything(t):
    before = status()
    rc, said = type_in("key", "check-sheet", text="\n".join(words_of(half)))
    t.eq(rc, 0, f"the stored sheet: {said}")
    rc, said = type_in("key", "check-sheet", text="\n".join(words_of(new_half())))
    t.eq(rc, 1, f"another one: {said}")
    session = node.sign_in(people["a"])
    t.eq(session.request("POST", "/api/v1/keys/sheet/check", {"half": b64(half)}).status, 204,
         "by the commissioner in the browser")
    t.eq(session.request("POST", "/api/v1/keys/sheet/check", {"half": b64(new_half())}).status,
         422, "another one")
    t.eq(session.request("POST", "/api/v1/keys/sheet/check",
                         {"half": b64(half), "check_code": "0000-0000"}).json()["code"],
         "wrong-check-code", "another code")
    t.eq(session.request("GET", "/api/v1/keys/status").json()["sheet_code"], code_of(half),
         "the commissioner sees which sheet it is")
    child = node.sign_in(people["child"])
    for method, path, body in (("GET", "/api/v1/keys/status", None),
                               ("POST", "/api/v1/keys/sheet/check", {"half": b64(half)}),
                               ("POST", "/api/v1/keys/replacements",
                                {"half": b64(half), "check_code": code_of(half)})):
        t.eq(child.request(method, path, body).status, 404, "a child sees none of it")
    counted = {"n_refused": 0, "n_unwraps": 0}
    t.eq({**status(), **counted}, {**before, **counted}, "nothing has changed")


@case
def keys_tries_are_counted(t):
    wrong = new_half()
    seen = [office("POST", "/api/v1/keys/unlock", {"half": b64(wrong)}).status for _ in range(45)]
    t.ok(429 in seen, "too many a minute are refused", seen)
    t.eq(seen.count(422) + seen.count(429), 45, "the others are told that they are wrong")
    t.eq(state(), "ok", "and the node goes on")
    time.sleep(60.2 - time.monotonic() % 60)


@case
def keys_new_sheet_takes_two_commissioners(t):
    global half
    t.req("CARD-13")
    people["b"] = node.account("commissioner")
    a, b = node.sign_in(people["a"]), node.sign_in(people["b"])
    new = new_half()
    path = "/api/v1/keys/replacements"
    t.eq(a.request("POST", path, {"half": b64(new), "check_code": "0000-0000"}).status, 422,
         "a code of another sheet")
    t.eq(a.request("POST", path, {"half": b64(new)}).status, 422, "no code")
    reply = a.request("POST", path, {"half": b64(new), "check_code": code_of(new)})
    t.eq(reply.status, 201, "proposed")
    path += "/" + reply.json()["id"] + "/approval"
    t.eq(b.request("GET", "/api/v1/keys/status").json()["proposal"], reply.json()["id"],
         "the second person sees it")
    t.eq(a.request("POST", path, {"check_code": code_of(new)}).json()["code"], "second-person",
         "the first cannot approve it")
    t.eq(b.request("POST", path, {"check_code": code_of(half)}).json()["code"],
         "wrong-check-code", "the second must have the paper")
    t.eq(status()["generation"], 1, "so far nothing has changed")
    t.eq(b.request("POST", path, {"check_code": code_of(new)}).status, 204, "approved")
    t.eq(status()["generation"], 2, "done")
    t.eq(b.request("POST", path, {"check_code": code_of(new)}).status, 204,
         "asked again because the answer was lost: it holds")
    t.eq(status()["generation"], 2, "and was done once")
    reply = a.request("POST", path, {"check_code": code_of(new)})
    t.eq((reply.status, reply.json()["code"]), (409, "no-proposal"), "for others it is gone")
    t.ok(code_of(new) in reply.json()["title"], "and they are told which sheet holds",
         reply.json()["title"])
    gone = "/api/v1/keys/replacements/00000000-0000-7000-8000-000000000001/approval"
    reply = b.request("POST", gone, {"check_code": code_of(new)})
    t.eq((reply.status, reply.json()["code"]), (409, "no-proposal"), "one that never was")
    child = node.sign_in(people["child"])
    t.eq(child.request("POST", gone, {"check_code": code_of(new)}).status, 404, "not for a child")
    old, half = half, new
    pid = node.kill("keyd")
    node.wait_back("keyd", pid)
    wait_state("locked")
    t.eq(type_in("key", "unlock", text=" ".join(words_of(old)))[0], 1,
         "the old sheet opens nothing")
    t.eq(type_in("key", "unlock", text=" ".join(words_of(half)))[0], 0, "the new one does")
    wait_state("ok")
    t.eq(node.sign_in(people["child"]).request("GET", "/api/v1/session").json()["display_name"],
         "髙橋はなこ", "every name is still there")


def replace(t, first, second, mistake=False, conf=None):
    """`ibasho key replace-sheet` as two persons type; (exit status, new half, what it said)."""
    command = subprocess.Popen([node.v["BIN"] + "/ibasho", "-c", conf or node.data_dir + "/node.conf",
                                "key", "replace-sheet"], text=True, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    shown = []
    while len(shown) < 24:
        found = re.match(r"\s*\d+\. (\S+)", command.stdout.readline())
        if found:
            shown.append(found[1])
    some = half_of(shown)
    told.append(some)
    code = re.search(r"[0-9a-f]{4}-[0-9a-f]{4}",
                     command.stdout.readline() + command.stdout.readline())[0]
    t.eq(code, code_of(some), "the code on the paper")
    words = list(reversed(shown)) if mistake else shown
    lines = [" ".join(words)]
    for person in (first, second):
        lines += [person.login, person.password, totp(person.totp_secret), code]
    said = command.communicate("\n".join(lines) + "\n", timeout=60)
    return command.returncode, some, said[0] + said[1]


class Between(http.server.BaseHTTPRequestHandler):
    """Stands on an admin socket of its own and hands requests on, until one is for an approval:
    then `lose` says what becomes of it."""
    lose = ""  # "answer": done, but the answer is lost; "request": it never arrives; "error": a
    #            5xx after it was done; "node": the answer is lost, and the node is away after
    is_away = False

    def handle_one(self, method):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        approval = self.path.endswith("/approval")
        if Between.is_away or (approval and Between.lose == "request"):
            self.close_connection = True
            return
        reply = node.admin(method, self.path, body, {"Content-Type": "application/json"})
        status = reply.status
        if approval:
            Between.is_away = Between.lose == "node"
            if Between.lose in ("answer", "node"):
                self.close_connection = True
                return
            status = 503 if Between.lose == "error" else status
        self.send_response(status)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def do_GET(self):
        self.handle_one("GET")

    def do_POST(self):
        self.handle_one("POST")

    def address_string(self):
        return "admin"

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


@case
def keys_new_sheet_at_the_terminal(t):
    """`ibasho key replace-sheet`: shown once, read back from paper, two persons with password and
    one-time code."""
    global half
    one, two = node.account("commissioner"), node.account("commissioner")
    clerk = node.account("contractor")

    rc, _, said = replace(t, one, two, mistake=True)
    t.eq(rc, 1, f"a paper that cannot be read is not used: {said}")
    rc, _, said = replace(t, clerk, two)
    t.ok(rc == 1 and "委託者" in said, "the contractor cannot", said)
    t.eq(status()["generation"], 2, "nothing has changed")
    rc, some, said = replace(t, one, two)
    t.eq(rc, 0, f"replaced: {said}")
    half = some
    t.eq(status()["generation"], 3, "done")
    t.eq(status()["sheet_code"], code_of(half), "the new sheet")
    t.eq(node.psql(f"SELECT count(*) FROM session WHERE account IN ('{one.id}','{two.id}')"
                   " AND closed_at IS NULL"), "0", "no session is left open by it")


@case
def keys_new_sheet_whose_answer_is_lost(t):
    """Which of the two sheets is in force is asked of the node, never guessed."""
    global half
    run_dir = node.run_dir + "/between"
    os.mkdir(run_dir)
    conf = node.data_dir + "/between.conf"
    with open(node.data_dir + "/node.conf", encoding="utf-8") as f:
        text = re.sub(r"^node.run_dir = .*$", f"node.run_dir = {run_dir}", f.read(), flags=re.M)
    with open(conf, "w", encoding="utf-8") as f:
        f.write(text)
    server = socketserver.ThreadingUnixStreamServer(run_dir + "/admin.sock", Between)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for lose, held in (("answer", True), ("error", True), ("request", False), ("node", True)):
            Between.lose = lose
            one, two = node.account("commissioner"), node.account("commissioner")
            before = status()
            rc, some, said = replace(t, one, two, conf=conf)
            after = status()
            t.eq(after["generation"], before["generation"] + held, f"{lose}: what happened")
            if held:
                half = some
            t.eq(after["sheet_code"], code_of(half), f"{lose}: the sheet in force")
            if lose == "node":
                t.ok(rc == 2 and "どちらの紙も捨てないでください" in said and
                     "ibasho key status" in said, "cannot be asked: keep both", said)
                t.ok("そのまま使えます" not in said, "and nothing is claimed", said)
            elif held:
                t.ok(rc == 0 and code_of(half) in said and "交換しました" in said,
                     f"{lose}: the new one, by its code", said)
            else:
                t.ok(rc != 0 and code_of(half) in said and "交換しました" not in said,
                     f"{lose}: the old one, by its code", said)
    finally:
        server.shutdown()
        server.server_close()


@case
def keys_rotate_for_a_new_contractor(t):
    t.req("CARD-13")
    with open(node.data_dir + "/keyd/contractor.half", encoding="ascii") as f:
        before = f.read()
    t.eq(node.cli("key", "rotate").returncode, 0, "rotated")
    with open(node.data_dir + "/keyd/contractor.half", encoding="ascii") as f:
        after = f.read()
    t.ok(before != after and before.split()[-1] not in after, "another half, the old one gone")
    t.eq(status()["sheet_code"], code_of(half), "the sheet stays")
    node.restart()
    wait_state("locked")
    t.eq(type_in("key", "unlock", text=" ".join(words_of(half)))[0], 0, "and opens")
    wait_state("ok")


@case
def keys_lock_closes_everything_at_once(t):
    session, new = node.sign_in(people["a"]), new_half()
    t.eq(session.request("POST", "/api/v1/keys/replacements",
                         {"half": b64(new), "check_code": code_of(new)}).status, 201, "proposed")
    t.ok("proposal" in status(), "a half lies on the desk")
    t.eq(node.cli("key", "lock").returncode, 0, "locked")
    wait_state("locked")
    t.ok("proposal" not in status(), "and is gone from it")
    shown = node.cli("key", "status", check=False).stdout
    t.ok("番人" in shown and shown.index("鍵の番人（ibasho-keyd）") < shown.index("番人"),
         "whoever is called the guard of the keys is named", shown)
    login = people["child"]
    reply = node.request("POST", "/api/v1/session", {"login": login.login,
                                                     "password": login.password},
                         {"Origin": node.url()})
    t.eq(reply.status, 503, "nothing is read from a cache")
    t.eq(type_in("key", "unlock", text=" ".join(words_of(half)))[0], 0, "the sheet opens it")
    wait_state("ok")


@case
def keys_halves_are_found_nowhere(t):
    """No log, row, keystore or configuration holds a half or its words."""
    wanted = {}
    for some in told:
        wanted[some] = "bytes"
        wanted[b64(some).encode()] = "base64"
        wanted[some.hex().encode()] = "hexadecimal"
        wanted[" ".join(words_of(some)[:4]).encode()] = "words"
    hits = []
    for top in (node.data_dir, node.run_dir):
        for path, _, names in os.walk(top):
            for name in names:
                full = os.path.join(path, name)
                if name == "ballast" or not os.path.isfile(full):
                    continue
                with open(full, "rb") as f:
                    data = f.read()
                hits += [(full, form) for needle, form in wanted.items() if needle in data]
    t.eq(hits, [], f"none of {len(told)} halves")


@case
def keys_acts_stand_in_the_record(t):
    t.req("NI-T3-8")
    rows = set(node.psql("SELECT DISTINCT route, role, outcome FROM access_record "
                         "WHERE route LIKE 'keys.%'").split("\n"))
    for row in ("keys.init|anonymous|ok", "keys.unlock|anonymous|ok",
                "keys.unlock|anonymous|wrong-sheet", "keys.unlock|operator|ok",
                "keys.unlock|anonymous|rate", "keys.check|commissioner|ok",
                "keys.check|operator|ok", "keys.propose|commissioner|ok",
                "keys.approve|commissioner|ok", "keys.approve|commissioner|second-person",
                "keys.propose_here|operator|ok", "keys.approve_here|operator|ok",
                "keys.rotate|operator|ok", "keys.propose|student|not-found"):
        t.ok(row in rows, row)


if __name__ == "__main__":
    main(__file__, lambda: nodes and nodes.close())
