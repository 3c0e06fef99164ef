import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { endOfDay } from "../state/person.js";
import type { PersonDetail, Right, RightKind, School } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Send } from "../view/form.js";
import { Failure } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { person as words } from "../words/person.js";
import type { Word } from "../words/word.js";
import {
  type Choice,
  ChoiceField,
  DayField,
  type Faults,
  faultsOf,
  isFaulty,
  missingAt,
  noFaults,
  refusalOf,
  SelectField,
  TextField,
  toFirstFault,
  WholeFault,
} from "./fields.js";
import { Grade, gradeChoices } from "./grade.js";

interface Props {
  readonly person: PersonDetail;
  readonly again: () => void;
}

export function rightWord(right: Right["right"]): Word {
  return words[right.replace(".", "_") as keyof typeof words];
}

/** The duties and purposes of one account, for the board alone. Nothing for roles that take none. */
export function Rights({ person, again }: Props): VNode | null {
  const [table] = useAsked("roles.table", undefined);
  const [schools] = useAsked("schools.list", undefined);
  if (table.at !== "here" || schools.at !== "here" || person.role === undefined) return null;
  const kinds = table.value.rights.filter((one) => one.roles.includes(person.role ?? ""));
  if (kinds.length === 0 || person.state === "closed" || person.state === undefined) return null;
  const school = schools.value.items.find((one) => one.id === person.school);
  return (
    <section class="card stack">
      <h2>
        <Words of={words.rights} />
      </h2>
      <p>
        <Words of={words.rightsNote} />
      </p>
      {person.rights.length === 0 ? (
        <p class="fine">
          <Words of={words.rightsNone} />
        </p>
      ) : (
        <ul class="deeds">
          {person.rights.map((right) => (
            <RightRow
              key={right.id}
              person={person}
              right={right}
              schools={schools.value.items}
              again={again}
            />
          ))}
        </ul>
      )}
      {person.is_self === true ? (
        <p class="note">
          <Words of={words.rightsSelf} />
        </p>
      ) : (
        <Give person={person} kinds={kinds} school={school} again={again} />
      )}
    </section>
  );
}

interface RowProps extends Props {
  readonly right: Right;
  readonly schools: readonly School[];
}

function RightRow({ person, right, schools, again }: RowProps): VNode {
  const [isSure, askSure] = useState(false);
  const [fault, tell] = useState<string | undefined>(undefined);
  const [busy, work] = useState(false);
  const school = schools.find((one) => one.id === right.school);
  const title = school?.classes?.find((one) => one.id === right.class)?.title;
  const end = async (): Promise<void> => {
    if (busy) return;
    work(true);
    const outcome = await ask("rights.end", { id: person.id, right: right.id }, undefined);
    work(false);
    tell(refusalOf(outcome));
    if (outcome.kind === "ok") again();
  };
  return (
    <li>
      <p class="tags">
        <span class="deed">
          <Words of={rightWord(right.right)} />
        </span>
        {school === undefined ? null : (
          <span class="fine">
            <Given>{`${school.name} ${title ?? ""}`.trim()}</Given>
          </span>
        )}
        {right.grade === undefined ? null : (
          <span class="fine">
            <Grade of={right.grade} />
          </span>
        )}
        {right.purpose === undefined ? null : (
          <span class="fine">
            <Words of={words.rightPurpose} slots={{ purpose: <Given>{right.purpose}</Given> }} />
          </span>
        )}
      </p>
      <p class="tags fine">
        <Words of={words.rightSince} slots={{ time: <Time utc={right.given_at} /> }} />
        {right.until === undefined ? null : (
          <Words of={words.rightUntil} slots={{ time: <Time utc={right.until} /> }} />
        )}
        {right.used_at === undefined ? (
          <Words of={words.rightUnused} />
        ) : (
          <Words of={words.rightUsed} slots={{ time: <Time utc={right.used_at} /> }} />
        )}
      </p>
      <div role="alert">
        <Failure text={fault} />
        {isSure ? (
          <p class="note">
            <Words of={words.rightEndSure} />
          </p>
        ) : null}
      </div>
      {person.is_self === true ? null : (
        <div class="row">
          <button
            type="button"
            class={isSure ? "button" : "quiet-button"}
            aria-disabled={busy}
            onClick={() => (isSure ? void end() : askSure(true))}
          >
            <Words of={words.rightEnd} />
          </button>
          {isSure ? (
            <button type="button" class="quiet-button" onClick={() => askSure(false)}>
              <Words of={words.stop} />
            </button>
          ) : null}
        </div>
      )}
    </li>
  );
}

interface GiveProps extends Props {
  readonly kinds: readonly RightKind[];
  readonly school: School | undefined;
}

interface Draft {
  readonly right: string;
  readonly class: string;
  readonly grade: string;
  readonly purpose: string;
  readonly until: string;
}

const nothing: Draft = { right: "", class: "", grade: "", purpose: "", until: "" };
const fields = ["/right", "/class", "/grade", "/purpose", "/until"];

function missing(draft: Draft, needsPurpose: boolean): string[] {
  return [
    ...(draft.right === "" ? ["/right"] : []),
    ...(draft.right === "homeroom" && draft.class === "" ? ["/class"] : []),
    ...(draft.right === "grade_head" && draft.grade === "" ? ["/grade"] : []),
    ...(needsPurpose && draft.purpose.trim() === "" ? ["/purpose"] : []),
    ...(needsPurpose && draft.until === "" ? ["/until"] : []),
  ];
}

function Give({ person, kinds, school, again }: GiveProps): VNode {
  const [draft, write] = useState<Draft>(nothing);
  const [faults, tell] = useState<Faults>(noFaults);
  const [isGiven, say] = useState(false);
  const [busy, work] = useState(false);
  const id = useRef(newId()); // one decision, however often it is sent
  const isOfSchool = person.role === "school_staff";
  const needsPurpose = kinds.find((one) => one.right === draft.right)?.needs_purpose === true;
  const set = (change: Partial<Draft>): void => {
    id.current = newId();
    say(false);
    write({ ...draft, ...change });
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLElement;
    const faults = missingAt(missing(draft, needsPurpose));
    tell(faults);
    if (isFaulty(faults)) return toFirstFault(form);
    work(true);
    const outcome = await ask(
      "rights.give",
      { id: person.id },
      {
        id: id.current,
        right: draft.right as Right["right"],
        ...(isOfSchool && school !== undefined ? { school: school.id } : {}),
        ...(draft.right === "homeroom" ? { class: draft.class } : {}),
        ...(draft.right === "grade_head" ? { grade: draft.grade } : {}),
        ...(needsPurpose ? { purpose: draft.purpose.trim().normalize("NFKC") } : {}),
        ...(draft.until === "" ? {} : { until: endOfDay(draft.until) }),
      },
    );
    work(false);
    if (outcome.kind === "offline") return tell({ at: {}, whole: [""] });
    if (outcome.kind === "refused") {
      tell(faultsOf(outcome.problem, fields));
      return toFirstFault(form);
    }
    id.current = newId();
    write(nothing);
    say(true);
    again();
  };
  if (isOfSchool && school === undefined)
    return (
      <p class="note">
        <Words of={words.noSchool} />
      </p>
    );
  return (
    <form class="panel-act stack" onSubmit={(event) => void send(event)} noValidate>
      <h3>
        <Words of={words.give} />
      </h3>
      {isOfSchool && school !== undefined ? (
        <p class="fine">
          <Words of={words.scopeSchool} slots={{ school: <Given>{school.name}</Given> }} />
        </p>
      ) : null}
      <ChoiceField
        id="give-right"
        word={words.right}
        fault={faults.at["/right"]}
        value={draft.right}
        put={(right) => set({ right })}
        choices={kinds.map((one): Choice => [one.right, rightWord(one.right)])}
      />
      {draft.right === "homeroom" ? (
        <Class school={school} draft={draft} set={set} fault={faults.at["/class"]} />
      ) : null}
      {draft.right === "grade_head" ? (
        <ChoiceField
          id="give-grade"
          word={words.grade}
          fault={faults.at["/grade"]}
          value={draft.grade}
          put={(grade) => set({ grade })}
          choices={gradeChoices}
        />
      ) : null}
      {needsPurpose ? (
        <TextField
          id="give-purpose"
          word={words.purpose}
          hint={words.purposeNote}
          fault={faults.at["/purpose"]}
          value={draft.purpose}
          put={(purpose) => set({ purpose })}
        />
      ) : null}
      {draft.right === "" ? null : (
        <DayField
          id="give-until"
          word={needsPurpose ? words.until : words.untilFree}
          {...(needsPurpose ? { hint: words.untilNote } : {})}
          fault={faults.at["/until"]}
          value={draft.until}
          put={(until) => set({ until })}
        />
      )}
      <WholeFault faults={faults} />
      <div role="status">
        {isGiven ? (
          <p class="note">
            <Words of={words.given} />
          </p>
        ) : null}
      </div>
      <Send busy={busy} word={words.give} busyWord={words.working} />
    </form>
  );
}

interface ClassProps {
  readonly school: School | undefined;
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
  readonly fault: string | undefined;
}

function Class({ school, draft, set, fault }: ClassProps): VNode {
  const classes = school?.classes ?? [];
  if (classes.length === 0)
    return (
      <p class="note">
        <Words of={words.noClass} />
      </p>
    );
  return (
    <SelectField
      id="give-class"
      word={words.class}
      fault={fault}
      value={draft.class}
      put={(one) => set({ class: one })}
      choices={classes.map((one) => [one.id, one.title])}
    />
  );
}
