import type { VNode } from "preact";
import type { LiveEvent } from "../live/wire.js";
import { withAlone } from "../state/lesson.js";
import { createStore } from "../state/store.js";
import { lessons as words } from "../words/lessons.js";
import type { LessonUnstaffed } from "../wire.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { Noted } from "./title.js";

/** Lessons that run without the people they must have; the line tells it to staff alone, once each. */
export const alone = createStore<readonly LessonUnstaffed[]>([]);

export function hearAlone(event: LiveEvent): void {
  if (event.ev === "lesson.unstaffed") alone.set(withAlone(alone.get(), event.of));
}

/** Each stays until somebody has said that they saw it (AI-4.4-キ-ウ). */
export function AloneLessons(): VNode | null {
  const all = useStore(alone);
  if (all.length === 0) return null;
  return (
    <div role="alert" class="stack-small">
      {all.map((one) => (
        <div class="fault stack-small" key={one.lesson}>
          <p>
            <b>
              <Noted of={one.title} />
            </b>
            {": "}
            <Words of={one.no_supporter ? words.unstaffed : words.untaught} />
          </p>
          <button
            type="button"
            class="quiet-button"
            onClick={() => alone.set(alone.get().filter(({ lesson }) => lesson !== one.lesson))}
          >
            <Words of={words.seen} />
          </button>
        </div>
      ))}
    </div>
  );
}
