/** How the ties to other municipalities stand, as one of a few states, each with one thing to do. Pure. */
import type { EscrowState, EscrowStep, FederationStatus } from "../wire.js";

export type Standing =
  "alone" | "asked" | "spoilt" | "split" | "unlisted" | "stale" | "ending" | "good";

const dayMs = 86_400_000;
const soonMs = 30 * dayMs;

/** The gravest first. */
export function standingOf(status: FederationStatus, nowMs: number): Standing {
  if (status.is_spoilt) return "spoilt";
  if (!status.has_registry) return status.has_roots ? "asked" : "alone";
  if (status.is_split) return "split";
  if (status.own_kid === "") return "unlisted";
  if (!status.is_fresh) return "stale";
  return isSoon(status.contract_to, nowMs) ? "ending" : "good";
}

/** Within thirty days from now, or over. */
export function isSoon(utc: string | undefined, nowMs: number): boolean {
  return utc !== undefined && Date.parse(utc) - nowMs < soonMs;
}

/** What is typed as a check code comes near to what was heard: any width, any spaces between. */
export function checkTyped(text: string): string {
  return text.normalize("NFKC").trim().toLowerCase();
}

/** A witness's no, not an answer that is only late. */
export function isRefused(code: string): boolean {
  return code === "shrunk" || code === "forked" || code === "other-key";
}

export type EscrowAct = "deposit" | "revoke";

/** What the board can do about the half now. */
export function escrowActs(of: EscrowState): readonly EscrowAct[] {
  switch (of.state) {
    case "none":
    case "stop":
    case "refused":
      return of.chosen && !of.locked ? ["deposit"] : [];
    case "send":
    case "hold":
      return ["revoke"];
    default:
      return [];
  }
}

/** The giving out, newest, that this machine did not open with; of a month. */
export function unaskedOf(steps: readonly EscrowStep[], nowMs: number): EscrowStep | undefined {
  return steps.find((one) => one.kind === "release" && nowMs - Date.parse(one.at) < 30 * dayMs);
}
