"""tests/lib/fed_profile.py - signed requests and answers between nodes, written a second time.

What federation/profile.h and profile_gate.h promise, from RFC 9421 and RFC 9530 alone, with
Python's standard library and the `openssl` command; nothing here is shared with the C code. It
signs, it judges a request in the order of the protocol, and it reads answers. Tests compare the
two word by word.
"""
import base64
import copy
import hashlib
import json
import os
import re
import subprocess
import tempfile
import time
import uuid

COMPONENTS = ["@method", "@authority", "@path", "@query", "content-digest", "content-type",
              "ibasho-dest", "ibasho-reg", "ibasho-op"]
LIST = "(" + " ".join(f'"{c}"' for c in COMPONENTS) + ")"
ANSWER_LIST = ('("@status" "content-type" "content-digest" "signature";req;key="fed" '
               '"content-digest";req)')
TAG, ANSWER_TAG = "ibasho-fed-1", "ibasho-fed-1-res"
MEDIA = {"application/json": 1 << 20, "text/vnd.ibasho.signed": (2 << 20) + 1 + 8 * 131}
ANSWER_MEDIA = {**MEDIA, "application/problem+json": 1 << 20}
LIFE_S, AHEAD_S, KEPT_S, PER_KID = 60, 5, 180, 65536
ROLES = ["host", "guest", "kpi", "coordinator", "witness"]

# The two ways of writing an Ed25519 key that openssl reads (RFC 8410), around 32 raw bytes.
_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
_SPKI = bytes.fromhex("302a300506032b6570032100")
_room = tempfile.TemporaryDirectory(prefix="ibasho-fed-")


def _file(name, content):
    path = os.path.join(_room.name, name)
    with open(path, "wb") as f:
        f.write(content)
    return path


def _pem(kind, der):
    text = base64.b64encode(der).decode()
    return f"-----BEGIN {kind} KEY-----\n{text}\n-----END {kind} KEY-----\n".encode()


class Key:
    """A private key from its 32 secret bytes."""

    def __init__(self, raw):
        self.path = _file(f"{raw.hex()}.pem", _pem("PRIVATE", _PKCS8 + raw))
        der = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"],
                             check=True, capture_output=True).stdout
        assert der[:12] == _SPKI
        self.public = der[12:]

    def sign(self, text):
        path = _file("to-sign", text)
        return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path,
                               "-in", path], check=True, capture_output=True).stdout


def holds(public, text, signature):
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin",
         "-inkey", _file("public.pem", _pem("PUBLIC", _SPKI + public)),
         "-in", _file("signed", text), "-sigfile", _file("signature", signature)],
        check=False, capture_output=True)
    return done.returncode == 0 and b"Verified Successfully" in done.stdout


class Message:
    """A request as on the line: the query without its question mark, header names in small
    letters. Values are bytes."""

    def __init__(self, method=b"POST", authority=b"host.example:8443", path=b"/fed/v1/ping",
                 query=b"", body=b'{"hello":"world"}', headers=()):
        self.method, self.authority, self.path, self.query = method, authority, path, query
        self.body, self.headers = body, list(headers)

    def copy(self):
        return copy.deepcopy(self)

    def one(self, name):
        found = [value for n, value in self.headers if n == name]
        return found[0] if len(found) == 1 else None

    def count(self, name):
        return sum(n == name for n, _ in self.headers)

    def put(self, name, value):
        """Instead of the one that is there."""
        self.headers = [(n, value if n == name else v) for n, v in self.headers]
        return self


def digest(body):
    return b"sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()) + b":"


def component(message, name):
    """The value of a component of a request (RFC 9421, section 2)."""
    if name == "@query":
        return b"?" + message.query
    if name.startswith("@"):
        return getattr(message, name[1:])
    return message.one(name.encode())


def base_of(message, names, params):
    """Section 2.5."""
    lines = [f'"{name}": '.encode() + component(message, name) for name in names]
    return b"\n".join([*lines, b'"@signature-params": ' + params])


def nonce_text(number):
    return base64.urlsafe_b64encode(number.to_bytes(16, "little")).decode().rstrip("=")


def params_text(kid, created, nonce, expires=None, names=LIST, alg="ed25519", tag=TAG):
    expires = created + LIFE_S if expires is None else expires
    return (f'{names};created={created};expires={expires};nonce="{nonce}";keyid="{kid}"'
            f';alg="{alg}";tag="{tag}"')


def put_headers(message, dest, reg, op, media="application/json"):
    message.headers += [(b"content-digest", digest(message.body)),
                        (b"content-type", media.encode()), (b"ibasho-dest", dest.encode()),
                        (b"ibasho-reg", reg.encode()), (b"ibasho-op", op.encode())]


def put_signature(message, key, params, names=None, label="fed"):
    """Adds the two headers; names: what the base is made of, when it is not the profile's."""
    signature = key.sign(base_of(
        message, COMPONENTS if names is None else names, params.encode()))
    message.headers += [(b"signature-input", f"{label}={params}".encode()),
                        (b"signature", f"{label}=:".encode() + base64.b64encode(signature) + b":")]
    return message


# ---- reading ----

_NUMBER = r"(0|[1-9][0-9]{0,14})"
_KID = r'"([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)"'
_INPUT = re.compile(("fed=(" + re.escape(LIST) + f";created={_NUMBER};expires={_NUMBER}"
                     r';nonce="([A-Za-z0-9_-]{22})";keyid=' + _KID
                     + f';alg="ed25519";tag="{TAG}")').encode())
_ANSWER_INPUT = re.compile(("fed=(" + re.escape(ANSWER_LIST) + f";created={_NUMBER};keyid="
                            + _KID + f';alg="ed25519";tag="{ANSWER_TAG}")').encode())
_REG = re.compile(rb"([1-9][0-9]{0,14}):([0-9a-f]{16})")
_NAME = re.compile(rb"[a-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(rb"(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?")
_PATH = re.compile(rb"/[\x21\x22\x24-\x3e\x40-\x7e]*")
_QUERY = re.compile(rb"[\x21\x22\x24-\x7e]*")
_AUTHORITY = re.compile(rb"[a-z0-9.:-]+")
ONCE = [b"content-digest", b"content-type", b"ibasho-dest", b"ibasho-reg", b"ibasho-op",
        b"signature-input", b"signature", b"host", b"content-length"]


def _base64(text, length):
    """Exactly those bytes in their one spelling, or None."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return raw if len(raw) == length and base64.b64encode(raw) == text else None


def _framed(value, before, length):
    """BEFORE:BASE64: or None."""
    if value is None or not value.startswith(before + b":") or not value.endswith(b":"):
        return None
    return _base64(value[len(before) + 1:-1], length)


def _id(value):
    try:
        read = uuid.UUID(value.decode("ascii"))
    except (AttributeError, ValueError):
        return None
    return str(read) if read.int != 0 and str(read).encode() == value else None


def _too_large(headers):
    sizes = [len(n) + len(v) + 4 for n, v in headers]
    return (len(headers) > 64 or sum(sizes) > 16384
            or any(len(n) > 4096 or len(v) > 4096 for n, v in headers))


def _lines_are_good(message):
    """Of a request or an answer: its headers, and where the body ends."""
    if not all(_NAME.fullmatch(n) and _VALUE.fullmatch(v) for n, v in message.headers):
        return False
    if any(message.count(name) > 1 for name in ONCE) or message.count(b"transfer-encoding"):
        return False
    length = message.one(b"content-length")
    return not message.count(b"content-length") or length == str(len(message.body)).encode()


class Refused(Exception):
    pass


class Claim:
    def __init__(self, message):
        """Sizes, form, kind of body; raises Refused(code)."""
        if (len(message.body) > MEDIA["text/vnd.ibasho.signed"] or len(message.path) > 1024
                or len(message.query) > 2048 or len(message.authority) > 262
                or _too_large(message.headers)):
            raise Refused("too-large")
        if (not _lines_are_good(message) or message.method not in (b"GET", b"POST")
                or not _AUTHORITY.fullmatch(message.authority)
                or not _PATH.fullmatch(message.path) or not _QUERY.fullmatch(message.query)):
            raise Refused("sig-profile")
        read = _INPUT.fullmatch(message.one(b"signature-input") or b"")
        self.digest = _framed(message.one(b"content-digest"), b"sha-256=", 32)
        self.signature = _framed(message.one(b"signature"), b"fed=", 64)
        self.dest, self.op = _id(message.one(b"ibasho-dest")), _id(message.one(b"ibasho-op"))
        self.reg = _REG.fullmatch(message.one(b"ibasho-reg") or b"")
        media = message.one(b"content-type")
        if None in (read, self.digest, self.signature, self.dest, self.op, self.reg) or not media:
            raise Refused("sig-profile")
        params, created, expires, nonce, kid = read.groups()
        self.created, self.expires, self.kid = int(created), int(expires), kid.decode()
        self.nonce = _base64(nonce.translate(bytes.maketrans(b"-_", b"+/")) + b"==", 16)
        if (self.nonce is None or not 1 <= self.created <= 99999999999
                or not 1 <= self.expires - self.created <= LIFE_S):
            raise Refused("sig-profile")
        if message.count(b"content-encoding") or media.decode() not in MEDIA:
            raise Refused("media")
        if len(message.body) > MEDIA[media.decode()]:
            raise Refused("too-large")
        self.base = base_of(message, COMPONENTS, params)


class Registry:
    """Members by name: {node, roles, endpoint, from, to, keys: [{kid, public, from, to, use}]};
    times in seconds. `gone`: kids of members that were taken out."""

    def __init__(self, members, revoked, gone, now):
        self.members, self.revoked, self.gone, self.now = members, revoked, gone, now
        self.bytes = self._write()
        self.head = f"1:{hashlib.sha256(self.bytes).hexdigest()[:16]}"

    def find(self, kid, now_us):
        for member in self.members.values():
            for key in member["keys"]:
                if key["kid"] != kid:
                    continue
                if (key["use"] != "request" or kid in self.revoked
                        or not key["from"] * 10**6 <= now_us < key["to"] * 10**6):
                    raise Refused("unknown-key")
                if not member["from"] * 10**6 <= now_us < member["to"] * 10**6:
                    raise Refused("contract-ended")
                return member, key
        raise Refused("not-member" if kid in self.gone else "unknown-key")

    def _write(self):
        """The document as federation/registry_doc.h lays it out."""
        def when(second):
            return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(second))

        def raw(octets):
            return base64.urlsafe_b64encode(octets).decode().rstrip("=")

        def line(thing):
            return json.dumps(thing, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

        rows = []
        for member in self.members.values():
            keys = [{"kid": k["kid"], "ed25519": raw(k["public"]), "use": k["use"],
                     "not_before": when(k["from"]), "not_after": when(k["to"])}
                    for k in member["keys"]]
            rows.append({"node": member["node"], "name_ja": member["name_ja"],
                         "endpoint": member["endpoint"], "tier": 0, "capacity": 30,
                         "roles": member["roles"], "spki": [{"sha256": raw(bytes(32))}],
                         "keys": keys, "contract": {"id": "c-1", "from": when(member["from"]),
                                                    "to": when(member["to"])}})
        rows.sort(key=lambda row: row["node"])
        owners = {k["kid"]: m["node"] for m in self.members.values() for k in m["keys"]}
        away = [{"kid": kid, "node": owners.get(kid, str(uuid.UUID(int=0x99))),
                 "at": when(self.now - 100), "reason": "lost"}
                for kid in sorted([*self.revoked, *self.gone])]
        roots = [{"kid": f"root-{c}", "ed25519": raw(bytes([c.encode()[0]] * 32)),
                  "holder_ja": "持つ人"} for c in "abc"]
        head = {"federation": "sample", "name_ja": "見本", "seq": 1, "issued": when(self.now - 60),
                "expires": when(self.now + 86400), "threshold": 2, "min_client": 1,
                "n_members": len(rows), "n_revoked": len(away), "roots": roots,
                "thresholds": {"coordinator_k": 5, "round_to": 5,
                               "tiers": [{"population_under": 0, "hide_under": 10}]}}
        lines = [{"doc": "registry", "v": 1}, head, *rows, *away]
        return "".join(line(thing) + "\n" for thing in lines).encode()


class Gate:
    """profile_gate.h once more, with its own memory of nonces."""

    def __init__(self, registry, node, authority, open_us):
        self.registry, self.node, self.open_us = registry, node, open_us
        self.authority = authority.removesuffix(":443").encode()
        self.used = {}  # (kid, nonce) -> until

    def check(self, message, now_us, roles=()):
        try:
            return self._check(message, now_us, roles)
        except Refused as why:
            return why.args[0]

    def _check(self, message, now_us, roles):
        claim = Claim(message)
        member, key = self.registry.find(claim.kid, now_us)
        if message.authority != self.authority:
            raise Refused("wrong-authority")
        if claim.dest != self.node:
            raise Refused("wrong-dest")
        created_us, expires_us = claim.created * 10**6, claim.expires * 10**6
        if (created_us > now_us + AHEAD_S * 10**6 or now_us - created_us > LIFE_S * 10**6
                or now_us > expires_us):
            raise Refused("bad-time")
        if created_us < self.open_us + AHEAD_S * 10**6:
            raise Refused("early-boot")
        if not holds(key["public"], claim.base, claim.signature):
            raise Refused("bad-signature")
        self._take(claim, now_us)
        if hashlib.sha256(message.body).digest() != claim.digest:
            raise Refused("bad-digest")
        if roles and not set(roles) & set(member["roles"]):
            raise Refused("role-denied")
        return "ok"

    def _take(self, claim, now_us):
        self.used = {k: until for k, until in self.used.items() if until > now_us}
        if (claim.kid, claim.nonce) in self.used:
            raise Refused("replayed")
        if sum(kid == claim.kid for kid, _ in self.used) >= PER_KID:
            raise Refused("nonce-full")
        self.used[claim.kid, claim.nonce] = now_us + KEPT_S * 10**6


# ---- answers ----

def answer_base(request, status, message, params):
    bound = request.one(b"signature")[len(b"fed="):]
    lines = [f'"@status": {status}'.encode(),
             b'"content-type": ' + message.one(b"content-type"),
             b'"content-digest": ' + message.one(b"content-digest"),
             b'"signature";req;key="fed": ' + bound,
             b'"content-digest";req: ' + request.one(b"content-digest"),
             b'"@signature-params": ' + params]
    return b"\n".join(lines)


def sign_answer(request, key, kid, status, body, created, media="application/json"):
    """The answer as a Message that has headers and a body alone."""
    message = Message(b"", b"", b"", b"", body,
                      [(b"content-type", media.encode()), (b"content-digest", digest(body))])
    params = f'{ANSWER_LIST};created={created};keyid="{kid}";alg="ed25519";tag="{ANSWER_TAG}"'
    signature = key.sign(answer_base(request, status, message, params.encode()))
    message.headers += [(b"signature-input", f"fed={params}".encode()),
                        (b"signature", b"fed=:" + base64.b64encode(signature) + b":")]
    return message


def check_answer(registry, peer, request, status, message, now_us):
    try:
        read = _ANSWER_INPUT.fullmatch(message.one(b"signature-input") or b"")
        named = _framed(message.one(b"content-digest"), b"sha-256=", 32)
        signature = _framed(message.one(b"signature"), b"fed=", 64)
        media = message.one(b"content-type")
        if None in (read, named, signature, media) or not _lines_are_good(message):
            return "sig-profile"
        if media.decode() not in ANSWER_MEDIA:
            return "media"
        if named != hashlib.sha256(message.body).digest():
            return "bad-digest"
        params, created, kid = read.groups()
        member, key = registry.find(kid.decode(), now_us)
        if member["node"] != peer:
            return "unknown-key"
        if abs(now_us - int(created) * 10**6) > LIFE_S * 10**6:
            return "bad-time"
        text = answer_base(request, status, message, params)
        return "ok" if holds(key["public"], text, signature) else "bad-signature"
    except Refused as why:
        return why.args[0]
