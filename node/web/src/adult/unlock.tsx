import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { node, start } from "../control.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { first } from "../words/first.js";
import { keys } from "../words/keys.js";
import type { Word } from "../words/word.js";
import { SheetEntry } from "./entry.js";
import { checkHalf, unlockWith } from "./keys-api.js";
import { PageHead } from "./parts.js";

interface Deed {
  readonly title: Word;
  readonly lead: Word;
  readonly doWord: Word;
  readonly done: Word;
  readonly give: (half: Uint8Array) => Promise<string | undefined>;
  readonly after: () => void;
}

const check: Deed = {
  title: keys.checkTitle,
  lead: keys.checkLead,
  doWord: keys.checkDo,
  done: keys.fits,
  give: checkHalf,
  after: () => undefined,
};
const unlock: Deed = {
  title: keys.unlockTitle,
  lead: keys.unlockLead,
  doWord: keys.unlockDo,
  done: keys.unlocked,
  give: unlockWith,
  after: () => void start(),
};

/** Types a sheet in: to see that it still fits, or to open the node after a stop. */
export function CheckPage(): VNode {
  return <TypeSheet deed={check} />;
}
export function UnlockPage(): VNode {
  return <TypeSheet deed={unlock} />;
}

function TypeSheet({ deed }: { deed: Deed }): VNode {
  const here = useStore(node);
  const [now, tell] = useState<{ at: "typing" | "asking" | "done"; refusal: string | undefined }>({
    at: "typing",
    refusal: undefined,
  });
  const give = async (half: Uint8Array): Promise<void> => {
    tell({ at: "asking", refusal: undefined });
    const refusal = await deed.give(half);
    tell({ at: refusal === undefined ? "done" : "typing", refusal });
    if (refusal === undefined) deed.after();
  };
  return (
    <div class="page">
      <PageHead title={deed.title} />
      {now.at === "done" ? (
        <section class="card stack" role="status">
          <p class="note">
            <Words of={deed.done} />
          </p>
          <a class="button" href="#/">
            <Words of={first.toHome} />
          </a>
        </section>
      ) : (
        <>
          <p>
            <Words of={deed.lead} />
          </p>
          <SheetEntry
            nodeId={here?.id ?? ""}
            busy={now.at === "asking"}
            refusal={now.refusal}
            doWord={deed.doWord}
            give={give}
          />
        </>
      )}
    </div>
  );
}
