import { useEffect, useState } from "preact/hooks";
import type { Store } from "../state/store.js";

/** The store's value, drawn again whenever it changes. What changed between the drawing and the watching
 * (an answer may be that quick) is seen by the first look. */
export function useStore<S>(store: Store<S>): S {
  const [, draw] = useState<{ readonly value: S }>({ value: store.get() });
  useEffect(() => {
    const look = (): void =>
      draw((drawn) => (Object.is(drawn.value, store.get()) ? drawn : { value: store.get() }));
    look();
    return store.watch(look);
  }, [store]);
  return store.get();
}

/** The title of the tab follows the page, and so does what a screen reader says first. */
export function useTitle(page: string, place: string): void {
  useEffect(() => {
    document.title = page === place ? place : `${page} - ${place}`;
  }, [page, place]);
}
