#!/usr/bin/python3
"""tests/bench/voice_start.py [PREFIX] - two figures of voice by the clock, one JSON line each; they say whether the
machine was quiet:

voice.delay.forward   how much later a voice is with a listener because of the media program: from before a packet is
                      sealed and sent by one until the system has it for another, at 95 % of the packets; a hundred people
                      in one zone of whom one speaks: several at once are mixed here (tests/load/voice_crowd.c,
                      voice.delay.mix)
voice.start           a child comes to a floor where somebody speaks: from the step in until he is heard, on the way
                      that takes longest; the middle of some times, with each way's own beside it
"""
import json
import os
import re
import statistics
import subprocess
import sys
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", more) for more in ("", "lib", "integration")]
os.environ.setdefault("IBASHO_BUILD", "build/release")
from node_figures import is_quiet, report  # noqa: E402

BUILD = os.environ["IBASHO_BUILD"]
PEOPLE, TALKERS, SECONDS = 100, 1, 8
ROUNDS = 3


def delay_forward():
    import test_voice_flood as flood
    subprocess.run(["make", "-s", f"FLAVOUR={os.path.basename(BUILD)}", f"{BUILD}/voice-crowd"], check=True, stdout=sys.stderr)
    quiet = is_quiet()
    program = flood.begin()
    try:
        out = subprocess.run([f"{BUILD}/voice-crowd", flood.SOCKET, str(PEOPLE), str(PEOPLE), str(TALKERS), str(SECONDS), "0",
                              "0"], check=True, capture_output=True, text=True).stdout
    finally:
        program.terminate()
        program.wait()
    row = next(json.loads(line) for line in out.splitlines() if '"calm"' in line)
    assert row["heard"] == row["due"] > 0 and row["astray"] == 0, row
    report("voice.delay.forward", row["p95_us"] / 1000, "ms at 95 %", 1, quiet, p50=row["p50_us"] / 1000,
           packets=row["heard"], listeners=PEOPLE - 1)


def without(word):
    return lambda answer: re.sub(rf"a=candidate:\d+ 1 {word} [^\r\n]*\r?\n", "", answer)


def seconds_until_heard(listener, speaker, change):
    begun = time.monotonic()
    listener.enter()
    way = listener.connect(change)
    while speaker.hz not in listener.hears(100):
        assert time.monotonic() - begun < 20, "nothing was heard"
    took = time.monotonic() - begun
    listener.v.close()
    listener.v = None
    return way, took


def start():
    import test_speech as speech
    from lib.browser_pipe import Browser
    from lib.ibasho_node import Nodes
    from lib.ws_voice_person import WsVoicePerson
    quiet = is_quiet()
    with Nodes("aozora") as nodes, Browser("--force-webrtc-ip-handling-policy=default") as browser:
        speech.node = nodes["aozora"]
        speech.set_up(browser)
        speaker, listener = speech.people[:2]
        speaker.enter()
        speaker.connect()
        speaker.on()
        speaker.speak()
        took = {}
        by_websocket = WsVoicePerson(speech.node, listener.session, 1)
        for want, who, change in (("udp", listener, lambda answer: answer), ("tcp", listener, without("udp")),
                                  ("ws", by_websocket, None)):
            for _ in range(ROUNDS):
                way, seconds = seconds_until_heard(who, speaker, change)
                assert way == want, (way, want)
                took.setdefault(way, []).append(seconds)
    middle = {way: round(statistics.median(all_), 2) for way, all_ in took.items()}
    report("voice.start", max(middle.values()), "s until the first word is heard", 3, quiet, **middle)


if __name__ == "__main__":
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, measure in (("voice.delay.forward", delay_forward), ("voice.start", start)):
        if name.startswith(only):
            measure()
