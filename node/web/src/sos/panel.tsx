import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import sheet from "../../style/sos.css";
import { door } from "../control.js";
import { wear } from "../edge/sheet.js";
import { momentOf } from "../state/hours.js";
import { isOpen, type Shown, shownOf, type SosKind, sosKinds, undoLeftMs } from "../state/sos.js";
import { sos as words } from "../words/sos.js";
import type { Word } from "../words/word.js";
import { Clock } from "../view/hours.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { again, begin, choose, close, panel, sos, tap, undo } from "./control.js";
import { Helplines } from "./helplines.js";

export const dressed = wear(sheet);
export { begin, tap };

const kindWords: Record<SosKind, Word> = {
  body: words.kindBody,
  scared: words.kindScared,
  sad: words.kindSad,
  talk: words.kindTalk,
  other: words.kindOther,
};

/** What became of a call, what it is about, and who can be phoned: under the head of whatever page. */
export function Panel(): VNode | null {
  const how = useStore(panel);
  const now = useStore(sos);
  const heading = useRef<HTMLHeadingElement>(null);
  const way = useStore(door);
  useEffect(() => {
    if (how === "asked") heading.current?.focus();
  }, [how]);
  if (way.at !== "inside") return null;
  const shown = shownOf(now, way.who.name);
  const kind =
    shown.at === "waiting"
      ? now.kept.find((one) => one.id === shown.id)?.kind
      : shown.at === "told"
        ? shown.told.kind
        : undefined;
  return (
    <section class="panel sos-panel" aria-labelledby="sos-title" hidden={how === "closed"}>
      <h2 id="sos-title" ref={heading} tabIndex={-1}>
        <Words of={words.title} />
      </h2>
      <p
        class="sos-state"
        role="status"
        data-sos={shown.at === "told" ? shown.told.state : shown.at}
      >
        <State shown={shown} />
      </p>
      {how === "closed" ? null : (
        <div class="stack">
          <Undo shown={shown} />
          {isOpen(shown) ? (
            <fieldset>
              <legend>
                <Words of={words.kinds} />
              </legend>
              <div class="row sos-kinds">
                {sosKinds.map((one) => (
                  <button
                    key={one}
                    type="button"
                    class="quiet-button"
                    aria-pressed={kind === one}
                    onClick={() => void choose(one)}
                  >
                    <Words of={kindWords[one]} />
                  </button>
                ))}
              </div>
            </fieldset>
          ) : null}
          <Helplines />
          <div class="row">
            {isOpen(shown) && shown.at === "told" ? (
              <button type="button" class="quiet-button" onClick={() => again(Date.now())}>
                <Words of={words.again} />
              </button>
            ) : null}
            <button type="button" class="quiet-button" onClick={close}>
              <Words of={words.shut} />
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

function At({ ms }: { ms: number }): VNode {
  const utc = new Date(ms).toISOString();
  return (
    <time dateTime={utc}>
      <Clock of={momentOf(utc).time} />
    </time>
  );
}

/** No more than is known: that it has arrived is not that anybody knows of it. */
function State({ shown }: { shown: Shown }): VNode | null {
  if (shown.at === "none") return null;
  if (shown.at === "waiting") return <Words of={words.waiting} />;
  const { state, stateMs } = shown.told;
  const time = stateMs === undefined ? undefined : <At ms={stateMs} />;
  switch (state) {
    case "waiting":
      return <Words of={words.sent} />;
    case "seen":
      return time === undefined ? (
        <Words of={words.seenSome} />
      ) : (
        <Words of={words.seen} slots={{ time }} />
      );
    case "answered":
      return time === undefined ? (
        <Words of={words.answerSome} />
      ) : (
        <Words of={words.answer} slots={{ time }} />
      );
    case "closed":
      return <Words of={words.close} />;
    case "undone":
      return <Words of={words.undone} />;
  }
}

function Undo({ shown }: { shown: Shown }): VNode | null {
  const [nowMs, tick] = useState(Date.now());
  const leftMs = undoLeftMs(shown, Math.max(nowMs, Date.now()));
  useEffect(() => {
    if (leftMs === 0) return;
    const timer = setTimeout(() => tick(Date.now()), Math.min(leftMs, 250));
    return () => clearTimeout(timer);
  });
  if (leftMs === 0) return null;
  return (
    <button type="button" class="quiet-button sos-undo" onClick={() => void undo()}>
      <Words of={words.undo} slots={{ n: Math.ceil(leftMs / 1000) }} />
    </button>
  );
}
