#!/usr/bin/python3
# tests/run: left 420
"""Everything the guide lists as hostile or broken input (guides/reliability.md, sections 2, 3.5 and
4), sent to a whole node twice: through its front, as anyone outside can, and straight to the
server's socket as the front's user, as only a broken front could. Each case says what each of the
two must answer and proves that nothing was changed: no decision, no account, no other process.

Every refused request carries, or is followed on the same connection by, a real change with a real
session. A change that is let through would leave a row.
"""
import concurrent.futures
import json
import os
import pwd
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes  # noqa: E402
from lib.t import case, main  # noqa: E402

SETTING = "/api/v1/settings/first_page.message"
PROBLEM = "application/problem+json"
WAYS = ("front", "direct")

nodes = Nodes("aozora")
nodes.__enter__()
node = nodes["aozora"]
ORIGIN = node.url("public")
HOST, PORT = re.match(r"https://([^:]+):(\d+)", ORIGIN).groups()
FRONT_UID = int(subprocess.check_output(["id", "-u", node.front_user]))
PUBLIC_SOCKET = node.run_dir + "/front/public.sock"
TLS = node.context("public")


def sign_in(role):
    session = node.sign_in(node.account(role))
    return "; ".join(f"{k}={v}" for k, v in session.cookies.items())


COOKIE = sign_in("contractor")
COOKIE_CHILD = sign_in("student")


# ---- sending bytes -------------------------------------------------------------------------------

WHO_LOCK = threading.Lock()  # the effective user is the whole process's


def connect_as(uid, path):
    """SO_PEERCRED tells the other side the effective user at the moment of connect."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    gid = 65534 if uid == 65534 else pwd.getpwuid(uid).pw_gid
    with WHO_LOCK:
        groups = os.getgroups()
        os.setgroups([])
        os.setegid(gid)
        os.seteuid(uid)
        try:
            s.connect(path)
        finally:
            os.seteuid(0)
            os.setegid(0)
            os.setgroups(groups)
    return s


def connect(way):
    if way == "direct":
        return connect_as(FRONT_UID, PUBLIC_SOCKET)
    return TLS.wrap_socket(socket.create_connection(("127.0.0.1", int(PORT)), 10),
                           server_hostname=HOST)


def read_to_end(s, seconds):
    out = b""
    s.settimeout(seconds)
    try:
        while True:
            got = s.recv(65536)
            if not got:
                break
            out += got
    except (TimeoutError, socket.timeout, OSError):
        pass
    return out


class Answer:
    """One response of the raw bytes; rest is what came behind it."""

    def __init__(self, raw):
        self.raw = raw
        head, _, rest = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        self.status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        self.headers = {k.lower(): v for k, _, v in (l.partition(": ") for l in lines[1:])}
        n = int(self.headers.get("content-length", 0))
        self.body, self.rest = rest[:n], rest[n:]

    @property
    def code(self):
        if self.headers.get("content-type") != PROBLEM:
            return None
        return json.loads(self.body)["code"]


def ask_raw(way, data, seconds=1.0, pieces=1):
    """Sends data, reads until the other side closes or is quiet for some time."""
    s = connect(way)
    try:
        try:
            if pieces == 1:
                s.sendall(data)
            else:
                for i in range(0, len(data), pieces):
                    s.sendall(data[i:i + pieces])
        except OSError:
            pass  # refused while we were still talking
        return Answer(read_to_end(s, seconds))
    finally:
        s.close()


def head(way, line, *lines, host=True):
    """A head with what every request needs; lines may add or double it."""
    out = [line]
    if host:
        out.append(f"Host: {HOST}:{PORT}")
    if way == "direct":
        out += ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https"]
    out += lines
    return ("\r\n".join(out) + "\r\n\r\n").encode()


def change(way, *lines, body=None, cookie=COOKIE, origin=ORIGIN, length=None, method="PUT",
           target=SETTING, kind="application/json"):
    """A real change of a setting, unless a line spoils it."""
    if body is None:
        body = json.dumps({"id": str(uuid.uuid4()), "value": "hacked"}).encode()
    out = [f"Cookie: {cookie}", f"Content-Length: {len(body) if length is None else length}"]
    if kind:
        out.append(f"Content-Type: {kind}")
    if origin:
        out.append(f"Origin: {origin}")
    return head(way, f"{method} {target} HTTP/1.1", *out, *lines) + body


def fingerprint():
    """What must not change: rows of every table but the access record's, and the processes."""
    rows = node.psql("SELECT (SELECT count(*) FROM setting), (SELECT count(*) FROM account),"
                     " (SELECT count(*) FROM access_record WHERE action <> 'refused')")
    return rows, {k: v[0] for k, v in node.rows().items()}


def expect(t, what, way, answer, status, code):
    """status may be a set; code None: whatever the front's own parser says."""
    wanted = status if isinstance(status, (set, tuple)) else {status}
    t.ok(answer.status in wanted, f"{what}, {way}",
         f"got {answer.status} {answer.raw[:160]!r}, want {status}")
    if code is not None and answer.status in wanted and answer.status >= 400:
        t.eq(answer.code, code, f"{what}, {way}: code")


def refuse_all(t, rows):
    """rows: what, data(way), {way: (status, code)}; each also proves that nothing changed."""
    before = fingerprint()
    for what, data, want in rows:
        for way in WAYS:
            expect(t, what, way, ask_raw(way, data(way)), *want[way])
        t.eq(fingerprint(), before, f"{what}: nothing changed")
        before = fingerprint()


def both(status, code):
    return {"front": (status, code), "direct": (status, code)}


# ---- the cases -----------------------------------------------------------------------------------

@case
def http_good_change_is_made_both_ways(t):
    """The control: without a spoiling line the same request does change something."""
    for way in WAYS:
        before = fingerprint()[0]
        answer = ask_raw(way, change(way))
        t.eq(answer.status, 200, f"{way}: changed")
        t.ok(fingerprint()[0] != before, f"{way}: and a row says so")


@case
def http_smuggled_requests_are_never_executed(t):
    """Two readings of one byte stream: both must end at the first request."""
    def with_second(*lines, body=b"0\r\n\r\n", length=None):
        return lambda way: head(
            way, f"POST {SETTING} HTTP/1.1", f"Cookie: {COOKIE}", f"Origin: {ORIGIN}",
            "Content-Type: application/json", *lines,
            *([] if length is None else [f"Content-Length: {length}"])) + body + change(way)

    def with_inner(*lines):
        """The second request is data of the first one's only chunk."""
        def data(way):
            inner = change(way)
            return head(way, f"POST {SETTING} HTTP/1.1", f"Cookie: {COOKIE}", f"Origin: {ORIGIN}",
                        "Content-Type: application/json", *lines) + \
                b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner)
        return data

    malformed = {"front": (400, None), "direct": (400, "bad-request")}
    by_library = {"front": (400, None), "direct": (400, None)}
    refuse_all(t, [
        ("length and coding", with_second("Content-Length: 5", "Transfer-Encoding: chunked"),
         {"front": (411, "length-needed"), "direct": (400, "bad-request")}),
        ("coding and length", with_second("Transfer-Encoding: chunked", "Content-Length: 5"),
         {"front": (411, "length-needed"), "direct": (400, "bad-request")}),
        ("two different lengths", with_second("Content-Length: 5", "Content-Length: 500"),
         malformed),
        ("two lengths in one header", with_second("Content-Length: 5, 500"), by_library),
        ("blank before the colon", with_second("Content-Length : 5"), malformed),
        ("length with a sign", with_second("Content-Length: +5"), by_library),
        ("length in hexadecimal", with_second("Content-Length: 0x5"), by_library),
        ("length beyond all bounds", with_second("Content-Length: 99999999999999999999"),
         {"front": ({400, 413}, None), "direct": (413, None)}),
        ("length below zero", with_second("Content-Length: -5"), by_library),
        ("chunked alone", with_inner("Transfer-Encoding: chunked"), both(411, "length-needed")),
        ("unknown coding", with_inner("Transfer-Encoding: xchunked"),
         {"front": ({400, 411, 422, 501}, None), "direct": (501, "coding")}),
        ("a list of codings", with_inner("Transfer-Encoding: gzip, chunked"),
         {"front": ({400, 411, 422, 501}, None), "direct": (501, "coding")}),
        ("two codings", with_inner("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
         {"front": ({400, 411, 422, 501}, None), "direct": (400, "bad-request")}),
        ("coding hidden by a tab", with_inner("Transfer-Encoding:\tchunked", "Content-Length: 5"),
         {"front": ({400, 411}, None), "direct": (400, "bad-request")}),
        ("coding hidden by a fold", with_inner("Transfer-Encoding:\r\n chunked"),
         {"front": ({400, 411}, None), "direct": (400, "bad-request")}),
    ])


@case
def http_pipelined_requests_are_each_answered_once(t):
    """The other side of the same coin: two good requests are two requests."""
    for way in WAYS:
        s = connect(way)
        s.sendall(head(way, "GET /api/v1/health HTTP/1.1") * 2)
        raw = read_to_end(s, 1.0)
        s.close()
        first = Answer(raw)
        t.eq((first.status, Answer(first.rest).status), (200, 200), f"{way}: two answers")
        t.eq(raw.count(b"HTTP/1.1 "), 2, f"{way}: and no third")


@case
def http_malformed_heads_are_refused(t):
    cookie, origin = f"Cookie: {COOKIE}", f"Origin: {ORIGIN}"

    def spoiled(old, new):
        return lambda way: change(way).replace(old, new, 1)

    malformed = {"front": (400, None), "direct": (400, "bad-request")}
    refuse_all(t, [
        ("two hosts", lambda way: change(way, "Host: evil.example"), malformed),
        ("no host", lambda way: change(way).replace(f"Host: {HOST}:{PORT}\r\n".encode(), b"", 1),
         {"front": ({400, 421}, None), "direct": (400, "bad-request")}),
        ("host with a user", spoiled(b"Host: ", b"Host: a@"), {"front": ({400, 421}, None),
                                                               "direct": (400, "bad-request")}),
        ("two origins", lambda way: change(way, "Origin: https://evil.example"),
         both(400, "bad-request")),
        ("the same origin twice", lambda way: change(way, origin), both(400, "bad-request")),
        ("two cookie headers", lambda way: change(way, cookie), both(400, "bad-request")),
        ("our cookie twice", lambda way: change(way, cookie=f"{COOKIE}; {COOKIE}"),
         both(400, "bad-request")),
        ("our cookie with a quote", lambda way: change(way, cookie=COOKIE + '"'),
         both(400, "bad-request")),
        ("two types", lambda way: change(way, "Content-Type: text/plain"),
         both(400, "bad-request")),
        ("NUL in a value", lambda way: change(way, "X-A: a\0b"), malformed),
        ("NUL in the last value", spoiled(b"\r\n\r\n", b"\r\nX-A: a\0\r\n\r\n"), malformed),
        ("NUL in a name", lambda way: change(way, "X-A\0: a"), {"front": (400, None),
                                                                "direct": (400, None)}),
        ("control byte in a value", lambda way: change(way, "X-A: a\x01b"), malformed),
        ("DEL in a value", lambda way: change(way, "X-A: a\x7fb"), malformed),
        ("CR in a value", lambda way: change(way, "X-A: a\rb"), malformed),
        ("a name that is no token", lambda way: change(way, "X A: a"), malformed),
        ("a name in brackets", lambda way: change(way, "X(A): a"), malformed),
        ("no name", lambda way: change(way, ": a"), malformed),
        ("no colon", lambda way: change(way, "X-A a"), {"front": (400, None),
                                                       "direct": (400, None)}),
        ("HTTP/1.0", spoiled(b"HTTP/1.1", b"HTTP/1.0"), both(400, "bad-request")),
        ("HTTP/3.0", spoiled(b"HTTP/1.1", b"HTTP/3.0"), {"front": ({400, 426, 505}, None),
                                                         "direct": ({400, 505}, None)}),
        ("no version", spoiled(b" HTTP/1.1", b""), {"front": ({400, 426, 505}, None),
                                                    "direct": ({0, 400, 505}, None)}),
        ("two forwarded addresses by hand",
         lambda way: change(way, "X-Forwarded-For: 192.0.2.9") if way == "direct"
         else change(way, "X A: a"), malformed),
    ])


@case
def http_line_ends_and_folds_are_read_in_one_way_only(t):
    """The front mends bare LF, folds and blanks and passes on one clean form (RFC 9112, sections
    2.2 and 5.2 allow it); the server itself refuses them. Either way there is one request."""
    def with_lf(way):
        return head(way, "GET /api/v1/health HTTP/1.1").replace(b"\r\n", b"\n")

    def with_fold(way):
        return head(way, "GET /api/v1/health HTTP/1.1", "X-A: a", " b", "X-C: d")

    def with_fold_last(way):
        return head(way, "GET /api/v1/health HTTP/1.1", "X-A: a", "\tb")

    def with_blanks(way):
        return head(way, "GET  /api/v1/health  HTTP/1.1")

    def with_one_lf(way):
        return head(way, "GET /api/v1/health HTTP/1.1", "X-A: a\nX-B: b")

    for what, data in (("bare LF", with_lf), ("one bare LF", with_one_lf), ("fold", with_fold),
                       ("fold at the end", with_fold_last), ("two blanks", with_blanks)):
        expect(t, what, "direct", ask_raw("direct", data("direct")),
               {400} if what != "bare LF" else {400}, "bad-request")
        answer = ask_raw("front", data("front"))
        t.ok(answer.status in (200, 400), f"{what}, front", answer.status)
        t.eq(answer.raw.count(b"HTTP/1.1 "), 1, f"{what}, front: one answer")


@case
def http_targets_that_could_mean_two_things_are_refused(t):
    def to(target):
        return lambda way: change(way, target=target)

    bad = both(400, "bad-request")
    rows = [(what, to(target), bad) for what, target in (
        ("encoded NUL", SETTING + "%00"), ("encoded NUL within", "/api/v1/settings/first%00page"),
        ("dot-dot", "/x/.." + SETTING), ("dot-dot to a file", "/../../etc/passwd"),
        ("encoded dot-dot", "/x/%2e%2e" + SETTING), ("half-encoded dot-dot", "/x/.%2E" + SETTING),
        ("encoded dot-dot and slash", "/x/%2e%2e%2f" + SETTING[1:]),
        ("encoded slash", "/api/v1%2fsettings/first_page.message"),
        ("encoded backslash", "/api/v1%5csettings/first_page.message"),
        ("backslash", "/api/v1\\settings/first_page.message"),
        ("two slashes", "/api//v1/settings/first_page.message"), ("dot", "/api/./v1/settings/x"),
        ("not UTF-8", "/api/v1/settings/%ff%fe"), ("overlong slash", "/api%c0%afv1/settings/x"),
        ("cut percent", SETTING + "%4"), ("percent and no digits", SETTING + "%zz"),
        ("encoded line end", SETTING + "%0d%0aX-A:%20b"), ("encoded DEL", SETTING + "%7f"),
        ("encoded C1 control", SETTING + "%c2%85"), ("a name twice", SETTING + "?a=1&a=2"),
        ("a bracket name", SETTING + "?a[]=1"), ("NUL in the query", SETTING + "?a=%00"),
    )]
    plain = {"front": (400, None), "direct": (400, "bad-request")}
    rows += [
        ("plain NUL", to(SETTING + "\0x"), {"front": (400, None), "direct": (400, "bad-request")}),
        ("plain UTF-8", lambda way: change(way, target="/api/v1/settings/@").replace(
            b"/@", "/設定".encode()), plain),
        ("asterisk", to("*"), {"front": ({400, 421}, None), "direct": (400, "bad-request")}),
        ("fragment", to(SETTING + "#x"), plain),
        ("blank", to("/api/v1/settings/first page.message"), {"front": (400, None),
                                                              "direct": (400, None)}),
    ]
    refuse_all(t, rows)
    before = fingerprint()
    absolute = ask_raw("direct", change("direct", target=ORIGIN + SETTING))
    expect(t, "absolute form", "direct", absolute, 400, "bad-request")
    t.eq(fingerprint(), before, "absolute form: nothing changed")


@case
def http_oversized_is_refused(t):
    long_value = "v" * 20000
    body = json.dumps({"id": str(uuid.uuid4()), "value": "x" * 70000}).encode()
    refuse_all(t, [
        ("a header of 20 KB", lambda way: change(way, f"X-A: {long_value}"),
         both(431, "head-too-large")),
        ("a header of 40 KB", lambda way: change(way, f"X-A: {long_value * 2}"), both(431, None)),
        ("a header of 90 KB", lambda way: change(way, "X-A: " + "v" * 90000),
         {"front": (400, None), "direct": (431, None)}),
        ("a hundred headers", lambda way: change(way, *(f"X-{i}: a" for i in range(90))),
         both(431, "head-too-large")),
        ("a thousand headers", lambda way: change(way, *(f"X-{i}: a" for i in range(1000))),
         {"front": (400, None), "direct": (431, None)}),
        ("a target of 3 KB", lambda way: change(way, target=SETTING + "?a=" + "b" * 3000),
         both(414, "target-too-large")),
        ("a target of 20 KB", lambda way: change(way, target=SETTING + "?a=" + "b" * 20000),
         both({414, 431}, None)),
        ("a target of 13 segments", lambda way: change(way, target="/api" + "/a" * 13),
         both(414, "target-too-large")),
        ("17 query pairs", lambda way: change(way, target=SETTING + "?" + "&".join(
            f"a{i}=1" for i in range(17))), both(414, "target-too-large")),
        ("a body over 64 KiB", lambda way: change(way, body=body), both(413, "too-large")),
        ("a promised body of a terabyte", lambda way: change(way, body=b"{", length=10 ** 12),
         both(413, "too-large")),
        ("a body where none is wanted", lambda way: change(way, method="DELETE",
                                                           target="/api/v1/session"),
         both(413, "too-large")),
        ("GET with a body", lambda way: change(way, method="GET", target="/api/v1/settings"),
         both(413, "too-large")),
        ("a page with a body", lambda way: change(way, method="GET", target="/"),
         both(413, "too-large")),
    ])


@case
def http_slow_senders_are_ended(t):
    """Absolute deadlines: ten seconds for a head, thirty for a body, whatever trickles in."""
    def trickle(way, start, part, seconds):
        s = connect(way)
        began = time.monotonic()
        raw = b""
        s.settimeout(0.5)
        try:
            s.sendall(start)
            while time.monotonic() - began < seconds:
                try:
                    got = s.recv(65536)
                    if not got:
                        break
                    raw += got
                except (TimeoutError, socket.timeout, ssl.SSLWantReadError):
                    s.sendall(part)
        except OSError:
            try:  # ended while it sent: the answer was there before
                raw += s.recv(65536)
            except OSError:
                pass
        s.close()
        return Answer(raw), time.monotonic() - began

    before = fingerprint()
    jobs = {}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for way in WAYS:
            start = change(way)
            jobs["head", way] = pool.submit(trickle, way, start[:start.index(b"\r\n\r\n") - 2],
                                            b"a", 25)
            jobs["line by line", way] = pool.submit(trickle, way, start[:start.index(b"Cookie")],
                                                    b"X-A: a\r\n", 25)
            jobs["body", way] = pool.submit(trickle, way, change(way, length=60000)[:-20], b" ", 50)
    for (what, way), job in jobs.items():
        answer, seconds = job.result()
        limit = 31.5 if (what, way) == ("body", "direct") else 11.5
        # The front ends a head before it knows what was asked, in words of its own.
        expect(t, f"slow {what}", way, answer, 408,
               None if way == "front" and what != "body" else "too-slow")
        t.ok(seconds < limit + 3, f"slow {what}, {way}: ended", f"after {seconds:.1f} s")
    t.eq(fingerprint(), before, "nothing changed")


@case
def http_json_is_read_strictly(t):
    """What cJSON would let pass or read otherwise than others (reliability guide, section 4)."""
    an_id = str(uuid.uuid4())

    def with_value(value):
        return b'{"id":"' + an_id.encode() + b'","value":' + value + b"}"

    broken = [
        ("nothing", b""), ("blanks", b"   "), ("cut", b'{"id":'), ("trailing comma", b'{"a":1,}'),
        ("single quotes", b"{'id':1}"), ("bare name", b"{id:1}"), ("comment", b"{}/**/"),
        ("trailing bytes", with_value(b'"x"') + b"x"), ("a second document", b"{}{}"),
        ("byte order mark", b"\xef\xbb\xbf" + with_value(b'"x"')),
        ("a name twice", b'{"id":"' + an_id.encode() + b'","value":"x","value":"y"}'),
        ("a name twice, escaped", b'{"id":"' + an_id.encode() +
         b'","value":"x","\\u0076alue":"y"}'),
        ("raw line end in text", with_value(b'"a\nb"')), ("raw NUL", with_value(b'"a\0b"')),
        ("escaped NUL", with_value(b'"a\\u0000b"')), ("lone surrogate", with_value(b'"\\ud800"')),
        ("bad UTF-8", with_value(b'"\xff"')), ("surrogate in UTF-8", with_value(b'"\xed\xa0\x80"')),
        ("leading zero", b'{"a":01}'), ("point without digits", b'{"a":1.}'),
        ("infinity", b'{"a":1e400}'), ("NaN", b'{"a":NaN}'), ("plus sign", b'{"a":+1}'),
        ("hexadecimal", b'{"a":0x10}'), ("beyond 2^53", b'{"a":9007199254740993}'),
        ("33 deep", b'{"a":' + b"[" * 33 + b"]" * 33 + b"}"),
        ("100,000 deep", b"[" * 60000),
    ]
    invalid = [
        ("a list instead of an object", b"[]"), ("null", b"null"), ("a number", b"1"),
        ("an unknown field", b'{"id":"' + an_id.encode() + b'","value":"x","admin":true}'),
        ("a name in capitals", b'{"ID":"' + an_id.encode() + b'","value":"x"}'),
        ("a number for text", with_value(b"1")), ("a list for text", with_value(b'["x"]')),
        ("no id", b'{"value":"x"}'), ("no UUID", b'{"id":"x","value":"x"}'),
        ("text over its bound", with_value(b'"' + b"x" * 1001 + b'"')),
        ("2,001 values", b'{"a":[' + b"1," * 1999 + b"1]}"),
    ]
    before = fingerprint()
    for rows, statuses in ((broken, {400, 413}), (invalid, {413, 422})):
        for what, body in rows:
            for way in WAYS:
                answer = ask_raw(way, change(way, body=body))
                t.ok(answer.status in statuses and answer.code in ("bad-request", "invalid",
                                                                 "too-large"),
                     f"{what}, {way}", answer.raw[:300])
    t.eq(fingerprint(), before, "nothing changed")
    defects = json.loads(ask_raw("front", change("front", body=b'{"value":1,"x":2}')).body)
    t.eq({e["pointer"] for e in defects["errors"]}, {"/id", "/value", "/x"}, "every defect is named")
    t.ok(all(re.search("[ぁ-ん]", e["text"]) for e in defects["errors"]), "in Japanese")


@case
def http_method_and_type_are_exact(t):
    def by(method, target=SETTING):
        return lambda way: change(way, method=method, target=target)

    refuse_all(t, [
        ("PATCH", by("PATCH"), both(405, "method-not-allowed")),
        ("DELETE", by("DELETE"), both(405, "method-not-allowed")),
        ("lower case", by("put"), both(405, "method-not-allowed")),
        ("TRACE", by("TRACE"), both(405, "method-not-allowed")),
        ("OPTIONS", by("OPTIONS"), both(405, "method-not-allowed")),
        ("PUT of a page", by("PUT", "/index.html"), both(405, "method-not-allowed")),
        ("override header", lambda way: change(way, "X-HTTP-Method-Override: PUT", method="POST"),
         both(405, "method-not-allowed")),
        ("text/plain", lambda way: change(way, kind="text/plain"), both(415, "type")),
        ("a form", lambda way: change(way, kind="application/x-www-form-urlencoded"),
         both(415, "type")),
        ("no type", lambda way: change(way, kind=None), both(415, "type")),
        ("another charset", lambda way: change(way, kind="application/json; charset=shift_jis"),
         both(415, "type")),
        ("a longer type", lambda way: change(way, kind="application/json-patch+json"),
         both(415, "type")),
    ])
    for way in WAYS:
        answer = ask_raw(way, change(way, method="PATCH"))
        t.eq(answer.headers.get("allow"), "GET, HEAD, PUT", f"Allow, {way}")


@case
def http_other_sites_cannot_act(t):
    refuse_all(t, [(what, lambda way, o=origin, s=site: change(
        way, *([f"Sec-Fetch-Site: {s}"] if s else []), origin=o), both(403, "cross-site"))
        for what, origin, site in (
            ("another site", "https://evil.example", None),
            ("another site, as the browser says", "https://evil.example", "cross-site"),
            ("a longer name", ORIGIN + ".evil.example", None),
            ("another port", f"https://{HOST}:1", None),
            ("plain http", f"http://{HOST}:{PORT}", None),
            ("the office's pages", node.url("office"), "same-site"),
            ("null", "null", None), ("neither", None, None),
            ("no Origin, cross-site", None, "cross-site"), ("no Origin, none", None, "none"),
            ("own Origin, but same-site", ORIGIN, "same-site"))])
    for way in WAYS:
        answer = ask_raw(way, change(way, "Sec-Fetch-Site: same-origin", origin=None))
        t.eq(answer.status, 200, f"same-origin without Origin, {way}")


@case
def http_who_asks_is_the_fronts_word(t):
    """X-Forwarded-For from outside is thrown away; without the front's there is no request."""
    t.req("NI-T3-8")
    answer = ask_raw("front", change("front", "X-Forwarded-For: 203.0.113.66",
                                     "X-Forwarded-Proto: http", "X-Real-IP: 203.0.113.66",
                                     "Forwarded: for=203.0.113.66", "X-Forwarded-Host: evil"))
    t.eq(answer.status, 200, "changed")
    t.ok("strict-transport-security" in answer.headers, "https is the front's word, too")
    last = node.psql("SELECT address FROM access_record WHERE action = 'change'"
                     " ORDER BY at DESC, id DESC LIMIT 1")
    t.eq(last, "127.0.0.1", "the record names the real address")
    for what, value in (("a list", "192.0.2.7, 203.0.113.66"), ("a name", "evil.example"),
                        ("nothing", ""), ("a port", "192.0.2.7:80")):
        data = change("direct").replace(b"192.0.2.7\r\n", value.encode() + b"\r\n", 1)
        expect(t, f"forwarded {what}", "direct", ask_raw("direct", data), 400, "bad-request")
    data = change("direct").replace(b"X-Forwarded-For: 192.0.2.7\r\n", b"", 1)
    expect(t, "not forwarded", "direct", ask_raw("direct", data), 400, "bad-request")


@case
def http_only_the_front_may_connect(t):
    """The peer's uid decides, whatever the directory lets through."""
    node_uid = int(subprocess.check_output(["id", "-u", node.user]))
    request = head("direct", "GET /api/v1/health HTTP/1.1")

    def answered(uid, path):
        try:
            s = connect_as(uid, path)
        except OSError:
            return b"no way in"
        try:
            s.sendall(request)
        except OSError:
            pass
        got = read_to_end(s, 2)
        s.close()
        return got

    for listener in ("public", "uploads", "office", "federation"):
        path = f"{node.run_dir}/front/{listener}.sock"
        t.eq(Answer(answered(FRONT_UID, path)).status, 200, f"{listener}: the front")
        t.eq(answered(0, path), b"", f"{listener}: root gets no byte")
        t.eq(answered(node_uid, path), b"", f"{listener}: the node's own user gets no byte")
        t.eq(answered(65534, path), b"no way in", f"{listener}: nobody gets not even there")
    admin = node.run_dir + "/admin.sock"
    for what, uid, want in (("root", 0, True), ("the node's own user", node_uid, True)):
        t.eq(Answer(answered(uid, admin)).status == 404, want, f"admin: {what}")
    t.eq(answered(FRONT_UID, admin), b"", "admin: the front gets no byte")


def office_alert():
    """The TLS alert a visitor without a certificate gets; otherwise the first bytes of an answer."""
    with node.context("office", office_certificate=False).wrap_socket(
            socket.create_connection(("127.0.0.1", int(node.url("office").rsplit(":", 1)[1])), 10),
            server_hostname="office." + HOST) as s:
        try:
            # TLS 1.3: the client's side of the handshake is done before the server has looked.
            # The alert comes with the first reading; writing might meet a closed socket first.
            return s.recv(100)
        except ssl.SSLError as e:
            return re.sub(r".*ALERT_", "", e.reason or str(e))


@case
def http_listeners_know_only_their_own_rows(t):
    for listener in ("uploads", "federation"):
        for target in ("/", "/index.html", "/api/v1/node", "/api/v1/session", "/metrics",
                       "/api/v1/admin/doctor"):
            reply = node.request("GET", target, listener=listener)
            t.eq((reply.status, reply.json()["code"]), (404, "not-found"), f"{listener} {target}")
    for listener in ("public", "office"):
        for target in ("/api/v1/admin/doctor", "/api/v1/admin/accounts", "/api/v1/nothing"):
            reply = node.request("GET", target, listener=listener)
            t.eq(reply.status, 404, f"{listener} {target}")
        t.ok(b"<!doctype html" in node.request("GET", "/metrics", listener=listener).body.lower(),
             f"{listener}: /metrics is a page of the client like any other name")
    with_wrong_host = ask_raw("front", b"GET / HTTP/1.1\r\nHost: office." + HOST.encode() +
                              b":" + PORT.encode() + b"\r\n\r\n")
    t.eq((with_wrong_host.status, with_wrong_host.code), (421, "misdirected"),
         "another listener's name on this one's handshake")
    t.eq(office_alert(), "CERTIFICATE_REQUIRED", "the office names what is missing")
    t.eq(node.request("GET", "/", listener="office").status, 200, "the office with one")


@case
def http_hidden_is_missing(t):
    """Wrong role, missing object, unknown path: the same bytes; the refusal is on record."""
    t.req("AI-4.4-カ-オ, NI-T3-7, NI-T3-8")
    answers = {}
    for way in WAYS:
        records = int(node.psql("SELECT count(*) FROM access_record WHERE action = 'refused'"))
        answers["wrong role", way] = ask_raw(way, change(way, cookie=COOKIE_CHILD))
        t.eq(int(node.psql("SELECT count(*) FROM access_record WHERE action = 'refused'")),
             records + 1, f"{way}: the refusal is on record")
        answers["missing", way] = ask_raw(way, change(way, target="/api/v1/settings/no.such"))
        answers["unknown", way] = ask_raw(way, change(way, target="/api/v1/no/such"))
    bodies = {a.body for a in answers.values()}
    t.eq({a.status for a in answers.values()}, {404}, "all are not found")
    t.eq(len(bodies), 1, f"with the same bytes: {bodies}")
    answer = ask_raw("front", change("front", cookie="a=b"))
    t.eq((answer.status, answer.code), (401, "sign-in-needed"), "nobody is asked to sign in")
    forged = COOKIE[:-4] + ("aaaa" if COOKIE[-4:] != "aaaa" else "bbbb")
    answer = ask_raw("front", change("front", cookie=forged))
    t.eq((answer.status, answer.code), (401, "sign-in-needed"), "a forged session is nobody")


@case
def http_every_answer_carries_the_guards(t):
    """Design section 10: policy, sniffing, framing, caching, transport."""
    policy = ("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; "
              "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
              "connect-src 'self' " + node.url().replace("https://", "wss://").rstrip("/"))
    for target, status, cache in (("/", 200, "no-cache"), ("/missing.js", 404, "no-store"),
                                  ("/api/v1/node", 200, "no-store"),
                                  ("/api/v1/session", 401, "no-store"),
                                  ("/api/v1/openapi.json", 200, "no-cache"),
                                  ("/a%20b?x=1&x=2", 400, "no-store")):
        reply = node.request("GET", target)
        h = reply.headers
        t.eq((reply.status, h["Cache-Control"]), (status, cache), target)
        t.eq(h["Content-Security-Policy"], policy, f"{target}: policy")
        t.eq((h["X-Content-Type-Options"], h["Referrer-Policy"], h["Cross-Origin-Opener-Policy"],
              h["Cross-Origin-Resource-Policy"]),
             ("nosniff", "no-referrer", "same-origin", "same-origin"), f"{target}: the others")
        t.ok("camera=(self)" in h["Permissions-Policy"], f"{target}: permissions")
        t.eq(h["Strict-Transport-Security"], "max-age=31536000", f"{target}: https for a year")
        t.ok("Server" not in h and "Via" not in h, f"{target}: nothing about what runs here")
    page = node.request("GET", "/").body.decode()
    script = re.search(r'src="/?([^"]+-[A-Z0-9]{8}\.js)"', page)
    t.ok(script is not None, "the page names a script with a hash")
    reply = node.request("GET", "/" + script.group(1), headers={"Accept-Encoding": "gzip"})
    t.eq((reply.headers["Cache-Control"], reply.headers["Content-Encoding"]),
         ("public, max-age=31536000, immutable", "gzip"), "which may be kept for ever")
    again = node.request("GET", "/" + script.group(1), headers={
        "Accept-Encoding": "gzip", "If-None-Match": reply.headers["ETag"]})
    t.eq((again.status, again.body), (304, b""), "and is not sent twice")
    for name in ("evil.example", "a.jp:1", "[::1]"):
        answer = ask_raw("direct", head("direct", "GET /api/v1/node HTTP/1.1", f"Host: {name}",
                                        "Connection: close", host=False))
        t.eq((answer.status, answer.headers.get("content-security-policy")), (200, policy),
             f"Host: {name} has no part in it")
    reply = node.request("GET", "/x", listener="uploads")
    t.eq(reply.headers["Content-Security-Policy"],
         "default-src 'none'; frame-ancestors 'none'; sandbox", "uploads: nothing runs")
    t.eq(reply.headers["Content-Disposition"], "attachment", "uploads: and nothing opens")


@case
def http_sockets_have_their_place(t):
    """/ws has a listener of its own (test_live_node.py), which says what is missing."""
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    for what, extra, status, code in (("no upgrade", (), 426, "upgrade-needed"),
                                      ("no origin", upgrade, 403, "cross-site")):
        answer = ask_raw("front", head("front", "GET /ws HTTP/1.1", *extra), seconds=6)
        t.eq((answer.status, answer.code), (status, code), what)
    answer = ask_raw("direct", head("direct", "GET /api/v1/health HTTP/1.1",
                                    "Connection: Upgrade", "Upgrade: websocket"))
    t.eq(answer.status, 200, "an upgrade elsewhere is an ordinary request")


@case
def http2_is_the_same_to_the_node(t):
    """HTTP/2 ends at the front: what it cannot say in HTTP/1.1 does not come through."""
    def curl(*words, body=None):
        command = ["curl", "-sS", "--http2", "--max-time", "8", "--cacert", node.v["CA"],
                   "--connect-to", f"{HOST}:{PORT}:127.0.0.1:{PORT}", "-o", "-", "-w",
                   "\n%{http_code} %{http_version}", *words]
        done = subprocess.run(command, input=body, capture_output=True, check=False)
        return done.stdout.decode().rsplit("\n", 1)[1] if done.stdout else str(done.returncode)

    put = ["-X", "PUT", "-H", f"Cookie: {COOKIE}", "-H", f"Origin: {ORIGIN}", "--data-binary", "@-",
           "-H", "Content-Type: application/json", ORIGIN + SETTING]
    body = json.dumps({"id": str(uuid.uuid4()), "value": "over h2"}).encode()
    t.eq(curl(ORIGIN + "/api/v1/health"), "200 2", "a read")
    t.eq(curl(*put, body=body), "200 2", "a change")
    t.eq(curl("-H", "Host: evil.example", ORIGIN + "/api/v1/health"), "421 2", "another host")
    t.eq(curl("-H", "X-A: a\x01b", ORIGIN + "/api/v1/health")[:3] in ("400", "000"), True,
         "a control byte is refused, or the stream is ended")
    # A change that is refused: the stream may be ended before its body was taken.
    for what, words, want in (
            ("a coding", ["-H", "Transfer-Encoding: chunked"], ("400", "411", "000")),
            ("two origins", ["-H", "Origin: https://evil.example"], ("400", "000")),
            ("a long body", ["-H", "Content-Length: 70000"], ("400", "408", "413", "000"))):
        before = fingerprint()
        new = json.dumps({"id": str(uuid.uuid4()), "value": what}).encode()
        got = curl(*words, *put, body=new)
        t.ok(got[:3] in want, f"h2: {what}", f"got {got}, want {want}")
        t.eq(fingerprint(), before, f"h2: {what}: nothing changed")


@case
def http_openapi_and_types_follow_the_rows(t):
    document = node.request("GET", "/api/v1/openapi.json").json()
    rows = subprocess.check_output([os.path.join(os.environ.get("IBASHO_BUILD", "build/debug"),
                                                 "ibasho-rows"), "routes"], text=True)
    named = {line.split("\t")[0] for line in rows.splitlines()[1:]
             if line.split("\t")[3] != "admin"}
    t.eq(document["openapi"], "3.1.0", "version")
    t.eq({op["operationId"] for path in document["paths"].values() for op in path.values()}, named,
         "every row is an operation, every operation a row")
    schemas = set(document["components"]["schemas"])
    used = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    t.ok(used <= schemas, f"every schema is there: {used - schemas}")


@case
def http_hostile_bytes_leave_the_process_alone(t):
    """After all of the above: the same processes, no error of our own in their logs."""
    t.eq({k: v[2] for k, v in node.rows().items()}, {k: 1 for k in node.rows()}, "nothing restarted")
    bad = [line for line in node.log("node").splitlines() if '"level":"error"' in line]
    t.eq(bad, [], "no error in the node's log")


if __name__ == "__main__":
    main(__file__, nodes.close)
