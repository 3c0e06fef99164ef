import { useEffect, useRef, useState } from "preact/hooks";
import { ended } from "../control.js";
import type { Outcome } from "../edge/api.js";
import { type Trouble, troubleOf } from "../state/door.js";

/** A list that the node hands out page by page. */
export interface PageOfList<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export interface Paged<T> {
  readonly items: readonly T[];
  readonly isAsking: boolean;
  readonly hasMore: boolean;
  /** Why the last page could not be had; what came before stays. */
  readonly trouble: Trouble | "missing" | undefined;
  /** The node's sentence, when it refused. */
  readonly text: string;
}

/** What is known of the list of one key. */
interface Held<T> extends Paged<T> {
  readonly key: string;
}

const nothing = { items: [], isAsking: true, hasMore: false, trouble: undefined, text: "" };

/** Loads the first page whenever `key` changes and the next ones when told; `again` loads anew as much
 * as was there, so that nobody who was chosen drops out of the list. An answer to a question that
 * is no longer asked is dropped, and what belongs to another key is not shown, not even for the
 * one picture before the new question is sent: nobody acts on a line of another list. */
export function usePaged<T>(
  key: string,
  load: (cursor: string | undefined) => Promise<Outcome<PageOfList<T>>>,
): [Paged<T>, { readonly more: () => void; readonly again: () => void }] {
  const [held, tell] = useState<Held<T>>({ key, ...nothing });
  const paged: Paged<T> = held.key === key ? held : nothing;
  const round = useRef(0);
  const next = useRef<string | undefined>(undefined);
  /** Asks on from `cursor` until `nLeast` are there; what is shown meanwhile stays. */
  const take = async (
    before: readonly T[],
    cursor: string | undefined,
    nLeast: number,
  ): Promise<void> => {
    const mine = ++round.current;
    tell((now) => (now.key === key ? { ...now, isAsking: true } : { key, ...nothing }));
    let [items, at, outcome] = [before, cursor, await load(cursor)];
    while (mine === round.current && outcome.kind === "ok") {
      items = [...items, ...outcome.value.items];
      at = outcome.value.next;
      if (at === undefined || items.length >= nLeast) break;
      outcome = await load(at);
    }
    if (mine !== round.current) return;
    if (outcome.kind === "ok") {
      next.current = at;
      const hasMore = at !== undefined;
      return tell({ key, items, isAsking: false, hasMore, trouble: undefined, text: "" });
    }
    if (outcome.kind === "refused" && outcome.problem.status === 401) return ended();
    const isMissing = outcome.kind === "refused" && outcome.problem.status === 404;
    tell({
      key,
      items,
      isAsking: false,
      hasMore: false,
      trouble:
        outcome.kind === "offline" ? "offline" : isMissing ? "missing" : troubleOf(outcome.problem),
      text:
        outcome.kind === "refused"
          ? (outcome.problem.errors[0]?.text ?? outcome.problem.title)
          : "",
    });
  };
  useEffect(() => {
    tell({ key, ...nothing });
    void take([], undefined, 0);
    return () => {
      round.current++;
    };
  }, [key]);
  return [
    paged,
    {
      more: () => {
        if (!paged.isAsking && paged.hasMore) void take(paged.items, next.current, 0);
      },
      again: () => void take([], undefined, paged.items.length),
    },
  ];
}
