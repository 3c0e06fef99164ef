import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Here } from "../state/place-live.js";
import { momentOf } from "../state/hours.js";
import { town as words, townStaff } from "../words/town.js";
import { Given, Words } from "../view/words.js";
import { act } from "./control.js";

/* Of people who stand on this floor at their own town's node. */

/** Where somebody is at home, beside the name. */
export function Town({ name }: { name: string }): VNode {
  return (
    <span class="pill town" data-town>
      <span class="unseen">
        <Words of={words.from} />{" "}
      </span>
      <Given>{name}</Given>
    </span>
  );
}

/** The line between the nodes is cut: what is here goes on. */
export function CutNote({ here }: { here: Here }): VNode {
  const since = here.cutSince;
  return (
    <div role="status">
      {since === undefined ? null : (
        <p class="note line-note" data-cut>
          {since === "" ? (
            <Words of={words.cut} />
          ) : (
            <Words
              of={words.cutSince}
              slots={{
                time: (
                  <time class="given" dateTime={since}>
                    {momentOf(since).time.replace(/^0/, "")}
                  </time>
                ),
              }}
            />
          )}
        </p>
      )}
    </div>
  );
}

/** What staff may ask of the town where somebody is at home: it is carried out there. */
export function FigureStops({ seat }: { seat: number }): VNode {
  const [isSure, ask] = useState(false);
  const stop = (what: "chat" | "react" | "eject", on: boolean): Promise<unknown> =>
    act("figure.stop", { seat, what, on });
  return (
    <div class="row person-acts" data-stops>
      <button type="button" class="quiet-button" onClick={() => void stop("chat", true)}>
        <Words of={townStaff.stopText} />
      </button>
      <button type="button" class="quiet-button" onClick={() => void stop("react", true)}>
        <Words of={townStaff.stopSigns} />
      </button>
      <button
        type="button"
        class="quiet-button"
        onClick={() => void stop("chat", false).then(() => stop("react", false))}
      >
        <Words of={townStaff.letAgain} />
      </button>
      <button
        type="button"
        class="quiet-button"
        onClick={() => (isSure ? void stop("eject", true).then(() => ask(false)) : ask(true))}
      >
        <Words of={isSure ? townStaff.putOutSure : townStaff.putOut} />
      </button>
    </div>
  );
}

/** Staff take a line of another town away: nobody sees it any more. */
export function HideLine({ line }: { line: string }): VNode {
  return (
    <button
      type="button"
      class="quiet-button chat-hide"
      onClick={() => void act("figure.hide", { line })}
    >
      <Words of={townStaff.hide} />
    </button>
  );
}
