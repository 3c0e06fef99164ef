import type { RefObject, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import sheet from "../../style/voice.css";
import { wear } from "../edge/sheet.js";
import { inForce } from "../state/care.js";
import { isRoom } from "../state/chat.js";
import { type Here, myState } from "../state/place-live.js";
import { find, type Talk } from "../state/talk.js";
import { live } from "../place/control.js";
import { care, chat, talks, where } from "../place/words_live.js";
import { care as careWords } from "../words/chat.js";
import { placeSaid } from "../words/place_said.js";
import { voice as words } from "../words/voice.js";
import type { Word } from "../words/word.js";
import { useStore } from "../view/use.js";
import { Given, useLine, Words } from "../view/words.js";
import {
  chooseVolume,
  isPressWanted,
  level,
  micOff,
  micOn,
  note as putNote,
  talkVoice,
  turning,
  voice,
  volumes,
} from "./control.js";
import { type Volume, volumeOf, volumes as allVolumes } from "./hear.js";
import { MicSign } from "./mic_sign.js";
import { Panel } from "./panel.js";
import { micOf, type Note } from "./state.js";
import type { MicTo } from "./wire.js";

export { begin, end, hear } from "./control.js";
export const dressed = wear(sheet);

type To = Exclude<MicTo, "none">;

const told = new Set<To>(); // what was explained once on this page

/** One's own microphone, who hears it, and what there is to say about it. */
export function Bar({ here }: { here: Here }): VNode | null {
  const now = useStore(voice);
  const { me } = useStore(live);
  const stops = inForce(useStore(care), Date.now());
  const wait = useStore(turning);
  const mustPress = useStore(isPressWanted);
  const [asked, ask] = useState<To | undefined>(undefined);
  const [hasPanel, showPanel] = useState(false);
  const row = useRef<HTMLDivElement>(null);
  const isStopped = stops.some((one) => one.kind === "mute");
  const state = micOf(now, isStopped);
  const mine = here.people.get(here.seat);
  const mayAnnounce = me?.is_staff === true || mine?.is_teacher === true;
  if (myState(here) === "watch" && now.to === "none") return null;
  const start = (to: To): void => {
    if (to !== "announce" && told.has(to)) void micOn(to);
    else ask(to);
  };
  return (
    <section
      class="voice"
      data-mic={state}
      data-session={now.session}
      aria-labelledby="voice-title"
    >
      <h2 id="voice-title" class="unseen">
        <Words of={words.title} />
      </h2>
      {now.session === "cannot" ? (
        <p class="fine">
          <Words of={words.cannot} />
        </p>
      ) : (
        <div ref={row} class="row voice-row">
          <MicButton
            state={state}
            isWaiting={wait === "zone"}
            press={() => {
              if (state === "on") void micOff();
              else if (state === "off") start("zone");
            }}
          />
          {mayAnnounce && now.to !== "announce" ? (
            <button type="button" class="quiet-button announce" onClick={() => start("announce")}>
              <Words of={words.announce} />
            </button>
          ) : null}
          {now.to === "announce" ? (
            <button type="button" class="quiet-button announce" onClick={() => void micOff()}>
              <Words of={words.announceEnd} />
            </button>
          ) : null}
          <button
            type="button"
            class="quiet-button voice-more"
            aria-expanded={hasPanel}
            onClick={() => showPanel(!hasPanel)}
          >
            <Words of={words.settings} />
          </button>
        </div>
      )}
      {state === "on" ? <Float of={row} /> : null}
      <Where to={now.to} state={state} />
      {asked === undefined ? null : (
        <Ask
          to={asked}
          yes={() => {
            told.add(asked);
            ask(undefined);
            void micOn(asked);
          }}
          no={() => ask(undefined)}
        />
      )}
      {mustPress ? (
        <p class="note" role="status">
          <Words of={words.press} />
        </p>
      ) : null}
      <NoteOf note={now.note} isStopped={isStopped} />
      <Wishes />
      {hasPanel ? <Panel close={() => showPanel(false)} /> : null}
    </section>
  );
}

function MicButton({
  state,
  isWaiting,
  press,
}: {
  state: "off" | "on" | "stopped";
  isWaiting: boolean;
  press: () => void;
}): VNode {
  const now = useStore(level);
  return (
    <button
      type="button"
      class="mic-button"
      aria-pressed={state === "on"}
      aria-disabled={state === "stopped"}
      aria-describedby="voice-where"
      data-level={now}
      onClick={press}
    >
      <MicSign isOn={state === "on"} />
      <span>
        <Words of={words.mic} />
      </span>
      <span class="mic-state">
        <Words of={isWaiting ? words.turning : words[state]} />
      </span>
    </button>
  );
}

/** While it is on and its button is out of sight: off with one press. */
function Float({ of }: { of: RefObject<HTMLElement | null> }): VNode | null {
  const [isInSight, see] = useState(true);
  useEffect(() => {
    const one = of.current;
    if (one === null) return;
    const watch = new IntersectionObserver((seen) => see(seen.at(-1)?.isIntersecting ?? true));
    watch.observe(one);
    return () => watch.disconnect();
  }, []);
  if (isInSight) return null;
  return (
    <button type="button" class="quiet-button mic-float" onClick={() => void micOff()}>
      <MicSign isOn />
      <Words of={words.turnOff} />
    </button>
  );
}

/** Who hears, as long as it is on. */
function Where({ to, state }: { to: MicTo; state: string }): VNode {
  const inRoom = isRoom(useStore(chat).place);
  const word: Record<To, Word> = {
    zone: inRoom ? words.toRoom : words.toFloor,
    private: words.toTwo,
    announce: words.toAll,
  };
  return (
    <p id="voice-where" class={to === "none" ? "unseen" : "fine voice-where"} role="status">
      {to === "none" ? (
        state === "stopped" ? (
          <Words of={careWords.stopMute} />
        ) : null
      ) : (
        <Words of={word[to]} />
      )}
    </p>
  );
}

/** Before a microphone goes on for the first time, and each time before everyone hears it. */
function Ask({ to, yes, no }: { to: To; yes: () => void; no: () => void }): VNode {
  const inRoom = isRoom(useStore(chat).place);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  const word: Record<To, Word> = {
    zone: inRoom ? words.askRoom : words.askFloor,
    private: words.askTwo,
    announce: words.askAll,
  };
  return (
    <div
      ref={box}
      class="card voice-ask stack-small"
      role="group"
      aria-labelledby="voice-ask"
      tabIndex={-1}
    >
      <p id="voice-ask">
        <Words of={word[to]} />
      </p>
      <p class="fine">
        <Words of={words.askBrowser} />
      </p>
      <div class="row">
        <button type="button" class="button voice-yes" onClick={yes}>
          <Words of={to === "announce" ? words.announceDo : words.turnOn} />
        </button>
        <button type="button" class="quiet-button" onClick={no}>
          <Words of={words.notNow} />
        </button>
      </div>
    </div>
  );
}

const noteWords: Record<Note["kind"], Word> = {
  down: words.down,
  off: words.wentOff,
  slow: words.slow,
  staff: words.byStaff,
  place: words.byPlace,
  moved: words.byMoved,
  silent: words.bySilent,
  talk: words.byTalk,
  denied: words.denied,
  missing: words.missing,
  used: words.used,
  old: words.old,
  lost: words.lost,
};

/** What there is to say: why it went off, or that staff stopped it and what works all the same. */
function NoteOf({ note, isStopped }: { note: Note | undefined; isStopped: boolean }): VNode {
  return (
    <div role="status">
      {isStopped ? (
        <p class="note voice-stopped">
          <Words of={placeSaid["mute-stopped"]} />
        </p>
      ) : note === undefined ? null : (
        <p class="note row voice-note" data-note={note.kind}>
          <span>
            <Words of={noteWords[note.kind]} />
          </span>
          <button type="button" class="quiet-button" onClick={() => putNote(undefined)}>
            <Words of={words.close} />
          </button>
        </p>
      )}
    </div>
  );
}

/** Somebody one writes with would like to speak: said here, answered where the talk is. */
function Wishes(): VNode | null {
  const { talks: wishes } = useStore(voice);
  const { all } = useStore(talks);
  const waiting = all.filter((one) => {
    const wish = wishes.get(one.id);
    return one.at === "open" && wish?.theirs === true && !wish.mine;
  });
  if (waiting.length === 0) return null;
  return (
    <ul class="way-list">
      {waiting.map((one) => (
        <li key={one.id} class="row" role="status">
          <p>
            <Words of={words.talkAsked} slots={{ name: <Given>{one.with?.name ?? ""}</Given> }} />
          </p>
          <button
            type="button"
            class="quiet-button"
            onClick={() => {
              where.set(one.id);
              document.getElementById("chat-title")?.focus();
            }}
          >
            <Words of={words.toTalk} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** In a talk of two: each says yes for themselves; then one's microphone may go to the other alone. */
export function TalkPart({ id }: { id: string }): VNode | null {
  const now = useStore(voice);
  const talk: Talk | undefined = find(useStore(talks), id);
  const stops = inForce(useStore(care), Date.now());
  const [isAsked, ask] = useState(false);
  if (talk?.at !== "open" || !now.isUp || now.session === "cannot") return null;
  const { mine = false, theirs = false } = now.talks.get(id) ?? {};
  const slots = { name: <Given>{talk.with?.name ?? ""}</Given> };
  const isMuted = stops.some((one) => one.kind === "mute");
  const state = micOf({ ...now, to: now.to === "private" ? "private" : "none" }, isMuted);
  const yes = (
    <button type="button" class="quiet-button voice-wish" onClick={() => void talkVoice(id, true)}>
      <Words of={words.askTalk} />
    </button>
  );
  const no = (word: Word): VNode => (
    <button type="button" class="quiet-button" onClick={() => void talkVoice(id, false)}>
      <Words of={word} />
    </button>
  );
  if (!mine && !theirs) return <div class="row talk-voice">{yes}</div>;
  if (!mine || !theirs)
    return (
      <div class="talk-voice stack-small">
        <p role="status">
          <Words of={mine ? words.talkWaits : words.talkAsked} slots={slots} />
        </p>
        <div class="row">
          {mine ? null : yes}
          {no(words.talkNo)}
        </div>
      </div>
    );
  return (
    <div class="talk-voice stack-small">
      <p role="status">
        <Words of={words.talkOpen} slots={slots} />
      </p>
      <div class="row">
        <button
          type="button"
          class="quiet-button talk-mic"
          aria-pressed={state === "on"}
          aria-disabled={state === "stopped"}
          onClick={() => {
            if (state === "on") void micOff();
            else if (state === "off" && told.has("private")) void micOn("private");
            else if (state === "off") ask(true);
          }}
        >
          <Words of={words.talkMic} />
        </button>
        {no(words.talkEnd)}
      </div>
      {isAsked ? (
        <Ask
          to="private"
          yes={() => {
            told.add("private");
            ask(false);
            void micOn("private");
          }}
          no={() => ask(false)}
        />
      ) : null}
    </div>
  );
}

const volumeWords: Record<Volume, Word> = {
  100: words.volume100,
  50: words.volume50,
  25: words.volume25,
  0: words.volume0,
};

/** How loud one person is for this reader alone; they are never told. */
export function VolumeOf({ seat, name }: { seat: number; name: string }): VNode {
  const line = useLine();
  const now = volumeOf(useStore(volumes), seat);
  // In a mix nobody can be made softer.
  const isMix = useStore(voice).way === "ws";
  const choices = allVolumes.filter((one) => !isMix || one === 100 || one === 0 || one === now);
  return (
    <label class="volume">
      <span class="fine">
        <Words of={words.volume} />
        <span class="unseen">
          {" "}
          <Given>{name}</Given>
        </span>
      </span>
      <select
        value={String(now)}
        onChange={(event) => chooseVolume(seat, name, Number(event.currentTarget.value) as Volume)}
      >
        {choices.map((one) => (
          <option key={one} value={String(one)}>
            {line(volumeWords[one])}
          </option>
        ))}
      </select>
    </label>
  );
}

/** That somebody speaks just now. */
export function Speaks(): VNode {
  return (
    <span class="pill speaks">
      <Words of={words.speaks} />
    </span>
  );
}
