/** A call for help over HTTP: no line to the place is needed, no floor, no opening hours. */
import { ask, type Outcome } from "../edge/api.js";
import { type Kept, sosKinds, type Told } from "../state/sos.js";
import type { Sos } from "../wire.js";

/** `late`: staff have been told already; `out`: this device is signed out; `later`: to be tried again. */
export type Got =
  | { readonly kind: "told"; readonly told: Told }
  | { readonly kind: "done" }
  | { readonly kind: "late" }
  | { readonly kind: "out" }
  | { readonly kind: "later" };

export async function call(one: Kept, from: string): Promise<Got> {
  const input = { id: one.id, at: new Date(one.atMs).toISOString(), page: from };
  const got = await ask(
    "sos.press",
    undefined,
    one.kind === undefined ? input : { ...input, kind: one.kind },
  );
  return got.kind === "ok" ? { kind: "told", told: toldOf(got.value) } : failed(got);
}

/** Taken back, or never there. */
export async function takeBack(id: string): Promise<Got> {
  const got = await ask("sos.undo", { sos: id }, undefined);
  if (got.kind === "ok") return { kind: "done" };
  if (got.kind === "refused" && got.problem.status === 404) return { kind: "done" };
  return got.kind === "refused" && got.problem.status === 409 ? { kind: "late" } : failed(got);
}

export async function mine(): Promise<Outcome<readonly Told[]>> {
  const got = await ask("sos.mine", undefined, undefined);
  if (got.kind !== "ok") return got;
  // How long an earlier one may still be taken back is not known here: the clocks differ.
  const items = got.value.items.map((one): Told => ({ ...toldOf(one), undoUntilMs: undefined }));
  return { kind: "ok", value: items };
}

function failed(got: Exclude<Outcome<unknown>, { kind: "ok" }>): Got {
  return { kind: got.kind === "refused" && got.problem.status === 401 ? "out" : "later" };
}

/** The node's clock is not the device's: how long a call may be taken back is what is left of it. */
function toldOf(of: Sos): Told {
  const atMs = Date.parse(of.at);
  const stateAt = of.state === "seen" ? of.seen_at : of.answered_at;
  return {
    id: of.sos,
    atMs,
    kind: sosKinds.find((one) => one === of.kind),
    state: of.state,
    stateMs: stateAt === undefined ? undefined : Date.parse(stateAt),
    undoUntilMs: Date.now() + Date.parse(of.undo_until) - atMs,
  };
}
