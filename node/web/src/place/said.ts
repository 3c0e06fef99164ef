/** Words for what the node answers, by the code of its answer and what was asked. */
import type { CommandName } from "../live/wire.js";
import { place } from "../words/place.js";
import { placeOut, placeSaid } from "../words/place_said.js";
import type { Word } from "../words/word.js";

const said: Readonly<Record<string, Word>> = placeSaid;
const outs: Readonly<Record<string, Word>> = placeOut;
/** Acts upon somebody; floor.go may be one. */
const upon: readonly CommandName[] = [
  "person.wave",
  "area.invite",
  "area.answer",
  "talk.ask",
  "talk.block",
];
/** What a reader can do nothing about: it did not work, and that is all there is to say. */
const ours: readonly string[] = [
  "invalid",
  "conflict",
  "too-large",
  "bad-request",
  "busy",
  "rate",
  "locked",
  "no-space",
  "timeout",
  "unavailable",
  "uncertain",
  "io",
  "no-memory",
  "internal",
];

/** `undefined`: a code of a newer node, whose own sentence is shown. */
export function saidOf(command: CommandName, input: object, code: string): Word | undefined {
  if (code === "not-found") {
    if (command === "place.enter") return placeSaid.floor;
    return upon.includes(command) || "seat" in input ? placeSaid.seat : placeSaid.id;
  }
  if (code === "stopped") {
    if (/^(voice\.|talk\.voice$)/.test(command)) return placeSaid["mute-stopped"];
    return command === "react" ? placeSaid["react-stopped"] : placeSaid["chat-stopped"];
  }
  return said[code] ?? (ours.includes(code) ? place.failed : undefined);
}

/** Why somebody was put out. `undefined`: as above. */
export function outOf(reason: string): Word | undefined {
  return outs[reason];
}
