"""tests/day/heir.py - another contractor's empty node takes what was handed back and goes on with the same people, words
and lessons; the other municipalities work on."""
from lib.ibasho_node import HEALTH_PATH, TITLES

TITLE = "つぎの受託者: 同じ人、同じことば、同じ講座"

WORDS = {"account": "ID", "person": "人", "enrolment": "在籍", "chat_line": "ことば", "class_course": "講座",
         "class_lesson": "授業", "incident": "出来事"}


def play(day):
    story = day.made["leaving"]
    story.play(None)
    bag, node = story.found.get("counts", ([], []))
    day.prove("返されたデータと新しいノードで、数が同じ",
              "・".join(f"{word} {n}" for word, n in zip(WORDS.values(), node) if n), bool(bag) and bag == node)
    day.prove("引きつぎが終わるまで、市のひろばの線は切れていない", f"{story.found['talked']} ことば")
    page = day.screen(day.pref, "coordinator")
    page.open("#/prefecture")
    page.see(".prefecture-health", TITLES[day.town_b.name])
    day.shot(page, "heir-prefecture-knows-who-left")
    page.away()
    others = (day.pref, day.city, day.town_a)
    n_well = sum(node.request("GET", HEALTH_PATH).json()["status"] == "ok" for node in others)
    n_dead = sum(int(node.psql("SELECT count(*) FROM job WHERE state = 'dead'")) for node in others)
    day.prove("県・市・もう一つの町は、そのまま動いている", f"{n_well} / {len(others)} ノード、とちゅうであきらめた仕事 {n_dead}",
              n_well == len(others) and n_dead == 0)
