/** Writes the table of Japan's national holidays for tenants/hours, as C, to standard output, from
 * the npm package @holiday-jp/holiday_jp. Run by make; nothing of it is there at run time. */
import { createRequire } from "node:module";

interface Holiday {
  readonly date: string;
  readonly name: string;
}

const require = createRequire(import.meta.url);
const { holidays } = require("@holiday-jp/holiday_jp") as {
  holidays: Readonly<Record<string, Holiday>>;
};
const DAY_MS = 86_400_000;
const lines = Object.entries(holidays)
  .map(([key, { date, name }]) => {
    const day = Date.parse(`${key}T00:00:00Z`) / DAY_MS;
    if (date !== key || !Number.isInteger(day) || name === "" || /["\\\p{Cc}]/u.test(name))
      throw new Error(`an entry of another form: ${key} ${name}`);
    return { day, text: `    {${day.toString()}, "${name}"}, /* ${key} */` };
  })
  .sort((a, b) => a.day - b.day)
  .map(({ text }) => text);
if (lines.length < 1000) throw new Error(`only ${lines.length.toString()} holidays`);

console.log(`/* Made by node/web/tools/holidays.ts from @holiday-jp/holiday_jp. */
#include "tenants/hours/holiday.h"

const struct holiday holidays_national[] = {
${lines.join("\n")}
};
const size_t holidays_national_n = sizeof holidays_national / sizeof holidays_national[0];`);
