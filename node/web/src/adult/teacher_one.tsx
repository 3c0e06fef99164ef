import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask, type Outcome } from "../edge/api.js";
import { endClockShown } from "../state/time.js";
import { useAsked } from "../view/asked.js";
import { Help } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { teachers as words } from "../words/teachers.js";
import type { TeacherCard, TeacherSlot } from "../wire.js";
import { Noted } from "../class/title.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { AnswerPill, CardForm, Lines, Step } from "./teacher_parts.js";

/** One guest teacher: what the card says, who approved, which lessons were given (CARD-3). */
export function TeacherPage({ page, role }: PageProps): VNode {
  const [asked, again] = useAsked("teachers.show", { card: page.name });
  const isBoard = role === "commissioner";
  return (
    <div class="page">
      <Back href="#/teachers" word={words.toList} />
      <Shown asked={asked} again={again}>
        {(card) => (
          <>
            <PageHead title={words.title} name={<Given>{card.name}</Given>} />
            <Facts of={card} />
            {card.is_withdrawn ? null : (
              <Decision of={card} isBoard={isBoard} again={again} key={card.version} />
            )}
            <Slots of={card} isBoard={isBoard} again={again} />
            <Towns of={card} again={again} />
            {card.is_own && !card.is_withdrawn ? <Edit of={card} again={again} /> : null}
          </>
        )}
      </Shown>
    </div>
  );
}

interface Props {
  readonly of: TeacherCard;
  readonly again: () => void;
}

function Facts({ of }: { of: TeacherCard }): VNode {
  const rows = [
    [words.field, of.field],
    [words.evidence, of.evidence],
    [words.times, of.times],
  ] as const;
  return (
    <section class="card stack">
      <p class="tags">
        {of.is_withdrawn ? (
          <span class="pill pill-alert">
            <Words of={words.withdrawn} />
          </span>
        ) : null}
        <Words of={words.homeOf} slots={{ name: <Given>{of.home_name}</Given> }} />
      </p>
      <dl class="facts">
        {rows.map(([word, text]) => (
          <div key={word[2]}>
            <dt>
              <Words of={word} />
            </dt>
            <dd>
              <Lines of={text} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Decision({ of, isBoard, again }: Props & { isBoard: boolean }): VNode {
  const decide =
    (name: "teachers.approve" | "teachers.decline") =>
    (id: string): Promise<Outcome<unknown>> =>
      ask(name, { card: of.card }, { id, version: of.version });
  return (
    <section class="card stack" aria-labelledby="teacher-decision">
      <h2 id="teacher-decision">
        <Words of={words.decision} />
      </h2>
      <p class="fine">
        <Words of={words.decisionLead} />
      </p>
      <p class="tags" role="status">
        <AnswerPill of={of.answer} />
      </p>
      {isBoard ? (
        <>
          {of.answer === "approved" ? null : (
            <Step
              word={words.approve}
              sure={words.approveSure}
              send={decide("teachers.approve")}
              again={again}
            />
          )}
          {of.answer === "declined" ? null : (
            <Step
              word={of.answer === "none" ? words.decline : words.takeBack}
              sure={words.declineSure}
              send={decide("teachers.decline")}
              again={again}
              isQuiet
            />
          )}
        </>
      ) : (
        <p class="note">
          <Words of={words.boardOnly} />
        </p>
      )}
    </section>
  );
}

function Slots({ of, isBoard, again }: Props & { isBoard: boolean }): VNode | null {
  if (of.slots.length === 0 && of.account_state === undefined) return null;
  return (
    <section class="card stack" aria-labelledby="teacher-slots">
      <h2 id="teacher-slots">
        <Words of={words.slots} />
      </h2>
      <p class="fine">
        <Words of={words.slotsNote} />
      </p>
      <ul class="deeds">
        {of.slots.map((one) => (
          <li class="stack-small" key={one.slot}>
            <Slot of={one} isBoard={isBoard} again={again} />
          </li>
        ))}
      </ul>
      {of.account_state === undefined ? null : (
        <a class="quiet-button" href={`#/people/${of.card}`}>
          <Words of={words.toId} />
        </a>
      )}
    </section>
  );
}

function Slot({
  of,
  isBoard,
  again,
}: {
  of: TeacherSlot;
  isBoard: boolean;
  again: () => void;
}): VNode {
  return (
    <>
      <p class="tags">
        <b>
          <Noted of={of.title} />
        </b>
        <span class="pill">
          <Words of={words[of.part]} />
        </span>
        {of.is_given && !of.is_over ? null : (
          <span class="pill">
            <Words of={of.is_given ? words.over : words.notGiven} />
          </span>
        )}
      </p>
      <p class="fine">
        <Words
          of={words.slotAt}
          slots={{ from: <Time utc={of.from} />, to: <Given>{endClockShown(of.to)}</Given> }}
        />
      </p>
      {isBoard && of.ended_at === undefined && !of.is_over ? (
        <Step
          word={words.endSlot}
          sure={words.endSlotSure}
          send={(id) => ask("teachers.slot_end", { slot: of.slot }, { id })}
          again={again}
          isQuiet
        />
      ) : null}
    </>
  );
}

function Towns({ of, again }: Props): VNode {
  return (
    <section class="card stack" aria-labelledby="teacher-towns">
      <h2 id="teacher-towns">
        <Words of={words.towns} />
      </h2>
      <p class="fine">
        <Words of={words.townsLead} />
      </p>
      {of.nodes.length === 0 ? (
        <p>
          <Words of={words.none} />
        </p>
      ) : (
        <ul class="deeds">
          {of.nodes.map((one) => (
            <li class="tags" key={one.node}>
              <Given>{one.name}</Given>
              <AnswerPill of={one.answer} />
              <span class="fine">
                <Time utc={one.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {of.is_own && !of.is_withdrawn ? <Offer of={of} again={again} /> : null}
    </section>
  );
}

/** The towns of the federation that do not have the card yet. */
function Offer({ of, again }: Props): VNode {
  const [asked, retry] = useAsked("teachers.list", undefined);
  const [chosen, choose] = useState<readonly string[]>([]);
  const deed = useDeed();
  const send = async (): Promise<void> => {
    const got = await deed.run((id) =>
      ask("teachers.offer", { card: of.card }, { id, nodes: chosen.map((node) => ({ node })) }),
    );
    if (got === undefined) return;
    choose([]);
    again();
  };
  return (
    <Shown asked={asked} again={retry}>
      {({ members }) => {
        const left = members.filter((one) => of.nodes.every((node) => node.node !== one.node));
        return left.length === 0 ? (
          <p class="fine">
            <Words of={words.offerNone} />
          </p>
        ) : (
          <>
            <fieldset class="field">
              <legend>
                <Words of={words.offerTo} />
              </legend>
              {left.map(({ node, name }) => (
                <label class="check" key={node}>
                  <input
                    type="checkbox"
                    checked={chosen.includes(node)}
                    onChange={() =>
                      choose(
                        chosen.includes(node)
                          ? chosen.filter((one) => one !== node)
                          : [...chosen, node],
                      )
                    }
                  />
                  <span>
                    <Given>{name}</Given>
                  </span>
                </label>
              ))}
            </fieldset>
            <button
              type="button"
              class="button"
              aria-disabled={deed.busy || chosen.length === 0}
              onClick={() => (chosen.length === 0 ? undefined : void send())}
            >
              <Words of={deed.busy ? words.saving : words.offer} />
            </button>
            <Said of={deed.said} done={words.offered} />
          </>
        );
      }}
    </Shown>
  );
}

function Edit({ of, again }: Props): VNode {
  return (
    <section class="card stack">
      <Help title={words.change}>
        <CardForm
          key={of.version}
          id="teacher-edit"
          start={{ name: of.name, field: of.field, evidence: of.evidence, times: of.times }}
          send={(id, draft) =>
            ask("teachers.put", { card: of.card }, { id, expected_version: of.version, ...draft })
          }
          done={again}
        />
      </Help>
      <Step
        word={words.withdraw}
        sure={words.withdrawSure}
        send={(id) => ask("teachers.withdraw", { card: of.card }, { id })}
        again={again}
        isQuiet
      />
    </section>
  );
}
