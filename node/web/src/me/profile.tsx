import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ended, lookAgain } from "../control.js";
import { ask, type FieldFault } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { type Draft, draftOf, isSame } from "../state/profile.js";
import type { FigureWorn, Profile } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Figure } from "../view/figure.js";
import { Check, Said, Send } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Given, useLine, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { me } from "../words/me.js";
import { colourNames, figures, profile as words } from "../words/profile.js";
import type { Word } from "../words/word.js";
import { Picker } from "./picker.js";

/** How others see me: name, figure, a line, and how they may begin. */
export function ProfilePage({ role }: PageProps): VNode {
  const [profile, again] = useAsked("profile.show", undefined);
  const [worn, countAgain] = useAsked("profile.figures", undefined);
  return (
    <div class="page">
      <Back href="#/me" word={me.toMe} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Shown asked={profile} again={again}>
        {(now) => (
          <Form
            key={now.version}
            now={now}
            isChild={role === "student"}
            worn={worn.at === "here" ? worn.value.worn : []}
            again={() => {
              again();
              countAgain();
            }}
          />
        )}
      </Shown>
    </div>
  );
}

/** What is said no to, in our words where we have them, else in the node's. */
type No = Word | string;

/** At the two fields, or of the whole. */
interface Faults {
  readonly name?: No | undefined;
  readonly note?: No | undefined;
  readonly whole?: No | undefined;
  readonly isOld?: boolean;
}

/** The node's rules of a name. A name under piles of marks breaks `most` too: its words say so. */
const nameRules: Readonly<Record<string, Word>> = {
  required: words.needName,
  "real-name": words.realName,
  school: words.schoolName,
  staff: words.staffName,
  taken: words.takenName,
  "taken-alike": words.alikeName,
  alike: words.oddName,
};

function nameFault(fault: FieldFault | undefined, name: string): No | undefined {
  if (fault === undefined) return undefined;
  if (fault.rule === "most" && [...name].length > 12) return words.longName;
  return nameRules[fault.rule] ?? fault.text;
}

function noteFault(fault: FieldFault | undefined, note: string): No | undefined {
  if (fault === undefined) return undefined;
  return [...note].length > 40 ? words.longLine : fault.text;
}

function NoText({ of: no }: { of: No }): VNode {
  return typeof no === "string" ? <Given>{no}</Given> : <Words of={no} />;
}

interface FormProps {
  readonly now: Profile;
  readonly isChild: boolean;
  readonly worn: readonly FigureWorn[];
  readonly again: () => void;
}

function Form({ now, isChild, worn, again }: FormProps): VNode {
  const [kept, keep] = useState(now);
  const [draft, put] = useState<Draft>(draftOf(now));
  const [busy, work] = useState(false);
  const [isSaved, tellSaved] = useState(false);
  const [faults, tellFaults] = useState<Faults>({});
  const [picked, tellPicked] = useState<Draft | undefined>(undefined);
  const id = useRef(newId());
  const form = useRef<HTMLFormElement>(null);
  const line = useLine();
  const isFaulty = faults.name !== undefined || faults.note !== undefined;
  const change = (part: Partial<Draft>): void => {
    put({ ...draft, ...part });
    tellSaved(false);
    tellPicked(undefined);
    tellFaults({});
    id.current = newId(); // another wish
  };
  const pick = async (): Promise<void> => {
    const answer = await ask("profile.figures", undefined, undefined);
    if (answer.kind === "offline") return tellFaults({ whole: first.noAnswer });
    if (answer.kind === "refused") return tellFaults({ whole: answer.problem.title });
    const { kind, colour } = answer.value;
    change({ kind, colour });
    tellPicked({ ...draft, kind, colour });
  };
  const save = async (): Promise<void> => {
    if (busy) return;
    work(true);
    const answer = await ask("profile.change", undefined, {
      id: id.current,
      version: kept.version,
      ...draft,
    });
    work(false);
    if (answer.kind === "ok") {
      keep(answer.value);
      put(draftOf(answer.value));
      tellFaults({});
      tellSaved(true);
      id.current = newId();
      void lookAgain(); // the greeting knows the name too
      return;
    }
    if (answer.kind === "offline") return tellFaults({ whole: first.noAnswer });
    const { problem } = answer;
    if (problem.status === 401) return ended();
    const at = (pointer: string): FieldFault | undefined =>
      problem.errors.find((one) => one.pointer === pointer);
    const here = {
      name: nameFault(at("/name"), draft.name),
      note: noteFault(at("/note"), draft.note),
    };
    const isHere = here.name !== undefined || here.note !== undefined;
    const isOld = problem.code === "profile-changed";
    const isEnough = problem.code === "profile-too-often";
    const other = isOld ? words.old : isEnough ? words.enough : problem.title;
    tellFaults({ ...here, whole: isHere ? words.notSaved : other, isOld });
    requestAnimationFrame(() => {
      const field = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
      field?.focus({ preventScroll: true });
      field?.parentElement?.scrollIntoView({ block: "center" });
      field?.nextElementSibling?.scrollIntoView({ block: "nearest" }); // what is said of it
    });
  };
  return (
    <form
      ref={form}
      class={isFaulty ? "profile-form is-faulty" : "profile-form"}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Said id="profile-said">
        {faults.whole === undefined ? null : <NoText of={faults.whole} />}
      </Said>
      {faults.isOld === true ? (
        <button type="button" class="quiet-button" onClick={again}>
          <Words of={words.anew} />
        </button>
      ) : null}
      <section class="card seen" aria-label={line(words.seen)}>
        <Figure kind={draft.kind} colour={draft.colour} height={120} />
        <Figure kind={draft.kind} colour={draft.colour} pose="sit" height={120} />
        <div class="seen-words">
          <p class="fine">
            <Words of={words.seen} />
          </p>
          <p class="seen-name">
            <Given>{draft.name}</Given>
          </p>
          {draft.note === "" ? null : (
            <p>
              <Given>{draft.note}</Given>
            </p>
          )}
        </div>
      </section>
      <section class="card stack">
        <TextLine
          id="profile-name"
          word={words.name}
          hint={isChild ? words.nameHint : words.nameHintAdult}
          value={draft.name}
          fault={faults.name}
          put={(name) => change({ name })}
        />
        <TextLine
          id="profile-note"
          word={words.line}
          hint={words.lineHint}
          value={draft.note}
          fault={faults.note}
          put={(note) => change({ note })}
        />
      </section>
      <section class="card stack">
        <div class="row">
          <button type="button" class="quiet-button" onClick={() => void pick()}>
            <Words of={words.pick} />
          </button>
          <p role="status">
            {picked === undefined ? null : (
              <Words
                of={words.picked}
                slots={{
                  kind: <Words of={figures[picked.kind]} />,
                  colour: <Words of={colourNames[picked.colour]} />,
                }}
              />
            )}
          </p>
        </div>
        <Picker
          kind={draft.kind}
          colour={draft.colour}
          mine={isChild ? kept.kind : undefined}
          worn={worn}
          choose={change}
        />
      </section>
      <section class="card">
        <fieldset class="stack-small" aria-describedby="ways-hint">
          <legend>
            <Words of={words.ways} />
          </legend>
          <p class="fine" id="ways-hint">
            <Words of={words.waysHint} />
          </p>
          <Check checked={draft.wave} word={words.wave} change={(wave) => change({ wave })} />
          <Check checked={draft.open} word={words.open} change={(open) => change({ open })} />
          <Check
            checked={draft.private}
            word={words.private}
            change={(two) => change({ private: two })}
          />
        </fieldset>
      </section>
      <div class="stack-small save">
        <div role="status">
          {isSaved && isSame(draft, kept) ? (
            <p class="note">
              <Words of={words.saved} />
            </p>
          ) : null}
          {kept.changes_left === 0 ? (
            <p class="fine">
              <Words of={words.enough} />
            </p>
          ) : null}
        </div>
        <Send busy={busy} word={words.save} busyWord={words.saving} />
      </div>
    </form>
  );
}

function TextLine({
  id,
  word,
  hint,
  value,
  fault,
  put,
}: {
  id: string;
  word: Word;
  hint: Word;
  value: string;
  fault: No | undefined;
  put: (value: string) => void;
}): VNode {
  const described = fault === undefined ? `${id}-hint` : `${id}-fault ${id}-hint`;
  return (
    <div class="field">
      <label for={id}>
        <Words of={word} />
      </label>
      <p class="fine" id={`${id}-hint`}>
        <Words of={hint} />
      </p>
      <input
        id={id}
        type="text"
        autocomplete="off"
        value={value}
        aria-invalid={fault !== undefined}
        aria-describedby={described}
        onInput={(event) => put(event.currentTarget.value)}
      />
      {fault === undefined ? null : (
        <p class="fault" id={`${id}-fault`}>
          <NoText of={fault} />
        </p>
      )}
    </div>
  );
}
