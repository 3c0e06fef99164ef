/** The practice room: a floor by the rules of floor files, and a line that plays the node's part. */
import type { Tick } from "../../../node/web/src/live/frames.js";
import type { LiveEvent } from "../../../node/web/src/live/wire.js";
import { practiceFloor } from "../../../node/web/src/place/practice_floor.js";
import { PracticeLine } from "../../../node/web/src/place/practice_line.js";
import { readFloor } from "../../../node/web/src/state/floor.js";
import {
  applyEvent,
  applyTick,
  listOf,
  placeAtStart,
} from "../../../node/web/src/state/place-live.js";
import { todayFrom, todayText } from "../../../node/web/src/state/today.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

test("the_practice_floor_keeps_the_rules_of_floors", (t) => {
  const read = readFloor(JSON.parse(JSON.stringify(practiceFloor)));
  t.eq(read.kind === "defects" ? read.defects : [], [], "no defect");
});

test("the_practice_line_leads_one_person_about", async (t) => {
  let place = placeAtStart;
  const events: LiveEvent[] = [];
  const ticks: Tick[] = [];
  const line = new PracticeLine({
    floor: practiceFloor,
    name: "そら",
    event: (event) => {
      events.push(event);
      place = applyEvent(place, event);
    },
    tick: (tick) => {
      ticks.push(tick);
      place = applyTick(place, tick, performance.now());
    },
  });
  line.start();
  const here = () => {
    if (place.visiting.at !== "here") throw new Error("not here");
    return place.visiting.here;
  };
  const mine = (ms: number) => listOf(here(), practiceFloor, performance.now() + ms)[0];
  t.eq(here().people.size, 1, "nobody else");
  t.eq(mine(0)?.area?.id, "room", "at the door");
  t.eq((await line.command("floor.go", { to: "area", id: "corner" })).kind, "ok", "understood");
  t.eq(mine(20_000)?.area?.id, "corner", "walks there");
  await line.command("floor.walk", { x: 99_999, y: 0 });
  const end = ticks.at(-1)?.walks[0]?.points.at(-1);
  t.eq(end, { x: practiceFloor.w_cm - 60, y: 180 }, "and never through a wall");
  await line.command("me.state", { state: "alone" });
  await line.command("me.distance", { on: true });
  const me = here().people.get(here().seat);
  t.eq([me?.state, me?.has_distance], ["alone", true], "states");
  line.stick(-1, 0);
  await new Promise((done) => setTimeout(done, 350));
  line.stick(0, 0);
  const n = ticks.length;
  t.ok(n >= 4, "a stick moves step by step");
  await new Promise((done) => setTimeout(done, 250));
  t.eq(ticks.length, n, "until it is let go");
  line.stop();
  t.ok(
    events.every((one) => one.ev === "floor.here" || one.ev === "people.changed"),
    "and that is all that happens there",
  );
});

test("how_to_spend_the_day_is_kept_for_that_day", (t) => {
  t.eq(todayFrom(todayText("voice", "Mon"), "Mon"), "voice", "the same day");
  t.eq(todayFrom(todayText("voice", "Mon"), "Tue"), "watch", "another day begins at the bottom");
  for (const text of [undefined, "", "camera Mon", "x"])
    t.eq(todayFrom(text, "Mon"), "watch", String(text));
});
