"""tests/lib/link_pair.py - two nodes' links without the nodes: build/FLAVOUR/link-say at both ends, a
real front (HAProxy as ops/front/render writes it) before the host's, a relay of ours in between.

    with Pair() as p:                       # p.host, p.guest: Say; p.relay; p.front
        p.link()                            # allowed there, wanted here, up at both
        p.guest.ask("flow", p.host.id, "ctl", 100, 0); p.host.counts()
"""
import contextlib
import hashlib
import json
import os
import queue
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from lib.relay import Relay

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("IBASHO_BUILD", "build/debug")
WAIT_S = 30
NAME = "fed.localhost"


def build():
    wanted = [f"{BUILD}/link-say", "ops/front/bodies"]
    subprocess.run(["make", "--no-print-directory", "-s", f"FLAVOUR={os.path.basename(BUILD)}",
                    *(f for f in wanted if f.startswith(BUILD) or
                      not os.path.exists(os.path.join(ROOT, f)))], cwd=ROOT, check=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def certificate(folder, name=NAME):
    """A key and a certificate of its own making, and the pin of it."""
    key, pem = os.path.join(folder, "key"), os.path.join(folder, "server.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},DNS:public.localhost,"
                    "DNS:uploads.localhost,DNS:office.localhost", "-keyout", key, "-out", pem],
                   check=True, capture_output=True)
    with open(key, encoding="ascii") as f, open(pem, "a", encoding="ascii") as out:
        out.write(f.read())
    public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"],
                            check=True, capture_output=True).stdout
    return pem, hashlib.sha256(public).hexdigest()


class Front:
    """HAProxy before RUN/front/links.sock, as it stands before a node."""

    def __init__(self, run):
        self.port = free_port()
        os.makedirs(os.path.join(run, "front"), exist_ok=True)
        self.pem, self.pin = certificate(run)
        conf = os.path.join(run, "node.conf")
        with open(conf, "w", encoding="ascii") as f:
            f.write(f"node.run_dir = {run}\nnode.data_dir = {run}\n"
                    f"front.certificate = {self.pem}\nfront.office_ca = {self.pem}\n")
            for name in ("public", "uploads", "office"):
                f.write(f"front.{name}_url = https://{name}.localhost:{self.port}\n")
            f.write(f"front.federation_url = https://{NAME}:{self.port}\n")
        subprocess.run([os.path.join(ROOT, "ops/front/render"), conf, run], check=True)
        self.process = subprocess.Popen(["haproxy", "-q", "-f", os.path.join(run, "haproxy.cfg")],
                                        stderr=subprocess.DEVNULL)
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            time.sleep(0.02)
        raise RuntimeError("no front")

    def stop(self):
        self.process.kill()
        self.process.wait()


class Say:
    """link-say: one node's links."""

    def __init__(self, run, node=None):
        self.run, self.id = run, node or secrets.token_bytes(16).hex()
        os.makedirs(os.path.join(run, "front"), exist_ok=True)
        self.tickets = os.path.join(run, "tickets")
        self.socket = os.path.join(run, "front", "links.sock")
        self.log_path = os.path.join(run, "log")
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [os.path.join(ROOT, BUILD, "link-say"), self.id, self.socket, self.tickets],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.lines, self.events = queue.Queue(), []
        threading.Thread(target=self.listen, args=(self.process.stdout,), daemon=True).start()
        assert self.lines.get(timeout=WAIT_S) == "ready"
        until = time.monotonic() + WAIT_S
        while not (os.path.exists(self.socket) and os.path.exists(self.tickets)):
            assert time.monotonic() < until, "no sockets"
            time.sleep(0.01)

    def listen(self, stdout):
        for line in stdout:
            self.lines.put(line.rstrip("\n"))

    def say(self, *words):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()

    def next(self, what, wait_s=WAIT_S):
        """The next line that `what` says yes to; others wait for others."""
        until = time.monotonic() + wait_s
        while True:
            for i, line in enumerate(self.events):
                if what(line):
                    return self.events.pop(i)
            try:
                self.events.append(self.lines.get(timeout=max(0.01, until - time.monotonic())))
            except queue.Empty:
                raise TimeoutError(f"{self.id[:8]}: {self.events}") from None

    def event(self, name, wait_s=WAIT_S):
        """The words behind the next line of that name and its peer: ["1", US] of up."""
        return self.next(lambda line: line.split()[0] == name, wait_s).split()[2:]

    def told(self, *words):
        self.say(*words)
        return json.loads(self.next(lambda line: line.startswith("{")))

    def counts(self):
        return self.told("counts")

    def status(self, peer):
        return self.told("status", peer)

    def logged(self, pattern):
        with open(self.log_path, encoding="utf-8") as f:
            return re.findall(pattern, f.read())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def again(self):
        """A new process in its place, as after kill -9."""
        self.kill()
        for path in (self.tickets, self.socket):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        return Say(self.run, self.id)


class Pair:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ibasho-links-")

    def __enter__(self):
        runs = [os.path.join(self.folder, name) for name in ("host", "guest")]
        for run in runs:
            os.makedirs(run)
        self.front = Front(runs[0])
        self.relay = Relay(self.front.port).__enter__()
        self.host, self.guest = Say(runs[0]), Say(runs[1])
        return self

    def __exit__(self, *_):
        for part in (self.host, self.guest):
            part.kill()
        self.front.stop()
        self.relay.__exit__()
        shutil.rmtree(self.folder)

    def want(self, seconds=600, pin=None):
        self.guest.say("want", self.host.id, seconds, f"{NAME}:{self.relay.port}",
                       pin or self.front.pin, self.host.tickets)

    def link(self):
        self.host.say("allow", self.guest.id, 600)
        self.want()
        ups = self.host.event("up")[0], self.guest.event("up")[0]
        self.wait(lambda: self.guest.status(self.host.id)["is_rt_up"] and
                  self.host.status(self.guest.id)["is_rt_up"])
        return ups

    def wait(self, what, wait_s=WAIT_S):
        until = time.monotonic() + wait_s
        while not what():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def flow(self, sender, lane, n, per_s=0, at_once=1):
        other = self.host if sender is self.guest else self.guest
        sender.say("flow", other.id, lane, n, per_s, at_once)
