import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { areaAt, type Here, isClosedRoom, spotIn } from "../state/place-live.js";
import { chat as chatWords } from "../words/chat.js";
import { place } from "../words/place.js";
import { Minutes } from "../view/hours.js";
import { PageHead } from "../view/page.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { Areas } from "./areas.js";
import { CareNotes, TalkAsks, ToCare } from "./care.js";
import { ChatPanel } from "./chat.js";
import {
  chooseView,
  floor as floorStore,
  isMapShown,
  isMapSlow,
  leave,
  live,
  view,
} from "./control.js";
import { known, openFloor } from "./elsewhere.js";
import { LessonPart } from "./lesson.js";
import { Letters, LettersButton } from "./letters.js";
import { MapView } from "./map.js";
import { Mine } from "./mine.js";
import { NewsList } from "./news.js";
import { EchoNote, LineNote, NameOf, nameOfCard, RoomNote, Voice } from "./parts.js";
import { People } from "./people.js";
import { Signs } from "./signs.js";
import { Entries } from "./staff.js";
import { CutNote, PutOut } from "./town.js";
import { VoiceBar } from "./voice_door.js";
import { chat } from "./words_live.js";

/** On a floor, as words: the view that needs no picture, no pointer and no eyes. */
export function Inside({ here }: { here: Here }): VNode {
  const { floors, closing, me, rules } = useStore(live);
  const floor = useStore(floorStore);
  const people = useRef<HTMLHeadingElement>(null);
  const areas = useRef<HTMLHeadingElement>(null);
  const words = useRef<HTMLHeadingElement>(null);
  const choice = useStore(view);
  const isSlow = useStore(isMapSlow);
  const [hasLetters, showLetters] = useState(false);
  const hasMap = isMapShown();
  const card = floors.find((one) => one.id === here.floor);
  const mine = spotIn(here, here.seat, performance.now());
  const myArea = floor === undefined || mine === undefined ? undefined : areaAt(floor, mine);
  const nameOf = (id: string): VNode => {
    const area = floor?.areas.find((one) => one.id === id);
    return area === undefined ? <Given>{id}</Given> : <NameOf name={area.name} />;
  };
  const name =
    card !== undefined ? (
      <NameOf name={nameOfCard(card)} />
    ) : floor === undefined ? undefined : (
      <NameOf name={floor.name} />
    );
  return (
    <div class="page place inside">
      <div class="place-head">
        <div>
          {name === undefined ? (
            <PageHead title={place.floors} />
          ) : (
            <PageHead title={place.floors} name={name} />
          )}
          {myArea === undefined ? null : (
            <p class="fine">
              <NameOf name={myArea.name} />
            </p>
          )}
        </div>
        <div class="row head-row">
          {here.floor !== known.counsel && openFloor(floors, known.counsel) !== undefined ? (
            <a class="quiet-button counsel" href={`#/place/floor/${known.counsel}`}>
              <Words of={place.counsel} />
            </a>
          ) : null}
          <button
            type="button"
            class="quiet-button view-switch"
            onClick={() => chooseView({ view: hasMap ? "words" : "map" })}
          >
            <Words of={hasMap ? place.toWords : place.toMap} />
          </button>
          <LettersButton isOpen={hasLetters} open={showLetters} />
          <button type="button" class="quiet-button leave" onClick={leave}>
            <Words of={place.leave} />
          </button>
        </div>
      </div>
      {hasLetters ? <Letters close={() => showLetters(false)} /> : null}
      <VoiceBar here={here} />
      <LineNote />
      <CutNote here={here} />
      {closing === undefined || closing === 0 ? null : (
        <p class="note" role="status">
          <Words of={place.closing} slots={{ minutes: <Minutes n={closing} /> }} />
        </p>
      )}
      {here.title === undefined && !here.isAnonymous ? null : (
        <p class="note">
          {here.title === undefined ? null : <Given>{here.title} </Given>}
          {here.isAnonymous ? <Words of={place.anonymous} /> : null}
        </p>
      )}
      <ToCare />
      <ToChat to={() => words.current?.focus()} />
      <div class="said-over">
        <EchoNote isPassing />
        <RoomNote nameOf={nameOf} />
      </div>
      <Voice nameOf={nameOf} />
      <CareNotes />
      <TalkAsks />
      <NewsList nameOf={nameOf} />
      <LessonPart here={here} />
      {isSlow && choice.view === undefined ? (
        <p class="note">
          <Words of={place.slow} />
        </p>
      ) : isSlow && hasMap ? (
        <p class="note">
          <Words of={place.slowOffer} />
        </p>
      ) : null}
      {hasMap && floor !== undefined ? <MapView here={here} floor={floor} /> : null}
      <Signs here={here} />
      <ChatPanel here={here} heading={words} />
      {me?.sees_ids === true ? <Entries /> : null}
      <Mine here={here} />
      <div class="row jumps">
        <Jump to={() => people.current?.focus()} word={place.people} />
        <Jump to={() => areas.current?.focus()} word={place.areas} />
      </div>
      <People
        here={here}
        floor={floor}
        mayInvite={myArea !== undefined && isClosedRoom(myArea) ? myArea.id : undefined}
        mayAsk={rules.mayAskPupils || me?.is_staff === true}
        heading={people}
      />
      {me?.sees_ids === true ? <PutOut here={here} /> : null}
      {floor === undefined ? null : (
        <Areas here={here} floor={floor} myArea={myArea} heading={areas} />
      )}
      <nav class="card" aria-labelledby="ways-title">
        <h2 id="ways-title">
          <Words of={place.ways} />
        </h2>
        <ul class="way-list">
          {openFloor(floors, known.classes) === undefined ? null : (
            <li>
              <a class="quiet-button" href="#/place/classes">
                <Words of={place.classes} />
              </a>
            </li>
          )}
          <li>
            <a class="quiet-button" href="#/place/next">
              <Words of={place.next} />
            </a>
          </li>
          {floors
            .filter((one) => one.is_open && one.id !== here.floor)
            .map((one) => (
              <li key={one.id}>
                <a class="quiet-button" href={`#/place/floor/${one.id}`}>
                  <NameOf name={nameOfCard(one)} />
                </a>
              </li>
            ))}
        </ul>
      </nav>
    </div>
  );
}

/** That something new was written where the reader does not look, and the way there. It moves nothing and
 * takes no focus. */
function ToChat({ to }: { to: () => void }): VNode | null {
  const now = useStore(chat);
  let n = 0;
  for (const one of now.channels.values()) n += one.nNew;
  if (n === 0) return null;
  return (
    <button type="button" class="quiet-button to-chat" onClick={to}>
      <Words of={chatWords.newer} slots={{ n }} />
    </button>
  );
}

function Jump({ to, word }: { to: () => void; word: (typeof place)[keyof typeof place] }): VNode {
  return (
    <button type="button" class="quiet-button" onClick={to}>
      <Words of={word} />
    </button>
  );
}
