/** Times as people in Japan read and type them; the node's are UTC. Japan has no summer time. */

export function timeShown(utc: string, english: boolean): string {
  return new Intl.DateTimeFormat(english ? "en-GB" : "ja-JP", {
    timeZone: "Asia/Tokyo",
    year: "numeric",
    month: english ? "short" : "long",
    day: "numeric",
    weekday: "short",
    hour: "numeric",
    minute: "2-digit",
  }).format(new Date(utc));
}

/** "2027-04-01T09:00" of a date field, as the instant it names in Japan. */
export function utcOfField(field: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(field)) return undefined;
  const at = new Date(`${field}:00+09:00`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** The other way, for the least value of a date field. */
export function fieldOfUtc(utc: Date): string {
  return new Date(utc.getTime() + 9 * 3600_000).toISOString().slice(0, 16);
}

/** Within the day of Japan that it is now. */
export function isToday(utc: string, now: Date): boolean {
  return fieldOfUtc(new Date(utc)).slice(0, 10) === fieldOfUtc(now).slice(0, 10);
}

/** "9:05" of a day that is known. */
export function clockShown(utc: string): string {
  return fieldOfUtc(new Date(utc)).slice(11).replace(/^0/, "");
}

/** The same of an end: midnight is the end of the day before it. */
export function endClockShown(utc: string): string {
  const shown = clockShown(utc);
  return shown === "0:00" ? "24:00" : shown;
}
