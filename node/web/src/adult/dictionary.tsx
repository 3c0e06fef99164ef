import type { ComponentChildren, VNode } from "preact";
import { ask, askFile } from "../edge/api.js";
import { countShown } from "../state/dictionary.js";
import { fieldOfUtc } from "../state/time.js";
import { useAsked } from "../view/asked.js";
import { PageHead, type PageProps, Shown } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { Given, Words } from "../view/words.js";
import { dictionary as words, reports } from "../words/reports.js";
import type { Word } from "../words/word.js";
import type { DataDictionary, RetentionCount, RetentionKind } from "../wire.js";
import { DataTables, SettingsAndActs } from "./dictionary_tables.js";
import { RecordFoot } from "./record.js";
import { TakePaper } from "./report_take.js";
import { ToReports } from "./reports.js";

/** What the node keeps, why and for how long, read out of the running system; what was deleted (AI-2.7-ア). */
export function DictionaryPage(_: PageProps): VNode {
  const [asked, again] = useAsked("dictionary.show", undefined);
  const [kinds, againKinds] = useAsked("retention.show", undefined);
  if (asked.at === "trouble" && asked.what === "missing") return <MissingNote />;
  const meanings = new Map(
    asked.at === "here" ? asked.value.tables.map((one) => [one.name, one.meaning] as const) : [],
  );
  return (
    <div class="page page-wide">
      <ToReports />
      <PageHead title={reports.dictionary} />
      <Papers />
      <Shown asked={kinds} again={againKinds}>
        {({ items }) => <Terms of={items} />}
      </Shown>
      <Sweeps meanings={meanings} />
      <Shown asked={asked} again={again}>
        {(all) => (
          <>
            <Checked of={all} />
            <DataTables of={all.tables} />
            <SettingsAndActs of={all} />
          </>
        )}
      </Shown>
    </div>
  );
}

function Papers(): VNode {
  const day = fieldOfUtc(new Date()).slice(0, 10);
  return (
    <div class="row">
      <TakePaper
        word={words.pdf}
        saved={words.saved}
        name={`ibasho-data-dictionary-${day}.pdf`}
        take={() => askFile("dictionary.pdf", undefined, undefined)}
      />
      <TakePaper
        word={words.termsPdf}
        saved={words.saved}
        name={`ibasho-retention-${day}.pdf`}
        take={() => askFile("retention.pdf", undefined, undefined)}
      />
    </div>
  );
}

function Checked({ of }: { of: DataDictionary }): VNode {
  return (
    <section class="stack-small">
      <h2>
        <Words of={words.tables} />
      </h2>
      <p>
        <Words of={words.lead} slots={{ time: <Time utc={of.made_at} /> }} />{" "}
        {of.differences.length === 0 ? <Words of={words.same} /> : null}
      </p>
      {of.differences.length === 0 ? null : (
        <div class="fault stack-small">
          <p>
            <Words of={words.differ} />
          </p>
          <ul>
            {of.differences.map((one) => (
              <li key={one}>
                <Given>{one}</Given>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

export function TermOf({ days }: { days: number }): VNode {
  return days === 0 ? (
    <Words of={words.toEnd} />
  ) : (
    <Words of={words.days} slots={{ n: countShown(days) }} />
  );
}

const columns = [words.what, words.term, words.count, words.gone, words.why] as const;

function Terms({ of }: { of: readonly RetentionKind[] }): VNode {
  return (
    <section class="stack-small" aria-labelledby="dictionary-terms">
      <h2 id="dictionary-terms">
        <Words of={words.terms} />
      </h2>
      <p class="fine">
        <Words of={words.termsNote} />
      </p>
      <table class="record">
        <caption class="unseen">
          <Words of={words.terms} />
        </caption>
        <thead>
          <tr>
            {columns.map((one, i) => (
              <th scope="col" key={i}>
                <Words of={one} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map((one) => (
            <tr key={one.table}>
              <Term of={one} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ column, children }: { column: Word; children: ComponentChildren }): VNode {
  return (
    <td>
      <span class="record-name fine">
        <Words of={column} />
      </span>
      <span class="record-value">{children}</span>
    </td>
  );
}

function Term({ of }: { of: RetentionKind }): VNode {
  return (
    <>
      <th scope="row">
        <Given>{of.meaning}</Given>
        <span class="mono fine">{of.table}</span>
      </th>
      <Cell column={words.term}>
        <TermOf days={of.term_days} />
        {of.setting === undefined || of.setting === "" ? null : (
          <a class="inline-door" href={`#/settings/${of.setting}`}>
            <Words of={words.setting} />
          </a>
        )}
      </Cell>
      <Cell column={words.count}>{countShown(of.n_about)}</Cell>
      <Cell column={words.gone}>
        {of.last_at === undefined ? (
          <Words of={words.goneNone} />
        ) : (
          <Words
            of={words.goneAt}
            slots={{ n: countShown(of.n_gone), time: <Time utc={of.last_at} /> }}
          />
        )}
      </Cell>
      <Cell column={words.why}>
        <Given>{of.purpose}</Given>
        <span class="fine">
          <Given>{of.ground}</Given>
        </span>
      </Cell>
    </>
  );
}

/** How much was deleted, when: numbers, no names. */
function Sweeps({ meanings }: { meanings: ReadonlyMap<string, string> }): VNode {
  const [paged, { more }] = usePaged<RetentionCount>("sweeps", (before) =>
    ask("retention.records", undefined, undefined, before === undefined ? {} : { before }),
  );
  return (
    <section class="stack-small" aria-labelledby="dictionary-sweeps">
      <h2 id="dictionary-sweeps">
        <Words of={words.sweeps} />
      </h2>
      <ul class="deeds">
        {paged.items.map((one) => (
          <li class="stack-small" key={one.id}>
            <p class="tags tags-wide">
              <b>
                <Given>{meanings.get(one.table) ?? one.table}</Given>
              </b>
              <span>
                <Words
                  of={words.swept}
                  slots={{
                    time: <Time utc={one.at} />,
                    n: countShown(one.n_rows),
                    before: <Time utc={one.before} />,
                  }}
                />
              </span>
            </p>
          </li>
        ))}
      </ul>
      <RecordFoot paged={paged} more={more} none={words.sweepsNone} moreWord={reports.more} />
    </section>
  );
}
