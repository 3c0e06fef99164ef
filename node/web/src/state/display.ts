import { type WordForm, wordForms } from "../words/word.js";

/** How this device shows the pages. It is the only thing that outlives a visit, and it says nothing
 * about who was here. `undefined` means nobody chose: the system and the role decide. */
export type Theme = "light" | "dark" | "quiet";
export const themes: readonly Theme[] = ["light", "dark", "quiet"];

export interface Display {
  readonly theme: Theme | undefined;
  readonly form: WordForm | undefined;
}

export const displayUnset: Display = { theme: undefined, form: undefined };

/** Reads what `displayText` wrote; anything else is as if nothing had been kept. */
export function displayFrom(text: string | null): Display {
  const [theme, form] = (text ?? "").split(" ");
  return {
    theme: themes.find((one) => one === theme),
    form: wordForms.find((one) => one === form),
  };
}

export function displayText(display: Display): string {
  return `${display.theme ?? "-"} ${display.form ?? "-"}`;
}

/** Before anyone chose: what the municipality set for its first page; a grown-up at work starts
 * without readings. */
export function formShown(
  display: Display,
  isAdult: boolean,
  ofPlace: WordForm | undefined,
): WordForm {
  return display.form ?? (isAdult ? "plain" : (ofPlace ?? "ruby"));
}

export function themeShown(display: Display, systemIsDark: boolean): Theme {
  return display.theme ?? (systemIsDark ? "dark" : "light");
}
