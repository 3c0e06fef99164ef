import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { canPasskey } from "../edge/can.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { me } from "../words/me.js";
import { way } from "../words/way.js";
import type { Word } from "../words/word.js";
import { PasskeySetUp } from "../way/passkey.js";
import { type Refusal, refusalOf } from "../way/problem.js";
import { RefusalText } from "../way/said.js";
import type { Passkey } from "../wire.js";
import { Done } from "./done.js";

/** My passkeys: each by its name, one more, one less. */
export function PasskeysPage(): VNode {
  const [asked, again] = useAsked("me.passkeys", undefined);
  const [isAdding, add] = useState(false);
  const [done, tell] = useState<Word | undefined>(undefined);
  const [said, say] = useState<Refusal | undefined>(undefined);
  const remove = async (id: string): Promise<void> => {
    say(undefined);
    const answer = await ask("me.passkey_end", { id }, undefined);
    if (answer.kind !== "ok") return say(refusalOf(answer, ["last-factor"]));
    tell(me.passkeyRemoved);
    again();
  };
  return (
    <Shown asked={asked} again={again}>
      {({ items }) => (
        <div class="page">
          <Back href="#/me" word={me.toMe} />
          <PageHead title={me.passkeys} />
          <p>
            <Words of={way.passkeyLead} />
          </p>
          <Done word={done} />
          <div role="alert">
            {said === undefined ? null : (
              <p class="fault">
                <RefusalText said={said} wrong={me.lastFactor} />
              </p>
            )}
          </div>
          {items.length === 0 ? (
            <p class="note">
              <Words of={me.passkeysNone} />
            </p>
          ) : (
            <ul class="setting-list">
              {items.map((one) => (
                <li class="card device" key={one.id}>
                  <One one={one} remove={() => void remove(one.id)} />
                </li>
              ))}
            </ul>
          )}
          {isAdding ? (
            <section class="card way" aria-labelledby="add-passkey">
              <h2 id="add-passkey">
                <Words of={me.passkeyAdd} />
              </h2>
              <PasskeySetUp
                asksPassword
                done={() => {
                  add(false);
                  tell(me.passkeyAdded);
                  again();
                }}
              />
            </section>
          ) : canPasskey() ? (
            <div>
              <button type="button" class="button" onClick={() => add(true)}>
                <Words of={me.passkeyAdd} />
              </button>
            </div>
          ) : (
            <p class="note">
              <Words of={way.notHere} />
            </p>
          )}
        </div>
      )}
    </Shown>
  );
}

function One({ one, remove }: { one: Passkey; remove: () => void }): VNode {
  const [isSure, sure] = useState(false);
  return (
    <>
      <h2>
        <Given>{one.label}</Given>
      </h2>
      <dl class="facts">
        <div class="fact">
          <dt>
            <Words of={me.passkeyMade} />
          </dt>
          <dd>
            <Time utc={one.created_at} />
          </dd>
        </div>
        <div class="fact">
          <dt>
            <Words of={me.passkeyUsed} />
          </dt>
          <dd>
            {one.used_at === undefined ? (
              <Words of={me.passkeyNever} />
            ) : (
              <Time utc={one.used_at} />
            )}
          </dd>
        </div>
      </dl>
      <div class="row">
        {isSure ? (
          <>
            <button type="button" class="quiet-button warn" onClick={remove}>
              <Words of={me.passkeyRemoveSure} />
            </button>
            <button type="button" class="quiet-button" onClick={() => sure(false)}>
              <Words of={me.keep} />
            </button>
          </>
        ) : (
          <button type="button" class="quiet-button" onClick={() => sure(true)}>
            <Words of={me.passkeyRemove} />
          </button>
        )}
      </div>
    </>
  );
}
