/** Talks of two: who asked, which are open, which are over, and with whom there shall be none. Pure. */

export interface Partner {
  readonly seat: number | undefined;
  readonly name: string;
  readonly isStaff: boolean;
}

export type Talk = {
  readonly id: string;
  readonly with: Partner | undefined; // undefined: not known yet
} & (
  | { readonly at: "asking" } // the other has not answered
  | { readonly at: "asked" } // the reader has not answered
  | { readonly at: "open" }
  | { readonly at: "over"; readonly why: string }
);

export interface Block {
  readonly block: string;
  readonly name: string;
}

export interface Talks {
  readonly all: readonly Talk[];
  /** That staff may read them has to be said before the first. */
  readonly mustTell: boolean;
  readonly blocks: readonly Block[] | undefined; // undefined: not asked for yet
}

export const talksAtStart: Talks = { all: [], mustTell: false, blocks: undefined };

/** The reader asked somebody. The opening may have come before this answer. */
export function asking(now: Talks, id: string, whom: Partner): Talks {
  const known = find(now, id);
  if (known !== undefined)
    return known.with === undefined ? put(now, { ...known, with: whom }) : now;
  return put(now, { id, with: whom, at: "asking" });
}

export function askedBy(now: Talks, id: string, who: Partner): Talks {
  return find(now, id)?.at === "open" ? now : put(now, { id, with: who, at: "asked" });
}

export function opened(now: Talks, id: string, who: Partner | undefined, isFirst: boolean): Talks {
  const known = find(now, id);
  const next = put(now, { id, with: who ?? known?.with, at: "open" });
  return isFirst ? { ...next, mustTell: true } : next;
}

/** Over. One that was never open leaves nothing behind but an answer for who asked. */
export function over(now: Talks, id: string, why: string): Talks {
  const known = find(now, id);
  if (known === undefined) return now;
  return known.at === "asked" ? closed(now, id) : put(now, { ...known, at: "over", why });
}

export function closed(now: Talks, id: string): Talks {
  return find(now, id) === undefined
    ? now
    : { ...now, all: now.all.filter((one) => one.id !== id) };
}

export function told(now: Talks): Talks {
  return now.mustTell ? { ...now, mustTell: false } : now;
}

export function withBlocks(now: Talks, blocks: readonly Block[]): Talks {
  return { ...now, blocks };
}

/** Off the floor nothing of it goes on. */
export function left(now: Talks): Talks {
  return now.all.length === 0 ? now : { ...now, all: [] };
}

export function find(now: Talks, id: string): Talk | undefined {
  return now.all.find((one) => one.id === id);
}

/** The talk with somebody who is here, if there is one. */
export function talkWith(now: Talks, seat: number): Talk | undefined {
  return now.all.find((one) => one.with?.seat === seat && one.at !== "over");
}

function put(now: Talks, talk: Talk): Talks {
  const all = find(now, talk.id) === undefined ? [...now.all, talk] : replaced(now, talk);
  return { ...now, all };
}

function replaced(now: Talks, talk: Talk): Talk[] {
  return now.all.map((one) => (one.id === talk.id ? talk : one));
}
