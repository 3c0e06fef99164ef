"""The municipality's own hand, for tests: a certificate, and the documents signed with its key
(tenants/certificate/jws.h), made with openssl alone."""
import base64
import datetime
import hashlib
import json
import secrets
import subprocess


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def openssl(*words, data=None):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


class Town:
    def __init__(self, directory, node=None, contract=None, name="town"):
        self.key, self.pem = f"{directory}/{name}.key", f"{directory}/{name}.pem"
        self.node, self.contract, self.log = node, contract, ("0" * 64, 9)
        openssl("req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "3650", "-subj",
                "/CN=town", "-keyout", self.key, "-out", self.pem)
        with open(self.pem, encoding="ascii") as f:
            self.certificate = f.read()
        spki = openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")
        self.kid = hashlib.sha256(spki).hexdigest()
        self.sha256 = hashlib.sha256(openssl("x509", "-in", self.pem, "-outform",
                                             "DER")).hexdigest()

    def sign(self, kind, payload):
        head = b64u(canonical({"alg": "RS256", "kid": self.kid, "typ": f"ibasho-{kind}/1"}))
        body = b64u(canonical(payload))
        mark = openssl("dgst", "-sha256", "-sign", self.key, data=f"{head}.{body}".encode())
        return canonical({"payload": body, "signatures": [
            {"protected": head, "signature": b64u(mark)}]}) + b"\n"

    def whose(self, **more):
        return {"node": self.node, "contract": self.contract, **more}

    def canaries(self, planted):
        return self.sign("canaries", self.whose(commitments=sorted(
            hashlib.sha256(salt + name.encode()).hexdigest() for name, salt in planted)))

    def receipt(self, bag, **more):
        return self.sign("receipt", self.whose(
            bag=bag, verified_at=now(), tool="test", **{
                "origin": "aozora.ibasho", "log_root": self.log[0], "log_size": self.log[1], "n_files": 2,
                "n_bytes": 10, **more}))

    def exported(self, node, bag, n_accounts=3):
        """Says at the node that a bag was made, cut at a checkpoint of now."""
        assert node.admin("POST", "/api/v1/admin/audit/checkpoint").status < 300
        root, size = node.psql("SELECT encode(root, 'hex') || ' ' || size FROM audit_checkpoint"
                               " ORDER BY size DESC LIMIT 1").split()
        self.log = (root, int(size))
        return self.say_exported(node, bag, n_accounts)

    def say_exported(self, node, bag, n_accounts=3):
        return node.admin("POST", "/api/v1/admin/leaving/exported", {
            "bag": bag, "counts": [{"n": n_accounts, "table": "account"}], "log_root": self.log[0],
            "log_size": self.log[1], "n_bytes": 10, "n_files": 2})

    def order(self, bag, planted=(), aggregates="keep"):
        return self.sign("order", self.whose(
            bag=bag, ordered_at=now(), by="教育委員会", aggregates=aggregates,
            canaries=[{"name": name, "salt": b64u(salt)} for name, salt in sorted(planted)]))


def plant(n):
    """Names nobody else has, and what hides them in the commitments."""
    return [("MARK-" + secrets.token_hex(16).upper(), secrets.token_bytes(16)) for _ in range(n)]
