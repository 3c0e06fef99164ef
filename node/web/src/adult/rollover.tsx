import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask, type Outcome } from "../edge/api.js";
import { schoolYearOf } from "../state/roster.js";
import { noWishes, nWishes, previewOf, type Wishes } from "../state/rollover.js";
import type { Rollover } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Said, Send } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { roster as words } from "../words/roster.js";
import type { Word } from "../words/word.js";
import { Decisions, RolloverCounted } from "./rollover_act.js";
import { RolloverList } from "./rollover_list.js";
import { faultOf } from "./roster_parts.js";

/** The roll-over of April: looked at, done, undone, confirmed (NI-T2-1). */
export function RolloverPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("roster.rollovers", undefined);
  const [wishes, wish] = useState<Wishes>(noWishes);
  return (
    <div class="page">
      <Back href="#/roster" word={words.toRoster} />
      <PageHead title={words.rollover} />
      <p>
        <Words of={words.rolloverLead} />
      </p>
      <Preview
        wishes={wishes}
        forget={() => wish(noWishes)}
        after={() => {
          wish(noWishes);
          again();
        }}
      />
      <Shown asked={asked} again={again}>
        {({ items, n_without_grade }) => (
          <>
            <WithoutGrade n={n_without_grade} />
            <All items={items} role={role} again={again} wishes={wishes} wish={wish} />
          </>
        )}
      </Shown>
    </div>
  );
}

/** Told before anything is looked at or done: whom a roll-over would leave behind. */
function WithoutGrade({ n }: { n: number }): VNode | null {
  return n === 0 ? null : (
    <p class="note" role="status">
      <Words of={words.withoutGrade} slots={{ n }} />
    </p>
  );
}

interface AllProps {
  readonly items: readonly Rollover[];
  readonly role: string | undefined;
  readonly again: () => void;
  readonly wishes: Wishes;
  readonly wish: (wishes: Wishes) => void;
}

function All({ items, role, again, wishes, wish }: AllProps): VNode {
  const [latest, ...before] = items;
  if (latest === undefined)
    return (
      <p class="note">
        <Words of={words.rolloverNone} />
      </p>
    );
  const isOpen = latest.state === "previewed";
  return (
    <>
      <section class="card stack">
        <h2>
          <Words of={words.year} slots={{ year: latest.school_year }} />
        </h2>
        <RolloverState one={latest} />
        <RolloverCounted one={latest} />
        {/* a decision that is asked twice begins anew when the state changes */}
        <Decisions one={latest} role={role} again={again} key={`${latest.id} ${latest.state}`} />
      </section>
      <RolloverList one={latest} {...(isOpen ? { wishes, wish } : {})} key={`${latest.id} list`} />
      {before.length === 0 ? null : (
        <section class="card stack">
          <h2>
            <Words of={words.rolloverOld} />
          </h2>
          <ul class="deeds">
            {before.map((one) => (
              <li key={one.id}>
                <h3 class="deed">
                  <Words of={words.year} slots={{ year: one.school_year }} />
                </h3>
                <RolloverState one={one} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const states: Readonly<Record<string, Word>> = {
  previewed: words.previewed,
  applied: words.rolled,
  confirmed: words.confirmed,
  undone: words.undone,
};

/** The state and the moments that led to it. */
function RolloverState({ one }: { one: Rollover }): VNode {
  const times: readonly [Word, string | undefined][] = [
    [words.madeAtTime, one.made_at],
    [words.rolledAt, one.applied_at],
    [words.undoneAt, one.undone_at],
    [words.confirmedAt, one.confirmed_at],
  ];
  return (
    <p class="tags" role="status">
      <span class="pill">
        <Words of={states[one.state] ?? words.previewed} />
      </span>
      {times.map(([word, time]) =>
        time === undefined ? null : (
          <span class="fine" key={word[2]}>
            <Words of={word} slots={{ time: <Time utc={time} /> }} />
          </span>
        ),
      )}
    </p>
  );
}

interface PreviewProps {
  readonly wishes: Wishes;
  readonly forget: () => void;
  readonly after: () => void;
}

/** Somebody who was chosen in the list is not in the roster any more. */
function isWishGone(outcome: Outcome<unknown>): boolean {
  return (
    outcome.kind === "refused" &&
    outcome.problem.errors.some(({ pointer }) => pointer === "/hold" || pointer === "/leave")
  );
}

function Preview({ wishes, forget, after }: PreviewProps): VNode {
  const now = schoolYearOf(new Date());
  const [year, choose] = useState(now + 1);
  const [busy, work] = useState(false);
  const [fault, tell] = useState<Word | string | undefined>(undefined);
  const n = nWishes(wishes);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    tell(undefined);
    work(true);
    const outcome = await ask("roster.rollover_preview", undefined, previewOf(year, wishes));
    work(false);
    if (outcome.kind === "ok") return after();
    if (isWishGone(outcome)) {
      forget();
      return tell(words.wishGone);
    }
    const isTwice = outcome.kind === "refused" && outcome.problem.status === 409;
    tell(isTwice ? words.rolloverTwice : faultOf(outcome));
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)}>
      <fieldset>
        <legend>
          <Words of={words.newYear} />
        </legend>
        <div class="choice-row">
          {[now, now + 1].map((one) => (
            <label class="choice" key={one}>
              <input
                type="radio"
                name="rollover-year"
                checked={one === year}
                onChange={() => choose(one)}
              />
              <span>
                <Words of={words.year} slots={{ year: one }} />
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <Said id="rollover-fault">
        {fault === undefined ? null : typeof fault !== "string" ? (
          <Words of={fault} />
        ) : fault === "" ? (
          <Words of={first.noAnswer} />
        ) : (
          <Given>{fault}</Given>
        )}
      </Said>
      <p role="status" class={n > 0 ? "note" : "unseen"}>
        {n > 0 ? <Words of={words.wishesN} slots={{ n }} /> : null}
      </p>
      <Send
        busy={busy}
        word={n > 0 ? words.previewAgain : words.preview}
        busyWord={words.previewing}
      />
    </form>
  );
}
