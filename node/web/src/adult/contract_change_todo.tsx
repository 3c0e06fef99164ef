import type { ComponentChildren, VNode } from "preact";
import { ask } from "../edge/api.js";
import { isAlone, stepOf } from "../state/contract_change.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { contractChange as words } from "../words/contract_change.js";
import type { Word } from "../words/word.js";
import type { ContractorChange, ContractorChangePlace } from "../wire.js";
import { useDeed } from "./deed.js";
import { Refused } from "./deed_said.js";
import { Sure } from "./roster_parts.js";

const placeWords: Readonly<Record<string, readonly [word: Word, href: string]>> = {
  contractor: [words.contractor, "#/people"],
  supporter: [words.supporter, "#/people"],
  duty_sos: [words.duty_sos, "#/duty"],
  duty_incident: [words.duty_incident, "#/duty"],
  notice: [words.notice, "#/notify"],
  weekly: [words.weekly, "#/weekly"],
  lesson: [words.lesson, "#/plan"],
};

/** What somebody else must take over; each name leads to where that is done. */
export function Places({ of }: { of: ContractorChange }): VNode {
  return (
    <>
      <h3>
        <Words of={words.places} />
      </h3>
      <p class="fine">
        <Words of={words.placesLead} />
      </p>
      <ul class="plain-list stack-small">
        {of.places.map((place) => (
          <Place of={place} key={place.kind} />
        ))}
      </ul>
    </>
  );
}

function Place({ of: place }: { of: ContractorChangePlace }): VNode | null {
  const known = placeWords[place.kind];
  if (known === undefined) return null;
  const [word, href] = known;
  const isLesson = place.kind === "lesson";
  return (
    <li>
      <a href={href}>
        <Words of={word} />
      </a>{" "}
      {isLesson ? (
        <Words of={words.placeLessons} slots={{ n: place.n_ends }} />
      ) : (
        <>
          <Words of={words.placeEnds} slots={{ n: place.n_ends }} />{" "}
          <Words of={words.placeLeft} slots={{ n: place.n_left }} />
        </>
      )}{" "}
      {!isLesson && isAlone(place) ? (
        <span class="pill">
          <Words of={words.placeNobody} />
        </span>
      ) : null}
    </li>
  );
}

/** Whose password somebody of the contractor's side may know. */
export function Resets({ of }: { of: ContractorChange }): VNode {
  return (
    <>
      <h3>
        <Words of={words.resets} />
      </h3>
      <p class="fine">
        <Words of={words.resetsLead} />
      </p>
      {of.resets.length === 0 ? (
        <p>
          <Words of={words.resetsNone} />
        </p>
      ) : (
        <ul class="plain-list stack-small">
          {of.resets.map((one) => (
            <li key={one.account}>
              <a href={`#/people/${one.account}`}>
                {one.name === "" ? <Words of={words.nobody} /> : <Given>{one.name}</Given>}
              </a>{" "}
              <Time utc={one.at} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface TodoProps {
  readonly of: ContractorChange;
  readonly after: (word: Word) => void;
}

/** What is still to do after the minute, in its order; each with when it was done. */
export function Todo({ of, after }: TodoProps): VNode {
  const contractors = of.places.find((one) => one.kind === "contractor");
  const isStaffed = contractors !== undefined && !isAlone(contractors);
  return (
    <>
      <h3>
        <Words of={words.todo} />
      </h3>
      <p class="fine">
        <Words of={words.todoLead} />
      </p>
      <ol class="points stack">
        <Item word={words.half} lead={words.halfLead} at={stepOf(of, "half")?.at} />
        <Item word={words.operator} lead={words.operatorLead} at={stepOf(of, "operator")?.at}>
          {of.may_mark ? <Mark of={of} after={after} /> : null}
        </Item>
        <Item word={words.sheet} lead={words.sheetLead} at={stepOf(of, "sheet")?.at}>
          <p>
            <a href="#/keys">
              <Words of={words.toKeys} />
            </a>
          </p>
        </Item>
        <Item
          word={words.passwords}
          lead={words.passwordsLead}
          at={of.n_dropped + of.n_sheets === 0 ? "" : undefined}
        >
          <p>
            <Words of={words.passwordsLeft} slots={{ unused: of.n_dropped, used: of.n_sheets }} />
          </p>
          <p>
            <a href="#/people">
              <Words of={words.toPeople} />
            </a>
          </p>
        </Item>
        <Item word={words.staff} lead={words.staffLead} at={isStaffed ? "" : undefined}>
          <p>
            <a href="#/people">
              <Words of={words.toPeople} />
            </a>
          </p>
        </Item>
      </ol>
      {of.may_plan ? null : (
        <p class="fine">
          <Words of={words.nextOnly} />
        </p>
      )}
      <p class="fine">
        <Words of={words.federation} />
      </p>
    </>
  );
}

interface ItemProps {
  readonly word: Word;
  readonly lead: Word;
  /** When it was done; "": done, nobody noted when. */
  readonly at: string | undefined;
  readonly children?: ComponentChildren;
}

function Item({ word, lead, at, children }: ItemProps): VNode {
  return (
    <li class="stack-small">
      <p>
        <strong>
          <Words of={word} />
        </strong>{" "}
        <span class="pill">
          <Words of={at === undefined ? words.isOpen : words.isDone} />
        </span>
      </p>
      {at === undefined ? (
        <>
          <p>
            <Words of={lead} />
          </p>
          {children}
        </>
      ) : at === "" ? null : (
        <p class="fine">
          <Words of={words.doneAt} slots={{ time: <Time utc={at} /> }} />
        </p>
      )}
    </li>
  );
}

/** Only people can see it: it goes on record under the name of whoever says so. */
function Mark({ of, after }: TodoProps): VNode {
  const deed = useDeed();
  const mark = async (): Promise<void> => {
    const id = of.plan?.id ?? "";
    const got = await deed.run(() => ask("contract.change_operator", { id }, undefined));
    if (got !== undefined) after(words.operatorDone);
  };
  return (
    <>
      <Sure
        word={words.operatorDo}
        yes={words.operatorYes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.working}
        act={() => void mark()}
      >
        <Words of={words.operatorSure} />
      </Sure>
      <Refused of={deed} />
    </>
  );
}
