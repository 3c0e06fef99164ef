/** What is said of voice over the place's line, under short names. */
import type { LiveEvent } from "../live/wire.js";

declare module "../wire.js" {
  interface LiveCommands {
    "voice.open": {
      input: { readonly offer: string; readonly thin?: boolean };
      output: { readonly answer: string; readonly number: number };
    };
    "voice.close": { input: object; output: object };
    "voice.mic": { input: { readonly to: MicTo }; output: object };
    "voice.thin": { input: { readonly is_on: boolean }; output: object };
    "voice.hush": { input: { readonly seats: number[] }; output: object };
    "talk.voice": {
      input: { readonly talk: string; readonly is_on: boolean };
      output: object;
    };
  }
  interface LiveEvents {
    "voice.up": object;
    "voice.down": { readonly title_ja: string };
    "voice.ready": { readonly way: Way };
    "voice.gone": object;
    "voice.mic": {
      readonly to: MicTo;
      readonly by: "self" | "staff" | "place";
      readonly title_ja?: string;
    };
    "voice.speaks": {
      readonly seat: number;
      readonly number: number;
      readonly to: "zone" | "private" | "announce";
      readonly is_on: boolean;
    };
    "talk.voice": { readonly talk: string; readonly mine: boolean; readonly theirs: boolean };
  }
}

export type MicTo = "none" | "zone" | "private" | "announce";
export type Way = "udp" | "tcp" | "ws";

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
