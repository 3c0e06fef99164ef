/** Written lines and talks of two: nothing lost, nothing doubled, nothing sent while it is being composed. */
import {
  acknowledged,
  channelOf,
  type Chat,
  chatAtStart,
  composedMs,
  decided,
  discarded,
  filled,
  gone,
  heard,
  isRoom,
  isSend,
  type KeyPress,
  lengthNote,
  lettersOf,
  type LineTold,
  movedTo,
  open,
  placeKey,
  refused,
  retried,
  seen,
  sendable,
  stillUnsaid,
  type Unsaid,
  written,
} from "../../../node/web/src/state/chat.js";
import {
  careAtStart,
  unread,
  withRead,
  greeted,
  inForce,
  read,
  signed,
  signMs,
  stillUp,
  stopped,
  warned,
} from "../../../node/web/src/state/care.js";
import {
  askedBy,
  asking,
  closed,
  find,
  left,
  opened,
  over,
  talksAtStart,
  talkWith,
  told,
} from "../../../node/web/src/state/talk.js";
import { hear, say, silent } from "../../../node/web/src/state/announce.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);
const plaza = placeKey("plaza", 1, undefined, "floor");

function toldLine(line: string, at: number, more: Partial<LineTold> = {}): LineTold {
  return {
    line,
    at: new Date(1_800_000_000_000 + at * 1000).toISOString(),
    channel: "floor",
    seat: 7,
    name: "うみ",
    is_staff: false,
    text: `t${line}`,
    state: "said",
    ...more,
  };
}

function mine(id: string, place = plaza, where = open): Unsaid {
  return { id, where, place, text: `t${id}`, to: undefined };
}

const here = movedTo(chatAtStart, plaza);
const ids = (now: Chat, where = open): string[] =>
  channelOf(now, where).lines.map((one) => `${one.id}:${one.state}`);

test("a_line_is_pending_then_said_once_whatever_comes_first", (t) => {
  t.req("AI-2.4-エ");
  const unsaid = [mine("a")];
  const sent = written(here, mine("a"), "わたし");
  t.eq(ids(sent), ["a:pending"], "at once in sight");
  t.eq(written(sent, mine("a"), "わたし"), sent, "the same id is no second line");
  const ack = { line: "a", at: toldLine("a", 1).at, state: "said", text: "＊＊" } as const;
  const byAck = acknowledged(sent, open, ack);
  t.eq(ids(byAck), ["a:said"], "the answer");
  t.eq(channelOf(byAck, open).lines[0]?.text, "＊＊", "as the others read it");
  const byEvent = heard(sent, toldLine("a", 1), false);
  t.eq(ids(byEvent), ["a:said"], "the event");
  t.ok(channelOf(byEvent, open).lines[0]?.isMine, "and it stays the reader's own");
  t.eq(ids(acknowledged(byEvent, open, ack)), ["a:said"], "both");
  const byList = filled(sent, open, [toldLine("z", 0), toldLine("a", 1, { is_mine: true })]);
  t.eq(ids(byList), ["z:said", "a:said"], "today's lines after a cut");
  t.eq(stillUnsaid(byList, unsaid), [], "nothing is left to send");
  t.eq(sendable(sent, unsaid), unsaid, "until then it may go again");
});

test("a_line_of_another_town_says_so", (t) => {
  t.req("CARD-4");
  const line = toldLine("f", 1, { town: "あおぞら市", pseud: "abcd" });
  const [one] = channelOf(heard(here, line, false), open).lines;
  t.eq(
    [one?.town, one?.pseud, one?.isMine, one?.staff],
    ["あおぞら市", "abcd", false, undefined],
    "where its writer is at home",
  );
  const [own] = channelOf(heard(here, toldLine("o", 1), false), open).lines;
  t.eq([own?.town, own?.pseud], [undefined, undefined], "of our own nothing is said of it");
  t.eq(ids(gone(heard(here, line, false), "f")), [], "taken away");
});

test("lines_stand_in_the_nodes_order_and_ones_own_last", (t) => {
  let now = written(written(here, mine("b"), "わ"), mine("c"), "わ");
  now = heard(now, toldLine("x", 5), false);
  now = heard(now, toldLine("y", 3), false);
  t.eq(ids(now), ["y:said", "x:said", "b:pending", "c:pending"], "the order of the node");
  now = acknowledged(now, open, { line: "c", at: toldLine("c", 4).at, state: "said" });
  t.eq(ids(now), ["y:said", "c:said", "x:said", "b:pending"], "each where it was committed");
});

test("what_was_on_its_way_is_never_said_elsewhere", (t) => {
  const unsaid = [mine("a")];
  const sent = heard(written(here, mine("a"), "わ"), toldLine("x", 1), false);
  const away = movedTo(sent, placeKey("plaza", 1, "leaf", "room"));
  t.eq(ids(away), ["a:moved"], "lines of the floor stay there, the unsaid one is told apart");
  t.eq(sendable(away, unsaid), [], "and does not go out in the room");
  t.eq(stillUnsaid(away, unsaid), unsaid, "nor is it forgotten");
  t.eq(ids(movedTo(sent, "")), ["a:moved"], "nor outside");
  t.eq(movedTo(sent, plaza), sent, "the same place is no move");
  const again = filled(sent, open, []);
  t.eq(sendable(again, unsaid), unsaid, "back on the same spot it goes again");
  t.ok(isRoom(placeKey("plaza", 1, undefined, "room")), "words may stay where everybody walks");
  t.ok(
    isRoom(placeKey("plaza", 1, "leaf", "room")) && !isRoom(plaza) && !isRoom(""),
    "rooms are known",
  );
});

test("a_refused_line_stays_with_its_reason_until_its_writer_decides", (t) => {
  const unsaid = [mine("a"), mine("b")];
  let now = written(written(here, mine("a"), "わ"), mine("b"), "わ");
  now = refused(now, open, "a", "slow", "");
  t.eq(channelOf(now, open).lines[0]?.code, "slow", "why");
  t.eq(sendable(now, unsaid).map((one) => one.id), ["b"], "it does not go by itself"); // prettier-ignore
  t.eq(sendable(retried(now, open, "a"), unsaid), unsaid, "again, in order");
  t.eq(stillUnsaid(discarded(now, "a"), unsaid).map((one) => one.id), ["b"], "or never"); // prettier-ignore
});

test("a_held_line_is_seen_by_its_writer_and_what_becomes_of_it", (t) => {
  t.req("AI-2.6-ウ");
  const sent = written(here, mine("a"), "わ");
  const held = acknowledged(sent, open, { line: "a", at: toldLine("a", 1).at, state: "held" });
  t.eq(ids(held), ["a:held"], "held");
  t.eq(stillUnsaid(held, [mine("a")]), [], "the node has it");
  t.eq(ids(decided(held, "a", true)), ["a:said"], "released");
  t.eq(ids(decided(held, "a", false)), ["a:kept"], "kept back");
  t.eq(decided(held, "other", true), held, "another's is nothing");
  t.eq(ids(gone(held, "a")), ["a:kept"], "in whichever order that is told");
  t.eq(ids(decided(gone(held, "a"), "a", false)), ["a:kept"], "once");
  t.eq(ids(gone(heard(held, toldLine("x", 2), false), "x")), ["a:held"], "hidden by staff: gone");
  t.eq(ids(gone(decided(held, "a", true), "a")), ["a:hidden"], "one's own stays, and it is said");
});

test("new_lines_are_counted_where_nobody_looks", (t) => {
  let now = heard(here, toldLine("x", 1), false);
  now = heard(now, toldLine("x", 1), false);
  now = heard(now, toldLine("y", 2), true);
  now = heard(now, toldLine("z", 3, { channel: "talk", talk: "T" }), false);
  t.eq([channelOf(now, open).nNew, channelOf(now, "T").nNew], [1, 1], "once each");
  t.eq(channelOf(seen(now, open), open).nNew, 0, "until they were looked at");
  t.eq(seen(seen(now, open), open), seen(seen(now, open), open), "nothing changes twice");
  for (let i = 0; i < 300; i++) now = heard(now, toldLine(`n${i}`, 10 + i), true);
  t.eq(channelOf(now, open).lines.length, 200, "a long day does not grow for ever");
});

test("enter_sends_but_never_while_an_input_method_composes", (t) => {
  t.req("AI-2.4-エ HI-4.3-1");
  const enter: KeyPress = {
    key: "Enter",
    keyCode: 13,
    isComposing: false,
    shiftKey: false,
    timeMs: 1000,
  };
  const rows: readonly [
    what: string,
    press: KeyPress,
    composedAt: number | undefined,
    want: boolean,
  ][] = [
    ["a plain Enter", enter, undefined, true],
    ["composing (Chromium, Firefox)", { ...enter, isComposing: true }, undefined, false],
    ["key code 229", { ...enter, keyCode: 229 }, undefined, false],
    ["right after the end (Safari)", enter, 1000, false],
    ["a moment after the end (Safari)", enter, 1000 - composedMs, false],
    ["the next Enter", enter, 1000 - composedMs - 1, true],
    ["with Shift", { ...enter, shiftKey: true }, undefined, false],
    ["another key", { ...enter, key: "a" }, undefined, false],
    ["a key of the method", { ...enter, key: "Process", keyCode: 229 }, undefined, false],
  ];
  for (const [what, press, at, want] of rows) t.eq(isSend(press, at), want, what);
});

test("letters_are_counted_as_readers_count_them", (t) => {
  const rows: readonly [text: string, n: number][] = [
    ["", 0],
    ["あいう", 3],
    ["か゚", 1],
    ["👨‍👩‍👧‍👦", 1],
    ["葛󠄀", 1],
    ["🇯🇵🇯🇵", 2],
  ];
  for (const [text, n] of rows) t.eq(lettersOf(text), n, JSON.stringify(text));
  t.eq(lengthNote("あ".repeat(179), 200), undefined, "far from the end nothing is said");
  t.eq(lengthNote("あ".repeat(180), 200), { kind: "left", n: 20 }, "near it");
  t.eq(lengthNote("あ".repeat(200), 200), { kind: "left", n: 0 }, "at it");
  t.eq(lengthNote(`${"あ".repeat(203)}  `, 200), { kind: "over", n: 3 }, "beyond it");
});

test("a_talk_of_two_goes_from_asking_to_its_end", (t) => {
  t.req("AI-2.4-オ SE-4.1-イ-4");
  const umi = { seat: 7, name: "うみ", isStaff: false };
  let now = asking(talksAtStart, "T", umi);
  t.eq(find(now, "T")?.at, "asking", "asked");
  t.eq(talkWith(now, 7)?.id, "T", "found by who it is with");
  now = opened(now, "T", undefined, true);
  t.eq([find(now, "T")?.at, find(now, "T")?.with?.name, now.mustTell], ["open", "うみ", true], "open, and told that staff may read"); // prettier-ignore
  t.eq(told(now).mustTell, false, "once");
  t.eq(asking(now, "T", umi), now, "an answer that comes late changes nothing");
  now = over(now, "T", "left");
  t.eq([find(now, "T")?.at, talkWith(now, 7)], ["over", undefined], "over, and to be seen");
  t.eq(closed(now, "T").all, [], "closed");
  const asked = askedBy(talksAtStart, "U", umi);
  t.eq(over(asked, "U", "gone").all, [], "an asking that was taken back leaves nothing");
  t.eq(find(askedBy(opened(asked, "U", umi, false), "U", umi), "U")?.at, "open", "open stays open");
  t.eq(left(asked).all, [], "off the floor there is none");
  t.eq(over(talksAtStart, "X", "gone"), talksAtStart, "of another nothing is known");
});

test("what_is_stopped_is_known_until_its_time", (t) => {
  t.req("AI-2.7-ウ-2 AI-2.7-ウ-3");
  const until = new Date(2000).toISOString();
  let now = stopped(careAtStart, { kind: "chat", is_on: true, until });
  now = stopped(now, { kind: "slow", is_on: true, seconds: 30 });
  t.eq(inForce(now, 1999).map((one) => one.kind), ["chat", "slow"], "both"); // prettier-ignore
  t.eq(inForce(now, 2001).map((one) => one.kind), ["slow"], "one is over by its time"); // prettier-ignore
  t.eq(stopped(now, { kind: "react", is_on: false }), now, "what was not stopped is not lifted");
  now = stopped(now, { kind: "chat", is_on: false });
  t.eq([now.stops.length, now.isLifted], [1, true], "lifted, and said so");
  t.eq(greeted(now).stops, [], "a new line hears everything anew");
  t.eq(stopped(now, { kind: "of-a-newer-node", is_on: true }), now, "what is not known is nothing");
  const warning = { id: "w", title: "", text: "", quoted: undefined };
  now = warned(warned(now, warning), warning);
  t.eq([now.warnings.length, read(now, "w").warnings.length], [1, 0], "a warning once, until read");
  const all = [
    { incident: "a", at: "2026-06-20T00:00:00Z" },
    { incident: "b", at: "2026-06-20T00:00:00Z" },
    { incident: "c", at: "2026-06-01T00:00:00Z" },
  ];
  const nowMs = Date.parse("2026-06-21T00:00:00Z");
  t.eq(
    unread(all, withRead("", "a"), nowMs),
    [all[1]],
    "what was read, or is long ago, is not told",
  );
  let kept = "";
  for (let i = 0; i < 50; i++) kept = withRead(kept, `n${i}`);
  t.eq([kept.split(" ").length, withRead(kept, "n49")], [40, kept], "so many, each once");
});

test("a_sign_of_feeling_stands_for_a_moment_the_newest_of_each", (t) => {
  t.req("AI-2.4-カ");
  let up = signed([], 1, "heart", 0);
  up = signed(up, 2, "clap", 1000);
  up = signed(up, 1, "star", 2000);
  t.eq(up.map((one) => `${one.seat} ${one.kind}`), ["2 clap", "1 star"], "one for each"); // prettier-ignore
  t.eq(stillUp(up, 1000 + signMs).map((one) => one.seat), [1], "then gone"); // prettier-ignore
  t.eq(stillUp(up, 1500), up, "nothing changed");
});

test("ears_hear_lines_grouped_and_after_what_is_theirs_alone", (t) => {
  let now = hear(silent, { kind: "came", name: "そら" });
  now = hear(now, { kind: "sign", name: "そら", sign: "heart" });
  now = hear(now, { kind: "line", name: "うみ", text: "やあ" });
  now = hear(now, { kind: "wave", name: "うみ" });
  const order: unknown[] = [];
  for (let ms = 0; ms < 20_000; ms += 1000) {
    const { next, said } = say(now, ms);
    now = next;
    if (said !== undefined) order.push(said.kind);
  }
  t.eq(order, ["wave", "line", "sign", "came"], "one sentence at a time");
  for (let i = 0; i < 5; i++) now = hear(now, { kind: "line", name: "うみ", text: String(i) });
  t.eq(say(now, 60_000).said, { kind: "lines", n: 5 }, "many at once are counted");
});
