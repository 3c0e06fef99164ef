import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useAsked } from "../view/asked.js";
import { Help } from "../view/form.js";
import { Shown } from "../view/page.js";
import { RecordCell, RecordHead } from "../view/record.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { sharedEvidence as words } from "../words/shared_evidence.js";
import type { Word } from "../words/word.js";
import type {
  SharedEvidence,
  SharedEvidenceAct,
  SharedEvidenceLine,
  SharedLesson,
} from "../wire.js";

/** What two boards lay side by side when something happened in a shared lesson: the lines that crossed, with
 * their marks, and what was stopped (CARD-9, CARD-10). Each look is written down, so it is asked for by hand. */
export function Evidence({ lessons }: { lessons: readonly SharedLesson[] }): VNode | null {
  const begun = lessons.filter(
    (one) => one.lesson !== undefined && Date.parse(one.from) < Date.now(),
  );
  const [lesson, choose] = useState("");
  if (begun.length === 0) return null;
  return (
    <section class="card stack" aria-labelledby="shared-evidence">
      <h2 id="shared-evidence">
        <Words of={words.title} />
      </h2>
      <p>
        <Words of={words.lead} />
      </p>
      <ul class="deeds">
        {begun.map((one) => (
          <li key={one.n}>
            <button
              type="button"
              class="quiet-button"
              aria-pressed={lesson === one.lesson}
              onClick={() => choose(one.lesson ?? "")}
            >
              <Words of={words.look} slots={{ n: one.n, time: <Time utc={one.from} /> }} />
            </button>
          </li>
        ))}
      </ul>
      {lesson === "" ? null : <EvidenceOf lesson={lesson} key={lesson} />}
    </section>
  );
}

function EvidenceOf({ lesson }: { lesson: string }): VNode {
  const [asked, again] = useAsked("shared.evidence", undefined, { lesson });
  // Of a lesson that no other town was linked to, there is nothing.
  if (asked.at === "trouble" && asked.what === "missing")
    return (
      <p>
        <Words of={words.linesNone} />
      </p>
    );
  return (
    <Shown asked={asked} again={again}>
      {(of) => (
        <div class="stack">
          {of.closed_at === undefined ? null : (
            <p class="note">
              <Words of={words.closed} slots={{ time: <Time utc={of.closed_at} /> }} />
            </p>
          )}
          <Acts of={of} />
          <Lines of={of} />
          {of.more ? (
            <p class="note">
              <Words of={words.more} />
            </p>
          ) : null}
        </div>
      )}
    </Shown>
  );
}

const kinds: Readonly<Record<SharedEvidenceAct["kind"], Word>> = {
  stop: words.actStop,
  resume: words.actResume,
  eject: words.actEject,
  hide: words.actHide,
  held: words.actHeld,
  late: words.actLate,
  shared: words.actShared,
  warn: words.actWarn,
};

function Acts({ of }: { of: SharedEvidence }): VNode {
  return (
    <div class="stack-small">
      <h3>
        <Words of={words.acts} />
      </h3>
      {of.acts.length === 0 ? (
        <p>
          <Words of={words.actsNone} />
        </p>
      ) : (
        <ol class="history">
          {of.acts.map((one) => (
            <li key={`${one.act}${one.kind}`}>
              <Time utc={one.at} />{" "}
              <b>
                <Words of={kinds[one.kind]} />
              </b>{" "}
              <Given>{one.town}</Given> <span class="mono">{one.pseud}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

const states: Readonly<Record<SharedEvidenceLine["state"], Word>> = {
  sent: words.lineSent,
  said: words.lineSaid,
  masked: words.lineMasked,
  blocked: words.lineBlocked,
  asked: words.lineAsked,
};
const columns: readonly Word[] = [words.at, words.who, words.state, words.text, words.mark];

function Lines({ of }: { of: SharedEvidence }): VNode {
  if (of.lines.length === 0)
    return (
      <p>
        <Words of={words.linesNone} />
      </p>
    );
  return (
    <div class="stack-small">
      <h3 id="evidence-lines">
        <Words of={words.lines} />
      </h3>
      <table class="record" aria-labelledby="evidence-lines">
        <RecordHead columns={columns} />
        <tbody>
          {of.lines.map((one) => (
            <tr key={`${one.node}${one.number}`}>
              {cells(one).map((cell, i) => (
                <RecordCell key={i} column={columns[i] ?? words.at}>
                  {cell}
                </RecordCell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Help title={words.markWhat}>
        <p>
          <Words of={words.markLead} />
        </p>
      </Help>
    </div>
  );
}

function cells(one: SharedEvidenceLine): readonly (VNode | string)[] {
  return [
    <Time utc={one.at} key="at" />,
    <span key="who">
      <Given>{one.town}</Given> <span class="mono fine">{one.pseud}</span>
    </span>,
    <Words of={states[one.state]} key="state" />,
    one.text === undefined ? (
      <Words of={one.state === "sent" ? words.textOwn : words.textNone} key="text" />
    ) : (
      <Given key="text">{one.text}</Given>
    ),
    <span class="mono" key="mark">
      {`${one.number} ${one.mac.slice(0, 12)}`}
    </span>,
  ];
}
