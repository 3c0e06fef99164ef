import type { VNode } from "preact";
import { Failure } from "../view/page.js";
import type { Paged } from "../view/paged.js";
import { Words } from "../view/words.js";
import { first } from "../words/first.js";
import type { Word } from "../words/word.js";

/** What stands under a record that comes page by page: that it is being asked for, that nothing was found,
 * why not, and the way on. */
export function RecordFoot({
  paged,
  more,
  none,
  moreWord,
}: {
  paged: Paged<unknown>;
  more: () => void;
  none: Word;
  moreWord: Word;
}): VNode {
  return (
    <>
      <p role="status" class={paged.items.length === 0 || paged.isAsking ? "note" : "unseen"}>
        {paged.isAsking ? (
          <Words of={first.starting} />
        ) : paged.items.length === 0 && paged.trouble === undefined ? (
          <Words of={none} />
        ) : null}
      </p>
      {paged.trouble === undefined ? null : <Failure text={paged.text} />}
      {paged.hasMore ? (
        <button type="button" class="quiet-button" onClick={more}>
          <Words of={moreWord} />
        </button>
      ) : null}
    </>
  );
}
