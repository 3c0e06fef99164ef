import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import type { SettingState } from "../wire.js";
import { FormOfWords, Given, Words } from "../view/words.js";
import { choices } from "../words/choices.js";
import { first } from "../words/first.js";
import { settings } from "../words/settings.js";
import type { Word } from "../words/word.js";

/** What the choices of a setting are called, by "NAME=CHOICE". */
const choiceWords: Readonly<Record<string, Word>> = {
  "first_page.words=plain": first.plain,
  "first_page.words=ruby": first.ruby,
  "first_page.words=easy": first.easy,
  "first_page.words=english": first.english,
  "login.child_second_step=off": choices.off,
  "login.child_second_step=pin": choices.pin,
  "login.child_second_step=picture": choices.picture,
  "login.child_second_step=choose": choices.choose,
  "admission.policy=resident": choices.resident,
  "admission.policy=partner": choices.partner,
  "admission.policy=invited": choices.invited,
  "rollover.last_grade=J3": choices.lastJ3,
  "rollover.last_grade=H3": choices.lastH3,
  "weekly.day=monday": choices.monday,
  "weekly.day=tuesday": choices.tuesday,
  "weekly.day=wednesday": choices.wednesday,
  "weekly.day=thursday": choices.thursday,
  "weekly.day=friday": choices.friday,
  "weekly.day=saturday": choices.saturday,
  "weekly.day=sunday": choices.sunday,
  "kpi.release=person": choices.person,
  "kpi.release=auto": choices.auto,
  "place.second_device=newer": choices.newer,
  "place.second_device=refuse": choices.refuse,
  "place.rung_most=watch": choices.watch,
  "place.rung_most=react": choices.react,
  "place.rung_most=text": choices.text,
  "place.rung_most=voice": choices.voice,
  "place.rung_most=camera": choices.camera,
  "voice.private=all": choices.voiceAll,
  "voice.private=staff": choices.voiceStaff,
  "voice.private=off": choices.off,
  ...ofRoster("kana_missing"),
  ...ofRoster("master_missing"),
  ...ofRoster("preferred_missing"),
};

function ofRoster(name: string): Readonly<Record<string, Word>> {
  return {
    [`roster.${name}=ignore`]: choices.ignore,
    [`roster.${name}=warning`]: choices.warning,
    [`roster.${name}=error`]: choices.error,
  };
}

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
