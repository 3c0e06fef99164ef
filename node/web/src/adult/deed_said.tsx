import type { VNode } from "preact";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import type { Word } from "../words/word.js";
import type { Deed, DeedSaid } from "./deed.js";

/** Why an act was refused; that it was done is said by the page, from which the act is gone then. */
export function Refused({ of: deed }: { of: Deed }): VNode {
  const texts = deed.said.kind === "refused" ? deed.said.texts : [];
  return (
    <div role="alert" class="stack-small">
      {texts.map((text) => (
        <p class="fault" key={text}>
          {text === "" ? <Words of={first.noAnswer} /> : <Given>{text}</Given>}
        </p>
      ))}
    </div>
  );
}

/** What an act came to, where a screen reader hears it come. */
export function Said({ of, done, id }: { of: DeedSaid; done: Word; id?: string }): VNode {
  return (
    <>
      <div role="alert" class="stack-small" {...(id === undefined ? {} : { id })}>
        {of.kind !== "refused"
          ? null
          : of.texts.map((text) => (
              <p class="fault" key={text}>
                {text === "" ? <Words of={first.noAnswer} /> : <Given>{text}</Given>}
              </p>
            ))}
      </div>
      <div role="status">
        {of.kind === "done" ? (
          <p class="note">
            <Words of={done} />
          </p>
        ) : null}
      </div>
    </>
  );
}
