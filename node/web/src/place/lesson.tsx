import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { newId } from "../edge/id.js";
import { type Doing, pageShown } from "../state/lesson.js";
import type { Here } from "../state/place-live.js";
import { lessons as words } from "../words/lessons.js";
import type { LessonPoll, LessonState } from "../wire.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { AloneLessons } from "../class/alone.js";
import { Meeting } from "../class/meeting.js";
import { PageShown } from "../class/page.js";
import { Noted } from "../class/title.js";
import { live } from "./control.js";
import {
  answerPoll,
  askTeacher,
  inLessons,
  join,
  leaveLesson,
  lesson,
  type Material,
  material,
  raise,
  whatIsOn,
} from "./lesson_live.js";
import { PollResult } from "./lesson_poll.js";
import { Teaching } from "./lesson_teach.js";

/** The lesson one is in, or a way into the one that is on. Nothing of it stands here when there is none. */
export function LessonPart({ here }: { here: Here }): VNode | null {
  const { me } = useStore(live);
  const state = useStore(lesson);
  if (me === undefined || !inLessons.includes(me.role)) return null;
  return (
    <>
      <AloneLessons />
      {state === undefined ? (
        <Offers here={here} role={me.role} />
      ) : (
        <Panel key={state.lesson} of={state} isStaff={me.role !== "student"} />
      )}
    </>
  );
}

const lookMs = 60_000;

function Offers({ here, role }: { here: Here; role: string }): VNode | null {
  const [all, tell] = useState<readonly Doing[]>([]);
  useEffect(() => {
    let isGone = false;
    const look = async (): Promise<void> => {
      if (document.visibilityState === "hidden") return;
      const got = await whatIsOn(role);
      if (!isGone && got !== undefined) tell(got);
    };
    void look();
    const timer = setInterval(() => void look(), lookMs);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [role, here.floor]);
  if (all.length === 0) return null;
  return (
    <section class="card lesson-offer" aria-labelledby="lesson-offer">
      <h2 id="lesson-offer" class="unseen">
        <Words of={words.panel} />
      </h2>
      {all.map((one) => (
        <div class="row" key={one.lesson}>
          <p>
            <Words of={words.offer} slots={{ title: <Noted of={one.title} /> }} />
          </p>
          {one.floor === here.floor ? (
            <button type="button" class="button" onClick={() => void join(one.lesson)}>
              <Words of={words.join} />
            </button>
          ) : (
            <a class="button" href={`#/place/floor/${one.floor}`}>
              <Words of={words.go} />
            </a>
          )}
        </div>
      ))}
    </section>
  );
}

function Panel({ of, isStaff }: { of: LessonState; isStaff: boolean }): VNode {
  const [got, have] = useState<Material | undefined>(undefined);
  useEffect(() => {
    let isGone = false;
    void material(of.lesson, isStaff).then((outcome) => {
      if (!isGone && outcome.kind === "ok") have(outcome.value);
    });
    return () => {
      isGone = true;
    };
  }, [of.lesson, of.n_pages, isStaff]);
  const page = pageShown(got?.pages ?? [], of.page);
  return (
    <section class="card lesson-panel" aria-labelledby="lesson-title">
      <div class="lesson-head">
        <h2 id="lesson-title">
          <Noted of={of.title} />
        </h2>
        <button type="button" class="quiet-button" onClick={() => void leaveLesson(of.lesson)}>
          <Words of={words.leave} />
        </button>
      </div>
      <div role="status" class="lesson-page">
        {page === undefined ? (
          <p class="fine">
            <Words of={words.noPage} />
          </p>
        ) : (
          <>
            <PageShown of={page} />
            <p class="fine">
              <Words of={words.pageOf} slots={{ n: of.page, m: of.n_pages }} />
            </p>
          </>
        )}
      </div>
      {isStaff ? (
        <Teaching of={of} />
      ) : (
        <>
          {of.takes_hands || of.my_hand ? <Hand of={of} /> : null}
          {of.poll === undefined ? null : <Poll of={of.poll} />}
          {of.takes_questions ? <AskForm of={of} /> : null}
        </>
      )}
      {got?.link === undefined ? null : <Meeting of={got.link} />}
    </section>
  );
}

function Hand({ of }: { of: LessonState }): VNode {
  return (
    <div class="row" role="status">
      <button
        type="button"
        class={of.my_hand ? "button" : "quiet-button"}
        aria-pressed={of.my_hand}
        onClick={() => raise(of.lesson, !of.my_hand)}
      >
        <Words of={of.my_hand ? words.handDown : words.hand} />
      </button>
      {of.my_hand ? (
        <span>
          <Words of={words.handUp} />
        </span>
      ) : null}
    </div>
  );
}

/** One press answers; another changes it while it is open. */
function Poll({ of }: { of: LessonPoll }): VNode {
  return (
    <section class="stack-small" aria-labelledby="lesson-poll">
      <h3 id="lesson-poll">
        <Words of={words.poll} />
      </h3>
      <p>
        <Given>{of.question}</Given>
      </p>
      {of.is_open ? (
        <>
          <div class="choice-row">
            {of.choices.map((one, i) => (
              <button
                type="button"
                key={i}
                class={of.my_choice === i ? "button" : "quiet-button"}
                aria-pressed={of.my_choice === i}
                onClick={() => answerPoll(of.poll, i)}
              >
                <Given>{one.text}</Given>
              </button>
            ))}
          </div>
          <p class="fine">
            <Words of={words.pollNote} />
          </p>
        </>
      ) : (
        <PollResult of={of} />
      )}
    </section>
  );
}

function AskForm({ of }: { of: LessonState }): VNode {
  const [text, type] = useState("");
  const [busy, work] = useState(false);
  const id = useRef(newId());
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy || text.trim() === "") return;
    work(true);
    const isDone = await askTeacher(of.lesson, id.current, text.trim());
    work(false);
    if (!isDone) return;
    id.current = newId();
    type("");
  };
  return (
    <details class="lesson-ask">
      <summary>
        <Words of={words.ask} />
      </summary>
      <form class="stack-small" onSubmit={(event) => void send(event)}>
        <label for="lesson-ask">
          <Words of={words.askField} />
        </label>
        <input
          id="lesson-ask"
          type="text"
          autocomplete="off"
          value={text}
          onInput={(event) => {
            id.current = newId(); // another text is another question
            type(event.currentTarget.value);
          }}
        />
        <p class="fine">
          <Words of={of.is_shared ? words.askNoteShared : words.askNote} />
        </p>
        <button type="submit" class="quiet-button" aria-disabled={busy || text.trim() === ""}>
          <Words of={words.askSend} />
        </button>
      </form>
      <div role="status">
        <ul class="lesson-asked">
          {of.questions.map((one) => (
            <li key={one.question}>
              <Given>{one.text}</Given>{" "}
              <span class="fine">
                <Words
                  of={
                    one.state === "held"
                      ? words.askHeld
                      : one.is_answered
                        ? words.askAnswered
                        : words.askDone
                  }
                />
              </span>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}
