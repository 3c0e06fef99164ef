/** Every page of the client and how one comes to it: what the tests of looks, words and sizes walk. */
import type { Visit } from "./engine.ts";

export interface PageUnderTest {
  readonly name: string;
  readonly who: "nobody" | "child0" | "long" | "board";
  readonly reach: (visit: Visit) => Promise<void>;
}

async function to(visit: Visit, hash: string, sign: string): Promise<void> {
  await visit.open(hash);
  await visit.page.waitForSelector(sign);
}

async function makeSheet(visit: Visit): Promise<void> {
  await to(visit, "#/sheet", ".check input");
  await visit.page.check(".check input");
  await visit.page.click("main .button");
  await visit.page.waitForSelector(".paper");
}

export const pages: readonly PageUnderTest[] = [
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
  { name: "first_sheet", who: "nobody", reach: (v) => to(v, "#/first-sheet", ".check input") },
  { name: "unlock", who: "nobody", reach: (v) => to(v, "#/unlock", "#entry-0") },
];

export const themes = ["light", "dark", "quiet"] as const;
export const forms = ["plain", "ruby", "easy", "english"] as const;
