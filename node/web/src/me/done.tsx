import type { VNode } from "preact";
import { Words } from "../view/words.js";
import type { Word } from "../words/word.js";

/** What has just been done. */
export function Done({ word }: { word: Word | undefined }): VNode {
  return (
    <div role="status">
      {word === undefined ? null : (
        <p class="note">
          <Words of={word} />
        </p>
      )}
    </div>
  );
}
