import type { VNode } from "preact";
import { chat as words } from "../words/chat.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { fetchBlocks, talks, unblock } from "./words_live.js";

/** With whom the reader wants no talk of two. They are never told. */
export function Blocks(): VNode {
  const { blocks } = useStore(talks);
  return (
    <details
      class="chat-blocks"
      onToggle={(event) => event.currentTarget.open && void fetchBlocks()}
    >
      <summary>
        <Words of={words.blocks} />
      </summary>
      <p class="fine">
        <Words of={words.blocksNote} />
      </p>
      {blocks === undefined ? null : blocks.length === 0 ? (
        <p>
          <Words of={words.blocksNone} />
        </p>
      ) : (
        <ul class="way-list">
          {blocks.map(({ block, name }) => (
            <li key={block} class="row">
              <Given>{name}</Given>
              <button type="button" class="quiet-button" onClick={() => void unblock(block)}>
                <Words of={words.unblock} />
                <span class="unseen">
                  {" "}
                  <Given>{name}</Given>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
