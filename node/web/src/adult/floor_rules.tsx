import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { callName } from "../state/people.js";
import { utcOfField } from "../state/time.js";
import { useAsked } from "../view/asked.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { floors as words } from "../words/floors.js";
import { roles as roleWords } from "../words/home.js";
import type { Word } from "../words/word.js";
import type { FloorInfo, FloorRule, Person, School } from "../wire.js";
import {
  type Choice,
  ChoiceField,
  missingAt,
  SelectField,
  toFirstFault,
  WholeFault,
} from "./fields.js";
import { Decisions, DraftForm, FloorField, SpanFields, useDraft } from "./floor_forms.js";
import { DeedFaults, FloorOf, RoleName, useDeed } from "./floor_parts.js";
import { Grade, gradeChoices } from "./grade.js";
import { FindPerson } from "./person_find.js";
import { PersonTags } from "./person_parts.js";
import { Sure } from "./roster_parts.js";

interface Props {
  readonly floors: readonly FloorInfo[];
  readonly mayDecide: boolean;
  readonly said: () => void;
}

/** Who may enter which floor: rules in force and to come, and a form for a new one (AI-2.3-ア). */
export function FloorRules({ floors, mayDecide, said }: Props): VNode {
  const [asked, again] = useAsked("floor_rules.list", undefined);
  const [schools] = useAsked("schools.list", undefined);
  const list = schools.at === "here" ? schools.value.items : [];
  const done = (): void => {
    said();
    again();
  };
  return (
    <Decisions
      id="rules-title"
      title={words.rules}
      lead={words.rulesLead}
      none={words.rulesNone}
      add={words.addRule}
      asked={asked}
      again={again}
      keyOf={(one: FloorRule) => one.id}
      row={(one) => (
        <Rule rule={one} floors={floors} schools={list} mayDecide={mayDecide} said={done} />
      )}
      form={mayDecide ? <RuleForm floors={floors} schools={list} done={done} /> : undefined}
    />
  );
}

function classTitle(schools: readonly School[], id: string): string {
  for (const school of schools) {
    const found = school.classes?.find((one) => one.id === id);
    if (found !== undefined) return `${school.name} ${found.title}`;
  }
  return id;
}

function Subject({ rule, schools }: { rule: FloorRule; schools: readonly School[] }): VNode {
  switch (rule.subject_kind) {
    case "everyone":
      return <Words of={words.everyone} />;
    case "role":
      return <RoleName of={rule.code ?? ""} />;
    case "grade":
      return <Grade of={rule.code ?? ""} />;
    case "school":
      return <Given>{schools.find((one) => one.id === rule.subject)?.name ?? rule.subject}</Given>;
    case "class":
      return <Given>{classTitle(schools, rule.subject ?? "")}</Given>;
    case "account": {
      const name = [rule.display_name, rule.login].filter((one) => one !== undefined).join(" ");
      return name === "" ? <Words of={words.gone} /> : <Given>{name}</Given>;
    }
  }
}

function Rule({
  rule,
  floors,
  schools,
  mayDecide,
  said,
}: Props & { rule: FloorRule; schools: readonly School[] }): VNode {
  const deed = useDeed();
  const withdraw = (): void => {
    const { floor, subject_kind, subject, code } = rule;
    void deed
      .send(undefined, (id) =>
        ask("floor_rules.decide", undefined, {
          id,
          subject_kind,
          verdict: "none",
          ...(floor === undefined ? {} : { floor }),
          ...(subject === undefined ? {} : { subject }),
          ...(code === undefined ? {} : { code }),
        }),
      )
      .then((isDone) => isDone && said());
  };
  return (
    <>
      <p class="tags">
        <span class={rule.verdict === "deny" ? "pill pill-alert" : "pill"}>
          <Words of={rule.verdict === "deny" ? words.deny : words.allow} />
        </span>
        <span class="deed">
          <Subject rule={rule} schools={schools} />
        </span>
        <span>
          {rule.floor === undefined ? (
            <Words of={words.everyFloor} />
          ) : (
            <FloorOf id={rule.floor} all={floors} />
          )}
        </span>
      </p>
      <p class="tags fine">
        {rule.from === undefined ? null : (
          <Words of={words.from} slots={{ time: <Time utc={rule.from} /> }} />
        )}
        {rule.until === undefined ? null : (
          <Words of={words.until} slots={{ time: <Time utc={rule.until} /> }} />
        )}
        <Words of={words.decidedAt} slots={{ time: <Time utc={rule.at} /> }} />
      </p>
      {mayDecide ? (
        <Sure
          word={words.withdraw}
          yes={words.yes}
          no={words.no}
          busy={deed.busy}
          busyWord={words.saving}
          isQuiet
          act={withdraw}
        >
          <p>
            <Words of={words.withdrawSure} />
          </p>
        </Sure>
      ) : null}
      <DeedFaults of={deed} />
    </>
  );
}

const kinds: readonly Choice[] = [
  ["everyone", words.everyone],
  ["role", words.ofRole],
  ["school", words.ofSchool],
  ["grade", words.ofGrade],
  ["class", words.ofClass],
  ["account", words.ofAccount],
];
const verdicts: readonly Choice[] = [
  ["allow", words.allow],
  ["deny", words.deny],
];
const roleChoices: readonly Choice[] = (
  [
    "student",
    "guardian",
    "supporter",
    "instructor",
    "guest_teacher",
    "school_staff",
    "contractor",
  ] as const
).map((one) => [one, roleWords[one] as Word]);
const fields = ["/floor", "/subject", "/code", "/from", "/until"];
const blank = { floor: "", kind: "", subject: "", code: "", verdict: "", from: "", until: "" };
type Draft = typeof blank;

/** What is not filled in, by the names of the fields. */
function missingIn(draft: Draft): string[] {
  const needsSubject = ["school", "class", "account"].includes(draft.kind);
  const needsCode = ["role", "grade"].includes(draft.kind);
  return [
    ...(draft.kind === "" ? ["/kind"] : []),
    ...(needsSubject && draft.subject === "" ? ["/subject"] : []),
    ...(needsCode && draft.code === "" ? ["/code"] : []),
    ...(draft.verdict === "" ? ["/verdict"] : []),
  ];
}

function RuleForm({
  floors,
  schools,
  done,
}: {
  floors: readonly FloorInfo[];
  schools: readonly School[];
  done: () => void;
}): VNode {
  const drafted = useDraft<Draft>(blank, fields);
  const { draft, write, set, deed, fault } = drafted;
  const [person, choose] = useState<Person | undefined>(undefined);
  const send = async (form: HTMLElement): Promise<void> => {
    const missing = missingIn(draft);
    if (missing.length > 0) {
      deed.tell(missingAt(missing));
      return toFirstFault(form);
    }
    const [from, until] = [utcOfField(draft.from), utcOfField(draft.until)];
    const isDone = await deed.send(form, (id) =>
      ask("floor_rules.decide", undefined, {
        id,
        subject_kind: draft.kind as FloorRule["subject_kind"],
        verdict: draft.verdict as FloorRule["verdict"],
        ...(draft.floor === "" ? {} : { floor: draft.floor }),
        ...(draft.subject === "" ? {} : { subject: draft.subject }),
        ...(draft.code === "" ? {} : { code: draft.code }),
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
      }),
    );
    if (!isDone) return;
    write(blank);
    choose(undefined);
    done();
  };
  return (
    <DraftForm deed={deed} send={send}>
      <FloorField
        id="rule-floor"
        word={words.ruleFloor}
        fault={fault("/floor")}
        value={draft.floor}
        put={(floor) => set({ floor })}
        floors={floors}
        none={words.everyFloor}
      />
      <ChoiceField
        id="rule-kind"
        word={words.ruleWho}
        fault={fault("/kind")}
        value={draft.kind}
        put={(kind) => {
          choose(undefined);
          set({ kind, subject: "", code: "" });
        }}
        choices={kinds}
      />
      {draft.kind === "role" ? (
        <ChoiceField
          id="rule-code"
          word={words.whichRole}
          fault={fault("/code")}
          value={draft.code}
          put={(code) => set({ code })}
          choices={roleChoices}
        />
      ) : null}
      {draft.kind === "grade" ? (
        <ChoiceField
          id="rule-code"
          word={words.whichGrade}
          fault={fault("/code")}
          value={draft.code}
          put={(code) => set({ code })}
          choices={gradeChoices}
        />
      ) : null}
      {draft.kind === "school" ? (
        <SelectField
          id="rule-subject"
          word={words.whichSchool}
          fault={fault("/subject")}
          value={draft.subject}
          put={(subject) => set({ subject })}
          choices={schools.map((one) => [one.id, one.name] as const)}
        />
      ) : null}
      {draft.kind === "class" ? (
        <SelectField
          id="rule-subject"
          word={words.whichClass}
          fault={fault("/subject")}
          value={draft.subject}
          put={(subject) => set({ subject })}
          choices={schools.flatMap((one) =>
            (one.classes ?? []).map((of) => [of.id, `${one.name} ${of.title}`] as const),
          )}
        />
      ) : null}
      {draft.kind === "account" ? (
        <Somebody
          person={person}
          fault={fault("/subject")}
          choose={(found) => {
            choose(found);
            set({ subject: found.id });
          }}
        />
      ) : null}
      <ChoiceField
        id="rule-verdict"
        word={words.ruleVerdict}
        fault={fault("/verdict")}
        value={draft.verdict}
        put={(verdict) => set({ verdict })}
        choices={verdicts}
      />
      <SpanFields
        of={drafted}
        id={(name) => `rule-${name}`}
        from={words.ruleFrom}
        until={words.ruleUntil}
      />
    </DraftForm>
  );
}

function Somebody({
  person,
  fault,
  choose,
}: {
  person: Person | undefined;
  fault: string | undefined;
  choose: (person: Person) => void;
}): VNode {
  return (
    <fieldset class="field" aria-invalid={fault !== undefined}>
      <legend>
        <Words of={words.whichPerson} />
      </legend>
      {person === undefined ? null : (
        <div class="stack-small" role="status">
          <Words of={words.chosen} slots={{ name: <Given>{callName(person)}</Given> }} />
          <PersonTags person={person} />
        </div>
      )}
      <FindPerson id="rule-person" not={person === undefined ? [] : [person.id]} choose={choose} />
      <WholeFault faults={{ at: {}, whole: fault === undefined || fault === "" ? [] : [fault] }} />
    </fieldset>
  );
}
