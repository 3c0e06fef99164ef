/** What the reader knows of the place: events and frames in, people with positions out. */
import { readFileSync } from "node:fs";
import type { Tick } from "../../../node/web/src/live/frames.js";
import type { FloorCard, LiveEvent, LiveEvents, Person } from "../../../node/web/src/live/wire.js";
import { gapMs, hear, say, silent } from "../../../node/web/src/state/announce.js";
import { type Floor, readFloor } from "../../../node/web/src/state/floor.js";
import {
  aimOf,
  applyEvent,
  applyTick,
  areaAt,
  distanceOf,
  type Here,
  inOrderOf,
  isMoving,
  listOf,
  placeAtStart,
  type PlaceLive,
  spotIn,
  spotOf,
  toLobby,
  toWaiting,
} from "../../../node/web/src/state/place-live.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

function person(seat: number, x: number, y: number, more: Partial<Person> = {}): Person {
  return {
    seat,
    name: `p${seat}`,
    kind: "cat",
    colour: "sky",
    state: "talk",
    is_away: false,
    is_lost: false,
    is_staff: false,
    has_distance: false,
    x,
    y,
    ...more,
  };
}

function event<N extends keyof LiveEvents>(ev: N, of: LiveEvents[N], n = 0): LiveEvent {
  return { ev, n, of } as LiveEvent;
}

const card: FloorCard = {
  id: "lounge",
  name_ja: "x",
  name_en: "x",
  theme: "wood",
  n_people: 2,
  is_full: false,
  is_waiting: false,
  is_open: true,
};
const hereOf = (people: readonly Person[], seat = 1): LiveEvent =>
  event("floor.here", {
    floor: "lounge",
    copy: 1,
    version: 1,
    hash: "h",
    is_anonymous: false,
    seat,
    people,
    areas: [{ id: "room", n: 2, is_full: false, is_in_use: false, lock: "open" }],
  });

function all(events: readonly LiveEvent[], from = placeAtStart): PlaceLive {
  return events.reduce(applyEvent, from);
}

function here(place: PlaceLive): Here {
  if (place.visiting.at !== "here") throw new Error("not here");
  return place.visiting.here;
}

function tick(floorMs: number, more: Partial<Tick>): Tick {
  return { kind: "tick", isPicture: false, floorMs, moves: [], steps: [], walks: [], ...more };
}

test("a_cut_from_other_towns_is_known_until_it_is_over_or_the_page_begins_anew", (t) => {
  t.req("CARD-4");
  const since = "2026-11-22T01:02:03Z";
  const cut = event("mirror.state", { is_cut: true, since });
  t.eq(all([cut]), placeAtStart, "in the lobby it means nothing");
  const inside = all([hereOf([person(1, 0, 0), person(2, 9, 9, { town: "あおぞら市" })])]);
  t.eq(here(inside).cutSince, undefined, "nothing is cut");
  t.eq(here(inside).people.get(2)?.town, "あおぞら市", "somebody of another town");
  const now = all([cut], inside);
  t.eq(here(now).cutSince, since, "with its time");
  const anew = hereOf([person(1, 0, 0)]);
  t.eq(here(all([anew], now)).cutSince, since, "the same floor told anew");
  const other = event("floor.here", { ...(anew.of as LiveEvents["floor.here"]), floor: "plaza" });
  t.eq(here(all([other], now)).cutSince, undefined, "another floor");
  t.eq(
    here(all([event("mirror.state", { is_cut: false })], now)).cutSince,
    undefined,
    "it is back",
  );
  const hello = event("hello", {
    now: "",
    me: {
      name: "p1",
      kind: "cat",
      colour: "sky",
      login: "a",
      role: "student",
      is_staff: false,
      sees_ids: false,
    },
    floors: [card],
    hours: { kind: "open", is_bound: true },
    ping_s: 2,
    text_most: 300,
    may_ask_pupils: true,
  });
  t.eq(here(all([hello], now)).cutSince, undefined, "a new line: what holds is said anew");
  const fox = { pseud: "p", name: "n", town: "t" };
  const out = all([event("mirror.state", { is_cut: false, out: [fox] })], now);
  t.eq(here(out).putOut, [fox], "staff read who was put out");
  t.eq(here(all([event("mirror.state", { is_cut: false })], out)).putOut, [], "and who is no more");
  t.eq(here(all([hello], out)).putOut, [], "said anew");
});

test("coming_seeing_and_being_put_out", (t) => {
  const hours = { kind: "open", is_bound: true } as const;
  const me = {
    name: "p1",
    kind: "cat",
    colour: "sky",
    login: "a",
    role: "student",
    is_staff: false,
    sees_ids: false,
  } as const;
  const hello = event("hello", {
    now: "",
    me,
    floors: [card],
    hours,
    ping_s: 2,
    text_most: 300,
    may_ask_pupils: true,
  });
  const lobby = all([hello]);
  t.eq([lobby.visiting.at, lobby.floors.length, lobby.me?.name], ["lobby", 1, "p1"], "the lobby");
  t.eq(lobby.rules, { textMost: 300, mayAskPupils: true }, "and what holds for words here");
  const waiting = toWaiting(lobby, "lounge", 3);
  t.eq(
    all([event("wait", { floor: "lounge", position: 2 })], waiting).visiting,
    { at: "waiting", floor: "lounge", position: 2 },
    "the place in the line",
  );
  const inside = all([hereOf([person(1, 0, 0), person(2, 9, 9)])], waiting);
  t.eq([...here(inside).people.keys()], [1, 2], "who is there");
  t.eq(
    all([event("wait", { floor: "quiet", position: 2 })], inside),
    inside,
    "a late word of waiting puts nobody out",
  );
  const after = all(
    [
      event("people.came", { people: [person(3, 5, 5)] }),
      event("people.changed", { people: [person(2, 1, 1, { state: "alone" }), person(8, 1, 1)] }),
      event("people.left", { seats: [{ seat: 1 }, { seat: 77 }] }),
      event("areas", { areas: [{ id: "c", is_full: true, is_in_use: true, lock: "in_use" }] }),
      event("closing", { minutes: 3 }),
    ],
    inside,
  );
  t.eq([...here(after).people.keys()], [2, 3], "came and left; no word brings back who has left");
  t.eq(here(after).people.get(2)?.state, "alone", "changed");
  t.eq(spotIn(here(after), 2, 0)?.x, 9, "and stands where they stood");
  t.eq([...here(after).areas.keys()], ["room", "c"], "areas are told one by one");
  t.eq(after.closing, 3, "closing");
  const out = all([event("out", { reason: "closing", title: "またね" })], after);
  t.eq([out.visiting.at, out.closing, out.out?.title], ["lobby", undefined, "またね"], "out");
  t.eq(all([hereOf([person(1, 0, 0)])], out).out, undefined, "and in again");
  t.eq(toLobby(lobby), lobby, "who is there already stays as they are");
  t.eq(toLobby(after).visiting.at, "lobby", "leaving");
  for (const one of [
    event("wave", { seat: 2, name: "p2" }),
    event("people.left", { seats: [{ seat: 1 }] }),
  ])
    t.eq(all([one], lobby), lobby, `${one.ev} means nothing in the lobby`);
});

test("a_walk_is_drawn_from_when_it_began", (t) => {
  const walk = {
    seat: 2,
    speedCmS: 150,
    ageMs: 1000,
    isSteered: false,
    points: [
      { x: 0, y: 0 },
      { x: 300, y: 0 },
      { x: 300, y: 300 },
    ],
  };
  let place = all([hereOf([person(1, 0, 0), person(2, 0, 0)])]);
  place = applyTick(place, tick(50_000, { walks: [walk] }), 2000);
  const at = (ms: number) => {
    const { x, y } = spotIn(here(place), 2, ms) ?? { x: -1, y: -1 };
    return [Math.round(x), Math.round(y)];
  };
  t.eq([at(2000), at(3000), at(4000), at(5000), at(9000)], [[150, 0], [300, 0], [300, 150], [300, 300], [300, 300]], "150 cm a second, round the corner, and stands"); // prettier-ignore
  t.eq(spotIn(here(place), 2, 2500)?.facing, 1, "looks where it goes");
  t.eq([isMoving(here(place), 3000), isMoving(here(place), 6000)], [true, false], "until the end");
  const motion = here(place).motions.get(2);
  t.eq(motion === undefined ? undefined : aimOf(motion), { x: 300, y: 300 }, "aim");
  place = applyTick(place, tick(52_000, { walks: [{ ...walk, points: [{ x: 7, y: 8 }] }] }), 4000);
  t.eq(at(4000), [7, 8], "a walk of one point is a stop");
});

test("a_late_frame_says_where_somebody_is_by_now", (t) => {
  let place = all([hereOf([person(1, 0, 0), person(2, 0, 0)])]);
  place = applyTick(place, tick(1000, {}), 5000);
  const points = [
    { x: 0, y: 0 },
    { x: 900, y: 0 },
  ];
  // Sent at 2000 of the floor, 6000 here; it took 800 ms more than the first.
  place = applyTick(
    place,
    tick(2000, { walks: [{ seat: 2, speedCmS: 150, ageMs: 0, isSteered: false, points }] }),
    6800,
  );
  t.eq(Math.round(spotIn(here(place), 2, 6800)?.x ?? 0), 120, "not at the start of the walk");
  place = applyTick(place, tick(3000, {}), 6500);
  place = applyTick(
    place,
    tick(4000, { walks: [{ seat: 2, speedCmS: 150, ageMs: 0, isSteered: false, points }] }),
    7500,
  );
  t.eq(Math.round(spotIn(here(place), 2, 7500)?.x ?? 9), 0, "a quicker frame sets the clock");
  place = applyTick(all([hereOf([person(2, 0, 0)], 2)]), tick(0xffffff00, {}), 8000);
  place = applyTick(
    place,
    tick(0x100, { walks: [{ seat: 2, speedCmS: 100, ageMs: 0, isSteered: false, points }] }),
    8512,
  );
  t.eq(Math.round(spotIn(here(place), 2, 9512)?.x ?? 0), 100, "the floor's clock runs over");
});

test("steps_of_a_stick_are_joined_and_jumps_are_not", (t) => {
  let place = all([hereOf([person(1, 0, 0), person(2, 100, 100)])]);
  const move = (x: number, ms: number) =>
    (place = applyTick(place, tick(ms, { moves: [{ seat: 2, x, y: 100 }] }), ms));
  const x = (ms: number) => spotIn(here(place), 2, ms)?.x;
  move(115, 1000);
  t.eq([x(1000), x(1050), x(1100), x(1200)], [100, 107.5, 115, 115], "100 ms a step");
  move(130, 1050);
  t.eq([x(1050), x(1150)], [107.5, 130], "from where it was drawn");
  move(2000, 2000);
  t.eq(x(2000), 2000, "nobody slides over the whole floor");
  place = applyTick(place, tick(3000, { isPicture: true, moves: [{ seat: 1, x: 5, y: 6 }] }), 3000);
  t.eq([...here(place).motions.keys()], [1], "a picture is complete");
  t.eq(
    spotOf({ kind: "still", x: 1, y: 2 }, 0),
    { x: 1, y: 2, facing: 0, isMoving: false },
    "still",
  );
});

test("a_held_stick_glides_turns_without_a_jump_and_stops_where_it_is_said", (t) => {
  t.req("AI-2.1-ア");
  let place = all([hereOf([person(1, 0, 0), person(2, 100, 100)])]);
  const x = (ms: number) => Math.round(spotIn(here(place), 2, ms)?.x ?? -1);
  const y = (ms: number) => Math.round(spotIn(here(place), 2, ms)?.y ?? -1);
  const leg = (ms: number, from: number[], to: number[], ageMs = 0) => {
    const points = [from, to].map(([x = 0, y = 0]) => ({ x, y }));
    const walk = { seat: 2, speedCmS: 150, ageMs, isSteered: true, points };
    place = applyTick(place, tick(ms, { walks: [walk] }), ms);
  };
  leg(1000, [100, 100], [1000, 100]);
  t.eq([x(1000), x(1100), x(1200)], [100, 108, 115], "sets off softly");
  t.eq([x(2000), x(3000)], [235, 385], "on and on, a tick late, told once");
  leg(2050, [258, 100], [1000, 100]); // the same again, as a new leg
  t.eq([x(2050), x(2100), x(2200)], [243, 250, 265], "goes on as it went");
  // Turned at 2200, at 280; told at 2250.
  leg(2250, [280, 108], [280, 1000]);
  t.eq([x(2250), y(2250)], [273, 100], "from where it was drawn");
  t.eq([x(2350), y(2350), x(2450), y(2450)], [277, 112, 280, 123], "over to the new way");
  // Let go at 2500, at 145; told at 2550, when it is drawn at 138.
  place = applyTick(place, tick(2550, { moves: [{ seat: 2, x: 280, y: 145 }] }), 2550);
  t.eq([y(2550), y(2600), y(2650), y(9000)], [138, 142, 145, 145], "and no farther");
  // Told so late that it has ended by then.
  leg(10_000, [280, 145], [400, 145], 5000);
  t.eq([x(10_000), x(10_100), x(10_200)], [280, 340, 400], "over to where it ended");
  const isMoving = (ms: number) => spotIn(here(place), 2, ms)?.isMoving;
  t.eq([isMoving(10_100), isMoving(10_200)], [true, false], "drawn until there");
});

test("steps_lead_on_from_what_was_told_and_never_from_what_was_not", (t) => {
  let place = all([hereOf([person(1, 0, 0), person(2, 100, 100)])]);
  const step = (ms: number, seat: number, dx: number, dy: number) =>
    (place = applyTick(place, tick(ms, { steps: [{ seat, dx, dy }] }), ms));
  const aim = (seat: number) => {
    const motion = here(place).motions.get(seat);
    return motion === undefined ? undefined : aimOf(motion);
  };
  step(1000, 2, 15, -3);
  step(1010, 2, 15, -3);
  t.eq(aim(2), { x: 130, y: 94 }, "two steps, the second before the first was drawn");
  t.eq(Math.round(spotIn(here(place), 2, 1110)?.x ?? 0), 130, "drawn there");
  step(1200, 9, 5, 5);
  t.eq(here(place).motions.has(9), false, "nobody knows this seat yet");
  const points = [
    { x: 130, y: 94 },
    { x: 500, y: 94 },
  ];
  const walk = { seat: 2, speedCmS: 150, ageMs: 0, isSteered: false, points };
  place = applyTick(place, tick(1300, { walks: [walk] }), 1300);
  step(1400, 2, 5, 5);
  t.eq(aim(2), { x: 500, y: 94 }, "a walk has no step");
  const known = applyEvent(place, {
    ev: "people.came",
    n: 0,
    of: { people: [person(2, 200, 94)] },
  });
  t.eq(here(known).motions.get(2)?.kind, "walk", "said again who is there: goes on");
});

const plaza = (() => {
  const read = readFloor(JSON.parse(readFileSync("node/place/floors/plaza.json", "utf8")));
  if (read.kind !== "floor") throw new Error("no floor");
  return read.floor;
})();

test("near_and_far_are_words", (t) => {
  t.req("AI-2.1-ア");
  const from = { x: 0, y: 0 };
  t.eq(
    [0, 250, 251, 700, 701].map((x) => distanceOf(from, { x, y: 0 })),
    ["close", "close", "near", "near", "far"],
    "at their edges",
  );
});

test("the_innermost_area_holds_somebody", (t) => {
  for (const area of plaza.areas) {
    const [rect] = area.rects;
    if (rect === undefined) continue;
    const found = areaAt(plaza, { x: rect.x + rect.w / 2, y: rect.y + rect.h / 2 });
    if (area.kind === "portal" || area.kind === "stage") t.eq(found?.id, area.id, area.id);
    else t.ok(found !== undefined, area.id);
  }
  t.eq(areaAt(plaza, { x: -5, y: 0 }), undefined, "nowhere");
});

test("the_list_goes_from_near_to_far_and_holds_still", (t) => {
  const place = all([
    hereOf([person(5, 3000, 2000), person(1, 100, 100), person(4, 500, 100), person(3, 200, 100)]),
  ]);
  const list = listOf(here(place), plaza, 0);
  t.eq(
    list.map((one) => [one.person.seat, one.distance, one.isMe]),
    [
      [1, "close", true],
      [3, "close", false],
      [4, "near", false],
      [5, "far", false],
    ],
    "me, then by nearness",
  );
  t.eq(
    inOrderOf(list, [5, 1, 3]).map((one) => one.person.seat),
    [5, 1, 3, 4],
    "as it was, who is new at its end",
  );
  t.ok(
    listOf(here(place), undefined as Floor | undefined, 0).length === 4,
    "before the floor has come",
  );
});

test("a_crowd_is_told_in_one_sentence_every_three_seconds", (t) => {
  t.req("AI-2.1-ア");
  let now = silent;
  const came = (name: string) => (now = hear(now, { kind: "came", name }));
  const at = (ms: number) => {
    const { next, said } = say(now, ms);
    now = next;
    return said;
  };
  came("a");
  t.eq(at(0), { kind: "came", names: ["a"], n: 1 }, "the first at once");
  for (let i = 0; i < 50; i++) came(`p${i}`);
  now = hear(now, { kind: "wave", name: "b" });
  t.eq([at(10), at(gapMs - 1)], [undefined, undefined], "then nothing for 3 s");
  t.eq(at(gapMs), { kind: "wave", name: "b" }, "what is meant for me goes first");
  const crowd = at(2 * gapMs);
  t.eq(crowd?.kind === "came" ? [crowd.names.length, crowd.n] : [], [3, 39], "the others together");
  t.eq(at(3 * gapMs), undefined, "and that was all");
  let n = 0;
  for (let ms = 100_000; ms < 130_000; ms += 50) {
    came("x");
    if (at(ms) !== undefined) n++;
  }
  t.eq(n, 10, "ten in half a minute, however many come");
});
