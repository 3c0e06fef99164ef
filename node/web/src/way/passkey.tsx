import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { makePasskey } from "../edge/passkey.js";
import { Said, Send } from "../view/form.js";
import { useLine, Words } from "../view/words.js";
import { me } from "../words/me.js";
import { way } from "../words/way.js";
import type { Word } from "../words/word.js";
import { type Refusal, refusalOf } from "./problem.js";
import { RefusalText } from "./said.js";

type Own = "stopped" | "already" | "broken" | "password";
type Fault = Refusal | Own;

const faultWords: Readonly<Record<Own, Word>> = {
  stopped: way.stopped,
  already: way.already,
  broken: way.notMade,
  password: me.needOld,
};

function isOfPassword(fault: Fault | undefined): boolean {
  return fault === "password" || (typeof fault === "object" && fault.kind === "wrong");
}

interface Props {
  readonly done: () => void;
  /** Who has been in for a while proves once more who sits there. */
  readonly asksPassword?: boolean;
}

type Made = Extract<Awaited<ReturnType<typeof makePasskey>>, { kind: "done" }>["value"];

/** Makes a passkey on this device or on a phone, and gives it a name that its owner knows again. */
export function PasskeySetUp({ done, asksPassword = false }: Props): VNode {
  const line = useLine();
  const label = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  /** Made already, but the password was wrong: the device is not asked for another one. */
  const kept = useRef<Made | undefined>(undefined);
  const going = useRef<AbortController | undefined>(undefined);
  const [busy, work] = useState(false);
  const [said, say] = useState<Fault | undefined>(undefined);
  useEffect(() => () => going.current?.abort(), []);
  const make = async (): Promise<Fault | undefined> => {
    const typed = password.current?.value ?? "";
    if (asksPassword && typed === "") return "password";
    if (kept.current === undefined) {
      const options = await ask("me.passkey_options", undefined, undefined);
      if (options.kind !== "ok") return refusalOf(options, []);
      going.current = new AbortController();
      const made = await makePasskey(options.value, going.current.signal);
      if (made.kind !== "done") return made.kind;
      kept.current = made.value;
    }
    const name = label.current?.value.trim() ?? "";
    const answer = await ask("me.passkey_add", undefined, {
      ...kept.current,
      label: name === "" ? line(way.passkeyNameFirst) : name,
      ...(asksPassword ? { password: typed } : {}),
    });
    if (password.current !== null) password.current.value = "";
    if (answer.kind === "ok") return void done();
    const refusal = refusalOf(answer, ["/password"]);
    if (refusal?.kind === "node") kept.current = undefined;
    return refusal;
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    work(true);
    say(undefined);
    const fault = await make();
    say(fault);
    work(false);
    if (isOfPassword(fault)) password.current?.focus();
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
          <RefusalText said={said} wrong={me.wrongOld} />
        )}
      </Said>
      {asksPassword ? (
        <div>
          <label for="passkey-password">
            <Words of={me.oldPassword} />
          </label>
          <input
            id="passkey-password"
            ref={password}
            type="password"
            autocomplete="off"
            spellcheck={false}
            aria-describedby={isOfPassword(said) ? "passkey-fault" : undefined}
            aria-invalid={isOfPassword(said)}
          />
        </div>
      ) : null}
      <Send busy={busy} word={way.makePasskey} busyWord={way.asking} />
    </form>
  );
}
