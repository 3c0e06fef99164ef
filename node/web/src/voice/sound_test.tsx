import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { canSound, startSound, tone } from "../edge/sound.js";
import { keepTab, tabText } from "../edge/keep.js";
import { voice as words } from "../words/voice.js";
import { useLine, Words } from "../view/words.js";
import { watchLevel } from "./level.js";
import type { Loudness } from "./loud.js";
import { closeMic, type Device, microphones, openMic } from "./mic.js";
import { canRecord, hearBack } from "./record.js";
import type { MicProblem } from "./state.js";

const loudWords = [words.loud0, words.loud1, words.loud2, words.loud3, words.loud4] as const;
const problemWords = {
  denied: words.denied,
  missing: words.missing,
  used: words.used,
  old: words.old,
  lost: words.lost,
} as const;

type Doing = "record" | "play" | undefined;

/** Microphone and sound, tried by the reader alone: nothing of it leaves the device. `chosen`: for what is
 * on just now. */
export function SoundTest({ chosen }: { chosen?: (id: string) => void }): VNode {
  const [id, choose] = useState(tabText("mic") ?? "");
  const [stream, have] = useState<MediaStream | undefined>(undefined);
  const [problem, fail] = useState<MicProblem | undefined>(undefined);
  const held = useRef<MediaStream | undefined>(undefined);
  const isGone = useRef(false);
  const hold = (next: MediaStream | undefined): void => {
    if (held.current !== undefined) closeMic(held.current);
    held.current = next;
    have(next);
  };
  useEffect(
    () => () => {
      isGone.current = true;
      if (held.current !== undefined) closeMic(held.current);
    },
    [],
  );
  const start = async (which: string): Promise<void> => {
    fail(undefined);
    hold(undefined);
    const got = await openMic(which);
    if (got.kind === "no") return fail(got.problem);
    if (isGone.current) return closeMic(got.stream);
    got.track.addEventListener("ended", () => {
      hold(undefined);
      fail("lost");
    });
    hold(got.stream);
  };
  return (
    <div class="stack sound-test">
      <p>
        <Words of={words.tryLead} />
      </p>
      <div class="stack-small">
        <button
          type="button"
          class="button try-mic"
          onClick={() => (stream === undefined ? void start(id) : hold(undefined))}
        >
          <Words of={stream === undefined ? words.tryMic : words.tryEnd} />
        </button>
        <p class={problem === undefined ? "unseen" : "note"} role="status" data-problem={problem}>
          {problem === undefined ? null : <Words of={problemWords[problem]} />}
        </p>
        {stream === undefined ? null : (
          <>
            <Devices
              id={id}
              choose={(next) => {
                choose(next);
                keepTab("mic", next === "" ? undefined : next);
                chosen?.(next);
                void start(next);
              }}
            />
            <Loud stream={stream} />
            <Back stream={stream} />
          </>
        )}
      </div>
      <Tone />
    </div>
  );
}

function Devices({ id, choose }: { id: string; choose: (id: string) => void }): VNode | null {
  const line = useLine();
  const [all, have] = useState<readonly Device[]>([]);
  useEffect(() => {
    let isGone = false;
    void microphones().then((found) => isGone || have(found));
    return () => {
      isGone = true;
    };
  }, []);
  return (
    <div class="stack-small">
      <label for="voice-device">
        <Words of={words.which} />
      </label>
      <select
        id="voice-device"
        value={all.some((one) => one.id === id) ? id : ""}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        <option value="">{line(words.whichAny)}</option>
        {all
          .filter((one) => one.name !== "")
          .map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
      </select>
    </div>
  );
}

/** One's own voice as steps and as words, for eyes of every kind; ears are not told of each step. */
function Loud({ stream }: { stream: MediaStream }): VNode {
  const [level, show] = useState<Loudness>(0);
  useEffect(() => watchLevel(stream, show), [stream]);
  return (
    <p class="loudness" data-level={level}>
      <span>
        <Words of={words.loudness} />
      </span>
      <span class="loud-bars" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </span>
      <span class="loud-word">
        <Words of={loudWords[level]} />
      </span>
    </p>
  );
}

function Back({ stream }: { stream: MediaStream }): VNode {
  const [doing, set] = useState<Doing>(undefined);
  const [isBroken, breakIt] = useState(false);
  const end = useRef<(() => void) | undefined>(undefined);
  useEffect(() => () => end.current?.(), [stream]);
  if (!canRecord() || isBroken)
    return (
      <p class="fine">
        <Words of={words.noRecord} />
      </p>
    );
  const go = (): void => {
    if (doing !== undefined) return;
    end.current = hearBack(stream, {
      recording: () => set("record"),
      playing: () => set("play"),
      over: (isOk) => {
        set(undefined);
        if (!isOk) breakIt(true);
      },
    });
  };
  return (
    <div class="row">
      <button
        type="button"
        class="quiet-button record"
        aria-disabled={doing !== undefined}
        onClick={go}
      >
        <Words of={words.record} />
      </button>
      <span role="status" data-doing={doing}>
        {doing === undefined ? null : (
          <Words of={doing === "record" ? words.recording : words.playing} />
        )}
      </span>
    </div>
  );
}

function Tone(): VNode | null {
  if (!canSound()) return null;
  return (
    <div class="stack-small">
      <button
        type="button"
        class="quiet-button try-tone"
        onClick={() => {
          startSound();
          tone();
        }}
      >
        <Words of={words.tone} />
      </button>
      <p class="fine">
        <Words of={words.toneNote} />
      </p>
    </div>
  );
}
