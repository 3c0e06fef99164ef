"""tests/federation/model_play.py - a history (model_ops.py) done to the nodes (model_world.py) and to the
model, one operation at a time; each is judged by what the model says may be answered."""
import http.client
import json
import threading
import time
import uuid

from federation.model import ALL, LATE, Member, Model, MUST, NO, NODES, PREF, Series
from federation.model import accept, change, decline, end, offer
from federation.model_look import Look, Mismatch
from federation.model_ops import CLOCK_MOST
from federation.model_world import ESCROW, SHARED, together
from lib.ibasho_node import NodeError

SETTLE_S = 40  # after that what must come is lost
KEYS_MOST = 7
RELEASES_AN_H = 6


class Run(Look):
    """One history on a world that may have seen others: it begins from level ground."""

    def __init__(self, world, wrong=None, settle_s=SETTLE_S):
        self.world, self.settle_s = world, settle_s
        self.model = getattr(world, "model", None) or Model()
        world.model = self.model
        self.n_done, self.deposit = 0, "unknown"
        self.model.wrong = None
        self.level()
        self.model.wrong = wrong

    def level(self):
        """Everything healed, everybody under contract but the late one, nothing owed."""
        model = self.model
        self.heal_all()
        self.hand_over()
        members = dict(model.registries[-1].members) if model.registries else {
            name: Member((0,)) for name in NODES if name != LATE}
        for name, member in members.items():
            members[name] = Member(member.keys, -99 if name == LATE else None)
        model.joined = self.world.joined
        self.publish(PREF, members)
        model.series, model.owed, model.came = [], {}, {}
        model.note()
        self.look()
        self.wait_deposit()

    def wait_deposit(self):
        """The half of the town that boots from escrow lies where it belongs."""
        until = time.monotonic() + 15
        while self.deposit != "hold" and time.monotonic() < until:
            self.see_deposit(ESCROW)
            time.sleep(0.1)
        self.expect(self.deposit == "hold", "the half is not deposited", state=self.deposit)

    # -- doing --

    def do(self, op):
        """False: there was nothing to do it with."""
        self.model.loosen()
        done = getattr(self, "do_" + op[0])(*op[1:])
        self.model.note()
        self.n_done += done is not False
        return done is not False

    def do_owe(self, a, b):
        if not self.can(a) or b not in self.world.ids:
            return False
        op = str(uuid.uuid4())
        try:
            reply = self.world.ping(a, b, later=True, op=op)
        except (OSError, http.client.HTTPException):
            self.model.owe(a, b, op, False)
            return True
        if reply.status == 200:
            self.model.owe(a, b, op, True)
        elif reply.status == 404:
            self.expect(any(r is None or b not in r.members for r in self.model.sees(a)),
                        "a member is nobody", a=a, b=b, reply=reply)
        elif reply.status in (503, 504):
            self.model.owe(a, b, op, False)
        else:
            raise Mismatch(f"{a} owes {b}: {reply}")
        return True

    def do_again(self, a, b):
        """The same, put twice."""
        owed = self.model.owed.get((a, b))
        if not owed or not self.can(a):
            return False
        op, is_sure = owed[-1]
        waits = self.world.seen(a)
        if not is_sure or waits is None or self.world.ids[b] not in waits["waiting"]:
            return False
        try:
            self.world.ping(a, b, later=True, op=op)
        except (OSError, http.client.HTTPException):
            pass
        return True

    def do_crash(self, a, b, part, ms):
        """Something is owed, and the sender is killed meanwhile."""
        if not self.can(a):
            return False
        killer = threading.Timer(ms / 1000, lambda: self.world[a].kill(part))
        killer.start()
        try:
            self.do_owe(a, b)
        finally:
            killer.join()
        self.killed(a, part)
        return True

    def do_kill(self, name, part):
        if not self.can(name):
            return False
        self.world[name].kill(part)
        self.killed(name, part)
        return True

    def killed(self, name, part):
        time.sleep(0.05)
        self.world[name].wait_back(part)
        self.world[name].wait_back("node")
        if part in ("node", "postgres"):  # without its cluster a node may begin anew
            self.model.high[name] = self.model.clock[name]
        if part == "keyd" and name == ESCROW:
            self.opens()

    def opens(self):
        """The half of the town that boots from escrow; never after its contract is over there."""
        model, before = self.model, self.world.seen(PREF)
        theirs = [model.ask_by(ESCROW, PREF, r, r) for r in model.sees(PREF)] \
            if model.reaches(ESCROW, PREF) else [None]
        is_likely = model.way(ESCROW, PREF) != NO
        is_sure = model.way(ESCROW, PREF) == MUST and before["released"] < RELEASES_AN_H and \
            self.deposit == "hold" and len(model.sees(ESCROW)) == len(model.sees(PREF)) == 1
        by_itself = self.world.open_again(20 if is_likely else 2.5)
        after = self.world.seen(PREF)
        n = after["released"] - before["released"] if before and after else None
        if all(code == "contract-ended" for code in theirs):
            self.expect(n == 0 and not by_itself, "a half is given after the contract's end", n=n)
        self.expect(by_itself or not is_sure, "a half that lies there does not come",
                    asked=self.world.asked, n=n)
        if not model.reaches(ESCROW, PREF):
            self.expect(not by_itself, "a half comes where nothing comes through")

    def see_deposit(self, name):
        try:
            self.deposit = self.world[name].admin("GET", "/api/v1/keys/escrow").json()["state"]
        except (OSError, http.client.HTTPException, KeyError, ValueError):
            self.deposit = "unknown"

    def do_reboot(self, name):
        if not self.can(name):
            return False
        self.see_deposit(name)
        self.world[name].restart()
        self.model.high[name] = self.model.clock[name]
        self.opens()
        return True

    def do_cut(self, name):
        self.world.relays[name].cut()
        self.model.cut[name] = True

    def do_heal(self, name):
        self.world.relays[name].heal()
        self.model.cut[name] = False

    def do_away(self, name):
        if not self.can(name):
            return False
        self.world[name].stop()
        self.model.up[name] = False
        return True

    def do_back(self, name):
        if self.can(name):
            return False
        self.world[name].start()
        self.model.up[name] = True
        self.model.high[name] = self.model.clock[name]
        if name == ESCROW:
            self.opens()
        else:
            self.world[name].wait_answer()
        return True

    def do_clock(self, who, by):
        names = NODES if who == "all" else (who,)
        now = self.model.clock
        if any(not self.base <= now[name] + by <= self.base + CLOCK_MOST for name in names):
            return False
        for name in names:
            self.world.set_clock(name, now[name] + by)
            now[name] += by
            self.model.high[name] = max(self.model.high[name], now[name])
        return True

    # -- the office --

    def publish(self, via, members, revoked=None, rolls=False):
        """False: nobody who could take it has the one before."""
        model = self.model
        revoked = model.registries[-1].revoked if revoked is None and model.registries else revoked
        able = [n for n in (via, *NODES) if model.up[n] and
                (not model.registries or n in members or n == PREF)]
        self.read_numbers()
        able = [n for n in able if model.least[n] == model.newest()]
        if not able:
            return False
        registry = model.publish(members, revoked or frozenset())
        text = self.world.office.publish(registry, rolls)
        self.take(able[0], registry, text)
        return True

    def hand_over(self):
        """What was given to a node whose contract is over, and whom nobody hears, the office gives to
        the coordinator, too."""
        self.read_numbers()
        for registry in self.model.registries[self.model.least[PREF]:]:
            self.take(PREF, registry, good=("taken", "known", "old"))  # it may have heard meanwhile

    def take(self, name, registry, text=None, good=("taken", "known")):
        said = self.world.take(name, text or self.world.office.texts[registry.seq - 1])
        self.expect(said in good, "a good registry", name=name, seq=registry.seq, said=said)
        self.model.takes(name, registry)

    def now_members(self):
        last = self.model.registries[-1]
        return dict(last.members), last.revoked

    def do_renew(self, via):
        return self.publish(via, self.now_members()[0])

    def do_roots(self, via):
        return self.publish(via, self.now_members()[0], rolls=True)

    def put_member(self, name, via, to):
        members, _ = self.now_members()
        if name not in members or members[name].to == to:
            return False
        members[name] = Member(members[name].keys, to)
        return self.publish(via, members)

    def do_contract(self, name, via):
        """It will end at the next step of the clock."""
        return self.put_member(name, via, max(self.model.clock.values()) + 0.5)

    def do_revoke(self, name, via):
        return self.put_member(name, via, -99)

    def do_admit(self, name, via):
        if name in self.now_members()[0]:
            return self.put_member(name, via, None)
        if not self.can(name, PREF) or self.model.cut[PREF]:
            return False
        members, _ = self.now_members()
        self.world.join(name)
        members[name] = Member((0,))
        return self.publish(via, members)

    def do_rotate(self, name, via):
        members, _ = self.now_members()
        if not self.can(name) or name not in members or len(members[name].keys) >= KEYS_MOST:
            return False
        n = len(self.world.office.who[name]["keys"])
        if n > members[name].keys[-1] + 1 or not self.world.rotate(name):
            return False
        n = len(self.world.office.who[name]["keys"]) - 1
        if n in members[name].keys:
            return False
        members[name] = Member((*members[name].keys, n), members[name].to)
        return self.publish(via, members)

    def do_drop_key(self, name, via):
        """The one before the last is revoked."""
        members, revoked = self.now_members()
        good = [n for n in members[name].keys if (name, n) not in revoked] if name in members else []
        return len(good) > 1 and self.publish(via, members, revoked | {(name, good[-2])})

    def do_old(self, name):
        if not self.can(name) or self.model.newest() < 2 or not self.model.least[name]:
            return False
        self.read_numbers()
        has = self.model.least[name]
        for seq in {1, max(1, has - 1)} - {has}:
            said = self.world.take(name, self.world.office.texts[seq - 1])
            self.expect(said in ("old", "signatures"), "an older registry", name=name, said=said)
        return True

    def do_forged(self, name):
        if not self.can(name) or not self.model.least[name]:
            return False
        last = self.model.registries[-1]
        more = type(last)(last.seq + 1, {**last.members, "aozora": Member((0,), -99)}, last.revoked)
        said = self.world.take(name, self.world.office.forge(more))
        self.expect(said in ("signatures", "gap"), "a registry that one root signed", name=name, said=said)
        return True

    # -- series --

    def series(self, i):
        return self.model.series[i] if i < len(self.model.series) else None

    def do_make(self, host):
        if not self.can(host) or not self.model.least[host]:
            return False
        key = self.world.make(host)
        if key is None:
            return False
        self.model.series.append(Series(host, key))
        return True

    def act(self, name, method, path, **body):
        reply = self.world.person(name, "contractor" if method == "PUT" else "commissioner", method, SHARED + path,
                                  id=str(uuid.uuid4()), **body)
        return reply.status, reply

    def do_offer(self, i, guest, places):
        one, model = self.series(i), self.model
        if one is None or guest in (one.host, None) or not self.can(one.host) or \
                guest not in self.world.ids:
            return False
        status, reply = self.act(one.host, "POST", f"/series/{one.name}/offer",
                                 node=self.world.ids[guest], places=places)
        good = {model.in_contract(r, guest, model.clock[one.host])
                for r in model.sees(one.host) if r is not None}
        may = ({422} if False in good else set()) | (
            ({409} if one.is_over or one.cancelled == ALL else {200}) if True in good else set())
        self.expect(status in may, "an offer", guest=guest, may=may, reply=reply)
        if status == 200:
            one.pairs[guest] = {offer(p, places, one.cancelled) for p in one.of(guest)}
        return True

    def at_guest(self, i, guest, path, what, **body):
        one = self.series(i)
        if one is None or guest == one.host or not self.can(guest) or guest not in self.world.ids:
            return False
        status, reply = self.act(guest, "POST", f"/offers/{one.name}/{path}", **body)
        if status == 409 and reply.json()["code"] == "conflict":
            self.expect(any(p.to_guest for p in one.of(guest)) or len(one.of(guest)) > 1,
                        "it changed meanwhile", reply=reply)
            return True
        after = {p for may, p in map(what, one.of(guest)) if may == status}
        self.expect(after, path, guest=guest, reply=reply, of=one.of(guest))
        one.pairs[guest] = after
        return True

    def do_accept(self, i, guest):
        one = self.series(i)
        version = self.world[guest].psql(
            f"SELECT version FROM fed_series WHERE series = '{one.name}'", check=False).stdout.strip() \
            if one is not None and self.can(guest) else ""
        return self.at_guest(i, guest, "accept", accept, version=int(version or 1))

    def do_decline(self, i, guest):
        return self.at_guest(i, guest, "decline", decline)

    def do_cancel(self, i, n, is_cancelled):
        one = self.series(i)
        if one is None or one.is_over or not self.can(one.host):
            return False
        status, reply = self.act(one.host, "PUT", f"/series/{one.name}/lessons/{n}", cancelled=is_cancelled)
        self.expect(status == 200, "a change", reply=reply)
        one.cancelled = one.cancelled | {n} if is_cancelled else one.cancelled - {n}
        one.pairs = {g: {change(p, one.cancelled) for p in pairs} for g, pairs in one.pairs.items()}
        return True

    def do_end(self, i):
        one = self.series(i)
        if one is None or one.is_over or not self.can(one.host):
            return False
        status, reply = self.act(one.host, "POST", f"/series/{one.name}/end")
        self.expect(status == 200, "an end", reply=reply)
        one.is_over, one.cancelled = True, ALL
        one.pairs = {g: {end(p) for p in pairs} for g, pairs in one.pairs.items()}
        return True

    # -- the end --

    def heal_all(self):
        for name in NODES:
            self.do_heal(name)
        together(self.do_back, NODES)
        self.base = max(self.model.high.values())
        for name in NODES:
            self.world.set_clock(name, self.base)
            self.model.clock[name] = self.model.high[name] = self.base
        self.model.note()

    def finish(self):
        """All is healed, everybody is a member: everything owed has come, once."""
        self.model.loosen()
        self.heal_all()
        self.hand_over()
        members, _ = self.now_members()
        for name, member in members.items():
            members[name] = Member(member.keys)
        self.expect(self.publish(PREF, members), "nobody has the newest registry")
        self.model.loosen()
        self.look()
        self.expect(self.model.is_whole(), "not everybody hears everybody", least=self.model.least,
                    newest=self.model.newest())
        for name in members:
            it = self.world.seen(name)
            odd = [row for row in it["undelivered"] if not row[1].startswith("series.")]
            self.expect(not odd, "given up for good", name=name, rows=odd)


def play(world, ops, wrong=None, settle_s=SETTLE_S, tell=print):
    """None, or what differed and after how many operations."""
    run = Run(world, wrong, settle_s)
    for i, op in enumerate([*ops, None]):
        try:
            if op is None:
                run.finish()
            else:
                began = time.monotonic()
                done = run.do(op)
                tell(f"  {i:3} {json.dumps(op)}{'' if done else ' -'} {time.monotonic() - began:.1f} s")
        except (Mismatch, NodeError) as trouble:
            return i, f"{type(trouble).__name__}: {trouble}"
    return None
