"""tests/lib/marks.py - planted names (ops/verify/ibasho_town.py canaries) looked for in whatever lies anywhere. Programs of
their own look: ours has lines to answer meanwhile."""
import csv
import subprocess

DUMP = "/usr/lib/postgresql/15/bin/pg_dump"


def names_of(path):
    """The names, as the town's own tool made them."""
    with open(path, encoding="utf-8-sig") as f:
        return [row["名"] for row in csv.DictReader(f)]


def shown_by(source):
    return subprocess.run(["bash", "-c", source], check=True, capture_output=True, text=True).stdout


def marks_in(names, source):
    """How many of the names stand in what this command writes, in UTF-8 or UTF-16 (whose zeros are left out)."""
    found = shown_by(f"{source} | tr -d '\\0' | LC_ALL=C grep -aoE '[A-Z2-7]{{26,}}' | sort -u || true")
    tails = {name[-26:] for name in names}
    return len({run_of[i:i + 26] for run_of in found.split() for i in range(len(run_of) - 25)} & tails)


def marks_below(names, *places):
    return marks_in(names, f"find {' '.join(places)} -type f -print0 | xargs -0 cat")


def marks_at(names, node):
    """In a node's database and in its files."""
    node.psql("VACUUM; CHECKPOINT")
    return (marks_in(names, f"{DUMP} -h {node.run_dir}/pg -U ibasho ibasho"),
            marks_below(names, node.data_dir, node.run_dir))


def careless(names, node):
    """A careless program's traces in a log and a table, so that the search has something to find."""
    half = len(names) // 2
    with open(node.data_dir + "/log/careless.log", "w", encoding="utf-16-le") as f:
        f.write(" ".join(names[:half]))
    node.psql("CREATE TABLE careless (name text); INSERT INTO careless VALUES " +
              ",".join(f"('{name}')" for name in names[half:]) + "; CHECKPOINT; DELETE FROM careless; VACUUM careless")
