import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Outcome } from "../edge/api.js";
import { saveFile } from "../edge/save.js";
import { Failure } from "../view/page.js";
import { Words } from "../view/words.js";
import { roster as words } from "../words/roster.js";
import type { Word } from "../words/word.js";

/** What to say of an outcome; `undefined`: nothing, it went well. "" when the node was not reached. */
export function faultOf(outcome: Outcome<unknown>): string | undefined {
  switch (outcome.kind) {
    case "ok":
      return undefined;
    case "offline":
      return "";
    case "refused":
      return outcome.problem.errors[0]?.text ?? outcome.problem.title;
  }
}

export const importStates: Readonly<Record<string, Word>> = {
  refused: words.refused,
  checked: words.checked,
  applying: words.applying,
  applied: words.applied,
  stale: words.stale,
  failed: words.failed,
};

export function ImportState({ state }: { state: string }): VNode {
  const isBad = state === "refused" || state === "stale" || state === "failed";
  return (
    <span class={isBad ? "pill pill-alert" : "pill"}>
      <Words of={importStates[state] ?? words.stateName} />
    </span>
  );
}

interface DownloadProps {
  readonly word: Word;
  readonly busyWord: Word;
  readonly done: Word;
  readonly name: string;
  readonly take: () => Promise<Outcome<Blob>>;
}

/** A file that the node makes when asked, saved by the browser. */
export function Download({ word, busyWord, done, name, take }: DownloadProps): VNode {
  const [busy, work] = useState(false);
  const [isDone, tellDone] = useState(false);
  const [fault, tell] = useState<string | undefined>(undefined);
  const run = async (): Promise<void> => {
    if (busy) return;
    work(true);
    tellDone(false);
    const outcome = await take();
    work(false);
    tell(faultOf(outcome));
    if (outcome.kind !== "ok") return;
    saveFile(outcome.value, name);
    tellDone(true);
  };
  return (
    <>
      <button type="button" class="quiet-button" aria-disabled={busy} onClick={() => void run()}>
        <Words of={busy ? busyWord : word} />
      </button>
      <div role="alert">
        <Failure text={fault} />
        {isDone ? (
          <p class="note">
            <Words of={done} />
          </p>
        ) : null}
      </div>
    </>
  );
}

interface SureProps {
  readonly word: Word;
  readonly yes: Word;
  readonly no: Word;
  readonly busy: boolean;
  readonly busyWord: Word;
  readonly act: () => void;
  readonly isQuiet?: boolean;
  /** The question stands there at once; `leave` is the answer no. */
  readonly isAsked?: boolean;
  readonly leave?: () => void;
  /** There is no way back: the answer no has the keyboard, so that a second Enter does nothing. */
  readonly isGrave?: boolean;
  /** What is said before the second answer. */
  readonly children: ComponentChildren;
}

/** An act that is asked about once more before it happens. */
export function Sure(props: SureProps): VNode {
  const { word, yes, no, busy, busyWord, act, isQuiet, leave, isGrave, children } = props;
  const [isAsked, ask] = useState(props.isAsked === true);
  const answer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isAsked) answer.current?.focus();
  }, [isAsked]);
  if (!isAsked)
    return (
      <button
        type="button"
        class={isQuiet === true ? "quiet-button" : "button"}
        aria-disabled={busy}
        onClick={() => busy || ask(true)}
      >
        <Words of={busy ? busyWord : word} />
      </button>
    );
  return (
    <div class="stack sure" role="group">
      <div class={isGrave === true ? "fault" : "note"} role="alert">
        {children}
      </div>
      <div class="row">
        <button
          type="button"
          class="button"
          ref={isGrave === true ? null : answer}
          onClick={() => {
            ask(false);
            act();
          }}
        >
          <Words of={yes} />
        </button>
        <button
          type="button"
          class="quiet-button"
          ref={isGrave === true ? answer : null}
          onClick={() => {
            ask(false);
            leave?.();
          }}
        >
          <Words of={no} />
        </button>
      </div>
    </div>
  );
}
