import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ended } from "../control.js";
import { ask } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { callName, mayRequest } from "../state/people.js";
import { readingOf, rolesFor } from "../state/person.js";
import {
  hasSchool,
  missingOf,
  requestDraft,
  type RequestDraft,
  requestFields,
  requestOf,
} from "../state/request.js";
import type { Person } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Check, Send } from "../view/form.js";
import { Back, PageHead, type PageProps } from "../view/page.js";
import { MissingNote } from "../view/trouble.js";
import { Given, useLine, Words } from "../view/words.js";
import { people } from "../words/people.js";
import { person as words } from "../words/person.js";
import {
  ChoiceField,
  DayField,
  type Faults,
  faultsOf,
  isFaulty,
  missingAt,
  noFaults,
  SelectField,
  TextField,
  toFirstFault,
  WholeFault,
} from "./fields.js";
import { gradeChoices } from "./grade.js";
import { FindPerson } from "./person_find.js";
import { roleChoices } from "./person_request.js";

/** Asks for the ID of somebody who is in no roster. */
export function PersonNewPage({ role }: PageProps): VNode {
  if (!mayRequest(role)) return <MissingNote />;
  return (
    <div class="page">
      <Back href="#/people" word={people.toList} />
      <PageHead title={words.newTitle} />
      <p>
        <Words of={words.newLead} />
      </p>
      <RequestForm viewer={role} />
    </div>
  );
}

function RequestForm({ viewer }: { viewer: string | undefined }): VNode {
  const roles = rolesFor(undefined, viewer);
  const first = roles.length === 1 ? (roles[0] ?? "") : "";
  const isOfSchool = viewer === "school_staff";
  const [draft, write] = useState<RequestDraft>(() => requestDraft(first));
  const [children, putChildren] = useState<readonly Person[]>([]);
  const [faults, tell] = useState<Faults>(noFaults);
  const [sent, say] = useState<{ id: string; name: string } | undefined>(undefined);
  const [busy, work] = useState(false);
  const id = useRef(newId()); // one person, however often the answer is lost
  const set = (change: Partial<RequestDraft>): void => {
    say(undefined);
    write((now) => ({ ...now, ...change }));
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLElement;
    const faults = missingAt(missingOf(draft, isOfSchool));
    tell(faults);
    if (isFaulty(faults)) return toFirstFault(form);
    work(true);
    const ids = children.map((one) => one.id);
    const outcome = await ask("people.request", undefined, requestOf(draft, id.current, ids));
    work(false);
    if (outcome.kind === "offline") return tell({ at: {}, whole: [""] });
    if (outcome.kind === "refused") {
      if (outcome.problem.status === 401) return ended();
      tell(faultsOf(outcome.problem, requestFields));
      return toFirstFault(form);
    }
    say({ id: id.current, name: `${draft.family} ${draft.given}` });
    id.current = newId();
    putChildren([]);
    write({ ...requestDraft(draft.role), school: draft.school, grade: draft.grade });
    document.getElementById("new-family")?.focus();
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <div role="status" class="stack-small">
        {sent === undefined ? null : (
          <p class="note">
            <Words of={words.sent} slots={{ name: <Given>{sent.name}</Given> }} />{" "}
            <a class="back" href={`#/people/${sent.id}`}>
              <Words of={words.openSent} />
            </a>
          </p>
        )}
      </div>
      {roles.length === 1 ? null : (
        <ChoiceField
          id="new-role"
          word={words.role}
          fault={faults.at["/role"]}
          value={draft.role}
          put={(role) => set({ role })}
          choices={roleChoices(roles)}
        />
      )}
      <Names draft={draft} set={set} faults={faults} />
      {hasSchool(draft.role) && !isOfSchool ? (
        <School draft={draft} set={set} faults={faults} />
      ) : null}
      {draft.role === "student" ? (
        <ChoiceField
          id="new-grade"
          word={words.grade}
          fault={faults.at["/grade"]}
          value={draft.grade}
          put={(grade) => set({ grade })}
          choices={[["", words.noneOf], ...gradeChoices]}
        />
      ) : null}
      {draft.role === "guardian" ? <Children children={children} put={putChildren} /> : null}
      <Check
        checked={draft.is_trial}
        word={words.isTrial}
        change={(is_trial) => set({ is_trial })}
      />
      <DayField
        id="new-end"
        word={words.endFree}
        fault={faults.at["/ends_on"]}
        value={draft.ends_on}
        put={(ends_on) => set({ ends_on })}
      />
      <WholeFault faults={faults} />
      <Send busy={busy} word={words.send} busyWord={words.working} />
    </form>
  );
}

interface PartProps {
  readonly draft: RequestDraft;
  readonly set: (change: Partial<RequestDraft>) => void;
  readonly faults: Faults;
}

function Names({ draft, set, faults }: PartProps): VNode {
  const part = (name: "family" | "given"): VNode => {
    const kana = `${name}_kana` as const;
    return (
      <div class="pair">
        <Name
          id={`new-${name}`}
          word={name === "family" ? words.family : words.given_}
          value={draft[name]}
          fault={faults.at[`/${name}`]}
          put={(text) => set({ [name]: text })}
          heard={(reading) => set({ [kana]: draft[kana] + reading })}
        />
        <TextField
          id={`new-${name}-kana`}
          word={name === "family" ? words.familyKana : words.givenKana}
          value={draft[kana]}
          fault={faults.at[`/${kana}`]}
          put={(text) => set({ [kana]: text })}
        />
      </div>
    );
  };
  return (
    <>
      {part("family")}
      {part("given")}
      <p class="fine">
        <Words of={words.kanaNote} />
      </p>
    </>
  );
}

interface NameProps {
  readonly id: string;
  readonly word: (typeof words)["family"];
  readonly value: string;
  readonly fault: string | undefined;
  readonly put: (text: string) => void;
  /** What the input method showed as kana before it became the name. */
  readonly heard: (reading: string) => void;
}

function Name({ heard, ...field }: NameProps): VNode {
  const reading = useRef("");
  return (
    <TextField
      {...field}
      events={{
        onCompositionUpdate: (event) => {
          const kana = readingOf(event.data);
          if (kana !== "") reading.current = kana;
        },
        onCompositionEnd: (event) => {
          if (event.data !== "" && reading.current !== "") heard(reading.current);
          reading.current = "";
        },
      }}
    />
  );
}

function School({ draft, set, faults }: PartProps): VNode | null {
  const [schools] = useAsked("schools.list", undefined);
  if (schools.at !== "here") return null;
  const open = schools.value.items.filter((one) => one.kind === "school" && !one.has_left);
  return (
    <SelectField
      id="new-school"
      word={words.ofSchool}
      fault={faults.at["/school"]}
      value={draft.school}
      put={(school) => set({ school })}
      choices={open.map((one) => [one.id, one.name])}
    />
  );
}

interface ChildrenProps {
  readonly children: readonly Person[];
  readonly put: (children: readonly Person[]) => void;
}

function Children({ children, put }: ChildrenProps): VNode {
  const line = useLine();
  return (
    <fieldset class="panel-act stack">
      <legend>
        <Words of={words.children} />
      </legend>
      <p class="fine">
        <Words of={words.childrenNote} />
      </p>
      {children.length === 0 ? null : (
        <ul class="choice-row plain-list">
          {children.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                class="quiet-button"
                aria-label={line(words.drop, { name: callName(one) })}
                onClick={() => put(children.filter((child) => child.id !== one.id))}
              >
                <Given>{callName(one)}</Given> <span aria-hidden="true">×</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <FindPerson
        id="new-child"
        role="student"
        not={children.map((one) => one.id)}
        choose={(one) => put([...children, one])}
      />
    </fieldset>
  );
}
