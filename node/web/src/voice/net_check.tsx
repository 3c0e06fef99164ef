import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { placeSaid } from "../words/place_said.js";
import { voice as words } from "../words/voice.js";
import type { Word } from "../words/word.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { voice } from "./control.js";
import { type Found, tryWays, verdictOf, type Works } from "./net.js";

const worksWords: Record<Works, Word> = {
  yes: words.netYes,
  no: words.netNo,
  asked: words.netAsked,
  trying: words.netBusy,
  absent: words.netNotYet,
};
const verdicts = { good: words.netGood, ok: words.netOk, bad: words.netBad } as const;

/** Which ways voice can take from here, each tried for itself and told in plain words. */
export function NetCheck(): VNode {
  const { isUp } = useStore(voice);
  const [found, show] = useState<Found | undefined>(undefined);
  const [isBusy, busy] = useState(false);
  const verdict = found === undefined || isBusy ? undefined : verdictOf(found);
  const go = async (): Promise<void> => {
    if (isBusy || !isUp) return;
    busy(true);
    await tryWays(show);
    busy(false);
  };
  return (
    <section class="stack-small net-check" aria-labelledby="net-title">
      <h4 id="net-title">
        <Words of={words.netTitle} />
      </h4>
      <p class="fine">
        <Words of={isUp ? words.netLead : placeSaid["voice-off"]} />
      </p>
      {isUp ? (
        <button
          type="button"
          class="quiet-button net-do"
          aria-disabled={isBusy}
          onClick={() => void go()}
        >
          <Words of={isBusy ? words.netBusy : words.netDo} />
        </button>
      ) : null}
      {found === undefined ? null : (
        <dl class="facts">
          <Way word={words.netUdp} works={found.udp} />
          <Way word={words.netTcp} works={found.tcp} />
          <Way word={words.netWs} works={found.ws} />
        </dl>
      )}
      <p role="status" data-verdict={verdict} class={verdict === undefined ? "unseen" : "note"}>
        {verdict === undefined ? null : <Words of={verdicts[verdict]} />}
      </p>
    </section>
  );
}

function Way({ word, works }: { word: Word; works: Works }): VNode {
  return (
    <div class="fact" data-works={works}>
      <dt>
        <Words of={word} />
      </dt>
      <dd>
        <Words of={worksWords[works]} />
      </dd>
    </div>
  );
}
