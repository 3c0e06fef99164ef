import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { newId } from "../edge/id.js";
import type { SettingPast, SettingState } from "../wire.js";
import { Words } from "../view/words.js";
import { roles } from "../words/home.js";
import { settings } from "../words/settings.js";
import type { Word } from "../words/word.js";
import { useAsked } from "../view/asked.js";
import { saidOf } from "./setting.js";
import { Time } from "../view/time.js";
import { Value } from "./value.js";

interface Props {
  readonly setting: SettingState;
  readonly after: (said: ReturnType<typeof saidOf> | { readonly kind: "undone" }) => void;
}

/** Every decision, newest first; each can be undone, and that is a decision, too. */
export function History({ setting, after }: Props): VNode {
  const [asked] = useAsked("settings.history", { name: setting.name });
  const [undoing, undo] = useState<number | undefined>(undefined);
  const [older, add] = useState<{
    readonly items: readonly SettingPast[];
    readonly more: boolean;
  }>();
  const past = asked.at === "here" ? [...asked.value.items, ...(older?.items ?? [])] : [];
  const hasMore = older?.more ?? (asked.at === "here" && asked.value.has_more);
  const look = async (): Promise<void> => {
    const before = String(past.at(-1)?.version ?? 0);
    const outcome = await ask("settings.history", { name: setting.name }, undefined, { before });
    if (outcome.kind === "ok")
      add({
        items: [...(older?.items ?? []), ...outcome.value.items],
        more: outcome.value.has_more,
      });
    else after({ kind: "refused", text: outcome.kind === "refused" ? outcome.problem.title : "" });
  };
  const take = async (one: SettingPast): Promise<void> => {
    if (undoing !== undefined) return;
    undo(one.version);
    const outcome = await ask(
      "settings.undo",
      { name: setting.name },
      {
        id: newId(),
        version: one.version,
        expected_version: setting.version,
      },
    );
    undo(undefined);
    if (outcome.kind === "ok") after({ kind: "undone" });
    else if (outcome.kind === "refused") after(saidOf(outcome.problem));
    else after({ kind: "refused", text: "" });
  };
  return (
    <section class="card stack" aria-labelledby="history-title">
      <h2 id="history-title">
        <Words of={settings.history} />
      </h2>
      {asked.at === "here" && past.length === 0 ? (
        <p>
          <Words of={settings.historyNone} />
        </p>
      ) : null}
      <ol class="history">
        {past.map((one) => (
          <li key={one.version}>
            <Past
              one={one}
              setting={setting}
              busy={undoing === one.version}
              take={() => void take(one)}
            />
          </li>
        ))}
      </ol>
      {hasMore ? (
        <button type="button" class="quiet-button" onClick={() => void look()}>
          <Words of={settings.older} />
        </button>
      ) : null}
    </section>
  );
}

interface PastProps {
  readonly one: SettingPast;
  readonly setting: SettingState;
  readonly busy: boolean;
  readonly take: () => void;
}

function Past({ one, setting, busy, take }: PastProps): VNode {
  const role = (roles as Readonly<Record<string, Word>>)[one.role];
  const value = (text: string | undefined): VNode =>
    text === undefined ? (
      <>
        <Value of={setting} text={setting.initial} /> <Words of={settings.isInitial} />
      </>
    ) : (
      <Value of={setting} text={text} />
    );
  return (
    <div class="past">
      <p class="past-values">
        {value(one.value_before)} <span aria-hidden="true">→</span>{" "}
        <span class="unseen">
          <Words of={settings.became} />
        </span>
        <b>{value(one.value)}</b>
      </p>
      <p class="fine">
        <Words of={settings.takesEffect} /> <Time utc={one.effective_from} />
        <br />
        <Words of={settings.decided} /> <Time utc={one.decided} />
        {role === undefined ? null : (
          <>
            {" "}
            <Words of={role} />
          </>
        )}
        {one.undoes === undefined || one.undoes === 0 ? null : (
          <>
            <br />
            <Words of={settings.undoes} slots={{ version: one.undoes }} />
          </>
        )}
      </p>
      {setting.may_change ? (
        <button type="button" class="quiet-button" aria-disabled={busy} onClick={take}>
          <Words of={settings.undo} />
          <span class="unseen">
            <Words of={settings.version} /> {one.version}
          </span>
        </button>
      ) : null}
    </div>
  );
}
