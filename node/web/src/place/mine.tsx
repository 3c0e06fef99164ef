import type { VNode } from "preact";
import type { Standing } from "../live/wire.js";
import { type Here, myState } from "../state/place-live.js";
import { place } from "../words/place.js";
import type { Word } from "../words/word.js";
import { Check } from "../view/form.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { act, today } from "./control.js";

export const stateWords: Record<Standing, Word> = {
  talk: place.stateTalk,
  watch: place.stateWatch,
  alone: place.stateAlone,
  break: place.stateBreak,
};
const states: readonly Standing[] = ["talk", "watch", "alone", "break"];

/** Just looking is a rung of its own: to leave it is to climb, and that is the reader's own act. */
export async function setState(before: Standing, state: Standing): Promise<void> {
  const rung = today.get();
  if (before === "watch" && state !== "watch" && rung !== "watch") await act("me.rung", { rung });
  await act("me.state", { state });
}

/** How I am here: each with one tap. */
export function Mine({ here }: { here: Here }): VNode {
  useStore(today);
  const mine = here.people.get(here.seat);
  const now = myState(here);
  return (
    <section class="card mine" aria-labelledby="mine-title">
      <fieldset>
        <legend id="mine-title">
          <Words of={place.meTitle} />
        </legend>
        <div class="choice-row">
          {states.map((one) => (
            <label class="choice" key={one}>
              <input
                type="radio"
                name="my-state"
                checked={one === now}
                onChange={() => void setState(now, one)}
              />
              <span>
                <i class={`state-mark state-${one}`} aria-hidden="true" />
                <Words of={stateWords[one]} />
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <Check
        checked={mine?.has_distance === true}
        word={place.distance}
        change={(on) => void act("me.distance", { on })}
      />
      <p class="fine">
        <Words of={place.distanceNote} />
      </p>
      {now === "watch" ? (
        <p class="row watching">
          <Words of={place.watching} />
          <button type="button" class="quiet-button" onClick={() => void setState("watch", "talk")}>
            <Words of={place.watchingEnd} />
          </button>
        </p>
      ) : null}
    </section>
  );
}
