import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { saveFile } from "../edge/save.js";
import { askStream, FileGathered } from "../edge/stream.js";
import { firstDayOf, sizeShown } from "../state/logs.js";
import { Failure } from "../view/page.js";
import { Words } from "../view/words.js";
import { logs as words } from "../words/reports.js";

type Taken =
  | { readonly at: "nothing" }
  | { readonly at: "taking"; readonly nBytes: number }
  | { readonly at: "saved"; readonly nBytes: number }
  | { readonly at: "broken" | "stopped" }
  | { readonly at: "refused"; readonly text: string };

const drawMs = 500;

/** The file of an export, as it comes in; one that was cut off is not saved, for it is not whole. */
export function LogTake({
  id,
  at,
  changed,
}: {
  id: string;
  at: string;
  changed: () => void;
}): VNode {
  const [taken, tell] = useState<Taken>({ at: "nothing" });
  const stop = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const take = async (): Promise<void> => {
    if (stop.current !== undefined) return;
    const [mine, file] = [new AbortController(), new FileGathered()];
    stop.current = mine;
    let drawn = 0;
    tell({ at: "taking", nBytes: 0 });
    const outcome = await askStream(
      "log_exports.file",
      { id },
      undefined,
      (piece) => {
        file.add(piece);
        if (Date.now() - drawn < drawMs) return;
        drawn = Date.now();
        tell({ at: "taking", nBytes: file.nBytes });
      },
      mine.signal,
    );
    stop.current = undefined;
    switch (outcome.kind) {
      case "ok":
        saveFile(file.file("application/zip"), `ibasho-logs-${firstDayOf(at)}.zip`);
        tell({ at: "saved", nBytes: file.nBytes });
        return changed();
      case "offline":
        return tell({ at: mine.signal.aborted ? "stopped" : "broken" });
      case "refused":
        return tell({ at: "refused", text: outcome.problem.title });
    }
  };
  return (
    <>
      <div class="row">
        {taken.at === "taking" ? (
          <button type="button" class="quiet-button" onClick={() => stop.current?.abort()}>
            <Words of={words.stop} />
          </button>
        ) : (
          <button
            type="button"
            class="button button-small take-file"
            aria-describedby={`log-${id}`}
            onClick={() => void take()}
          >
            <Words of={words.take} />
          </button>
        )}
      </div>
      <div role="status">
        {taken.at === "taking" || taken.at === "saved" ? (
          <p class="note">
            <Words
              of={taken.at === "taking" ? words.taking : words.saved}
              slots={{ size: sizeShown(taken.nBytes) }}
            />
          </p>
        ) : null}
        {taken.at === "broken" || taken.at === "stopped" ? (
          <p class="note">
            <Words of={words[taken.at]} />
          </p>
        ) : null}
        <Failure text={taken.at === "refused" ? taken.text : undefined} />
      </div>
    </>
  );
}
