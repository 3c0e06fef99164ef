#!/usr/bin/python3
# tests/run: right 420
"""Notices out on a whole node, against a real mail server and a real HTTPS receiver: who may
receive, what goes out, what becomes of it when the other side refuses, hangs, cuts the line or is
away, and when the node is killed; who can open a link (AI-4.6-1, AI-4.6-3, AI-4.4-カ-ハ-1b)."""
import base64
import hashlib
import hmac
import json
import os
import re
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import handback  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.mail_server import Certs, HookServer, MailServer  # noqa: E402
from lib.t import case, main  # noqa: E402

RECEIVERS, NOTICES = "/api/v1/notify/receivers", "/api/v1/notify/notices"
certs = Certs().__enter__()
mail = MailServer(certs).__enter__()
hooks = HookServer(certs).__enter__()
nodes = Nodes("aozora", env=mail.env(IBASHO_NOTIFY_RETRY_FIRST_S="1", IBASHO_NOTIFY_RETRY_MOST_S="2",
                                     IBASHO_NOTIFY_GIVE_UP_S="600",
                                     IBASHO_NET_ALLOW_PRIVATE="true"))
node = nodes.__enter__()["aozora"]
CANARY = "かなりや太郎"
board = node.account("commissioner", display_name=CANARY + "長")
firm = node.account("contractor", display_name=CANARY + "業")
duty = node.account("supporter", display_name=CANARY + "当番")
other = node.account("supporter", display_name=CANARY + "別人")
as_board, as_firm = node.sign_in(board), node.sign_in(firm)
as_duty, as_other = node.sign_in(duty), node.sign_in(other)
seen = {}  # what cases leave for later ones


def add(session, account, address, channel="mail", kinds=("sos", "incident", "report")):
    return session.request("POST", RECEIVERS, {
        "id": str(uuid.uuid4()), "account": account.id, "channel": channel, "address": address,
        "kinds": list(kinds)})


def act(session, receiver, what):
    return session.request("POST", f"{RECEIVERS}/{receiver}/{what}").status


def receivers(session=None):
    return {r["id"]: r for r in (session or as_board).request("GET", RECEIVERS).json()["items"]}


def queue(session=None):
    return (session or as_board).request("GET", NOTICES).json()


def notices_of(account):
    return [n for n in queue()["items"] if n["account"] == account.id]


def wait(what, seconds=15):
    """Until it is true; its value."""
    until = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > until:
            return value
        time.sleep(0.1)


def text_of(one):
    return one.message.get_content()


def token_of(one):
    return re.search(r"/#/n/([A-Za-z0-9_-]{43})\s", text_of(one)).group(1)


def open_it(session, token):
    return session.request("POST", "/api/v1/notify/open", {"token": token})


def ready(account, session, address, **more):
    """A receiver in use."""
    reply = add(as_board, account, address, **more)
    receiver = reply.json()["id"]
    one = wait(lambda: mail.to(address))
    open_it(session, token_of(one[-1]))
    return receiver


def put(receiver, account, kind="report", n=1, channel="mail", ago=0):
    """Notices as a feature's transaction leaves them; the ids."""
    ids = [str(uuid.uuid4()) for _ in range(n)]
    priority = {"sos": 0, "incident": 1, "report": 3}[kind]
    node.psql("INSERT INTO notify_notice (id, receiver, account, channel, kind, priority, cause,"
              " link, made_at, due_at, give_up_at, state) VALUES " + ",".join(
                  f"('{i}', '{receiver}', '{account.id}', '{channel}', '{kind}', {priority},"
                  f" gen_random_uuid(), 'audit', now(), now(),"
                  f" now() + interval '{600 - ago} s', 'waiting')" for i in ids))
    return ids


def state_of(notice):
    return tuple(node.psql("SELECT state, n_tries, last_why, last_code FROM notify_notice"
                           f" WHERE id = '{notice}'").split("|"))


@case
def notify_only_proved_addresses_receive(t):
    t.req("AI-4.6-1")
    reply = add(as_firm, duty, "Duty.One@Example.JP")
    t.eq(reply.status, 201, "the contractor registers")
    receiver = reply.json()["id"]
    t.eq(receivers()[receiver]["state"], "asked", "it waits for the board")
    t.eq(act(as_firm, receiver, "confirm"), 404, "which alone confirms")
    t.eq(act(as_firm, receiver, "test"), 409, "nothing is sent there before")
    time.sleep(2.5)
    t.eq(mail.mails, [], "no mail so far")
    t.eq(act(as_board, receiver, "confirm"), 204, "the board confirms")
    one = wait(lambda: mail.to("Duty.One@example.jp"))
    t.eq(len(one), 1, "now one mail comes")
    t.eq(receivers()[receiver]["state"], "proving", "it waits for its own account")
    t.eq(open_it(as_other, token_of(one[0])).status, 404, "which alone proves it")
    t.eq(receivers()[receiver]["state"], "proving", "still")
    t.eq(open_it(as_duty, token_of(one[0])).json(), {"kind": "account", "link": ""}, "it does")
    t.eq(receivers()[receiver]["state"], "active", "in use")
    t.eq(act(as_board, receiver, "confirm"), 409, "not twice")
    steps = node.psql("SELECT string_agg(step || ' ' || role, ',' ORDER BY id) FROM notify_step"
                      f" WHERE receiver = '{receiver}'")
    t.eq(steps, "added contractor,confirmed commissioner,proved supporter", "who did what")
    t.eq(receivers(as_firm)[receiver]["address"], "D***@example.jp", "the firm sees a part")
    t.eq(receivers()[receiver]["address"], "Duty.One@example.jp", "the board sees all")
    seen["receiver"] = receiver


@case
def notify_mail_is_plain_and_holds_nobody(t):
    t.req("AI-4.6-3")
    t.eq(act(as_firm, seen["receiver"], "test"), 204, "a test")
    t.eq(act(as_firm, seen["receiver"], "test"), 409, "not two at once")
    one = wait(lambda: len(mail.mails) == 2 and mail.mails[1])
    message = one.message
    t.eq(str(message["Subject"]), "居場所からの送信テスト", "fixed words")
    t.eq(str(message["From"]), "居場所 <notice@town.example.jp>", "from")
    t.eq(message["Auto-Submitted"], "auto-generated", "a machine's")
    t.ok(node.url() + "/#/n/" in text_of(one), "the link", text_of(one))
    t.eq(message["Message-ID"], f"<{notices_of(duty)[0]['id']}@town.example.jp>", "its id")
    state = wait(lambda: notices_of(duty)[0]["state"] == "sent" and notices_of(duty)[0])
    t.eq((state["n_tries"], state["why"], state["code"]), (1, "", 250), "a receipt")
    t.ok("opened_at" not in state, "nobody has read it")
    t.eq(open_it(as_duty, token_of(one)).status, 200, "opened")
    state = notices_of(duty)[0]
    t.ok("opened_at" in state, "now he has")
    t.eq(open_it(as_duty, token_of(one)).status, 200, "the same person may press again")
    t.eq(notices_of(duty)[0]["opened_at"], state["opened_at"], "which changes nothing")
    t.eq(node.psql("SELECT count(*), count(account) FROM notify_event WHERE notice ="
                   f" '{state['id']}' AND event = 'opened'"), "1|1", "who, once")


@case
def notify_link_opens_for_its_own_account_alone(t):
    t.req("AI-4.6-3")
    token = token_of(mail.mails[1])
    forged = base64.urlsafe_b64encode(base64.urlsafe_b64decode(token + "=")[:16] + bytes(16))
    missing = open_it(as_duty, forged.decode().rstrip("="))
    passed_on = open_it(as_other, token)
    t.eq((passed_on.status, missing.status), (404, 404), "passed on, made up")
    t.eq(passed_on.body, missing.body, "the same bytes")
    t.eq(open_it(as_board, token).status, 404, "not even for the board")
    t.eq(node.request("POST", "/api/v1/notify/open", {"token": token},
                      {"Origin": node.url()}).status, 401, "nobody signed in")
    t.eq(open_it(node.sign_in(node.account("student")), token).status, 404, "a child")
    for bad in ("", "x", token[:-1], token + "A", "=" * 43, "../../../etc"):
        t.eq(open_it(as_duty, bad).status, 422, f"no token: {bad}")
    node.psql("UPDATE notify_notice SET made_at = now() - interval '31 days' WHERE id = "
              f"'{notices_of(duty)[0]['id']}'")
    t.eq(open_it(as_duty, token).status, 404, "after thirty days")
    refused = node.psql("SELECT count(*) FROM access_record WHERE route = 'notify.open' AND action"
                        f" = 'refused' AND account = '{other.id}'")
    t.ok(int(refused) >= 1, "the try is on record", refused)


@case
def notify_refuses_addresses_that_are_none(t):
    for bad in ("duty", "duty@localhost", "a b@example.jp", "duty@example.jp\r\nBcc: x@example.jp",
                "duty@example.jp,x@example.jp", "<duty@example.jp>", "duty@example.jp>", "当番@例.jp"):
        reply = add(as_board, duty, bad)
        t.eq((reply.status, reply.json()["errors"][0]["pointer"].strip("/")), (422, "address"), bad)
    for bad in ("http://example.jp/", "https://u:w@example.jp/", "https://0x7f.1/", "file:///etc/passwd",
                "https://example.jp/\r\nX: y"):
        t.eq(add(as_board, duty, bad, "webhook").status, 422, bad)
    t.eq(add(as_board, duty, "a@example.jp", kinds=()).status, 422, "no kind")
    t.eq(add(as_board, duty, "a@example.jp", kinds=("account",)).status, 422, "no kind to choose")
    child = node.account("student")
    t.eq(add(as_board, child, "a@example.jp").status, 422, "a child")
    for role in ("supporter", "school_staff", "auditor", "student"):
        session = as_duty if role == "supporter" else node.sign_in(node.account(role))
        t.eq(add(session, duty, "a@example.jp").status, 404, role)
        t.eq(session.request("GET", RECEIVERS).status, 404, role)
        t.eq(session.request("GET", NOTICES).status, 404, role)


@case
def notify_tries_again_after_4xx_and_not_after_5xx(t):
    receiver = seen["receiver"]
    mail.mode = "busy"
    one = put(receiver, duty)[0]
    t.ok(wait(lambda: state_of(one)[0] == "waiting" and int(state_of(one)[1]) >= 2),
         "tried again", state_of(one))
    t.eq(state_of(one)[2:], ("busy", "451"), "why")
    mail.mode = "ok"
    t.ok(wait(lambda: state_of(one)[0] == "sent"), "then sent", state_of(one))
    n = len(mail.tries)
    mail.refused.add("Duty.One@example.jp")
    one = put(receiver, duty)[0]
    t.ok(wait(lambda: state_of(one)[0] != "waiting"), "refused", state_of(one))
    t.eq(state_of(one), ("refused", "1", "refused", "550"), "for good, at once")
    mail.refused.clear()
    mail.mode = "refuse-data"
    two = put(receiver, duty)[0]
    t.ok(wait(lambda: state_of(two)[0] != "waiting"), "the content", state_of(two))
    t.eq(state_of(two), ("refused", "1", "refused", "554"), "for good, at once")
    mail.mode = "ok"
    time.sleep(3)
    t.eq(len(mail.tries), n + 2, "never again")
    t.eq(queue()["n_failed"], 2, "and staff see it")
    t.eq(node.psql(f"SELECT count(*) FROM notify_event WHERE notice = '{one}'"), "1", "each try")


@case
def notify_waits_out_what_is_the_servers_own_fault(t):
    """The line is cut, hangs, the password is wrong, we are unknown: nothing is lost."""
    receiver = seen["receiver"]
    for mode, why in (("cut", "connect"), ("hang", "timeout"), ("wrong-word", "auth"),
                      ("no-sender", "sender")):
        mail.mode = mode
        one = put(receiver, duty)[0]
        t.ok(wait(lambda: state_of(one)[2] == why, 20), mode, state_of(one))
        t.eq(state_of(one)[0], "waiting", mode)
        t.eq(queue().get("down"), why, f"staff see it: {mode}")
        mail.mode = "ok"
        t.ok(wait(lambda: state_of(one)[0] == "sent", 20), f"after {mode}", state_of(one))
        t.ok("down" not in queue(), "mail goes out again")
    mail.stop()
    mail.start("stranger")
    one = put(receiver, duty)[0]
    t.ok(wait(lambda: state_of(one)[2] == "tls"), "a certificate nobody signed", state_of(one))
    mail.stop()
    mail.start(tls=False)
    two = put(receiver, duty)[0]
    t.ok(wait(lambda: state_of(two)[2] == "tls"), "no encryption on offer", state_of(two))
    mail.stop()
    mail.start()
    for notice in (one, two):
        t.ok(wait(lambda: state_of(notice)[0] == "sent", 20), "then sent", state_of(notice))


@case
def notify_outage_loses_and_doubles_nothing(t):
    t.req("AI-4.4-カ-ハ-1b")
    receiver = seen["receiver"]
    mail.stop()
    before = mail.ids()
    ids = put(receiver, duty, n=25) + put(receiver, duty, "sos", n=2)
    t.ok(wait(lambda: queue().get("down") == "connect"), "staff see that mail is down")
    doctor = {c["name"]: c for c in node.admin("GET", "/api/v1/admin/doctor").json()["checks"]}
    t.eq(doctor["notify"]["level"], "bad", "so does the operator")
    metrics = node.admin("GET", "/metrics").body.decode()
    t.ok("\nibasho_notify_mail_down 1\n" in metrics and "\nibasho_notify_waiting 27\n" in metrics,
         "and the metrics")
    time.sleep(3)
    mail.start()
    began, n_before = time.monotonic(), len(mail.mails)
    t.ok(wait(lambda: queue()["n_waiting"] == 0, 30), "all go out", queue()["n_waiting"])
    t.note(f"27 mails {time.monotonic() - began:.1f} s after the server came back")
    came = [m.id for m in mail.mails[n_before:]]
    t.eq(sorted(came), sorted(f"<{i}@town.example.jp>" for i in ids), "each exactly once")
    t.ok(not before & set(came), "none from before")
    t.ok(min(came.index(f"<{i}@town.example.jp>") for i in ids[-2:]) < 6, "an SOS is among the first")


@case
def notify_sos_goes_past_a_queue_that_hangs(t):
    t.req("NI-2.3-b2")
    receiver = seen["receiver"]
    mail.mode = "hang"
    put(receiver, duty, n=3)
    wait(lambda: len(mail.tries) and time.monotonic() - mail.tries[-1][0] < 0.5)
    mail.mode = "ok"
    sos = put(receiver, duty, "sos")[0]
    began = time.monotonic()
    t.ok(wait(lambda: f"<{sos}@town.example.jp>" in mail.ids(), 10), "it comes")
    t.note(f"an SOS {time.monotonic() - began:.1f} s after its commit, no wake, a report hanging")
    t.ok(time.monotonic() - began < 4, "before the report's time-out", time.monotonic() - began)
    t.ok(wait(lambda: queue()["n_waiting"] == 0, 30), "and the rest")


@case
def notify_killed_node_loses_nothing(t):
    """kill -9 with a full queue, twice in the middle of sending, once between the server's yes and our
    commit: every notice arrives; the one that was said twice has one Message-ID."""
    t.req("AI-4.4-カ-ハ-1b")
    receiver = seen["receiver"]
    n_before = len(mail.mails)
    ids = put(receiver, duty, n=40)
    wait(lambda: len(mail.mails) >= n_before + 5)
    for _ in range(2):
        pid = node.kill("node")
        node.wait_back("node", pid)
        wait(lambda: len(mail.mails) >= n_before + 15, 5)
    hit = []

    def kill_before_the_yes(one):
        if not hit:
            hit.append((one.id, node.kill("node")))

    mail.on_accept = kill_before_the_yes
    wait(lambda: hit or len(mail.mails) >= n_before + 40)
    ids += put(receiver, duty, n=1) if not hit else []
    wait(lambda: hit)
    mail.on_accept = None
    t.ok(hit, "killed after a mail was accepted")
    node.wait_back("node", hit[0][1])
    node.wait_answer()
    waiting = f"SELECT count(*) FROM notify_notice WHERE state = 'waiting'"
    t.ok(wait(lambda: node.psql(waiting) == "0", 60), "the queue empties", node.psql(waiting))
    came = [m.id for m in mail.mails[n_before:]]
    wanted = {f"<{i}@town.example.jp>" for i in ids}
    t.eq(set(came), wanted, "every notice came, and no other")
    doubled = [i for i in wanted if came.count(i) > 1]
    t.note(f"{len(ids)} notices, {len(came)} mails, said twice: {len(doubled)} (at most one a kill)")
    t.ok(hit[0][0] in doubled, "the one whose yes was lost is said again")
    t.ok(len(came) - len(wanted) <= 3 * 2, "no more than what was under way", len(came))
    twice = [m.bytes for m in mail.mails if m.id == hit[0][0]]
    t.eq(twice[0], twice[1], "in the very same bytes, so it can be folded")


@case
def notify_swap_hands_the_queue_over(t):
    """A new program takes the place while a mail hangs: the attempt ends, its try does not count, and
    the successor sends what waits."""
    receiver = seen["receiver"]
    mail.mode = "hang"
    n_before, n_tries = len(mail.mails), len(mail.tries)
    ids = put(receiver, duty, n=10)
    wait(lambda: len(mail.tries) > n_tries)
    began = time.monotonic()
    node.swap()
    took = time.monotonic() - began
    mail.mode = "ok"
    t.note(f"swap with a hanging mail: {took:.1f} s")
    t.ok(took < 10, "nobody waits for it", took)
    t.ok(wait(lambda: queue()["n_waiting"] == 0, 30), "all go out", queue()["n_waiting"])
    came = {m.id for m in mail.mails[n_before:]}
    t.eq(came, {f"<{i}@town.example.jp>" for i in ids}, "every one")
    t.ok(all(state_of(i)[0] == "sent" for i in ids), "and it is known")


@case
def notify_is_given_up_in_the_end(t):
    receiver = seen["receiver"]
    mail.mode = "busy"
    one = put(receiver, duty, ago=598)[0]
    t.ok(wait(lambda: state_of(one)[0] == "given_up", 20), "given up", state_of(one))
    mail.mode = "ok"
    found = [n for n in queue()["items"] if n["id"] == one]
    t.eq((found[0]["state"], found[0]["why"]), ("given_up", "busy"), "staff see it and why")


@case
def notify_pausing_and_removing_end_what_waits(t):
    address = "pause@example.jp"
    receiver = ready(other, as_other, address)
    mail.mode = "busy"
    one = put(receiver, other)[0]
    t.eq(act(as_firm, receiver, "pause"), 204, "paused")
    t.eq(state_of(one)[0], "cancelled", "what waited is ended")
    mail.mode = "ok"
    t.eq(act(as_firm, receiver, "test"), 409, "nothing goes there")
    t.eq(act(as_firm, receiver, "resume"), 204, "used again")
    t.eq(receivers()[receiver]["state"], "active", "so it says")
    t.eq(as_firm.request("DELETE", f"{RECEIVERS}/{receiver}").status, 204, "removed")
    t.ok(receiver not in receivers(), "gone from the list")
    t.eq(node.psql("SELECT octet_length(address_sealed) FROM notify_receiver WHERE id ="
                   f" '{receiver}'"), "0", "and its address from the table")
    t.eq(as_firm.request("DELETE", f"{RECEIVERS}/{receiver}").status, 404, "once")


@case
def notify_webhook_is_signed_and_never_led_away(t):
    reply = add(as_board, duty, hooks.url(), "webhook", kinds=("sos",)).json()
    secret = base64.urlsafe_b64decode(reply["secret"] + "=")
    posts = wait(lambda: hooks.posts)
    path, head, body = posts[0]
    said = json.loads(body)
    t.eq((path, sorted(said)), ("/hook", ["at", "kind", "link", "notice", "text"]), "what it says")
    signed = f"{head['Ibasho-Timestamp']}.{head['Ibasho-Notice']}.".encode() + body
    t.eq(head["Ibasho-Signature"], "v1=" + hmac.new(secret, signed, hashlib.sha256).hexdigest(),
         "signed with the secret that was shown once")
    t.eq(head["Ibasho-Notice"], said["notice"], "its id")
    t.ok(abs(time.time() - int(head["Ibasho-Timestamp"])) < 60, "when")
    t.eq(open_it(as_duty, said["link"].rsplit("/", 1)[1]).status, 200, "proved by its link")
    receiver, n = reply["id"], len(hooks.posts)
    for status, state in ((503, "waiting"), (429, "waiting"), (404, "refused"), (302, "refused")):
        hooks.status, hooks.location = status, hooks.url(path="/elsewhere") if status == 302 else None
        one = put(receiver, duty, "sos", channel="webhook")[0]
        t.ok(wait(lambda: state_of(one)[3] == str(status)), status, state_of(one))
        t.eq(state_of(one)[0], state, status)
        hooks.status, hooks.location = 200, None
        if state == "waiting":
            t.ok(wait(lambda: state_of(one)[0] == "sent"), "then taken", state_of(one))
    t.ok(all(p[0] == "/hook" for p in hooks.posts[n:]), "no redirect was followed")
    hooks.endless = True
    one = put(receiver, duty, "sos", channel="webhook")[0]
    t.ok(wait(lambda: state_of(one)[0] == "sent"), "an endless answer is not read", state_of(one))
    t.ok(wait(lambda: hooks.endless == "cut"), "but cut")
    hooks.endless = False
    t.eq(as_board.request("DELETE", f"{RECEIVERS}/{receiver}").status, 204, "removed")


@case
def notify_bytes_hold_no_personal_data(t):
    """Everything that left the node in this whole run."""
    t.req("AI-4.6-3")
    ids = [a for login in (board, firm, duty, other) for a in (login.id, login.login)]
    everything = [m.bytes for m in mail.mails] + [p[2] for p in hooks.posts]
    texts = [text_of(m) + str(m.message["Subject"]) + str(m.message["From"]) for m in mail.mails]
    texts += [p[2].decode() for p in hooks.posts]
    t.ok(len(everything) > 70, "many", len(everything))
    for word in [CANARY, "かなりや", *ids]:
        forms = [word.encode(), base64.b64encode(word.encode())[:-4], word.encode("utf-16-le")]
        t.eq([f for f in forms for b in everything if f in b], [], f"no {word} in the bytes")
        t.eq([x for x in texts if word in x], [], f"no {word} in the text")
    mails = {re.sub(r"/#/n/\S+", "LINK", text_of(m)) for m in mail.mails}
    t.ok(len(mails) <= 5, "one text a kind, and no other", len(mails))
    log = node.log("node")
    t.ok("example.jp" not in log and CANARY not in log, "no address in the log")
    dump = node.psql("SELECT * FROM notify_receiver; SELECT * FROM notify_notice; SELECT * FROM"
                     " notify_event; SELECT * FROM notify_step")
    t.ok("@" not in dump and "localhost" not in dump, "none in clear in the tables")


@case
def all_of_this_can_be_handed_back(t):
    t.req("KP-3-調達-4")
    handback.opens_everything(t, node)


def fini():
    nodes.__exit__(None, None, None)
    for one in (hooks, mail, certs):
        one.__exit__(None, None, None)


if __name__ == "__main__":
    main(__file__, fini)
