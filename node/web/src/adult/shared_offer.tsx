import type { VNode } from "preact";
import { useContext, useEffect, useMemo, useRef } from "preact/hooks";
import { PageShown } from "../class/page.js";
import { Noted } from "../class/title.js";
import { display, systemIsDark } from "../control.js";
import { ask } from "../edge/api.js";
import { themeShown } from "../state/display.js";
import { type Floor, readFloor } from "../state/floor.js";
import { useAsked } from "../view/asked.js";
import { Help } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { useStore } from "../view/use.js";
import { FormOfWords, Words } from "../view/words.js";
import { lineOf } from "../words/word.js";
import { shared as words } from "../words/shared.js";
import type { SharedOffer, SharedSeries } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { Sure } from "./roster_parts.js";
import { LessonLine, What } from "./shared_parts.js";

/** What another municipality offers: what it is, when, its rules, its floor; the board answers (CARD-2). */
export function SharedOfferPage({ page, role }: PageProps): VNode {
  const [asked, again] = useAsked("shared.offer", { series: page.name });
  return (
    <div class="page">
      <Back href="#/shared" word={words.toList} />
      <Shown asked={asked} again={again}>
        {(shown) => (
          <>
            <PageHead title={words.title} name={<Noted of={shown.offer.title} />} />
            <What of={shown.offer} />
            <Dates of={shown} />
            <FloorShown file={shown.floor_file} />
            {shown.pages.length === 0 ? null : (
              <section class="card stack">
                <Help title={words.pages}>
                  <div class="stack">
                    {shown.pages.map((one, i) => (
                      <PageShown of={one} key={i} />
                    ))}
                  </div>
                </Help>
              </section>
            )}
            <Answer of={shown.offer} isBoard={role === "commissioner"} again={again} />
          </>
        )}
      </Shown>
    </div>
  );
}

/** The dates, and what they meet in the own plan. */
function Dates({ of }: { of: SharedOffer }): VNode {
  return (
    <section class="card stack" aria-labelledby="shared-dates">
      <h2 id="shared-dates">
        <Words of={words.lessons} />
      </h2>
      <ol class="history">
        {of.offer.lessons.map((one) => {
          const clash = of.clashes.find(({ n }) => n === one.n);
          return (
            <li class="stack-small" key={one.n}>
              <LessonLine of={one} />
              {clash === undefined ? null : (
                <p class="fine">
                  {clash.slot === 0 ? (
                    <Words of={words.clash} />
                  ) : (
                    <Words
                      of={clash.is_own ? words.clashPlan : words.clashExtra}
                      slots={{ n: clash.slot }}
                    />
                  )}
                </p>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function floorOf(file: string): Floor | undefined {
  try {
    const read = readFloor(JSON.parse(file));
    return read.kind === "floor" ? read.floor : undefined;
  } catch {
    return undefined;
  }
}

/** The floor as floors are drawn, and its rooms in words. */
export function FloorShown({ file }: { file: string }): VNode | null {
  const floor = useMemo(() => floorOf(file), [file]);
  const form = useContext(FormOfWords);
  const look = themeShown(useStore(display), useStore(systemIsDark));
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const into = canvas.current;
    if (into === null || floor === undefined) return;
    const nameOf = (id: string): string => {
      const { ja, en } = floor.areas.find((one) => one.id === id)?.name ?? { ja: "", en: "" };
      return lineOf([ja, ja, en], form);
    };
    const font = getComputedStyle(document.documentElement).getPropertyValue("--given");
    let isGone = false;
    let drawn = 0; // how wide it is, in steps that a reader sees
    const size = new ResizeObserver(() => {
      const width = Math.ceil(into.clientWidth / 100) * 100;
      if (width === drawn || width === 0) return;
      drawn = width;
      void import("../place/preview.js").then(
        ({ drawFloor }) => isGone || drawFloor(into, floor, look, nameOf, font, width),
        () => undefined, // the rooms stand below, in words
      );
    });
    size.observe(into);
    return () => {
      isGone = true;
      size.disconnect();
    };
  }, [floor, look, form]);
  if (floor === undefined) return null;
  return (
    <section class="card stack" aria-labelledby="shared-floor">
      <h2 id="shared-floor">
        <Words of={words.floorPicture} />
      </h2>
      <p class="fine">
        <Words of={words.floorNote} />
      </p>
      <canvas class="floor-preview" ref={canvas} aria-hidden="true" />
      <p class="tags">
        {floor.areas.map(({ id, name }) => (
          <span class="pill" key={id}>
            <Words of={[name.ja, name.ja, name.en]} />
          </span>
        ))}
      </p>
    </section>
  );
}

interface AnswerProps {
  readonly of: SharedSeries;
  readonly isBoard: boolean;
  readonly again: () => void;
}

function Answer({ of, isBoard, again }: AnswerProps): VNode | null {
  const accept = useDeed();
  const decline = useDeed();
  const { series, version } = of;
  const run = async (what: "accept" | "decline"): Promise<void> => {
    const did =
      what === "accept"
        ? await accept.run((id) => ask("shared.accept", { series }, { id, version }))
        : await decline.run((id) => ask("shared.decline", { series }, { id }));
    if (did === undefined) return;
    if (what === "accept") location.hash = `#/shared/${series}`;
    else again();
  };
  return (
    <section class="card stack" aria-labelledby="shared-answer">
      <h2 id="shared-answer">
        <Words of={words.decide} />
      </h2>
      {of.until === undefined || of.state !== "offered" ? null : (
        <p>
          <Words of={words.answerBy} slots={{ time: <Time utc={of.until} /> }} />
        </p>
      )}
      {!isBoard ? (
        <p class="note">
          <Words of={words.decideBoard} />
        </p>
      ) : of.state === "offered" ? (
        <>
          <Sure
            word={words.accept}
            yes={words.yes}
            no={words.no}
            busy={accept.busy}
            busyWord={words.saving}
            act={() => void run("accept")}
          >
            <p>
              <Words of={words.acceptSure} slots={{ n: of.lessons.length }} />
            </p>
          </Sure>
          <Said of={accept.said} done={words.accepted} />
          <Sure
            word={words.decline}
            yes={words.yes}
            no={words.no}
            busy={decline.busy}
            busyWord={words.saving}
            isQuiet
            act={() => void run("decline")}
          >
            <p>
              <Words of={words.declineSure} />
            </p>
          </Sure>
        </>
      ) : null}
      {of.state === "declined" ? (
        <p class="note" role="status">
          <Words of={words.declined} />
        </p>
      ) : (
        <Said of={decline.said} done={words.declined} />
      )}
    </section>
  );
}
