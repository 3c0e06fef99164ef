import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { clockShown, isToday, timeShown } from "../state/time.js";
import { FormOfWords } from "./words.js";

/** An instant of the node, as people in Japan say it. */
export function Time({ utc }: { utc: string }): VNode {
  const form = useContext(FormOfWords);
  return (
    <time class="given" dateTime={utc}>
      {timeShown(utc, form === "english")}
    </time>
  );
}

/** The same, without the day when it is today's. */
export function When({ utc }: { utc: string }): VNode {
  if (!isToday(utc, new Date())) return <Time utc={utc} />;
  return (
    <time class="given" dateTime={utc}>
      {clockShown(utc)}
    </time>
  );
}
