import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { isHeadOf } from "../state/leaving.js";
import { Words } from "../view/words.js";
import { leavingPapers as words } from "../words/leaving_papers.js";
import type { Word } from "../words/word.js";
import type { LeavingState } from "../wire.js";
import { type Deed, useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { TextField } from "./fields.js";
import { type AfterAct, Part } from "./leaving_parts.js";
import { Sure } from "./roster_parts.js";

interface Props {
  readonly of: LeavingState;
  readonly after: AfterAct;
}

/** Nothing is taken in any more: asked about twice, though it can be called off. */
export function Begin({ of, after }: Props): VNode {
  const deed = useDeed();
  const begin = async (): Promise<void> => {
    const got = await deed.run(() => ask("leaving.drain", undefined, undefined));
    if (got !== undefined) after(words.beginDone);
  };
  return (
    <Part word={words.beginDo}>
      <p>
        <Words of={words.beginLead} />
      </p>
      <ul class="points">
        {[words.begin1, words.begin2, words.begin3].map((one) => (
          <li key={one[2]}>
            <Words of={one} />
          </li>
        ))}
      </ul>
      {of.may_act ? (
        <Sure
          word={words.beginDo}
          yes={words.beginYes}
          no={words.no}
          busy={deed.busy}
          busyWord={words.working}
          isQuiet
          act={() => void begin()}
        >
          <Words of={words.beginSure} />
        </Sure>
      ) : null}
      <Said of={deed.said} done={words.beginDone} id="leaving-begin-said" />
    </Part>
  );
}

/** Back to normal use: open until the second person has confirmed. */
export function Cancel({ after }: { after: AfterAct }): VNode {
  const deed = useDeed();
  const cancel = async (): Promise<void> => {
    const got = await deed.run(() => ask("leaving.cancel", undefined, undefined));
    if (got !== undefined) after(words.cancelDone);
  };
  return (
    <Part word={words.cancel}>
      <p>
        <Words of={words.cancelLead} />
      </p>
      <Sure
        word={words.cancel}
        yes={words.cancelYes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.working}
        isQuiet
        act={() => void cancel()}
      >
        <Words of={words.cancelSure} />
      </Sure>
      <Said of={deed.said} done={words.cancelDone} />
    </Part>
  );
}

/** The order's confirmation, the second of two persons: from here nothing leads back. */
export function Confirm({ of, after }: Props): VNode {
  const deed = useDeed();
  const bag = of.bag ?? "";
  const confirm = async (): Promise<void> => {
    const got = await deed.run(() => ask("leaving.confirm", undefined, { bag }));
    if (got !== undefined) after(words.confirmDone);
  };
  return (
    <Part word={words.confirmDo}>
      <p>
        <Words of={words.confirmLead} />
      </p>
      <Twice
        bag={bag}
        hint={words.headHintContractor}
        word={words.confirmDo}
        sure={words.confirmSure}
        yes={words.confirmYes}
        deed={deed}
        act={() => void confirm()}
      />
    </Part>
  );
}

interface TwiceProps {
  readonly bag: string;
  readonly hint: Word;
  readonly word: Word;
  readonly sure: Word;
  readonly yes: Word;
  readonly deed: Deed;
  readonly act: () => void;
}

/** What cannot be undone: which data it is about is typed first, then it is asked about once more. */
export function Twice({ bag, hint, word, sure, yes, deed, act }: TwiceProps): VNode {
  const [typed, type] = useState("");
  const [isWrong, tell] = useState(false);
  const [isAsked, askSure] = useState(false);
  const check = (event: Event): void => {
    event.preventDefault();
    const fits = isHeadOf(bag, typed);
    tell(!fits);
    askSure(fits);
    if (!fits) document.getElementById("leaving-head")?.focus();
  };
  return (
    <form class="stack" onSubmit={check} noValidate autocomplete="off">
      <div role="alert">
        {isWrong ? (
          <p class="fault" id="leaving-head-wrong">
            <Words of={words.headWrong} />
          </p>
        ) : null}
      </div>
      <TextField
        id="leaving-head"
        word={words.head}
        hint={hint}
        fault={undefined}
        value={typed}
        put={(value) => {
          type(value);
          tell(false);
          askSure(false);
        }}
      />
      {isAsked ? (
        <Sure
          word={word}
          yes={yes}
          no={words.no}
          busy={deed.busy}
          busyWord={words.working}
          isAsked
          isGrave
          leave={() => askSure(false)}
          act={() => {
            askSure(false);
            act();
          }}
        >
          <Words of={sure} />
        </Sure>
      ) : (
        <button type="submit" class="button" aria-disabled={deed.busy}>
          <Words of={deed.busy ? words.working : word} />
        </button>
      )}
      <Said of={deed.said} done={words.orderDone} />
    </form>
  );
}
