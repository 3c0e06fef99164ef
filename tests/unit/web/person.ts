/** What one person's page offers, and what is sent of a child's facts. */
import { actsOf, endOfDay, readingOf, rolesFor } from "../../../node/web/src/state/person.js";
import {
  admissionsOf,
  factsDraftOf,
  missingFacts,
  recordOf,
} from "../../../node/web/src/state/registration.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

test("acts_follow_state_role_and_what_the_node_allows", (t) => {
  const child = { role: "student", may_work: true, n_sessions: 0 } as const;
  t.eq(
    actsOf({ ...child, state: "requested" }, "commissioner"),
    ["approve", "close", "merge"],
    "asked for",
  );
  t.eq(
    actsOf({ ...child, state: "approved" }, "contractor"),
    ["issue", "close", "merge"],
    "approved",
  );
  t.eq(actsOf({ ...child, state: "active" }, "school_staff"), ["reset", "suspend"], "by duty");
  t.eq(actsOf({ role: "student", state: "active" }, "school_staff"), [], "a nurse works on no ID");
  t.eq(
    actsOf({ role: "auditor", state: "active", n_sessions: 1 }, "contractor"),
    ["recover-ask"],
    "who oversees the contractor is never let in by one",
  );
  t.eq(
    actsOf({ role: "commissioner", state: "active", n_sessions: 1, is_self: true }, "commissioner"),
    [],
    "nobody works on himself",
  );
  t.eq(actsOf({ ...child, state: "closed" }, "commissioner"), ["merge"], "closed is final");
});

test("names_days_and_roles_are_read_as_in_japan", (t) => {
  t.eq(readingOf("たかさk"), "タカサ", "kana while it is typed");
  t.eq(readingOf("高崎"), "", "no reading once it is converted");
  t.eq(endOfDay("2026-03-31"), "2026-03-31T14:59:59.000Z", "a day ends in Japan");
  t.eq(rolesFor("staff", "school_staff"), ["student"], "a school asks for children alone");
});

test("facts_of_last_year_are_offered_again_but_an_old_consent_is_not", (t) => {
  t.eq(admissionsOf("partner"), ["resident", "partner"], "what the policy allows");
  const facts = {
    ...{ id: "", school_year: 2025, target: "other", target_since: "2025-04-01", route: "desk" },
    ...{ wish: "not_asked", wish_by: "nobody", support: "none", admission: "resident" },
    ...{ consent_version: "1", consent_on: "2025-04-01", consent_by: "guardian" },
    ...{ is_consent_current: false, recorded_at: "", role: "commissioner" },
  };
  const now = {
    ...{ school_year: 2026, is_due: true, policy: "resident", consent_version: "2" },
    ...{ consent_items: ["写真"], facts },
  };
  const draft = factsDraftOf(now);
  t.eq([draft.target, draft.hasConsent], ["other", false], "the fact stays, the consent does not");
  t.eq(missingFacts(draft), [], "nothing more to choose");
  t.eq(missingFacts({ ...draft, wish: "yes" }), ["/wish_by"], "a wish was told by somebody");
  const sent = recordOf(draft, "x", "2");
  t.eq([sent.wish_by, sent.consent, sent.school_year], ["nobody", undefined, 2026], "as sent");
});
