import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { momentOf } from "../state/hours.js";
import { hours as words } from "../words/hours.js";
import { Next } from "./hours.js";
import { Words } from "./words.js";

/** On the first page of a place that is closed: that it is, until when, and that help can be called for.
 * `again`: asks the node, when it opens and whenever the page is looked at. */
export function Gate({
  opensAt,
  again,
}: {
  opensAt: string | undefined;
  again: () => void;
}): VNode {
  useEffect(() => {
    const seen = (): void => {
      if (document.visibilityState === "visible") again();
    };
    const inMs = opensAt === undefined ? Infinity : Date.parse(opensAt) - Date.now() + 2000;
    const timer = inMs > 0 && inMs < dayMs ? setTimeout(again, inMs) : undefined;
    document.addEventListener("visibilitychange", seen);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [opensAt]);
  const today = momentOf(new Date().toISOString()).day;
  return (
    <div class="message gate" role="status">
      <p>
        <Words of={words.closed} />
      </p>
      <p>
        <Next next={opensAt === undefined ? undefined : momentOf(opensAt)} today={today} />
      </p>
      <p>
        <Words of={words.shut} />
      </p>
    </div>
  );
}

const dayMs = 86_400_000;
