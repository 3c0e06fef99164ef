import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { Help } from "../view/form.js";
import { When } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { watch as words } from "../words/console.js";
import type { Console } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { Field } from "./fields.js";
import { StaffName } from "./sos_page.js";
import { did } from "./watch_control.js";

/** What the shift before wanted the next to know. */
export function Handover({ of: note }: { of: Console["handover"] }): VNode {
  const [text, type] = useState("");
  const [isEmpty, point] = useState(false);
  const deed = useDeed();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    point(text.trim() === "");
    if (text.trim() === "") return document.getElementById("handover-text")?.focus();
    const got = await deed.run((id) =>
      ask("handovers.leave", undefined, { id, text: text.trim() }),
    );
    if (got === undefined) return;
    type("");
    did("list");
  };
  return (
    <section class="card card-small stack-small" aria-labelledby="handover-title">
      <h2 id="handover-title">
        <Words of={words.handover} />
      </h2>
      {note === undefined ? (
        <p class="fine">
          <Words of={words.handoverNone} />
        </p>
      ) : (
        <>
          <p class="lines">
            <Given>{note.text}</Given>
          </p>
          <p class="fine">
            <Words
              of={words.handoverBy}
              slots={{
                time: <When utc={note.at} />,
                name: <StaffName name={note.by_name} role={undefined} />,
              }}
            />
          </p>
        </>
      )}
      <Help title={words.handoverWrite}>
        <form class="stack" onSubmit={(event) => void send(event)} noValidate>
          <Field id="handover-text" word={words.handoverText} fault={isEmpty ? "" : undefined}>
            {(names) => (
              <textarea
                {...names}
                rows={3}
                value={text}
                onInput={(event) => {
                  deed.anew();
                  type(event.currentTarget.value);
                }}
              />
            )}
          </Field>
          <Said of={deed.said} done={words.handoverSaved} />
          <button type="submit" class="button" aria-disabled={deed.busy}>
            <Words of={deed.busy ? words.working : words.handoverSave} />
          </button>
        </form>
      </Help>
    </section>
  );
}
