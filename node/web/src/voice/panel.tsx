import type { VNode } from "preact";
import { voice as words } from "../words/voice.js";
import { Words } from "../view/words.js";
import { chooseDevice } from "./control.js";
import { NetCheck } from "./net_check.js";
import { SoundTest } from "./sound_test.js";

/** In the place: which microphone, whether it works, and which ways voice can take from here. */
export function Panel({ close }: { close: () => void }): VNode {
  return (
    <section class="card stack voice-panel" aria-labelledby="voice-try">
      <h3 id="voice-try">
        <Words of={words.tryTitle} />
      </h3>
      <SoundTest chosen={(id) => void chooseDevice(id)} />
      <NetCheck />
      <button type="button" class="quiet-button" onClick={close}>
        <Words of={words.close} />
      </button>
    </section>
  );
}
