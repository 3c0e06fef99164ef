"""tests/lib/prefecture.py - a prefecture's node with what its towns gave it: a federation of six (three that
give, one that is late, one that is new, one that left), months relative to today. Figures are written as the
coordinator stores them; how they come over the line is test_kpi_release.py's."""
import base64
import datetime
import json
import time
import uuid

from lib.fed_peer import Key, Request, Roots, SIGNED, b64url, pin_of, reading, send

JST = datetime.timezone(datetime.timedelta(hours=9))
PARTS = ("all", "elementary", "junior", "other")
DAY = 86400
# Name, class of size, begin and end of the contract from now.
TOWNS = {"aozora": ("青空市", 2, -400 * DAY, 200 * DAY), "midori": ("緑町", 1, -400 * DAY, 200 * DAY),
         "yama": ("山里町", 1, -400 * DAY, 200 * DAY), "hama": ("浜辺村", 0, -400 * DAY, 200 * DAY),
         "wakaba": ("若葉町", 1, -DAY, 200 * DAY)}
HIDDEN = (None, None)


def month(before, now=None):
    """The name of a month so many before this one, in Tokyo."""
    at = (now or datetime.datetime.now(JST)).replace(day=1)
    for _ in range(before):
        at = (at - datetime.timedelta(days=1)).replace(day=1)
    return at.strftime("%Y-%m")


# By town and months before this one: figure -> (num, den) of part `all`; of the other parts there is nothing
# but zeros, and what is not told is hidden.
def figures(isolated, n, shown=True):
    """Numbers that hang together: `n` children, so many without a tie."""
    at = [n // 10, n // 5, n // 4, n // 5, n // 10]
    tied = n - isolated
    own = {"isolation_30": (isolated, n), "connection_30": (tied, n), "first": (n // 6, tied),
           "continuity": (tied - tied // 5, tied), "regular": (tied // 2, n), "came": (n // 2, n),
           "stayed": (n // 3, n // 2), "visits": (n * 3, n // 2), "class": (n // 3, n),
           "at_none": (n - sum(at), n), **{f"at_{i}": (k, n) for i, k in enumerate(at)},
           **{f"days_{i}": (7 + 9 * i + n % 7, k * 2) for i, k in enumerate(at)},
           "rose": (n // 4, n), "back": (n // 8, n // 10)}
    if not shown:
        own["isolation_30"] = own["connection_30"] = own["at_0"] = HIDDEN
    return own


GIVEN = {("aozora", 3): figures(18, 60), ("aozora", 2): figures(15, 62), ("aozora", 1): figures(12, 64),
         ("midori", 3): figures(9, 30), ("midori", 2): figures(8, 31), ("midori", 1): figures(2, 31, False),
         ("yama", 3): figures(10, 40), ("yama", 2): figures(9, 40), ("yama", 1): None,
         ("hama", 3): figures(6, 20), ("gone", 3): figures(7, 25), ("gone", 2): figures(6, 25)}


def quiet(n):
    """A town where everybody of n comes, is in touch and stands at step 1: nothing of it is small."""
    whole, none, nobody = (n, n), (0, n), (0, 0)
    return {"isolation_30": none, "isolation_7": none, "isolation_90": none, "connection_30": whole,
            "connection_7": whole, "connection_90": whole, "first": none, "first_unsupported": nobody,
            "outreach": nobody, "continuity": whole, "regular": whole, "came": whole, "stayed": whole,
            "visits": (3 * n, n), "class": whole, "at_none": none, "at_0": none, "at_1": whole, "at_2": none,
            "at_3": none, "at_4": none, "days_0": (5, n), "days_1": (9, n), "days_2": nobody, "days_3": nobody,
            "days_4": nobody, "rose": none, "back": nobody}


class Prefecture:
    """node: the coordinator; folder: for keys."""

    def __init__(self, node, folder, title):
        self.node, self.roots = node, Roots(folder)
        self.ids = {name: str(uuid.uuid4()) for name in (*TOWNS, "gone")}
        endpoint = node.url("federation").removeprefix("https://").rstrip("/")
        pin = pin_of(node.data_dir + "/front/federation.pem")
        asked = reading(node.admin("POST", "/api/v1/admin/federation/join", {
            "invitation": b64url(self.roots.invitation()), "endpoint": endpoint, "name_ja": title,
            "spki": [{"sha256": b64url(pin)}]}).body)[0]
        self.self_id = asked["node"]
        self.listing = (asked, title, endpoint, pin)
        self.keys = {name: Key(folder, f"{name}-1") for name in TOWNS}

    def publish(self, roles=("coordinator",)):
        """The list of members goes into force at the node."""
        asked, title, endpoint, pin = self.listing
        key = asked["keys"][0]
        self.roots.member(self.self_id, title, endpoint, [pin], key["kid"],
                          base64.urlsafe_b64decode(key["ed25519"] + "="), list(roles))
        for name, (words, tier, begin, end) in TOWNS.items():
            self.roots.member(self.ids[name], words, f"{name}.example:443", [b"\1" * 32], self.keys[name].kid,
                              self.keys[name].public, ["kpi"], (begin, end))
            self.roots.members[self.ids[name]]["tier"] = tier
        reply = self.node.admin("POST", "/api/v1/admin/federation/registry", self.roots.publish(),
                                {"Content-Type": SIGNED})
        if reply.status != 200:
            raise AssertionError(f"the list of members: {reply}")

    def give_all(self):
        for (town, before), own in GIVEN.items():
            self.give(town, before, own or figures(9, 40))
            if own is None:
                self.withdraw(town, before)

    def give(self, town, before, own, revision=1, kind="send"):
        """A revision with its cells; those of older ones go, as when it comes over the line."""
        cells = [(kpi, part, pair) for kpi in own for part, pair in
                 zip(PARTS, (own[kpi], own[kpi], (0, 0), (0, 0)))]
        release = self.row(town, before, revision, kind)
        rows = ", ".join(
            f"('{release}', {n}, '{kpi}', '{part}', {'NULL' if num is None else num}, {'NULL' if den is None else den})"
            for n, (kpi, part, (num, den)) in enumerate(cells))
        self.node.psql(f"INSERT INTO fed_kpi_cell (release, n, kpi, part, num, den) VALUES {rows}")

    def send(self, town, before, own, **change):
        """The same over the line, signed by the town."""
        endpoint = self.listing[2]
        cells = [{"kpi": kpi, "part": part, "num": num, "den": den} for kpi in own for part, (num, den) in
                 zip(PARTS, (own[kpi], own[kpi], (0, 0), (0, 0)))]
        body = json.dumps({"month": month(before), "version": 1, "revision": 1, "kind": "send", "k": 5,
                           "registry_seq": self.roots.seq, "cells": cells, **change},
                          sort_keys=True, separators=(",", ":")).encode()
        end = time.monotonic() + 25
        while True:  # signed anew while the node is young
            reply = send(endpoint, Request(self.keys[town], method="POST", path="/fed/v1/kpi/release", body=body,
                                           authority=endpoint, dest=self.self_id, reg=self.roots.reg()))
            if reply.status == 200 or reply.code() != "early-boot" or time.monotonic() > end:
                return reply
            time.sleep(0.2)

    def withdraw(self, town, before, revision=2):
        self.row(town, before, revision, "withdraw")

    def row(self, town, before, revision, kind):
        release = str(uuid.uuid4())
        self.node.psql(
            f"DELETE FROM fed_kpi_cell WHERE release IN (SELECT id FROM fed_kpi WHERE node = '{self.ids[town]}'"
            f" AND month_at = '{month(before)}-01 00:00+09');"
            "INSERT INTO fed_kpi (id, node, month_at, version, revision, kind, k, registry_seq, received_at, sum)"
            f" VALUES ('{release}', '{self.ids[town]}', '{month(before)}-01 00:00+09', 1, {revision}, '{kind}', 5, 1,"
            " now(), decode(repeat('00', 32), 'hex'))")
        return release
