"""tests/day/morning.py - the place opens: some sixty people come, eight of them at real browsers; they talk, one calls
for help, one would give a telephone number away, one is warned."""
import statistics
import time

from day import must, new, until
from lib.visitor import Visitor
from lib.ws_client import No

TITLE = "広場: 六十人あまりが来て、話し、助けを呼ぶ"
GOES_ON = False

# Who sits at a browser; the others are clients without one.
AT_SCREENS = {"aozora": ("child1", "child2", "child3"), "midori": ("child1",), "kawabe": ("child1",)}
SIZES = ("tablet", "phone", "tablet")
GREETINGS = ("おはよう", "きょうも来たよ", "ここ すずしいね", "本をよんでいます", "おえかきしてる", "よろしくね", "ねむいなあ",
             "はじめまして", "あさごはん たべたよ", "いい天気だね")
PHONE = "でんわは090-1234-5678だよ"
HURTS = "そんなの つまらないよ"
FIELD = "#chat-field"


# ---- who comes ----

def sign_in(day, node, name):
    day.who[node.name, name] = node.sign_in(day.logins[node.name, name])


def come(day, node, name, floor="plaza"):
    """A client without a browser, on a floor."""
    visitor = Visitor(node, day.who[node.name, name])
    end = time.monotonic() + 30
    while True:
        try:
            visitor.enter(floor=floor)
            break
        except No as no:
            if time.monotonic() > end:
                raise AssertionError(f"{node.name}/{name}: {no}") from no
        time.sleep(0.2)
    visitor.wait("floor.here")
    visitor.name = name
    n = len(day.visitors)
    visitor.command("floor.walk", x=1500 + n * 618 % 1000, y=900 + n * 381 % 700)  # here and there
    day.visitors.append(visitor)
    return visitor


def raw(day, node):
    return [name for name in day.children[node.name] if name not in AT_SCREENS.get(node.name, ())]


def everybody(day):
    """All clients without a browser: node's name -> visitors; and how long each took from the ID to the plaza."""
    took = []

    def at(node):
        there = [come(day, node, "supporter")] if node is day.pref else []
        for name in raw(day, node):
            began = time.monotonic()
            sign_in(day, node, name)
            there.append(come(day, node, name))
            took.append(time.monotonic() - began)
        return there
    return dict(zip((n.name for n in day.four), day.each(at))), took


def enter_on_screen(page):
    """From my page by the mouse onto the plaza."""
    page.click("a[href='#/place']")
    page.click(".floors a[href='#/place/floor/plaza']")
    page.see(".spot-form")
    page.on(".choice-list .choice", "click", nth=1)
    page.click(".spot-form .button")
    page.see(".inside [data-seat]")
    page.see(".areas-here")


def in_words(page):
    if "かんたん" in page.text(".view-switch"):  # the map itself may be drawn later
        page.click(".view-switch")
    page.gone(".map")


def at_screens(day):
    pages = {}
    for node in day.four:
        for name, size in zip(AT_SCREENS.get(node.name, ()), SIZES):
            pages[node.name, name] = day.screen(node, name, size=size)
    for node in (day.city, day.town_a):
        pages[node.name, "supporter"] = day.screen(node, "supporter")
    first = pages["aozora", "child1"]
    day.shot(first, "child-my-page")
    first.open("#/place")
    first.see(".floors a")
    day.shot(first, "child-where-to-go")
    for page in pages.values():
        page.open()
        enter_on_screen(page)
    day.shot(first, "child-the-plaza-as-a-map", whole=False)
    for page in pages.values():
        in_words(page)
    pages["console"] = day.screen(day.city, "supporter2")
    pages["console"].open("#/console")
    pages["console"].see("#console-list")
    return pages


# ---- what they do ----

def talk(day, there):
    """Everybody says a line; everybody on the same floor has each once."""
    n_lines = n_read = n_wanted = 0
    for name, visitors in there.items():
        said = {}
        for i, visitor in enumerate(visitors):
            line = new()
            visitor.command("chat.say", line=line, text=GREETINGS[i % len(GREETINGS)])
            said[line] = visitor
        for visitor in visitors:
            def all_of(visitor=visitor, said=said):
                return {of["line"] for of in visitor.seen("chat.line")} >= set(said)
            until(all_of, 20)
            heard = [of["line"] for of in visitor.seen("chat.line")]
            n_read += sum(heard.count(line) == 1 for line in said)
        n_lines += len(said)
        n_wanted += len(said) * len(visitors)
    day.prove("みんなが一言ずつ書き、同じ場所の人の画面に、どの言葉も一度ずつ届いた",
              f"{n_lines} の言葉、{n_read} 通 / {n_wanted} 通", n_read == n_wanted)


def on_screens(day, pages):
    first, second, staff = pages["aozora", "child1"], pages["aozora", "child2"], pages["aozora", "supporter"]
    text = "きょうは雨だね。図書館で虫の本を読んだよ"
    first.fill(FIELD, text, enter=True)
    for page in (second, pages["aozora", "child3"], staff):
        page.see(".chat-log .chat-line", text)
    login = day.logins["aozora", "child1"].login
    shown = login in staff.text(".chat-log"), login in second.text("body")
    day.prove("ほかの子の画面には、書いた子のIDが出ない（見守りの人には出る）", "", shown == (True, False))
    day.shot(first, "child-talk", whole=False)
    day.shot(staff, "staff-talk", whole=False)


def sos(day, pages):
    """Pressed on a phone, heard at the console, answered by the one button that stands there."""
    child, console = pages["aozora", "child2"], pages["console"]
    login = day.logins["aozora", "child2"].login
    began = time.monotonic()
    child.click(".sos")
    console.see("article.alarm", login)
    heard = time.monotonic() - began
    child.see('.sos-state[data-sos="waiting"]')
    day.shot(child, "child-sos-is-kept", whole=False)
    day.shot(console, "console-a-call-for-help", whole=False)
    answered = time.monotonic()
    console.click("article.alarm button", "わたしが対応します")
    child.see('.sos-state[data-sos="answered"]')
    answered = time.monotonic() - answered
    day.shot(child, "child-sos-is-answered", whole=False)
    day.prove("子どもがSOSを押し、見守りの画面に出た", f"押してから {heard * 1000:.0f} ミリ秒")
    day.prove("見守りの人が「わたしが対応します」を押し、子どもの画面に出た", f"{answered * 1000:.0f} ミリ秒")


def contact(day, pages, there):
    """A telephone number waits for staff, who do not let it pass: not a byte of it reaches another child."""
    child, console = pages["aozora", "child3"], pages["console"]
    child.fill(FIELD, PHONE, enter=True)
    child.see(".chat-how")
    day.shot(child, "child-a-number-waits", whole=False)
    console.open("#/held")
    console.see("li.card", PHONE)
    day.shot(console, "console-a-number-waits")
    console.click("li.card button", "届けない")
    console.gone("li.card", PHONE)
    must(lambda: "090-1234" in child.text(".chat-log") and child.count(".chat-how"), "the child is told")
    day.shot(child, "child-a-number-is-kept-back", whole=False)
    n = sum(b"1234-5678" in b"".join(visitor.heard) for visitor in there["aozora"])
    day.prove("連絡先のやりとりを止めた。番号は、ほかの子のだれにも届いていない",
              f"届いた子 {n} 人 / {len(there['aozora'])} 人", n == 0)


def warning(day, pages):
    """From the console, by a ready text, to one child alone."""
    child, other, console = pages["aozora", "child1"], pages["aozora", "child3"], pages["console"]
    child.fill(FIELD, HURTS, enter=True)
    other.see(".chat-log .chat-line", HURTS)
    console.open("#/console")
    row = f".watch-row:has-text('{day.logins['aozora', 'child1'].login}')"
    console.click(row + " button", "ほかの操作")
    console.click(row + " button", "注意を送る")
    console.click(row + " .template-list .choice", "きずついた")
    console.on(row, "scrollIntoViewIfNeeded")
    day.shot(console, "console-a-warning", whole=False)
    console.click(row + " .panel-act button.button")
    child.see(".care")
    alone = other.count(".care") == 0
    child.on(".care", "scrollIntoViewIfNeeded")
    day.shot(child, "child-is-warned", whole=False)
    child.click(".care button")
    child.gone(".care")
    day.prove("注意の文が、その子の画面にだけ出て、「読みました」で消えた", "", alone)
    n = int(day.city.psql("SELECT count(*) FROM incident"))
    day.prove("止めた連絡先と注意が、あとから見られる出来事の記録になった", f"{n} 件", n == 2)


def play(day):
    there, took = everybody(day)
    pages = at_screens(day)
    n = sum(len(v) for v in there.values()) + len(pages) - 1
    day.need(n >= 60, "四つの場所に、子どもと見守りの人がいちどに来ている",
             f"{n} 人（うち本物のブラウザ {len(pages)} 台）")
    day.prove("IDとパスワードを送ってから、広場に立つまで（四つの場所で同時に）",
              f"まん中の人で {statistics.median(took):.1f} 秒、いちばん長い人で {max(took):.1f} 秒")
    talk(day, there)
    on_screens(day, pages)
    sos(day, pages)
    contact(day, pages, there)
    warning(day, pages)
    faults = day.no_faults()
    day.prove("どの画面も、よその場所へつながず、失敗を出さなかった", f"{len(faults)} 件 / {len(pages)} 台", not faults)
    for fault in faults:
        day.note(fault)
    day.leave_screens()


def made(day):
    """Children signed in, nobody in the place yet."""
    def some(node):
        for name in day.children[node.name][:3]:
            sign_in(day, node, name)
    day.each(some)
