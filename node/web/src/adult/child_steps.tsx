import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { standingsOf } from "../state/child.js";
import { Day } from "../view/day.js";
import { Check, Help } from "../view/form.js";
import { Given, Words } from "../view/words.js";
import { child as words } from "../words/child.js";
import type { Word } from "../words/word.js";
import type { Child } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { ChoiceField, DayField, TextField } from "./fields.js";
import { StaffName } from "./sos_page.js";

const stepWords: readonly Word[] = [
  words.step0,
  words.step1,
  words.step2,
  words.step3,
  words.step4,
];

interface Props {
  readonly of: Child;
  readonly role: string | undefined;
  readonly again: () => void;
}

/** How far, since when, and every change of it; going back is kept. */
export function ChildSteps({ of, role, again }: Props): VNode {
  return (
    <section class="card stack" aria-labelledby="child-steps">
      <h2 id="child-steps">
        <Words of={words.steps} />
      </h2>
      <p class="fine">
        <Words of={words.stepsNote} />
      </p>
      <p class="fine">
        <Words of={words.weeks} slots={{ n: of.weeks, needed: of.weeks_needed }} />
      </p>
      <ol class="deeds" start={0}>
        {standingsOf(of.steps).map(({ step, since, back }) => (
          <li key={step}>
            <p class="tags">
              <span class={since === undefined ? "pill pill-off" : "pill"}>
                <Words of={words.stepN} slots={{ n: step }} />
              </span>
              <Words of={stepWords[step] ?? words.step0} />
              <span class="fine">
                {since !== undefined ? (
                  <Words of={words.since} slots={{ day: <Day of={since} /> }} />
                ) : back !== undefined ? (
                  <Words of={words.wentBack} slots={{ day: <Day of={back} /> }} />
                ) : (
                  <Words of={words.notYet} />
                )}
              </span>
            </p>
          </li>
        ))}
      </ol>
      {of.steps.length === 0 ? null : (
        <Help title={words.history}>
          <ol class="timeline">
            {of.steps.map((one) => (
              <li class="moment" key={one.id}>
                <span class="moment-what">
                  <Words of={words.stepN} slots={{ n: one.step }} />
                </span>
                {one.is_back ? (
                  <span class="pill">
                    <Words of={words.isBack} />
                  </span>
                ) : null}
                <span class="fine">
                  <Day of={one.on} />
                </span>
                <StepKind of={one.kind} />
                {one.place === undefined ? null : <Given>{one.place}</Given>}
                {one.by === undefined ? null : (
                  <span class="fine">
                    <StaffName name={one.by_name} role={one.role} />
                  </span>
                )}
              </li>
            ))}
          </ol>
        </Help>
      )}
      <AddStep account={of.account} role={role} again={again} />
    </section>
  );
}

const kinds: Readonly<Record<string, Word>> = {
  auto: words.kindAuto,
  class: words.kindClass,
  event: words.kindEvent,
  self_study: words.kindStudy,
  school_centre: words.kindInSchool,
  education_centre: words.kindCentre,
  separate_room: words.kindRoom,
  classroom: words.kindClassroom,
  school_event: words.kindSchoolEvent,
  outing: words.kindOuting,
  other: words.kindOther,
};
/** As node/support/step.c has them; the node knows 0 and 1 by itself. */
const kindsOf: Readonly<Record<string, readonly string[]>> = {
  "2": ["class", "event", "self_study"],
  "3": ["school_centre", "education_centre", "separate_room"],
  "4": ["classroom", "school_event", "outing", "other"],
};

function StepKind({ of }: { of: string }): VNode {
  const word = kinds[of];
  return word === undefined ? <Given>{of}</Given> : <Words of={word} />;
}

interface AddProps {
  readonly account: string;
  readonly role: string | undefined;
  readonly again: () => void;
}

/** Steps 3 and 4 happen outside the screen: the school knows the day, the place and the kind. */
function AddStep({ account, role, again }: AddProps): VNode {
  const isSchool = role === "school_staff";
  const [step, put] = useState(isSchool ? "3" : "2");
  const [kind, choose] = useState("");
  const [day, date] = useState("");
  const [place, type] = useState("");
  const [isBack, goBack] = useState(false);
  const [missing, point] = useState<readonly string[]>([]);
  const deed = useDeed();
  const change = <V,>(set: (value: V) => void) => {
    return (value: V): void => {
      deed.anew();
      set(value);
    };
  };
  const fault = (name: string): string | undefined => (missing.includes(name) ? "" : undefined);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const lacks = [...(day === "" ? ["day"] : []), ...(kind === "" ? ["kind"] : [])];
    point(lacks);
    if (lacks.length > 0) return document.getElementById(`step-${lacks[0]}`)?.focus();
    const got = await deed.run((id) =>
      ask(
        "children.step",
        { id: account },
        {
          id,
          step: Number(step),
          on: day,
          kind,
          is_back: isBack,
          ...(place.trim() === "" ? {} : { place: place.trim() }),
        },
      ),
    );
    if (got === undefined) return;
    type("");
    again();
  };
  return (
    <Help title={words.addStep}>
      <form class="stack" onSubmit={(event) => void send(event)} noValidate>
        <ChoiceField
          id="step-which"
          word={words.which}
          fault={undefined}
          value={step}
          put={change((one: string) => {
            put(one);
            choose("");
          })}
          choices={
            isSchool
              ? [
                  ["2", words.step2],
                  ["3", words.step3],
                  ["4", words.step4],
                ]
              : [["2", words.step2]]
          }
        />
        <DayField
          id="step-day"
          word={words.day}
          fault={fault("day")}
          value={day}
          put={change(date)}
        />
        <ChoiceField
          id="step-kind"
          word={words.kind}
          fault={fault("kind")}
          value={kind}
          put={change(choose)}
          choices={(kindsOf[step] ?? []).map(
            (one) => [one, kinds[one] ?? words.kindOther] as const,
          )}
        />
        <TextField
          id="step-place"
          word={words.place}
          fault={undefined}
          value={place}
          put={change(type)}
        />
        <Check checked={isBack} word={words.isBack} change={change(goBack)} />
        <Said of={deed.said} done={words.saved} />
        <button type="submit" class="button" aria-disabled={deed.busy}>
          <Words of={deed.busy ? words.working : words.save} />
        </button>
      </form>
    </Help>
  );
}
