"""tests/federation/canaries.py - marks that must never be found anywhere but at home: twenty dummy
children a node, each text field of each of them with a mark of its own that stands nowhere else in
the world; and the search for marks in files, in what crossed the wires, and in what a node answers.

    marks = Canaries()
    marks.plant(node, board)            # a roster of twenty through the board's session
    marks.add(node.name, "text ...")    # and whatever else was written there
    marks.in_files([paths], of=[names])      -> {mark: path}, in every form a byte may take
    marks.in_bytes(data, of=[names])         -> set of marks
"""
import base64
import os
import random
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "roster"))
import make_samples  # noqa: E402

CHILDREN = 20
KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわ"
PLAIN = ("username", "givenName", "familyName", "middleName", "preferredGivenName",
         "preferredFamilyName", "preferredMiddleName", "email", "phone", "sms")
READ = ("metadata.jp.kanaGivenName", "metadata.jp.kanaFamilyName", "metadata.jp.kanaMiddleName")


def forms(mark):
    """The bytes by which a text may stand somewhere: as it is, in hexadecimal, in base64 at each of
    its three places, in JSON's own spelling."""
    raw = mark.encode()
    out = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    for skip in range(3):
        text = base64.b64encode(b"\0" * skip + raw)[(0, 2, 3)[skip]:]
        text = text.rstrip(b"=")[:-1]  # the last letter depends on what follows
        out |= {text, text.replace(b"+", b"-").replace(b"/", b"_")}
    if any(ord(c) > 126 for c in mark):
        out.add("".join(f"\\u{ord(c):04x}" for c in mark).encode())
    return out


class Canaries:
    def __init__(self, seed=None):
        self.random = random.Random(seed)  # None: of the moment
        self.marks = {}  # node -> set of texts

    def add(self, name, text):
        self.marks.setdefault(name, set()).add(text)
        return text

    def fresh(self, name, is_kana=False):
        """A mark nobody has: 15 signs."""
        if is_kana:
            return self.add(name, "".join(self.random.choice(KANA) for _ in range(12)))
        return self.add(name, "qx" + "".join(self.random.choice("abcdefghjkmnpqrstuvwxyz23456789")
                                             for _ in range(13)))

    def package(self, name):
        """A roster of twenty children; every field that takes text has a mark."""
        package = make_samples.base()
        pupil = next(u for u in package.tables["users.csv"] if u["grades"] == "J1")
        roles = next(r for r in package.tables["roles.csv"] if r["userSourcedId"] == pupil["sourcedId"])
        for _ in range(CHILDREN):
            row = dict(pupil, agentSourcedIds="")
            for field in PLAIN:
                row[field] = self.fresh(name)
            row["email"] += "@example.jp"
            row["phone"] = row["sms"] = ""  # the profile for Japan takes none
            for field in READ:
                row[field] = self.fresh(name, is_kana=True)
            for field in ("sourcedId", "userMasterIdentifier"):
                row[field] = self.add(name, self._uuid())
            package.tables["users.csv"].append(row)
            package.tables["roles.csv"].append(dict(roles, sourcedId=self._uuid(),
                                                    userSourcedId=row["sourcedId"]))
        return package.zip()

    def _uuid(self):
        text = f"{self.random.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def plant(self, node, board):
        """The roster, brought in as a board brings one; what it said at last."""
        answer = board.request("POST", "/api/v1/roster/imports", self.package(node.name),
                               {"Content-Type": "application/zip"}, timeout=60)
        if answer.status != 201 or answer.json()["state"] != "checked":
            return answer.body.decode()
        told = answer.json()
        board.request("POST", f"/api/v1/roster/imports/{told['id']}/apply", {"preview": told["preview"]})
        until = time.monotonic() + 60
        while time.monotonic() < until:
            state = board.request("GET", f"/api/v1/roster/imports/{told['id']}").json()["state"]
            if state != "applying":
                return state
            time.sleep(0.1)
        return "applying"

    # -- searching --------------------------------------------------------------------------------
    def of(self, names):
        return {mark for name in names for mark in self.marks.get(name, ())}

    def in_bytes(self, data, of):
        return {mark for mark in self.of(of) if any(form in data for form in forms(mark))}

    def in_files(self, paths, of):
        """PATH -> the bytes found there. Sockets and what ends meanwhile are passed over."""
        with tempfile.NamedTemporaryFile("wb", prefix="ibasho-marks-") as patterns:
            patterns.write(b"\n".join(form for mark in self.of(of) for form in forms(mark)) + b"\n")
            patterns.flush()
            done = subprocess.run(["grep", "-r", "-a", "-o", "-H", "-F", "-s", "--devices=skip", "-f",
                                   patterns.name, *paths], capture_output=True, check=False,
                                  timeout=300, env={"LC_ALL": "C"})
        found = {}
        for line in done.stdout.splitlines():
            path, _, what = line.decode(errors="replace").partition(":")
            found.setdefault(path, set()).add(what)
        return found

    def answers(self, session, paths):
        """What a node answers somebody on every route that reads: PATH -> bytes."""
        out = {}
        for path in paths:
            reply = session.request("GET", path)
            if reply.status == 200:
                out[path] = reply.body
        return out


def routes(node):
    """(METHOD, PATH) of every route the node tells of."""
    told = node.request("GET", "/api/v1/openapi.json").json()["paths"]
    return sorted((method.upper(), path) for path, methods in told.items() for method in methods
                  if re.fullmatch("get|post|put|delete|patch", method))
