/** How loud each person is for this reader: their choice, and who is in which of the five ways just now.
 * Pure. A choice holds for the visit: seats are of a visit, and nothing of it stays on the device. */

/** In hundredths; 0: not to be heard at all. */
export type Volume = 100 | 50 | 25 | 0;
export const volumes: readonly Volume[] = [100, 50, 25, 0];

/** By seat. The name tells whether it is still the same person's. */
export type Volumes = ReadonlyMap<number, { readonly name: string; readonly volume: Volume }>;

export function volumeOf(all: Volumes, seat: number): Volume {
  return all.get(seat)?.volume ?? 100;
}

export function withVolume(all: Volumes, seat: number, name: string, volume: Volume): Volumes {
  const next = new Map(all);
  if (volume === 100) next.delete(seat);
  else next.set(seat, { name, volume });
  return next;
}

/** Without those whose seat is another's by now, or nobody's. */
export function stillHere(all: Volumes, nameOf: (seat: number) => string | undefined): Volumes {
  const next = new Map([...all].filter(([seat, { name }]) => nameOf(seat) === name));
  return next.size === all.size ? all : next;
}

const hushMost = 64; // seats the node takes

/** Whom the reader does not want to hear: the node sends their voices no more. */
export function hushed(all: Volumes): readonly number[] {
  return [...all]
    .filter(([, { volume }]) => volume === 0)
    .map(([seat]) => seat)
    .sort((a, b) => a - b)
    .slice(0, hushMost);
}

export interface Source {
  readonly source: number;
  readonly timestamp: number;
}

/** Who speaks in a way: each packet bears one contributing source, the talker's number and one (RFC 3550,
 * section 5.1). A mix bears none. */
export function talkerIn(sources: readonly Source[]): number | undefined {
  let newest: Source | undefined;
  for (const one of sources)
    if (newest === undefined || one.timestamp > newest.timestamp) newest = one;
  return newest === undefined ? undefined : newest.source - 1;
}

/** How loud each way is to be, 0 to 1. Whom one does not know is as loud as anybody. */
export function gainsOf(
  talkers: readonly (number | undefined)[],
  speakers: ReadonlyMap<number, { readonly number: number }>,
  all: Volumes,
): readonly number[] {
  const seats = new Map([...speakers].map(([seat, { number }]) => [number, seat]));
  return talkers.map((number) => {
    const seat = number === undefined ? undefined : seats.get(number);
    return seat === undefined ? 1 : volumeOf(all, seat) / 100;
  });
}
