#!/usr/bin/python3
# tests/run: right 300
"""ibasho-voice alone, and real browsers: who hears whom is told by numbers (tests/lib/voice_node.c) and proven by tones.
Each person is a page of Chromium with a tone of their own; what they hear is measured on each of the five ways."""
import os
import re
import select
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.browser_pipe import Browser  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.voice_alone import (ANNOUNCE, CORNER, PAGE, PLAZA, PRIVATE, ROOM, WAIT_S, ZONE_WAYS, Person, Voice,  # noqa: E402
                             build, heard)

build()
voice = Voice()
browser = Browser("--force-webrtc-ip-handling-policy=default")
people = [Person(voice, browser.page(PAGE), i) for i in range(5)]


@case
def open_talk_is_heard_in_its_zone_and_no_wall_further(t):
    """AI-2.4-ア"""
    t.req("AI-2.4-ア AI-2.6-イ")
    for person, zone in zip(people, (PLAZA, PLAZA, PLAZA, CORNER, ROOM)):
        person.come(zone, sealed=zone == ROOM)
        t.eq(person.way, "udp", "by UDP")
    people[0].speak()
    heard(t, people[1], {people[0].hz}, "in the same zone", ZONE_WAYS)
    people[1].speak()
    heard(t, people[2], {people[0].hz, people[1].hz}, "two at once", ZONE_WAYS)
    heard(t, people[0], {people[1].hz}, "nobody hears himself", ZONE_WAYS)
    t.eq(people[3].hears(), {}, "nothing through the wall")
    t.eq(people[4].hears(), {}, "nothing in the room")
    t.ok(voice.has("speaks", 0, "zone", PLAZA, 1), "who speaks is told")
    voice.wait("spoke", 0, "zone", PLAZA)
    people[1].hush()
    heard(t, people[2], {people[0].hz}, "one has stopped")


@case
def whoever_goes_out_is_heard_there_no_more(t):
    people[0].sit(CORNER)
    heard(t, people[3], {people[0].hz}, "in the corner", ZONE_WAYS)
    heard(t, people[2], set(), "in the plaza no more")
    people[0].sit(PLAZA)
    heard(t, people[2], {people[0].hz}, "and back")
    heard(t, people[3], set(), "gone from the corner")


@case
def private_talk_is_heard_by_its_members_alone(t):
    """AI-2.4-イ"""
    t.req("AI-2.4-イ")
    for i in (0, 1):
        voice.tell(f"talk {i} 77")
    people[0].mic("private")
    heard(t, people[1], {people[0].hz}, "the other member", (PRIVATE,))
    heard(t, people[2], set(), "a third on the same floor hears nothing")
    t.eq(people[3].hears(), {}, "nor one elsewhere")
    voice.tell("talk 1 0")
    heard(t, people[1], set(), "who has left it")
    voice.tell("talk 0 0")
    people[0].mic("zone")
    heard(t, people[2], {people[0].hz}, "open again", ZONE_WAYS)


@case
def an_announcement_reaches_the_floor_but_no_counselling_room(t):
    """AI-2.4-ウ"""
    t.req("AI-2.4-ウ AI-2.3-オ")
    people[0].mic("announce")
    for person in people[1:4]:
        heard(t, person, {people[0].hz}, "on the floor", (ANNOUNCE,))
    t.eq(people[4].hears(), {}, "not in the counselling room")
    people[0].mic("zone")
    heard(t, people[3], set(), "over")


@case
def a_counselling_room_is_sealed(t):
    t.req("AI-2.3-オ")
    people[3].sit(ROOM, sealed=True)
    people[4].speak()
    heard(t, people[3], {people[4].hz}, "inside", ZONE_WAYS)
    for i in (0, 1, 2):
        t.ok(people[4].hz not in people[i].hears(), "outside nothing")
    people[4].mic("announce")
    time.sleep(0.3)
    t.ok(people[4].hz not in people[1].hears(), "nothing comes out by the announcement either")
    people[4].hush()
    people[4].mic("none")
    people[3].sit(CORNER)


@case
def staff_mutes_and_an_altered_client_changes_nothing(t):
    """AI-2.7-ウ-1"""
    t.req("AI-2.7-ウ-1")
    heard(t, people[1], {people[0].hz}, "before")
    before = voice.counts()
    voice.tell("mute 0 1")  # the page goes on sending: it is the altered client
    heard(t, people[1], set(), "muted")
    time.sleep(0.3)
    t.ok(voice.counts()["muted"] > before["muted"], "his packets come and are dropped")
    voice.tell("mute 0 0")
    heard(t, people[1], {people[0].hz}, "given back")


@case
def one_listener_does_not_hear_whom_he_does_not_want_to(t):
    voice.tell("hush 1 0")
    heard(t, people[1], set(), "not he")
    heard(t, people[2], {people[0].hz}, "the others do")
    voice.tell("hush 1")
    heard(t, people[1], {people[0].hz}, "he again")


@case
def a_thin_line_gets_one_mix(t):
    people[2].speak()
    heard(t, people[1], {people[0].hz, people[2].hz}, "two in slots")
    voice.tell("thin 1 1")
    heard(t, people[1], {people[0].hz, people[2].hz}, "two in one way", (0,))
    voice.tell("thin 1 0")
    people[2].hush()
    heard(t, people[1], {people[0].hz}, "slots again", ZONE_WAYS)


@case
def silence_sends_nothing(t):
    people[0].hush()
    heard(t, people[1], set(), "nobody speaks")
    time.sleep(1)
    before = voice.counts()["out"]
    time.sleep(1)
    t.eq(voice.counts()["out"], before, "no packet goes out")


@case
def without_udp_sound_goes_over_tcp(t):
    """design 5: ICE-TCP when UDP is cut."""
    other = Person(voice, browser.page(PAGE), 5)
    other.come(PLAZA, change=lambda answer: re.sub(r"a=candidate:\d+ 1 udp [^\r]*\r\n", "", answer))
    t.eq(other.way, "tcp", "by TCP")
    people[0].speak()
    heard(t, other, {people[0].hz}, "heard over TCP", ZONE_WAYS)
    people[0].hush()
    other.speak()
    heard(t, people[1], {other.hz}, "and heard from over TCP")
    other.hush()
    voice.tell("close 5")


def binding_request(user, key=None):
    """A STUN request without a right password."""
    user = user.encode() + b"\0" * (-len(user) % 4)
    body = struct.pack(">HH", 6, len(user)) + user
    return struct.pack(">HHI", 1, len(body), 0x2112A442) + os.urandom(12) + body


@case
def strange_bytes_are_dropped_and_counted_and_nobody_notices(t):
    people[0].speak()
    heard(t, people[1], {people[0].hz}, "before")
    before = voice.counts()["dropped"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for i in range(3000):
            kind = i % 6
            packet = (binding_request("nobody:x") if kind == 0 else
                      bytes([22, 254, 253]) + os.urandom(40) if kind == 1 else
                      bytes([128, 111]) + os.urandom(80) if kind == 2 else
                      bytes([129, 201]) + os.urandom(28) if kind == 3 else
                      os.urandom(1500) if kind == 4 else os.urandom(1 + i % 60))
            s.sendto(packet, ("127.0.0.1", voice.udp_port))
            if i % 50 == 0:
                time.sleep(0.005)
    with socket.create_connection(("127.0.0.1", voice.tcp_port)) as s:
        s.sendall(b"\xff\xff" + os.urandom(4000))
        t.ok(select.select([s], [], [], WAIT_S)[0], "a frame that is too long ends its connection")
    heard(t, people[1], {people[0].hz}, "as before")
    t.ok(voice.counts()["dropped"] >= before + 2000, "counted")
    people[0].hush()


@case
def a_wrong_fingerprint_gets_no_sound(t):
    other = Person(voice, browser.page(PAGE), 5)
    other.offer = re.sub(r"(a=fingerprint:sha-256 )(..)",
                         lambda m: m[1] + ("00" if m[2] != "00" else "01"), other.offer)
    offer = other.offer.encode()
    voice.tell(f"open 5 {len(offer)}", offer)
    answer = voice.wait("answer", 5)[3]
    other.page.ask(f"answer({answer!r})")
    other.voice.wait_for(lambda: voice.counts()["strange"] > 0)
    t.ok(not voice.has("up", 5), "never up")
    voice.tell("close 5")


@case
def a_word_that_cannot_be_kept_is_refused_and_changes_nothing(t):
    for line in ("openws 4095", "seat 4000 1 1 0", "mic 3999 zone", "talk 3998 1"):
        voice.tell(line)
    t.eq(voice.wait("answer", 4095)[1], "4095", "over WebSocket")
    for who in (4000, 3999, 3998):
        voice.wait("refused", who)
    voice.tell("openws 4095")
    t.eq(voice.wait("refused", 4095)[3], "conflict", "open already")
    voice.tell("close 4095")


@case
def it_holds_no_file_and_opens_none(t):
    """AI-2.6-イ: no voice body is written to disk anywhere."""
    t.req("AI-2.6-イ")
    pid = voice.program.pid
    kinds = {os.readlink(f"/proc/{pid}/fd/{fd}").split(":")[0] for fd in os.listdir(f"/proc/{pid}/fd")}
    files = {kind for kind in kinds if kind.startswith("/")} - {"/dev/null", voice.log.name}
    t.eq(files, set(), "open files")
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        status = f.read()
    t.ok(re.search(r"^Seccomp:\s+2$", status, re.M), "seccomp")
    t.ok(re.search(r"^NoNewPrivs:\s+1$", status, re.M), "no new privileges")
    t.ok(re.search(r"^Threads:\s+1$", status, re.M), "one thread")
    # Opening a file is no call of its list: it would not live to carry this.
    people[0].speak()
    heard(t, people[1], {people[0].hz}, "speaks meanwhile")
    people[0].hush()
    t.eq(voice.program.poll(), None, "lives")


@case
def while_voices_run_it_writes_to_no_file(t):
    """AI-2.6-イ, by tracing it: what it asks of the system is to wait, to take and to send."""
    t.req("AI-2.6-イ")
    trace = os.path.join(voice.folder, "trace")
    tracer = subprocess.Popen(["strace", "-f", "-qq", "-p", str(voice.program.pid), "-o", trace], stderr=subprocess.DEVNULL)
    people[0].speak()
    people[2].speak()
    voice.tell("thin 1 1")  # a mix, too
    heard(t, people[1], {people[0].hz, people[2].hz}, "two speak meanwhile", (0,))
    time.sleep(1)
    voice.tell("thin 1 0")
    for i in (0, 2):
        people[i].hush()
    tracer.terminate()
    tracer.wait(WAIT_S)
    with open(trace, encoding="utf-8", errors="replace") as f:
        calls = [line.split(None, 1)[1] for line in f if re.match(r"^\d+ +\w+\(", line)]
    kinds = {re.match(r"\w+", call)[0] for call in calls}
    t.ok(len(calls) > 100 and "sendmmsg" in kinds, "it was traced", len(calls))
    t.eq(kinds - {"epoll_wait", "epoll_pwait", "recvmmsg", "recvfrom", "recvmsg", "sendto", "sendmsg", "sendmmsg", "epoll_ctl",
                  "close", "clock_gettime", "restart_syscall", "getpid", "futex", "madvise", "brk", "mmap", "munmap"}, set(),
         "nothing is opened, nothing written")


@case
def when_the_node_goes_everybody_goes_and_it_comes_again(t):
    voice.say.kill()
    voice.say.wait()
    voice.node_comes()
    t.eq(voice.counts()["sessions"], 0, "nobody is left")
    other = Person(voice, browser.page(PAGE), 0)
    other.come(PLAZA)
    t.eq(other.way, "udp", "and comes again")


def fini():
    browser.__exit__()
    voice.end()


if __name__ == "__main__":
    main(__file__, fini)
