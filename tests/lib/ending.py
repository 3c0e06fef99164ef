"""Papers of a contract's end, made without the node: keys, signed documents, a journal, a certificate, and bags
signed anew with a key of the test's own. For what both verifiers must say of what is right and what is not."""
import base64
import copy
import datetime
import hashlib
import importlib.util
import json
import os
import subprocess
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
VERIFY = os.path.join(ROOT, "ops", "verify", "ibasho_verify.py")
TOWN = os.path.join(ROOT, "ops", "verify", "ibasho_town.py")
STEPS = ("drain exported receipted grace ordered peers_purged keys_destroyed cluster_removed volume_discarded "
         "backups_listed scanned").split()
START = datetime.datetime(2026, 11, 22, 1, 0, tzinfo=datetime.timezone.utc)


def load():
    spec = importlib.util.spec_from_file_location("ibasho_verify", VERIFY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify = load()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def at(minutes):
    return (START + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def once(sign):
    """Both kinds of signatures are the same for the same bytes: each is made once."""
    made = {}

    def signed(key, data):
        if (key.path, data) not in made:
            made[key.path, data] = sign(key, data)
        return made[key.path, data]
    return signed


class Key:
    """Ed25519, made and used by openssl."""

    def __init__(self, place, name):
        self.path = os.path.join(place, name + ".key")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path], check=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True,
                             capture_output=True).stdout
        self.raw, self.spki, self.alg = der[12:], der, "EdDSA"

    @once
    def sign(self, data):
        with tempfile.NamedTemporaryFile() as f:
            f.write(data)
            f.flush()
            return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", f.name],
                                  check=True, capture_output=True).stdout

    def note_key(self, origin):
        public = b"\x01" + self.raw
        name = hashlib.sha256(origin.encode() + b"\n" + public).digest()[:4]
        return f"{origin}+{name.hex()}+{base64.b64encode(public).decode()}"

    def note(self, text, origin):
        public = b"\x01" + self.raw
        name = hashlib.sha256(origin.encode() + b"\n" + public).digest()[:4]
        return text + f"\n\u2014 {origin} {base64.b64encode(name + self.sign(text.encode())).decode()}\n"


class Rsa:
    """The municipality's key: what `ibasho_town.py new-key` makes."""

    def __init__(self, place, bits=3072):
        self.path, self.cert = os.path.join(place, "town.key"), os.path.join(place, "town.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", f"rsa:{bits}", "-nodes", "-days", "30", "-subj", "/CN=town",
                        "-keyout", self.path, "-out", self.cert], check=True, capture_output=True)
        with open(self.cert, encoding="ascii") as f:
            self.pem = f.read()
        out = subprocess.run(["openssl", "rsa", "-in", self.path, "-pubout", "-outform", "DER"], check=True,
                             capture_output=True).stdout
        der = subprocess.run(["openssl", "x509", "-in", self.cert, "-outform", "DER"], check=True,
                             capture_output=True).stdout
        self.spki, self.sha256, self.alg = out, hashlib.sha256(der).hexdigest(), "RS256"

    @once
    def sign(self, data):
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.path], input=data, check=True,
                              capture_output=True).stdout


def jws(kind, payload, *keys):
    """A signed document as the object it is; payload may be bytes."""
    body = b64(payload if isinstance(payload, bytes) else verify.canonical(payload))
    signatures = []
    for key in keys:
        head = {"alg": key.alg, "kid": hashlib.sha256(key.spki).hexdigest(), "typ": kind}
        protected = b64(verify.canonical(head))
        signatures.append({"protected": protected, "signature": b64(key.sign(f"{protected}.{body}".encode()))})
    return {"payload": body, "signatures": signatures}


def line(document):
    return verify.canonical(document) + b"\n"


class Ending:
    """Everything a certificate is made of, as plain values that a test may spoil before `certificate`."""

    def __init__(self, place):
        self.place = place
        self.log, self.erasure, self.peer = (Key(place, n) for n in ("log", "erasure", "peer"))
        self.other, self.town = Key(place, "other"), Rsa(place)
        self.node, self.contract = "01939c5f-0000-7000-8000-000000000001", "01939c5f-0000-7000-8000-000000000002"
        self.peers = ["01939c5f-0000-7000-8000-0000000000a1", "01939c5f-0000-7000-8000-0000000000a2"]
        self.found = {"bag": "ab" * 64, "node": self.node, "contract": self.contract, "origin": "aozora.ibasho",
                      "log_root": "cd" * 32, "log_size": 140, "n_files": 202, "n_bytes": 415065}
        self.counts = [{"n": 41, "table": "account"}, {"n": 1, "table": "chat_line"}, {"n": 0, "table": "visit"}]
        self.names = [f"はな{i:02d}QWERTYUIOPASDFGHJKLZ2345" for i in range(20)]
        self.salts = [bytes([i]) * 16 for i in range(20)]

    def purge_receipt(self, **changes):
        leaf = hashlib.sha256(b"\0leaf").digest()
        left = hashlib.sha256(b"\0before").digest()
        root = hashlib.sha256(b"\1" + left + leaf).digest()
        text = f"minato.ibasho\n2\n{base64.b64encode(root).decode()}\n"
        return {"from": self.node, "by": self.peers[0], "contract": "c-1", "ask": self.node, "asked_at": at(60),
                "cleared_at": at(61), "at": at(62), "rows": [{"n": 4, "table": "guest_seat"}], "series": [], "keys": 2,
                "box": "none", "leaf": 1, "leaf_hash": b64(leaf), "checkpoint": self.log.note(text, "minato.ibasho"),
                "log_key": self.log.note_key("minato.ibasho"), "proof": [{"hash": b64(left)}], **changes}

    def member(self, **changes):
        return {"capacity": 30, "keys": [{"ed25519": b64(self.peer.raw), "kid": "minato-1", "not_after": at(90000),
                                          "not_before": at(0), "use": "request"}], "name_ja": "みなと市",
                "node": self.peers[0], **changes}

    def purge(self):
        receipt = line(jws("ibasho-purge/1", self.purge_receipt(), self.peer)).decode()
        return {"n_peers": 1, "n_receipts": 1, "state": "done", "peers": [
            {"asked": 1, "box": "none", "code": "", "member": verify.canonical(self.member()).decode(), "name": "みなと市",
             "node": self.peers[0], "receipt": receipt, "received_at": at(63), "registry": 3, "since": at(60),
             "state": "receipt", "text": ""}]}

    def unreachable(self):
        return {"asked": 40, "code": "too-old", "name": "とおい町", "node": self.peers[1], "since": at(60),
                "state": "unreachable", "text": "返事がないまま日がたちました。"}

    def commitments(self):
        hashes = sorted(hashlib.sha256(s + n.encode()).hexdigest() for n, s in zip(self.names, self.salts))
        return {"commitments": hashes, "contract": self.contract, "node": self.node}

    def receipt(self):
        return dict(self.found, verified_at=at(20), tool="ibasho_town.py 1")

    def order(self):
        return {"aggregates": "keep", "bag": self.found["bag"], "by": "教育委員会 学校教育課長",
                "canaries": [{"name": n, "salt": b64(s)} for n, s in zip(self.names, self.salts)],
                "contract": self.contract, "node": self.node, "ordered_at": at(50)}

    def facts(self):
        """By step; documents are made here, so that a test may put others in their place."""
        bag = self.found["bag"]
        return {
            "drain": {"canaries": 20, "contracts": [
                {"begins_on": f"{year}-04-01", "contractor": f"{year}年の受託者", "ends_on": f"{year + 1}-03-31",
                 "id": self.contract, "title": f"居場所「\"{year}\"」"} for year in (2024, 2025)],
                      "log_key": self.log.raw.hex(), "town": "みなと町", "town_key": self.town.sha256},
            "exported": {"bag": bag, "counts": self.counts, **{k: self.found[k] for k in
                         ("log_root", "log_size", "n_bytes", "n_files")}},
            "receipted": {"bag": bag, "receipt": jws("ibasho-receipt/1", self.receipt(), self.town),
                          "town_key": self.town.sha256},
            "grace": {"days": 14, "until": at(40)},
            "ordered": {"bag": bag, "confirmed_by": self.node, "erasure_key": self.erasure.raw.hex(),
                        "log_root": self.found["log_root"], "log_size": self.found["log_size"],
                        "order": jws("ibasho-order/1", self.order(), self.town), "town_key": self.town.sha256,
                        "uploaded_by": self.contract},
            "peers_purged": {"purge": self.purge()},
            "keys_destroyed": {"copies": [{"bytes": 9182, "kind": "keystore", "path": "keys/keystore", "sha256": "ef" * 32},
                                          {"bytes": 32, "kind": "half", "path": "keyd/half", "sha256": "01" * 32}],
                               "method": "overwrite-3"},
            "cluster_removed": {"method": "overwrite", "n_bytes": 91234567, "n_files": 1432, "places": ["db", "wal"]},
            "volume_discarded": {"is_own": True, "kept": [], "method": "blkdiscard", "n_bytes": 10737418240,
                                 "n_files": 0, "warnings": []},
            "backups_listed": {"backups": [{"at": at(-900), "bytes": 51234567, "id": "2026-11-21T03-00", "key": "destroyed",
                                            "sha256": "23" * 32}]},
            "scanned": {"hits": [{"hits": 0, "name_sha256": hashlib.sha256(n.encode()).hexdigest()} for n in self.names],
                        "n_bytes": 10737418240, "n_hits": 0, "n_names": 20,
                        "places": [{"bytes": 10737418240, "kind": "volume", "path": "/dev/vdb"},
                                                   {"bytes": 0, "kind": "backups", "path": "backup"}], "tool_sha256": "45" * 32},
        }

    def actor(self, step):
        return {"drain": f"commissioner:{self.node}", "receipted": f"commissioner:{self.node}", "grace": "node",
                "ordered": f"commissioner:{self.contract}", "exported": f"contractor:{self.contract}"}.get(
                    step, "operator:uid:0")

    def journal(self, facts, plan=STEPS, **changes):
        """changes: {n}=a function over the n-th payload; sign_{n}=another key."""
        lines, prev, is_ordered = [], "0" * 64, False
        for n, step in enumerate(plan, 1):
            payload = {"actor": self.actor(step), "at": at(10 * (n + len(STEPS) - len(plan))), "contract": self.contract,
                       "facts": facts.get(step, {"was": "grace"}), "n": n, "node": self.node, "prev": prev, "step": step}
            payload = changes.get(f"n{n}", lambda p: p)(copy.deepcopy(payload))
            key = changes.get(f"sign_{n}", self.erasure if is_ordered else self.log)
            document = jws("ibasho-step/1", payload, key)
            is_ordered = is_ordered or step == "ordered"
            prev = hashlib.sha256(line(document)).hexdigest()
            lines.append(document)
        return lines

    def claims(self, *but):
        return [{"class": c, "code": code, "text": "この証明の文です。"} for c, code in verify.CLAIMS if code not in but]

    def payload(self, journal=None, **changes):
        return {"bag": self.found["bag"], "canaries": [jws("ibasho-canaries/1", self.commitments(), self.town)],
                "claims": self.claims("unreachable"), "contract": self.contract, "issued_at": at(200),
                "journal": journal if journal is not None else self.journal(self.facts()), "node": self.node,
                "origin": self.found["origin"], "town_certificate": self.town.pem, **changes}

    def certificate(self, payload=None, key=None, kind="ibasho-certificate/1"):
        return line(jws(kind, payload if payload is not None else self.payload(), key or self.erasure))


# ---- bags, signed anew ----

def resign(bag, key, deep=True):
    """Manifests, checkpoints and signature of what lies there now, all by `key`; the files stay as they are.
    deep False: only manifests and the signature."""
    log = os.path.join(bag, "data", "log")
    with open(os.path.join(bag, "bag-info.txt"), encoding="utf-8") as f:
        info = f.read()
    origin = next(row.split(": ")[1] for row in info.split("\n") if row.startswith("Ibasho-Origin"))
    if deep:
        rebuild(log, origin, key)
        with open(os.path.join(log, "leaves.ndjson"), "rb") as f:
            size, root = rebuild_tree(f.read().splitlines())
        info = "".join(f"Ibasho-Log-Size: {size}\n" if row.startswith("Ibasho-Log-Size") else
                       f"Ibasho-Log-Root: {root.hex()}\n" if row.startswith("Ibasho-Log-Root") else row + "\n"
                       for row in info.split("\n")[:-1])
    payload = sorted(p for p in verify.walk(bag) if p.startswith("data/"))
    size = sum(os.path.getsize(os.path.join(bag, p)) for p in payload)
    info = "".join(f"Payload-Oxum: {size}.{len(payload)}\n" if row.startswith("Payload-Oxum") else row + "\n"
                   for row in info.split("\n")[:-1])
    with open(os.path.join(bag, "bag-info.txt"), "w", encoding="utf-8") as f:
        f.write(info)
    write_manifest(bag, "manifest-sha512.txt", payload)
    tags = sorted(p for p in verify.walk(bag) if not p.startswith("data/") and p not in ("tagmanifest-sha512.txt", "ibasho-signature.txt"))
    write_manifest(bag, "tagmanifest-sha512.txt", tags)
    with open(os.path.join(bag, "tagmanifest-sha512.txt"), "rb") as f:
        text = f"ibasho-bag/1\n{origin}\n{hashlib.sha512(f.read()).hexdigest()}\n"
    with open(os.path.join(bag, "ibasho-signature.txt"), "w", encoding="utf-8") as f:
        f.write(key.note(text, origin))


def write_manifest(bag, name, paths):
    with open(os.path.join(bag, name), "w", encoding="ascii") as out:
        for path in paths:
            with open(os.path.join(bag, path), "rb") as f:
                out.write(f"{hashlib.sha512(f.read()).hexdigest()}  {path}\n")


def rebuild_tree(lines):
    tree = verify.Tree()
    for row in lines:
        if row.startswith(b'{"seq"'):
            tree.add(bytes.fromhex(json.loads(row)["leaf"]))
    return tree.n, tree.root()


def rebuild(log, origin, key):
    """One checkpoint over all leaves; leaves keep what they say."""
    with open(os.path.join(log, "leaves.ndjson"), "rb") as f:
        rows = [r for r in f.read().splitlines() if r.startswith(b'{"seq"')]
    size, root = rebuild_tree(rows)
    note = key.note(f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n", origin)
    with open(os.path.join(log, "leaves.ndjson"), "wb") as f:
        f.write(f'{{"ibasho_audit_log":"1","origin":"{origin}","n_leaves":"{size}","n_checkpoints":"1"}}\n'.encode())
        f.write(b"".join(r + b"\n" for r in rows))
        f.write(b'{"checkpoint":"' + note.encode().replace(b"\n", b"\\n") + b'"}\n')
        f.write(f'{{"end":"{size}"}}\n'.encode())
    with open(os.path.join(log, "checkpoints.txt"), "w", encoding="utf-8") as f:
        f.write(note + "\n")
    with open(os.path.join(log, "key.txt"), "w", encoding="ascii") as f:
        f.write(key.note_key(origin) + "\n")


def leaf_of(line_of, seq, bytes_of=None):
    """The leaf again, with its sums made anew; bytes_of: its row's bytes, when they change."""
    leaf = {**json.loads(line_of), "seq": str(seq)}
    bytes_of = bytes_of or line_of[line_of.index(b'"row":') + 6:-1]
    if leaf["salt"] is not None:
        leaf["commitment"] = hashlib.sha256(bytes.fromhex(leaf["salt"]) + bytes_of).hexdigest()
    kind, table = leaf["kind"].encode(), leaf["table"].encode()
    made = hashlib.sha256(b"\0" + bytes([len(kind)]) + kind + int(leaf["at_us"]).to_bytes(8, "big") +
                          bytes([len(table)]) + table + bytes.fromhex(leaf["row_id"].replace("-", "")) +
                          bytes.fromhex(leaf["commitment"])).hexdigest()
    salt = "null" if leaf["salt"] is None else f'"{leaf["salt"]}"'
    head = (f'{{"seq":"{seq}","kind":"{leaf["kind"]}","at_us":"{leaf["at_us"]}","table":"{leaf["table"]}",'
            f'"row_id":"{leaf["row_id"]}","salt":{salt},"commitment":"{leaf["commitment"]}","leaf":"{made}","row":')
    return head.encode() + bytes_of + b"}"
