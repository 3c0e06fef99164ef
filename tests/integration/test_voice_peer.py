#!/usr/bin/python3
"""The transport half of the media program (voice/endpoint.h) on a real socket, beside aiortc: a
second implementation of ICE, DTLS and SRTP, and Opus by another's hand. Who is heard is known by
the tone he plays."""
import asyncio
import fractions
import os
import secrets
import socket
import subprocess
import sys

import numpy
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from av import AudioFrame

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.t import case, main  # noqa: E402

BUILD = os.environ.get("IBASHO_BUILD", "build/debug")
RATE, FRAME = 48000, 960
SLOTS = 5
WAIT_S = 30


class Tone(MediaStreamTrack):
    """A microphone that hears one note."""
    kind = "audio"

    def __init__(self, hz):
        super().__init__()
        self.hz, self.at, self.start = hz, 0, None

    async def recv(self):
        now = asyncio.get_running_loop().time()
        self.start = self.start or now
        await asyncio.sleep(max(0, self.start + self.at / RATE - now))
        turn = numpy.arange(self.at, self.at + FRAME) * (2 * numpy.pi * self.hz / RATE)
        frame = AudioFrame.from_ndarray((8000 * numpy.sin(turn)).astype(numpy.int16).reshape(1, -1),
                                        format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.at, fractions.Fraction(1, RATE)
        self.at += FRAME
        return frame


class Say:
    """The program under test, and what it said."""

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            f"{BUILD}/voice-say", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int((await self.line()).split()[1])
        return self

    async def __aexit__(self, *_):
        self.process.stdin.close()
        await asyncio.wait_for(self.process.wait(), WAIT_S)

    async def line(self):
        return (await asyncio.wait_for(self.process.stdout.readline(), WAIT_S)).decode().rstrip("\n")

    async def answer(self, session, offer, command="offer"):
        self.process.stdin.write(f"{command} {session} {len(offer)}\n{offer}".encode())
        word, _, length = (await self.line()).split()
        assert word == "answer", word
        return (await self.process.stdout.readexactly(int(length))).decode()

    async def counts(self):
        self.process.stdin.write(b"counts\n")
        words = (await self.line()).split()
        assert words[0] == "counts", words
        return {name: int(n) for name, n in (word.split("=") for word in words[1:])}


class Peer:
    def __init__(self, hz):
        self.pc = RTCPeerConnection()
        self.pc.addTrack(Tone(hz))
        for _ in range(SLOTS):
            self.pc.addTransceiver("audio", direction="recvonly")

    async def join(self, say, session, command="offer"):
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await say.answer(session, self.pc.localDescription.sdp, command)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def hears(self):
        """The loudest note of half a second of sound in the first slot, in Hz."""
        track, sound = self.pc.getTransceivers()[1].receiver.track, []
        while len(sound) < 25:
            frame = await asyncio.wait_for(track.recv(), WAIT_S)
            samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0].astype(float)
            if sound or numpy.abs(samples).max() > 2000:
                sound.append(samples)
        heard = numpy.concatenate(sound)
        return numpy.abs(numpy.fft.rfft(heard)).argmax() * RATE / len(heard)

    async def close(self):
        await self.pc.close()


def malformed(port, n):
    """Bytes of every first byte, from an address that nobody knows."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for i in range(n):
            s.sendto(bytes([i % 256]) + secrets.token_bytes(i % 200), ("127.0.0.1", port))


@case
def voice_two_peers_of_other_make_hear_each_others_tone(t):
    """ICE, DTLS and SRTP with aiortc; then 2,000 malformed datagrams, and they still do."""
    async def run():
        a, b = Peer(440), Peer(1000)
        async with Say() as say:
            await a.join(say, 0)
            await b.join(say, 1)
            t.eq(sorted([await say.line(), await say.line()]), ["ready 0", "ready 1"], "both shake hands")
            heard = await asyncio.gather(a.hears(), b.hears())
            t.ok(abs(heard[0] - 1000) < 5, "the first hears the second", heard[0])
            t.ok(abs(heard[1] - 440) < 5, "the second hears the first", heard[1])
            before = await say.counts()
            malformed(say.port, 2000)
            t.ok(abs(await a.hears() - 1000) < 5, "and still does beside malformed datagrams")
            after = await say.counts()
            dropped = sum(after[name] - before[name] for name in ("unknown", "stun-bad", "nobody"))
            t.ok(dropped > 0, "which were dropped and counted", dropped)
            for name in ("forged", "replayed", "malformed", "crowded", "early", "unsent", "stun-sign"):
                t.eq(after[name], 0, f"nothing of either was dropped: {name}")
            await a.close()
            await b.close()
    asyncio.run(run())


@case
def voice_a_peer_with_another_certificate_is_refused(t):
    async def run():
        peer = Peer(440)
        async with Say() as say:
            await peer.join(say, 3, "offer-of-another")
            t.eq(await say.line(), "gone 3 stranger", "the node is told")
            t.eq((await say.counts())["strangers"], 1, "counted")
            t.ok(peer.pc.connectionState != "connected", "no connection", peer.pc.connectionState)
            await peer.close()
    asyncio.run(run())


if __name__ == "__main__":
    subprocess.run(["make", "-s", "FLAVOUR=" + os.path.basename(BUILD), f"{BUILD}/voice-say"], check=True)
    main(__file__)
