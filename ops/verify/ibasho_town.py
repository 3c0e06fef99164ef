#!/usr/bin/env python3
"""自治体の側の道具。鍵を作り、目印を作り、返還データを開いて検査し、受領書と消去の指示に署名します。

  python3 ibasho_town.py new-key --to フォルダ [--name "あおぞら市 教育委員会"] [--pass]
  python3 ibasho_town.py canaries --node ID --contract ID --key town.key --cert town.pem --to フォルダ [--n 20]
  python3 ibasho_town.py open フォルダ --key town.key --cert town.pem --to フォルダ [--log-key 鍵の文字列]
  python3 ibasho_town.py receipt bagフォルダ --key town.key --cert town.pem --to receipt.json
  python3 ibasho_town.py order bagフォルダ --receipt receipt.json --key town.key --cert town.pem --by "教育委員会 学校教育課長"
                              --to order.json [--canaries canaries.secret.json [--unplanted]] [--aggregates keep|withdraw]

終了コード：0 できた、1 正しくないのでしなかった、3 できなかった。ネットワークには、つなぎません。
となりに ibasho_verify.py を置いてください。秘密の鍵とパスフレーズは、この道具の外に出ません。
"""
import hashlib
import importlib.util
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tarfile
from datetime import datetime, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("ibasho_verify", os.path.join(HERE, "ibasho_verify.py"))
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
need, option = verify.need, verify.option

FAMILY = "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上".split()
GIVEN = "はな ゆい あおい さくら りん ひなた そら はると みお いつき つむぎ あさひ ゆうと めい".split()
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def wanted(words, name):
    value = option(words, name)
    if value is None:
        raise verify.Unable("%s がありません（--help で使い方が出ます）" % name)
    return value


def read(path, most=6 << 20):
    with open(path, "rb") as f:
        data = f.read(most + 1)
    need(len(data) <= most, path + "：大きすぎます")
    return data


def write_new(path, data, mode=0o644):
    """Never over a file that is there."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as f:
        f.write(data)
    print("作りました：" + path)


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def b64(data):
    return verify.base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Town:
    """The municipality's key and certificate; openssl asks for the pass phrase by itself."""

    def __init__(self, words):
        self.key, self.cert = os.path.abspath(wanted(words, "--key")), wanted(words, "--cert")
        self.spki, self.sha256 = verify.key_of_certificate(read(self.cert, 16384).decode("ascii"))

    def run(self, args, data=b""):
        try:
            done = subprocess.run(["openssl"] + args, input=data, stdout=subprocess.PIPE, check=False)
        except OSError as error:
            raise verify.Unable("openssl を動かせません（%s）" % error) from error
        if done.returncode:
            raise verify.Unable("openssl が、鍵を開けないか、断りました（%s）" % args[0])
        return done.stdout

    def sign(self, kind, payload):
        header = {"alg": "RS256", "kid": verify.sha256(self.spki).hex(), "typ": kind}
        protected, body = b64(verify.canonical(header)), b64(verify.canonical(payload))
        signature = self.run(["dgst", "-sha256", "-sign", self.key], (protected + "." + body).encode())
        text = verify.canonical({"payload": body, "signatures": [
            {"protected": protected, "signature": b64(signature)}]}) + b"\n"
        verify.Document(text, "署名した文書", kind).check(self.spki, "自治体")  # key and cert belong together
        return text


def new_key(words):
    to, name = wanted(words, "--to"), option(words, "--name") or "自治体"
    need(not set(name) & set("/+\\\"\n"), "--name に使えない文字があります")
    os.makedirs(to, mode=0o700, exist_ok=True)
    key, cert = os.path.join(to, "town.key"), os.path.join(to, "town.pem")
    if os.path.exists(key) or os.path.exists(cert):
        raise verify.Unable("鍵がもうあります。上書きはしません：" + to)
    has_pass = "--pass" in words
    try:
        old = os.umask(0o077)
        done = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:3072", "-sha256", "-days", "3650", "-utf8",
                               "-subj", "/CN=" + name, "-keyout", key, "-out", cert] +
                              ([] if has_pass else ["-nodes"]), check=False, stderr=None if has_pass else
                              subprocess.DEVNULL)
        os.umask(old)
    except OSError as error:
        raise verify.Unable("openssl を動かせません（%s）" % error) from error
    need(done.returncode == 0, "鍵を作れませんでした")
    print("秘密の鍵：%s（金庫へ。なくすと返還データが開けません）\n登録する証明書：%s\n証明書の SHA-256：%s" % (
        key, cert, verify.key_of_certificate(read(cert).decode())[1]))


def canaries(words):
    town, to = Town(words), wanted(words, "--to")
    node, contract = wanted(words, "--node"), wanted(words, "--contract")
    n = int(option(words, "--n") or 20)
    need(20 <= n <= 2000, "目印は20から2000までです")
    need(all(verify.re.fullmatch(verify.UUID, v) for v in (node, contract)), "--node か --contract が ID ではありません")
    names = [{"name": secrets.choice(GIVEN) + "".join(secrets.choice(LETTERS) for _ in range(26)),
              "salt": b64(secrets.token_bytes(16))} for _ in range(n)]
    names.sort(key=lambda c: c["name"])
    hashes = sorted(verify.sha256(verify.b64_read(c["salt"].encode()) + c["name"].encode()).hex() for c in names)
    paper = town.sign("ibasho-canaries/1", {"commitments": hashes, "contract": contract, "node": node})
    os.makedirs(to, mode=0o700, exist_ok=True)
    rows = "".join("%s,%s\r\n" % (secrets.choice(FAMILY), c["name"]) for c in names)
    write_new(os.path.join(to, "canaries.secret.json"), verify.canonical(names) + b"\n", 0o600)
    write_new(os.path.join(to, "canaries.csv"), ("\ufeff姓,名\r\n" + rows).encode(), 0o600)
    write_new(os.path.join(to, "canaries.json"), paper)
    print("canaries.csv の名前を、ふつうの児童生徒として登録してください。canaries.json を事業者に渡します。\n"
          "canaries.secret.json は、消去の指示まで、だれにも見せないでください。")


def parts_read(place, log_key):
    doc = verify.Document(read(os.path.join(place, "parts.json")), "parts.json", "ibasho-parts/1")
    parts = doc.of.get("parts")
    need(isinstance(parts, list) and parts, "parts.json：部品の一覧がありません")
    for n, part in enumerate(parts, 1):
        need(isinstance(part, dict) and part.get("file") == "part-%04d.cms" % n and part.get("number") == n,
             "parts.json：%d番目の部品が違います" % n)
    if log_key:
        doc.check(verify.ED_SPKI + verify.Key(log_key).raw, "監査記録")
    return doc, parts


def sha_of(path):
    hashed = hashlib.sha256()
    try:
        with open(path, "rb") as f:
            for piece in iter(lambda: f.read(1 << 20), b""):
                hashed.update(piece)
    except OSError as error:
        raise verify.Bad("部品がありません：%s" % path) from error
    return hashed.hexdigest()


def untar(path, to):
    """Plain files and directories below `to`, and nothing else; gives the names at the top."""
    tops = set()
    with tarfile.open(path, "r:") as tar:
        for item in tar:
            name = item.name.rstrip("/")
            need(verify.re.fullmatch(verify.PATH, name) and (item.isfile() or item.isdir()) and not item.issparse(),
                 "外を指す名前、またはふつうでないファイルです：%s" % name[:80])
            tops.add(name.split("/")[0])
            target = os.path.join(to, *name.split("/"))
            if item.isdir():
                os.makedirs(target, mode=0o700, exist_ok=True)
                continue
            os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
            with tar.extractfile(item) as f, open(target, "xb") as out:
                shutil.copyfileobj(f, out, 1 << 20)
    return tops


def open_parts(words):
    town, to, log_key = Town(words), wanted(words, "--to"), option(words, "--log-key")
    place = words[0]
    doc, parts = parts_read(place, log_key)
    need(doc.of.get("certificate") == town.sha256, "parts.json：この証明書あての部品ではありません")
    if os.path.exists(to):
        raise verify.Unable("--to のフォルダは、まだないものにしてください：" + to)
    os.makedirs(to, mode=0o700)
    whole = os.path.join(to, "bag.tar")
    try:
        with open(whole, "wb") as out:
            for n, part in enumerate(parts, 1):
                cms = os.path.join(place, "part-%04d.cms" % n)
                need(sha_of(cms) == part["sha256"], "部品が変わっています：%s" % cms)
                plain = os.path.join(to, "part.tmp")
                town.run(["cms", "-decrypt", "-binary", "-inform", "DER", "-in", cms, "-recip", town.cert, "-inkey",
                          town.key, "-out", plain])
                need(sha_of(plain) == part["plain_sha256"], "開いた中身が違います：%s" % cms)
                with open(plain, "rb") as f:
                    shutil.copyfileobj(f, out, 1 << 20)
                os.remove(plain)
                print("開きました：%d / %d" % (n, len(parts)))
        tops = untar(whole, to)
        os.remove(whole)
        if "bagit.txt" not in tops:  # --to itself is the bag: what is typed next names it
            top = os.path.join(to, min(tops))
            for name in os.listdir(top):
                need(not os.path.lexists(os.path.join(to, name)), "名前が重なっています：%s" % name[:80])
                os.rename(os.path.join(top, name), os.path.join(to, name))
            os.rmdir(top)
        key = verify.Key(verify.text_of(to, "data/log/key.txt", 4096).rstrip("\n"))
        doc.check(verify.ED_SPKI + key.raw, "監査記録")
        need(doc.of.get("bag") == hashlib.sha512(read(os.path.join(to, "manifest-sha512.txt"), 1 << 28)).hexdigest(),
             "parts.json：別の返還データのものです")
    except BaseException:
        shutil.rmtree(to, ignore_errors=True)
        raise
    print("返還データ：%s\n次は receipt で検査と受領をしてください。" % to)


def receipt(words):
    town, to = Town(words), wanted(words, "--to")
    found = verify.bag(words[0])[0]
    need(found["contract"] != "-", "この返還データには、契約がありません")
    tool = "ibasho_town.py 1 (ibasho_verify.py SHA-256 %s)" % sha_of(os.path.join(HERE, "ibasho_verify.py"))
    write_new(to, town.sign("ibasho-receipt/1", dict(found, verified_at=now(), tool=tool)))
    print("正しい返還データです。受領書に署名しました。識別値：%s" % found["bag"])


def unplanted(place, names):
    """Those of the names that stand in no record of the bag: nobody could find them later, erased or not."""
    left = {n: max(re.findall("[A-Za-z0-9]+", n), key=len, default="").encode() for n in names}
    marks = {m for m in left.values() if len(m) >= 16}
    odd = {n.encode() for n, m in left.items() if m not in marks}
    records, found = os.path.join(place, "data", "records"), set()
    for file in sorted(os.listdir(records)):
        with open(os.path.join(records, file), "rb") as f:
            for line in f:
                found.update(marks.intersection(re.findall(rb"[A-Za-z0-9]{16,}", line)))
                found.update(n for n in odd if n in line)
    return [n for n, m in left.items() if m not in found and n.encode() not in found]


def order(words):
    town, to, by = Town(words), wanted(words, "--to"), wanted(words, "--by")
    aggregates = option(words, "--aggregates") or "keep"
    secret, may_lack = option(words, "--canaries"), "--unplanted" in words
    taken = verify.Document(read(wanted(words, "--receipt")), "受領書", "ibasho-receipt/1")
    taken.check(town.spki, "自治体")
    need(aggregates in ("keep", "withdraw"), "--aggregates は keep か withdraw です")
    need(verify.is_label(100)(by), "--by は100文字までの、部署か職の名前です")
    with open(os.path.join(words[0], "manifest-sha512.txt"), "rb") as f:
        need(hashlib.sha512(f.read()).hexdigest() == taken.of["bag"], "受領書は、別の返還データのものです")
    names = json.loads(read(secret)) if secret else []
    lost = unplanted(words[0], [n["name"] for n in names])
    need(not lost or may_lack, "目印の名前のうち %d 人が、返還データのどこにもいません（%s…）。登録されていない名前は、消えたことの証拠に"
         "なりません。登録の記録を確かめてください。それでも指示するときは --unplanted を付けます。" % (len(lost), "".join(lost[:1])[:4]))
    write_new(to, town.sign("ibasho-order/1", {
        "aggregates": aggregates, "bag": taken.of["bag"], "by": by, "canaries": names,
        "contract": taken.of["contract"], "node": taken.of["node"], "ordered_at": now()}))
    print("消去の指示に署名しました。取り消せない指示です。渡す前に、二人で読み合わせてください。")


COMMANDS = {"new-key": (new_key, 0), "canaries": (canaries, 0), "open": (open_parts, 1), "receipt": (receipt, 1),
            "order": (order, 1)}


def main(words):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    if not words or words[0] not in COMMANDS:
        print(__doc__)
        return 0 if words in (["--help"], ["-h"]) else 3
    command, n_words = COMMANDS[words.pop(0)]
    try:
        if n_words and (not words or words[0].startswith("--")):
            raise verify.Unable("フォルダを書いてください（--help で使い方が出ます）")
        command(words)
        return 0
    except verify.Bad as error:
        print("正しくありません。%s" % error)
        return 1
    except (verify.Unable, OSError, ValueError, KeyError, tarfile.TarError) as error:
        print("できませんでした。%s" % error, file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
