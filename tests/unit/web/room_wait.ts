/** Waiting before a closed room: when the page asks again, and when it gives up. */
import { readFloor } from "../../../node/web/src/state/floor.js";
import { readFileSync } from "node:fs";
import {
  answered,
  asking,
  isElsewhere,
  isNotYet,
  nextAt,
  roomOf,
  waitAt,
  waitMostMs,
} from "../../../node/web/src/state/room-wait.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

test("a_room_is_asked_for_every_five_seconds_for_a_minute", (t) => {
  let wait = waitAt("leaf", 1000);
  const asked: number[] = [];
  let overMs = 0;
  for (let ms = 1000; ms < 100_000 && overMs === 0; ms += 500) {
    const next = nextAt(wait, ms);
    if (next === "over") overMs = ms;
    if (next === "ask") {
      asked.push(ms - 1000);
      wait = answered(asking(wait, ms));
    }
  }
  t.eq(asked, [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55].map((s) => s * 1000), "each time"); // prettier-ignore
  t.eq(overMs, 1000 + waitMostMs, "then it is over");
});

test("a_question_without_an_answer_is_not_asked_twice", (t) => {
  const wait = asking(waitAt("leaf", 0), 5000);
  t.eq(nextAt(wait, 30_000), "rest", "the first one is on its way");
  t.eq(nextAt(wait, 60_000), "over", "and not waited for over a minute");
});

test("only_what_may_change_by_itself_is_waited_for", (t) => {
  const no = (code: string) => ({ kind: "no", code });
  t.ok(isNotYet(no("area-wait")) && isNotYet(no("rate")) && isNotYet({ kind: "cut" }), "not yet");
  for (const code of ["in-use", "area-full", "area-locked", "area-who", "watch-walk", "not-found"])
    t.ok(!isNotYet(no(code)), `${code} has a sentence of its own`);
  t.ok(!isNotYet({ kind: "ok" }), "nor when one is in");
});

test("to_go_elsewhere_ends_the_wait_and_to_wave_does_not", (t) => {
  for (const name of ["area.enter", "area.knock", "floor.go", "floor.walk", "place.leave"] as const)
    t.ok(isElsewhere(name), name);
  for (const name of ["person.wave", "me.away", "area.answer"] as const)
    t.ok(!isElsewhere(name), name);
});

test("the_room_is_known_by_name_and_by_the_spot_that_was_tapped", (t) => {
  const read = readFloor(JSON.parse(readFileSync("node/place/floors/counsel.json", "utf8")));
  const floor = read.kind === "floor" ? read.floor : undefined;
  const leaf = floor?.areas.find((one) => one.id === "leaf")?.rects[0];
  const spot = { x: (leaf?.x ?? 0) + 100, y: (leaf?.y ?? 0) + 100 };
  t.eq(roomOf("area.enter", { area: "leaf" }, undefined), "leaf", "a card");
  t.eq(roomOf("floor.go", { to: "area", id: "leaf" }, undefined), "leaf", "a place by name");
  t.eq(roomOf("floor.walk", spot, floor), "leaf", "a spot of the map");
  t.eq(roomOf("floor.go", { to: "person", seat: 3 }, floor), undefined, "somebody is no room");
  t.eq(roomOf("floor.walk", spot, undefined), undefined, "no floor, no room");
});
