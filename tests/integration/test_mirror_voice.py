#!/usr/bin/python3
# tests/run: left 120
"""Voices in a lesson that three towns hold together (the towns of test_mirror.py): a teacher of the city and children
of two other towns, each with a real browser and a tone of its own. Who hears whom is proven by what each hears."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_mirror as towns  # noqa: E402
from lib.browser_pipe import Browser  # noqa: E402
from lib.t import case, main  # noqa: E402
from lib.voice_person import ANNOUNCE, ZONE_WAYS, VoicePerson, heard  # noqa: E402
from test_mirror import CHILDREN, ask, figure, ids, named, new, sees, there, until, walk, who  # noqa: E402

city, nodes = towns.city, towns.nodes
browser = Browser("--force-webrtc-ip-handling-policy=default")
people = {}
FOREIGN = 4096  # numbers of other towns' talkers begin here (voice/hub.h)
CORNER, ROOM = (2160, 1280), (1020, 1200)  # of the lounge: seats for one, behind their own walls; the open


def with_voice(key, node, name, visitor):
    person = people[key] = VoicePerson(node, who[node.name, name], browser, len(people))
    person.v = visitor
    visitor.command("me.rung", rung="voice")
    walk(visitor, *ROOM)
    person.connect()
    person.speak()
    return person


def log(node):
    return node.psql("SELECT kind || ' ' || way FROM voice_event WHERE floor LIKE 'shared-%' ORDER BY at, id").split("\n")


@case
def mirror_voice_of_the_teacher_is_heard_in_every_town(t):
    t.req("AI-2.4-ア, CARD-6, CARD-9")
    there["teacher"] = towns.enter(city, "instructor")
    for name in nodes:
        sees(there[name.name], "aozoraの先生")
    teacher = with_voice("teacher", city, "instructor", there["teacher"])
    fox = with_voice("fox", nodes["midori"], "a", there["midori"])
    squirrel = with_voice("squirrel", nodes["hinata"], "a", there["hinata"])
    outside = VoicePerson(nodes["midori"], who["midori", "b"], browser, len(people))
    outside.enter()
    outside.connect()
    people["outside"] = outside
    for one in (teacher, fox, squirrel):
        one.v.until(lambda v=one.v: abs(v.me()["x"] - ROOM[0]) < 200, 20)
    t.eq(fox.hears(), {}, "microphones are off")
    teacher.on()
    for one in (fox, squirrel):
        heard(t, one, {teacher.hz}, "over the line between the towns", ZONE_WAYS)
        told = one.v.wait("voice.speaks", 10, lambda of: of["is_on"])
        t.eq((told["to"], one.v.floor.people[told["seat"]]["name"]), ("zone", "aozoraの先生"), "who it is")
        t.ok(told["number"] >= FOREIGN, "by a number of no session", told["number"])
    t.eq(outside.hears(), {}, "on another floor nothing")
    t.eq(teacher.hears(), {}, "nor he himself")


@case
def mirror_voice_of_a_guest_crosses_by_the_host(t):
    t.req("AI-2.4-ア, CARD-9")
    teacher, fox, squirrel = (people[k] for k in ("teacher", "fox", "squirrel"))
    fox.on()
    heard(t, teacher, {fox.hz}, "the child of another town is heard by the teacher", ZONE_WAYS)
    heard(t, squirrel, {teacher.hz, fox.hz}, "and, by way of the city, in the third town", ZONE_WAYS)
    heard(t, fox, {teacher.hz}, "not by itself")
    t.ok(until(lambda: log(nodes["midori"]) == ["on zone"]), "written at home", log(nodes["midori"]))
    t.eq(log(nodes["hinata"]), [""], "not where it is heard")
    t.eq(city.psql(f"SELECT count(*) FROM voice_event WHERE account <> '{ids['aozora', 'instructor']}'"), "0", "nor there")
    t.ok(figure(city, "voices") > 0 and figure(city, "voiced") > 0, "counted for who looks after the machine")


@case
def mirror_voice_stays_behind_walls(t):
    teacher, fox, squirrel = (people[k] for k in ("teacher", "fox", "squirrel"))
    walk(squirrel.v, *CORNER)
    heard(t, squirrel, set(), "in the corner nothing of the open")
    walk(fox.v, *CORNER)
    heard(t, teacher, set(), "who goes into the corner is not heard outside")
    fox.v.until(lambda: fox.v.me()["x"] > 1940 and fox.v.me()["y"] > 1000, 15)
    fox.on()
    heard(t, squirrel, {fox.hz}, "those two hear each other there, across towns")
    heard(t, teacher, set(), "the teacher does not")
    fox.off()
    for one in (fox, squirrel):
        walk(one.v, *ROOM)
    fox.v.until(lambda: fox.v.me()["x"] < 1100, 20)
    fox.on()
    heard(t, teacher, {fox.hz}, "in the open again")
    heard(t, squirrel, {teacher.hz, fox.hz}, "all of them")


@case
def mirror_voice_of_whom_one_does_not_want_is_not_sent(t):
    teacher, fox, squirrel = (people[k] for k in ("teacher", "fox", "squirrel"))
    squirrel.v.command("voice.hush", seats=[{"seat": named(squirrel.v, CHILDREN["midori"]["a"])["seat"]}])
    heard(t, squirrel, {teacher.hz}, "not the child of another town")
    squirrel.v.command("voice.hush", seats=[])
    heard(t, squirrel, {teacher.hz, fox.hz}, "again")


@case
def mirror_voice_announced_by_the_city_is_heard_on_the_whole_floor(t):
    t.req("AI-2.4-ウ")
    teacher, fox, squirrel = (people[k] for k in ("teacher", "fox", "squirrel"))
    fox.off()
    teacher.on("announce")
    for one in (fox, squirrel):
        heard(t, one, {teacher.hz}, "announced", (ANNOUNCE,))
    t.eq(people["outside"].hears(), {}, "on that floor")
    teacher.on()
    fox.on()


@case
def mirror_voice_is_stopped_by_the_host(t):
    t.req("CARD-10")
    staff, teacher, fox, squirrel = there["staff"], *(people[k] for k in ("teacher", "fox", "squirrel"))
    name = CHILDREN["midori"]["a"]
    heard(t, teacher, {fox.hz}, "before")
    fox.v.forget("voice.mic")
    staff.command("figure.stop", seat=named(staff, name)["seat"], what="voice", on=True)
    heard(t, teacher, set(), "silent at the host")
    heard(t, squirrel, {teacher.hz}, "and in the third town")
    told = fox.v.wait("voice.mic", 10, lambda of: of["to"] == "none")
    t.eq(told["by"], "staff", "he is told")
    sees(staff, name, is_voice_stopped=True)
    t.eq(fox.v.refused("voice.mic", to="zone"), "stopped", "held at home, too: the page goes on sending in vain")
    t.ok(until(lambda: city.psql("SELECT what FROM fed_act WHERE kind = 'held' ORDER BY at DESC LIMIT 1") == "8"),
         "home confirmed")
    t.eq(log(nodes["midori"])[-1], "off zone", "written at home")
    t.eq(nodes["midori"].psql("SELECT by || ' ' || reason FROM voice_event ORDER BY at DESC, id DESC LIMIT 1"),
         "staff muted", "as staff's")
    staff.command("figure.stop", seat=named(staff, name)["seat"], what="voice", on=False)
    t.ok(until(lambda: fox.v.refused("voice.mic", to="zone") is None, 10), "given back: by his own hand")
    heard(t, teacher, {fox.hz}, "heard again")


@case
def mirror_voice_is_stopped_by_home(t):
    t.req("CARD-10, AI-2.7-ウ-1")
    teacher, squirrel = people["teacher"], people["squirrel"]
    people["fox"].off()
    squirrel.on()
    heard(t, teacher, {squirrel.hz}, "before")
    reply = ask(nodes["hinata"], "supporter", "POST", "/api/v1/measures", {
        "id": new(), "kind": "mute", "account": ids["hinata", "a"], "reason": "見本"})
    t.ok(reply.status in (200, 201), f"{reply}")
    heard(t, teacher, set(), "nothing leaves")
    ask(nodes["hinata"], "supporter", "POST", f"/api/v1/measures/{reply.json()['measure']}/lift",
        {"id": new(), "reason": "おわり"})
    t.ok(until(lambda: squirrel.v.refused("voice.mic", to="zone") is None, 10), "lifted")
    heard(t, teacher, {squirrel.hz}, "heard again")


@case
def mirror_voice_ends_with_the_line_and_comes_back_with_it(t):
    t.req("CARD-7")
    teacher, fox, squirrel = (people[k] for k in ("teacher", "fox", "squirrel"))
    fox.v.forget("voice.speaks")
    heard(t, fox, {teacher.hz, squirrel.hz}, "before")
    towns.relay.cut()
    heard(t, fox, set(), "cut: silent")
    fox.v.until(lambda: not {s["number"] for s in fox.v.seen("voice.speaks") if s["is_on"]} -
                {s["number"] for s in fox.v.seen("voice.speaks") if not s["is_on"]}, 10)
    heard(t, teacher, set(), "the other way, too")
    towns.relay.heal()
    heard(t, fox, {teacher.hz, squirrel.hz}, "healed, by itself")
    heard(t, teacher, {squirrel.hz}, "both ways")


@case
def mirror_voice_of_a_media_program_that_died_comes_back(t):
    teacher, squirrel = people["teacher"], people["squirrel"]
    for one in (teacher, squirrel):
        one.v.forget("voice.up")
    pid = city.kill("voice")
    teacher.v.wait("voice.down")
    city.wait_back("voice", pid)
    teacher.connect()
    teacher.speak()
    heard(t, teacher, {squirrel.hz}, "figures are heard by whoever opened anew")
    teacher.on()
    heard(t, squirrel, {teacher.hz}, "and heard of again")


if __name__ == "__main__":
    def fini():
        browser.__exit__()
        for visitor in [*there.values(), *(p.v for p in people.values())]:
            visitor.cut()
        towns.relay.__exit__()
        nodes.close()
        towns.folder.cleanup()
    main(__file__, fini)
