import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { type Commands, type OrderRead, orderRead } from "../state/leaving.js";
import { Help } from "../view/form.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { leavingPapers as words } from "../words/leaving_papers.js";
import type { LeavingState } from "../wire.js";
import { useDeed } from "./deed.js";
import { Twice } from "./leaving_acts.js";
import { type AfterAct, Digits, FactRows, HandIn, Part, Typed } from "./leaving_parts.js";

interface Props {
  readonly of: LeavingState;
  readonly commands: Commands;
  readonly after: AfterAct;
}

interface Chosen {
  readonly file: File;
  readonly says: OrderRead;
}

/** The order, the first of two persons: read on the screen before anything is sent. */
export function OrderPaper({ of, commands, after }: Props): VNode {
  const [chosen, choose] = useState<Chosen | undefined>(undefined);
  return (
    <Part word={words.order}>
      <p>
        <Words of={words.orderWhat} />
      </p>
      {chosen === undefined ? (
        <>
          <Help title={words.how}>
            <Typed lines={commands.order} />
          </Help>
          <HandIn
            id="leaving-order"
            word={words.order}
            accept=".json"
            doWord={words.orderRead}
            give={async (_, file) => {
              const says = orderRead(await file.text());
              if (says === undefined) return words.orderNot;
              if (says.bag !== of.bag) return words.orderOther;
              choose({ file, says });
              return undefined;
            }}
          />
        </>
      ) : (
        <Give chosen={chosen} other={() => choose(undefined)} after={after} />
      )}
    </Part>
  );
}

interface GiveProps {
  readonly chosen: Chosen;
  readonly other: () => void;
  readonly after: AfterAct;
}

function Give({ chosen: { file, says }, other, after }: GiveProps): VNode {
  const deed = useDeed();
  const send = async (): Promise<void> => {
    const got = await deed.run(() => ask("leaving.order", undefined, file));
    if (got !== undefined) after(words.orderDone);
  };
  return (
    <>
      <p class="note" role="status">
        <Words of={words.orderIs} />
      </p>
      <FactRows
        rows={[
          { word: words.orderBy, value: <Given>{says.by}</Given> },
          { word: words.orderWhen, value: <Time utc={says.at} /> },
          { word: words.orderBag, value: <Digits of={says.bag} /> },
          { word: words.orderCanaries, value: <>{says.nNames}</> },
          {
            word: words.aggregates,
            value: <Words of={says.aggregates === "keep" ? words.keepSums : words.withdrawSums} />,
          },
        ]}
      />
      <Twice
        bag={says.bag}
        hint={words.headHint}
        word={words.orderDo}
        sure={words.orderSure}
        yes={words.orderYes}
        deed={deed}
        act={() => void send()}
      />
      <button type="button" class="quiet-button" onClick={other}>
        <Words of={words.orderAnother} />
      </button>
    </>
  );
}
