import type { VNode } from "preact";
import type { Trouble } from "../state/door.js";
import { first } from "../words/first.js";
import type { Word } from "../words/word.js";
import { Words } from "./words.js";

const said: Record<Trouble, readonly [title: Word, body: Word]> = {
  offline: [first.offline, first.offlineBody],
  locked: [first.locked, first.lockedBody],
  busy: [first.busy, first.busyBody],
  broken: [first.broken, first.brokenBody],
};

/** What happened and what to do next, without a word about whose fault it is. */
export function TroubleNote({ what, again }: { what: Trouble; again: () => void }): VNode {
  const [title, body] = said[what];
  return (
    <section class="card note-card" role="status">
      <h1>
        <Words of={title} />
      </h1>
      <p>
        <Words of={body} />
      </p>
      <button type="button" class="button" onClick={again}>
        <Words of={first.again} />
      </button>
      {what === "locked" ? (
        <a class="back" href="#/unlock">
          <Words of={first.unlockHere} />
        </a>
      ) : null}
    </section>
  );
}

export function MissingNote(): VNode {
  return (
    <section class="card note-card">
      <h1>
        <Words of={first.missing} />
      </h1>
      <p>
        <Words of={first.missingBody} />
      </p>
      <a class="button" href="#/">
        <Words of={first.toHome} />
      </a>
    </section>
  );
}
