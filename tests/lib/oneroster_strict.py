"""oneroster_strict.py - an independent, strict reader of OneRoster 1.2 CSV packages (Japan Profile).

Written from the standard's text, not from the node's own reader, and stricter: what binds only an
exporter binds here (UTF-8 without a byte order mark, every field quoted, CRLF, lower-case ids).
`defects(data)` gives a list of sentences, empty for a good package; `read(data)` gives the tables as
lists of dicts and raises ValueError for a bad one. Values are never quoted in a sentence."""
import datetime
import io
import re
import zipfile

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
COMMON = "sourcedId status dateLastModified "
HEADS = {
    "academicSessions": [COMMON + "title type startDate endDate parentSourcedId schoolYear"],
    "orgs": [COMMON + "name type identifier parentSourcedId"],
    "courses": [COMMON + "schoolYearSourcedId title courseCode grades orgSourcedId subjects "
                "subjectCodes"],
    "classes": [COMMON + "title grades courseSourcedId classCode classType location "
                "schoolSourcedId termSourcedIds subjects subjectCodes periods "
                "metadata.jp.specialNeeds"],
    "roles": [COMMON + "userSourcedId roleType role beginDate endDate orgSourcedId "
              "userProfileSourcedId"],
    "enrollments": [COMMON + "classSourcedId schoolSourcedId userSourcedId role primary beginDate "
                    f"endDate metadata.jp.{a} metadata.jp.{b}"
                    for a, b in (("ShussekiNo", "PublicFlg"), ("shussekiNo", "publicFlg"))],
    "demographics": [COMMON + "birthDate sex"],
    "userProfiles": [COMMON + "userSourcedId profileType vendorId applicationId description "
                     "credentialType username password"],
}
_USERS = (COMMON + "enabledUser username userIds givenName familyName middleName identifier email "
          "sms phone agentSourcedIds grades password userMasterIdentifier %spreferredGivenName "
          "preferredMiddleName preferredFamilyName primaryOrgSourcedId pronouns "
          "metadata.jp.kanaGivenName metadata.jp.kanaFamilyName metadata.jp.kanaMiddleName "
          "metadata.jp.homeClass")
_PREFERRED = "".join(f" metadata.jp.kanaPreferred{n}Name" for n in ("Family", "Given", "Middle"))
HEADS["users"] = [_USERS % r + k for r in ("resourceSourcedIds ", "") for k in ("", _PREFERRED)]
FILES = """academicSessions categories classes classResources courses courseResources demographics
enrollments lineItemLearningObjectiveIds lineItems lineItemScoreScales orgs resources
resultLearningObjectiveIds results resultScoreScales roles scoreScales userProfiles userResources
users""".split()
NEEDED = {
    "academicSessions": "sourcedId title type startDate endDate schoolYear",
    "orgs": "sourcedId name type",
    "courses": "sourcedId title orgSourcedId",
    "classes": "sourcedId title courseSourcedId classType schoolSourcedId termSourcedIds",
    "users": "sourcedId enabledUser username givenName familyName",
    "roles": "sourcedId userSourcedId roleType role orgSourcedId",
    "enrollments": "sourcedId classSourcedId schoolSourcedId userSourcedId role",
    "demographics": "sourcedId",
    "userProfiles": "sourcedId userSourcedId profileType vendorId credentialType username",
}
REFS = {
    "academicSessions": {"parentSourcedId": "academicSessions"},
    "orgs": {"parentSourcedId": "orgs"},
    "courses": {"schoolYearSourcedId": "academicSessions", "orgSourcedId": "orgs"},
    "classes": {"courseSourcedId": "courses", "schoolSourcedId": "orgs",
                "termSourcedIds": "academicSessions"},
    "users": {"agentSourcedIds": "users", "primaryOrgSourcedId": "orgs",
              "metadata.jp.homeClass": "classes"},
    "roles": {"userSourcedId": "users", "orgSourcedId": "orgs",
              "userProfileSourcedId": "userProfiles"},
    "enrollments": {"classSourcedId": "classes", "schoolSourcedId": "orgs",
                    "userSourcedId": "users"},
    "demographics": {"sourcedId": "users"},
    "userProfiles": {"userSourcedId": "users"},
}
CHOICES = {
    ("academicSessions", "type"): "schoolYear",
    ("orgs", "type"): "district school department local state national",
    ("classes", "classType"): "homeroom scheduled",
    ("classes", "metadata.jp.specialNeeds"): "true false",
    ("users", "enabledUser"): "true false",
    ("roles", "roleType"): "primary secondary",
    ("roles", "role"): "aide counselor districtAdministrator guardian parent principal proctor "
                       "relative siteAdministrator student systemAdministrator teacher",
    ("enrollments", "role"): "administrator guardian proctor student teacher",
    ("enrollments", "primary"): "true false",
    ("enrollments", "metadata.jp.PublicFlg"): "true false",
    ("enrollments", "metadata.jp.publicFlg"): "true false",
    ("demographics", "sex"): "male female unspecified other",
}
GRADE = re.compile(r"P[1-6]|[JHE][1-3]")
READABLE = {("orgs", "name"), ("courses", "title"), ("classes", "title"), ("classes", "location"),
            ("academicSessions", "title")}
LISTS = {"agentSourcedIds", "termSourcedIds", "periods", "subjects", "subjectCodes", "grades",
         "userIds", "resourceSourcedIds"}


class Reading:
    def __init__(self):
        self.bad, self.tables = [], {}

    def say(self, file, line, text):
        self.bad.append(f"{file}:{line}: {text}")


def _rows(r, name, data):
    """Lists of fields; only `"...","..."` with CRLF at the end of each line."""
    if data.startswith(b"\xef\xbb\xbf"):
        r.say(name, 1, "byte order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        r.say(name, 0, "not UTF-8")
        return []
    if not text.endswith("\r\n"):
        r.say(name, 0, "the last line does not end with CRLF")
    out = []
    for n, line in enumerate(text.split("\r\n")[:-1], 1):
        if not re.fullmatch(r'"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*', line, re.S):
            r.say(name, n, "fields are not quoted throughout")
            continue
        if re.search(r"[\x00-\x1f\x7f-\x9f]", line):
            r.say(name, n, "control character")
        fields = [f[1:-1].replace('""', '"')
                  for f in re.findall(r'"(?:[^"]|"")*"', line, re.S)]
        if any(len(f) > 4096 for f in fields):
            r.say(name, n, "field too long")
        out.append((n, fields))
    return out


def _unpack(r, data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            names = [i.filename for i in z.infolist()]
            for i in z.infolist():
                kind = i.external_attr >> 16 & 0o170000
                if "/" in i.filename or "\\" in i.filename or ":" in i.filename or \
                        not i.filename.isprintable():
                    r.say(i.filename, 0, "not at the root")
                if kind not in (0, 0o100000):
                    r.say(i.filename, 0, "no file")
                if i.compress_type not in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
                    r.say(i.filename, 0, "not deflated")
                if i.flag_bits & 1:
                    r.say(i.filename, 0, "encrypted")
            if len({n.lower() for n in names}) != len(names):
                r.say("", 0, "a name stands twice")
            files = {} if r.bad else {i.filename: z.read(i) for i in z.infolist()}
            for i in z.infolist():
                if i.filename in files and len(files[i.filename]) != i.file_size:
                    r.say(i.filename, 0, "the size is not the declared one")
            return files
    except Exception as e:  # whatever zipfile or zlib makes of it, it is no good package
        r.say("", 0, f"no ZIP: {type(e).__name__}")
        return {}


def _manifest(r, data):
    rows = _rows(r, "manifest.csv", data)
    if not rows or rows[0][1] != ["propertyName", "value"]:
        r.say("manifest.csv", 1, "head")
        return {}
    if any(len(f) != 2 for _, f in rows):
        r.say("manifest.csv", 0, "fields")
        return {}
    said = {}
    for n, (key, value) in rows[1:]:
        if key in said:
            r.say("manifest.csv", n, "twice")
        said[key] = value
    if said.get("manifest.version") != "1.0":
        r.say("manifest.csv", 0, "manifest.version")
    if said.get("oneroster.version") not in ("1.2", "1.2.1", "1.2_JP"):
        r.say("manifest.csv", 0, "oneroster.version")
    for name in FILES:
        if said.get("file." + name) not in ("absent", "bulk"):
            r.say("manifest.csv", 0, "file." + name)
    return {name: said.get("file." + name) for name in FILES}


def _table(r, name, data):
    rows = _rows(r, name, data)
    if not rows:
        r.say(name, 1, "no head")
        return
    head = rows[0][1]
    if not any(head[:len(h.split())] == h.split() and
               all(c.startswith("metadata.") for c in head[len(h.split()):])
               for h in HEADS[name]):
        r.say(name, 1, "the head is none of the standard's")
        return
    table = []
    for n, fields in rows[1:]:
        if len(fields) != len(head):
            r.say(name, n, "number of fields")
        else:
            table.append((n, dict(zip(head, fields))))
    if not table:
        r.say(name, 1, "no rows")
    r.tables[name] = table


def _is_day(text):
    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and bool(
            datetime.date.fromisoformat(text))
    except ValueError:
        return False


def _fields(r, name, n, row):
    for key in NEEDED[name].split():
        if row[key].strip() == "":
            r.say(name, n, f"{key} is empty")
    if row["status"] or row["dateLastModified"]:
        r.say(name, n, "status and dateLastModified are empty in bulk")
    for key, value in row.items():
        choices = CHOICES.get((name, key))
        if value and choices and value not in choices.split() and not value.startswith("ext:"):
            r.say(name, n, f"{key} is none of the values")
        if value and key.endswith("Date") and not _is_day(value):
            r.say(name, n, f"{key} is no date")
        if key == "sourcedId" and value != value.lower():
            r.say(name, n, "sourcedId is not lower case")
        if value and key in LISTS and any(v == "" or v != v.strip() for v in value.split(",")):
            r.say(name, n, f"{key} is no list")
        if (key.endswith("Name") or (name, key) in READABLE) and re.search("[\uff66-\uff9f]", value):
            r.say(name, n, f"{key} has half-width kana")
        if value and key == "grades" and not all(GRADE.fullmatch(g) for g in value.split(",")):
            r.say(name, n, "grades")
        if value and key.lower().endswith("shussekino") and not re.fullmatch("[0-9]{1,4}", value):
            r.say(name, n, f"{key} is no number")
    begin, end = ("startDate", "endDate") if "startDate" in row else ("beginDate", "endDate")
    if row.get(begin) and row.get(end) and row[end] < row[begin]:
        r.say(name, n, "ends before it begins")


def _references(r):
    ids = {name: [row["sourcedId"] for _, row in t] for name, t in r.tables.items()}
    for name, got in ids.items():
        if len(set(got)) != len(got):
            r.say(name, 0, "a sourcedId stands twice")
    known = {name: set(got) for name, got in ids.items()}
    for name, table in r.tables.items():
        for n, row in table:
            for key, target in REFS[name].items():
                for ref in row[key].split(",") if row[key] else []:
                    if ref not in known.get(target, ()):
                        r.say(name, n, f"{key} leads nowhere")


def _places(r):
    orgs = {row["sourcedId"]: row for _, row in r.tables.get("orgs", [])}
    for n, row in r.tables.get("academicSessions", []):
        if not re.fullmatch(r"[0-9]{4}", row["schoolYear"]):
            r.say("academicSessions", n, "schoolYear")
        if not row["startDate"].endswith("-04-01") or row["endDate"] not in (
                f"{int(row['startDate'][:4]) + 1}-03-31", f"{int(row['startDate'][:4]) + 1}-04-01"):
            r.say("academicSessions", n, "not a school year")
    for n, row in r.tables.get("orgs", []):
        if row["type"] == "district" and row["parentSourcedId"]:
            r.say("orgs", n, "a district has no parent")
        seen, at = set(), row
        while at and at["sourcedId"] not in seen:
            seen.add(at["sourcedId"])
            at = orgs.get(at["parentSourcedId"])
        if at:
            r.say("orgs", n, "is its own parent")
    for name in ("courses", "classes"):
        for n, row in r.tables.get(name, []):
            if row.get("courseCode"):
                r.say(name, n, "courseCode is empty")
            if len(row["subjects"].split(",")) != len(row["subjectCodes"].split(",")) or (
                    bool(row["subjects"]) != bool(row["subjectCodes"])):
                r.say(name, n, "subjects and subjectCodes")
    for name in ("classes", "enrollments"):
        for n, row in r.tables.get(name, []):
            if orgs.get(row["schoolSourcedId"], {"type": "school"})["type"] != "school":
                r.say(name, n, "is not at a school")


def _people(r):
    roles, once = {}, set()
    for n, row in r.tables.get("roles", []):
        roles.setdefault(row["userSourcedId"], []).append(row)
        key = ("role", row["userSourcedId"], row["orgSourcedId"], row["role"])
        main = ("primary", row["userSourcedId"], row["orgSourcedId"])
        for k in [key] + ([main] if row["roleType"] == "primary" else []):
            if k in once:
                r.say("roles", n, "twice")
            once.add(k)
    for n, row in r.tables.get("users", []):
        mine = roles.get(row["sourcedId"], [])
        if not any(o["roleType"] == "primary" for o in mine):
            r.say("users", n, "no primary role")
        if row["sourcedId"] in row["agentSourcedIds"].split(","):
            r.say("users", n, "is its own agent")
        if row["userMasterIdentifier"]:
            key = ("master", row["userMasterIdentifier"].lower())
            if key in once:
                r.say("users", n, "userMasterIdentifier stands twice")
            once.add(key)
        if row["password"]:
            r.say("users", n, "a password")
    school_of = {row["sourcedId"]: row["schoolSourcedId"] for _, row in r.tables.get("classes", [])}
    for n, row in r.tables.get("enrollments", []):
        key = ("enrolment", row["userSourcedId"], row["classSourcedId"], row["role"])
        if key in once:
            r.say("enrollments", n, "twice")
        once.add(key)
        if school_of.get(row["classSourcedId"], row["schoolSourcedId"]) != row["schoolSourcedId"]:
            r.say("enrollments", n, "the class is of another school")
        if row["primary"] == "true" and row["role"] != "teacher":
            r.say("enrollments", n, "primary is for teachers")


def _all(data):
    r = Reading()
    files = _unpack(r, data)
    if r.bad:
        return r
    if "manifest.csv" not in files:
        r.say("manifest.csv", 0, "missing")
        return r
    said = _manifest(r, files["manifest.csv"])
    for name, how in said.items():
        if (how == "bulk") != (name + ".csv" in files):
            r.say(name, 0, "the manifest and the ZIP differ")
        elif how == "bulk" and name in HEADS:
            _table(r, name, files[name + ".csv"])
    for name, table in r.tables.items():
        for n, row in table:
            _fields(r, name, n, row)
    if not r.bad:
        _references(r)
    if not r.bad:
        _places(r)
        _people(r)
    return r


def defects(data):
    return _all(data).bad


def read(data):
    """{"users": [{column: value}], ...} of a package without a defect."""
    r = _all(data)
    if r.bad:
        raise ValueError("; ".join(r.bad[:5]))
    return {name: [row for _, row in table] for name, table in r.tables.items()}
