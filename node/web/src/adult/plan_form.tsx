import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { floorFile } from "../place/node.js";
import type { Area } from "../state/floor.js";
import { useAsked } from "../view/asked.js";
import { Check } from "../view/form.js";
import { Shown } from "../view/page.js";
import { Given, useLine, Words } from "../view/words.js";
import { plan as words } from "../words/plan.js";
import type { ClassPlan, Course, FloorInfo, PlanDay, PlanLesson, PlanStaff } from "../wire.js";
import { plainOf } from "../class/title.js";
import { missingAt, SelectField, TextField, toFirstFault } from "./fields.js";
import { DraftForm, useDraft } from "./floor_forms.js";
import { floorLine } from "./floor_parts.js";

interface Draft {
  readonly course: string;
  readonly slot: string;
  readonly floor: string;
  readonly area: string;
  readonly main: string;
  readonly sub: string;
  readonly subSupports: boolean;
  /** "": a field that is not filled in yet. */
  readonly supporters: readonly string[];
  readonly places: string;
  readonly link: string;
}

interface Props {
  readonly day: PlanDay;
  readonly slot: number;
  readonly plan: ClassPlan;
  readonly lesson: PlanLesson | undefined;
  readonly done: () => void;
  readonly close: () => void;
}

const fields = [
  "/course",
  "/slot",
  "/floor",
  "/area",
  "/main",
  "/sub",
  "/supporters",
  "/places",
  "/link",
];
const classFloor = "classes"; // of the ready floors (node/place/floors)
const supportersMost = 4;

function draftOf(of: PlanLesson | undefined, slot: number): Draft {
  const supporters = (of?.supporters ?? []).map(({ account }) => account);
  return {
    course: of?.course ?? "",
    slot: String(of?.slot ?? slot),
    floor: of?.floor ?? classFloor,
    area: of?.area ?? "",
    main: of?.main ?? "",
    sub: of?.sub ?? "",
    subSupports: of?.sub_supports ?? false,
    supporters: supporters.length === 0 ? [""] : supporters,
    places: of?.places === undefined ? "" : String(of.places),
    link: of?.link ?? "",
  };
}

/** A course in a slot: who teaches, who supports, where, how many, with which link (AI-4.4-キ-ウ). */
export function LessonForm(props: Props): VNode {
  const { lesson, close } = props;
  const [courses, again] = useAsked("courses.list", undefined);
  const [floors] = useAsked("floors.list", undefined);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus();
    title.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section class="plan-form stack" aria-labelledby="plan-form-title">
      <h3 id="plan-form-title" ref={title} tabIndex={-1}>
        <Words of={words.slot} slots={{ n: lesson?.slot ?? props.slot }} />
        {"　"}
        <Words of={lesson === undefined ? words.add : words.edit} />
      </h3>
      <Shown asked={courses} again={again}>
        {({ items }) => {
          const open = items.filter((one) => !one.is_ended || one.course === lesson?.course);
          return open.length === 0 ? (
            <p class="note">
              <Words of={words.noCourses} />{" "}
              <a class="inline-door" href="#/courses">
                <Words of={words.toCourses} />
              </a>
            </p>
          ) : (
            <Form
              {...props}
              courses={open}
              floors={floors.at === "here" ? floors.value.items : []}
            />
          );
        }}
      </Shown>
      <button type="button" class="quiet-button" onClick={close}>
        <Words of={words.close} />
      </button>
    </section>
  );
}

type FormProps = Props & {
  readonly courses: readonly Course[];
  readonly floors: readonly FloorInfo[];
};

function Form({ day, slot, plan, lesson, done, courses, floors }: FormProps): VNode {
  const drafted = useDraft<Draft>(() => draftOf(lesson, slot), fields);
  const { draft, set, deed, fault } = drafted;
  const id = useRef(lesson?.lesson ?? newId());
  const areas = useAreas(draft.floor);
  const send = async (form: HTMLElement): Promise<void> => {
    const missing = (["course", "floor"] as const).filter((one) => draft[one] === "");
    if (missing.length > 0) {
      deed.tell(missingAt(missing.map((one) => `/${one}`)));
      return toFirstFault(form);
    }
    const isDone = await deed.send(form, (act) =>
      ask(
        "lessons.plan",
        { lesson: id.current },
        inputOf(draft, act, day.day, lesson?.version ?? 0),
      ),
    );
    if (isDone) done();
  };
  return (
    <DraftForm deed={deed} send={send} word={words.save}>
      <div class="plan-fields">
        <SelectField
          id="plan-course"
          word={words.course}
          fault={fault("/course")}
          value={draft.course}
          put={(course) => set({ course })}
          choices={courses.map((one) => [one.course, plainOf(one.title)] as const)}
        />
        {lesson === undefined ? null : (
          <SlotField
            day={day}
            value={draft.slot}
            fault={fault("/slot")}
            put={(to) => set({ slot: to })}
          />
        )}
      </div>
      <p class="fine">
        <Words of={words.staffNote} />
      </p>
      <Staff plan={plan} draft={draft} set={set} fault={fault} />
      <div class="plan-fields">
        <SelectField
          id="plan-floor"
          word={words.floor}
          fault={fault("/floor")}
          value={draft.floor}
          put={(floor) => set({ floor, area: "" })}
          choices={floors.map((one) => [one.id, floorLine(one)] as const)}
        />
        <SelectField
          id="plan-area"
          word={words.area}
          fault={fault("/area")}
          value={draft.area}
          put={(area) => set({ area })}
          choices={areas.map((one) => [one.id, plainOf(one.name.ja)] as const)}
        />
        <TextField
          id="plan-places"
          word={words.places}
          hint={words.placesNote}
          fault={fault("/places")}
          value={draft.places}
          put={(places) => set({ places })}
        />
        <TextField
          id="plan-link"
          word={words.link}
          hint={words.linkNote}
          fault={fault("/link")}
          value={draft.link}
          put={(link) => set({ link })}
        />
      </div>
      {fault("/slot") === undefined || lesson !== undefined ? null : (
        <p class="fault">
          <Given>{fault("/slot")}</Given>
        </p>
      )}
    </DraftForm>
  );
}

function inputOf(draft: Draft, id: string, day: string, version: number) {
  const places = draft.places.normalize("NFKC").trim();
  const link = draft.link.trim();
  const supporters = [...new Set(draft.supporters)].filter((one) => one !== "");
  return {
    id,
    expected_version: version,
    day,
    slot: Number(draft.slot),
    course: draft.course,
    floor: draft.floor,
    ...(draft.area === "" ? {} : { area: draft.area }),
    ...(draft.main === "" ? {} : { main: draft.main }),
    ...(draft.sub === "" ? {} : { sub: draft.sub }),
    sub_supports: draft.sub !== "" && draft.subSupports,
    supporters: supporters.map((account) => ({ account })),
    ...(places === "" ? {} : { places: Number(places) }),
    ...(link === "" ? {} : { link }),
  };
}

function SlotField({
  day,
  value,
  fault,
  put,
}: {
  day: PlanDay;
  value: string;
  fault: string | undefined;
  put: (slot: string) => void;
}): VNode {
  const line = useLine();
  return (
    <SelectField
      id="plan-slot"
      word={words.whichSlot}
      fault={fault}
      value={value}
      put={put}
      choices={day.slots.map(
        ({ n, from, to }) =>
          [String(n), `${line(words.slot, { n: String(n) })} ${from}–${to}`] as const,
      )}
    />
  );
}

/** The rooms of a floor where a class can be; all its areas when it has no classrooms. */
function useAreas(floor: string): readonly Area[] {
  const [areas, have] = useState<readonly Area[]>([]);
  useEffect(() => {
    let isGone = false;
    have([]);
    if (floor !== "")
      void floorFile(floor).then((got) => {
        if (isGone || got.kind !== "ok") return;
        const rooms = got.value.areas.filter((one) => one.kind === "class");
        have(rooms.length > 0 ? rooms : got.value.areas);
      });
    return () => {
      isGone = true;
    };
  }, [floor]);
  return areas;
}

interface StaffProps {
  readonly plan: ClassPlan;
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
  readonly fault: (pointer: string) => string | undefined;
}

/** Who is in it. Whom nothing is on file about can be chosen; the plan then says what to do. */
function Staff({ plan, draft, set, fault }: StaffProps): VNode {
  const line = useLine();
  const choices = (
    all: readonly PlanStaff[],
    isFiled: (one: PlanStaff) => boolean,
  ): (readonly [string, string])[] =>
    all.map((one) => {
      const mark = !one.is_usable
        ? `（${line(words.isGone)}）`
        : isFiled(one)
          ? ""
          : `（${line(words.noneFiled)}）`;
      return [one.account, `${one.display_name ?? one.account}${mark}`] as const;
    });
  const teachers = choices(plan.staff, (one) => one.may_teach === true);
  const supporters = choices(
    plan.staff.filter(({ role }) => role === "supporter"),
    (one) => one.may_support === true,
  );
  const change = (at: number, to: string): void =>
    set({ supporters: draft.supporters.map((one, i) => (i === at ? to : one)) });
  return (
    <>
      <div class="plan-fields">
        <SelectField
          id="plan-main"
          word={words.main}
          fault={fault("/main")}
          value={draft.main}
          put={(main) => set({ main })}
          choices={teachers}
        />
        {draft.supporters.map((one, i) => (
          <SelectField
            key={i}
            id={`plan-supporter-${i}`}
            word={words.supporters}
            fault={i === 0 ? fault("/supporters") : undefined}
            value={one}
            put={(to) => change(i, to)}
            choices={supporters}
          />
        ))}
        <SelectField
          id="plan-sub"
          word={words.subMaybe}
          fault={fault("/sub")}
          value={draft.sub}
          put={(sub) => set({ sub })}
          choices={teachers}
        />
      </div>
      {draft.sub === "" ? null : (
        <Check
          checked={draft.subSupports}
          word={words.subSupports}
          change={(subSupports) => set({ subSupports })}
        />
      )}
      {draft.supporters.length < supportersMost ? (
        <button
          type="button"
          class="quiet-button"
          onClick={() => set({ supporters: [...draft.supporters, ""] })}
        >
          <Words of={words.addSupporter} />
        </button>
      ) : null}
    </>
  );
}
