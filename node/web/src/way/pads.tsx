import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { erase, nPictures, type Pressed, press, type StepKind, stepNeeds } from "../state/step.js";
import { useLine, Words } from "../view/words.js";
import { way } from "../words/way.js";
import { Picture, pictureNames } from "./pictures.js";

interface Props {
  readonly kind: StepKind;
  readonly pressed: Pressed;
  /** From what is pressed by then: two quick fingers may come before the page is drawn anew. */
  readonly change: (next: (now: Pressed) => Pressed) => void;
  /** While it is chosen it is shown, so that a slip of the finger does not become a lock. */
  readonly isShown?: boolean;
}

/** Large buttons for the second step of a child. What was pressed is counted and not shown where it is
 * asked for: others look on. Digits may be typed as well. */
export function StepPad({ kind, pressed, change, isShown = false }: Props): VNode {
  const line = useLine();
  const add = (n: number): void => change((now) => press(now, kind, n));
  useEffect(() => {
    if (kind !== "pin") return;
    const onKey = (event: KeyboardEvent): void => {
      const isText = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
      if (isText || event.ctrlKey || event.altKey || event.metaKey) return;
      if (/^[0-9]$/.test(event.key)) add(Number(event.key));
      else if (event.key === "Backspace") change(erase);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  const n = String(pressed.length);
  return (
    <div class="pad-box">
      <p class="dots" aria-hidden="true">
        {Array.from({ length: stepNeeds[kind] }, (_, i) => (
          <Dot key={i} kind={kind} n={pressed[i]} isShown={isShown} />
        ))}
      </p>
      <p class="unseen" role="status">
        {pressed.length === 0
          ? null
          : line(kind === "pin" ? way.pinCount : way.pictureCount, { n })}
      </p>
      <div
        role="group"
        aria-label={line(kind === "pin" ? way.pinPad : way.pictures)}
        class={kind === "pin" ? "pad" : "pad pad-pictures"}
      >
        {kind === "pin"
          ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map((digit) => (
              <button
                type="button"
                class={digit === 0 ? "key key-0" : "key"}
                key={digit}
                onClick={() => add(digit)}
              >
                <span class="given">{digit}</span>
              </button>
            ))
          : Array.from({ length: nPictures }, (_, i) => (
              <button type="button" class="key" key={i} onClick={() => add(i + 1)}>
                <Picture n={i + 1} />
                <PictureName n={i + 1} />
              </button>
            ))}
        <button type="button" class="key key-erase" onClick={() => change(erase)}>
          <Words of={way.eraseOne} />
        </button>
      </div>
    </div>
  );
}

function PictureName({ n }: { n: number }): VNode | null {
  const name = pictureNames[n - 1];
  return name === undefined ? null : (
    <span class="key-name">
      <Words of={name} />
    </span>
  );
}

function Dot({
  kind,
  n,
  isShown,
}: {
  kind: StepKind;
  n: number | undefined;
  isShown: boolean;
}): VNode {
  if (n === undefined || !isShown) return <i class={n === undefined ? "dot" : "dot dot-full"} />;
  return kind === "pin" ? <i class="dot-shown given">{n}</i> : <Picture n={n} />;
}
