import type { LeavingState, LeavingStep } from "../wire.js";

/** A contract's end, of what the node tells: pure. */

export type State = LeavingState["state"];

/** The steps of a round, in their order. `receipted` and `grace` come with one paper. */
export const stepsInOrder = [
  "drain",
  "exported",
  "receipted",
  "grace",
  "ordered",
  "peers_purged",
  "keys_destroyed",
  "cluster_removed",
  "volume_discarded",
  "backups_listed",
  "scanned",
  "certified",
] as const satisfies readonly State[];

export type Step = (typeof stepsInOrder)[number];

/** From here on nothing leads back. */
export function isDecided(state: State): boolean {
  return state !== "active" && stepsInOrder.indexOf(state) >= stepsInOrder.indexOf("ordered");
}

/** What was done in the round that goes on; nothing when none does. */
export function roundOf(steps: readonly LeavingStep[]): readonly LeavingStep[] {
  const from = steps.map((one) => one.step).lastIndexOf("active");
  return steps.slice(from + 1);
}

export type Mark = "done" | "next" | "todo";

export interface StepShown {
  readonly step: Step;
  readonly mark: Mark;
  readonly by: LeavingStep | undefined;
}

/** Every step of the round. Before it begins none is next: nobody has to. */
export function stepsShown(of: LeavingState): readonly StepShown[] {
  const round = roundOf(of.steps);
  const n = of.state === "active" ? -1 : stepsInOrder.indexOf(of.state);
  return stepsInOrder.map((step, i) => ({
    step,
    mark: i <= n ? "done" : of.state !== "active" && i === n + 1 ? "next" : "todo",
    by: round.find((one) => one.step === step),
  }));
}

/** "commissioner:UUID", "operator:uid:0", "node": who it was, without which one. */
export function actorOf(actor: string): string {
  return actor.split(":")[0] ?? "";
}

/** Those whom the purge did not reach, by the names that stand in its step. */
export function unreachedIn(steps: readonly LeavingStep[]): readonly string[] {
  const facts = partsOf(roundOf(steps).find((one) => one.step === "peers_purged")?.facts ?? "");
  const { peers } = recordOf(recordOf(facts)["purge"]);
  return (Array.isArray(peers) ? peers : [])
    .map(recordOf)
    .filter((one) => one["state"] === "unreachable")
    .map((one) => textOf(one["name"]));
}

const headLength = 8;

/** What a person types to say which data it is: its first characters, however they were typed. */
export function isHeadOf(bag: string, typed: string): boolean {
  const head = typed.normalize("NFKC").replace(/\s/gu, "").toLowerCase();
  return head.length >= headLength && bag.startsWith(head);
}

export interface OrderRead {
  readonly bag: string;
  readonly by: string;
  readonly at: string;
  readonly aggregates: "keep" | "withdraw";
  readonly nNames: number;
}

/** What an order says, to be read before it is handed in. Only the node checks it. */
export function orderRead(document: string): OrderRead | undefined {
  const payload = partsOf(unpacked(textOf(recordOf(partsOf(document))["payload"])));
  const { bag, by, ordered_at: at, aggregates, canaries } = recordOf(payload);
  const isSums = aggregates === "keep" || aggregates === "withdraw";
  if (typeof bag !== "string" || typeof by !== "string" || !isSums) return undefined;
  if (typeof at !== "string" || Number.isNaN(Date.parse(at)) || !Array.isArray(canaries))
    return undefined;
  return { bag, by, at, aggregates, nNames: canaries.length };
}

/** A key that must not leave the board's own computer. */
export function isSecretKey(pem: string): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem);
}

/** The commands of the town's tool and of the node's, as they are typed; NODE_CONF and DATA are the server's own. */
export function commandsOf(node: string, contract: string, by: string) {
  const keys = "--key town/town.key --cert town/town.pem";
  const tool = "python3 ibasho_town.py";
  return {
    key: [`${tool} new-key --to town --name "${by}" --pass`],
    canaries: [`${tool} canaries --node ${node} --contract ${contract} ${keys} --to canaries`],
    export: [
      "ibasho -c NODE_CONF handback export --to DATA/BAG",
      "ibasho -c NODE_CONF handback deliver DATA/BAG --certificate town.pem --to DATA/PARTS",
      "ibasho -c NODE_CONF leave exported DATA/BAG",
    ],
    receipt: [
      `${tool} open PARTS ${keys} --to BAG`,
      `${tool} receipt BAG ${keys} --to receipt.json`,
    ],
    order: [
      `${tool} order BAG --receipt receipt.json ${keys} --by "${by}" --canaries canaries/canaries.secret.json --to order.json`,
    ],
    run: ["ibasho -c NODE_CONF leave run"],
    check: ["python3 ibasho_verify.py certificate certificate.json --bag BAG --town town/town.pem"],
  } as const;
}

export type Commands = ReturnType<typeof commandsOf>;

function partsOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** base64url of UTF-8; "" when it is neither. */
function unpacked(packed: string): string {
  try {
    const bytes = atob(packed.replace(/-/g, "+").replace(/_/g, "/"));
    return new TextDecoder("utf-8", { fatal: true }).decode(
      Uint8Array.from(bytes, (one) => one.charCodeAt(0)),
    );
  } catch {
    return "";
  }
}
