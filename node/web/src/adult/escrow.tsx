import type { VNode } from "preact";
import { ask } from "../edge/api.js";
import { type EscrowAct, escrowActs, unaskedOf } from "../state/federation.js";
import { useAsked } from "../view/asked.js";
import { Help } from "../view/form.js";
import { Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { escrow as words } from "../words/federation.js";
import type { Word } from "../words/word.js";
import type { EscrowState, EscrowStep, EscrowSteps, FederationMember } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { Sure } from "./roster_parts.js";

interface Props {
  readonly members: readonly FederationMember[];
  readonly isBoard: boolean;
}

/** The half of the key at the prefecture: is it there, until when, was it given back; depositing and
 * revoking it, with what that means. */
export function Escrow({ members, isBoard }: Props): VNode {
  const [asked, again] = useAsked("keys.escrow", undefined);
  const [steps, stepsAgain] = useAsked("keys.escrow_steps", undefined);
  const isCoordinator = members.some((one) => one.is_self && one.is_coordinator);
  const look = (): void => {
    again();
    stepsAgain();
  };
  return (
    <section class="card stack" aria-labelledby="escrow">
      <h2 id="escrow">
        <Words of={words.title} />
      </h2>
      {isCoordinator ? (
        <p class="note">
          <Words of={words.coordinator} />
        </p>
      ) : (
        <>
          <p>
            <Words of={words.lead} />
          </p>
          <Shown asked={asked} again={again}>
            {(state) => (
              <>
                <State of={state} members={members} />
                {isBoard
                  ? escrowActs(state).map((act) => <Act act={act} again={look} key={act} />)
                  : null}
              </>
            )}
          </Shown>
        </>
      )}
      <Shown asked={steps} again={stepsAgain}>
        {(past) => <Past of={past} members={members} isCoordinator={isCoordinator} />}
      </Shown>
      <button type="button" class="quiet-button" onClick={look}>
        <Words of={words.look} />
      </button>
    </section>
  );
}

function Name({ node, members }: { node: string | undefined; members: Props["members"] }): VNode {
  const member = members.find((one) => one.node === node);
  return member === undefined ? <Words of={words.prefecture} /> : <Given>{member.name}</Given>;
}

const states: Readonly<Record<string, Word>> = {
  none: words.none,
  send: words.send,
  hold: words.hold,
  refused: words.refused,
  stop: words.stop,
};

function State({ of, members }: { of: EscrowState; members: Props["members"] }): VNode {
  if (!of.chosen && of.state === "none")
    return (
      <>
        <p class="note" role="status">
          <Words of={words.notChosen} />
        </p>
        <p>
          <Words of={words.notChosenNext} />
        </p>
      </>
    );
  return (
    <>
      <p class={of.state === "refused" ? "fault" : "note"} role="status">
        <Words
          of={states[of.state] ?? words.none}
          slots={{
            name: <Name node={of.coordinator} members={members} />,
            time: of.until === undefined ? <Words of={words.none} /> : <Time utc={of.until} />,
          }}
        />
      </p>
      {of.state === "none" ? (
        <p>
          <Words of={words.noneNext} />
        </p>
      ) : null}
      {of.chosen ? null : (
        <p>
          <Words of={words.notChosenNext} />
        </p>
      )}
      {of.asked === "" || of.asked === "ok" || !of.locked ? null : (
        <p class="fault">
          <Words of={words.asked} />
        </p>
      )}
    </>
  );
}

const acts = {
  deposit: [words.deposit, words.depositSure, words.deposited],
  revoke: [words.revoke, words.revokeSure, words.revoked],
} as const satisfies Record<EscrowAct, readonly [Word, Word, Word]>;

function Act({ act, again }: { act: EscrowAct; again: () => void }): VNode {
  const deed = useDeed();
  const [word, sure, done] = acts[act];
  const run = async (): Promise<void> => {
    const did = await deed.run(() =>
      act === "deposit"
        ? ask("keys.escrow_deposit", undefined, undefined)
        : ask("keys.escrow_revoke", undefined, undefined),
    );
    if (did !== undefined) again();
  };
  return (
    <>
      <Sure
        word={word}
        yes={words.yes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.working}
        isQuiet={act === "revoke"}
        act={() => void run()}
      >
        <p>
          <Words of={sure} />
        </p>
      </Sure>
      <Said of={deed.said} done={done} />
    </>
  );
}

const kinds: Readonly<Record<EscrowStep["kind"], Word>> = {
  deposit: words.stepDeposit,
  release: words.stepRelease,
  revoke: words.stepRevoke,
  send: words.stepSend,
  hold: words.stepHold,
  refused: words.stepRefused,
  open: words.stepOpen,
  stop: words.stepStop,
};

interface PastProps {
  readonly of: EscrowSteps;
  readonly members: Props["members"];
  readonly isCoordinator: boolean;
}

function Past({ of, members, isCoordinator }: PastProps): VNode {
  const unasked = isCoordinator ? undefined : unaskedOf(of.items, Date.now());
  return (
    <>
      {unasked === undefined ? null : (
        <div class="stack-small" role="alert">
          <p class="fault">
            <Words of={words.unasked} slots={{ time: <Time utc={unasked.at} /> }} />
          </p>
          <p>
            <Words of={words.unaskedNext} />
          </p>
        </div>
      )}
      {isCoordinator || of.items.length === 0 ? null : (
        <>
          <p>
            {of.last_open_at === undefined ? (
              <Words of={words.opensNone} />
            ) : (
              <Words
                of={words.opens}
                slots={{ n: of.n_opens, time: <Time utc={of.last_open_at} /> }}
              />
            )}
          </p>
          <p class="fine">
            <Words of={words.told} />
          </p>
        </>
      )}
      {of.items.length === 0 ? null : (
        <Help title={words.past}>
          <ol class="history">
            {of.items.map((one) => (
              <li class="stack-small" key={one.id}>
                <p class="tags">
                  <Time utc={one.at} />
                  <Words
                    of={
                      one.kind === "release" && !isCoordinator
                        ? words.stepReleased
                        : kinds[one.kind]
                    }
                    slots={{ name: <Name node={one.node} members={members} /> }}
                  />
                </p>
                {one.text === "" ? null : (
                  <p class="fine">
                    <Given>{one.text}</Given>
                  </p>
                )}
              </li>
            ))}
          </ol>
        </Help>
      )}
    </>
  );
}
