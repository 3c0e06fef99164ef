#!/usr/bin/python3
# tests/run: alone 400
"""Ten o'clock: 400 children of one school behind one address, with a guesser among them and
another outside. What is asserted are counts; times are printed, and bounded generously."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lib.ibasho_node import Nodes, Session  # noqa: E402
from lib.t import case, main  # noqa: E402

nodes = node = None
API = "/api/v1/session"
N_CHILDREN, N_VICTIMS, N_INVENTED = 400, 3, 400
GUESS_S = 70
BOUND_S = 180  # the goal is 60 on a quiet machine (people.crowd); this one is shared


def password_of_all():
    """400 accounts with one password: made once by the operator, its hash is each one's own."""
    return "tanuki-umi-83"


def attempt(login, password, headers=None):
    return Session(node).request("POST", API, {"login": login, "password": password}, headers,
                                 timeout=BOUND_S)


@case
def crowd_of_a_school_gets_in_beside_a_guesser(t):
    t.req("AI-2.6-オ")
    children = [node.account("student", password=password_of_all()) for _ in range(N_CHILDREN)]
    victims = [node.account("student", password=password_of_all()) for _ in range(N_VICTIMS)]
    refused, took, stop = [], [], threading.Event()
    tried = {v.login: [] for v in victims}  # moments at which a guess was weighed, not turned away

    def enter(login):
        began = time.monotonic()
        try:
            reply = attempt(login.login, login.password)
            if reply.status != 200 or reply.json()["stage"] != "full":
                refused.append(repr(reply))
        except Exception as e:  # whatever it is, it is a child that did not get in
            refused.append(repr(e))
        took.append(time.monotonic() - began)

    def guess(victim, i):
        n = 0
        while not stop.is_set():
            n += 1
            began_guess = time.monotonic()
            reply = attempt(victim.login, f"falsch-{i}-{n}-falsch")
            if reply.status == 401:
                tried[victim.login].append(began_guess)
            elif reply.status != 429:
                refused.append(f"the guesser: {reply}")
            stop.wait(0.2)

    def invent(i):
        if attempt(f"kodomo-{i:04}", "falsch-falsch").status != 401:
            refused.append("an invented name that was not refused")

    guessers = [threading.Thread(target=guess, args=(v, i)) for v in victims for i in range(4)]
    crowd = [threading.Thread(target=enter, args=(c,)) for c in children]
    crowd += [threading.Thread(target=invent, args=(i,)) for i in range(N_INVENTED // 8)]
    began = time.monotonic()
    for thread in guessers:
        thread.start()
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    all_in_s = time.monotonic() - began
    stop.wait(GUESS_S - all_in_s)  # two minutes' worth of guesses
    stop.set()
    for thread in guessers:
        thread.join()
    took.sort()
    t.note(f"{N_CHILDREN} sign-ins in {all_in_s:.1f} s, half of them within"
           f" {took[len(took) // 2]:.1f} s; guesses weighed: {[len(v) for v in tried.values()]}")
    t.eq(refused, [], "nobody is refused")
    t.ok(all_in_s < BOUND_S, "in time", all_in_s)
    for login, moments in tried.items():
        moments.sort()
        t.ok(5 <= len(moments) <= 10, "the guesser was at work", len(moments))
        # A guess is counted when it arrives; its thread saw it begin a little earlier.
        for i in range(5, len(moments)):
            t.ok(moments[i] - moments[i - 5] > 55, f"at most five a minute on {login}", moments)
    names = ", ".join(f"'{v.id}'" for v in victims)
    t.eq(node.psql("SELECT count(*) FROM account WHERE locked_until IS NOT NULL AND id NOT IN"
                   f" ({names})"), "0", "and none of the others is locked")


@case
def stranger_cannot_lock_a_child_out(t):
    """Ten wrong tries from outside lock strangers; the child's own place does not notice."""
    t.req("AI-2.6-オ")
    child = node.account("student", password=password_of_all())
    t.eq(attempt(child.login, child.password).status, 200, "at school")
    node.psql(f"UPDATE account SET locked_until = now() + interval '1 hour' WHERE id = '{child.id}'")
    t.eq(attempt(child.login, child.password).status, 200, "strangers are locked out, school is not")
    node.psql(f"DELETE FROM account_place WHERE account = '{child.id}'")
    t.eq(attempt(child.login, child.password).status, 401, "from a strange place it is locked")


@case
def enumeration_finds_nothing(t):
    """Names that exist and names that do not, tried alike: the same bytes, headers and counts."""
    t.req("AI-4.3-カ")
    there = [node.account("student").login for _ in range(10)]
    replies = {True: [], False: []}
    for i, login in enumerate(there):
        pair = [(login, True), (f"student-zzz{i:09}", False)]
        for name, exists in pair if i % 2 else reversed(pair):
            codes = []
            for n in range(6):
                began = time.monotonic()
                reply = attempt(name, f"falsch-{n}-falsch")
                codes.append((reply.status, reply.body,
                              sorted(k for k in reply.headers if k.lower() != "date")))
                if n == 0:
                    took = time.monotonic() - began
            replies[exists].append((codes, took))
    t.eq({repr(c) for c, _ in replies[True]}, {repr(c) for c, _ in replies[False]},
         "status, bytes and headers of six tries, the sixth a 429")
    t.eq(len({repr(c) for c, _ in replies[True]}), 1, "for every name")
    middle = {k: sorted(s for _, s in v)[len(v) // 2] * 1000 for k, v in replies.items()}
    t.note(f"middle of the first tries: {middle[True]:.1f} ms there, {middle[False]:.1f} ms invented")
    t.ok(min(s for v in replies.values() for _, s in v) > 0.010, "none is answered without the wait")


if __name__ == "__main__":
    with Nodes("aozora") as nodes:
        node = nodes["aozora"]
        main(__file__)
