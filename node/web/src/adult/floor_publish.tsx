import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { Given, Words } from "../view/words.js";
import { floors as words } from "../words/floors.js";
import type { Word } from "../words/word.js";
import type { FloorInfo } from "../wire.js";
import { useDeed } from "./floor_parts.js";
import { Sure } from "./roster_parts.js";
import { Failure } from "../view/page.js";

const mostBytes = 65_536;

interface Chosen {
  readonly file: File;
  readonly id: string;
  readonly name: string;
}

/** What a file says of itself; a word when it cannot be a floor. The node reads it whole. */
async function readChosen(file: File | undefined): Promise<Chosen | Word> {
  if (file === undefined) return words.fileNeed;
  if (file.size > mostBytes) return words.fileLarge;
  try {
    const floor = JSON.parse(await file.text()) as { id?: unknown; name?: { ja?: unknown } };
    const { id, name } = floor;
    if (typeof id !== "string" || typeof name?.ja !== "string") return words.fileNone;
    return { file, id, name: name.ja.replace(/《[^》]*》|｜/gu, "") };
  } catch {
    return words.fileNone;
  }
}

/** A floor from a file; with a fault in it nothing changes and each place is told. */
export function PublishFloor({
  floors,
  done,
}: {
  floors: readonly FloorInfo[];
  done: () => void;
}): VNode {
  const [chosen, choose] = useState<Chosen | undefined>(undefined);
  const [fault, tell] = useState<Word | undefined>(undefined);
  const [wrong, list] = useState<readonly string[]>([]);
  const input = useRef<HTMLInputElement>(null);
  const deed = useDeed();
  const look = async (event: Event): Promise<void> => {
    event.preventDefault();
    list([]);
    const found = await readChosen(input.current?.files?.[0]);
    choose("file" in found ? found : undefined);
    tell("file" in found ? undefined : found);
    if (!("file" in found)) input.current?.focus();
  };
  const publish = async ({ file, id: floor }: Chosen): Promise<void> => {
    const now = floors.find((one) => one.id === floor);
    choose(undefined);
    const isDone = await deed.send(undefined, async (id) => {
      const outcome = await ask("floors.publish", undefined, file, {
        id,
        expected_version: String(now?.version ?? 0),
      });
      if (outcome.kind === "refused")
        list(outcome.problem.errors.map((one) => `${one.pointer}：${one.text}`));
      return outcome;
    });
    if (!isDone) return;
    if (input.current !== null) input.current.value = "";
    done();
  };
  const whole = wrong.length > 0 ? wrong : deed.faults.whole;
  return (
    <section class="card stack" aria-labelledby="publish-title">
      <h2 id="publish-title">
        <Words of={words.publish} />
      </h2>
      <p>
        <Words of={words.publishLead} />
      </p>
      <form class="stack" onSubmit={(event) => void look(event)} noValidate>
        <div class="field">
          <label for="floor-file">
            <Words of={words.file} />
          </label>
          <input
            id="floor-file"
            type={"file" as "text"}
            ref={input}
            aria-describedby="floor-file-fault"
            aria-invalid={fault !== undefined}
            onChange={() => {
              deed.renew();
              tell(undefined);
              choose(undefined);
              list([]);
            }}
          />
          <p class={fault === undefined ? "unseen" : "fault"} id="floor-file-fault" role="alert">
            {fault === undefined ? null : <Words of={fault} />}
          </p>
        </div>
        <div role="alert" class="stack-small">
          {whole.map((text) => (
            <Failure text={text} key={text} />
          ))}
        </div>
        {chosen === undefined ? (
          <button type="submit" class="button" aria-disabled={deed.busy}>
            <Words of={deed.busy ? words.saving : words.publishNow} />
          </button>
        ) : (
          <Sure
            word={words.publishNow}
            yes={words.yes}
            no={words.no}
            busy={deed.busy}
            busyWord={words.saving}
            isAsked
            leave={() => choose(undefined)}
            act={() => void publish(chosen)}
          >
            <p>
              <Words of={words.publishSure} slots={{ name: <Given>{chosen.name}</Given> }} />
            </p>
          </Sure>
        )}
      </form>
    </section>
  );
}
