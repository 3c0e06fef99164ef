import { useEffect, useRef, useState } from "preact/hooks";
import { ended } from "../control.js";
import type { Outcome } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { hoursWork as words } from "../words/hours_work.js";
import type { Word } from "../words/word.js";
import { type Faults, faultsOf, noFaults, toFirstFault } from "./fields.js";

/** What the parts of the page of hours tell the page. */
export interface ActProps {
  readonly done: (said: Word) => void;
  /** Somebody else decided meanwhile: what holds is asked for again. */
  readonly look: () => void;
}

export interface Act {
  readonly busy: boolean;
  readonly faults: Faults;
  readonly isConflict: boolean;
  /** The draft is another one now: what is sent next is another act. */
  readonly renew: () => void;
  readonly send: (
    form: HTMLElement,
    ask: (id: string) => Promise<Outcome<unknown>>,
    done?: () => void,
  ) => Promise<void>;
}

/** One act upon the hours: sent however often, it is done once. What the node finds wrong stands at the
 * fields it names. */
export function useAct({ done, look }: ActProps, fields: readonly string[]): Act {
  const [busy, work] = useState(false);
  const [faults, tell] = useState<Faults>(noFaults);
  const [isConflict, clash] = useState(false);
  const id = useRef(newId());
  return {
    busy,
    faults,
    isConflict,
    renew: () => {
      id.current = newId();
    },
    send: async (form, ask, after) => {
      if (busy) return;
      work(true);
      tell(noFaults);
      clash(false);
      const outcome = await ask(id.current);
      work(false);
      if (outcome.kind === "ok") {
        id.current = newId();
        after?.();
        return done(words.saved);
      }
      if (outcome.kind === "offline") return tell({ at: {}, whole: [""] });
      if (outcome.problem.status === 401) return ended();
      if (outcome.problem.status === 409) {
        clash(true);
        return look();
      }
      tell(faultsOf(outcome.problem, fields));
      toFirstFault(form);
    },
  };
}

/** Asks again whenever `round` is another; what was there stays until the answer comes. */
export function useRound(round: number, again: () => void): void {
  const last = useRef(round);
  useEffect(() => {
    if (last.current === round) return;
    last.current = round;
    again();
  }, [round]);
}
