import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import type { Asked } from "../view/asked.js";
import { Help, Send } from "../view/form.js";
import { Shown } from "../view/page.js";
import { useLine, Words } from "../view/words.js";
import { floors as words } from "../words/floors.js";
import type { Word } from "../words/word.js";
import type { FloorInfo } from "../wire.js";
import { Field } from "./fields.js";
import { type Deed, DeedFaults, floorLine, useDeed } from "./floor_parts.js";

/* What decisions about floors have in common: a list of them, and a form for a new one. */

interface DecisionsProps<T> {
  /** Of the heading. */
  readonly id: string;
  readonly title: Word;
  readonly lead: Word;
  readonly none: Word;
  readonly add: Word;
  readonly asked: Asked<{ readonly items: readonly T[] }>;
  readonly again: () => void;
  readonly keyOf: (one: T) => string;
  readonly row: (one: T) => VNode;
  /** `undefined`: the reader may decide nothing here. */
  readonly form: VNode | undefined;
}

export function Decisions<T>(props: DecisionsProps<T>): VNode {
  return (
    <section class="card stack" aria-labelledby={props.id}>
      <h2 id={props.id}>
        <Words of={props.title} />
      </h2>
      <p>
        <Words of={props.lead} />
      </p>
      <Shown asked={props.asked} again={props.again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="fine">
              <Words of={props.none} />
            </p>
          ) : (
            <ul class="deeds">
              {items.map((one) => (
                <li class="stack-small" key={props.keyOf(one)}>
                  {props.row(one)}
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      {props.form === undefined ? null : <Help title={props.add}>{props.form}</Help>}
    </section>
  );
}

export interface Drafted<D> {
  readonly draft: D;
  readonly write: (draft: D) => void;
  /** A change of some fields: what is sent next is another act. */
  readonly set: (change: Partial<D>) => void;
  readonly deed: Deed;
  /** What is wrong with a field, by the node's pointer. */
  readonly fault: (pointer: string) => string | undefined;
}

/** A form that is being filled in. */
export function useDraft<D extends object>(
  start: D | (() => D),
  pointers: readonly string[],
): Drafted<D> {
  const [draft, write] = useState<D>(start);
  const deed = useDeed(pointers);
  return {
    draft,
    write,
    deed,
    set: (change) => {
      deed.renew();
      write({ ...draft, ...change });
    },
    fault: (pointer) => deed.faults.at[pointer],
  };
}

/** The form itself, with what is said of the whole of it and its button. */
export function DraftForm({
  deed,
  send,
  word = words.save,
  children,
}: {
  deed: Deed;
  send: (form: HTMLElement) => Promise<void>;
  /** What the button does, where it is no decision. */
  word?: Word;
  children: ComponentChildren;
}): VNode {
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
      noValidate
    >
      {children}
      <DeedFaults of={deed} />
      <Send busy={deed.busy} word={word} busyWord={words.saving} />
    </form>
  );
}

interface FieldProps {
  readonly id: string;
  readonly word: Word;
  readonly fault: string | undefined;
  readonly value: string;
  readonly put: (value: string) => void;
}

/** `none`: what choosing no floor means. */
export function FloorField({
  floors,
  none,
  value,
  put,
  ...field
}: FieldProps & { floors: readonly FloorInfo[]; none: Word }): VNode {
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
          {floors.map((one) => (
            <option value={one.id} key={one.id}>
              {floorLine(one)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A day and a minute in Japan. */
export function TimeField({ value, put, ...field }: FieldProps): VNode {
  return (
    <Field {...field}>
      {(names) => (
        <input
          {...names}
          type={"datetime-local" as "text"}
          value={value}
          onInput={(event) => put(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** From when until when. */
export function SpanFields({
  of: { draft, set, fault },
  id,
  from,
  until,
}: {
  of: Pick<Drafted<{ from: string; until: string }>, "draft" | "set" | "fault">;
  id: (name: string) => string;
  from: Word;
  until: Word;
}): VNode {
  return (
    <>
      <TimeField
        id={id("from")}
        word={from}
        fault={fault("/from")}
        value={draft.from}
        put={(from) => set({ from })}
      />
      <TimeField
        id={id("until")}
        word={until}
        fault={fault("/until")}
        value={draft.until}
        put={(until) => set({ until })}
      />
    </>
  );
}
