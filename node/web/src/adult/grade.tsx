import type { VNode } from "preact";
import { grades } from "../state/person.js";
import { Given, Words } from "../view/words.js";
import { person } from "../words/person.js";
import type { Choice } from "./fields.js";

/** A grade as people say it; one that no roster of Japan writes stays as it is. */
export function Grade({ of }: { of: string }): VNode {
  const known = grades.find((one) => one === of);
  return known === undefined ? <Given>{of}</Given> : <Words of={person[known]} />;
}

export const gradeChoices: readonly Choice[] = grades.map((one) => [one, person[one]]);
