/** AI-2.2-ア: the figures, as a browser draws them. */
import { place, visiting } from "./engine.ts";
import { closest, leastApart, measure } from "./avatar_measure.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

test("figures_are_told_apart_at_32_px_in_grey", async (t) => {
  t.req("AI-2.2-ア");
  await visiting(t, at, {}, async (visit) => {
    // On a blank page: ours refuse pictures that come as text.
    const pairs = await measure(visit.page);
    t.eq(pairs.length, 2 * ((49 * 48) / 2), "every pair of 49 figures, standing and sitting");
    for (const { a, b, pose, apart } of closest(pairs, 5)) {
      t.note(`${a} and ${b}, ${pose}: ${apart.toFixed(1)} px`);
      t.ok(apart >= leastApart, `${a} and ${b} are told apart`, `${apart.toFixed(1)} px`);
    }
  });
});
