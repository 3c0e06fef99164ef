/** Joins voice to the place: opens a session when there is a program to open it with, turns the microphone on
 * and off by the reader's own press, and keeps it off after every line that broke. */
import { keepTab, tabText } from "../edge/keep.js";
import { keepWay, keptWay } from "../edge/keep_way.js";
import type { LiveEvent } from "../live/wire.js";
import { inForce } from "../state/care.js";
import { myState } from "../state/place-live.js";
import { createStore } from "../state/store.js";
import { act, climb, link, live, send, today } from "../place/control.js";
import { speaking } from "../place/voice_door.js";
import { care } from "../place/words_live.js";
import {
  amongThese,
  asTheyAre,
  gainsOf,
  hushed,
  talkerIn,
  type Volume,
  type Volumes,
  withVolume,
} from "./hear.js";
import { watchLevel } from "./level.js";
import { canLine, canWs, Line } from "./line.js";
import type { Loudness } from "./loud.js";
import { closeMic, openMic } from "./mic.js";
import {
  afterRefusal,
  ended,
  heard,
  isWanted,
  left,
  moved,
  type Note,
  reopenMs,
  seatsOf,
  type Voice,
  voiceAtStart,
} from "./state.js";
import { keptFrom, keptText, planOf } from "./ways.js";
import { isOfVoice, type MicTo, type VoiceEvent } from "./wire.js";
import type { WsLine } from "./ws_line.js";

export const voice = createStore<Voice>(voiceAtStart);
export const volumes = createStore<Volumes>(asTheyAre);
/** Of one's own microphone, for the ring. */
export const level = createStore<Loudness>(0);
/** A browser plays nothing before a press. */
export const isPressWanted = createStore<boolean>(false);
/** The microphone that is being asked for, and where it shall go. */
export const turning = createStore<MicTo>("none");
/** The chosen microphone; "" is the browser's own choice. */
export const device = createStore<string>("");

const gainsEveryMs = 150;

let line: Line | WsLine | undefined;
let hasBroken = false; // WebRTC, on this line of the place: it is not tried before the next
let patience: ReturnType<typeof setTimeout> | undefined;
let mic: { readonly stream: MediaStream; readonly end: () => void } | undefined;
let round = 0; // what belongs to an older session is worth nothing
let press = 0; // of the microphone's button: the last one holds
let nTries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let gains: ReturnType<typeof setInterval> | undefined;
let isHeld = false; // the network check has the session
let unwatch: readonly (() => void)[] = [];
const put = (next: Voice): void => voice.set(next);

export function begin(): void {
  if (unwatch.length > 0) return;
  device.set(tabText("mic") ?? "");
  if (!canLine() && !canWs()) put({ ...voice.get(), session: "cannot" });
  unwatch = [
    live.watch(settle),
    live.watch(settleVolumes),
    link.watch(linked),
    voice.watch(listen),
  ];
  addEventListener("pointerdown", pressed, { passive: true });
  addEventListener("keydown", pressed);
}

/** The reader left the place's pages. */
export function end(): void {
  for (const one of unwatch) one();
  unwatch = [];
  removeEventListener("pointerdown", pressed);
  removeEventListener("keydown", pressed);
  clearInterval(gains);
  gains = undefined;
  drop();
  volumes.set(asTheyAre);
  put(voiceAtStart);
}

/* --- what is heard ------------------------------------------------------------------------------ */

/** Everything the place says: of voice, and where the reader is. */
export function hear(event: LiveEvent): void {
  if (isOfVoice(event)) return hearVoice(event);
  switch (event.ev) {
    case "floor.here":
      put(moved(voice.get()));
      break;
    case "out":
      drop();
      volumes.set(asTheyAre);
      put(left(voice.get()));
      break;
    case "talk.over": {
      const of = { talk: event.of.talk, mine: false, theirs: false };
      put(heard(voice.get(), { ev: "talk.voice", n: 0, of }));
      break;
    }
    case "stopped":
      if (event.of.kind !== "mute" || !event.of.is_on) break;
      press++;
      turning.set("none");
      giveBack();
      put({ ...voice.get(), to: "none" });
      break;
    default:
      break;
  }
}

function hearVoice(event: VoiceEvent): void {
  const wasOn = voice.get().to !== "none";
  if (event.ev === "voice.down" || event.ev === "voice.gone") drop();
  if (event.ev === "voice.up") nTries = 0;
  put(heard(voice.get(), event));
  if (event.ev === "voice.mic" && event.of.to === "none" && wasOn) giveBack();
  settle();
}

/** A seat that is somebody else's by now begins as loud as anybody; who is back is as the reader chose. */
function settleVolumes(): void {
  const { visiting } = live.get();
  if (visiting.at !== "here") return;
  const before = volumes.get();
  const next = amongThese(before, visiting.here.people);
  if (next === before) return;
  volumes.set(next);
  setGains();
  if (hushed(before).join(" ") !== hushed(next).join(" ")) hush();
}

function linked(): void {
  if (link.get().at !== "here") hasBroken = false; // perhaps another network
  if (link.get().at !== "here" && (line !== undefined || isOpening())) {
    drop();
    put(ended(voice.get()));
  }
  settle();
}

/* --- the session -------------------------------------------------------------------------------- */

function settle(): void {
  const { visiting } = live.get();
  const standing = visiting.at === "here" ? myState(visiting.here) : undefined;
  const isOnLine = link.get().at === "here";
  const wants = !isHeld && isWanted(voice.get(), { isOnLine, standing });
  if (!wants) {
    clearTimeout(timer);
    timer = undefined;
    if (line === undefined && !isOpening()) return;
    drop();
    put(ended(voice.get()));
    if (isOnLine) void send("voice.close", {});
  } else if (line === undefined && timer === undefined && !isOpening()) open();
}

function open(): void {
  const kept = keptFrom(keptWay());
  const plan = planOf(kept, Date.now(), { rtc: canLine() && !hasBroken, ws: canWs() });
  put({ ...voice.get(), session: "opening" });
  if (plan?.first !== "rtc") return void openWs();
  const { waitMs } = plan;
  void openRtc(waitMs !== undefined);
  if (waitMs === undefined) return;
  const mine = round;
  patience = setTimeout(() => {
    if (mine !== round) return;
    void wsCode()
      .then(({ fetchCode }) => fetchCode())
      .catch(() => undefined); // both at a time
    patience = setTimeout(() => mine === round && takeOver(), waitMs / 2);
  }, waitMs / 2);
}

async function openRtc(hasOther: boolean): Promise<void> {
  const mine = ++round;
  let hasFlown = false;
  const next = new Line({
    flows: () => {
      nTries = 0;
      hasFlown = true;
      clearTimeout(patience);
      keepWay(keptText({ path: "rtc", sinceMs: Date.now() }));
      if (voice.get().session === "open") put({ ...voice.get(), session: "flows" });
    },
    over: () => {
      if (mine !== round) return;
      hasBroken ||= hasFlown && canWs();
      if (hasFlown || !hasOther) again(mine);
      else takeOver();
    },
    isWaiting: (is) => mine === round && isPressWanted.set(is),
  });
  line = next;
  try {
    const offer = await next.offer();
    if (mine !== round) return;
    const answer = await send("voice.open", { offer, thin: isThin() });
    if (mine !== round) return;
    if (answer.kind === "ok") {
      if (voice.get().session === "opening") put({ ...voice.get(), session: "open" });
      hush();
      await next.answer(answer.value.answer);
    } else if (answer.kind === "no") refused(answer.code, mine, hasOther);
    // A line that was cut is made anew by itself, and then this is, too.
  } catch {
    if (mine !== round) return;
    if (hasOther) takeOver();
    else again(mine);
  }
}

/** WebRTC has not come: the place's own line is there. */
function takeOver(): void {
  clearTimeout(patience);
  keepWay(keptText({ path: "ws", sinceMs: Date.now() }));
  line?.close();
  line = undefined;
  put({ ...voice.get(), session: "opening" });
  void openWs();
}

/** Its part of the client comes only to whom it is of use. */
function wsCode(): Promise<typeof import("./ws_line.js")> {
  return import("./ws_line.js");
}

async function openWs(): Promise<void> {
  const mine = ++round;
  let next: WsLine | undefined;
  try {
    const { WsLine } = await wsCode();
    if (mine !== round) return;
    next = new WsLine({
      flows: () => undefined,
      over: () => again(mine),
      slow: () => mine === round && slow(),
      isWaiting: (is) => mine === round && isPressWanted.set(is),
    });
    line = next;
    await next.begin();
    if (mine !== round) return;
    const answer = await send("voice.open", { way: "ws" });
    if (mine !== round) return;
    if (answer.kind === "ok") {
      nTries = 0;
      hush();
    } else if (answer.kind === "no") refused(answer.code, mine, false);
  } catch {
    next?.close();
    again(mine);
  }
}

/** Much came too late: it was not heard, and that is said, unless there is more to say. */
function slow(): void {
  if (voice.get().note === undefined) note({ kind: "slow" });
}

function refused(code: string, mine: number, hasOther: boolean): void {
  const next = afterRefusal(code);
  if (next === "again") return again(mine);
  if (next === "never" && hasOther) return takeOver();
  drop();
  const now = ended(voice.get());
  // Until voice.up says so there is nothing to open.
  put(next === "never" ? { ...now, session: "cannot" } : { ...now, isUp: false });
}

function again(mine: number): void {
  if (mine !== round) return;
  drop();
  timer = setTimeout(
    () => {
      timer = undefined;
      settle();
    },
    reopenMs(nTries++, Math.random()),
  );
  put(ended(voice.get()));
}

/** The part of the client for it may be on its way. */
function isOpening(): boolean {
  return voice.get().session === "opening";
}

function drop(): void {
  round++;
  clearTimeout(patience);
  clearTimeout(timer);
  timer = undefined;
  giveBack();
  line?.close();
  line = undefined;
  isPressWanted.set(false);
}

/** Whoever pays for what they fetch hears one mix, not several voices. */
function isThin(): boolean {
  const { connection } = navigator as { connection?: { readonly saveData?: boolean } };
  return connection?.saveData === true;
}

/** Lets somebody else use the one session a reader may have, and opens one's own afterwards. */
export async function withoutLine(run: () => Promise<void>): Promise<void> {
  isHeld = true;
  settle();
  try {
    await run();
  } finally {
    isHeld = false;
    settle();
  }
}

/* --- the microphone ----------------------------------------------------------------------------- */

export function isMuted(): boolean {
  return inForce(care.get(), Date.now()).some((one) => one.kind === "mute");
}

/** By the reader's own press alone. The browser asks first, then the node; then sound goes out. */
export async function micOn(to: Exclude<MicTo, "none">): Promise<void> {
  const mine = ++press;
  if (isMuted()) return;
  turning.set(to);
  try {
    if (today.get() !== "voice" && !(await climb("voice"))) return;
    if (mic === undefined && !(await takeMic(mine))) return;
    const answer = await act("voice.mic", { to });
    if (mine !== press) return;
    if (answer.kind === "ok" && line !== undefined) {
      await line.speak(mic?.stream.getAudioTracks()[0] ?? null);
      note(undefined);
    } else giveBackUnlessOn();
  } finally {
    if (mine === press) turning.set("none");
  }
}

/** Where it went before, if anywhere, it still goes when the new way was refused. */
function giveBackUnlessOn(): void {
  if (voice.get().to === "none") giveBack();
}

async function takeMic(mine: number): Promise<boolean> {
  const got = await openMic(device.get());
  if (got.kind === "no") {
    if (mine === press) note({ kind: got.problem });
    return false;
  }
  if (mine !== press) {
    closeMic(got.stream);
    return false;
  }
  got.track.addEventListener("ended", () => void micLost(got.stream));
  mic = { stream: got.stream, end: watchLevel(got.stream, (now) => level.set(now)) };
  return true;
}

/** Silent here at once, whatever the line does. */
export async function micOff(): Promise<void> {
  press++;
  turning.set("none");
  giveBack();
  put({ ...voice.get(), to: "none" });
  await send("voice.mic", { to: "none" });
}

async function micLost(stream: MediaStream): Promise<void> {
  if (mic?.stream !== stream) return;
  await micOff();
  note({ kind: "lost" });
}

function giveBack(): void {
  const had = mic;
  mic = undefined;
  if (had === undefined) return;
  had.end();
  level.set(0);
  void line?.speak(null).catch(() => undefined);
  closeMic(had.stream);
}

/** For the next time, and for the microphone that is on. */
export async function chooseDevice(id: string): Promise<void> {
  device.set(id);
  keepTab("mic", id === "" ? undefined : id);
  const { to } = voice.get();
  if (mic === undefined || to === "none") return;
  giveBack();
  if (await takeMic(++press)) await line?.speak(mic?.stream.getAudioTracks()[0] ?? null);
  else await micOff();
}

export function note(next: Note | undefined): void {
  put({ ...voice.get(), note: next });
}

/* --- what others say ---------------------------------------------------------------------------- */

function pressed(): void {
  if (isPressWanted.get()) line?.play();
}

/** Who is in which way changes all the time; only while somebody speaks it is looked up. */
function listen(): void {
  speaking.set(seatsOf(voice.get(), speaking.get()));
  const isOn = voice.get().speakers.size > 0;
  if (isOn === (gains !== undefined)) return;
  clearInterval(gains);
  gains = isOn ? setInterval(setGains, gainsEveryMs) : undefined;
}

function setGains(): void {
  if (line === undefined) return;
  const talkers = line.sources().map(talkerIn);
  line.loud(gainsOf(talkers, voice.get().speakers, volumes.get()));
}

export function chooseVolume(seat: number, name: string, volume: Volume): void {
  const before = volumes.get();
  volumes.set(withVolume(before, seat, name, volume));
  setGains();
  const isChanged = hushed(before).join(" ") !== hushed(volumes.get()).join(" ");
  if (isChanged) hush();
}

function hush(): void {
  void send("voice.hush", { seats: hushed(volumes.get()).map((seat) => ({ seat })) });
}

export async function talkVoice(talk: string, is_on: boolean): Promise<void> {
  if (!is_on && voice.get().to === "private") await micOff();
  await act("talk.voice", { talk, is_on });
}
