import { useEffect, useState } from "preact/hooks";
import { ended } from "../control.js";
import type { Outcome } from "../edge/api.js";
import { type Asked, askedOf } from "../view/asked.js";

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}
type Ask<T> = (query: Readonly<Record<string, string>>) => Promise<Outcome<Page<T>>>;

/** The list is the one way to a report; its pages are gone through until it is found. */
async function find<T extends { readonly id: string }>(
  id: string,
  page: Ask<T>,
): Promise<Outcome<T>> {
  let before: string | undefined;
  for (;;) {
    const outcome = await page(before === undefined ? {} : { before });
    if (outcome.kind !== "ok") return outcome;
    const found = outcome.value.items.find((one) => one.id === id);
    if (found !== undefined) return { kind: "ok", value: found };
    before = outcome.value.next;
    if (before === undefined)
      return {
        kind: "refused",
        problem: { status: 404, code: "not-found", title: "", errors: [] },
      };
  }
}

/** One report of a list. `page` stays the same function. */
export function useReport<T extends { readonly id: string }>(
  id: string,
  page: Ask<T>,
): [Asked<T>, () => void] {
  const [asked, tell] = useState<Asked<T>>({ at: "asking" });
  const [round, next] = useState(0);
  useEffect(() => {
    let isGone = false;
    void find(id, page).then((outcome) => {
      if (isGone) return;
      if (outcome.kind === "refused" && outcome.problem.status === 401) return ended();
      tell(askedOf(outcome));
    });
    return () => {
      isGone = true;
    };
  }, [id, page, round]);
  return [asked, () => next(round + 1)];
}
