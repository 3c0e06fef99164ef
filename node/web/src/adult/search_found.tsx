import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { countShown } from "../state/dictionary.js";
import {
  type FoundLine,
  type LineMark,
  marksOf,
  nHeard,
  searchPercent,
  type SearchState as State,
} from "../state/log_search.js";
import { Time } from "../view/time.js";
import { Given, useLine, Words } from "../view/words.js";
import { logSearch as words } from "../words/reports.js";
import type { Word } from "../words/word.js";
import type { FloorInfo } from "../wire.js";
import { FloorOf, RoleName } from "./floor_parts.js";

/** How far a search is, or how it ended. */
export function SearchState({
  of,
  period,
}: {
  of: State;
  period: { from: string; to: string };
}): VNode {
  const line = useLine();
  return (
    <>
      {of.at === "running" ? (
        <progress
          class="wide"
          max={100}
          value={searchPercent(of, period.from, period.to)}
          aria-label={line(words.progress)}
        />
      ) : null}
      <p role="status" class={of.at === "idle" ? "unseen" : "note"} id="search-state">
        {of.at === "idle" ? null : (
          <Words
            of={sentence(of)}
            slots={{
              n: countShown(of.nSeen),
              hits: countShown(of.lines.length),
              time: of.downTo === undefined ? "" : <Time utc={of.downTo} />,
            }}
          />
        )}
      </p>
    </>
  );
}

function sentence(of: State): Word {
  switch (of.at) {
    case "idle":
    case "running":
      return of.downTo === undefined ? words.starting : words.running;
    case "ended":
      return of.isCut ? words.isCut : words.ended;
    case "stopped":
    case "broken":
      return words[of.at];
  }
}

interface Props {
  readonly of: State;
  readonly floors: readonly FloorInfo[];
  readonly only: (account: string) => void;
  readonly mayMeet: boolean;
}

const nStep = 50;

/** What was found, the newest first; thousands are not drawn at once. */
export function SearchFound({ of, floors, only, mayMeet }: Props): VNode | null {
  const [n, show] = useState(nStep);
  if (of.lines.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="search-results">
      <h2 id="search-results">
        <Words of={words.results} />
      </h2>
      <ul class="history">
        {of.lines.slice(0, n).map((one) => (
          <li class="card card-small" key={one.id}>
            <Found of={one} floors={floors} only={only} mayMeet={mayMeet} />
          </li>
        ))}
      </ul>
      {of.lines.length > n ? (
        <button type="button" class="quiet-button" onClick={() => show(n + nStep)}>
          <Words of={words.moreHits} slots={{ n: countShown(of.lines.length - n) }} />
        </button>
      ) : null}
    </section>
  );
}

const alarming: readonly LineMark[] = ["hidden", "kept", "held"];

function Found({
  of,
  floors,
  only,
  mayMeet,
}: Omit<Props, "of"> & { readonly of: FoundLine }): VNode {
  const name = of.display_name ?? of.name;
  const to = of.to_display_name ?? of.to_login ?? "";
  const marks = marksOf(of);
  return (
    <div class="stack-small">
      <p class="tags" id={`found-${of.id}`}>
        {mayMeet && of.role === "student" ? (
          <a class="inline-door" href={`#/child/${of.account}`}>
            <Given>{name}</Given>
          </a>
        ) : (
          <b>
            <Given>{name}</Given>
          </b>
        )}
        <span class="mono login">{of.login ?? ""}</span>
        <span class="fine">
          <RoleName of={of.role} />
        </span>
        <span class="fine">
          <Time utc={of.at} />
        </span>
      </p>
      <p class="tags tags-wide fine">
        {of.floor === "" ? null : <FloorOf id={of.floor} all={floors} />}
        {of.session_title === undefined || of.session_title === "" ? null : (
          <Given>{of.session_title}</Given>
        )}
        {of.channel === "room" ? <Words of={words.inRoom} /> : null}
        {nHeard(of) === 0 ? null : <Words of={words.heard} slots={{ n: nHeard(of) }} />}
        {to === "" ? null : <Words of={words.addressed} slots={{ name: <Given>{to}</Given> }} />}
        {of.name === name || of.name === "" ? null : (
          <Words of={words.then} slots={{ name: <Given>{of.name}</Given> }} />
        )}
      </p>
      {marks.length === 0 ? null : (
        <p class="tags tags-wide">
          {marks.map((one) => (
            <span class={alarming.includes(one) ? "pill pill-alert" : "pill"} key={one}>
              <Words of={words[one]} />
            </span>
          ))}
          {of.categories === undefined || of.categories === "" ? null : (
            <span class="fine">
              <Words of={words.categories} slots={{ text: <Given>{of.categories}</Given> }} />
            </span>
          )}
        </p>
      )}
      <p class="quoted">
        <Given>{of.text}</Given>
      </p>
      {marks.includes("masked") ? (
        <p class="fine">
          <Words of={words.shown} /> <Given>{of.shown}</Given>
        </p>
      ) : null}
      <button
        type="button"
        class="quiet-button"
        aria-describedby={`found-${of.id}`}
        onClick={() => only(of.account)}
      >
        <Words of={words.onlyOf} />
      </button>
    </div>
  );
}
