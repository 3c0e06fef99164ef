import { boot } from "./boot.js";
import { doors } from "./doors.js";
import { first } from "./first.js";
import { home, roles } from "./home.js";
import { keys } from "./keys.js";
import { settings } from "./settings.js";
import type { Word } from "./word.js";

/** The whole catalogue, for the build's check and list. `forChildren`: a child may read it. */
export interface Chapter {
  readonly name: string;
  readonly forChildren: boolean;
  readonly words: Readonly<Record<string, Word>>;
}

export const chapters: readonly Chapter[] = [
  { name: "first", forChildren: true, words: first },
  { name: "home", forChildren: true, words: home },
  { name: "roles", forChildren: true, words: roles },
  { name: "boot", forChildren: true, words: boot },
  { name: "doors", forChildren: false, words: doors },
  { name: "settings", forChildren: false, words: settings },
  { name: "keys", forChildren: false, words: keys },
];
