"""tests/federation/world.py - a federation whose members have machines of their own (netns.py): a
coordinator, three towns, and a fourth member, "evil", that is the test itself (lib/fed_peer.py), with
a good key, a good contract and bad intentions. Its clock is the test's to move."""
import json
import mmap
import os
import struct
import subprocess
import tempfile
import threading
import time
import uuid

from lib import fed_peer
from lib.fed_peer import Key, Listener, Request, Roots, SIGNED, b64url, pin_of, reading, send
from lib.ibasho_node import Node, Nodes, TITLES
from federation.netns import DOMAIN, Net

ADMIN = "/api/v1/admin/federation"
TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# What a refusal may add: a line of the access record, and what looks after itself (jobs, audit
# checkpoints, whose log a node vouches for and who for its own).
MAY_GROW = {"access_record", "audit_checkpoint", "job", "fed_witness", "fed_witness_seen", "fed_cosignature"}


def wait_for(what, seconds=20):
    """Until what() is true; what it said last."""
    until = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > until:
            return got
        time.sleep(0.05)


class _Town(Node):
    """One whose half lies at the prefecture's node (keyd.boot = escrow)."""

    def up(self):
        self.env = {**self.env, "IBASHO_KEYD_BOOT": "escrow"}
        self._ops("create", self.name, self.role, TITLES.get(self.name, self.name))
        self.look()
        self.start()
        self.first_sheet(os.urandom(32))
        self.wait_answer()


class _Nodes(Nodes):
    def __init__(self, net, names, scratch):
        library, path = scratch + "/clock_jump.so", scratch + "/jump"
        subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", library,
                        TESTS + "/lib/clock_jump.c"], check=True)
        with open(path, "wb") as f:
            f.write(struct.pack("q", 0))
        for p in (scratch, library, path):
            os.chmod(p, 0o755)
        with open(path, "r+b") as f:
            self.jump = mmap.mmap(f.fileno(), 8)
        super().__init__(*names, env={
            "LD_PRELOAD": library, "IBASHO_CLOCK_JUMP": path, "IBASHO_FEDERATION_POLL_S": "1",
            "IBASHO_FEDERATION_TIMEOUT_S": "2", "IBASHO_FEDERATION_CONNECT_S": "1"})
        self.env["IBASHO_DOMAIN"] = DOMAIN
        self.nodes["aozora"] = _Town(self, "aozora", "municipality")
        for node in self:
            node.before = net.run_words(node.name)
            node.env = {"IBASHO_BIND": net.at[node.name]}

    def __enter__(self):
        """As whole nodes are, but all at once."""
        troubles = []

        def up(node):
            try:
                node.up()
            except Exception as trouble:  # pylint: disable=broad-except
                troubles.append(trouble)

        try:
            self._ops("init")
            threads = [threading.Thread(target=up, args=(node,)) for node in self]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if troubles:
                raise troubles[0]
        except BaseException:
            self.close(show=True)
            raise
        return self


class World:
    TOWNS = ("aozora", "midori", "kawabe")

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ibasho-world-")
        self.net = Net("pref", *self.TOWNS, "attacker", "browser", "people")
        self.nodes = self.evil = None
        self.roots = Roots(self.folder.name)
        self.keys, self.ids = {}, {}  # of nodes by name: (kid, public)
        self.evil_key = Key(self.folder.name, "evil-1")
        self.old_key = Key(self.folder.name, "old-1")      # of a member whose contract ended
        self.stranger = Key(self.folder.name, "stranger-1")  # of nobody
        self.EVIL, self.OLD = str(uuid.uuid4()), str(uuid.uuid4())
        self.first_text = None  # the registry that is no longer the newest
        self.used_op = None     # an operation of evil's that was done
        self.caught = None      # (path, headers, body) of a true node's request to evil

    def __getitem__(self, name):
        return self.nodes[name]

    def begin(self):
        self.net.__enter__()
        nodes = _Nodes(self.net, ("pref", *self.TOWNS), self.folder.name)
        self.nodes = nodes.__enter__()
        with self.net.inside("attacker"):
            self.evil = Listener(self.folder.name, "attacker", self.evil_key, domain=DOMAIN)
        for node in self.nodes:
            self._join(node)
        self.roots.member(self.EVIL, "悪い町", self.evil.endpoint, [self.evil.pin], "evil-1",
                          self.evil_key.public, ["host", "guest"])
        self.roots.member(self.OLD, "終わった町", f"old.{DOMAIN}:9", [self.evil.pin], "old-1",
                          self.old_key.public, ["guest"], contract=(-86400 * 30, -3600))
        self.first_text = self.roots.publish()
        second = self.roots.publish()
        for text in (self.first_text, second):
            for node in self.nodes:
                self.take(node, text)

    def end(self):
        """Whatever of it came to be."""
        try:
            if self.nodes is not None:
                self.nodes.close()
            if self.evil is not None:
                self.evil.close()
        finally:
            self.net.__exit__()
            self.folder.cleanup()

    # -- members ----------------------------------------------------------------------------------
    def endpoint(self, node):
        return node.url("federation").removeprefix("https://").rstrip("/")

    def _join(self, node):
        pin = pin_of(node.data_dir + "/front/federation.pem")
        reply = node.admin("POST", ADMIN + "/join", {
            "invitation": b64url(self.roots.invitation()), "endpoint": self.endpoint(node),
            "name_ja": TITLES.get(node.name, node.name), "spki": [{"sha256": b64url(pin)}]})
        asked = reading(reply.body)[0]
        key = asked["keys"][0]
        public = fed_peer.base64.urlsafe_b64decode(key["ed25519"] + "=")
        self.keys[node.name], self.ids[node.name] = (key["kid"], public), asked["node"]
        self.roots.member(asked["node"], TITLES.get(node.name, node.name), self.endpoint(node),
                          [pin], key["kid"], public,
                          ["coordinator"] if node.name == "pref" else ["host", "guest"])

    def take(self, node, text):
        reply = node.admin("POST", ADMIN + "/registry", text, {"Content-Type": SIGNED})
        if reply.status != 200:
            raise AssertionError(f"{node.name} does not take the registry: {reply}")

    def status(self, node):
        return node.admin("GET", ADMIN).json()

    # -- asking -----------------------------------------------------------------------------------
    def now(self):
        """By the nodes' clocks."""
        return time.time() + struct.unpack("q", self.nodes.jump)[0]

    def move_clock(self, seconds):
        self.nodes.jump[:] = struct.pack("q", struct.unpack("q", self.nodes.jump)[0] + seconds)

    def ask(self, node, method="GET", path="/fed/v1/node", key=None, **change):
        """A request of evil to a node, right but for what is changed."""
        return Request(key or self.evil_key, **{
            "method": method, "path": path, "authority": self.endpoint(node),
            "dest": self.ids[node.name], "reg": self.roots.reg(), "created": int(self.now()),
            **change})

    def post(self, node, path="/fed/v1/ping", body=b'{"n":1}', **change):
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
        return self.ask(node, "POST", path, body=body, **change)

    def send(self, node, request, **how):
        """From the attacker's machine."""
        with self.net.inside("attacker"):
            return send(self.endpoint(node), request, **how)

    def ping(self, node, peer, **more):
        return node.admin("POST", ADMIN + "/ping", {"node": peer, **more}).json()

    def wait_open(self, node):
        """Signed anew until the node's first seconds are over: it cannot know yet what was used."""
        return wait_for(lambda: self.send(node, self.ask(node)).code() != "early-boot", 15)

    # -- what is there ----------------------------------------------------------------------------
    def state(self, node):
        """Rows of every table, and how many audit leaves speak of which; what a refusal may not
        change."""
        tables = node.psql(
            "SELECT relname || ' ' || (xpath('/row/n/text()', query_to_xml(format("
            "'SELECT count(*) AS n FROM %I', relname), false, true, '')))[1]::text FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname")
        leaves = node.psql("SELECT 'leaf ' || table_name || ' ' || count(*) FROM audit_leaf "
                           "GROUP BY table_name ORDER BY table_name")
        n_shown = [line.rsplit(" ", 1) for line in (tables + "\n" + leaves).splitlines()]
        return {name: int(n) for name, n in n_shown
                if name not in MAY_GROW and name.removeprefix("leaf ") not in MAY_GROW
                and name != "audit_leaf"}

    def changed(self, node, before):
        """NAME -> (rows before, rows now) of what is not as it was."""
        now = self.state(node)
        return {name: (before.get(name, 0), now.get(name, 0)) for name in {**before, **now}
                if before.get(name, 0) != now.get(name, 0)}
