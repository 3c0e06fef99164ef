import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask, askFile } from "../edge/api.js";
import { base64url } from "../edge/bytes.js";
import { saveFile } from "../edge/save.js";
import { node } from "../control.js";
import { checkTyped } from "../state/federation.js";
import { Said, Send } from "../view/form.js";
import { Back, PageHead, type PageProps } from "../view/page.js";
import { Time } from "../view/time.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { federation as words } from "../words/federation.js";
import { first } from "../words/first.js";
import type { Word } from "../words/word.js";
import type { FederationInvitation } from "../wire.js";
import {
  type Faults,
  faultsOf,
  missingAt,
  noFaults,
  refusalOf,
  TextField,
  toFirstFault,
  WholeFault,
} from "./fields.js";

interface Read {
  readonly text: string; // of the file, as jx carries bytes
  readonly said: FederationInvitation;
}

/** Joining, in three steps: the invitation is read, people compare by telephone, the application is saved
 * and sent (CARD-11). */
export function FederationJoinPage({ role }: PageProps): VNode {
  const [read, take] = useState<Read | undefined>(undefined);
  const [made, keep] = useState<Blob | undefined>(undefined);
  return (
    <div class="page">
      <Back href="#/federation" word={words.toFederation} />
      <PageHead title={words.join} />
      {role === "commissioner" ? null : (
        <p class="note">
          <Words of={words.boardOnly} />
        </p>
      )}
      <p>
        <Words of={words.steps} />
      </p>
      {read === undefined ? (
        <Choose take={take} />
      ) : (
        <>
          <Invitation of={read.said} />
          {made === undefined ? (
            <>
              {role === "commissioner" ? <Compare read={read} done={keep} /> : null}
              <button type="button" class="quiet-button" onClick={() => take(undefined)}>
                <Words of={words.another} />
              </button>
            </>
          ) : (
            <Made of={made} isByFile={read.said.is_by_file} />
          )}
        </>
      )}
    </div>
  );
}

const mostBytes = 8192;

function Choose({ take }: { take: (read: Read) => void }): VNode {
  const file = useRef<HTMLInputElement>(null);
  const [busy, work] = useState(false);
  const [fault, tell] = useState<string | undefined>(undefined);
  const [isMissing, miss] = useState(false);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const chosen = file.current?.files?.[0];
    miss(chosen === undefined);
    tell(undefined);
    if (chosen === undefined) return file.current?.focus();
    work(true);
    // What is longer is no invitation: the node says so of its first bytes.
    const text = base64url(new Uint8Array(await chosen.slice(0, mostBytes).arrayBuffer()));
    const outcome = await ask("federation.look", undefined, { invitation: text });
    work(false);
    if (outcome.kind === "ok") take({ text, said: outcome.value });
    else tell(refusalOf(outcome));
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.step1} />
      </h2>
      <p>
        <Words of={words.step1Lead} />
      </p>
      <Said id="invitation-fault">
        {isMissing ? (
          <Words of={words.needFile} />
        ) : fault === undefined ? null : fault === "" ? (
          <Words of={first.noAnswer} />
        ) : (
          <Given>{fault}</Given>
        )}
      </Said>
      <div>
        <label for="invitation-file">
          <Words of={words.inviteFile} />
        </label>
        <input
          id="invitation-file"
          ref={file}
          type="file"
          aria-invalid={isMissing || fault !== undefined}
          aria-describedby="invitation-fault"
        />
      </div>
      <Send busy={busy} word={words.inviteDo} busyWord={words.sending} />
    </form>
  );
}

function Invitation({ of }: { of: FederationInvitation }): VNode {
  const rows: readonly (readonly [Word, VNode])[] = [
    [words.invitedBy, <Given>{of.name}</Given>],
    [words.invitedTo, <Given>{of.guest}</Given>],
    [words.invitedUntil, <Time utc={of.until} />],
  ];
  return (
    <section class="card stack">
      <h2>
        <Words of={words.step1} />
      </h2>
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
    </section>
  );
}

const pointers = ["/check", "/name", "/code"];

function Compare({ read, done }: { read: Read; done: (file: Blob) => void }): VNode {
  const here = useStore(node);
  const [check, putCheck] = useState("");
  const [name, putName] = useState(here?.title_ja ?? "");
  const [code, putCode] = useState("");
  const [faults, tell] = useState<Faults>(noFaults);
  const [busy, work] = useState(false);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLElement;
    const missing = [
      ...(check.trim() === "" ? ["/check"] : []),
      ...(name.trim() === "" ? ["/name"] : []),
    ];
    if (missing.length > 0) {
      tell(missingAt(missing));
      return toFirstFault(form);
    }
    work(true);
    const typed = code.normalize("NFKC").trim();
    const outcome = await askFile("federation.joining", undefined, {
      invitation: read.text,
      check: checkTyped(check),
      name: name.trim(),
      ...(typed === "" ? {} : { code: typed }),
    });
    work(false);
    if (outcome.kind === "ok") {
      saveFile(outcome.value, fileName);
      return done(outcome.value);
    }
    tell(
      outcome.kind === "offline" ? { at: {}, whole: [""] } : faultsOf(outcome.problem, pointers),
    );
    toFirstFault(form);
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.step2} />
      </h2>
      <p>
        <Words of={words.step2Lead} />
      </p>
      <WholeFault faults={faults} />
      <TextField
        id="joining-check"
        word={words.check}
        hint={words.checkHint}
        fault={faults.at["/check"]}
        value={check}
        put={putCheck}
      />
      <TextField
        id="joining-name"
        word={words.townName}
        fault={faults.at["/name"]}
        value={name}
        put={putName}
      />
      <TextField
        id="joining-code"
        word={words.townCode}
        fault={faults.at["/code"]}
        value={code}
        put={putCode}
      />
      <p class="note">
        <Words of={words.joinWhat} />
      </p>
      <Send busy={busy} word={words.joinDo} busyWord={words.working} />
    </form>
  );
}

const fileName = "ibasho-moushikomi.txt";

function Made({ of, isByFile }: { of: Blob; isByFile: boolean }): VNode {
  return (
    <section class="card stack" role="status">
      <h2>
        <Words of={words.step3} />
      </h2>
      <p class="note">
        <Words of={words.step3Lead} />
      </p>
      <p>
        <Words of={isByFile ? words.thenFile : words.thenItself} />
      </p>
      <button type="button" class="quiet-button" onClick={() => saveFile(of, fileName)}>
        <Words of={words.saveAgain} />
      </button>
      <a class="button" href="#/federation">
        <Words of={words.toFederation} />
      </a>
    </section>
  );
}
