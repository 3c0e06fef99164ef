import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { useAsked } from "../view/asked.js";
import { Day } from "../view/day.js";
import { Shown } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { transfers as words } from "../words/transfers.js";
import type { Word } from "../words/word.js";
import type { Person, TransferRow } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { Grade } from "./grade.js";
import { PickPerson } from "./person_pick.js";
import { Step } from "./teacher_parts.js";
import { Fact, Parcel } from "./transfer_parcel.js";

const waits: Readonly<Partial<Record<TransferRow["waits"], Word>>> = {
  second: words.waitsSecond,
  board: words.waitsBoard,
  peer: words.waitsPeer,
  node: words.waitsNode,
};
const reasons: Readonly<Record<string, Word>> = {
  "other-child": words.whyOtherChild,
  altered: words.whyAltered,
  "bad-parcel": words.whyAltered,
  "not-member": words.whyNotMember,
  "given-no-receipt": words.whyNoReceipt,
  "declined-after-given": words.whyDeclinedGiven,
  "declined-after-take": words.whyDeclinedTake,
  lapsed: words.whyLapsed,
  "receipt-late": words.whyLate,
  "ended-at-home": words.whyHomeEnded,
};
/** As the two boards tell it each other by phone. */
const numberOf = (id: string): string => id.slice(-8);

interface Props {
  readonly of: TransferRow;
  readonly again: () => void;
}

/** One move: where it stands, who must act, and the acts that are open to this commissioner. */
export function Move({ of, again }: Props): VNode {
  const [isOpen, open] = useState(false);
  const isOver = of.waits === "nobody";
  const next = waits[of.waits];
  return (
    <>
      <p class="tags">
        {of.name === undefined ? null : (
          <b>
            <Given>{of.name}</Given>
          </b>
        )}
        <Words
          of={of.is_out ? words.to : words.from}
          slots={{ town: <Given>{of.node_name}</Given> }}
        />
        <span
          class={of.waits === "second" || of.waits === "board" ? "pill pill-alert" : "pill"}
          data-state={of.state}
        >
          <Words of={words[of.state]} />
        </span>
      </p>
      <dl class="facts">
        <Fact word={words.on}>
          <Day of={of.on} />
        </Fact>
        {of.consent_on === undefined || of.consent_how === undefined ? null : (
          <Fact word={words.consent}>
            <Words
              of={words.consentIs}
              slots={{
                name: <Given>{of.consent_from ?? ""}</Given>,
                how: <Words of={words[of.consent_how as "paper" | "met" | "called"]} />,
                day: <Day of={of.consent_on} />,
              }}
            />
          </Fact>
        )}
        {of.by_name === undefined ? null : (
          <Fact word={words.by}>
            <Given>{of.by_name}</Given>
          </Fact>
        )}
        {of.second_name === undefined ? null : (
          <Fact word={words.second}>
            <Given>{of.second_name}</Given>
          </Fact>
        )}
      </dl>
      <p class="fine">
        <Words of={words.number} slots={{ n: numberOf(of.transfer) }} />{" "}
        {isOver ? null : <Words of={words.numberNote} />}
      </p>
      {of.code === "" ? null : <Why code={of.code} />}
      {next === undefined ? null : (
        <p>
          <Words of={next} />
        </p>
      )}
      {of.is_out && ["accepted", "given", "done"].includes(of.state) ? (
        <p class="fine">
          <Words of={words.restNote} />
        </p>
      ) : null}
      {of.is_own_first && of.waits === "second" ? (
        <p class="fine">
          <Words of={words.ownFirst} />
        </p>
      ) : null}
      {isOpen ? <Contents of={of.transfer} /> : null}
      {isOpen || of.account === undefined ? null : (
        <button type="button" class="quiet-button" onClick={() => open(true)}>
          <Words of={of.is_out ? words.look : words.lookIn} />
        </button>
      )}
      <Acts of={of} again={again} />
    </>
  );
}

function Why({ code }: { code: string }): VNode {
  const word = reasons[code];
  return (
    <p class="note">
      <Words
        of={words.why}
        slots={{ why: word === undefined ? <Given>{code}</Given> : <Words of={word} /> }}
      />
    </p>
  );
}

function Contents({ of }: { of: string }): VNode {
  const [asked, again] = useAsked("transfers.show", { transfer: of });
  return (
    <Shown asked={asked} again={again}>
      {({ parcel }) =>
        parcel === undefined ? (
          <p class="fine">
            <Words of={words.parcelNone} />
          </p>
        ) : (
          <Parcel of={parcel} />
        )
      }
    </Shown>
  );
}

function Acts({ of, again }: Props): VNode {
  const act =
    (name: "transfers.confirm" | "transfers.cancel" | "transfers.accept" | "transfers.decline") =>
    (id: string) =>
      ask(name, { transfer: of.transfer }, { id });
  const { is_out: isOut, state } = of;
  const maySecond = of.waits === "second" && !of.is_own_first;
  return (
    <div class="stack-small">
      {isOut && maySecond ? (
        <Step
          word={words.confirm}
          sure={words.confirmSure}
          send={act("transfers.confirm")}
          again={again}
        />
      ) : null}
      {isOut && ["asked", "offered", "accepted"].includes(state) ? (
        <Step
          word={words.cancel}
          sure={words.cancelSure}
          send={act("transfers.cancel")}
          again={again}
          isQuiet
        />
      ) : null}
      {isOut && state === "given" ? <End of={of} again={again} /> : null}
      {!isOut && state === "offered" ? (
        <Step
          word={words.accept}
          sure={words.acceptSure}
          send={act("transfers.accept")}
          again={again}
        />
      ) : null}
      {!isOut && maySecond ? <Take of={of} again={again} /> : null}
      {!isOut && ["offered", "accepted", "taking"].includes(state) ? (
        <Step
          word={words.decline}
          sure={words.declineSure}
          send={act("transfers.decline")}
          again={again}
          isQuiet
        />
      ) : null}
      {of.waits === "peer" || of.waits === "node" ? (
        <button type="button" class="quiet-button" onClick={again}>
          <Words of={words.again} />
        </button>
      ) : null}
    </div>
  );
}

/** What was handed over and has no receipt: one asks to withdraw it, another one confirms. */
function End({ of, again }: Props): VNode {
  if (of.is_ending && of.is_own_ending)
    return (
      <p class="note">
        <Words of={words.endOwn} />
      </p>
    );
  return (
    <Step
      word={of.is_ending ? words.endSecond : words.end}
      sure={words.endSure}
      send={(id) => ask("transfers.cancel", { transfer: of.transfer }, { id })}
      again={again}
      isQuiet
    />
  );
}

/** The second person at the receiver names the account that was made in the usual way. */
function Take({ of, again }: Props): VNode {
  const [person, choose] = useState<Person | undefined>(undefined);
  const [isLacking, point] = useState(false);
  const deed = useDeed();
  const id = `take-${of.transfer}`;
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    point(person === undefined);
    if (person === undefined) return document.getElementById(id)?.focus();
    const got = await deed.run((op) =>
      ask("transfers.take", { transfer: of.transfer }, { id: op, account: person.id }),
    );
    if (got !== undefined) again();
  };
  return (
    <form class="stack-small" onSubmit={(event) => void send(event)} noValidate>
      <p class="fine">
        <Words of={words.takeNote} />
      </p>
      <PickPerson
        id={id}
        word={words.takeFor}
        otherWord={words.otherChild}
        needWord={words.needChild}
        isLacking={isLacking}
        not={[]}
        person={person}
        choose={(one) => {
          point(false);
          choose(one);
        }}
      />
      {person === undefined ? null : <Whom of={person} />}
      <button type="submit" class="button" aria-disabled={deed.busy}>
        <Words of={words.take} />
      </button>
      <Said of={deed.said} done={words.saidDone} />
    </form>
  );
}

/** Of whom is decided: children of one display name are told apart by these. */
function Whom({ of }: { of: Person }): VNode {
  const rows: readonly [Word, string | undefined][] = [
    [words.person, of.name],
    [words.kana, of.kana],
    [words.grade, of.grade],
  ];
  return (
    <dl class="facts" data-whom={of.id}>
      {rows.map(([word, text]) => (
        <Fact word={word} key={word[2]}>
          {text === undefined || text === "" ? (
            <Words of={words.unwritten} />
          ) : word === words.grade ? (
            <Grade of={text} />
          ) : (
            <Given>{text}</Given>
          )}
        </Fact>
      ))}
    </dl>
  );
}
