import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Back, PageHead } from "../view/page.js";
import { TroubleNote } from "../view/trouble.js";
import { Words } from "../view/words.js";
import { first } from "../words/first.js";
import { me } from "../words/me.js";

type Code = typeof import("../voice/test_page.js");

/** Microphone and sound, tried away from the place. What it needs comes with the page. */
export function SoundPage(): VNode {
  const [code, have] = useState<Code | "away" | undefined>(undefined);
  useEffect(() => {
    let isGone = false;
    import("../voice/test_page.js").then(
      async (of) => {
        await of.dressed.catch(() => undefined);
        if (!isGone) have(of);
      },
      () => isGone || have("away"),
    );
    return () => {
      isGone = true;
    };
  }, []);
  return (
    <div class="page">
      <Back href="#/me" word={me.toMe} />
      <PageHead title={me.sound} />
      {code === "away" ? (
        <TroubleNote what="offline" again={() => location.reload()} />
      ) : code === undefined ? (
        <p class="starting" role="status">
          <Words of={first.starting} />
        </p>
      ) : (
        <code.TestPart />
      )}
    </div>
  );
}
