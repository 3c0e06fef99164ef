/** What is being chosen about how one is seen. Pure. */
import type { FigureWorn, Profile, ProfileChange } from "../wire.js";

export type Kind = Profile["kind"];
export type Colour = Profile["colour"];
/** Everything but the ids of a change. */
export type Draft = Omit<ProfileChange, "id" | "version">;

export function draftOf(profile: Profile): Draft {
  const { name, kind, colour, note, open, private: two, wave } = profile;
  return { name, kind, colour, note, open, private: two, wave };
}

export function isSame(draft: Draft, profile: Profile): boolean {
  return JSON.stringify(draft) === JSON.stringify(draftOf(profile));
}

/** Kinds worn by so many that another is better: at least two, and over one of twenty. That is half of
 * what one kind may have at most (a tenth). Whoever asks is not counted. */
export function commonKinds(
  worn: readonly FigureWorn[],
  mine: Kind | undefined,
): ReadonlySet<Kind> {
  const others = worn.map(({ kind, n }) => ({ kind, n: kind === mine ? n - 1 : n }));
  const all = others.reduce((sum, { n }) => sum + n, 0);
  return new Set(others.flatMap(({ kind, n }) => (n >= 2 && n * 20 > all ? [kind] : [])));
}
