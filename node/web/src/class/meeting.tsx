import type { VNode } from "preact";
import { lessons as words } from "../words/lessons.js";
import { Words } from "../view/words.js";

/** The link of the slot's meeting: there while it is on, to who chose it (AI-4.3-イ-ア-1). */
export function Meeting({ of: href }: { of: string }): VNode {
  return (
    <>
      <a
        class="quiet-button meeting"
        href={href}
        target="_blank"
        rel="noopener noreferrer external"
      >
        <Words of={words.link} />
      </a>
      <p class="fine lesson-note">
        <Words of={words.linkNote} />
      </p>
    </>
  );
}
