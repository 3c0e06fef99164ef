/** A child's second step while it is being pressed: digits or pictures in order. Pure. */
export type StepKind = "pin" | "picture";

export const stepNeeds: Readonly<Record<StepKind, number>> = { pin: 4, picture: 3 };
export const nPictures = 12;

export type Pressed = readonly number[];

/** One more; a full one stays as it is, and no picture comes twice: a finger too quick spoils nothing. */
export function press(now: Pressed, kind: StepKind, n: number): Pressed {
  const isTwice = kind === "picture" && now.includes(n);
  return now.length < stepNeeds[kind] && !isTwice ? [...now, n] : now;
}

export function erase(now: Pressed): Pressed {
  return now.slice(0, -1);
}

export function isWhole(now: Pressed, kind: StepKind): boolean {
  return now.length === stepNeeds[kind];
}

/** As the node reads it: "4711", "3-7-1". */
export function stepText(now: Pressed, kind: StepKind): string {
  return now.join(kind === "pin" ? "" : "-");
}
