import type { RolloverChange, RolloverCounts, RolloverPreview } from "../wire.js";

/** Whom a person wants to be treated otherwise than by the rule: by the person's id. */
export type Wishes = ReadonlyMap<string, "hold" | "leave">;

export const noWishes: Wishes = new Map();

export function nWishes(wishes: Wishes): number {
  return wishes.size;
}

export function wished(wishes: Wishes, person: string, wish: "hold" | "leave" | undefined): Wishes {
  const next = new Map(wishes);
  if (wish === undefined) next.delete(person);
  else next.set(person, wish);
  return next;
}

/** The wishes that a list of changes was made with: a new look keeps them. */
export function wishesIn(changes: readonly RolloverChange[]): Wishes {
  const found = new Map<string, "hold" | "leave">();
  for (const { kind, person } of changes)
    if (person !== undefined && (kind === "hold" || kind === "leave")) found.set(person, kind);
  return found;
}

export function previewOf(school_year: number, wishes: Wishes): RolloverPreview {
  const of = (wish: "hold" | "leave"): { readonly person: string }[] =>
    [...wishes].filter(([, one]) => one === wish).map(([person]) => ({ person }));
  const [hold, leave] = [of("hold"), of("leave")];
  return {
    school_year,
    ...(hold.length === 0 ? {} : { hold }),
    ...(leave.length === 0 ? {} : { leave }),
  };
}

export const rolloverKinds = [
  "up",
  "graduate",
  "leave",
  "transfer",
  "hold",
  "unknown",
  "class",
  "enrolment",
  "right",
] as const satisfies readonly (keyof RolloverCounts)[];
export type RolloverKind = (typeof rolloverKinds)[number];
