import type { VNode } from "preact";
import type { Outcome } from "../edge/api.js";
import { Given, Words } from "../view/words.js";
import { teachers as words } from "../words/teachers.js";
import type { Word } from "../words/word.js";
import type { TeacherCard, TeacherNodeAnswer } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { Field, TextField } from "./fields.js";
import { DraftForm, useDraft } from "./floor_forms.js";
import { Sure } from "./roster_parts.js";

const answers: Readonly<Record<TeacherCard["answer"] | TeacherNodeAnswer["answer"], Word>> = {
  none: words.answerNone,
  offered: words.answerOffered,
  approved: words.answerApproved,
  declined: words.answerDeclined,
  changed: words.answerChanged,
};

/** What was decided about a card: here, or in another town. */
export function AnswerPill({ of }: { of: keyof typeof answers }): VNode {
  return (
    <span class={of === "approved" || of === "offered" ? "pill" : "pill pill-alert"}>
      <Words of={answers[of]} />
    </span>
  );
}

/** Several lines that somebody wrote. */
export function Lines({ of: text }: { of: string }): VNode {
  return (
    <>
      {text.split("\n").map((line, at) => (
        <p key={at}>
          <Given>{line}</Given>
        </p>
      ))}
    </>
  );
}

export interface CardDraft {
  readonly name: string;
  readonly field: string;
  readonly evidence: string;
  readonly times: string;
}

export const noCard: CardDraft = { name: "", field: "", evidence: "", times: "" };

const pointers = ["/name", "/field", "/evidence", "/times"];

/** What a card says: who it is, what for, what shows it, and when. */
export function CardForm({
  id,
  start,
  send,
  done,
}: {
  id: string;
  start: CardDraft;
  send: (act: string, draft: CardDraft) => Promise<Outcome<unknown>>;
  done: () => void;
}): VNode {
  const { draft, set, deed, fault } = useDraft<CardDraft>(start, pointers);
  const area = (name: "evidence" | "times", rows: number, hint?: Word): VNode => (
    <Field
      id={`${id}-${name}`}
      word={words[name]}
      {...(hint === undefined ? {} : { hint })}
      fault={fault(`/${name}`)}
    >
      {(names) => (
        <textarea
          {...names}
          rows={rows}
          value={draft[name]}
          onInput={(event) => set({ [name]: event.currentTarget.value })}
        />
      )}
    </Field>
  );
  return (
    <DraftForm
      deed={deed}
      word={words.save}
      send={async (form) => {
        if (await deed.send(form, (act) => send(act, draft))) done();
      }}
    >
      <TextField
        id={`${id}-name`}
        word={words.name}
        hint={words.nameNote}
        fault={fault("/name")}
        value={draft.name}
        put={(name) => set({ name })}
      />
      <TextField
        id={`${id}-field`}
        word={words.field}
        fault={fault("/field")}
        value={draft.field}
        put={(field) => set({ field })}
      />
      {area("evidence", 3, words.evidenceNote)}
      {area("times", 2)}
    </DraftForm>
  );
}

/** An act that is asked about once more, and what came of it. */
export function Step({
  word,
  sure,
  send,
  again,
  done = words.decided,
  isQuiet = false,
}: {
  word: Word;
  sure: Word;
  send: (id: string) => Promise<Outcome<unknown>>;
  again: () => void;
  done?: Word;
  isQuiet?: boolean;
}): VNode {
  const deed = useDeed();
  return (
    <>
      <Sure
        word={word}
        yes={words.yes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.saving}
        isQuiet={isQuiet}
        act={() => void deed.run(send).then((got) => (got === undefined ? undefined : again()))}
      >
        <p>
          <Words of={sure} />
        </p>
      </Sure>
      <Said of={deed.said} done={done} />
    </>
  );
}
