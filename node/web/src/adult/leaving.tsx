import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { node } from "../control.js";
import { commandsOf, type Commands, isDecided } from "../state/leaving.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { useStore } from "../view/use.js";
import { useLine, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { leaving as words } from "../words/leaving.js";
import { leavingPapers } from "../words/leaving_papers.js";
import type { Word } from "../words/word.js";
import type { LeavingState } from "../wire.js";
import { Begin, Cancel, Confirm } from "./leaving_acts.js";
import { Now } from "./leaving_now.js";
import { OrderPaper } from "./leaving_order.js";
import { Export, Prepare, Receipt } from "./leaving_papers.js";
import { type AfterAct, Typed } from "./leaving_parts.js";
import { Steps } from "./leaving_steps.js";

/** A contract's end (AI-7.2-1, CARD-14): where it stands, what comes next, and the papers for it. */
export function LeavingPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("leaving.show", undefined);
  const [done, tell] = useState<Word | undefined>(undefined);
  const told = useRef<HTMLDivElement>(null);
  const last = useRef<LeavingState | undefined>(undefined);
  if (asked.at === "here") last.current = asked.value;
  const isGone = asked.at === "trouble" && asked.what !== "missing";
  // What was acted upon is gone from the page: the reader is led to what stands there now.
  const after = (word: Word): void => {
    tell(word);
    again();
    told.current?.focus();
  };
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <div role="status" tabIndex={-1} ref={told}>
        {done === undefined ? null : (
          <p class="note">
            <Words of={done} />
          </p>
        )}
      </div>
      {isGone && last.current !== undefined && isDecided(last.current.state) ? (
        <Gone of={last.current} again={again} />
      ) : (
        <Shown asked={asked} again={again}>
          {(of) => (
            <>
              <Now
                of={of}
                role={role}
                again={() => {
                  tell(undefined);
                  again();
                }}
              />
              <Turn of={of} role={role} after={after} />
              <Steps of={of} />
              <After of={of} />
              {of.may_cancel ? <Cancel after={after} /> : null}
            </>
          )}
        </Shown>
      )}
    </div>
  );
}

/** The node that was to be erased answers no more: what that means, and where the certificate will be. */
function Gone({ of, again }: { readonly of: LeavingState; readonly again: () => void }): VNode {
  return (
    <>
      <section class="card stack" role="status" aria-labelledby="leaving-gone">
        <h2 id="leaving-gone">
          <Words of={words.gone} />
        </h2>
        <p>
          <Words of={words.goneWhat} />
        </p>
        <button type="button" class="quiet-button" onClick={again}>
          <Words of={words.again} />
        </button>
      </section>
      <After of={of} />
    </>
  );
}

interface TurnProps {
  readonly of: LeavingState;
  readonly role: string | undefined;
  readonly after: AfterAct;
}

/** What the reader may do in this state. Forms are made anew with it: nothing of another round stays. */
function Turn({ of, role, after }: TurnProps): VNode | null {
  const commands = useCommands(role);
  const key = `${of.state} ${of.steps.length} ${of.order_uploaded_at ?? ""}`;
  if (role === "contractor")
    return of.state === "drain" ? (
      <Export commands={commands} />
    ) : of.next === "confirm" && of.may_act ? (
      <Confirm key={key} of={of} after={after} />
    ) : null;
  if (role !== "commissioner") return null;
  switch (of.state) {
    case "active":
      return (
        <>
          <Prepare of={of} commands={commands} after={after} />
          <Begin of={of} after={after} />
        </>
      );
    case "drain":
      return of.town_key_sha256 === undefined ? (
        <Prepare of={of} commands={commands} after={after} />
      ) : null;
    case "exported":
      return (
        <>
          {of.town_key_sha256 === undefined ? (
            <Prepare of={of} commands={commands} after={after} />
          ) : null}
          <Receipt key={key} of={of} commands={commands} after={after} />
        </>
      );
    case "grace":
      return of.may_act ? <OrderPaper key={key} of={of} commands={commands} after={after} /> : null;
    default:
      return null;
  }
}

/** The commands with this node and this contract in them. Only the board makes papers. */
function useCommands(role: string | undefined): Commands {
  const line = useLine();
  const here = useStore(node);
  const [contract] = useAsked("contract.show", undefined);
  const isKnown = role === "commissioner" && contract.at === "here";
  return commandsOf(
    here?.id ?? "ID",
    isKnown ? contract.value.contract : "ID",
    line(leavingPapers.boardName),
  );
}

/** What the erasure does, and where the certificate will be: said before this page is gone. */
function After({ of }: { of: LeavingState }): VNode {
  const { run, check } = commandsOf("", "", "");
  return (
    <section class="card stack" aria-labelledby="leaving-after">
      <h2 id="leaving-after">
        <Words of={leavingPapers.after} />
      </h2>
      {isDecided(of.state) ? (
        <p class="note">
          <Words of={leavingPapers.readyLead} />
        </p>
      ) : null}
      <ol class="points">
        {[
          { word: leavingPapers.after1, lines: run },
          { word: leavingPapers.after2, lines: undefined },
          { word: leavingPapers.after3, lines: undefined },
          { word: leavingPapers.after4, lines: check },
        ].map(({ word, lines }) => (
          <li key={word[2]}>
            <Words of={word} />
            {lines === undefined ? null : <Typed lines={lines} />}
          </li>
        ))}
      </ol>
    </section>
  );
}
