/** How loud each person is for this reader: their choice, and who is in which of the five ways just now.
 * Pure. A choice holds for the visit: seats are of a visit, and nothing of it stays on the device. */

/** In hundredths; 0: not to be heard at all. */
export type Volume = 100 | 50 | 25 | 0;
export const volumes: readonly Volume[] = [100, 50, 25, 0];

export interface Volumes {
  /** By seat. The name tells whether it is still the same person's. */
  readonly here: ReadonlyMap<number, { readonly name: string; readonly volume: Volume }>;
  /** By name, of those who went: whoever was put softer does not come back loud. */
  readonly away: ReadonlyMap<string, Volume>;
}
export const asTheyAre: Volumes = { here: new Map(), away: new Map() };

export function volumeOf(all: Volumes, seat: number): Volume {
  return all.here.get(seat)?.volume ?? 100;
}

export function withVolume(all: Volumes, seat: number, name: string, volume: Volume): Volumes {
  const [here, away] = [new Map(all.here), new Map(all.away)];
  away.delete(name);
  if (volume === 100) here.delete(seat);
  else here.set(seat, { name, volume });
  return { here, away };
}

/** The choices as people stand now: a seat that is another's or nobody's keeps none, and who is back, on
 * whichever seat, has theirs again, unless several go by that name. */
export function amongThese(
  all: Volumes,
  people: ReadonlyMap<number, { readonly name: string }>,
): Volumes {
  const [here, away] = [new Map(all.here), new Map(all.away)];
  for (const [seat, { name, volume }] of all.here)
    if (people.get(seat)?.name !== name) {
      here.delete(seat);
      away.set(name, volume);
    }
  if (away.size === 0) return all;
  const back = new Map<string, readonly number[]>();
  for (const [seat, { name }] of people)
    if (away.has(name)) back.set(name, [...(back.get(name) ?? []), seat]);
  for (const [name, [seat, ...others]] of back) {
    const volume = away.get(name);
    if (seat === undefined || volume === undefined || others.length > 0) continue;
    here.set(seat, { name, volume });
    away.delete(name);
  }
  const isSame =
    away.size === all.away.size && [...here].every(([seat, one]) => all.here.get(seat) === one);
  return isSame ? all : { here, away };
}

const hushMost = 64; // seats the node takes

/** Whom the reader does not want to hear: the node sends their voices no more. */
export function hushed(all: Volumes): readonly number[] {
  return [...all.here]
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
