#!/usr/bin/python3
# tests/run: beside 300
"""Speech on a whole node: real browsers, each with a tone of its own, in the place as anybody. Who hears whom is proven
by what each hears; the log of microphones is compared with what was done (AI-2.4-ア, イ, ウ; AI-2.3-オ; AI-2.5-ウ;
AI-2.7-ウ-1)."""
import contextlib
import datetime
import os
import re
import struct
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.browser_pipe import Browser  # noqa: E402
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.ws_client import No  # noqa: E402
from lib.visitor import Visitor  # noqa: E402
from lib.ws_voice_person import WsVoicePerson  # noqa: E402
from lib.voice_person import ANNOUNCE, PRIVATE, ZONE_WAYS, VoicePerson, heard  # noqa: E402

JST = datetime.timezone(datetime.timedelta(hours=9))
CHILDREN = ("ソラネコ", "うみのいろ", "やまびこ")
nodes = node = board = supporter = staff_login = None
logins, people, others = [], [], {}
NOOK = {"x": 400, "y": 2000}  # of the plaza: a quiet corner behind walls


def put(path, session=None, **body):
    reply = (session or board).request("PUT", path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply


def set_up(browser):
    global board, supporter, staff_login
    board = node.sign_in(node.account("commissioner", display_name="いいんかい"))
    put("/api/v1/contract", title="見本の契約", contractor="受託者", begins_on="2020-04-01", ends_on="2090-03-31",
        n_student=400, n_staff=100, n_guardian=0)
    for days in range(2):
        day = datetime.datetime.now(JST) + datetime.timedelta(days=days)
        put("/api/v1/hours/days", day=day.date().isoformat(), slots=[{"from": "00:00", "to": "24:00"}])
    for name in CHILDREN:
        logins.append(node.account("student", display_name=name))
        session = node.sign_in(logins[-1])
        now = session.request("GET", "/api/v1/me/profile").json()
        put("/api/v1/me/profile", session, name=now["name"], note=now["note"], kind=now["kind"], colour=now["colour"],
            open=True, private=True, wave=True, version=now["version"])
        people.append(VoicePerson(node, session, browser, len(people)))
    staff_login = node.account("supporter", display_name="しえんいん")
    supporter = node.sign_in(staff_login)
    people.append(VoicePerson(node, supporter, browser, len(people)))
    logins.append(staff_login)


def rows(i):
    """What the log says of one's microphone, in order."""
    text = node.psql("SELECT kind, way, by, reason, floor, coalesce(to_account::text, '') FROM voice_event WHERE account"
                     f" = '{logins[i].id}' ORDER BY at, id")
    return [tuple(line.split("|")) for line in text.splitlines()]


def will_be(what, seconds=20):
    until = time.monotonic() + seconds
    while not what() and time.monotonic() < until:
        time.sleep(0.05)
    return what()


@case
def speech_of_the_floor_is_heard_there_and_behind_no_wall(t):
    t.req("AI-2.4-ア")
    for i, person in enumerate(people):
        person.enter()
        t.eq(person.connect(), "udp", "by UDP")
    a, b, c, staff = people
    t.eq(a.v.refused("voice.mic", to="announce"), "voice-no-announce", "a child announces nothing")
    t.eq(a.v.refused("voice.mic", to="private"), "voice-no-talk", "nor speaks to nobody in private")
    a.speak()
    t.eq(b.hears(), {}, "the microphone is off, whatever the page sends")
    a.on()
    heard(t, b, {a.hz}, "on the floor", ZONE_WAYS)
    told = b.v.wait("voice.speaks")
    t.eq((told["seat"], told["to"], told["is_on"], told["number"]), (a.v.seat, "zone", True, a.number), "who it is")
    heard(t, a, set(), "nobody hears himself")
    c.v.command("floor.walk", **NOOK)
    heard(t, c, set(), "behind the wall nothing")
    heard(t, b, {a.hz}, "here still")
    a.off()
    heard(t, b, set(), "off")
    t.eq(b.v.wait("voice.speaks", where=lambda of: not of["is_on"])["seat"], a.v.seat, "and told")
    t.ok(will_be(lambda: len(rows(0)) == 2), "written", rows(0))
    t.eq(rows(0), [("on", "zone", "self", "tap", "plaza", ""), ("off", "zone", "self", "tap", "plaza", "")],
         "the log is what was done")


@case
def speech_is_off_where_quiet_is_asked_for_and_on_every_floor(t):
    t.req("AI-2.4-ア")
    a, b, _, _ = people
    a.on()
    heard(t, b, {a.hz}, "on")
    a.v.forget("voice.mic")
    a.v.command("floor.walk", **NOOK)
    off = a.v.wait("voice.mic", where=lambda of: of["to"] == "none")
    t.eq(off["by"], "place", "the place put it off")
    t.ok("オフ" in off["title"], "and says so", off)
    t.eq(rows(0)[-1][:4], ("off", "zone", "place", "moved"), "written")
    a.on()
    a.enter("lounge")
    a.v.wait("voice.mic", where=lambda of: of["to"] == "none")
    a.enter("plaza")
    heard(t, b, set(), "off on coming to a floor")


@case
def speech_of_two_is_theirs_alone(t):
    t.req("AI-2.4-イ")
    t.req("AI-2.5-ウ")
    a, b, c, staff = people
    seat = next(s for s, p in a.v.floor.people.items() if p["name"] == "しえんいん")
    talk = a.v.command("talk.ask", seat=seat)["talk"]
    staff.v.wait("talk.open")
    t.eq(a.v.refused("voice.mic", to="private"), "voice-no-talk", "not before both have said yes")
    a.v.command("talk.voice", talk=talk, is_on=True)
    said = staff.v.wait("talk.voice")
    t.eq((said["mine"], said["theirs"]), (False, True), "the other is asked")
    t.eq(a.v.refused("voice.mic", to="private"), "voice-no-talk", "one yes is none")
    staff.v.command("talk.voice", talk=talk, is_on=True)
    a.on("private")
    heard(t, staff, {a.hz}, "the other hears it", (PRIVATE,))
    staff.on("private")
    staff.speak()
    heard(t, a, {staff.hz}, "both ways", (PRIVATE,))
    t.eq(b.hears(), {}, "a third on the floor hears nothing")
    t.eq(c.hears(), {}, "nor anybody else")
    t.eq([e for e in b.v.seen("voice.speaks") if e["to"] == "private"], [], "nor is told")
    staff.v.command("talk.voice", talk=talk, is_on=False)
    heard(t, staff, set(), "a yes taken back ends it")
    t.eq(a.v.wait("voice.mic", where=lambda of: of["to"] == "none")["by"], "place", "both microphones are off")
    t.ok(will_be(lambda: rows(0)[-1][0] == "off" and rows(3)[-1][0] == "off"), "written")
    t.eq(rows(0)[-2:], [("on", "private", "self", "tap", "plaza", logins[3].id),
                        ("off", "private", "place", "talk", "plaza", logins[3].id)], "with the partner")
    staff.hush()
    a.v.command("talk.leave", talk=talk)


@case
def speech_of_two_pupils_is_the_municipalitys_to_allow(t):
    t.req("AI-2.4-イ")
    a, b, _, _ = people
    put("/api/v1/settings/chat.pupil_talk", value="true")
    talk = a.v.command("talk.ask", seat=b.v.seat)["talk"]
    b.v.command("talk.answer", talk=b.v.wait("talk.asked")["talk"], yes=True)
    a.v.wait("talk.open")
    t.eq(a.v.refused("talk.voice", talk=talk, is_on=True), "no-talk", "not by itself")
    put("/api/v1/settings/voice.private", value="all")
    a.v.command("talk.voice", talk=talk, is_on=True)
    b.v.command("talk.voice", talk=talk, is_on=True)
    a.on("private")
    heard(t, b, {a.hz}, "allowed", (PRIVATE,))
    put("/api/v1/settings/voice.private", value="off")
    heard(t, b, set(), "and forbidden again, at once")
    a.v.command("talk.leave", talk=talk)


@case
def speech_announced_reaches_the_floor_and_no_counselling_room(t):
    t.req("AI-2.4-ウ")
    t.req("AI-2.3-オ")
    a, b, c, staff = people
    for person in (a, b, c, staff):
        person.enter("counsel")
    a.v.command("area.enter", area="leaf")
    a.v.wait("floor.here", where=lambda of: of.get("room") == "leaf")
    staff.on("announce")
    staff.speak()
    for person in (b, c):
        heard(t, person, {staff.hz}, "over the floor", (ANNOUNCE,))
    t.eq(a.hears(), {}, "not into the room")
    t.eq([e for e in a.v.seen("voice.speaks") if e["to"] == "announce"], [], "nor is it told there")
    a.on()
    time.sleep(0.5)
    for person in (b, c, staff):
        t.ok(a.hz not in person.hears(), "nothing comes out of the room")
    staff.off()
    staff.hush()
    t.eq(rows(3)[-2:], [("on", "announce", "self", "tap", "counsel", ""),
                        ("off", "announce", "self", "tap", "counsel", "")], "its use is written")
    for person in (a, b, c, staff):
        person.enter("plaza")


@case
def speech_stopped_by_staff_is_stopped_in_the_media_path(t):
    t.req("AI-2.7-ウ-1")
    a, b, _, _ = people
    a.on()
    heard(t, b, {a.hz}, "before")
    a.v.forget("voice.mic")
    reply = supporter.request("POST", "/api/v1/measures", {
        "id": str(uuid.uuid4()), "kind": "mute", "account": logins[0].id, "reason": "ほかの人が話せないため"})
    t.eq(reply.status, 200, "muted")
    heard(t, b, set(), "the page goes on sending, nobody hears it")
    told = a.v.wait("voice.mic", where=lambda of: of["to"] == "none")
    t.eq((told["by"], "title" in told), ("staff", True), "he is told")
    t.eq(rows(0)[-1][:4], ("off", "zone", "staff", "muted"), "and it is written as theirs")
    t.eq(a.v.refused("voice.mic", to="zone"), "stopped", "nor can he put it on")
    supporter.request("POST", f"/api/v1/measures/{reply.json()['measure']}/lift", {"id": str(uuid.uuid4())})
    t.ok(will_be(lambda: a.v.refused("voice.mic", to="zone") is None), "lifted: he may, by his own hand")
    heard(t, b, {a.hz}, "heard again")


@case
def speech_of_whom_one_does_not_want_is_not_sent(t):
    a, b, c, _ = people
    b.v.command("voice.hush", seats=[{"seat": a.v.seat}])
    heard(t, b, set(), "not he")
    b.v.command("voice.hush", seats=[])
    heard(t, b, {a.hz}, "he again")


@case
def speech_of_both_for_half_a_minute_is_a_contact(t):
    """A child and staff who talked for 30 s each were in touch; whoever only listened was not."""
    t.req("AI-2.5-ウ")
    a, _, _, staff = people
    staff.on()
    staff.speak()
    contact = lambda: node.psql("SELECT DISTINCT child || ' ' || other || ' ' || kind FROM contact WHERE kind = 'speech'")  # noqa: E731
    t.ok(will_be(contact, 75), "both spoke long enough")
    t.eq(contact(), f"{logins[0].id} {logins[3].id} speech", "of these two alone")
    staff.off()
    staff.hush()


@case
def speech_waits_for_whoever_only_watches(t):
    a, _, _, _ = people
    a.off()
    a.v.command("me.rung", rung="text")
    t.eq(a.v.refused("voice.mic", to="zone"), "voice-watch", "not without the step of a voice")
    a.v.command("me.rung", rung="voice")
    a.on()
    a.v.command("me.rung", rung="text")
    t.eq(a.v.wait("voice.mic", where=lambda of: of["to"] == "none")["by"], "self", "going back puts it off")
    a.v.command("me.rung", rung="voice")


@case
def speech_put_off_before_it_was_on_stays_off(t):
    a, b, _, _ = people
    on, off = a.v.post("voice.mic", to="zone"), a.v.post("voice.mic", to="none")
    t.eq(a.v.answer(off), {}, "off, while on is still being written")
    with contextlib.suppress(No):
        a.v.answer(on)
    heard(t, b, set(), "it stays off")
    t.ok(will_be(lambda: rows(0)[-1][0] == "off"), "and so it is written", rows(0)[-2:])


@case
def speech_goes_with_the_device(t):
    """Who enters from another device does not leave a microphone on at the first."""
    a, b, _, _ = people
    a.on()
    heard(t, b, {a.hz}, "on, at the first")
    first, a.v = a.v, None
    a.enter()
    first.wait_closed()
    heard(t, b, set(), "off, though the first page goes on sending")
    t.eq(rows(0)[-1][:4], ("off", "zone", "place", "line"), "written")
    t.eq(a.connect(), "udp", "a session of its own")
    a.speak()
    first.close()


@case
def speech_bad_input_is_refused_and_changes_nothing(t):
    a, b, _, _ = people
    for offer in ("", "v=0", "x" * 40000, "v=0\r\nm=audio 9 RTP/AVP 0\r\n"):
        t.ok(a.v.refused("voice.open", offer=offer) is not None, "no offer", offer[:20])
    t.ok(a.v.refused("voice.mic", to="everybody") is not None, "no such way")
    t.ok(a.v.refused("talk.voice", talk=str(uuid.uuid4()), is_on=True) is not None, "no such talk")
    t.ok(a.v.refused("voice.hush", seats=[{"seat": 1}] * 65) is not None, "too many")
    a.on()
    heard(t, b, {a.hz}, "the line is as it was")


def breaches():
    said = node.admin("GET", "/metrics").body.decode()
    found = re.search(r'^ibasho_live_breaches_total\{rule="voice-packet"\} (\d+)', said, re.M)
    return int(found.group(1)) if found else 0


@case
def speech_over_the_websocket_is_heard_and_hears(t):
    """One whom nothing but the place's own line reaches (a filter that lets no other through)."""
    t.req("AI-2.4-ア")
    a, b, c, _ = people
    b.hush()
    b.v.close()
    b.v = None
    w = others["ws"] = WsVoicePerson(node, b.session, 1)
    w.enter()
    t.eq(w.connect(), "ws", "by the place's own line")
    a.on()
    heard(t, w, {a.hz}, "he hears one over WebRTC, in one mix", (0,))
    before = w.packets(1000)
    steps = {(b[2] - a[2]) % (1 << 32) for a, b in zip(before, before[1:])}
    t.eq(steps, {2880}, f"in packets of 60 ms, none left out, of {len(before)}")
    w.speak()
    t.eq(a.hears(), {}, "his microphone is off, whatever the page sends")
    w.on()
    heard(t, a, {w.hz}, "and is heard by one over WebRTC", ZONE_WAYS)
    told = a.v.wait("voice.speaks", where=lambda of: of["seat"] == w.v.seat)
    t.eq((told["to"], told["is_on"], told["number"]), ("zone", True, w.number), "who it is")
    c.v.command("floor.walk", **NOOK)
    heard(t, c, set(), "behind the wall nothing")
    t.ok(will_be(lambda: rows(1)[-1][:2] == ("on", "zone")), "written", rows(1)[-1:])
    w.v.command("voice.thin", is_on=False)
    w.hush()
    heard(t, w, {a.hz}, "it stays one mix", (0,))
    w.v.command("voice.hush", seats=[{"seat": a.v.seat}])
    heard(t, w, set(), "whom he does not want to hear is not sent")
    w.v.command("voice.hush", seats=[])
    heard(t, w, {a.hz}, "he again")
    a.v.command("floor.walk", **NOOK)
    heard(t, w, set(), "who went behind the wall")
    w.speak()
    heard(t, a, set(), "nor hears him there")
    a.v.command("place.leave")
    a.enter()
    t.eq(a.connect(), "udp", "back")
    heard(t, a, {w.hz}, "heard here")


@case
def speech_over_the_websocket_is_stopped_by_staff(t):
    t.req("AI-2.7-ウ-1")
    a, w = people[0], others["ws"]
    w.v.forget("voice.mic")
    reply = supporter.request("POST", "/api/v1/measures", {
        "id": str(uuid.uuid4()), "kind": "mute", "account": logins[1].id, "reason": "ほかの人が話せないため"})
    t.eq(reply.status, 200, "muted")
    heard(t, a, set(), "the page goes on sending, nobody hears it")
    t.eq(w.v.wait("voice.mic", where=lambda of: of["to"] == "none")["by"], "staff", "he is told")
    t.eq(w.v.refused("voice.mic", to="zone"), "stopped", "nor can he put it on")
    supporter.request("POST", f"/api/v1/measures/{reply.json()['measure']}/lift", {"id": str(uuid.uuid4())})
    t.ok(will_be(lambda: w.v.refused("voice.mic", to="zone") is None), "lifted: he may, by his own hand")
    heard(t, a, {w.hz}, "heard again")


@case
def speech_over_the_websocket_bad_packets_are_counted_and_hurt_nobody(t):
    """What is no Opus, comes too fast or from nobody's session goes nowhere; a wrong length ends the line that sent it."""
    a, c, w = people[0], people[2], others["ws"]
    good = struct.pack(">BBHI", 2, 12, 1, 960) + b"\x58\xaa\xbb"
    for bad in (good[:8] + b"\x59\xaa\xbb\xcc", good[:8] + b"\x5b\x00", b"\x02\x80" + good[2:], good[:8] + b"\x5b\x03xyz"):
        w.v.say(2, bad)
    for _ in range(8):
        c.v.say(2, good)  # over WebRTC: nothing of him comes this way
    heard(t, a, {w.hz}, "his line is as it was")
    t.eq(breaches(), 4, "each is counted, and no packet of a good form")
    for _ in range(60):
        w.send(b"\x58\xaa\xbb")
    heard(t, a, {w.hz}, "a burst is let go, he is heard again")
    t.ok(w.v.closed is None and a.v.closed is None, "and nobody's line ended")
    with Visitor(node, board) as altered:
        altered.say(2, b"\x02" + bytes(1168))
        t.eq(altered.wait_closed(), 1008, "too long: the line that sent it ends")
    with Visitor(node, board) as altered:
        altered.say(2, good)
        t.eq(altered.refused("voice.open", way="ws"), "not-here", "who is on no floor has no session")
    t.ok(a.v.refused("voice.open", way="pigeon") is not None, "no such way")
    t.eq(a.v.refused("voice.open"), "voice-offer", "WebRTC without an offer")
    heard(t, a, {w.hz}, "he again")


@case
def speech_goes_from_one_way_to_the_other_with_the_microphone_off(t):
    a, b, w = people[0], people[1], others["ws"]
    w.v.forget("voice.mic")
    offer = b.page.ask("offer()")
    ok = w.v.command("voice.open", offer=offer)
    t.eq(w.v.wait("voice.mic", where=lambda of: of["to"] == "none")["reason"], "line", "off with the session it spoke on")
    heard(t, a, set(), "packets of the session before reach nobody")
    b.page.ask(f"answer({ok['answer']!r})")
    t.eq(w.v.wait("voice.ready")["way"], "udp", "over WebRTC now")
    t.eq(w.connect_again(), "ws", "and back")
    t.eq(a.hears(), {}, "off still")
    w.on()
    heard(t, a, {w.hz}, "until he puts it on")
    w.hush()
    w.v.close()
    t.ok(will_be(lambda: rows(1)[-1][:3] == ("off", "zone", "place")), "leaving puts it off, written", rows(1)[-1])
    b.enter()
    t.eq(b.connect(), "udp", "as before")
    a.on()
    a.speak()
    heard(t, b, {a.hz}, "and as before heard")


@case
def speech_comes_back_when_the_media_program_dies(t):
    """Killed by -9: back within 2 s, microphones off, a clear sentence."""
    a, b, _, _ = people
    for person in people:
        person.v.forget("voice.up")
        person.v.forget("voice.mic")
    pid = node.kill("voice")
    down = a.v.wait("voice.down")
    t.ok("マイクはオフ" in down["title"], "told in words", down)
    t.eq(a.v.wait("voice.mic", where=lambda of: of["to"] == "none")["by"], "place", "off")
    seconds = node.wait_back("voice", pid)
    t.note(f"back after {seconds:.2f} s")
    for person in (a, b):
        t.eq(person.connect(), "udp", "a new session, without anything else")
    a.speak()
    t.eq(b.hears(), {}, "nothing is heard: the microphone is off")
    a.on()
    heard(t, b, {a.hz}, "until he puts it on again")
    t.ok(("off", "zone", "place", "restart", "plaza", "") in rows(0), "written", rows(0)[-3:])


@case
def speech_without_udp_goes_over_tcp(t):
    a, b, _, _ = people
    b.v.command("voice.close")
    t.eq(b.connect_again(lambda s: re.sub(r"a=candidate:\d+ 1 udp [^\r\n]*\r?\n", "", s)), "tcp", "by TCP")
    heard(t, b, {a.hz}, "heard")


@case
def speech_is_over_when_the_line_is_cut_and_when_the_node_dies(t):
    t.req("AI-2.5-ウ")
    a, b, c, _ = people
    b.on()
    a.v.cut()
    heard(t, b, set(), "the line was cut: the microphone is off at once")
    t.ok(will_be(lambda: rows(0)[-1][:4] == ("off", "zone", "place", "line")), "written", rows(0)[-1])
    pid = node.kill("node")
    node.wait_back("node", pid)
    node.wait_answer()
    t.ok(will_be(lambda: rows(1)[-1][:4] == ("off", "zone", "place", "restart")), "what the dead program left on is off",
         rows(1)[-1])
    left = node.psql("SELECT count(*) FROM voice_event v WHERE kind = 'on' AND NOT EXISTS (SELECT FROM voice_event o WHERE"
                     " o.began = v.id)")
    t.eq(left, "0", "none is left on")


if __name__ == "__main__":
    with Nodes("aozora") as nodes, Browser("--force-webrtc-ip-handling-policy=default") as browser:
        node = nodes["aozora"]
        set_up(browser)
        main(__file__)
