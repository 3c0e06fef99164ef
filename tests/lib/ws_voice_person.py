"""tests/lib/ws_voice_person.py - a VoicePerson without WebRTC: his tone goes as Opus over the place's own WebSocket, and
what comes back is decoded, each slot by a decoder of its own. libopus codes; nothing of a browser is needed.

    p = WsVoicePerson(node, session, 1)
    p.enter("plaza"); p.connect(); p.on(); p.speak()
    other.will_hear({p.hz})
"""
import array
import ctypes
import math
import struct
import threading
import time

from lib.visitor import BINARY
from lib.voice_person import TONES, VoicePerson

RATE, FRAME, LEVEL, CODE = 48000, 2880, 12, 2
MOST = 5760
HEARD = 0.02  # of full scale
opus = ctypes.CDLL("libopus.so.0")
opus.opus_encoder_create.restype = opus.opus_decoder_create.restype = ctypes.c_void_p


class Coder:
    def __init__(self):
        bad = ctypes.c_int()
        self.encoder = ctypes.c_void_p(opus.opus_encoder_create(RATE, 1, 2048, ctypes.byref(bad)))
        self.decoders = {}

    def encode(self, samples):
        out = ctypes.create_string_buffer(1160)
        n = opus.opus_encode(self.encoder, samples.tobytes(), FRAME, out, len(out))
        assert n > 0, n
        return out.raw[:n]

    def decode(self, slot, packet):
        if slot not in self.decoders:
            bad = ctypes.c_int()
            self.decoders[slot] = ctypes.c_void_p(opus.opus_decoder_create(RATE, 1, ctypes.byref(bad)))
        out = (ctypes.c_int16 * MOST)()
        n = opus.opus_decode(self.decoders[slot], packet, len(packet), out, MOST, 0)
        assert n > 0, f"not an Opus packet: {n}"
        return array.array("h", bytes(out)[:2 * n])


def loudness(samples, hz):
    """Amplitude of a tone, 0 to 1 (Goertzel)."""
    if len(samples) < RATE // 50:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * hz / RATE)
    a = b = 0.0
    for one in samples:
        a, b = one / 32768 + turn * a - b, a
    return 2 * math.sqrt(max(0.0, a * a + b * b - turn * a * b)) / len(samples)


class WsVoicePerson(VoicePerson):
    def __init__(self, node, session, tone):
        self.node, self.session, self.hz, self.v = node, session, TONES[tone], None
        self.coder, self.n, self.speaks, self.thread = Coder(), 0, False, None

    def connect_again(self, change=None):
        self.v.forget("voice.ready")
        ok = self.v.command("voice.open", way="ws")
        assert ok["answer"] == "", ok
        self.number = ok["number"]
        return self.v.wait("voice.ready")["way"]

    def send(self, packet, level=LEVEL):
        self.n += 1
        self.v.say(BINARY, struct.pack(">BBHI", CODE, level, self.n & 0xffff, self.n * FRAME & 0xffffffff) + packet)

    def _talk(self):
        due, at = time.monotonic(), 0
        while self.speaks:
            samples = array.array("h", (int(8000 * math.sin(2 * math.pi * self.hz * (at + i) / RATE)) for i in range(FRAME)))
            at += FRAME
            try:
                self.send(self.coder.encode(samples))
            except OSError:
                return
            due += FRAME / RATE
            time.sleep(max(0.0, due - time.monotonic()))

    def speak(self):
        self.hush()
        self.speaks = True
        self.thread = threading.Thread(target=self._talk, daemon=True)
        self.thread.start()

    def hush(self):
        self.speaks = False
        if self.thread is not None:
            self.thread.join(5)
        self.thread = None

    def packets(self, ms):
        """[(slot, number, time, Opus)] of the next so many ms."""
        with self.v.lock:
            before = len(self.v.heard)
        time.sleep(ms / 1000)
        with self.v.lock:
            came = [body for body in self.v.heard[before:] if body[:1] == bytes([CODE])]
        return [(*struct.unpack(">BHI", body[1:8]), body[8:]) for body in came]

    def hears(self, ms=600):
        by_slot = {}
        for slot, _, _, packet in self.packets(ms):
            by_slot.setdefault(slot, array.array("h")).extend(self.coder.decode(slot, packet))
        found = {}
        for slot, samples in by_slot.items():
            for hz in TONES:
                if loudness(samples[-RATE // 5:], hz) > HEARD:
                    found.setdefault(hz, []).append(slot)
        return found
