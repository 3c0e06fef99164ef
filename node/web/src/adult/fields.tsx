import type { ComponentChildren, VNode } from "preact";
import type { Outcome, Problem } from "../edge/api.js";
import { Day } from "../view/day.js";
import { Given, useLine, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { person as words } from "../words/person.js";
import type { Word } from "../words/word.js";

/** What is wrong with a form: at its fields by the node's pointers ("/family"), and of the whole. "" in
 * place of a text: the field is empty and needed. */
export interface Faults {
  readonly at: Readonly<Record<string, string>>;
  readonly whole: readonly string[];
}

export const noFaults: Faults = { at: {}, whole: [] };

export function missingAt(pointers: readonly string[]): Faults {
  return { at: Object.fromEntries(pointers.map((one) => [one, ""])), whole: [] };
}

export function isFaulty(faults: Faults): boolean {
  return faults.whole.length > 0 || Object.keys(faults.at).length > 0;
}

/** Sorts a refusal to the fields a form has; what belongs to none of them is said of the whole. */
export function faultsOf(problem: Problem, fields: readonly string[]): Faults {
  const pointers = problem.errors.map((one) => [`/${one.pointer.replace(/^\//, "")}`, one.text]);
  const isHere = (pointer: string | undefined): boolean => fields.includes(pointer ?? "");
  const whole = pointers.flatMap(([pointer, text = ""]) => (isHere(pointer) ? [] : [text]));
  return {
    at: Object.fromEntries(pointers.filter(([pointer]) => isHere(pointer)) as [string, string][]),
    whole: pointers.length === 0 ? [problem.title] : whole,
  };
}

/** What to say of an outcome; `undefined`: it went well. "": the node was not reached. */
export function refusalOf(outcome: Outcome<unknown>): string | undefined {
  switch (outcome.kind) {
    case "ok":
      return undefined;
    case "offline":
      return "";
    case "refused":
      return outcome.problem.errors[0]?.text ?? outcome.problem.title;
  }
}

/** What is said of a whole form; the place stays in the tree, so that a screen reader hears it come. */
export function WholeFault({ faults }: { faults: Faults }): VNode {
  const nAt = Object.keys(faults.at).length;
  return (
    <div role="alert" class="stack-small">
      {faults.whole.map((text) => (
        <p class="fault" key={text}>
          {text === "" ? <Words of={first.noAnswer} /> : <Given>{text}</Given>}
        </p>
      ))}
      {nAt > 0 ? (
        <p class="fault">
          <Words of={words.fix} />
        </p>
      ) : null}
    </div>
  );
}

/** Puts the reader at the first field that is not right, once it has been drawn. */
export function toFirstFault(form: HTMLElement): void {
  requestAnimationFrame(() => {
    const at = form.querySelector<HTMLElement>("[aria-invalid=true]");
    (at?.matches("fieldset") === true ? at.querySelector("input") : at)?.focus();
  });
}

interface FieldProps {
  readonly id: string;
  readonly word: Word;
  readonly hint?: Word;
  readonly fault: string | undefined;
  readonly children: (described: FieldNames) => ComponentChildren;
}

export interface FieldNames {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean;
}

/** A control with its label, what helps to fill it in, and what is wrong with it. */
export function Field({ id, word, hint, fault, children }: FieldProps): VNode {
  const described = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(fault === undefined ? [] : [`${id}-fault`]),
  ].join(" ");
  return (
    <div class="field">
      <label for={id}>
        <Words of={word} />
      </label>
      {hint === undefined ? null : (
        <p class="fine" id={`${id}-hint`}>
          <Words of={hint} />
        </p>
      )}
      {children({
        id,
        "aria-describedby": described === "" ? undefined : described,
        "aria-invalid": fault !== undefined,
      })}
      {fault === undefined ? null : (
        <p class="fault" id={`${id}-fault`}>
          {fault === "" ? <Words of={words.need} /> : <Given>{fault}</Given>}
        </p>
      )}
    </div>
  );
}

type Plain = Omit<FieldProps, "children"> & {
  readonly value: string;
  readonly put: (value: string) => void;
};

/** What an input method tells while a name is being typed. */
interface InputEvents {
  readonly onCompositionUpdate: (event: CompositionEvent) => void;
  readonly onCompositionEnd: (event: CompositionEvent) => void;
}

export function TextField({
  value,
  put,
  events,
  ...field
}: Plain & { events?: InputEvents }): VNode {
  return (
    <Field {...field}>
      {(names) => (
        <input
          {...names}
          {...events}
          type="text"
          autocomplete="off"
          value={value}
          onInput={(event) => put(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function DayField({ value, put, ...field }: Plain): VNode {
  return (
    <Field {...field}>
      {(names) => (
        <>
          <input
            {...names}
            type={"date" as "text"}
            value={value}
            onInput={(event) => put(event.currentTarget.value)}
          />
          {value === "" ? null : (
            <p class="fine">
              <Day of={value} />
            </p>
          )}
        </>
      )}
    </Field>
  );
}

export type Choice = readonly [value: string, label: Word];

/** A few fixed words to choose among, all of them in sight and with their readings. */
export function ChoiceField({
  id,
  word,
  hint,
  fault,
  value,
  put,
  choices,
}: Plain & { choices: readonly Choice[] }): VNode {
  const described = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(fault === undefined ? [] : [`${id}-fault`]),
  ].join(" ");
  return (
    <fieldset
      id={id}
      class="field"
      role="radiogroup"
      aria-invalid={fault !== undefined}
      {...(described === "" ? {} : { "aria-describedby": described })}
    >
      <legend>
        <Words of={word} />
      </legend>
      {hint === undefined ? null : (
        <p class="fine" id={`${id}-hint`}>
          <Words of={hint} />
        </p>
      )}
      <div class="choice-row">
        {choices.map(([one, label]) => (
          <label class="choice" key={one}>
            <input
              type="radio"
              name={id}
              value={one}
              checked={one === value}
              onChange={() => put(one)}
            />
            <span>
              <Words of={label} />
            </span>
          </label>
        ))}
      </div>
      {fault === undefined ? null : (
        <p class="fault" id={`${id}-fault`}>
          {fault === "" ? <Words of={words.needChoice} /> : <Given>{fault}</Given>}
        </p>
      )}
    </fieldset>
  );
}

/** Names of the node's own to choose among: schools, classes, years. */
export function SelectField({
  value,
  put,
  choices,
  none = words.chooseOne,
  ...field
}: Plain & {
  choices: readonly (readonly [value: string, label: string])[];
  /** What stands for no choice. */
  none?: Word;
}): VNode {
  const line = useLine();
  return (
    <Field {...field}>
      {(names) => (
        <select
          {...names}
          class="given"
          value={value}
          onChange={(event) => put(event.currentTarget.value)}
        >
          <option value="">{line(none)}</option>
          {choices.map(([one, label]) => (
            <option value={one} key={one}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
