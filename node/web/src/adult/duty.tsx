import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask, type Outcome } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { dutyDecisions, movedDuty, reachedBy } from "../state/support.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, Shown } from "../view/page.js";
import { Given, useLine, Words } from "../view/words.js";
import { watch } from "../words/console.js";
import { support as words } from "../words/support.js";
import type { Duty } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { RoleName } from "./floor_parts.js";
import { FindPerson } from "./person_find.js";

type Purpose = Duty["purpose"];

/** Who is called when nobody answers, and in which order: for calls for help, for urgent incidents. */
export function DutyPage(): VNode {
  const [asked, again] = useAsked("duty.list", undefined);
  const [receivers] = useAsked("notify.receivers", undefined);
  return (
    <div class="page">
      <Back href="#/console" word={watch.toConsole} />
      <PageHead title={words.duty} />
      <p>
        <Words of={words.dutyLead} />
      </p>
      <Shown asked={asked} again={again}>
        {(duty) =>
          (["sos", "incident"] as const).map((purpose) => (
            <Order
              key={purpose}
              purpose={purpose}
              all={duty.items.filter((one) => one.purpose === purpose)}
              reached={
                receivers.at === "here" ? reachedBy(receivers.value.items, purpose) : undefined
              }
              again={again}
            />
          ))
        }
      </Shown>
    </div>
  );
}

interface Props {
  readonly purpose: Purpose;
  readonly all: readonly Duty[];
  /** Whom a mail reaches; undefined while that is not known. */
  readonly reached: ReadonlySet<string> | undefined;
  readonly again: () => void;
}

function Order({ purpose, all, reached, again }: Props): VNode {
  const line = useLine();
  const deed = useDeed();
  const [round, next] = useState(0);
  const decide = async (
    changes: readonly { readonly account: string; readonly position: number }[],
    isOn: boolean,
  ): Promise<void> => {
    const got = await deed.run(async (first) => {
      let last: Outcome<unknown> = { kind: "ok", value: undefined };
      for (const [i, change] of changes.entries()) {
        last = await ask("duty.decide", undefined, {
          id: i === 0 ? first : newId(),
          purpose,
          is_on: isOn,
          ...change,
        });
        if (last.kind !== "ok") return last;
      }
      return last;
    });
    if (got === undefined) return;
    next(round + 1);
    again();
  };
  // With nobody on the list, all who receive such notices are told.
  const isReached =
    reached === undefined ||
    (all.length === 0 ? reached.size > 0 : all.some((one) => reached.has(one.account)));
  const title = `duty-${purpose}`;
  return (
    <section class="card stack" aria-labelledby={title}>
      <h2 id={title}>
        <Words of={purpose === "sos" ? words.dutySos : words.dutyIncident} />
      </h2>
      {all.length === 0 ? (
        <p class="note">
          <Words of={words.dutyNobody} />
        </p>
      ) : null}
      {isReached ? null : (
        <div class="fault stack-small">
          <p>
            <Words of={words.dutyNoMail} />
          </p>
          <a class="inline-door" href="#/notify">
            <Words of={words.dutyToNotify} />
          </a>
        </div>
      )}
      <ol class="deeds duty">
        {all.map((one, i) => {
          const name = one.display_name ?? one.account;
          const moved = (by: -1 | 1): Promise<void> =>
            decide(dutyDecisions(all, movedDuty(all, one.account, by)), true);
          const acts = [
            [words.up, words.dutyUp, i > 0, () => moved(-1)],
            [words.down, words.dutyDown, i < all.length - 1, () => moved(1)],
            [
              words.out,
              words.dutyOut,
              true,
              () => decide([{ account: one.account, position: one.position }], false),
            ],
          ] as const;
          return (
            <li key={one.account}>
              <p class="tags">
                <span class="fine">
                  <Words of={words.dutyNth} slots={{ n: i + 1 }} />
                </span>
                <b>
                  <Given>{name}</Given>
                </b>
                {one.role === undefined ? null : (
                  <span class="fine">
                    <RoleName of={one.role} />
                  </span>
                )}
                {reached === undefined ? null : (
                  <span class={reached.has(one.account) ? "pill" : "pill pill-alert"}>
                    <Words of={reached.has(one.account) ? words.dutyReach : words.dutyNoReach} />
                  </span>
                )}
              </p>
              <div class="row">
                {acts.map(([word, label, isOpen, act]) => (
                  <button
                    type="button"
                    key={word[2]}
                    class="quiet-button"
                    aria-disabled={deed.busy || !isOpen}
                    title={line(label, { name })}
                    onClick={() => (isOpen ? void act() : undefined)}
                  >
                    <Words of={word} />
                    <span class="unseen">
                      <Given>{name}</Given>
                    </span>
                  </button>
                ))}
              </div>
            </li>
          );
        })}
      </ol>
      <Said of={deed.said} done={words.done} />
      <h3>
        <Words of={words.dutyAdd} />
      </h3>
      <FindPerson
        key={round}
        id={`${title}-find`}
        not={all.map((one) => one.account)}
        choose={(person) =>
          void decide([{ account: person.id, position: (all.at(-1)?.position ?? 0) + 1 }], true)
        }
      />
    </section>
  );
}
