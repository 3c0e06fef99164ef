/** What is asked of the logs, how a search comes in, what a weekly report comes to. */
import { noticeWord } from "../../../node/web/src/adult/notice_word.js";
import { tablesOf } from "../../../node/web/src/state/dictionary.js";
import {
  marksOf,
  nHeard,
  noSearch,
  searched,
  searchEvent,
  type SearchEvent,
  searchPercent,
} from "../../../node/web/src/state/log_search.js";
import {
  askOf,
  draftLacking,
  exportState,
  firstDayOf,
  instantsOf,
  lastDayOf,
  mondayOf,
  newDraft,
  quickDays,
  secondFor,
  sizeShown,
} from "../../../node/web/src/state/logs.js";
import {
  csvRows,
  mailState,
  pastWeeks,
  sundayOf,
  weekTotals,
} from "../../../node/web/src/state/weekly.js";
import { lineCutter } from "../../../node/web/src/edge/stream.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);
const account = "018f0000-0000-7000-8000-000000000001";
const now = new Date("2026-03-01T16:00:00Z"); // the second of March in Japan, a Monday

test("log_periods_are_whole_days_of_japan", (t) => {
  t.eq(
    instantsOf({ from: "2026-06-01", to: "2026-06-01" }),
    { from: "2026-05-31T15:00:00.000Z", to: "2026-06-01T15:00:00.000Z" },
    "one day",
  );
  for (const days of [
    { from: "2026-06-02", to: "2026-06-01" },
    { from: "", to: "2026-06-01" },
    { from: "2026-06-01", to: "soon" },
  ])
    t.eq(instantsOf(days), undefined, `${days.from} ${days.to}`);
  t.eq(quickDays("today", now), { from: "2026-03-02", to: "2026-03-02" }, "Japan's today");
  t.eq(quickDays("week", now), { from: "2026-02-24", to: "2026-03-02" }, "seven days");
  t.eq(quickDays("weekBefore", now), { from: "2026-02-23", to: "2026-03-01" }, "Monday to Sunday");
  t.eq(quickDays("monthBefore", now), { from: "2026-02-01", to: "2026-02-28" }, "February");
  t.eq(mondayOf("2026-03-01"), "2026-02-23", "Sunday ends its week");
  t.eq(
    [firstDayOf("2026-05-31T15:00:00Z"), lastDayOf("2026-06-01T15:00:00Z")],
    ["2026-06-01", "2026-06-01"],
    "and back",
  );
});

test("log_requests_lack_what_they_need", (t) => {
  t.req("AI-2.7-イ");
  const draft = newDraft(now);
  t.eq(draftLacking(draft), ["/reason"], "a reason");
  t.eq(
    draftLacking({ ...draft, kinds: [], account: "taro", reason: " ab ", to: "2020-01-01" }),
    ["/kinds", "/to", "/account", "/reason"],
    "all that is wrong at once",
  );
  const whole = { ...draft, reason: " 相談のため ", account };
  t.eq(draftLacking(whole), [], "now it can go");
  t.eq(
    askOf({ ...whole, kinds: ["reaction", "entry"], floor: "plaza" }, "x"),
    {
      id: "x",
      kinds: ["entry", "reaction"],
      from: "2026-02-23T15:00:00.000Z",
      to: "2026-03-02T15:00:00.000Z",
      reason: "相談のため",
      account,
      floor: "plaza",
      format: "csv",
      charset: "utf8",
      has_bom: true,
      is_for_guests: false,
    },
    "as the node takes it",
  );
  const { charset, has_bom, format } = askOf({ ...whole, form: "sjis" }, "x");
  t.eq([format, charset, has_bom], ["csv", "sjis", false], "no mark with Shift_JIS");
  t.eq(askOf({ ...whole, form: "json" }, "x").format, "json", "JSON");
});

test("log_requests_say_when_a_second_person_is_needed", (t) => {
  t.req("AI-2.7-イ");
  const of = (account: string, from: string, to: string) =>
    secondFor({ account, from, to, floor: "", reason: "" }, 7);
  t.eq(of("", "2026-06-01", "2026-06-01"), "everybody", "more than one person");
  t.eq(of(account, "2026-06-01", "2026-06-07"), undefined, "one child's week");
  t.eq(of(account, "2026-06-01", "2026-06-08"), "long", "a day more");
  const row = (state: "waiting" | "approved" | "over", n_files = 0) =>
    exportState({ act: "export", state, n_files });
  t.eq(
    [row("waiting"), row("approved"), row("approved", 2), row("over", 2)],
    ["waiting", "ready", "taken", "over"],
    "how it stands",
  );
  t.eq(exportState({ act: "search", state: "approved", n_files: 1 }), "searched", "a search");
  t.eq([sizeShown(12), sizeShown(1499), sizeShown(2_340_000)], ["12 B", "1 KB", "2.3 MB"], "sizes");
});

const found = (id: string, more: object = {}) => ({
  id,
  at: "2026-06-01T09:00:00+09:00",
  channel: "floor",
  floor: "plaza",
  name: "a",
  account,
  role: "student",
  shown: "abc",
  text: "abc",
  was_held: false,
  decision: "",
  ...more,
});

test("a_search_comes_in_pieces_and_ends_once", (t) => {
  t.req("AI-2.4-エ");
  const lines: string[] = [];
  const cut = lineCutter((line) => lines.push(line));
  const bytes = new TextEncoder().encode(
    `${JSON.stringify({ line: found("1", { text: "あいう" }) })}\n` +
      '{"seen":{"from":"2026-06-01T00:00:00+09:00","n_seen":7}}\n{"end":{"n_seen":9,"n_hits":1,"is_cut":true}}\n',
  );
  for (let i = 0; i < bytes.length; i += 5) cut(bytes.slice(i, i + 5)); // through the letters, too
  t.eq(lines.length, 3, "lines");
  const events = lines.map(searchEvent).filter((one): one is SearchEvent => one !== undefined);
  const begun = searched(noSearch, [{ kind: "begun" }, ...events.slice(0, 2)]);
  t.eq([begun.at, begun.lines[0]?.text, begun.nSeen], ["running", "あいう", 7], "so far");
  t.eq(
    searchPercent(begun, "2026-05-31T15:00:00Z", "2026-06-01T15:00:00Z"),
    100,
    "the day was looked through",
  );
  const end = searched(begun, events.slice(2));
  t.eq([end.at, end.nSeen, end.isCut, end.lines.length], ["ended", 9, true, 1], "the end");
  t.eq(searched(end, [{ kind: "broken" }]).at, "ended", "what was ended is not cut off");
  t.eq(searched(begun, [{ kind: "stopped" }]).at, "stopped", "stopped keeps what came");
  t.eq(searched(begun, [{ kind: "refused" }]), noSearch, "refused: nothing is shown");
  t.eq(searched(end, [{ kind: "begun" }]).lines, [], "the next begins anew");
  t.eq([searchEvent("{"), searchEvent('{"x":1}')], [undefined, undefined], "nothing known");
});

test("a_found_line_says_what_others_saw", (t) => {
  t.eq(marksOf(found("1")), [], "as it was written");
  t.eq(marksOf(found("1", { shown: "＊＊c" })), ["masked"], "masked");
  t.eq(marksOf(found("1", { decision: "hide", shown: "" })), ["hidden"], "hidden later");
  t.eq(
    ["", "keep", "release"].map((decision) =>
      marksOf(found("1", { was_held: true, decision, shown: decision === "release" ? "abc" : "" })),
    ),
    [["held"], ["kept"], ["released"]],
    "what staff looked at first",
  );
  t.eq(marksOf(found("1", { channel: "talk" })), ["private"], "of two");
  t.eq([nHeard(found("1")), nHeard(found("1", { heard: "a b" }))], [0, 2], "who was in the room");
});

test("weeks_and_mails_of_reports", (t) => {
  t.eq(pastWeeks(now, 2), ["2026-02-23", "2026-02-16"], "the week that runs is not over");
  t.eq(sundayOf("2026-02-23"), "2026-03-01", "Sunday");
  const mail = { way: "mail", n_addresses: 1, is_failed: false } as const;
  t.eq(
    [
      mailState({ ...mail, way: "screen" }),
      mailState({ ...mail, n_addresses: 0 }),
      mailState(mail),
      mailState({ ...mail, sent_at: "2026-03-02T00:00:00Z" }),
      mailState({ ...mail, is_failed: true }),
    ],
    ["none", "no-address", "sending", "sent", "failed"],
    "what became of it",
  );
});

test("a_report_comes_to_the_same_as_on_paper", (t) => {
  t.req("AI-4.6-ア-1");
  t.eq(
    csvRows('\uFEFFa,"b ""c"", d"\r\n,\r\n'),
    [
      ["a", 'b "c", d'],
      ["", ""],
    ],
    "cells",
  );
  const head = "ID,n,f,s,k,b,e,w,c,l,t,x,o,p,q";
  const rows = [
    "k1,Ika,,,L,2026-02-23T09:00,,,,0,,,,,",
    "k1,Ika,,,S,2026-02-23T09:01,,,,2,600,,,,",
    "k1,Ika,,,S,2026-02-24T00:00,,,y,0,60,,,,", // goes on from the day before: time, no visit
    "k2,Tako,,,L,2026-02-22T09:00,,,y,0,,,,,", // goes on from the week before: no login
    "k1,Ika,,,J,2026-02-23T10:15,,,,0,1500,,数,教科,はい",
    "k1,Ika,,,J,2026-02-23T11:10,,,,0,300,,数,教科,いいえ", // too short to count
    "k3,Uni,,,N,,,,,0,,,,,",
  ];
  const totals = weekTotals(`\uFEFF${[head, ...rows].join("\r\n")}\r\n`, "はい");
  t.eq(
    [
      totals?.nLogged,
      totals?.nLogins,
      totals?.nCame,
      totals?.nVisits,
      totals?.seconds,
      totals?.nLessons,
    ],
    [1, 1, 1, 1, 660, 1],
    "the week",
  );
  t.eq(
    totals?.pupils.map((one) => one.login),
    ["k1", "k2", "k3"],
    "everybody who is in it",
  );
  t.eq(weekTotals("a,b\r\n", "はい"), undefined, "another file");
});

test("tables_are_found_by_their_columns", (t) => {
  const table = (name: string, column: string) => ({
    name,
    meaning: "m",
    purpose: "p",
    ground: "g",
    term_days: 0,
    key_of: "none" as const,
    hand_back: "ndjson" as const,
    erase: "rows" as const,
    is_log: false,
    is_leaf: false,
    columns: [
      {
        name: column,
        meaning: "だれの",
        type: "uuid",
        is_sealed: false,
        is_key: false,
        is_needed: true,
        is_person: true,
      },
    ],
  });
  const all = [table("visit", "account"), table("chat", "line")];
  t.eq(tablesOf(all, " ").length, 2, "all");
  t.eq(
    tablesOf(all, "ＡＣＣＯＵＮＴ だれ").map((one) => one.name),
    ["visit"],
    "each word",
  );
  t.eq(tablesOf(all, "nothing"), [], "none");
});

test("notices_name_what_was_handed_out", (t) => {
  t.req("NI-T3-10");
  const of = (kind: string, rule: string) => noticeWord({ kind, rule })?.[0] ?? "";
  const roster = of("export", "roster.export");
  t.ok(roster.includes("{n}"), "the roster, with its people");
  for (const rule of ["log_exports.file", "log_searches.make"]) {
    t.ok(of("export", rule) !== roster && !of("export", rule).includes("{n}"), rule);
  }
  t.ok(of("export", "log_exports.file") !== of("export", "log_searches.make"), "each its own");
  t.eq(of("burst", "log_exports.file"), of("burst", "watch.reads_burst"), "only of what went out");
  t.eq(noticeWord({ kind: "new", rule: "x" }), undefined, "what is not known has no word");
});
