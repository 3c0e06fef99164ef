import type { VNode } from "preact";
import { ask } from "../edge/api.js";
import { type Commands, isSecretKey } from "../state/leaving.js";
import { Help } from "../view/form.js";
import { Words } from "../view/words.js";
import { leaving } from "../words/leaving.js";
import { leavingPapers as words } from "../words/leaving_papers.js";
import type { Word } from "../words/word.js";
import type { LeavingState } from "../wire.js";
import type { Deed } from "./deed.js";
import { type AfterAct, Digits, FactRows, HandIn, Part, Typed } from "./leaving_parts.js";

interface Props {
  readonly of: LeavingState;
  readonly commands: Commands;
  readonly after: AfterAct;
}

/** The town's certificate and the names it plants: before anything is stopped. */
export function Prepare({ of, commands, after }: Props): VNode {
  return (
    <Part word={words.prepare}>
      <p>
        <Words of={words.tool} />
      </p>
      <TownKey of={of} commands={commands} after={after} />
      {of.state === "active" ? <Canaries of={of} commands={commands} after={after} /> : null}
    </Part>
  );
}

function How({ lines }: { lines: readonly string[] }): VNode {
  return (
    <Help title={words.how}>
      <Typed lines={lines} />
    </Help>
  );
}

function TownKey({ of, commands, after }: Props): VNode {
  const give = async (deed: Deed, file: File): Promise<Word | undefined> => {
    const certificate = await file.text();
    if (isSecretKey(certificate)) return words.keyIsSecret;
    const got = await deed.run((id) => ask("leaving.town_key", undefined, { id, certificate }));
    if (got !== undefined) after(words.keyDone);
    return undefined;
  };
  const sha256 = of.town_key_sha256;
  return (
    <section class="stack" aria-labelledby="leaving-key-title">
      <h3 id="leaving-key-title">
        <Words of={words.key} />
      </h3>
      <p>
        <Words of={words.keyWhat} />
      </p>
      {sha256 === undefined ? (
        <p>
          <Words of={words.keySecret} />
        </p>
      ) : (
        <>
          <p>
            <Words of={words.keyHere} />
          </p>
          <FactRows rows={[{ word: leaving.fingerprint, value: <Digits of={sha256} /> }]} />
          <p class="fine">
            <Words of={words.keyAgain} />
          </p>
        </>
      )}
      <How lines={commands.key} />
      <HandIn
        id="leaving-key"
        word={words.key}
        accept=".pem,.crt,.cer"
        doWord={words.keyDo}
        give={give}
      />
    </section>
  );
}

function Canaries({ of, commands, after }: Props): VNode {
  return (
    <section class="stack" aria-labelledby="leaving-canaries-title">
      <h3 id="leaving-canaries-title">
        <Words of={words.canaries} />
      </h3>
      <p>
        <Words of={words.canariesWhat} />
      </p>
      {of.n_committed === 0 ? null : (
        <p class="note">
          <Words of={words.canariesHere} slots={{ n: of.n_committed }} />
        </p>
      )}
      <How lines={commands.canaries} />
      <HandIn
        id="leaving-canaries"
        word={words.canaries}
        accept=".json"
        doWord={words.canariesDo}
        give={async (deed, file) => {
          const got = await deed.run(() => ask("leaving.canaries", undefined, file));
          if (got !== undefined) after(words.canariesDone);
          return undefined;
        }}
      />
    </section>
  );
}

/** What the operator types on the server, and what is then handed over. */
export function Export({ commands }: { commands: Commands }): VNode {
  return (
    <Part word={leaving.doExport}>
      <p>
        <Words of={words.exportLead} />
      </p>
      <Typed lines={commands.export} />
      <p>
        <Words of={words.exportTown} />
      </p>
      <p>
        <Words of={words.exportGive} />
      </p>
    </Part>
  );
}

export function Receipt({ of, commands, after }: Props): VNode {
  return (
    <Part word={words.receipt}>
      <p>
        <Words of={words.receiptWhat} slots={{ n: of.grace_days }} />
      </p>
      <How lines={commands.receipt} />
      <HandIn
        id="leaving-receipt"
        word={words.receipt}
        accept=".json"
        doWord={words.receiptDo}
        give={async (deed, file) => {
          const got = await deed.run(() => ask("leaving.receipt", undefined, file));
          if (got !== undefined) after(words.receiptDone);
          return undefined;
        }}
      />
    </Part>
  );
}
