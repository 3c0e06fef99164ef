import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { callName } from "../state/people.js";
import { type Graded, incidentsInOrder, isGrave } from "../state/support.js";
import { useAsked } from "../view/asked.js";
import { Help } from "../view/form.js";
import { Back, PageHead, type PageProps } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { When } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { Given, Words } from "../view/words.js";
import { watch } from "../words/console.js";
import { support as words } from "../words/support.js";
import type { IncidentCase, Person } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { ChoiceField, Field, SelectField } from "./fields.js";
import { WhoIs, whomOf } from "./measure_panel.js";
import { FindPerson } from "./person_find.js";
import { RecordFoot } from "./record.js";
import { Grade, GradeChoice, IncidentKind, IncidentStateOf } from "./support_parts.js";

type Only = "open" | "grave" | "all";

/** What must be looked at, the urgent and the serious first (AI-4.4-カ-ハ-1b). */
export function IncidentsPage({ role }: PageProps): VNode {
  const [only, choose] = useState<Only>("open");
  const state = only === "all" ? "all" : "open";
  const [paged, { more, again }] = usePaged<IncidentCase>(`incidents ${state}`, (before) =>
    ask("incidents.list", undefined, undefined, {
      ...(state === "all" ? { state } : {}),
      ...(before === undefined ? {} : { before }),
    }),
  );
  if (paged.trouble === "missing") return <MissingNote />;
  const shown = incidentsInOrder(paged.items).filter((one) => only !== "grave" || isGrave(one));
  return (
    <div class="page">
      <Back href="#/console" word={watch.toConsole} />
      <PageHead title={words.incidents} />
      <p>
        <Words of={words.incidentsLead} />
      </p>
      <ChoiceField
        id="incidents-only"
        word={watch.filter}
        fault={undefined}
        value={only}
        put={(one) => choose(one as Only)}
        choices={[
          ["open", words.onlyOpen],
          ["grave", words.onlyGrave],
          ["all", words.onlyAll],
        ]}
      />
      <ul class="setting-list">
        {shown.map((one) => (
          <li key={one.incident}>
            <IncidentRow of={one} />
          </li>
        ))}
      </ul>
      <RecordFoot
        paged={{ ...paged, items: shown }}
        more={more}
        none={words.incidentNone}
        moreWord={words.more}
      />
      {role === "school_staff" ? null : <AddIncident after={again} />}
    </div>
  );
}

function IncidentRow({ of }: { of: IncidentCase }): VNode {
  return (
    <a
      class={
        isGrave(of) && of.state === "new" ? "card card-small door alarm" : "card card-small door"
      }
      href={`#/incident/${of.incident}`}
    >
      <span class="tags">
        <span class="door-title">
          <IncidentKind of={of.kind} />
        </span>
        <Grade of={of} />
        <IncidentStateOf of={of} />
      </span>
      <span class="tags">
        {of.account === undefined ? <Words of={words.aboutNobody} /> : <WhoIs of={whomOf(of)} />}
        <span class="fine">
          <When utc={of.at} />
        </span>
      </span>
    </a>
  );
}

/** Something staff saw, put down by hand. */
function AddIncident({ after }: { after: () => void }): VNode {
  const [person, choose] = useState<Person | undefined>(undefined);
  const [graded, grade] = useState<Graded>({ urgency: 1, severity: 1 });
  const [kind, kindOf] = useState<"manual" | "drill">("manual");
  const [procedure, follow] = useState("");
  const [procedures] = useAsked("procedures.list", undefined);
  const [text, type] = useState("");
  const [isEmpty, point] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const deed = useDeed();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    point(text.trim() === "");
    if (text.trim() === "") return area.current?.focus();
    const got = await deed.run((id) =>
      ask("incidents.report", undefined, {
        id,
        kind,
        text: text.trim(),
        ...(procedure === "" ? {} : { procedure }),
        ...graded,
        ...(person === undefined ? {} : { account: person.id }),
      }),
    );
    if (got === undefined) return;
    type("");
    follow("");
    grade({ urgency: 1, severity: 1 });
    choose(undefined);
    after();
  };
  return (
    <section class="card" aria-labelledby="incident-add">
      <h2 id="incident-add" class="unseen">
        <Words of={words.addManual} />
      </h2>
      <Help title={words.addManual}>
        <form class="stack" onSubmit={(event) => void send(event)} noValidate>
          <Field id="incident-text" word={words.addText} fault={isEmpty ? "" : undefined}>
            {(names) => (
              <textarea
                {...names}
                ref={area}
                rows={4}
                value={text}
                onInput={(event) => {
                  deed.anew();
                  type(event.currentTarget.value);
                }}
              />
            )}
          </Field>
          <fieldset class="field stack-small">
            <legend>
              <Words of={words.addWho} />
            </legend>
            {person === undefined ? (
              <FindPerson id="incident-person" not={[]} role="student" choose={choose} />
            ) : (
              <div class="row">
                <strong>
                  <Given>{callName(person)}</Given>
                </strong>
                <button type="button" class="quiet-button" onClick={() => choose(undefined)}>
                  <Words of={words.other} />
                </button>
              </div>
            )}
          </fieldset>
          <GradeChoice id="incident-new" of={graded} put={grade} />
          {procedures.at !== "here" ? null : (
            <SelectField
              id="incident-procedure"
              word={words.procedureWhich}
              fault={undefined}
              none={words.procedureNone}
              value={procedure}
              put={follow}
              choices={procedures.value.items.map(({ id, title }) => [id, title] as const)}
            />
          )}
          <ChoiceField
            id="incident-kind"
            word={words.kindOfAdd}
            fault={undefined}
            value={kind}
            put={(one) => kindOf(one as typeof kind)}
            choices={[
              ["manual", words.real],
              ["drill", words.drill],
            ]}
          />
          <Said of={deed.said} done={words.done} />
          <button type="submit" class="button" aria-disabled={deed.busy}>
            <Words of={deed.busy ? words.working : words.add} />
          </button>
        </form>
      </Help>
    </section>
  );
}
