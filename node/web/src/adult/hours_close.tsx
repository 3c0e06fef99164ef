import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { timeOf } from "../state/hours.js";
import { hoursWork as words } from "../words/hours_work.js";
import { Help, Send } from "../view/form.js";
import { Words } from "../view/words.js";
import { type ActProps, useAct } from "./hours_act.js";
import { ActFaults } from "./hours_parts.js";
import { type Choice, ChoiceField, DayField, TextField } from "./fields.js";

const fields = ["/from", "/to", "/at", "/message"];
const whens: readonly Choice[] = [
  ["today", words.closeToday],
  ["later", words.closeLater],
];
const blank = { when: "today", from: "", to: "", at: "", message: "" };

/** Closed in one act [臨時休室]: today from now on, or on days to come; children are told why. */
export function CloseForm({ today, ...page }: ActProps & { today: string }): VNode {
  const [draft, write] = useState(blank);
  const act = useAct(page, fields);
  const set = (change: Partial<typeof blank>): void => {
    act.renew();
    write({ ...draft, ...change });
  };
  const isToday = draft.when === "today";
  const fault = (name: string): string | undefined => act.faults.at[name];
  const send = (event: Event): void => {
    event.preventDefault();
    const days = isToday
      ? { from: today }
      : {
          from: draft.from,
          ...(draft.to === "" ? {} : { to: draft.to }),
          ...(draft.at === "" ? {} : { at: timeOf(draft.at) }),
        };
    void act.send(
      event.currentTarget as HTMLElement,
      (id) => ask("hours.close", undefined, { id, ...days, message: draft.message.trim() }),
      () => write(blank),
    );
  };
  return (
    <section class="card stack closing">
      <h2>
        <Words of={words.close} />
      </h2>
      <p>
        <Words of={words.closeLead} />
      </p>
      <Help title={words.closeOpen}>
        <form class="stack" onSubmit={send} noValidate>
          <ChoiceField
            id="close-when"
            word={words.closeWhen}
            fault={undefined}
            value={draft.when}
            put={(when) => set({ when })}
            choices={whens}
          />
          {isToday ? null : (
            <>
              <DayField
                id="close-from"
                word={words.closeFrom}
                fault={fault("/from")}
                value={draft.from}
                put={(from) => set({ from })}
              />
              <DayField
                id="close-to"
                word={words.closeTo}
                fault={fault("/to")}
                value={draft.to}
                put={(to) => set({ to })}
              />
              <TextField
                id="close-at"
                word={words.closeAt}
                hint={words.closeAtHint}
                fault={fault("/at")}
                value={draft.at}
                put={(at) => set({ at })}
              />
            </>
          )}
          <TextField
            id="close-message"
            word={words.closeMessage}
            hint={words.closeMessageHint}
            fault={fault("/message")}
            value={draft.message}
            put={(message) => set({ message })}
          />
          <ActFaults act={act} />
          <Send busy={act.busy} word={words.closeNow} busyWord={words.saving} />
        </form>
      </Help>
    </section>
  );
}
