import { audit } from "./audit.js";
import { boot } from "./boot.js";
import { care, chat, signs } from "./chat.js";
import { child } from "./child.js";
import { choices } from "./choices.js";
import { watch } from "./console.js";
import { contract } from "./contract.js";
import { contractChange } from "./contract_change.js";
import { doors } from "./doors.js";
import { escrow, federation } from "./federation.js";
import { first } from "./first.js";
import { floors, visits } from "./floors.js";
import { home, roles } from "./home.js";
import { hours } from "./hours.js";
import { hoursWork } from "./hours_work.js";
import { keys } from "./keys.js";
import { kpi } from "./kpi.js";
import { prefecture } from "./prefecture.js";
import { prefectureAsk } from "./prefecture_ask.js";
import { kpiRelease } from "./kpi_release.js";
import { leaving } from "./leaving.js";
import { leavingPapers } from "./leaving_papers.js";
import { lessons } from "./lessons.js";
import { me } from "./me.js";
import { notify } from "./notify.js";
import { people } from "./people.js";
import { person } from "./person.js";
import { attendance, courses, pictureWords, plan, planFlags, qualifications } from "./plan.js";
import { colourNames, figures, profile } from "./profile.js";
import { profilePast } from "./profile_past.js";
import { place, placeStaff } from "./place.js";
import { placeOut, placeSaid } from "./place_said.js";
import { registration } from "./registration.js";
import { ending } from "./ending.js";
import { registers } from "./registers.js";
import { monthly } from "./monthly.js";
import { dictionary, logs, logSearch, reports, weekly } from "./reports.js";
import { roleTable } from "./role_table.js";
import { roster } from "./roster.js";
import { schools } from "./schools.js";
import { settings } from "./settings.js";
import { shared } from "./shared.js";
import { sharedCost } from "./shared_cost.js";
import { sharedEvidence } from "./shared_evidence.js";
import { sos } from "./sos.js";
import { summary } from "./summary.js";
import { teachers } from "./teachers.js";
import { transfers } from "./transfers.js";
import { support } from "./support.js";
import { town, townStaff } from "./town.js";
import { voice } from "./voice.js";
import { way } from "./way.js";
import { witness } from "./witness.js";
import { wordLists } from "./word_lists.js";
import type { Word } from "./word.js";

/** The whole catalogue, for the build's check and list. `forChildren`: a child may read it. `isLater`:
 * not before someone has come in, so that its characters need not come with the first page. */
export interface Chapter {
  readonly name: string;
  readonly forChildren: boolean;
  readonly isLater?: boolean;
  readonly words: Readonly<Record<string, Word>>;
}

export const chapters: readonly Chapter[] = [
  { name: "first", forChildren: true, words: first },
  { name: "home", forChildren: true, words: home },
  { name: "roles", forChildren: true, words: roles },
  { name: "boot", forChildren: true, words: boot },
  { name: "way", forChildren: true, isLater: true, words: way },
  { name: "me", forChildren: true, isLater: true, words: me },
  { name: "profile", forChildren: true, isLater: true, words: profile },
  { name: "figures", forChildren: true, isLater: true, words: figures },
  { name: "colourNames", forChildren: true, isLater: true, words: colourNames },
  { name: "place", forChildren: true, isLater: true, words: place },
  { name: "placeSaid", forChildren: true, isLater: true, words: placeSaid },
  { name: "placeOut", forChildren: true, isLater: true, words: placeOut },
  { name: "town", forChildren: true, isLater: true, words: town },
  { name: "hours", forChildren: true, isLater: true, words: hours },
  { name: "sos", forChildren: true, isLater: true, words: sos },
  { name: "chat", forChildren: true, isLater: true, words: chat },
  { name: "signs", forChildren: true, isLater: true, words: signs },
  { name: "care", forChildren: true, isLater: true, words: care },
  { name: "voice", forChildren: true, isLater: true, words: voice },
  { name: "lessons", forChildren: true, isLater: true, words: lessons },
  { name: "doors", forChildren: false, words: doors },
  { name: "placeStaff", forChildren: false, words: placeStaff },
  { name: "townStaff", forChildren: false, words: townStaff },
  { name: "settings", forChildren: false, words: settings },
  { name: "choices", forChildren: false, words: choices },
  { name: "keys", forChildren: false, words: keys },
  { name: "federation", forChildren: false, words: federation },
  { name: "escrow", forChildren: false, words: escrow },
  { name: "audit", forChildren: false, words: audit },
  { name: "people", forChildren: false, words: people },
  { name: "person", forChildren: false, words: person },
  { name: "profilePast", forChildren: false, words: profilePast },
  { name: "registration", forChildren: false, words: registration },
  { name: "contract", forChildren: false, words: contract },
  { name: "contractChange", forChildren: false, words: contractChange },
  { name: "hoursWork", forChildren: false, words: hoursWork },
  { name: "floors", forChildren: false, words: floors },
  { name: "visits", forChildren: false, words: visits },
  { name: "schools", forChildren: false, words: schools },
  { name: "plan", forChildren: false, words: plan },
  { name: "planFlags", forChildren: false, words: planFlags },
  { name: "teachers", forChildren: false, words: teachers },
  { name: "transfers", forChildren: false, words: transfers },
  { name: "courses", forChildren: false, words: courses },
  { name: "shared", forChildren: false, words: shared },
  { name: "sharedCost", forChildren: false, words: sharedCost },
  { name: "sharedEvidence", forChildren: false, words: sharedEvidence },
  { name: "pictureWords", forChildren: false, words: pictureWords },
  { name: "attendance", forChildren: false, words: attendance },
  { name: "qualifications", forChildren: false, words: qualifications },
  { name: "roster", forChildren: false, words: roster },
  { name: "summary", forChildren: false, words: summary },
  { name: "notify", forChildren: false, words: notify },
  { name: "watch", forChildren: false, words: watch },
  { name: "support", forChildren: false, words: support },
  { name: "child", forChildren: false, words: child },
  { name: "wordLists", forChildren: false, words: wordLists },
  { name: "leaving", forChildren: false, words: leaving },
  { name: "leavingPapers", forChildren: false, words: leavingPapers },
  { name: "ending", forChildren: false, words: ending },
  { name: "registers", forChildren: false, words: registers },
  { name: "reports", forChildren: false, words: reports },
  { name: "logs", forChildren: false, words: logs },
  { name: "logSearch", forChildren: false, words: logSearch },
  { name: "weekly", forChildren: false, words: weekly },
  { name: "monthly", forChildren: false, words: monthly },
  { name: "kpi", forChildren: false, words: kpi },
  { name: "prefecture", forChildren: false, words: prefecture },
  { name: "prefectureAsk", forChildren: false, words: prefectureAsk },
  { name: "witness", forChildren: false, words: witness },
  { name: "kpiRelease", forChildren: false, words: kpiRelease },
  { name: "dictionary", forChildren: false, words: dictionary },
  { name: "roleTable", forChildren: false, words: roleTable },
];
