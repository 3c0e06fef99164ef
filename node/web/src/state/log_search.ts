/** A search over what was written, as its lines of JSON come in (reporting/log_search.c). */

export interface FoundLine {
  readonly id: string;
  readonly at: string;
  readonly channel: string;
  readonly floor: string;
  readonly copy?: number;
  readonly room?: string;
  readonly session_title?: string;
  readonly name: string;
  readonly display_name?: string;
  readonly login?: string;
  readonly account: string;
  readonly role: string;
  readonly to_display_name?: string;
  readonly to_login?: string;
  readonly heard?: string;
  readonly shown: string;
  readonly text: string;
  readonly categories?: string;
  readonly was_held: boolean;
  readonly decision: string;
}

export interface SearchState {
  readonly at: "idle" | "running" | "ended" | "stopped" | "broken";
  readonly lines: readonly FoundLine[];
  /** Looked at so far: down to that time, and how many lines. */
  readonly downTo: string | undefined;
  readonly nSeen: number;
  readonly isCut: boolean;
}

export const noSearch: SearchState = {
  at: "idle",
  lines: [],
  downTo: undefined,
  nSeen: 0,
  isCut: false,
};

export type SearchEvent =
  | { readonly kind: "begun" }
  | { readonly kind: "line"; readonly line: FoundLine }
  | { readonly kind: "seen"; readonly from: string; readonly nSeen: number }
  | { readonly kind: "end"; readonly nSeen: number; readonly isCut: boolean }
  | { readonly kind: "stopped" }
  | { readonly kind: "broken" }
  | { readonly kind: "refused" };

/** What a line of the answer says; undefined: nothing that is known. */
export function searchEvent(text: string): SearchEvent | undefined {
  let said: Record<string, Record<string, unknown> | undefined>;
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    return undefined;
  }
  const { line, seen, end } = said;
  if (line !== undefined) return { kind: "line", line: line as unknown as FoundLine };
  if (seen !== undefined)
    return { kind: "seen", from: String(seen["from"]), nSeen: Number(seen["n_seen"]) };
  if (end !== undefined)
    return { kind: "end", nSeen: Number(end["n_seen"]), isCut: end["is_cut"] === true };
  return undefined;
}

/** All that came at once, so that a page is drawn once for it. What ends stays ended. */
export function searched(state: SearchState, events: readonly SearchEvent[]): SearchState {
  let now = state;
  const lines: FoundLine[] = [];
  for (const event of events) {
    if (event.kind === "begun") {
      now = { ...noSearch, at: "running" };
      lines.length = 0;
      continue;
    }
    if (now.at !== "running") continue;
    switch (event.kind) {
      case "line":
        lines.push(event.line);
        break;
      case "seen":
        now = { ...now, downTo: event.from, nSeen: event.nSeen };
        break;
      case "end":
        now = { ...now, at: "ended", nSeen: event.nSeen, isCut: event.isCut };
        break;
      case "stopped":
        now = { ...now, at: "stopped" };
        break;
      case "broken":
        now = { ...now, at: "broken" };
        break;
      case "refused":
        now = noSearch;
        break;
    }
  }
  return lines.length === 0 ? now : { ...now, lines: [...now.lines, ...lines] };
}

/** How much of the period was looked at, 0 to 100. */
export function searchPercent(state: SearchState, from: string, to: string): number {
  if (state.at === "ended") return 100;
  if (state.downTo === undefined) return 0;
  const [begin, end, at] = [from, to, state.downTo].map((one) => Date.parse(one));
  if (begin === undefined || end === undefined || at === undefined || !(end > begin)) return 0;
  return Math.max(0, Math.min(100, Math.round(((end - at) / (end - begin)) * 100)));
}

export type LineMark = "private" | "masked" | "hidden" | "kept" | "held" | "released";

/** What others got to see of it. */
export function marksOf(line: FoundLine): readonly LineMark[] {
  const marks: LineMark[] = line.channel === "talk" ? ["private"] : [];
  if (line.decision === "hide") marks.push("hidden");
  else if (line.was_held)
    marks.push(
      line.decision === "release" ? "released" : line.decision === "keep" ? "kept" : "held",
    );
  if (line.shown !== "" && line.shown !== line.text) marks.push("masked");
  return marks;
}

export function nHeard(line: FoundLine): number {
  return (line.heard ?? "").split(" ").filter((one) => one !== "").length;
}
