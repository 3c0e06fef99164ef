import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import type { Graded } from "../state/support.js";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { watch } from "../words/console.js";
import { support as words } from "../words/support.js";
import type { Word } from "../words/word.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { type Whom, WhoIs } from "./measure_panel.js";
import { GradeChoice } from "./support_parts.js";

interface Props {
  readonly whom: Whom;
  /** The line that is quoted to the child, when it is about one. */
  readonly line?: { readonly id: string; readonly text: string };
  readonly done: (word: Word) => void;
  readonly close: () => void;
}

/** A warning from a ready text, to one child alone, with the line it is about; it opens an incident
 * (AI-4.4-カ-ハ-1a, 1b). The text that is pressed is sent. */
export function WarnPanel({ whom, line, done, close }: Props): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const [asked, again] = useAsked("warnings.templates", undefined);
  const [graded, grade] = useState<Graded>({ urgency: 1, severity: 1 });
  const [chosen, choose] = useState("");
  const deed = useDeed();
  useEffect(() => heading.current?.focus(), []);
  const send = async (template: string): Promise<void> => {
    const got = await deed.run((id) =>
      ask("warnings.give", undefined, {
        id,
        account: whom.account,
        template,
        ...graded,
        ...(line === undefined ? {} : { line: line.id }),
      }),
    );
    if (got !== undefined) done(words.didWarn);
  };
  return (
    <div
      class="panel-act stack"
      role="group"
      aria-labelledby="warn-title"
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <h3 id="warn-title" ref={heading} tabIndex={-1}>
        <Words of={words.warnTitle} slots={{ name: <WhoIs of={whom} /> }} />
      </h3>
      <p class="fine">
        <Words of={words.warnNote} />
      </p>
      {line === undefined ? null : (
        <p>
          <Words of={words.quoted} />
          <span class="quoted">
            <Given>{line.text}</Given>
          </span>
        </p>
      )}
      <GradeChoice
        id="warn"
        of={graded}
        put={(next) => {
          deed.anew();
          grade(next);
        }}
      />
      <Shown asked={asked} again={again}>
        {(templates) => (
          <>
            <fieldset class="field">
              <legend>
                <Words of={words.template} />
              </legend>
              <div class="template-list">
                {templates.items.map(({ id, title, text }) => (
                  <label class="choice" key={id}>
                    <input
                      type="radio"
                      name="warn-template"
                      value={id}
                      checked={id === chosen}
                      onChange={() => {
                        deed.anew();
                        choose(id);
                      }}
                    />
                    <span class="template">
                      <b>
                        <Given>{title}</Given>
                      </b>
                      <Given>{text}</Given>
                    </span>
                  </label>
                ))}
              </div>
            </fieldset>
            <button
              type="button"
              class="button"
              aria-disabled={deed.busy || chosen === ""}
              onClick={() => (chosen === "" ? undefined : void send(chosen))}
            >
              <Words of={deed.busy ? words.working : words.send} />
            </button>
          </>
        )}
      </Shown>
      <Said of={deed.said} done={words.done} />
      <button type="button" class="quiet-button" onClick={close}>
        <Words of={watch.cancel} />
      </button>
    </div>
  );
}
