import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { askFile } from "../edge/api.js";
import { countShown } from "../state/dictionary.js";
import { type WeekTotals, weekTotals } from "../state/weekly.js";
import { RecordCell, RecordHead } from "../view/record.js";
import { Given, Words } from "../view/words.js";
import { reports, weekly as words } from "../words/reports.js";
import type { Word } from "../words/word.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";

/** What the report comes to, on the screen: for who has no use for a file just now. */
export function WeeklyTotals({ report, after }: { report: string; after: () => void }): VNode {
  const [totals, put] = useState<WeekTotals | undefined>(undefined);
  const deed = useDeed();
  const look = async (): Promise<void> => {
    const file = await deed.run(() => askFile("weekly.csv", { report }, undefined));
    if (file === undefined) return;
    put(weekTotals(await file.text(), words.fileYes[0]));
    after();
  };
  return (
    <div class="stack">
      {totals === undefined ? (
        <button
          type="button"
          class="quiet-button"
          aria-disabled={deed.busy}
          onClick={() => void look()}
        >
          <Words of={deed.busy ? reports.working : words.look} />
        </button>
      ) : (
        <Totals of={totals} />
      )}
      {deed.said.kind === "refused" ? <Said of={deed.said} done={reports.done} /> : null}
    </div>
  );
}

function Stay({ seconds }: { seconds: number }): VNode {
  const minutes = Math.floor(seconds / 60);
  return <Words of={words.hoursMinutes} slots={{ h: Math.floor(minutes / 60), m: minutes % 60 }} />;
}

function Totals({ of }: { of: WeekTotals }): VNode {
  const facts: readonly (readonly [Word, VNode])[] = [
    [words.nLogged, <Words of={words.people} slots={{ n: countShown(of.nLogged) }} />],
    [words.nLogins, <Words of={words.times} slots={{ n: countShown(of.nLogins) }} />],
    [words.nCame, <Words of={words.people} slots={{ n: countShown(of.nCame) }} />],
    [words.nVisits, <Words of={words.times} slots={{ n: countShown(of.nVisits) }} />],
    [words.stay, <Stay seconds={of.seconds} />],
    [words.nLessons, <Words of={words.times} slots={{ n: countShown(of.nLessons) }} />],
  ];
  return (
    <>
      <h3>
        <Words of={words.totals} />
      </h3>
      <dl class="facts" id="weekly-totals">
        {facts.map(([word, value], i) => (
          <div key={i}>
            <dt>
              <Words of={word} />
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {of.pupils.length === 0 ? null : <Pupils of={of} />}
    </>
  );
}

const columns = [words.pupil, words.nLogins, words.nVisits, words.stay, words.nLessons] as const;

function Pupils({ of }: { of: WeekTotals }): VNode {
  return (
    <table class="record">
      <caption>
        <Words of={words.perPupil} />
      </caption>
      <RecordHead columns={columns} />
      <tbody>
        {of.pupils.map((one) => (
          <tr key={one.login}>
            <th scope="row">
              <Given>{one.name}</Given> <span class="mono login fine">{one.login}</span>
            </th>
            <RecordCell column={words.nLogins}>
              <Words of={words.times} slots={{ n: one.nLogins }} />
            </RecordCell>
            <RecordCell column={words.nVisits}>
              <Words of={words.times} slots={{ n: one.nVisits }} />
            </RecordCell>
            <RecordCell column={words.stay}>
              <Stay seconds={one.seconds} />
            </RecordCell>
            <RecordCell column={words.nLessons}>
              <Words of={words.times} slots={{ n: one.nLessons }} />
            </RecordCell>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
