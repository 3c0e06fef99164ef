#!/usr/bin/python3
# tests/run: right 240
"""What is written in the place, on a whole node through the front: open lines, private talks, the safe
words in their way, the lines that wait for staff, today's lines after a restart. Everybody is a raw
client (tests/lib/visitor.py) that keeps all bytes it was sent: what it did not get never left the server."""
import datetime
import json
import os
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from lib.ws_client import Closed, Late, No, Refused  # noqa: E402

nodes = node = board = supporter = None
children, logins = [], []
JST = datetime.timezone(datetime.timedelta(hours=9))
PHONE = "でんわは090-1234-5678だよ"
RUDE = "おまえなんかしね"


def put(session, path, **body):
    reply = session.request("PUT", path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply
    return reply


def setting(name, value):
    put(board, f"/api/v1/settings/{name}", value=str(value))


def set_up():
    global board, supporter
    board = node.sign_in(node.account("commissioner"))
    put(board, "/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=0)
    for days in range(2):
        day = (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date()
        put(board, "/api/v1/hours/days", day=day.isoformat(), slots=[{"from": "00:00", "to": "24:00"}])
    supporter = node.sign_in(node.account("supporter", display_name="しえんいん"))
    for i in range(6):
        login = node.account("student", display_name=f"こども{i}")
        logins.append(login)
        children.append(node.sign_in(login))


def visitor(who, floor="plaza", rung="text", **more):
    """A child by number, or a session; on a floor, with today's lines."""
    v = Visitor(node, children[who] if isinstance(who, int) else who)
    if floor is not None:
        v.enter(floor=floor, rung=rung, **more)
        v.wait("floor.here")
        v.today = v.wait("chat.lines")["lines"]
    return v


def say(v, text, line=None, **more):
    return v.command("chat.say", line=line or str(uuid.uuid4()), text=text, **more)


def no_of(v, name, **input_):
    """Code and sentence of a refusal."""
    try:
        v.command(name, **input_)
    except No as no:
        return no.no["code"], no.no["title"]
    return None, ""


def heard(v, text):
    return text.encode() in b"".join(v.heard)


def of_line(line):
    return lambda of: of["line"] == line


def seat_of(v, name):
    return v.until(lambda: next((s for s, p in v.floor.people.items() if p["name"] == name), None),
                   what=f"seat of {name}")


def kill_and_wait():
    pid = node.kill("node")
    node.wait_back("node", pid)


def back(who, seconds=20):
    """A line as soon as there can be one: after a kill the doors are shut for a moment."""
    end = time.monotonic() + seconds
    while True:
        try:
            return Visitor(node, children[who] if isinstance(who, int) else who)
        except (OSError, Closed, Refused, Late):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


@case
def a_line_is_read_by_all_on_the_floor_once(t):
    t.req("AI-2.4-エ")
    t.req("AI-2.7-エ")
    with visitor(0) as a, visitor(1) as b, visitor(supporter) as s, visitor(2, floor="lounge") as far:
        line = str(uuid.uuid4())
        ok = say(a, "おはよう", line)
        t.eq((ok["line"], ok["state"], ok["text"]), (line, "said", "おはよう"), "answered")
        t.eq(node.psql(f"SELECT channel, floor, copy, account FROM chat_line WHERE id = '{line}'"),
             f"floor|plaza|1|{logins[0].id}", "and it was committed by then")
        of = b.wait("chat.line", where=of_line(line))
        t.eq((of["text"], of["name"], of["channel"], of["is_staff"], of["at"]),
             ("おはよう", "こども0", "floor", False, ok["at"]), "to others")
        t.eq(of["seat"], a.seat, "with the seat")
        t.ok("account" not in of and "login" not in of and "original" not in of, "and no ID", of)
        of = s.wait("chat.line", where=of_line(line))
        t.eq((of["account"], of["login"]), (logins[0].id, logins[0].login), "staff see the ID")
        again = say(a, "おはよう", line)
        t.eq(again, ok, "sent again: the same answer")
        t.eq(node.psql(f"SELECT count(*) FROM chat_line WHERE id = '{line}'"), "1", "and one line")
        t.eq(no_of(b, "chat.say", line=line, text="わたしのだよ")[0], "not-found", "another's id is no id")
        texts = [f"つづき{i}" for i in range(5)]
        for text in texts:
            say(b, text)
        for _ in texts:
            a.wait("chat.line", where=lambda of: of["text"].startswith("つづき"))
        order = [json.loads(m)["of"]["text"] for m in a.heard if b"\xe3\x81\xa4\xe3\x81\xa5\xe3\x81\x8d" in m
                 and b'"ev"' in m]
        t.eq(order, texts, "in order, each once")
        t.ok(not heard(far, "おはよう") and not heard(far, "つづき"), "nobody on another floor has a byte of it")
        for child in (a, b, far):
            for login in logins:
                t.ok(not heard(child, login.login) or child.hello["me"]["login"] == login.login,
                     "no login of another child in a child's bytes")
                t.ok(not heard(child, login.id), "no account in a child's bytes")


@case
def what_may_not_be_written_is_refused_plainly(t):
    t.req("AI-2.4-エ")
    with visitor(0) as a, visitor(1, rung="watch") as w:
        t.eq(no_of(w, "chat.say", line=str(uuid.uuid4()), text="やあ")[0], "watch-chat", "who only watches does not write")
        for text, code, what in (("あ" * 201, "too-long", "over 200 characters"),
                                 ("　 ", "blank", "nothing but spaces"),
                                 ("あ\u202eいう", "invalid", "text turned round"),
                                 ("し\u200bね", "invalid", "a letter nobody sees"),
                                 ("あ\u0300\u0301\u0302\u0303", "invalid", "a tower of marks"),
                                 ("あ\u0000い", None, "a NUL")):
            got = no_of(a, "chat.say", line=str(uuid.uuid4()), text=text)
            t.ok(got[0] == code if code else got[0] is not None, what, got)
            t.ok(any("\u3040" <= c <= "\u9fff" for c in got[1]), f"in plain words: {what}", got)
        t.eq(say(a, "あ" * 200)["state"], "said", "200 are a line")
        t.eq(say(a, "👨‍👩‍👧みたよ")["text"], "👨‍👩‍👧みたよ", "a picture of parts is one")
        t.eq(say(a, "<script>alert(1)</script>")["text"], "<script>alert(1)</script>", "script is text")
        setting("chat.text_most", 20)
        t.eq(no_of(a, "chat.say", line=str(uuid.uuid4()), text="い" * 21)[0], "too-long", "a shorter rule holds at once")
        setting("chat.text_most", 200)
        codes = [no_of(a, "chat.say", line=str(uuid.uuid4()), text=f"はやい{i}")[0] for i in range(15)]
        t.ok("too-many" in codes and None in codes, "who writes without end is told to wait", codes)
    time.sleep(1)
    t.ok(int(node.psql("SELECT count(*) FROM access_record WHERE outcome = 'watch-chat'")) >= 1,
         "an altered client is recorded")


@case
def hurting_words_are_masked_and_staff_see_them(t):
    t.req("AI-2.6-ウ")
    with visitor(0) as a, visitor(1) as b, visitor(supporter) as s:
        ok = say(a, RUDE)
        t.ok("＊" in ok["text"] and "しね" not in ok["text"] and len(ok["text"]) == len(RUDE), "masked", ok)
        t.eq(b.wait("chat.line", where=of_line(ok["line"]))["text"], ok["text"], "for the others")
        of = s.wait("chat.line", where=of_line(ok["line"]))
        t.eq((of["text"], of["original"]), (ok["text"], RUDE), "staff read what was written")
        t.ok(of["categories"], "and what kind it is", of)
        t.ok(not heard(b, "しね") and not heard(b, "categories"), "not a byte of it to a child")
        with visitor(2) as late, visitor(board) as late_staff:
            mine = [l for l in late.today if l["line"] == ok["line"]]
            t.eq([l["text"] for l in mine], [ok["text"]], "nor later")
            t.eq([l.get("original") for l in late_staff.today if l["line"] == ok["line"]], [RUDE], "but to staff")


if __name__ == "__main__":
    with Nodes("aozora", env={"IBASHO_PLACE_HOLD_S": "10", "IBASHO_PLACE_LOST_S": "8"}) as nodes:
        node = nodes["aozora"]
        set_up()
        main(__file__)
