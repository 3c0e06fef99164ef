/** What the map's drawing is told, and where names lie on it. */
import { halves, lineHeight, type Named, placed } from "../../../node/web/src/state/map-names.js";
import { packedNews, unpack } from "../../../node/web/src/state/motion-pack.js";
import type { Motion } from "../../../node/web/src/state/place-live.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

const all: readonly Motion[] = [
  { kind: "still", x: 10, y: 20 },
  { kind: "step", from: { x: 1, y: 2 }, to: { x: 3, y: 4 }, atMs: 1000 },
  {
    kind: "walk",
    points: [
      { x: 0, y: 0 },
      { x: 5, y: 0 },
      { x: 5, y: 9 },
    ],
    speedCmS: 140,
    atMs: 2000,
  },
  {
    kind: "glide",
    from: { x: 7, y: 8 },
    to: { x: 700, y: 800 },
    speedCmS: 140,
    atMs: 3000,
    off: { x: -2, y: 1 },
    offMs: 3050,
  },
];
const later = (one: Motion, ms: number): Motion =>
  one.kind === "still"
    ? one
    : one.kind === "glide"
      ? { ...one, atMs: one.atMs + ms, offMs: one.offMs + ms }
      : { ...one, atMs: one.atMs + ms };

test("motions_arrive_as_they_were_told_on_the_other_clock", (t) => {
  const sent = new Map<number, Motion>();
  const there = new Map<number, Motion>();
  const news = packedNews(new Map(all.map((one, i) => [i + 1, one])), sent);
  if (news !== undefined) unpack(news, there, -500);
  t.eq([...there], all.map((one, i) => [i + 1, later(one, -500)]), "every kind"); // prettier-ignore
});

test("only_what_changed_is_told", (t) => {
  const sent = new Map<number, Motion>();
  const there = new Map<number, Motion>();
  const tell = (motions: Map<number, Motion>): number => {
    const news = packedNews(motions, sent);
    if (news !== undefined) unpack(news, there, 0);
    return news === undefined ? 0 : news.numbers.length;
  };
  const [still, step, walk] = all as [Motion, Motion, Motion];
  t.ok(tell(new Map([[1, still], [2, walk]])) > 0, "first all"); // prettier-ignore
  t.eq(tell(new Map([[1, still], [2, walk]])), 0, "then nothing"); // prettier-ignore
  t.eq(tell(new Map([[1, step], [2, walk]])), 9, "then the one that changed"); // prettier-ignore
  t.eq([...there], [[1, step], [2, walk]], "beside the other"); // prettier-ignore
  tell(new Map([[2, walk]]));
  t.eq([...there], [[2, walk]], "who left is there no more");
  tell(new Map());
  t.eq([...there], [], "nor the last");
});

const widthOf = (text: string, size: number): number => [...text].length * size;
const sizes = [13, 11];
const floor = { x: 0, y: 0, w: 400, h: 260 };

test("names_of_areas_never_lie_on_each_other", (t) => {
  t.req("AI-2.1-イ");
  const texts = ["いりぐち", "ひろばのまんなか", "しずかなところ", "そうだんのへや いち", "き"];
  for (let n = 1; n <= 60; n++) {
    // Areas over and beside each other, from those of a phone to those of a large screen.
    const areas = Array.from({ length: n }, (_, i): Named => {
      const [w, h] = [20 + ((i * 37 + n) % 90), 10 + ((i * 23) % 60)];
      return {
        text: texts[i % texts.length] as string,
        isFirst: i % 7 === 3,
        rects: [{ x: (i * 53) % 280, y: (i * 31) % 190, w, h }],
      };
    });
    const boxes = placed(areas, floor, sizes, 1, widthOf).map(({ lines, size, x, y }) => ({
      x,
      y,
      w: Math.max(...lines.map((line) => widthOf(line, size))),
      h: lines.length * size * lineHeight,
    }));
    const isOver = boxes.some((a, i) =>
      boxes.some(
        (b, k) => i < k && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h,
      ),
    );
    if (isOver || boxes.length === 0) t.ok(false, `${n} areas`);
  }
  t.ok(true, "sixty crowds of areas");
});

test("a_name_goes_smaller_then_in_two_lines_then_out_and_the_way_to_help_stays", (t) => {
  const rect = (w: number, h: number): Named["rects"] => [{ x: 0, y: 0, w, h }];
  const one = (text: string, w: number, h: number): string => {
    const [at] = placed([{ text, isFirst: false, rects: rect(w, h) }], floor, sizes, 1, widthOf);
    return at === undefined ? "" : `${at.size} ${at.lines.join("|")}`;
  };
  t.eq(one("あいうえお", 100, 40), "13 あいうえお", "room for it");
  t.eq(one("あいうえお", 65, 40), "11 あいうえお", "smaller");
  t.eq(one("あいうえお", 50, 60), "13 あいう|えお", "two lines");
  t.eq(one("あいうえお", 20, 10), "13 あいうえお", "beyond its side, where nothing else is");
  const atRim = [{ text: "あいうえお", isFirst: false, rects: [{ x: 390, y: 0, w: 10, h: 10 }] }];
  const [end] = placed(atRim, floor, sizes, 1, widthOf);
  t.ok(
    end !== undefined && end.x + widthOf("あいうえお", end.size) <= floor.w,
    "never past the rim",
  );
  const both = placed(
    [
      { text: "ひろいところ", isFirst: false, rects: rect(60, 14) },
      { text: "そうだん", isFirst: true, rects: rect(50, 14) },
    ],
    floor,
    sizes,
    1,
    widthOf,
  );
  t.eq(both[0]?.lines, ["そうだん"], "where help is, before what is larger");
});

test("a_name_breaks_where_it_has_a_joint", (t) => {
  for (const [text, want] of [
    ["相談の部屋 一", ["相談の部屋", "一"]],
    ["ほん・えほん", ["ほん・", "えほん"]],
    ["あいうえお", ["あいう", "えお"]],
    ["いす", ["いす"]],
  ] as const)
    t.eq(halves(text), want, text);
});
