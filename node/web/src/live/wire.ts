/** What is said over the WebSocket, in the types of the node's rows (wire.ts), under short names. */
import type {
  FloorPerson,
  LiveCommands,
  LiveEventName,
  LiveEvents,
  PersonLook,
  PlaceEntry,
  PlaceHours,
} from "../wire.js";

export type { AreaState, EnterAnswer, FloorCard, LiveCommands, LiveEvents } from "../wire.js";
export type Person = FloorPerson;
/** One's own look, as the others see it, and what one may see. */
export type Me = PersonLook;
export type HoursNow = PlaceHours;
export type Entry = PlaceEntry;
export type Standing = FloorPerson["state"];
export type Rung = NonNullable<FloorPerson["rung"]>;
export type Lock = LiveCommands["area.lock"]["input"]["lock"];
export type CommandName = keyof LiveCommands;

/** Something the server said of itself; `n` is 0 when the event has no number. */
export type LiveEvent = {
  [N in LiveEventName]: { readonly ev: N; readonly n: number; readonly of: LiveEvents[N] };
}[LiveEventName];
