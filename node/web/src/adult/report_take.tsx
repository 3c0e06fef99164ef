import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import { ended } from "../control.js";
import type { Outcome } from "../edge/api.js";
import { saveFile } from "../edge/save.js";
import { dayShown } from "../state/day.js";
import { Failure } from "../view/page.js";
import { FormOfWords, Words } from "../view/words.js";
import { reports } from "../words/reports.js";
import type { Word } from "../words/word.js";
import { refusalOf } from "./fields.js";

/** A day without its era, where two of them stand in a line. */
export function PlainDay({ of: day }: { of: string }): VNode {
  const form = useContext(FormOfWords);
  return (
    <time class="given" dateTime={day}>
      {dayShown(day, form === "english")}
    </time>
  );
}

interface Props {
  readonly word: Word;
  readonly saved: Word;
  readonly name: string;
  readonly take: () => Promise<Outcome<Blob>>;
  readonly after?: () => void;
}

/** A paper that the node draws when asked, saved by the browser. */
export function TakePaper({ word, saved, name, take, after }: Props): VNode {
  const [busy, work] = useState(false);
  const [isSaved, tellSaved] = useState(false);
  const [fault, tell] = useState<string | undefined>(undefined);
  const run = async (): Promise<void> => {
    if (busy) return;
    work(true);
    tellSaved(false);
    const outcome = await take();
    work(false);
    if (outcome.kind === "refused" && outcome.problem.status === 401) return ended();
    tell(refusalOf(outcome));
    if (outcome.kind !== "ok") return;
    saveFile(outcome.value, name);
    tellSaved(true);
    after?.();
  };
  return (
    <div class="stack-small">
      <button type="button" class="quiet-button" aria-disabled={busy} onClick={() => void run()}>
        <Words of={busy ? reports.working : word} />
      </button>
      <div role="status">
        <Failure text={fault} />
        {isSaved ? (
          <p class="note">
            <Words of={saved} />
          </p>
        ) : null}
      </div>
    </div>
  );
}
