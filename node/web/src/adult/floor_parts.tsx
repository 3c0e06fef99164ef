import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ended } from "../control.js";
import type { Outcome } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { Failure } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { floors as words } from "../words/floors.js";
import { roles as roleWords } from "../words/home.js";
import type { Word } from "../words/word.js";
import type { FloorInfo } from "../wire.js";
import { type Faults, faultsOf, noFaults, toFirstFault } from "./fields.js";

/** What of a floor its name is made of. */
export type FloorNamed = Pick<FloorInfo, "id" | "name_ja" | "name_en">;

/** A floor's own name, as its file has it: with its readings, in the system's font. */
export function FloorName({ of: floor }: { of: FloorNamed }): VNode {
  return (
    <Given>
      <Words of={[floor.name_ja, floor.name_ja, floor.name_en]} />
    </Given>
  );
}

/** The floor of an id; one that is gone keeps its id. */
export function FloorOf({ id, all }: { id: string; all: readonly FloorNamed[] }): VNode {
  const floor = all.find((one) => one.id === id);
  return floor === undefined ? <Given>{id}</Given> : <FloorName of={floor} />;
}

/** A name without readings, for lists of a control. */
export function floorLine(floor: Pick<FloorInfo, "name_ja">): string {
  return floor.name_ja.replace(/《[^》]*》|｜/gu, "");
}

export function RoleName({ of: role }: { of: string }): VNode {
  if (role === "operator") return <Words of={words.operator} />;
  const word = (roleWords as Readonly<Record<string, Word>>)[role];
  return word === undefined ? <Given>{role}</Given> : <Words of={word} />;
}

/** What is said of a whole form; the place stays in the tree, so that a screen reader hears it come. */
export function DeedFaults({ of: deed }: { of: Deed }): VNode {
  const { at, whole } = deed.faults;
  return (
    <div role="alert" class="stack-small">
      {whole.map((text) => (
        <Failure text={text} key={text} />
      ))}
      {Object.keys(at).length > 0 ? (
        <p class="fault">
          <Words of={words.fix} />
        </p>
      ) : null}
    </div>
  );
}

export interface Deed {
  readonly busy: boolean;
  readonly faults: Faults;
  readonly tell: (faults: Faults) => void;
  /** The draft is another one now: what is sent next is another act. */
  readonly renew: () => void;
  readonly send: (
    form: HTMLElement | undefined,
    ask: (id: string) => Promise<Outcome<unknown>>,
  ) => Promise<boolean>;
}

/** One act: sent however often, it is done once. What the node finds wrong stands at the fields it
 * names, the rest is said of the whole, in its own words. True: it is done. */
export function useDeed(fields: readonly string[] = []): Deed {
  const [busy, work] = useState(false);
  const [faults, tell] = useState<Faults>(noFaults);
  const id = useRef(newId());
  const renew = (): void => {
    id.current = newId();
  };
  return {
    busy,
    faults,
    tell,
    renew,
    send: async (form, ask) => {
      if (busy) return false;
      work(true);
      tell(noFaults);
      const outcome = await ask(id.current);
      work(false);
      if (outcome.kind === "ok") {
        renew();
        return true;
      }
      if (outcome.kind === "offline") {
        tell({ at: {}, whole: [""] });
        return false;
      }
      if (outcome.problem.status === 401) {
        ended();
        return false;
      }
      tell(faultsOf(outcome.problem, fields));
      if (form !== undefined) toFirstFault(form);
      return false;
    },
  };
}
