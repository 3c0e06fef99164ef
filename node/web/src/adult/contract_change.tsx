import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { stepOf } from "../state/contract_change.js";
import { useAsked } from "../view/asked.js";
import { Help } from "../view/form.js";
import { Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { contractChange as words } from "../words/contract_change.js";
import type { Word } from "../words/word.js";
import type { Contract, ContractorChange } from "../wire.js";
import { PlanForm } from "./contract_change_plan.js";
import { Places, Resets, Todo } from "./contract_change_todo.js";
import { useDeed } from "./deed.js";
import { Refused } from "./deed_said.js";
import { RoleName } from "./floor_parts.js";
import { Sure } from "./roster_parts.js";

interface Props {
  readonly of: ContractorChange;
  readonly after: (word: Word) => void;
}

/** Another contractor takes over in place (CARD-13): the plan, who ends, what is left to do. */
export function ContractorChangePart({ now, again }: { now: Contract; again: () => void }): VNode {
  const [asked, askAgain] = useAsked("contract.change_show", undefined);
  const [done, tell] = useState<Word | undefined>(undefined);
  const after = (word: Word): void => {
    tell(word);
    askAgain();
    again();
  };
  return (
    <section class="card stack" aria-labelledby="contractor-change">
      <h2 id="contractor-change">
        <Words of={words.title} />
      </h2>
      <div role="status">
        {done === undefined ? null : (
          <p class="note">
            <Words of={done} />
          </p>
        )}
      </div>
      <Shown asked={asked} again={askAgain}>
        {(of) => (
          <>
            <State of={of} />
            <Who of={of} />
            {of.state === "planned" || of.state === "confirmed" ? (
              <>
                <Confirm of={of} after={after} />
                {of.accounts.length > 0 ? <Places of={of} /> : null}
                {of.accounts.length > 0 ? <Resets of={of} /> : null}
                {of.may_cancel ? <Cancel of={of} after={after} /> : null}
              </>
            ) : null}
            {of.state === "in_force" ? (
              <>
                <Todo of={of} after={after} />
                {of.accounts.length > 0 ? <Places of={of} /> : null}
                {of.accounts.length > 0 ? <Resets of={of} /> : null}
              </>
            ) : null}
            {of.may_plan ? (
              <Help title={words.open}>
                <PlanForm key={now.version} now={now} of={of} after={after} />
              </Help>
            ) : null}
          </>
        )}
      </Shown>
    </section>
  );
}

/** How far it has come, in one sentence; to whom it ends, when. */
function State({ of }: { of: ContractorChange }): VNode {
  const sentence = { planned: words.planned, confirmed: words.waiting, in_force: words.inForce };
  const plan = of.plan;
  const word = of.state === "none" ? undefined : { ...sentence, lapsed: words.lapsed }[of.state];
  return (
    <>
      {of.your_end === undefined ? null : (
        <p class="note">
          <Words of={words.yourEnd} slots={{ time: <Time utc={of.your_end} /> }} />
        </p>
      )}
      {of.cancelled_at === undefined ? null : (
        <p class="note">
          <Words of={words.wasCancelled} slots={{ time: <Time utc={of.cancelled_at} /> }} />
        </p>
      )}
      {word === undefined || plan === undefined ? (
        <p>
          <Words of={words.lead} />
        </p>
      ) : (
        <p class="note">
          <Words
            of={word}
            slots={{
              time: <Time utc={plan.ends_at} />,
              contractor: <Given>{plan.contractor}</Given>,
              n: stepOf(of, "in_force")?.n_accounts ?? 0,
            }}
          />
        </p>
      )}
      {of.may_plan ? (
        <p class="fine">
          <Words of={words.renew} />
        </p>
      ) : null}
    </>
  );
}

const kinds = [
  ["ends", words.endsN],
  ["stays", words.staysN],
] as const;

/** Whose ID ends and whose stays, as it was planned. */
function Who({ of }: { of: ContractorChange }): VNode | null {
  const isWaiting = of.state === "planned" || of.state === "confirmed";
  const lists = isWaiting ? [...kinds, ["new", words.newN] as const] : kinds;
  if (of.accounts.length === 0 || of.state === "none" || of.state === "lapsed") return null;
  return (
    <>
      {lists.map(([kind, word]) => {
        const list = of.accounts.filter((one) => one.kind === kind);
        return list.length === 0 ? null : (
          <div class="stack-small" key={kind}>
            <h3>
              <Words of={word} slots={{ n: list.length }} />
            </h3>
            <ul class="points">
              {list.map((one) => (
                <li key={one.account}>
                  {one.name === "" ? <Words of={words.nobody} /> : <Given>{one.name}</Given>}
                  {"（"}
                  <RoleName of={one.role} />
                  {"）"}
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </>
  );
}

/** The second of two persons. Who planned it is told that another is needed. */
function Confirm({ of, after }: Props): VNode | null {
  const deed = useDeed();
  const plan = of.plan;
  if (of.state !== "planned" || plan === undefined || of.accounts.length === 0) return null;
  if (!of.may_confirm)
    return (
      <p>
        <Words of={words.second} />
      </p>
    );
  const n = of.accounts.filter((one) => one.kind === "ends").length;
  const confirm = async (): Promise<void> => {
    const got = await deed.run(() => ask("contract.change_confirm", { id: plan.id }, undefined));
    if (got !== undefined) after(words.confirmDone);
  };
  return (
    <>
      <Sure
        word={words.confirm}
        yes={words.confirmYes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.working}
        act={() => void confirm()}
      >
        <Words of={words.confirmSure} slots={{ time: <Time utc={plan.ends_at} />, n }} />
      </Sure>
      <Refused of={deed} />
    </>
  );
}

function Cancel({ of, after }: Props): VNode {
  const deed = useDeed();
  const cancel = async (): Promise<void> => {
    const id = of.plan?.id ?? "";
    const got = await deed.run(() => ask("contract.change_cancel", { id }, undefined));
    if (got !== undefined) after(words.cancelDone);
  };
  return (
    <>
      <Sure
        word={words.cancel}
        yes={words.cancelYes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.working}
        isQuiet
        act={() => void cancel()}
      >
        <Words of={words.cancelSure} />
      </Sure>
      <Refused of={deed} />
    </>
  );
}
