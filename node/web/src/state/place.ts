/** Where in the client a reader is, as the part of the address after `#`.
 *
 * A page is one row here and one view: in `view/` for the first page and my page, in `me/pages.tsx`,
 * `adult/pages.tsx` for the parts that come later. A path that ends in `/*` takes one name. */

/** Who may open a page; the code of all but the first comes when one of theirs is opened. The node
 * decides what anyone may do there. */
export type PageOf = "anyone" | "inside" | "place" | "class" | "adult" | "office";

interface Row {
  readonly path: string;
  readonly of: PageOf;
}

const rows = {
  home: { path: "", of: "anyone" },
  in: { path: "in", of: "anyone" }, // the first page, as the slip's QR names it
  me: { path: "me", of: "inside" },
  "me-password": { path: "me/password", of: "inside" },
  "me-devices": { path: "me/devices", of: "inside" },
  "me-passkeys": { path: "me/passkeys", of: "inside" },
  "me-app": { path: "me/app", of: "inside" },
  "me-step": { path: "me/step", of: "inside" },
  "me-profile": { path: "me/profile", of: "inside" },
  "me-sound": { path: "me/sound", of: "inside" },
  place: { path: "place", of: "place" },
  "place-floor": { path: "place/floor/*", of: "place" },
  "place-classes": { path: "place/classes", of: "place" },
  "place-next": { path: "place/next", of: "place" },
  "place-practice": { path: "place/practice", of: "place" },
  lessons: { path: "lessons", of: "class" },
  lesson: { path: "lessons/*", of: "adult" },
  plan: { path: "plan", of: "adult" },
  courses: { path: "courses", of: "adult" },
  course: { path: "courses/*", of: "adult" },
  shared: { path: "shared", of: "adult" },
  "shared-new": { path: "shared-new", of: "adult" },
  "shared-one": { path: "shared/*", of: "adult" },
  "shared-offer": { path: "shared-offer/*", of: "adult" },
  federation: { path: "federation", of: "adult" }, // as the link of a notice names it
  "federation-join": { path: "federation/join", of: "adult" },
  teachers: { path: "teachers", of: "adult" },
  teacher: { path: "teachers/*", of: "adult" },
  transfers: { path: "transfers", of: "adult" }, // as the link of a notice names it
  "teacher-slot": { path: "teacher-slot/*", of: "adult" },
  "teacher-class": { path: "my-class", of: "adult" },
  settings: { path: "settings", of: "adult" },
  setting: { path: "settings/*", of: "adult" },
  roles: { path: "roles", of: "adult" },
  audit: { path: "audit", of: "adult" },
  people: { path: "people", of: "adult" },
  person: { path: "people/*", of: "adult" },
  "person-new": { path: "person-new", of: "adult" },
  registration: { path: "registration/*", of: "adult" },
  contract: { path: "contract", of: "adult" },
  hours: { path: "hours", of: "adult" },
  floors: { path: "floors", of: "adult" },
  visits: { path: "visits", of: "adult" },
  schools: { path: "schools", of: "adult" },
  roster: { path: "roster", of: "adult" },
  "roster-import": { path: "roster/*", of: "adult" },
  rollover: { path: "rollover", of: "adult" },
  console: { path: "console", of: "adult" },
  held: { path: "held", of: "adult" },
  incidents: { path: "incidents", of: "adult" },
  incident: { path: "incident/*", of: "adult" }, // as the link of a notice names it, so sos
  "sos-list": { path: "sos", of: "adult" },
  sos: { path: "sos/*", of: "adult" },
  child: { path: "child/*", of: "adult" },
  duty: { path: "duty", of: "adult" },
  words: { path: "words", of: "adult" },
  reports: { path: "reports", of: "adult" },
  logs: { path: "logs", of: "adult" },
  search: { path: "search", of: "adult" },
  monthly: { path: "monthly", of: "adult" },
  "monthly-one": { path: "monthly/*", of: "adult" }, // as the link of a notice names it
  weekly: { path: "weekly", of: "adult" },
  "weekly-one": { path: "weekly/*", of: "adult" }, // as the link of a notice names it
  kpi: { path: "kpi", of: "adult" },
  prefecture: { path: "prefecture", of: "adult" },
  kpiRelease: { path: "kpi-release", of: "adult" },
  dictionary: { path: "dictionary", of: "adult" },
  leaving: { path: "leaving", of: "adult" },
  ending: { path: "ending", of: "adult" },
  materials: { path: "materials", of: "adult" },
  taken: { path: "taken", of: "adult" },
  summary: { path: "summary", of: "adult" },
  unused: { path: "unused", of: "adult" },
  notify: { path: "notify", of: "adult" },
  notice: { path: "n/*", of: "adult" }, // as the link of a notice names it
  keys: { path: "keys", of: "adult" },
  sheet: { path: "sheet", of: "adult" },
  "sheet-check": { path: "sheet-check", of: "adult" },
  "sheet-approve": { path: "sheet-approve", of: "adult" },
  "first-sheet": { path: "first-sheet", of: "office" }, // before these two, nobody can sign in
  unlock: { path: "unlock", of: "office" },
} as const satisfies Record<string, Row>;

export type PageName = keyof typeof rows;

export interface Page {
  readonly at: PageName | "missing";
  /** What the page is about; "" for most. */
  readonly name: string;
}

const nameOk = /^[A-Za-z0-9_.-]{1,100}$/;

export function pageFrom(hash: string): Page {
  const [path = ""] = hash.replace(/^#\/?/, "").split("?");
  for (const [at, row] of Object.entries(rows) as [PageName, Row][]) {
    if (row.path === path) return { at, name: "" };
    if (!row.path.endsWith("/*") || !path.startsWith(row.path.slice(0, -1))) continue;
    const name = path.slice(row.path.length - 1);
    if (nameOk.test(name) && !/^\.+$/.test(name)) return { at, name };
  }
  return { at: "missing", name: "" };
}

export function hashOf(page: Page): string {
  return page.at === "missing" ? "#/missing" : `#/${rows[page.at].path.replace(/\*$/, page.name)}`;
}

export function pageOf(page: Page): PageOf {
  return page.at === "missing" ? "anyone" : rows[page.at].of;
}

/** Who may come onto the floors; the node decides which of them, and when. */
export function mayVisit(role: string): boolean {
  return !["data_holder", "analyst", "coordinator", "auditor"].includes(role);
}

/** The login name in the address of a printed slip, `#/in?id=LOGIN`; "" when there is none or when it is
 * nothing that a login name can be. */
export function loginFrom(hash: string): string {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  if (path !== "in") return "";
  const login = new URLSearchParams(query).get("id") ?? "";
  return /^[A-Za-z0-9._@-]{1,64}$/.test(login) ? login : "";
}
