import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { inOrder } from "../state/floor_order.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead } from "../view/page.js";
import { When } from "../view/time.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { watch } from "../words/console.js";
import { support as words } from "../words/support.js";
import type { Word } from "../words/word.js";
import type { FloorInfo, HeldLine } from "../wire.js";
import { LineState } from "./console_parts.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { FloorOf } from "./floor_parts.js";
import { WhoIs, whomOf } from "./measure_panel.js";
import { WarnPanel } from "./warn_panel.js";
import { beginWatch, did } from "./watch_control.js";
import { held, heldPart } from "./watch_held.js";

/** Lines that look like contact details: nobody reads them before one of the staff has (AI-4.4-カ-ハ-1a). The
 * oldest stands first: somebody waits for it. */
export function HeldPage(): VNode {
  useEffect(() => beginWatch([heldPart]), []);
  const told = useStore(held);
  const [floors] = useAsked("floors.list", undefined);
  const [done, say] = useState<Word | undefined>(undefined);
  const heading = useRef<HTMLDivElement>(null);
  const all = floors.at === "here" ? inOrder(floors.value.items) : [];
  const after = (word: Word): void => {
    say(word);
    did("held");
    heading.current?.querySelector("h1")?.focus(); // the line that was decided upon goes
  };
  return (
    <div class="page" ref={heading}>
      <Back href="#/console" word={watch.toConsole} />
      <PageHead title={words.held} />
      <p>
        <Words of={words.heldLead} />
      </p>
      <LineState atMs={told?.atMs} />
      <div role="status">
        {done === undefined ? null : (
          <p class="note">
            <Words of={done} slots={{ name: "" }} />
          </p>
        )}
      </div>
      {told === undefined ? (
        <p class="starting">
          <Words of={first.starting} />
        </p>
      ) : told.value.length === 0 ? (
        <p class="note">
          <Words of={words.heldNone} />
        </p>
      ) : (
        <ul class="setting-list">
          {told.value.map((one) => (
            <li class="card stack" key={one.line}>
              <Line of={one} floors={all} after={after} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface Props {
  readonly of: HeldLine;
  readonly floors: readonly FloorInfo[];
  readonly after: (word: Word) => void;
}

function Line({ of, floors, after }: Props): VNode {
  const deed = useDeed();
  const [warns, warn] = useState(false);
  const id = `held-${of.line}`;
  const decide = async (act: "release" | "keep"): Promise<boolean> => {
    const got = await deed.run((one) => ask("held.decide", { line: of.line }, { id: one, act }));
    if (got !== undefined && !warns) after(act === "release" ? words.didRelease : words.didKeep);
    return got !== undefined;
  };
  return (
    <>
      <h2>
        <WhoIs of={whomOf(of)} />
      </h2>
      <p class="tags">
        <span class="fine">
          <When utc={of.at} />
        </span>
        {of.to_name === undefined ? (
          <Words of={words.toFloor} slots={{ floor: <FloorOf id={of.floor} all={floors} /> }} />
        ) : (
          <Words of={words.toWhom} slots={{ name: <Given>{of.to_name}</Given> }} />
        )}
      </p>
      <p class="quoted" id={id}>
        <Given>{of.original}</Given>
      </p>
      {of.text === of.original ? null : (
        <p class="fine">
          <Words of={words.othersWouldSee} slots={{ text: <Given>{of.text}</Given> }} />
        </p>
      )}
      <Said of={deed.said} done={words.done} />
      {warns ? (
        <WarnPanel
          whom={whomOf(of)}
          line={{ id: of.line, text: of.original }}
          close={() => warn(false)}
          done={(word) => {
            void decide("keep").then((isKept) => {
              if (isKept) after(word);
            });
          }}
        />
      ) : (
        <div class="row">
          {(
            [
              ["release", words.release],
              ["keep", words.keep],
            ] as const
          ).map(([act, word]) => (
            <button
              type="button"
              key={act}
              class="quiet-button"
              aria-describedby={id}
              aria-disabled={deed.busy}
              onClick={() => void decide(act)}
            >
              <Words of={word} />
            </button>
          ))}
          <button
            type="button"
            class="quiet-button"
            aria-describedby={id}
            onClick={() => {
              deed.anew();
              warn(true);
            }}
          >
            <Words of={words.warnOf} />
          </button>
        </div>
      )}
    </>
  );
}
