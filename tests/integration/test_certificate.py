#!/usr/bin/python3
# tests/run: right 180
"""The certificate of erasure and the bag under two verifiers that share no line: `ibasho verify` (C) and
ops/verify/ibasho_verify.py (Python and openssl alone). They agree on everything that is right and on everything that is
not (AI-7.2-2). No node is started; test_handback_export.py has real bags, and a certificate about one."""
import copy
import hashlib
import importlib.util
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tokenize

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib import ending  # noqa: E402
from lib.t import case, main  # noqa: E402

IBASHO = os.path.join(ending.ROOT, os.environ.get("BUILD", "build/debug"), "ibasho")
verify = ending.verify
place = tempfile.mkdtemp(prefix="ibasho-ending-")
end = ending.Ending(place)
whole = end.certificate()


def by_python(data):
    """0 valid, 1 not, 2 receipts are missing."""
    try:
        return 2 if verify.certificate(data)[2] else 0
    except verify.Bad:
        return 1


def by_c(files):
    """name -> 0, 1, 2, of many files at once."""
    at = tempfile.mkdtemp(dir=place)
    for name, data in files.items():
        with open(os.path.join(at, name), "wb") as f:
            f.write(data)
    found = {}
    names = sorted(files)
    for i in range(0, len(names), 100):
        done = subprocess.run([IBASHO, "verify", "certificate", *names[i:i + 100]], cwd=at, capture_output=True,
                              text=True, timeout=120, check=False)
        for line in done.stdout.split("\n"):
            name, gap, said = line.partition("：")
            if gap and name in files:
                last, found[name] = name, 1 if said.startswith("正しくありません") else 0
            elif line.startswith("  受領書なし"):
                found[last] = 2
    shutil.rmtree(at)
    return found


def python_alone(*words):
    """The program as somebody else runs it: nothing of this machine around it."""
    return subprocess.run(["/usr/bin/python3", "-I", ending.VERIFY, *words], env={}, cwd="/", capture_output=True,
                          timeout=120, check=False)


def with_facts(step, **changes):
    facts = end.facts()
    facts[step].update(changes)
    return end.certificate(end.payload(end.journal(facts)))


def with_step(number, **changes):
    return end.certificate(end.payload(end.journal(end.facts(), **{f"n{number}": lambda p: {**p, **changes}})))


def with_paper(step, name, kind, payload, key=None):
    return with_facts(step, **{name: ending.jws(kind, payload, key or end.town)})


def with_purge(change):
    purge = end.purge()
    change(purge)
    return with_facts("peers_purged", purge=purge)


def with_purge_receipt(key=None, member=None, **changes):
    def change(purge):
        paper = ending.jws("ibasho-purge/1", end.purge_receipt(**changes), key or end.peer)
        purge["peers"][0]["receipt"] = ending.line(paper).decode()
        if member is not None:
            purge["peers"][0]["member"] = verify.canonical(member).decode()
    return with_purge(change)


def unlike(payload, **changes):
    return {**payload, **changes}


def rsa(bits):
    at = os.path.join(place, f"rsa{bits}")
    os.makedirs(at, exist_ok=True)
    return ending.Rsa(at, bits)


def small_town():
    """Everything as it should be, but with a key of 2048 bits."""
    town, end.town = end.town, rsa(2048)
    try:
        return end.certificate()
    finally:
        end.town = town


def spoilt_payload(change):
    """The payload's text changed, signed all the same."""
    text = verify.canonical(end.payload())
    return end.certificate(change(text))


def missing(purge):
    purge["peers"].append(end.unreachable())
    purge["n_peers"] = 2


def rows():
    """name -> (certificate, what both must say)."""
    cancelled = "drain exported active".split() + ending.STEPS
    facts, purge = end.facts(), end.purge()
    missing(purge)
    facts["peers_purged"]["purge"] = purge
    alone = end.facts()
    alone["peers_purged"]["purge"] = {"n_peers": 0, "n_receipts": 0, "peers": [], "state": "none"}
    short = copy.deepcopy(end.facts())
    short["scanned"]["hits"].pop()
    short["scanned"]["n_names"] = 19
    found = copy.deepcopy(end.facts())
    found["scanned"]["hits"][3]["hits"] = 1
    twice = copy.deepcopy(end.facts())
    twice["scanned"]["hits"][1] = twice["scanned"]["hits"][0]
    order, receipt, node = end.order(), end.receipt(), end.peers[0]
    yield "as_made", whole, 0
    yield "cancelled_once", end.certificate(end.payload(end.journal(end.facts(), cancelled))), 0
    elder = {f"n{n}": lambda p: {**p, "contract": end.peers[0]} for n in (1, 2, 3)}
    yield "cancelled_under_the_contract_before", end.certificate(end.payload(end.journal(
        end.facts(), cancelled, **elder))), 0
    yield "cancelled_under_two_contracts", end.certificate(end.payload(end.journal(
        end.facts(), cancelled, n2=elder["n2"]))), 1
    yield "all_under_another_contract", end.certificate(end.payload(end.journal(end.facts(), **{
        f"n{n}": elder["n1"] for n in range(1, len(ending.STEPS) + 1)}))), 1
    yield "no_peers", end.certificate(end.payload(end.journal(alone), claims=end.claims("peers", "unreachable"))), 0
    yield "no_receipt_of_one", end.certificate(end.payload(end.journal(facts), claims=end.claims())), 2
    yield "no_canaries", end.certificate(end.payload(
        end.journal({**end.facts(), "ordered": {**end.facts()["ordered"], "order": ending.jws(
            "ibasho-order/1", unlike(order, canaries=[]), end.town)}}), claims=end.claims("canaries", "unreachable"))), 0
    # ---- the document ----
    yield "nothing", b"", 1
    yield "no_line_feed", whole[:-1], 1
    yield "two_line_feeds", whole + b"\n", 1
    yield "a_blank", whole.replace(b"{", b"{ ", 1), 1
    yield "another_type", end.certificate(kind="ibasho-step/1"), 1
    yield "two_signatures", ending.line(ending.jws("ibasho-certificate/1", end.payload(), end.erasure, end.other)), 1
    yield "signed_by_another", end.certificate(key=end.other), 1
    yield "signed_by_the_log", end.certificate(key=end.log), 1
    yield "keys_turned", spoilt_payload(lambda t: t.replace(b'{"bag":', b'{ "bag":', 1)), 1
    yield "escaped_letter", spoilt_payload(lambda t: t.replace(b'"origin":"a', b'"origin":"\\u0061', 1)), 1
    yield "a_key_twice", spoilt_payload(lambda t: t.replace(b'"origin":', b'"origin":"x","origin":', 1)), 1
    yield "not_utf8", spoilt_payload(lambda t: t.replace(b"aozora", b"a\xffzora", 1)), 1
    yield "one_field_more", end.certificate(end.payload(more=1)), 1
    yield "one_field_less", end.certificate({k: v for k, v in end.payload().items() if k != "origin"}), 1
    yield "issued_before_its_last_step", end.certificate(end.payload(issued_at=ending.at(1))), 1
    yield "a_day_that_is_none", end.certificate(end.payload(issued_at="2026-02-30T00:00:00.000000Z")), 1
    yield "another_bag", end.certificate(end.payload(bag="ef" * 64)), 1
    yield "another_origin", end.certificate(end.payload(origin="minato.ibasho")), 1
    yield "another_node", end.certificate(end.payload(node=node)), 1
    # ---- the claims ----
    yield "a_claim_less", end.certificate(end.payload(claims=end.claims("unreachable", "copies"))), 1
    yield "a_claim_more", end.certificate(end.payload(claims=end.claims())), 1
    yield "a_claim_of_a_better_class", end.certificate(end.payload(claims=[
        unlike(c, **{"class": "verifiable"}) for c in end.claims("unreachable")])), 1
    yield "silent_about_who_did_not_answer", end.certificate(end.payload(end.journal(facts))), 1
    # ---- the journal ----
    for n, step in enumerate(ending.STEPS, 1):
        yield f"without_{step}", end.certificate(end.payload(end.journal(
            end.facts(), [s for s in ending.STEPS if s != step]))), 1
        other = end.erasure if n <= 5 else end.log
        yield f"{step}_by_the_wrong_key", end.certificate(end.payload(end.journal(
            end.facts(), **{f"sign_{n}": other}))), 1
    yield "two_steps_turned", end.certificate(end.payload(end.journal(
        end.facts(), ending.STEPS[:6] + [ending.STEPS[7], ending.STEPS[6]] + ending.STEPS[8:]))), 1
    yield "cancelled_after_the_order", end.certificate(end.payload(end.journal(
        end.facts(), ending.STEPS[:6] + ["active"] + ending.STEPS))), 1
    yield "ends_certified", end.certificate(end.payload(end.journal(end.facts(), ending.STEPS + ["certified"]))), 1
    yield "a_chain_that_breaks", with_step(4, prev="11" * 32), 1
    yield "a_number_left_out", with_step(4, n=5), 1
    yield "back_in_time", with_step(4, at=ending.at(1)), 1
    yield "a_step_of_another_node", with_step(4, node=node), 1
    yield "a_step_of_another_contract", with_step(4, contract=node), 1
    yield "a_step_with_more", with_step(4, more=1), 1
    yield "a_step_without_facts", with_step(4, facts=[]), 1
    yield "a_step_that_is_none", with_step(4, step="rest"), 1
    yield "a_fraction", with_facts("grace", days=1.5), 1
    yield "ordered_at_the_graces_end", with_facts("grace", until=ending.at(50)), 0
    yield "ordered_before_the_graces_end", with_facts("grace", until=ending.at(51)), 1
    yield "a_grace_without_end", with_facts("grace", until=""), 1
    yield "no_erasure_key", with_facts("ordered", erasure_key=""), 1
    yield "another_log_key", with_facts("drain", log_key=end.other.raw.hex()), 1
    # ---- the municipality's papers ----
    yield "a_small_key", small_town(), 1
    yield "another_certificate", end.certificate(end.payload(town_certificate=rsa(3072).pem)), 1
    yield "no_certificate", end.certificate(end.payload(town_certificate="-")), 1
    yield "two_certificates", end.certificate(end.payload(town_certificate=end.town.pem * 2)), 1
    yield "another_key_registered", with_facts("receipted", town_key="00" * 32), 1
    yield "no_receipt", with_facts("receipted", receipt=None), 1
    yield "receipt_by_the_node", with_paper("receipted", "receipt", "ibasho-receipt/1", receipt, end.log), 1
    yield "receipt_of_another_bag", with_paper("receipted", "receipt", "ibasho-receipt/1",
                                               unlike(receipt, bag="ef" * 64)), 1
    yield "receipt_of_another_log", with_paper("receipted", "receipt", "ibasho-receipt/1",
                                               unlike(receipt, log_root="ef" * 32)), 1
    yield "receipt_with_more", with_paper("receipted", "receipt", "ibasho-receipt/1", unlike(receipt, more=1)), 1
    yield "receipt_that_is_an_order", with_paper("receipted", "receipt", "ibasho-order/1", order), 1
    yield "other_numbers", with_facts("exported", n_files=203), 1
    yield "order_of_another_bag", with_paper("ordered", "order", "ibasho-order/1", unlike(order, bag="ef" * 64)), 1
    yield "order_of_another_contract", with_paper("ordered", "order", "ibasho-order/1", unlike(order, contract=node)), 1
    yield "order_by_the_contractor", with_paper("ordered", "order", "ibasho-order/1", order, end.log), 1
    yield "order_for_something_else", with_paper("ordered", "order", "ibasho-order/1", unlike(order, aggregates="x")), 1
    yield "order_of_another_key", with_facts("ordered", town_key="00" * 32), 1
    # ---- canaries ----
    paper = end.commitments()
    yield "no_commitments", end.certificate(end.payload(canaries=[])), 1
    yield "commitments_by_the_node", end.certificate(end.payload(
        canaries=[ending.jws("ibasho-canaries/1", paper, end.log)])), 1
    yield "too_few_commitments", end.certificate(end.payload(canaries=[ending.jws(
        "ibasho-canaries/1", unlike(paper, commitments=paper["commitments"][:19]), end.town)])), 1
    yield "commitments_turned", end.certificate(end.payload(canaries=[ending.jws(
        "ibasho-canaries/1", unlike(paper, commitments=paper["commitments"][::-1]), end.town)])), 1
    yield "commitments_of_another_contract", end.certificate(end.payload(canaries=[ending.jws(
        "ibasho-canaries/1", unlike(paper, contract=node), end.town)])), 1
    yield "a_name_never_committed_to", with_paper("ordered", "order", "ibasho-order/1", unlike(order, canaries=[
        unlike(order["canaries"][0], name="あとから足した名前ABCDEFGHIJ")])), 1
    yield "another_salt", with_paper("ordered", "order", "ibasho-order/1", unlike(order, canaries=[
        unlike(order["canaries"][0], salt=order["canaries"][1]["salt"])])), 1
    yield "a_name_twice", with_paper("ordered", "order", "ibasho-order/1", unlike(
        order, canaries=order["canaries"][:1] * 2)), 1
    # ---- the scan ----
    yield "something_was_found", with_facts("scanned", n_hits=1), 1
    yield "one_name_was_found", end.certificate(end.payload(end.journal(found))), 1
    yield "one_name_was_not_looked_for", end.certificate(end.payload(end.journal(short))), 1
    yield "one_name_looked_for_twice", end.certificate(end.payload(end.journal(twice))), 1
    yield "another_number_of_names", with_facts("scanned", n_names=21), 1
    yield "no_scan", with_facts("scanned", hits=0), 1
    # ---- other nodes ----
    yield "receipts_miscounted", with_purge(lambda p: p.update(n_receipts=2)), 1
    yield "no_purge", with_facts("peers_purged", purge=None), 1
    yield "still_waiting", with_purge(lambda p: (p["peers"][0].pop("receipt"), p["peers"][0].update(
        state="outstanding"), p.update(n_receipts=0))), 1
    yield "one_node_twice", with_purge(lambda p: (p["peers"].append(p["peers"][0]), p.update(
        n_peers=2, n_receipts=2))), 1
    yield "a_receipt_of_another_key", with_purge_receipt(end.other), 1
    yield "a_receipt_about_another", with_purge_receipt(**{"from": node}), 1
    yield "a_receipt_of_an_order_before", with_purge_receipt(at=ending.at(48)), 1
    yield "a_receipt_of_another_clock", with_purge_receipt(at=ending.at(49)), 0
    yield "a_receipt_of_no_time", with_purge_receipt(at=""), 1
    yield "a_receipt_by_another", with_purge_receipt(by=end.peers[1]), 1
    yield "a_leaf_that_is_not_there", with_purge_receipt(leaf=0), 1
    yield "a_leaf_beyond", with_purge_receipt(leaf=2), 1
    yield "a_proof_too_long", with_purge_receipt(proof=end.purge_receipt()["proof"] * 2), 1
    yield "a_checkpoint_of_another_log", with_purge_receipt(log_key=end.other.note_key("minato.ibasho")), 1
    yield "a_line_of_another_node", with_purge_receipt(member=end.member(node=end.peers[1])), 1
    yield "a_line_without_keys", with_purge_receipt(member=end.member(keys=[])), 1
    yield "a_key_for_something_else", with_purge_receipt(member=end.member(keys=[
        unlike(end.member()["keys"][0], use="gossip")])), 1


@case
def both_say_the_same_of_every_certificate(t):
    t.req("AI-7.2-2")
    table = {name: (data, want) for name, data, want in rows()}
    c = by_c({name: data for name, (data, _) in table.items()})
    t.ok(len(table) >= 90, "rows", len(table))
    for name, (data, want) in table.items():
        t.eq((by_python(data), c.get(name)), (want, want), f"{name}: Python, C")


@case
def five_hundred_changed_bytes_are_five_hundred_refusals(t):
    t.req("AI-7.2-2")
    chance = random.Random(7)
    changed = {}
    for i in range(500):
        at = i * len(whole) // 500
        changed[f"{i}"] = whole[:at] + bytes([whole[at] ^ chance.randint(1, 255)]) + whole[at + 1:]
    c = by_c(changed)
    t.eq(sum(by_python(data) == 1 for data in changed.values()), 500, "by Python")
    t.eq(sum(said == 1 for said in c.values()), 500, "by C")


@case
def a_certificate_needs_nothing_but_itself(t):
    t.req("AI-7.2-2")
    path = os.path.join(place, "certificate.json")
    with open(path, "wb") as f:
        f.write(whole)
    done = python_alone("certificate", path)
    t.eq(done.returncode, 0, f"valid: {done.stdout.decode()}{done.stderr.decode()}")
    t.ok(hashlib.sha256(whole).hexdigest() in done.stdout.decode(), "says which")
    t.eq(python_alone("certificate", path, "--town", end.town.cert).returncode, 0, "with the paper at hand")
    other = rsa(3072).cert
    t.eq(python_alone("certificate", path, "--town", other).returncode, 1, "not with another's")
    c = [IBASHO, "verify", "certificate", path, "--town"]
    t.eq([subprocess.run(c + [p], capture_output=True, check=False).returncode for p in (end.town.cert, other)], [0, 1],
         "C says so, too")
    t.eq(python_alone("certificate", path + ".none").returncode, 3, "no file is no verdict")
    t.eq(python_alone().returncode, 3, "nor are no words")


@case
def the_paper_says_what_the_document_says(t):
    t.req("AI-7.2-2")
    path, pdf = os.path.join(place, "paper.json"), os.path.join(place, "paper.pdf")
    with open(path, "wb") as f:
        f.write(whole)
    done = subprocess.run([IBASHO, "certificate", "pdf", path, "--to", pdf], capture_output=True, text=True, check=False)
    t.eq(done.returncode, 0, f"drawn: {done.stderr}")
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    flat = "".join(text.split())
    for part in (hashlib.sha256(whole).hexdigest(), end.found["bag"], end.node, "データ消去証明書", "検証できること", "立会い",
                 "申告", "教育委員会学校教育課長", "blkdiscard", "account", "2026-11-21T03-00", "みなと市", "みなと町", '居場所「"2024"」', "2025年の受託者", "2025-04-01から2026-03-31"):
        t.ok(part in flat, part)
    with open(path, "wb") as f:
        f.write(whole.replace(b"A", b"B", 1))
    t.eq(subprocess.run([IBASHO, "certificate", "pdf", path, "--to", pdf + "2"], capture_output=True,
                        check=False).returncode, 1, "what does not hold is not drawn")
    t.ok(not os.path.exists(pdf + "2"), "and leaves nothing")


def town(*words):
    return subprocess.run(["/usr/bin/python3", "-I", ending.TOWN, *words], env={}, capture_output=True, timeout=120,
                          check=False, cwd=place)


@case
def the_town_plants_names_it_can_prove_later(t):
    t.req("CARD-14")
    done = town("new-key", "--to", "own", "--name", "あおぞら市 教育委員会")
    t.eq(done.returncode, 0, done.stdout.decode() + done.stderr.decode())
    t.eq(os.stat(os.path.join(place, "own/town.key")).st_mode & 0o77, 0, "nobody else may read the key")
    t.eq(town("new-key", "--to", "own").returncode, 3, "never over a key that is there")
    words = ["canaries", "--node", end.node, "--contract", end.contract, "--key", "own/town.key", "--cert",
             "own/town.pem", "--to", "planted"]
    t.eq(town(*words, "--n", "19").returncode, 1, "19 are too few")
    t.eq(town(*words).returncode, 0, "20 names")
    with open(os.path.join(place, "planted/canaries.secret.json"), encoding="utf-8") as f:
        names = json.load(f)
    with open(os.path.join(place, "planted/canaries.csv"), encoding="utf-8-sig") as f:
        sheet = f.read()
    t.ok(len(names) == 20 and all(n["name"] in sheet for n in names), "the sheet has them all")
    with open(os.path.join(place, "planted/canaries.json"), "rb") as f:
        paper = f.read()
    t.ok(not any(n["name"].encode() in paper for n in names), "the paper has none of them")
    made = {verify.sha256(verify.b64_read(n["salt"].encode()) + n["name"].encode()).hex() for n in names}
    t.eq(made, set(verify.Document(paper, "paper", "ibasho-canaries/1").of["commitments"]), "but binds them")


@case
def names_that_never_came_to_the_node_are_no_proof(t):
    t.req("AI-7.2-1")
    bag, secret = os.path.join(place, "little"), os.path.join(place, "planted/canaries.secret.json")
    os.makedirs(os.path.join(bag, "data/records"))
    manifest = b"a manifest\n"
    with open(os.path.join(bag, "manifest-sha512.txt"), "wb") as f:
        f.write(manifest)
    with open(secret, encoding="utf-8") as f:
        names = [n["name"] for n in json.load(f)]
    own = ending.jws("ibasho-receipt/1", {"bag": hashlib.sha512(manifest).hexdigest(), "contract": end.contract,
                                          "node": end.node}, ending.Rsa(os.path.join(place, "own")))
    with open(os.path.join(place, "little.receipt"), "wb") as f:
        f.write(ending.line(own))

    def records(some):
        with open(os.path.join(bag, "data/records/account.ndjson"), "w", encoding="utf-8") as f:
            f.writelines('{"name":{"key":"person","text":"' + n + '"}}\n' for n in some)

    def order(to, *more):
        return town("order", "little", "--receipt", "little.receipt", "--by", "教育委員会", "--canaries", secret, "--key",
                    "own/town.key", "--cert", "own/town.pem", "--to", to, *more).returncode

    records(names)
    t.eq(order("order.all"), 0, "all of them are in the bag")
    records(names[1:])
    t.eq((order("order.less"), os.path.exists(os.path.join(place, "order.less"))), (1, False), "one is not")
    records(n[:-1] for n in names)
    t.eq(order("order.cut"), 1, "nor is a part of a name enough")
    t.eq(order("order.still", "--unplanted"), 0, "unless the town says so itself")


@case
def a_part_that_swells_is_not_unpacked(t):
    t.req("AI-7.2-1")
    spec = importlib.util.spec_from_file_location("ibasho_town", ending.TOWN)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    with open(os.path.join(place, "much"), "wb") as f:
        f.truncate(1 << 30)
    subprocess.run(["tar", "-S", "-C", place, "-cf", os.path.join(place, "much.tar"), "much"], check=True)
    try:
        tool.untar(os.path.join(place, "much.tar"), os.path.join(place, "swollen"))
        said = "taken"
    except tool.verify.Bad:
        said = "refused"
    t.eq((os.path.getsize(os.path.join(place, "much.tar")) < 1 << 20, said), (True, "refused"), "a gigabyte in ten kilobytes")


@case
def the_verifier_stays_small_and_alone(t):
    t.req("AI-7.2-2")
    with open(ending.VERIFY, encoding="utf-8") as f:
        source = f.read()
    skip = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    tokens = [k for k in tokenize.generate_tokens(io.StringIO(source).readline) if k.type not in skip]
    docs = [k for k in tokens if k.type == tokenize.STRING and k.string.startswith('"""')]
    lines = {n for k in tokens if k not in docs for n in range(k.start[0], k.end[0] + 1)}
    t.ok(len(lines) <= 500, "lines of Python", len(lines))
    names = {name.split(".")[0] for line in source.split("\n") if line.startswith(("import ", "from "))
             for name in line.split(" import ")[0].replace("import ", "").replace("from ", "").split(", ")}
    t.eq(names - set(sys.stdlib_module_names), set(), "the standard library alone")
    t.eq([word for word in ("socket", "urllib", "http") if word in names], [], "no network")


if __name__ == "__main__":
    main(__file__, lambda: shutil.rmtree(place, ignore_errors=True))
