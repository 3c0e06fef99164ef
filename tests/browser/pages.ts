/** Every page of the client and how one comes to it: what the tests of looks, words and sizes walk. One list
 * on purpose, long as it is: a page that is missing here is looked at by nobody. */
import { lessonToLookAt } from "./classes_made.ts";
import {
  halfIn,
  hasPlace,
  login,
  place,
  type Place,
  signedIn,
  Visit,
  type VisitOptions,
} from "./engine.ts";
import { twoToLookAt } from "./people_made.ts";
import { askForLogs, monthlyFor, reportFor } from "./reports_made.ts";
import { Roots } from "./roots.ts";
import { asked, callForHelp, saying, staying } from "./watch_made.ts";

export interface PageUnderTest {
  readonly name: string;
  readonly who: "nobody" | string; // a login of tests/browser/run
  /** Of tests/browser/run, where it is not aozora: walked when that node is there. */
  readonly town?: string;
  /** Only the password was given. */
  readonly isHalf?: true;
  readonly reach: (visit: Visit) => Promise<void>;
}

export function townOf(page: PageUnderTest): Place {
  return place(page.town ?? "aozora");
}

/** How a visit to the page begins. */
export async function stateOf(at: Place, page: PageUnderTest): Promise<VisitOptions> {
  if (page.who === "nobody") return {};
  return { state: await (page.isHalf === true ? halfIn : signedIn)(at, page.who) };
}

async function to(visit: Visit, hash: string, sign: string): Promise<void> {
  await visit.open(hash);
  await visit.page.waitForSelector(sign);
}

/** A card that the board has approved. */
async function teacherToLookAt(visit: Visit): Promise<string> {
  await visit.open();
  const { items } = await asked<{ items: { card: string; is_own: boolean }[] }>(
    visit.page,
    "GET",
    "/api/v1/teachers",
  );
  const there = items.find((one) => one.is_own)?.card;
  if (there !== undefined) return there;
  const card = crypto.randomUUID();
  const path = `/api/v1/teachers/${card}`;
  await asked(visit.page, "PUT", path, {
    expected_version: 0,
    name: "星野 そら",
    field: "星と宇宙の話",
    evidence: "県立天文台に十二年つとめています。\n小学校で四十回、話をしました。",
    times: "水曜の午前",
  });
  await asked(visit.page, "POST", `${path}/approve`, { version: 1 });
  return card;
}

/** The page of a child with an ID. */
async function toPerson(visit: Visit, hash = "#/people"): Promise<void> {
  await visit.open();
  await to(visit, `${hash}/${(await twoToLookAt(visit.page)).here}`, ".facts, #facts-year");
}

async function press(visit: Visit, text: string): Promise<void> {
  await visit.choose("light", "plain");
  await visit.page.locator("main button", { hasText: text }).first().click();
}

async function makeSheet(visit: Visit): Promise<void> {
  await to(visit, "#/sheet", ".check input");
  await visit.page.check(".check input");
  await visit.page.click("main .button");
  await visit.page.waitForSelector(".paper");
}

async function chooseAll(visit: Visit): Promise<void> {
  await to(visit, "#/people", ".person-row");
  await visit.page.click("section.card .row button");
  await visit.page.click("section.card .row:nth-of-type(2) button");
}

/** On the floor of the talking rooms, which has areas of every state; as a picture or in words. */
async function onFloor(visit: Visit, rung: number, asMap: boolean): Promise<void> {
  const { page } = visit;
  await to(visit, "#/place", ".floors, .inside");
  if ((await page.locator(".leave").count()) > 0) await page.click(".leave");
  await to(visit, "#/place/floor/counsel", ".spot-form");
  await page.locator(".choice-list .choice").nth(rung).click();
  await page.click(".spot-form .button");
  await page.waitForSelector(".areas-here");
  if ((await page.locator(".map").count()) > 0 !== asMap) await page.click(".view-switch");
  await page.waitForSelector(".map", { state: asMap ? "visible" : "detached" });
}

/** Words of every state: said, to somebody, held, too long. */
async function toChat(visit: Visit): Promise<void> {
  await onFloor(visit, 1, false);
  const { page } = visit;
  for (const text of ["ながいことば".repeat(20), "でんわは 090-1234-5678 だよ"]) {
    await page.fill("#chat-field", text);
    await page.locator("#chat-field").press("Enter");
    await page.locator(".chat-line", { hasText: text }).last().waitFor();
  }
  await page.locator(".chat-held").last().waitFor();
  await page.locator(".chat-blocks summary").click();
  await page.fill("#chat-field", "あ".repeat(201));
}

/** All there is of voice: who would hear an announcement, and the panel that tries microphone and ways. */
async function toVoice(visit: Visit): Promise<void> {
  await onFloor(visit, 2, false);
  const { page } = visit;
  await page.waitForSelector('.voice[data-session="flows"]');
  await page.click(".announce");
  await page.waitForSelector(".voice-ask");
  await page.click(".voice-more");
  await page.waitForSelector(".voice-panel");
}

/** A call for help that somebody may still come to. */
async function toHelp(visit: Visit): Promise<void> {
  await to(visit, "", ".home");
  const { page } = visit;
  await page.locator(".sos").click();
  await page.locator('.sos-state[data-sos="waiting"], .sos-state[data-sos="seen"]').waitFor();
  await page.waitForSelector(".helplines");
  await page.locator(".sos-undo").waitFor({ state: "detached" });
}

async function handInNothing(visit: Visit): Promise<void> {
  await to(visit, "#/roster", ".deeds");
  await visit.page.click("form .button");
  await visit.page.waitForSelector("form .fault");
}

/** The record of who came, with a child's visit in it. */
async function toVisits(visit: Visit): Promise<void> {
  await to(visit, "#/visits", "#visits-floor");
  await visit.settled();
  if ((await visit.page.locator(".record").count()) > 0) return;
  const child = await Visit.begin(visit.at, { state: await signedIn(visit.at, "plaza0") });
  try {
    await child.open();
    await onFloor(child, 0, false);
    await child.page.click(".leave");
    await child.page.waitForSelector(".floors");
  } finally {
    await child.context.close();
  }
  await visit.page.reload();
  await visit.page.waitForSelector(".record tbody tr");
}

let call: Promise<string> | undefined;

/** A child's call for help; one for all who look at it. */
async function toCall(visit: Visit): Promise<void> {
  call ??= callForHelp(visit.at, "watched3", "scared");
  await to(visit, `#/sos/${await call}`, "#sos-close");
  await visit.page.locator(".timeline").waitFor();
  await visit.page.click("form button");
  await visit.page.waitForSelector("#sos-close-fault");
}

let logsAsked: Promise<unknown> | undefined;

/** Exports that wait for a second person, and one that may be taken. */
async function toLogs(visit: Visit): Promise<void> {
  logsAsked ??= askForLogs(visit.at);
  await logsAsked;
  await to(visit, "#/logs", "#logs-waiting ~ ul button");
  await visit.page.locator("#logs-waiting ~ ul button").first().click();
  await visit.page.waitForSelector(".panel-act");
}

/** Something is found, of every kind that can be. */
async function toSearch(visit: Visit): Promise<void> {
  said ??= saying(visit.at, "reported", "でんわは 090-1234-5678 だよ", async () => undefined);
  await said;
  await to(visit, "#/search", "#search-words");
  await visit.page.fill("#search-words", "でんわ");
  await visit.page.fill("#search-reason", "言い合いの確認");
  await visit.page.click("form .button.wide");
  await visit.page.waitForSelector("#search-results");
}

let said: Promise<unknown> | undefined;

let report: Promise<string> | undefined;
let monthly: Promise<string> | undefined;

/** The board receives the report of last week. */
async function toWeekly(visit: Visit): Promise<string> {
  await visit.open();
  return await (report ??= reportFor(visit.page, visit.at));
}

/** The board receives the report of the newest month. */
async function toMonthly(visit: Visit): Promise<string> {
  await visit.open();
  return await (monthly ??= monthlyFor(visit.page, visit.at));
}

/** The day's lessons with one of them chosen. */
async function chooseLesson(visit: Visit): Promise<void> {
  await lessonToLookAt(visit.at);
  await to(visit, "#/lessons", ".lesson-card");
  const mine = visit.page.locator(".lesson-card", { hasText: "不思議" });
  if ((await mine.locator("a.button").count()) === 0) await mine.locator("button.button").click();
  await mine.locator("a.button").waitFor();
}

/** On the floor of the classrooms, in the lesson that is on. */
async function toLesson(visit: Visit): Promise<void> {
  const { page } = visit;
  await lessonToLookAt(visit.at);
  await to(visit, "#/place", ".floors, .inside");
  if ((await page.locator(".leave").count()) > 0) await page.click(".leave");
  await to(visit, "#/place/floor/classes", ".spot-form");
  await page.locator(".choice-list .choice").nth(1).click();
  await page.click(".spot-form .button");
  await page.waitForSelector(".inside");
  if ((await page.locator(".map").count()) > 0) await page.click(".view-switch");
  await page.locator(".lesson-offer button, .lesson-panel").first().waitFor();
  // Who was in it a minute ago is in it again by himself: then the offer goes.
  const offer = page.locator(".lesson-offer button").first();
  await offer.click({ timeout: 3000 }).catch(() => undefined);
  await page.waitForSelector(".lesson-panel");
  await page.locator(".lesson-ask summary").first().click();
}

let incident: Promise<{ readonly incident: string }> | undefined;

async function toIncident(visit: Visit): Promise<void> {
  await visit.open();
  incident ??= asked(visit.page, "POST", "/api/v1/incidents", {
    kind: "drill",
    urgency: 2,
    severity: 3,
    procedure: "bullying",
    text: "長い文でも読めることを確かめる。".repeat(8),
  });
  await to(visit, `#/incident/${(await incident).incident}`, "#incident-procedure");
  for (const one of await visit.page.locator("details > summary").all()) await one.click();
  await visit.page.locator("form .quiet-button").first().click();
  await visit.page.waitForSelector("#incident-note-fault");
}

let child: Promise<void> | undefined;

/** Who is in the place, with one child and the panel of what `what` opens. */
async function toConsole(visit: Visit, what: string): Promise<void> {
  child ??= staying(visit.at, "watched2");
  await child;
  await to(visit, "#/console", ".watch-row");
  await visit.choose("light", "plain");
  await visit.page.locator(".watch-row button", { hasText: what }).first().click();
}

/** A line that waits, with the panel of a warning open. */
async function toHeld(visit: Visit): Promise<void> {
  await to(visit, "#/held", ".note, li.card");
  if ((await visit.page.locator("li.card").count()) === 0)
    await saying(visit.at, "watched3", "LINE交換しよ、でんわは 090-1234-5678", async () => {
      await visit.page.locator("li.card").first().waitFor();
    });
  await visit.page.locator("li.card .quiet-button").nth(2).click();
  await visit.page.waitForSelector(".template-list");
}

const allPages: readonly PageUnderTest[] = [
  { name: "welcome", who: "nobody", reach: (v) => to(v, "", "#login") },
  {
    name: "welcome_with_fault",
    who: "nobody",
    reach: async (v) => {
      await to(v, "", "#login");
      await v.page.click("form .button");
      await v.page.waitForSelector(".fault");
    },
  },
  {
    name: "welcome_with_help_and_choices",
    who: "nobody",
    reach: async (v) => {
      await to(v, "", "#login");
      await v.page.click("summary");
      await v.page.click(".bar-button");
    },
  },
  {
    name: "welcome_after_leaving",
    who: "nobody",
    reach: (v) => to(v, "#/bye", ".note"),
  },
  {
    name: "welcome_from_a_slip",
    who: "nobody",
    reach: (v) => to(v, "#/in?id=sora-0123", "#login"),
  },
  { name: "second_by_app", who: "half", isHalf: true, reach: (v) => to(v, "", "#code") },
  {
    name: "second_by_app_with_fault",
    who: "half",
    isHalf: true,
    reach: async (v) => {
      await to(v, "", "#code");
      await v.page.click("form .button");
      await v.page.waitForSelector(".fault");
      await v.page.click("summary");
    },
  },
  { name: "second_by_digits", who: "pin", isHalf: true, reach: (v) => to(v, "", ".pad") },
  {
    name: "second_by_pictures",
    who: "picture",
    isHalf: true,
    reach: async (v) => {
      await to(v, "", ".pad-pictures");
      await v.page.click(".pad .key >> nth=2");
      await v.page.click("form .button");
      await v.page.waitForSelector(".fault");
    },
  },
  {
    name: "first_steps_password",
    who: "fresh",
    isHalf: true,
    reach: async (v) => {
      await to(v, "", "#new-password");
      await v.page.click("form .button");
      await v.page.waitForSelector(".fault");
    },
  },
  { name: "first_steps_choice", who: "renewed", isHalf: true, reach: (v) => to(v, "", ".ways") },
  {
    name: "first_steps_app",
    who: "renewed",
    isHalf: true,
    reach: async (v) => {
      await to(v, "", ".ways");
      await v.page.click(".ways .door >> nth=1");
      await v.page.waitForSelector(".qr");
      await v.page.click("summary");
    },
  },
  {
    name: "first_steps_passkey",
    who: "renewed",
    isHalf: true,
    reach: async (v) => {
      await to(v, "", ".ways");
      await v.page.click(".ways .door >> nth=0");
      await v.page.waitForSelector("#passkey-name");
    },
  },
  { name: "my_id_of_a_child", who: "child0", reach: (v) => to(v, "#/me", ".door") },
  { name: "my_id_of_a_long_name", who: "long", reach: (v) => to(v, "#/me", ".door") },
  { name: "my_id_of_the_board", who: "board", reach: (v) => to(v, "#/me", ".door") },
  {
    name: "my_password",
    who: "child0",
    reach: async (v) => {
      await to(v, "#/me/password", "#old-password");
      await v.page.click("form .button");
      await v.page.waitForSelector(".fault");
    },
  },
  {
    name: "my_profile",
    who: "child0",
    reach: (v) => to(v, "#/me/profile", "#profile-name"),
  },
  {
    name: "my_profile_with_fault",
    who: "long",
    reach: async (v) => {
      await to(v, "#/me/profile", "#profile-name");
      await v.page.fill("#profile-name", "");
      await v.page.click("form .button");
      await v.page.waitForSelector("#profile-name-fault");
    },
  },
  {
    name: "my_profile_with_a_name_that_is_alike",
    who: "long",
    reach: async (v) => {
      await to(v, "#/me/profile", "#profile-name");
      await v.page.fill("#profile-name", "モモ・ンガ");
      await v.page.click("form .button");
      await v.page.waitForSelector("#profile-name-fault");
    },
  },
  {
    name: "my_sound",
    who: "child0",
    reach: (v) => to(v, "#/me/sound", ".try-mic"),
  },
  { name: "my_devices", who: "child0", reach: (v) => to(v, "#/me/devices", ".device") },
  { name: "my_step", who: "child0", reach: (v) => to(v, "#/me/step", ".pad-pictures") },
  {
    name: "my_step_as_digits",
    who: "child0",
    reach: async (v) => {
      await to(v, "#/me/step", ".pad");
      await v.page.locator("main .choice input").nth(1).check();
      await v.page.waitForSelector(".key-0");
      await v.page.click(".key-0");
    },
  },
  {
    name: "my_passkeys",
    who: "board",
    reach: async (v) => {
      await to(v, "#/me/passkeys", "main .button");
      await v.page.click("main .button");
      await v.page.waitForSelector("#passkey-name");
    },
  },
  { name: "my_app", who: "board", reach: (v) => to(v, "#/me/app", "#ask-password") },
  {
    name: "no_connection",
    who: "nobody",
    reach: async (v) => {
      await v.page.route("**/api/**", (route) => route.abort());
      await v.page.goto(`${v.at.url}/`);
      await v.page.waitForSelector(".note-card");
      v.faults.splice(0); // the browser itself tells of the requests that were cut
    },
  },
  { name: "my_page_of_a_child", who: "child0", reach: (v) => to(v, "", ".home") },
  { name: "my_page_of_a_long_name", who: "long", reach: (v) => to(v, "", ".home") },
  { name: "no_such_page", who: "child0", reach: (v) => to(v, "#/nowhere", ".note-card") },
  { name: "my_page_of_the_board", who: "board", reach: (v) => to(v, "", ".door") },
  { name: "roles", who: "board", reach: (v) => to(v, "#/roles", ".deeds") },
  { name: "roles_of_a_teacher", who: "reader", reach: (v) => to(v, "#/roles", ".deeds") },
  { name: "notify", who: "board", reach: (v) => to(v, "#/notify", "#notify-address") },
  {
    name: "notify_with_faults",
    who: "contractor",
    reach: async (v) => {
      await to(v, "#/notify", "#notify-address");
      await v.page.click("form .button");
      await v.page.waitForSelector("form .fault");
    },
  },
  {
    name: "notice_of_another",
    who: "board",
    reach: (v) => to(v, `#/n/${"A".repeat(43)}`, ".fault"),
  },
  { name: "settings", who: "board", reach: (v) => to(v, "#/settings", ".setting-row") },
  {
    name: "setting_text",
    who: "board",
    reach: (v) => to(v, "#/settings/first_page.message", "#new-value"),
  },
  {
    name: "setting_choice_planned",
    who: "board",
    reach: async (v) => {
      await to(v, "#/settings/first_page.words", "main .choice");
      await v.page.locator("main .choice input[name=new-when]").nth(1).check();
      await v.page.waitForSelector("#new-from");
    },
  },
  { name: "audit", who: "board", reach: (v) => to(v, "#/audit", "#audit-account") },
  { name: "people", who: "board", reach: (v) => to(v, "#/people", ".person-row") },
  { name: "person", who: "board", reach: (v) => toPerson(v) },
  {
    name: "person_and_profiles_so_far",
    who: "board",
    reach: async (v) => {
      await toPerson(v);
      await v.page.click(".profile-past button");
      await v.page.waitForSelector(".profile-past [role=status]");
    },
  },
  {
    name: "person_guardian_asked_for",
    who: "board",
    reach: async (v) => {
      await v.open();
      await to(v, `#/people/${(await twoToLookAt(v.page)).guardian}`, ".plain-list");
    },
  },
  {
    name: "person_asked_about_closing",
    who: "board",
    reach: async (v) => {
      await toPerson(v);
      await press(v, "IDを終了する");
      await v.page.click("form .button");
      await v.page.waitForSelector("#act-reason-fault");
    },
  },
  {
    name: "person_to_merge",
    who: "board",
    reach: async (v) => {
      await toPerson(v);
      await press(v, "まとめる");
      await v.page.fill("#merge-find", "葛󠄀之介");
      await v.page.press("#merge-find", "Enter");
      await v.page.click(".found");
      await v.page.waitForSelector("[name=merge-keep]");
    },
  },
  {
    name: "person_new",
    who: "board",
    reach: async (v) => {
      await to(v, "#/person-new", "#new-role");
      await v.page.check("#new-role [value=student]");
      await v.page.click("form .button");
      await v.page.waitForSelector("#new-family-fault");
    },
  },
  {
    name: "person_new_guardian",
    who: "board",
    reach: async (v) => {
      await v.open();
      await twoToLookAt(v.page);
      await to(v, "#/person-new", "#new-role");
      await v.page.check("#new-role [value=guardian]");
      await v.page.fill("#new-child", "髙﨑");
      await v.page.press("#new-child", "Enter");
      await v.page.click(".found");
      await v.page.waitForSelector(".plain-list");
    },
  },
  {
    name: "person_new_by_school",
    who: "reader",
    reach: (v) => to(v, "#/person-new", "#new-family"),
  },
  {
    name: "registration",
    who: "board",
    reach: async (v) => {
      await toPerson(v, "#/registration");
      await v.page.click("form .button");
      await v.page.waitForSelector("#facts-target-fault");
    },
  },
  { name: "contract", who: "board", reach: (v) => to(v, "#/contract", "#contract-title") },
  {
    name: "leaving",
    who: "board",
    reach: async (v) => {
      await to(v, "#/leaving", "#leaving-key");
      for (const one of await v.page.locator("main details > summary").all()) await one.click();
      await v.page.locator("form:has(#leaving-key) button[type=submit]").click();
      await v.page.waitForSelector("#leaving-key-fault.fault");
      await v.page.locator("section:has(#leaving-begin-said) .quiet-button").click();
      await v.page.waitForSelector(".sure");
    },
  },
  {
    name: "leaving_of_an_auditor",
    who: "auditor",
    reach: (v) => to(v, "#/leaving", "#leaving-steps"),
  },
  {
    name: "hours",
    who: "board",
    reach: (v) => to(v, "#/hours", ".month .month-cell, .month-rows"),
  },
  { name: "hours_of_a_teacher", who: "reader", reach: (v) => to(v, "#/hours", ".week") },
  {
    name: "hours_week_and_year_end",
    who: "board",
    reach: async (v) => {
      await to(v, "#/hours", ".week");
      await v.page.locator(".week + .quiet-button").click();
      await v.page.fill("#week-monday-0-to", "0:00");
      await v.page
        .locator("#week-monday-0-from")
        .locator("xpath=ancestor::form")
        .evaluate((form) => {
          (form as HTMLFormElement).requestSubmit();
        });
      await v.page.waitForSelector("#week-monday-0-to-fault");
      await v.page.locator("section:has(#year-end-title) > .quiet-button").click();
    },
  },
  {
    name: "hours_one_day_and_closure",
    who: "board",
    reach: async (v) => {
      await to(v, "#/hours", ".month-cell, .month-rows");
      await v.page.fill("#hours-day", "2020-01-01");
      await v.page.waitForSelector("#day-what");
      await v.page.click("form:has(#day-what) .button");
      await v.page.waitForSelector("form:has(#day-what) .fault");
      await v.page.click(".closing summary");
      await v.page.check("#close-when [value=later]");
      await v.page.click(".closing form .button");
      await v.page.waitForSelector("#close-from-fault");
    },
  },
  {
    name: "floors",
    who: "board",
    reach: async (v) => {
      await to(v, "#/floors", "#rules-title");
      await v.page.waitForSelector("section:has(#rules-title) summary");
      for (const one of await v.page.locator("details > summary").all()) await one.click();
      await v.page.locator("section:has(#sessions-title) form button[type=submit]").click();
      await v.page.waitForSelector("#session-floor-new-fault");
      await v.page.waitForFunction(() => document.querySelector(".starting") === null);
    },
  },
  { name: "floors_of_a_contractor", who: "contractor", reach: (v) => to(v, "#/floors", ".pill") },
  { name: "visits", who: "board", reach: toVisits },
  {
    name: "visits_without_a_purpose",
    who: "contractor",
    reach: (v) => to(v, "#/visits", ".fault"),
  },
  {
    name: "plan",
    who: "class_board",
    reach: async (v) => {
      await lessonToLookAt(v.at);
      await to(v, "#/plan", "#plan-check");
      await v.page.locator(".plan-add, .plan-edit").first().click();
      await v.page.waitForSelector(".plan-form form");
      await v.page.fill("#plan-link", "http://a.example");
      await v.page.click(".plan-form form .button.wide");
      await v.page.waitForSelector(".plan-form .fault");
    },
  },
  {
    name: "courses",
    who: "class_board",
    reach: async (v) => {
      await lessonToLookAt(v.at);
      await to(v, "#/courses", ".course-row");
      await v.page.locator("section.card summary").last().click();
      await v.page.fill("#course-new-title", "星空の話");
      await v.page.locator("section.card form .button").last().click();
      await v.page.waitForSelector("#course-new-reading-0-fault");
    },
  },
  {
    name: "course",
    who: "class_board",
    reach: async (v) => {
      await to(v, `#/courses/${(await lessonToLookAt(v.at)).course}`, "#course-decision");
      for (const one of await v.page.locator("details > summary").all()) await one.click();
      await v.page.waitForSelector("#page-0-text");
    },
  },
  {
    name: "teachers",
    who: "class_board",
    reach: async (v) => {
      await teacherToLookAt(v);
      await to(v, "#/teachers", ".setting-list a.door");
      await v.page.locator("section.card summary").click();
      await v.page.locator("section.card form button[type=submit]").click();
      await v.page.waitForSelector("#teacher-new-name-fault");
    },
  },
  {
    name: "teacher",
    who: "class_board",
    reach: async (v) => {
      await to(v, `#/teachers/${await teacherToLookAt(v)}`, "#teacher-decision");
      await v.page.locator("section.card summary").last().click();
      await v.page.waitForSelector("#teacher-edit-name");
    },
  },
  {
    name: "teacher_slot",
    who: "class_board",
    reach: async (v) => {
      await teacherToLookAt(v);
      await to(v, `#/teacher-slot/${(await lessonToLookAt(v.at)).lesson}`, "#teacher-part");
    },
  },
  { name: "teacher_class", who: "class_guest", reach: (v) => to(v, "#/my-class", ".note") },
  {
    name: "lesson_attendance",
    who: "class_page_staff",
    reach: async (v) =>
      to(v, `#/lessons/${(await lessonToLookAt(v.at)).lesson}`, "#attendance-people"),
  },
  {
    name: "person_of_staff",
    who: "class_board",
    reach: async (v) => {
      await to(v, `#/people/${login(v.at, "class_page_teacher").account ?? ""}`, "#qualifications");
      await v.page.locator("section:has(> #qualifications) summary").click();
      await v.page.locator("section:has(> #qualifications) form button[type=submit]").click();
      await v.page.waitForSelector("#qualification-what-fault");
    },
  },
  {
    name: "my_lessons",
    who: "class_page_child",
    reach: chooseLesson,
  },
  { name: "schools", who: "board", reach: (v) => to(v, "#/schools", "#school-name") },
  { name: "people_chosen", who: "board", reach: chooseAll },
  { name: "roster", who: "board", reach: handInNothing },
  {
    name: "roster_refused",
    who: "board",
    reach: (v) => to(v, `#/roster/${v.at.imports["refused"]}`, ".deeds"),
  },
  {
    name: "roster_checked",
    who: "board",
    reach: async (v) => {
      await to(v, `#/roster/${v.at.imports["checked"]}`, ".deeds li");
      await v.page.click("button.button");
      await v.page.waitForSelector(".sure");
    },
  },
  {
    name: "roster_checked_by_the_contractor",
    who: "contractor",
    reach: (v) => to(v, `#/roster/${v.at.imports["checked"]}`, ".deeds li"),
  },
  { name: "rollover", who: "board", reach: (v) => to(v, "#/rollover", "main .deeds li") },
  {
    name: "console",
    who: "watcher",
    reach: async (v) => {
      await toConsole(v, "チャット");
      await v.page.getByText("この理由で行う").click();
      await v.page.waitForSelector("#measure-reason-fault");
    },
  },
  {
    name: "console_more",
    who: "watcher",
    reach: async (v) => {
      await toConsole(v, "ほかの操作");
      await v.page.getByText("注意を送る").click();
      await v.page.waitForSelector(".template-list");
    },
  },
  {
    name: "child_page",
    who: "board",
    reach: async (v) => {
      await toConsole(v, "ほかの操作");
      await v.page.locator("a[href^='#/child/']").click();
      await v.page.waitForSelector("#child-steps");
      for (const one of await v.page.locator("details > summary").all()) await one.click();
      await v.page.locator("section:has(> #child-steps) form .button").click();
      await v.page.waitForSelector("#step-day-fault");
    },
  },
  {
    name: "calls_for_help",
    who: "contractor",
    reach: async (v) => {
      await to(v, "#/sos", "#sos-only");
      await v.page.check("#sos-only [value=all]");
    },
  },
  { name: "call_for_help", who: "watcher", reach: toCall },
  { name: "held_lines", who: "watcher", reach: toHeld },
  {
    name: "incidents",
    who: "contractor",
    reach: async (v) => {
      await to(v, "#/incidents", "section.card summary");
      await v.page.locator("section.card summary").click();
      await v.page.click("section.card form > .button");
      await v.page.waitForSelector("#incident-text-fault");
    },
  },
  { name: "incident", who: "watcher", reach: toIncident },
  { name: "duty", who: "board", reach: (v) => to(v, "#/duty", "#duty-sos-find") },
  {
    name: "safe_words",
    who: "contractor",
    reach: async (v) => {
      await to(v, "#/words", "#words-try");
      await v.page.fill("#words-try", "しにたい。090-1234-5678 に電話して");
      await v.page.click("form:has(#words-try) .button");
      await v.page.waitForSelector(".tried dl");
      await v.page.locator("section:has(> #words-import-title) summary").click();
      await v.page.click("section:has(> #words-own) form .button");
      await v.page.waitForSelector("#words-own-add-fault");
    },
  },
  { name: "reports", who: "board", reach: (v) => to(v, "#/reports", "a.door") },
  {
    name: "logs",
    who: "board",
    reach: async (v) => {
      await to(v, "#/logs", "#logs-reason");
      await v.page.locator("input[name=logs-form]").nth(1).check();
      await v.page.click("form .button.wide");
      await v.page.waitForSelector("#logs-reason-fault");
    },
  },
  { name: "logs_to_approve", who: "board2", reach: toLogs },
  {
    name: "logs_of_an_auditor",
    who: "auditor",
    reach: (v) => to(v, "#/logs", "#logs-person"),
  },
  { name: "search", who: "board", reach: toSearch },
  {
    name: "kpi",
    who: "board",
    reach: async (v) => {
      await to(v, "#/kpi", ".kpi-lines");
      await v.page.locator("tr[data-kpi=connection_30] button").click();
      await v.page.waitForSelector(".kpi-list a");
    },
  },
  {
    name: "shared_kpi_release",
    who: "guest_board",
    town: "shared_guest",
    reach: async (v) => {
      await to(v, "#/kpi-release", "#kpi-releases");
      await v.page.locator("#kpi-releases > li button[aria-expanded]").first().click();
      await v.page.locator("#kpi-releases details > summary").first().waitFor();
      for (const one of await v.page.locator("#kpi-releases details > summary").all())
        await one.click();
    },
  },
  {
    name: "prefecture",
    who: "pref_coordinator",
    town: "prefecture",
    reach: async (v) => {
      await to(v, "#/prefecture", ".kpi-lines");
      await v.page.locator("tr[data-kpi=connection_30] button").click();
      await v.page.waitForSelector("#prefecture-asked");
      await v.page.waitForSelector("#witnesses-others");
      await v.page.locator("section:has(> #prefecture-ask) form .button").click();
      await v.page.waitForSelector("#prefecture-ask-node-fault");
    },
  },
  {
    name: "weekly",
    who: "board",
    reach: async (v) => {
      await toWeekly(v);
      await to(v, "#/weekly", "#weekly-person");
      await v.page.waitForSelector("a.door[href^='#/weekly/']");
      await v.page.locator("form:has(#weekly-way) button[type=submit]").click();
      await v.page.waitForSelector("#weekly-person-fault");
    },
  },
  {
    name: "weekly_report",
    who: "board",
    reach: async (v) => {
      await to(v, `#/weekly/${await toWeekly(v)}`, "#weekly-files");
      await v.page.locator("#weekly-files ~ div button").last().click();
      await v.page.waitForSelector("#weekly-totals");
    },
  },
  {
    name: "monthly",
    who: "board",
    reach: async (v) => {
      await toMonthly(v);
      await to(v, "#/monthly", "#monthly-person");
      await v.page.waitForSelector("a.door[href^='#/monthly/']");
      await v.page.waitForSelector("#monthly-month");
      await v.page.locator("form:has(#monthly-way) button[type=submit]").click();
      await v.page.waitForSelector("#monthly-person-fault");
    },
  },
  {
    name: "monthly_report",
    who: "board",
    reach: async (v) => to(v, `#/monthly/${await toMonthly(v)}`, "#monthly-files"),
  },
  {
    name: "dictionary",
    who: "board",
    reach: async (v) => {
      await to(v, "#/dictionary", "#dictionary-filter");
      await v.page.fill("#dictionary-filter", "chat_line");
      for (const one of await v.page.locator("details > summary").all()) await one.click();
    },
  },
  {
    name: "materials",
    who: "board",
    reach: async (v) => {
      await to(v, "#/materials", "#material-what");
      await v.page.locator("form:has(#material-what) button[type=submit]").click();
      await v.page.waitForSelector("#material-what-fault");
    },
  },
  { name: "taken", who: "board", reach: (v) => to(v, "#/taken", "#taken-print") },
  { name: "transfers", who: "board", reach: (v) => to(v, "#/transfers", "#transfers-out") },
  { name: "summary", who: "board", reach: (v) => to(v, "#/summary", ".deeds") },
  { name: "unused_rights", who: "board", reach: (v) => to(v, "#/unused", "main p") },
  { name: "shared", who: "board", reach: (v) => to(v, "#/shared", "#shared-series") },
  {
    name: "federation",
    who: "board",
    reach: (v) => to(v, "#/federation", "#escrow"),
  },
  {
    name: "federation_join_with_fault",
    who: "board",
    reach: async (v) => {
      await to(v, "#/federation/join", "#invitation-file");
      const buffer = new Roots().invitation("青空町");
      await v.page.setInputFiles("#invitation-file", { name: "a", mimeType: "text/plain", buffer });
      await v.page.click("form .button");
      await v.page.waitForSelector("#joining-check");
      await v.page.click("form .button");
      await v.page.waitForSelector("#joining-check-fault");
    },
  },
  { name: "keys", who: "board", reach: (v) => to(v, "#/keys", ".facts") },
  {
    name: "sheet_approve_without_a_proposal",
    who: "board",
    reach: (v) => to(v, "#/sheet-approve", ".note"),
  },
  { name: "sheet_before", who: "board", reach: (v) => to(v, "#/sheet", ".check input") },
  { name: "sheet_shown", who: "board", reach: makeSheet },
  {
    name: "sheet_asked",
    who: "board",
    reach: async (v) => {
      await makeSheet(v);
      await v.page.click(".row .quiet-button");
      await v.page.click("form .button");
      await v.page.waitForSelector(".fault");
    },
  },
  {
    name: "sheet_check",
    who: "board",
    reach: async (v) => {
      await to(v, "#/sheet-check", "#entry-0");
      await v.page.click("form .button");
      await v.page.waitForSelector(".fault");
    },
  },
  { name: "place_lobby", who: "plaza0", reach: (v) => to(v, "#/place", ".floors") },
  { name: "place_spot", who: "plaza0", reach: (v) => to(v, "#/place/floor/plaza", ".spot-form") },
  { name: "place_next", who: "plaza0", reach: (v) => to(v, "#/place/next", ".setting-list") },
  { name: "place_classes", who: "plaza0", reach: (v) => to(v, "#/place/classes", ".setting-list") },
  {
    name: "place_practice",
    who: "plaza0",
    reach: (v) => to(v, "#/place/practice", ".practice-step"),
  },
  { name: "place_watching", who: "plaza1", reach: (v) => onFloor(v, 0, true) },
  { name: "place_map", who: "plaza2", reach: (v) => onFloor(v, 1, true) },
  { name: "place_words", who: "plaza3", reach: (v) => onFloor(v, 1, false) },
  {
    name: "place_letters",
    who: "plaza0",
    reach: async (v) => {
      await onFloor(v, 1, false);
      await v.page.click(".letters");
    },
  },
  { name: "place_chat", who: "chat0", reach: toChat },
  {
    name: "place_lesson",
    who: "class_page_child",
    reach: async (v) => {
      await chooseLesson(v);
      await toLesson(v);
    },
  },
  { name: "place_lesson_of_a_teacher", who: "class_page_teacher", reach: toLesson },
  { name: "help_on_my_page", who: "caller", reach: toHelp },
  { name: "place_of_staff", who: "plaza_staff", reach: (v) => onFloor(v, 1, false) },
  { name: "place_map_of_staff", who: "plaza_staff", reach: (v) => onFloor(v, 1, true) },
  { name: "place_voice", who: "plaza_staff", reach: toVoice },
  { name: "first_sheet", who: "nobody", reach: (v) => to(v, "#/first-sheet", ".check input") },
  { name: "unlock", who: "nobody", reach: (v) => to(v, "#/unlock", "#entry-0") },
];

export const pages: readonly PageUnderTest[] = allPages.filter((one) =>
  hasPlace(one.town ?? "aozora"),
);

export const themes = ["light", "dark", "quiet"] as const;
export const forms = ["plain", "ruby", "easy", "english"] as const;
