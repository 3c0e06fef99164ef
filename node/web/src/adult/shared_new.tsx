import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { plainOf } from "../class/title.js";
import { ask } from "../edge/api.js";
import { inOrder } from "../state/floor_order.js";
import { numberTyped, weekly, yenTyped } from "../state/shared.js";
import { useAsked } from "../view/asked.js";
import { Send } from "../view/form.js";
import { Day } from "../view/day.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { useLine, Words } from "../view/words.js";
import { shared as words } from "../words/shared.js";
import { sharedCost as cost } from "../words/shared_cost.js";
import type { Course, FloorInfo } from "../wire.js";
import {
  DayField,
  Field,
  type Faults,
  faultsOf,
  missingAt,
  noFaults,
  SelectField,
  TextField,
  toFirstFault,
  WholeFault,
} from "./fields.js";
import { floorLine } from "./floor_parts.js";
import { shareWays } from "./shared_shares.js";
import { newId } from "../edge/id.js";

/** A course held together is made of one of this municipality's own; nothing leaves it yet (CARD-2). */
export function SharedNewPage(_: PageProps): VNode {
  const [courses, coursesAgain] = useAsked("courses.list", undefined);
  const [floors, floorsAgain] = useAsked("floors.list", undefined);
  return (
    <div class="page">
      <Back href="#/shared" word={words.toList} />
      <PageHead title={words.makeTitle} />
      <p>
        <Words of={words.makeLead} />
      </p>
      <Shown asked={courses} again={coursesAgain}>
        {({ items }) => {
          const decided = items.filter((one) => one.is_decided && !one.is_ended);
          return decided.length === 0 ? (
            <div class="stack">
              <p class="note">
                <Words of={words.noCourses} />
              </p>
              <a class="button" href="#/courses">
                <Words of={words.toCourses} />
              </a>
            </div>
          ) : (
            <Shown asked={floors} again={floorsAgain}>
              {(found) => <Make courses={decided} floors={inOrder(found.items)} />}
            </Shown>
          );
        }}
      </Shown>
    </div>
  );
}

const likely = "classes"; // of the ready floors (node/place/floors)
const pointers = [
  "/course",
  "/floor",
  "/places",
  "/rules",
  "/cost",
  "/share_by",
  "/day",
  "/slot",
  "/times",
];

interface Props {
  readonly courses: readonly Course[];
  readonly floors: readonly FloorInfo[];
}

type Way = keyof typeof shareWays;
const ways = Object.keys(shareWays) as readonly Way[];

function wayOf(text: string): Way {
  return ways.find((one) => one === text) ?? "places";
}

function Make({ courses, floors }: Props): VNode {
  const line = useLine();
  const [draft, write] = useState({
    course: courses.length === 1 ? (courses[0]?.course ?? "") : "",
    floor: floors.some((one) => one.id === likely) ? likely : "",
    places: "",
    rules: "",
    cost: "",
    way: "places",
    day: "",
    slot: "1",
    times: "4",
  });
  const [skipped, skip] = useState<readonly string[]>([]);
  const [faults, tell] = useState<Faults>(noFaults);
  const [busy, work] = useState(false);
  const [id, renew] = useState(newId);
  const set = (change: Partial<typeof draft>): void => {
    renew(newId());
    write({ ...draft, ...change });
  };
  const days = weekly(draft.day, numberTyped(draft.times) ?? 0).filter(
    (day) => !skipped.includes(day),
  );
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLElement;
    const [places, slot] = [numberTyped(draft.places), numberTyped(draft.slot)];
    const sum = yenTyped(draft.cost);
    const missing = [
      ...(draft.course === "" ? ["/course"] : []),
      ...(draft.floor === "" ? ["/floor"] : []),
      ...(places === undefined ? ["/places"] : []),
      ...(draft.cost.trim() !== "" && sum === undefined ? ["/cost"] : []),
      ...(draft.day === "" ? ["/day"] : []),
      ...(slot === undefined ? ["/slot"] : []),
      ...(days.length === 0 && draft.day !== "" ? ["/times"] : []),
    ];
    tell(missingAt(missing));
    if (missing.length > 0 || places === undefined || slot === undefined) return toFirstFault(form);
    work(true);
    const outcome = await ask("shared.make", undefined, {
      id,
      course: draft.course,
      floor: draft.floor,
      places,
      rules: draft.rules.trim(),
      ...(sum === undefined ? {} : { cost: sum, share_by: wayOf(draft.way) }),
      lessons: days.map((day) => ({ day, slot })),
    });
    work(false);
    if (outcome.kind === "ok") {
      location.hash = `#/shared/${outcome.value.series}`;
      return;
    }
    tell(
      outcome.kind === "offline" ? { at: {}, whole: [""] } : faultsOf(outcome.problem, pointers),
    );
    toFirstFault(form);
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <WholeFault faults={faults} />
      <SelectField
        id="shared-course"
        word={words.course}
        hint={words.courseHint}
        fault={faults.at["/course"]}
        value={draft.course}
        put={(course) => set({ course })}
        choices={courses.map((one) => [one.course, plainOf(one.title)] as const)}
      />
      <SelectField
        id="shared-floor"
        word={words.makeFloor}
        hint={words.makeFloorHint}
        fault={faults.at["/floor"]}
        value={draft.floor}
        put={(floor) => set({ floor })}
        choices={floors.map((one) => [one.id, floorLine(one)] as const)}
      />
      <TextField
        id="shared-places"
        word={words.makePlaces}
        hint={words.makePlacesHint}
        fault={faults.at["/places"]}
        value={draft.places}
        put={(places) => set({ places })}
      />
      <DayField
        id="shared-day"
        word={words.firstDay}
        fault={faults.at["/day"]}
        value={draft.day}
        put={(day) => {
          skip([]);
          set({ day });
        }}
      />
      <TextField
        id="shared-slot"
        word={words.slot}
        fault={faults.at["/slot"]}
        value={draft.slot}
        put={(slot) => set({ slot })}
      />
      <TextField
        id="shared-times"
        word={words.times}
        fault={faults.at["/times"]}
        value={draft.times}
        put={(times) => set({ times })}
      />
      {days.length === 0 ? null : (
        <section class="stack-small" aria-labelledby="shared-days">
          <h2 id="shared-days">
            <Words of={words.days} />
          </h2>
          <ol class="history">
            {days.map((day) => (
              <li class="row" key={day}>
                <Day of={day} />
                <button
                  type="button"
                  class="quiet-button"
                  onClick={() => {
                    renew(newId());
                    skip([...skipped, day]);
                  }}
                >
                  <Words of={words.skip} />
                  <span class="unseen">
                    <Day of={day} />
                  </span>
                </button>
              </li>
            ))}
          </ol>
        </section>
      )}
      <Field id="shared-rules" word={words.makeRules} fault={faults.at["/rules"]}>
        {(names) => (
          <textarea
            {...names}
            rows={4}
            value={draft.rules}
            onInput={(event) => set({ rules: event.currentTarget.value })}
          />
        )}
      </Field>
      <TextField
        id="shared-cost"
        word={cost.cost}
        hint={cost.costHint}
        fault={faults.at["/cost"]}
        value={draft.cost}
        put={(typed) => set({ cost: typed })}
      />
      {draft.cost.trim() === "" ? null : (
        <SelectField
          id="shared-way"
          word={cost.way}
          fault={faults.at["/share_by"]}
          value={draft.way}
          put={(way) => set({ way })}
          choices={ways.map((one) => [one, line(shareWays[one])] as const)}
        />
      )}
      <Send busy={busy} word={words.makeDo} busyWord={words.saving} />
    </form>
  );
}
