import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask, askFile } from "../edge/api.js";
import { zipMostBytes } from "../state/roster.js";
import type { RosterImport } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Said, Send } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { roster as words } from "../words/roster.js";
import { Download, faultOf, ImportState } from "./roster_parts.js";

/** The roster comes in as a package, is looked at, and goes out as one (NI-T2-1). */
export function RosterPage(_: PageProps): VNode {
  const [asked, again] = useAsked("roster.imports", undefined);
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Hand />
      <section class="card stack">
        <h2>
          <Words of={words.imports} />
        </h2>
        <Shown asked={asked} again={again}>
          {({ items }) => <Imports items={items} />}
        </Shown>
      </section>
      <section class="card stack">
        <h2>
          <Words of={words.take} />
        </h2>
        <p>
          <Words of={words.takeLead} />
        </p>
        <Download
          word={words.take}
          busyWord={words.taking}
          done={words.taken}
          name="roster.zip"
          take={() => askFile("roster.export", undefined, undefined)}
        />
      </section>
      <a class="button" href="#/rollover">
        <Words of={words.toRollover} />
      </a>
    </div>
  );
}

function Imports({ items }: { items: readonly RosterImport[] }): VNode {
  if (items.length === 0)
    return (
      <p>
        <Words of={words.importsNone} />
      </p>
    );
  return (
    <ul class="deeds">
      {items.map((one) => (
        <li key={one.id}>
          <a class="person-name" href={`#/roster/${one.id}`}>
            <Time utc={one.made_at} />
          </a>
          <p class="tags">
            <ImportState state={one.state} />
            {one.n_errors === 0 ? null : (
              <span class="pill">
                <Words of={words.nErrors} slots={{ n: one.n_errors }} />
              </span>
            )}
            {one.n_warnings === 0 ? null : (
              <span class="pill">
                <Words of={words.nWarnings} slots={{ n: one.n_warnings }} />
              </span>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

type Fault = "none" | "needFile" | "tooLarge" | { readonly text: string };

/** One package is sent and read as a whole; what was found has a page of its own. */
function Hand(): VNode {
  const file = useRef<HTMLInputElement>(null);
  const [busy, work] = useState(false);
  const [fault, tell] = useState<Fault>("none");
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const chosen = file.current?.files?.[0];
    if (chosen === undefined || chosen.size > zipMostBytes) {
      tell(chosen === undefined ? "needFile" : "tooLarge");
      return file.current?.focus();
    }
    tell("none");
    work(true);
    const outcome = await ask("roster.check", undefined, chosen);
    work(false);
    if (outcome.kind === "ok") location.hash = `#/roster/${outcome.value.id}`;
    else tell({ text: faultOf(outcome) ?? "" });
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <Said id="roster-fault">
        {fault === "none" ? null : typeof fault === "string" ? (
          <Words of={words[fault]} />
        ) : fault.text === "" ? (
          <Words of={first.noAnswer} />
        ) : (
          <Given>{fault.text}</Given>
        )}
      </Said>
      <div>
        <label for="roster-file">
          <Words of={words.choose} />
        </label>
        <input
          id="roster-file"
          ref={file}
          type="file"
          accept=".zip,application/zip"
          aria-invalid={fault !== "none"}
          aria-describedby="roster-fault"
        />
      </div>
      <Send busy={busy} word={words.check} busyWord={words.check} />
      <p role="status" class={busy ? "note" : "unseen"}>
        {busy ? <Words of={words.checking} /> : null}
      </p>
    </form>
  );
}
