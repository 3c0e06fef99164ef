#!/usr/bin/env python3
"""返還データ（bag）とデータ消去証明書を、この1ファイルと openssl だけで検査します。

  python3 ibasho_verify.py bag フォルダ [--key 鍵の文字列]
  python3 ibasho_verify.py certificate ファイル [--bag フォルダ] [--town 自治体の証明書.pem]

終了コード：0 正しい、1 正しくない、2 正しいが受け取れていない受領書がある（3 検査できなかった）。
ネットワークには、つなぎません。Python 3.8 以上の標準ライブラリと openssl 3 だけを使います。

この検査で分かること：ファイルが返還のときのままであること、監査記録の木と署名、記録の1件ずつが監査記録の
葉と対になっていること、契約終了の手順が順番どおりに、決められた鍵の署名つきで進んだこと。
分からないこと：封をした列（氏名など）を開いた文字が、封の中身と同じであること（書き出した事業者の署名に
よる約束です）。検査した機械の外に写しがないこと（証明書では「申告」の項目です）。
"""
import base64, hashlib, json, os, re, sqlite3, subprocess, sys, tempfile
from contextlib import contextmanager
from datetime import datetime, timedelta

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NAME = "[a-z0-9._-]{1,63}"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
ED_SPKI = bytes.fromhex("302a300506032b6570032100")

class Bad(Exception):
    """正しくない：場所と理由。"""

class Unable(Exception):
    """検査できない（openssl がない、など）。"""

def need(ok, text):
    if not ok:
        raise Bad(text)

@contextmanager
def reading(what):
    """What cannot even be read is not right, at this place."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, OverflowError, sqlite3.Error) as error:
        raise Bad(what + "：読めません") from error

def sha256(data):
    return hashlib.sha256(data).digest()

def hex_of(text, n):
    need(isinstance(text, str) and re.fullmatch("[0-9a-f]{%d}" % (2 * n), text), "16進数ではない値")
    return bytes.fromhex(text)

# ---- openssl ----

def openssl(args, **files):
    """Runs openssl with these files in a directory of its own."""
    with tempfile.TemporaryDirectory() as place:
        for name, data in files.items():
            with open(os.path.join(place, name), "wb") as f:
                f.write(data)
        try:
            return subprocess.run(["openssl"] + args.split(), cwd=place, stdin=subprocess.DEVNULL,
                capture_output=True, check=False)
        except OSError as error:
            raise Unable("openssl を動かせません。入っているか確かめてください（%s）" % error) from error

def signed_by(spki, alg, data, signature):
    """Ed25519（EdDSA）または RSA PKCS#1 v1.5 SHA-256（RS256）。"""
    key = b"-----BEGIN PUBLIC KEY-----\n%s-----END PUBLIC KEY-----\n" % base64.encodebytes(spki)
    args = {"EdDSA": "pkeyutl -verify -rawin -pubin -inkey key -in data -sigfile signature",
            "RS256": "dgst -sha256 -verify key -signature signature data"}[alg]
    return openssl(args, key=key, data=data, signature=signature).returncode == 0

def key_of_certificate(text):
    """DER SubjectPublicKeyInfo and SHA-256 of a certificate in PEM; RSA of at least 3072 bits."""
    block = re.search("-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)-----END CERTIFICATE-----", text)
    need(block and len(text) <= 16384 and text.count("-----BEGIN") == 1, "自治体の証明書が読めません")
    out = openssl("x509 -in cert -noout -pubkey -modulus", cert=text.encode()).stdout
    key = re.fullmatch(rb"-----BEGIN PUBLIC KEY-----\n(.+)-----END PUBLIC KEY-----\nModulus=([0-9A-F]+)\n", out, re.S)
    need(key and 3072 <= int(key.group(2), 16).bit_length() <= 8192, "自治体の鍵は RSA 3072 ビット以上でなければなりません")
    return base64.b64decode(key.group(1)), sha256(base64.b64decode(block.group(1))).hex()

# ---- signed documents: JWS JSON General Serialization (RFC 7515), one form only ----

def b64_read(text):
    data = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    need(base64.urlsafe_b64encode(data).rstrip(b"=") == text, "base64url ではありません")
    return data

def pairs(items):
    found = dict(items)
    need(len(found) == len(items), "同じ名前の項目が2つあります")
    return found

def whole(text):
    need(len(text) <= 17 and abs(int(text)) < 2 ** 53, "大きすぎる数です")
    return int(text)

def is_flat(value, depth=1):
    if isinstance(value, (dict, list)):
        inner = list(value.values()) + list(value) if isinstance(value, dict) else value
        return depth <= 32 and all(is_flat(v, depth + 1) for v in inner)
    return not (isinstance(value, str) and "\0" in value)

def canonical(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

def json_read(data, what):
    with reading(what):
        value = json.loads(data.decode(), object_pairs_hook=pairs, parse_float=whole, parse_constant=whole, parse_int=whole)
        need(is_flat(value) and canonical(value) == data, what + "：決まった書き方ではありません")
    return value

HEADER = rb'{"alg":"(EdDSA|RS256)","kid":"([0-9a-f]{64})","typ":"(ibasho-[a-z-]+/[1-9][0-9]*)"}'
DOCUMENT = (rb'{"payload":"([A-Za-z0-9_-]+)","signatures":\[{"protected":"([A-Za-z0-9_-]+)",'
    rb'"signature":"([A-Za-z0-9_-]{1,1366})"}\]}\n')

class Document:
    """A signed document: its payload, and its one signature's algorithm, kid and bytes."""

    def __init__(self, data, what, kind):
        found = re.fullmatch(DOCUMENT, data)
        need(len(data) <= 6 << 20 and found, what + "：署名1つの文書の書き方ではありません")
        self.payload64, self.protected, signature = found.groups()
        header = re.fullmatch(HEADER, b64_read(self.protected))
        need(header and header.group(3) == kind.encode(), "%s：%s の見出しではありません" % (what, kind))
        self.what, self.sha256, self.signature = what, sha256(data).hex(), b64_read(signature)
        self.alg, self.kid = header.group(1).decode(), header.group(2).decode()
        self.of = json_read(b64_read(self.payload64), what)
        need(isinstance(self.of, dict) and len(self.payload64) <= 5592406, what + "：中身が違います")

    def check(self, spki, who):
        need(self.kid == sha256(spki).hex(), "%s：%sの鍵の署名ではありません" % (self.what, who))
        need(self.alg == ("EdDSA" if spki[:12] == ED_SPKI else "RS256"), self.what + "：署名の方式が違います")
        need(signed_by(spki, self.alg, self.protected + b"." + self.payload64, self.signature), "%s：署名が合いません（%s）" %
            (self.what, who))

    def fields(self, **rules):
        need(set(self.of) == set(rules), self.what + "：項目が違います")
        for name, rule in rules.items():
            need(rule(self.of[name]) if callable(rule) else re.fullmatch(rule, self.of[name]), "%s：「%s」が違います" % (self.what, name))

def packed(value, what, kind):
    """A document that stands inside another."""
    need(isinstance(value, dict) and set(value) == {"payload", "signatures"}, what + "：文書がありません")
    return Document(canonical(value) + b"\n", what, kind)

def is_time(value):
    return re.fullmatch(TIME, value) and datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")

def is_count(value):
    return type(value) is int and value >= 0

def is_list(value):
    return isinstance(value, list)

def is_label(most):
    return lambda v: isinstance(v, str) and 1 <= len(v) <= most and v.isprintable()

# ---- checkpoints: C2SP signed notes, and the tree of RFC 6962 ----

class Key:
    """The log's public key: NAME+ID+BASE64(0x01 and 32 bytes)."""

    def __init__(self, text):
        found = re.fullmatch(r"([^\s+]{1,127})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})", text)
        need(found, "監査記録の鍵が読めません")
        raw = base64.b64decode(found.group(3))
        self.name, self.raw, self.text = found.group(1), raw[1:], text
        self.id = sha256(self.name.encode() + b"\n" + raw)[:4]
        need(raw[0] == 1 and self.id.hex() == found.group(2), "監査記録の鍵が読めません")

    def signed(self, text, lines):
        found = re.findall("^\u2014 ([^ \n]+) ([A-Za-z0-9+/]{91}=)$", lines.decode("utf-8", "replace"), re.M)
        coded = [base64.b64decode(c) for name, c in found if name == self.name]
        return any(c[:4] == self.id and signed_by(ED_SPKI + self.raw, "EdDSA", text, c[4:]) for c in coded)

NOTE = rb"(([^\n]+)\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n)\n((?:\xe2\x80\x94 [^\n]+\n){1,16})"

def note_read(data):
    """A checkpoint: origin, size, root, what is signed, the lines of signatures."""
    with reading("検査点"):
        text, origin, size, root, lines = re.fullmatch(NOTE, data).groups()
    return origin.decode("utf-8", "replace"), int(size), base64.b64decode(root), text, lines

def notes_read(place, name):
    """The notes of checkpoints.txt, one after another; an empty line closes each."""
    data = text_of(place, name, 1 << 28).encode()
    notes = [n.group() for n in re.finditer(NOTE + b"\n", data)]
    need(b"".join(notes) == data, "checkpoints.txt：書き方が違います")
    return [note_read(n[:-1]) for n in notes]

class Tree:
    def __init__(self):
        self.n, self.stack = 0, []

    def add(self, leaf):
        size = 1
        while self.stack and self.stack[-1][0] == size:
            leaf = sha256(b"\1" + self.stack.pop()[1] + leaf)
            size *= 2
        self.stack.append((size, leaf))
        self.n += 1

    def root(self):
        root = None
        for _, h in reversed(self.stack):
            root = sha256(b"\1" + h + root) if root else h
        return root or sha256(b"")

def is_included(leaf, index, size, proof, root):
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = sha256(b"\1" + p + r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\1" + r + p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root

# ---- the bag ----

PATH = "[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*"
LABELS = {"Source-Organization": ".+", "Bagging-Date": ".+", "Payload-Oxum": r"[0-9]+\.[0-9]+", "Bag-Software-Agent":
    ".+", "Ibasho-Format": "ibasho-bag/1", "Ibasho-Node": UUID, "Ibasho-Origin": ".+", "Ibasho-Contract": UUID + "|-",
    "Ibasho-Schema": "[0-9]+ [0-9a-f]{64}", "Ibasho-Log-Size": "0|[1-9][0-9]{0,17}", "Ibasho-Log-Root":
    "[0-9a-f]{64}"}
LEAF = re.compile(('{"seq":"(0|[1-9][0-9]{0,17})","kind":"(%s)","at_us":"(0|[1-9][0-9]{0,17})",'
    '"table":"(%s)","row_id":"(%s)","salt":(null|"[0-9a-f]{32}"),"commitment":'
    '"([0-9a-f]{64})","leaf":"([0-9a-f]{64})","row":(null|{.*})}\n' % (NAME, NAME, UUID)).encode())
NOTHING = (None, "", False, 0, "0", [])

def text_of(place, name, most=1 << 20):
    try:
        with open(os.path.join(place, name), encoding="utf-8", newline="") as f:
            text = f.read(most + 1)
    except (OSError, UnicodeError) as error:
        raise Bad("%s：ありません、または読めません" % name) from error
    need(len(text) <= most, "%s：大きすぎます" % name)
    return text

def walk(place, at=""):
    for entry in os.scandir(os.path.join(place, at)):
        if entry.is_dir(follow_symlinks=False):
            yield from walk(place, at + entry.name + "/")
        else:
            need(entry.is_file(follow_symlinks=False), at + entry.name + "：ふつうのファイルではありません")
            yield at + entry.name

def manifest(place, name, is_payload):
    """Every line's file is there with its bytes; gives path -> size."""
    found, last = {}, ""
    for n, line in enumerate(text_of(place, name, 1 << 28).splitlines(True), 1):
        entry = re.fullmatch("([0-9a-f]{128})  (" + PATH + ")\n", line)
        need(entry, "%s %d行目：書き方が違う行、または外を指す名前です" % (name, n))
        path = entry.group(2)
        need(path > last, "%s %d行目：順番が違います" % (name, n))
        need(path.startswith("data/") == is_payload, "%s %d行目：ここに書けない名前です" % (name, n))
        last, sums = path, [hashlib.new(k) for k in ["sha512"] + ["sha256"] * path.startswith("data/files/")]
        need(os.path.isfile(os.path.join(place, path)), path + "：ありません")
        with open(os.path.join(place, path), "rb") as f:
            for piece in iter(lambda: f.read(1 << 20), b""):
                for each in sums:
                    each.update(piece)
            found[path] = f.tell()
        need(sums[0].hexdigest() == entry.group(1), path + "：中身が変わっています")
        need(len(sums) == 1 or sums[1].hexdigest() == path[11:], path + "：名前と中身が合いません")
    return found

def info_read(place):
    labels = "".join("%s: (%s)\n" % label for label in LABELS.items())
    found = re.fullmatch(labels + "((?:Ibasho-Count: %s (?:0|[1-9][0-9]*)\n)*)" % NAME, text_of(place, "bag-info.txt"))
    need(found, "bag-info.txt：書き方が違います")
    counts = [line.split(" ")[1:] for line in found.groups()[-1].split("\n")[:-1]]
    need(all(a[0] < b[0] for a, b in zip(counts, counts[1:])), "bag-info.txt：件数の順番が違います")
    return dict(zip(LABELS, found.groups())), {name: int(n) for name, n in counts}

def log_read(place, base):
    """The leaves, their tree and every checkpoint; the open leaves stand in a database then."""
    key = Key(text_of(place, base + "key.txt", 4096).rstrip("\n"))
    tree, wanted, db = Tree(), {}, sqlite3.connect("")
    notes = notes_read(place, base + "checkpoints.txt")
    for i, (origin, size, root, text, lines) in enumerate(notes):
        where = "%scheckpoints.txt：%d件の検査点" % (base, size)
        need(origin == key.name and (not i or size > notes[i - 1][1]), where + "が違います")
        # 根は全部を木と比べ、署名は最後と、等間隔の最大256個を確かめる（1個に openssl が1回いるため）
        if i == len(notes) - 1 or i % (len(notes) // 256 + 1) == 0:
            need(key.signed(text, lines), where + "の署名が合いません")
        wanted[size] = root
    db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
        "CREATE TABLE closed(seq INTEGER, tbl); CREATE TABLE lawful(seq INTEGER "
        "PRIMARY KEY, tbl); CREATE TABLE leaf(tbl, row, at, len, met, " "PRIMARY KEY(tbl, row)) WITHOUT ROWID; BEGIN")
    with open(os.path.join(place, base + "leaves.ndjson"), "rb") as f:
        line = f.readline(1024)
        head = re.fullmatch(rb'{"ibasho_audit_log":"1","origin":"([^"\\]+)","n_leaves":"([0-9]+)",'
            rb'"n_checkpoints":"([0-9]+)"}\n', line)
        need(head and head.group(1).decode() == key.name, base + "leaves.ndjson：見出しが違います")
        at, is_end, n_notes = len(line), False, 0
        for line in iter(lambda: f.readline(263168), b""):
            where = "%sleaves.ndjson の葉 %d" % (base, tree.n)
            need(not is_end, where + "：終わりの後に行があります")
            if line.startswith(b'{"seq":"'):
                leaf_read(line, at, tree, where, db)
                need(tree.n not in wanted or wanted.pop(tree.n) == tree.root(), where + "：検査点と木が合いません")
            elif line.startswith(b'{"checkpoint":"'):
                note = note_read(line[15:-3].replace(b"\\n", b"\n"))
                n_notes += 1
                need(note[1:3] == (tree.n, tree.root()), where + "：中の検査点が合いません")
            else:
                is_end = line == b'{"end":"%d"}\n' % tree.n
                need(is_end, where + "：書き方が違います")
            at += len(line)
    need(is_end and int(head.group(2)) == tree.n, base + "leaves.ndjson：途中で切れています")
    need(n_notes == int(head.group(3)), base + "leaves.ndjson：中の検査点の数が合いません")
    need(notes and notes[-1][1] == tree.n and not wanted, base + "checkpoints.txt：葉の数と合いません")
    for some, other, text in (("closed", "lawful", "消した理由の記録がない、開けない葉"), ("lawful", "closed",
            "消したと記録されているのに、開いている葉")):
        left = db.execute("SELECT seq, tbl FROM %s EXCEPT SELECT seq, tbl FROM %s ORDER BY 1 " "LIMIT 1" % (some,
            other)).fetchone()
        need(not left, "%sleaves.ndjson：%sです（%s）" % (base, text, left))
    return key, tree, db

def leaf_read(line, at, tree, where, db):
    leaf = LEAF.fullmatch(line)
    need(leaf, where + "：書き方が違います")
    seq, kind, at_us, table, row_id, salt, commitment, stated, row = leaf.groups()
    need(int(seq) == tree.n, where + "：順番が違います")
    need((salt == b"null") == (row == b"null"), where + "：行か塩がありません")
    if row == b"null":
        db.execute("INSERT INTO closed VALUES(?,?)", (tree.n, table.decode()))
    else:
        need(sha256(bytes.fromhex(salt[1:-1].decode()) + row).hex().encode() == commitment, where + "：行が変わっています")
    made = sha256(b"\0" + bytes([len(kind)]) + kind + int(at_us).to_bytes(8, "big") + bytes([len(table)]) + table +
        bytes.fromhex(row_id.replace(b"-", b"").decode()) + bytes.fromhex(commitment.decode()))
    need(made.hex().encode() == stated, where + "：葉の値が合いません")
    tree.add(made)
    with reading(where):
        if row != b"null":
            db.execute("INSERT INTO leaf VALUES(?,?,?,?,0)", (table.decode(), row_id.decode(), at + leaf.start(9),
                len(row)))
        if row != b"null" and kind == b"log.deletion":
            of = json.loads(row)
            for part in of["seqs"].split(","):
                first, _, last = part.partition("-")
                need(int(first) <= int(last or first) < tree.n, where + "：消した範囲が違います")
                db.executemany("INSERT INTO lawful VALUES(?,?)", ((i, of["table_name"]) for i in range(int(first),
                    int(last or first) + 1)))

def same(leaf, record):
    """A clear column of the leaf's row and of the record say the same."""
    if isinstance(record, dict) or (record is True and not isinstance(leaf, bool)):
        return True  # sealed, or an index that stays behind
    if leaf in NOTHING and record in NOTHING:
        return True
    if isinstance(leaf, (list, str)) and isinstance(record, list):
        return [str(v) for v in (leaf.split(" ") if isinstance(leaf, str) else leaf)] == [str(v) for v in record]
    if isinstance(leaf, str) and isinstance(record, str) and re.fullmatch("([0-9a-f]{2})+", record) and leaf != record:
        return b64_read(leaf.encode()).hex() == record
    return leaf == record if type(leaf) == type(record) else {type(leaf), type(record)} == {int,
        str} and str(leaf) == str(record)

def records_read(place, files, counts, logs):
    """Every record has its leaf and every leaf of this log its record; logs: (base, db), own first."""
    tables = {row[0] for _, db in logs for row in db.execute("SELECT DISTINCT tbl FROM leaf")}
    opened, used = [open(os.path.join(place, base + "leaves.ndjson"), "rb") for base, _ in logs], set()
    listed = {p[13:-7] for p in files if p.startswith("data/records/")}
    need(listed == set(counts), "data/records/%s.ndjson：表の一覧が bag-info.txt と合いません" % min(listed ^ set(counts), default=""))
    for table in sorted(counts):
        name, n = "data/records/%s.ndjson" % table, 0
        with reading("data/records/%s.ndjson" % table):
            wanted = json.loads(text_of(place, "data/schema/%s.json" % table))["required"]
            for n, line in enumerate(open(os.path.join(place, name), "rb"), 1):
                need(line.endswith(b"}\n"), "%s %d行目：切れています" % (name, n))
                record = json.loads(line.decode(), object_pairs_hook=pairs)
                need(list(record) == wanted, "%s %d行目：項目が違います" % (name, n))
                if record.get("sha256") and table == "file":
                    used.add("data/files/" + record["sha256"])
                    need("data/files/" + record["sha256"] in files, "%s %d行目：中身のファイルがありません" % (name, n))
                if table in tables:
                    record_check(record, table, logs, opened, "%s %d行目" % (name, n))
        need(n == counts[table], "bag-info.txt：%s は%d件のはずが%d件です" % (table, counts[table], n))
    left = logs[0][1].execute("SELECT tbl, row FROM leaf WHERE met = 0 LIMIT 1").fetchone()
    need(not left, "data/log/leaves.ndjson：記録のない葉です（%s %s）" % (left or ("", "")))
    extra = {p for p in files if p.startswith("data/files/")} - used
    need(not extra, "%s：file.ndjson にありません" % min(extra, default=""))

def record_check(record, table, logs, opened, where):
    key = (table, record.get("id", next(iter(record.values()))))
    for (_, db), f in zip(logs, opened):
        leaf = db.execute("SELECT at, len FROM leaf WHERE tbl=? AND row=? AND met=0", key).fetchone()
        if leaf:
            db.execute("UPDATE leaf SET met=1 WHERE tbl=? AND row=?", key)
            f.seek(leaf[0])
            for name, value in json.loads(f.read(leaf[1])).items():
                need(name not in record or same(value, record[name]), "%s：「%s」が監査記録と違います" % (where, name))
            return
    raise Bad(where + "：監査記録に葉がありません（または同じ行が2つあります）")

def bag(place, key_text=None):
    """Checks everything of a bag; gives what a receipt says of it."""
    place = os.path.abspath(place)
    if not os.path.isdir(place):
        raise Unable("フォルダがありません：" + place)
    need(text_of(place, "bagit.txt", 4096) == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bagit.txt：BagIt 1.0 ではありません")
    there = set(walk(place))
    tags, files = manifest(place, "tagmanifest-sha512.txt", False), manifest(place, "manifest-sha512.txt", True)
    need({"bagit.txt", "bag-info.txt", "manifest-sha512.txt"} <= set(tags), "tagmanifest-sha512.txt：足りません")
    extra = there ^ (set(files) | set(tags) | {"tagmanifest-sha512.txt", "ibasho-signature.txt"})
    need(not extra, "一覧と合わないファイルがあります：%s" % min(extra, default=""))
    info, counts = info_read(place)
    need(info["Payload-Oxum"] == "%d.%d" % (sum(files.values()), len(files)), "bag-info.txt：大きさが合いません")
    key, tree, db = log_read(place, "data/log/")
    need(key_text in (None, key.text), "data/log/key.txt：指定された鍵ではありません")
    text = "ibasho-bag/1\n%s\n%s\n" % (info["Ibasho-Origin"], hashlib.sha512(text_of(place, "tagmanifest-sha512.txt",
        1 << 28).encode()).hexdigest())
    signed, _, lines = text_of(place, "ibasho-signature.txt", 4096).partition("\n\n")
    need(signed + "\n" == text and key.name == info["Ibasho-Origin"] and key.signed(text.encode(), lines.encode()),
        "ibasho-signature.txt：署名が合いません")
    need(info["Ibasho-Log-Size"] == str(tree.n) and info["Ibasho-Log-Root"] == tree.root().hex(),
        "bag-info.txt：監査記録の大きさか根が合いません")
    logs = [("data/log/", db)]
    for path in sorted(p for p in files if re.fullmatch("data/log/past/[0-9a-f]{64}/leaves.ndjson", p)):
        with open(os.path.join(place, path), "rb") as f:
            need(sha256(f.read()).hex() == path[14:78], path + "：名前と中身が合いません")
        logs.append((path[:79], log_read(place, path[:79])[2]))
    records_read(place, files, counts, logs)
    name = hashlib.sha512(text_of(place, "manifest-sha512.txt", 1 << 28).encode()).hexdigest()
    return {"bag": name, "node": info["Ibasho-Node"], "contract": info["Ibasho-Contract"], "origin":
        info["Ibasho-Origin"], "log_root": tree.root().hex(), "log_size": tree.n, "n_files": len(files), "n_bytes":
        sum(files.values())}, key, counts

# ---- the certificate ----

STEPS = ("active drain exported receipted grace ordered peers_purged keys_destroyed cluster_removed "
    "volume_discarded backups_listed scanned").split()
HEX64, HEX128 = "[0-9a-f]{64}", "[0-9a-f]{128}"
CLAIMS = [("verifiable", c) for c in "journal receipt order canaries".split()]
CLAIMS += [("witnessed", c) for c in "peers keys cluster scan".split()]
CLAIMS += [("attested", c) for c in "volume backups copies unreachable".split()]

def journal_read(items, of):
    """The signed steps, one behind the other; gives facts by step, the log's key, when it was ordered, the last time."""
    facts, state, prev, last, log_key, erasure, contract, ordered = {}, "active", "0" * 64, "", None, None, None, None
    for n, item in enumerate(items, 1):
        what = "手順の記録 %d" % n
        step = packed(item, what, "ibasho-step/1")
        step.fields(actor=is_label(63), at=is_time, contract=UUID, facts=lambda v: isinstance(v, dict), n=is_count,
            node=UUID, prev=HEX64, step=is_label(32))
        # a round that was cancelled may be of a contract before
        own, name, contract = step.of, step.of["step"], step.of["contract"] if state == "active" else contract
        log_key = log_key or hex_of(own["facts"].get("log_key"), 32)
        step.check(ED_SPKI + (erasure or log_key), "消去の鍵" if erasure else "監査記録の鍵")
        need(own["n"] == n and own["prev"] == prev and own["at"] >= last, what + "：前の手順とつながりません")
        need(own["node"] == of["node"] and own["contract"] == contract, what + "：別の拠点か契約です")
        need(state in STEPS[1:5] if name == "active" else name == (STEPS + [""])[STEPS.index(state) + 1], what +
            "：順番が違います")
        facts = {} if name == "active" else dict(facts, **{name: own["facts"]})
        need(name != "drain" or own["facts"].get("log_key") == log_key.hex(), what + "：監査記録の鍵が変わりました")
        if name == "ordered":
            erasure, ordered = hex_of(own["facts"].get("erasure_key"), 32), is_time(own["at"])
            need(ordered >= is_time(facts["grace"]["until"]), what + "：待つ期間が終わっていません")
        state, prev, last = name, sha256(canonical(item) + b"\n").hex(), own["at"]
    need(state == "scanned" and contract == of["contract"], "手順の記録が、走査までないか、別の契約のものです")
    return facts, log_key, ordered, last

def town_papers(of, facts, spki, fingerprint):
    """Receipt, order and the canaries it opens; gives the names."""
    receipt = packed(facts["receipted"].get("receipt"), "受領書", "ibasho-receipt/1")
    receipt.check(spki, "自治体")
    receipt.fields(bag=HEX128, contract=UUID, log_root=HEX64, log_size=is_count, n_bytes=is_count, n_files=is_count,
        node=UUID, origin=is_label(127), tool=is_label(200), verified_at=is_time)
    order = packed(facts["ordered"].get("order"), "消去の指示", "ibasho-order/1")
    order.check(spki, "自治体")
    order.fields(aggregates="keep|withdraw", bag=HEX128, by=is_label(100), canaries=is_list, contract=UUID, node=UUID,
        ordered_at=is_time)
    for name in ("bag", "node", "contract"):
        need(of[name] == receipt.of[name] == order.of[name], "受領書・指示・証明書の「%s」が違います" % name)
    for name in ("bag", "log_root", "log_size", "n_files", "n_bytes"):
        need(facts["exported"].get(name) == receipt.of[name], "受領書と書き出しの「%s」が違います" % name)
    need(of["origin"] == receipt.of["origin"], "受領書と証明書の「origin」が違います")
    for step in ("receipted", "ordered"):
        need((facts[step].get("town_key"), facts[step].get("bag")) == (fingerprint, of["bag"]),
            "%s：自治体の証明書かデータが、登録のものと違います" % step)
    committed, names = set(), []
    for item in of["canaries"]:
        paper = packed(item, "目印の約束", "ibasho-canaries/1")
        paper.check(spki, "自治体")
        paper.fields(commitments=is_list, contract=UUID, node=UUID)
        hashes = paper.of["commitments"]
        need(paper.of["node"] == of["node"] and paper.of["contract"] == of["contract"] and 20 <= len(hashes) <= 2000
            and hashes == sorted(set(hashes)), "目印の約束：中身が違います")
        committed.update(hex_of(h, 32).hex() for h in hashes)
    for item in order.of["canaries"]:
        need(isinstance(item, dict) and set(item) == {"name", "salt"} and is_label(100)(item["name"]) and
            len(item["name"]) >= 16 and isinstance(item["salt"], str), "消去の指示：目印が読めません")
        salt = b64_read(item["salt"].encode())
        need(len(salt) == 16 and sha256(salt + item["name"].encode()).hex() in committed, "消去の指示：約束していない目印の名前です")
        names.append(item["name"])
    need(names == sorted(set(names)) and len(names) <= 2000, "消去の指示：目印の順番が違います")
    return names

def peer_check(peer, of, ordered, what):
    """The receipt of one peer, by a key of the registry's line about it; False: there is none."""
    need(isinstance(peer, dict), what + "：読めません")
    if peer.get("receipt") is None:
        need(peer.get("state") == "unreachable", what + "：受領書を待っている途中です")
        return False
    need(isinstance(peer["receipt"], str) and isinstance(peer.get("member"), str), what + "：読めません")
    paper = Document(peer["receipt"].rstrip("\n").encode() + b"\n", what, "ibasho-purge/1")
    member, own = json_read(peer["member"].encode(), what + "の登録"), paper.of
    with reading(what):
        keys = [ED_SPKI + b64_read(k["ed25519"].encode()) for k in member["keys"] if k["use"] == "request"]
        keys = [k for k in keys if sha256(k).hex() == paper.kid]
        need(keys and peer["state"] == "receipt", what + "：登録にない鍵の署名です")
        paper.check(keys[0], "相手の拠点")
        need(own["from"] == of["node"] and own["by"] == peer["node"] == member["node"], what + "：別の拠点の話です")
        need(is_time(own["at"]) >= ordered - timedelta(minutes=1), what + "：この消去の指示より前の受領書です")
        key, note = Key(own["log_key"]), note_read(own["checkpoint"].encode())
        proof = [b64_read(p["hash"].encode()) for p in own["proof"]]
        need(key.signed(note[3], note[4]) and is_included(b64_read(own["leaf_hash"].encode()), own["leaf"], note[1],
            proof, note[2]), what + "：相手の監査記録の葉が、検査点の下にありません")
    return True

def certificate(data, bag_facts=None, town=None):
    """Checks a certificate; gives the document, the town's fingerprint, the peers whose receipt is missing."""
    with reading("証明書"):
        return certificate_check(data, bag_facts, town)

def certificate_check(data, bag_facts, town):
    doc = Document(data, "証明書", "ibasho-certificate/1")
    doc.fields(bag=HEX128, canaries=is_list, claims=is_list, contract=UUID, issued_at=is_time, journal=is_list,
        node=UUID, origin=is_label(127), town_certificate=r"[\n -~]*")
    orders = [own for own in (packed(i, "手順の記録", "ibasho-step/1").of for i in doc.of["journal"]) if own.get("step") ==
        "ordered" and isinstance(own.get("facts"), dict)]
    need(orders, "証明書：消去の指示の手順がありません")
    doc.check(ED_SPKI + hex_of(orders[-1]["facts"].get("erasure_key"), 32), "消去の鍵")
    facts, log_key, ordered, last = journal_read(doc.of["journal"], doc.of)
    need(doc.of["issued_at"] >= last, "証明書：最後の手順より前の日時です")
    spki, fingerprint = key_of_certificate(doc.of["town_certificate"])
    need(town is None or key_of_certificate(town)[1] == fingerprint, "証明書：手元の自治体の証明書と違います")
    names, scan = town_papers(doc.of, facts, spki, fingerprint), facts["scanned"]
    purge = facts["peers_purged"].get("purge")
    need(isinstance(purge, dict) and is_list(purge.get("peers")), "ほかの拠点の消去：読めません")
    got = [peer_check(p, doc.of, ordered, "ほかの拠点 %d" % n) for n, p in enumerate(purge["peers"], 1)]
    peers = [p.get("node") for p in purge["peers"]]
    need((purge.get("n_peers"), purge.get("n_receipts")) == (len(got), sum(got)) and len(set(peers)) == len(peers),
        "ほかの拠点の消去：数が合いません")
    need(is_list(scan.get("hits")) and scan.get("n_hits") == 0, "走査：残りが見つかっているか、読めません")
    hits = {h.get("name_sha256"): h.get("hits") for h in scan["hits"] if isinstance(h, dict)}
    need(len(hits) == len(scan["hits"]) == scan.get("n_names") and set(hits.values()) <= {0} and
        {sha256(n.encode()).hex() for n in names} <= set(hits), "走査：開いた目印の全部を探していません")
    silent = {"canaries": not names, "peers": not any(got), "unreachable": all(got)}
    wanted = [list(c) for c in CLAIMS if not silent.get(c[1])]
    claims = [[c.get("class"), c.get("code")] for c in doc.of["claims"] if isinstance(c, dict) and set(c) == {"class",
        "code", "text"} and is_label(400)(c["text"])]
    need(claims == wanted and len(claims) == len(doc.of["claims"]), "証明書：証明の一覧が違います")
    if bag_facts:
        need(all(doc.of[n] == bag_facts[0][n] for n in ("bag", "node", "contract", "origin")) and bag_facts[1].raw ==
            log_key, "証明書：この返還データのものではありません")
        need(all(facts["exported"].get(n) == v for n, v in bag_facts[0].items() if n.startswith(("log_", "n_"))) and
            facts["exported"].get("counts") == [{"n": bag_facts[2][t], "table": t} for t in sorted(bag_facts[2])],
            "証明書：件数、大きさ、監査記録のどれかが返還データと違います")
    return doc, fingerprint, [p for p, ok in zip(peers, got) if not ok]

def option(words, name):
    at = words.index(name) if name in words[:-1] else None
    return None if at is None else (words.pop(at), words.pop(at))[1]

def main(words):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    where, key, town = option(words, "--bag"), option(words, "--key"), option(words, "--town")
    if len(words) != 2 or words[0] not in ("bag", "certificate"):
        print(__doc__)
        return 0 if words in (["--help"], ["-h"]) else 3
    try:
        if words[0] == "bag":
            with reading("返還データ"):
                found, log_key, counts = bag(words[1], key)
            print("正しい返還データです。\n識別値：%(bag)s\n拠点：%(node)s\n契約：%(contract)s\n"
                "ファイル：%(n_files)d、%(n_bytes)d バイト\n監査記録：%(log_size)d 件、根 %(log_root)s" % found,
                "\n記録：%d の表、%d 件\n監査記録の鍵：%s" % (len(counts), sum(counts.values()), log_key.text), sep="")
            return 0
        with open(words[1], "rb") as f:
            doc, fingerprint, missing = certificate(f.read((6 << 20) + 1), bag(where, key) if where else None,
                open(town, encoding="ascii").read() if town else None)
        print("正しいデータ消去証明書です。\n証明書の SHA-256：%s\n識別値：%s\n拠点：%s\n契約：%s\n" "自治体の証明書の SHA-256：%s%s" % (doc.sha256,
            doc.of["bag"], doc.of["node"], doc.of["contract"], fingerprint, "" if town else "（手元の証明書と見くらべてください）"))
        print("".join("受領書なし：拠点 %s\n" % peer for peer in missing), end="")
        return 2 if missing else 0
    except Bad as error:
        print("正しくありません。%s" % error)
        return 1
    except (Unable, OSError, UnicodeError) as error:
        print("検査できませんでした。%s" % error, file=sys.stderr)
        return 3

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
