import type { VNode } from "preact";
import { useStore } from "../view/use.js";
import { When } from "../view/time.js";
import { Words } from "../view/words.js";
import { watch as words } from "../words/console.js";
import { support } from "../words/support.js";
import { watch } from "./watch_control.js";
import { held } from "./watch_held.js";

/** Whether the page is told at once or looks by the clock, and of when it is (never silently old). */
export function LineState({ atMs }: { atMs: number | undefined }): VNode {
  const { line, parts, wants } = useStore(watch);
  const time =
    atMs === undefined ? (
      <Words of={words.neverSeen} />
    ) : (
      <When utc={new Date(atMs).toISOString()} />
    );
  const isStale = wants.some((part) => parts[part].failed);
  const isFine = line === "here" && !isStale;
  const word = isStale
    ? atMs === undefined
      ? words.staleSay
      : words.stale
    : line === "here"
      ? words.lineHere
      : line === "down"
        ? words.lineDown
        : words.lineConnecting;
  // What a screen reader is told is the change, not each minute: the time stands outside.
  return (
    <div class={isFine || line === "connecting" ? "fine" : "fault"}>
      <Words of={word} slots={{ time }} />
      <span class="unseen" role="status">
        {isStale ? (
          <Words of={words.staleSay} />
        ) : line === "down" ? (
          <Words of={words.lineDownSay} />
        ) : null}
      </span>
    </div>
  );
}

/** From one page of those who watch to the others. */
export function WatchDoors({ role }: { role: string | undefined }): VNode {
  const lines = useStore(held)?.value.length ?? 0;
  return (
    <nav class="row" aria-labelledby="watch-doors">
      <h2 class="unseen" id="watch-doors">
        <Words of={words.doors} />
      </h2>
      {role === "school_staff" ? null : (
        <a class="back" href="#/held">
          {lines === 0 ? (
            <Words of={words.toHeld} />
          ) : (
            <Words of={words.toHeldN} slots={{ n: lines }} />
          )}
        </a>
      )}
      <a class="back" href="#/sos">
        <Words of={support.sosTop} />
      </a>
      <a class="back" href="#/incidents">
        <Words of={words.toIncidents} />
      </a>
      {role === "commissioner" || role === "contractor" ? (
        <a class="back" href="#/duty">
          <Words of={words.toDuty} />
        </a>
      ) : null}
      <a class="back" href="#/place">
        <Words of={words.toMap} />
      </a>
    </nav>
  );
}
