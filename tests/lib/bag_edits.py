"""What can be done to a bag: plainly, and by somebody who then signs everything anew with a key of his own. Each edit
works on a copy; both verifiers must say the same of it (AI-8-3, AI-7.2-2)."""
import json
import os
import shutil

from lib import ending

LEAVES = "data/log/leaves.ndjson"


def read(bag, path):
    with open(os.path.join(bag, path), "rb") as f:
        return f.read()


def write(bag, path, data):
    with open(os.path.join(bag, path), "wb") as f:
        f.write(data)


def change(bag, path, function):
    write(bag, path, function(read(bag, path)))


def flip(data, at=None):
    at = len(data) // 2 if at is None else at
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def turned(data):
    rows = data.splitlines(True)
    return b"".join([rows[1], rows[0], *rows[2:]])


def a_file(bag, under):
    return min(p for p in ending.verify.walk(bag) if p.startswith(under) and os.path.getsize(os.path.join(bag, p)))


def link(bag):
    os.remove(os.path.join(bag, "data/README.ja.txt"))
    os.symlink("/etc/hostname", os.path.join(bag, "data/README.ja.txt"))


# Nobody signs again: the sums and the signature must tell.
PLAIN = {
    "a_bit_of_a_record": lambda b: change(b, a_file(b, "data/records/"), flip),
    "a_bit_of_a_leaf": lambda b: change(b, LEAVES, flip),
    "a_bit_of_a_checkpoint": lambda b: change(b, "data/log/checkpoints.txt", flip),
    "a_bit_of_the_log_key": lambda b: change(b, "data/log/key.txt", lambda d: flip(d, len(d) - 5)),
    "a_bit_of_an_uploaded_file": lambda b: change(b, a_file(b, "data/files/"), flip),
    "a_bit_of_a_sheet": lambda b: change(b, a_file(b, "excel/"), flip),
    "a_bit_of_the_manifest": lambda b: change(b, "manifest-sha512.txt", flip),
    "a_bit_of_the_tagmanifest": lambda b: change(b, "tagmanifest-sha512.txt", flip),
    "a_bit_of_the_info": lambda b: change(b, "bag-info.txt", flip),
    "a_bit_of_the_declaration": lambda b: change(b, "bagit.txt", flip),
    "a_bit_of_the_signature": lambda b: change(b, "ibasho-signature.txt", lambda d: flip(d, len(d) - 9)),
    "a_file_dropped": lambda b: os.remove(os.path.join(b, a_file(b, "data/records/"))),
    "a_file_renamed": lambda b: os.rename(os.path.join(b, "data/README.ja.txt"), os.path.join(b, "data/README.txt")),
    "a_file_added": lambda b: write(b, "data/more.txt", b"more"),
    "a_tag_file_added": lambda b: write(b, "more.txt", b"more"),
    "the_signature_dropped": lambda b: os.remove(os.path.join(b, "ibasho-signature.txt")),
    "the_manifest_reordered": lambda b: change(b, "manifest-sha512.txt", turned),
    "a_link_out": link,
}


def leaves_of(bag):
    return [r for r in read(bag, LEAVES).splitlines() if r.startswith(b'{"seq"')]


def put_leaves(bag, rows):
    write(bag, LEAVES, b"".join(r + b"\n" for r in rows))


def renumbered(rows):
    return [ending.leaf_of(r, i) for i, r in enumerate(rows)]


def open_leaf(bag):
    """(place, table) of a leaf with its row, that no deletion is."""
    for i, row in enumerate(leaves_of(bag)):
        leaf = json.loads(row)
        if leaf["row"] and leaf["kind"] != "log.deletion" and leaf["table"] == "account_step":
            return i, leaf
    raise AssertionError("no open leaf")


def drop_leaf(bag):
    rows = leaves_of(bag)
    del rows[open_leaf(bag)[0]]
    put_leaves(bag, renumbered(rows))


def close_leaf(bag):
    """Row and salt gone, without a word; its record with it."""
    i, leaf = open_leaf(bag)
    rows = leaves_of(bag)
    rows[i] = rows[i].replace(f'"{leaf["salt"]}"'.encode(), b"null")
    rows[i] = rows[i][:rows[i].index(b'"row":')] + b'"row":null}'
    put_leaves(bag, rows)
    drop_record(bag, leaf["table"], leaf["row_id"])


def swap_leaves(bag):
    rows = leaves_of(bag)
    put_leaves(bag, renumbered([rows[1], rows[0], *rows[2:]]))


def records(bag, table):
    return read(bag, f"data/records/{table}.ndjson").splitlines(True)


def put_records(bag, table, rows, count=True):
    write(bag, f"data/records/{table}.ndjson", b"".join(rows))
    if count:
        change(bag, "bag-info.txt", lambda d: b"".join(
            f"Ibasho-Count: {table} {len(rows)}\n".encode() if r.startswith(f"Ibasho-Count: {table} ".encode()) else r
            for r in d.splitlines(True)))


def drop_record(bag, table, row_id):
    put_records(bag, table, [r for r in records(bag, table) if row_id.encode() not in r[:60]])


def drop_a_record(bag):
    leaf = open_leaf(bag)[1]
    drop_record(bag, leaf["table"], leaf["row_id"])


def add_a_record(bag):
    rows = records(bag, "account_step")
    last = json.loads(rows[-1])
    rows.append(rows[-1].replace(last["id"].encode(), b"ffffffff-ffff-7fff-bfff-ffffffffffff"))
    put_records(bag, "account_step", rows)


def change_a_clear_column(bag):
    rows = records(bag, "account_step")
    put_records(bag, "account_step", [rows[0].replace(b'"at":"2', b'"at":"3', 1), *rows[1:]])


def change_a_count(bag):
    rows = records(bag, "account_step")
    put_records(bag, "account_step", rows)
    change(bag, "bag-info.txt", lambda d: d.replace(f"account_step {len(rows)}\n".encode(),
                                                    f"account_step {len(rows) + 1}\n".encode()))


def change_a_sealed_text(bag):
    rows = records(bag, "chat_line")
    changed = []
    for row in rows:
        record = json.loads(row)
        record["text_sealed"]["text"] += "！"
        changed.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    put_records(bag, "chat_line", changed)


def lose_a_file(bag):
    os.remove(os.path.join(bag, a_file(bag, "data/files/")))


def name_a_file_wrongly(bag):
    path = a_file(bag, "data/files/")
    os.rename(os.path.join(bag, path), os.path.join(bag, "data/files/" + "0" * 64))


def lose_a_table(bag):
    os.remove(os.path.join(bag, "data/records/account_step.ndjson"))


def row_of_another(bag):
    """A leaf's row changed, its own sum made anew, but the record stays."""
    i, leaf = open_leaf(bag)
    rows = leaves_of(bag)
    row = rows[i][rows[i].index(b'"row":') + 6:-1].replace(b'"at":"2', b'"at":"3', 1)
    rows[i] = ending.leaf_of(rows[i], i, row)
    put_leaves(bag, rows)


# Everything is signed again: name -> (edit, what both must say).
SIGNED = {
    "as_it_was": (lambda b: None, 0),
    "a_leaf_dropped": (drop_leaf, 1),
    "a_leaf_closed_without_a_word": (close_leaf, 1),
    "two_leaves_turned": (swap_leaves, 0),  # another history, and a whole one: the key tells whose it is
    "a_record_dropped": (drop_a_record, 1),
    "a_record_added": (add_a_record, 1),
    "a_clear_column_changed": (change_a_clear_column, 1),
    "a_row_of_the_log_changed": (row_of_another, 1),
    "a_count_changed": (change_a_count, 1),
    "a_file_lost": (lose_a_file, 1),
    "a_file_named_wrongly": (name_a_file_wrongly, 1),
    "a_table_lost": (lose_a_table, 1),
    "a_sealed_text_changed": (change_a_sealed_text, 0),  # the exporter's word: README.ja.txt says so
}


def copies(bag, place, key):
    """(name, directory, want) of each edit, one after another; the copy goes when the next is asked for."""
    for name, edit, want in [(n, e, 1) for n, e in PLAIN.items()] + [(n, *e) for n, e in SIGNED.items()]:
        at = os.path.join(place, name)
        shutil.copytree(bag, at, symlinks=True)
        edit(at)
        if name in SIGNED:
            ending.resign(at, key)
        yield name, at, want
        shutil.rmtree(at)
