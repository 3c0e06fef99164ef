import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { tablesOf } from "../state/dictionary.js";
import { Given, Words } from "../view/words.js";
import { dictionary as words } from "../words/reports.js";
import type { Word } from "../words/word.js";
import type { DataAct, DataColumn, DataDictionary, DataTable } from "../wire.js";
import { TermOf } from "./dictionary.js";

const keysOf: Readonly<Record<DataTable["key_of"], Word>> = {
  none: words.keyNone,
  subject: words.keySubject,
  author: words.keyAuthor,
  class: words.keyClass,
  record: words.keyRecord,
};
const erases: Readonly<Record<DataTable["erase"], Word>> = {
  rows: words.eraseRows,
  key_only: words.eraseKey,
  not_of_a_person: words.eraseNone,
};
const handed: Readonly<Record<DataTable["hand_back"], Word>> = {
  ndjson: words.backRows,
  log: words.backLog,
  files: words.backFiles,
  nothing: words.backNone,
};
const audits: Readonly<Record<DataAct["audit"], Word>> = {
  none: words.noRecord,
  read: words.read,
  change: words.change,
  export: words.export,
};

/** Every table of the database; its columns fold out. */
export function DataTables({ of }: { of: readonly DataTable[] }): VNode {
  const [typed, type] = useState("");
  const shown = tablesOf(of, typed);
  return (
    <section class="stack" aria-labelledby="dictionary-filter-label">
      <div class="search">
        <label for="dictionary-filter" id="dictionary-filter-label">
          <Words of={words.filter} />
        </label>
        <input
          id="dictionary-filter"
          type="search"
          autocomplete="off"
          value={typed}
          onInput={(event) => type(event.currentTarget.value)}
        />
      </div>
      <p role="status" class="fine">
        {shown.length === 0 ? (
          <Words of={words.noTable} />
        ) : (
          <Words of={words.shownN} slots={{ n: shown.length }} />
        )}
      </p>
      <ul class="history">
        {shown.map((one) => (
          <li class="card card-small" key={one.name}>
            <TableOf of={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function TableOf({ of }: { of: DataTable }): VNode {
  const [isOpen, open] = useState(false);
  const facts: readonly (readonly [Word, VNode])[] = [
    [words.term, <TermOf days={of.term_days} />],
    [words.purpose, <Given>{of.purpose}</Given>],
    [words.ground, <Given>{of.ground}</Given>],
    [words.key, <Words of={keysOf[of.key_of]} />],
    [words.erase, <Words of={erases[of.erase]} />],
    [words.back, <Words of={handed[of.hand_back]} />],
  ];
  return (
    <div class="stack-small">
      <h3>
        <Given>{of.meaning}</Given>
      </h3>
      <p class="tags tags-wide fine">
        <span class="mono">{of.name}</span>
        {of.is_leaf ? (
          <span class="pill">
            <Words of={words.leaf} />
          </span>
        ) : null}
      </p>
      <dl class="facts">
        {facts.map(([word, value], i) => (
          <div key={i}>
            <dt>
              <Words of={word} />
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <details onToggle={(event) => open(event.currentTarget.open)}>
        <summary>
          <Words of={words.columns} slots={{ n: of.columns.length }} />
        </summary>
        {isOpen ? (
          <ul class="deeds">
            {of.columns.map((one) => (
              <li key={one.name}>
                <ColumnOf of={one} />
              </li>
            ))}
          </ul>
        ) : null}
      </details>
    </div>
  );
}

function ColumnOf({ of }: { of: DataColumn }): VNode {
  return (
    <p class="tags tags-wide">
      <Given>{of.meaning}</Given>
      <span class="mono fine">
        {of.name} {of.type}
      </span>
      {of.is_sealed ? (
        <span class="pill">
          <Words of={words.sealed} />
        </span>
      ) : null}
      {of.is_person ? (
        <span class="pill">
          <Words of={words.ofPerson} />
        </span>
      ) : null}
    </p>
  );
}

/** The rules in force and what is put on record, each behind a fold. */
export function SettingsAndActs({ of }: { of: DataDictionary }): VNode {
  const acts = of.acts.filter((one) => one.audit !== "none");
  return (
    <>
      <details class="card">
        <summary>
          <Words of={words.settings} slots={{ n: of.settings.length }} />
        </summary>
        <ul class="deeds">
          {of.settings.map((one) => (
            <li key={one.name}>
              <p class="tags tags-wide">
                <Given>{one.title}</Given>
                <b>
                  <Given>
                    {one.value}
                    {one.unit}
                  </Given>
                </b>
                {one.is_default ? (
                  <span class="fine">
                    <Words of={words.initial} />
                  </span>
                ) : null}
                <span class="mono fine">{one.name}</span>
              </p>
            </li>
          ))}
        </ul>
      </details>
      <details class="card">
        <summary>
          <Words of={words.acts} slots={{ n: acts.length }} />
        </summary>
        <ul class="deeds">
          {acts.map((one) => (
            <li key={one.name}>
              <p class="tags tags-wide">
                <Given>{one.summary}</Given>
                <span class="pill">
                  <Words of={audits[one.audit]} />
                </span>
              </p>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
