import { ask, type Outcome } from "../edge/api.js";
import { sameRows } from "../state/console.js";
import { createStore } from "../state/store.js";
import type { Console } from "../wire.js";
import { partOf, type Told } from "./watch_control.js";

/** Who is in the place. A row that says what it said before stays the very object it was. */
export const list = createStore<Told<Console> | undefined>(undefined);

async function askList(before: Console | undefined): Promise<Outcome<Console>> {
  const outcome = await ask("console.show", undefined, undefined);
  if (outcome.kind !== "ok") return outcome;
  const rows = sameRows(before?.rows ?? [], outcome.value.rows);
  return { kind: "ok", value: { ...outcome.value, rows } };
}

export const listPart = partOf("list", list, askList);
