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
        t.eq(no_of(a, "chat.say", line=str(uuid.UUID(int=0)), text="やあ")[0], "invalid", "an id that is none")
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
    with visitor(5) as a:
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


def held(session):
    reply = session.request("GET", "/api/v1/held")
    assert reply.status == 200, reply
    return reply.json()


def decide(session, line, act, decision=None):
    return session.request("POST", f"/api/v1/held/{line}", {"id": decision or str(uuid.uuid4()), "act": act})


@case
def a_contact_detail_waits_for_staff(t):
    t.req("AI-4.4-カ-ハ-1a")
    with visitor(0) as a, visitor(1) as b, visitor(supporter) as s, visitor(board, floor=None) as lobby:
        ok = say(a, PHONE)
        t.eq((ok["state"], ok["text"]), ("held", PHONE), "its author is told that it waits")
        t.eq(s.wait("chat.line", where=of_line(ok["line"]))["state"], "held", "staff who are there read it")
        for who in (s, lobby):
            t.eq(who.wait("held.new")["line"], ok["line"], "and all who may see IDs hear that one waits")
        again = say(a, PHONE, ok["line"])
        t.eq(again, ok, "sent again: the same answer")
        item = next(i for i in held(supporter)["items"] if i["line"] == ok["line"])
        t.eq((item["original"], item["account"], item["login"], item["name"], item["channel"], item["floor"]),
             (PHONE, logins[0].id, logins[0].login, "こども0", "floor", "plaza"), "in the list, whole")
        t.ok("phone" in item["categories"], "with what was found", item)
        with visitor(2) as late:
            t.eq([l for l in late.today if l["line"] == ok["line"]], [], "nobody who comes later reads it")
        with visitor(0) as me:
            t.eq([(l["state"], l["is_mine"]) for l in me.today if l["line"] == ok["line"]], [("held", True)],
                 "but its author does")
        t.ok(not heard(b, "090-1234"), "not a byte of it to another child")
    with visitor(0) as a, visitor(1) as b:
        decision = str(uuid.uuid4())
        reply = decide(supporter, ok["line"], "release", decision)
        t.eq((reply.status, reply.json()["state"]), (200, "said"), "released")
        t.eq(b.wait("chat.line", where=of_line(ok["line"]))["text"], PHONE, "now the others read it")
        t.eq(a.wait("chat.held"), {"line": ok["line"], "state": "released"}, "and its author hears of it")
        t.eq(decide(supporter, ok["line"], "release", decision).json(), reply.json(), "the same decision again")
        t.eq(decide(supporter, ok["line"], "keep").status, 409, "no second one")
        t.eq(decide(supporter, ok["line"], "hide").json()["state"], "hidden", "what was shown is hidden")
        t.eq(b.wait("chat.gone")["line"], ok["line"], "from all")
        kept = say(a, "わたしのメールは taro@example.jp です")
        t.eq(kept["state"], "held", "a mail address waits, too")
        t.eq(decide(board, kept["line"], "keep").json()["state"], "kept", "kept")
        t.eq(a.wait("chat.held"), {"line": kept["line"], "state": "kept"}, "its author hears of it")
        t.ok(not heard(b, "taro@") and not heard(b, kept["line"]), "and nobody else reads it, or that it was")
    with visitor(2) as late:
        t.eq([l for l in late.today if l["line"] in (ok["line"], kept["line"])], [], "hidden and kept are not told")
    t.eq(decide(supporter, str(uuid.uuid4()), "keep").status, 404, "no such line")
    t.eq(children[0].request("GET", "/api/v1/held").status, 404, "no child has such a list")
    t.eq(decide(children[0], kept["line"], "release").status, 404, "nor decides")


@case
def a_number_in_pieces_is_seen_whole(t):
    t.req("AI-4.4-カ-ハ-1a")
    with visitor(3) as a, visitor(1) as b:
        states = [say(a, text)["state"] for text in ("090", "1234", "5678")]
        t.eq(states[-1], "held", "the last piece waits")
        t.ok(not heard(b, "5678"), "so that nobody has all of it")


@case
def staff_write_numbers_freely(t):
    with visitor(supporter) as s, visitor(1) as b:
        ok = say(s, "こまったら 0120-783-556 に電話してね")
        t.eq(ok["state"], "said", "not held")
        t.eq(b.wait("chat.line", where=of_line(ok["line"]))["is_staff"], True, "read by all")


@case
def words_stay_in_a_room(t):
    t.req("AI-2.4-エ")
    t.req("AI-2.3-オ")
    with visitor(0, floor="counsel") as a, visitor(supporter, floor="counsel") as s, \
            visitor(1, floor="counsel") as out:
        a.command("area.enter", area="leaf")
        a.wait("floor.here", where=lambda of: of.get("room") == "leaf")
        t.eq(a.wait("chat.lines", where=lambda of: of["channel"] == "room")["lines"], [], "another channel")
        ok = say(a, "ここだけの話")
        row = node.psql(f"SELECT channel, room, array_length(heard, 1) FROM chat_line WHERE id = '{ok['line']}'")
        t.eq(row, "room|leaf|1", "of the room, with who heard it")
        say(s, "みんなへ")
        out.wait("chat.line", where=lambda of: of["text"] == "みんなへ")
        time.sleep(0.3)
        t.ok(not heard(out, "ここだけの話") and not heard(s, "ここだけの話"), "nobody outside has a byte")
        t.ok(not heard(a, "みんなへ"), "and inside it is quiet")
        a.command("area.leave")
        lines = a.wait("chat.lines", where=lambda of: of["channel"] == "floor" and of["lines"])["lines"]
        t.ok("ここだけの話" not in [l["text"] for l in lines], "the room's words stay there")
    with visitor(0, floor="classes") as a, visitor(1, floor="classes") as b:
        a.command("floor.go", to="area", id="sun")
        a.wait("chat.lines", 20, where=lambda of: of["channel"] == "room")
        ok = say(a, "きょうしつの中")
        t.eq(node.psql(f"SELECT channel, room FROM chat_line WHERE id = '{ok['line']}'"), "room|sun",
             "where one is seen from outside, but not heard, too")
        b.command("floor.go", to="area", id="sun")
        lines = b.wait("chat.lines", 20, where=lambda of: of["channel"] == "room")["lines"]
        t.eq(lines, [], "who comes later does not read what he did not hear")
        t.ok(not heard(b, "きょうしつの中"), "not a byte")


@case
def somebody_is_addressed(t):
    with visitor(0) as a, visitor(1) as b, visitor(supporter) as s:
        ok = say(a, "きょうはいい天気だね", to=seat_of(a, "こども1"))
        of = b.wait("chat.line", where=of_line(ok["line"]))
        t.eq(of["to"], {"seat": b.seat, "name": "こども1"}, "by name and seat")
        t.eq(node.psql(f"SELECT to_account FROM chat_line WHERE id = '{ok['line']}'"), logins[1].id, "kept")
        t.eq(no_of(a, "chat.say", line=str(uuid.uuid4()), text="だれ", to=64000)[0], "not-found", "a seat nobody has")
        t.eq(no_of(a, "chat.say", line=str(uuid.uuid4()), text="わたし", to=a.seat)[0], "not-found", "nor oneself")


@case
def a_child_and_staff_talk_at_once(t):
    t.req("AI-2.4-オ")
    with visitor(0) as a, visitor(1) as third, visitor(supporter) as s:
        talk = a.command("talk.ask", seat=seat_of(a, "しえんいん"))["talk"]
        opened, theirs = a.wait("talk.open"), s.wait("talk.open")
        t.eq((opened["talk"], opened["is_first"]), (talk, True), "open, and he is told who may read it")
        t.eq([(p["name"], p["is_staff"]) for p in opened["people"]], [("しえんいん", True)], "with whom")
        t.eq([p["name"] for p in theirs["people"]], ["こども0"], "staff as well")
        line = str(uuid.uuid4())
        ok = a.command("talk.say", talk=talk, line=line, text="ないしょの話があるの")
        t.eq(a.command("talk.say", talk=talk, line=line, text="ないしょの話があるの"), ok, "again: the same")
        of = s.wait("chat.line", where=of_line(line))
        t.eq((of["channel"], of["talk"], of["text"], of["account"]),
             ("talk", talk, "ないしょの話があるの", logins[0].id), "heard by the other")
        t.eq(node.psql(f"SELECT channel, talk, to_account = (SELECT account FROM chat_talk_member WHERE talk = "
                       f"'{talk}' AND account <> '{logins[0].id}') FROM chat_line WHERE id = '{line}'"),
             f"talk|{talk}|t", "with its partner in the record")
        t.eq(no_of(third, "talk.say", talk=talk, line=str(uuid.uuid4()), text="わりこみ")[0], "not-found",
             "a third one is no member")
        t.eq(no_of(third, "talk.leave", talk=talk)[0], "not-found", "nor ends it")
        before = a.last_n
        s.cut()
        a.command("talk.say", talk=talk, line=str(uuid.uuid4()), text="きこえてる？")
        back_again = Visitor(node, supporter)
        back_again.last_n = s.last_n
        back_again.resume(s)
        back_again.wait("talk.open", where=lambda of: of["talk"] == talk)
        lines = back_again.wait("chat.lines", where=lambda of: of["channel"] == "talk")["lines"]
        t.eq([l["text"] for l in lines], ["ないしょの話があるの", "きこえてる？"], "who was cut has all of it")
        t.ok(before >= 1, "numbered")
        back_again.command("talk.leave", talk=talk)
        t.eq(a.wait("talk.over"), {"talk": talk, "why": "left"}, "over")
        t.eq(no_of(a, "talk.say", talk=talk, line=str(uuid.uuid4()), text="まだいる？")[0], "not-found", "no more words")
        time.sleep(0.3)
        for word in ("ないしょ", "きこえてる", talk):
            t.ok(not heard(third, word), "a third client has no byte of it", word)
        back_again.close()
    time.sleep(0.3)
    t.eq(node.psql(f"SELECT count(*) FROM chat_talk_member WHERE talk = '{talk}' AND left_at IS NOT NULL"), "2",
         "its end is kept")


@case
def a_word_that_was_answered_is_told(t):
    """Also when the talk ended while it was on its way to the record."""
    t.req("AI-2.4-オ")
    with visitor(0) as a, visitor(supporter) as s:
        for i in range(8):
            talk = a.command("talk.ask", seat=seat_of(a, "しえんいん"))["talk"]
            s.wait("talk.open", where=lambda of, talk=talk: of["talk"] == talk)
            a.wait("talk.open", where=lambda of, talk=talk: of["talk"] == talk)
            line = str(uuid.uuid4())
            number = a.post("talk.say", talk=talk, line=line, text=f"さいごに{i}")
            s.command("talk.leave", talk=talk)
            try:
                a.answer(number)
            except No as no:
                t.eq(no.code, "not-found", "it came too late")
            else:
                t.eq(s.wait("chat.line", where=of_line(line))["text"], f"さいごに{i}", "told")
            time.sleep(1)


def may_be_asked(*who):
    """These children may be asked for a talk of two; the place has heard of it."""
    for i in who:
        now = children[i].request("GET", "/api/v1/me/profile").json()
        put(children[i], "/api/v1/me/profile", name=now["name"], note=now["note"], kind=now["kind"],
            colour=now["colour"], open=True, private=True, wave=True, version=now["version"])
    time.sleep(3)


@case
def children_talk_when_it_is_allowed_and_wished(t):
    t.req("AI-2.4-オ")
    t.req("SE-4.1-イ-4")
    with visitor(4) as a, visitor(5) as b, visitor(1) as third:
        ask = lambda: no_of(a, "talk.ask", seat=seat_of(a, "こども5"))[0]  # noqa: E731
        t.eq(ask(), "no-talk", "not before the municipality says so")
        setting("chat.pupil_talk", "true")
        try:
            t.eq(ask(), "distance", "nor whoever has not said that he may be asked")
            may_be_asked(4, 5)
            for state, code in (("alone", "distance"), ("break", "break"), ("watch", "distance")):
                b.command("me.state", state=state)
                t.eq(ask(), code, f"state {state} is respected")
            b.command("me.rung", rung="text")
            b.command("me.state", state="talk")
            b.command("me.distance", on=False)
            t.eq(ask(), None, "then he may ask")
            asked = b.wait("talk.asked")
            t.eq((asked["name"], asked["is_staff"]), ("こども4", False), "the other is asked")
            b.command("talk.answer", talk=asked["talk"], yes=False)
            t.eq(a.wait("talk.over")["why"], "refused", "a no")
            t.eq(ask(), "distance", "and not again at once")
            c = visitor(0)
            talk = c.command("talk.ask", seat=seat_of(c, "こども4"))["talk"]
            a.wait("talk.asked", where=lambda of: of["talk"] == talk)
            t.eq(no_of(third, "talk.answer", talk=talk, yes=True)[0], "not-found", "only who was asked answers")
            t.eq(no_of(c, "talk.say", talk=talk, line=str(uuid.uuid4()), text="もう話せる？")[0], "not-found",
                 "no word before a yes")
            a.command("talk.answer", talk=talk, yes=True)
            c.wait("talk.open")
            a.wait("talk.open")
            ok = c.command("talk.say", talk=talk, line=str(uuid.uuid4()), text=RUDE)
            t.ok("しね" not in a.wait("chat.line", where=of_line(ok["line"]))["text"], "masked between two, too")
            number = c.command("talk.say", talk=talk, line=str(uuid.uuid4()), text=PHONE)
            t.eq(number["state"], "held", "and numbers wait")
            block = a.command("talk.block", seat=seat_of(a, "こども0"))["block"]
            t.eq(c.wait("talk.over")["why"], "left", "who is blocked hears that the other left")
            t.eq(no_of(c, "talk.ask", seat=seat_of(c, "こども4"))[0], "distance", "and then what all hear")
            mine = a.command("talk.blocks")["blocks"]
            t.eq([(i["block"], i["name"]) for i in mine], [(block, "こども0")], "one's own list")
            t.eq(no_of(c, "talk.unblock", block=block)[0], "not-found", "nobody else's")
            a.command("talk.unblock", block=block)
            t.eq(a.command("talk.blocks")["blocks"], [], "and away")
            t.eq(no_of(c, "talk.ask", seat=seat_of(c, "こども4"))[0], None, "may ask again")
            time.sleep(0.3)
            t.ok(not heard(a, "090-1234") and not heard(third, talk), "no byte to whom it was not for")
            c.close()
        finally:
            setting("chat.pupil_talk", "false")


@case
def today_is_read_again_after_a_kill(t):
    t.req("AI-2.4-エ")
    a, s = visitor(0), visitor(supporter)
    first, number = say(a, "けさのあいさつ"), say(a, PHONE)
    talk = a.command("talk.ask", seat=seat_of(a, "しえんいん"))["talk"]
    s.wait("talk.open")
    a.command("talk.say", talk=talk, line=str(uuid.uuid4()), text="切れても読める")
    gone = str(uuid.uuid4())
    node.psql("INSERT INTO chat_line SELECT '" + gone + "', at - interval '1 day', account, role, visit, channel,"
              " floor, copy, room, session, is_anonymous, talk, to_account, heard, name_sealed, text_sealed,"
              f" masked_sealed, kinds, categories, was_held FROM chat_line WHERE id = '{first['line']}'")
    time.sleep(2.5)  # where they stand is written
    kill_and_wait()
    again, staff = back(0), back(supporter)
    for fresh, before in ((again, a), (staff, s)):
        fresh.resume(before)
        fresh.wait("floor.here")
    mine = again.wait("chat.lines", where=lambda of: of["channel"] == "floor" and of["lines"])["lines"]
    t.ok(first["line"] in [l["line"] for l in mine], "the words of the morning are there")
    t.ok(gone not in [l["line"] for l in mine], "yesterday's are not")
    t.eq([l["state"] for l in mine if l["line"] == number["line"]], ["held"], "what waited waits")
    t.eq(again.wait("talk.open")["talk"], talk, "the talk goes on")
    lines = again.wait("chat.lines", where=lambda of: of["channel"] == "talk" and of["lines"])["lines"]
    t.eq([l["text"] for l in lines], ["切れても読める"], "with its words")
    theirs = staff.wait("chat.lines", where=lambda of: of["channel"] == "floor" and of["lines"])["lines"]
    t.eq([(l["original"] if "original" in l else l["text"], l["login"]) for l in theirs
          if l["line"] == number["line"]], [(PHONE, logins[0].login)], "staff see who wrote what")
    ok = again.command("talk.say", talk=talk, line=str(uuid.uuid4()), text="つづき")
    t.eq(staff.wait("chat.line", where=of_line(ok["line"]))["text"], "つづき", "and goes on being heard")
    t.eq(say(again, "けさのあいさつ", first["line"])["at"], first["at"], "sent again: still the same line")
    with visitor(1) as other:
        t.ok(first["line"] in [l["line"] for l in other.today], "for others, too")
        t.ok(not heard(other, "090-1234") and not heard(other, "切れても"), "as little as before")
    node.psql(f"DELETE FROM chat_line WHERE id = '{gone}'")  # it never was
    again.close()
    t.eq(staff.wait("talk.over")["why"], "gone", "who leaves the place leaves his talks")
    staff.close()


@case
def an_anonymous_session_keeps_its_words(t):
    t.req("SE-4.1-イ-3")
    t.req("AI-2.7-エ")
    stamp = lambda m: (datetime.datetime.now(datetime.timezone.utc)  # noqa: E731
                       + datetime.timedelta(minutes=m)).isoformat().replace("+00:00", "Z")
    with visitor(0, floor="lounge") as a, visitor(supporter, floor="lounge") as s:
        before = say(a, "名前のあるうちに")
        made = str(uuid.uuid4())
        reply = board.request("POST", "/api/v1/place/sessions", {
            "id": made, "floor": "lounge", "title": "ほっと", "capacity": 20, "from": stamp(-1),
            "until": stamp(60), "is_anonymous": True})
        t.eq(reply.status // 100, 2, f"made: {reply}")
        a.wait("out")
        a.forget("chat.lines")
        a.enter("lounge")
        a.wait("floor.here", where=lambda of: of["is_anonymous"])
        t.eq(a.wait("chat.lines")["lines"], [], "words of before are not for it")
        with visitor(1, floor="lounge") as b:
            ok = say(a, "だれだか分からない")
            of = b.wait("chat.line", where=of_line(ok["line"]))
            t.eq(of["name"], a.me()["name"], "under the alias")
            t.ok(not heard(b, "こども0"), "no name in another child's bytes")
            theirs = s.wait("chat.line", where=of_line(ok["line"]))
            t.eq((theirs["name"], theirs["login"]), ("こども0", logins[0].login), "staff know")
            talk = b.command("talk.ask", seat=seat_of(b, "しえんいん"))["talk"]
            s.wait("talk.open", where=lambda of: of["talk"] == talk)
        board.request("POST", f"/api/v1/place/sessions/{made}/cancel", {"id": str(uuid.uuid4())})
        a.wait("out")
        a.forget("chat.lines")
        a.enter("lounge")
        lines = [l["line"] for l in a.wait("chat.lines")["lines"]]
        t.ok(before["line"] in lines and ok["line"] not in lines, "afterwards its words are gone", lines)


def a_session_without_names(floor):
    stamp = lambda m: (datetime.datetime.now(datetime.timezone.utc)  # noqa: E731
                       + datetime.timedelta(minutes=m)).isoformat().replace("+00:00", "Z")
    made = str(uuid.uuid4())
    reply = board.request("POST", "/api/v1/place/sessions", {
        "id": made, "floor": floor, "title": "ほっと", "capacity": 20, "from": stamp(-1), "until": stamp(60),
        "is_anonymous": True})
    assert reply.status // 100 == 2, reply
    return made


def into(v, floor):
    """To that floor, which has a session without names or not."""
    v.forget("floor.here")
    v.enter(floor)
    v.wait("floor.here", where=lambda of: of["floor"] == floor)


@case
def a_talk_does_not_tell_who_bears_an_alias(t):
    """What two say to each other under one id must not tie an alias to a name, in neither direction."""
    t.req("SE-4.1-イ-3")
    teacher = node.sign_in(node.account("school_staff", display_name="せんせい"))
    setting("chat.pupil_talk", "true")
    may_be_asked(4, 5)
    with visitor(4) as a, visitor(5) as b, visitor(teacher, floor=None) as w, visitor(supporter, floor=None) as s:
        talk = a.command("talk.ask", seat=seat_now(a, b))["talk"]
        b.wait("talk.asked")
        made = a_session_without_names("lounge")
        try:
            into(b, "lounge")
            t.eq(a.wait("talk.over"), {"talk": talk, "why": "gone"}, "asked by name: over as he goes there")
            into(b, "plaza")
            talk = a.command("talk.ask", seat=seat_now(a, b))["talk"]
            b.command("talk.answer", talk=b.wait("talk.asked", where=lambda of: of["talk"] == talk)["talk"], yes=True)
            ok = b.command("talk.say", talk=talk, line=str(uuid.uuid4()), text="こえだけ")
            t.ok("seat" not in a.wait("chat.line", where=of_line(ok["line"])), "no seat with a word of a talk")
            into(b, "lounge")
            t.eq(a.wait("talk.over", where=lambda of: of["talk"] == talk)["why"], "gone", "open: over as well")
            t.eq(no_of(b, "talk.say", talk=talk, line=str(uuid.uuid4()), text="わたしだよ")[0], "not-found", "no word")
            for v in (a, w, s):
                into(v, "lounge")
            alias = b.me()["name"]
            t.eq(no_of(a, "talk.ask", seat=seat_now(a, b))[0], "no-talk", "no talk to begin: its answer would tell")
            t.eq(no_of(a, "talk.block", seat=seat_now(a, b))[0], "no-talk", "nor a block: one's list would tell")
            theirs = w.command("talk.ask", seat=seat_now(w, b))["talk"]
            t.eq(w.wait("talk.open")["people"][0]["name"], alias, "staff without IDs know the alias")
            known = s.command("talk.ask", seat=seat_now(s, b))["talk"]
            s.wait("talk.open")
            into(b, "plaza")
            t.eq(w.wait("talk.over"), {"talk": theirs, "why": "gone"}, "and nothing else: over as the name is back")
            t.eq(no_of(b, "talk.say", talk=theirs, line=str(uuid.uuid4()), text="せんせい")[0], "not-found", "no word")
            into(w, "plaza")
            t.ok(not heard_with(w, theirs, "こども5"), "the id never came with the name")
            ok = b.command("talk.say", talk=known, line=str(uuid.uuid4()), text="まだいます")
            t.eq(s.wait("chat.line", where=of_line(ok["line"]))["text"], "まだいます", "who may see IDs talks on")
            t.ok(not heard_with(a, talk, alias), "nor the other's id with the alias")
        finally:
            setting("chat.pupil_talk", "false")
            board.request("POST", f"/api/v1/place/sessions/{made}/cancel", {"id": str(uuid.uuid4())})


def seat_now(v, other):
    """Where other is now, once v knows it."""
    return v.until(lambda: other.seat if other.seat in v.floor.people else None, what="the other's seat")


def heard_with(v, one, other):
    """Both in one frame."""
    return any(one.encode() in m and other.encode() in m for m in v.heard)


@case
def a_cry_for_help_is_known_before_it_is_answered(t):
    t.req("KP-3-安全-1")
    with visitor(4) as a, visitor(1) as b, visitor(supporter) as s:
        ok = say(a, "もう死にたいよ")
        t.eq(node.psql(f"SELECT count(*) FROM incident WHERE line = '{ok['line']}'"), "1", "an incident is there")
        t.ok("死にたい" not in b.wait("chat.line", where=of_line(ok["line"]))["text"], "masked for children")
        t.eq(s.wait("chat.line", where=of_line(ok["line"]))["original"], "もう死にたいよ", "never for staff")
        again = say(a, "もう死にたいよ", ok["line"])
        t.eq(again["at"], ok["at"], "sent again")
        t.eq(node.psql(f"SELECT count(*) FROM incident WHERE line = '{ok['line']}'"), "1", "one incident")
        s2 = say(s, "死にたいと思ったら、話してね")
        t.eq(node.psql(f"SELECT count(*) FROM incident WHERE line = '{s2['line']}'"), "0", "not of staff's words")


def measure(**body):
    reply = supporter.request("POST", "/api/v1/measures", {"id": str(uuid.uuid4()), "reason": "ためし", **body})
    assert reply.status // 100 == 2, reply
    return reply.json()["measure"]


@case
def who_was_stopped_writes_nothing_but_to_staff(t):
    t.req("AI-2.7-ウ-1")
    t.req("HI-4.3-1")
    with visitor(3) as a, visitor(supporter) as s:
        made = measure(kind="chat", account=logins[3].id, minutes=5)
        t.eq(no_of(a, "chat.say", line=str(uuid.uuid4()), text="まだ書ける？")[0], "stopped", "stopped at once")
        talk = a.command("talk.ask", seat=seat_of(a, "しえんいん"))["talk"]
        s.wait("talk.open", where=lambda of: of["talk"] == talk)
        ok = a.command("talk.say", talk=talk, line=str(uuid.uuid4()), text="どうして止まったの？")
        t.eq(s.wait("chat.line", where=of_line(ok["line"]))["text"], "どうして止まったの？", "but staff are there")
        supporter.request("POST", f"/api/v1/measures/{made}/lift", {"id": str(uuid.uuid4())})
        t.eq(say(a, "また書ける")["state"], "said", "lifted")
        slow = measure(kind="slow", floor="plaza", seconds=30)
        code, title = no_of(a, "chat.say", line=str(uuid.uuid4()), text="ゆっくり")
        t.eq(code, "slow", "slow mode")
        t.ok(any(c.isdigit() for c in title) and "秒" in title, "with the seconds left", title)
        t.eq(say(s, "わたしは職員です")["state"], "said", "which does not bind staff")
        supporter.request("POST", f"/api/v1/measures/{slow}/lift", {"id": str(uuid.uuid4())})
        t.eq(say(a, "はやく")["state"], "said", "lifted")


@case
def the_record_holds_together(t):
    t.req("AI-2.5-イ")
    rows = node.psql("SELECT count(*), count(*) FILTER (WHERE text_sealed IS NOT NULL AND octet_length(text_sealed)"
                     " > 45), count(DISTINCT (at)) FROM chat_line WHERE at > now() - interval '12 hours'")
    n, sealed, times = rows.split("|")
    t.ok(int(n) > 10 and n == sealed == times, "every line sealed, no two of one time", rows)
    leaves = node.psql("SELECT count(*) FROM audit_leaf WHERE table_name = 'chat_line'")
    t.eq(int(leaves), int(n), "and each is a leaf")
    t.eq(node.cli("verify", "live").returncode, 0, "that says what the row says")
    dump = node.psql("SELECT string_agg(encode(text_sealed, 'escape'), '') FROM chat_line")
    t.ok("おはよう" not in dump and RUDE not in dump, "no word in clear in the database")
    log = node.log("node")
    t.ok(all(w not in str(log) for w in (PHONE, "ないしょ", "おはよう", "死にたい")), "nor in the node's log")


if __name__ == "__main__":
    with Nodes("aozora", env={"IBASHO_PLACE_HOLD_S": "10", "IBASHO_PLACE_LOST_S": "8"}) as nodes:
        node = nodes["aozora"]
        set_up()
        main(__file__)
