#!/usr/bin/python3
# tests/run: right 900
"""A stolen disk tells no names: 1,000 canary names go in by the real path; then every
byte the node ever wrote is searched for them, as UTF-8, UTF-16, base64 and hexadecimal."""
import base64
import concurrent.futures
import os
import re
import secrets
import signal
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

N = 1000
SECRETS_SOUGHT = 5
ROLES = ("student", "guardian", "supporter", "school_staff")
# Every canary of a kind carries one mark, so that one search finds each of the thousand.
NAME_MARK = "鶴亀" + secrets.token_hex(6) + "太郎"
LOGIN_MARK = "lo" + secrets.token_hex(6)
PASSWORD_MARK = "Pw" + secrets.token_hex(6)
PLANTED = "planted" + secrets.token_hex(6)

ELSEWHERE = tuple({"/tmp", tempfile.gettempdir(), "/var/tmp", "/var/log"})
BEGAN = time.time() - 1

nodes = node = None
secrets_told = []


def forms(text):
    """What a text may look like on a disk. Base64 hides it differently at each of 3 offsets; the
    characters at both ends depend on the neighbours and are left out. Bytes are no text: they have
    no UTF-16."""
    raw = text if isinstance(text, bytes) else text.encode()
    found = {"utf-8": raw, "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode()}
    coded = [("base64", raw)]
    if isinstance(text, str):
        found.update({"utf-16-le": text.encode("utf-16-le"), "utf-16-be": text.encode("utf-16-be")})
        coded.append(("base64 of utf-16-le", text.encode("utf-16-le")))
    for name, data in coded:
        for offset in range(3):
            padded = base64.b64encode(b"\0" * offset + data + b"\0\0\0")
            first = 4 if offset else 0
            last = (offset + len(data)) // 3 * 4
            found[f"{name}+{offset}"] = padded[first:last]
    return found


def forms_url(text):
    return {k + " url": v.replace(b"+", b"-").replace(b"/", b"_")
            for k, v in forms(text).items() if k.startswith("base64")}


def all_files():
    """Everything below the node's directories, root's view; sockets have no bytes. Then what else
    was written since this began: where cores would go, and where programs leave things."""
    for top in (node.v["BASE"], node.v["RUN"]):
        yield from files_below(top, 0)
    for top in ELSEWHERE:
        yield from files_below(top, BEGAN)
    for top in core_places():
        yield from files_below(top, BEGAN, is_deep=False)


def files_below(top, since, is_deep=True):
    for path, below, names in os.walk(top):
        if not is_deep:
            below.clear()
        for name in names:
            full = os.path.join(path, name)
            try:
                found = os.lstat(full)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(found.st_mode) and found.st_mtime >= since:
                yield full


def core_pattern():
    with open("/proc/sys/kernel/core_pattern", encoding="utf-8") as f:
        return f.read().strip()


def core_places():
    """Directories the kernel would write cores of the node's processes to (core(5))."""
    pattern = core_pattern()
    if pattern.startswith("|"):
        return ["/var/lib/systemd/coredump", "/var/crash"]
    if pattern.startswith("/"):
        return [os.path.dirname(pattern)]
    places = {"/"}
    for name in ("postgres", "keyd", "node", "front"):
        pid = node.rows().get(name, (0,))[0]
        if pid:
            places.add(os.readlink(f"/proc/{pid}/cwd"))
    return sorted(places)


def search(texts):
    """{form: files that hold it}, bytes and files looked at. texts: {label: text}."""
    wanted = {f"{label} {form}": data for label, text in texts.items()
              for form, data in {**forms(text), **forms_url(text)}.items()}
    hits, n_bytes, n_files = {}, 0, 0
    for path in all_files():
        try:
            with open(path, "rb") as f:
                data = f.read()  # not mapped: a file of the running cluster may shrink meanwhile
        except OSError:  # gone meanwhile
            continue
        for form, needle in wanted.items():
            if needle in data:
                hits.setdefault(form, []).append(path)
        n_bytes += len(data)
        n_files += 1
    return hits, n_bytes, n_files


def put_canary(i):
    made = node.account(ROLES[i % len(ROLES)], login=f"{LOGIN_MARK}-{i}",
                        display_name=f"{NAME_MARK}{i:04d}", password=f"{PASSWORD_MARK}-{i:04d}")
    if made.totp_secret:
        secrets_told.append(made.totp_secret)
    return made


@case
def stolen_disk_search_finds_what_is_planted(t):
    """The control: plain bytes in the database, its log and a file are found in each form."""
    node.psql(f"CREATE TABLE canary_control (t text); INSERT INTO canary_control VALUES ('{PLANTED}');"
              " CHECKPOINT")
    plain, _, _ = search({"planted": PLANTED})
    paths = plain.get("planted utf-8", [])
    t.ok(any("/cluster/base/" in p for p in paths), "in a table's file", paths)
    t.ok(any("/cluster/pg_wal/" in p for p in paths), "in the write-ahead log", paths)
    planted = {}
    for i, (name, data) in enumerate({**forms(PLANTED), **forms_url(PLANTED)}.items()):
        planted[name] = f"{node.data_dir}/files/planted-{i}"
        with open(planted[name], "wb") as f:
            f.write(secrets.token_bytes(5000) + data + secrets.token_bytes(5000))
    hits, _, _ = search({"planted": PLANTED})
    for name, path in planted.items():
        t.ok(path in hits.get("planted " + name, []), f"as {name}")
        os.unlink(path)
    for offset in range(6):
        row = base64.b64encode(b"x" * offset + PLANTED.encode() + b"yz")
        t.ok(any(f in row for k, f in forms(PLANTED).items() if k.startswith("base64+")),
             f"base64 at offset {offset}")
    node.psql("DROP TABLE canary_control")


# Crashes in its working directory with a planted word in memory; argv: limit of cores, word.
CRASHER = """
import ctypes, os, resource, signal, sys
limit = resource.RLIM_INFINITY if sys.argv[1] == "any" else 0
resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
word = ("core" + sys.argv[2]).encode()
os.kill(os.getpid(), signal.SIGSEGV)
"""


@case
def stolen_disk_no_core_where_cores_would_go(t):
    """The control shows whether this machine leaves cores at all, and that one would tell; then the
    same program under the limit that every program of a node has."""
    pattern = core_pattern()
    t.note(f"core_pattern is {pattern!r}: cores of a node would go to {core_places()}")
    left = {}
    with tempfile.TemporaryDirectory(prefix="ibasho-core-") as where:
        for limit in ("any", "none"):
            before = set(core_files(where))
            done = subprocess.run([sys.executable, "-c", CRASHER, limit, PLANTED], cwd=where,
                                  capture_output=True, text=True, timeout=60, check=False)
            t.eq(done.returncode, -signal.SIGSEGV, f"cores {limit}: it crashed: {done.stderr}")
            left[limit] = []
            for path in sorted(set(core_files(where)) - before):
                with open(path, "rb") as f:
                    if ("core" + PLANTED).encode() in f.read():
                        left[limit].append(path)
                        os.unlink(path)
    t.note(f"the control left {left['any'] or 'no core here'}")
    if not pattern.startswith("|"):
        t.eq(len(left["any"]), 1, "the control's core is found, and holds its memory")
    t.eq(left["none"], [], "under the node's limit there is none")
    for name in ("postgres", "keyd", "node", "front"):
        with open(f"/proc/{node.pid(name)}/limits", encoding="ascii") as f:
            found = re.search(r"^Max core file size\s+(\S+)\s+(\S+)", f.read(), re.M)
        t.eq(found.groups(), ("0", "0"), f"{name}: has that limit")


def core_files(where):
    """What was written there since the test began, by the pattern's directory or the control's own."""
    places = core_places() if core_pattern()[0] in "/|" else [where]
    for place in places:
        yield from files_below(place, BEGAN)


@case
def stolen_disk_holds_no_name_of_a_thousand(t):
    t.req("AI-7.2-4, NI-2.3.4-2")
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        made = list(pool.map(put_canary, range(N)))
    t.eq(len(made), N, "canaries went in by the operator's way")
    t.note(f"{N} accounts in {time.monotonic() - began:.0f} s")
    t.eq(node.psql("SELECT count(*) FROM account"), str(N), "they are rows")
    # Names are used, not only stored: signing in reads and unseals them.
    session = node.sign_in(made[0])
    reply = session.request("GET", "/api/v1/session")
    t.ok(NAME_MARK in reply.json()["display_name"], "a canary signs in and sees its name", reply)
    node.request("POST", "/api/v1/session", {"login": made[1].login, "password": "wrong " + PASSWORD_MARK},
                 {"Origin": node.url()})
    node.psql("CHECKPOINT")
    backup_made(t)
    cores = {p for place in core_places() for p in files_below(place, BEGAN, is_deep=False)
             if re.match(r"core(\.|$)", os.path.basename(p))}
    for name in ("node", "keyd", "postgres"):
        pid = node.kill(name, signal.SIGSEGV if name != "postgres" else signal.SIGKILL)
        t.ok(pid > 0, f"{name} is made to crash")
        node.wait_back(name, pid)
    node.wait_answer()
    node.psql("CHECKPOINT")
    texts = {"name": NAME_MARK, "login": LOGIN_MARK, "password": PASSWORD_MARK}
    # Of one-time secrets some are looked for: each is bytes of its own, in two dozen forms.
    texts.update({f"secret {i}": s for i, s in enumerate(secrets_told[:SECRETS_SOUGHT])})
    texts.update({f"bytes of secret {i}": base64.b32decode(s)
                  for i, s in enumerate(secrets_told[:SECRETS_SOUGHT])})
    hits, n_bytes, n_files = search(texts)
    t.ok(len(secrets_told) > N // 2, "one-time secrets were told", len(secrets_told))
    t.note(f"{n_files} files, {n_bytes >> 20} MiB searched in {len(forms('x')) + 6} forms")
    t.ok(n_bytes > 30 << 20 and n_files > 500, "there was much to search")
    t.eq(hits, {}, "no canary stands anywhere")
    t.eq({p for place in core_places() for p in files_below(place, BEGAN, is_deep=False)
          if re.match(r"core(\.|$)", os.path.basename(p))} - cores, set(), "no crash left a core")
    t.ok(NAME_MARK in session.request("GET", "/api/v1/session").json()["display_name"],
         "and the node itself still knows it")


def backup_made(t):
    """The product's own backup, and a plain copy of the cluster by PostgreSQL's tool: the worst that
    a thief of backups could have. Both are searched with everything else."""
    node.cli("backup")
    made = [n for n in os.listdir(node.data_dir + "/backups") if n.endswith(".ibasho-backup")]
    t.eq(len(made), 1, "the product's backup")
    where = node.data_dir + "/backups/canary"
    done = subprocess.run(["/usr/lib/postgresql/15/bin/pg_basebackup", "-h", node.run_dir + "/pg",
                           "-U", "ibasho", "-D", where, "-c", "fast", "-X", "stream"], cwd="/",
                          capture_output=True, text=True, timeout=120, check=False)
    t.eq(done.returncode, 0, "PostgreSQL's own: " + done.stderr)
    t.ok(os.path.exists(where + "/PG_VERSION"), "lies beside the node")


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        main(__file__)
