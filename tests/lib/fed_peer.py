"""tests/lib/fed_peer.py - a node of a federation in Python: standard library and `openssl` alone,
no code of the product. Roots and their documents, a member's key, signed requests and the check of
signed answers (RFC 9421, RFC 9530), and a TLS listener that answers as it is told, well or badly.

    roots = Roots(); member = Peer("evil"); ...
"""
import base64
import datetime
import hashlib
import http.client
import http.server
import json
import os
import secrets
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import uuid

from lib.dial import address, dial

SIGNED = "text/vnd.ibasho.signed"
COVERED = ('("@method" "@authority" "@path" "@query" "content-digest" "content-type" '
           '"ibasho-dest" "ibasho-reg" "ibasho-op")')
ANSWER = '("@status" "content-type" "content-digest" "signature";req;key="fed" "content-digest";req)'
UNBOUND = '("@status" "content-type" "content-digest")'


def b64(data):
    return base64.b64encode(data).decode()


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def openssl(*words, data=None):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


class Key:
    """Ed25519 in a file; every signature is one run of openssl."""

    def __init__(self, folder, kid):
        self.kid, self.path = kid, os.path.join(folder, kid + ".key")
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.path)
        self.public = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")[-32:]

    def sign(self, data):
        with tempfile.NamedTemporaryFile() as f:
            f.write(data)
            f.flush()
            return openssl("pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in", f.name)


def is_signed_by(public, data, signature):
    der = bytes.fromhex("302a300506032b6570032100") + public
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, n) for n in ("key", "data", "sig")]
        for path, content in zip(paths, (der, data, signature)):
            with open(path, "wb") as f:
                f.write(content)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER",
                               "-inkey", paths[0], "-rawin", "-in", paths[1], "-sigfile",
                               paths[2]], capture_output=True, check=False).returncode == 0


# ---- documents ----

def when(seconds):
    """UTC with six digits, as a canonical line has it."""
    at = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def line(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"


def document(kind, *rows):
    return "".join(line(r) for r in ({"doc": kind, "v": 1}, *rows)).encode()


def signed(kind, data, keys):
    pae = b"ibasho-sig/1\n%s\n%d\n%s" % (kind.encode(), len(data), data)
    return data + b"\n" + b"".join(f"{k.kid} {b64(k.sign(pae))}\n".encode() for k in keys)


def reading(text):
    """The lines of a document's one text, without the first."""
    return [json.loads(row) for row in text.split(b"\n\n")[0].splitlines()[1:]]


class Roots:
    """Three root keys and the registry they sign."""

    def __init__(self, folder, federation="hinata"):
        self.federation = federation
        self.keys = [Key(folder, f"root-{n}") for n in (1, 2, 3)]
        self.seq, self.last = 0, None
        self.members, self.revoked = {}, []
        self.now = time.time  # of what they sign (lib/clock.py)

    def invitation(self, endpoint=None, spki=None):
        """With where the first registry is, or without: then it comes as a file."""
        now = self.now()
        first = {"endpoint": endpoint, "spki": b64url(spki)} if endpoint else {}
        return signed("invitation", document("invitation", {**first,
            "id": str(uuid.uuid4()), "federation": self.federation, "name_ja": "ひなた県の連合",
            "guest_ja": "テスト", "seq": 1, "issued": when(now - 60), "until": when(now + 3600),
            "roots": [{"kid": k.kid, "ed25519": b64url(k.public)} for k in self.keys]}),
            self.keys[:1])

    def member(self, node, name, endpoint, spki, kid, public, roles, contract=(-86400, 86400 * 30)):
        now = self.now()
        self.members[node] = {
            "node": node, "name_ja": name, "endpoint": endpoint, "tier": 0, "capacity": 10,
            "roles": roles, "spki": [{"sha256": b64url(s)} for s in spki],
            "keys": [{"kid": kid, "ed25519": b64url(public), "not_before": when(now - 3600),
                      "not_after": when(now + 86400 * 60), "use": "request"}],
            "contract": {"id": "keiyaku-1", "from": when(now + contract[0]),
                         "to": when(now + contract[1])}}

    def publish(self, skip=0):
        """The next registry, signed by two roots: its one text."""
        now = self.now()
        self.seq += 1 + skip
        head = {"federation": self.federation, "name_ja": "ひなた県の連合", "seq": self.seq,
                "issued": when(now - 5), "expires": when(now + 86400 * 6), "threshold": 2,
                "min_client": 1, "n_members": len(self.members), "n_revoked": len(self.revoked),
                "roots": [{"kid": k.kid, "ed25519": b64url(k.public), "holder_ja": f"持ち主{n}"}
                          for n, k in enumerate(self.keys)],
                "thresholds": {"coordinator_k": 5, "round_to": 5, "tiers": [
                    {"population_under": 2000, "hide_under": 0},
                    {"population_under": 25000, "hide_under": 20},
                    {"population_under": 0, "hide_under": 10}]}}
        if self.last is not None:
            head["prev"] = b64url(hashlib.sha256(self.last).digest())
        self.last = document("registry", head,
                             *[self.members[n] for n in sorted(self.members)],
                             *sorted(self.revoked, key=lambda r: r["kid"]))
        return self.sign()

    def sign(self):
        """The last one again, as it was signed."""
        return signed("registry", self.last, self.keys[:2])

    def reg(self):
        return f"{self.seq}:{hashlib.sha256(self.last).hexdigest()[:16]}"


# ---- requests ----

def digest(body):
    return f"sha-256=:{b64(hashlib.sha256(body).digest())}:"


class Request:
    """One signed request; `change` may set any of method, authority, path, query, body, dest, reg,
    op, media, created, expires, nonce, kid before it is signed."""

    def __init__(self, key, **change):
        self.method, self.path, self.query, self.body = "GET", "/fed/v1/node", "", b""
        self.media, self.op, self.kid = "application/json", str(uuid.uuid4()), key.kid
        self.created = int(time.time())
        self.expires = None
        self.nonce = b64url(secrets.token_bytes(16))
        self.authority = self.dest = self.reg = ""
        self.__dict__.update(change)
        self.expires = self.created + 60 if self.expires is None else self.expires
        self.headers = [("content-digest", digest(self.body)), ("content-type", self.media),
                        ("ibasho-dest", self.dest), ("ibasho-reg", self.reg),
                        ("ibasho-op", self.op)]
        self.params = (f'{COVERED};created={self.created};expires={self.expires};'
                       f'nonce="{self.nonce}";keyid="{self.kid}";alg="ed25519";tag="ibasho-fed-1"')
        self.signature = key.sign(self.base())
        self.headers += [("signature-input", "fed=" + self.params),
                         ("signature", f"fed=:{b64(self.signature)}:")]

    def base(self):
        fields = [("@method", self.method), ("@authority", self.authority), ("@path", self.path),
                  ("@query", "?" + self.query), *self.headers[:5]]
        return ("".join(f'"{n}": {v}\n' for n, v in fields) +
                f'"@signature-params": {self.params}').encode()

    def target(self):
        return self.path + ("?" + self.query if self.query else "")


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def code(self):
        return self.json().get("code", "")

    def is_signed(self, request, kid, public, is_bound=True):
        """Is this what the holder of `public` answered to this very request?"""
        one = {n: self.headers.get_all(n) or [] for n in
               ("content-type", "content-digest", "signature-input", "signature")}
        if any(len(v) != 1 for v in one.values()):
            return False
        given = {n: v[0] for n, v in one.items()}
        params = given["signature-input"].removeprefix("fed=")
        fields = [('"@status"', self.status), ('"content-type"', given["content-type"]),
                  ('"content-digest"', given["content-digest"])]
        if is_bound:
            fields += [('"signature";req;key="fed"', f":{b64(request.signature)}:"),
                       ('"content-digest";req', digest(request.body))]
        base = "".join(f"{n}: {v}\n" for n, v in fields) + f'"@signature-params": {params}'
        return (params.startswith((ANSWER if is_bound else UNBOUND) + ";created=") and
                f';keyid="{kid}";' in params and given["content-digest"] == digest(self.body) and
                is_signed_by(public, base.encode(),
                             base64.b64decode(given["signature"].removeprefix("fed=").strip(":"))))


class Line(http.client.HTTPSConnection):
    """TLS 1.3 to an endpoint of this machine; the pin is looked at, no authority is."""

    def __init__(self, endpoint, timeout=20):
        host, port = endpoint.rsplit(":", 1)
        context = ssl._create_unverified_context()  # pylint: disable=protected-access
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        super().__init__(host, int(port), timeout=timeout, context=context)

    def connect(self):
        self.sock = self._context.wrap_socket(dial(self.host, self.port, self.timeout),
                                              server_hostname=self.host)


def send(endpoint, request, extra=(), body=None):
    """Sends exactly the request's own headers (and `extra`)."""
    connection = Line(endpoint)
    try:
        connection.putrequest(request.method, request.target(), skip_accept_encoding=True,
                              skip_host=True)
        connection.putheader("Host", endpoint)
        for name, value in [*request.headers, *extra]:
            connection.putheader(name, value)
        sends = request.body if body is None else body
        if request.method == "POST" or sends:
            connection.putheader("Content-Length", str(len(sends)))
        connection.endheaders()
        connection.send(sends)
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def pin_of(pem):
    """SHA-256 of the SubjectPublicKeyInfo of the first certificate in a file."""
    public = openssl("x509", "-in", pem, "-noout", "-pubkey")
    return hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", data=public)).digest()


# ---- a member that listens ----

class Listener:
    """A TLS listener whose answers `self.answer(handler, body)` writes; what came is kept."""

    def __init__(self, folder, name, key, plain=False, domain="localhost"):
        self.key, self.seen, self.answer = key, [], None
        self.pem = os.path.join(folder, name + ".pem")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-days", "2", "-subj", "/CN=" + name, "-keyout", self.pem + ".key",
                "-out", self.pem + ".crt")
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.seen.append((self.command, self.path, dict(self.headers), body))
                outer.answer(self, body)

            do_GET = do_POST = handle_any

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer((address(f"{name}.{domain}"), 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *args: None
        if not plain:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.pem + ".crt", self.pem + ".key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
        self.endpoint = f"{name}.{domain}:{self.server.server_address[1]}"
        self.pin = pin_of(self.pem + ".crt")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def answer_headers(key, status, media, body, asked, created=None):
    """Headers of a signed answer to a request whose headers are `asked`."""
    asked = {n.lower(): v for n, v in asked.items()}
    params = (f'{ANSWER};created={int(time.time()) if created is None else created};'
              f'keyid="{key.kid}";alg="ed25519";tag="ibasho-fed-1-res"')
    base = (f'"@status": {status}\n"content-type": {media}\n"content-digest": {digest(body)}\n'
            f'"signature";req;key="fed": {asked["signature"].removeprefix("fed=")}\n'
            f'"content-digest";req: {asked["content-digest"]}\n"@signature-params": {params}')
    return [("content-type", media), ("content-digest", digest(body)),
            ("signature-input", "fed=" + params),
            ("signature", f"fed=:{b64(key.sign(base.encode()))}:")]


def write(handler, status, headers, body):
    handler.send_response_only(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
