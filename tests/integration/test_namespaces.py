#!/usr/bin/python3
# tests/run: right 400
"""A federation whose members have machines of their own (tests/federation/netns.py): a coordinator,
three towns, an attacker, a child's browser, on one bridge that is listened to. Cables are cut, both
ways and one way; what was signed once is sent again; what one town gave a child is shown to another
town; a member with a good key behaves in a hundred bad ways; and of what towns know of their children
nothing is found anywhere but at home."""
import http.client
import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from federation import evil, lesson  # noqa: E402
from federation.canaries import Canaries, routes  # noqa: E402
from federation.netns import DOMAIN  # noqa: E402
from federation.world import World, wait_for  # noqa: E402
from lib.dial import dial  # noqa: E402
from lib.fed_peer import answer_headers, when, write  # noqa: E402
from lib.ibasho_node import Session  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.visitor import Visitor, ticket_when_open  # noqa: E402
from lib.ws_client import No  # noqa: E402

world, marks = World(), Canaries()
scratch = tempfile.TemporaryDirectory(prefix="ibasho-wire-")
capture = None
boards, children = {}, {}  # town -> session


def put(session, path, **body):
    reply = session.request("PUT", path, {"id": str(uuid.uuid4()), **body})
    assert reply.status // 100 == 2, reply
    return reply


def pong(handler, body):
    said = json.dumps({"n": json.loads(body)["n"], "at": when(world.now())},
                      separators=(",", ":")).encode()
    write(handler, 200, answer_headers(world.evil_key, 200, "application/json", said,
                                       dict(handler.headers), int(world.now())), said)


def arrived(node, ops):
    rows = node.psql("SELECT op FROM fed_op").split()
    return [op for op in rows if op in set(ops)]


def later(node, peer, n):
    return [world.ping(node, world.ids[peer], later=True, n=i)["op"] for i in range(n)]


def is_settled(node):
    return node.psql("SELECT count(*) FROM fed_outbox WHERE state = 'waiting'") == "0"


def begin():
    """The machines, once: each case can be asked alone."""
    global capture
    if world.nodes is None:
        world.begin()
        capture = world.net.capture(scratch.name + "/bridge")


@case
def ns_members_on_machines_of_their_own_believe_each_other(t):
    t.req("CARD-1, CARD-11")
    began = time.monotonic()
    begin()
    t.note(f"four nodes on machines of their own after {time.monotonic() - began:.0f} s")
    for at, to in (("pref", "aozora"), ("aozora", "pref"), ("midori", "kawabe"), ("kawabe", "aozora")):
        told = wait_for(lambda at=at, to=to: (r := world.ping(world[at], world.ids[to]))["answered"]
                        and r["code"] == "ok" and r)
        t.ok(told, f"{at} asks {to} over the bridge and believes it",
             told or world.ping(world[at], world.ids[to]))
        t.ok(world.net.at[to] in capture.spoken_to(at), f"by the address of {to}")
    for name in world.TOWNS:
        t.eq(world.status(world[name])["seq"], world.roots.seq, f"{name} has the newest registry")


@case
def ns_a_browser_speaks_to_its_own_node_alone(t):
    """Chromium on a machine from which every node could be reached; the wire says whom it asked."""
    t.req("CARD-1")
    begin()
    town = world["aozora"]
    boards["aozora"] = town.sign_in(town.account("commissioner"))
    put(boards["aozora"], "/api/v1/contract", title="契約", contractor="受託者", begins_on="2020-04-01",
        ends_on="2090-03-31", n_student=400, n_staff=100, n_guardian=0)
    done = subprocess.run(
        [*world.net.run_words("browser"), "chromium", "--headless", "--no-sandbox", "--disable-gpu",
         "--ignore-certificate-errors", "--disable-background-networking", "--no-first-run",
         f"--user-data-dir={scratch.name}/chromium", "--virtual-time-budget=4000", "--dump-dom",
         town.url() + "/"], capture_output=True, text=True, timeout=60, check=False)
    t.ok("<main" in done.stdout, "the first page is drawn", (done.stdout + done.stderr)[-400:])
    t.eq(capture.spoken_to("browser"), {world.net.at["aozora"]}, "and nobody else was spoken to")
    with world.net.inside("browser"):
        login = town.account("student", display_name=marks.fresh("aozora"))
        marks.add("aozora", login.login)
        children["aozora"] = town.sign_in(login)
        t.eq(children["aozora"].request("GET", "/api/v1/session").status, 200, "a child signs in there")
    t.eq(capture.spoken_to("browser"), {world.net.at["aozora"]}, "still nobody else")
    with world.net.inside("browser"):
        dial(f"midori.{DOMAIN}", int(world["midori"].v["PORT_HTTPS"]), 5).close()
    t.ok(wait_for(lambda: world.net.at["midori"] in capture.spoken_to("browser")),
         "who could have been reached, and would have been seen")


@case
def ns_a_cut_cable_stops_nobody_at_home(t):
    """Local use goes on; what is owed to the town behind the cut waits and arrives once."""
    t.req("CARD-12")
    begin()
    here, there = world["aozora"], world["midori"]
    world.net.cut("midori")
    ops = later(here, "midori", 10)
    told = world.ping(here, world.ids["midori"])
    t.ok(not told["answered"] and told["trouble"], "the other town does not answer", told)
    with world.net.inside("browser"):
        with Visitor(here, children["aozora"]) as child:
            t.ok(child.hello, "a child's line at home opens meanwhile")
        t.eq(here.request("GET", "/").status, 200, "pages, too")
    t.eq(there.admin("GET", "/api/v1/admin/doctor").status, 200, "the town that is cut off goes on")
    t.eq(arrived(there, ops), [], "nothing arrived")
    world.net.mend("midori")
    t.ok(wait_for(lambda: world.ping(there, world.ids["aozora"])["answered"]), "the cable is back")
    t.ok(wait_for(lambda: is_settled(here), 40), "all is delivered")
    t.eq(sorted(arrived(there, ops)), sorted(ops), "each once")


@case
def ns_a_cut_of_one_direction_doubles_nothing(t):
    """The answers get lost, not the questions: what took effect and was not heard of is asked again."""
    t.req("CARD-12")
    begin()
    here, there = world["aozora"], world["midori"]
    t.ok(world.ping(here, world.ids["midori"])["answered"], "a connection stands")
    world.net.one_way("midori", "aozora")
    ops = later(here, "midori", 10)
    seen = wait_for(lambda: arrived(there, ops), 3)
    t.note(f"{len(seen)} took effect whose answer was lost")
    t.ok(not is_settled(here), "who asked does not know")
    t.eq(children["aozora"].request("GET", "/api/v1/session").status, 200, "at home all goes on")
    world.net.both_ways("midori", "aozora")
    t.ok(wait_for(lambda: world.ping(there, world.ids["aozora"])["answered"]), "both ways again")
    t.ok(wait_for(lambda: is_settled(here), 40), "all is delivered")
    t.eq(sorted(arrived(there, ops)), sorted(ops), "each once")
    ops = later(there, "aozora", 5)
    world.net.one_way("aozora", "midori")
    more = later(there, "aozora", 5)
    world.net.both_ways("aozora", "midori")
    t.ok(wait_for(lambda: is_settled(there), 40), "the other direction, too")
    t.eq(sorted(arrived(here, ops + more)), sorted(ops + more), "each once")


def replay(requests, node):
    """How many of these bytes were accepted, and as what the others were refused."""
    codes = [evil.code_of(world, node, world.send(node, r)) for r in requests]
    return codes.count("accepted"), sorted(set(codes))


@case
def ns_what_was_signed_once_is_good_once(t):
    """Requests that were sent and heard: again at once, a minute later, after kill -9, elsewhere."""
    t.req("CARD-11")
    begin()
    town, other = world["midori"], world["kawabe"]
    world.wait_open(town)
    requests = [world.post(town) for _ in range(3)] + [world.ask(town), world.ask(
        town, path="/fed/v1/registry"), world.post(town, "/fed/v1/registry", body=world.roots.sign(),
                                                   media=evil.SIGNED)]
    t.eq(replay(requests, town), (len(requests), ["accepted"]), "each is good once")
    world.used_op = requests[0].op
    world.evil.answer = pong
    t.ok(world.ping(world["aozora"], world.EVIL)["answered"], "and one that a true town signed for evil")
    _, path, headers, body = world.evil.seen[-1]
    world.caught = (path, headers, body)
    requests.append(evil.Caught(path, headers, body))
    before = world.state(town), world.state(other)
    t.eq(replay(requests, town)[0], 0, "at once")
    t.eq(replay(requests, other)[0], 0, "at another town")
    world.move_clock(61)
    n, codes = replay(requests, town)
    t.ok(n == 0 and "bad-time" in codes, "61 s later", codes)
    world.move_clock(-61)
    t.eq(replay(requests, town)[0], 0, "the clock set back")
    fresh = [world.post(town) for _ in range(3)]  # signed before the crash, never sent
    pid = town.kill("node")
    town.wait_back("node", pid)
    town.wait_answer()
    n, codes = replay(requests + fresh, town)
    t.ok(n == 0, "after kill -9", codes)
    world.wait_open(town)
    t.eq(replay(requests, town)[0], 0, "and when it takes requests again")
    t.eq((world.changed(town, before[0]), world.changed(other, before[1])), ({}, {}),
         "not a row, not a leaf")


def plain(reply):
    return reply.status, reply.body if reply.status == 200 else reply.status


def ask_all(node, headers):
    """Every route of the people's door, in a few connections: (METHOD, PATH) -> status, body."""
    got, line = {}, node.connection()
    for method, path in routes(node):
        at = "/".join(str(uuid.UUID(int=7)) if part.startswith("{") else part
                      for part in path.split("/"))
        more = {"Content-Type": "application/json", "Origin": node.url()} if method != "GET" else {}
        try:
            line.request(method, at, b"{}" if method != "GET" else None, {**headers, **more})
            answer = line.getresponse()
            got[method, path] = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            line.close()
            line = node.connection()
            got[method, path] = "closed", b""
    line.close()
    return got


@case
def ns_what_one_town_gave_is_nothing_at_another(t):
    """Cookies, login, ticket of one town at every route of another: as if nothing had been shown."""
    t.req("CARD-1, CARD-6")
    begin()
    home, other = world["aozora"], world["midori"]
    before = world.state(other)
    nobody = ask_all(other, {})
    t.ok(len(nobody) > 150, "every route", len(nobody))
    for who, session in (("a child", children["aozora"]), ("the board", boards["aozora"])):
        cookie = "; ".join(f"{k}={v}" for k, v in session.cookies.items())
        t.ok(cookie, f"{who} has a cookie")
        shown = ask_all(other, {"Cookie": cookie, "Authorization": "Bearer " + cookie})
        differs = {at: (shown[at][0], nobody[at][0]) for at in nobody if shown[at][0] != nobody[at][0]}
        t.eq(differs, {}, f"{who} is nobody there")
        said = b"".join(body for _, body in shown.values())
        t.eq(marks.in_bytes(said, ["aozora"]), set(), f"{who}: and is not told of")
    ticket = ticket_when_open(children["aozora"])
    t.ok(ticket, "a ticket of the child's own town")
    head = (f"GET /ws HTTP/1.1\r\nHost: midori.{DOMAIN}:{other.v['PORT_HTTPS']}\r\nOrigin: {other.url()}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Sec-WebSocket-Protocol: ibasho.v1, ticket.{ticket}\r\n\r\n")
    line = other.connection()
    line.connect()
    line.sock.sendall(head.encode())
    t.ok(b" 101 " not in line.sock.recv(4096).split(b"\r\n")[0], "opens no line at the other town")
    line.close()
    login = home.account("student")
    reply = Session(other).request("POST", "/api/v1/session",
                                   {"login": login.login, "password": login.password})
    t.eq(reply.status, 401, "a login of one town signs in nowhere else")
    t.eq(world.changed(other, before), {}, "nothing was changed")


@case
def ns_a_member_that_behaves_badly_gets_nothing(t):
    """A hundred behaviours of a member with a good key; the code of each; then every table again."""
    t.req("CARD-6, CARD-11")
    begin()
    town = world["midori"]
    world.wait_open(town)
    before = world.state(town)
    for what, play, codes in evil.ROWS:
        got = evil.code_of(world, town, play(world, town))
        t.ok(got in codes, what, f"{got}, not {codes}")
    t.note(f"{len(evil.ROWS)} behaviours")
    t.eq(world.changed(town, before), {}, "not a row, not a leaf but the record of it")
    world.evil.answer = pong
    t.eq(evil.code_of(world, town, world.send(town, world.post(town))), "accepted",
         "and a good request is still taken")
    # What evil takes back at the prefecture's node is its own at most.
    world.wait_open(world["pref"])
    world.send(world["pref"], world.post(world["pref"], "/fed/v1/escrow/revoke", body={"generation": 1}))
    t.eq(world["pref"].psql("SELECT count(*) FROM escrow_deposit WHERE box_sealed IS NOT NULL"), "1",
         "the half that another town left there is still there")


def sees(visitor, name):
    return wait_for(lambda: any(p["name"] == name for p in list(visitor.floor.people.values())), 25)


def enters(node, session, floor):
    """On the shared floor as soon as its door is open."""
    visitor = Visitor(node, session)

    def tried():
        try:
            visitor.enter(floor=floor)
            return True
        except No:
            return False
    wait_for(tried, 30)
    visitor.wait("floor.here")
    return visitor


def bad_lines(lesson_now):
    """What evil does on a line that it may open: what, how; each ends that line."""
    rope = lesson.Rope(world, world["midori"])
    node = uuid.UUID(world.EVIL).bytes
    hello = lesson.frame(lesson.HELLO, struct.pack(">B16s16sQ", 1, node, lesson.NOBODY, 0))
    other = lesson.frame(lesson.HELLO, struct.pack(
        ">B16s16sQ", 1, uuid.UUID(world.ids["aozora"]).bytes, lesson.NOBODY, 0))
    left = lesson.frame(lesson.LEAVE, seq=1, number=lesson_now.number)
    return rope, [
        ("no greeting", lesson.message(left)),
        ("another town's name in the greeting", lesson.message(other)),
        ("a greeting of another protocol", lesson.message(hello[:36] + b"\x07" + hello[37:])),
        ("bytes without a mask", lesson.message(hello, masked=False)),
        ("a text", lesson.message(b"hello", opcode=1)),
        ("noise", lesson.message(os.urandom(300))),
        ("a frame cut short", lesson.message(hello[:-1])),
        ("64 KiB and more", lesson.message(bytes(70000)))]


@case
def ns_a_shared_lesson_tells_names_alone(t):
    """Midori holds a lesson with aozora and with evil: what evil hears of their children, and what it
    may do to them, which is nothing."""
    t.req("CARD-2, CARD-6, CARD-9")
    begin()
    host, guest = world["midori"], world["aozora"]
    world.evil.answer = lesson.polite(world)
    boards["midori"] = host.sign_in(host.account("commissioner"))
    if "aozora" not in boards:
        boards["aozora"] = guest.sign_in(guest.account("commissioner"))
    now = lesson.Lesson(world, boards["midori"], boards["aozora"])
    now.begin()
    there = {}
    for node, name in ((host, "くま"), (guest, "うさぎ")):
        login = node.account("student", login=marks.fresh(node.name), display_name=name)
        marks.add(node.name, login.id)
        child = node.sign_in(login)
        t.ok(now.choose(node.name, child), f"{name} chooses the lesson")
        there[name] = enters(node, child, now.floor)
    t.ok(sees(there["くま"], "うさぎ") and sees(there["うさぎ"], "くま"), "two towns' children meet over the bridge")
    rope, bad = bad_lines(now)
    for what, how, status in (("without a ticket", {"ticket": None}, 401),
                              ("a ticket of its own making", {"ticket": "A" * 43}, 401),
                              ("a page", {"extra": "Origin: https://evil.example\r\n"}, 403),
                              ("another protocol", {"protocol": "ibasho.v1"}, 400)):
        ticket = how.get("ticket", "") or ("" if "ticket" in how else rope.ticket()[0])
        t.eq(rope.open(ticket, **{k: v for k, v in how.items() if k != "ticket"}), status, what)
        rope.close()
    ticket = rope.ticket()[0]
    t.ok(ticket, "a member of the lesson is given one")
    elsewhere = lesson.Rope(world, world["kawabe"])
    t.eq(elsewhere.open(ticket), 401, "which is nothing at another town")
    elsewhere.close()
    t.eq(rope.open(ticket), 101, "which opens a line")
    rope.close()
    t.eq(rope.open(ticket), 401, "once")
    for what, data in bad:
        t.eq(rope.open(rope.ticket()[0]), 101, f"{what}: a line")
        with contextlib.suppress(OSError):  # it may close before all of it is sent
            rope.sock.sendall(data)
        t.eq(rope.hear(10), 1008, f"{what}: closed")
        rope.close()
    rope.raw = b""
    t.eq(rope.open(rope.ticket()[0]), 101, "a good one")
    t.ok(rope.greet(), "greeted as a guest")
    rope.say(lesson.ON, struct.pack(">QQ", 1, int(time.time() * 1000) + 3600000), number=now.number)

    def joined():
        return {payload[26:].decode(): pseud for kind, pseud, payload in rope.frames if kind == lesson.JOIN}
    rope.hear(15, lambda: len(joined()) == 2)
    t.eq(set(joined()), {"くま", "うさぎ"}, "it is told who is there, by name")
    t.eq(marks.in_bytes(rope.raw, world.TOWNS), set(), "and by nothing else")
    before = {k: v for k, v in world.state(host).items() if not k.removeprefix("leaf ").startswith("visit")}
    line = struct.pack(">16sQ16s10sH", uuid.UUID(world.EVIL).bytes, 1, os.urandom(16), b"", 5) + b"hello"
    for kind, payload in ((lesson.CHAT, line), (lesson.REACT, b"\1"), (lesson.LEAVE, b""),
                          (lesson.GONE, os.urandom(16))):
        rope.say(kind, payload, b"nobody-123", number=now.number)
    rope.say(lesson.CHAT, line, b"nobody-123", number=(now.number + 1) % 2**32)
    t.eq(rope.hear(1.5), None, "words of nobody are passed over")
    rope.say(lesson.CHAT, line, joined()["うさぎ"], number=now.number)
    t.eq(rope.hear(10), 1008, "words under another town's child's name end the line")
    rope.close()
    _, reply = rope.ticket()
    t.eq(reply.status != 200 and reply.code(), "role-denied", "and for a while there is no other")
    t.eq({k: v for k, v in world.changed(host, before).items()
          if not k.removeprefix("leaf ").startswith("visit")}, {}, "not a row, not a leaf")
    text = marks.add("aozora", "たんぽぽのわたげがとんでいきました")
    there["うさぎ"].command("chat.say", line=str(uuid.uuid4()), text=text)
    t.ok(wait_for(lambda: [of for _, of in there["くま"].events if _ == "chat.line" and of["text"] == text]),
         "the lesson goes on")
    for visitor in there.values():
        visitor.close()
    t.eq(now.over(), {world.ids["midori"]: "1", world.ids["aozora"]: "1"},
         "afterwards each town says how many of its own chose it, and no more")


@case
def ns_a_childs_marks_stay_at_home(t):
    """Twenty children a town, every field marked; what crossed is searched, and what it left."""
    t.req("CARD-1, CARD-6")
    begin()
    for name in world.TOWNS:
        town = world[name]
        if name not in boards:
            boards[name] = town.sign_in(town.account("commissioner"))
        t.eq(marks.plant(town, boards[name]), "applied", f"{name}: a roster of marks")
        login = town.account("student", display_name=marks.fresh(name))
        marks.add(name, login.login)
        town.sign_in(login)
    for at in world.TOWNS:
        for to in (*world.TOWNS, "pref"):
            if at != to:
                world.ping(world[at], world.ids[to])
        world.evil.answer = pong
        world.ping(world[at], world.EVIL)
    t.ok(len(marks.of(world.TOWNS)) > 600, "marks", len(marks.of(world.TOWNS)))
    # That the searches find what is there.
    control = marks.fresh("control")
    with open(scratch.name + "/control", "w", encoding="ascii") as f:
        f.write("x" * 4099 + control)
    t.eq(list(marks.in_files([scratch.name + "/control"], ["control"])), [scratch.name + "/control"],
         "a search finds a mark")
    with world.net.inside("attacker"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            datagram.sendto(control.encode(), (world.net.at["browser"], 9))
    for name in world.TOWNS:
        paths = [p for m, p in routes(world[name]) if m == "GET" and "{" not in p]
        told = marks.answers(boards[name], paths)
        said = b"".join(told.values())
        t.ok(marks.in_bytes(said, [name]), f"{name}: its board sees its own children")
        others = [n for n in world.TOWNS if n != name]
        t.eq(marks.in_bytes(said, others), set(), f"{name}: and nobody else's")
    for name in ("pref", *world.TOWNS):
        node = world[name]
        node.psql("CHECKPOINT")
        others = [n for n in world.TOWNS if n != name]
        t.eq(marks.in_files([node.data_dir, node.run_dir], others), {},
             f"{name}: cluster, WAL, logs, files: no mark of another town")
    seen = b"".join(path.encode() + body + repr(headers).encode()
                    for _, path, headers, body in world.evil.seen)
    t.ok(len(world.evil.seen) >= 3, "towns spoke to a member that keeps every byte")
    t.eq(marks.in_bytes(seen, world.TOWNS), set(), "no mark was told to it")
    t.eq(capture.close(), 0, "no frame was missed")
    found = marks.in_files([capture.path], ["control", *world.TOWNS])
    t.eq(found, {capture.path: {control}}, "on the wire the control alone is found")
    t.note(f"{capture.n_frames} frames, {os.path.getsize(capture.path) >> 10} KiB")


def end():
    world.end()
    scratch.cleanup()


if __name__ == "__main__":
    main(__file__, end)
