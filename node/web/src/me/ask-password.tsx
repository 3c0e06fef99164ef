import type { ComponentChildren, VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { Said, Send } from "../view/form.js";
import { Words } from "../view/words.js";
import { me } from "../words/me.js";
import { way } from "../words/way.js";
import type { Word } from "../words/word.js";
import type { Refusal } from "../way/problem.js";
import { RefusalText } from "../way/said.js";

export type Answer = Refusal | Word | undefined;

interface Props {
  readonly doWord: Word;
  /** What stands above the password; its own fault before anything is sent. */
  readonly children?: ComponentChildren;
  readonly fault?: Word | undefined;
  readonly give: (password: string) => Promise<Answer>;
}

/** A form that asks for the password once more: what it changes is how its owner gets in. */
export function AskPassword({ doWord, children, fault, give }: Props): VNode {
  const password = useRef<HTMLInputElement>(null);
  const [busy, work] = useState(false);
  const [said, say] = useState<Refusal | Word | undefined>(undefined);
  const isOwn =
    said === me.needOld || (said !== undefined && "kind" in said && said.kind === "wrong");
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    if (fault !== undefined) return say(fault);
    const typed = password.current?.value ?? "";
    if (typed === "") {
      password.current?.focus();
      return say(me.needOld);
    }
    work(true);
    say(undefined);
    const answer = await give(typed);
    work(false);
    if (password.current !== null) password.current.value = "";
    say(answer);
    if (answer !== undefined) password.current?.focus();
  };
  return (
    <form class="stack" onSubmit={(event) => void send(event)} noValidate autocomplete="off">
      {children}
      <Said id="ask-fault">
        {said === undefined ? null : "kind" in said ? (
          <RefusalText said={said} wrong={me.wrongOld} />
        ) : (
          <Words of={said} />
        )}
      </Said>
      <div>
        <label for="ask-password">
          <Words of={me.oldPassword} />
        </label>
        <input
          id="ask-password"
          ref={password}
          type="password"
          autocomplete="off"
          spellcheck={false}
          aria-describedby={isOwn ? "ask-fault" : undefined}
          aria-invalid={isOwn}
        />
      </div>
      <Send busy={busy} word={doWord} busyWord={way.saving} />
    </form>
  );
}
