/** Ties to other towns and courses held with them: the states, one by one (state/federation.ts, shared.ts). */
import {
  checkTyped,
  escrowActs,
  isSoon,
  standingOf,
  unaskedOf,
} from "../../../node/web/src/state/federation.ts";
import {
  endOfDay,
  isGoing,
  nextLesson,
  numberTyped,
  weekly,
  yenTyped,
} from "../../../node/web/src/state/shared.ts";
import type { EscrowState, EscrowStep, FederationStatus } from "../../../node/web/src/wire.ts";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);
const now = Date.parse("2026-06-01T00:00:00Z");

const good: FederationStatus = {
  has_roots: true,
  has_registry: true,
  is_split: false,
  is_fresh: true,
  is_spoilt: false,
  is_behind: false,
  federation: "hinata",
  roots_code: "a1b2-c3d4-e5f6-0718",
  sha256: "",
  own_kid: "aozora-1",
  waiting_kid: "",
  seq: 4,
  n_members: 3,
  split_seq: 0,
  n_claims: 0,
  contract_to: "2027-03-31T15:00:00Z",
};

test("federation_says_the_gravest_first", (t) => {
  const rows: readonly (readonly [Partial<FederationStatus>, string])[] = [
    [{}, "good"],
    [{ contract_to: "2026-06-20T00:00:00Z" }, "ending"],
    [{ is_fresh: false, contract_to: "2026-06-20T00:00:00Z" }, "stale"],
    [{ own_kid: "", is_fresh: false }, "unlisted"],
    [{ is_split: true, own_kid: "" }, "split"],
    [{ has_registry: false, is_split: true }, "asked"],
    [{ has_registry: false, has_roots: false }, "alone"],
    [{ has_registry: false, has_roots: false, is_spoilt: true }, "spoilt"],
  ];
  for (const [change, want] of rows)
    t.eq(standingOf({ ...good, ...change }, now), want, JSON.stringify(change));
  t.eq(
    [undefined, "2026-06-30T23:59:59Z", "2026-07-02T00:00:00Z", "2026-01-01T00:00:00Z"].map((one) =>
      isSoon(one, now),
    ),
    [false, true, false, true],
    "soon is within thirty days, or over",
  );
});

test("federation_takes_a_code_as_it_is_typed", (t) => {
  t.eq(checkTyped("　Ａ１Ｂ２－c3d4 "), "a1b2-c3d4", "of any width and case");
});

test("escrow_offers_what_can_be_done", (t) => {
  const of = (state: string, chosen = true, locked = false): EscrowState => ({
    chosen,
    locked,
    state,
    asked: "",
    generation: 1,
  });
  t.eq(
    ["none", "stop", "refused", "send", "hold", "another"].map((one) => escrowActs(of(one))),
    [["deposit"], ["deposit"], ["deposit"], ["revoke"], ["revoke"], []],
    "by its state",
  );
  t.eq(
    [
      escrowActs(of("none", false)),
      escrowActs(of("stop", true, true)),
      escrowActs(of("hold", false)),
    ],
    [[], [], ["revoke"]],
    "nothing is deposited where it is not chosen or the key is shut; what is there can be revoked",
  );
});

test("escrow_tells_of_a_release_nobody_here_asked_for", (t) => {
  const step = (kind: EscrowStep["kind"], at: string): EscrowStep => ({
    id: at,
    at,
    kind,
    node: "n",
    generation: 1,
    code: "",
    text: "",
  });
  const [old, late] = [
    step("release", "2026-04-01T00:00:00Z"),
    step("release", "2026-05-20T00:00:00Z"),
  ];
  t.eq(unaskedOf([step("open", "2026-05-30T00:00:00Z"), late, old], now), late, "the newest");
  t.eq(unaskedOf([step("open", "2026-05-30T00:00:00Z"), old], now), undefined, "not for ever");
});

test("shared_dates_are_weekly_and_bounded", (t) => {
  t.eq(weekly("2026-12-24", 3), ["2026-12-24", "2026-12-31", "2027-01-07"], "over the year");
  t.eq(
    [weekly("", 3), weekly("2026-02-30", 0), weekly("2026-02-01", 61), weekly("x", 2)],
    [[], [], [], []],
    "none",
  );
  t.eq(
    [
      numberTyped(" １２ "),
      numberTyped("0"),
      numberTyped("三"),
      numberTyped(""),
      numberTyped("1.5"),
    ],
    [12, 0, undefined, undefined, undefined],
    "numbers as people type them",
  );
  t.eq(
    [yenTyped("１２０,０００"), yenTyped("0"), yenTyped(""), yenTyped("-1"), yenTyped("100000001")],
    [120_000, 0, undefined, undefined, undefined],
    "a sum of yen",
  );
  t.eq(endOfDay("2026-12-24"), "2026-12-24T15:00:00.000Z", "a day ends in Japan");
  t.eq(endOfDay(""), undefined, "no day");
});

test("shared_next_is_the_first_that_is_held", (t) => {
  const one = (from: string, cancelled = false, over = false) => ({ from, cancelled, over });
  const lessons = [
    one("2026-12-31T01:00:00Z"),
    one("2026-12-10T01:00:00Z", false, true),
    one("2026-12-17T01:00:00Z", true),
    one("2026-12-24T01:00:00Z"),
  ];
  t.eq(nextLesson(lessons)?.from, "2026-12-24T01:00:00Z", "neither over nor cancelled");
  t.eq(nextLesson(lessons.slice(1, 3)), undefined, "none is left");
  t.eq(
    ["open", "accepted", "offered", "declined", "left", "ended"].filter((state) =>
      isGoing({ is_host: false, state }),
    ),
    ["open", "accepted"],
    "what goes on",
  );
});
