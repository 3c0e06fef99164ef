"""tests/lib/udp_relay.py - a UDP relay of our own before a port of this machine, a line as bad as a test wants it: this
kernel has no `tc netem`. One thread; standard library alone.

    with UdpRelay(media_port) as relay:    # listens on relay.host, relay.port
        relay.loss = 0.02                  # each datagram has that chance to be lost, either way
        relay.jitter_s = 0.04              # each waits up to that long: later ones overtake it
        relay.hold_hello_s = 0.05          # a caller's first datagram of DTLS comes that much later than its second
        relay.n["up"], relay.n_lost["down"], relay.n_overtaken["up"]
        relay.hellos                       # (whole length, length of this part) of each ClientHello that came
"""
import heapq
import random
import selectors
import socket
import threading
import time

DTLS_HANDSHAKE, CLIENT_HELLO = 22, 1


def own_address():
    """An address of this machine that is not the loopback's: Gecko tries no way there without a user's consent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("192.0.2.1", 9))  # nothing is sent
        return sock.getsockname()[0]


class UdpRelay:
    def __init__(self, port, host="127.0.0.1"):
        """host: where the relay listens; the port is one of 127.0.0.1."""
        self.to, self.host = ("127.0.0.1", port), host
        self.loss, self.jitter_s, self.hold_hello_s = 0.0, 0.0, 0.0
        self.n, self.n_lost, self.n_overtaken = ({"up": 0, "down": 0} for _ in range(3))
        self.hellos, self.held = [], set()
        self.random = random.Random(1)
        self.near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.near.bind((host, 0))
        self.near.setblocking(False)
        self.port = self.near.getsockname()[1]
        self.far, self.callers = {}, {}  # caller -> socket towards the port; and back
        self.waiting, self.n_put, self.newest = [], 0, {}
        self.ready = selectors.DefaultSelector()
        self.ready.register(self.near, selectors.EVENT_READ)
        self.is_over = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()
        for sock in (self.near, *self.callers):
            sock.close()
        self.ready.close()

    def towards(self, caller):
        """As its own address: whoever answers tells callers apart by that."""
        if caller not in self.far:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.connect(self.to)
            sock.setblocking(False)
            self.far[caller], self.callers[sock] = sock, caller
            self.ready.register(sock, selectors.EVENT_READ)
        return self.far[caller]

    def note_hello(self, caller, data):
        """Seconds that it is held."""
        if len(data) < 25 or data[0] != DTLS_HANDSHAKE or data[13] != CLIENT_HELLO:
            return 0
        self.hellos.append((int.from_bytes(data[14:17], "big"), int.from_bytes(data[22:25], "big")))
        if caller in self.held:
            return 0
        self.held.add(caller)
        return self.hold_hello_s

    def put(self, way, caller, data):
        self.n[way] += 1
        wait_s = self.note_hello(caller, data) if way == "up" else 0
        if self.random.random() < self.loss:
            self.n_lost[way] += 1
            return
        wait_s += self.random.random() * self.jitter_s
        self.n_put += 1
        heapq.heappush(self.waiting, (time.monotonic() + wait_s, self.n_put, way, caller, data))

    def give(self):
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, number, way, caller, data = heapq.heappop(self.waiting)
            newest = self.newest.get((way, caller), 0)
            self.n_overtaken[way] += number < newest
            self.newest[way, caller] = max(number, newest)
            try:
                if way == "up":
                    self.towards(caller).send(data)
                else:
                    self.near.sendto(data, caller)
            except OSError:
                pass  # nobody is there now: as on any line

    def run(self):
        while not self.is_over:
            left_s = self.waiting[0][0] - time.monotonic() if self.waiting else 0.2
            for key, _ in self.ready.select(max(0.0, min(left_s, 0.2))):
                sock = key.fileobj
                try:
                    data, caller = sock.recvfrom(65536)
                except OSError:
                    continue
                if sock is self.near:
                    self.put("up", caller, data)
                else:
                    self.put("down", self.callers[sock], data)
            self.give()
