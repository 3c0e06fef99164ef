"""tests/lib/mail_server.py - a real mail server and a real HTTPS receiver on loopback, that can be
told to misbehave. aiosmtpd speaks SMTP (STARTTLS, AUTH), http.server HTTP.

    with Certs() as certs, MailServer(certs) as mail, HookServer(certs) as hooks:
        mail.env()                 # what a node needs to use it
        mail.mode = "busy"         # ok busy refuse-data hang cut no-starttls wrong-word
        mail.refused.add("x@y.zz") # 550 at RCPT
        mail.mails                 # [Mail(to, id, bytes, message)]
"""
import collections
import email
import email.policy
import http.server
import logging
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

logging.getLogger("mail.log").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", module="aiosmtpd")
Mail = collections.namedtuple("Mail", "to id bytes message at")
USER, WORD = "ibasho", "a word of the server's own"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Certs:
    """An authority of its own and a certificate for localhost; another that nobody believes."""

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="ibasho-mail-")
        os.chmod(self.dir, 0o755)
        for who in ("ca", "stranger"):
            self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-days", "2", "-subj", f"/CN={who}", "-keyout", f"{who}.key",
                      "-out", f"{who}.pem")
        self._run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
        with open(f"{self.dir}/ext", "w", encoding="ascii") as f:
            f.write("subjectAltName=DNS:localhost,DNS:hooks.localhost,IP:127.0.0.1\n")
        self._run("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                  "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", "server.pem")
        with open(f"{self.dir}/auth", "w", encoding="ascii") as f:
            f.write(f"{USER}\n{WORD}\n")
        for name in ("ca.pem", "auth"):
            os.chmod(f"{self.dir}/{name}", 0o644)
        return self

    def _run(self, *words):
        subprocess.run(["openssl", *words], cwd=self.dir, check=True, capture_output=True)

    def context(self, name="server"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{self.dir}/{name}.pem", f"{self.dir}/{name}.key")
        return context

    def __exit__(self, *_):
        shutil.rmtree(self.dir, ignore_errors=True)


class MailServer:
    def __init__(self, certs, port=None):
        self.certs, self.port = certs, port or free_port()
        self.mode, self.refused, self.mails, self.tries = "ok", set(), [], []
        self.on_accept = None  # called when a mail was stored, before it is said
        self.lines = []        # every command's name, as it came
        self.controller = None

    def env(self, **more):
        return {"IBASHO_NET_MAIL_HOST": "localhost", "IBASHO_NET_MAIL_PORT": str(self.port),
                "IBASHO_NET_MAIL_FROM": "notice@town.example.jp",
                "IBASHO_NET_MAIL_AUTH_FILE": f"{self.certs.dir}/auth",
                "IBASHO_NET_CA_FILE": f"{self.certs.dir}/ca.pem",
                "IBASHO_NET_TIMEOUT_S": "4", "IBASHO_NET_CONNECT_S": "2", **more}

    # -- what aiosmtpd asks --
    def authenticator(self, server, session, envelope, mechanism, data):
        ok = (self.mode != "wrong-word" and
              (data.login, data.password) == (USER.encode(), WORD.encode()))
        return AuthResult(success=ok, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.tries.append((time.monotonic(), address))
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        if self.mode == "no-sender":
            return "550 5.7.1 not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.mode == "no-sender":
            return "550 5.7.1 we do not know you"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.mode == "busy":
            return "451 4.3.0 try again later"
        if self.mode == "refuse-data":
            return "554 5.6.0 this content never"
        if self.mode == "cut":
            server.transport.abort()
            return "250 never said"
        if self.mode == "hang":
            import asyncio
            await asyncio.sleep(8)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append(Mail(envelope.rcpt_tos[0], message["Message-ID"], envelope.content,
                               message, time.monotonic()))
        if self.on_accept is not None:
            self.on_accept(self.mails[-1])
        return "250 OK"

    # -- life --
    def start(self, cert="server", tls=True):
        self.controller = Controller(
            self, hostname="localhost", port=self.port,
            tls_context=self.certs.context(cert) if tls else None, require_starttls=tls,
            auth_required=tls, auth_require_tls=True, authenticator=self.authenticator)
        self.controller.start()

    def stop(self):
        if self.controller is not None:
            self.controller.stop(no_assert=True)
            self.controller = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    # -- asking --
    def to(self, address):
        return [m for m in self.mails if m.to == address]

    def ids(self):
        return {m.id for m in self.mails}


class HookServer:
    """Takes POSTs over HTTPS; .status and .location say how it answers."""

    def __init__(self, certs, port=None):
        self.certs, self.port = certs, port or free_port()
        self.status, self.location, self.endless, self.posts = 200, None, False, []

    def url(self, host="localhost", path="/hook"):
        return f"https://{host}:{self.port}{path}"

    def __enter__(self):
        mine = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mine.posts.append((self.path, dict(self.headers), body))
                self.send_response(mine.status)
                if mine.location:
                    self.send_header("Location", mine.location)
                self.end_headers()
                if mine.endless:
                    try:
                        for _ in range(4000):
                            self.wfile.write(b"x" * 65536)
                    except OSError:
                        mine.endless = "cut"

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.socket = self.certs.context().wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
