/** tests/floors: the same samples that tests/unit/place/test_floor.c holds the C reader against. */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { catalogue } from "../../../node/web/src/state/catalogue.js";
import { readFloor } from "../../../node/web/src/state/floor.js";
import { forbiddenReadings, forbiddenWords } from "../../../node/web/src/words/forbidden.js";
import { segmentsOf } from "../../../node/web/src/words/word.js";
import { checkWords } from "../../../node/web/tools/words.ts";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);
const floors = "tests/floors";
const good = [
  ...readdirSync(`${floors}/good`).map((file) => `${floors}/good/${file}`),
  ...readdirSync("node/place/floors").map((file) => `node/place/floors/${file}`),
];
const bad = readFileSync(`${floors}/bad.tsv`, "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [name: string, rule: string, pointer: string, by: string]);

function parsed(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

const schema = new Ajv2020({ strict: false }).compile(
  parsed("node/place/floor.schema.json") as object,
);

test("good_floors_are_read", (t) => {
  t.req("AI-4.3-ア");
  for (const path of good) {
    const read = readFloor(parsed(path));
    t.eq(read.kind === "defects" ? read.defects : [], [], path);
    t.ok(schema(parsed(path)), `${path}: schema`, JSON.stringify(schema.errors));
  }
});

test("each_bad_floor_breaks_its_one_rule", (t) => {
  t.req("AI-2.3-エ AI-2.3-オ");
  t.ok(bad.length >= 40, `${bad.length} samples`);
  t.eq(
    readdirSync(`${floors}/bad`).sort(),
    bad.map(([name]) => `${name}.json`).sort(),
    "every sample has its line",
  );
  for (const [name, rule, pointer, by] of bad) {
    const value = parsed(`${floors}/bad/${name}.json`);
    const read = readFloor(value);
    t.eq(read.kind === "defects" ? read.defects : [], [{ rule, pointer }], name);
    t.eq(schema(value), by !== "schema", `${name}: schema`);
  }
});

test("what_is_no_object_is_refused", (t) => {
  for (const value of [null, 3, "floor", [], true])
    t.eq(readFloor(value), { kind: "defects", defects: [{ rule: "type", pointer: "" }] }, "type");
});

test("both_catalogues_hold_the_same_furniture", (t) => {
  const rows = [
    ...readFileSync("node/place/catalogue.c", "utf8").matchAll(
      /\{"([a-z-]+)", (\d+), (\d+), CATALOGUE_(\w+)\}/g,
    ),
  ].map(([, id, w, h, kind]) => [
    id,
    { wCm: Number(w), hCm: Number(h), kind: (kind ?? "").toLowerCase() },
  ]);
  t.eq(Object.entries(catalogue), rows, "rows");
});

test("the_forbidden_words_are_those_of_the_catalogue_and_of_c", (t) => {
  t.req("HI-4.3-2");
  const inC = readFileSync("node/place/floor_name.c", "utf8");
  for (const word of [...forbiddenWords, ...forbiddenReadings]) {
    t.ok(inC.includes(`"${word}"`), `${word} in floor_name.c`);
    const chapter = { name: "x", forChildren: true, words: { y: [word, word, "x"] as const } };
    const found = checkWords([chapter], segmentsOf).map((one) => one.what);
    t.ok(found.includes(`never before a child: ${word}`), word);
  }
});
