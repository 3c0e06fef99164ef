import type { VNode } from "preact";
import { type Display, type Theme, themes } from "../state/display.js";
import { first } from "../words/first.js";
import { type WordForm, wordForms } from "../words/word.js";
import { Words } from "./words.js";

interface Props {
  /** Tells two copies of the choices on one page apart. */
  readonly group: string;
  readonly form: WordForm;
  readonly theme: Theme;
  readonly choose: (change: Partial<Display>) => void;
}

/** Words and colours: the two choices that a device keeps. */
export function DisplayChoices({ group, form, theme, choose }: Props): VNode {
  return (
    <div class="choices">
      <fieldset>
        <legend>
          <Words of={first.forms} />
        </legend>
        <div class="choice-row">
          {wordForms.map((one) => (
            <label class="choice" key={one}>
              <input
                type="radio"
                name={`${group}-form`}
                checked={one === form}
                onChange={() => choose({ form: one })}
              />
              <span>
                <Words of={first[one]} />
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>
          <Words of={first.themes} />
        </legend>
        <div class="choice-row">
          {themes.map((one) => (
            <label class="choice" key={one}>
              <input
                type="radio"
                name={`${group}-theme`}
                checked={one === theme}
                onChange={() => choose({ theme: one })}
              />
              <span>
                <i class={`swatch swatch-${one}`} aria-hidden="true" />
                <Words of={first[one]} />
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <p class="fine">
        <Words of={first.displayNote} />
      </p>
    </div>
  );
}
