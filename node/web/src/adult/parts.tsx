import type { VNode } from "preact";
import { keys } from "../words/keys.js";
import { Back, Failure } from "../view/page.js";
import { Words } from "../view/words.js";
import type { Said } from "./keys-api.js";

/** From a page about the sheet back to where one came from. */
export function ToKeys(): VNode {
  return <Back href="#/keys" word={keys.toKeys} />;
}

/** What the node said about a key, in its own words. */
export function KeyFailure({ said }: { said: Said | undefined }): VNode | null {
  switch (said?.kind) {
    case undefined:
    case "done":
      return null;
    case "offline":
      return <Failure text="" />;
    case "refused":
      return <Failure text={said.text} />;
    case "elsewhere":
      return (
        <p class="fault">
          <Words of={keys.officeOnly} />
        </p>
      );
  }
}
