import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { makePasskey } from "../edge/passkey.js";
import { Said, Send } from "../view/form.js";
import { useLine, Words } from "../view/words.js";
import { way } from "../words/way.js";
import type { Word } from "../words/word.js";
import { type Refusal, refusalOf } from "./problem.js";
import { RefusalText } from "./said.js";

type Own = "stopped" | "already" | "broken";
type Fault = Refusal | Own;

const faultWords: Readonly<Record<Own, Word>> = {
  stopped: way.stopped,
  already: way.already,
  broken: way.notMade,
};

/** Makes a passkey on this device or on a phone, and gives it a name that its owner knows again. */
export function PasskeySetUp({ done }: { done: () => void }): VNode {
  const line = useLine();
  const label = useRef<HTMLInputElement>(null);
  const going = useRef<AbortController | undefined>(undefined);
  const [busy, work] = useState(false);
  const [said, say] = useState<Fault | undefined>(undefined);
  useEffect(() => () => going.current?.abort(), []);
  const make = async (): Promise<Fault | undefined> => {
    const options = await ask("me.passkey_options", undefined, undefined);
    if (options.kind !== "ok") return refusalOf(options, []);
    going.current = new AbortController();
    const made = await makePasskey(options.value, going.current.signal);
    if (made.kind !== "done") return made.kind;
    const name = label.current?.value.trim() ?? "";
    const answer = await ask("me.passkey_add", undefined, {
      ...made.value,
      label: name === "" ? line(way.passkeyNameFirst) : name,
    });
    if (answer.kind !== "ok") return refusalOf(answer, []);
    done();
    return undefined;
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    work(true);
    say(undefined);
    say(await make());
    work(false);
  };
  return (
    <form class="stack" onSubmit={(event) => void send(event)} noValidate autocomplete="off">
      <ol class="points">
        <li>
          <Words of={way.makeStep1} />
        </li>
        <li>
          <Words of={way.makeStep2} />
        </li>
        <li>
          <Words of={way.makeStep3} />
        </li>
      </ol>
      <p class="note">
        <Words of={way.sharedNote} />
      </p>
      <div>
        <label for="passkey-name">
          <Words of={way.passkeyName} />
        </label>
        <input
          id="passkey-name"
          ref={label}
          type="text"
          maxLength={60}
          autocomplete="off"
          aria-describedby="passkey-name-note"
        />
        <p class="fine" id="passkey-name-note">
          <Words of={way.passkeyNameNote} />
        </p>
      </div>
      <Said id="passkey-fault">
        {said === undefined ? null : typeof said === "string" ? (
          <Words of={faultWords[said]} />
        ) : (
          <RefusalText said={said} wrong={way.notMade} />
        )}
      </Said>
      <Send busy={busy} word={way.makePasskey} busyWord={way.asking} />
    </form>
  );
}
