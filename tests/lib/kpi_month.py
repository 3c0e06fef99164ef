"""A month of a town as the node counts and keeps it (reporting/kpi/kpi_store.h), with numbers that hang together as the
definitions say."""
import hashlib
import json
import time

PARTS = ("all", "elementary", "junior", "other")


def month(back):
    """The month so many before this one: "2026-10"."""
    now = time.gmtime(time.time() + 9 * 3600)
    n = now.tm_year * 12 + now.tm_mon - 1 - back
    return f"{n // 12}-{n % 12 + 1:02}"


def cells_of(elementary, junior, isolated=0, alone=0):
    """Every figure of a town where all come and stand at step 1; of the elementary pupils some were isolated for a
    month, and of the junior ones some stand nowhere."""
    out = []
    for part, n, i, o in (("all", elementary + junior, isolated, alone), ("elementary", elementary, isolated, 0),
                          ("junior", junior, 0, alone), ("other", 0, 0, 0)):
        rows = {
            "isolation_30": (i, n), "isolation_7": (i, n), "isolation_90": (0, n), "connection_30": (n - i, n),
            "connection_7": (n - i, n), "connection_90": (n, n), "first": (0, n - i), "first_unsupported": (0, 0),
            "outreach": (0, 0), "continuity": (n - i, n), "regular": (n - i, n), "came": (n, n), "stayed": (n, n),
            "visits": (3 * n, n), "class": (n, n), "at_none": (o, n), "at_0": (0, n), "at_1": (n - o, n),
            "at_2": (0, n), "at_3": (0, n), "at_4": (0, n), "days_0": (5 if n > o else 0, n - o),
            "days_1": (9 if n > o else 0, n - o), "days_2": (0, 0), "days_3": (0, 0), "days_4": (0, 0),
            "rose": (0, n), "back": (0, 0), "present_days": (3 * n, n)}
        out += [(kpi, PARTS.index(part), num, den) for kpi, (num, den) in rows.items()]
    order = [kpi for kpi, part, _, _ in out if part == 0]
    out.sort(key=lambda c: (order.index(c[0]), c[1]))
    return [{"kpi": kpi, "part": PARTS[part], "num": num, "den": den} for kpi, part, num, den in out]


def count(node, name, cells):
    """A month as reporting/kpi writes it."""
    text = json.dumps({"cells": [{"n": n, **c} for n, c in enumerate(cells)]}, separators=(",", ":"), sort_keys=True)
    node.psql(
        "WITH m AS (INSERT INTO kpi_month (id, month_at, version, made_at, n_cells, sum) VALUES (gen_random_uuid(),"
        f" '{name}-01 00:00+09', 1, now(), {len(cells)}, '\\x{hashlib.sha256(text.encode()).hexdigest()}') RETURNING"
        " id) INSERT INTO kpi_cell (month, n, kpi, part, num, den) SELECT m.id, l.n, l.kpi, l.part, l.num, l.den FROM"
        f" m, jsonb_to_recordset('{text}'::jsonb -> 'cells') AS l (n int, kpi text, part text, num bigint, den bigint)")
