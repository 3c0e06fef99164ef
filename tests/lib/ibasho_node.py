"""tests/lib/ibasho_node.py - whole nodes for tests: users, cluster, key agent, server, front, as
`make run` makes them (the same ops/node), in an instance of their own and over https with the
instance's own certificate authority. Root is needed, as for the demo.

    with Nodes("aozora", "midori") as nodes:
        a = nodes["aozora"]
        a.request("GET", "/")                      # through the front, public listener
        a.admin("GET", "/metrics")                 # the operator's socket
        login = a.account("commissioner")          # a fresh account
        s = a.sign_in(login)                       # cookies kept
        a.psql("SELECT count(*) FROM account")
        pid = a.kill("node"); a.wait_back("node", pid)

Whatever happens, everything is stopped and removed at the end; an instance that a killed test
left behind is removed by `make clean-demo`.
"""
import base64
import hashlib
import hmac
import http.client
import http.cookies
import json
import os
import re
import secrets
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time
import uuid

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib.dial import dial  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("IBASHO_BUILD", "build/debug")
TITLES = {"aozora": "あおぞら市", "midori": "みどり町", "pref": "ひなた県"}
DEADLINE_S = 20
HEALTH_PATH = "/api/v1/health"


class NodeError(Exception):
    pass


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"Reply({self.status}, {self.body[:300]!r})"


class _Front(http.client.HTTPSConnection):
    """*.localhost is this machine, whatever the resolver says; the certificate is checked by name."""

    def connect(self):
        self.sock = self._context.wrap_socket(dial(self.host, self.port, self.timeout),
                                              server_hostname=self.host)


class _Plain(http.client.HTTPConnection):
    def connect(self):
        self.sock = dial(self.host, self.port, self.timeout)


class _Unix(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def _send(connection, method, path, body, headers):
    headers = dict(headers or {})
    if isinstance(body, (dict, list)):
        body = json.dumps(body, ensure_ascii=False).encode()
        headers.setdefault("Content-Type", "application/json")
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    return Reply(answer.status, answer.headers, answer.read())


def totp(secret, at=None):
    """RFC 6238, six digits, 30 s, from a base32 secret."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    step = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    mac = hmac.new(key, step, hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000:06d}"


class Login:
    def __init__(self, role, login, password, totp_secret, account):
        self.role, self.login, self.password = role, login, password
        self.totp_secret, self.id = totp_secret, account
        self.step = None  # a child's PIN or picture order


class Session:
    """A browser's side of one listener: cookies, origin."""

    def __init__(self, node, listener="public"):
        self.node, self.listener, self.cookies = node, listener, {}

    def request(self, method, path, body=None, headers=None, timeout=DEADLINE_S):
        headers = dict(headers or {})
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if method != "GET":
            headers.setdefault("Origin", self.node.url(self.listener))
        reply = self.node.request(method, path, body, headers, self.listener, timeout)
        for line in reply.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if morsel.value:
                    self.cookies[name] = morsel.value
        return reply


class Node:
    before, env = (), {}  # of ops/node, where it has a machine of its own (tests/federation/netns.py)

    def __init__(self, nodes, name, role):
        self.nodes, self.name, self.role = nodes, name, role
        self.v = {}

    def _ops(self, *words, timeout=120):
        return self.nodes._ops(*words, timeout=timeout, before=self.before, env=self.env)

    def now(self):
        return self.nodes.now() if self.nodes else time.time()

    # -- life -----------------------------------------------------------------------------------
    def up(self):
        self._ops("up", self.name, self.role, TITLES.get(self.name, self.name))
        self.look()

    def look(self):
        """Where everything of it is."""
        self.v = dict(line.split("=", 1) for line in
                      self._ops("vars", self.name).splitlines())
        self.data_dir, self.run_dir = self.v["DATA"], self.v["NODE_RUN"]
        self.user, self.front_user = self.v["NODE_USER"], self.v["FRONT_USER"]

    def start(self):
        subprocess.Popen([*self.before, "ops/node", "start", self.name], cwd=ROOT,
                         env={**self.nodes.env, **self.env}, stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL).wait(30)
        self._ops("wait", self.name)

    def stop(self):
        self._ops("stop", self.name)

    def restart(self):
        """As after a restart of the machine: everything ends, /run is empty, everything starts."""
        self.stop()
        subprocess.run(["rm", "-rf", self.run_dir], check=True)
        self.start()

    def swap(self):
        self._ops("swap", self.name)

    def reload(self):
        """The front reads its configuration again."""
        self._ops("reload", self.name)

    def rows(self):
        """NAME -> (pid, word, starts) of the supervisor and its programs."""
        try:
            with open(self.v["STATE"], encoding="ascii") as f:
                return {w[0]: (int(w[1]), w[3], int(w[4])) for w in map(str.split, f)}
        except FileNotFoundError:
            return {}

    def pid(self, name):
        return self.rows()[name][0]

    def kill(self, name, number=signal.SIGKILL):
        """Returns the pid that was hit; 0 when the program was not running just then."""
        pid = self.rows().get(name, (0,))[0]
        if pid:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return 0
        return pid

    def wait_back(self, name, not_pid=0, seconds=DEADLINE_S):
        """Waits until name is ready as another process; returns the seconds it took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            pid, word, _ = self.rows().get(name, (0, "", 0))
            if word == "ready" and pid != not_pid:
                return time.monotonic() - began
            time.sleep(0.01)
        raise NodeError(f"{self.name}: {name} is not back after {seconds} s: {self.rows()}")

    def wait_answer(self, seconds=DEADLINE_S):
        """Waits until the public listener answers that the node is fully there; seconds taken."""
        began = time.monotonic()
        last = None
        while time.monotonic() - began < seconds:
            try:
                last = self.request("GET", HEALTH_PATH, timeout=2)
                if last.status == 200 and last.json().get("status") == "ok":
                    return time.monotonic() - began
            except (OSError, http.client.HTTPException) as e:
                last = e
            time.sleep(0.02)
        raise NodeError(f"{self.name} does not answer after {seconds} s: {last}")

    def first_sheet(self, half, seconds=DEADLINE_S):
        """Its first sheet, made by the operator as soon as the node takes one; half: 32 bytes."""
        end = time.monotonic() + seconds
        while True:
            reply = self.admin("POST", "/api/v1/keys/sheet",
                               {"half": base64.urlsafe_b64encode(half).decode().rstrip("=")})
            if reply.status == 204:
                return
            if reply.status != 503 or time.monotonic() > end:
                raise NodeError(f"{self.name}: no sheet: {reply}")
            time.sleep(0.1)

    def log(self, name):
        with open(f"{self.data_dir}/log/{name}.log", encoding="utf-8", errors="replace") as f:
            return f.read()

    # -- ways in --------------------------------------------------------------------------------
    def url(self, listener="public"):
        return self.v["URL_" + listener.upper()]

    def context(self, listener="public", office_certificate=True):
        context = ssl.create_default_context(cafile=self.v["CA"])
        if listener == "office" and office_certificate:
            context.load_cert_chain(self.v["OFFICE_CERT"] + ".pem", self.v["OFFICE_CERT"] + ".key")
        return context

    def connection(self, listener="public", timeout=DEADLINE_S, context=None):
        scheme, host, port = re.match(r"(https?)://([^:/]+):(\d+)", self.url(listener)).groups()
        if scheme == "http":
            return _Plain(host, int(port), timeout=timeout)
        return _Front(host, int(port), timeout=timeout,
                      context=context or self.nodes.context_of(self, listener))

    def request(self, method, path, body=None, headers=None, listener="public",
                timeout=DEADLINE_S):
        connection = self.connection(listener, timeout)
        try:
            return _send(connection, method, path, body, headers)
        finally:
            connection.close()

    def admin(self, method, path, body=None, headers=None, timeout=DEADLINE_S):
        connection = _Unix(self.run_dir + "/admin.sock", timeout)
        try:
            return _send(connection, method, path, body, headers)
        finally:
            connection.close()

    def cli(self, *words, check=True, stdin=None):
        """The command `ibasho` for this node."""
        done = subprocess.run([self.v["BIN"] + "/ibasho", "-c", self.data_dir + "/node.conf",
                               *words], input=stdin, capture_output=True, text=True, timeout=120,
                              check=False)
        if check and done.returncode != 0:
            raise NodeError(f"ibasho {' '.join(words)}: {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def psql(self, sql, user="ibasho", check=True):
        done = subprocess.run(["/usr/lib/postgresql/15/bin/psql", "-X", "-q", "-At", "-v",
                               "ON_ERROR_STOP=1", "-h", self.run_dir + "/pg", "-U", user,
                               "ibasho"], input=sql, capture_output=True, text=True, timeout=120,
                              check=False, cwd="/")
        if check and done.returncode != 0:
            raise NodeError(f"psql: {done.stderr}")
        return done.stdout.rstrip("\n") if check else done

    # -- people ---------------------------------------------------------------------------------
    def account(self, role, login=None, display_name=None, password=None):
        """A fresh account, made by the operator's own way; role as in node/base/role.h."""
        wanted = {"id": str(uuid.uuid4()), "role": role,
                  "login": login or f"{role}-{secrets.token_hex(6)}",
                  "display_name": display_name or f"{role} {secrets.token_hex(3)}",
                  "password": password or secrets.token_hex(8)}
        reply = self.admin("POST", "/api/v1/admin/accounts", wanted)
        if reply.status != 201:
            raise NodeError(f"account {role}: {reply}")
        made = reply.json()
        return Login(role, made["login"], wanted["password"], made.get("totp_secret"), made["id"])

    def permit_export(self, board, who=None):
        """The board lets the contractor take data out for a day: this account, or a new one."""
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.now() + 86400))
        person = who if isinstance(who, str) else (who or self.account("contractor")).id
        reply = board.request("POST", f"/api/v1/people/{person}/rights",
                              {"id": str(uuid.uuid4()), "right": "export", "purpose": "handover", "until": until})
        if reply.status != 201:
            raise NodeError(f"no permission to export: {reply}")
        return reply.json()["id"]

    def sign_in(self, login, listener="public"):
        """Signs in wholly, as a person does: with the one-time code (waits for the next one if
        this one was used), a child's second step (login.step), and at a first sign-in a password
        and codes of one's own, which `login` then holds."""
        session = Session(self, listener)
        body = {"login": login.login, "password": login.password}
        reply = session.request("POST", "/api/v1/session", body)
        for _ in range(8):
            if reply.status == 200 and reply.json()["stage"] == "full":
                return session
            if reply.status == 401 and reply.json().get("code") == "wrong-code":
                time.sleep(30.2 - self.now() % 30)
            elif reply.status != 200:
                break
            reply = self._go_on(session, login)
        raise NodeError(f"sign-in of {login.role}: {reply}")

    def _go_on(self, session, login):
        """The next step of a session that is not full yet."""
        now = session.request("GET", "/api/v1/session")
        if now.status != 200:
            return now
        if now.json()["stage"] == "second_factor":
            step = {"code": self._code(login)} if login.totp_secret else {"step": login.step}
            return session.request("POST", "/api/v1/session/second-factor", step)
        if "password" in now.json()["must"]:
            login.password = secrets.token_hex(8)
            return session.request("PUT", "/api/v1/me/password", {"new": login.password})
        login.totp_secret = session.request("POST", "/api/v1/me/totp", {}).json()["secret"]
        return session.request("PUT", "/api/v1/me/totp", {"code": self._code(login)})

    def _code(self, login):
        return totp(login.totp_secret, self.now())


class Nodes:
    """An instance with the named nodes ("pref" is a coordinator), up when entered."""
    count = 0

    def __init__(self, *names, env=None, keyd_boot="token", plain_http=False):
        Nodes.count += 1
        self.instance = f"test-{os.getpid()}-{Nodes.count}"
        self.env = dict(os.environ, IBASHO_INSTANCE=self.instance, IBASHO_BUILD=BUILD,
                        IBASHO_PLAIN_HTTP="true" if plain_http else "false",
                        IBASHO_KEYD_BOOT=keyd_boot,
                        IBASHO_NODE_ENV=" ".join(f"{k}={v}" for k, v in (env or {}).items()))
        self.nodes = {n: Node(self, n, "coordinator" if n == "pref" else "municipality")
                      for n in names}
        self._contexts = {}
        self.now = time.time  # what they take the time for (lib/clock.py)

    def __getitem__(self, name):
        return self.nodes[name]

    def __iter__(self):
        return iter(self.nodes.values())

    def context_of(self, node, listener):
        key = (node.name, listener == "office")
        if key not in self._contexts:
            self._contexts[key] = node.context(listener)
        return self._contexts[key]

    def _ops(self, *words, timeout=120, before=(), env=None):
        done = subprocess.run([*before, "ops/node", *words], cwd=ROOT,
                              env={**self.env, **(env or {})}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
                              check=False)
        if done.returncode != 0:
            raise NodeError(f"ops/node {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def __enter__(self):
        try:
            self._ops("init")
            for node in self:
                node.up()
            for node in self:
                node.wait_answer()
        except BaseException:
            self.close(show=True)
            raise
        return self

    def __exit__(self, kind, value, _):
        self.close(show=kind is not None and not (kind is SystemExit and value.code == 0))

    def close(self, show=False):
        if show:
            print("  what the nodes said last:")
            for node in self:
                for name in ("supervise", "node", "keyd", "front", "postgres"):
                    try:
                        lines = node.log(name).splitlines()[-15:]
                    except (OSError, AttributeError):
                        continue
                    for line in lines:
                        print(f"  {node.name} {name}: {line}", flush=True)
        self._ops("remove-all")
