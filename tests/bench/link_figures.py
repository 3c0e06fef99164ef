#!/usr/bin/python3
"""tests/bench/link_figures.py [PREFIX] [CUT_S] - figures of the links between two nodes, one JSON line
each.

federation.link.delay   milliseconds from handing a frame over at one node to getting it at the other
                        (p99, the worst of both lanes and both ways), loopback, 10 s of 500 movements and
                        50 lines a second each way; max_ms of them all: never a stall of 40 ms
federation.heal         seconds from the end of a black hole of CUT_S (60) seconds, both ways, to the first
                        new frame, the later of the two sides; 50 lines a second each way meanwhile: 0 lost,
                        0 doubled. cut_heal_s: the same after a line that broke and was refused so long
federation.link.growth  per cent more bytes on both links together, in 20 s, when 50 of the guest's stand
                        and listen instead of one; the host says 500 movements and 5 lines a second
voice.link              microseconds of CPU for each packet of 80 bytes forwarded to a peer node: handing it over and
                        all of the links' thread, TLS and the kernel's part too; 20 talkers' packets each 20
                        ms. alone_us: the same when each packet comes alone, evenly spread, so that the thread
                        wakes for each; of_100_us: 100 talkers' at once. delay_*: one way, at the other node's links

Two link-say programs (the node's own code) with HAProxy and TLS 1.3 before the host's, and a relay of ours
in between, which adds to the delay: it is one more process that every byte passes twice."""
import contextlib
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
os.environ.setdefault("IBASHO_BUILD", "build/release")
from lib import link_pair  # noqa: E402
from node_figures import is_quiet  # noqa: E402

DELAY_S, GROWTH_S = 10, 20


def report(name, value, unit, goal, holds, quiet, **more):
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, "goal": goal,
                      "holds": bool(holds), "quiet": quiet, **more}), flush=True)


def delay():
    quiet = is_quiet()
    with link_pair.Pair() as p:
        p.link()
        for side in (p.host, p.guest):
            p.flow(side, "rt", 500 * DELAY_S, 500)
            p.flow(side, "ctl", 50 * DELAY_S, 50)
        for side in (p.host, p.guest):
            side.event("done"), side.event("done")
        time.sleep(0.5)
        lanes = [lane for side in (p.host, p.guest) for lane in side.counts()["lanes"]]
    p99 = max(lane["p99_us"] for lane in lanes) / 1000
    most = max(lane["max_us"] for lane in lanes) / 1000
    report("federation.link.delay", p99, "ms", "<= 10 and no stall of 40", p99 <= 10 and most < 40,
           quiet, p50_ms=round(max(lane["p50_us"] for lane in lanes) / 1000, 3),
           max_ms=round(most, 3), frames=sum(lane["n"] for lane in lanes),
           lost=sum(lane["lost"] for lane in lanes))


def heal_once(cut_s, breaks):
    """(seconds to the first new frame, lost, doubled) after a line that breaks or only swallows."""
    with link_pair.Pair() as p:
        p.link()
        n = 50 * (cut_s + 20)
        for side in (p.host, p.guest):
            p.flow(side, "ctl", n, 50)
        time.sleep(1)
        breaks(p.relay)
        time.sleep(cut_s)
        p.relay.heal()
        healed = time.clock_gettime(time.CLOCK_MONOTONIC)
        sides = (p.host, p.guest)
        p.wait(lambda: all(s.counts()["after_up_us"] / 1e6 > healed for s in sides), 60)
        first = max(s.counts()["after_up_us"] for s in sides) / 1e6 - healed
        p.wait(lambda: all(s.counts()["lanes"][0]["n"] >= n for s in sides), 60)
        lanes = [s.counts()["lanes"][0] for s in sides]
        missing = sum(n - lane["n"] for lane in lanes)
        return first, missing + sum(lane["lost"] for lane in lanes), \
            sum(lane["doubled"] for lane in lanes)


def heal(cut_s):
    quiet = is_quiet()
    first, lost, doubled = heal_once(cut_s, lambda relay: relay.stall("up", "down"))
    cut_first, cut_lost, cut_doubled = heal_once(cut_s, lambda relay: relay.cut())
    lost, doubled = lost + cut_lost, doubled + cut_doubled
    report("federation.heal", max(first, cut_first), "s", "<= 2, 0 lost, 0 doubled",
           max(first, cut_first) <= 2 and lost == 0 and doubled == 0, quiet, cut_s=cut_s,
           hole_heal_s=round(first, 3), cut_heal_s=round(cut_first, 3), lost=lost, doubled=doubled)


def bytes_with(listeners):
    with link_pair.Pair() as p:
        p.link()
        before = sum(p.relay.n_bytes.values())
        p.guest.say("join", p.host.id, listeners)
        p.flow(p.host, "rt", 500 * GROWTH_S, 500)
        p.flow(p.host, "ctl", 5 * GROWTH_S, 5)
        p.host.event("done"), p.host.event("done")
        time.sleep(0.5)
        return sum(p.relay.n_bytes.values()) - before


def growth():
    quiet = is_quiet()
    one, fifty = bytes_with(1), bytes_with(50)
    more = (fifty / one - 1) * 100
    report("federation.link.growth", more, "%", "<= 5", more <= 5, quiet, bytes_1=one, bytes_50=fifty)


TALKERS, VOICE_S = 20, 5


def links_us(process):
    """CPU of the threads that are the links': not that of this program's own clock."""
    spent = 0
    for task in os.listdir(f"/proc/{process.pid}/task"):
        with contextlib.suppress(FileNotFoundError):  # a flow that has ended
            with open(f"/proc/{process.pid}/task/{task}/comm", encoding="ascii") as f:
                is_links = f.read().strip() in ("links", "link-dial")
            with open(f"/proc/{process.pid}/task/{task}/schedstat", encoding="ascii") as f:
                spent += int(f.read().split()[0]) / 1000 if is_links else 0
    return spent


def voices(talkers, at_once):
    """(microseconds a packet, what the other side counted) of so many who speak."""
    n = talkers * 50 * VOICE_S
    with link_pair.Pair() as p:
        p.link()
        before = links_us(p.guest.process)
        p.flow(p.guest, "rt", n, talkers * 50, at_once)
        handed_us = int(p.guest.event("done")[2])
        spent = links_us(p.guest.process) - before + handed_us
        time.sleep(0.5)
        return spent / n, p.host.counts()["lanes"][1]


def voice():
    quiet = is_quiet()
    us, lane = voices(TALKERS, TALKERS)
    alone_us, alone = voices(TALKERS, 1)
    report("voice.link", us, "us", "<= 5", us <= 5, quiet, alone_us=round(alone_us, 1),
           of_100_us=round(voices(100, 100)[0], 1),
           delay_p50_ms=round(alone["p50_us"] / 1000, 3), delay_p99_ms=round(alone["p99_us"] / 1000, 3),
           delay_max_ms=round(max(lane["max_us"], alone["max_us"]) / 1000, 3), packets=lane["n"] + alone["n"],
           lost=lane["lost"] + alone["lost"])


def main():
    prefix = sys.argv[1] if len(sys.argv) > 1 else ""
    cut_s = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    figures = {"federation.link.delay": delay, "federation.heal": lambda: heal(cut_s),
               "federation.link.growth": growth, "voice.link": voice}
    wanted = [run for name, run in figures.items() if name.startswith(prefix)]
    if wanted:
        link_pair.build()
    for run in wanted:
        run()


if __name__ == "__main__":
    main()
