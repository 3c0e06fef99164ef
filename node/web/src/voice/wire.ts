/** What is said of voice over the place's line, under short names. */
import type { LiveEvent } from "../live/wire.js";
import type { VoiceMic, VoiceReady } from "../wire.js";

export type MicTo = VoiceMic["to"];
export type Way = VoiceReady["way"];

const names = [
  "voice.up",
  "voice.down",
  "voice.ready",
  "voice.gone",
  "voice.mic",
  "voice.speaks",
  "talk.voice",
] as const;

export type VoiceEvent = Extract<LiveEvent, { ev: (typeof names)[number] }>;

export function isOfVoice(event: LiveEvent): event is VoiceEvent {
  return (names as readonly string[]).includes(event.ev);
}
