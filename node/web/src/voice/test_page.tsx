import type { VNode } from "preact";
import sheet from "../../style/voice.css";
import { wear } from "../edge/sheet.js";
import { voice as words } from "../words/voice.js";
import { Words } from "../view/words.js";
import { SoundTest } from "./sound_test.js";

export const dressed = wear(sheet);

/** Away from the place: which microphone, whether it works. */
export function TestPart(): VNode {
  return (
    <>
      <section class="card">
        <SoundTest />
      </section>
      <p class="fine">
        <Words of={words.netInside} />
      </p>
    </>
  );
}
