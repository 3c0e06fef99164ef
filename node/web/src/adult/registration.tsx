import type { ComponentChildren, VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ended } from "../control.js";
import { ask } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { callName } from "../state/people.js";
import {
  admissionsOf,
  codes,
  type FactsDraft,
  factsDraftOf,
  missingFacts,
  recordOf,
} from "../state/registration.js";
import type { Registration, RegistrationFacts } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Day } from "../view/day.js";
import { Send } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { person } from "../words/person.js";
import { factWord, registration as words } from "../words/registration.js";
import type { Word } from "../words/word.js";
import {
  type Choice,
  ChoiceField,
  DayField,
  Field,
  type Faults,
  faultsOf,
  isFaulty,
  missingAt,
  noFaults,
  toFirstFault,
  WholeFault,
} from "./fields.js";
import { roleWord } from "./person_parts.js";

/** A child's facts of admission: why, by which way, of whose wish, with whose consent. Whoever may not
 * know them is told what everybody is told of a page that is not there. */
export function RegistrationPage({ page }: PageProps): VNode {
  const [asked, again] = useAsked("registration.show", { id: page.name });
  return (
    <div class="page">
      <Shown asked={asked} again={again}>
        {(now) => (
          <>
            <Back href={`#/people/${page.name}`} word={person.toPerson} />
            <PageHead title={words.title} />
            <Whose id={page.name} />
            {now.is_due ? (
              <p class="note">
                <span class="pill">
                  <Words of={words.due} slots={{ year: now.school_year }} />
                </span>{" "}
                <Words of={words.dueNote} />
              </p>
            ) : null}
            {now.facts === undefined ? null : <Facts facts={now.facts} now={now} />}
            <RecordForm of={page.name} now={now} again={again} />
          </>
        )}
      </Shown>
    </div>
  );
}

/** Who it is about: two children of one name are told apart by the ID. */
function Whose({ id }: { id: string }): VNode | null {
  const [asked] = useAsked("people.show", { id });
  if (asked.at !== "here") return null;
  const { login, school_name } = asked.value;
  return (
    <p class="deed">
      <Given>{callName(asked.value)}</Given>{" "}
      <span class="fine">
        <Given>{[login, school_name].filter((one) => one !== undefined).join(" ")}</Given>
      </span>
    </p>
  );
}

/** A code by its word; one this client does not know yet stays as it is. */
function Fact({ field, code }: { field: string; code: string }): VNode {
  const word = factWord(field, code);
  return word === undefined ? <Given>{code}</Given> : <Words of={word} />;
}

function Facts({ facts, now }: { facts: RegistrationFacts; now: Registration }): VNode {
  const role = roleWord(facts.role) ?? person.operator;
  const wish = <Fact field="wish" code={facts.wish} />;
  const rows: readonly (readonly [Word, ComponentChildren])[] = [
    [
      words.target,
      <Words
        of={words.since}
        slots={{
          what: <Fact field="target" code={facts.target} />,
          day: <Day of={facts.target_since} />,
        }}
      />,
    ],
    [words.route, <Fact field="route" code={facts.route} />],
    [
      words.wish,
      facts.wish_by === "nobody" ? (
        wish
      ) : (
        <Words
          of={words.saidBy}
          slots={{ what: wish, who: <Fact field="wish_by" code={facts.wish_by} /> }}
        />
      ),
    ],
    [words.support, <Fact field="support" code={facts.support} />],
    [words.admission, <Fact field="admission" code={facts.admission} />],
    [words.consent, <Consent facts={facts} now={now} />],
    ...((facts.note ?? "") === "" ? [] : [[words.noteShort, <Given>{facts.note}</Given>] as const]),
  ];
  return (
    <section class="card stack">
      <h2>
        <Words of={words.last} slots={{ year: facts.school_year }} />
      </h2>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div class="fact" key={name[2]}>
            <dt>
              <Words of={name} />
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="fine">
        <Words
          of={words.recordedBy}
          slots={{ time: <Time utc={facts.recorded_at} />, role: <Words of={role} /> }}
        />
      </p>
    </section>
  );
}

function Consent({ facts, now }: { facts: RegistrationFacts; now: Registration }): VNode {
  const { consent_version, consent_on, consent_by } = facts;
  if (consent_on === undefined) return <Words of={words.consentNone} />;
  return (
    <>
      <Words
        of={words.consentIs}
        slots={{
          version: <Given>{consent_version}</Given>,
          day: <Day of={consent_on} />,
          who: <Fact field="consent_by" code={consent_by ?? ""} />,
        }}
      />
      {facts.is_consent_current ? null : (
        <p class="note">
          <Words of={words.consentOld} slots={{ version: <Given>{now.consent_version}</Given> }} />
        </p>
      )}
    </>
  );
}

/** The fields by the node's pointers. */
const fields = [
  "/school_year",
  "/target",
  "/target_since",
  "/route",
  "/wish",
  "/wish_by",
  "/support",
  "/admission",
  "/consent/on",
  "/consent/by",
  "/consent/items",
  "/note",
];

interface FormProps {
  readonly of: string;
  readonly now: Registration;
  readonly again: () => void;
}

function RecordForm({ of, now, again }: FormProps): VNode {
  const [draft, write] = useState<FactsDraft>(() => factsDraftOf(now));
  const [faults, tell] = useState<Faults>(noFaults);
  const [isSaved, say] = useState(false);
  const [busy, work] = useState(false);
  const id = useRef(newId()); // one record, however often it is sent
  const set = (change: Partial<FactsDraft>): void => {
    id.current = newId();
    say(false);
    write((before) => ({ ...before, ...change }));
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLElement;
    const faults = missingAt(missingFacts(draft));
    tell(faults);
    if (isFaulty(faults)) return toFirstFault(form);
    work(true);
    const outcome = await ask(
      "registration.record",
      { id: of },
      recordOf(draft, id.current, now.consent_version),
    );
    work(false);
    if (outcome.kind === "offline") return tell({ at: {}, whole: [""] });
    if (outcome.kind === "refused") {
      if (outcome.problem.status === 401) return ended();
      tell(faultsOf(outcome.problem, fields));
      return toFirstFault(form);
    }
    id.current = newId();
    say(true);
    again();
  };
  const pick = (name: "target" | "route" | "wish" | "wish_by" | "support"): VNode => (
    <ChoiceField
      id={`facts-${name}`}
      word={words[name]}
      fault={faults.at[`/${name}`]}
      value={draft[name]}
      put={(value) => set({ [name]: value })}
      choices={choicesOf(name, codes[name])}
    />
  );
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.recordTitle} />
      </h2>
      <p>
        <Words of={words.recordLead} />
      </p>
      <ChoiceField
        id="facts-year"
        word={words.year}
        fault={faults.at["/school_year"]}
        value={draft.school_year}
        put={(school_year) => set({ school_year })}
        choices={[-1, 0, 1].map((more) => yearChoice(now.school_year + more))}
      />
      {pick("target")}
      <DayField
        id="facts-since"
        word={words.target_since}
        fault={faults.at["/target_since"]}
        value={draft.target_since}
        put={(target_since) => set({ target_since })}
      />
      {pick("route")}
      {pick("wish")}
      {draft.wish === "" || draft.wish === "not_asked" ? null : pick("wish_by")}
      {pick("support")}
      <ChoiceField
        id="facts-admission"
        word={words.admission}
        hint={words.policy}
        fault={faults.at["/admission"]}
        value={draft.admission}
        put={(admission) => set({ admission })}
        choices={choicesOf("admission", admissionsOf(now.policy))}
      />
      <ConsentFields draft={draft} set={set} faults={faults} now={now} />
      <Field id="facts-note" word={words.note} hint={words.noteNote} fault={faults.at["/note"]}>
        {(names) => (
          <textarea
            {...names}
            rows={3}
            value={draft.note}
            onInput={(event) => set({ note: event.currentTarget.value })}
          />
        )}
      </Field>
      <WholeFault faults={faults} />
      <div role="status">
        {isSaved ? (
          <p class="note">
            <Words of={words.saved} />
          </p>
        ) : null}
      </div>
      <Send busy={busy} word={words.record} busyWord={words.saving} />
    </form>
  );
}

function yearChoice(year: number): Choice {
  const [ja, easy, en] = words.yearOf;
  const filled = (form: string): string => form.replace("{year}", String(year));
  return [String(year), [filled(ja), filled(easy), filled(en)]];
}

function choicesOf(field: string, of: readonly string[]): readonly Choice[] {
  return of.map((code) => [code, factWord(field, code) ?? [code, code, code]]);
}

interface ConsentProps {
  readonly draft: FactsDraft;
  readonly set: (change: Partial<FactsDraft>) => void;
  readonly faults: Faults;
  readonly now: Registration;
}

function ConsentFields({ draft, set, faults, now }: ConsentProps): VNode {
  const version = now.consent_version;
  const faultOfItems = faults.at["/consent/items"];
  return (
    <fieldset class="panel-act stack">
      <legend>
        <Words of={words.consent} />
      </legend>
      {version === "" ? (
        <p class="fine">
          <Words of={words.consentUnset} />
        </p>
      ) : (
        <label class="check">
          <input
            type="checkbox"
            checked={draft.hasConsent}
            onChange={(event) => set({ hasConsent: event.currentTarget.checked })}
          />
          <Words of={words.hasConsent} slots={{ version: <Given>{version}</Given> }} />
        </label>
      )}
      {!draft.hasConsent ? null : (
        <>
          <DayField
            id="facts-consent-on"
            word={words.consent_on}
            fault={faults.at["/consent/on"]}
            value={draft.consent_on}
            put={(consent_on) => set({ consent_on })}
          />
          <ChoiceField
            id="facts-consent-by"
            word={words.consent_by}
            fault={faults.at["/consent/by"]}
            value={draft.consent_by}
            put={(consent_by) => set({ consent_by })}
            choices={choicesOf("consent_by", codes.consent_by)}
          />
          {now.consent_items.length === 0 ? null : (
            <fieldset>
              <legend>
                <Words of={words.items} />
              </legend>
              {now.consent_items.map((item) => (
                <Item key={item} item={item} draft={draft} set={set} />
              ))}
              {faultOfItems === undefined ? null : (
                <p class="fault">
                  <Given>{faultOfItems}</Given>
                </p>
              )}
            </fieldset>
          )}
        </>
      )}
    </fieldset>
  );
}

interface ItemProps {
  readonly item: string;
  readonly draft: FactsDraft;
  readonly set: (change: Partial<FactsDraft>) => void;
}

function Item({ item, draft, set }: ItemProps): VNode {
  const isIn = draft.items.includes(item);
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isIn}
        onChange={() =>
          set({
            items: isIn ? draft.items.filter((one) => one !== item) : [...draft.items, item],
          })
        }
      />
      <Given>{item}</Given>
    </label>
  );
}
