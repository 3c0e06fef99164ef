import type { VNode } from "preact";
import { signs as all } from "../art/signs.js";
import { inForce } from "../state/care.js";
import { type Here, myState } from "../state/place-live.js";
import { chat as words, signs as names } from "../words/chat.js";
import { placeSaid } from "../words/place_said.js";
import type { Word } from "../words/word.js";
import { useStore } from "../view/use.js";
import { useLine, Words } from "../view/words.js";
import { Sign } from "./sign.js";
import { care, react } from "./words_live.js";

type Kind = keyof typeof names;
const kinds = Object.keys(all) as Kind[];

export function signName(kind: string): Word | undefined {
  return (names as Readonly<Record<string, Word>>)[kind];
}

/** How one feels, without voice and without text: one tap each. */
export function Signs({ here }: { here: Here }): VNode | null {
  const line = useLine();
  const stops = inForce(useStore(care), Date.now());
  if (myState(here) === "watch") return null;
  const isStopped = stops.some((one) => one.kind === "react");
  return (
    <section class="signs" aria-labelledby="signs-title">
      <h2 id="signs-title" class="unseen">
        <Words of={words.reactions} />
      </h2>
      {isStopped ? (
        <p class="fine">
          <Words of={placeSaid["react-stopped"]} />
        </p>
      ) : (
        <div class="sign-row">
          {kinds.map((kind) => (
            <button
              key={kind}
              type="button"
              class="sign-button"
              data-sign={kind}
              aria-label={line(names[kind])}
              onClick={() => void react(kind)}
            >
              <Sign kind={kind} />
              <span class="sign-name" aria-hidden="true">
                <Words of={names[kind]} />
              </span>
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
