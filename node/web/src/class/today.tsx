import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ended } from "../control.js";
import { ask } from "../edge/api.js";
import { nextChangeMs, type Offer, offerOf, slotsInOrder } from "../state/lessons.js";
import { useAsked } from "../view/asked.js";
import { Clock } from "../view/hours.js";
import { Shown } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { lessons as words } from "../words/lessons.js";
import type { Word } from "../words/word.js";
import type { MyLesson, MySlot, SharedMine } from "../wire.js";
import { Meeting } from "./meeting.js";
import { CoursePicture } from "./picture.js";
import { Noted } from "./title.js";

const sharedFloor = "shared-"; // as federation/series.h names them

/** What became of a press, said once. */
type Told =
  | { readonly kind: "chosen" | "undone"; readonly title: string }
  | { readonly kind: "no"; readonly code: string };

interface Props {
  /** To the room of a lesson that is on; undefined where there is no way. */
  readonly go: ((lesson: MyLesson) => void) | undefined;
}

/** The day's lessons, slot by slot: a child chooses and lets go with one press (AI-4.4-キ-イ). */
export function Today({ go }: Props): VNode {
  const [asked, again] = useAsked("lessons.mine", undefined);
  const [told, tell] = useState<Told | undefined>(undefined);
  const [busy, work] = useState<string | undefined>(undefined);
  const day = asked.at === "here" ? asked.value : undefined;
  useDay(day, again);
  const together = useTogether(day);
  const choose = async (of: MyLesson): Promise<void> => {
    if (busy !== undefined) return;
    const { lesson, title } = of;
    work(lesson);
    const outcome = await ask("lessons.choose", { lesson }, { chosen: !of.is_chosen });
    work(undefined);
    if (outcome.kind === "refused" && outcome.problem.status === 401) return ended();
    if (outcome.kind === "ok") tell({ kind: of.is_chosen ? "undone" : "chosen", title });
    else tell({ kind: "no", code: outcome.kind === "refused" ? outcome.problem.code : "" });
    again();
  };
  return (
    <Shown asked={asked} again={again}>
      {(day) => (
        <>
          <p>
            <Words of={day.slots.length === 0 ? words.none : words.lead} />
          </p>
          <div role="status" class="lesson-told">
            {told === undefined ? null : (
              <p class="note">
                <ToldWords of={told} />
              </p>
            )}
          </div>
          <ol class="lesson-slots">
            {slotsInOrder(day.slots).map((slot) => (
              <li key={slot.number}>
                <Slot
                  of={slot}
                  busy={busy}
                  choose={(lesson) => void choose(lesson)}
                  go={go}
                  together={together}
                />
              </li>
            ))}
          </ol>
        </>
      )}
    </Shown>
  );
}

/** Asks anew when a lesson begins or ends, and when the reader comes back to the page. */
function useDay(
  day: { readonly now: string; readonly slots: readonly MySlot[] } | undefined,
  again: () => void,
): void {
  const look = useRef(again);
  look.current = again;
  useEffect(() => {
    const seen = (): void => {
      if (document.visibilityState === "visible") look.current();
    };
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, []);
  useEffect(() => {
    const inMs = day === undefined ? undefined : nextChangeMs(day.now, day.slots);
    if (inMs === undefined) return undefined;
    const timer = setTimeout(() => look.current(), inMs);
    return () => clearTimeout(timer);
  }, [day]);
}

/** With which other towns a lesson is held, by its id. */
type Together = ReadonlyMap<string, SharedMine>;
const nobody: Together = new Map();

/** Asked for only on a day that has such lessons: they are on floors of their own. */
function useTogether(day: { readonly slots: readonly MySlot[] } | undefined): Together {
  const [known, tell] = useState(nobody);
  const isAny =
    day?.slots.some(({ lessons }) => lessons.some((one) => one.floor.startsWith(sharedFloor))) ===
    true;
  useEffect(() => {
    if (!isAny) return undefined;
    let isGone = false;
    void ask("shared.mine", undefined, undefined).then((outcome) => {
      if (isGone || outcome.kind !== "ok") return;
      tell(new Map(outcome.value.items.map((one) => [one.lesson, one])));
    });
    return () => {
      isGone = true;
    };
  }, [isAny, day]);
  return known;
}

const said: Readonly<Record<string, Word>> = {
  full: words.saidFull,
  over: words.saidOver,
  cancelled: words.cancelled,
  "not-found": words.saidOver, // taken off the plan meanwhile
};

function ToldWords({ of }: { of: Told }): VNode {
  switch (of.kind) {
    case "chosen":
      return <Words of={words.didChoose} slots={{ title: <Noted of={of.title} /> }} />;
    case "undone":
      return <Words of={words.didUndo} slots={{ title: <Noted of={of.title} /> }} />;
    case "no":
      return <Words of={said[of.code] ?? words.saidFailed} />;
  }
}

interface SlotProps extends Props {
  readonly of: MySlot;
  readonly busy: string | undefined;
  readonly choose: (lesson: MyLesson) => void;
  readonly together: Together;
}

function Slot({ of, busy, choose, go, together }: SlotProps): VNode {
  const title = `lesson-slot-${of.number}`;
  return (
    <section class="stack-small" aria-labelledby={title}>
      <h2 id={title} class="lesson-slot">
        <Words of={words.slot} slots={{ n: of.number }} />{" "}
        <span class="lesson-span">
          <Words
            of={words.span}
            slots={{ from: <Clock of={of.from} />, to: <Clock of={endOf(of)} /> }}
          />
        </span>
        {of.state === "on" ? (
          <span class="pill lesson-now">
            <Words of={words.onNow} />
          </span>
        ) : null}
      </h2>
      {of.lessons.length === 0 ? (
        <p class="fine">
          <Words of={words.noneInSlot} />
        </p>
      ) : (
        <ul class="lesson-grid">
          {of.lessons.map((one) => (
            <li key={one.lesson}>
              <Lesson
                of={one}
                isBusy={busy === one.lesson}
                choose={choose}
                go={go}
                together={together.get(one.lesson)}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Midnight is the end of a day, not its beginning. */
function endOf({ to }: MySlot): string {
  return to === "00:00" ? "24:00" : to;
}

interface LessonProps extends Props {
  readonly of: MyLesson;
  readonly isBusy: boolean;
  readonly choose: (lesson: MyLesson) => void;
  readonly together: SharedMine | undefined;
}

function Lesson({ of, isBusy, choose, go, together }: LessonProps): VNode {
  const offer = offerOf(of);
  const isOff = of.state === "over" || of.state === "cancelled";
  return (
    <article
      class={`card lesson-card${of.is_chosen ? " lesson-mine" : ""}${isOff ? " lesson-off" : ""}`}
    >
      <CoursePicture of={of.picture} />
      <div class="lesson-words">
        <h3>
          <Noted of={of.title} />
        </h3>
        <p>
          <Noted of={of.about} />
        </p>
        {together === undefined || together.towns.length === 0 ? null : (
          <p class="lesson-together">
            <Words
              of={together.is_more ? words.togetherMore : words.together}
              slots={{ towns: <Noted of={together.towns.join("・")} /> }}
            />
          </p>
        )}
        <p class="tags fine">
          <Words of={kinds[of.kind] ?? words.other} />
          {of.teacher === undefined ? null : (
            <Words of={words.teacher} slots={{ name: <Given>{of.teacher}</Given> }} />
          )}
          <Left of={of} offer={offer} />
        </p>
        <Acts of={of} offer={offer} isBusy={isBusy} choose={choose} go={go} />
      </div>
    </article>
  );
}

const kinds: Readonly<Record<string, Word>> = {
  subject: words.subject,
  communication: words.communication,
  relax: words.relax,
  guest: words.guest,
  experience: words.experience,
};

/** How many places are left; nothing when that says nothing. */
function Left({ of, offer }: { of: MyLesson; offer: Offer }): VNode | null {
  if (of.state === "cancelled")
    return <Words of={of.floor.startsWith(sharedFloor) ? words.notOpen : words.cancelled} />;
  if (of.state === "over") return <Words of={words.over} />;
  if (offer === "full") return <Words of={words.full} />;
  return of.left === undefined || of.is_chosen ? null : (
    <Words of={words.left} slots={{ n: of.left }} />
  );
}

function Acts({
  of,
  offer,
  isBusy,
  choose,
  go,
}: Omit<LessonProps, "together"> & { readonly offer: Offer }): VNode | null {
  if (offer === "none" || offer === "full") return null;
  const isMine = of.is_chosen;
  return (
    <div class="lesson-acts">
      {isMine ? (
        <p class="lesson-chosen">
          <Words of={words.chosen} />
        </p>
      ) : null}
      {of.state === "on" ? <Ways of={of} go={go} /> : null}
      {isMine || of.state === "before" || go === undefined ? (
        <button
          type="button"
          class={isMine ? "quiet-button" : "button"}
          aria-disabled={isBusy}
          onClick={() => choose(of)}
        >
          <Words
            of={
              isBusy
                ? words.busy
                : isMine
                  ? words.undo
                  : offer === "late"
                    ? words.late
                    : words.choose
            }
          />
          <Unseen of={of} />
        </button>
      ) : null}
    </div>
  );
}

/** Into a lesson that is on: in the place at once, from elsewhere by the door of its floor. */
function Ways({ of, go }: Props & { readonly of: MyLesson }): VNode | null {
  if (go === undefined && !of.is_chosen) return null;
  return (
    <>
      {go === undefined ? (
        <a class="button" href={`#/place/floor/${of.floor}`}>
          <Words of={words.go} />
          <Unseen of={of} />
        </a>
      ) : (
        <button type="button" class="button" onClick={() => go(of)}>
          <Words of={words.join} />
          <Unseen of={of} />
        </button>
      )}
      {of.link === undefined ? null : <Meeting of={of.link} />}
    </>
  );
}

/** For ears: which lesson a button is about. */
function Unseen({ of }: { of: MyLesson }): VNode {
  return (
    <span class="unseen">
      <Noted of={of.title} />
    </span>
  );
}
