import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, type Problem } from "../edge/api.js";
import { newId } from "../edge/id.js";
import type { SettingState } from "../wire.js";
import { type Draft, draftOf, isNews } from "../state/settings.js";
import { troubleOf } from "../state/door.js";
import { MissingNote, TroubleNote } from "../view/trouble.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { settings } from "../words/settings.js";
import { useAsked } from "../view/asked.js";
import { History } from "./history.js";
import { Failure, PageHead } from "../view/page.js";
import { Planned } from "./settings.js";
import { fieldOfUtc, timeShown, utcOfField } from "../state/time.js";
import { Time } from "../view/time.js";
import { SettingTitle, Value } from "./value.js";

/** What the last act came to. */
type Said =
  | { readonly kind: "nothing" }
  | { readonly kind: "changed"; readonly from: string | undefined }
  | { readonly kind: "undone" }
  | { readonly kind: "conflict" }
  | { readonly kind: "same" }
  | { readonly kind: "need-time" }
  | { readonly kind: "refused"; readonly text: string };

/** One rule: what it is now, what it shall be and from when, and how it came about. */
export function SettingPage({ name }: { name: string }): VNode {
  const [asked, again] = useAsked("settings.show", { name });
  const [said, say] = useState<Said>({ kind: "nothing" });
  const result = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (said.kind !== "nothing") result.current?.scrollIntoView({ block: "nearest" });
  }, [said]);
  if (asked.at === "trouble")
    return asked.what === "missing" ? (
      <MissingNote />
    ) : (
      <TroubleNote what={asked.what} again={again} />
    );
  if (asked.at === "asking")
    return (
      <p class="starting" role="status">
        <Words of={first.starting} />
      </p>
    );
  const setting = asked.value;
  const after = (next: Said): void => {
    say(next);
    if (next.kind === "changed" || next.kind === "undone" || next.kind === "conflict") again();
  };
  return (
    <div class="page">
      <a class="back" href="#/settings">
        <Words of={settings.back} />
      </a>
      <PageHead title={settings.title} name={<SettingTitle of={setting} />} />
      <section class="card stack">
        <p>
          <Given>{setting.help_ja}</Given>
        </p>
        <Facts setting={setting} />
      </section>
      <div role="alert" ref={result}>
        <Result said={said} />
      </div>
      {setting.may_change ? (
        <ChangeForm key={`form-${setting.version}`} setting={setting} after={after} />
      ) : (
        <p class="note">
          <Words of={settings.readOnly} />
        </p>
      )}
      <History key={`history-${setting.version}`} setting={setting} after={after} />
    </div>
  );
}

function Facts({ setting }: { setting: SettingState }): VNode {
  return (
    <dl class="facts">
      <div class="fact">
        <dt>
          <Words of={settings.now} />
        </dt>
        <dd>
          <b>
            <Value of={setting} text={setting.value} />
          </b>{" "}
          {setting.is_default ? (
            <span class="pill">
              <Words of={settings.isInitial} />
            </span>
          ) : null}{" "}
          {setting.since === undefined ? null : (
            <span class="fine">
              <Words of={settings.since} slots={{ time: <Time utc={setting.since} /> }} />
            </span>
          )}
          <Planned setting={setting} />
        </dd>
      </div>
    </dl>
  );
}

function Result({ said }: { said: Said }): VNode | null {
  switch (said.kind) {
    case "nothing":
      return null;
    case "changed":
      return (
        <p class="note">
          {said.from === undefined ? (
            <Words of={settings.saved} />
          ) : (
            <Words of={settings.savedLater} slots={{ time: <Time utc={said.from} /> }} />
          )}
        </p>
      );
    case "undone":
      return (
        <p class="note">
          <Words of={settings.undone} />
        </p>
      );
    case "conflict":
    case "same":
    case "need-time":
      return (
        <p class="fault">
          <Words of={settings[said.kind === "need-time" ? "needTime" : said.kind]} />
        </p>
      );
    case "refused":
      return <Failure text={said.text} />;
  }
}

/** The node's refusal of a change, as the page says it. */
export function saidOf(problem: Problem): Said {
  if (problem.status === 409) return { kind: "conflict" };
  const text = problem.errors[0]?.text ?? problem.title;
  return { kind: "refused", text: troubleOf(problem) === "busy" && text === "" ? "" : text };
}

interface FormProps {
  readonly setting: SettingState;
  readonly after: (said: Said) => void;
}

function ChangeForm({ setting, after }: FormProps): VNode {
  const [draft, write] = useState<Draft>(() => draftOf(setting));
  const [busy, work] = useState(false);
  const id = useRef(newId()); // one decision, however often it is sent
  useEffect(() => {
    id.current = newId();
  }, [draft]);
  const set = (change: Partial<Draft>): void => write({ ...draft, ...change });
  const from = draft.when === "later" ? utcOfField(draft.field) : undefined;
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    if (draft.when === "later" && from === undefined) return after({ kind: "need-time" });
    if (!isNews(setting, draft)) return after({ kind: "same" });
    work(true);
    const outcome = await ask(
      "settings.change",
      { name: setting.name },
      {
        id: id.current,
        expected_version: setting.version,
        ...(draft.toInitial ? {} : { value: draft.value }),
        ...(from === undefined ? {} : { effective_from: from }),
      },
    );
    work(false);
    if (outcome.kind === "ok") after({ kind: "changed", from });
    else if (outcome.kind === "offline") after({ kind: "refused", text: "" });
    else after(saidOf(outcome.problem));
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={settings.change} />
      </h2>
      <ValueField setting={setting} draft={draft} set={set} />
      <label class="check">
        <input
          type="checkbox"
          checked={draft.toInitial}
          onChange={() => set({ toInitial: !draft.toInitial })}
        />
        <span>
          <Words
            of={settings.toInitial}
            slots={{ value: <Value of={setting} text={setting.initial} /> }}
          />
        </span>
      </label>
      <WhenField draft={draft} set={set} />
      <button type="submit" class="button" aria-disabled={busy}>
        <Words of={busy ? settings.saving : settings.change} />
      </button>
    </form>
  );
}

interface FieldProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
}

function ValueField({ setting, draft, set }: FieldProps & { setting: SettingState }): VNode {
  switch (setting.type) {
    case "bool":
    case "enum": {
      const choices = setting.type === "bool" ? ["true", "false"] : setting.choices;
      return (
        <fieldset disabled={draft.toInitial}>
          <legend>
            <Words of={settings.newValue} />
          </legend>
          <div class="choice-row">
            {choices.map((one) => (
              <label class="choice" key={one}>
                <input
                  type="radio"
                  name="new-value"
                  checked={draft.value === one}
                  onChange={() => set({ value: one })}
                />
                <span>
                  <Value of={setting} text={one} />
                </span>
              </label>
            ))}
          </div>
        </fieldset>
      );
    }
    case "int":
    case "text":
    case "time":
      return (
        <div>
          <label for="new-value">
            <Words of={settings.newValue} />
          </label>
          <input
            id="new-value"
            type={(setting.type === "int" ? "number" : setting.type) as "number"}
            min={setting.type === "int" ? setting.least : undefined}
            max={setting.type === "int" ? setting.most : undefined}
            step={setting.type === "int" ? 1 : undefined}
            value={draft.value}
            disabled={draft.toInitial}
            aria-describedby="new-value-rule"
            autocomplete="off"
            onInput={(event) => set({ value: event.currentTarget.value })}
          />
          <p class="fine" id="new-value-rule">
            {setting.type === "int" ? (
              <Words
                of={settings.range}
                slots={{
                  least: setting.least,
                  most: setting.most,
                  unit: <Given>{setting.unit}</Given>,
                }}
              />
            ) : null}
            {setting.type === "text" ? (
              <Words of={settings.rangeText} slots={{ most: setting.most }} />
            ) : null}
          </p>
        </div>
      );
  }
}

function WhenField({ draft, set }: FieldProps): VNode {
  const least = fieldOfUtc(new Date());
  return (
    <fieldset class="stack-small">
      <legend>
        <Words of={settings.from} />
      </legend>
      <div class="choice-row">
        {(["now", "later"] as const).map((one) => (
          <label class="choice" key={one}>
            <input
              type="radio"
              name="new-when"
              checked={draft.when === one}
              onChange={() => set({ when: one })}
            />
            <span>
              <Words of={one === "now" ? settings.fromNow : settings.fromTime} />
            </span>
          </label>
        ))}
      </div>
      {draft.when === "later" ? (
        <div>
          <label for="new-from">
            <Words of={settings.fromLabel} />
          </label>
          <input
            id="new-from"
            type="datetime-local"
            min={least}
            value={draft.field}
            onInput={(event) => set({ field: event.currentTarget.value })}
          />
          <p class="fine" role="status">
            {utcOfField(draft.field) === undefined ? null : (
              <Given>{timeShown(utcOfField(draft.field) ?? "", false)}</Given>
            )}
          </p>
        </div>
      ) : null}
    </fieldset>
  );
}
