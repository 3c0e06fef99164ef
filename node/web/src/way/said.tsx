import type { VNode } from "preact";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import type { Word } from "../words/word.js";
import type { Refusal } from "./problem.js";

/** A refusal in words; `wrong`: what was not right here. */
export function RefusalText({ said, wrong }: { said: Refusal; wrong: Word }): VNode {
  switch (said.kind) {
    case "offline":
      return <Words of={first.noAnswer} />;
    case "wait":
      return <Words of={first.wait} />;
    case "wrong":
      return <Words of={wrong} />;
    case "node":
      return said.text === "" ? <Words of={first.brokenBody} /> : <Given>{said.text}</Given>;
  }
}
