import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { first } from "../words/first.js";
import { keys } from "../words/keys.js";
import type { Word } from "../words/word.js";
import { Given, useLine, Words } from "../view/words.js";
import type { Said } from "./keys-api.js";

/** The heading of a page. A page that comes up takes the focus, so that a screen reader says where
 * one is; the tab's title follows. `name`: what stands there when the page is about one thing. */
export function PageHead({ title, name }: { title: Word; name?: VNode }): VNode {
  const line = useLine();
  const heading = useRef<HTMLHeadingElement>(null);
  const text = line(title);
  useEffect(() => {
    document.title = `${text} - ${line(first.place)}`;
  }, [text]);
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <h1 class="page-head" ref={heading} tabIndex={-1}>
      {name ?? <Words of={title} />}
    </h1>
  );
}

/** From a page about the sheet back to where one came from. */
export function ToKeys(): VNode {
  return (
    <a class="back" href="#/keys">
      <Words of={keys.toKeys} />
    </a>
  );
}

/** What the node said, in its own words; "" when it could not be asked. */
export function Failure({ text }: { text: string | undefined }): VNode | null {
  if (text === undefined) return null;
  return <p class="fault">{text === "" ? <Words of={first.noAnswer} /> : <Given>{text}</Given>}</p>;
}

/** The same for what was said about a key. */
export function KeyFailure({ said }: { said: Said | undefined }): VNode | null {
  switch (said?.kind) {
    case undefined:
    case "done":
      return null;
    case "offline":
      return <Failure text="" />;
    case "refused":
      return <Failure text={said.text} />;
    case "elsewhere":
      return (
        <p class="fault">
          <Words of={keys.officeOnly} />
        </p>
      );
  }
}
