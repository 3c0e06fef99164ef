import type { VNode } from "preact";
import { callName } from "../state/people.js";
import { Given, Words } from "../view/words.js";
import type { Word } from "../words/word.js";
import type { Person } from "../wire.js";
import { FindPerson } from "./person_find.js";

interface Props {
  readonly id: string;
  readonly word: Word;
  readonly otherWord: Word;
  readonly needWord: Word;
  readonly isLacking: boolean;
  readonly not: readonly string[];
  readonly person: Person | undefined;
  readonly choose: (person: Person | undefined) => void;
}

/** The one person a form is about: found by name, or chosen and shown with a way to another. */
export function PickPerson(props: Props): VNode {
  const { id, word, otherWord, needWord, isLacking, not, person, choose } = props;
  return (
    <fieldset class="field stack-small" aria-invalid={isLacking}>
      <legend>
        <Words of={word} />
      </legend>
      {isLacking ? (
        <p class="fault" id={`${id}-fault`}>
          <Words of={needWord} />
        </p>
      ) : null}
      {person === undefined ? (
        <FindPerson id={id} not={not} choose={choose} />
      ) : (
        <div class="row">
          <strong>
            <Given>{callName(person)}</Given>
          </strong>
          <button type="button" class="quiet-button" onClick={() => choose(undefined)}>
            <Words of={otherWord} />
          </button>
        </div>
      )}
    </fieldset>
  );
}
