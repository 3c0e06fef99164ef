import {
  troubleOf,
  type Door,
  type DoorEvent,
  doorAtStart,
  nextDoor,
} from "../../../node/web/src/state/door.js";
import {
  displayFrom,
  displayText,
  formShown,
  themeShown,
} from "../../../node/web/src/state/display.js";
import { hashOf, pageFrom, pageOf } from "../../../node/web/src/state/place.js";
import { draftOf, found, isNews } from "../../../node/web/src/state/settings.js";
import { createStore } from "../../../node/web/src/state/store.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

const outside: Door = {
  at: "outside",
  step: "password",
  busy: false,
  fault: undefined,
  note: undefined,
};
const coding: Door = { ...outside, step: "code" } as Door;
const inside: Door = { at: "inside", who: { name: "そら", role: "student" } };
const doors: Record<string, Door> = {
  starting: doorAtStart,
  trouble: { at: "trouble", what: "offline" },
  outside,
  coding,
  inside,
};
const who = { name: "うみ", role: "guardian" };
const events: Record<string, DoorEvent> = {
  session: { kind: "session", who },
  nobody: { kind: "nobody", note: "ended" },
  trouble: { kind: "trouble", what: "locked" },
  asking: { kind: "asking" },
  fault: { kind: "fault", fault: "wait" },
  "code-wanted": { kind: "code-wanted" },
  "start-over": { kind: "start-over" },
};

test("door_over_every_state_and_event", (t) => {
  const entered: Door = { at: "inside", who };
  const ended: Door = { ...outside, note: "ended" } as Door;
  const locked: Door = { at: "trouble", what: "locked" };
  const asking = (from: Door): Door => ({ ...from, busy: true }) as Door;
  const faulty = (from: Door): Door => ({ ...from, fault: "wait" }) as Door;
  const same = "same";
  const want: Record<string, Record<string, Door | typeof same>> = {
    starting: {
      session: entered,
      nobody: ended,
      trouble: locked,
      asking: same,
      fault: same,
      "code-wanted": same,
      "start-over": same,
    },
    trouble: {
      session: entered,
      nobody: ended,
      trouble: locked,
      asking: same,
      fault: same,
      "code-wanted": same,
      "start-over": same,
    },
    outside: {
      session: entered,
      nobody: ended,
      trouble: same,
      asking: asking(outside),
      fault: faulty(outside),
      "code-wanted": coding,
      "start-over": outside,
    },
    coding: {
      session: entered,
      nobody: ended,
      trouble: same,
      asking: asking(coding),
      fault: faulty(coding),
      "code-wanted": coding,
      "start-over": outside,
    },
    inside: {
      session: entered,
      nobody: ended,
      trouble: same,
      asking: same,
      fault: same,
      "code-wanted": same,
      "start-over": same,
    },
  };
  for (const [from, now] of Object.entries(doors))
    for (const [by, event] of Object.entries(events)) {
      const next = nextDoor(now, event);
      const wanted = want[from]?.[by];
      if (wanted === same) t.ok(next === now, `${from} + ${by} is now itself`);
      else t.eq(next, wanted, `${from} + ${by}`);
    }
});

test("refusals_become_troubles", (t) => {
  const rows: readonly [status: number, code: string, want: string][] = [
    [503, "locked", "locked"],
    [503, "busy", "busy"],
    [503, "", "busy"],
    [429, "rate", "busy"],
    [502, "", "broken"],
    [500, "internal", "broken"],
    [404, "not-found", "broken"],
  ];
  for (const [status, code, want] of rows)
    t.eq(troubleOf({ status, code, title: "", errors: [] }), want, `${status} ${code}`);
});

test("display_choice_survives_its_own_text_only", (t) => {
  for (const theme of ["light", "dark", "quiet", undefined] as const)
    for (const form of ["plain", "ruby", "easy", "english", undefined] as const)
      t.eq(displayFrom(displayText({ theme, form })), { theme, form }, `${theme} ${form}`);
  for (const text of [null, "", "pink", "dark", "- -", "dark\u0000ruby", "ruby dark", "{}"])
    t.eq(displayFrom(text).form, undefined, `no form in ${text}`);
  t.eq(displayFrom("dark junk").theme, "dark", "half a text keeps its half");
});

test("display_without_a_choice", (t) => {
  const unset = { theme: undefined, form: undefined };
  t.eq(formShown(unset, false, undefined), "ruby", "a child reads with readings");
  t.eq(formShown(unset, false, "easy"), "easy", "or as the municipality says");
  t.eq(formShown(unset, true, "easy"), "plain", "a grown-up at work without");
  t.eq(formShown({ ...unset, form: "english" }, true, "easy"), "english", "a choice wins");
  t.eq(themeShown(unset, true), "dark", "the system's night");
  t.eq(themeShown(unset, false), "light", "the system's day");
  t.eq(themeShown({ ...unset, theme: "quiet" }, true), "quiet", "a choice wins");
});

test("addresses_and_pages", (t) => {
  const rows: readonly [hash: string, at: string][] = [
    ["", "home"],
    ["#", "home"],
    ["#/", "home"],
    ["#/settings", "settings"],
    ["#/settings/session.idle_minutes", "setting"],
    ["#/sheet", "sheet"],
    ["#/sheet-check", "sheet-check"],
    ["#/sheet-approve", "sheet-approve"],
    ["#/keys", "keys"],
    ["#/first-sheet", "first-sheet"],
    ["#/unlock", "unlock"],
    ["#/nowhere", "missing"],
    ["#/settings/a/b", "missing"],
    ["#/settings/../x", "missing"],
    ["#/settings/%3Cb%3E", "missing"],
    ["#/settings/" + "a".repeat(101), "missing"],
  ];
  for (const [hash, at] of rows) t.eq(pageFrom(hash).at, at, hash);
  for (const hash of [
    "#/",
    "#/settings",
    "#/settings/a.b_c",
    "#/sheet",
    "#/sheet-check",
    "#/sheet-approve",
    "#/first-sheet",
    "#/keys",
    "#/unlock",
  ])
    t.eq(hashOf(pageFrom(hash)), hash, `${hash} there and back`);
  t.eq(
    [pageOf({ at: "home" }), pageOf({ at: "sheet" }), pageOf({ at: "unlock" })],
    ["anyone", "adult", "office"],
    "who opens what",
  );
});

test("store_tells_of_changes_only", (t) => {
  const store = createStore(1);
  let told = 0;
  const end = store.watch(() => told++);
  store.set(1);
  t.eq(told, 0, "the same value is no news");
  store.set(2);
  t.eq([told, store.get()], [1, 2], "a new one is");
  end();
  store.set(3);
  t.eq(told, 1, "who has gone hears nothing");
});

const setting = {
  name: "session.idle_minutes",
  type: "int" as const,
  least: 5,
  most: 480,
  unit: "分",
  choices: [],
  initial: "30",
  title_ja: "何もしないとログアウトするまでの時間",
  title_en: "Idle minutes",
  help_ja: "",
  requirement: "NI-T3-1",
  value: "30",
  is_default: true,
  version: 0,
  roles: ["commissioner"],
  may_change: true,
};

test("settings_are_found_by_any_kana", (t) => {
  for (const typed of [
    "",
    "ログアウト",
    "ろぐあうと",
    "ﾛｸﾞｱｳﾄ 時間",
    "IDLE",
    "session.idle",
    "ni-t3-1",
  ])
    t.eq(found([setting], typed).length, 1, typed);
  t.eq(found([setting], "ログイン").length, 0, "another word");
});

test("a_draft_is_news_when_it_changes_something", (t) => {
  const draft = draftOf(setting);
  t.ok(isNews(setting, draft), "fixing the default as a value is a decision");
  const fixed = { ...setting, is_default: false };
  t.ok(!isNews(fixed, draftOf(fixed)), "the value that stands is none");
  t.ok(isNews(fixed, { ...draft, value: "45" }), "another value");
  t.ok(isNews(fixed, { ...draft, toInitial: true }), "back to the default");
  t.ok(!isNews(setting, { ...draft, toInitial: true }), "from the default to the default");
  t.ok(isNews(fixed, { ...draft, when: "later" }), "a plan");
  t.ok(isNews({ ...fixed, pending_value: "60" }, draft), "today's value against a plan");
});
