import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { chooseDisplay, display, systemIsDark } from "../control.js";
import { themeShown } from "../state/display.js";
import { place } from "../words/place.js";
import { DisplayChoices } from "../view/display.js";
import { useStore } from "../view/use.js";
import { FormOfWords, Words } from "../view/words.js";

/* Words and colours within reach of the map: the bar at the top of the page may be far away. */

export function LettersButton({
  isOpen,
  open,
}: {
  isOpen: boolean;
  open: (isOpen: boolean) => void;
}): VNode {
  return (
    <button
      type="button"
      class="quiet-button letters"
      aria-expanded={isOpen}
      onClick={() => open(!isOpen)}
    >
      <Words of={place.letters} />
    </button>
  );
}

export function Letters({ close }: { close: () => void }): VNode {
  const form = useContext(FormOfWords);
  const choice = useStore(display);
  const isDark = useStore(systemIsDark);
  return (
    <section class="card stack" aria-labelledby="letters-title">
      <h2 id="letters-title" class="unseen">
        <Words of={place.letters} />
      </h2>
      <DisplayChoices
        group="letters"
        form={form}
        theme={themeShown(choice, isDark)}
        choose={chooseDisplay}
      />
      <button type="button" class="quiet-button" onClick={close}>
        <Words of={place.closeIt} />
      </button>
    </section>
  );
}
