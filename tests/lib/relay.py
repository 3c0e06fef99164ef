"""tests/lib/relay.py - a TCP relay of our own between two programs on this machine, which a test bends
as it likes: this kernel has no `tc netem`. One thread; standard library alone.

    with Relay(8443) as relay:        # listens on relay.port, hands on to 127.0.0.1:8443
        relay.delay_s = 0.05          # each way, from now on
        relay.stall("up")             # nothing more goes from the caller to the other side; what
        relay.stall("up", "down")     #   comes waits: a black hole, one way or both
        relay.cut()                   # every connection breaks, new ones are refused
        relay.heal()                  # none of that any more; what waited goes on
        relay.lose(0.02, 0.2)         # each piece has that chance to come that much later (a lost
                                      #   packet is a pause to TCP), everything behind it too
        relay.n_bytes["up"], relay.n_connections
"""
import collections
import random
import selectors
import socket
import struct
import threading
import time

PIECE = 65536
HELD = 4 * 1024 * 1024  # that much waits in one direction, then its sender does
RST = struct.pack("ii", 1, 0)


class Way:
    """One direction of one connection."""

    def __init__(self, name, source, sink):
        self.name, self.source, self.sink = name, source, sink
        self.waiting = collections.deque()  # (due, bytes)
        self.n_held, self.due, self.ended = 0, 0.0, False


class Relay:
    def __init__(self, port, host="127.0.0.1"):
        self.to = (host, port)
        self.delay_s, self.chance, self.pause_s = 0.0, 0.0, 0.0
        self.n_bytes, self.n_connections = {"up": 0, "down": 0}, 0
        self.stalled, self.is_cut = set(), False
        self.random = random.Random(1)
        self.asked, self.lock = [], threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.wake_in, self.wake_out = socket.socketpair()
        self.pairs, self.is_over = [], False
        for sock in (self.listener, self.wake_in):
            sock.setblocking(False)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ask(self.end)
        self.thread.join()

    # ---- from a test ----

    def ask(self, what):
        """Does it on the relay's thread and waits for it."""
        done = threading.Event()
        with self.lock:
            self.asked.append((what, done))
        self.wake_out.send(b"x")
        done.wait(10)

    def stall(self, *ways):
        self.ask(lambda: self.stalled.update(ways))

    def lose(self, chance, pause_s):
        self.chance, self.pause_s = chance, pause_s

    def cut(self):
        self.ask(self.break_all)

    def heal(self):
        self.delay_s = self.chance = self.pause_s = 0.0
        self.ask(self.mend)

    # ---- the thread ----

    def break_all(self):
        self.is_cut = True
        for pair in list(self.pairs):
            self.drop(pair)

    def mend(self):
        self.is_cut = False
        self.stalled.clear()

    def end(self):
        self.is_over = True

    def drop(self, pair):
        if pair in self.pairs:
            self.pairs.remove(pair)
            for way in pair:
                way.source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
                way.source.close()

    def accept(self):
        try:
            near, _ = self.listener.accept()
        except OSError:
            return
        if self.is_cut:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
            near.close()
            return
        try:
            far = socket.create_connection(self.to, timeout=5)
        except OSError:
            near.close()
            return
        for sock in (near, far):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setblocking(False)
        self.n_connections += 1
        self.pairs.append((Way("up", near, far), Way("down", far, near)))

    def read(self, way):
        """False: the connection broke."""
        try:
            data = way.source.recv(PIECE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            way.ended = True
        else:
            self.n_bytes[way.name] += len(data)
            way.n_held += len(data)
        due = time.monotonic() + self.delay_s
        if self.chance and self.random.random() < self.chance:
            due += self.pause_s
        way.due = max(way.due, due)
        way.waiting.append((way.due, data))
        return True

    def write(self, way):
        while way.waiting and way.waiting[0][0] <= time.monotonic():
            due, data = way.waiting[0]
            try:
                if not data:
                    way.sink.shutdown(socket.SHUT_WR)
                    way.waiting.popleft()
                    continue
                n = way.sink.send(data)
            except BlockingIOError:
                return True
            except OSError:
                return False
            way.n_held -= n
            way.waiting.popleft()
            if n < len(data):
                way.waiting.appendleft((due, data[n:]))
                return True
        return True

    def watch(self):
        """Who is to be looked at now, and until when nothing else is due."""
        wanted, until = {}, time.monotonic() + 0.5
        for pair in self.pairs:
            for way in pair:
                if way.name in self.stalled:
                    continue
                if not way.ended and way.n_held < HELD:
                    wanted[way.source] = wanted.get(way.source, 0) | selectors.EVENT_READ
                if way.waiting:
                    due = way.waiting[0][0]
                    if due <= time.monotonic():
                        wanted[way.sink] = wanted.get(way.sink, 0) | selectors.EVENT_WRITE
                    until = min(until, due)
        return wanted, max(0.0, until - time.monotonic())

    def turn(self, wait_s, wanted):
        with selectors.DefaultSelector() as ready:
            for sock, events in wanted.items():
                ready.register(sock, events)
            for sock in (self.listener, self.wake_in):
                ready.register(sock, selectors.EVENT_READ)
            events = {key.fileobj: mask for key, mask in ready.select(wait_s)}
        if self.wake_in in events:
            self.wake_in.recv(4096)
        if self.listener in events:
            self.accept()
        return events

    def run(self):
        while not self.is_over:
            wanted, wait_s = self.watch()
            events = self.turn(wait_s, wanted)
            with self.lock:
                asked, self.asked = self.asked, []
            for what, done in asked:
                what()
                done.set()
            for pair in list(self.pairs):
                good = all(self.read(way) for way in pair
                           if events.get(way.source, 0) & selectors.EVENT_READ)
                good = good and all(self.write(way) for way in pair
                                    if way.name not in self.stalled)
                if not good or all(way.ended and not way.waiting for way in pair):
                    self.drop(pair)
        for pair in list(self.pairs):
            self.drop(pair)
        for sock in (self.listener, self.wake_in, self.wake_out):
            sock.close()
