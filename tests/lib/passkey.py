#!/usr/bin/python3
"""tests/lib/passkey.py - an authenticator of our own, so that the server's check of passkeys is
tried by something that shares no line with it: Python's standard library and the `openssl` command
(W3C Web Authentication Level 2, sections 5.8.1 and 6.1; CTAP 2 canonical CBOR).

    key = Passkey("aozora.localhost")                    # ES256; "eddsa", "rs256"
    new = key.create(challenge, "https://aozora.localhost:8443")
    got = key.get(challenge, "https://aozora.localhost:8443")

Every part can be spoilt: origin, rp_id, flags, counter, client (a function over the client data's
members), kind. `passkey.py vectors HEADER DIR` writes what the unit tests read and, with the same
keys, the seeds of the fuzz target.
"""
import base64
import hashlib
import json
import os
import secrets
import struct
import subprocess
import sys
import tempfile

UP, UV, BE, BS, AT, ED = 1, 4, 8, 16, 64, 128
ALGORITHMS = {"es256": -7, "eddsa": -8, "rs256": -257}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value):
    """The few types an authenticator writes, shortest form, keys in the order given."""
    def head(major, n):
        if n < 24:
            return bytes([major << 5 | n])
        for size, code in ((1, 24), (2, 25), (4, 26)):
            if n < 1 << 8 * size:
                return bytes([major << 5 | code]) + n.to_bytes(size, "big")
        raise ValueError(n)
    if value is True or value is False:
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def _openssl(*words, stdin=None):
    return subprocess.run(["openssl", *words], input=stdin, capture_output=True, check=True).stdout


class Passkey:
    """One credential. The key pair lies in a file of its own until the object goes."""

    def __init__(self, rp_id, algorithm="es256", user_handle=b"", counter=1):
        self.rp_id, self.algorithm, self.counter = rp_id, algorithm, counter
        self.user_handle = user_handle
        self.id = secrets.token_bytes(32)
        self._file = tempfile.NamedTemporaryFile(suffix=".pem")
        words = {"es256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
                 "eddsa": ["-algorithm", "ed25519"],
                 "rs256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]}[algorithm]
        self._file.write(_openssl("genpkey", *words))
        self._file.flush()

    def cose(self):
        der = _openssl("pkey", "-in", self._file.name, "-pubout", "-outform", "DER")
        if self.algorithm == "es256":
            return cbor({1: 2, 3: -7, -1: 1, -2: der[-64:-32], -3: der[-32:]})
        if self.algorithm == "eddsa":
            return cbor({1: 1, 3: -8, -1: 6, -2: der[-32:]})
        modulus = _openssl("pkey", "-in", self._file.name, "-noout", "-text").decode()
        digits = modulus.split("modulus:")[1].split("publicExponent")[0]
        n = bytes.fromhex("".join(digits.replace(":", "").split()))[-256:]
        return cbor({1: 3, 3: -257, -1: n, -2: b"\x01\x00\x01"})

    def sign(self, data):
        if self.algorithm != "eddsa":
            return _openssl("dgst", "-sha256", "-sign", self._file.name, stdin=data)
        with tempfile.NamedTemporaryFile() as f:
            f.write(data)
            f.flush()
            return _openssl("pkeyutl", "-sign", "-rawin", "-inkey", self._file.name, "-in", f.name)

    @staticmethod
    def client_data(kind, challenge, origin, client=None):
        members = {"type": kind, "challenge": b64(challenge), "origin": origin,
                   "crossOrigin": False}
        if client is not None:
            members = client(members) or members
        return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()

    def authenticator_data(self, flags, extensions, attested, rp_id=None):
        data = hashlib.sha256((rp_id or self.rp_id).encode()).digest()
        data += bytes([flags]) + struct.pack(">I", self.counter)
        if flags & AT:
            data += bytes(16) + struct.pack(">H", len(self.id)) + self.id
            data += self.cose() if attested is None else attested
        return data + (cbor(extensions) if extensions is not None else b"")

    def create(self, challenge, origin, flags=UP | UV | AT, rp_id=None, client=None,
               kind="webauthn.create", extensions=None, attested=None):
        """What navigator.credentials.create() gives, as the route takes it."""
        if extensions is not None:
            flags |= ED
        return {"id": b64(self.id),
                "client_data": b64(self.client_data(kind, challenge, origin, client)),
                "authenticator_data": b64(self.authenticator_data(flags, extensions, attested,
                                                                  rp_id))}

    def get(self, challenge, origin, flags=UP | UV, rp_id=None, client=None, kind="webauthn.get",
            counter=None, step=1):
        """What navigator.credentials.get() gives. The counter goes up by step, or to counter."""
        self.counter = self.counter + step if counter is None else counter
        client_data = self.client_data(kind, challenge, origin, client)
        data = self.authenticator_data(flags, None, None, rp_id)
        signature = self.sign(data + hashlib.sha256(client_data).digest())
        got = {"id": b64(self.id), "client_data": b64(client_data),
               "authenticator_data": b64(data), "signature": b64(signature)}
        if self.user_handle:
            got["user_handle"] = b64(self.user_handle)
        return got


# -- what the C tests read ----------------------------------------------------------------------

ORIGIN, RP = "https://office.aozora.localhost:8443", "aozora.localhost"


def _hex(name, data):
    text = data.hex()
    rows = [text[i:i + 80] for i in range(0, len(text), 80)] or [""]
    return f"#define {name} \\\n" + " \\\n".join(f'    "{row}"' for row in rows) + "\n"


def _vector(put, out, algorithm):
    challenge = bytes(range(32))
    key = Passkey(RP, algorithm, counter=7)
    name = "V_" + algorithm.upper()
    protect = {"credProtect": 2} if algorithm == "es256" else None
    rows = {"": (key.create(challenge, ORIGIN, extensions=protect), key.get(challenge, ORIGIN))}
    if algorithm == "es256":
        rows["_ZERO"] = (None, key.get(challenge, ORIGIN, counter=0))
    out.append(_hex(name + "_ID", key.id))
    for what, (new, got) in rows.items():
        data, signature = unb64(got["authenticator_data"]), unb64(got["signature"])
        if new:
            out.append(_hex(name + "_NEW", unb64(new["authenticator_data"])))
            put(algorithm + "_new", unb64(new["client_data"]), unb64(new["authenticator_data"]))
        out.append(_hex(name + what + "_GOT", data))
        out.append(_hex(name + what + "_SIGNATURE", signature))
        put(algorithm + what.lower() + "_got", unb64(got["client_data"]), data + signature)
        put(algorithm + what.lower() + "_spoilt", unb64(got["client_data"]),
            data + signature[:-1] + b"\0")


def _seeds(put):
    challenge = bytes(range(32))
    key = Passkey(RP)
    new, cose = key.create(challenge, ORIGIN), key.cose()
    client_data, data = unb64(new["client_data"]), unb64(new["authenticator_data"])
    elsewhere = "https://elsewhere.example"
    for name, client in (
            ("cross", lambda m: {**m, "crossOrigin": True}),
            ("type", lambda m: {**m, "type": "payment.get"}),
            ("origin", lambda m: {**m, "origin": elsewhere}),
            ("escaped", lambda m: {**m, "origin": elsewhere + '"'}),
            ("top", lambda m: {**m, "topOrigin": elsewhere}),
            ("more", lambda m: {**m, "more": {"a": [1, '}\\"', None]}, "n": -1.5e3}),
            ("number", lambda m: {**m, "challenge": 5}),
            ("short", lambda m: {**m, "challenge": "AA"}),
            ("other", lambda m: {**m, "challenge": b64(bytes(32))}),
            ("star", lambda m: {**m, "challenge": "*"}),
            ("less", lambda m: {"type": m["type"]}),
            ("none", lambda m: [m["type"]]),
            ("odd", lambda m: {**m, "crossOrigin": "false"})):
        row = key.create(challenge, ORIGIN, client=client)
        put("client_" + name, unb64(row["client_data"]), data)
    put("client_spaced", b"\n" + json.dumps(json.loads(client_data), indent=1).encode(), data)
    put("client_broken", client_data[:-1], b"")
    for name, attested, extensions in (
            ("extension", None, {"credProtect": 2, "more": [True, -5, b"x" * 300, {"a": 1}]}),
            ("extension_list", None, [1]),
            ("extension_null", b"\xa1\x01\xf6", None),
            ("cose_cut", cose[:-1], None),
            ("cose_head", b"\xb9\x01", None),
            ("cose_more", cose + b"\0", None),
            ("cose_text", cbor("key"), None),
            ("cose_point", cbor({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}), None),
            ("cose_es384", cbor({1: 2, 3: -35, -1: 2, -2: bytes(48), -3: bytes(48)}), None),
            ("cose_indefinite", b"\xbf\x01\x02\xff", None),
            ("cose_tag", b"\xa1\x01\xc0\x01", None),
            ("cose_deep", b"\xa1\x01" + b"\x81" * 9 + b"\0", None),
            ("cose_long", b"\xbb" + b"\xff" * 8, None),
            ("cose_float", b"\xa1\x01\xf9\0\0", None)):
        row = key.create(challenge, ORIGIN, attested=attested, extensions=extensions)
        put(name, client_data, unb64(row["authenticator_data"]))
    for name, flags in (("no_uv", UP | AT), ("no_up", UV | AT), ("backup", UP | UV | AT | BS),
                        ("synced", UP | UV | AT | BE | BS), ("no_key", UP | UV),
                        ("no_extension", UP | UV | AT | ED)):
        row = key.create(challenge, ORIGIN, flags=flags)
        put("flags_" + name, client_data, unb64(row["authenticator_data"]))
    row = key.create(challenge, ORIGIN, rp_id="elsewhere.example")
    put("rp", client_data, unb64(row["authenticator_data"]))
    for n in (0, 36, 37, 54, 60):
        put(f"cut_{n}", client_data, data[:n])
    put("id_long", client_data, data[:53] + b"\x04\x00" + data[55:] + bytes(1200))
    put("id_none", client_data, data[:53] + b"\0\0" + data[87:])


def vectors(header, folder):
    """A seed: client data, NUL, authenticator data and, of a sign-in, the signature."""
    os.makedirs(folder, exist_ok=True)

    def put(name, client_data, data):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(client_data + b"\0" + data)

    out = ["/* Made by `tests/lib/passkey.py vectors`: registrations and assertions signed by an"
           "\n * authenticator that shares no code with what is tested. */"
           "\n#ifndef TESTS_UNIT_TENANTS_WEBAUTHN_VECTORS_H"
           "\n#define TESTS_UNIT_TENANTS_WEBAUTHN_VECTORS_H\n",
           f'#define V_ORIGIN "{ORIGIN}"\n#define V_RP     "{RP}"',
           _hex("V_CHALLENGE", bytes(range(32)))]
    for algorithm in ALGORITHMS:
        _vector(put, out, algorithm)
    _seeds(put)
    with open(header, "w", encoding="ascii") as f:
        f.write("\n".join(out) + "\n#endif\n")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] != "vectors":
        sys.exit(__doc__)
    vectors(*sys.argv[2:])
