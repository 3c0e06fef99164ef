import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { timeShown } from "../state/time.js";
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
