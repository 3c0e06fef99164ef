import { ask, type Outcome } from "../edge/api.js";
import { createStore } from "../state/store.js";
import type { IncidentCase, SosCase } from "../wire.js";
import { partOf, type Told } from "./watch_control.js";

/** What waits for somebody: calls for help and incidents that are not over. */
export interface Calls {
  readonly sos: readonly SosCase[];
  readonly incidents: readonly IncidentCase[];
}

export const calls = createStore<Told<Calls> | undefined>(undefined);

async function askCalls(): Promise<Outcome<Calls>> {
  const [sos, incidents] = await Promise.all([
    ask("sos.list", undefined, undefined),
    ask("incidents.list", undefined, undefined),
  ]);
  if (sos.kind !== "ok") return sos;
  if (incidents.kind !== "ok") return incidents;
  return { kind: "ok", value: { sos: sos.value.items, incidents: incidents.value.items } };
}

export const callsPart = partOf("calls", calls, askCalls);
