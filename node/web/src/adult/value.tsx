import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import type { SettingState } from "../wire.js";
import { FormOfWords, Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { settings } from "../words/settings.js";
import type { Word } from "../words/word.js";
import { timeShown } from "./time.js";

/** What the choices of a setting are called, by "NAME=CHOICE". */
const choiceWords: Readonly<Record<string, Word>> = {
  "first_page.words=plain": first.plain,
  "first_page.words=ruby": first.ruby,
  "first_page.words=easy": first.easy,
  "first_page.words=english": first.english,
};

/** A setting's value as people say it. */
export function Value({ of, text }: { of: SettingState; text: string }): VNode {
  if (of.type === "bool") return <Words of={text === "true" ? settings.on : settings.off} />;
  const named = choiceWords[`${of.name}=${text}`];
  if (of.type === "enum" && named !== undefined) return <Words of={named} />;
  if (text === "") return <Words of={settings.empty} />;
  return (
    <Given>
      {text}
      {of.type === "int" ? of.unit : ""}
    </Given>
  );
}

export function Time({ utc }: { utc: string }): VNode {
  const form = useContext(FormOfWords);
  return (
    <time class="given" dateTime={utc}>
      {timeShown(utc, form === "english")}
    </time>
  );
}

/** The title in the reader's language; the node knows two. */
export function SettingTitle({ of }: { of: SettingState }): VNode {
  const form = useContext(FormOfWords);
  return form === "english" ? (
    <span class="given" lang="en">
      {of.title_en}
    </span>
  ) : (
    <Given>{of.title_ja}</Given>
  );
}
