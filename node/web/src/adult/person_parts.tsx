import type { VNode } from "preact";
import type { Person } from "../wire.js";
import { Day } from "../view/day.js";
import { Given, Words } from "../view/words.js";
import { roles as roleWords } from "../words/home.js";
import { people as words } from "../words/people.js";
import type { Word } from "../words/word.js";
import { Grade } from "./grade.js";

export function roleWord(role: string | undefined): Word | undefined {
  return (roleWords as Readonly<Record<string, Word>>)[role ?? ""];
}

type Facts = Pick<
  Person,
  | "display_name"
  | "login"
  | "role"
  | "state"
  | "school_name"
  | "grade"
  | "is_trial"
  | "has_left"
  | "ends_on"
>;

/** A supporter is told the ID of a child but not its state; such a child is not one without an ID. */
function isStateHidden(person: Facts): boolean {
  return person.state === undefined && person.login !== undefined;
}

/** What stands beside a name: the ID for matching (AI-2.7-エ), state, school and marks. */
export function PersonTags({ person }: { person: Facts }): VNode {
  const role = roleWord(person.role);
  return (
    <p class="tags">
      {isStateHidden(person) ? null : (
        <span class={person.state === "suspended" ? "pill pill-alert" : "pill"}>
          <Words of={person.state === undefined ? words.noId : words[person.state]} />
        </span>
      )}
      {person.display_name === undefined || person.login === undefined ? null : (
        <span class="given">
          <Words
            of={words.withId}
            slots={{
              name: <Given>{person.display_name}</Given>,
              id: <Given>{person.login}</Given>,
            }}
          />
        </span>
      )}
      {role === undefined ? null : (
        <span class="fine">
          <Words of={role} />
        </span>
      )}
      {person.school_name === undefined ? null : (
        <span class="fine">
          <Given>{person.school_name}</Given> <Grade of={person.grade ?? ""} />
        </span>
      )}
      {person.is_trial === true ? (
        <span class="pill">
          <Words of={words.trial} />
        </span>
      ) : null}
      {person.has_left === true ? (
        <span class="pill">
          <Words of={words.left} />
        </span>
      ) : null}
      {person.ends_on === undefined ? null : (
        <span class="fine">
          <Words of={words.endsOn} slots={{ day: <Day of={person.ends_on} /> }} />
        </span>
      )}
    </p>
  );
}
