/** Days of the calendar, "2026-06-01", as people in Japan read them. */

const isDay = /^\d{4}-\d{2}-\d{2}$/;

/** The day with its western year. What is no day stays as it is. */
export function dayShown(day: string, english: boolean): string {
  return isDay.test(day)
    ? shown(day, english ? "en-GB" : "ja-JP", english ? "short" : "long")
    : day;
}

/** The day with the year of its era (the first is 元年); "" for what is no day. */
export function eraDayShown(day: string): string {
  return isDay.test(day) ? shown(day, "ja-JP-u-ca-japanese", "long") : "";
}

function shown(day: string, locale: string, month: "short" | "long"): string {
  const isEra = locale.includes("japanese");
  return new Intl.DateTimeFormat(locale, {
    timeZone: "UTC",
    ...(isEra ? { era: "long" as const } : {}),
    year: "numeric",
    month,
    day: "numeric",
    ...(locale === "en-GB" ? { weekday: "short" as const } : {}), // beside the era it would be too much
  }).format(new Date(`${day}T00:00:00Z`));
}
