import { ask, type Outcome } from "../edge/api.js";
import { createStore } from "../state/store.js";
import type { HeldLine } from "../wire.js";
import { partOf, type Told } from "./watch_control.js";

/** Lines that wait for one of the staff. */
export const held = createStore<Told<readonly HeldLine[]> | undefined>(undefined);

async function askHeld(): Promise<Outcome<readonly HeldLine[]>> {
  const outcome = await ask("held.list", undefined, undefined);
  return outcome.kind === "ok" ? { kind: "ok", value: outcome.value.items } : outcome;
}

export const heldPart = partOf("held", held, askHeld);
