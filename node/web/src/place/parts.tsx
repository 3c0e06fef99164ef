import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { FloorCard } from "../live/wire.js";
import type { Name } from "../state/floor.js";
import { momentOf } from "../state/hours.js";
import { chat } from "../words/chat.js";
import { place } from "../words/place.js";
import type { Word } from "../words/word.js";
import { Clock } from "../view/hours.js";
import { Given, Words } from "../view/words.js";
import { useStore } from "../view/use.js";
import { roomWait, stopWaiting } from "./at_room.js";
import { echo, link, spoken } from "./control.js";
import { signName } from "./signs.js";

/** The name of a floor, a spot, an area: staff may change it, so it is no fixed word; it carries its
 * readings all the same. */
export function wordOf(name: Name): Word {
  return [name.ja, name.ja, name.en];
}

export function nameOfCard(card: FloorCard): Name {
  return { ja: card.name_ja, en: card.name_en };
}

export function NameOf({ name }: { name: Name }): VNode {
  return (
    <bdi class="given" lang="ja">
      <Words of={wordOf(name)} />
    </bdi>
  );
}

/** A time of today, with its readings. */
export function Hour({ utc }: { utc: string }): VNode {
  return (
    <time dateTime={utc}>
      <Clock of={momentOf(utc).time} />
    </time>
  );
}

/** That the line is being made anew, said once and plainly, where everybody sees it. */
export function LineNote(): VNode {
  const state = useStore(link);
  return (
    <div role="status">
      {state.at === "again" ? (
        <p class="note line-note">
          <Words of={place.again} />
        </p>
      ) : null}
    </div>
  );
}

const echoes = {
  failed: place.failed,
  watching: place.watching,
  waved: place.waved,
  walking: place.walking,
  knocked: place.knocked,
  invited: place.invitedDone,
  gone: place.gone,
  notIn: place.roomNotIn,
} as const;

const leastMs = 8000;
const msOfCharacter = 150; // of a slow reader

/** What became of the reader's last act. On a floor it goes by itself once it can have been read, but never
 * while somebody points at it; elsewhere it stays until the next act. */
export function EchoNote({ isPassing = false }: { isPassing?: boolean }): VNode {
  const said = useStore(echo);
  const text = useRef<HTMLParagraphElement>(null);
  const [isHeld, hold] = useState(false);
  useEffect(() => {
    if (said === undefined) return hold(false); // what is gone is pointed at no more
    if (!isPassing || isHeld) return;
    const readMs = Math.max(leastMs, (text.current?.textContent?.length ?? 0) * msOfCharacter);
    const end = setTimeout(() => echo.set(undefined), readMs);
    return () => clearTimeout(end);
  }, [said, isPassing, isHeld]);
  return (
    <div role="status" class="echo">
      {said === undefined ? null : (
        <p
          ref={text}
          class="note"
          onPointerEnter={() => hold(true)}
          onPointerLeave={() => hold(false)}
          onClick={() => isPassing && echo.set(undefined)}
        >
          {said.kind !== "said" ? (
            <Words of={echoes[said.kind]} />
          ) : said.word === undefined ? (
            <Given>{said.title}</Given>
          ) : (
            <Words of={said.word} />
          )}
        </p>
      )}
    </div>
  );
}

/** That the page asks for a room again and again, as long as the reader wants it. */
export function RoomNote({ nameOf }: { nameOf: (area: string) => VNode }): VNode {
  const area = useStore(roomWait)?.area;
  return (
    <div class="room-wait">
      <p role="status" class={area === undefined ? "unseen" : "note"}>
        {area === undefined ? null : <Words of={place.roomWait} slots={{ area: nameOf(area) }} />}
      </p>
      {area === undefined ? null : (
        <button type="button" class="quiet-button" onClick={stopWaiting}>
          <Words of={place.waitStop} />
        </button>
      )}
    </div>
  );
}

/** For ears alone: what others do, at most one sentence in 3 s (state/announce.ts). */
export function Voice({ nameOf }: { nameOf: (area: string) => VNode }): VNode {
  const said = useStore(spoken);
  return (
    <p class="unseen" role="status" aria-live="polite" data-voice>
      {said === undefined ? null : <Sentence said={said} nameOf={nameOf} />}
    </p>
  );
}

function Sentence({
  said,
  nameOf,
}: {
  said: NonNullable<ReturnType<typeof spoken.get>>;
  nameOf: (area: string) => VNode;
}): VNode {
  switch (said.kind) {
    case "came": {
      const names = said.names.map((one, i) => [i > 0 ? ", " : "", <Given>{one}</Given>]);
      if (said.n === 1)
        return <Words of={place.cameOne} slots={{ name: <Given>{said.names[0]}</Given> }} />;
      return said.n <= said.names.length ? (
        <Words of={place.cameSome} slots={{ names }} />
      ) : (
        <Words of={place.cameMany} slots={{ names, n: said.n }} />
      );
    }
    case "line":
      return (
        <Words
          of={chat.lineFrom}
          slots={{ name: <Given>{said.name}</Given>, text: <Given>{said.text}</Given> }}
        />
      );
    case "lines":
      return <Words of={chat.linesFrom} slots={{ n: said.n }} />;
    case "sign": {
      const what = signName(said.sign);
      return what === undefined ? (
        <Given>{said.name}</Given>
      ) : (
        <Words
          of={chat.reacted}
          slots={{ name: <Given>{said.name}</Given>, what: <Words of={what} /> }}
        />
      );
    }
    case "wave":
      return <Words of={place.waveFrom} slots={{ name: <Given>{said.name}</Given> }} />;
    case "knock":
      return (
        <Words
          of={place.knockFrom}
          slots={{ name: <Given>{said.name}</Given>, area: nameOf(said.area) }}
        />
      );
    case "invited":
      return (
        <Words
          of={place.invitedFrom}
          slots={{ name: <Given>{said.name}</Given>, area: nameOf(said.area) }}
        />
      );
    case "answer":
      return (
        <Words
          of={said.isWelcome ? place.answerYes : place.answerNo}
          slots={{ area: nameOf(said.area) }}
        />
      );
  }
}
