"""tests/federation/netns.py - a machine of its own for each node of a test: a network namespace each,
all on one bridge, which stands in one more namespace, so that nothing of it is seen from this
machine's own network. Root is needed, as for the nodes themselves.

    with Net("pref", "aozora", "browser", "people") as net:      # 10.77.0.10, .11, .12, .13
        with net.inside("browser"):                    # sockets of this thread are made there
            dial("aozora.ibasho.test", 443)
        net.cut("aozora"); net.mend("aozora")          # its cable is out
        net.one_way("aozora", "pref")                  # what aozora sends to pref is lost on the way
        net.both_ways("aozora", "pref")
        seen = net.capture(path)                       # every frame that crosses the bridge

Delay and loss need `tc netem`, which not every kernel has; what is cut here is cut wholly.
"""
import collections
import contextlib
import ctypes
import os
import select
import shutil
import socket
import struct
import subprocess
import threading

from lib import dial

DOMAIN = "ibasho.test"
CLONE_NEWNET = 0x40000000
ETH_P_ALL, SOL_PACKET, PACKET_STATISTICS, PACKET_OUTGOING = 3, 263, 6, 4
SO_RCVBUFFORCE = 33
NOBODY = "02:00:00:00:00:01"  # a hardware address that no machine has

_libc = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def _setns(path):
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(fd, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {path}")
    finally:
        os.close(fd)


class Net:
    def __init__(self, *names):
        self.names = names
        self.mark = f"ibt{os.getpid()}"
        self.at = {name: f"10.77.0.{10 + n}" for n, name in enumerate(names)}
        self.here = threading.local()

    def space(self, name):
        return f"{self.mark}-{name}"

    def __enter__(self):
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _open(self):
        hub = self.space("hub")
        for name in ("hub", *self.names):
            ip("netns", "add", self.space(name))
        ip("-n", hub, "link", "add", "br0", "type", "bridge")
        ip("-n", hub, "link", "set", "br0", "up")
        hosts = "127.0.0.1 localhost\n" + "".join(
            f"{at} {' '.join(f'{w}{name}.{DOMAIN}' for w in ('', 'uploads.', 'office.', 'federation.'))}\n"
            for name, at in self.at.items())
        for n, name in enumerate(self.names):
            space = self.space(name)
            ip("-n", hub, "link", "add", f"p{n}", "type", "veth", "peer", "name", f"e{n}")
            ip("-n", hub, "link", "set", f"e{n}", "netns", space)
            ip("-n", space, "link", "set", f"e{n}", "name", "eth0")
            ip("-n", space, "addr", "add", self.at[name] + "/24", "dev", "eth0")
            for word in ("lo", "eth0"):
                ip("-n", space, "link", "set", word, "up")
            ip("-n", hub, "link", "set", f"p{n}", "master", "br0", "up")
            # `ip netns exec` lays these over /etc for what it runs.
            os.makedirs(f"/etc/netns/{space}", exist_ok=True)
            with open(f"/etc/netns/{space}/hosts", "w", encoding="ascii") as f:
                f.write(hosts)
            dial.addresses[f"{name}.{DOMAIN}"] = self.at[name]
        dial.stand = self._stand

    def __exit__(self, *_):
        dial.stand = contextlib.nullcontext
        for end in [e for e in dial.addresses if e.endswith(DOMAIN)]:
            del dial.addresses[end]
        for name in ("hub", *self.names):
            subprocess.run(["ip", "netns", "del", self.space(name)], capture_output=True, check=False)
            shutil.rmtree(f"/etc/netns/{self.space(name)}", ignore_errors=True)
        with contextlib.suppress(OSError):
            os.rmdir("/etc/netns")

    # -- being somewhere --------------------------------------------------------------------------
    def run_words(self, name):
        """In front of a command that is to run there."""
        return ("ip", "netns", "exec", self.space(name))

    def _stand(self):
        """Who is nowhere in particular asks from the last of the machines."""
        return (contextlib.nullcontext() if getattr(self.here, "name", None)
                else self.inside(self.names[-1]))

    @contextlib.contextmanager
    def inside(self, name):
        """Sockets that this thread makes meanwhile are made there, and stay there."""
        before, self.here.name = getattr(self.here, "name", None), name
        back = f"/proc/self/task/{threading.get_native_id()}/ns/net"
        home = os.open(back, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(f"/run/netns/{self.space(name)}")
            yield self
        finally:
            _libc.setns(home, CLONE_NEWNET)
            os.close(home)
            self.here.name = before

    # -- what befalls the cables ------------------------------------------------------------------
    def _port(self, name):
        return f"p{self.names.index(name)}"

    def cut(self, name):
        ip("-n", self.space("hub"), "link", "set", self._port(name), "down")

    def mend(self, name):
        ip("-n", self.space("hub"), "link", "set", self._port(name), "up")

    def one_way(self, name, to):
        """What `name` sends to `to` is addressed to a machine that is not there; the other way is
        as before."""
        ip("-n", self.space(name), "neigh", "replace", self.at[to], "lladdr", NOBODY, "dev", "eth0",
           "nud", "permanent")

    def both_ways(self, name, to):
        ip("-n", self.space(name), "neigh", "del", self.at[to], "dev", "eth0")

    def capture(self, path):
        with self.inside("hub"):
            return Capture(self, path)


class Capture:
    """Every frame as it came onto the bridge, once, in one file; who spoke to whom is counted."""

    def __init__(self, net, path):
        self.net, self.path = net, path
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
        self.talks = collections.Counter()  # (from, to, protocol, port) of IPv4
        self.n_frames = self.n_lost = 0
        self.lock = threading.Lock()
        self.is_over = False
        self.file = open(path, "wb")
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.is_over:
            if not select.select([self.sock], [], [], 0.1)[0]:
                continue
            frame, (_, _, kind, _, _) = self.sock.recvfrom(1 << 17)
            if kind != PACKET_OUTGOING:  # it is seen again at each port it leaves by
                self._take(frame)

    def _take(self, frame):
        with self.lock:
            self.n_frames += 1
            self.file.write(struct.pack(">I", len(frame)) + frame)
            if len(frame) < 34 or frame[12:14] != b"\x08\x00":
                return
            head, protocol = 14 + (frame[14] & 15) * 4, frame[23]
            port = struct.unpack(">H", frame[head + 2:head + 4])[0] if protocol in (6, 17) else 0
            self.talks[(socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34]), protocol,
                        port)] += 1

    def spoken_to(self, name):
        """Addresses to which `name` sent anything, since `forget`."""
        with self.lock:
            return {to for (at, to, _, _) in self.talks if at == self.net.at[name]}

    def forget(self):
        with self.lock:
            self.talks.clear()

    def close(self):
        """What it missed for want of room, as the kernel counts it."""
        self.is_over = True
        self.thread.join()
        got = self.sock.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        self.n_lost = struct.unpack("II", got)[1]
        self.sock.close()
        self.file.close()
        return self.n_lost
