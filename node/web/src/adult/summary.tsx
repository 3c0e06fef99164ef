import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { schoolYearOf } from "../state/roster.js";
import type { RegistrationDue, RegistrationDueItem, RegistrationSummary } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Given, useLine, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { registration } from "../words/registration.js";
import { summary as words } from "../words/summary.js";
import type { Word } from "../words/word.js";
import { Grade } from "./grade.js";

const yearsBack = 5;

/** The word of a code; a code without one stands for itself. */
function codeWord(field: string, code: string): Word | string {
  return (registration as Readonly<Record<string, Word>>)[`${field}_${code}`] ?? code;
}

/** How many were registered in a school year and by what; and who has no record yet. */
export function SummaryPage(_: PageProps): VNode {
  const now = schoolYearOf(new Date());
  const [year, choose] = useState(now);
  const query = { school_year: String(year) };
  const [sums, sumsAgain] = useAsked("registration.summary", undefined, query);
  const [due, dueAgain] = useAsked("registration.due", undefined, query);
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <YearChoice now={now} year={year} choose={choose} />
      <Shown asked={sums} again={sumsAgain}>
        {(sums) => <Sums sums={sums} />}
      </Shown>
      <Shown asked={due} again={dueAgain}>
        {(due) => <Due due={due} />}
      </Shown>
    </div>
  );
}

interface YearProps {
  readonly now: number;
  readonly year: number;
  readonly choose: (year: number) => void;
}

function YearChoice({ now, year, choose }: YearProps): VNode {
  const line = useLine();
  return (
    <div class="search">
      <label for="summary-year">
        <Words of={words.year} />
      </label>
      <select
        id="summary-year"
        value={String(year)}
        onChange={(event) => choose(Number(event.currentTarget.value))}
      >
        {Array.from({ length: yearsBack + 2 }, (_, i) => now + 1 - i).map((one) => (
          <option value={String(one)} key={one}>
            {line(words.yearOf, { year: String(one) })}
          </option>
        ))}
      </select>
    </div>
  );
}

const fields = ["target", "route", "wish", "wish_by", "support", "admission"] as const;

function Sums({ sums }: { sums: RegistrationSummary }): VNode {
  const { n_reached: n, percent_reached: percent } = sums;
  const whole: readonly [Word, VNode][] = [
    [words.registered, <Words of={words.people} slots={{ n: sums.n_registered }} />],
    [words.unsupported, <Words of={words.people} slots={{ n: sums.n_unsupported }} />],
    [
      words.reached,
      percent === undefined ? (
        <Words of={words.people} slots={{ n }} />
      ) : (
        <Words of={words.percent} slots={{ n, percent }} />
      ),
    ],
  ];
  return (
    <>
      <section class="card stack">
        <h2>
          <Words of={words.yearOf} slots={{ year: sums.school_year }} />
        </h2>
        <Numbers rows={whole} />
      </section>
      {sums.n_registered === 0 ? (
        <p class="note">
          <Words of={words.nothing} />
        </p>
      ) : (
        fields.map((field) => {
          const rows = sums.counts.filter((one) => one.field === field);
          return rows.length === 0 ? null : (
            <section class="card stack" key={field}>
              <h2>
                <Words of={registration[field]} />
              </h2>
              <Numbers
                rows={rows.map(({ code, n }) => [
                  codeWord(field, code),
                  <Words of={words.people} slots={{ n }} />,
                ])}
              />
            </section>
          );
        })
      )}
    </>
  );
}

/** Names and numbers; what has no word of ours stands as the node has it. */
function Numbers({ rows }: { rows: readonly (readonly [Word | string, VNode])[] }): VNode {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div class="fact numbers" key={typeof name === "string" ? name : name[2]}>
          <dt>{typeof name === "string" ? <Given>{name}</Given> : <Words of={name} />}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Due({ due }: { due: RegistrationDue }): VNode {
  return (
    <section class="card stack">
      <h2>
        <Words of={words.due} />
      </h2>
      {due.total === 0 ? (
        <p>
          <Words of={words.dueNone} />
        </p>
      ) : (
        <>
          <p>
            <Words of={words.dueLead} />
          </p>
          <p>
            {due.total > due.items.length ? (
              <Words of={words.dueMore} slots={{ total: due.total, n: due.items.length }} />
            ) : (
              <Words of={words.people} slots={{ n: due.total }} />
            )}
          </p>
          <ul class="deeds">
            {due.items.map((one) => (
              <li key={one.id}>
                <DueLine one={one} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function DueLine({ one }: { one: RegistrationDueItem }): VNode {
  return (
    <>
      <a class="person-name" href={`#/people/${one.id}`}>
        <Given>{one.name}</Given>
      </a>
      <p class="tags">
        {one.school_name === "" ? null : (
          <span class="fine">
            <Given>{one.school_name}</Given> <Grade of={one.grade} />
          </span>
        )}
        <span class="pill">
          {one.last_year === undefined ? (
            <Words of={words.never} />
          ) : (
            <Words of={words.lastYear} slots={{ year: one.last_year }} />
          )}
        </span>
      </p>
    </>
  );
}
