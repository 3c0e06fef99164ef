import type { VNode } from "preact";
import { pictureNames } from "../art/pictures.js";
import type { Outcome } from "../edge/api.js";
import { type CourseDraft, courseKinds, courseLacking, withText } from "../state/course.js";
import { kanjiRuns, notationOf } from "../state/notation.js";
import { Check } from "../view/form.js";
import { Given, Words } from "../view/words.js";
import { courses as words, pictureWords, plan } from "../words/plan.js";
import type { Word } from "../words/word.js";
import { CoursePicture } from "../class/picture.js";
import { Noted } from "../class/title.js";
import { ChoiceField, Field, missingAt, TextField, toFirstFault } from "./fields.js";
import { DraftForm, useDraft } from "./floor_forms.js";

interface Props {
  readonly id: string;
  readonly start: CourseDraft;
  readonly send: (act: string, draft: CourseDraft) => Promise<Outcome<{ readonly course: string }>>;
  readonly done: (course: string) => void;
}

const fields = ["/title", "/summary", "/kind", "/picture", "/hand", "/places"];

/** What a course is called and how it is read, what it is about, its picture, how children take part. */
export function CourseForm({ id, start, send, done }: Props): VNode {
  const { draft, set, deed, fault } = useDraft<CourseDraft>(start, fields);
  const act = async (form: HTMLElement): Promise<void> => {
    const lacking = courseLacking(draft);
    if (lacking.length > 0) {
      deed.tell(missingAt(lacking));
      return toFirstFault(form);
    }
    let made = "";
    const isDone = await deed.send(form, async (act) => {
      const outcome = await send(act, draft);
      if (outcome.kind === "ok") made = outcome.value.course;
      return outcome;
    });
    if (isDone) done(made);
  };
  return (
    <DraftForm deed={deed} send={act} word={words.save}>
      <TextField
        id={`${id}-title`}
        word={words.name}
        hint={words.nameNote}
        fault={fault("/title")}
        value={draft.title}
        put={(typed) => set(withText(draft, "title", typed))}
      />
      <Field
        id={`${id}-summary`}
        word={words.about}
        hint={words.aboutNote}
        fault={fault("/summary")}
      >
        {(names) => (
          <textarea
            {...names}
            rows={2}
            value={draft.summary}
            onInput={(event) => set(withText(draft, "summary", event.currentTarget.value))}
          />
        )}
      </Field>
      <Readings id={id} of={draft} fault={fault} put={(readings) => set({ readings })} />
      <ChoiceField
        id={`${id}-kind`}
        word={words.kind}
        fault={fault("/kind")}
        value={draft.kind}
        put={(kind) => set({ kind: kind as CourseDraft["kind"] })}
        choices={courseKinds.map((one) => [one, words[one]] as const)}
      />
      <Pictures id={id} value={draft.picture} put={(picture) => set({ picture })} />
      <Means draft={draft} set={set} isMissing={fault("/hand") !== undefined} />
      <TextField
        id={`${id}-places`}
        word={plan.places}
        hint={plan.placesNote}
        fault={fault("/places")}
        value={draft.places}
        put={(places) => set({ places })}
      />
    </DraftForm>
  );
}

function Means({
  draft,
  set,
  isMissing,
}: {
  draft: CourseDraft;
  set: (change: Partial<CourseDraft>) => void;
  isMissing: boolean;
}): VNode {
  return (
    <fieldset class="field" aria-invalid={isMissing}>
      <legend>
        <Words of={words.means} />
      </legend>
      <p class="fine">
        <Words of={words.meansNote} />
      </p>
      {(["hand", "poll", "question"] as const).map((one) => (
        <Check
          key={one}
          checked={draft[one]}
          word={words[one]}
          change={(is) => set({ [one]: is })}
        />
      ))}
      {isMissing ? (
        <p class="fault">
          <Words of={words.meansNote} />
        </p>
      ) : null}
    </fieldset>
  );
}

/** One small field for each run of kanji in the title and the sentence, and how both will look. */
function Readings({
  id,
  of,
  fault,
  put,
}: {
  id: string;
  of: CourseDraft;
  fault: (pointer: string) => string | undefined;
  put: (readings: CourseDraft["readings"]) => void;
}): VNode | null {
  const { title, summary, readings } = of;
  const runs = kanjiRuns(`${title} ${summary}`);
  if (runs.length === 0) return null;
  return (
    <fieldset class="field stack-small">
      <legend>
        <Words of={words.readings} />
      </legend>
      <p class="fine">
        <Words of={words.readingsNote} />
      </p>
      <div class="reading-fields">
        {runs.map((base, i) => {
          const isMissing = fault(`/reading/${base}`) !== undefined;
          const at = `${id}-reading-${i}`;
          return (
            <div class="field" key={base}>
              <label for={at}>
                <Words of={words.readingOf} slots={{ base: <Given>{base}</Given> }} />
              </label>
              <input
                id={at}
                type="text"
                autocomplete="off"
                aria-invalid={isMissing}
                {...(isMissing ? { "aria-describedby": `${at}-fault` } : {})}
                value={readings[base] ?? ""}
                onInput={(event) => put({ ...readings, [base]: event.currentTarget.value.trim() })}
              />
              {isMissing ? (
                <p class="fault" id={`${at}-fault`}>
                  <Words of={words.readingNeed} />
                </p>
              ) : null}
            </div>
          );
        })}
      </div>
      <div class="lesson-page">
        <p class="lesson-page-title">
          <Noted of={notationOf({ text: title, readings })} />
        </p>
        <p>
          <Noted of={notationOf({ text: summary, readings })} />
        </p>
      </div>
    </fieldset>
  );
}

const named: Readonly<Record<string, Word>> = pictureWords;

function Pictures({
  id,
  value,
  put,
}: {
  id: string;
  value: string;
  put: (picture: string) => void;
}): VNode {
  return (
    <fieldset class="field">
      <legend>
        <Words of={words.picture} />
      </legend>
      <div class="choice-row picture-row">
        {pictureNames.map((one) => (
          <label class="choice" key={one}>
            <input
              type="radio"
              name={`${id}-picture`}
              value={one}
              checked={one === value}
              onChange={() => put(one)}
            />
            <span>
              <CoursePicture of={one} />
              <Words of={named[one] ?? words.picture} />
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
