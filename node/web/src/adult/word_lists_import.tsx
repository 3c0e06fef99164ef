import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { Help, Send } from "../view/form.js";
import { Words } from "../view/words.js";
import { wordLists as words } from "../words/word_lists.js";
import type { Words as WordLists } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { ChoiceField, Field, TextField } from "./fields.js";

const fileMostBytes = 256 * 1024;

/** A whole list at once: every line that breaks a rule is named, and then nothing is added. */
export function ImportWords({ after }: { after: (now: WordLists) => void }): VNode {
  const [list, choose] = useState<"own" | "allowed">("own");
  const [text, type] = useState("");
  const [reason, write] = useState("");
  const [fault, point] = useState<"empty" | "long" | undefined>(undefined);
  const deed = useDeed();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLElement;
    point(text.trim() === "" ? "empty" : undefined);
    if (text.trim() === "") return form.querySelector("textarea")?.focus();
    const now = await deed.run((id) =>
      ask("words.import", undefined, {
        id,
        list,
        text,
        ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
      }),
    );
    if (now === undefined) return;
    type("");
    write("");
    after(now);
  };
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const isLong = file.size > fileMostBytes;
    point(isLong ? "long" : undefined);
    if (isLong) return;
    deed.anew();
    type(await file.text());
  };
  return (
    <section class="card stack" aria-labelledby="words-import-title">
      <h2 id="words-import-title">
        <Words of={words.import} />
      </h2>
      <Help title={words.import}>
        <form class="stack" onSubmit={(event) => void send(event)} noValidate>
          <p class="fine">
            <Words of={words.importNote} />
          </p>
          <ChoiceField
            id="words-import-list"
            word={words.importTo}
            fault={undefined}
            value={list}
            put={(one) => {
              deed.anew();
              choose(one as typeof list);
            }}
            choices={[
              ["own", words.own],
              ["allowed", words.allowed],
            ]}
          />
          <Field id="words-import-file" word={words.importFile} fault={undefined}>
            {(names) => (
              <input
                {...names}
                type="file"
                accept=".txt,text/plain"
                onChange={(event) => void read(event.currentTarget.files?.[0])}
              />
            )}
          </Field>
          <Field id="words-import-text" word={words.importText} fault={undefined}>
            {(names) => (
              <textarea
                {...names}
                rows={8}
                spellcheck={false}
                value={text}
                aria-invalid={fault !== undefined}
                onInput={(event) => {
                  deed.anew();
                  type(event.currentTarget.value);
                }}
              />
            )}
          </Field>
          {fault === undefined ? null : (
            <p class="fault" role="alert">
              <Words of={fault === "empty" ? words.importNeed : words.importTooLong} />
            </p>
          )}
          <TextField
            id="words-import-reason"
            word={words.reason}
            fault={undefined}
            value={reason}
            put={(one) => {
              deed.anew();
              write(one);
            }}
          />
          <Said of={deed.said} done={words.done} id="words-import-said" />
          <Send busy={deed.busy} word={words.doImport} busyWord={words.working} />
        </form>
      </Help>
    </section>
  );
}
