/** What the place asks of the node over HTTP: a ticket for the line, and floors. */
import { ask, askFile, type Outcome } from "../edge/api.js";
import type { Ticket } from "../live/socket.js";
import { type Floor, readFloor } from "../state/floor.js";

export async function ticket(): Promise<Ticket> {
  const got = await ask("place.ticket", undefined, undefined);
  if (got.kind === "ok") return { kind: "ok", ticket: got.value.ticket };
  if (got.kind === "offline") return { kind: "wait" };
  const { status } = got.problem;
  if (status === 401) return { kind: "stop", why: "session" };
  return status >= 500 || status === 429 ? { kind: "wait" } : { kind: "stop", why: "refused" };
}

/** A floor as its file has it; one that breaks the rules of files is as good as none. */
export async function floorFile(id: string): Promise<Outcome<Floor>> {
  const got = await askFile("floors.file", { id }, undefined);
  if (got.kind !== "ok") return got;
  try {
    const read = readFloor(JSON.parse(await got.value.text()));
    if (read.kind === "floor") return { kind: "ok", value: read.floor };
  } catch {
    /* no JSON: as good as none */
  }
  return { kind: "offline" };
}
