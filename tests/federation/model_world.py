"""tests/federation/model_world.py - the five nodes of tests/federation/model.py as they are: whole nodes on
this machine with a clock each, a relay before each, the office with its root keys, and the few people
who make, offer and accept series. It does what it is told and says what stands there; what that should
be only the model knows."""
import base64
import datetime
import http.client
import json
import mmap
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from federation.model import DATES, LATE, NODES, PREF, TOWNS  # noqa: E402
from lib import fed_peer  # noqa: E402
from lib.fed_peer import Key, SIGNED, b64url, document, pin_of, reading, signed, when  # noqa: E402
from lib.ibasho_node import NodeError, Nodes, totp  # noqa: E402
from lib.relay import Relay  # noqa: E402

ADMIN, SHARED = "/api/v1/admin/federation", "/api/v1/shared"
UNIT = 1200  # seconds of a step of the clock; no round takes as long as half of one
JST = datetime.timezone(datetime.timedelta(hours=9))
DAYS = range(2, 10)  # with lessons, from today; two slots each, three courses in a slot
SERIES_MOST = len(DAYS) * 3
HOSTS = ("aozora", "midori")
ESCROW = "aozora"  # whose half lies at the prefecture's node
HERE = os.path.dirname(os.path.abspath(__file__))
SEEN = """SELECT json_build_object(
  'seq', coalesce((SELECT max(seq) FROM fed_registry WHERE is_chain), 0),
  'hash', (SELECT encode(sha256, 'hex') FROM fed_registry WHERE is_chain ORDER BY seq DESC LIMIT 1),
  'evidence', (SELECT count(*) FROM fed_registry WHERE NOT is_chain),
  'ops', (SELECT coalesce(json_agg(json_build_array(peer, op) ORDER BY xmin::text::bigint,
          cmin::text::bigint), '[]') FROM fed_op WHERE kind = 'fed.ping'),
  'effects', (SELECT count(*) FROM access_record WHERE route = 'fed.ping' AND action = 'change'),
  'series', (SELECT coalesce(json_object_agg(series, json_build_array(state, places,
             (SELECT json_agg(n ORDER BY n) FROM fed_series_lesson l WHERE l.series = s.series
              AND is_cancelled))), '{}') FROM fed_series s),
  'guests', (SELECT coalesce(json_agg(json_build_array(series, node, state, places)), '[]')
             FROM fed_series_node),
  'waiting', (SELECT coalesce(json_agg(DISTINCT peer), '[]') FROM fed_outbox WHERE state = 'waiting'),
  'undelivered', (SELECT coalesce(json_agg(json_build_array(peer, kind, last_code)), '[]')
                  FROM fed_outbox WHERE state <> 'waiting'),
  'released', (SELECT count(*) FROM escrow_step WHERE kind = 'release'))"""


def day(days):
    return (datetime.datetime.now(JST) + datetime.timedelta(days=days)).date().isoformat()


class _Nodes(Nodes):
    """All at once, with a clock each."""

    def __init__(self, scratch):
        library = scratch + "/clock_jump.so"
        subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", library,
                        HERE + "/../lib/clock_jump.c"], check=True)
        os.chmod(scratch, 0o755)
        super().__init__(*NODES)
        self.jumps = {}
        for node in self:
            path = f"{scratch}/{node.name}.jump"
            with open(path, "wb") as f:
                f.write(struct.pack("q", 0))
            os.chmod(path, 0o644)
            with open(path, "r+b") as f:
                self.jumps[node.name] = mmap.mmap(f.fileno(), 8)
            node.env = {"IBASHO_NODE_ENV": f"LD_PRELOAD={library} IBASHO_CLOCK_JUMP={path} "
                        "IBASHO_FEDERATION_POLL_S=1 IBASHO_FEDERATION_TIMEOUT_S=3 "
                        "IBASHO_FEDERATION_CONNECT_S=1",
                        "IBASHO_KEYD_BOOT": "escrow" if node.name == ESCROW else "token"}
        self.half = os.urandom(32)

    def begin(self, node):
        if node.name != ESCROW:
            node.up()
        else:
            node._ops("create", node.name, node.role, node.name)
            node.look()
            node.start()
            node.first_sheet(self.half)
        node.wait_answer()

    def __enter__(self):
        try:
            self._ops("init")
            together(self.begin, self)
        except BaseException:
            self.close(show=True)
            raise
        return self


def together(what, things):
    """what(thing) for all of them side by side; the first trouble is raised."""
    troubles = []

    def one(thing):
        try:
            what(thing)
        except Exception as trouble:  # pylint: disable=broad-except
            troubles.append(trouble)
    threads = [threading.Thread(target=one, args=(thing,)) for thing in things]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]


class Office:
    """Three root keys, and the registries they sign."""

    def __init__(self, folder):
        self.folder, self.began, self.n_roots = folder, time.time(), 0
        self.roots = self.new_roots()
        self.who = {}    # name -> node, endpoint, pin, keys [(kid, public)]
        self.ends = {}   # (name, to) -> instant
        self.texts = []  # of each number, signed
        self.last = None

    def new_roots(self):
        self.n_roots += 3
        return [Key(self.folder, f"root-{n}") for n in range(self.n_roots - 2, self.n_roots + 1)]

    def invitation(self, endpoint, pin):
        now = time.time()
        return signed("invitation", document("invitation", {
            "endpoint": endpoint, "spki": b64url(pin), "id": str(uuid.uuid4()), "federation": "model",
            "name_ja": "ひなた県の連合", "guest_ja": "テスト", "seq": 1, "issued": when(now - 60),
            "until": when(now + 3 * 86400),
            "roots": [{"kid": k.kid, "ed25519": b64url(k.public)} for k in self.roots]}), self.roots[:1])

    def member(self, name, member):
        who = self.who[name]
        to = self.ends.setdefault((name, member.to), self.began + 300 * 86400 if member.to is None else
                                  time.time() + member.to * UNIT if member.to >= 0 else self.began - 60)
        return {"node": who["node"], "name_ja": name, "endpoint": who["endpoint"], "tier": 0,
                "capacity": 10, "roles": ["coordinator"] if name == PREF else ["host", "guest"],
                "spki": [{"sha256": b64url(who["pin"])}],
                "keys": [{"kid": who["keys"][n][0], "ed25519": b64url(who["keys"][n][1]),
                          "not_before": when(self.began - 7200 + n), "not_after": when(self.began + 86400 * 60),
                          "use": "request"} for n in member.keys],
                "contract": {"id": "keiyaku-1", "from": when(self.began - 86400), "to": when(to)}}

    def write(self, registry):
        head = {"federation": "model", "name_ja": "ひなた県の連合", "seq": registry.seq,
                "issued": when(self.began - 3600 + registry.seq), "expires": when(self.began + 86400 * 6),
                "threshold": 2, "min_client": 1, "n_members": len(registry.members),
                "n_revoked": len(registry.revoked),
                "roots": [{"kid": k.kid, "ed25519": b64url(k.public), "holder_ja": f"持ち主{n}"}
                          for n, k in enumerate(self.roots)],
                "thresholds": {"coordinator_k": 5, "round_to": 5, "tiers": [
                    {"population_under": 2000, "hide_under": 0},
                    {"population_under": 25000, "hide_under": 20},
                    {"population_under": 0, "hide_under": 10}]}}
        if self.last is not None:
            head["prev"] = b64url(fed_peer.hashlib.sha256(self.last).digest())
        rows = sorted((self.member(n, m) for n, m in registry.members.items()), key=lambda r: r["node"])
        gone = sorted(({"kid": self.who[name]["keys"][n][0], "node": self.who[name]["node"],
                        "at": when(self.began - 1800), "reason": "stolen"}
                       for name, n in registry.revoked), key=lambda r: r["kid"])
        return document("registry", head, *rows, *gone)

    def publish(self, registry, rolls=False):
        before = self.roots
        if rolls:
            self.roots = self.new_roots()
        self.last = self.write(registry)
        self.texts.append(signed("registry", self.last, before[:2] + (self.roots[:2] if rolls else [])))
        return self.texts[-1]

    def forge(self, registry):
        """The next one, but only one root has signed it."""
        return signed("registry", self.write(registry), self.roots[:1])

    def hash(self, seq):
        return fed_peer.hashlib.sha256(self.texts[seq - 1].split(b"\n\n")[0] + b"\n").hexdigest()


class World:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ibasho-model-")
        self.nodes = _Nodes(self.folder.name)
        self.office, self.relays = Office(self.folder.name), {}
        self.people, self.ids = {}, {}
        self.courses, self.n_series, self.joined = {}, 0, set()
        self.asked = ""  # what became of the last wish for the half

    def __enter__(self):
        self.nodes.__enter__()
        try:
            for node in self.nodes:
                at = node.url("federation").removeprefix("https://").rstrip("/")
                self.relays[node.name] = relay = Relay(int(at.rsplit(":", 1)[1]))
                self.office.who[node.name] = {
                    "endpoint": f"{at.rsplit(':', 1)[0]}:{relay.port}", "keys": [],
                    "pin": pin_of(node.data_dir + "/front/federation.pem")}
            together(self.settle_in, TOWNS)
            for name in NODES:
                if name != LATE:
                    self.join(name)
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, *_):
        for relay in self.relays.values():
            relay.__exit__()
        self.nodes.close(show=kind is NodeError)
        self.folder.cleanup()

    def __getitem__(self, name):
        return self.nodes[name]

    # -- people --

    def settle_in(self, name):
        """Who decides there, and a plan."""
        roles = ("commissioner", "supporter", *(("contractor", "instructor") if name in HOSTS else ()))
        for role in roles:
            login = self[name].account(role, display_name="あおきせんせい" if role == "instructor" else None)
            self.people[name, role] = [login, self[name].sign_in(login)]
        self.put(name, "commissioner", "/api/v1/settings/session.idle_minutes_adult", value="240")
        self.put(name, "commissioner", "/api/v1/settings/session.absolute_hours", value="72")
        for days in DAYS:
            self.put(name, "commissioner", "/api/v1/hours/days", day=day(days),
                     slots=[{"from": "00:00", "to": "24:00"}])
            self.put(name, "supporter", f"/api/v1/plan/days/{day(days)}",
                     slots=[{"from": "10:00", "to": "10:45"}, {"from": "13:30", "to": "14:15"}])
        if name in HOSTS:
            made = self.person(name, "instructor", "POST", "/api/v1/courses", id=str(uuid.uuid4()),
                               kind="relax", picture="leaf", has_hand=True, has_poll=False,
                               has_question=False, title="ゆっくり呼吸《こきゅう》",
                               summary="からだをゆるめます。").json()
            self.courses[name] = course = made["course"]
            self.put(name, "instructor", f"/api/v1/courses/{course}/pages",
                     pages=[{"text": "めをとじます。", "links": []}])
            reply = self.person(name, "commissioner", "POST", f"/api/v1/courses/{course}/decide",
                                id=str(uuid.uuid4()), decided=True, version=1, pages_version=1)
            assert reply.status == 200, reply

    def put(self, name, role, path, **body):
        reply = self.person(name, role, "PUT", path, id=str(uuid.uuid4()), **body)
        assert reply.status in (200, 201), (name, role, path, reply)

    def person(self, name, role, method, path, **body):
        """Until it is answered: the same act, by its id."""
        until = time.monotonic() + 20
        while True:
            try:
                reply = self.people[name, role][1].request(method, path, body or None, timeout=10)
                if reply.status == 401:
                    self.come_back(name, role)
                elif reply.status not in (502, 503, 504):
                    return reply
            except (OSError, http.client.HTTPException) as trouble:
                reply = trouble
            if time.monotonic() > until:
                raise NodeError(f"{name} {role} {method} {path}: {reply}")
            time.sleep(0.1)

    def come_back(self, name, role):
        """By the node's own clock."""
        login, session = self.people[name, role]
        session.cookies.clear()
        session.request("POST", "/api/v1/session", {"login": login.login, "password": login.password})
        session.request("POST", "/api/v1/session/second-factor",
                        {"code": totp(login.totp_secret, self.now(name))})

    # -- what befalls them --

    def now(self, name):
        return time.time() + struct.unpack("q", self.nodes.jumps[name])[0]

    def set_clock(self, name, units):
        self.nodes.jumps[name][:] = struct.pack("q", units * UNIT)

    def kill(self, name, part):
        pid = self[name].kill(part)
        self[name].wait_back(part, pid)

    def open_again(self, seconds):
        """Its half comes by itself within that time, or somebody types it in. True: by itself."""
        node, until, asked = self[ESCROW], time.monotonic() + seconds, ""
        while time.monotonic() < until:
            try:
                state = node.request("GET", "/api/v1/health", timeout=3).json()["status"]
                asked = node.admin("GET", "/api/v1/keys/escrow").json().get("asked", "")
            except (OSError, http.client.HTTPException, KeyError, ValueError):
                state = "starting"
            if state == "ok":
                return True
            if state == "locked" and asked not in ("", "ok", "unavailable", "early-boot"):
                break
            time.sleep(0.1)
        self.asked = asked
        reply = node.admin("POST", "/api/v1/keys/unlock", {"half": b64url(self.nodes.half)})
        if reply.status != 204:
            raise NodeError(f"{ESCROW}: the sheet does not open it: {reply}")
        node.wait_answer()
        return False

    # -- the office's words --

    def join(self, name):
        """As a person would: the roots are pinned, a key is made."""
        node, first = self[name], self.office.who[PREF]
        reply = self.operator(name, "/join", {
            "invitation": b64url(self.office.invitation(first["endpoint"], first["pin"])),
            "endpoint": self.office.who[name]["endpoint"], "name_ja": name,
            "spki": [{"sha256": b64url(self.office.who[name]["pin"])}]})
        asked = reading(reply.body)[0]
        self.ids[name] = self.office.who[name]["node"] = asked["node"]
        self.keep_key(name, asked["keys"][0])
        self.joined.add(name)
        assert node.name == name

    def keep_key(self, name, key):
        public = base64.urlsafe_b64decode(key["ed25519"] + "=")
        if (key["kid"], public) not in self.office.who[name]["keys"]:
            self.office.who[name]["keys"].append((key["kid"], public))

    def rotate(self, name):
        """A new key, by the node itself. False: it has no key of the registry to ask with."""
        reply = self.operator(name, "/rotation", None, good=(200, 409))
        if reply.status == 200:
            self.keep_key(name, reading(reply.body)[0]["keys"][0])
        return reply.status == 200

    def operator(self, name, path, body, headers=None, good=(200,)):
        until = time.monotonic() + 20
        while True:
            try:
                reply = self[name].admin("POST", ADMIN + path, body, headers, timeout=10)
            except (OSError, http.client.HTTPException) as trouble:
                reply = trouble
            else:
                if reply.status in good:
                    return reply
            if time.monotonic() > until:
                raise NodeError(f"{name} {path}: {reply}")
            time.sleep(0.1)

    def take(self, name, text):
        """What the node says to a registry: taken, known, old, gap, signatures, ..."""
        reply = self.operator(name, "/registry", text, {"Content-Type": SIGNED}, (200, 409))
        return reply.json()["verdict" if reply.status == 200 else "code"]

    # -- what they do --

    def ping(self, a, b, timeout=12, **more):
        return self[a].admin("POST", ADMIN + "/ping", {"node": self.ids[b], **more}, timeout=timeout)

    def make(self, name):
        """A series of two dates; None: no room in the plan."""
        if self.n_series == SERIES_MOST:
            return None
        n, key = self.n_series, str(uuid.uuid4())
        self.n_series += 1
        reply = self.person(name, "contractor", "POST", SHARED + "/series", id=key,
                            course=self.courses[name], floor="lounge", places=8, rules="",
                            lessons=[{"day": day(DAYS[n % len(DAYS)]), "slot": slot} for slot in DATES])
        assert reply.status in (200, 201), reply
        return key

    def seen(self, name):
        """What stands there, in one look; None: it cannot be asked now."""
        done = self[name].psql(SEEN, check=False)
        return json.loads(done.stdout) if done.returncode == 0 and done.stdout else None
