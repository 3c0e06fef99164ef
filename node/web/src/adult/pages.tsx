import type { VNode } from "preact";
import sheet from "../../style/work.css";
import "./routes.js";
import { wear } from "../edge/sheet.js";
import { type PageProps, type Views, viewOf } from "../view/page.js";
import { LessonPage } from "./attendance.js";
import { AuditPage } from "./audit.js";
import { ChildPage } from "./child.js";
import { ConsolePage } from "./console.js";
import { ContractPage } from "./contract.js";
import { CoursePage } from "./course.js";
import { CoursesPage } from "./courses.js";
import { DictionaryPage } from "./dictionary.js";
import { DutyPage } from "./duty.js";
import { EndingPage } from "./ending.js";
import { FederationPage } from "./federation.js";
import { FederationJoinPage } from "./federation_join.js";
import { FloorsPage } from "./floors.js";
import { HeldPage } from "./held.js";
import { HoursPage } from "./hours.js";
import { IncidentPage } from "./incident.js";
import { IncidentsPage } from "./incidents.js";
import { ApprovePage, CheckPage, KeysPage, UnlockPage } from "./keys.js";
import { KpiPage } from "./kpi.js";
import { PrefecturePage } from "./prefecture.js";
import { KpiReleasePage } from "./kpi_release.js";
import { LeavingPage } from "./leaving.js";
import { LogsPage } from "./logs.js";
import { MaterialsPage } from "./materials.js";
import { NotifyPage } from "./notify.js";
import { NoticePage } from "./notify_open.js";
import { PeoplePage } from "./people.js";
import { PersonPage } from "./person.js";
import { PersonNewPage } from "./person_new.js";
import { PlanPage } from "./plan.js";
import { RegistrationPage } from "./registration.js";
import { ReportsPage } from "./reports.js";
import { RolesPage } from "./roles.js";
import { RolloverPage } from "./rollover.js";
import { RosterPage } from "./roster.js";
import { RosterImportPage } from "./roster_import.js";
import { SchoolsPage } from "./schools.js";
import { SearchPage } from "./search.js";
import { SettingPage } from "./setting.js";
import { SettingsPage } from "./settings.js";
import { SharedPage } from "./shared.js";
import { SharedNewPage } from "./shared_new.js";
import { SharedOfferPage } from "./shared_offer.js";
import { SharedOnePage } from "./shared_one.js";
import { FirstSheetPage, SheetPage } from "./sheet.js";
import { SosListPage } from "./sos_list.js";
import { SosPage } from "./sos_page.js";
import { SummaryPage } from "./summary.js";
import { TakenPage } from "./taken.js";
import { TeacherClassPage } from "./teacher_class.js";
import { TeacherPage } from "./teacher_one.js";
import { TeacherSlotPage } from "./teacher_slot.js";
import { TeachersPage } from "./teachers.js";
import { TransfersPage } from "./transfers.js";
import { UnusedPage } from "./unused.js";
import { VisitsPage } from "./visits.js";
import { MonthlyPage } from "./monthly.js";
import { MonthlyOnePage } from "./monthly_one.js";
import { WeeklyPage } from "./weekly.js";
import { WeeklyOnePage } from "./weekly_one.js";
import { WordListsPage } from "./word_lists.js";

/** The pages of grown-ups at work, in a part of their own: no child's device fetches them. */
export const dressed = wear(sheet);

const views: Views = {
  settings: SettingsPage,
  setting: ({ page }) => <SettingPage name={page.name} />,
  roles: RolesPage,
  audit: AuditPage,
  contract: ContractPage,
  hours: HoursPage,
  floors: FloorsPage,
  visits: VisitsPage,
  people: PeoplePage,
  person: PersonPage,
  "person-new": PersonNewPage,
  registration: RegistrationPage,
  plan: PlanPage,
  courses: CoursesPage,
  course: CoursePage,
  lesson: LessonPage,
  teachers: TeachersPage,
  transfers: TransfersPage,
  teacher: TeacherPage,
  "teacher-slot": TeacherSlotPage,
  "teacher-class": TeacherClassPage,
  schools: SchoolsPage,
  roster: RosterPage,
  "roster-import": RosterImportPage,
  rollover: RolloverPage,
  console: ConsolePage,
  held: HeldPage,
  incidents: IncidentsPage,
  incident: IncidentPage,
  "sos-list": SosListPage,
  sos: SosPage,
  child: ChildPage,
  duty: DutyPage,
  words: WordListsPage,
  reports: ReportsPage,
  logs: LogsPage,
  search: SearchPage,
  monthly: MonthlyPage,
  "monthly-one": MonthlyOnePage,
  weekly: WeeklyPage,
  "weekly-one": WeeklyOnePage,
  kpi: KpiPage,
  prefecture: PrefecturePage,
  kpiRelease: KpiReleasePage,
  dictionary: DictionaryPage,
  leaving: LeavingPage,
  ending: EndingPage,
  materials: MaterialsPage,
  taken: TakenPage,
  summary: SummaryPage,
  unused: UnusedPage,
  notify: NotifyPage,
  notice: NoticePage,
  shared: SharedPage,
  "shared-new": SharedNewPage,
  "shared-one": SharedOnePage,
  "shared-offer": SharedOfferPage,
  federation: FederationPage,
  "federation-join": FederationJoinPage,
  keys: KeysPage,
  sheet: SheetPage,
  "sheet-check": CheckPage,
  "sheet-approve": ApprovePage,
  "first-sheet": FirstSheetPage,
  unlock: UnlockPage,
};

export function Pages(props: PageProps): VNode {
  return viewOf(views, props);
}
