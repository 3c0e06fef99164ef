import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { place } from "../words/place.js";
import { useLine } from "../view/words.js";
import { stick } from "./control.js";

const tellMs = 100;

/** A stick for a thumb. For the eyes only: keys, taps and the list do the same. */
export function Stick(): VNode {
  const line = useLine();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const to = box.current;
    if (to === null) return;
    let isHeld = false;
    let toldMs = 0;
    let later: ReturnType<typeof setTimeout> | undefined;
    const tell = (event: PointerEvent): void => {
      const { left, top, width, height } = to.getBoundingClientRect();
      const dx = (event.clientX - left - width / 2) / (width / 2);
      const dy = (event.clientY - top - height / 2) / (height / 2);
      const long = Math.hypot(dx, dy);
      if (long < 0.2) stick(0, 0);
      else stick(dx / Math.max(1, long), dy / Math.max(1, long));
      toldMs = performance.now();
    };
    const down = (event: PointerEvent): void => {
      isHeld = true;
      to.setPointerCapture(event.pointerId);
      to.dataset["held"] = "";
      tell(event);
    };
    const move = (event: PointerEvent): void => {
      if (!isHeld) return;
      clearTimeout(later); // the last word is never lost
      const dueMs = toldMs + tellMs - performance.now();
      if (dueMs <= 0) tell(event);
      else later = setTimeout(() => tell(event), dueMs);
    };
    const end = (): void => {
      if (!isHeld) return;
      isHeld = false;
      clearTimeout(later);
      delete to.dataset["held"];
      stick(0, 0);
    };
    to.addEventListener("pointerdown", down);
    to.addEventListener("pointermove", move);
    to.addEventListener("pointerup", end);
    to.addEventListener("pointercancel", end);
    return () => {
      end();
      to.removeEventListener("pointerdown", down);
      to.removeEventListener("pointermove", move);
      to.removeEventListener("pointerup", end);
      to.removeEventListener("pointercancel", end);
    };
  }, []);
  return (
    <div ref={box} class="stick" title={line(place.stick)} aria-hidden="true">
      <svg viewBox="0 0 100 100">
        <circle class="stick-base" cx="50" cy="50" r="47" />
        <path
          class="stick-mark"
          d="M50 12l9 12H41zM50 88l9-12H41zM12 50l12-9v18zM88 50l-12-9v18z"
        />
        <circle class="stick-knob" cx="50" cy="50" r="20" />
      </svg>
    </div>
  );
}
