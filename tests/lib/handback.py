"""tests/lib/handback.py - a bag as a stranger reads it: the standard library alone, no code of ours."""
import base64
import hashlib
import json
import os
import re
import shutil


def read(bag, path):
    with open(os.path.join(bag, path), "rb") as f:
        return f.read()


def sum_of(path, name="sha512"):
    made = hashlib.new(name)
    with open(path, "rb") as f:
        while piece := f.read(1 << 20):
            made.update(piece)
    return made.hexdigest()


def records(bag, table):
    return [json.loads(line) for line in read(bag, f"data/records/{table}.ndjson").splitlines()]


def info(bag):
    """Labels of bag-info.txt; Ibasho-Count as {table: rows}."""
    labels, counts = {}, {}
    for line in read(bag, "bag-info.txt").decode().splitlines():
        name, value = line.split(": ", 1)
        if name == "Ibasho-Count":
            table, n = value.split(" ")
            counts[table] = int(n)
        else:
            labels[name] = value
    return labels, counts


def listed(bag, manifest):
    return dict(reversed(line.split("  ", 1)) for line in read(bag, manifest).decode().splitlines())


def files_of(bag):
    return sorted(os.path.relpath(os.path.join(at, name), bag)
                  for at, _, names in os.walk(bag) for name in names)


def defects_of_manifests(bag):
    """What BagIt's rules (RFC 8493, 3) say against it."""
    found, payload, tags = [], listed(bag, "manifest-sha512.txt"), listed(bag, "tagmanifest-sha512.txt")
    for path, want in {**payload, **tags}.items():
        if not os.path.isfile(os.path.join(bag, path)):
            found.append(f"{path} is not there")
        elif sum_of(os.path.join(bag, path)) != want:
            found.append(f"{path} is another")
    for path in files_of(bag):
        if path.startswith("data/") != (path in payload):
            found.append(f"{path} is in the wrong manifest, or in none")
        if not path.startswith("data/") and path not in tags and path not in (
                "tagmanifest-sha512.txt", "ibasho-signature.txt"):
            found.append(f"{path} is in no manifest")
    if list(payload) != sorted(payload) or list(tags) != sorted(tags):
        found.append("a manifest is not sorted")
    return found


# ---- JSON Schema 2020-12, as far as the bag's schemas use it ----

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def fits(value, schema):
    known = {"$schema", "title", "description", "$comment", "type", "additionalProperties", "required",
             "properties", "anyOf", "oneOf", "const", "enum", "pattern", "format", "contentEncoding", "items"}
    assert not set(schema) - known, f"a word this reader does not know: {set(schema) - known}"
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_type(value, n) for n in names):
        return False
    if "const" in schema and value is not schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        return False
    if "contentEncoding" in schema:
        base64.b64decode(value, validate=True)
    if isinstance(value, list) and not all(fits(v, schema.get("items", {})) for v in value):
        return False
    if isinstance(value, dict):
        inside = schema.get("properties", {})
        if set(schema.get("required", [])) - set(value):
            return False
        if schema.get("additionalProperties") is False and set(value) - set(inside):
            return False
        if not all(fits(v, inside.get(k, {})) for k, v in value.items()):
            return False
    if "anyOf" in schema and not any(fits(value, s) for s in schema["anyOf"]):
        return False
    return "oneOf" not in schema or sum(fits(value, s) for s in schema["oneOf"]) == 1


def misfits(bag):
    """Tables with a record that is not what its schema says, or with columns in another order."""
    found = []
    for name in sorted(os.listdir(os.path.join(bag, "data/schema"))):
        table = name.removesuffix(".json")
        schema = json.loads(read(bag, f"data/schema/{name}"))
        for line in read(bag, f"data/records/{table}.ndjson").splitlines():
            row = json.loads(line)
            if not fits(row, schema) or list(row) != list(schema["properties"]):
                found.append((table, row))
                break
            if json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() != line:
                found.append((table, "written another way"))
                break
    return found


# ---- one call for the tests of other features ----

def export(node, name="bag", *words, **more):
    """(exit status, stdout, stderr, directory)"""
    to = os.path.join(node.data_dir, name)
    done = node.cli("handback", "export", "--to", to, "--json", *words, check=False, **more)
    return done, to


def sealed_values(node, bag):
    """{TABLE.column: (values in the database, values in the bag)} of every sealed column that goes out."""
    found = {}
    for name in sorted(os.listdir(os.path.join(bag, "data/schema"))):
        table = name.removesuffix(".json")
        schema = json.loads(read(bag, f"data/schema/{name}"))
        columns = [c for c in schema["properties"] if c.endswith("_sealed")]
        if not columns:
            continue
        counted = node.psql("SELECT " + ", ".join(f"count(nullif({c}, ''))" for c in columns) + f" FROM {table}")
        rows = records(bag, table)
        for column, n in zip(columns, counted.split("|")):
            opened = [r[column] for r in rows if r[column] is not None and "empty" not in r[column]]
            found[f"{table}.{column}"] = (int(n), len(opened))
    return found


def opens_everything(t, node, board=None):
    """For the tests of features: what they filled can be handed back, every sealed value of it."""
    node.permit_export(board or node.sign_in(node.account("commissioner")))
    done, to = export(node, "bag-of-this-test")
    t.eq(done.returncode, 0, f"a bag of all this is made: {done.stderr[-600:]}")
    if done.returncode != 0:
        return
    t.eq(misfits(to), [], "every record fits its schema")
    t.eq(defects_of_manifests(to), [], "and its manifest")
    t.eq({k: v for k, v in sealed_values(node, to).items() if v[0] != v[1]}, {}, "every sealed value was opened")
    found = node.cli("verify", "bag", to, "--json", check=False)
    t.eq(found.returncode, 0, f"and it verifies: {found.stdout[-600:]}{found.stderr[-300:]}")
    shutil.rmtree(to)
