import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { monthDay } from "../state/hours.js";
import { hoursWork as words } from "../words/hours_work.js";
import type { HoursPlan } from "../wire.js";
import { Check, Send } from "../view/form.js";
import { Words } from "../view/words.js";
import { type ActProps, useAct } from "./hours_act.js";
import { ActFaults } from "./hours_parts.js";
import { TextField } from "./fields.js";

const fields = ["/from", "/to"];

interface Props extends ActProps {
  readonly plan: HoursPlan;
  readonly mayChange: boolean;
}

/** Closed around New Year's, or not. */
export function YearEndCard({ plan, mayChange, ...page }: Props): VNode {
  const [isOpen, open] = useState(false);
  const { from, to } = plan.year_end;
  const done: ActProps["done"] = (said) => {
    open(false);
    page.done(said);
  };
  return (
    <section class="card stack" aria-labelledby="year-end-title">
      <h2 id="year-end-title">
        <Words of={words.yearEnd} />
      </h2>
      <p>
        {from === undefined || to === undefined ? (
          <Words of={words.yearEndNone} />
        ) : (
          <Words
            of={words.yearEndNow}
            slots={{ from: Number(from.slice(3)), to: Number(to.slice(3)) }}
          />
        )}
      </p>
      {isOpen ? (
        <YearEndForm plan={plan} done={done} look={page.look} cancel={() => open(false)} />
      ) : mayChange ? (
        <button type="button" class="quiet-button" onClick={() => open(true)}>
          <Words of={words.yearEndChange} />
        </button>
      ) : null}
    </section>
  );
}

type FormProps = ActProps & { readonly plan: HoursPlan; readonly cancel: () => void };

function YearEndForm({ plan, cancel, ...page }: FormProps): VNode {
  const { year_end } = plan;
  const [draft, write] = useState({
    isNone: year_end.from === undefined,
    from: String(Number(year_end.from?.slice(3) ?? "29")),
    to: String(Number(year_end.to?.slice(3) ?? "3")),
  });
  const act = useAct(page, fields);
  const set = (change: Partial<typeof draft>): void => {
    act.renew();
    write({ ...draft, ...change });
  };
  const send = (event: Event): void => {
    event.preventDefault();
    // What is no day is sent as it was typed: the node says what it should be.
    const days = draft.isNone
      ? {}
      : {
          from: monthDay("12", draft.from) ?? draft.from,
          to: monthDay("01", draft.to) ?? draft.to,
        };
    void act.send(event.currentTarget as HTMLElement, (id) =>
      ask("hours.year_end", undefined, { id, expected_version: plan.version, ...days }),
    );
  };
  return (
    <form class="stack" onSubmit={send} noValidate>
      <Check checked={draft.isNone} word={words.yearEndOpen} change={(isNone) => set({ isNone })} />
      {draft.isNone ? null : (
        <div class="filter">
          <TextField
            id="year-end-from"
            word={words.yearEndFrom}
            fault={act.faults.at["/from"]}
            value={draft.from}
            put={(from) => set({ from })}
          />
          <TextField
            id="year-end-to"
            word={words.yearEndTo}
            fault={act.faults.at["/to"]}
            value={draft.to}
            put={(to) => set({ to })}
          />
        </div>
      )}
      <ActFaults act={act} />
      <div class="row">
        <Send busy={act.busy} word={words.decide} busyWord={words.saving} />
        <button type="button" class="quiet-button" onClick={cancel}>
          <Words of={words.cancel} />
        </button>
      </div>
    </form>
  );
}
