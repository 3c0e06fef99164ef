"""tests/lib/storm_check.py - after a storm: what the node holds and what it told, against what was
asked and answered (tests/lib/storm_load.py). Prints counts by t.note, failures by t.eq.

    check_all(t, load, n_back)         # n_back: how often the clock went back
"""
import collections
import datetime
import io
import json
import time
import uuid
import zipfile

from lib.storm_load import held

TOLD = 100  # lines of a channel that are said again at most (CHAT_LINES_TOLD)
LEAVES = ("chat_line", "chat_decision", "sos", "sos_step", "incident", "incident_step", "contact", "measure",
          "measure_lift", "reaction_event", "visit_event")


def check_all(t, load, n_back):
    wait_ends(t, load)
    check_rows(t, load)
    lines = read_lines(load)
    check_order(t, load, lines, n_back)
    check_private(t, load, lines)
    check_reactions(t, load)
    check_measures(t, load)
    check_visits(t, load)
    check_export(t, load, lines)
    check_log(t, load)


def wait_ends(t, load, seconds=40):
    """Whoever was cut is lost in the end."""
    open_visits = ("SELECT count(*) FROM (SELECT DISTINCT ON (visit) v.kind FROM visit_event v JOIN audit_leaf l"
                   " ON l.row_id = v.id AND l.table_name = 'visit_event' ORDER BY v.visit, l.seq DESC) e"
                   " WHERE kind NOT IN ('exit', 'lost')")
    end = time.monotonic() + seconds
    while load.node.psql(open_visits) != "0" and time.monotonic() < end:
        time.sleep(0.5)
    t.eq(load.node.psql(open_visits), "0", "every visit has its end in the record")


def check_rows(t, load):
    for kind, ids in held(load.node).items():
        load.history[kind].check(t, [i for i in ids if i not in load.before[kind]], kind)
    for table in LEAVES:
        t.eq(load.node.psql(f"SELECT count(*) FROM {table} r WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
                            f" l.row_id = r.id AND l.table_name = '{table}')"), "0", f"{table}: each is a leaf")
    answered = load.history["sos"].ok
    told = set(load.node.psql("SELECT id FROM duty_call UNION SELECT sos FROM sos_step WHERE act IN ('answer',"
                              " 'close', 'undone')").split())
    t.eq([i for i in answered if i not in told][:5], [], "every call waits for somebody or was answered")
    t.eq(load.node.psql("SELECT count(*) FROM (SELECT sos, told FROM sos_step WHERE act = 'sent' GROUP BY"
                        " sos, told HAVING count(*) > 1) d"), "0", "nobody was told twice of one call")
    cries = dict(r.split("|") for r in load.node.psql(
        "SELECT line, count(*) FROM incident WHERE line IS NOT NULL GROUP BY line").splitlines())
    t.eq([i for i in load.cries if cries.get(i) != "1"], [], f"every cry for help ({len(load.cries)}) is one incident")
    t.note(f"refused: {dict(load.codes)}")


class Line:
    def __init__(self, row):
        self.id, self.channel, self.copy, self.talk, self.account, self.at, held, self.seq = row.split("|")
        self.was_held, self.at, self.seq = held == "t", int(self.at), int(self.seq)

    @property
    def where(self):
        return self.talk or f"{self.channel} {self.copy}"


def read_lines(load):
    """By id, in the order of commits (that of the leaves)."""
    rows = load.node.psql(
        "SELECT c.id, c.channel, c.copy, c.talk, c.account, (extract(epoch FROM c.at) * 1000000)::bigint, c.was_held,"
        " l.seq FROM chat_line c JOIN audit_leaf l ON l.row_id = c.id AND l.table_name = 'chat_line' ORDER BY l.seq")
    return {line.id: line for line in map(Line, rows.splitlines())}


# -- order ------------------------------------------------------------------------------------------
def check_order(t, load, lines, n_back):
    """What each client heard of a channel is, in order and without a gap, what was committed."""
    of = collections.defaultdict(list)
    for line in lines.values():
        if not line.was_held:
            of[line.where].append(line)
    steps = sum(b.at <= a.at for run in of.values() for a, b in zip(run, run[1:]))
    t.eq(steps, 0, f"times of a channel never go back, though the clock did {n_back} times")
    place = {line.id: i for run in of.values() for i, line in enumerate(run)}
    n, faults = 0, []
    for guest in [*load.children, load.inside]:
        for number, (events, _) in enumerate(guest.segments):
            n += one_segment(events, lines, of, place, lambda text, g=guest, s=number:
                             faults.append(f"{g.name}, line {s}: {text}"))
    t.note(f"{n} lines heard by {1 + len(load.children)} clients over"
           f" {sum(len(g.segments) for g in load.children) + len(load.inside.segments)} connections")
    t.eq(faults[:6], [], f"each heard every line of his channel once, in the order of commits ({len(faults)})")
    t.ok(n > 0, "lines were heard")


def one_segment(events, lines, of, place, fault):
    """One connection: chat.lines begins a channel anew, chat.line goes on; by line, each once."""
    views, n = {}, 0
    for name, what in events:
        if name == "chat.lines":
            ids = [l["line"] for l in what["lines"]]
            if len(set(ids)) != len(ids):
                fault("a line twice among those said again")
            strange = [i for i in ids if i not in lines]
            if strange:
                fault(f"heard what is not there: {strange[0]}")
                continue
            plain = [lines[i] for i in ids if not lines[i].was_held]
            key = what.get("talk") or what["channel"]
            check_again(plain, len(ids), of, place, fault)
            views[key] = {"ids": set(ids), "last": max((place[l.id] for l in plain), default=None),
                          "where": plain[0].where if plain else None}
            n += len(plain)
        elif name == "chat.line":
            line = lines.get(what["line"])
            if line is None:
                fault(f"heard what is not there: {what['line']}")
                continue
            view = views.get(what.get("talk") or what["channel"])
            if view is None or line.was_held or line.id in view["ids"]:
                continue
            at = place[line.id]
            if view["where"] not in (None, line.where):
                fault("another copy without being said again")
            elif view["last"] is not None and at != view["last"] + 1:
                run = of[line.where]
                fault(f"after {view['last']} came {at}" + (
                    f", missing {run[view['last'] + 1].id}" if at > view["last"] else f", {line.id} too late"))
            view.update(where=line.where, last=at)
            view["ids"].add(line.id)
            n += 1
    return n


def check_again(plain, n_told, of, place, fault):
    """Those said again are the newest of the channel, all of them, by time."""
    if not plain:
        return
    if len({l.where for l in plain}) > 1:
        fault("lines of two channels in one")
        return
    if any(b.at <= a.at for a, b in zip(plain, plain[1:])):
        fault("said again out of order")
    ranks = {place[l.id] for l in plain}
    run = of[plain[0].where]
    oldest = min(l.at for l in plain)
    whole = {place[l.id] for l in run[:max(ranks) + 1] if l.at >= oldest}
    if whole != ranks:
        fault(f"said again with {len(whole - ranks)} missing of {len(whole)}: {run[min(whole ^ ranks)].id}")
    if n_told < TOLD and run[0].id != plain[0].id and all(a.at < b.at for a, b in zip(run, run[1:])):
        fault(f"said again without the first of the day ({len(plain)} of {len(run)})")


# -- who got what -----------------------------------------------------------------------------------
def check_private(t, load, lines):
    """No byte of a talk, nor of a line that waits, to whom it was not for."""
    guests = [*load.children, load.inside]
    members = collections.defaultdict(set)
    for row in load.node.psql("SELECT talk, account FROM chat_talk_member").splitlines():
        talk, account = row.split("|")
        members[talk].add(account)
    released = load.released | set(load.node.psql("SELECT line FROM chat_decision WHERE act = 'release'").split())
    secret = []
    for guest in guests:
        for key, canary in guest.private.items():
            line = lines.get(key)
            if line is None or line.talk:
                may = members[line.talk] if line is not None else {guest.login.id, load.inside.login.id}
            elif line.was_held and key not in released:
                may = {guest.login.id, load.inside.login.id}
            else:
                continue
            secret += [(may, canary.encode()), (may, key.encode())]
    leaks, n_bytes = [], 0
    for guest in guests:
        got = b"\n".join(b for _, heard in guest.segments for b in heard)
        n_bytes += len(got)
        leaks += [(guest.name, word.decode(), first(guest, word)) for may, word in secret if guest.login.id not in may and word in got]
    t.note(f"{len(secret)} private words and ids looked for in {n_bytes} bytes of {len(guests)} clients")
    t.eq(leaks[:5], [], "nobody has a byte of what was not for him")
    t.ok(secret, "there were private lines")
    others = {g.login.id: {x.login.id for x in guests} - {g.login.id} for g in load.children}
    ids = [(g.name, i) for g in load.children for i in others[g.login.id]
           if any(i.encode() in b for _, heard in g.segments for b in heard)]
    t.eq(ids[:5], [], "no child has the account of another")


def first(guest, word):
    """The frame it was in, cut short."""
    return next((b[:150] for _, heard in guest.segments for b in heard if word in b), b"")


def check_reactions(t, load):
    """They have no id: what was answered is there in its order, and nothing that was not asked."""
    n = 0
    for guest in load.children:
        rows = load.node.psql("SELECT r.kind FROM reaction_event r JOIN audit_leaf l ON l.row_id = r.id AND"
                              f" l.table_name = 'reaction_event' WHERE r.account = '{guest.login.id}'"
                              " ORDER BY l.seq").split()
        ok = [r[1] for r in guest.reactions if r[2] == "ok"]
        asked = [r[1] for r in guest.reactions if r[2] != "refused"]
        n += len(ok)
        t.ok(is_part(ok, rows), f"{guest.name}: no answered reaction is lost", (len(ok), len(rows)))
        t.ok(is_part(rows, asked), f"{guest.name}: none is there that was not asked", (len(rows), len(asked)))
    t.ok(n > 0, f"reactions were answered: {n}")


def is_part(few, many):
    """few in many, in order."""
    rest = iter(many)
    return all(one in rest for one in few)


# -- what staff stopped -----------------------------------------------------------------------------
def check_measures(t, load):
    """Asked after a stop was acknowledged and answered before its end was asked: never done."""
    n_probes, n_refused, faults = 0, 0, []
    for warden in load.wardens:
        child = warden.child
        history = load.history["line"]
        talked = load.history["talk"]
        for span in warden.spans:
            kind = span["kind"]
            holds = lambda a, b, s=span: s["from"] < a and b < s["till"]  # noqa: E731
            if kind in ("chat", "eject"):
                for key in child.texts:
                    if key in talked.asked and kind == "chat":
                        continue
                    h = talked if key in talked.asked else history
                    if key in h.ok and holds(h.began[key], h.ok[key]):
                        faults.append(f"{child.name} wrote {key} while {kind} held")
                    n_refused += key in h.refused and holds(h.began[key], h.refused[key])
            if kind in ("react", "eject"):
                for asked, _, verdict, answered in child.reactions:
                    if verdict == "ok" and holds(asked, answered):
                        faults.append(f"{child.name} reacted while {kind} held")
                    n_refused += verdict == "refused" and holds(asked, answered)
            for began, till, stops, entered in child.probes:
                if not holds(began, till):
                    continue
                n_probes += 1
                if kind not in stops:
                    faults.append(f"{child.name} came and was not told that {kind} holds: {stops}")
                if kind == "eject" and entered:
                    faults.append(f"{child.name} came in while he was ejected")
        if warden.named is not None:
            name = child.session.request("GET", "/api/v1/me/profile").json().get("name")
            t.eq(name, warden.named, f"{child.name} has the name he was given last")
    kinds = collections.Counter(s["kind"] for w in load.wardens for s in w.spans)
    t.note(f"measures {dict(kinds)}: {n_probes} times somebody came back under one, {n_refused} acts refused")
    t.eq(faults[:5], [], f"what was stopped stayed stopped ({len(faults)})")
    t.ok(kinds, "something was stopped")


# -- the record -------------------------------------------------------------------------------------
def check_visits(t, load):
    """Entries and ends of a visit take turns; the last is an end."""
    rows = load.node.psql("SELECT v.visit, v.kind FROM visit_event v JOIN audit_leaf l ON l.row_id = v.id AND"
                          " l.table_name = 'visit_event' ORDER BY v.visit, l.seq").splitlines()
    visits = collections.defaultdict(list)
    for row in rows:
        visit, kind = row.split("|")
        visits[visit].append(kind)
    bad = []
    for visit, kinds in visits.items():
        is_in = False
        for kind in kinds:
            if (kind == "entry") == is_in and kind in ("entry", "exit", "lost") or kind == "move" and not is_in:
                bad.append((visit, kinds))
                break
            is_in = kind in ("entry", "move")
    t.note(f"{len(visits)} visits, {len(rows)} entries and ends")
    t.eq(bad[:3], [], f"entries and ends take turns ({len(bad)})")


def check_export(t, load, lines):
    """The four logs as they are handed out hold each row once, with the words that were written."""
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp = lambda h: (now + datetime.timedelta(hours=h)).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: E731
    export = str(uuid.uuid4())
    reply = load.board.request("POST", "/api/v1/log-exports", {
        "id": export, "kinds": ["entry", "chat", "voice", "reaction"], "from": stamp(-24), "to": stamp(24),
        "format": "json", "reason": "あらしのあとの確認"})
    if not t.eq(reply.status, 201, f"an export is asked for: {reply}"):
        return
    if reply.json()["state"] == "waiting":
        load.second.request("POST", f"/api/v1/log-exports/{export}/approve", {"id": str(uuid.uuid4())})
    reply = load.board.request("GET", f"/api/v1/log-exports/{export}/file", timeout=60)
    if not t.eq(reply.status, 200, f"and fetched: {reply}"):
        return
    archive = zipfile.ZipFile(io.BytesIO(reply.body))
    logs = {kind: [json.loads(row) for row in archive.read(f"{kind}.ndjson").splitlines()]
            for kind in ("entry", "chat", "voice", "reaction")}
    for kind, table in (("entry", "visit_event"), ("chat", "chat_line"), ("reaction", "reaction_event")):
        held = sorted(load.node.psql(f"SELECT id FROM {table}").split())
        t.ok(sorted(row["id"] for row in logs[kind]) == held, f"log {kind}: each of {len(held)} rows once")
    t.eq(logs["voice"], [], "there is no voice yet")
    wrote = {key: (text, guest.login.id) for guest in [*load.children, load.inside]
             for key, text in guest.texts.items()}
    others = {row["id"] for row in logs["chat"]} - set(wrote)
    t.eq(sorted(others ^ load.lines_before), [], "log chat: no line but those of the storm and before it")
    wrong = [row["id"] for row in logs["chat"] if row["id"] not in others and
             wrote[row["id"]] != (row["text"], row["account"])]
    t.eq(wrong[:5], [], f"log chat: the words and who wrote them ({len(logs['chat'])} lines)")
    t.ok(all((row.get("to_account") or "") != "" for row in logs["chat"] if lines[row["id"]].talk),
         "a private line has its counterpart")


def check_log(t, load):
    done = load.node.cli("verify", "live", check=False)
    t.eq(done.returncode, 0, f"the audit log is whole: {done.stdout[-300:]}{done.stderr[-300:]}")
    words = [text for guest in [*load.children, load.inside] for text in guest.texts.values()]
    log = load.node.log("node")
    t.eq([w for w in words if w in log][:3], [], "no word of it in the node's log")
