/** AI-2.2-ア: the figures as data. */
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import * as art from "../../../node/web/src/art/avatars.ts";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

/** The node's own list. */
const header = readFileSync("tenants/profile/avatar.h", "utf8");
const listOf = (name: string): string[] =>
  (new RegExp(`#define ${name}\\s+((?:\\\\\\n|"[^"]*"|\\s)+)`).exec(header)?.[1] ?? "")
    .replace(/[\\\n"\s]/g, "")
    .split("|");

test("every_kind_and_colour_of_the_node_is_drawn_AI_2_2_ア", (t) => {
  t.req("AI-2.2-ア");
  t.eq([...art.kinds], listOf("AVATAR_KINDS_OPEN"), "kinds, in its order");
  t.eq([...art.colours], listOf("AVATAR_COLOURS"), "colours, in its order");
  t.ok(art.kinds.length >= 40, "at least 40 kinds");
  t.ok(art.colours.length >= 8, "at least 8 colours");
});

test("every_figure_stands_and_sits_inside_its_box", (t) => {
  for (const kind of [...art.kinds, "neutral"] as const) {
    const [stand, sit] = [art.partsOf(kind, "stand"), art.partsOf(kind, "sit")];
    t.ok(stand.length > 0 && sit.length > 0, `${kind} is drawn`);
    t.ok(JSON.stringify(stand) !== JSON.stringify(sit), `${kind} sits otherwise than it stands`);
    for (const { path } of [...stand, ...sit])
      t.ok(/^M[-\d]/.test(path) && !/NaN|undefined/.test(path), `${kind}: a path`, path);
    t.ok(art.partsOf(kind, "sit") === sit, "made once");
  }
});

test("all_figures_together_are_a_light_load", (t) => {
  const folder = "node/web/src/art";
  const text = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, "utf8"));
  const bytes = gzipSync(text.join("\n"), { level: 9 }).length;
  t.note(`${bytes} bytes of source, gzipped`);
  t.ok(bytes <= 25_600, "25 KB at most, even before it is made small", `${bytes}`);
});
