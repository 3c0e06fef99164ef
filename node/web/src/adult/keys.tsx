import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { node, start } from "../control.js";
import { MissingNote, TroubleNote } from "../view/trouble.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { first } from "../words/first.js";
import { keys } from "../words/keys.js";
import type { Word } from "../words/word.js";
import type { KeyStatus } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { SheetEntry } from "./entry.js";
import { approve, check, type Said, unlock } from "./keys-api.js";
import { PageHead } from "../view/page.js";
import { KeyFailure, ToKeys } from "./parts.js";

/** How the node's key stands, and what a person may do about its sheet. */
export function KeysPage({ role }: { role: string | undefined }): VNode {
  const [asked, again] = useAsked("keys.status", undefined);
  if (asked.at === "trouble")
    return asked.what === "missing" ? (
      <MissingNote />
    ) : (
      <TroubleNote what={asked.what} again={again} />
    );
  if (asked.at === "asking")
    return (
      <p class="starting" role="status">
        <Words of={first.starting} />
      </p>
    );
  const status = asked.value;
  return (
    <div class="page">
      <PageHead title={keys.keysTitle} />
      <section class="card stack">
        <Facts status={status} />
      </section>
      {role === "commissioner" ? <Doors status={status} /> : null}
    </div>
  );
}

function Facts({ status }: { status: KeyStatus }): VNode {
  const boots: Readonly<Record<string, Word>> = {
    sheet: keys.bootSheet,
    token: keys.bootToken,
    escrow: keys.bootEscrow,
  };
  const boot = boots[status.boot];
  const rows: readonly (readonly [Word, VNode])[] = [
    [keys.state, <Words of={status.unlocked ? keys.isOpen : keys.isShut} />],
    [keys.code, <b class="mono">{status.sheet_code === "" ? "-" : status.sheet_code}</b>],
    ...(boot === undefined ? [] : [[keys.boot, <Words of={boot} />] as const]),
    [keys.generation, <>{status.generation}</>],
  ];
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div class="fact" key={name[2]}>
          <dt>
            <Words of={name} />
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Doors({ status }: { status: KeyStatus }): VNode {
  const doors: readonly (readonly [href: string, title: Word, note: Word])[] = [
    ["#/sheet-check", keys.checkTitle, keys.checkNote],
    ["#/sheet", keys.replaceTitle, keys.replaceNote],
    ["#/federation", keys.escrowTitle, keys.escrowNote],
    ...(status.proposal === undefined
      ? []
      : [["#/sheet-approve", keys.approveTitle, keys.approveNote] as const]),
  ];
  return (
    <ul class="setting-list">
      {doors.map(([href, title, note]) => (
        <li key={href}>
          <a class="card door" href={href}>
            <span class="door-title">
              <Words of={title} />
            </span>
            <span class="door-note">
              <Words of={note} />
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

interface Deed {
  readonly title: Word;
  readonly lead: Word;
  readonly doWord: Word;
  readonly done: Word;
  readonly give: (half: Uint8Array, code: string) => Promise<Said>;
}

const checking: Deed = {
  title: keys.checkTitle,
  lead: keys.checkLead,
  doWord: keys.checkDo,
  done: keys.fits,
  give: check,
};
const unlocking: Deed = {
  title: keys.unlockTitle,
  lead: keys.unlockLead,
  doWord: keys.unlockDo,
  done: keys.unlocked,
  give: unlock,
};

/** Types a sheet in, to see that it still fits. */
export function CheckPage(): VNode {
  return <TypeSheet deed={checking} />;
}
/** Types a sheet in, to open the node after a stop: at the office, without signing in. */
export function UnlockPage(): VNode {
  return <TypeSheet deed={unlocking} />;
}

function TypeSheet({ deed }: { deed: Deed }): VNode {
  const here = useStore(node);
  const [busy, work] = useState(false);
  const [said, tell] = useState<Said | undefined>(undefined);
  const give = async (half: Uint8Array, code: string): Promise<void> => {
    work(true);
    tell(undefined);
    tell(await deed.give(half, code));
    work(false);
  };
  return (
    <div class="page">
      {deed === checking ? <ToKeys /> : null}
      <PageHead title={deed.title} />
      {said?.kind === "done" ? (
        <Done word={deed.done} />
      ) : (
        <>
          <p>
            <Words of={deed.lead} />
          </p>
          <SheetEntry
            nodeId={here?.id ?? ""}
            busy={busy}
            said={said}
            doWord={deed.doWord}
            give={give}
          />
        </>
      )}
      {said?.kind === "refused" && said.code === "no-sheet" ? (
        <a class="back" href="#/first-sheet">
          <Words of={keys.title} />
        </a>
      ) : null}
    </div>
  );
}

function Done({ word }: { word: Word }): VNode {
  return (
    <section class="card stack" role="status">
      <p class="note">
        <Words of={word} />
      </p>
      <a class="button" href="#/" onClick={() => void start()}>
        <Words of={first.toHome} />
      </a>
    </section>
  );
}

/** The second person of a replacement types the code of the new paper. */
export function ApprovePage(): VNode {
  const [asked, again] = useAsked("keys.status", undefined);
  const [busy, work] = useState(false);
  const [said, tell] = useState<Said | undefined>(undefined);
  const code = useRef<HTMLInputElement>(null);
  if (asked.at === "trouble")
    return asked.what === "missing" ? (
      <MissingNote />
    ) : (
      <TroubleNote what={asked.what} again={again} />
    );
  const proposal = asked.at === "here" ? asked.value.proposal : undefined;
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy || proposal === undefined) return;
    work(true);
    tell(await approve(proposal, code.current?.value ?? ""));
    work(false);
  };
  return (
    <div class="page">
      <ToKeys />
      <PageHead title={keys.approveTitle} />
      {said?.kind === "done" ? (
        <Done word={keys.approved} />
      ) : proposal === undefined ? (
        <p class="note" role="status">
          <Words of={asked.at === "asking" ? first.starting : keys.noProposal} />
        </p>
      ) : (
        <form
          class="card stack"
          onSubmit={(event) => void send(event)}
          noValidate
          autocomplete="off"
        >
          <p>
            <Words of={keys.approveLead} />
          </p>
          <div role="alert">
            <KeyFailure said={said} />
          </div>
          <div>
            <label for="new-code">
              <Words of={keys.newCode} />
            </label>
            <input
              id="new-code"
              class="mono"
              ref={code}
              type="text"
              autocomplete="off"
              spellcheck={false}
            />
          </div>
          <button type="submit" class="button" aria-disabled={busy}>
            <Words of={busy ? keys.sending : keys.approveDo} />
          </button>
        </form>
      )}
    </div>
  );
}
