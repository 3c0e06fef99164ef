import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { useAsked } from "../view/asked.js";
import { Check, Help } from "../view/form.js";
import { Back, Failure, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time, When } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { child as words } from "../words/child.js";
import { watch } from "../words/console.js";
import { support } from "../words/support.js";
import type { Word } from "../words/word.js";
import type { Child, ChildContact, ChildIncident, ChildSos } from "../wire.js";
import { ChildMeasures } from "./child_measures.js";
import { ChildSteps } from "./child_steps.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { ChoiceField, refusalOf, TextField } from "./fields.js";
import { WhoIs, whomOf } from "./measure_panel.js";
import { StaffName } from "./sos_page.js";
import { Grade, IncidentKind, IncidentStateOf, SosStateOf } from "./support_parts.js";
import { TransferPast } from "./transfer_past.js";

/** One child: how far on the way (KP-2-4-0 ... 4), whom of the staff they were in touch with, what happened, what
 * is stopped. For those who watch; no child and no guardian ever sees it. */
export function ChildPage({ page, role }: PageProps): VNode {
  const [asked, again] = useAsked("children.show", { id: page.name });
  return (
    <div class="page">
      <Back href="#/console" word={watch.toConsole} />
      <Shown asked={asked} again={again}>
        {(child) => (
          <>
            <PageHead title={words.title} name={<WhoIs of={whomOf(child)} />} />
            <ChildSteps of={child} role={role} again={again} />
            <Contacts of={child} again={again} />
            <Calls of={child.sos} />
            <Incidents of={child.incidents} />
            <TransferPast child={child.account} isBoard={role === "commissioner"} />
            {role === "school_staff" ? null : <ChildMeasures whom={whomOf(child)} />}
          </>
        )}
      </Shown>
    </div>
  );
}

interface ContactsProps {
  readonly of: Child;
  readonly again: () => void;
}

const kindWords: Readonly<Record<ChildContact["kind"], Word>> = {
  auto: words.contactAuto,
  class: words.contactClass,
  speech: words.contactSpeech,
  call: words.contactCall,
  talk: words.contactTalk,
  phone: words.contactPhone,
  visit: words.contactVisit,
  letter: words.contactLetter,
  other: words.contactOther,
};
/** Those that staff write down; the others the node hears by itself. */
const noted = ["call", "talk", "phone", "visit", "letter", "other"] as const;

function Contacts({ of, again }: ContactsProps): VNode {
  const [more, add] = useState<{ items: readonly ChildContact[]; next: string | undefined }>();
  const [failed, fail] = useState<string | undefined>(undefined);
  const next = more === undefined ? of.next : more.next;
  const look = async (before: string): Promise<void> => {
    const outcome = await ask("children.show", { id: of.account }, undefined, { before });
    fail(refusalOf(outcome));
    if (outcome.kind !== "ok") return;
    const { contacts, next } = outcome.value;
    add({ items: [...(more?.items ?? []), ...contacts], next });
  };
  const all = [...of.contacts, ...(more?.items ?? [])];
  return (
    <section class="card stack" aria-labelledby="child-contacts">
      <h2 id="child-contacts">
        <Words of={words.contacts} />
      </h2>
      {of.contact_at === undefined ? null : (
        <p>
          <Words of={words.lastContact} slots={{ time: <When utc={of.contact_at} /> }} />
        </p>
      )}
      <AddContact
        child={of.account}
        again={() => {
          add(undefined);
          again();
        }}
      />
      {all.length === 0 ? (
        <p>
          <Words of={words.contactsNone} />
        </p>
      ) : (
        <ol class="timeline">
          {all.map((one) => (
            <li class="moment" key={one.id}>
              <ContactText of={one} />
            </li>
          ))}
        </ol>
      )}
      <Failure text={failed} />
      {next === undefined ? null : (
        <button type="button" class="quiet-button" onClick={() => void look(next)}>
          <Words of={support.more} />
        </button>
      )}
    </section>
  );
}

function AddContact({ child, again }: { child: string; again: () => void }): VNode {
  const [kind, choose] = useState<(typeof noted)[number]>("call");
  const [isAnswered, answer] = useState(false);
  const [text, type] = useState("");
  const deed = useDeed();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const got = await deed.run((id) =>
      ask("contacts.note", undefined, {
        id,
        child,
        kind,
        is_answered: isAnswered,
        ...(text.trim() === "" ? {} : { text: text.trim() }),
      }),
    );
    if (got === undefined) return;
    type("");
    answer(false);
    again();
  };
  return (
    <Help title={words.addContact}>
      <form class="stack" onSubmit={(event) => void send(event)} noValidate>
        <ChoiceField
          id="contact-kind"
          word={words.contactKind}
          fault={undefined}
          value={kind}
          put={(one) => {
            deed.anew();
            choose(one as typeof kind);
          }}
          choices={noted.map((one) => [one, kindWords[one]] as const)}
        />
        <Check
          checked={isAnswered}
          word={words.isAnswered}
          change={(one) => {
            deed.anew();
            answer(one);
          }}
        />
        <TextField
          id="contact-text"
          word={words.contactText}
          fault={undefined}
          value={text}
          put={(one) => {
            deed.anew();
            type(one);
          }}
        />
        <Said of={deed.said} done={words.saved} />
        <button type="submit" class="button" aria-disabled={deed.busy}>
          <Words of={deed.busy ? words.working : words.addContact} />
        </button>
      </form>
    </Help>
  );
}

function ContactText({ of }: { of: ChildContact }): VNode {
  return (
    <>
      <span class="moment-what">
        <Words of={kindWords[of.kind]} />
      </span>
      {of.is_answered ? (
        <span class="pill">
          <Words of={words.isAnswered} />
        </span>
      ) : null}
      <span class="fine">
        <Words
          of={words.withWhom}
          slots={{ name: <StaffName name={of.other_name} role={of.role} /> }}
        />
      </span>
      <span class="fine">
        <Time utc={of.at} />
      </span>
      {of.text === undefined ? null : (
        <p class="lines moment-text">
          <Given>{of.text}</Given>
        </p>
      )}
    </>
  );
}

function Calls({ of }: { of: readonly ChildSos[] }): VNode {
  return (
    <section class="card stack" aria-labelledby="child-sos">
      <h2 id="child-sos">
        <Words of={words.sos} />
      </h2>
      {of.length === 0 ? (
        <p>
          <Words of={words.sosNone} />
        </p>
      ) : (
        <ul class="deeds">
          {of.map((one) => (
            <li key={one.sos}>
              <p class="tags">
                <a class="inline-door" href={`#/sos/${one.sos}`}>
                  <Time utc={one.at} />
                </a>
                <SosStateOf of={one} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Incidents({ of }: { of: readonly ChildIncident[] }): VNode {
  return (
    <section class="card stack" aria-labelledby="child-incidents">
      <h2 id="child-incidents">
        <Words of={words.incidents} />
      </h2>
      {of.length === 0 ? (
        <p>
          <Words of={words.incidentsNone} />
        </p>
      ) : (
        <ul class="deeds">
          {of.map((one) => (
            <li key={one.incident}>
              <p class="tags">
                <a class="inline-door" href={`#/incident/${one.incident}`}>
                  <IncidentKind of={one.kind} />
                </a>
                <Grade of={one} />
                <IncidentStateOf of={one} />
                <span class="fine">
                  <Time utc={one.at} />
                </span>
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
