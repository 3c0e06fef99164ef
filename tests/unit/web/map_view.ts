/** The map's camera and its quality. */
import {
  afterFrame,
  bestQuality,
  cameraOver,
  steps,
  stillCamera,
  toFloor,
  toScreen,
  viewFrom,
  viewText,
  zoomOf,
} from "../../../node/web/src/state/map-view.js";
import { coloursOf, mixed } from "../../../node/web/src/place/colours.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);
const view = { w: 900, h: 480 };
const floor = { w: 3600, h: 2400 };

test("a_finger_points_at_the_spot_it_seems_to_point_at", (t) => {
  for (const nearness of [0, 1, 2] as const) {
    const camera = cameraOver({ x: 1000, y: 900 }, zoomOf(nearness, view, floor), view, floor);
    for (const at of [
      { x: 1234, y: 777 },
      { x: 0, y: 0 },
      { x: 3600, y: 2400 },
    ])
      t.eq(toFloor(camera, view, toScreen(camera, view, at)), at, `${nearness}: there and back`);
    t.ok(
      toScreen(camera, view, { x: 5, y: 5 }, 100).y < toScreen(camera, view, { x: 5, y: 5 }).y,
      "up is up",
    );
  }
});

test("the_camera_never_looks_past_the_floor", (t) => {
  const zoom = zoomOf(2, view, floor);
  const camera = cameraOver({ x: 0, y: 0 }, zoom, view, floor);
  const corner = toScreen(camera, view, { x: 0, y: 0 });
  t.eq([Math.round(corner.x), Math.round(corner.y)], [0, 0], "the corner stays in the corner");
  const whole = cameraOver({ x: 0, y: 0 }, zoomOf(0, view, floor), view, floor);
  const ends = [toScreen(whole, view, { x: 0, y: 0 }), toScreen(whole, view, { x: 3600, y: 2400 })];
  t.ok(
    ends.every(({ x, y }) => x >= -1 && y >= -1 && x <= view.w + 1 && y <= view.h + 1),
    "all of it is all of it",
  );
});

test("who_wants_nothing_to_slide_sees_jumps", (t) => {
  const zoom = zoomOf(2, view, floor);
  const first = stillCamera(undefined, { x: 1800, y: 1200 }, zoom, view, floor);
  t.eq(stillCamera(first, { x: 1900, y: 1200 }, zoom, view, floor), first, "a step moves nothing");
  t.ok(stillCamera(first, { x: 2700, y: 1200 }, zoom, view, floor) !== first, "the edge does");
});

test("quality_steps_down_and_then_gives_way_to_words", (t) => {
  t.req("AI-F1");
  let now = bestQuality;
  const frames = (n: number, ms: number): void => {
    for (let i = 0; i < n; i++) now = afterFrame(now, ms);
  };
  frames(500, 34);
  t.eq([now.step, now.isTooSlow], [0, false], "30 a second is what is meant");
  frames(24, 90);
  t.eq(now.step, 1, "slow for 24 frames, about 2 s: one step");
  frames(24, 90);
  t.eq(now.step, steps.length - 1, "and the last");
  frames(24, 90);
  t.ok(now.isTooSlow, "then words are better");
  const end = now;
  frames(100, 20);
  t.eq(now, end, "and stay so");
  now = bestQuality;
  for (let i = 0; i < 200; i++) now = afterFrame(now, i % 5 === 0 ? 200 : 34);
  t.eq(now.step, 0, "a stutter now and then is nothing");
  t.ok(
    steps.every((one, i) => i === 0 || one.ratio < (steps[i - 1]?.ratio ?? 0)),
    "each step is lighter",
  );
});

test("the_choice_of_view_is_kept_as_text", (t) => {
  const all = [
    { view: undefined, hand: "right", hasNames: true },
    { view: "words", hand: "left", hasNames: false },
    { view: "map", hand: "right", hasNames: false },
  ] as const;
  for (const one of all) t.eq(viewFrom(viewText(one)), one, viewText(one));
  t.eq(viewFrom("nonsense"), { view: undefined, hand: "right", hasNames: true }, "anything else");
});

test("colours_are_mixed_and_stay_colours", (t) => {
  t.eq([mixed("#000000", "#ffffff", 0.5), mixed("#102030", "#ffffff", 0)], ["#808080", "#102030"], "mixed"); // prettier-ignore
  for (const theme of ["day", "garden", "wood", "night", "sky"] as const)
    for (const look of ["light", "dark", "quiet"] as const) {
      const { ground, beyond, thing } = coloursOf(theme, look);
      t.ok([ground, beyond, thing("#c08040")].every((one) => /^#[0-9a-f]{6}$/.test(one)), `${theme} ${look}`); // prettier-ignore
    }
});
