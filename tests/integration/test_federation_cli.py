#!/usr/bin/python3
# tests/run: right 180
"""`ibasho federation`: an office with three root keys on files, and one node that joins, gets its
registry, changes its key and is put out again, all of it by the commands people type (CARD-11)."""
import json
import os
import re
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import BUILD, ROOT, Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

IBASHO = f"{ROOT}/{BUILD}/ibasho"
folder = tempfile.TemporaryDirectory(prefix="ibasho-office-")
office = folder.name + "/office"
nodes = town = None
SPKI = "ab" * 32
TERMS = ("--contract", "c-2026-1", "--to", "2099-03-31", "--population", "30000")


def run(*words, typed=""):
    """Exit status and what was said."""
    done = subprocess.run([IBASHO, "federation", *words], capture_output=True, text=True,
                          timeout=60, check=False, input=typed)
    return done.returncode, done.stdout + done.stderr


def at_node(*words):
    done = town.cli("federation", *words, check=False, stdin="")
    return done.returncode, done.stdout + done.stderr


def key(n):
    return f"{office}/hinata-root-{n}.pem"


def two(a=1, b=2):
    return "--root", key(a), "--root", key(b)


def files():
    return {name: open(f"{office}/{name}", "rb").read() for name in sorted(os.listdir(office))}


def path(name):
    return f"{folder.name}/{name}"


def newest():
    numbers = [int(m[1]) for m in (re.fullmatch(r"registry-(\d+)\.txt", n)
                                   for n in os.listdir(office)) if m]
    return f"{office}/registry-{max(numbers)}.txt"


def begin_node():
    global nodes, town
    if town is None:
        nodes = Nodes("midori")
        nodes.__enter__()
        town = nodes["midori"]


@case
def federation_office_begins_with_three_keys(t):
    t.req("CARD-11, CARD-5")
    named = ("--name", "hinata", "--title", "ひなた県の連合", "--holders", "県,市,事業者")
    for what, words in {
            "no name": ("init", office, "--title", "x", "--holders", "a,b,c"),
            "two holders": ("init", office, "--name", "hinata", "--title", "x", "--holders", "a,b"),
            "a capital": ("init", office, "--name", "Hinata", "--title", "x", "--holders", "a,b,c"),
            "k is no number": ("init", office, *named, "--k", "five")}.items():
        status, said = run(*words)
        t.ok(status in (1, 2) and said, f"refused: {what}", said)
        t.ok(not os.path.exists(office), f"nothing was made: {what}")
    status, said = run("init", office, *named)
    t.eq(status, 0, said)
    made = files()
    t.eq(list(made), ["hinata-root-1.pem", "hinata-root-2.pem", "hinata-root-3.pem",
                      "registry-1.txt"], "three keys and a registry")
    for n in (1, 2, 3):
        t.eq(stat.S_IMODE(os.stat(key(n)).st_mode), 0o600, "a key is its holder's alone")
        told = subprocess.run(["openssl", "pkey", "-in", key(n), "-noout", "-text"],
                              capture_output=True, text=True, check=False)
        t.ok("ED25519" in told.stdout.upper(), "and what openssl reads")
    status, said = run("init", office, *named)
    t.eq((status, files() == made), (1, True), "not twice")
    status, said = run("show", f"{office}/registry-1.txt")
    t.ok(status == 0 and "ひなた県の連合" in said and "5 人より少ない" in said
         and "人口 2000 人より少ない" in said, "can be read", said)


@case
def federation_office_takes_two_of_three(t):
    t.req("CARD-11")
    status, said = run("renew", office)
    t.ok(status == 1 and "--root" in said, "no key, no registry", said)
    status, said = run("renew", office, "--root", path("none.pem"))
    t.ok(status == 2 and "ありません" in said, "no such key", said)
    stranger = path("stranger.pem")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", stranger], check=True)
    before = files()
    status, said = run("renew", office, "--root", key(1), "--root", stranger)
    t.eq((status, files() == before), (1, True), f"a stranger's key: {said}")
    status, said = run("renew", office, "--root", key(1), "--root", key(1))
    t.ok(status == 0 and "署名が足りません" in said, "one root twice is one root", said)
    status, said = run("revoke", office, "--kid", "x-1", "--reason", "lost", *two())
    t.ok(status == 2 and "待っている" in said, "one thing after the other", said)
    t.eq(newest(), f"{office}/registry-1.txt", "not in force")
    status, said = run("sign", office, "--root", key(3))
    t.eq((status, newest()), (0, f"{office}/registry-2.txt"), f"the second root: {said}")
    cut = open(newest(), "rb").read()[:-40]
    os.rename(newest(), path("whole"))
    open(f"{office}/registry-2.txt", "wb").write(cut)
    status, said = run("renew", office, *two())
    t.ok(status == 2, "a cut registry is not gone on from", said)
    os.rename(path("whole"), f"{office}/registry-2.txt")


@case
def federation_root_keys_may_have_a_passphrase(t):
    t.req("CARD-11")
    there = path("locked")
    named = ("--name", "kaede", "--title", "かえで県の連合", "--holders", "県,市,事業者", "--passphrase")
    status, said = run("init", there, *named, typed="short\nshort\n")
    t.ok(status == 1 and os.listdir(there) == [], "too short", said)
    status, said = run("init", there, *named, typed="correct horse\ncorrect hose\n")
    t.ok(status == 1 and os.listdir(there) == [], "two that differ", said)
    status, said = run("init", there, *named, typed="correct horse\n" * 9)
    t.eq(status, 0, said)
    first = f"{there}/kaede-root-1.pem"
    t.ok("ENCRYPTED" in open(first).read(), "the file alone opens nothing")
    roots = ("--root", first, "--root", f"{there}/kaede-root-3.pem")
    status, said = run("renew", there, *roots, typed="wrong horse\n" * 2)
    t.ok(status == 2 and "合いことばが違います" in said, "another passphrase", said)
    t.ok(not os.path.exists(f"{there}/registry-2.txt"), "nothing was signed")
    status, said = run("renew", there, *roots, typed="correct horse\n" * 2)
    t.ok(status == 0 and os.path.exists(f"{there}/registry-2.txt"), "the right one", said)


@case
def federation_node_joins_by_invitation(t):
    t.req("CARD-11, CARD-1")
    begin_node()
    status, said = at_node("show")
    t.ok(status == 0 and "どの連合にも入っていません" in said, "alone at first", said)
    status, said = at_node("rotate", "--to", path("no.txt"))
    t.ok(status == 1 and not os.path.exists(path("no.txt")), "no key to change", said)
    status, said = at_node("take", newest())
    t.ok(status == 1 and "招待" in said, "a registry before an invitation", said)
    status, said = run("invite", office, "--for", "みどり町", "--root", key(2), "--to", path("inv.txt"))
    t.eq(status, 0, said)
    code = re.search(r"[0-9a-f]{4}(-[0-9a-f]{4}){3}", said)[0]
    asked = ("--title", "みどり町", "--endpoint", "midori.localhost:9443", "--spki", SPKI,
             "--code", "232025", "--to", path("join.txt"))
    status, said = at_node("join", path("inv.txt"), *asked, "--check", "0000-0000-0000-0000")
    t.ok(status == 1 and "合いません" in said, "the code of another", said)
    t.ok(not json.loads(town.admin("GET", "/api/v1/admin/federation").body)["has_roots"],
         "nothing was believed")
    edited = open(path("inv.txt")).read().replace("みどり町", "あかね町")
    open(path("edited.txt"), "w").write(edited)
    status, said = at_node("join", path("edited.txt"), *asked, "--check", code)
    t.ok(status == 1 and "署名が合いません" in said, "an edited invitation", said)
    status, said = at_node("join", path("inv.txt"), "--title", "みどり町", "--endpoint",
                           "Midori:x", "--spki", SPKI, "--to", path("join.txt"), "--check", code)
    t.ok(status == 1 and not os.path.exists(path("join.txt")), "no endpoint", said)
    status, said = at_node("join", path("inv.txt"), *asked, "--check", code)
    t.eq(status, 0, said)
    status, said = at_node("doctor")
    t.ok("まだ届いていません" in said, "the doctor waits for the registry", said)
    before = files()
    status, said = run("admit", office, path("join.txt"), *two())
    t.eq((status, files() == before), (1, True), f"without terms: {said}")
    status, said = run("admit", office, path("join.txt"), *two(), *TERMS, "--roles", "king")
    t.eq((status, files() == before), (1, True), f"no such role: {said}")
    status, said = run("admit", office, path("join.txt"), *two(), *TERMS)
    t.eq(status, 0, said)
    status, said = run("admit", office, path("join.txt"), *two(), *TERMS)
    t.ok(status == 1 and "もう使われました" in said, "an invitation is used once", said)
    status, said = at_node("take", path("join.txt"))
    t.ok(status == 1 and newest(), "a request is no registry", said)
    status, said = at_node("take", newest())
    t.eq(status, 0, said)
    status, said = at_node("show")
    t.ok(status == 0 and "みどり町" in said and "有効" in said and "midori-1" in said, "is a member", said)
    t.eq(town.psql("SELECT string_agg(kind, ',' ORDER BY id) FROM fed_step"), "pin,key",
         "roots and key, each a row")
    t.eq(int(town.psql("SELECT count(*) FROM audit_leaf WHERE table_name IN "
                       "('fed_registry', 'fed_step')")), 3, "and a leaf of each row")


@case
def federation_node_changes_its_key(t):
    t.req("CARD-11")
    begin_node()
    status, said = at_node("rotate", "--to", path("rotation.txt"))
    t.eq(status, 0, said)
    text = open(path("rotation.txt")).read()
    t.ok("midori-1 " in text and "midori-2 " in text, "signed by the old key and the new one")
    open(path("half.txt"), "w").write("\n".join(
        line for line in text.split("\n") if not line.startswith("midori-1 ")))
    before = files()
    status, said = run("admit", office, path("half.txt"), *two())
    t.eq((status, files() == before), (1, True), f"not by the old key: {said}")
    status, said = run("admit", office, path("rotation.txt"), *two())
    t.eq(status, 0, said)
    status, said = at_node("take", newest())
    t.eq(status, 0, said)
    told = json.loads(at_node("show", "--json")[1])
    t.eq((told["own_kid"], told["waiting_kid"]), ("midori-2", ""), "the new key is used")
    first = f"{office}/registry-1.txt"
    status, said = at_node("take", first)
    t.ok(status == 1 and "古いものには戻しません" in said, "no way back", said)


@case
def federation_roots_change_and_a_node_is_put_out(t):
    t.req("CARD-11")
    begin_node()
    status, said = run("roots", office, "--root", key(1))
    t.ok(status == 1 and not os.path.exists(key(4)), "one root makes no new ones", said)
    status, said = run("roots", office, *two(1, 3))
    t.eq(status, 0, said)
    status, said = at_node("take", newest())
    t.eq(status, 0, f"roots were changed by roots: {said}")
    before = files()
    status, said = run("renew", office, *two(1, 2))
    t.eq((status, files() == before), (1, True), f"the old roots say nothing any more: {said}")
    status, said = run("revoke", office, "--kid", "midori-2", "--reason", "because", *two(4, 5))
    t.eq((status, files() == before), (1, True), f"a reason that is none: {said}")
    status, said = run("revoke", office, "--kid", "midori-2", "--reason", "stolen", *two(4, 5))
    t.eq(status, 0, said)
    status, said = at_node("take", newest())
    t.eq(status, 0, said)
    told = json.loads(at_node("show", "--json")[1])
    t.eq(told["own_kid"], "midori-1", "the one before is good for its day yet")
    node = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", at_node("show")[1])[0]
    status, said = run("revoke", office, "--node", node, *two(5, 6))
    t.eq(status, 0, said)
    status, said = at_node("take", newest())
    t.eq(status, 0, said)
    status, said = at_node("show")
    t.ok("契約が終わりました" in said, "put out", said)
    status, said = at_node("doctor")
    t.ok("federation" in said and said.count("\n") >= 1, "the doctor speaks of it", said)
    status, said = at_node("settle", "1")
    t.ok(status == 1 and "食い違い" in said, "there is nothing to settle", said)


def end():
    if nodes is not None:
        nodes.__exit__(None, None, None)
    folder.cleanup()


if __name__ == "__main__":
    main(__file__, end)
