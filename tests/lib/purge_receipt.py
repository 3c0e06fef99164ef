"""tests/lib/purge_receipt.py - a receipt of a purge (federation/purge_receipt.h), checked and made
without a line of the product: standard library and `openssl` alone."""
import base64
import hashlib
import json
import re

from lib.fed_peer import b64, b64url, is_signed_by, when

SPKI = bytes.fromhex("302a300506032b6570032100")
TYPE = "ibasho-purge/1"


def un64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def kid_of(public):
    return hashlib.sha256(SPKI + public).hexdigest()


def jws(payload, key, kind=TYPE, text=None):
    """A JWS of one signature, in the one form; text: another payload than a canonical one."""
    body = b64url((text or compact(payload)).encode())
    head = b64url(compact({"alg": "EdDSA", "kid": kid_of(key.public), "typ": kind}).encode())
    return compact({"payload": body, "signatures": [
        {"protected": head, "signature": b64url(key.sign(f"{head}.{body}".encode()))}]}) + "\n"


def is_under(leaf, index, size, proof, root):
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = sha256(b"\x01", p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\x01", r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def opened(text, member):
    """The payload of a receipt that holds, by the line of the registry (its text) of whose word it
    is; a text: what is wrong with it."""
    outer = json.loads(text)
    if compact(outer) + "\n" != text or len(outer["signatures"]) != 1:
        return "form"
    one = outer["signatures"][0]
    head = json.loads(un64url(one["protected"]))
    line = json.loads(member)
    public = {kid_of(un64url(k["ed25519"])): un64url(k["ed25519"]) for k in line["keys"]
              if k["use"] == "request"}.get(head["kid"])
    if public is None or head != {"alg": "EdDSA", "kid": head["kid"], "typ": TYPE}:
        return "key"
    if not is_signed_by(public, f"{one['protected']}.{outer['payload']}".encode(),
                        un64url(one["signature"])):
        return "signature"
    payload = un64url(outer["payload"]).decode()
    receipt = json.loads(payload)
    if compact(receipt) != payload or receipt["by"] != line["node"]:
        return "payload"
    return receipt if log_holds(receipt) else "log"


def log_holds(receipt):
    """Its leaf is under its checkpoint, which the key of that log signed."""
    name, _, key = receipt["log_key"].split("+", 2)
    note = receipt["checkpoint"]
    body, _, tail = note.partition("\n\n")
    origin, size, root = body.split("\n")
    signature = re.fullmatch(rf"\N{{EM DASH}} {re.escape(name)} (\S+)\n", tail)
    public = base64.b64decode(key)[1:]
    return (origin == name and signature is not None and
            is_signed_by(public, (body + "\n").encode(), base64.b64decode(signature.group(1))[4:]) and
            is_under(un64url(receipt["leaf_hash"]), receipt["leaf"], int(size),
                     [un64url(p["hash"]) for p in receipt["proof"]], base64.b64decode(root)))


def made(key, now, **fields):
    """What a member of other make says: a log of one leaf, and a receipt with that leaf."""
    leaf = sha256(b"\x00", b"a leaf")
    body = f"evil.ibasho\n1\n{b64(leaf)}\n"
    name_id = sha256(b"evil.ibasho\n\x01" + key.public)[:4]
    note = f"{body}\n\N{EM DASH} evil.ibasho {b64(name_id + key.sign(body.encode()))}\n"
    return {"contract": "keiyaku-1", "asked_at": when(now - 2), "cleared_at": when(now - 1), "at": when(now),
            "rows": [{"table": "fed_line", "n": 0}], "series": [], "keys": 0, "box": "none", "leaf": 0,
            "leaf_hash": b64url(leaf), "checkpoint": note, "proof": [],
            "log_key": f"evil.ibasho+{name_id.hex()}+{b64(chr(1).encode() + key.public)}", **fields}
