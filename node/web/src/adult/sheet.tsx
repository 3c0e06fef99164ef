import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { node, start } from "../control.js";
import { createStore, type Store } from "../state/store.js";
import { useStore } from "../view/use.js";
import { FormOfWords, Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { keys } from "../words/keys.js";
import type { Word } from "../words/word.js";
import { halfBytes, meantWord, nWords, sheetCode, wordsOfHalf } from "./codec.js";
import { propose, type Said, sendFirst } from "./keys-api.js";
import { PageHead } from "../view/page.js";
import { KeyFailure, ToKeys } from "./parts.js";
import {
  drawPlaces,
  nAsked,
  nextSheet,
  type Sheet,
  type SheetEvent,
  sheetAtStart,
} from "./sheet-state.js";

/** What a sheet is made for, and what changes with that. */
interface Purpose {
  readonly title: Word;
  readonly why: Word;
  readonly needsInvitation: boolean;
  readonly done: Word;
  readonly doneLead: Word;
  readonly send: (half: Uint8Array, code: string, invitation: string) => Promise<Said>;
}

const firstSheet: Purpose = {
  title: keys.title,
  why: keys.why,
  needsInvitation: true,
  done: keys.done,
  doneLead: keys.doneLead,
  send: sendFirst,
};
const nextSheetOf: Purpose = {
  title: keys.replaceTitle,
  why: keys.replaceWhy,
  needsInvitation: false,
  done: keys.proposed,
  doneLead: keys.proposedLead,
  send: propose,
};

/** The first sheet of a node: nobody can sign in yet, the operator's invitation opens. */
export function FirstSheetPage(): VNode {
  return <MakeSheet purpose={firstSheet} />;
}
/** A sheet in place of another, made by one commissioner and approved by a second. */
export function SheetPage(): VNode {
  return <MakeSheet purpose={nextSheetOf} />;
}

/** Makes the municipality's half of the key here, in this browser, and sees that it is on paper before
 * the node gets it. Leaving the page at any step forgets it. */
function MakeSheet({ purpose }: { purpose: Purpose }): VNode {
  const store = useRef<Store<Sheet> | undefined>(undefined);
  store.current ??= createStore<Sheet>(sheetAtStart);
  const half = useRef(new Uint8Array(halfBytes));
  const words = useRef<readonly string[]>([]);
  const sheet = useStore(store.current);
  const here = useStore(node);
  const tell = (event: SheetEvent): void =>
    store.current?.set(nextSheet(store.current.get(), event));
  const forget = (): void => {
    half.current.fill(0);
    words.current = [];
  };
  useEffect(() => forget, []);
  const make = (): void => {
    if (here === undefined) return;
    crypto.getRandomValues(half.current);
    words.current = wordsOfHalf(half.current);
    tell({ kind: "made", words: words.current, code: sheetCode(here.id, half.current) });
  };
  const putAway = (): void =>
    tell({ kind: "put-away", places: drawPlaces(nAsked, nWords, random32) });
  const answer = async (typed: ReadonlyMap<number, string>, invitation: string): Promise<void> => {
    const wrong = [...typed].filter(([at, text]) => meantWord(text) !== words.current[at]);
    if (wrong.length > 0) {
      tell({ kind: "wrong", places: wrong.map(([at]) => at) });
      if (store.current?.get().at === "given-up") forget();
      return;
    }
    tell({ kind: "sending" });
    const code = sheetCode(here?.id ?? "", half.current);
    const said = await purpose.send(half.current, code, invitation);
    if (said.kind !== "done") return tell({ kind: "refused", said });
    forget();
    tell({ kind: "kept" });
  };
  switch (sheet.at) {
    case "before":
      return <Before purpose={purpose} make={make} />;
    case "shown":
      return (
        <Shown
          town={here?.title_ja ?? ""}
          nodeId={here?.id ?? ""}
          words={sheet.words}
          code={sheet.code}
          printed={() => tell({ kind: "printed" })}
          putAway={putAway}
        />
      );
    case "asked":
      return (
        <Asked
          sheet={sheet}
          needsInvitation={purpose.needsInvitation}
          answer={(typed, invitation) => void answer(typed, invitation)}
        />
      );
    case "given-up":
      return (
        <div class="page">
          <PageHead title={keys.givenUp} />
          <section class="card stack">
            <p>
              <Words of={keys.givenUpLead} />
            </p>
            <button type="button" class="button" onClick={() => tell({ kind: "again" })}>
              <Words of={keys.again} />
            </button>
          </section>
        </div>
      );
    case "done":
      return (
        <div class="page">
          <PageHead title={purpose.done} />
          <section class="card stack" role="status">
            <p>
              <Words of={purpose.doneLead} />
            </p>
            <p class="key-code">
              <Words of={keys.code} /> <b>{sheet.code}</b>
            </p>
            <a class="button" href="#/" onClick={() => void start()}>
              <Words of={first.toHome} />
            </a>
          </section>
        </div>
      );
  }
}

function random32(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

function Before({ purpose, make }: { purpose: Purpose; make: () => void }): VNode {
  const [isAlone, setAlone] = useState(false);
  const [isAsked, ask] = useState(false);
  return (
    <div class="page">
      {purpose.needsInvitation ? null : <ToKeys />}
      <PageHead title={purpose.title} />
      <section class="card stack">
        <p>
          <Words of={purpose.why} />
        </p>
        <ul class="points">
          {[keys.rule1, keys.rule2, keys.rule3, keys.rule4].map((one) => (
            <li key={one[2]}>
              <Words of={one} />
            </li>
          ))}
        </ul>
        <p class={isAsked && !isAlone ? "fault" : "unseen"} role="alert">
          {isAsked && !isAlone ? <Words of={keys.needAlone} /> : null}
        </p>
        <label class="check">
          <input type="checkbox" checked={isAlone} onChange={() => setAlone(!isAlone)} />
          <span>
            <Words of={keys.alone} />
          </span>
        </label>
        <button type="button" class="button" onClick={() => (isAlone ? make() : ask(true))}>
          <Words of={keys.make} />
        </button>
      </section>
    </div>
  );
}

interface ShownProps {
  readonly town: string;
  readonly nodeId: string;
  readonly words: readonly string[];
  readonly code: string;
  readonly printed: () => void;
  readonly putAway: () => void;
}

function Shown({ town, nodeId, words, code, printed, putAway }: ShownProps): VNode {
  useEffect(() => {
    addEventListener("afterprint", printed);
    return () => removeEventListener("afterprint", printed);
  }, []);
  return (
    <div class="page">
      <PageHead title={keys.shown} />
      <p class="no-paper">
        <Words of={keys.shownLead} />
      </p>
      <div class="row no-paper">
        <button type="button" class="button" onClick={() => print()}>
          <Words of={keys.print} />
        </button>
        <button type="button" class="quiet-button" onClick={putAway}>
          <Words of={keys.held} />
        </button>
      </div>
      <FormOfWords.Provider value="plain">
        <Paper town={town} nodeId={nodeId} words={words} code={code} />
      </FormOfWords.Provider>
    </div>
  );
}

/** The A4 sheet; on the screen it is its own preview. */
function Paper({
  town,
  nodeId,
  words,
  code,
}: Pick<ShownProps, "town" | "nodeId" | "words" | "code">): VNode {
  return (
    <article class="paper" lang="ja">
      <h2>
        <Words of={keys.paperTitle} />
      </h2>
      <dl class="paper-facts">
        <div>
          <dt>
            <Words of={keys.paperTown} />
          </dt>
          <dd>
            <Given>{town}</Given>
          </dd>
        </div>
        <div>
          <dt>
            <Words of={keys.paperNode} />
          </dt>
          <dd class="mono">{nodeId}</dd>
        </div>
        <div>
          <dt>
            <Words of={keys.code} />
          </dt>
          <dd class="mono paper-code">{code}</dd>
        </div>
      </dl>
      <ol class="paper-words">
        {words.map((word, i) => (
          <li key={i}>
            <span class="paper-n">{i + 1}</span>
            <Given>{word}</Given>
          </li>
        ))}
      </ol>
      <p class="paper-rules">
        <Words of={keys.paperRules} />
      </p>
      <dl class="paper-blanks">
        <div>
          <dt>
            <Words of={keys.paperDate} />
          </dt>
          <dd>
            <Words of={keys.paperDateBlank} />
          </dd>
        </div>
        <div>
          <dt>
            <Words of={keys.paperName} />
          </dt>
          <dd class="seal">
            <Words of={keys.paperSeal} />
          </dd>
        </div>
        <div>
          <dt>
            <Words of={keys.paperWitness} />
          </dt>
          <dd class="seal">
            <Words of={keys.paperSeal} />
          </dd>
        </div>
        <div>
          <dt>
            <Words of={keys.paperPlace} />
          </dt>
          <dd />
        </div>
      </dl>
    </article>
  );
}

type AskedSheet = Extract<Sheet, { at: "asked" }>;

interface AskedProps {
  readonly sheet: AskedSheet;
  readonly needsInvitation: boolean;
  readonly answer: (typed: ReadonlyMap<number, string>, invitation: string) => void;
}

function Asked({ sheet, needsInvitation, answer }: AskedProps): VNode {
  const invitation = useRef<HTMLInputElement>(null);
  const inputs = useRef(new Map<number, HTMLInputElement>());
  useEffect(() => {
    const at = sheet.wrong[0] ?? sheet.places[0];
    if (at !== undefined) inputs.current.get(at)?.focus();
  }, [sheet.tries]);
  const send = (event: Event): void => {
    event.preventDefault();
    if (sheet.sending) return;
    const typed = sheet.places.map((at) => [at, inputs.current.get(at)?.value ?? ""] as const);
    answer(new Map(typed), invitation.current?.value ?? "");
  };
  return (
    <div class="page">
      <PageHead title={keys.asked} />
      <form class="card stack" onSubmit={send} noValidate autocomplete="off">
        <p>
          <Words of={keys.askedLead} />
        </p>
        <div id="asked-fault" role="alert">
          {sheet.wrong.length === 0 ? null : (
            <p class="fault">
              <Words of={keys.wrong} slots={{ n: sheet.wrong.map((at) => at + 1).join(", ") }} />
            </p>
          )}
          <KeyFailure said={sheet.said} />
        </div>
        {sheet.places.map((at) => (
          <div key={at}>
            <label for={`word-${at}`}>
              <Words of={keys.word} slots={{ n: at + 1 }} />
            </label>
            <input
              id={`word-${at}`}
              type="text"
              lang="ja"
              autocomplete="off"
              spellcheck={false}
              aria-invalid={sheet.wrong.includes(at)}
              aria-describedby={sheet.wrong.includes(at) ? "asked-fault" : undefined}
              ref={(input) => {
                if (input === null) inputs.current.delete(at);
                else inputs.current.set(at, input);
              }}
            />
          </div>
        ))}
        {needsInvitation ? (
          <div>
            <label for="invitation">
              <Words of={keys.invitation} />
            </label>
            <input
              id="invitation"
              ref={invitation}
              type="text"
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              aria-describedby="invitation-note"
            />
            <p class="fine" id="invitation-note">
              <Words of={keys.invitationNote} />
            </p>
          </div>
        ) : null}
        <button type="submit" class="button" aria-disabled={sheet.sending}>
          <Words of={sheet.sending ? keys.sending : needsInvitation ? keys.send : keys.sendNext} />
        </button>
      </form>
    </div>
  );
}
