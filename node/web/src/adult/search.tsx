import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ended } from "../control.js";
import { newId } from "../edge/id.js";
import { askStream, lineCutter } from "../edge/stream.js";
import { inOrder } from "../state/floor_order.js";
import {
  noSearch,
  searched,
  searchEvent,
  type SearchEvent,
  type SearchState,
} from "../state/log_search.js";
import { instantsOf, lacking, type LogQuestion, newQuestion, sentOf } from "../state/logs.js";
import { useAsked } from "../view/asked.js";
import { PageHead, type PageProps } from "../view/page.js";
import { Words } from "../view/words.js";
import { MissingNote } from "../view/trouble.js";
import { logSearch as words, reports } from "../words/reports.js";
import {
  type Faults,
  faultsOf,
  isFaulty,
  missingAt,
  noFaults,
  TextField,
  toFirstFault,
  WholeFault,
} from "./fields.js";
import { QuestionFields } from "./log_parts.js";
import { ToReports } from "./reports.js";
import { SearchFound, SearchState as StateShown } from "./search_found.js";

interface Draft extends LogQuestion {
  readonly words: string;
}

const fields = ["/words", "/from", "/to", "/account", "/floor", "/reason"];
const drawMs = 250;

/** What was written in the place, found by its words; each search is on record with its reason (AI-2.4-エ). */
export function SearchPage({ role }: PageProps): VNode {
  const [floors] = useAsked("floors.list", undefined);
  const [list] = useAsked("log_exports.list", undefined); // who may not search is told so by this
  const [draft, write] = useState<Draft>(() => ({ ...newQuestion(new Date()), words: "" }));
  const [faults, tell] = useState<Faults>(noFaults);
  const [period, about] = useState<{ from: string; to: string }>({ from: "", to: "" });
  const search = useSearch();
  const all = floors.at === "here" ? inOrder(floors.value.items) : [];
  if (list.at === "trouble" && list.what === "missing") return <MissingNote />;
  const set = (change: Partial<Draft>): void => write((now) => ({ ...now, ...change }));
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (search.state.at === "running") return;
    const form = event.currentTarget as HTMLElement;
    const lacks = missingAt([...(draft.words.trim() === "" ? ["/words"] : []), ...lacking(draft)]);
    tell(lacks);
    if (isFaulty(lacks)) return toFirstFault(form);
    about(instantsOf(draft) ?? period);
    const found = await search.run(draft);
    tell(found);
    if (isFaulty(found)) toFirstFault(form);
  };
  return (
    <div class="page">
      <ToReports />
      <PageHead title={reports.search} />
      <p>
        <Words of={words.lead} />
      </p>
      {role === "commissioner" ? null : (
        <p class="note">
          <Words of={reports.purpose} />
        </p>
      )}
      <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
        <TextField
          id="search-words"
          word={words.words}
          hint={words.wordsHint}
          fault={faults.at["/words"]}
          value={draft.words}
          put={(one) => set({ words: one })}
        />
        <QuestionFields
          id="search"
          of={draft}
          set={set}
          faults={faults}
          floors={all}
          mayFind={role !== "auditor"}
        />
        <WholeFault faults={faults} />
        {search.state.at === "running" ? (
          // An element of its own: one that turns into the form's while it is pressed would send the form.
          <button type="button" class="button wide" key="stop" onClick={search.stop}>
            <Words of={words.stop} />
          </button>
        ) : (
          <button type="submit" class="button wide" key="start">
            <Words of={words.start} />
          </button>
        )}
      </form>
      <StateShown of={search.state} period={period} />
      <SearchFound
        of={search.state}
        floors={all}
        only={(account) => {
          set({ account });
          document.getElementById("search-words")?.focus();
        }}
        mayMeet={role === "commissioner" || role === "contractor"}
      />
    </div>
  );
}

interface Search {
  readonly state: SearchState;
  readonly run: (draft: Draft) => Promise<Faults>;
  readonly stop: () => void;
}

/** One search at a time; it ends with the page. What comes is drawn a few times a second. */
function useSearch(): Search {
  const [state, put] = useState<SearchState>(noSearch);
  const stop = useRef<AbortController | undefined>(undefined);
  const waiting = useRef<SearchEvent[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const draw = (): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const events = waiting.current;
    waiting.current = [];
    if (events.length > 0) put((now) => searched(now, events));
  };
  const hear = (event: SearchEvent): void => {
    waiting.current.push(event);
    timer.current ??= setTimeout(draw, drawMs);
  };
  useEffect(
    () => () => {
      stop.current?.abort();
      clearTimeout(timer.current);
    },
    [],
  );
  const run = async (draft: Draft): Promise<Faults> => {
    const mine = new AbortController();
    stop.current = mine;
    hear({ kind: "begun" });
    draw();
    const cut = lineCutter((line) => {
      const event = searchEvent(line);
      if (event !== undefined) hear(event);
    });
    const input = { id: newId(), words: draft.words.trim(), ...sentOf(draft) };
    const outcome = await askStream("log_searches.make", undefined, input, cut, mine.signal);
    if (stop.current !== mine) return noFaults; // another has begun since
    stop.current = undefined;
    if (outcome.kind === "refused") {
      if (outcome.problem.status === 401) ended();
      hear({ kind: "refused" });
      draw();
      return faultsOf(outcome.problem, fields);
    }
    // After the end that the node said neither changes anything.
    hear({ kind: mine.signal.aborted ? "stopped" : "broken" });
    draw();
    return noFaults;
  };
  return { state, run, stop: () => stop.current?.abort() };
}
