/** What children read in the place: the order of floors, and a word for every answer of the node. */
import { readFileSync } from "node:fs";
import { outOf, saidOf } from "../../../node/web/src/place/said.js";
import { inOrder } from "../../../node/web/src/state/floor_order.js";
import { placeOut, placeSaid } from "../../../node/web/src/words/place_said.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

test("floors_go_from_the_most_open_to_the_most_quiet", (t) => {
  const floor = (id: string, theme: "day" | "garden" | "wood", name_ja: string) => ({
    id,
    theme,
    name_ja,
  });
  const all = [
    floor("annex", "day", "別館《べっかん》"),
    floor("atelier", "day", "絵《え》の部屋《へや》"),
    floor("classes", "day", "教室《きょうしつ》"),
    floor("counsel", "wood", "相談《そうだん》の部屋《へや》"),
    floor("lounge", "wood", "談話室《だんわしつ》"),
    floor("park", "garden", "公園《こうえん》"),
    floor("plaza", "garden", "広場《ひろば》"),
    floor("quiet", "wood", "静《しず》かな部屋《へや》"),
  ];
  const want = ["plaza", "lounge", "classes", "quiet", "counsel", "park", "atelier", "annex"];
  t.eq(
    inOrder(all).map((one) => one.id),
    want,
    "the ready ones, then a town's own by look and reading",
  );
  t.eq(
    inOrder([...all].reverse()).map((one) => one.id),
    want,
    "in whatever order they came",
  );
});

/** The codes with which the node's place says no. */
function codesOf(file: string, pattern: RegExp): string[] {
  const text = readFileSync(`node/place/${file}`, "utf8");
  return [...text.matchAll(pattern)].map(([, code]) => code ?? "");
}

test("every_answer_of_the_node_has_a_word_of_ours", (t) => {
  t.req("HI-4.3-2 AI-F1");
  const rules = codesOf("place_commands.c", /^ {4}\{"([a-z-]+)", "/gm);
  t.ok(rules.length >= 19, `${rules.length} rules`);
  const entering = codesOf("visit_enter.c", /refuse\(refusal, "([a-z-]+)"/g);
  t.ok(entering.length >= 3, `${entering.length} of coming in`);
  for (const code of [...rules, ...entering])
    t.ok(saidOf("floor.go", {}, code) !== undefined, code);
  const speech = ["commands", "mic", "session", "talk"].flatMap((part) =>
    codesOf(`speech_${part}.c`, /"((?:voice|not?)-[a-z-]+|stopped|busy)"/g),
  );
  t.ok(speech.length >= 15, `${speech.length} of voice`);
  for (const code of speech) t.ok(saidOf("voice.mic", {}, code) !== undefined, code);
  const lessons = codesOf(
    "../classes/lesson_commands.c",
    /command_(?:refuse|breach)\(call, "([a-z-]+)"/g,
  );
  t.ok(lessons.length >= 8, `${lessons.length} of lessons`);
  for (const code of lessons) t.ok(saidOf("lesson.hand", {}, code) !== undefined, code);
  const reasons = /"([a-z|]+)"/.exec(
    readFileSync("node/place/place_events.h", "utf8").split("PLACE_OUTS")[1] ?? "",
  );
  for (const reason of reasons?.[1]?.split("|") ?? [""])
    t.ok(outOf(reason) !== undefined, `out: ${reason}`);
  const codes = readFileSync("node/base/err.c", "utf8").matchAll(
    /\[ERR_\w+\] = \{"([a-z-]+)", [45]/g,
  );
  for (const [, code = ""] of codes)
    t.ok(saidOf("person.wave", { seat: 1 }, code) !== undefined, `of any command: ${code}`);
  t.eq(saidOf("floor.go", {}, "of-a-newer-node"), undefined, "what is not known: its own sentence");
});

test("who_is_not_there_and_what_is_not_there_are_told_apart", (t) => {
  t.eq(saidOf("person.wave", { seat: 3 }, "not-found"), placeSaid.seat, "somebody");
  t.eq(saidOf("floor.go", { to: "person", seat: 3 }, "not-found"), placeSaid.seat, "gone to");
  t.eq(saidOf("floor.go", { to: "area", id: "x" }, "not-found"), placeSaid.id, "somewhere");
  t.eq(saidOf("place.enter", { floor: "x" }, "not-found"), placeSaid.floor, "a floor");
  t.eq(outOf("ended"), placeOut.ended, "a session is over");
  t.eq(outOf("hides"), placeOut.hides, "one begins");
  t.eq(outOf("signin"), placeOut.signin, "a login is over");
  t.eq(outOf("of-a-newer-node"), undefined, "what is not known: its own sentence");
});
