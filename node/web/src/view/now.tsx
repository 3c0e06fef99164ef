import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { door } from "../control.js";
import { hours as words } from "../words/hours.js";
import { useAsked } from "./asked.js";
import { NowSentence } from "./hours.js";
import { useStore } from "./use.js";
import { Words } from "./words.js";

/** On my page: the way in, and whether the place is open, and if not, when it will be. Whoever comes at
 * another hour is told kindly, never that anything went wrong; when the node cannot say, the way in stands
 * here alone. `children`: the way in while the place is open. */
export function NowCard({ children }: { children: ComponentChildren }): VNode {
  const [asked, again] = useAsked("hours.show", undefined);
  const heard = useRef({ hours: undefined as unknown, ms: 0 });
  const look = useRef(again);
  look.current = again;
  useEffect(() => {
    const seen = (): void => {
      if (document.visibilityState === "visible") look.current();
    };
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, []);
  if (asked.at !== "here") return <section class="card stack now">{children}</section>;
  const hours = asked.value;
  if (heard.current.hours !== hours) heard.current = { hours, ms: performance.now() };
  const isShut = hours.state === "closed" || hours.state === "outside";
  return (
    <section class="card stack now" aria-labelledby="now-title">
      <h2 id="now-title" class="unseen">
        <Words of={words.title} />
      </h2>
      {isShut ? (
        <a class="quiet-button go-in" href="#/place">
          <Words of={words.look} />
        </a>
      ) : (
        children
      )}
      <div class="stack-small" role="status">
        <NowSentence hours={hours} heardMs={heard.current.ms} again={again} />
      </div>
      <ToLessons />
    </section>
  );
}

/** A child chooses lessons whether the place is open or not. */
function ToLessons(): VNode | null {
  const here = useStore(door);
  if (here.at !== "inside" || here.who.role !== "student") return null;
  return (
    <a class="quiet-button to-lessons" href="#/lessons">
      <Words of={words.lessons} />
    </a>
  );
}
