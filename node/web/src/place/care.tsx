import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { inForce, type Stop } from "../state/care.js";
import { momentOf } from "../state/hours.js";
import { find } from "../state/talk.js";
import { care as words, chat } from "../words/chat.js";
import type { Word } from "../words/word.js";
import { Helplines } from "../sos/helplines.js";
import { Clock, DayName } from "../view/hours.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import {
  answerTalk,
  block,
  care,
  closeCard,
  closeLifted,
  readWarning,
  talks,
} from "./words_live.js";

const stopWords: Record<Stop["kind"], readonly [plain: Word, until: Word]> = {
  chat: [words.stopChat, words.stopChatUntil],
  react: [words.stopReact, words.stopReactUntil],
  mute: [words.stopMute, words.stopMuteUntil],
  eject: [words.stopEject, words.stopEjectUntil],
  slow: [words.slow, words.slow],
};

/** What staff have to say to the reader, and what they have stopped for a while: calmly, and who to ask. */
export function CareNotes(): VNode | null {
  const now = useStore(care);
  const stops = inForce(now, Date.now());
  const { warnings, hasCard, isLifted, isRenamed } = now;
  if (stops.length + warnings.length === 0 && !hasCard && !isLifted && !isRenamed) return null;
  return (
    <section class="card stack care" aria-labelledby="care-title">
      <h2 id="care-title" class={warnings.length > 0 ? "" : "unseen"} tabIndex={-1}>
        <Words of={warnings.length > 0 ? words.warned : words.title} />
      </h2>
      {warnings.map(({ id, title, text, quoted }) => (
        <div key={id} class="stack-small" role="status">
          <p>
            <Given>{title}</Given>
          </p>
          <p>
            <Given>{text}</Given>
          </p>
          {quoted === undefined ? null : (
            <p class="fine">
              <Words of={words.quoted} /> <Given>{quoted}</Given>
            </p>
          )}
          <button type="button" class="quiet-button" onClick={() => readWarning(id)}>
            <Words of={words.read} />
          </button>
        </div>
      ))}
      <div class="stack-small" role="status">
        {stops.map(({ kind, until, seconds }) => (
          <p key={kind}>
            <Words
              of={stopWords[kind][until === undefined ? 0 : 1]}
              slots={{ n: seconds ?? "", time: until === undefined ? "" : <When utc={until} /> }}
            />
          </p>
        ))}
        {isLifted ? (
          <p>
            <Words of={words.stopEnd} />
          </p>
        ) : null}
        {isRenamed ? (
          <p>
            <Words of={words.renamed} />
          </p>
        ) : null}
      </div>
      {warnings.length > 0 || stops.some((one) => one.kind !== "slow") || isRenamed ? (
        <p class="fine">
          <Words of={words.askStaff} />
        </p>
      ) : null}
      {isLifted || isRenamed ? <Close run={closeLifted} /> : null}
      {hasCard ? (
        <>
          <p role="status">
            <Words of={words.card} />
          </p>
          <Helplines />
          <Close run={closeCard} />
        </>
      ) : null}
    </section>
  );
}

/** What staff have to say, or who would listen, stands above where one writes: the way there, as long as
 * it is out of sight. */
export function ToCare(): VNode | null {
  const { warnings, hasCard } = useStore(care);
  const [isInSight, see] = useState(true);
  const isThere = warnings.length > 0 || hasCard;
  useEffect(() => {
    const one = document.getElementById("care-title")?.parentElement;
    if (!isThere || one == null) return;
    const watch = new IntersectionObserver((seen) => see(seen.at(-1)?.isIntersecting ?? true));
    watch.observe(one);
    return () => watch.disconnect();
  }, [isThere]);
  if (!isThere || isInSight) return null;
  return (
    <button
      type="button"
      class="quiet-button to-chat to-care"
      onClick={() => {
        const title = document.getElementById("care-title");
        title?.parentElement?.scrollIntoView();
        title?.focus();
      }}
    >
      <Words of={warnings.length > 0 ? words.warned : words.cardThere} />
    </button>
  );
}

/** A time of today, or with its day. */
function When({ utc }: { utc: string }): VNode {
  const { day, time } = momentOf(utc);
  const clock = <Clock of={time} />;
  if (day === momentOf(new Date().toISOString()).day) return clock;
  return <Words of={words.dayTime} slots={{ day: <DayName of={day} />, time: clock }} />;
}

function Close({ run }: { run: () => void }): VNode {
  return (
    <button type="button" class="quiet-button" onClick={run}>
      <Words of={chat.close} />
    </button>
  );
}

/** Somebody would like to talk, just the two of them: yes, not now, or never. */
export function TalkAsks(): VNode | null {
  const { all } = useStore(talks);
  const asked = all.filter((one) => one.at === "asked");
  if (asked.length === 0) return null;
  return (
    <section class="card news" aria-labelledby="asks-title">
      <h2 id="asks-title">
        <Words of={chat.talks} />
      </h2>
      <ul class="news-list">
        {asked.map(({ id }) => {
          const who = find(talks.get(), id)?.with;
          const seat = who?.seat;
          return (
            <li key={id} class="row" role="status">
              <p>
                <Words of={chat.askedBy} slots={{ name: <Given>{who?.name ?? ""}</Given> }} />
              </p>
              <button type="button" class="quiet-button" onClick={() => void answerTalk(id, true)}>
                <Words of={chat.yes} />
              </button>
              <button type="button" class="quiet-button" onClick={() => void answerTalk(id, false)}>
                <Words of={chat.no} />
              </button>
              {seat === undefined ? null : (
                <button type="button" class="quiet-button" onClick={() => void block(seat, id)}>
                  <Words of={chat.never} />
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
