/** Voice over the place's own line: what waits to be heard, what is said, which way is tried, as bytes. The codec
 * is the real one. */
import { readFileSync } from "node:fs";
import { Codec, packetSamples } from "../../../node/web/src/voice/opus.js";
import { Queue, rate, waitsMost } from "../../../node/web/src/voice/queue.js";
import { levelOf, soundBytes, soundFrom } from "../../../node/web/src/voice/sound_frame.js";
import { Talker } from "../../../node/web/src/voice/talker.js";
import { keptFrom, keptText, planOf } from "../../../node/web/src/voice/ways.js";
import { suite } from "../../browser/t.ts";

const test = suite(import.meta.filename);
const quantum = 128;

function ones(n: number, value = 1): Float32Array {
  return new Float32Array(n).fill(value);
}

/** So many samples of what is heard. */
function pull(queue: Queue, n: number, gain = 1): Float32Array {
  const all = new Float32Array(n);
  for (let at = 0; at + quantum <= n; at += quantum)
    queue.pull(all.subarray(at, at + quantum), gain);
  return all;
}

const sum = (samples: Float32Array): number => samples.reduce((all, one) => all + one, 0);

test("nothing_waits_longer_than_a_fifth_of_a_second", (t) => {
  const queue = new Queue();
  for (let i = 1; i <= 20; i++) {
    queue.push(ones(packetSamples, i));
    t.ok(queue.waiting <= waitsMost, `after ${i} at once`, `${queue.waiting}`);
  }
  const late = queue.takeLate();
  t.eq(late + queue.waiting, 20 * packetSamples, "the rest is let go, and told");
  t.eq(queue.takeLate(), 0, "once");
  const heard = pull(queue, rate / 2);
  t.eq(heard[rate / 2 - 1], 0, "then silence");
  t.eq(Math.max(...heard), 20, "what was said last is heard");
  const isOld = (one: number): boolean => one >= 1 && one < 16;
  t.ok(heard.filter(isOld).length < 240, "what was said long before is not, but where it fades");
});

test("a_steady_talker_is_heard_whole_though_packets_come_a_little_late", (t) => {
  const queue = new Queue();
  const heard: number[] = [];
  let due = 0;
  for (let at = 0; at < 3 * rate; at += quantum) {
    // Each 60 ms, every second one 20 ms late.
    while (due * packetSamples + (due % 2) * 960 <= at) {
      queue.push(ones(packetSamples));
      due++;
    }
    const some = new Float32Array(quantum);
    queue.pull(some, 1);
    heard.push(...some);
  }
  const from = heard.findIndex((one) => one >= 1);
  t.ok(from <= 0.1 * rate, "soon", `${from}`);
  t.ok(
    heard.slice(from).every((one) => one === 1),
    "without a hole",
  );
  t.eq(queue.takeLate(), 0, "nothing was let go");
});

test("silence_begins_and_ends_without_a_click", (t) => {
  const queue = new Queue();
  queue.push(ones(packetSamples));
  const heard = pull(queue, rate / 4);
  const steps = heard.map((one, i) => Math.abs(one - (heard[i - 1] ?? 0)));
  t.ok(Math.max(...steps) < 0.02, "no step", `${Math.max(...steps)}`);
  t.ok(
    Math.abs(sum(heard) - packetSamples) < 200,
    "one packet alone is heard whole",
    `${sum(heard)}`,
  );
});

test("a_queue_adds_to_others_as_loud_as_it_is_to_be", (t) => {
  const queue = new Queue();
  const into = ones(quantum, 0.5);
  queue.pull(into, 1);
  t.eq([...new Set(into)], [0.5], "silence adds nothing");
  queue.push(ones(2 * packetSamples));
  pull(queue, packetSamples - 64, 0.25);
  queue.pull(into, 0.25);
  t.eq([...new Set(into)], [0.75], "a quarter of it");
});

test("a_line_that_is_late_again_and_again_waits_longer_in_front", (t) => {
  const queue = new Queue();
  const before: number[] = [];
  for (let i = 0; i < 4; i++) {
    queue.push(ones(packetSamples));
    const heard = pull(queue, rate / 5);
    before.push(heard.findIndex((one) => one > 0));
    queue.push(ones(packetSamples)); // just too late
    pull(queue, rate / 5 + 25 * quantum);
  }
  t.ok((before[3] ?? 0) > (before[0] ?? 0), "more in front", before.join());
  t.ok((before[3] ?? 0) <= 0.13 * rate, "and bounded", before.join());
});

test("a_talker_is_numbered_by_packets_and_timed_by_what_he_did_not_say", (t) => {
  const said: ArrayBuffer[] = [];
  const talker = new Talker(
    4,
    (samples) => (samples[0] === 0 ? undefined : new Uint8Array([8])),
    (bytes) => said.push(bytes),
  );
  talker.take(Float32Array.of(1, 1, 1));
  t.eq(said.length, 0, "not before it is whole");
  talker.take(Float32Array.of(1, 0, 0, 0, 0, 0.1, 0.1, 0.1, 0.1, 1));
  const frames = said.map((one) => soundFrom(one));
  t.eq(frames.map((one) => [one?.number, one?.time, one?.second]), [[0, 0, 0], [1, 8, 20]], "silence is not sent"); // prettier-ignore
  talker.drop();
  talker.take(Float32Array.of(0.5, 0.5, 0.5, 0.5));
  t.eq(soundFrom(said[2] ?? new ArrayBuffer(0))?.second, 6, "what was half said is nobody's");
});

test("sound_as_bytes_is_read_as_it_was_written", (t) => {
  const bytes = soundBytes(30, 0xfffe, 0xfffffff0, Uint8Array.of(0x58, 1, 2));
  t.eq(
    [...new Uint8Array(bytes)],
    [2, 30, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xf0, 0x58, 1, 2],
    "as speech_frame.h has it",
  );
  const frame = soundFrom(bytes);
  t.eq([frame?.second, frame?.number, frame?.time, frame?.opus.length], [30, 0xfffe, 0xfffffff0, 3], "and back"); // prettier-ignore
  t.eq(soundFrom(bytes.slice(0, 8)), undefined, "without sound it is none");
  t.eq(soundFrom(new ArrayBuffer(0)), undefined, "empty");
  t.eq([levelOf(ones(9)), levelOf(ones(9, 0)), levelOf(ones(9, 0.001))], [0, 127, 60], "loudness");
});

test("the_codec_brings_a_tone_across_and_sends_no_silence", (t) => {
  const file = new URL("../../../node/web/node_modules/@evan/opus/wasm/opus.wasm", import.meta.url);
  const codec = new Codec(new WebAssembly.Module(readFileSync(file)));
  const [encode, decode] = [codec.encoder(), codec.decoder()];
  let [into, out, n] = [0, 0, 0];
  for (let i = 0; i < 20; i++) {
    const tone = Float32Array.from(
      { length: packetSamples },
      (_, k) => 0.5 * Math.sin((2 * Math.PI * 440 * (i * packetSamples + k)) / rate),
    );
    const packet = encode(tone);
    const heard = packet === undefined ? undefined : decode(packet);
    t.eq(heard?.length, packetSamples, "60 ms");
    n += packet?.length ?? 0;
    if (i < 5) continue;
    into += sum(tone.map((one) => one * one));
    out += sum((heard ?? new Float32Array()).map((one) => one * one));
  }
  t.ok(out > into / 4 && out < into * 2, "as loud", `${into} ${out}`);
  t.ok(n / 1.2 < 5000, "in a few kilobytes a second", `${n / 1.2}`);
  let nSent = 0;
  for (let i = 0; i < 40; i++) if (encode(new Float32Array(packetSamples)) !== undefined) nSent++;
  t.ok(nSent < 20, "silence is mostly not sent", `${nSent}`);
  for (const bad of [new Uint8Array(0), Uint8Array.of(0x5b, 0), new Uint8Array(2000)])
    t.eq(decode(bad), undefined, "what is no packet is no sound");
});

test("the_better_way_is_tried_first_or_once_a_day", (t) => {
  const [both, hour, day] = [{ rtc: true, ws: true }, 3_600_000, 86_400_000];
  const at = 1_700_000_000_000;
  t.eq(planOf(undefined, at, both), { first: "rtc", waitMs: 1500 }, "nothing is known");
  t.eq(planOf({ path: "rtc", sinceMs: at }, at, both), { first: "rtc", waitMs: 1500 }, "it worked");
  const ws = { path: "ws", sinceMs: at } as const;
  t.eq(planOf(ws, at + hour, both), { first: "ws" }, "it did not, an hour ago");
  t.eq(planOf(ws, at + day, both), { first: "rtc", waitMs: 4000 }, "a day ago");
  t.eq(planOf(ws, at - hour, both), { first: "rtc", waitMs: 4000 }, "a clock that went back");
  t.eq(planOf(undefined, at, { rtc: true, ws: false }), { first: "rtc", waitMs: undefined }, "alone"); // prettier-ignore
  t.eq(planOf(undefined, at, { rtc: false, ws: true }), { first: "ws" }, "the other alone");
  t.eq(planOf(undefined, at, { rtc: false, ws: false }), undefined, "neither");
  t.eq(keptFrom(keptText(ws)), ws, "kept and read");
  for (const bad of ["", "ws", "ws x", "tcp 5", "ws 5 5", "rtc -1", "ws 1e3"])
    t.eq(keptFrom(bad), undefined, bad);
});
