import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { slotFields, slotsOf } from "../state/hours.js";
import { hoursWork as words } from "../words/hours_work.js";
import type { HoursDate, HoursPlan, HoursSlot } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Send } from "../view/form.js";
import { DayName } from "../view/hours.js";
import { Shown } from "../view/page.js";
import { Words } from "../view/words.js";
import { type ActProps, useAct, useRound } from "./hours_act.js";
import { ActFaults, RuleName, SlotsField, SlotText, typeWords } from "./hours_parts.js";
import { type Choice, ChoiceField, DayField, TextField } from "./fields.js";

interface Props extends ActProps {
  readonly plan: HoursPlan;
  readonly picked: string;
  readonly pick: (day: string) => void;
  readonly round: number;
}

const isDay = /^\d{4}-\d{2}-\d{2}$/;

/** One day of its own: hours, a session, a holiday more or less, or as the rules have it again. */
export function DayForm({ plan, picked, pick, round, ...page }: Props): VNode {
  const title = useRef<HTMLHeadingElement>(null);
  const byHand = useRef("");
  useEffect(() => {
    if (picked !== "" && byHand.current !== picked) {
      title.current?.focus();
      title.current?.scrollIntoView({ block: "start" });
    }
  }, [picked]);
  return (
    <section class="card stack">
      <h2 ref={title} tabIndex={-1} class="page-head">
        <Words of={words.oneDay} />
      </h2>
      <p>
        <Words of={words.oneDayLead} />
      </p>
      <DayField
        id="hours-day"
        word={words.day}
        fault={undefined}
        value={picked}
        put={(day) => {
          byHand.current = day;
          pick(day);
        }}
      />
      {isDay.test(picked) ? (
        <Facts day={picked} plan={plan} pick={pick} round={round} {...page} />
      ) : null}
    </section>
  );
}

type FactsProps = Omit<Props, "picked"> & { readonly day: string };

/** How that day stands, and then what it shall be. */
function Facts({ day, plan, pick, round, ...page }: FactsProps): VNode {
  const [asked, again] = useAsked("hours.month", undefined, { month: day.slice(0, 7) });
  useRound(round, again);
  return (
    <Shown asked={asked} again={again}>
      {(month) => {
        const date = month.days.find((one) => one.day === day);
        return date === undefined ? null : (
          <>
            <p>
              <DayName of={day} />
              {"　"}
              <Words of={words.now} />
              {": "}
              <b>
                <Words of={typeWords[date.type]} /> <SlotText slots={date.slots} />
              </b>{" "}
              <RuleName of={date} />
            </p>
            <DeedForm key={day} date={date} plan={plan} pick={pick} {...page} />
          </>
        );
      }}
    </Shown>
  );
}

const fields = [...slotFields("/slots"), "/title", "/name", "/reason", "/day"];

interface Draft {
  readonly what: string;
  readonly slots: readonly HoursSlot[];
  readonly title: string;
  readonly name: string;
  readonly reason: string;
}

function choicesOf(date: HoursDate, plan: HoursPlan): readonly Choice[] {
  const isOwn = plan.days.some((one) => one.day === date.day);
  const isDecided = plan.holidays.some((one) => one.day === date.day);
  return [
    ["slots", words.whatSlots],
    ...(isOwn ? ([["back-day", words.whatBackDay]] as const) : []),
    ...(date.rule === "holiday"
      ? ([["work", words.whatWork]] as const)
      : ([["holiday", words.whatHoliday]] as const)),
    ...(isDecided ? ([["back-holiday", words.whatBackHoliday]] as const) : []),
  ];
}

function DeedForm({
  date,
  plan,
  pick,
  ...page
}: ActProps & {
  readonly date: HoursDate;
  readonly plan: HoursPlan;
  readonly pick: (day: string) => void;
}): VNode {
  const [draft, write] = useState<Draft>(() => ({
    what: "slots",
    slots: date.slots,
    title: date.rule === "day" ? (date.title ?? "") : "",
    name: "",
    reason: "",
  }));
  const act = useAct(page, fields);
  const set = (change: Partial<Draft>): void => {
    act.renew();
    write({ ...draft, ...change });
  };
  const fault = (name: string): string | undefined => act.faults.at[name];
  const send = (event: Event): void => {
    event.preventDefault();
    void act.send(event.currentTarget as HTMLElement, (id) => decide(id, date.day, plan, draft));
  };
  return (
    <form class="stack" onSubmit={send} noValidate>
      <ChoiceField
        id="day-what"
        word={words.what}
        fault={fault("/day")}
        value={draft.what}
        put={(what) => set({ what })}
        choices={choicesOf(date, plan)}
      />
      {draft.what === "slots" ? (
        <>
          <SlotsField
            id="day-slots"
            legend={words.slots}
            prefix="/slots"
            slots={draft.slots}
            put={(slots) => set({ slots })}
            faults={act.faults}
          />
          <p class="fine">
            <Words of={words.slotHint} />
          </p>
          <TextField
            id="day-title"
            word={words.titleOf}
            fault={fault("/title")}
            value={draft.title}
            put={(title) => set({ title })}
          />
        </>
      ) : null}
      {draft.what === "holiday" ? (
        <TextField
          id="day-name"
          word={words.holidayName}
          fault={fault("/name")}
          value={draft.name}
          put={(name) => set({ name })}
        />
      ) : null}
      <TextField
        id="day-reason"
        word={words.reason}
        fault={fault("/reason")}
        value={draft.reason}
        put={(reason) => set({ reason })}
      />
      <ActFaults act={act} />
      <div class="row">
        <Send busy={act.busy} word={words.decide} busyWord={words.saving} />
        <button type="button" class="quiet-button" onClick={() => pick("")}>
          <Words of={words.cancel} />
        </button>
      </div>
    </form>
  );
}

function decide(
  id: string,
  day: string,
  plan: HoursPlan,
  draft: Draft,
): ReturnType<typeof ask<"hours.day">> {
  const [title, name, reason] = [draft.title.trim(), draft.name.trim(), draft.reason.trim()];
  const common = {
    id,
    day,
    expected_version: plan.version,
    ...(reason === "" ? {} : { reason }),
  };
  switch (draft.what) {
    case "holiday":
      return ask("hours.holiday", undefined, {
        ...common,
        is_holiday: true,
        ...(name === "" ? {} : { name }),
      });
    case "work":
      return ask("hours.holiday", undefined, { ...common, is_holiday: false });
    case "back-holiday":
      return ask("hours.holiday", undefined, common);
    case "back-day":
      return ask("hours.day", undefined, common);
    default:
      return ask("hours.day", undefined, {
        ...common,
        slots: slotsOf(draft.slots),
        ...(title === "" ? {} : { title }),
      });
  }
}
