#!/usr/bin/python3
# tests/run: left 150
"""Another contractor takes over in place (CARD-13) on a whole node whose clock is moved: planned by
one, confirmed by another, in force at its minute (also when the node was down then): whose access
ends and when, what stays, which keys are new, what is left to do; and a renewal, which ends nobody's."""
import base64
import datetime
import hashlib
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import handback, ws_client  # noqa: E402
from lib.clock import Clock  # noqa: E402
from lib.ibasho_node import NodeError, Nodes, Session, totp  # noqa: E402
from lib.t import case, main  # noqa: E402

CHANGE, CONTRACT = "/api/v1/contract/change", "/api/v1/contract"
TOKYO = datetime.timezone(datetime.timedelta(hours=9))
scratch = tempfile.TemporaryDirectory()
jump = nodes = node = None
people, by = {}, {}
kept = {}
# What a change of contractor writes or moves; nothing else may differ afterwards. Rows of those in
# GROWS stay as they were, and others come.
MOVES = {"account", "session", "contract_change_account", "notify_receiver", "people_version", "job",
         "account_place", "account_device", "right_use", "notify_notice", "up_span"}
GROWS = {"contract", "contract_change", "contract_change_step", "account_step", "right_end", "notify_step",
         "audit_leaf", "audit_checkpoint", "access_record", "access_shown", "notify_event"}


def new():
    return str(uuid.uuid4())


def begin():
    """One node in a clock of its own; everybody who is in the town on the day before."""
    global jump, nodes, node
    jump = Clock(scratch.name)
    nodes = Nodes("aozora", env=jump.env)
    node = nodes.__enter__()["aozora"]
    for name, role in (("board", "commissioner"), ("second", "commissioner"), ("firm", "contractor"),
                       ("helper", "supporter"), ("keeper", "supporter"), ("teacher", "instructor"),
                       ("auditor", "auditor"), ("child", "student")):
        people[name] = node.account(role, display_name=name)
        if name not in ("teacher", "child"):
            by[name] = node.sign_in(people[name])


def clock():
    """What the node takes the time for."""
    return jump.now()


def jump_to(moment):
    """The node's clock stands a moment after that."""
    jump.move_to(moment)


def day(days):
    return datetime.datetime.fromtimestamp(clock() + 86400 * days, TOKYO).strftime("%Y-%m-%d")


def text(moment):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def coming_minute():
    return int(clock()) // 60 * 60 + 120


def told(reply):
    return (reply.status, reply.json().get("code") if reply.status >= 400 else None)


def done(reply):
    if reply.status >= 300:
        raise NodeError(str(reply))
    return reply


def show(who="board"):
    return by[who].request("GET", CHANGE).json()


def contract():
    return by["board"].request("GET", CONTRACT).json()


def put_contract(**more):
    now = {"title": "令和8年度 学びの居場所", "contractor": "はじめ社", "begins_on": day(-30), "ends_on": day(200),
           "n_student": 50, "n_staff": 50, "n_guardian": 50}
    return by["board"].request("PUT", CONTRACT, {"id": new(), **now, **more})


def side():
    return {a["account"] for a in show()["accounts"] if a["state"] != "closed"}


def plan(who="board", staying=(), **more):
    minute = more.pop("minute", None) or coming_minute()
    staying = [people[name].id for name in staying]
    wanted = {"id": new(), "ends_at": text(minute), "title": "令和8年度 学びの居場所（引きつぎ）",
              "contractor": "つぎ社", "begins_on": day(0), "ends_on": day(300), "n_student": 50,
              "n_staff": 50, "n_guardian": 50, "expected_version": 1, "staying": staying,
              "ending": sorted(side() - set(staying)), **more}
    return by[who].request("POST", CHANGE, wanted), wanted["id"], minute


def act(who, change, what):
    return by[who].request("POST", f"{CHANGE}/{change}/{what}")


def wait(what, seconds=20):
    until = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > until:
            return value
        time.sleep(0.05)


def ends_at(name):
    return node.psql(f"SELECT ends_at FROM account WHERE id = '{people[name].id}'")


def state_of(name):
    return node.psql(f"SELECT state FROM account WHERE id = '{people[name].id}'")


def enter(name, password=None):
    return Session(node).request("POST", "/api/v1/session", {
        "login": people[name].login, "password": password or people[name].password})


def is_in(name):
    return by[name].request("GET", "/api/v1/session").status


def place(kind):
    return next(p for p in show()["places"] if p["kind"] == kind)


def steps():
    return [s["kind"] for s in show()["steps"]]


def tables():
    """Every row of every table, as sums."""
    names = node.psql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                      " ORDER BY relname").split()
    return {name: set(node.psql(f"SELECT md5(t::text) FROM {name} t").split()) for name in names}


def keys():
    return node.admin("GET", "/api/v1/keys/status").json()


@case
def only_the_board_plans_and_there_is_something_to_change(t):
    t.req("CARD-13")
    begin()
    t.eq(show()["state"], "none", "nothing is planned")
    t.eq(told(plan(minute=coming_minute())[0]), (409, "contract-missing"), "no contract to end")
    t.eq(done(put_contract()).status, 200, "a contract")
    for who in ("helper", "keeper"):
        t.eq(by[who].request("GET", CHANGE).status, 404, who + " sees none of it")
    for who in ("firm", "auditor", "helper"):
        t.eq(by[who].request("POST", CHANGE, {}).status, 404, who + " plans nothing")
    t.eq([show(who)["accounts"] for who in ("firm", "auditor")], [[], []], "whose accounts: for the board alone")
    t.eq({a["name"]: a["may_stay"] for a in show()["accounts"]},
         {"firm": False, "helper": True, "keeper": True, "teacher": True}, "who came with the contractor")
    # What the old contractor's people hold.
    kept["grant"] = node.permit_export(by["board"], people["firm"].id)
    for n, name in enumerate(("firm", "helper")):
        done(by["board"].request("POST", "/api/v1/duty", {
            "id": new(), "purpose": "sos", "account": people[name].id, "position": n + 1, "is_on": True}))
    done(by["board"].request("POST", "/api/v1/report-receivers", {
        "id": new(), "account": people["firm"].id, "way": "screen", "is_on": True}))
    done(by["board"].request("POST", "/api/v1/notify/receivers", {
        "id": new(), "account": people["firm"].id, "channel": "mail", "address": "firm@example.jp",
        "kinds": ["sos"]}))
    done(by["helper"].request("POST", "/api/v1/handovers", {"id": new(), "text": "あすの引きつぎ"}))


@case
def a_bad_plan_is_refused_and_changes_nothing(t):
    t.req("CARD-13")
    t.eq(told(plan(minute=int(clock()) // 60 * 60)[0]), (422, "invalid"), "a minute that is past")
    t.eq(told(plan(minute=coming_minute() + 1)[0]), (422, "invalid"), "no whole minute")
    t.eq(told(plan(minute=coming_minute() + 86400 * 250, ends_on=day(400))[0]), (409, "minute-outside"), "after the contract's end")
    t.eq(told(plan(begins_on=day(3))[0]), (422, "invalid"), "the next one begins later")
    t.eq(told(plan(ends_on=day(-1))[0]), (422, "invalid"), "and has ended")
    t.eq(told(plan(ending=sorted(side()) + [people["child"].id])[0]), (422, "unknown-account"), "a child")
    t.eq(told(plan(ending=sorted(side()) + [new()])[0]), (422, "unknown-account"), "nobody at all")
    t.eq(told(plan(ending=sorted(side())[1:])[0]), (409, "accounts-changed"), "somebody is left out")
    t.eq(told(plan(ending=sorted(side()) * 2)[0]), (422, "invalid"), "somebody stands there twice")
    t.eq(told(plan(staying=["keeper"], ending=sorted(side()))[0]), (422, "invalid"), "ends and stays")
    t.eq(told(plan(staying=["firm"])[0]), (422, "contractor-must-end"), "a contractor stays")
    t.eq(told(plan(contractor="はじめ社")[0]), (422, "same-contractor"), "the same one")
    t.eq(told(plan(n_staff=1)[0]), (409, "quota-below-used"), "fewer IDs than stay")
    t.eq(plan(expected_version=7)[0].status, 409, "of a contract as it was")
    t.eq(node.psql("SELECT count(*) FROM contract_change"), "0", "nothing is planned")


@case
def two_persons_decide_and_may_take_it_back(t):
    t.req("CARD-13")
    before = {name: ends_at(name) for name in people}
    reply, change, _ = plan(staying=["keeper"])
    t.eq(reply.status, 204, "planned")
    t.eq(told(plan()[0]), (409, "change-under-way"), "once at a time")
    t.eq(told(put_contract(expected_version=1)), (409, "change-under-way"), "the contract stands meanwhile")
    t.eq(told(by["board"].request("POST", "/api/v1/leaving/drain")), (409, "change-under-way"), "nobody leaves")
    t.eq((show()["may_confirm"], show("second")["may_confirm"], show("firm")["may_confirm"]),
         (False, True, False), "who may confirm")
    t.eq(told(act("board", change, "confirmation")), (403, "second-person-required"), "one is not two")
    t.eq(act("firm", change, "confirmation").status, 404, "nor the contractor")
    t.eq(act("second", new(), "confirmation").status, 404, "another change")
    t.eq((show("firm")["state"], "plan" in show("firm"), "plan" in show("auditor")), ("none", False, True),
         "the contractor does not read who may come next")
    t.eq({name: ends_at(name) for name in people}, before, "so far nobody ends")
    t.eq(act("second", change, "confirmation").status, 204, "confirmed")
    t.eq(told(act("second", change, "confirmation")), (409, "wrong-state"), "once")
    t.eq((show()["state"], show("firm")["your_end"] is not None, "your_end" in show("second")),
         ("confirmed", True, False), "the contractor sees its end")
    t.eq((place("duty_sos"), place("weekly")["n_left"]), ({"kind": "duty_sos", "n_ends": 2, "n_left": 0}, 0),
         "what somebody else must take over")
    t.eq(act("firm", change, "cancellation").status, 404, "the contractor does not cancel")
    t.eq(told(act("board", change, "operator")), (409, "wrong-state"), "nothing to mark yet")
    t.eq(act("second", change, "cancellation").status, 204, "cancelled")
    t.eq((show()["state"], {name: ends_at(name) for name in people}), ("none", before), "all as before")
    t.eq(["cancelled_at" in show(who) for who in ("board", "second", "firm")], [True] * 3, "everybody sees that one did")
    t.eq(act("second", change, "confirmation").status, 404, "for good")
    reply, change, minute = plan(staying=["keeper"])
    jump_to(minute)
    t.eq((reply.status, show()["state"]), (204, "lapsed"), "what nobody confirms in time")
    t.eq("cancelled_at" in show(), False, "a cancelled one is told of until the next")
    t.eq(told(act("second", change, "confirmation")), (409, "minute-past"), "is nothing")
    t.eq((is_in("firm"), contract()["contractor"]), (200, "はじめ社"), "nobody ends by it")


def person(role, issuer):
    """A new account, asked for by the contractor; the answer of who issues it."""
    kept.setdefault("school", new())
    by["board"].request("POST", "/api/v1/schools", {"id": kept["school"], "name": "きた小学校"})
    one = {"id": new(), "role": role, "family": "山田", "given": "花子" + str(len(kept)), "family_kana": "やまだ",
           "given_kana": "はなこ"}
    done(by["firm"].request("POST", "/api/v1/people", one | ({"school": kept["school"]} if role == "student" else {})))
    done(by["second"].request("POST", "/api/v1/people/approve", {"ids": [one["id"]]}))
    made = done(by[issuer].request("POST", "/api/v1/people/issue", {"ids": [one["id"]], "first": "sheet"}))
    return made.json()["items"][0] | {"id": one["id"]}


def open_with(one, key="first_password"):
    session = Session(node)
    reply = session.request("POST", "/api/v1/session", {"login": one["login"], "password": one[key]})
    return session, (told(reply) if reply.status >= 400 else session.request("GET", "/api/v1/session").json()["stage"])


@case
def passwords_are_handed_out_before_the_minute(t):
    t.req("CARD-13, AI-4.3-カ")
    for name, role, issuer in (("used", "student", "firm"), ("unused", "student", "firm"),
                               ("guardian", "guardian", "firm"), ("ours", "student", "board"),
                               ("printed", "student", "board"), ("renewed", "student", "firm")):
        kept[name] = person(role, issuer)
    t.eq(open_with(kept["used"])[1], "full", "a sheet that is in use")
    kept["choosing"], stage = open_with(kept["guardian"])
    t.eq(stage, "enrol", "a guardian's password is being chosen")
    printed = by["firm"].request("POST", "/api/v1/people/slips", {"ids": [kept["printed"]["id"]], "kind": "passwords"})
    t.eq(printed.status, 200, "the contractor prints one that the board issued")
    reset = done(by["firm"].request("POST", f"/api/v1/people/{people['child'].id}/reset")).json()
    kept["reset"] = {"login": people["child"].login, "first_password": reset["one_time"]}
    again = done(by["board"].request("POST", f"/api/v1/people/{kept['renewed']['id']}/reset")).json()
    kept["renewed"]["first_password"] = again["one_time"]


@case
def at_the_minute_the_access_ends_and_nothing_is_lost(t):
    t.req("CARD-13, AI-7.2-3")
    reply, change, minute = plan(staying=["keeper"])
    t.eq((reply.status, act("second", change, "confirmation").status), (204, 204), "decided by two")
    kept["half"] = scratch.name + "/old.half"
    shutil.copy(node.data_dir + "/keyd/contractor.half", kept["half"])
    kept["generation"] = keys()["generation"]
    t.eq([is_in(n) for n in ("firm", "helper", "keeper")], [200] * 3, "a minute before: all are in")
    before = tables()
    jump_to(minute - 4)  # the lines' front would not outlive a jump: their minute comes by itself
    lines = {n: ws_client.connect(node, ws_client.ticket(by[n])) for n in ("helper", "keeper")}
    time.sleep(max(0, minute - clock()))
    t.eq([is_in(n) for n in ("firm", "helper")], [401] * 2, "the next request of those who end")
    t.eq([is_in(n) for n in ("keeper", "board")], [200] * 2, "and of those who stay")
    t.eq(lines["helper"].wait_close(), 4003, "the open line ends, too")
    try:
        lines["keeper"].send_command("no.such")
    except ws_client.No as no:
        t.ok(no.code != "", "the other is still answered")
    lines["keeper"].close()
    after = tables()
    t.eq({n for n in before if n not in MOVES | GROWS and before[n] != after[n]}, set(),
         "what the change is not about is as it was, row by row")
    t.eq({n for n in GROWS if not before[n] <= after[n]}, set(), "and no record of before is gone")
    for name in ("firm", "helper", "teacher"):
        t.eq((state_of(name), told(enter(name))), ("closed", (403, "contract-ended")), name + " is told why")
        t.eq(told(enter(name, "wrong-" + people[name].password)), (401, "wrong-sign-in"), "and a stranger is not")
    t.ok("受託者の契約が終わった" in enter("firm").json()["title"], "in a plain sentence")
    now = contract()
    t.eq((now["contractor"], now["version"], now["ends_on"]), ("つぎ社", 1, day(300)), "the next contract holds")
    t.eq(node.psql("SELECT string_agg(contractor || version, ' ' ORDER BY decided_at) FROM contract"),
         "はじめ社1 はじめ社2 つぎ社1", "the one before says when it ended")
    t.ok(ends_at("keeper") == "" or ends_at("keeper") > text(minute), "who stays goes with it", ends_at("keeper"))
    t.eq(node.psql(f"SELECT count(*) FROM right_end WHERE right_grant = '{kept['grant']}'"), "1",
         "no permission to take out is left")
    t.eq(node.psql("SELECT count(*) FROM notify_receiver WHERE removed_at IS NULL"), "0", "nor an address")
    t.eq([d["account"] for d in by["board"].request("GET", "/api/v1/duty").json()["items"]], [], "nor a duty")
    t.eq([place(k)["n_left"] for k in ("duty_sos", "weekly", "contractor", "supporter")], [0, 0, 0, 1],
         "the board sees what is to be filled")
    done(by["board"].request("POST", "/api/v1/duty", {
        "id": new(), "purpose": "sos", "account": people["keeper"].id, "position": 1, "is_on": True}))
    t.eq(place("duty_sos")["n_left"], 1, "until it is")
    acts = by["board"].request("GET", f"/api/v1/access-records?account={people['firm'].id}")
    t.ok(acts.status == 200 and len(acts.json()["items"]) > 0, "what the contractor did stays with the board", acts)
    t.eq(told(act("second", change, "cancellation")), (409, "wrong-state"), "it stands")


@case
def what_the_old_contractor_handed_out_opens_nothing_or_is_left_to_do(t):
    t.req("CARD-13, AI-4.3-カ")
    over = (401, "wrong-sign-in")  # a stranger is not told why
    for name in ("unused", "guardian", "printed", "reset"):
        t.eq(open_with(kept[name])[1], over, name + ": a password nobody had made his own")
    t.eq(kept["choosing"].request("GET", "/api/v1/session").status, 401, "nor is one chosen any more")
    t.eq(node.psql("SELECT count(*) FROM account WHERE first_password_sealed IS NOT NULL"), "2", "none is kept but ours")
    t.eq(open_with(kept["used"])[1], "full", "a child who uses a sheet comes in")
    t.eq([open_with(kept[name])[1] for name in ("ours", "renewed")], ["full", "enrol"],
         "what the contractor never saw is as good as before")
    t.eq([(r["account"], r["name"]) for r in show()["resets"]], [(people["child"].id, "child")],
         "whose password the contractor reset shortly before is listed by name, and none the board reset")
    t.eq(show("auditor")["resets"], [], "names are the board's")
    left = lambda: (show()["n_dropped"], show()["n_sheets"])  # noqa: E731
    t.eq(left(), (4, 1), "the board sees how many are to be renewed")
    for n, name in ((4, "used"), (3, "printed")):
        renewed = done(by["board"].request("POST", f"/api/v1/people/{kept[name]['id']}/reset")).json()
        kept[name]["first_password"] = renewed["one_time"]
        t.eq(open_with(kept[name])[1], "enrol", name + " gets another")
        t.eq(left(), (n, 0), "and is off the list")


@case
def the_old_half_opens_nothing_any_more(t):
    t.req("CARD-13, AI-7.2-3")
    t.ok(wait(lambda: "half" in steps()), "the half of the contractor is replaced", steps())
    t.ok(keys()["generation"] > kept["generation"], "under a new node key")
    path = node.data_dir + "/keyd/contractor.half"
    fresh = scratch.name + "/fresh.half"
    node.stop()
    shutil.copy(path, fresh)
    with open(fresh, "rb") as f, open(kept["half"], "rb") as g:
        t.ok(f.read() != g.read(), "another half lies there")
    with open(kept["half"], encoding="ascii") as f, open(path, "w", encoding="ascii") as g:
        was = f.read()
        forged = re.sub(rf"(?m)^{kept['generation']} ", f"{kept['generation'] + 1} ", was)
        t.ok(forged != was, "it is said to be of the new generation")
        g.write(forged)
    node.start()
    t.eq((keys()["unlocked"], node.request("GET", "/api/v1/health").json()["status"]), (False, "locked"),
         "the old one opens nothing")
    node.stop()
    shutil.copyfile(fresh, path)
    node.start()
    node.wait_answer()
    t.eq((keys()["unlocked"], show()["state"]), (True, "in_force"), "the new one does")
    t.eq(told(enter("firm")), (403, "contract-ended"), "and it is still over")


def code_of(half):
    node_id = re.search(r"^node.id = (.*)$", open(node.data_dir + "/node.conf").read(), re.M)[1]
    digits = hashlib.sha256(b"ibasho-sheet/1" + bytes.fromhex(node_id.replace("-", "")) + half).hexdigest()
    return digits[:4] + "-" + digits[4:8]


def replace_sheet():
    half = secrets.token_bytes(32)
    path = "/api/v1/keys/replacements"
    made = done(by["board"].request("POST", path, {
        "half": base64.urlsafe_b64encode(half).decode().rstrip("="), "check_code": code_of(half)}))
    done(by["second"].request("POST", f"{path}/{made.json()['id']}/approval", {"check_code": code_of(half)}))


@case
def what_only_people_can_do_stays_open_until_it_is_done(t):
    t.req("CARD-13, AI-7.2-3")
    change = show()["plan"]["id"]
    replace_sheet()
    time.sleep(6)  # more than one look of the node at its keys
    t.ok("sheet" not in steps(), "a sheet made while the old operator could be there does not count", steps())
    for who in ("auditor", "keeper"):
        t.eq(act(who, change, "operator").status, 404, who + " marks nothing")
    t.eq(act("board", change, "operator").status, 204, "nobody of the old contractor comes onto the machine")
    t.eq(told(act("board", change, "operator")), (409, "wrong-state"), "once")
    replace_sheet()
    t.ok(wait(lambda: "sheet" in steps()), "then both halves are new", steps())
    t.eq(node.psql("SELECT count(*) FROM contract_change_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
                   " l.row_id = s.id AND l.table_name = 'contract_change_step')"), "0", "each step is a leaf")
    t.eq(node.cli("verify", "live").returncode, 0, "and the log holds")


@case
def a_minute_that_came_while_the_node_was_down_counts_before_anybody_is_served(t):
    t.req("CARD-13")
    people["next"] = node.account("contractor", display_name="next")
    by["next"] = sign_in("next")
    reply, change, minute = plan(staying=["keeper"], contractor="そのつぎ社", expected_version=1)
    t.eq((reply.status, act("second", change, "confirmation").status), (204, 204), "decided again")
    t.eq(is_in("next"), 200, "still in")
    node.stop()
    jump_to(minute)
    node.start()
    t.eq((is_in("next"), is_in("keeper")), (401, 200), "the first requests after the start")
    t.eq((state_of("next"), contract()["contractor"]), ("closed", "そのつぎ社"), "it was done before them")
    t.eq(node.psql("SELECT count(*) FROM contract_change_step WHERE kind = 'in_force'"), "2", "on record")


def sign_in(name):
    """Once more, in the node's own time."""
    session = Session(node)
    login = people[name]
    done(session.request("POST", "/api/v1/session", {"login": login.login, "password": login.password}))
    if session.request("GET", "/api/v1/session").json()["stage"] == "second_factor":
        done(session.request("POST", "/api/v1/session/second-factor", {"code": totp(login.totp_secret, clock())}))
    return session


@case
def a_renewal_ends_nobody(t):
    t.req("CARD-13")
    for more in ({"is_new": True}, {}):
        t.eq(told(put_contract(contractor="よその社", begins_on=day(0), **more)), (409, "contractor-differs"),
             "another contractor comes by a change of two persons")
    held = (by["board"].request("GET", "/api/v1/hours").json()["state"], contract()["begins_on"])
    t.eq(told(put_contract(contractor="そのつぎ社", begins_on=day(20), ends_on=day(400))), (409, "begins-later"),
         "the one that holds cannot begin later: it would close the place")
    t.eq((by["board"].request("GET", "/api/v1/hours").json()["state"], contract()["begins_on"]), held, "nothing closed")
    until = day(500)
    was = ends_at("keeper")
    reply = put_contract(contractor="そのつぎ社", is_new=True, begins_on=day(0), ends_on=until,
                         title="令和9年度 学びの居場所")
    t.eq((reply.status, reply.json()["version"], reply.json()["ends_on"]), (200, 1, until), "renewed")
    t.eq(is_in("keeper"), 200, "whoever is in stays in")
    t.ok(was == "" or ends_at("keeper") > was, "and ends with the new one", ends_at("keeper"))
    generation = keys()["generation"]
    t.eq(node.psql("SELECT count(DISTINCT contract) FROM contract"), "4", "every contract is named")
    t.eq(keys()["generation"], generation, "no key is changed")


@case
def the_bag_of_a_changed_node_is_whole(t):
    t.req("CARD-13, KP-3-調達-4")
    handback.opens_everything(t, node, by["board"])


def run_out(days):
    """The contract ended yesterday or earlier; whoever goes on signs in again."""
    done(put_contract(contractor=contract()["contractor"], begins_on=day(0), ends_on=day(0)))
    midnight = datetime.datetime.fromisoformat(day(1) + "T00:00:00+09:00")
    node.psql(f"UPDATE account SET ends_at = '{midnight.isoformat()}' WHERE id = '{people['keeper'].id}'")
    jump_to(clock() + 86400 * days)
    for name in ("board", "second"):
        by[name] = sign_in(name)


@case
def after_a_contract_that_ran_out_another_contractor_follows(t):
    t.req("CARD-13")
    t.eq((told(plan()[0]), show()["may_plan"]), ((409, "change-unfinished"), False), "the last one's keys come first")
    done(act("board", show()["plan"]["id"], "operator"))
    replace_sheet()
    t.ok(wait(lambda: "sheet" in steps()), "all of it", steps())
    for name, role in (("last firm", "contractor"), ("last helper", "supporter")):
        people[name] = node.account(role, display_name=name)
        sign_in(name)
    run_out(2)
    t.eq(told(enter("keeper")), (403, "contract-ended"), "who came with it has ended")
    t.eq([told(enter(n)) for n in ("last firm", "last helper")], [(403, "contract-ended")] * 2, "also without a written end")
    ended = contract()["ends_on"]
    reply, change, minute = plan(staying=["keeper"], contractor="よんばんめ社", expected_version=2)
    t.eq((reply.status, act("second", change, "confirmation").status), (204, 204), "at once, by two")
    t.eq((enter("last firm").status, told(enter("last helper"))), (200, (403, "contract-ended")),
         "until then the contractor can hand over, and nobody else")
    jump_to(minute)
    t.eq(told(enter("last firm")), (403, "contract-ended"), "and no longer")
    t.ok(wait(lambda: contract()["contractor"] == "よんばんめ社"), "the next contract holds", contract())
    t.eq(node.psql("SELECT ends_on FROM contract WHERE contractor = 'そのつぎ社' ORDER BY decided_at DESC LIMIT 1"),
         ended, "the one before is not said to have lasted longer")
    t.eq(enter("keeper").status, 200, "who stays goes on with it")
    run_out(20)
    done(put_contract(contractor="よんばんめ社", begins_on=day(-30), ends_on=day(100)))
    t.eq(told(enter("keeper")), (401, "wrong-sign-in"), "a contract taken up much later brings nobody back")


@case
def who_has_no_end_of_his_own_ends_with_the_contract(t):
    t.req("AI-7.2-3, CARD-13")
    for name, role in (("late firm", "contractor"), ("late helper", "supporter"), ("staff", "school_staff")):
        people[name] = node.account(role, display_name=name)
        by[name] = sign_in(name)
    t.eq({ends_at(n) for n in ("late firm", "late helper")}, {""}, "made by the operator: no end is written down")
    run_out(1)
    by["late helper"].request("GET", "/api/v1/session")
    t.eq(is_in("late helper"), 401, "a session that was open is over")
    for name in ("late firm", "late helper"):
        t.eq(told(enter(name)), (403, "contract-ended"), name + " is told so")
        t.eq(told(enter(name, "wrong-" + people[name].password)), (401, "wrong-sign-in"), "and a stranger is not")
    t.eq([enter(n).status for n in ("board", "second", "staff", "auditor")], [200] * 4, "the town's own people stay")
    done(put_contract(contractor="よんばんめ社", begins_on=day(-30), ends_on=day(100)))
    t.eq([enter(n).status for n in ("late firm", "late helper")], [200] * 2, "renewed in time, they are back")
    run_out(20)
    done(put_contract(contractor="よんばんめ社", begins_on=day(-30), ends_on=day(100)))
    t.eq([told(enter(n)) for n in ("late firm", "late helper")], [(401, "wrong-sign-in")] * 2, "much later, not")


@case
def the_next_contract_takes_over_on_its_day(t):
    t.req("CARD-13, AI-4.3-オ-2")
    same = {"contractor": "よんばんめ社"}
    done(put_contract(begins_on=day(-30), ends_on=day(9), n_student=40, **same))
    people["staying"] = node.account("supporter", display_name="staying")
    by["staying"] = sign_in("staying")
    now = contract()
    ahead = {"title": "次の年度", "is_new": True, "n_student": 60, **same}
    t.eq(told(put_contract(begins_on=day(11), ends_on=day(300), **ahead)), (409, "contract-gap"), "a day between them")
    t.eq(told(put_contract(begins_on=day(5), ends_on=day(300), **{**ahead, "contractor": "よそ社"})),
         (409, "contractor-differs"), "nor another contractor")
    t.eq(contract(), now, "nothing changed")
    reply = put_contract(begins_on=day(10), ends_on=day(300), expected_version=now["version"], **ahead)
    t.eq((reply.status, {k: v for k, v in reply.json().items() if k != "next"}), (200, now), "the one that holds goes on")
    t.eq([reply.json()["next"][k] for k in ("title", "version", "begins_on")], ["次の年度", 1, day(10)], "the next is told")
    t.eq(put_contract(begins_on=day(10), ends_on=day(200), n_student=55, title="次の年度", **same).json()["next"]["version"],
         2, "it may be corrected")
    t.eq(told(put_contract(begins_on=day(-30), ends_on=day(8), n_student=41, **same)), (409, "contract-gap"),
         "a shorter one would leave a gap")
    reply = put_contract(begins_on=day(-30), ends_on=day(9), n_student=41, **same).json()
    t.eq((reply["version"], reply["quota"]["student"], reply["contract"]), (now["version"] + 1, 41, now["contract"]),
         "and so may the one that holds")
    t.eq([by["board"].request("GET", f"/api/v1/hours/month?month={day(n)[:7]}").json()["days"][int(day(n)[8:]) - 1]["phase"]
          for n in (9, 10, 200, 201)], ["contract", "contract", "contract", "none"], "the calendar knows both")
    first = day(10)
    jump_to(datetime.datetime.fromisoformat(first + "T00:00:00+09:00").timestamp() - 60)
    node.stop()  # whatever it counted of earlier tries is forgotten
    node.start()
    node.wait_answer()
    for name in ("board", "staying"):
        by[name] = sign_in(name)
    t.eq((contract()["title"], contract()["quota"]["student"]), (now["title"], 41), "until its last minute")
    jump_to(datetime.datetime.fromisoformat(first + "T00:00:00+09:00").timestamp())
    new_one = contract()
    t.eq((new_one["title"], new_one["quota"]["student"], new_one["version"], new_one["begins_on"], "next" in new_one),
         ("次の年度", 55, 2, first, False), "then the next one holds, by itself")
    t.eq((is_in("staying"), enter("staying").status), (200, 200), "and whoever came with it goes on")
    second = {"title": "その次", "is_new": True, **same}
    done(put_contract(begins_on=day(30), ends_on=day(400), **second))
    done(put_contract(begins_on=day(60), ends_on=day(400), **second))
    t.eq(contract()["next"]["begins_on"], day(60), "one decided later replaces one that had not begun")
    t.eq(node.cli("verify", "live").returncode, 0, "each decision a leaf")


main(__file__, lambda: nodes and nodes.__exit__(None, None, None))
