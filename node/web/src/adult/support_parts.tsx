import type { VNode } from "preact";
import type { Graded } from "../state/support.js";
import { isGrave } from "../state/support.js";
import { Given, Words } from "../view/words.js";
import { sos } from "../words/sos.js";
import { support as words } from "../words/support.js";
import type { Word } from "../words/word.js";
import type { IncidentCase, SosCase } from "../wire.js";

const sosKinds: Readonly<Record<string, Word>> = {
  body: sos.kindBody,
  scared: sos.kindScared,
  sad: sos.kindSad,
  talk: sos.kindTalk,
  other: sos.kindOther,
};

/** What a child chose beside the call; most choose nothing. */
export function SosKind({ of: kind }: { of: string | undefined }): VNode {
  const word = kind === undefined ? undefined : (sosKinds[kind] ?? sos.kindOther);
  return word === undefined ? (
    <Words of={words.sosKindNone} />
  ) : (
    <Words of={words.sosKind} slots={{ kind: <Words of={word} /> }} />
  );
}

export function SosStateOf({ of }: { of: Pick<SosCase, "state" | "answered_by_name"> }): VNode {
  switch (of.state) {
    case "waiting":
      return (
        <span class="pill pill-alert">
          <Words of={words.waiting} />
        </span>
      );
    case "seen":
      return (
        <span class="pill pill-alert">
          <Words of={words.seen} />
        </span>
      );
    case "answered":
      return (
        <span class="pill">
          <Words of={words.answered} slots={{ name: <Who of={of.answered_by_name} /> }} />
        </span>
      );
    case "closed":
      return (
        <span class="pill">
          <Words of={words.closed} />
        </span>
      );
    case "undone":
      return (
        <span class="pill">
          <Words of={words.undone} />
        </span>
      );
  }
}

const incidentKinds: Readonly<Record<IncidentCase["kind"], Word>> = {
  crisis: words.crisis,
  contact: words.contact,
  warning: words.warning,
  staffless: words.staffless,
  unstaffed: words.unstaffed,
  manual: words.manual,
  drill: words.drill,
};

export function IncidentKind({ of }: { of: IncidentCase["kind"] }): VNode {
  return <Words of={incidentKinds[of]} />;
}

export const urgencies: readonly Word[] = [words.urgency1, words.urgency2, words.urgency3];
export const severities: readonly Word[] = [words.severity1, words.severity2, words.severity3];

/** How urgent and how serious, in words: colour alone says nothing. */
export function Grade({ of }: { of: Graded }): VNode {
  const urgency = urgencies[of.urgency - 1] ?? words.urgency1;
  const severity = severities[of.severity - 1] ?? words.severity1;
  return (
    <span class={isGrave(of) ? "pill pill-alert" : "pill"}>
      <Words
        of={words.grade}
        slots={{ urgency: <Words of={urgency} />, severity: <Words of={severity} /> }}
      />
    </span>
  );
}

interface GradeProps {
  readonly id: string;
  readonly of: Graded;
  readonly put: (graded: Graded) => void;
}

/** Three by three, as the commissioner wants it reported (AI-4.4-カ-ハ-1b). */
export function GradeChoice({ id, of, put }: GradeProps): VNode {
  const rows: readonly (readonly [keyof Graded, Word, readonly Word[]])[] = [
    ["urgency", words.urgency, urgencies],
    ["severity", words.severity, severities],
  ];
  return (
    <>
      {rows.map(([name, word, choices]) => (
        <fieldset class="field" key={name}>
          <legend>
            <Words of={word} />
          </legend>
          <div class="choice-row">
            {choices.map((choice, i) => (
              <label class="choice" key={i}>
                <input
                  type="radio"
                  name={`${id}-${name}`}
                  value={String(i + 1)}
                  checked={of[name] === i + 1}
                  onChange={() => put({ ...of, [name]: i + 1 })}
                />
                <span>
                  <Words of={choice} />
                </span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
    </>
  );
}

export function IncidentStateOf({
  of,
}: {
  of: Pick<IncidentCase, "state" | "taken_by_name">;
}): VNode {
  switch (of.state) {
    case "new":
      return (
        <span class="pill pill-alert">
          <Words of={words.stateNew} />
        </span>
      );
    case "read":
      return (
        <span class="pill">
          <Words of={words.stateRead} />
        </span>
      );
    case "taken":
      return (
        <span class="pill">
          <Words of={words.stateTaken} slots={{ name: <Who of={of.taken_by_name} /> }} />
        </span>
      );
    case "closed":
      return (
        <span class="pill">
          <Words of={words.stateClosed} />
        </span>
      );
  }
}

function Who({ of }: { of: string | undefined }): VNode {
  return of === undefined ? <Words of={words.somebody} /> : <Given>{of}</Given>;
}
