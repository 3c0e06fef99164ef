import type { RefObject, VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { inForce } from "../state/care.js";
import { channelOf, isRoom, isSend, lengthNote, type Line, open } from "../state/chat.js";
import { type Here, myState } from "../state/place-live.js";
import { find, type Talk } from "../state/talk.js";
import { momentOf } from "../state/hours.js";
import { chat as words } from "../words/chat.js";
import { place, placeStaff } from "../words/place.js";
import { placeSaid } from "../words/place_said.js";
import type { Word } from "../words/word.js";
import { useStore } from "../view/use.js";
import { Given, useLine, Words } from "../view/words.js";
import { Blocks } from "./blocks.js";
import { live } from "./control.js";
import { setState } from "./mine.js";
import { saidOf } from "./said.js";
import { WarnFigure } from "./figure_warn.js";
import { HideLine, Town } from "./town.js";
import { TalkVoice } from "./voice_door.js";
import {
  addressed,
  block,
  care,
  chat,
  closeTalk,
  discard,
  draft,
  drafts,
  leaveTalk,
  look,
  retry,
  say,
  talks,
  toldOfStaff,
  where,
} from "./words_live.js";

/** Written talk: with all who are here, or with one. It is read and written as words whatever the view. */
export function ChatPanel({
  here,
  heading,
}: {
  here: Here;
  heading: RefObject<HTMLHeadingElement | null>;
}): VNode {
  const to = useStore(where);
  const { all, mustTell } = useStore(talks);
  const { place: at } = useStore(chat);
  const { me } = useStore(live);
  const talk = to === open ? undefined : find(talks.get(), to);
  return (
    <section class="card chat" aria-labelledby="chat-title">
      <h2 id="chat-title" ref={heading} tabIndex={-1}>
        <Words of={words.title} />
      </h2>
      {all.some((one) => one.at !== "asked") ? <Tabs all={all} isInRoom={isRoom(at)} /> : null}
      <p class="fine">
        <Words of={talk !== undefined ? words.toOne : isRoom(at) ? words.toRoom : words.toFloor} />
      </p>
      {mustTell && me?.is_staff === false ? (
        <p class="note row chat-told">
          <Words of={words.staffMay} />
          <button type="button" class="quiet-button" onClick={toldOfStaff}>
            <Words of={words.ok} />
          </button>
        </p>
      ) : null}
      <Log key={to} />
      {talk === undefined || talk.at === "open" ? <Writing here={here} /> : null}
      {talk === undefined ? null : <TalkFoot talk={talk} />}
      <Blocks />
    </section>
  );
}

/** Which of the channels is shown. */
function Tabs({ all, isInRoom }: { all: readonly Talk[]; isInRoom: boolean }): VNode {
  const to = useStore(where);
  const now = useStore(chat);
  const tab = (id: string, name: VNode): VNode => {
    const n = channelOf(now, id).nNew;
    return (
      <button
        key={id}
        type="button"
        class="quiet-button"
        aria-pressed={to === id}
        onClick={() => where.set(id)}
      >
        {name}
        {n === 0 || to === id ? null : (
          <span class="pill chat-n">
            <span class="unseen">
              <Words of={words.unread} />
            </span>
            {n}
          </span>
        )}
      </button>
    );
  };
  return (
    <div class="row chat-tabs">
      {tab(open, <Words of={isInRoom ? words.everyoneIn : words.everyone} />)}
      {all.map((one) =>
        one.at === "asked" ? null : tab(one.id, <Given>{one.with?.name ?? ""}</Given>),
      )}
    </div>
  );
}

/** What was said, the newest last. Who reads farther up stays there: a button leads down. */
function Log(): VNode {
  const line = useLine();
  const to = useStore(where);
  const { lines, nNew } = channelOf(useStore(chat), to);
  const log = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  const isInSight = useRef(false);
  const last = lines.at(-1);
  const toEnd = (): void => {
    const box = log.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
  };
  const tell = (): void => {
    const box = log.current;
    isAtEnd.current =
      box === null || box.scrollHeight - box.scrollTop - box.clientHeight < nearEndPx;
    look(isAtEnd.current && isInSight.current && document.visibilityState === "visible");
  };
  useLayoutEffect(() => {
    if (isAtEnd.current || last?.state === "pending") toEnd();
  }, [lines]);
  useEffect(() => {
    const sight = new IntersectionObserver((seen) => {
      isInSight.current = seen.at(-1)?.isIntersecting ?? false;
      tell();
    });
    if (log.current !== null) sight.observe(log.current);
    document.addEventListener("visibilitychange", tell);
    return () => {
      sight.disconnect();
      document.removeEventListener("visibilitychange", tell);
      look(false);
    };
  }, [to]);
  return (
    <>
      <ol ref={log} class="chat-log" tabIndex={0} aria-label={line(words.title)} onScroll={tell}>
        {lines.length === 0 ? (
          <li class="fine">
            <Words of={words.empty} />
          </li>
        ) : (
          lines.map((one) => <Row key={one.id} line={one} />)
        )}
      </ol>
      {nNew === 0 ? null : (
        <button type="button" class="quiet-button chat-newer" onClick={toEnd}>
          <Words of={words.newer} slots={{ n: nNew }} />
        </button>
      )}
    </>
  );
}

const nearEndPx = 40;

function Row({ line }: { line: Line }): VNode {
  const { isMine, state, staff } = line;
  return (
    <li class={`chat-line chat-${state}${isMine ? " chat-mine" : ""}`} data-line={line.id}>
      <p class="chat-who">
        {isMine ? <Words of={words.me} /> : <Given>{line.name}</Given>}
        {line.isStaff && !isMine ? (
          <span class="pill">
            <Words of={place.staff} />
          </span>
        ) : null}
        {line.isTeacher && !isMine ? (
          <span class="pill" data-teacher>
            <Words of={place.teacher} />
          </span>
        ) : null}
        {staff === undefined ? null : <Given>{staff.login}</Given>}
        {line.town === undefined ? null : <Town name={line.town} />}
        {line.pseud === undefined ? null : <span class="mono login">{line.pseud}</span>}
        {line.to === undefined ? null : (
          <span class="chat-to">
            <Words of={words.toName} slots={{ name: <Given>{line.to.name}</Given> }} />
          </span>
        )}
        {line.at === undefined ? null : (
          <time class="given fine" dateTime={line.at}>
            {momentOf(line.at).time.replace(/^0/, "")}
          </time>
        )}
      </p>
      <p class="chat-text">
        <Given>{line.text}</Given>
      </p>
      {staff?.original === undefined ? null : (
        <p class="fine">
          <Words of={placeStaff.original} slots={{ text: <Given>{staff.original}</Given> }} />
        </p>
      )}
      {line.pseud === undefined ? null : (
        <>
          <HideLine line={line.id} />
          <WarnFigure pseud={line.pseud} line={line.id} />
        </>
      )}
      {isMine || state === "held" ? <How line={line} /> : null}
    </li>
  );
}

/** How a line of the reader's own stands, as long as that is worth a word. */
function How({ line: { id, state, code, title } }: { line: Line }): VNode | null {
  switch (state) {
    case "said":
      return null;
    case "hidden":
      return (
        <p class="chat-how">
          <Words of={words.gone} />
        </p>
      );
    case "pending":
      return (
        <p class="fine">
          <Words of={words.pending} />
        </p>
      );
    case "held":
      return (
        <>
          <p class="chat-how">
            <Words of={words.held} />
          </p>
          <p class="fine">
            <Words of={words.heldWhy} />
          </p>
        </>
      );
    case "kept":
      return (
        <p class="chat-how">
          <Words of={words.kept} />
        </p>
      );
    case "failed":
    case "moved": {
      const word = state === "moved" ? words.moved : whyOf(code);
      return (
        <div class="chat-how">
          <p role="status">
            {word === undefined && title !== "" ? (
              <Given>{title}</Given>
            ) : (
              <Words of={word ?? words.failed} />
            )}
          </p>
          <div class="row">
            <button type="button" class="quiet-button" onClick={() => retry(id)}>
              <Words of={words.retry} />
            </button>
            <button type="button" class="quiet-button" onClick={() => discard(id)}>
              <Words of={words.drop} />
            </button>
          </div>
        </div>
      );
    }
  }
}

function whyOf(code: string | undefined): Word | undefined {
  if (code === undefined) return words.failed;
  const word = saidOf("chat.say", {}, code);
  return word === place.failed || word === placeSaid.id ? words.failed : word;
}

/** The field. Enter sends, but never while an input method is at work; the button is always there. */
function Writing({ here }: { here: Here }): VNode {
  const to = useStore(where);
  const text = useStore(drafts).get(to) ?? "";
  const whom = useStore(addressed);
  const stops = inForce(useStore(care), Date.now());
  const field = useRef<HTMLTextAreaElement>(null);
  const composed = useRef<number | undefined>(undefined);
  const [isComposing, compose] = useState(false);
  const { textMost } = useStore(live).rules;
  const note = lengthNote(text, textMost);
  useEffect(() => {
    if (whom !== undefined) field.current?.focus();
  }, [whom]);
  if (myState(here) === "watch")
    return (
      <p class="row watching">
        <Words of={words.watching} />
        <button type="button" class="quiet-button" onClick={() => void setState("watch", "talk")}>
          <Words of={words.startText} />
        </button>
      </p>
    );
  const isWithStaff = find(talks.get(), to)?.with?.isStaff === true; // to them one can always write
  if (!isWithStaff && stops.some((one) => one.kind === "chat"))
    return (
      <p class="fine">
        <Words of={placeSaid["chat-stopped"]} />
      </p>
    );
  const send = (): void => {
    const said = text.trim();
    if (said === "" || note?.kind === "over") return;
    say(said);
    field.current?.focus();
  };
  return (
    <form
      class="chat-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {whom === undefined || to !== open ? null : (
        <p class="row chat-whom">
          <Words of={words.toName} slots={{ name: <Given>{whom.name}</Given> }} />
          <button type="button" class="quiet-button" onClick={() => addressed.set(undefined)}>
            <Words of={words.notTo} />
          </button>
        </p>
      )}
      <label class="unseen" for="chat-field">
        <Words of={words.field} />
      </label>
      <textarea
        id="chat-field"
        ref={field}
        rows={2}
        value={text}
        enterkeyhint="send"
        autocomplete="off"
        aria-describedby="chat-length"
        onInput={(event) => draft(event.currentTarget.value.replace(/[\r\n]+/g, " "))}
        onCompositionStart={() => compose(true)}
        onCompositionEnd={(event) => {
          compose(false);
          composed.current = event.timeStamp;
        }}
        onKeyDown={(event) => {
          const { key, keyCode, shiftKey, timeStamp } = event;
          const press = { key, keyCode, shiftKey, timeMs: timeStamp };
          const isTheirs = isComposing || event.isComposing;
          if (isSend({ ...press, isComposing: isTheirs }, composed.current)) {
            event.preventDefault();
            send();
          } else if (key === "Enter" && !isTheirs && keyCode !== 229) event.preventDefault();
        }}
      />
      <button type="submit" class="button">
        <Words of={words.send} />
      </button>
      <p id="chat-length" class={note?.kind === "over" ? "chat-length over" : "chat-length"}>
        {note === undefined ? null : (
          <Words of={note.kind === "over" ? words.over : words.left} slots={{ n: note.n }} />
        )}
      </p>
    </form>
  );
}

function TalkFoot({ talk }: { talk: Talk }): VNode {
  const name = <Given>{talk.with?.name ?? ""}</Given>;
  const seat = talk.with?.seat;
  return (
    <div class="stack-small">
      {talk.at === "asking" || talk.at === "over" ? (
        <p class="note" role="status">
          <Words of={talk.at === "over" ? words.talkOver : words.asked} slots={{ name }} />
        </p>
      ) : null}
      <TalkVoice id={talk.id} />
      <div class="row">
        {talk.at === "over" ? (
          <button type="button" class="quiet-button" onClick={() => closeTalk(talk.id)}>
            <Words of={words.close} />
          </button>
        ) : (
          <button type="button" class="quiet-button" onClick={() => void leaveTalk(talk.id)}>
            <Words of={words.leave} />
          </button>
        )}
        {seat === undefined || talk.with?.isStaff === true ? null : (
          <button type="button" class="quiet-button" onClick={() => void block(seat, talk.id)}>
            <Words of={words.never} />
          </button>
        )}
      </div>
    </div>
  );
}
