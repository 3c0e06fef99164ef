import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Person } from "../live/wire.js";
import type { Here } from "../state/place-live.js";
import { momentOf } from "../state/hours.js";
import { town as words, townStaff as w } from "../words/town.js";
import type { Word } from "../words/word.js";
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

type Stopped = "chat" | "react" | "voice";

/** What staff may ask of the town where somebody is at home: it is carried out there. What is stopped already is
 * said, and the same button gives it back. */
export function FigureStops({ person }: { person: Person }): VNode {
  const [isSure, ask] = useState(false);
  const { seat } = person;
  const stop = (what: Stopped | "eject", on: boolean): Promise<unknown> =>
    act("figure.stop", { seat, what, on });
  const all: readonly (readonly [what: Stopped, is: boolean, stop: Word, give: Word, now: Word])[] =
    [
      ["chat", person.is_chat_stopped === true, w.stopText, w.giveText, w.isTextStopped],
      ["react", person.is_react_stopped === true, w.stopSigns, w.giveSigns, w.areSignsStopped],
      ["voice", person.is_voice_stopped === true, w.stopVoice, w.giveVoice, w.isVoiceStopped],
    ];
  return (
    <div class="stack-small" data-stops>
      <p role="status" class={all.some(([, is]) => is) ? "tags" : "unseen"}>
        {all
          .filter(([, is]) => is)
          .map(([what, , , , now]) => (
            <span class="pill pill-alert" key={what} data-stopped={what}>
              <Words of={now} />
            </span>
          ))}
      </p>
      <div class="row person-acts">
        {all.map(([what, is, stopWord, giveWord]) => (
          <button
            type="button"
            class="quiet-button"
            key={what}
            onClick={() => void stop(what, !is)}
          >
            <Words of={is ? giveWord : stopWord} />
          </button>
        ))}
        <button
          type="button"
          class="quiet-button"
          onClick={() => (isSure ? void stop("eject", true).then(() => ask(false)) : ask(true))}
        >
          <Words of={isSure ? w.putOutSure : w.putOut} />
        </button>
      </div>
    </div>
  );
}

/** Who was put out of this lesson, for staff of the town that holds it: one press lets them in again. */
export function PutOut({ here }: { here: Here }): VNode | null {
  if (here.putOut.length === 0) return null;
  return (
    <section class="card" aria-labelledby="put-out-title" data-put-out>
      <h2 id="put-out-title">
        <Words of={w.outTitle} />
      </h2>
      <ul class="setting-list">
        {here.putOut.map(({ pseud, name, town: home }) => (
          <li key={pseud} class="row">
            <span class="tags">
              {name === "" ? null : <Given>{name}</Given>}
              <Town name={home} />
              <span class="mono login">{pseud}</span>
            </span>
            <button
              type="button"
              class="quiet-button"
              onClick={() => void act("figure.admit", { pseud })}
            >
              <Words of={w.letIn} />
              <span class="unseen">
                {" "}
                <Given>{name === "" ? pseud : name}</Given>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
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
      <Words of={w.hide} />
    </button>
  );
}
