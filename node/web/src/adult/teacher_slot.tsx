import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { endClockShown } from "../state/time.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { teachers as words } from "../words/teachers.js";
import type { Word } from "../words/word.js";
import type {
  PeopleIssuedItem,
  TeacherForLesson,
  TeacherLesson,
  TeacherSlotGiven,
} from "../wire.js";
import { Noted } from "../class/title.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { ChoiceField } from "./fields.js";

/** Giving one lesson to a guest teacher; then the way in, shown once (CARD-3). */
export function TeacherSlotPage({ page }: PageProps): VNode {
  const [asked, again] = useAsked("teachers.lesson", { lesson: page.name });
  const [given, tell] = useState<TeacherSlotGiven | undefined>(undefined);
  return (
    <div class="page">
      <Back href="#/plan" word={words.toPlan} />
      <PageHead title={words.give} />
      <Shown asked={asked} again={again}>
        {(lesson) => (
          <>
            <section class="card stack">
              <h2>
                <Noted of={lesson.title} />
              </h2>
              <p>
                <Words
                  of={words.slotAt}
                  slots={{
                    from: <Time utc={lesson.from} />,
                    to: <Given>{endClockShown(lesson.to)}</Given>,
                  }}
                />
              </p>
              {lesson.main_name === undefined ? null : (
                <p class="fine">
                  <Words of={words.nowMain} slots={{ name: <Given>{lesson.main_name}</Given> }} />
                </p>
              )}
            </section>
            {given === undefined ? (
              <Give
                of={lesson}
                done={(to) => {
                  tell(to);
                  again();
                }}
              />
            ) : (
              <FirstWay of={given} />
            )}
          </>
        )}
      </Shown>
    </div>
  );
}

const notNow: Readonly<Record<string, Word>> = {
  "lesson-over": words.whyOver,
  "lesson-cancelled": words.whyCancelled,
  "lesson-elsewhere": words.whyElsewhere,
};

function Give({ of, done }: { of: TeacherLesson; done: (given: TeacherSlotGiven) => void }): VNode {
  const [card, choose] = useState("");
  const [part, play] = useState<"main" | "sub">("main");
  const deed = useDeed();
  const mayHave = (one: TeacherForLesson): boolean =>
    one.refusal === undefined && one.slot === undefined;
  const send = async (): Promise<void> => {
    const got = await deed.run((id) =>
      ask("teachers.slot", { card }, { id, lesson: of.lesson, part, expected_version: of.version }),
    );
    if (got !== undefined) done(got);
  };
  if (of.refusal !== undefined)
    return (
      <p class="note">
        <Words of={notNow[of.refusal] ?? words.whyOver} />
      </p>
    );
  return (
    <section class="card stack">
      <fieldset class="field" role="radiogroup">
        <legend>
          <Words of={words.giveWho} />
        </legend>
        {of.cards.every((one) => !mayHave(one)) ? (
          <p class="note">
            <Words of={words.mayNone} />
          </p>
        ) : null}
        <ul class="deeds">
          {of.cards.map((one) => (
            <li class="stack-small" key={one.card}>
              {mayHave(one) ? (
                <label class="choice">
                  <input
                    type="radio"
                    name="teacher"
                    value={one.card}
                    checked={one.card === card}
                    onChange={() => choose(one.card)}
                  />
                  <span>
                    <Given>{one.name}</Given>
                  </span>
                </label>
              ) : (
                <a class="inline-door" href={`#/teachers/${one.card}`}>
                  <Given>{one.name}</Given>
                </a>
              )}
              <span class="fine">
                <Given>{`${one.field}　${one.times}`}</Given>
              </span>
              <Why of={one} />
            </li>
          ))}
        </ul>
      </fieldset>
      <ChoiceField
        id="teacher-part"
        word={words.givePart}
        hint={words.mainMoves}
        fault={undefined}
        value={part}
        put={(value) => play(value === "sub" ? "sub" : "main")}
        choices={[
          ["main", words.main],
          ["sub", words.sub],
        ]}
      />
      <button
        type="button"
        class="button"
        aria-disabled={deed.busy || card === ""}
        onClick={() => (card === "" ? undefined : void send())}
      >
        <Words of={deed.busy ? words.saving : words.giveDo} />
      </button>
      <Said of={deed.said} done={words.given} />
    </section>
  );
}

/** Why somebody cannot have it, or that he has. */
function Why({ of }: { of: TeacherForLesson }): VNode | null {
  if (of.slot !== undefined)
    return (
      <span class="pill">
        <Words of={words.hasIt} />
      </span>
    );
  switch (of.refusal) {
    case undefined:
      return null;
    case "not-approved":
      return (
        <span class="fine">
          <Words
            of={words.whyTowns}
            slots={{ names: <Given>{of.missing.map(({ name }) => name).join("、")}</Given> }}
          />
        </span>
      );
    default:
      return (
        <span class="fine">
          <Words of={of.refusal === "home-gone" ? words.whyHome : words.whyOwn} />
        </span>
      );
  }
}

/** The ID, if it is new: issued as every other, its first password shown once. */
function FirstWay({ of }: { of: TeacherSlotGiven }): VNode {
  const [once, tell] = useState<PeopleIssuedItem | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const deed = useDeed();
  useEffect(() => heading.current?.focus(), [once]);
  const issue = async (): Promise<void> => {
    const got = await deed.run(() =>
      ask("people.issue", undefined, { ids: [of.account], first: "sheet" }),
    );
    tell(got?.items[0]);
  };
  return (
    <section class="card stack once">
      <h2 ref={heading} tabIndex={-1}>
        <Words of={once === undefined ? words.given : words.once} />
      </h2>
      {once !== undefined ? (
        <>
          <p class="note">
            <Words of={words.onceNote} />
          </p>
          <p>
            <Words of={words.onceId} />
          </p>
          <p class="once-word mono" translate={false}>
            {once.login}
          </p>
          <p>
            <Words of={words.oncePassword} />
          </p>
          <p class="once-word mono" translate={false}>
            {once.first_password}
          </p>
          <p>
            <Words of={words.onceFirst} />
          </p>
        </>
      ) : of.account_state === "approved" ? (
        <>
          <p>
            <Words of={words.idWaits} />
          </p>
          <button
            type="button"
            class="button"
            aria-disabled={deed.busy}
            onClick={() => void issue()}
          >
            <Words of={deed.busy ? words.saving : words.issue} />
          </button>
          <Said of={deed.said} done={words.given} />
        </>
      ) : (
        <p>
          <Words of={words.idThere} />
        </p>
      )}
      <a class="quiet-button" href={`#/teachers/${of.account}`}>
        <Words of={words.slots} />
      </a>
    </section>
  );
}
