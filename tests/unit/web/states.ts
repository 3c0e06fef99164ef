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
import { passwordFault } from "../../../node/web/src/state/password.js";
import { hashOf, loginFrom, pageFrom, pageOf } from "../../../node/web/src/state/place.js";
import { draftOf, found, isNews } from "../../../node/web/src/state/settings.js";
import { qrFrom } from "../../../node/web/src/state/qr.js";
import { erase, isWhole, type Pressed, press, stepText } from "../../../node/web/src/state/step.js";
import { isForEveryone, rowsOf } from "../../../node/web/src/state/role_table.js";
import { createStore } from "../../../node/web/src/state/store.js";
import type { RoleTable, Session } from "../../../node/web/src/wire.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

const none = {
  otherDevices: 0,
  passwordLeast: 10,
  idleMinutes: 30,
  stepKinds: [],
  factors: [],
  notice: undefined,
} as const;
const outside: Door = { at: "outside", busy: false, fault: undefined, note: undefined };
const second: Door = {
  at: "second",
  ways: ["passkey", "totp"],
  way: "totp",
  busy: false,
  fault: undefined,
};
const enrol: Door = { at: "enrol", must: ["second_factor"], all: 2, passwordLeast: 10 };
const inside: Door = {
  at: "inside",
  who: { ...none, name: "そら", role: "student" },
};
const doors: Record<string, Door> = {
  starting: doorAtStart,
  trouble: { at: "trouble", what: "offline" },
  outside,
  second,
  enrol,
  inside,
};

const session = (more: Partial<Session>): Session => ({
  stage: "full",
  role: "student",
  factors: [],
  must: [],
  other_devices: 0,
  password_least: 10,
  idle_minutes: 30,
  step_kinds: [],
  ...more,
});
const of = (more: Partial<Session>, canPasskey = true): DoorEvent => ({
  kind: "session",
  session: session(more),
  canPasskey,
});
const events: Record<string, DoorEvent> = {
  full: of({ display_name: "うみ", role: "guardian", other_devices: 2 }),
  half: of({ stage: "second_factor", factors: ["totp", "passkey"] }),
  new: of({ stage: "enrol", must: ["second_factor", "password"] }),
  nobody: { kind: "nobody", note: "ended" },
  trouble: { kind: "trouble", what: "locked" },
  asking: { kind: "asking" },
  fault: { kind: "fault", fault: "wait" },
  way: { kind: "way", way: "passkey" },
};

test("door_over_every_state_and_event", (t) => {
  const entered: Door = {
    at: "inside",
    who: { ...none, name: "うみ", role: "guardian", otherDevices: 2 },
  };
  const halfway: Door = { ...second, way: "passkey" } as Door;
  const enrolling: Door = {
    at: "enrol",
    must: ["password", "second_factor"],
    all: 2,
    passwordLeast: 10,
  };
  const ended: Door = { ...outside, note: "ended" } as Door;
  const locked: Door = { at: "trouble", what: "locked" };
  const same = "same";
  const always = { full: entered, half: halfway, new: enrolling, nobody: ended };
  const still = { trouble: same, asking: same, fault: same, way: same } as const;
  const want: Record<string, Record<string, Door | typeof same>> = {
    starting: { ...always, ...still, trouble: locked },
    trouble: { ...always, ...still, trouble: locked },
    outside: {
      ...always,
      ...still,
      asking: { ...outside, busy: true } as Door,
      fault: { ...outside, fault: "wait" } as Door,
    },
    second: {
      ...always,
      ...still,
      half: second, // whoever comes back from the app with the digits finds the form as it was
      asking: { ...second, busy: true } as Door,
      fault: { ...second, fault: "wait" } as Door,
      way: halfway,
    },
    enrol: { ...always, ...still },
    inside: { ...always, ...still },
  };
  for (const [from, now] of Object.entries(doors))
    for (const [by, event] of Object.entries(events)) {
      const next = nextDoor(now, event);
      const wanted = want[from]?.[by];
      if (wanted === same) t.ok(next === now, `${from} + ${by} is now itself`);
      else t.eq(next, wanted, `${from} + ${by}`);
    }
});

test("second_check_offers_what_this_device_can_do", (t) => {
  const ways = (factors: readonly string[], canPasskey: boolean): unknown => {
    const next = nextDoor(outside, of({ stage: "second_factor", factors }, canPasskey));
    return next.at === "second" ? [next.ways, next.way] : next;
  };
  t.eq(ways(["totp", "passkey"], true), [["passkey", "totp"], "passkey"], "the easiest first");
  t.eq(ways(["totp", "passkey"], false), [["totp"], "totp"], "no passkey where there is none");
  t.eq(ways(["passkey"], false), [[], undefined], "and it is known when nothing is left");
  t.eq(ways(["pin"], true), [["pin"], "pin"], "a child's digits");
  t.eq(
    ways(["picture", "future"], true),
    [["picture"], "picture"],
    "what we do not know is left out",
  );
  t.ok(
    nextDoor(second, { kind: "way", way: "pin" }) === second,
    "nobody chooses a way that is not theirs",
  );
});

test("first_steps_are_counted_to_their_end", (t) => {
  const begun = nextDoor(outside, of({ stage: "enrol", must: ["password", "second_factor"] }));
  const next = nextDoor(begun, of({ stage: "enrol", must: ["second_factor"] }));
  t.eq(
    next,
    { at: "enrol", must: ["second_factor"], all: 2, passwordLeast: 10 },
    "the second of two",
  );
  const late = nextDoor(doorAtStart, of({ stage: "enrol", must: ["second_factor"] }));
  t.eq(
    late,
    { at: "enrol", must: ["second_factor"], all: 1, passwordLeast: 10 },
    "one alone after a reload",
  );
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
    ["#/me", "me"],
    ["#/me/password", "me-password"],
    ["#/me/devices", "me-devices"],
    ["#/me/passkeys", "me-passkeys"],
    ["#/me/app", "me-app"],
    ["#/me/step", "me-step"],
    ["#/roles", "roles"],
    ["#/in?id=sora-0123", "in"],
    ["#/in", "in"],
    ["#/me/nowhere", "missing"],
    ["#/settings/", "missing"],
    ["#/settings/..", "missing"],
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
    "#/me/devices",
    "#/roles",
  ])
    t.eq(hashOf(pageFrom(hash)), hash, `${hash} there and back`);
  t.eq(
    ["#/", "#/me", "#/sheet", "#/unlock", "#/x"].map((hash) => pageOf(pageFrom(hash))),
    ["anyone", "inside", "adult", "office", "anyone"],
    "who opens what",
  );
  t.eq(pageFrom("#/settings/a.b").name, "a.b", "the name is handed on");
});

test("slip_brings_a_login_name_and_nothing_else", (t) => {
  const rows: readonly [hash: string, login: string][] = [
    ["#/in?id=sora-0123", "sora-0123"],
    ["#/in?id=a%40b.c", "a@b.c"],
    ["#/in?id=" + "a".repeat(64), "a".repeat(64)],
    ["#/in?id=" + "a".repeat(65), ""],
    ["#/in?id=%3Cb%3E", ""],
    ["#/in?id=そら", ""],
    ["#/in?id=a%20b", ""],
    ["#/in?password=x", ""],
    ["#/in", ""],
    ["#/?id=sora", ""],
    ["#/me?id=sora", ""],
    ["#/in?id=%", ""],
  ];
  for (const [hash, login] of rows) t.eq(loginFrom(hash), login, hash);
});

test("new_password_is_looked_at_before_it_is_sent", (t) => {
  const rows: readonly [password: string, again: string | undefined, want: unknown][] = [
    ["", "", { kind: "need" }],
    ["abc", "abc", { kind: "short", n: 3 }],
    ["abcdefg", undefined, { kind: "short", n: 7 }],
    ["abcdefgh", undefined, undefined],
    ["abcdefgh", "abcdefgh", undefined],
    ["abcdefgh", "abcdefgH", { kind: "differ" }],
    ["abcdefgh", "", { kind: "differ" }],
    ["ねこさかなはなき", undefined, { kind: "wide" }],
    ["ａｂｃｄｅｆｇｈ", undefined, { kind: "wide" }],
    ["neko sakana hana", undefined, undefined],
    ["abcd\tefgh", undefined, { kind: "wide" }],
  ];
  for (const [password, again, want] of rows)
    t.eq(passwordFault(password, 8, again), want, `${password} ${again ?? "(seen)"}`);
});

test("step_is_pressed_in_order", (t) => {
  let pin: Pressed = [];
  for (const n of [4, 0, 0, 1, 9]) pin = press(pin, "pin", n);
  t.eq([stepText(pin, "pin"), isWhole(pin, "pin")], ["4001", true], "four digits, a fifth is none");
  t.eq(stepText(erase(pin), "pin"), "400", "the last one goes");
  t.ok(!isWhole(erase(pin), "pin"), "and then it is not whole");
  t.eq(erase([]), [], "from nothing nothing goes");
  let picture: Pressed = [];
  for (const n of [12, 1, 1, 7, 3]) picture = press(picture, "picture", n);
  t.eq(stepText(picture, "picture"), "12-1-7", "three pictures by their numbers");
});

test("qr_is_read_from_its_drawing_alone", (t) => {
  t.eq(
    qrFrom(
      '<svg xmlns="x" viewBox="0 0 33 33"><path fill="#fff" d="M0 0h33v33H0z"/><path d="M4 4h7v1h-7z"/></svg>',
    ),
    { side: 33, path: "M4 4h7v1h-7z" },
    "its side and the last path",
  );
  for (const bad of [
    "",
    "<svg></svg>",
    '<svg viewBox="0 0 33 34"><path d="M0 0z"/></svg>',
    '<svg viewBox="0 0 0 0"><path d="M0 0z"/></svg>',
    '<svg viewBox="0 0 33 33"><path d="M0 0"onload="x"/></svg>'.replace("M0 0", "javascript:x"),
  ])
    t.eq(qrFrom(bad), undefined, bad);
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

test("table_of_roles_is_read_by_role", (t) => {
  const row = (
    name: string,
    roles: readonly string[],
  ): RoleTable["groups"][number]["rows"][number] => ({
    name,
    summary_ja: name,
    action: "read",
    object: "own",
    listeners: ["public"],
    roles,
  });
  const table: RoleTable = {
    mine: "auditor",
    roles: ["anonymous", "student", "auditor", "operator"].map((id) => ({ id, name_ja: id })),
    groups: [
      { name_ja: "a", rows: [row("a.1", ["student"]), row("a.2", ["student", "auditor"])] },
      { name_ja: "b", rows: [row("b.1", ["operator"])] },
    ],
    rights: [],
  };
  const names = (role: string): unknown =>
    rowsOf(table, role).map((group) => [group.name_ja, group.rows.map((one) => one.name)]);
  t.eq(
    names(""),
    [
      ["a", ["a.1", "a.2"]],
      ["b", ["b.1"]],
    ],
    "all of it",
  );
  t.eq(names("auditor"), [["a", ["a.2"]]], "one role: its rows, and no empty group");
  t.eq(names("operator"), [["b", ["b.1"]]], "another");
  t.ok(isForEveryone(table, ["student", "auditor"]), "all people, whoever else");
  t.ok(!isForEveryone(table, ["student", "operator"]), "not all people");
  const mine = { ...table, roles: [{ id: "auditor", name_ja: "auditor" }] };
  t.ok(!isForEveryone(mine, ["auditor"]), "a table of one role says its name");
});
