/** Voice as one reader may know it: what follows which word of the node, who is how loud, which way is used. */
import {
  onlyBy,
  transportOf,
  transportsIn,
  transportUsed,
} from "../../../node/web/src/voice/answer.js";
import {
  amongThese,
  asTheyAre,
  gainsOf,
  hushed,
  talkerIn,
  type Volumes,
  volumeOf,
  withVolume,
} from "../../../node/web/src/voice/hear.js";
import { dbOf, loudnessOf, ringAfter } from "../../../node/web/src/voice/loud.js";
import {
  afterRefusal,
  ended,
  heard,
  isWanted,
  left,
  micOf,
  moved,
  problemOf,
  reopenMs,
  seatsOf,
  type Voice,
  voiceAtStart,
} from "../../../node/web/src/voice/state.js";
import type { VoiceEvent } from "../../../node/web/src/voice/wire.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);

type Of<N extends VoiceEvent["ev"]> = Extract<VoiceEvent, { ev: N }>["of"];
function told<N extends VoiceEvent["ev"]>(now: Voice, ev: N, of: Of<N>): Voice {
  return heard(now, { ev, n: 0, of } as VoiceEvent);
}

const up = told(voiceAtStart, "voice.up", {});
const flows = told({ ...up, session: "open" }, "voice.ready", { way: "udp" });
const on = told(flows, "voice.mic", { to: "zone", by: "self", reason: "tap" });

test("microphone_is_off_until_its_owner_turns_it_on", (t) => {
  t.req("AI-2.4-ア");
  for (const now of [voiceAtStart, up, flows]) t.eq(micOf(now, false), "off", now.session);
  t.eq(micOf(on, false), "on", "by a press");
  t.eq(on.note, undefined, "nothing has to be said about it");
});

test("every_end_of_a_session_turns_the_microphone_off_and_says_so", (t) => {
  t.req("AI-2.4-ア");
  const ends: readonly (readonly [string, (now: Voice) => Voice])[] = [
    ["program gone", (now) => told(now, "voice.down", { title: "" })],
    ["session gone", (now) => told(now, "voice.gone", {})],
    ["line cut", ended],
  ];
  for (const [what, end] of ends) {
    const after = end(on);
    t.eq([micOf(after, false), after.session, after.speakers.size], ["off", "none", 0], what);
    t.ok(after.note !== undefined, `${what}: said`);
    const again = told(told(after, "voice.up", {}), "voice.ready", { way: "tcp" });
    t.eq(micOf(again, false), "off", `${what}: off after it is there again`);
  }
  t.eq(told(flows, "voice.gone", {}).note, undefined, "who did not speak is told nothing");
  t.eq(
    told(told(on, "voice.down", { title: "" }), "voice.up", {}).note,
    undefined,
    "and it is back",
  );
});

const becauses = [
  ["moved", "moved"],
  ["silent", "silent"],
  ["talk", "talk"],
  ["line", "off"],
  ["restart", "off"],
  ["left", "place"],
] as const;

test("stopped_by_staff_is_a_state_of_its_own_with_a_reason", (t) => {
  t.req("AI-2.7-ウ-1");
  const stopped = told(on, "voice.mic", { to: "none", by: "staff", reason: "muted" });
  t.eq(micOf(stopped, true), "stopped", "not just off");
  t.eq(stopped.note?.kind, "staff", "by whom");
  t.eq(micOf(stopped, false), "off", "when it is over the microphone stays off");
  for (const [reason, kind] of becauses)
    t.eq(told(on, "voice.mic", { to: "none", by: "place", reason }).note, { kind }, reason);
  const own = told(stopped, "voice.mic", { to: "zone", by: "self", reason: "tap" });
  t.eq(own.note, undefined, "one's own act needs no word");
});

test("who_speaks_is_known_by_seat_until_it_ends_or_seats_are_given_anew", (t) => {
  const one = told(flows, "voice.speaks", {
    seat: 3,
    number: 7,
    name: "そら",
    to: "zone",
    is_on: true,
  });
  t.eq([...one.speakers], [[3, { number: 7, to: "zone" }]], "heard");
  t.ok(
    told(one, "voice.speaks", { seat: 3, number: 7, name: "そら", to: "zone", is_on: true }) ===
      one,
    "the same again changes nothing",
  );
  const seats = seatsOf(one, new Set());
  t.eq([...seats], [3], "for rings");
  t.ok(seatsOf({ ...one }, seats) === seats, "the same set as long as the same are heard");
  t.eq(told(one, "voice.speaks", { seat: 3, number: 7, name: "そら", to: "zone", is_on: false }).speakers.size, 0, "over"); // prettier-ignore
  t.eq([moved(one).speakers.size, moved(one).session], [0, "flows"], "another floor, same session");
});

test("a_talk_of_two_needs_both", (t) => {
  t.req("AI-2.4-イ");
  const asked = told(flows, "talk.voice", { talk: "a", mine: false, theirs: true });
  t.eq(asked.talks.get("a"), { mine: false, theirs: true }, "asked");
  const over = told(asked, "talk.voice", { talk: "a", mine: false, theirs: false });
  t.eq(over.talks.size, 0, "and over");
  t.eq([left(asked).talks.size, left(on).to, left(on).note], [0, "none", undefined], "out is silent"); // prettier-ignore
});

test("a_session_is_opened_where_there_can_be_one", (t) => {
  const there = { isOnLine: true, standing: "talk" };
  t.ok(isWanted(up, there), "on a floor");
  t.ok(isWanted(up, { ...there, standing: "alone" }), "alone hears, too");
  t.ok(!isWanted(up, { ...there, standing: "watch" }), "who only looks has none");
  t.ok(!isWanted(up, { ...there, standing: undefined }), "no floor");
  t.ok(!isWanted(up, { ...there, isOnLine: false }), "no line");
  t.ok(!isWanted(voiceAtStart, there), "no program");
  t.ok(!isWanted({ ...up, session: "cannot" }, there), "no browser for it");
  t.eq(
    ["voice-off", "voice-offer", "busy"].map(afterRefusal),
    ["wait", "never", "again"],
    "refused",
  );
  const waits = Array.from({ length: 12 }, (_, n) => reopenMs(n, 0.999));
  t.ok(waits.every((ms, n) => ms >= (waits[n - 1] ?? 0) && ms <= 30_000), "longer each time", `${waits}`); // prettier-ignore
});

test("why_there_is_no_microphone_is_said_in_plain_words", (t) => {
  const names = ["NotAllowedError", "NotFoundError", "NotReadableError", "TypeError"];
  t.eq(names.map(problemOf), ["denied", "missing", "used", "old"], "each its own");
});

test("each_person_is_as_loud_as_the_reader_wants_wherever_they_speak", (t) => {
  let all: Volumes = withVolume(asTheyAre, 3, "そら", 25);
  all = withVolume(all, 9, "うみ", 0);
  t.eq([3, 9, 4].map((seat) => volumeOf(all, seat)), [25, 0, 100], "chosen"); // prettier-ignore
  t.eq(hushed(all), [9], "whom the node need not send");
  const speakers = new Map([
    [3, { number: 70 }],
    [9, { number: 90 }],
  ]);
  t.eq(
    gainsOf([90, 70, undefined, 5, undefined], speakers, all),
    [0, 0.25, 1, 1, 1],
    "by who is in which way; a mix and a stranger as they are",
  );
  t.eq(
    gainsOf([undefined, undefined, 70], speakers, all),
    [1, 1, 0.25],
    "the person moves, so does it",
  );
  const people = (...all: readonly (readonly [number, string])[]) =>
    new Map(all.map(([seat, name]) => [seat, { name }]));
  const here = people([3, "そら"], [9, "うみ"], [5, "うみ"]);
  t.ok(amongThese(all, here) === all, "the same people, the same choice");
  const gone = amongThese(all, people([3, "そら"], [9, "ほし"]));
  t.eq([3, 9].map((seat) => volumeOf(gone, seat)), [25, 100], "another's seat begins anew"); // prettier-ignore
  t.ok(amongThese(gone, people([3, "そら"], [9, "ほし"])) === gone, "nothing new");
  const back = amongThese(gone, people([3, "そら"], [9, "ほし"], [7, "うみ"]));
  t.eq([3, 9, 7].map((seat) => volumeOf(back, seat)), [25, 100, 0], "who is back is as chosen"); // prettier-ignore
  t.eq(hushed(back), [7], "and is not sent, on the new seat");
  const swapped = amongThese(all, people([9, "そら"], [3, "うみ"]));
  t.eq([3, 9].map((seat) => volumeOf(swapped, seat)), [0, 25], "each on the other's seat"); // prettier-ignore
  const two = amongThese(gone, people([7, "うみ"], [8, "うみ"]));
  t.eq(hushed(two), [], "of two by one name nobody knows which");
  t.eq(volumeOf(withVolume(all, 9, "うみ", 100), 9), 100, "as it was");
  t.eq(withVolume(gone, 7, "うみ", 100).away.size, 0, "and not again by coming back");
  let many: Volumes = asTheyAre;
  for (let seat = 200; seat > 0; seat--) many = withVolume(many, seat, "x", 0);
  t.eq(hushed(many).length, 64, "no more than the node takes");
});

test("the_talker_of_a_way_is_its_newest_contributing_source_less_one", (t) => {
  t.eq(talkerIn([]), undefined, "a mix bears none");
  const sources = [
    { source: 8, timestamp: 100 },
    { source: 3, timestamp: 400 },
    { source: 6, timestamp: 250 },
  ];
  t.eq(talkerIn(sources), 2, "the newest");
});

test("loudness_goes_up_at_once_and_down_by_steps", (t) => {
  const tone = (peak: number) =>
    Float32Array.from({ length: 960 }, (_, i) => peak * Math.sin(i / 7));
  t.eq(loudnessOf(dbOf(new Float32Array(960))), 0, "silence");
  t.eq([0.002, 0.008, 0.03, 0.09, 0.5].map((peak) => loudnessOf(dbOf(tone(peak)))), [0, 1, 2, 3, 4], "steps"); // prettier-ignore
  t.eq([ringAfter(0, 4), ringAfter(4, 0), ringAfter(1, 0)], [4, 3, 0], "the ring");
});

const answer = [
  "v=0",
  "a=ice-lite",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "a=candidate:1 1 udp 2130706431 192.0.2.7 3478 typ host",
  "a=candidate:2 1 tcp 1671430143 192.0.2.7 443 typ host tcptype passive",
  "a=end-of-candidates",
  "",
].join("\r\n");

test("one_way_of_an_answer_can_be_tried_alone", (t) => {
  t.eq(transportsIn(answer), ["udp", "tcp"], "both are offered");
  for (const by of ["udp", "tcp"] as const) {
    const only = onlyBy(answer, by);
    t.eq(transportsIn(only), [by], by);
    t.eq(only.split("\r\n").length, answer.split("\r\n").length - 1, "and nothing else is gone");
  }
  t.eq(transportOf("a=candidate:1 1 sctp 1 192.0.2.7 1 typ host"), undefined, "an unknown one");
});

test("the_way_that_is_used_is_read_from_the_selected_pair", (t) => {
  const rows = (more: object) => [
    { id: "U", type: "remote-candidate", protocol: "udp" },
    { id: "T", type: "remote-candidate", protocol: "TCP" },
    { id: "p", type: "candidate-pair", remoteCandidateId: "U", nominated: true, state: "failed" },
    { id: "q", type: "candidate-pair", remoteCandidateId: "T", ...more },
  ];
  const transport = { id: "t", type: "transport", selectedCandidatePairId: "q" };
  t.eq(transportUsed([...rows({}), transport]), "tcp", "as Chromium names it");
  t.eq(transportUsed(rows({ selected: true })), "tcp", "as Firefox does");
  t.eq(transportUsed(rows({ nominated: true, state: "succeeded" })), "tcp", "or by its state");
  t.eq(transportUsed(rows({})), undefined, "none yet");
});
