import { segmentsOf } from "../words/word.js";

/** The order in which floors are shown: the ready ones from the most open to the most quiet, then a town's own
 * by their looks and their names as they are read. Pure. */
interface FloorLike {
  readonly id: string;
  readonly theme: "day" | "garden" | "wood" | "night" | "sky";
  readonly name_ja: string;
}

/** By the ids of the ready floors (node/place/floors). */
const ready: readonly string[] = ["plaza", "lounge", "classes", "quiet", "counsel"];
const themes: readonly string[] = ["garden", "day", "wood", "sky", "night"];

/** A name by its readings, where it has some. */
function readingOf(name: string): string {
  return segmentsOf(name)
    .map((one) => (one.kind === "ruby" ? one.reading : one.kind === "text" ? one.text : ""))
    .join("");
}

function rankOf(floor: FloorLike): number {
  const at = ready.indexOf(floor.id);
  return at >= 0 ? at : ready.length + themes.indexOf(floor.theme);
}

export function inOrder<T extends FloorLike>(floors: readonly T[]): T[] {
  return [...floors].sort(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      readingOf(a.name_ja).localeCompare(readingOf(b.name_ja), "ja") ||
      (a.id < b.id ? -1 : 1),
  );
}
