import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { callName } from "../state/people.js";
import type { Person, PersonDetail } from "../wire.js";
import { Failure } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { person as words } from "../words/person.js";
import type { Word } from "../words/word.js";
import { refusalOf } from "./fields.js";
import { Panel } from "./person_acts.js";
import { FindPerson } from "./person_find.js";
import { PersonTags } from "./person_parts.js";

interface Props {
  readonly person: PersonDetail;
  readonly done: (word: Word) => void;
  readonly stop: () => void;
}

/** Two entries of one person become one: the other is found, both are shown as they are and as they
 * will be, then it is asked. */
export function Merge({ person, done, stop }: Props): VNode {
  const [other, choose] = useState<Person | undefined>(undefined);
  const [keepsThis, keep] = useState(true);
  const [fault, tell] = useState<string | undefined>(undefined);
  const [busy, work] = useState(false);
  if (other === undefined)
    return (
      <Panel word={words.merge}>
        <p class="note">
          <Words of={words.mergeNote} />
        </p>
        <FindPerson id="merge-find" not={[person.id]} choose={choose} />
        <Stop stop={stop} />
      </Panel>
    );
  const [stays, goes] = keepsThis ? [person, other] : [other, person];
  const send = async (): Promise<void> => {
    if (busy) return;
    work(true);
    const outcome = await ask("people.merge", { id: goes.id }, { into: stays.id });
    work(false);
    tell(refusalOf(outcome));
    if (outcome.kind !== "ok") return;
    if (!keepsThis) location.hash = `#/people/${stays.id}`;
    else done(words.merged);
  };
  return (
    <Panel word={words.merge}>
      <h4>
        <Words of={words.mergeBefore} />
      </h4>
      <ul class="history">
        <Entry of={person} />
        <Entry of={other} />
      </ul>
      <fieldset>
        <legend>
          <Words of={words.mergeKeep} />
        </legend>
        <div class="choice-row">
          <Keep word={words.mergeThis} checked={keepsThis} choose={() => keep(true)} />
          <Keep word={words.mergeOther} checked={!keepsThis} choose={() => keep(false)} />
        </div>
      </fieldset>
      <h4>
        <Words of={words.mergeAfter} />
      </h4>
      <p>
        <Words of={words.mergeStays} slots={{ who: <Who of={stays} /> }} />
      </p>
      <p>
        <Words of={words.mergeGoes} slots={{ who: <Who of={goes} /> }} />
      </p>
      <p class="note">
        <Words of={words.mergeMoves} />
      </p>
      <div role="alert">
        <Failure text={fault} />
      </div>
      <div class="row">
        <button type="button" class="button" aria-disabled={busy} onClick={() => void send()}>
          <Words of={busy ? words.working : words.mergeYes} />
        </button>
        <Stop stop={stop} />
      </div>
    </Panel>
  );
}

function Stop({ stop }: { stop: () => void }): VNode {
  return (
    <button type="button" class="quiet-button" onClick={stop}>
      <Words of={words.stop} />
    </button>
  );
}

function Keep(props: { word: Word; checked: boolean; choose: () => void }): VNode {
  return (
    <label class="choice">
      <input type="radio" name="merge-keep" checked={props.checked} onChange={props.choose} />
      <span>
        <Words of={props.word} />
      </span>
    </label>
  );
}

function Entry({ of }: { of: Person }): VNode {
  return (
    <li class="stack-small">
      <p>
        <Given>{callName(of)}</Given>{" "}
        <span class="fine">
          <Given>{of.kana ?? ""}</Given>
        </span>
      </p>
      <PersonTags person={of} />
    </li>
  );
}

/** Two of one name are told apart by their IDs. */
function Who({ of }: { of: Person }): VNode {
  return <Given>{of.login === undefined ? callName(of) : `${callName(of)} ${of.login}`}</Given>;
}
