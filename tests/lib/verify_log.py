#!/usr/bin/python3
"""verify_log.py EXPORT KEY [CHECKPOINTS] - a second, independent check of an audit log export.

Written from the description in node/db/audit.h and node/db/audit_leaf.h alone; standard library,
and `openssl` for Ed25519. KEY is "NAME+ID+BASE64". Prints "code detail" for every finding.
Exit status: 0 clean, 1 findings, 2 cannot check."""
import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile

DASH = "\N{EM DASH} "
NAME = r"[a-z0-9._-]{1,63}"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NUMBER = r"(?:0|[1-9][0-9]{0,17})"
LEAF = re.compile(
    rf'\{{"seq":"({NUMBER})","kind":"({NAME})","at_us":"({NUMBER})","table":"({NAME})",'
    rf'"row_id":"({UUID})","salt":(null|"[0-9a-f]{{32}}"),"commitment":"([0-9a-f]{{64}})",'
    rf'"leaf":"([0-9a-f]{{64}})","row":(null|\{{.*\}})\}}'.encode(),
    re.DOTALL,
)
DELETION = re.compile(
    rf'\{{"at":"[^"]*","id":"{UUID}","n_rows":([0-9]{{1,15}}),"rule":"{NAME}",'
    rf'"seqs":"([^"]*)","table_name":"({NAME})"\}}'.encode()
)
HEADER = re.compile(
    rf'\{{"ibasho_audit_log":"1","origin":"([!#-\[\]-~]{{1,127}})","n_leaves":"({NUMBER})",'
    rf'"n_checkpoints":"({NUMBER})"\}}'.encode()
)
EXTRA = re.compile(rf'\{{"extra":"({NAME})","row_id":"({UUID})"\}}'.encode())
END = re.compile(rf'\{{"end":"({NUMBER})"\}}'.encode())
NOTE_LINE = re.compile(r'\{"checkpoint":"((?:[^"\\\x00-\x1f]|\\n)*)"\}'.encode(), re.DOTALL)


class Broken(Exception):
    """The file is not what it should be at all."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Tree:
    """RFC 6962: subtrees of 2^i leaves, one for each bit of the number of leaves."""

    def __init__(self):
        self.n = 0
        self.parts = []  # (level, hash), widest first

    def append(self, leaf):
        self.n += 1
        level, node = 0, leaf
        while self.parts and self.parts[-1][0] == level:
            node = sha256(b"\x01", self.parts.pop()[1], node)
            level += 1
        self.parts.append((level, node))

    def root(self):
        if not self.parts:
            return sha256()
        node = self.parts[-1][1]
        for _, left in reversed(self.parts[:-1]):
            node = sha256(b"\x01", left, node)
        return node


def b64(text, n_bytes):
    raw = base64.b64decode(text, validate=True)
    if len(raw) != n_bytes or base64.b64encode(raw).decode() != text:
        raise ValueError("base64")
    return raw


class Key:
    def __init__(self, text):
        self.name, key_id, blob = text.split("+", 2)
        raw = b64(blob, 33)
        if raw[0] != 1:
            raise Broken("key type")
        self.raw = raw[1:]
        self.id = sha256(self.name.encode(), b"\n\x01", self.raw)[:4]
        if self.id.hex() != key_id:
            raise Broken("key id")
        self.seen = {}

    def signed(self, text, signature):
        """Ed25519 by openssl; the DER in front is the fixed SubjectPublicKeyInfo of RFC 8410."""
        if (text, signature) not in self.seen:
            der = bytes.fromhex("302a300506032b6570032100") + self.raw
            with tempfile.NamedTemporaryFile() as k, tempfile.NamedTemporaryFile() as t, \
                    tempfile.NamedTemporaryFile() as s:
                for f, data in ((k, der), (t, text), (s, signature)):
                    f.write(data)
                    f.flush()
                done = subprocess.run(
                    ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                     k.name, "-rawin", "-in", t.name, "-sigfile", s.name],
                    capture_output=True, check=False)
            self.seen[(text, signature)] = done.returncode == 0
        return self.seen[(text, signature)]


class Note:
    def __init__(self, raw):
        if len(raw) > 4096:
            raise ValueError("long")
        text = raw.decode("utf-8")
        m = re.fullmatch(
            rf"([!-*,-~]{{1,127}})\n({NUMBER})\n([A-Za-z0-9+/=]+)\n\n((?:{DASH}[^\n ]+ [^\n ]+\n){{1,16}})",
            text)
        if not m or "\0" in text:
            raise ValueError("note")
        self.raw = raw
        self.origin, self.size = m[1], int(m[2])
        self.root = b64(m[3], 32)
        self.text = text[: text.index("\n\n") + 1].encode()
        self.lines = m[4].splitlines()
        for line in self.lines:
            tail = line[len(DASH):].split(" ")[1]
            if len(tail) < 8 or len(tail) % 4:
                raise ValueError("signature")

    def by(self, key):
        for line in self.lines:
            name, tail = line[len(DASH):].split(" ")
            try:
                blob = b64(tail, 68)
            except ValueError:
                continue
            if name == key.name and blob[:4] == key.id:
                return key.signed(self.text, blob[4:])
        return False


def external_entries(data):
    """Whole entries; the last one may be torn (None)."""
    entry, signed = [], False
    for line in data.split(b"\n")[:-1]:
        if line == b"" and signed:
            yield b"".join(x + b"\n" for x in entry)
            entry, signed = [], False
            continue
        signed = line.startswith(DASH[0].encode())
        entry.append(line)
    if entry or not (data.endswith(b"\n") or data == b""):
        yield None


class Verifier:
    def __init__(self, key, external):
        self.key = key
        self.findings = []
        self.tree = Tree()
        self.next_seq = 0
        self.closed, self.lawful = {}, {}
        self.n_stored = self.stored_size = 0
        self.passed = None  # [note, stored]
        self.external = None
        if external is not None:
            self.external = list(self.good_external(external))

    def find(self, code, detail=""):
        self.findings.append((code, str(detail)))

    def good_external(self, data):
        last = 0
        for entry in external_entries(data):
            if entry is None:
                self.find("checkpoint.torn")
                return
            try:
                note = Note(entry)
            except ValueError:
                self.find("checkpoint.form")
                continue
            if note.origin != self.key.name:
                self.find("checkpoint.origin", note.size)
            elif not note.by(self.key):
                self.find("checkpoint.signature", note.size)
            elif note.size <= last:
                self.find("checkpoint.order", note.size)
            else:
                last = note.size
                yield note

    def leave(self, newest):
        if self.passed and not self.passed[1] and not newest:
            self.find("checkpoint.unstored", self.passed[0].size)
        self.passed = None

    def compare(self):
        while self.external and self.external[0].size <= self.tree.n:
            note = self.external.pop(0)
            self.leave(False)
            if note.root != self.tree.root():
                self.find("tree.root", note.size)
            self.passed = [note, False]

    def leaf(self, m):
        seq, kind, at, table, row = int(m[1]), m[2], int(m[3]), m[4], m[5]
        salt = None if m[6] == b"null" else bytes.fromhex(m[6].decode().strip('"'))
        commitment, leaf = bytes.fromhex(m[7].decode()), bytes.fromhex(m[8].decode())
        body = None if m[9] == b"null" else m[9]
        if seq != self.next_seq:
            self.find("leaf.order", seq)
        self.next_seq = seq + 1
        computed = sha256(b"\0", bytes([len(kind)]), kind, at.to_bytes(8, "big"),
                          bytes([len(table)]), table,
                          bytes.fromhex(row.decode().replace("-", "")), commitment)
        if computed != leaf:
            self.find("leaf.hash", seq)
        if salt is None and body is None:
            self.closed[seq] = table
        elif salt is None:
            self.find("row.unopened", seq)
        elif body is None:
            self.find("row.missing", seq)
        elif sha256(salt, body) != commitment:
            self.find("row.changed", seq)
        elif kind == b"log.deletion":
            self.deletion(seq, body)
        self.tree.append(computed)
        self.compare()

    def deletion(self, seq, body):
        m = DELETION.fullmatch(body)
        listed = []
        for part in (m[2].decode().split(",") if m else ["x"]):
            r = re.fullmatch(rf"({NUMBER})(?:-({NUMBER}))?", part)
            first, last = (int(r[1]), int(r[2] or r[1])) if r else (1, 0)
            if first > last or (r[2] and first == last) or last >= seq or \
                    (listed and first <= listed[-1]):
                self.find("deletion.form", seq)
                return
            listed.extend(range(first, last + 1))
        if len(listed) != int(m[1]):
            self.find("deletion.count", seq)
        for s in listed:
            if s in self.lawful:
                self.find("deletion.twice", s)
            self.lawful.setdefault(s, m[3])

    def checkpoint(self, raw):
        self.n_stored += 1
        try:
            note = Note(raw)
        except ValueError:
            self.find("checkpoint.form")
            return
        if note.origin != self.key.name:
            self.find("checkpoint.origin", note.size)
        elif not note.by(self.key):
            self.find("checkpoint.signature", note.size)
        if note.size != self.tree.n or note.size <= self.stored_size:
            self.find("checkpoint.order", note.size)
            return
        self.stored_size = note.size
        if note.root != self.tree.root():
            self.find("tree.root", note.size)
        if self.external is None:
            return
        if self.passed and self.passed[0].raw == raw:
            self.passed[1] = True
        else:
            self.find("checkpoint.unknown", note.size)

    def finish(self):
        self.leave(not self.external)
        for note in self.external or []:
            self.find("tree.short", note.size)
        for seq in sorted(self.closed):
            if self.lawful.get(seq) != self.closed[seq]:
                self.find("leaf.closed", seq)
        for seq in sorted(self.lawful):
            if seq not in self.closed:
                self.find("deletion.open", seq)


def verify(export, key, external):
    lines = export.split(b"\n")
    header = HEADER.fullmatch(lines[0])
    if not header or len(lines) < 2:
        raise Broken("no export")
    v = Verifier(key, external)
    if header[1].decode() != key.name:
        v.find("checkpoint.origin", "header")
    ended, n_leaves = False, 0
    for line in lines[1:-1]:
        leaf, note = LEAF.fullmatch(line), NOTE_LINE.fullmatch(line)
        extra, end = EXTRA.fullmatch(line), END.fullmatch(line)
        if ended or not (leaf or note or extra or end):
            v.find("export.form")
        elif leaf:
            n_leaves += 1
            v.leaf(leaf)
        elif note:
            v.checkpoint(note[1].replace(b"\\n", b"\n"))
        elif extra:
            v.find("row.extra", extra[2].decode())
        else:
            ended = True
            if int(end[1]) != n_leaves:
                v.find("export.cut", "end")
    if lines[-1] != b"" or not ended:
        v.find("export.cut", "line")
    if int(header[2]) != n_leaves or int(header[3]) != v.n_stored:
        v.find("export.cut", "header")
    v.finish()
    return v


def main(argv):
    try:
        with open(argv[1], "rb") as f:
            export = f.read()
        external = None
        if len(argv) > 3:
            with open(argv[3], "rb") as f:
                external = f.read()
        v = verify(export, Key(argv[2]), external)
    except (OSError, IndexError, ValueError, Broken) as e:
        print(f"cannot check: {e}", file=sys.stderr)
        return 2
    for code, detail in v.findings:
        print(code, detail)
    print(json.dumps({"leaves": v.tree.n, "closed": len(v.closed), "stored": v.n_stored,
                      "findings": len(v.findings)}))
    return 1 if v.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
