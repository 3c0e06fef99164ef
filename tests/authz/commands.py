"""tests/authz/commands.py - every command of the socket x every role x where he is: in the lobby, on a
floor. The code of each answer is compared with tests/authz/commands.tsv, which a person has read;
`run.py --accept` writes it anew. A role without a ticket has no cell but that.

A command whose row admits a role is asked in a form that an unaltered client may send; what is about
somebody names a seat that nobody has, so that no answer depends on the others."""
import datetime
import json
import os
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import ws_client  # noqa: E402
from lib.ws_client import No  # noqa: E402

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "commands.tsv")
NOBODY = 65000

# In the order in which they are asked; on a floor place.leave comes last.
ASKED = (
    ("floor.walk", {"x": 1800, "y": 800}),
    ("floor.go", {"to": "person", "seat": NOBODY}),
    ("floor.stop", {}),
    ("area.enter", {"area": "nook"}),
    ("area.leave", {}),
    ("area.knock", {"area": "square"}),
    ("area.answer", {"seat": NOBODY, "welcome": True}),
    ("area.invite", {"seat": NOBODY}),
    ("area.lock", {"area": "nook", "lock": "open"}),
    ("me.state", {"state": "talk"}),
    ("me.rung", {"rung": "text"}),
    ("me.distance", {"on": False}),
    ("me.away", {"on": False}),
    ("person.wave", {"seat": NOBODY}),
    ("react", {"kind": "nod"}),
    ("chat.say", {"line": str(uuid.uuid4()), "text": "こんにちは", "to": NOBODY}),
    ("talk.ask", {"seat": NOBODY}),
    ("talk.answer", {"talk": str(uuid.uuid4()), "yes": True}),
    ("talk.say", {"talk": str(uuid.uuid4()), "line": str(uuid.uuid4()), "text": "こんにちは"}),
    ("talk.leave", {"talk": str(uuid.uuid4())}),
    ("talk.block", {"seat": NOBODY}),
    ("talk.unblock", {"block": str(uuid.uuid4())}),
    ("talk.blocks", {}),
    ("talk.voice", {"talk": str(uuid.uuid4()), "is_on": True}),
    ("voice.open", {"offer": "v=0"}),
    ("voice.mic", {"to": "zone"}),
    ("voice.thin", {"is_on": True}),
    ("voice.hush", {"seats": []}),
    ("voice.close", {}),
    ("lesson.join", {"lesson": str(uuid.uuid4())}),
    ("lesson.leave", {"lesson": str(uuid.uuid4())}),
    ("lesson.hand", {"lesson": str(uuid.uuid4()), "on": True}),
    ("lesson.page", {"lesson": str(uuid.uuid4()), "page": 1}),
    ("lesson.poll.open", {"lesson": str(uuid.uuid4()), "poll": str(uuid.uuid4()), "question": "どう",
                          "choices": ["はい", "まだ"]}),
    ("lesson.poll.answer", {"poll": str(uuid.uuid4()), "choice": 0}),
    ("lesson.poll.close", {"poll": str(uuid.uuid4())}),
    ("lesson.ask", {"lesson": str(uuid.uuid4()), "question": str(uuid.uuid4()), "text": "なぜですか"}),
    ("lesson.answered", {"lesson": str(uuid.uuid4()), "question": str(uuid.uuid4())}),
    ("figure.stop", {"seat": NOBODY, "what": "chat", "on": True}),
    ("figure.admit", {"pseud": "a" * 16}),
    ("figure.warn", {"seat": NOBODY, "template": "words.kind"}),
    ("figure.hide", {"line": str(uuid.uuid4())}),
    ("place.resume", {"visit": str(uuid.uuid4()), "token": "A" * 43, "last_n": 0}),
)


def open_the_place(world):
    """Within a contract, open all day."""
    day = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))).date()
    cookie = world.cookie("commissioner", "valid", "public")
    for path, body in (
            ("/api/v1/contract", {"title": "見本", "contractor": "受託者", "begins_on": "2020-04-01",
                                  "ends_on": "2090-03-31", "n_student": 400, "n_staff": 100,
                                  "n_guardian": 100}),
            *(("/api/v1/hours/days", {"day": (day + datetime.timedelta(days=n)).isoformat(),
                                      "slots": [{"from": "00:00", "to": "24:00"}]}) for n in (0, 1))):
        reply = world.ask("public", "PUT", path, cookie,
                          json.dumps({"id": str(uuid.uuid4()), **body}).encode())
        if reply.status // 100 != 2:
            raise RuntimeError(f"{path}: {reply.status} {reply.body}")
    for _ in range(100):  # a change of the contract counts within ten seconds
        reply = world.ask("public", "GET", "/api/v1/hours", world.cookie("student", "valid", "public"))
        if json.loads(reply.body)["state"] in ("open", "closing"):
            return
        time.sleep(0.2)
    raise RuntimeError(f"still closed: {reply.body}")


def code_of(line, name, body):
    try:
        line.send_command(name, body)
        return "ok"
    except No as no:
        return no.code


def ask_role(world, role, cells):
    reply = world.ask("public", "POST", "/api/v1/ticket", world.cookie(role, "valid", "public"))
    if reply.status != 200:
        return
    with ws_client.connect(world.node, json.loads(reply.body)["ticket"]) as line:
        for name, body in ASKED:
            cells[name, "lobby", role] = code_of(line, name, body)
            line.listen(0.06)  # no more than 20 a second
        cells["place.enter", "lobby", role] = code_of(line, "place.enter",
                                                      {"floor": "plaza", "rung": "text"})
        for name, body in (*ASKED, ("place.leave", {})):
            cells[name, "floor", role] = code_of(line, name, body)
            line.listen(0.06)
        cells["place.leave", "lobby", role] = code_of(line, "place.leave", {})
        line.stick(127, 0)  # a binary message, which nobody answers
        cells["floor.stick", "lobby", role] = code_of(line, "floor.stop", {})
        line.send_frame(2, bytes([2, 12, 0, 1, 0, 0, 0, 0, 0x58, 1]))  # sound, without a session
        cells["voice.packet", "lobby", role] = code_of(line, "voice.mic", {"to": "none"})


def ask(world, roles):
    """(command, where, role) -> code."""
    cells = {}
    open_the_place(world)
    for role in roles:
        ask_role(world, role, cells)
    return cells


def text_of(cells, roles):
    lines = ["# What every command answers to whom: written by tests/authz/run.py --accept, read by a",
             "# person. In the lobby a role that may hold a ticket has entered nothing; on the floor it has",
             "# tried to enter the plaza first. -: it gets no ticket. floor.stick and voice.packet have",
             "# no answer: their cells are what floor.stop and voice.mic say after them.",
             "\t".join(["command", "where"] + roles)]
    for name, where in sorted({key[:2] for key in cells}):
        lines.append("\t".join([name, where] + [cells.get((name, where, r), "-") for r in roles]))
    return "\n".join(lines) + "\n"


def read():
    with open(FILE, encoding="utf-8") as f:
        return f.read()


def write(text):
    with open(FILE, "w", encoding="utf-8") as f:
        f.write(text)
