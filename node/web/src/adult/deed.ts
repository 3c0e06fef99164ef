import { useRef, useState } from "preact/hooks";
import { ended } from "../control.js";
import type { Outcome } from "../edge/api.js";
import { newId } from "../edge/id.js";

/** What an act came to. `texts`: the node's sentences; "" when it was not reached. */
export type DeedSaid =
  | { readonly kind: "nothing" }
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly texts: readonly string[]; readonly status: number };

export interface Deed {
  readonly busy: boolean;
  readonly said: DeedSaid;
  /** Sends it once, however often it is pressed; an answer that got lost is asked for by the same id. */
  readonly run: <T>(send: (id: string) => Promise<Outcome<T>>) => Promise<T | undefined>;
  /** What is sent next is another act. */
  readonly anew: () => void;
}

/** One act of a grown-up at work: a button or a form that says something back. */
export function useDeed(): Deed {
  const [said, say] = useState<DeedSaid>({ kind: "nothing" });
  const [busy, work] = useState(false);
  const isBusy = useRef(false);
  const id = useRef(newId());
  return {
    busy,
    said,
    run: async (send) => {
      if (isBusy.current) return undefined;
      isBusy.current = true;
      work(true);
      const outcome = await send(id.current);
      isBusy.current = false;
      work(false);
      switch (outcome.kind) {
        case "ok":
          id.current = newId();
          say({ kind: "done" });
          // A route may answer without a body: that is an answer, too.
          return outcome.value ?? ({} as typeof outcome.value);
        case "offline":
          say({ kind: "refused", texts: [""], status: 0 });
          return undefined;
        case "refused": {
          const { status, errors, title } = outcome.problem;
          if (status === 401) ended();
          const texts = errors.length > 0 ? errors.map((one) => one.text) : [title];
          say({ kind: "refused", texts, status });
          return undefined;
        }
      }
    },
    anew: () => {
      id.current = newId();
      say({ kind: "nothing" });
    },
  };
}
