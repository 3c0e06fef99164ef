import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask, type Outcome } from "../edge/api.js";
import { type RolloverKind, rolloverKinds } from "../state/rollover.js";
import type { Rollover } from "../wire.js";
import { Failure } from "../view/page.js";
import { Words } from "../view/words.js";
import { people as peopleWords } from "../words/people.js";
import { roster as words } from "../words/roster.js";
import type { Word } from "../words/word.js";
import { faultOf, Sure } from "./roster_parts.js";

const kindWords: Readonly<Record<RolloverKind, Word>> = {
  up: words.up,
  graduate: words.graduate,
  leave: words.leave,
  transfer: words.transfer,
  hold: words.hold,
  unknown: words.unknown,
  class: words.classEnds,
  enrolment: words.enrolmentEnds,
  right: words.rightEnds,
};

export function rolloverKindWord(kind: string): Word {
  return (kindWords as Readonly<Record<string, Word>>)[kind] ?? words.unknown;
}

const ofPeople: readonly RolloverKind[] = [
  "up",
  "graduate",
  "leave",
  "transfer",
  "hold",
  "unknown",
];

/** How many of each kind. */
export function RolloverCounted({ one }: { one: Rollover }): VNode {
  return (
    <dl class="facts">
      {rolloverKinds.map((kind) => (
        <div class="fact numbers" key={kind}>
          <dt>
            <Words of={kindWords[kind]} />
          </dt>
          <dd>
            {ofPeople.includes(kind) ? (
              <Words of={peopleWords.found} slots={{ n: one.counts[kind] }} />
            ) : (
              one.counts[kind]
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface Props {
  readonly one: Rollover;
  readonly role: string | undefined;
  readonly again: () => void;
}

type Said = "nothing" | "stale" | { readonly text: string };

/** What can be decided now, each asked once more; the one without a way back twice more. */
export function Decisions({ one, role, again }: Props): VNode | null {
  const [busy, work] = useState(false);
  const [said, say] = useState<Said>("nothing");
  const [isFirstYes, tellYes] = useState(false);
  if (one.state !== "previewed" && one.state !== "applied") return null;
  if (role !== "commissioner")
    return (
      <p class="note">
        <Words of={words.boardRuns} />
      </p>
    );
  const act = async (run: () => Promise<Outcome<Rollover>>): Promise<void> => {
    if (busy) return;
    say("nothing");
    work(true);
    const outcome = await run();
    work(false);
    if (outcome.kind === "ok") again();
    else if (outcome.kind === "refused" && outcome.problem.status === 409) say("stale");
    else say({ text: faultOf(outcome) ?? "" });
  };
  const params = { id: one.id };
  const common = { no: words.no, busy, busyWord: words.sending };
  return (
    <>
      <div role="alert">
        {said === "nothing" ? null : said === "stale" ? (
          <p class="fault">
            <Words of={words.rolloverStale} />
          </p>
        ) : (
          <Failure text={said.text} />
        )}
      </div>
      {one.state === "previewed" ? (
        <Sure
          {...common}
          word={words.run}
          yes={words.runYes}
          act={() => void act(() => ask("roster.rollover_apply", params, { preview: one.preview }))}
        >
          <p>
            <Words of={words.runSure} slots={{ year: one.school_year }} />
          </p>
          {one.counts.unknown === 0 ? null : (
            <p class="note">
              <Words of={words.withoutGrade} slots={{ n: one.counts.unknown }} />
            </p>
          )}
        </Sure>
      ) : (
        <>
          <Sure
            {...common}
            word={words.undo}
            yes={words.undoYes}
            isQuiet
            act={() => void act(() => ask("roster.rollover_undo", params, undefined))}
          >
            <p>
              <Words of={words.undoSure} />
            </p>
          </Sure>
          {isFirstYes ? (
            <Sure
              {...common}
              key="last"
              word={words.confirm}
              yes={words.confirmYes}
              isAsked
              leave={() => tellYes(false)}
              act={() => void act(() => ask("roster.rollover_confirm", params, undefined))}
            >
              <p>
                <Words of={words.confirmAgain} slots={{ n: one.counts.graduate }} />
              </p>
            </Sure>
          ) : (
            <Sure
              {...common}
              key="first"
              word={words.confirm}
              yes={words.confirmNext}
              isQuiet
              act={() => tellYes(true)}
            >
              <p>
                <Words of={words.confirmSure} />
              </p>
            </Sure>
          )}
        </>
      )}
    </>
  );
}
