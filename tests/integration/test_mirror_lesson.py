#!/usr/bin/python3
# tests/run: left 120
"""What is done in a lesson that three towns hold together (the towns of test_mirror.py): the page the city's team
turns, a poll with the sums of all towns, hands and questions of children of other towns, a line that is cut and a
program that is killed meanwhile."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_mirror as towns  # noqa: E402
from lib.t import T, case, main  # noqa: E402
from test_mirror import CHILDREN, enter, ids, made, named, new, sees, until  # noqa: E402

city, nodes = towns.city, towns.nodes
there, polls, asked = towns.there, {}, {}
ALL = ("aozora", "midori", "hinata")


def here(v, found, seconds=20):
    """The lesson as it is told to v as soon as it is so."""
    return v.wait("lesson.here", seconds, found)


def counts(of):
    return [c.get("n") for c in of.get("poll", {"choices": []})["choices"]]


def join(v, node):
    end = until(lambda: v.refused("lesson.join", lesson=made[node]) is None)
    assert end, node
    return here(v, lambda of: True)


def staffed():
    """Who teaches stands at the city; each town has a supporter of its own. It is on today."""
    for name in ALL:
        nodes[name].psql(f"UPDATE class_lesson SET day = '{towns.day(0)}' WHERE lesson = '{made[name]}'")
    city.psql("INSERT INTO class_lesson_staff (lesson_version, part, account) SELECT l.id, p.part, p.account::uuid FROM"
              f" class_lesson l, (VALUES ('main', '{ids['aozora', 'instructor']}'), ('support',"
              f" '{ids['aozora', 'supporter']}')) AS p (part, account) WHERE l.lesson = '{made['aozora']}' AND l.version ="
              f" (SELECT max(version) FROM class_lesson WHERE lesson = '{made['aozora']}')")
    for name in ("midori", "hinata"):
        course = nodes[name].psql(f"SELECT course FROM class_lesson WHERE lesson = '{made[name]}' LIMIT 1")
        towns.put(nodes[name], "supporter", f"/api/v1/lessons/{made[name]}", day=towns.day(2), slot=1, course=course,
                  floor=made["floor"], sub_supports=False, supporters=[{"account": ids[name, "supporter"]}])


@case
def mirror_lesson_pages_and_polls_are_of_all_towns(t):
    t.req("AI-4.4-キ-エ")
    towns.mirror_three_towns_meet(T())
    staffed()
    t.eq(nodes["midori"].psql(f"SELECT DISTINCT main_at FROM class_lesson WHERE lesson = '{made['midori']}'"),
         ids["aozora"], "its main instructor stands at the city")
    there["teacher"] = enter(city, "instructor")
    for name in ALL:
        one = towns.sees(there[name], "aozoraの先生", is_teacher=True)
        t.eq((one["is_staff"], "is_teacher" in towns.named(there[name], towns.CHILDREN["midori"]["a"])), (False, False),
             f"a teacher, at {name}, and a child is none")
    for name in ALL:
        join(there[name], name)
    for name, node in (("teacher", "aozora"), ("staff", "aozora"), ("far staff", "midori")):
        t.ok(until(lambda: join(there[name], node)["is_instructor"] == (name == "teacher")), f"{name} has a part")
    t.eq(there["far staff"].refused("lesson.page", lesson=made["midori"], page=1), "lesson-teach", "the city leads")
    there["teacher"].command("lesson.page", lesson=made["aozora"], page=1)
    for name in ALL:
        of = here(there[name], lambda of: of["page"] == 1)
        t.eq((of["n_pages"], of["is_shared"], of["n_here"]), (1, True, 1), f"the page at {name}")
    polls["one"] = {"poll": new(), "question": "わかった？", "choices": ["はい", "まだ", "すこし"]}
    there["teacher"].command("lesson.poll.open", lesson=made["aozora"], **polls["one"])
    for i, name in enumerate(ALL):
        got = here(there[name], lambda of: "poll" in of)["poll"]
        t.eq((got["question"], got["choices"]), ("わかった？", [{"text": x} for x in polls["one"]["choices"]]), name)
        there[name].command("lesson.poll.answer", poll=polls["one"]["poll"], choice=0 if name == "aozora" else 2)
    t.eq(counts(here(there["teacher"], lambda of: sum(counts(of)) == 3)), [1, 0, 2], "the city's team sees the sums")
    t.eq(counts(here(there["far staff"], lambda of: sum(counts(of)) == 1)), [0, 0, 1], "a guest's team its own")
    there["teacher"].command("lesson.poll.close", poll=polls["one"]["poll"])
    for name in ALL:
        got = here(there[name], lambda of: "poll" in of and not of["poll"]["is_open"] and sum(counts(of)) == 3)
        t.eq(counts(got), [1, 0, 2], f"then everybody at {name}")
    row = "SELECT by IS NULL, array_to_string(counts, ' '), array_to_string(counts_all, ' ') FROM lesson_poll"
    t.eq([until(lambda n=n: nodes[n].psql(row + " WHERE counts_all IS NOT NULL")) for n in ALL],
         ["f|1 0 0|1 0 2", "t|0 0 1|1 0 2", "t|0 0 1|1 0 2"], "each town's own, and all")
    t.eq([nodes[n].psql("SELECT count(*) FROM lesson_vote") for n in ALL], ["0"] * 3, "who gave which answer is nowhere")


@case
def mirror_lesson_a_hand_is_seen_in_every_town(t):
    t.req("AI-4.4-キ-エ")
    for v in there.values():
        v.forget("lesson.here")
    there["midori"].command("lesson.hand", lesson=made["midori"], on=True)
    here(there["midori"], lambda of: of["my_hand"])
    far = here(there["staff"], lambda of: of["n_hands"] == 1)["hands"][0]
    seat = named(there["staff"], CHILDREN["midori"]["a"])["seat"]
    t.eq((far["name"], far["town"], far["seat"], "account" in far), (CHILDREN["midori"]["a"], "midori", seat, False),
         "the city's team reads whose it is, and from where")
    for name in ("aozora", "hinata"):
        of = there[name].wait("lesson.hand", 15)
        t.eq((of["seat"], of["on"]), (named(there[name], CHILDREN["midori"]["a"])["seat"], True), f"over him at {name}")
        t.eq(sorted(here(there[name], lambda of: of["n_hands"] == 1)["hands"][0]), ["at", "seat"], "a child sees no name")
    there["staff"].command("lesson.hand", lesson=made["aozora"], on=False, seat=seat)
    t.eq(here(there["midori"], lambda of: not of["my_hand"] and of["n_hands"] == 0)["lesson"], made["midori"],
         "put down by the city's team")
    for name in ("aozora", "hinata"):
        t.eq(there[name].wait("lesson.hand", 15)["on"], False, f"down at {name}")
    t.ok(until(lambda: nodes["midori"].psql("SELECT count(*) FROM lesson_seat WHERE hand_at IS NOT NULL") == "0"), "a row")
    there["far staff"].forget("lesson.here")
    there["aozora"].command("lesson.hand", lesson=made["aozora"], on=True)
    far = here(there["far staff"], lambda of: of["n_hands"] == 1)["hands"][0]
    t.eq((far["name"], far["town"]), (CHILDREN["aozora"]["a"], "aozora"), "the other way round")
    t.eq(there["far staff"].refused("lesson.hand", lesson=made["midori"], on=False, seat=far["seat"]), "at-host",
         "a guest's team puts down its own alone")
    there["aozora"].command("lesson.hand", lesson=made["aozora"], on=False)
    here(there["far staff"], lambda of: of["n_hands"] == 0)


@case
def mirror_lesson_a_question_goes_to_the_team_that_teaches(t):
    t.req("AI-4.4-キ-エ")
    asked["one"], asked["held"] = new(), new()
    there["hinata"].command("lesson.ask", lesson=made["hinata"], question=asked["one"], text="どこにありますか")
    one = here(there["staff"], lambda of: of["questions"])["questions"]
    t.eq([(q["question"], q["name"], q["town"], q["text"]) for q in one],
         [(asked["one"], CHILDREN["hinata"]["a"], "hinata", "どこにありますか")], "whose, from where")
    t.eq(there["hinata"].command("lesson.ask", lesson=made["hinata"], question=asked["held"],
                                 text="でんわは090-1234-5678です")["state"], "held", "held at home")
    there["staff"].command("lesson.answered", lesson=made["aozora"], question=asked["one"])
    got = here(there["hinata"], lambda of: any(q["is_answered"] for q in of["questions"]))["questions"]
    t.eq([(q["question"], q["is_answered"]) for q in got], [(asked["one"], True), (asked["held"], False)], "ticked at home")
    t.eq(nodes["hinata"].psql("SELECT line, by IS NULL FROM lesson_answer"), f"{asked['one']}|t", "by the city's team")
    t.ok(all(q["question"] != asked["held"] for of in there["staff"].seen("lesson.here") for q in of["questions"]),
         "what is held does not leave")
    towns.post(nodes["hinata"], "supporter", f"/api/v1/held/{asked['held']}", act="release")
    row = f"SELECT state FROM fed_line WHERE line = '{asked['held']}'"
    t.ok(until(lambda: nodes["hinata"].psql(row)), "let through at home, it goes then")
    t.ok(until(lambda: city.psql(row)), "and comes")
    there["hinata"].command("lesson.ask", lesson=made["hinata"], question=new(), text="うるさい、死ね")
    got = here(there["staff"], lambda of: len(of["questions"]) == 2)["questions"]
    t.eq([(q["question"] == asked["held"], q["text"].count("＊")) for q in got], [(False, 0), (False, 2)],
         "the city's own words hold it back; what hurts is masked")
    there["staff"].command("lesson.answered", lesson=made["aozora"], question=got[1]["question"])
    asked["masked"] = got[1]["question"]
    t.ok(all(of["questions"] == [] for of in there["midori"].seen("lesson.here")), "another town hears nothing of it")
    said = b"\n".join(there["midori"].heard)
    t.ok("どこにありますか".encode() not in said, "not a byte")
    t.eq(city.psql("SELECT count(*) FROM chat_line WHERE channel = 'talk'"), "0", "no row of it at the city")


@case
def mirror_lesson_a_cut_is_made_up_for_without_doubling(t):
    t.req("AI-4.4-キ-エ")
    t.req("CARD-7")
    polls["two"] = {"poll": new(), "question": "つぎは？", "choices": ["いく", "まつ"]}
    there["teacher"].command("lesson.poll.open", lesson=made["aozora"], **polls["two"])
    for name in ALL:
        here(there[name], lambda of: of.get("poll", {}).get("poll") == polls["two"]["poll"])
    towns.relay.cut()
    asked["cut"] = new()
    there["midori"].command("lesson.poll.answer", poll=polls["two"]["poll"], choice=1)
    there["midori"].command("lesson.hand", lesson=made["midori"], on=True)
    there["midori"].command("lesson.ask", lesson=made["midori"], question=asked["cut"], text="きこえますか")
    of = here(there["midori"], lambda of: of["my_hand"] and of["questions"])
    t.eq((of["poll"]["poll"], of["poll"]["is_open"]), (polls["two"]["poll"], True), "home goes on")
    there["aozora"].command("lesson.poll.answer", poll=polls["two"]["poll"], choice=0)
    there["staff"].forget("lesson.here")
    towns.relay.heal()
    of = here(there["staff"], lambda of: of["n_hands"] == 1 and counts(of) == [1, 1] and len(of["questions"]) == 3, 40)
    t.eq([q["question"] for q in of["questions"]], [asked["one"], asked["masked"], asked["cut"]], "all of it, each once")
    there["staff"].forget("lesson.here")
    towns.killed(city)
    for name in ("aozora", "staff", "teacher"):
        there[name].cut()
    for name, who in (("aozora", "a"), ("staff", "supporter"), ("teacher", "instructor")):
        there[name] = enter(city, who)
    for name in ALL[1:]:
        sees(there["staff"], CHILDREN[name]["a"])
    for name in ("aozora", "staff", "teacher"):
        join(there[name], "aozora")
    of = here(there["staff"], lambda of: of["n_hands"] == 1 and counts(of) == [1, 1] and of["questions"], 40)
    t.eq((of["page"], [q["question"] for q in of["questions"]], [h["town"] for h in of["hands"]]),
         (1, [asked["cut"]], ["midori"]), "told anew: what is open, each once")
    there["teacher"].command("lesson.poll.close", poll=polls["two"]["poll"])
    for name in ALL:
        got = here(there[name], lambda of: "poll" in of and not of["poll"]["is_open"] and sum(counts(of)) == 2)
        t.eq(counts(got), [1, 1], f"the sums at {name}")
    t.eq([n.psql("SELECT count(*) FROM lesson_poll") for n in nodes], ["2"] * 3, "no poll twice")


if __name__ == "__main__":
    def fini():
        for visitor in there.values():
            visitor.cut()
        towns.relay.__exit__()
        nodes.close()
        towns.folder.cleanup()
    main(__file__, fini)
