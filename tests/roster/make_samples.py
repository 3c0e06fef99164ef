#!/usr/bin/python3
"""make_samples.py DIR - roster packages (OneRoster 1.2 CSV, Japan Profile) for tests.

DIR/valid/NAME.zip: every shape a good package may have; DIR/defect/NAME.zip: one defect each;
DIR/expected.tsv: kind, name, rule, severity, file, line, column. The same call makes the same bytes.
`make_samples.py --town N_STUDENTS FILE.zip` makes a whole town: `town(1000)` has 1,000 people and
3,000 enrolments. Standard library only; nothing in it was ever anybody's name."""
import copy
import io
import os
import random
import struct
import sys
import zipfile

HEADS = {
    "academicSessions.csv": "sourcedId,status,dateLastModified,title,type,startDate,endDate,"
                            "parentSourcedId,schoolYear",
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "courses.csv": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,"
                   "orgSourcedId,subjects,subjectCodes",
    "classes.csv": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,"
                   "classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,"
                   "periods,metadata.jp.specialNeeds",
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,"
                 "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,"
                 "userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,"
                 "preferredFamilyName,primaryOrgSourcedId,pronouns,metadata.jp.kanaGivenName,"
                 "metadata.jp.kanaFamilyName,metadata.jp.kanaMiddleName,metadata.jp.homeClass",
    "roles.csv": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,"
                 "orgSourcedId,userProfileSourcedId",
    "enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,"
                       "userSourcedId,role,primary,beginDate,endDate,metadata.jp.ShussekiNo,"
                       "metadata.jp.PublicFlg",
    "demographics.csv": "sourcedId,status,dateLastModified,birthDate,sex",
    "userProfiles.csv": "sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,"
                        "applicationId,description,credentialType,username,password",
}
HEADS = {name: head.split(",") for name, head in HEADS.items()}
KANA_PREFERRED = ["metadata.jp.kanaPreferredFamilyName", "metadata.jp.kanaPreferredGivenName",
                  "metadata.jp.kanaPreferredMiddleName"]
PROPERTIES = """academicSessions categories classes classResources courses courseResources demographics
enrollments lineItemLearningObjectiveIds lineItems lineItemScoreScales orgs resources
resultLearningObjectiveIds results resultScoreScales roles scoreScales userProfiles userResources
users""".split()
DATE = (2026, 4, 1, 9, 0, 0)

FAMILIES = [("髙橋", "たかはし"), ("山﨑", "やまざき"), ("𠮷田", "よしだ"), ("佐藤", "さとう"),
            ("鈴木", "すずき"), ("渡邉", "わたなべ"), ("齋藤", "さいとう"), ("伊藤", "いとう"),
            ("長宗我部", "ちょうそかべ"), ("葛\U000E0100城", "かつらぎ")]
GIVENS = [("さくら", "さくら"), ("陽翔", "はると"), ("結衣", "ゆい"), ("蓮", "れん"), ("葵", "あおい"),
          ("湊", "みなと"), ("凛", "りん"), ("大和", "やまと"), ("杏", "あん"), ("新之助", "しんのすけ")]


def school_code(kind, prefecture, number):
    """13 characters with the right check digit: kind A1..H2, established by a municipality (2)."""
    body = f"{kind}{prefecture:02d}2{number:07d}"
    digits = [0, ord(kind[0]) - 64] + [int(c) for c in body[1:]]
    total = sum(sum(divmod(d * (1 if i % 2 == 0 else 2), 10)) for i, d in enumerate(digits))
    return body + str((10 - total % 10) % 10)


class Ids:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def new(self):
        n = self.random.getrandbits(128)
        n = n & ~(0xF << 76) | 4 << 76
        n = n & ~(0x3 << 62) | 2 << 62
        h = f"{n:032x}"
        return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


class Package:
    """Tables of rows (dicts by column), the manifest, and how it is all to be written."""

    def __init__(self):
        self.heads = copy.deepcopy(HEADS)
        self.tables = {}
        self.manifest = {"manifest.version": "1.0", "oneroster.version": "1.2"}
        for name in PROPERTIES:
            self.manifest["file." + name] = "absent"
        self.manifest["source.systemName"] = "校務見本"
        self.manifest["source.systemCode"] = "sample-1"
        self.quoted, self.eol, self.bom = True, "\r\n", False
        self.rename = {}    # column -> how it is spelt in the head row
        self.raw = {}       # file -> bytes in place of what would be written
        self.extra = []     # (name or ZipInfo, bytes, method) further entries
        self.only_deflate = True
        self.after = None   # ZIP bytes -> ZIP bytes

    def add(self, file, **row):
        full = dict.fromkeys(self.heads[file], "")
        for key, value in row.items():
            key = key.replace("jp_", "metadata.jp.")
            assert key in full, key
            full[key] = value
        self.tables.setdefault(file, []).append(full)
        self.manifest["file." + file[:-4]] = "bulk"
        return full

    def line(self, fields):
        if self.quoted:
            fields = ['"' + f.replace('"', '""') + '"' for f in fields]
        else:
            fields = ['"' + f.replace('"', '""') + '"' if any(c in f for c in ',"') else f
                      for f in fields]
        return ",".join(fields) + self.eol

    def text(self, file):
        head = self.heads[file]
        lines = [self.line([self.rename.get(c, c) for c in head])]
        lines += [self.line([row.get(c, "") for c in head]) for row in self.tables.get(file, [])]
        return "".join(lines)

    def manifest_text(self):
        lines = [self.line(["propertyName", "value"])]
        lines += [self.line([k, v]) for k, v in self.manifest.items() if v is not None]
        return "".join(lines)

    def files(self):
        out = {"manifest.csv": self.manifest_text()}
        for file in HEADS:
            if file in self.tables:
                out[file] = self.text(file)
        out = {name: (b"\xef\xbb\xbf" if self.bom else b"") + text.encode()
               for name, text in out.items()}
        for name, data in self.raw.items():
            if data is None:
                out.pop(name, None)
            else:
                out[name] = data
        return out

    def zip(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as z:
            entries = [(name, data, zipfile.ZIP_DEFLATED) for name, data in self.files().items()]
            for name, data, method in entries + self.extra:
                info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, DATE)
                if not isinstance(name, zipfile.ZipInfo):
                    info.external_attr = 0o100644 << 16
                info.compress_type = method
                z.writestr(info, data)
        data = buffer.getvalue()
        return self.after(data) if self.after else data


def base():
    """A small town: a board, two schools, nine people. No finding at all."""
    p, ids = Package(), Ids(1)
    year = p.add("academicSessions.csv", sourcedId=ids.new(), title="2026年度", type="schoolYear",
                 startDate="2026-04-01", endDate="2027-03-31", schoolYear="2026")
    board = p.add("orgs.csv", sourcedId=ids.new(), name="青空町教育委員会", type="district",
                  identifier="231002")
    schools = [p.add("orgs.csv", sourcedId=ids.new(), name=name, type="school",
                     identifier=school_code(kind, 23, number), parentSourcedId=board["sourcedId"])
               for name, kind, number in (("青空町立みどり小学校", "B1", 1234567),
                                          ("青空町立ひかり中学校", "C1", 7654321))]
    p.add("orgs.csv", sourcedId=ids.new(), name="青空町教育支援センター", type="department",
          parentSourcedId=board["sourcedId"])
    course = [p.add("courses.csv", sourcedId=ids.new(), schoolYearSourcedId=year["sourcedId"],
                    title=f"2026年度{s['name'][-4:]}", orgSourcedId=s["sourcedId"]) for s in schools]
    classes = []
    for school, grade, title, kind in ((0, "P5", "5年1組", "homeroom"), (1, "J1", "1年2組", "homeroom"),
                                       (0, "P5", "5年1組算数", "scheduled")):
        c = p.add("classes.csv", sourcedId=ids.new(), title=title, grades=grade,
                  courseSourcedId=course[school]["sourcedId"], classType=kind,
                  schoolSourcedId=schools[school]["sourcedId"], termSourcedIds=year["sourcedId"])
        c["metadata.jp.specialNeeds"] = "false"
        if kind == "scheduled":
            c.update(subjects="算数", subjectCodes="020", periods="1,2", location="算数室")
        classes.append(c)
    users = []

    def person(n, role, org, **more):
        (family, fkana), (given, gkana) = FAMILIES[n % 10], GIVENS[n // 10 % 10 if n > 9 else n]
        u = p.add("users.csv", sourcedId=ids.new(), enabledUser="true", username=f"user{n:03d}",
                  givenName=given, familyName=family, userMasterIdentifier=ids.new(),
                  preferredGivenName=given, preferredFamilyName=family,
                  primaryOrgSourcedId=org["sourcedId"])
        u["metadata.jp.kanaGivenName"], u["metadata.jp.kanaFamilyName"] = gkana, fkana
        u.update(more)
        p.add("roles.csv", sourcedId=ids.new(), userSourcedId=u["sourcedId"], roleType="primary",
              role=role, beginDate="2026-04-01", endDate="2027-03-31",
              orgSourcedId=org["sourcedId"])
        users.append(u)
        return u

    guardian = person(0, "guardian", schools[0])
    for n in range(1, 6):
        school = 0 if n < 4 else 1
        u = person(n, "student", schools[school], grades="P5" if school == 0 else "J1")
        u["metadata.jp.homeClass"] = classes[school]["sourcedId"]
        if n == 1:
            u["agentSourcedIds"] = guardian["sourcedId"]
        for c in classes if school == 0 else [classes[1]]:
            if c["schoolSourcedId"] != schools[school]["sourcedId"]:
                continue
            e = p.add("enrollments.csv", sourcedId=ids.new(), classSourcedId=c["sourcedId"],
                      schoolSourcedId=schools[school]["sourcedId"],
                      userSourcedId=u["sourcedId"], role="student", primary="false",
                      beginDate="2026-04-01", endDate="2027-03-31")
            e["metadata.jp.PublicFlg"] = "true"
            if c["classType"] == "homeroom":
                e["metadata.jp.ShussekiNo"] = str(n)
    for n, school in ((6, 0), (7, 1)):
        u = person(n, "teacher", schools[school], email=f"t{n}@example.jp")
        e = p.add("enrollments.csv", sourcedId=ids.new(),
                  classSourcedId=classes[school]["sourcedId"],
                  schoolSourcedId=schools[school]["sourcedId"], userSourcedId=u["sourcedId"],
                  role="teacher", primary="true")
        e["metadata.jp.PublicFlg"] = "true"
    person(8, "districtAdministrator", board)
    return p


def town(n_students, seed=7):
    """A whole town of n people in five schools: 85 of 100 students (three enrolments each and one
    more), teachers, guardians."""
    p, ids = base(), Ids(seed)
    for table in ("users.csv", "roles.csv", "enrollments.csv", "classes.csv", "courses.csv"):
        p.tables[table] = []
    year = p.tables["academicSessions.csv"][0]["sourcedId"]
    board, school_rows = p.tables["orgs.csv"][0], p.tables["orgs.csv"][1:3]
    classes, r = [], random.Random(seed)
    for s, school in enumerate(school_rows):
        c = p.add("courses.csv", sourcedId=ids.new(), schoolYearSourcedId=year,
                  title=f"2026年度課程{s}", orgSourcedId=board["sourcedId"])
        grades = [f"P{g}" for g in range(1, 7)] if s == 0 else [f"J{g}" for g in range(1, 4)]
        for grade in grades:
            for number in (1, 2):
                for kind in ("homeroom", "scheduled", "scheduled"):
                    row = p.add("classes.csv", sourcedId=ids.new(), grades=grade,
                                title=f"{grade[1]}年{number}組", courseSourcedId=c["sourcedId"],
                                classType=kind, schoolSourcedId=school["sourcedId"],
                                termSourcedIds=year)
                    row["metadata.jp.specialNeeds"] = "false"
                    classes.append((s, grade, number, kind, row["sourcedId"]))
    for n in range(n_students):
        is_student = n % 20 != 19
        s = n % 2
        family, given = FAMILIES[r.randrange(10)], GIVENS[r.randrange(10)]
        grade = (f"P{n // 2 % 6 + 1}" if s == 0 else f"J{n // 2 % 3 + 1}") if is_student else ""
        u = p.add("users.csv", sourcedId=ids.new(), enabledUser="true", username=f"u{n:05d}",
                  givenName=given[0], familyName=family[0], grades=grade,
                  userMasterIdentifier=ids.new(), preferredGivenName=given[0],
                  preferredFamilyName=family[0], primaryOrgSourcedId=school_rows[s]["sourcedId"])
        u["metadata.jp.kanaGivenName"], u["metadata.jp.kanaFamilyName"] = given[1], family[1]
        role = "student" if is_student else "teacher"
        p.add("roles.csv", sourcedId=ids.new(), userSourcedId=u["sourcedId"], roleType="primary",
              role=role, orgSourcedId=school_rows[s]["sourcedId"])
        mine = [c for c in classes if c[0] == s and c[1] == (grade or ("P1" if s == 0 else "J1"))
                and c[2] == n // 12 % 2 + 1]
        for c in mine[:3]:
            e = p.add("enrollments.csv", sourcedId=ids.new(), classSourcedId=c[4],
                      schoolSourcedId=school_rows[s]["sourcedId"], userSourcedId=u["sourcedId"],
                      role=role, primary="false", beginDate="2026-04-01", endDate="2027-03-31")
            e["metadata.jp.PublicFlg"] = "true"
    return p


# ---- every valid shape ----

VALID = {}


def valid(function):
    VALID[function.__name__] = function
    return function


@valid
def profile_1_2(p):
    pass


@valid
def without_resources(p):
    """1.2 with the later head: no resourceSourcedIds, kanaPreferred columns instead."""
    head = [c for c in HEADS["users.csv"] if c != "resourceSourcedIds"] + KANA_PREFERRED
    p.heads["users.csv"] = head
    for u in p.tables["users.csv"]:
        u["metadata.jp.kanaPreferredGivenName"] = u["metadata.jp.kanaGivenName"]


@valid
def profile_1_2_1(p):
    without_resources(p)
    p.manifest["oneroster.version"] = "1.2.1"


@valid
def profile_1_2_jp(p):
    profile_1_2_1(p)
    p.manifest["oneroster.version"] = "1.2_JP"


@valid
def k12_schools_spelling(p):
    profile_1_2_jp(p)
    p.rename = {"metadata.jp.ShussekiNo": "metadata.jp.shussekiNo",
                "metadata.jp.PublicFlg": "metadata.jp.publicFlg"}


@valid
def old_head_without_resources_or_kana_preferred(p):
    p.heads["users.csv"] = [c for c in HEADS["users.csv"] if c != "resourceSourcedIds"]


@valid
def byte_order_mark(p):
    p.bom = True


@valid
def unquoted(p):
    p.quoted = False


@valid
def line_feeds(p):
    p.eol = "\n"


@valid
def unquoted_line_feeds_and_mark(p):
    p.quoted, p.eol, p.bom = False, "\n", True


@valid
def no_line_end_at_the_end(p):
    for name, data in p.files().items():
        p.raw[name] = data[:-2]


@valid
def manifest_alone(p):
    p.tables = {}
    for name in PROPERTIES:
        p.manifest["file." + name] = "absent"


@valid
def exclusive_end_of_year(p):
    p.tables["academicSessions.csv"][0]["endDate"] = "2027-04-01"
    for e in p.tables["enrollments.csv"]:
        if e["endDate"]:
            e["endDate"] = "2027-04-01"


@valid
def hand_over_of_two_schools(p):
    """A teacher with two schools, a primary role in each; another with a secondary role."""
    orgs, roles = p.tables["orgs.csv"], p.tables["roles.csv"]
    ids = Ids(2)
    teachers = [r for r in roles if r["role"] == "teacher"]
    p.add("roles.csv", sourcedId=ids.new(), userSourcedId=teachers[0]["userSourcedId"],
          roleType="primary", role="teacher", orgSourcedId=orgs[2]["sourcedId"])
    p.add("roles.csv", sourcedId=ids.new(), userSourcedId=teachers[1]["userSourcedId"],
          roleType="secondary", role="teacher", orgSourcedId=orgs[1]["sourcedId"])


@valid
def extension_columns_behind(p):
    p.heads["users.csv"] = HEADS["users.csv"] + ["metadata.example.bus"]


@valid
def entries_stored(p):
    p.only_deflate = False
    p.extra = [(n, d, zipfile.ZIP_STORED) for n, d in p.files().items()]
    p.raw = {n: None for n in p.files()}


@valid
def longest_names(p):
    p.tables["users.csv"][3]["familyName"] = "長" * 255
    p.tables["classes.csv"][0]["title"] = "組" * 300


@valid
def names_of_every_kind(p):
    u = p.tables["users.csv"]
    u[0].update(familyName="髙﨑", givenName="𠮷乃")
    u[1].update(familyName="葛\U000E0100城", givenName="辻\U000E0101")
    u[2].update(familyName="Nguyễn", givenName="Thị Mai", middleName="Ánh")
    u[3].update({"metadata.jp.kanaGivenName": "サクラ", "metadata.jp.kanaFamilyName": "ヴァン・ダイク"})
    u[4].update(familyName='O"Brien, Jr.', givenName="D’Arcy")


@valid
def every_role_and_enrolment_role(p):
    orgs, users, ids = p.tables["orgs.csv"], p.tables["users.csv"], Ids(3)
    for n, role in enumerate(("principal", "siteAdministrator", "aide", "counselor", "proctor")):
        p.add("roles.csv", sourcedId=ids.new(), userSourcedId=users[6]["sourcedId"],
              roleType="secondary", role=role, orgSourcedId=orgs[1]["sourcedId"]) if n < 2 else None
    for n, role in enumerate(("administrator", "proctor")):
        e = p.add("enrollments.csv", sourcedId=ids.new(), userSourcedId=users[6]["sourcedId"],
                  classSourcedId=p.tables["classes.csv"][2]["sourcedId"],
                  schoolSourcedId=orgs[1]["sourcedId"], role=role, primary="false")
    p.add("enrollments.csv", sourcedId=ids.new(), userSourcedId=users[0]["sourcedId"],
          classSourcedId=p.tables["classes.csv"][0]["sourcedId"],
          schoolSourcedId=orgs[1]["sourcedId"], role="guardian", primary="false")


@valid
def other_org_types(p):
    ids = Ids(4)
    for kind in ("department", "local", "state", "national"):
        p.add("orgs.csv", sourcedId=ids.new(), name="ほかの組織", type=kind)


@valid
def source_properties_of_its_own(p):
    p.manifest["digitalkoumu.oneroster.version"] = "3"


@valid
def user_profiles_without_password(p):
    p.add("userProfiles.csv", sourcedId=Ids(5).new(),
          userSourcedId=p.tables["users.csv"][0]["sourcedId"], profileType="LMS", vendorId="v",
          credentialType="sso", username="x")


@valid
def a_whole_town(p):
    q = town(1000)
    p.tables, p.manifest = q.tables, q.manifest


# ---- one defect each: name -> (rule, severity, file, line, column, function) ----

DEFECT = {}
E, W = "誤り", "注意"


def defect(rule, file, line="", column="", severity=E, name=None):
    def note(function):
        DEFECT[name or function.__name__] = (rule, severity, file, str(line), column, function)
        return function
    return note


def cell(name, rule, file, line, column, value, severity=E):
    """The defect is one value: line 2 is the first row."""
    def change(p):
        p.tables[file][line - 2][column] = value
    defect(rule, file, line, column, severity, name)(change)


def text_of(name, rule, file, line, column, old, new, severity=E):
    """The defect is in the file's bytes: old becomes new on that line."""
    def change(p):
        lines = p.files()[file].split(b"\r\n")
        assert old in lines[line - 1], (name, lines[line - 1])
        lines[line - 1] = lines[line - 1].replace(old, new, 1)
        p.raw[file] = b"\r\n".join(lines)
    defect(rule, file, line, column, severity, name)(change)


# ZIP

@defect("zip.broken", "")
def zip_is_text(p):
    p.after = lambda data: b"sourcedId,status\r\n"


@defect("zip.broken", "")
def zip_is_empty(p):
    p.after = lambda data: b""


@defect("zip.broken", "")
def zip_is_cut(p):
    p.after = lambda data: data[:len(data) // 2]


@defect("zip.encrypted", "users.csv")
def zip_has_password(p):
    def encrypt(data):
        data = bytearray(data)
        at = data.find(b"users.csv")  # local head: flags at 6 of 30 before the name
        data[at - 30 + 6] |= 1
        central = data.rfind(b"users.csv")
        data[central - 46 + 8] |= 1
        return bytes(data)
    p.after = encrypt


@defect("zip.doubled", "users.csv")
def zip_name_twice(p):
    p.extra.append(("users.csv", p.files()["users.csv"], zipfile.ZIP_DEFLATED))


@defect("zip.doubled", "Users.csv")
def zip_name_twice_but_for_case(p):
    p.extra.append(("Users.csv", b"x", zipfile.ZIP_DEFLATED))


for n, bad in enumerate(("../users.csv", "/etc/users.csv", "a/../../users.csv", "C:users.csv",
                         "..", "a/.."), 1):
    def escape(p, bad=bad):
        p.extra.append((zipfile.ZipInfo("x" * len(bad), DATE), b"x", zipfile.ZIP_DEFLATED))
        p.after = lambda data: data.replace(b"x" * len(bad), bad.encode())
    if bad != "..":  # too short to stand apart from other bytes
        defect("zip.path", bad, name=f"zip_path_escape_{n}")(escape)


# libarchive reads a backslash as the slash it is meant to be
@defect("zip.folder", "sub/users.csv")
def zip_folder_with_backslash(p):
    p.extra.append(("sub?users.csv", b"x", zipfile.ZIP_DEFLATED))
    p.after = lambda data: data.replace(b"sub?users.csv", b"sub\\users.csv")


@defect("zip.path", "../users.csv")
def zip_path_with_backslash(p):
    p.extra.append(("..?users.csv", b"x", zipfile.ZIP_DEFLATED))
    p.after = lambda data: data.replace(b"..?users.csv", b"..\\users.csv")


@defect("zip.path", "a\x01b.csv")
def zip_path_with_control(p):
    p.extra.append(("a?b.csv", b"x", zipfile.ZIP_DEFLATED))
    p.after = lambda data: data.replace(b"a?b.csv", b"a\x01b.csv")


@defect("zip.folder", "roster/notes.csv")
def zip_file_in_folder(p):
    p.extra.append(("roster/notes.csv", b"x", zipfile.ZIP_DEFLATED))


@defect("zip.folder", "roster/")
def zip_empty_folder(p):
    info = zipfile.ZipInfo("roster/", DATE)
    info.external_attr = 0o40755 << 16 | 0x10
    p.extra.append((info, b"", zipfile.ZIP_STORED))


@defect("zip.kind", "link.csv")
def zip_symbolic_link(p):
    info = zipfile.ZipInfo("link.csv", DATE)
    info.external_attr = 0o120777 << 16
    p.extra.append((info, b"/etc/passwd", zipfile.ZIP_STORED))


@defect("zip.method", "users.csv")
def zip_bzip2(p):
    p.extra.append(("users.csv", p.files()["users.csv"], zipfile.ZIP_BZIP2))
    p.raw["users.csv"] = None


@defect("zip.method", "extra.csv")
def zip_lzma(p):
    p.extra.append(("extra.csv", b"x" * 100, zipfile.ZIP_LZMA))


@defect("zip.count", "")
def zip_too_many_files(p):
    p.extra = [(f"f{n}.csv", b"", zipfile.ZIP_STORED) for n in range(80)]


@defect("zip.file_size", "bomb.csv")
def zip_file_too_large(p):
    p.extra.append(("bomb.csv", b"\0" * (33 << 20), zipfile.ZIP_DEFLATED))


@defect("zip.total_size", "")
def zip_total_too_large(p):
    r = random.Random(9)
    block = r.randbytes(1 << 20)  # repeated it still does not compress beyond the ratio
    data = block * 11
    p.extra = [(f"f{n}.bin", data, zipfile.ZIP_STORED) for n in range(1)]
    small = bytes(30 << 20)
    p.extra += [(f"g{n}.bin", small, zipfile.ZIP_DEFLATED) for n in range(3)]


@defect("zip.ratio", "bomb.csv")
def zip_bomb(p):
    p.extra.append(("bomb.csv", b"\0" * (20 << 20), zipfile.ZIP_DEFLATED))


def lie_about_size(data, name, by):
    data = bytearray(data)
    for mark, at_name, at_size in ((b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)):
        i = -1
        while (i := data.find(mark, i + 1)) >= 0:
            if data[i + at_name:i + at_name + len(name)] == name:
                size, = struct.unpack_from("<I", data, i + at_size)
                struct.pack_into("<I", data, i + at_size, size + by)
    return bytes(data)


@defect("zip.differs", "users.csv")
def zip_says_larger(p):
    p.after = lambda data: lie_about_size(data, b"users.csv", 5)


@defect("zip.differs", "users.csv")
def zip_says_smaller(p):
    p.after = lambda data: lie_about_size(data, b"users.csv", -5)


@defect("zip.differs", "orgs.csv")
def zip_wrong_check_sum(p):
    def flip(data):
        data = bytearray(data)
        for mark, at_name, at_sum in ((b"PK\x03\x04", 30, 14), (b"PK\x01\x02", 46, 16)):
            i = -1
            while (i := data.find(mark, i + 1)) >= 0:
                if data[i + at_name:i + at_name + 8] == b"orgs.csv":
                    data[i + at_sum] ^= 0xFF
        return bytes(data)
    p.after = flip


@defect("zip.size", "")
def zip_too_large(p):
    p.extra.append(("x.bin", random.Random(10).randbytes(17 << 20), zipfile.ZIP_STORED))


@defect("zip.unknown", "読んでください.txt", severity=W)
def zip_other_file(p):
    p.extra.append(("読んでください.txt", "名簿です".encode(), zipfile.ZIP_DEFLATED))


# CSV

@defect("csv.utf16", "users.csv", 1)
def csv_utf16(p):
    p.raw["users.csv"] = p.text("users.csv").encode("utf-16")


def cp932(p):
    lines = p.files()["orgs.csv"].split(b"\r\n")
    lines[2] = lines[2].decode().encode("cp932")
    p.raw["orgs.csv"] = b"\r\n".join(lines)


defect("csv.utf8", "orgs.csv", 3, "name", name="csv_cp932")(cp932)
text_of("csv_cut_character", "csv.utf8", "orgs.csv", 2, "name", "青".encode(), "青".encode()[:2])
text_of("csv_surrogate", "csv.utf8", "orgs.csv", 2, "name", "青".encode(), b"\xed\xa0\x80")
text_of("csv_overlong", "csv.utf8", "orgs.csv", 2, "name", "青".encode(), b"\xc0\xaf")
text_of("csv_nul", "csv.nul", "orgs.csv", 3, "name", "みどり".encode(), b"\0")
text_of("csv_quote_open", "csv.quote_open", "orgs.csv", 3, "name", "小学校\"".encode(),
        "小学校".encode())
text_of("csv_quote_open_last", "csv.quote_open", "enrollments.csv", 4, "metadata.jp.PublicFlg",
        b"\"true\"", b"\"true")
text_of("csv_text_behind_quote", "csv.quote_inside", "orgs.csv", 3, "name", "小学校\"".encode(),
        "小学校\"です".encode())
text_of("csv_quote_in_plain_field", "csv.quote_inside", "orgs.csv", 3, "type", b"\"school\"",
        b"sch\"ool")
text_of("csv_line_break", "csv.line_break", "orgs.csv", 3, "name", "みどり".encode(),
        "みど\r\nり".encode())
text_of("csv_line_feed_inside", "csv.line_break", "users.csv", 4, "familyName", "𠮷田".encode(),
        "𠮷\n田".encode())
text_of("csv_bare_cr", "csv.bare_cr", "orgs.csv", 3, "name", "みどり".encode(), "み\rどり".encode())
text_of("csv_too_few_fields", "csv.n_fields", "roles.csv", 5, "", b"\"\",\"\",", b"\"\",")
text_of("csv_too_many_fields", "csv.n_fields", "roles.csv", 5, "", b"\"\",\"\",", b"\"\",\"\",\"\",")
text_of("csv_field_long", "csv.field_long", "orgs.csv", 3, "name", "みどり".encode(), b"a" * 5000)


@defect("csv.blank", "orgs.csv", 3, severity=W)
def csv_blank_line(p):
    p.raw["orgs.csv"] = p.files()["orgs.csv"].replace(b"\r\n", b"\r\n\r\n", 2).replace(
        b"\r\n\r\n", b"\r\n", 1)


@defect("csv.n_rows", "orgs.csv", 100002)
def csv_too_many_rows(p):
    ids = Ids(6)
    for n in range(100001 - len(p.tables["orgs.csv"])):
        p.add("orgs.csv", sourcedId=ids.new(), name="組織", type="department")


# heads

def head_change(name, rule, file, column, change, severity=E):
    def apply(p):
        p.heads[file] = change(list(p.heads[file]))
    defect(rule, file, 1, column, severity, name)(apply)


def without(column):
    return lambda head: [c for c in head if c != column]


def swapped(a, b):
    def change(head):
        i, k = head.index(a), head.index(b)
        head[i], head[k] = head[k], head[i]
        return head
    return change


for file, column in (("users.csv", "identifier"), ("orgs.csv", "dateLastModified"),
                     ("classes.csv", "periods"), ("roles.csv", "beginDate"),
                     ("enrollments.csv", "primary"), ("courses.csv", "courseCode"),
                     ("academicSessions.csv", "parentSourcedId")):
    head_change(f"head_missing_{file[:-4]}", "header.missing", file, column, without(column))
for file, column in (("users.csv", "metadata.jp.kanaMiddleName"),
                     ("enrollments.csv", "metadata.jp.PublicFlg"),
                     ("classes.csv", "metadata.jp.specialNeeds")):
    head_change(f"head_should_{file[:-4]}", "header.should", file, column, without(column), W)
head_change("head_order", "header.order", "users.csv", "givenName",
            swapped("givenName", "familyName"))
head_change("head_order_extra_between", "header.order", "orgs.csv", "",
            lambda head: head[:4] + ["metadata.example.x"] + head[4:])
head_change("head_doubled", "header.doubled", "orgs.csv", "name", lambda head: head + ["name"])
head_change("head_extra", "header.extra", "orgs.csv", "", lambda head: head + ["電話番号"], W)


@defect("header.case", "users.csv", 1, "sourcedId")
def head_case(p):
    p.rename = {"sourcedId": "SourcedId"}
    users = p.text("users.csv").encode()
    p.rename = {}
    p.raw["users.csv"] = users


@defect("header.case", "roles.csv", 1, "role")
def head_with_blank(p):
    p.raw["roles.csv"] = p.files()["roles.csv"].replace(b'"role"', b'"role "', 1)


@defect("file.empty", "users.csv", 1)
def file_without_a_byte(p):
    p.raw["users.csv"] = b""


@defect("file.empty", "users.csv", 1)
def file_without_head(p):
    p.raw["users.csv"] = b"\r\n".join(p.files()["users.csv"].split(b"\r\n")[1:])


@defect("file.no_rows", "courses.csv", 1)
def file_without_rows(p):
    p.tables["courses.csv"] = []
    p.tables["classes.csv"] = [dict(c, courseSourcedId="") for c in p.tables["classes.csv"]]
    p.tables.pop("classes.csv")
    p.tables.pop("enrollments.csv")
    p.manifest["file.classes"] = p.manifest["file.enrollments"] = "absent"
    for u in p.tables["users.csv"]:
        u["metadata.jp.homeClass"] = ""


# manifest

@defect("manifest.missing", "manifest.csv")
def manifest_missing(p):
    p.raw["manifest.csv"] = None


def manifest_change(name, rule, line, column, key, value, severity=E):
    def change(p):
        p.manifest[key] = value
    defect(rule, "manifest.csv", line, column, severity, name)(change)


manifest_change("manifest_version", "manifest.version", 2, "value", "manifest.version", "2.0")
manifest_change("manifest_oneroster_1_1", "manifest.oneroster_version", 3, "value",
                "oneroster.version", "1.1")
manifest_change("manifest_oneroster_empty", "manifest.oneroster_version", 3, "value",
                "oneroster.version", "")
manifest_change("manifest_oneroster_case", "manifest.oneroster_version", 3, "value",
                "oneroster.version", "1.2_jp")
manifest_change("manifest_no_version", "manifest.property", "", "oneroster.version",
                "oneroster.version", None)
manifest_change("manifest_no_property", "manifest.property", "", "file.resultScoreScales",
                "file.resultScoreScales", None)
manifest_change("manifest_no_property_of_ours", "manifest.property", "", "file.users",
                "file.users", None)
manifest_change("manifest_value_case", "manifest.value", 24, "value", "file.users", "Bulk")
manifest_change("manifest_value", "manifest.value", 5, "value", "file.categories", "yes")
manifest_change("manifest_delta", "manifest.delta", 24, "value", "file.users", "delta")
manifest_change("manifest_unused", "manifest.unused", 13, "value", "file.lineItems", "bulk", W)
manifest_change("manifest_unknown", "manifest.unknown", 27, "propertyName", "file.lunches",
                "absent", W)
manifest_change("manifest_no_source", "manifest.source", "", "source.systemName",
                "source.systemName", None, W)
manifest_change("manifest_empty_source", "manifest.source", 25, "value", "source.systemName", "",
                W)


@defect("manifest.doubled", "manifest.csv", 27, "propertyName")
def manifest_doubled(p):
    p.raw["manifest.csv"] = p.files()["manifest.csv"] + b'"file.users","bulk"\r\n'


@defect("manifest.not_sent", "manifest.csv", 10, "value")
def manifest_not_sent(p):
    p.manifest["file.demographics"] = "bulk"


@defect("manifest.not_told", "demographics.csv")
def manifest_not_told(p):
    p.raw["demographics.csv"] = p.text("demographics.csv").encode()


@defect("manifest.needs", "manifest.csv", 8, "value")
def manifest_needs(p):
    p.tables.pop("courses.csv")
    p.manifest["file.courses"] = "absent"


@defect("header.missing", "manifest.csv", 1, "value")
def manifest_head(p):
    p.raw["manifest.csv"] = b'"propertyName"\r\n"manifest.version"\r\n'


# fields

cell("bulk_status", "bulk.status", "users.csv", 3, "status", "active")
cell("bulk_modified", "bulk.modified", "orgs.csv", 3, "dateLastModified",
     "2026-04-01T00:00:00.000Z")
for file, line, column in (("orgs.csv", 3, "name"), ("users.csv", 4, "familyName"),
                           ("users.csv", 4, "givenName"), ("users.csv", 4, "username"),
                           ("users.csv", 4, "enabledUser"), ("roles.csv", 6, "orgSourcedId"),
                           ("classes.csv", 4, "classType"), ("classes.csv", 4, "termSourcedIds"),
                           ("courses.csv", 3, "title"), ("enrollments.csv", 3, "schoolSourcedId"),
                           ("enrollments.csv", 9, "classSourcedId"),
                           ("academicSessions.csv", 2, "schoolYear")):
    cell(f"missing_{file[:-4]}_{column}", "field.missing", file, line, column, "")
cell("missing_name_of_blanks", "field.missing", "users.csv", 4, "familyName", "　 ")
cell("blanks_around", "field.blanks", "users.csv", 4, "familyName", "山田　", W)
cell("control_tab", "field.control", "users.csv", 4, "familyName", "山\t田")
cell("control_del", "field.control", "users.csv", 4, "givenName", "あ\x7fい")
cell("control_c1", "field.control", "classes.csv", 2, "location", "あ\u0085い")
cell("invisible_bidi", "field.invisible", "users.csv", 4, "familyName", "山\u202e田", W)
cell("invisible_zero_width", "field.invisible", "users.csv", 4, "givenName", "花\u200b子", W)
cell("parted_marks", "field.invisible", "users.csv", 4, "metadata.jp.kanaGivenName",
     "か\u3099く", W)
for n, value in enumerate(("=1+1", "+81", "-1", "@SUM(1)", "＝1", "　=HYPERLINK(1)"), 1):
    if n < 6:
        cell(f"formula_{n}", "field.formula", "users.csv", 4, "givenName", value, W)
cell("formula_username", "field.formula", "users.csv", 4, "username", "=cmd|' /C calc'!A0", W)
cell("halfwidth_org", "text.halfwidth", "orgs.csv", 3, "name", "ﾐﾄﾞﾘ小学校")
cell("halfwidth_class", "text.halfwidth", "classes.csv", 2, "title", "5年ｲ組")
cell("halfwidth_place", "text.halfwidth", "classes.csv", 4, "location", "ｺﾝﾋﾟｭｰﾀ室")
cell("halfwidth_name", "text.halfwidth", "users.csv", 5, "preferredGivenName", "ｻｸﾗ")
cell("halfwidth_course", "text.halfwidth", "courses.csv", 2, "title", "2026年度ｺｰｽ")
cell("kana_halfwidth", "users.kana.halfwidth", "users.csv", 5, "metadata.jp.kanaGivenName", "ｻｸﾗ")
cell("kana_halfwidth_family", "users.kana.halfwidth", "users.csv", 5,
     "metadata.jp.kanaFamilyName", "ｽｽﾞｷ")
cell("kana_kanji", "users.kana.script", "users.csv", 5, "metadata.jp.kanaGivenName", "桜", W)
cell("kana_missing", "users.kana.missing", "users.csv", 5, "metadata.jp.kanaGivenName", "", W)
cell("preferred_missing", "users.preferred.missing", "users.csv", 5, "preferredFamilyName", "", W)
cell("master_missing", "users.master.missing", "users.csv", 5, "userMasterIdentifier", "", W)
cell("master_form", "users.master.form", "users.csv", 5, "userMasterIdentifier", "12345", W)


@defect("users.master.doubled", "users.csv", 6, "userMasterIdentifier")
def master_doubled(p):
    u = p.tables["users.csv"]
    u[4]["userMasterIdentifier"] = u[3]["userMasterIdentifier"]


@defect("users.username.doubled", "users.csv", 6, "username", W)
def username_doubled(p):
    u = p.tables["users.csv"]
    u[4]["username"] = u[3]["username"]


def renamed_id(p, file, line, new):
    """A sourcedId and all that refer to it."""
    old = p.tables[file][line - 2]["sourcedId"]
    for rows in p.tables.values():
        for row in rows:
            for key, value in row.items():
                if old and old in value:
                    row[key] = value.replace(old, new)


@defect("id.form", "classes.csv", 3, "sourcedId", W)
def id_no_uuid(p):
    renamed_id(p, "classes.csv", 3, "class-1-2")


@defect("id.form", "orgs.csv", 2, "sourcedId", W)
def id_of_version_1(p):
    renamed_id(p, "orgs.csv", 2, "6ba7b810-9dad-11d1-80b4-00c04fd430c8")


@defect("id.case", "users.csv", 4, "sourcedId", W)
def id_upper(p):
    renamed_id(p, "users.csv", 4, "ABCDEF01-2345-4789-ABCD-EF0123456789")


for file, line in (("enrollments.csv", 4), ("roles.csv", 4), ("courses.csv", 3)):
    def double(p, file=file, line=line):
        rows = p.tables[file]
        extra = dict(rows[line - 2])
        rows.append(extra)
    n_rows = {"enrollments.csv": 12, "roles.csv": 11, "courses.csv": 4}[file]
    defect("id.doubled", file, n_rows, "sourcedId", name=f"id_doubled_{file[:-4]}")(double)

UNKNOWN = "00000000-0000-4000-8000-000000000000"
for file, line, column in (("orgs.csv", 3, "parentSourcedId"), ("courses.csv", 2, "orgSourcedId"),
                           ("courses.csv", 2, "schoolYearSourcedId"),
                           ("classes.csv", 4, "courseSourcedId"),
                           ("classes.csv", 4, "termSourcedIds"),
                           ("users.csv", 3, "agentSourcedIds"),
                           ("users.csv", 3, "primaryOrgSourcedId"),
                           ("users.csv", 3, "metadata.jp.homeClass"),
                           ("roles.csv", 4, "orgSourcedId"),
                           ("enrollments.csv", 4, "classSourcedId"),
                           ("enrollments.csv", 4, "userSourcedId"),
                           ("enrollments.csv", 4, "schoolSourcedId"),
                           ("academicSessions.csv", 2, "parentSourcedId")):
    cell(f"unknown_{file[:-4]}_{column.replace('metadata.jp.', '')}", "reference.unknown", file,
         line, column, UNKNOWN)


@defect("reference.unknown", "roles.csv", 11, "userSourcedId")
def unknown_roles_user(p):
    p.add("roles.csv", sourcedId=Ids(8).new(), userSourcedId=UNKNOWN, roleType="primary",
          role="student", orgSourcedId=p.tables["orgs.csv"][1]["sourcedId"])


@defect("reference.doubled", "users.csv", 3, "agentSourcedIds", W)
def reference_doubled(p):
    u = p.tables["users.csv"]
    u[1]["agentSourcedIds"] = u[0]["sourcedId"] + "," + u[0]["sourcedId"]


@defect("list.form", "users.csv", 3, "agentSourcedIds")
def list_with_blank(p):
    u = p.tables["users.csv"]
    u[1]["agentSourcedIds"] = u[0]["sourcedId"] + ","


cell("list_periods", "list.form", "classes.csv", 4, "periods", "1,,2")
cell("list_grades_blank", "list.form", "classes.csv", 4, "grades", "P5, P6")
cell("choice_org", "value.choice", "orgs.csv", 5, "type", "kindergarten")
cell("choice_class", "value.choice", "classes.csv", 4, "classType", "club")
cell("choice_role_type", "value.choice", "roles.csv", 4, "roleType", "main")
cell("choice_enabled", "value.choice", "users.csv", 4, "enabledUser", "1")
cell("choice_enrolment", "value.choice", "enrollments.csv", 11, "role", "assistant")
cell("choice_public", "value.choice", "enrollments.csv", 4, "metadata.jp.PublicFlg", "0")
cell("case_enabled", "value.case", "users.csv", 4, "enabledUser", "TRUE")
cell("case_role", "value.case", "roles.csv", 4, "role", "Student")
cell("case_org", "value.case", "orgs.csv", 5, "type", "Department")
cell("case_special", "value.case", "classes.csv", 4, "metadata.jp.specialNeeds", "False")
cell("extension_org", "value.extension", "orgs.csv", 5, "type", "ext:technicalCollege", W)
cell("number_form", "number.form", "enrollments.csv", 2, "metadata.jp.ShussekiNo", "３")
cell("number_year", "number.form", "academicSessions.csv", 2, "schoolYear", "令和8")
for n, value in enumerate(("2026/04/01", "2026-4-1", "20260401", "2026-02-30", "2026-13-01",
                           "２０２６-04-01", "2025-02-29"), 1):
    cell(f"date_form_{n}", "date.form", "enrollments.csv", 4, "beginDate", value)
cell("date_form_session", "date.form", "academicSessions.csv", 2, "startDate", "令和8年4月1日")
cell("date_form_role", "date.form", "roles.csv", 4, "endDate", "2027-03-32")
cell("date_order_enrolment", "date.order", "enrollments.csv", 4, "endDate", "2026-03-31")
cell("date_order_role", "date.order", "roles.csv", 4, "endDate", "2026-03-31")
cell("date_order_session", "date.order", "academicSessions.csv", 2, "endDate", "2025-03-31")
cell("date_outside_begin", "date.outside", "enrollments.csv", 4, "beginDate", "2026-03-31", W)
cell("date_outside_end", "date.outside", "enrollments.csv", 4, "endDate", "2027-04-02", W)
for n, value in enumerate(("5", "P7", "J4", "p5", "H0", "小5"), 1):
    cell(f"grade_{n}", "grade.code", "classes.csv", 4, "grades", value)
cell("mail_form", "mail.form", "users.csv", 8, "email", "t6.example.jp", W)
cell("password_present", "secret.present", "users.csv", 4, "password", "himitsu", W)


@defect("secret.present", "userProfiles.csv", 2, "password", W)
def profile_password(p):
    user_profiles_without_password(p)
    p.tables["userProfiles.csv"][0]["password"] = "himitsu"


# places

cell("session_type", "sessions.type", "academicSessions.csv", 2, "type", "term")
cell("session_title", "sessions.title", "academicSessions.csv", 2, "title", "令和8年度", W)
cell("session_start", "sessions.start", "academicSessions.csv", 2, "startDate", "2026-04-02")
cell("session_end", "sessions.end", "academicSessions.csv", 2, "endDate", "2027-03-30")
cell("session_two_years", "sessions.end", "academicSessions.csv", 2, "endDate", "2028-03-31")
cell("session_year", "sessions.year", "academicSessions.csv", 2, "schoolYear", "2027", W)


@defect("orgs.district_parent", "orgs.csv", 2, "parentSourcedId")
def district_parent(p):
    other = p.add("orgs.csv", sourcedId=Ids(10).new(), name="見本県", type="state")
    p.tables["orgs.csv"][0]["parentSourcedId"] = other["sourcedId"]


@defect("orgs.parent_self", "orgs.csv", 3, "parentSourcedId")
def parent_self(p):
    o = p.tables["orgs.csv"]
    o[1]["parentSourcedId"] = o[1]["sourcedId"]
    for c in p.tables["courses.csv"]:
        pass


@defect("orgs.parent_kind", "orgs.csv", 4, "parentSourcedId", W)
def parent_is_school(p):
    o = p.tables["orgs.csv"]
    o[2]["parentSourcedId"] = o[1]["sourcedId"]


@defect("orgs.no_school", "orgs.csv", severity=W)
def no_school(p):
    p.tables["orgs.csv"] = p.tables["orgs.csv"][:1]
    for table in ("classes.csv", "courses.csv", "enrollments.csv"):
        p.tables.pop(table)
        p.manifest["file." + table[:-4]] = "absent"
    p.tables["users.csv"] = [dict(p.tables["users.csv"][8])]
    p.tables["roles.csv"] = [dict(p.tables["roles.csv"][8])]


cell("school_code", "orgs.school_code", "orgs.csv", 3, "identifier", "B1231234567", W)
cell("school_code_prefecture", "orgs.school_code", "orgs.csv", 3, "identifier",
     school_code("B1", 48, 1234567), W)
cell("school_code_kind", "orgs.school_code", "orgs.csv", 3, "identifier",
     school_code("B2", 23, 1234567), W)
cell("school_digit", "orgs.school_digit", "orgs.csv", 3, "identifier",
     school_code("B1", 23, 1234567)[:-1] +
     str((int(school_code("B1", 23, 1234567)[-1]) + 1) % 10), W)
cell("board_code", "orgs.board_code", "orgs.csv", 2, "identifier", "23100", W)


@defect("orgs.code_doubled", "orgs.csv", 4, "identifier", W)
def code_doubled(p):
    o = p.tables["orgs.csv"]
    o[2]["identifier"] = o[1]["identifier"]


cell("course_title", "courses.title", "courses.csv", 2, "title", "みどり小学校", W)
cell("course_code", "courses.code", "courses.csv", 2, "courseCode", "C1")
cell("subjects_count", "subjects.count", "classes.csv", 4, "subjectCodes", "020,030")
cell("subjects_count_course", "subjects.count", "courses.csv", 3, "subjectCodes",
     "010")


@defect("school.kind", "classes.csv", 3, "schoolSourcedId")
def class_of_board(p):
    p.tables["classes.csv"][1]["schoolSourcedId"] = p.tables["orgs.csv"][0]["sourcedId"]
    p.tables["enrollments.csv"] = [e for e in p.tables["enrollments.csv"]
                                   if e["classSourcedId"] != p.tables["classes.csv"][1]["sourcedId"]]


@defect("school.kind", "enrollments.csv", 4, "schoolSourcedId")
def enrolment_of_board(p):
    p.tables["enrollments.csv"][2]["schoolSourcedId"] = p.tables["orgs.csv"][0]["sourcedId"]


@defect("classes.course_year", "classes.csv", 4, "termSourcedIds", W)
def class_of_other_year(p):
    year = p.add("academicSessions.csv", sourcedId=Ids(11).new(), title="2025年度",
                 type="schoolYear", startDate="2025-04-01", endDate="2026-03-31",
                 schoolYear="2025")
    p.tables["classes.csv"][2]["termSourcedIds"] = year["sourcedId"]


@defect("classes.course_school", "classes.csv", 4, "courseSourcedId", W)
def class_of_other_course(p):
    p.tables["classes.csv"][2]["courseSourcedId"] = p.tables["courses.csv"][1]["sourcedId"]


# people

@defect("users.no_role", "users.csv", 11, "sourcedId")
def user_no_role(p):
    ids = Ids(12)
    u = p.add("users.csv", sourcedId=ids.new(), enabledUser="true", username="new",
              givenName="あ", familyName="い", userMasterIdentifier=ids.new(),
              preferredGivenName="あ", preferredFamilyName="い")
    u["metadata.jp.kanaGivenName"], u["metadata.jp.kanaFamilyName"] = "あ", "い"


cell("grade_missing", "users.grade.missing", "users.csv", 3, "grades", "", W)
cell("grade_many", "users.grade.many", "users.csv", 3, "grades", "P5,P6", W)
cell("grade_user", "grade.code", "users.csv", 3, "grades", "5")


@defect("users.agent.self", "users.csv", 3, "agentSourcedIds")
def agent_self(p):
    u = p.tables["users.csv"]
    u[1]["agentSourcedIds"] = u[1]["sourcedId"]


@defect("users.agent.role", "users.csv", 3, "agentSourcedIds", W)
def agent_is_teacher(p):
    u = p.tables["users.csv"]
    u[1]["agentSourcedIds"] = u[6]["sourcedId"]


@defect("users.home_class.kind", "users.csv", 3, "metadata.jp.homeClass", W)
def home_is_lesson(p):
    p.tables["users.csv"][1]["metadata.jp.homeClass"] = p.tables["classes.csv"][2]["sourcedId"]


@defect("users.primary_org.role", "users.csv", 3, "primaryOrgSourcedId", W)
def primary_org_without_role(p):
    p.tables["users.csv"][1]["primaryOrgSourcedId"] = p.tables["orgs.csv"][2]["sourcedId"]


def more_role(p, like, **change):
    row = dict(p.tables["roles.csv"][like - 2], sourcedId=Ids(13).new())
    row.update(change)
    p.tables["roles.csv"].append(row)


@defect("roles.doubled", "roles.csv", 11)
def role_doubled(p):
    more_role(p, 4)


@defect("roles.primary.doubled", "roles.csv", 11, "roleType")
def primary_doubled(p):
    more_role(p, 8, role="principal")


cell("primary_missing", "roles.primary.missing", "roles.csv", 8, "roleType", "secondary")


@defect("roles.student.org", "roles.csv", 11, "orgSourcedId", W)
def student_at_board(p):
    more_role(p, 4, orgSourcedId=p.tables["orgs.csv"][0]["sourcedId"])


def more_enrolment(p, like, **change):
    row = dict(p.tables["enrollments.csv"][like - 2], sourcedId=Ids(14).new())
    row.update(change)
    p.tables["enrollments.csv"].append(row)


@defect("enrollments.doubled", "enrollments.csv", 12)
def enrolment_doubled(p):
    more_enrolment(p, 2)


@defect("enrollments.school", "enrollments.csv", 2, "schoolSourcedId")
def enrolment_of_other_school(p):
    p.tables["enrollments.csv"][0]["schoolSourcedId"] = p.tables["orgs.csv"][2]["sourcedId"]


cell("student_primary", "enrollments.primary", "enrollments.csv", 2, "primary", "true")
cell("primary_empty", "enrollments.primary.missing", "enrollments.csv", 2, "primary", "", W)


@defect("enrollments.role", "enrollments.csv", 12, "role", W)
def student_teaches(p):
    more_enrolment(p, 2, role="teacher")


@defect("enrollments.homerooms", "enrollments.csv", 12, "classSourcedId", W)
def two_homerooms(p):
    ids = Ids(15)
    c = dict(p.tables["classes.csv"][0], sourcedId=ids.new(), title="5年2組")
    p.tables["classes.csv"].append(c)
    more_enrolment(p, 2, classSourcedId=c["sourcedId"])


@defect("enrollments.user_school", "enrollments.csv", 12, "userSourcedId", W)
def stranger_in_class(p):
    more_enrolment(p, 10, userSourcedId=p.tables["users.csv"][7]["sourcedId"], primary="false")


@defect("enrollments.number.doubled", "enrollments.csv", 4, "metadata.jp.ShussekiNo", W)
def same_number(p):
    e = p.tables["enrollments.csv"]
    e[2]["metadata.jp.ShussekiNo"] = e[0]["metadata.jp.ShussekiNo"]


@defect("demographics.unused", "demographics.csv", severity=W)
def demographics_sent(p):
    p.add("demographics.csv", sourcedId=p.tables["users.csv"][1]["sourcedId"],
          birthDate="2015-05-05", sex="unspecified")


def make(function):
    p = base()
    function(p)
    return p.zip()


def main(argv):
    if len(argv) == 3 and argv[0] == "--town":
        with open(argv[2], "wb") as f:
            f.write(town(int(argv[1])).zip())
        return 0
    if len(argv) != 1:
        print(__doc__)
        return 2
    lines = []
    for kind, table in (("valid", VALID), ("defect", DEFECT)):
        os.makedirs(os.path.join(argv[0], kind), exist_ok=True)
        for name, entry in table.items():
            with open(os.path.join(argv[0], kind, name + ".zip"), "wb") as f:
                f.write(make(entry if kind == "valid" else entry[5]))
            lines.append("\t".join([kind, name] + (list(entry[:5]) if kind == "defect" else [])))
    with open(os.path.join(argv[0], "expected.tsv"), "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    print(f"{len(VALID)} valid, {len(DEFECT)} defects, "
          f"{len({d[0] for d in DEFECT.values()})} rules")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
