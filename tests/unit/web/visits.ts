/** What is asked of the record of visits. */
import { noVisitQuestion, visitQuery } from "../../../node/web/src/state/visits.js";
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
