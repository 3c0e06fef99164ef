import type { VNode } from "preact";
import { lessons as words } from "../words/lessons.js";
import type { LessonPoll } from "../wire.js";
import { Given, Words } from "../view/words.js";

/** How a poll stands, as far as the node tells: an open one's counts are for the team alone. */
export function PollResult({ of }: { of: LessonPoll }): VNode {
  return (
    <>
      <ul class="poll-result">
        {of.choices.map((one, i) => (
          <li key={i} class="tags">
            <Given>{one.text}</Given>
            {one.n === undefined ? null : (
              <b>
                <Words of={words.pollCount} slots={{ n: one.n }} />
              </b>
            )}
            {of.my_choice === i ? (
              <span class="pill">
                <Words of={words.pollMine} />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
      {of.is_open ? null : (
        <p class="fine">
          <Words of={words.pollClosed} />
        </p>
      )}
    </>
  );
}
