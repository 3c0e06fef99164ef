/** How somebody spends the day here: chosen once, kept for the day in this tab, the lowest rung first. */
import type { LiveCommands } from "../live/wire.js";

export type Today = LiveCommands["place.enter"]["input"]["rung"];
export const todays: readonly Today[] = ["watch", "text", "voice"];

/** Reads what `todayText` wrote, if that was this day; else the lowest. */
export function todayFrom(text: string | undefined, day: string): Today {
  const [rung, of] = (text ?? "").split(" ");
  return of === day ? (todays.find((one) => one === rung) ?? "watch") : "watch";
}

export function todayText(today: Today, day: string): string {
  return `${today} ${day}`;
}
