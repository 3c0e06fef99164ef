import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { dayShown, eraDayShown } from "../state/day.js";
import { contract } from "../words/contract.js";
import { FormOfWords, Words } from "./words.js";

/** A day of the calendar, with its era beside it for those who count in eras. */
export function Day({ of: day }: { of: string }): VNode {
  const form = useContext(FormOfWords);
  const plain = dayShown(day, form === "english");
  const era = form === "english" ? "" : eraDayShown(day);
  return (
    <time class="given" dateTime={day}>
      {era === "" ? plain : <Words of={contract.day} slots={{ era, plain }} />}
    </time>
  );
}
