/** What is asked of the record of visits. */
import { noVisitQuestion, staysOf, visitQuery } from "../../../node/web/src/state/visits.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

test("visit_questions_ask_only_what_was_filled_in", (t) => {
  t.eq(visitQuery(noVisitQuestion), {}, "nothing");
  t.eq(
    visitQuery({
      floor: "plaza",
      person: " 018F0000-0000-7000-8000-000000000001 ",
      from: "2026-06-01T09:00",
      until: "yesterday",
    }),
    {
      floor: "plaza",
      person: "018f0000-0000-7000-8000-000000000001",
      from: "2026-06-01T00:00:00.000Z",
    },
    "Japan's nine o'clock; what is no time asks nothing",
  );
});

test("a_stay_is_told_where_both_its_ends_are_known", (t) => {
  t.req("AI-2.5-ア");
  const line = (
    id: string,
    visit: string,
    kind: "entry" | "move" | "exit" | "lost",
    min: number,
  ) => ({
    id,
    visit,
    kind,
    at: new Date(Date.UTC(2026, 5, 1, 1, min)).toISOString(),
  });
  const stays = staysOf([
    line("10", "d", "exit", 59),
    line("9", "d", "entry", 52),
    line("8", "d", "lost", 50),
    line("7", "d", "entry", 40),
    line("6", "c", "lost", 9),
    line("5", "b", "exit", 30),
    line("4", "a", "exit", 20),
    line("3", "a", "move", 12),
    line("2", "c", "entry", 9),
    line("1", "a", "entry", 5),
  ]);
  t.eq(
    [...stays],
    [
      ["10", 7 * 60_000],
      ["8", 10 * 60_000],
      ["6", 0],
      ["4", 15 * 60_000],
    ],
    "from coming to going, over moves; what began before the list has none, who came back two",
  );
});
