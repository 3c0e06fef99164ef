import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { SettingState } from "../wire.js";
import { found } from "../state/settings.js";
import { MissingNote, TroubleNote } from "../view/trouble.js";
import { Words } from "../view/words.js";
import { first } from "../words/first.js";
import { notify } from "../words/notify.js";
import { settings } from "../words/settings.js";
import { useAsked } from "../view/asked.js";
import { PageHead, type PageProps } from "../view/page.js";
import { Time } from "../view/time.js";
import { SettingTitle, Value } from "./value.js";

/** All rules of the municipality, each with its value now and the one to come. */
export function SettingsPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("settings.list", undefined);
  const [typed, type] = useState("");
  if (asked.at === "trouble")
    return asked.what === "missing" ? (
      <MissingNote />
    ) : (
      <TroubleNote what={asked.what} again={again} />
    );
  const list = asked.at === "here" ? found(asked.value.items, typed) : [];
  return (
    <div class="page">
      <PageHead title={settings.title} />
      <p>
        <Words of={settings.lead} />
      </p>
      {role === "commissioner" || role === "contractor" ? (
        <a class="back" href="#/notify">
          <Words of={notify.fromSettings} />
        </a>
      ) : null}
      <div class="search">
        <label for="settings-search">
          <Words of={settings.filter} />
        </label>
        <input
          id="settings-search"
          type="search"
          autocomplete="off"
          onInput={(event) => type(event.currentTarget.value)}
        />
      </div>
      {asked.at === "asking" ? (
        <p role="status">
          <Words of={first.starting} />
        </p>
      ) : (
        <p role="status" class={list.length === 0 ? "note" : "unseen"}>
          {list.length === 0 ? <Words of={settings.none} /> : null}
        </p>
      )}
      <ul class="setting-list">
        {list.map((one) => (
          <li key={one.name}>
            <SettingRow setting={one} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function SettingRow({ setting }: { setting: SettingState }): VNode {
  return (
    <a class="card setting-row" href={`#/settings/${setting.name}`}>
      <span class="door-title">
        <SettingTitle of={setting} />
      </span>
      <span class="setting-now">
        <Value of={setting} text={setting.value} />
        {setting.is_default ? (
          <span class="pill">
            <Words of={settings.isInitial} />
          </span>
        ) : null}
      </span>
      <Planned setting={setting} />
    </a>
  );
}

export function Planned({ setting }: { setting: SettingState }): VNode | null {
  if (setting.pending_value === undefined || setting.pending_from === undefined) return null;
  return (
    <span class="planned">
      <Words
        of={settings.planned}
        slots={{
          time: <Time utc={setting.pending_from} />,
          value: <Value of={setting} text={setting.pending_value} />,
        }}
      />
    </span>
  );
}
