import { adult } from "./adult.js";
import { boot } from "./boot.js";
import { first } from "./first.js";
import { home, roles } from "./home.js";
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
  { name: "adult", forChildren: false, words: adult },
];
