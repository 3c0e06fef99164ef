import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { choicesMost, pollOf, questionsInOrder } from "../state/lesson.js";
import { lessons as words } from "../words/lessons.js";
import type { LessonState } from "../wire.js";
import { Given, Words } from "../view/words.js";
import { answered, closePoll, lower, openPoll, showPage } from "./lesson_live.js";
import { PollResult } from "./lesson_poll.js";

/** For the staff of a lesson: pages and polls for who teaches, hands and questions for all of the team. */
export function Teaching({ of }: { of: LessonState }): VNode {
  return (
    <>
      {of.is_instructor && of.n_pages > 0 ? <Turning of={of} /> : null}
      <p>
        <Words of={of.is_shared ? words.hereOwn : words.here} slots={{ n: of.n_here }} />
      </p>
      {of.takes_hands || of.hands.length > 0 ? <Hands of={of} /> : null}
      {of.takes_questions ? <Questions of={of} /> : null}
      {of.poll === undefined ? null : (
        <section class="stack-small" aria-labelledby="lesson-poll">
          <h3 id="lesson-poll">
            <Given>{of.poll.question}</Given>
          </h3>
          <PollResult of={of.poll} />
          {of.is_instructor && of.poll.is_open ? <Closing poll={of.poll.poll} /> : null}
        </section>
      )}
      {of.is_instructor && of.takes_polls && of.poll?.is_open !== true ? (
        <PollForm of={of} />
      ) : null}
    </>
  );
}

function Closing({ poll }: { poll: string }): VNode {
  return (
    <button type="button" class="quiet-button" onClick={() => closePoll(poll)}>
      <Words of={words.pollClose} />
    </button>
  );
}

function Turning({ of }: { of: LessonState }): VNode {
  return (
    <div class="row">
      <button
        type="button"
        class="quiet-button"
        aria-disabled={of.page <= 1}
        onClick={() => of.page > 1 && showPage(of.lesson, of.page - 1)}
      >
        <Words of={words.back} />
      </button>
      <button
        type="button"
        class="button"
        aria-disabled={of.page >= of.n_pages}
        onClick={() => of.page < of.n_pages && showPage(of.lesson, of.page + 1)}
      >
        <Words of={of.page === 0 ? words.firstPage : words.next} />
      </button>
    </div>
  );
}

/** Where somebody of another town is from; nothing for one's own. */
function Town({ of }: { of: string | undefined }): VNode | null {
  return of === undefined ? null : (
    <span class="pill">
      <Given>{of}</Given>
    </span>
  );
}

function Hands({ of }: { of: LessonState }): VNode {
  return (
    <section class="stack-small" aria-labelledby="lesson-hands">
      <h3 id="lesson-hands">
        <Words of={words.hands} />
      </h3>
      <ol class="lesson-hands">
        {of.hands.map(({ seat, name, town, at }) => (
          <li class="tags" key={`${at} ${seat ?? ""}`}>
            <b>
              <Given>{name ?? ""}</Given>
            </b>
            <Town of={town} />
            {seat === undefined ? null : (
              <button type="button" class="quiet-button" onClick={() => lower(of.lesson, seat)}>
                <Words of={words.lower} />
                <span class="unseen">
                  <Given>{name ?? ""}</Given>
                </span>
              </button>
            )}
          </li>
        ))}
      </ol>
      {of.hands.length === 0 ? (
        <p class="fine">
          <Words of={words.handsNone} />
        </p>
      ) : null}
    </section>
  );
}

function Questions({ of }: { of: LessonState }): VNode {
  const all = questionsInOrder(of.questions);
  return (
    <section class="stack-small" aria-labelledby="lesson-questions">
      <h3 id="lesson-questions">
        <Words of={words.questions} />
      </h3>
      <div role="log" aria-labelledby="lesson-questions">
        <ul class="lesson-asked">
          {all.map((one) => (
            <li class="tags" key={one.question}>
              {one.name === undefined ? null : (
                <b>
                  <Given>{one.name}</Given>
                </b>
              )}
              <Town of={one.town} />
              <Given>{one.text}</Given>
              {one.is_answered ? (
                <span class="pill">
                  <Words of={words.askAnswered} />
                </span>
              ) : (
                <button
                  type="button"
                  class="quiet-button"
                  onClick={() => answered(of.lesson, one.question)}
                >
                  <Words of={words.didAnswer} />
                  <span class="unseen">
                    <Given>{one.text}</Given>
                  </span>
                </button>
              )}
            </li>
          ))}
        </ul>
      </div>
      {all.length === 0 ? (
        <p class="fine">
          <Words of={words.questionsNone} />
        </p>
      ) : null}
    </section>
  );
}

function PollForm({ of }: { of: LessonState }): VNode {
  const [question, ask] = useState("");
  const [choices, write] = useState<readonly string[]>(["", ""]);
  const [isLacking, lack] = useState(false);
  const [busy, work] = useState(false);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const poll = pollOf(question, choices);
    lack(poll === undefined);
    if (poll === undefined) return;
    work(true);
    const isOpen = await openPoll(of.lesson, poll.question, poll.choices);
    work(false);
    if (!isOpen) return;
    ask("");
    write(["", ""]);
  };
  return (
    <details class="lesson-ask">
      <summary>
        <Words of={words.askPoll} />
      </summary>
      <form class="stack-small" onSubmit={(event) => void send(event)} noValidate>
        <label for="poll-question">
          <Words of={words.pollQuestion} />
        </label>
        <input
          id="poll-question"
          type="text"
          autocomplete="off"
          maxLength={200}
          aria-invalid={isLacking && question.trim() === ""}
          value={question}
          onInput={(event) => ask(event.currentTarget.value)}
        />
        {choices.map((one, i) => (
          <div key={i}>
            <label for={`poll-choice-${i}`}>
              <Words of={words.pollChoice} slots={{ n: i + 1 }} />
            </label>
            <input
              id={`poll-choice-${i}`}
              type="text"
              autocomplete="off"
              maxLength={40}
              value={one}
              onInput={(event) =>
                write(choices.map((text, at) => (at === i ? event.currentTarget.value : text)))
              }
            />
          </div>
        ))}
        {choices.length < choicesMost ? (
          <button type="button" class="quiet-button" onClick={() => write([...choices, ""])}>
            <Words of={words.pollMore} />
          </button>
        ) : null}
        <div role="alert">
          {isLacking ? (
            <p class="fault">
              <Words of={words.pollNeed} />
            </p>
          ) : null}
        </div>
        <button type="submit" class="button" aria-disabled={busy}>
          <Words of={busy ? words.busy : words.pollOpen} />
        </button>
      </form>
    </details>
  );
}
