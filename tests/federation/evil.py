"""tests/federation/evil.py - what a member with a good key and a good contract may try: a table of
behaviours, each with the code it must get. The suite (integration/test_namespaces.py) plays them all
from the attacker's machine and compares every table and every audit leaf before and after: nothing
may have changed but the record of the refusals.

A row is (what, play, codes). play(world, node) -> Reply | code text; codes: those it may get, the
first one is the usual one. A reply whose refusal is not signed by the node counts as "unsigned:CODE".
"""
import json
import secrets
import socket
import time
import uuid

from lib import fed_peer
from lib.fed_peer import SIGNED, Line, answer_headers, b64, document, signed, when, write

ROWS = []


def row(what, *codes):
    def keep(play):
        ROWS.append((what, play, codes))
        return play
    return keep


def request(what, *codes, how=None, **change):
    """A row that is one request of evil's with something changed before it is signed. A value that
    can be called gets (world, node)."""
    def play(world, node):
        got = {k: v(world, node) if callable(v) else v for k, v in change.items()}
        return world.send(node, world.post(node, **got), **(how or {}))
    ROWS.append((what, play, codes))


def edited(what, edit, *codes):
    """A row that is a good request, edited after it was signed."""
    def play(world, node):
        asked = world.post(node)
        how = edit(asked) or {}
        return world.send(node, asked, **how)
    ROWS.append((what, play, codes))


def set_header(asked, name, value):
    asked.headers = [(n, value if n == name else v) for n, v in asked.headers]


def change_params(old, new):
    """The parameters say something else, and the signature is made for what they say: form alone."""
    def play(world, node):
        asked = world.post(node)
        if old not in asked.params:
            raise AssertionError(f"{old} is not in {asked.params}")
        asked.params = asked.params.replace(old, new, 1)
        set_header(asked, "signature-input", "fed=" + asked.params)
        asked.signature = world.evil_key.sign(asked.base())
        set_header(asked, "signature", f"fed=:{b64(asked.signature)}:")
        return world.send(node, asked)
    return play


# ---- the form of a signature ----

edited("no signature", lambda a: a.headers.__delitem__(slice(5, 7)), "sig-profile")
edited("a signature without its parameters", lambda a: a.headers.pop(5) and None, "sig-profile")
edited("another label", lambda a: set_header(a, "signature-input", "sig1=" + a.params), "sig-profile")
edited("two labels", lambda a: set_header(a, "signature-input", f"fed={a.params}, b={a.params}"),
       "sig-profile")
edited("a signature of zeros", lambda a: set_header(a, "signature", f"fed=:{b64(bytes(64))}:"),
       "bad-signature")
edited("a signature cut short", lambda a: set_header(a, "signature", f"fed=:{b64(a.signature[:63])}:"),
       "sig-profile")
edited("a signature that is no base64", lambda a: set_header(a, "signature", "fed=:????:"),
       "sig-profile")
edited("one bit of the signature", lambda a: set_header(a, "signature", "fed=:%s:" % b64(
    bytes([a.signature[0] ^ 1]) + a.signature[1:])), "bad-signature")
edited("a covered header twice", lambda a: a.headers.append(("ibasho-op", str(uuid.uuid4()))),
       "sig-profile")
for _what, _old, _new, _code in (
        ("another order of what is covered", '"@method" "@authority"', '"@authority" "@method"', "sig-profile"),
        ("the body not covered", ' "content-digest"', "", "sig-profile"),
        ("the destination not covered", ' "ibasho-dest"', "", "sig-profile"),
        ("another algorithm", 'alg="ed25519"', 'alg="hmac-sha256"', "sig-profile"),
        ("another protocol's tag", 'tag="ibasho-fed-1"', 'tag="ibasho-fed-0"', "sig-profile"),
        ("an answer's tag", 'tag="ibasho-fed-1"', 'tag="ibasho-fed-1-res"', "sig-profile"),
        ("no algorithm", ';alg="ed25519"', "", "sig-profile"),
        ("a blank more", ";created", "; created", "sig-profile"),
        ("a parameter more", ';alg="ed25519"', ';alg="ed25519";x=1', "sig-profile")):
    ROWS.append((_what, change_params(_old, _new), (_code,)))
request("a nonce of one byte", "sig-profile", nonce="AA")
request("an empty nonce", "sig-profile", nonce="")
request("a nonce of a kilobyte", "sig-profile", nonce="A" * 1024)
request("a nonce with a quote in it", "sig-profile", nonce='A" B')

# ---- who asks ----

request("a stranger's key", "unknown-key", key=lambda w, n: w.stranger)
request("a stranger under evil's name", "bad-signature", key=lambda w, n: w.stranger, kid="evil-1")
request("evil under another town's name", "bad-signature",
        kid=lambda w, n: w.keys["kawabe"][0])
request("evil under the name of whom it asks", "bad-signature", kid=lambda w, n: w.keys[n.name][0])
request("evil under the coordinator's name", "bad-signature", kid=lambda w, n: w.keys["pref"][0])
request("a root's name", "unknown-key", kid="root-1")
request("a contract that is over", "contract-ended", key=lambda w, n: w.old_key)
request("a kid in capitals", "sig-profile", kid="EVIL-1")
request("a kid with a path in it", "sig-profile", kid="../evil-1")

# ---- when and where ----

request("62 s old", "bad-time", created=lambda w, n: int(w.now()) - 62)
request("half a minute ahead", "bad-time", created=lambda w, n: int(w.now()) + 30)
request("good for five minutes", "sig-profile", "bad-time",
        expires=lambda w, n: int(w.now()) + 300)
request("over before it began", "sig-profile", "bad-time",
        expires=lambda w, n: int(w.now()) - 1)
request("a day of 1970", "sig-profile", "bad-time", created=0)
request("a negative time", "sig-profile", created=-5)
request("for another node", "wrong-dest", dest=lambda w, n: w.ids["kawabe"])
request("for itself", "wrong-dest", dest=lambda w, n: w.EVIL)
request("for no node", "sig-profile", dest="everybody")
request("for another address", "bad-signature", "wrong-authority",
        authority=lambda w, n: w.endpoint(w["kawabe"]))
edited("moved to another path", lambda a: setattr(a, "path", "/fed/v1/escrow/deposit"), "bad-signature")
edited("a query that was not signed", lambda a: setattr(a, "query", "seq=1"), "bad-signature")
edited("another method", lambda a: setattr(a, "method", "GET"), "bad-signature", "too-large")
edited("another destination in the header",
       lambda a: set_header(a, "ibasho-dest", str(uuid.uuid4())), "bad-signature", "wrong-dest")
edited("another registry in the header",
       lambda a: set_header(a, "ibasho-reg", "1:0000000000000000"), "bad-signature")
edited("another operation in the header",
       lambda a: set_header(a, "ibasho-op", str(uuid.uuid4())), "bad-signature")
request("a path that is not there", "not-found", path="/fed/v1/children")
request("a people's route by the federation's door", "unsigned:not-found", path="/api/v1/people")
request("a path with a slash more", "not-found", path="/fed/v1/ping/")
request("a path in capitals", "not-found", path="/fed/v1/PING")
request("its neighbour's method", "method-not-allowed", path="/fed/v1/node")

# ---- what it says ----

edited("another body", lambda a: {"body": b'{"n":7}'}, "bad-digest", "bad-signature")
edited("half the body", lambda a: {"body": a.body[:3]}, "bad-digest", "bad-signature")
request("no JSON", "bad-json", body=b'{"n":1')
request("nothing", "bad-json", body=b"")
request("a field twice", "bad-json", body=b'{"n":1,"n":2}')
request("a child's name", "bad-json", body='{"n":1,"name":"山田"}'.encode())
request("a number as text", "bad-json", body=b'{"n":"1"}')
request("a number beyond numbers", "bad-json", body=b'{"n":1e999}')
request("a thousand brackets", "too-large", body=b"[" * 1000 + b"]" * 1000)
request("bytes that are no text", "bad-json", body=b'{"n":1,"x":"\xff\xfe"}')
request("a NUL", "bad-json", body=b'{"n":1}\x00')
request("a text of another kind", "media", media=SIGNED)
request("over a mebibyte", "too-large", body=b" " * (1024 * 1024 + 1))
request("an operation without an id", "sig-profile", op="")
request("an operation's id in capitals", "sig-profile", op=str(uuid.uuid4()).upper())


@row("the id of an operation that was, with another body", "op-conflict")
def _(world, node):
    return world.send(node, world.post(node, body=b'{"n":99}', op=world.used_op))


@row("the same request once more", "replayed")
def _(world, node):
    asked = world.ask(node)  # GET: it changes nothing the first time either
    world.send(node, asked)
    return world.send(node, asked)


# ---- what it brings ----

def push(world, node, text):
    return world.send(node, world.post(node, "/fed/v1/registry", body=text, media=SIGNED))


@row("a registry signed by one root", "bad-signature")
def _(world, node):
    data, lines = world.roots.sign().split(b"\n\n")
    return push(world, node, data + b"\n\n" + lines.split(b"\n")[0] + b"\n")


@row("a registry with a word changed", "bad-signature")
def _(world, node):
    data, lines = world.roots.sign().split(b"\n\n")
    return push(world, node, data.replace("悪い町".encode(), "良い町".encode()) + b"\n\n" + lines)


@row("a registry signed by itself, twice", "bad-signature")
def _(world, node):
    return push(world, node, signed("registry", world.roots.last,
                                    [world.evil_key, world.stranger]))


@row("yesterday's registry", "registry-stale")
def _(world, node):
    return push(world, node, world.first_text)


@row("a registry after the next one", "registry-stale")
def _(world, node):
    seq, last = world.roots.seq, world.roots.last
    text = world.roots.publish(skip=1)
    world.roots.seq, world.roots.last = seq, last
    return push(world, node, text)


@row("an invitation as a registry", "bad-signature", "bad-json")
def _(world, node):
    return push(world, node, world.roots.invitation())


@row("a document of nothing", "bad-signature", "bad-json")
def _(world, node):
    return push(world, node, signed("registry", document("registry"), world.roots.keys[:2]))


# ---- what is for others ----

def boot_body():
    return {"generation": 1, "boot_key": fed_peer.b64url(secrets.token_bytes(32)),
            "box": fed_peer.b64url(secrets.token_bytes(60)), "until": when(time.time() + 86400 * 99)}


request("a key half left with a town", "role-denied", "not-found", path="/fed/v1/escrow/deposit",
        body=lambda w, n: boot_body())
request("a key half asked for with its own key", "unknown-key", path="/fed/v1/escrow/release",
        body={"point": fed_peer.b64url(bytes(31) + b"\x09")})
request("'the coordinator ended it'", "role-denied", path="/fed/v1/escrow/ended",
        body={"generation": 1})
request("'your half was given out'", "role-denied", path="/fed/v1/escrow/told",
        body=lambda w, n: {"op": str(uuid.uuid4()), "generation": 1, "at": when(w.now())})


def date():
    return {"n": 1, "class": 7, "from": "2026-12-01T01:00:00Z", "to": "2026-12-01T02:00:00Z",
            "cancelled": False}


for _what, _path, _code, _body in (
        ("a line without a lesson in common", "/fed/v1/link", "role-denied", {"lane": "ctl"}),
        ("a lane that there is not", "/fed/v1/link", "bad-json", {"lane": "voice"}),
        ("'accepted', of no series", "/fed/v1/series/answer", "not-found", {"answer": "accepted"}),
        ("counts of no series", "/fed/v1/series/count", "not-found",
         {"n": 1, "class": 7, "n_chosen": 1, "n_joined": 1, "n_attended": 1}),
        ("other dates of no series", "/fed/v1/series/change", "not-found",
         {"places": 1, "dates": [date()]}),
        ("the end of no series", "/fed/v1/series/end", "not-found", {}),
        ("an offer of nothing", "/fed/v1/series/offer", "bad-json", {}),
        ("a child's act in no lesson", "/fed/v1/incidents", "not-found",
         {"act": str(uuid.uuid4()), "class": 7, "pseud": fed_peer.b64url(bytes(10)), "what": 1, "on": True,
          "at": when(time.time()), "numbers": []})):
    _more = {} if _path.endswith("link") else {"series": str(uuid.uuid4())}
    request(_what, _code, path=_path, body={**_body, **_more})
for _what, _code, _who in (("'forget another town'", "role-denied", lambda w: w.ids["kawabe"]),
                           ("'forget yourself'", "role-denied", None),
                           ("'forget nobody'", "role-denied", lambda w: str(uuid.UUID(int=0)))):
    request(_what, _code, "bad-json", path="/fed/v1/purge", body=lambda w, n, who=_who: {
        "node": who(w) if who else w.ids[n.name], "ask": str(uuid.uuid4())})
request("'forget me' without a leaving", "bad-json", path="/fed/v1/purge", body=lambda w, n: {"node": w.EVIL})
request("'forget me' and one thing more", "bad-json", path="/fed/v1/purge",
        body=lambda w, n: {"node": w.EVIL, "ask": str(uuid.uuid4()), "series": str(uuid.uuid4())})
request("a stranger's 'forget me'", "unknown-key", path="/fed/v1/purge", key=lambda w, n: w.stranger,
        body=lambda w, n: {"node": w.EVIL, "ask": str(uuid.uuid4())})
request("'forget me' in a late town's name", "bad-signature", path="/fed/v1/purge", key=lambda w, n: w.stranger,
        kid=lambda w, n: w.keys["kawabe"][0], body=lambda w, n: {"node": w.ids["kawabe"], "ask": str(uuid.uuid4())})
request("a teacher without a name", "bad-json", path="/fed/v1/teachers/offer",
        body={"card": str(uuid.uuid4()), "version": 1})
for _what, _path, _code, _body in (
        ("a child who moves someday", "offer", "bad-json", {"on": "someday"}),
        ("a child who moves, by name", "offer", "bad-json", {"on": "2026-12-01", "name": "x"}),
        ("'accepted', of no child who moves", "answer", "not-found", {"answer": "accepted"}),
        ("the end of no move", "end", "not-found", {}),
        ("a child that is not theirs", "take", "not-found",
         {"piece": 0, "seq": 1, "point": fed_peer.b64url(bytes(31) + b"\x09")}),
        ("'arrived', of nothing given", "receipt", "not-found", {"sha256": fed_peer.b64url(bytes(32))})):
    request(_what, _code, path="/fed/v1/transfers/" + _path, body={**_body, "transfer": str(uuid.uuid4())})


@row("another town's own request, as it came to evil", "wrong-dest", "wrong-authority", "bad-signature")
def _(world, node):
    """What a true node signed for evil, sent on to somebody else."""
    path, headers, body = world.caught
    asked = Caught(path, headers, body)
    return world.send(node, asked)


class Caught:
    """A request as it came in, to be sent on byte for byte."""

    def __init__(self, path, headers, body):
        self.method, self.path, self.body = "POST", path, body
        lower = {n.lower(): v for n, v in headers.items()}
        self.headers = [(n, lower[n]) for n in (
            "content-digest", "content-type", "ibasho-dest", "ibasho-reg", "ibasho-op",
            "signature-input", "signature")]
        self.signature = fed_peer.base64.b64decode(lower["signature"].removeprefix("fed=").strip(":"))

    def target(self):
        return self.path


# ---- bytes on the wire ----

def raw(world, node, data):
    """The status a front or node gives to these bytes over TLS; "closed" when there is none."""
    endpoint = world.endpoint(node)
    with world.net.inside("attacker"):
        line = Line(endpoint, timeout=12)
        line.connect()
    try:
        line.sock.sendall(data.replace(b"HOST", endpoint.encode()))
        got = line.sock.recv(4096)
        return got.split(b" ")[1].decode() if got.startswith(b"HTTP/") else "closed"
    except OSError:  # ssl.SSLError is one
        return "closed"
    finally:
        line.sock.close()


def wire(what, data, *codes):
    ROWS.append((what, lambda world, node: raw(world, node, data), codes))


wire("HTTP/1.0", b"GET /fed/v1/node HTTP/1.0\r\nHost: HOST\r\n\r\n", "400")
wire("no Host", b"GET /fed/v1/node HTTP/1.1\r\n\r\n", "400", "421")
wire("another Host", b"GET /fed/v1/node HTTP/1.1\r\nHost: localhost\r\n\r\n", "421")
wire("two lengths", b"POST /fed/v1/ping HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\n"
     b"Content-Length: 9\r\n\r\n{", "400", "closed")
wire("a length and chunks", b"POST /fed/v1/ping HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "411", "400")
wire("dots in the path", b"GET /fed/v1/../../api/v1/health HTTP/1.1\r\nHost: HOST\r\n\r\n", "400")
wire("an encoded slash", b"GET /fed%2fv1/node HTTP/1.1\r\nHost: HOST\r\n\r\n", "400")
wire("a whole URL", b"GET https://localhost/api/v1/health HTTP/1.1\r\nHost: HOST\r\n\r\n", "400", "421")
wire("a header of 100 kB", b"GET /fed/v1/node HTTP/1.1\r\nHost: HOST\r\nX: " + b"x" * 100000 + b"\r\n\r\n",
     "400", "431", "closed")
wire("no HTTP at all", b"\x16\x03\x01\x02\x00\x01" * 8 + b"\r\n\r\n", "400", "closed")
wire("CONNECT", b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: HOST\r\n\r\n", "400", "405", "404", "421")


# ---- how it answers ----

def answers(what, answer):
    """The node asks evil, which answers so: it must count as no answer."""
    def play(world, node):
        def say(handler, body):
            handler.close_connection = True
            answer(world, handler, body)
        world.evil.answer = say
        told = world.ping(node, world.EVIL)
        return "answered" if told["answered"] else "no answer"
    ROWS.append((what, play, ("no answer",)))


def pong(body, world):
    return json.dumps({"n": json.loads(body)["n"], "at": when(world.now())},
                      separators=(",", ":")).encode()


def head(world, handler, body, key=None, status=200, **more):
    return answer_headers(key or world.evil_key, status, "application/json", body,
                          dict(handler.headers), **{"created": int(world.now()), **more})


answers("an answer without a signature", lambda w, h, b: write(
    h, 200, [("content-type", "application/json")], pong(b, w)))
answers("an answer signed by a stranger", lambda w, h, b: write(
    h, 200, head(w, h, pong(b, w), w.stranger), pong(b, w)))
answers("an answer signed by a member that left", lambda w, h, b: write(
    h, 200, head(w, h, pong(b, w), w.old_key), pong(b, w)))
answers("an answer whose body was changed", lambda w, h, b: write(
    h, 200, head(w, h, b"{}"), pong(b, w)))
answers("an answer whose status was changed", lambda w, h, b: write(
    h, 201, head(w, h, pong(b, w)), pong(b, w)))
answers("the answer to another request", lambda w, h, b: write(
    h, 200, answer_headers(w.evil_key, 200, "application/json", pong(b, w), {
        **{n.lower(): v for n, v in h.headers.items()}, "signature": "fed=:" + b64(bytes(64)) + ":"},
        created=int(w.now())), pong(b, w)))
answers("an old answer", lambda w, h, b: write(
    h, 200, head(w, h, pong(b, w), created=int(w.now()) - 120), pong(b, w)))
answers("a redirect", lambda w, h, b: write(
    h, 302, [("Location", "https://127.0.0.1:22/")], b""))
answers("an answer too long", lambda w, h, b: write(
    h, 200, head(w, h, b'{"n":1,"x":"' + b"a" * 400000 + b'"}'), b'{"n":1,"x":"' + b"a" * 400000 + b'"}'))
answers("no HTTP as an answer", lambda w, h, b: h.wfile.write(b"hello\r\n\r\n"))
answers("no answer at all", lambda w, h, b: h.connection.shutdown(socket.SHUT_RDWR))


def code_of(world, node, got):
    """What the node said, in a word."""
    if isinstance(got, str):
        return got
    if got.status == 200:
        return "accepted"
    try:
        code = got.code()
    except ValueError:
        return str(got.status)
    kid, _ = world.keys[node.name]
    return code if f'keyid="{kid}"' in (got.headers.get("signature-input") or "") else "unsigned:" + code
