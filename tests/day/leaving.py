"""tests/day/leaving.py - the smallest town's contract ends, at the screens (tests/browser/leaving_day.ts): names are planted,
the data handed back, read by the town's own machine, erased by two persons' order, certified; while two people of the
city go on talking."""
import json
import os
import re
import subprocess

import make_samples  # tests/roster
import start
from day import ROOT, must, new, until
from lib import handback, marks
from lib.hands import Hands, Player
from lib.ibasho_node import TITLES
from lib.screens import told
from lib.visitor import Visitor
from lib.ws_client import No

TITLE = "一つの町が抜ける: 返し、確かめ、消し、証明する"
GOES_ON = False

N_NAMES, N_SPOKEN = 300, 20
TABLES = ("account", "person", "enrolment", "chat_line", "class_course", "class_lesson", "incident")
# Who plays whom in the script: its name -> the person's here.
TOWN = {"board": "commissioner", "board2": "commissioner2", "contractor": "contractor", "child": "tsugumi"}
CITY = {"child": "sekirei", "staff": "supporter"}
LAST = "leaving_day_the_order_is_carried_out_and_anybody_can_check_it"
SHOWN = {
    "leaving_day_the_board_prepares_on_its_own_computer": "町の委員会が、自分の計算機で鍵と目印の名前を作り、画面から届けた",
    "leaving_day_a_thousand_names_live_in_the_town": "目印の名前を、会話・授業・名簿・出来事にまぜ、画面にも出た",
    "leaving_day_the_town_stops_and_its_data_is_handed_back": "受付を止め、データを返し、町の道具が検査して受領書に署名した",
    "leaving_day_two_persons_order_the_erasure": "消去は、委員会の指示と受託者の確認の二人で決まった（委員会の二人目では進まない）",
    LAST: "消去が終わり、証明書を、町の道具（Python）と別の町のノード（C）の両方が正しいと認めた",
    "leaving_day_another_contractors_node_goes_on": "別の受託者の空のノードが、返されたデータをそのまま受け継いだ",
}


class Story(Hands):
    """What is done beside the screens, and what was found."""

    def __init__(self, day):
        self.day, self.place, self.names, self.found = day, day.folder + "/leaving", [], {}
        super().__init__(self.place, {"midori": day.town_b, "aozora": day.city, "kawabe": day.heir}, day.clock.env)
        own = (self.picture, self.plant, self.careless, self.in_bag, self.left, self.paper, self.counts, self.talked)
        self.all.update({of.__name__: of for of in own})
        self.n_line = 0

    # ---- hands ----

    def picture(self, what):
        return self.day.next_shot("leaving-" + what)

    def plant(self):
        """Some are said, some titles, names and notes; the rest come with the roster, beside whoever was in it."""
        day, town = self.day, self.day.town_b
        names = self.names = marks.names_of(self.place + "/office/canaries/canaries.csv")
        names.sort(key=lambda name: sum(c.isdigit() for c in name))
        said = self._say(names[:12])
        names.sort(key=lambda name: name not in said)
        for title in names[4:8]:
            course = day.post(town, "instructor", "/api/v1/courses", 201, kind="relax", picture="leaf", has_hand=True,
                              has_poll=True, has_question=True, title=title, summary="からだをゆるめます。")["course"]
            day.put(town, "instructor", f"/api/v1/courses/{course}/pages", pages=[{"text": "めをとじます。", "links": []}])
            day.post(town, "commissioner", f"/api/v1/courses/{course}/decide", 200, decided=True, version=1,
                     pages_version=1)
        for name in names[8:14]:
            town.account("student", display_name=name)
        for text in names[14:N_SPOKEN]:
            day.post(town, "supporter", "/api/v1/incidents", 201, kind="manual", urgency=1, severity=1, text=text,
                     account=day.ids[town.name, "tsugumi"])
        n_there = start.N_ROSTER[town.name]
        package = make_samples.town(n_there + len(names) - N_SPOKEN, seed=len(town.name))
        for row, name in zip(package.tables["users.csv"][n_there:], names[N_SPOKEN:]):
            row["givenName"] = row["preferredGivenName"] = name
        with open(self.place + "/office/roster.zip", "wb") as f:
            f.write(package.zip())
        return {"line": names[0], "title": names[4], "shown": names[8], "child": names[N_SPOKEN]}

    def _say(self, wanted):
        """In the plaza; a few letters in a row may look like a word that hurts, or a telephone number: such a line is
        not taken."""
        said, town = [], self.day.town_b
        with Visitor(town, town.sign_in(self.day.logins[town.name, "tsugumi"])) as v:
            must(lambda: self._enters(v), "the plaza is open", 30)
            for text in wanted:
                line = new()
                try:
                    v.command("chat.say", line=line, text=text)
                except No:
                    continue
                if until(lambda text=text: any(of["text"] == text for of in v.seen("chat.line")), 3):
                    said.append(text)
                if len(said) == 4:
                    return said
        raise AssertionError(f"said: {said}")

    @staticmethod
    def _enters(visitor):
        try:
            visitor.enter(floor="plaza")
            return True
        except No:
            return False

    def volume(self):
        os.sync()
        return marks.marks_in(self.names, f"cat {self.day.volume.path}")

    def careless(self):
        town = self.day.town_b
        must(lambda: town.admin("GET", "/api/v1/keys/escrow").json()["state"] == "hold", "the prefecture has a half")
        town.cli("backup")
        before = self.volume()
        marks.careless(self.names, town)
        self.found["raw"] = [before, self.volume()]
        return self.found["raw"]

    def in_bag(self):
        self.found["bag"] = marks.marks_below(self.names, self.place + "/office/BAG")
        return self.found["bag"]

    def left(self):
        day, found = self.day, {}
        found["volume"] = self.volume()
        found["files"] = marks.marks_below(self.names, day.town_b.data_dir, day.town_b.run_dir)
        for node in (day.city, day.town_a, day.pref):
            found[node.name] = sum(marks.marks_at(self.names, node))
            found[node.name + " dead jobs"] = int(node.psql("SELECT count(*) FROM job WHERE state = 'dead'"))
            found[node.name + " lines"] = int(node.psql(
                f"SELECT count(*) FROM fed_line WHERE node = '{day.ids[day.town_b.name]}'"))
        self.found["left"] = found
        return found

    def paper(self):
        pdf = self.place + "/office/certificate.pdf"
        self.day.shot_pdf(pdf, "leaving-certificate", 3)
        return subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout

    def counts(self):
        bag = handback.info(self.place + "/office/BAG")[1]
        self.found["counts"] = [[bag[t] for t in TABLES], [int(self.day.heir.psql(f"SELECT count(*) FROM {t}"))
                                                          for t in TABLES]]
        return self.found["counts"]

    def talked(self, n):
        self.found["talked"] = int(n)

    def server(self, name, line):
        done = super().server(name, line)
        if " leave run" in line:
            self.found["run"] = done["said"]
        if done["status"] != 0:
            self.day.note(f"{line}: {done['said'][-600:]}")
        return done

    # ---- the script ----

    def play(self, until_case):
        """As far as that case, or to its end; each case a line of the day."""
        day = self.day
        for line in self.lines:
            name = line.split(" ")[1] if line.startswith(("ok ", "FAIL ")) else None
            if name in SHOWN:
                day.need(line.startswith("ok "), SHOWN[name])
                if name == until_case:
                    return
            elif line.startswith("  ") and not line.startswith(("  req", "  note")):
                day.note(line.strip())


def cast(day):
    """A child of the town, one of the city; the script's people are those of the day."""
    day.account(day.town_b, "tsugumi", "student", "ツグミ")
    day.account(day.city, "sekirei", "student", "セキレイ")
    places = {}
    for name, node, people in (("midori", day.town_b, TOWN), ("aozora", day.city, CITY), ("kawabe", day.heir, {})):
        logins = {mine: day.logins[node.name, theirs] for mine, theirs in people.items()}
        places[name] = told(node, logins)
        for mine, login in logins.items():
            places[name]["logins"][mine]["display_name"] = display_name(day, node, login)
            node.psql(f"UPDATE account SET totp_last_step = -1 WHERE id = '{login.id}'")
    return places


def display_name(day, node, login):
    return day.ask(node, "commissioner", "GET", f"/api/v1/people/{login.id}", status=200).json()["display_name"]


def play(day):
    day.close_screens()
    day.heir.up()
    day.heir.wait_answer()
    story = day.made["leaving"] = Story(day)
    os.makedirs(story.place)
    story.furnish()
    places = cast(day)
    with open(story.place + "/places.json", "w", encoding="utf-8") as f:
        json.dump(places, f)
    env = {"IBASHO_BROWSER": story.place + "/places.json", "NODE_EXTRA_CA_CERTS": day.city.v["CA"],
           "IBASHO_OFFICE": story.place + "/office", "IBASHO_AHEAD_S": str(day.clock.off()),
           "IBASHO_N_NAMES": str(N_NAMES), "IBASHO_N_PEERS": "3"}
    player = day.ends.enter_context(Player("tests/browser/leaving_day.ts", story.all, env))
    story.lines = player.lines()
    try:
        story.play(LAST)
    finally:
        tell(day, story.found)
    day.gone.append(day.town_b)


def tell(day, found):
    if "raw" in found:
        day.prove("町のディスクを生で読んでも、目印の名前はそのまま読めない（暗号化されている）",
                  f"{found['raw'][0]} / {N_NAMES}。わざと不注意に書かせると {found['raw'][1]} 件みつかる",
                  found["raw"] == [0, N_NAMES])
    if "bag" in found:
        day.prove("返されたデータには、目印の名前がすべてある", f"{found['bag']} / {N_NAMES}", found["bag"] == N_NAMES)
    got = re.search(r"証明書 (\d+) / 相手 (\d+)", found.get("run", ""))
    if got:
        day.prove("ほかの市・町・県も、この町の写しを消し、それぞれ証明書を出した", f"{got[1]} / {got[2]}", got[1] == got[2])
    if "left" in found:
        names = [n for place, n in found["left"].items() if not place.endswith((" lines", " dead jobs"))]
        day.prove("消したあと、目印の名前はどこにも残っていない（町のディスクを生で、市・町・県のデータベースとファイル）",
                  f"{sum(names)} / {N_NAMES}（{len(names)} か所）", sum(names) == 0)
        lines = sum(n for place, n in found["left"].items() if place.endswith(" lines"))
        day.prove(f"ほかの自治体に、{TITLES[day.town_b.name]}の人のことばは残っていない", f"{lines} 行", lines == 0)
    if "talked" in found:
        day.prove("そのあいだ、市のひろばでは二人が話しつづけ、線は一度も切れていない",
                  f"{found['talked']} ことば、届かなかったもの 0", found["talked"] > 0)
