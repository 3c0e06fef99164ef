"""tests/authz/world.py - what the matrix is asked of: two nodes, an account of each role, children
in and out of everybody's reach, sessions in every state, and a client that keeps its connections.

Names and logins are canaries: words that stand nowhere else, so that a search of an answer finds
them. Rows without sealed columns are written by SQL, what is sealed goes in by the operator's way."""
import hashlib
import http.client
import json
import re
import secrets
import threading
import uuid

ROLES = ["student", "guardian", "supporter", "instructor", "guest_teacher", "school_staff",
         "commissioner", "contractor", "data_holder", "analyst", "coordinator", "auditor"]
AGENT = "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) Version/16.6 Mobile Safari/604.1"
FACTS = "iPadOS Safari"  # what tenants/signin/device.c makes of it
FRESH = 150              # sessions made ahead for each role


class Reply:
    def __init__(self, answer):
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()

    def header_names(self):
        return sorted(k.lower() for k in self.headers.keys())


class Wire:
    """One kept connection to one listener."""

    def __init__(self, node, listener):
        self.node, self.listener, self.connection = node, listener, None
        self.origin = node.url(listener)

    def request(self, method, path, body, headers):
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = self.node.connection(self.listener)
            try:
                self.connection.request(method, path, body=body, headers=headers)
                reply = Reply(self.connection.getresponse())
                if (reply.headers.get("Connection") or "").lower() == "close":
                    self.close()
                return reply
            except (OSError, http.client.HTTPException):
                self.close()
                if fresh or attempt == 2:
                    raise
        return None

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Cookies:
    def __init__(self, session, device):
        self.id, self.session, self.device = str(uuid.uuid4()), session, device

    def header(self, device=None):
        return f"__Host-ibasho={self.session}; __Host-ibasho-device={device or self.device}"


class World:
    def __init__(self, nodes):
        self.node, self.there = nodes["aozora"], nodes["midori"]
        self.wires = threading.local()
        self.accounts, self.people, self.made = {}, {}, {}
        self.sessions = {}  # (role, state, listener) -> [Cookies]
        self.schools = {"own": str(uuid.uuid4()), "other": str(uuid.uuid4()),
                        "erased": str(uuid.uuid4()), "foreign": str(uuid.uuid4())}
        self.make_schools()
        self.make_people()
        self.make_sessions()
        self.make_notices()
        self.make_receivers()
        self.make_calls()
        self.make_weekly()
        self.make_monthly()
        self.make_kpi()
        # What was written past the node: it reads all of it when it starts.
        was = self.node.kill("node")
        self.node.wait_back("node", was)
        self.node.wait_answer()
        self.make_roster()
        self.make_measure()
        self.make_log_export()
        self.make_ending()
        self.make_material()
        self.make_course()

    # -- people ---------------------------------------------------------------------------------
    def make_schools(self):
        for kind, school in self.schools.items():
            node = self.there if kind == "foreign" else self.node
            node.psql(f"INSERT INTO org (id, kind, name, created_at) VALUES ('{school}', 'school',"
                      f" 'Z{secrets.token_hex(8)}', now())")
        self.node.psql(f"DELETE FROM org WHERE id = '{self.schools['erased']}'")

    def add(self, key, role, node=None):
        display, login = "Z" + secrets.token_hex(8), "z" + secrets.token_hex(8)
        made = (node or self.node).account(role, login, display)
        self.people[key] = {"id": made.id, "role": role, "canaries": [display, login]}
        return made.id

    def make_people(self):
        for role in ROLES:
            self.accounts[role] = self.add(role, role)
        children = {school: [self.add(f"child_{school}{state}", "student")
                             for state in ("", "_suspended", "_closed")]
                    for school in ("own", "other")}
        self.add("foreign", "student", self.there)
        gone = self.add("erased", "student")
        reply = self.node.admin("DELETE", f"/api/v1/admin/accounts/{gone}")
        if reply.status != 204:
            raise RuntimeError(f"erasing: {reply}")
        mine = self.schools["own"]
        here = [self.accounts["student"], self.accounts["school_staff"]]
        for school, ids in children.items():
            among = ", ".join(f"'{i}'" for i in ids + (here if school == "own" else []))
            self.node.psql(f"""
                UPDATE person SET school = '{self.schools[school]}', grade = 'J1'
                    WHERE id IN ({among});
                UPDATE account SET school = '{self.schools[school]}' WHERE id IN ({among});
                UPDATE account SET state = 'suspended' WHERE id = '{ids[1]}';
                UPDATE account SET state = 'closed' WHERE id = '{ids[2]}';""")
        for child in children["own"]:
            self.node.psql(f"""INSERT INTO guardian_link (id, guardian, child, created_at)
                VALUES ('{uuid.uuid4()}', '{self.accounts['guardian']}', '{child}', now())""")
        self.grant(self.accounts["school_staff"], "guidance", mine)
        self.spare = self.add("staff_spare", "school_staff")
        self.node.psql(f"UPDATE person SET school = '{mine}' WHERE id = '{self.spare}';"
                       f"UPDATE account SET school = '{mine}' WHERE id = '{self.spare}'")
        self.grants = self.grant(self.spare, "on_duty", mine, 150)

    def grant(self, account, right, school, n=1):
        """Duties, as a commissioner gives them."""
        rows = [str(uuid.uuid4()) for _ in range(n)]
        self.node.psql("INSERT INTO right_grant (id, account, right_name, school, given_at,"
                       " given_by, role) VALUES " + ",".join(
                           f"('{row}', '{account}', '{right}', '{school}', now(),"
                           f" '{self.accounts['commissioner']}', 'commissioner')" for row in rows))
        return rows

    def grant_of(self, kind):
        """Whose grant: of a colleague; of somebody else than the path says; of nobody."""
        account = {"own": self.spare, "other": self.accounts["school_staff"]}.get(kind)
        self.grants.append(self.grants.pop(0))  # one that is ended is not asked for again soon
        right = self.grants[-1] if kind in ("own", "other") else str(uuid.uuid4())
        return {"id": account or self.person("commissioner", kind), "right": right}

    def person(self, role, kind, state=""):
        if kind == "self":
            return self.accounts.get(role) or self.accounts["student"]
        if kind == "own" and role == "student":
            return self.accounts[role]
        if kind in ("own", "other"):
            return self.people[f"child_{kind}{state}"]["id"]
        return self.people[kind]["id"] if kind in self.people else str(uuid.uuid4())

    # -- other things ---------------------------------------------------------------------------
    def make_notices(self):
        """Of watching: about a staff member; "erased" is what never was here."""
        about = {"own": self.accounts["school_staff"], "other": self.accounts["supporter"]}
        things = {kind: str(uuid.uuid4()) for kind in ("own", "other", "foreign", "erased")}
        for kind in ("own", "other", "foreign"):
            node = self.there if kind == "foreign" else self.node
            node.psql(f"""INSERT INTO watch_notice (id, account, kind, at, n_persons, window_s, rule)
                VALUES ('{things[kind]}', '{about.get(kind) or uuid.uuid4()}', 'burst', now(), 31,
                        600, 'watch.reads_10min=30')""")
        self.made["watch_notice"] = things

    def make_receivers(self):
        """Of notices out: one that is paused, one that waits to be confirmed; here and there."""
        for name, steps in (("notify_paused", "now(), now(), now()"),
                            ("notify_added", "NULL, NULL, NULL")):
            things = {kind: str(uuid.uuid4()) for kind in ("own", "foreign", "erased")}
            for kind in ("own", "foreign"):
                (self.there if kind == "foreign" else self.node).psql(
                    "INSERT INTO notify_receiver (id, account, channel, address_sealed, kinds,"
                    f" added_at, confirmed_at, proved_at, paused_at) VALUES ('{things[kind]}',"
                    f" '{self.accounts['supporter']}', 'mail', '', 'report', now(), {steps})")
            self.made[name] = things

    def make_calls(self):
        """Calls for help and incidents about children, long past their undo time; "self" is the
        caller's own call."""
        for name in ("sos", "incident"):
            about = {"self": self.accounts["student"], "own": self.people["child_own"]["id"],
                     "other": self.people["child_other"]["id"], "erased": self.people["erased"]["id"],
                     "foreign": self.people["foreign"]["id"]}
            self.made[name] = {kind: str(uuid.uuid4()) for kind in about}
            for kind, child in about.items():
                values = {"sos": "kind, from_page, is_open_hours, undo_until) VALUES ('{}', now(), '{}',"
                                 " 'fear', 'home', true, now() - interval '1 hour')",
                          "incident": "kind, urgency, severity, floor, template, procedure, role) VALUES"
                                      " ('{}', now(), '{}', 'manual', 1, 1, '', '', '', 'supporter')"}
                (self.there if kind == "foreign" else self.node).psql(
                    f"INSERT INTO {name} (id, at, account, "
                    + values[name].format(self.made[name][kind], child))

    def call(self, name, role, kind):
        """A child's own is what it pressed itself."""
        return self.thing(name, "self" if kind == "own" and role == "student" else kind)

    def make_weekly(self):
        """Weekly reports without lines: one given to the commissioner, one to nobody."""
        things = {kind: str(uuid.uuid4()) for kind in ("own", "other", "foreign", "erased")}
        board, empty = self.accounts["commissioner"], hashlib.sha256(b'{"lines":[]}').hexdigest()
        for kind, week in (("own", "2026-01-05"), ("other", "2026-01-12"), ("foreign", "2026-01-05")):
            (self.there if kind == "foreign" else self.node).psql(
                "INSERT INTO weekly_report (id, week_at, made_at, n_pupils, n_lines, sum) VALUES"
                f" ('{things[kind]}', '{week} 00:00+09', now(), 0, 0, decode('{empty}', 'hex'))")
        self.node.psql(
            "INSERT INTO report_receiver (id, at, account, way, is_on, by, by_role) VALUES"
            f" (gen_random_uuid(), now(), '{board}', 'screen', true, '{board}', 'commissioner');"
            "INSERT INTO weekly_delivery (id, report, account, way, made_at) VALUES"
            f" (gen_random_uuid(), '{things['own']}', '{board}', 'screen', now())")
        self.made["weekly"] = things

    def make_monthly(self):
        """Monthly reports of months without figures: one given to the commissioner, one to nobody."""
        things = {kind: str(uuid.uuid4()) for kind in ("own", "other", "foreign", "erased")}
        board, empty = self.accounts["commissioner"], hashlib.sha256(b'{"cells":[]}').hexdigest()
        for kind, month in (("own", "2025-01"), ("other", "2025-02"), ("foreign", "2025-01")):
            text = '{"lines":[{"den":0,"kind":"kpi","n":0,"name":"%s","num":1}]}' % month
            (self.there if kind == "foreign" else self.node).psql(
                "INSERT INTO kpi_month (id, month_at, version, made_at, n_cells, sum) VALUES"
                f" (gen_random_uuid(), '{month}-01 00:00+09', 1, now(), 0, decode('{empty}', 'hex'));"
                "INSERT INTO monthly_report (id, month_at, made_at, town, title, contractor, n_lines, sum)"
                f" VALUES ('{things[kind]}', '{month}-01 00:00+09', now(), '', '', '', 1,"
                f" decode('{hashlib.sha256(text.encode()).hexdigest()}', 'hex'));"
                "INSERT INTO monthly_line (report, n, kind, name, num, den) VALUES"
                f" ('{things[kind]}', 0, 'kpi', '{month}', 1, 0)")
        self.node.psql(
            "INSERT INTO report_receiver (id, at, account, way, is_on, by, by_role, report) VALUES"
            f" (gen_random_uuid(), now(), '{board}', 'screen', true, '{board}', 'commissioner', 'monthly');"
            "INSERT INTO weekly_delivery (id, report, account, way, made_at, kind) VALUES"
            f" (gen_random_uuid(), '{things['own']}', '{board}', 'screen', now(), 'monthly')")
        self.made["monthly"] = things

    def make_kpi(self):
        """The month before, counted: without cells, so that only lists of today's records say anything."""
        self.kpi_month = self.node.psql("SELECT to_char(now() AT TIME ZONE 'Asia/Tokyo' - interval '1 month', 'YYYY-MM')")
        empty = hashlib.sha256(b'{"cells":[]}').hexdigest()
        self.node.psql(
            "INSERT INTO kpi_month (id, month_at, version, made_at, n_cells, sum) VALUES (gen_random_uuid(),"
            f" '{self.kpi_month}-01 00:00+09', 1, now(), 0, decode('{empty}', 'hex'))")

    def thing(self, name, kind):
        return self.made[name].get(kind) or str(uuid.uuid4())

    def make_roster(self):
        """A package that is refused (it is empty), and a roll-over that is looked at only."""
        empty = b"PK\x05\x06" + bytes(18)
        asked = {"roster_import": ("/api/v1/roster/imports", empty, "application/zip"),
                 "rollover": ("/api/v1/roster/rollover", b'{"school_year":2027}', None)}
        for name, (path, body, kind) in asked.items():
            reply = self.ask("public", "POST", path, self.cookie("commissioner", "valid", "public"),
                             body, content_type=kind)
            if reply.status >= 300:
                raise RuntimeError(f"{path}: {reply.status} {reply.body}")
            self.made[name] = {"own": json.loads(reply.body)["id"]}

    def make_measure(self):
        """What holds for a child: lifted by the first who may, and again by the others."""
        body = {"id": str(uuid.uuid4()), "kind": "mute", "reason": "ためし", "minutes": 600,
                "account": self.people["child_own"]["id"]}
        reply = self.ask("public", "POST", "/api/v1/measures",
                         self.cookie("commissioner", "valid", "public"), json.dumps(body).encode())
        if reply.status != 200:
            raise RuntimeError(f"measure: {reply.status} {reply.body}")
        self.made["measure"] = {"own": body["id"]}

    def make_course(self):
        """A course that nobody decided."""
        body = {"id": str(uuid.uuid4()), "kind": "other", "picture": "star", "has_hand": True,
                "has_poll": False, "has_question": False, "title": "ためし", "summary": "ためし"}
        reply = self.ask("public", "POST", "/api/v1/courses",
                         self.cookie("commissioner", "valid", "public"), json.dumps(body).encode())
        if reply.status != 201:
            raise RuntimeError(f"course: {reply.status} {reply.body}")
        self.made["course"] = {"own": body["id"]}

    def make_log_export(self):
        """Everybody's logs, asked for by the commissioner: a second one would have to approve."""
        body = {"id": str(uuid.uuid4()), "kinds": ["entry"], "from": "2026-05-01T00:00:00Z",
                "to": "2026-05-02T00:00:00Z", "format": "csv", "reason": "ためしのため"}
        reply = self.ask("public", "POST", "/api/v1/log-exports",
                         self.cookie("commissioner", "valid", "public"), json.dumps(body).encode())
        if reply.status != 201:
            raise RuntimeError(f"log export: {reply.status} {reply.body}")
        self.made["log_export"] = {"own": body["id"]}

    def make_ending(self):
        """The end of a child, asked for by the commissioner: a second one would have to confirm."""
        body = {"id": str(uuid.uuid4()), "person": self.people["child_other"]["id"], "reason": "objection",
                "asked_by": "board"}
        reply = self.ask("public", "POST", "/api/v1/endings",
                         self.cookie("commissioner", "valid", "public"), json.dumps(body).encode())
        if reply.status != 200:
            raise RuntimeError(f"ending: {reply.status} {reply.body}")
        self.made["ending"] = {"own": body["id"]}

    def make_material(self):
        """What the contractor received, written down by the commissioner."""
        body = {"id": str(uuid.uuid4()), "form": "file", "received_on": "2026-04-01", "what": "名簿", "from": "課",
                "place": "棚", "purpose": "発行"}
        reply = self.ask("public", "POST", "/api/v1/materials",
                         self.cookie("commissioner", "valid", "public"), json.dumps(body).encode())
        if reply.status != 200:
            raise RuntimeError(f"material: {reply.status} {reply.body}")
        self.made["material"] = {"own": body["id"]}

    def setting(self, kind):
        return "session.idle_minutes_adult" if kind == "own" else "no.such_setting"

    # -- sessions -------------------------------------------------------------------------------
    def make_sessions(self, roles=None):
        for role in roles or ROLES:
            rows, sessions = [], {}
            for listener in ("public", "office"):
                states = {"valid": FRESH if listener == "public" else 20, "expired": 1,
                          "second_factor": 1, "enrol": 1}
                for state, n in states.items():
                    made = [self.session_row(role, state, listener, rows) for _ in range(n)]
                    sessions[role, state, listener] = made
            self.node.psql("INSERT INTO session (id, token_sha256, account, created_at,"
                           " last_seen_at, expires_at, stage, device_sha256, device_facts,"
                           " listener) VALUES " + ",".join(rows))
            self.sessions.update(sessions)

    def session_row(self, role, state, listener, rows):
        """As sign-in makes it: signing in for real would wait 30 s a session for the next one-time
        code (test_signin has the real one)."""
        cookies = Cookies(secrets.token_hex(32), secrets.token_hex(32))
        device = hashlib.sha256(cookies.device.encode() + b"\0" + FACTS.encode()).hexdigest()
        until = "now() - interval '1 minute'" if state == "expired" else "now() + interval '1 hour'"
        stage = state if state in ("second_factor", "enrol") else "full"
        rows.append(f"('{cookies.id}', sha256('{cookies.session}'::bytea),"
                    f" '{self.accounts[role]}', now(), now(), {until}, '{stage}',"
                    f" '\\x{device}', '{FACTS}', '{listener}')")
        return cookies

    def cookie(self, role, state, listener):
        if role == "anonymous":
            return None
        if state == "other_device":  # the right session, from a browser with another device cookie
            return self.sessions[role, "valid", listener][0].header(device=secrets.token_hex(32))
        if state == "forged":
            return Cookies(secrets.token_hex(32), secrets.token_hex(32)).header()
        return self.sessions[role, state, listener][0].header()

    def session_id(self, role, kind):
        """Of a session in another browser, never the one that asks."""
        if kind == "own" and role != "anonymous":
            kept = self.sessions[role, "valid", "public"]
            return kept.pop().id if len(kept) > 2 else str(uuid.uuid4())
        if kind == "other":
            other = "instructor" if role != "instructor" else "analyst"
            return self.sessions[other, "valid", "public"][-1].id
        if kind == "erased":
            return self.sessions[role if role != "anonymous" else "auditor", "expired", "public"][0].id
        return str(uuid.uuid4())

    def spend(self, role, state, listener):
        """The session has ended: the next is another."""
        kept = self.sessions.get((role, state, listener), [])
        if len(kept) == 1:
            self.make_sessions([role])
        elif kept:
            kept.pop(0)

    # -- asking ---------------------------------------------------------------------------------
    def wire(self, listener):
        wires = self.wires.__dict__  # of this thread
        if listener not in wires:
            wires[listener] = Wire(self.node, listener)
        return wires[listener]

    def ask(self, listener, method, path, cookie, body=None, cross_site=False, content_type=None):
        wire = self.wire(listener)
        headers = {"User-Agent": AGENT}
        if cookie is not None:
            headers["Cookie"] = cookie
        if cross_site:
            headers["Sec-Fetch-Site"] = "cross-site"
            headers["Origin"] = "https://evil.example"
        else:
            headers["Origin"] = wire.origin
        if body is not None:
            headers["Content-Type"] = content_type or "application/json"
        return wire.request(method, path, body, headers)

    # -- who may know whom ----------------------------------------------------------------------
    def hidden_from(self, role, state, asked):
        """Canaries that must not stand in an answer to this role: names and logins of those it may
        not know, ids beside them. What it asked with itself is no news. Who has given a password
        and not yet a second factor is told nothing of anybody; who enrols, what is his own."""
        found = []
        for key, someone in self.people.items():
            if key in (role, "foreign", "erased") or state != "valid":
                visible = key == role and state in ("valid", "enrol")
            elif role in ("commissioner", "contractor"):
                visible = True
            elif role in ("school_staff", "guardian"):
                visible = key.startswith("child_own") or \
                    (role == "school_staff" and key in ("student", "staff_spare"))
            else:
                visible = role == "supporter" and someone["role"] == "student"
            # Who plans classes chooses among those who may have a part in them (AI-4.4-キ-ウ): by
            # display name, which everybody reads in the place; never by login.
            if role == "supporter" and state == "valid" and asked.startswith("/api/v1/plan") and \
                    someone["role"] in ("supporter", "instructor", "guest_teacher"):
                found += [c.encode() for c in someone["canaries"][1:]]
            elif not visible:
                found += [c.encode() for c in someone["canaries"]]
                if role != "auditor" and someone["id"] not in asked:
                    found.append(someone["id"].encode())
        return found


def fill(path, params):
    return re.sub(r"\{(\w+)\}", lambda m: params[m.group(1)], path)
