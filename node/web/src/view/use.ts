import { useEffect, useState } from "preact/hooks";
import type { Store } from "../state/store.js";

export function useStore<S>(store: Store<S>): S {
  const [, redraw] = useState(0);
  useEffect(() => store.watch(() => redraw((n) => n + 1)), [store]);
  return store.get();
}

/** The title of the tab follows the page, and so does what a screen reader says first. */
export function useTitle(page: string, place: string): void {
  useEffect(() => {
    document.title = page === place ? place : `${page} - ${place}`;
  }, [page, place]);
}
