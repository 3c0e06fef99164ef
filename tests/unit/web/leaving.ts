/** A contract's end: how far it is, what an order says, what is typed (state/leaving.ts). */
import {
  commandsOf,
  isDecided,
  isHeadOf,
  isSecretKey,
  orderRead,
  stepsInOrder,
  stepsShown,
  unreachedIn,
} from "../../../node/web/src/state/leaving.ts";
import type { LeavingState, LeavingStep } from "../../../node/web/src/wire.ts";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

function step(step: LeavingStep["step"], facts = "{}"): LeavingStep {
  return { n: 1, step, at: "2027-04-01T00:00:00Z", name_ja: "", actor: "node", facts };
}

function state(name: LeavingState["state"], ...steps: LeavingStep[]): LeavingState {
  return {
    state: name,
    state_ja: "",
    is_read_only: name !== "active",
    next: "none",
    next_actor: "other",
    may_act: false,
    may_cancel: false,
    grace_days: 14,
    n_committed: 0,
    n_opened: 0,
    warnings: [],
    steps,
  };
}

const marksOf = (of: LeavingState): string =>
  stepsShown(of)
    .map((one) => one.mark[0])
    .join("");

test("leaving_steps_are_marked_up_to_where_it_is", (t) => {
  t.eq(marksOf(state("active")), "t".repeat(12), "nothing has begun, and nothing is next");
  for (const [i, name] of stepsInOrder.entries())
    t.eq(
      marksOf(state(name, step(name))),
      "d".repeat(i + 1) + (i === 11 ? "" : "n") + "t".repeat(Math.max(0, 10 - i)),
      name,
    );
  t.eq(
    stepsInOrder.filter((one) => isDecided(one)),
    stepsInOrder.slice(4),
    "no way back from the order on",
  );
  t.eq(isDecided("active"), false, "in normal use");
});

test("leaving_a_round_called_off_leaves_no_mark", (t) => {
  const past = [step("drain"), step("exported"), step("active")];
  t.ok(
    stepsShown(state("active", ...past)).every((one) => one.by === undefined),
    "nobody did any of them",
  );
  const again = stepsShown(state("drain", ...past, step("drain")));
  t.eq(
    again.map((one) => one.by !== undefined),
    stepsInOrder.map((one) => one === "drain"),
    "the new round's own",
  );
});

test("leaving_peers_that_did_not_answer_are_named", (t) => {
  const peers = [
    { name: "みなと市", state: "receipt" },
    { name: "とおい町", state: "unreachable" },
  ];
  const facts = JSON.stringify({ purge: { peers } });
  t.eq(unreachedIn([step("drain"), step("peers_purged", facts)]), ["とおい町"], "by its name");
  t.eq(unreachedIn([step("peers_purged", "{")]), [], "no facts, no names");
});

test("leaving_the_data_is_named_by_eight_characters_at_least", (t) => {
  const bag = "ab12cd34ef".padEnd(128, "0");
  const rows: readonly [typed: string, fits: boolean][] = [
    ["ab12cd34", true],
    [" AB12 cd34 e", true],
    ["ａｂ１２ｃｄ３４", true],
    ["ab12cd3", false],
    ["", false],
    ["ab12cd35", false],
    [bag, true],
    [`${bag}0`, false],
  ];
  for (const [typed, fits] of rows) t.eq(isHeadOf(bag, typed), fits, typed);
  t.eq(isHeadOf("", "ab12cd34"), false, "nothing was exported");
});

function paper(payload: unknown): string {
  const body = Buffer.from(JSON.stringify(payload)).toString("base64url");
  return JSON.stringify({ payload: body, signatures: [] });
}

test("leaving_an_order_is_read_or_is_none", (t) => {
  const says = {
    bag: "ab",
    by: "学校教育課長",
    ordered_at: "2027-04-01T00:00:00Z",
    aggregates: "keep",
    canaries: [{}, {}],
  };
  t.eq(
    orderRead(paper(says)),
    { bag: "ab", by: "学校教育課長", at: says.ordered_at, aggregates: "keep", nNames: 2 },
    "what it says",
  );
  for (const name of Object.keys(says))
    t.eq(orderRead(paper({ ...says, [name]: 1 })), undefined, `${name} is none`);
  for (const text of ["", "{}", "[]", '{"payload":"%"}', '{"payload":"gA"}', paper(null)])
    t.eq(orderRead(text), undefined, text);
});

test("leaving_a_secret_key_is_known_and_commands_name_the_contract", (t) => {
  t.ok(isSecretKey("-----BEGIN PRIVATE KEY-----\n"), "plain");
  t.ok(isSecretKey("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"), "under a pass phrase");
  t.ok(!isSecretKey("-----BEGIN CERTIFICATE-----\n"), "a certificate");
  t.ok(
    commandsOf("NODE", "CONTRACT", "").canaries[0].includes("--node NODE --contract CONTRACT"),
    "both ids",
  );
});
