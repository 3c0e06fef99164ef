/** One value, its readers, and the only place where it changes. */
export interface Store<S> {
  get(): S;
  set(next: S): void;
  /** Calls `reader` after each change; the result ends it. */
  watch(reader: () => void): () => void;
}

export function createStore<S>(first: S): Store<S> {
  const readers = new Set<() => void>();
  let now = first;
  return {
    get: () => now,
    set(next) {
      if (Object.is(next, now)) return;
      now = next;
      for (const reader of [...readers]) reader();
    },
    watch(reader) {
      readers.add(reader);
      return () => {
        readers.delete(reader);
      };
    },
  };
}
