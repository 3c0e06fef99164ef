import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { OneTimePassword } from "../wire.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { person as words } from "../words/person.js";

interface Props {
  readonly once: OneTimePassword;
  readonly login: string | undefined;
  readonly close: () => void;
}

/** A one-time password: large, once, with how to hand it over. */
export function OneTime({ once, login, close }: Props): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const [isCopied, tell] = useState(false);
  useEffect(() => heading.current?.focus(), []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(once.one_time);
      tell(true);
    } catch {
      tell(false); // the browser keeps its clipboard to itself: it is there to be read
    }
  };
  return (
    <section class="card stack once">
      <h2 ref={heading} tabIndex={-1}>
        <Words of={words.oneTime} />
      </h2>
      <p class="note">
        <Words of={words.oneTimeOnce} />
      </p>
      {login === undefined ? null : (
        <p class="deed">
          <Words of={words.oneTimeFor} slots={{ id: <Given>{login}</Given> }} />
        </p>
      )}
      <p class="once-word mono" translate={false}>
        {once.one_time}
      </p>
      <p>
        <Words of={words.oneTimeUntil} slots={{ time: <Time utc={once.until} /> }} />
      </p>
      <p>
        <Words of={words.oneTimeHow} />
      </p>
      <div class="row">
        {"clipboard" in navigator ? (
          <button type="button" class="quiet-button" onClick={() => void copy()}>
            <Words of={words.copy} />
          </button>
        ) : null}
        <button type="button" class="button" onClick={close}>
          <Words of={words.oneTimeClose} />
        </button>
        <span role="status">{isCopied ? <Words of={words.copied} /> : null}</span>
      </div>
    </section>
  );
}
