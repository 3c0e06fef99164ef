import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Here, myState, spotIn } from "../state/place-live.js";
import { place } from "../words/place.js";
import type { Word } from "../words/word.js";
import { Back, PageHead } from "../view/page.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { Areas } from "./areas.js";
import { chooseView, isMapSlow, live, view } from "./control.js";
import { Letters, LettersButton } from "./letters.js";
import { MapView } from "./map.js";
import { Mine } from "./mine.js";
import { practiceFloor } from "./practice_floor.js";
import { EchoNote } from "./parts.js";

const movedCm = 80;

/** Three things to try, where nobody is; each may be passed over, all of it be done again. */
export function PracticePage(): VNode | null {
  const { visiting } = useStore(live);
  const [step, next] = useState(0);
  const choice = useStore(view);
  const isSlow = useStore(isMapSlow);
  const [hasLetters, showLetters] = useState(false);
  const hasMap = choice.view === "map" || (choice.view === undefined && !isSlow);
  const here = visiting.at === "here" ? visiting.here : undefined;
  const isDone = useDone(here, step);
  if (here === undefined) return null;
  return (
    <div class="page place inside">
      <Back href="#/place" word={place.practiceSkip} />
      <div class="place-head">
        <PageHead title={place.practice} />
        <div class="row head-row">
          <button
            type="button"
            class="quiet-button view-switch"
            onClick={() => chooseView({ view: hasMap ? "words" : "map" })}
          >
            <Words of={hasMap ? place.toWords : place.toMap} />
          </button>
          <LettersButton isOpen={hasLetters} open={showLetters} />
          <a class="quiet-button leave" href="#/place">
            <Words of={place.leave} />
          </a>
        </div>
      </div>
      {hasLetters ? <Letters close={() => showLetters(false)} /> : null}
      <p>
        <Words of={place.practiceAlone} />
      </p>
      <section class="card stack practice-step" role="status">
        <p class="pill">
          <Words of={place.practiceStep} slots={{ n: step + 1 }} />
        </p>
        <p>
          <Words of={wordsOf(step, hasMap)} />
        </p>
        {isDone ? (
          <p class="note">
            <Words of={place.practiceDone} />
          </p>
        ) : null}
        {step === 2 ? null : (
          <button
            type="button"
            class={isDone ? "button" : "quiet-button"}
            onClick={() => next(step + 1)}
          >
            <Words of={place.practiceNext} />
          </button>
        )}
      </section>
      <EchoNote isPassing />
      {hasMap ? <MapView here={here} floor={practiceFloor} /> : null}
      <Mine here={here} />
      {hasMap ? null : (
        <Areas here={here} floor={practiceFloor} myArea={undefined} heading={{ current: null }} />
      )}
    </div>
  );
}

function wordsOf(step: number, hasMap: boolean): Word {
  if (step === 0) return hasMap ? place.practiceMove : place.practiceMoveWords;
  return step === 1 ? place.practiceState : place.practiceLeave;
}

/** Whether what a step asks for was done since it began. */
function useDone(here: Here | undefined, step: number): boolean {
  const [start, begin] = useState<{ x: number; y: number; state: string } | undefined>(undefined);
  const spot = here === undefined ? undefined : spotIn(here, here.seat, performance.now());
  const state = here === undefined ? "" : myState(here);
  useEffect(() => {
    begin(spot === undefined ? undefined : { x: spot.x, y: spot.y, state });
  }, [step, here === undefined]);
  if (start === undefined || spot === undefined) return false;
  if (step === 0) return Math.hypot(spot.x - start.x, spot.y - start.y) > movedCm;
  return step === 1 && state !== start.state;
}
