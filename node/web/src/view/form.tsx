import type { ComponentChildren, VNode } from "preact";
import type { Word } from "../words/word.js";
import { type Slots, Words } from "./words.js";

/** What a form says back. Empty it takes no room but stays in the tree, so that a screen reader hears it
 * come. Fields point to it by `id`. */
export function Said({ id, children }: { id: string; children: ComponentChildren }): VNode {
  const isEmpty = children === null || children === undefined;
  return (
    <p id={id} class={isEmpty ? "unseen" : "fault"} role="alert">
      {children}
    </p>
  );
}

/** The button that sends a form. It stays in reach of the keyboard while the node is asked: a disabled
 * button loses the focus. */
export function Send({
  busy,
  word,
  busyWord,
}: {
  busy: boolean;
  word: Word;
  busyWord: Word;
}): VNode {
  return (
    <button type="submit" class="button wide" aria-disabled={busy}>
      <Words of={busy ? busyWord : word} />
    </button>
  );
}

/** A tick with a label as large as a finger. */
export function Check({
  checked,
  word,
  slots = {},
  change,
}: {
  checked: boolean;
  word: Word;
  slots?: Slots;
  change: (checked: boolean) => void;
}): VNode {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      <span>
        <Words of={word} slots={slots} />
      </span>
    </label>
  );
}

/** Help that stays folded until it is asked for. */
export function Help({
  title,
  open = false,
  children,
}: {
  title: Word;
  open?: boolean;
  children: ComponentChildren;
}): VNode {
  return (
    <details open={open}>
      <summary>
        <Words of={title} />
      </summary>
      {children}
    </details>
  );
}
