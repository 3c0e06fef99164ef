import { doors } from "../words/doors.js";
import { home } from "../words/home.js";
import type { HomeDoor } from "./home.js";

/** Where a role can go from my page. The node decides what it may do there. They come right after the page,
 * for there are many, and nobody needs them who has not come in. */
const settings: HomeDoor = { href: "#/settings", title: doors.settings, note: doors.settingsNote };
const keys: HomeDoor = { href: "#/keys", title: doors.keys, note: doors.keysNote };

const roles: HomeDoor = { href: "#/roles", title: doors.roles, note: doors.rolesNote };
const me: HomeDoor = { href: "#/me", title: home.me, note: home.meNote };

const people: HomeDoor = { href: "#/people", title: doors.people, note: doors.peopleNote };
const peopleSeen: HomeDoor = { ...people, note: doors.peopleSeenNote };
const peopleAsked: HomeDoor = { ...people, note: doors.peopleAskedNote };
const contract: HomeDoor = { href: "#/contract", title: doors.contract, note: doors.contractNote };
const leaving: HomeDoor = { href: "#/leaving", title: doors.leaving, note: doors.leavingNote };
const hours: HomeDoor = { href: "#/hours", title: doors.hours, note: doors.hoursNote };
const hoursSeen: HomeDoor = { ...hours, note: doors.hoursSeenNote };
const floors: HomeDoor = { href: "#/floors", title: doors.floors, note: doors.floorsNote };
const floorsSeen: HomeDoor = { ...floors, note: doors.floorsSeenNote };
const visits: HomeDoor = { href: "#/visits", title: doors.visits, note: doors.visitsNote };
const schools: HomeDoor = { href: "#/schools", title: doors.schools, note: doors.schoolsNote };
const roster: HomeDoor = { href: "#/roster", title: doors.roster, note: doors.rosterNote };
const summary: HomeDoor = { href: "#/summary", title: doors.summary, note: doors.summaryNote };
const reports: HomeDoor = { href: "#/reports", title: doors.reports, note: doors.reportsNote };
const audit: HomeDoor = { href: "#/audit", title: doors.audit, note: doors.auditNote };

const plan: HomeDoor = { href: "#/plan", title: doors.plan, note: doors.planNote };
const planSeen: HomeDoor = { ...plan, note: doors.planSeenNote };
const shared: HomeDoor = { href: "#/shared", title: doors.shared, note: doors.sharedNote };
const federation: HomeDoor = {
  href: "#/federation",
  title: doors.federation,
  note: doors.federationNote,
};
const teachers: HomeDoor = { href: "#/teachers", title: doors.teachers, note: doors.teachersNote };
const transfers: HomeDoor = {
  href: "#/transfers",
  title: doors.transfers,
  note: doors.transfersNote,
};
const teacherClass: HomeDoor = {
  href: "#/my-class",
  title: doors.teacherClass,
  note: doors.teacherClassNote,
};
const watch: HomeDoor = { href: "#/console", title: doors.console, note: doors.consoleNote };
const wordLists: HomeDoor = { href: "#/words", title: doors.words, note: doors.wordsNote };

const kpi: HomeDoor = { href: "#/kpi", title: doors.kpi, note: doors.kpiNote };
const prefecture: HomeDoor = {
  href: "#/prefecture",
  title: doors.prefecture,
  note: doors.prefectureNote,
};

const place: HomeDoor = { href: "#/place", title: home.place, note: home.placeNote };

/** Whose page has no large way in has a door to the place, first of all. */
const comesToWork: readonly string[] = ["commissioner", "contractor"];

export function doorsOf(role: string): readonly HomeDoor[] {
  return comesToWork.includes(role) ? [place, ...othersOf(role)] : othersOf(role);
}

function othersOf(role: string): readonly HomeDoor[] {
  switch (role) {
    case "commissioner":
      return [
        watch,
        plan,
        shared,
        teachers,
        people,
        transfers,
        contract,
        hours,
        floors,
        visits,
        reports,
        wordLists,
        schools,
        roster,
        summary,
        audit,
        settings,
        keys,
        federation,
        leaving,
        roles,
        me,
      ];
    case "contractor":
      return [
        watch,
        plan,
        shared,
        teachers,
        people,
        contract,
        hoursSeen,
        floors,
        visits,
        reports,
        wordLists,
        schools,
        roster,
        settings,
        keys,
        federation,
        leaving,
        roles,
        me,
      ];
    case "auditor":
      return [audit, hoursSeen, floorsSeen, visits, reports, settings, keys, leaving, roles, me];
    case "school_staff":
      return [watch, peopleAsked, reports, hoursSeen, roles, me];
    case "supporter":
      return [watch, plan, kpi, peopleSeen, hoursSeen, floorsSeen, roles, me];
    case "instructor":
      return [planSeen, hoursSeen, roles, me];
    case "guest_teacher":
      return [teacherClass, hoursSeen, roles, me];
    case "coordinator":
      return [prefecture, federation, roles, me];
    case "data_holder":
      return [reports, settings, roles, me];
    default:
      return [roles, me];
  }
}
