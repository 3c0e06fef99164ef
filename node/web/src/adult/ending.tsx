import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask, askFile } from "../edge/api.js";
import { useAsked } from "../view/asked.js";
import { Help } from "../view/form.js";
import { PageHead, Shown } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { When } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { Given, Words } from "../view/words.js";
import { ending as words } from "../words/ending.js";
import { reports } from "../words/reports.js";
import type { Ending, EndingAsk, Person } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { Places } from "./ending_places.js";
import { ChoiceField, DayField, TextField } from "./fields.js";
import { PickPerson } from "./person_pick.js";
import { RecordFoot } from "./record.js";
import { TakePaper } from "./report_take.js";
import { ToReports } from "./reports.js";
import { Sure } from "./roster_parts.js";

/** One person's end (NI-2.3.4-4b): requests, what others' records say, the second person, the proof. */
export function EndingPage(): VNode {
  const [paged, { more, again }] = usePaged<Ending>("endings", (before) =>
    ask("endings.list", undefined, undefined, before === undefined ? {} : { before }),
  );
  if (paged.trouble === "missing") return <MissingNote />;
  return (
    <div class="page">
      <ToReports />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <ul class="history">
        {paged.items.map((one) => (
          <li class="card stack-small" key={one.id}>
            <Request of={one} changed={again} />
          </li>
        ))}
      </ul>
      <RecordFoot paged={paged} more={more} none={words.none} moreWord={words.more} />
      <AskOne changed={again} />
    </div>
  );
}

const states = {
  searching: words.searching,
  deciding: words.deciding,
  ready: words.ready,
  waiting: words.waiting,
  running: words.running,
  done: words.finished,
  cancelled: words.cancelled,
} as const;

function Request({ of, changed }: { of: Ending; changed: () => void }): VNode {
  const [isOpen, open] = useState(false);
  const isUndone = of.state !== "done" && of.state !== "cancelled" && of.state !== "running";
  const mayDecide = of.state === "deciding" || of.state === "ready";
  return (
    <>
      <p class="tags">
        <b>
          <Given>{of.person_name ?? of.person}</Given>
        </b>
        <span class={of.state === "deciding" || of.state === "ready" ? "pill pill-alert" : "pill"}>
          <Words of={states[of.state]} />
        </span>
      </p>
      <p class="fine">
        <Words of={words[of.reason]} /> / <Words of={words[of.asked_by]} /> / <When utc={of.at} />{" "}
        <Words of={words.askedAt} slots={{ name: <Given>{of.by_name ?? of.by}</Given> }} />
      </p>
      {of.note === undefined ? null : (
        <p>
          <Given>{of.note}</Given>
        </p>
      )}
      {of.confirmed_by === undefined ? null : (
        <p class="fine">
          <Words
            of={words.confirmedBy}
            slots={{ name: <Given>{of.confirmed_name ?? of.confirmed_by}</Given> }}
          />
        </p>
      )}
      {of.due === undefined ? null : (
        <p class="fine">
          <Words of={words.due} />: <When utc={of.due} />
        </p>
      )}
      {of.state === "done" ? (
        <>
          <Proof id={of.id} />
          <TakePaper
            word={words.proof}
            saved={words.saved}
            name="ibasho-ending.pdf"
            take={() => askFile("endings.proof", { id: of.id }, undefined)}
          />
        </>
      ) : null}
      {isOpen && mayDecide ? <Places id={of.id} changed={changed} /> : null}
      <div class="row">
        {mayDecide && !isOpen ? (
          <button type="button" class="quiet-button" onClick={() => open(true)}>
            <Words of={words.list} />
          </button>
        ) : null}
        {isUndone && !mayDecide ? (
          <button type="button" class="quiet-button" onClick={changed}>
            <Words of={words.again} />
          </button>
        ) : null}
      </div>
      {isUndone ? <Acts of={of} changed={changed} /> : null}
    </>
  );
}

/** The signed line over what was done, and what is left of the person: nothing. */
function Proof({ id }: { id: string }): VNode {
  const [asked, again] = useAsked("endings.show", { id });
  return (
    <Shown asked={asked} again={again}>
      {({ facts, proof }) => (
        <>
          {facts === undefined ? null : (
            <p class="fine">
              <Words of={words.left} slots={{ left: facts.n_left, open: facts.n_opened }} />
            </p>
          )}
          {proof === undefined ? null : (
            <Help title={words.proofLine}>
              <pre class="mono typed">{proof}</pre>
            </Help>
          )}
        </>
      )}
    </Shown>
  );
}

function Acts({ of, changed }: { of: Ending; changed: () => void }): VNode {
  const deed = useDeed();
  const act = async (name: "endings.confirm" | "endings.cancel"): Promise<void> => {
    const got = await deed.run(() => ask(name, { id: of.id }, undefined));
    if (got !== undefined) changed();
  };
  return (
    <div class="stack-small">
      {of.may_confirm ? (
        <Sure
          word={words.confirm}
          yes={words.confirmYes}
          no={words.no}
          busy={deed.busy}
          busyWord={reports.working}
          isGrave
          act={() => void act("endings.confirm")}
        >
          <Words of={words.confirmSure} />
        </Sure>
      ) : null}
      <button type="button" class="quiet-button" onClick={() => void act("endings.cancel")}>
        <Words of={words.cancel} />
      </button>
      {of.state === "ready" && of.is_mine ? (
        <p class="fine">
          <Words of={words.notMine} />
        </p>
      ) : null}
      <Said of={deed.said} done={words.done} />
    </div>
  );
}

function AskOne({ changed }: { changed: () => void }): VNode {
  const [person, choose] = useState<Person | undefined>(undefined);
  const [isLacking, point] = useState(false);
  const [reason, because] = useState<EndingAsk["reason"]>("withdrawal");
  const [askedBy, by] = useState<EndingAsk["asked_by"]>("guardian");
  const [due, on] = useState("");
  const [text, write] = useState("");
  const deed = useDeed();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    point(person === undefined);
    if (person === undefined) return document.getElementById("ending-person")?.focus();
    const got = await deed.run((id) =>
      ask("endings.ask", undefined, {
        id,
        person: person.id,
        reason,
        asked_by: askedBy,
        ...(due === "" ? {} : { due: `${due}T00:00:00+09:00` }),
        ...(text.trim() === "" ? {} : { note: text.trim() }),
      }),
    );
    if (got === undefined) return;
    choose(undefined);
    write("");
    changed();
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.add} />
      </h2>
      <PickPerson
        id="ending-person"
        word={words.who}
        otherWord={words.other}
        needWord={words.needPerson}
        isLacking={isLacking}
        not={[]}
        person={person}
        choose={(one) => {
          point(false);
          choose(one);
        }}
      />
      <ChoiceField
        id="ending-reason"
        fault={undefined}
        word={words.reason}
        value={reason}
        put={(value) => because(value as EndingAsk["reason"])}
        choices={[
          ["withdrawal", words.withdrawal],
          ["objection", words.objection],
          ["past_term", words.past_term],
        ]}
      />
      <ChoiceField
        id="ending-asked-by"
        fault={undefined}
        word={words.askedBy}
        value={askedBy}
        put={(value) => by(value as EndingAsk["asked_by"])}
        choices={[
          ["child", words.child],
          ["guardian", words.guardian],
          ["school", words.school],
          ["board", words.board],
        ]}
      />
      <DayField
        fault={undefined}
        id="ending-due"
        word={words.due}
        hint={words.dueHint}
        value={due}
        put={on}
      />
      <TextField fault={undefined} id="ending-note" word={words.text} value={text} put={write} />
      <button type="submit" class="button" aria-disabled={deed.busy}>
        <Words of={words.send} />
      </button>
      <Said of={deed.said} done={words.done} />
    </form>
  );
}
