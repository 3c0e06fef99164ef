import type { ComponentChildren, ComponentType, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Page } from "../state/place.js";
import { first } from "../words/first.js";
import type { Word } from "../words/word.js";
import { MissingNote, TroubleNote } from "./trouble.js";
import type { Asked } from "./asked.js";
import { Given, useLine, Words } from "./words.js";

/** What every page of a part is given. */
export interface PageProps {
  readonly page: Page;
  /** Whose page it is; `undefined` before anyone has come in. */
  readonly role: string | undefined;
}

/** The pages of a part, by the names of `state/place.ts`. */
export type Views = Readonly<Partial<Record<Page["at"], ComponentType<PageProps>>>>;

export function viewOf(views: Views, props: PageProps): VNode {
  const View = views[props.page.at];
  return View === undefined ? (
    <MissingNote />
  ) : (
    <View key={`${props.page.at} ${props.page.name}`} {...props} />
  );
}

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

/** From a page back to the one above it. */
export function Back({ href, word }: { href: string; word: Word }): VNode {
  return (
    <a class="back" href={href}>
      <Words of={word} />
    </a>
  );
}

/** What the node said, in its own words; "" when it could not be asked. */
export function Failure({ text }: { text: string | undefined }): VNode | null {
  if (text === undefined) return null;
  return <p class="fault">{text === "" ? <Words of={first.noAnswer} /> : <Given>{text}</Given>}</p>;
}

/** A page that shows what it asked the node for, or why it cannot. */
export function Shown<T>({
  asked,
  again,
  children,
}: {
  asked: Asked<T>;
  again: () => void;
  children: (value: T) => ComponentChildren;
}): VNode {
  switch (asked.at) {
    case "asking":
      return (
        <p class="starting" role="status">
          <Words of={first.starting} />
        </p>
      );
    case "trouble":
      return asked.what === "missing" ? (
        <MissingNote />
      ) : (
        <TroubleNote what={asked.what} again={again} />
      );
    case "here":
      return <>{children(asked.value)}</>;
  }
}
