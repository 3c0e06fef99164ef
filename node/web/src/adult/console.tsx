import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { type ConsoleFilter, noConsoleFilter, rowsShown, stafflessOf } from "../state/console.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps } from "../view/page.js";
import { MissingNote } from "../view/trouble.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { AloneLessons } from "../class/alone.js";
import { first } from "../words/first.js";
import { watch as words } from "../words/console.js";
import type { Word } from "../words/word.js";
import type { ConsoleRow } from "../wire.js";
import { CallsOnTop, Sound, Staffless } from "./console_calls.js";
import { ConsoleFilters } from "./console_filter.js";
import { Handover } from "./console_handover.js";
import { LineState, WatchDoors } from "./console_parts.js";
import { type Open, Row } from "./console_row.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import type { FloorNamed } from "./floor_parts.js";
import { liftMeasure, MeasurePanel, type StopKind, stopWords, WhoIs } from "./measure_panel.js";
import { WarnPanel } from "./warn_panel.js";
import { callsPart } from "./watch_calls.js";
import { beginWatch, cards, did, isMissing } from "./watch_control.js";
import { heldPart } from "./watch_held.js";
import { list, listPart } from "./watch_list.js";

/** Who is in the place, as those who watch over it see it (AI-4.4-カ-ハ-2, AI-2.7-ウ): a list first, with what
 * cannot wait on top and each act in two taps. */
export function ConsolePage({ role }: PageProps): VNode {
  const mayStop = role !== "school_staff";
  useEffect(
    () => beginWatch(mayStop ? [listPart, callsPart, heldPart] : [listPart, callsPart]),
    [],
  );
  const told = useStore(list);
  const missing = useStore(isMissing);
  // As the line names them; while there is none, as the list does to those who may ask for it.
  const named = useStore(cards);
  const [asked] = useAsked("floors.list", undefined);
  const floors = named.length > 0 || asked.at !== "here" ? named : asked.value.items;
  if (missing) return <MissingNote />;
  return (
    <div class="page page-wide">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <LineState atMs={told?.atMs} />
      <CallsOnTop floors={floors} />
      <AloneLessons />
      {told === undefined ? (
        <p class="starting" role="status">
          <Words of={first.starting} />
        </p>
      ) : (
        <>
          <Staffless of={stafflessOf(told.value.floors)} floors={floors} />
          {mayStop ? <Handover of={told.value.handover} /> : null}
          <People rows={told.value.rows} floors={floors} mayStop={mayStop} />
        </>
      )}
      <WatchDoors role={role} />
      <Sound />
    </div>
  );
}

interface Opened {
  readonly account: string;
  readonly what: Open;
}

interface Done {
  readonly row: ConsoleRow;
  readonly word: Word;
  readonly kind: StopKind | undefined;
}

function People({
  rows,
  floors,
  mayStop,
}: {
  rows: readonly ConsoleRow[];
  floors: readonly FloorNamed[];
  mayStop: boolean;
}): VNode {
  const [filter, put] = useState<ConsoleFilter>(noConsoleFilter);
  const [opened, open] = useState<Opened | undefined>(undefined);
  const [done, tell] = useState<Done | undefined>(undefined);
  const order = useRef<readonly string[]>([]);
  const deed = useDeed();
  const shown = rowsShown(rows, filter, opened === undefined ? undefined : order.current);
  order.current = shown.map((row) => row.account);
  const finish = (row: ConsoleRow, word: Word, kind?: StopKind): void => {
    tell({ row, word, kind });
    open(undefined);
    did("list", "calls");
    document.getElementById(`row-${row.account}`)?.parentElement?.querySelector("button")?.focus();
  };
  const lift = (row: ConsoleRow, kind: StopKind): void => {
    tell(undefined);
    void deed
      .run((id) => liftMeasure(id, row.account, kind))
      .then((got) => {
        if (got !== undefined) finish(row, words.didLift, kind);
      });
  };
  const contact = (row: ConsoleRow): void => {
    tell(undefined);
    void deed
      .run((id) => ask("contacts.note", undefined, { id, child: row.account, kind: "call" }))
      .then((got) => {
        if (got !== undefined) finish(row, words.didContact);
      });
  };
  const toggle = (row: ConsoleRow, what: Open | undefined): void => {
    tell(undefined);
    deed.anew();
    open(what === undefined ? undefined : { account: row.account, what });
  };
  return (
    <section class="stack-small" aria-labelledby="console-list">
      <h2 id="console-list">
        <Words of={words.list} /> <Words of={words.nPeople} slots={{ n: shown.length }} />
      </h2>
      <ConsoleFilters rows={rows} floors={floors} filter={filter} put={put} />
      <ul class="watch-list">
        {shown.map((row) => {
          const what = opened?.account === row.account ? opened.what : undefined;
          return (
            <Row
              key={row.account}
              row={row}
              floors={floors}
              open={what}
              isBusy={deed.busy}
              mayStop={mayStop}
              toggle={toggle}
              lift={lift}
              contact={contact}
              panel={
                what === undefined || what === "more" ? null : what === "warn" ? (
                  <WarnPanel
                    whom={row}
                    close={() => toggle(row, undefined)}
                    done={(word) => finish(row, word)}
                  />
                ) : (
                  <MeasurePanel
                    whom={row}
                    kind={what}
                    close={() => toggle(row, undefined)}
                    done={() =>
                      what === "eject"
                        ? finish(row, words.didEject)
                        : what === "rename"
                          ? finish(row, words.didRename)
                          : finish(row, words.didStop, what)
                    }
                  />
                )
              }
            />
          );
        })}
      </ul>
      {shown.length > 0 ? null : (
        <p class="note">
          <Words of={rows.length > 0 ? words.noMatch : mayStop ? words.nobody : words.nobodyOwn} />
        </p>
      )}
      <div class="watch-said">
        {deed.said.kind === "refused" ? <Said of={deed.said} done={words.contactDone} /> : null}
        <div role="status">
          {done === undefined ? null : (
            <p class="note">
              <Words
                of={done.word}
                slots={{
                  name: <WhoIs of={done.row} />,
                  what: done.kind === undefined ? null : <Words of={stopWords[done.kind]} />,
                }}
              />
            </p>
          )}
        </div>
      </div>
    </section>
  );
}
