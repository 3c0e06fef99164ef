import type { ComponentChildren, VNode } from "preact";
import { place } from "../words/place.js";
import type { Word } from "../words/word.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { act, dropNews, news, type News } from "./control.js";

type NameOfArea = (area: string) => VNode;

/** What was meant for the reader and may be answered, or not. */
export function NewsList({ nameOf }: { nameOf: NameOfArea }): VNode | null {
  const list = useStore(news);
  if (list.length === 0) return null;
  return (
    <section class="card news" aria-labelledby="news-title">
      <h2 id="news-title">
        <Words of={place.news} />
      </h2>
      <ul class="news-list">
        {list.map((one) => (
          <li key={one.id} class="row">
            <Item one={one} nameOf={nameOf} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Item({ one, nameOf }: { one: News; nameOf: NameOfArea }): VNode {
  const { event } = one;
  const drop = (): void => dropNews(one.id);
  switch (event.ev) {
    case "wave":
      return (
        <Line word={place.waveFrom} slots={{ name: <Given>{event.of.name}</Given> }}>
          <Do
            word={place.waveBack}
            run={() => void act("person.wave", { seat: event.of.seat }, "waved").then(drop)}
          />
        </Line>
      );
    case "knock": {
      const answer = (welcome: boolean) => () =>
        void act("area.answer", { seat: event.of.seat, welcome }).then(drop);
      return (
        <Line
          word={place.knockFrom}
          slots={{ name: <Given>{event.of.name}</Given>, area: nameOf(event.of.area) }}
        >
          <Do word={place.welcome} run={answer(true)} />
          <Do word={place.notNow} run={answer(false)} />
        </Line>
      );
    }
    case "invited":
      return (
        <Line
          word={place.invitedFrom}
          slots={{ name: <Given>{event.of.name}</Given>, area: nameOf(event.of.area) }}
        >
          <GoIn area={event.of.area} drop={drop} />
          <Do word={place.noThanks} run={drop} />
        </Line>
      );
    case "knock.answer":
      return (
        <Line
          word={event.of.welcome ? place.answerYes : place.answerNo}
          slots={{ area: nameOf(event.of.area) }}
        >
          {event.of.welcome ? <GoIn area={event.of.area} drop={drop} /> : null}
        </Line>
      );
  }
}

function Line({
  word,
  slots,
  children,
}: {
  word: Word;
  slots: Readonly<Record<string, VNode>>;
  children: ComponentChildren;
}): VNode {
  return (
    <>
      <p>
        <Words of={word} slots={slots} />
      </p>
      {children}
    </>
  );
}

function GoIn({ area, drop }: { area: string; drop: () => void }): VNode {
  return <Do word={place.enterRoom} run={() => void act("area.enter", { area }).then(drop)} />;
}

function Do({ word, run }: { word: Word; run: () => void }): VNode {
  return (
    <button type="button" class="quiet-button" onClick={run}>
      <Words of={word} />
    </button>
  );
}
