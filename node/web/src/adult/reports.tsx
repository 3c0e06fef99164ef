import type { VNode } from "preact";
import { Back, PageHead, type PageProps } from "../view/page.js";
import { MissingNote } from "../view/trouble.js";
import { Words } from "../view/words.js";
import { first } from "../words/first.js";
import { ending as endingWords } from "../words/ending.js";
import { kpi as kpiWords } from "../words/kpi.js";
import { kpiRelease } from "../words/kpi_release.js";
import { monthly as monthlyWords } from "../words/monthly.js";
import { registers } from "../words/registers.js";
import { reports as words } from "../words/reports.js";
import type { Word } from "../words/word.js";

type Door = readonly [href: string, title: Word, note: Word];

const logs: Door = ["#/logs", words.logs, words.logsNote];
const search: Door = ["#/search", words.search, words.searchNote];
const weekly: Door = ["#/weekly", words.weekly, words.weeklyNote];
const monthly: Door = ["#/monthly", monthlyWords.title, monthlyWords.note];
const kpi: Door = ["#/kpi", kpiWords.title, kpiWords.note];
const release: Door = ["#/kpi-release", kpiRelease.title, kpiRelease.note];
const dictionary: Door = ["#/dictionary", words.dictionary, words.dictionaryNote];
const ending: Door = ["#/ending", endingWords.title, endingWords.note];
const materials: Door = ["#/materials", registers.materials, registers.materialsNote];
const taken: Door = ["#/taken", registers.taken, registers.takenNote];

function doorsOf(role: string | undefined): readonly Door[] {
  switch (role) {
    case "commissioner":
      return [kpi, release, monthly, weekly, logs, search, dictionary, materials, taken, ending];
    case "contractor":
      return [kpi, release, monthly, weekly, logs, search, dictionary, materials];
    case "auditor":
      return [logs, search, dictionary, materials, taken];
    case "data_holder":
      return [dictionary];
    case "school_staff":
      return [weekly];
    default:
      return [];
  }
}

/** From here to all that is taken out of the place. */
export function ReportsPage({ role }: PageProps): VNode {
  const doors = doorsOf(role);
  if (doors.length === 0) return <MissingNote />;
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <ul class="setting-list">
        {doors.map(([href, title, note]) => (
          <li key={href}>
            <a class="card card-small door" href={href}>
              <span class="door-title">
                <Words of={title} />
              </span>
              <span class="fine">
                <Words of={note} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function ToReports(): VNode {
  return <Back href="#/reports" word={words.back} />;
}
