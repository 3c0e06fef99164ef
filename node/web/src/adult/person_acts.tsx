import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ended } from "../control.js";
import { ask, askFile, type Outcome } from "../edge/api.js";
import { saveFile } from "../edge/save.js";
import { callName } from "../state/people.js";
import type { Act } from "../state/person.js";
import type { OneTimePassword, PersonDetail } from "../wire.js";
import { Failure } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { person as words } from "../words/person.js";
import type { Word } from "../words/word.js";
import { TextField } from "./fields.js";
import { Merge } from "./person_merge.js";
import { RequestFor } from "./person_request.js";

export interface ActsProps {
  readonly person: PersonDetail;
  readonly acts: readonly Act[];
  readonly viewer: string | undefined;
  readonly again: () => void;
  readonly tellOnce: (once: OneTimePassword | undefined) => void;
}

/** An act that is asked about once more before it is done. */
interface Plan {
  readonly word: Word;
  readonly note: Word;
  readonly done: Word | undefined; // undefined: the answer speaks for itself
  readonly needsReason?: true;
  readonly sure?: Word; // asked a second time
  readonly yes?: Word;
  readonly run: (id: string, reason: string) => Promise<Outcome<unknown>>;
}

const plans: Readonly<Partial<Record<Act, Plan>>> = {
  approve: {
    word: words.approve,
    note: words.approveNote,
    done: words.approved,
    run: (id) => ask("people.approve", undefined, { ids: [id] }),
  },
  issue: {
    word: words.issue,
    note: words.issueNote,
    done: words.issued,
    run: (id) => ask("people.issue", undefined, { ids: [id], first: "sheet" }),
  },
  reset: {
    word: words.reset,
    note: words.resetNote,
    done: undefined,
    run: (id) => ask("people.reset", { id }, undefined),
  },
  unlock: {
    word: words.unlock,
    note: words.unlockNote,
    done: words.unlocked,
    run: (id) => ask("people.unlock", { id }, undefined),
  },
  suspend: {
    word: words.suspend,
    note: words.suspendNote,
    done: words.suspended,
    needsReason: true,
    run: (id, reason) => ask("people.suspend", { id }, { reason }),
  },
  resume: {
    word: words.resume,
    note: words.resumeNote,
    done: words.resumed,
    needsReason: true,
    run: (id, reason) => ask("people.resume", { id }, { reason }),
  },
  close: {
    word: words.close,
    note: words.closeNote,
    done: words.closed,
    needsReason: true,
    sure: words.closeSure,
    yes: words.closeYes,
    run: (id, reason) => ask("people.close", { id }, { reason }),
  },
  "recover-ask": {
    word: words.recoveryAsk,
    note: words.recoveryNote,
    done: words.recoveryAsked,
    run: (id) => ask("people.recovery_ask", { id }, undefined),
  },
  "recover-grant": {
    word: words.recoveryGrant,
    note: words.recoveryGrantNote,
    done: undefined,
    run: (id) => ask("people.recovery_approve", { id }, undefined),
  },
};

type Said =
  | { readonly kind: "nothing" }
  | { readonly kind: "done"; readonly word: Word }
  | { readonly kind: "refused"; readonly text: string }
  | { readonly kind: "said"; readonly word: Word };

/** What a refusal of an act means to the one who pressed it. */
function saidOf(act: Act, outcome: Outcome<unknown>): Said {
  if (outcome.kind !== "refused") return { kind: "refused", text: "" };
  const { status, code, errors, title } = outcome.problem;
  if (act === "recover-grant" && status === 409)
    return { kind: "said", word: words.recoveryNobody };
  if (status === 404 || code === "conflict") return { kind: "said", word: words.notNow };
  return { kind: "refused", text: errors[0]?.text ?? title };
}

/** The acts that are open for this person just now; nothing when there is none. */
export function Acts(props: ActsProps): VNode | null {
  const { person, acts, again, tellOnce } = props;
  const [open, put] = useState<Act | undefined>(undefined);
  const [said, say] = useState<Said>({ kind: "nothing" });
  const heading = useRef<HTMLHeadingElement>(null);
  const shut = (): void => {
    put(undefined);
    heading.current?.focus();
  };
  const finish = (word: Word): void => {
    say({ kind: "done", word });
    shut();
    again();
  };
  const did = (act: Act, outcome: Outcome<unknown>): void => {
    if (outcome.kind === "refused" && outcome.problem.status === 401) return ended();
    if (outcome.kind !== "ok") return say(saidOf(act, outcome));
    const done = plans[act]?.done;
    if (done !== undefined) return finish(done);
    say({ kind: "nothing" });
    put(undefined);
    tellOnce(outcome.value as OneTimePassword);
    again();
  };
  if (acts.length === 0 && said.kind === "nothing") return null;
  const plan = open === undefined ? undefined : plans[open];
  return (
    <section class="card stack">
      <h2 ref={heading} tabIndex={-1}>
        <Words of={words.acts} />
      </h2>
      <div role="alert">
        <SaidOf said={said} />
      </div>
      {open !== undefined && plan !== undefined ? (
        <Confirm
          key={open}
          plan={plan}
          name={callName(person)}
          run={async (reason) => did(open, await plan.run(person.id, reason))}
          stop={shut}
        />
      ) : open === "merge" ? (
        <Merge person={person} done={finish} stop={shut} />
      ) : open === "request" ? (
        <RequestFor person={person} viewer={props.viewer} done={finish} stop={shut} />
      ) : (
        <Doors
          acts={acts}
          open={(act) => {
            say({ kind: "nothing" });
            put(act);
          }}
        />
      )}
      {open === undefined && acts.includes("print") ? <Print person={person} say={say} /> : null}
    </section>
  );
}

function SaidOf({ said }: { said: Said }): VNode | null {
  switch (said.kind) {
    case "nothing":
      return null;
    case "done":
      return (
        <p class="note">
          <Words of={said.word} />
        </p>
      );
    case "said":
      return (
        <p class="fault">
          <Words of={said.word} />
        </p>
      );
    case "refused":
      return <Failure text={said.text} />;
  }
}

const groups: readonly (readonly Act[])[] = [
  ["unlock", "request", "approve", "issue", "resume", "reset", "suspend"],
  ["merge", "close"],
];
const recoveries: readonly Act[] = ["recover-ask", "recover-grant"];

function Doors({ acts, open }: { acts: readonly Act[]; open: (act: Act) => void }): VNode {
  const button = (act: Act): VNode => (
    <button type="button" class="quiet-button" key={act} onClick={() => open(act)}>
      <Words of={plans[act]?.word ?? (act === "merge" ? words.merge : words.request)} />
    </button>
  );
  const row = (among: readonly Act[]): VNode | null => {
    const here = among.filter((act) => acts.includes(act));
    return here.length === 0 ? null : <div class="row">{here.map(button)}</div>;
  };
  const recovery = row(recoveries);
  return (
    <>
      {row(groups[0] ?? [])}
      {recovery === null ? null : (
        <div class="stack-small">
          <h3>
            <Words of={words.recovery} />
          </h3>
          <p class="fine">
            <Words of={words.recoveryNote} />
          </p>
          {recovery}
        </div>
      )}
      {row(groups[1] ?? [])}
    </>
  );
}

/** The frame in which an act is asked about: its heading takes the focus. */
export function Panel({ word, children }: { word: Word; children: ComponentChildren }): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [word]);
  return (
    <div class="panel-act stack">
      <h3 ref={heading} tabIndex={-1}>
        <Words of={word} />
      </h3>
      {children}
    </div>
  );
}

interface ConfirmProps {
  readonly plan: Plan;
  readonly name: string;
  readonly run: (reason: string) => Promise<void>;
  readonly stop: () => void;
}

function Confirm({ plan, name, run, stop }: ConfirmProps): VNode {
  const [reason, type] = useState("");
  const [isNeeded, tell] = useState(false);
  const [isSure, askSure] = useState(false);
  const [busy, work] = useState(false);
  const isLast = plan.sure === undefined || isSure;
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const isMissing = plan.needsReason === true && reason.trim() === "";
    tell(isMissing);
    if (isMissing) return document.getElementById("act-reason")?.focus();
    if (!isLast) return askSure(true);
    work(true);
    await run(reason.trim());
    work(false);
  };
  return (
    <Panel word={plan.word}>
      <form class="stack" onSubmit={(event) => void send(event)} noValidate>
        <p class={isSure ? "fault" : "note"} role="status">
          {isSure && plan.sure !== undefined ? (
            <Words of={plan.sure} slots={{ name: <Given>{name}</Given> }} />
          ) : (
            <Words of={plan.note} />
          )}
        </p>
        {plan.needsReason === true && !isSure ? (
          <TextField
            id="act-reason"
            word={words.reason}
            hint={words.reasonNote}
            fault={isNeeded ? "" : undefined}
            value={reason}
            put={type}
          />
        ) : null}
        <div class="row">
          <button type="submit" class="button" aria-disabled={busy}>
            <Words of={busy ? words.working : !isLast ? words.goOn : (plan.yes ?? plan.word)} />
          </button>
          <button type="button" class="quiet-button" onClick={stop}>
            <Words of={words.stop} />
          </button>
        </div>
      </form>
    </Panel>
  );
}

/** The first password can be printed until it has been used. */
function Print({ person, say }: { person: PersonDetail; say: (said: Said) => void }): VNode {
  const [busy, work] = useState(false);
  const print = async (kind: "ids" | "passwords"): Promise<void> => {
    if (busy) return;
    work(true);
    const outcome = await askFile("people.slips", undefined, { ids: [person.id], kind });
    work(false);
    if (outcome.kind !== "ok") return say(saidOf("print", outcome));
    saveFile(outcome.value, `ibasho-${kind}.pdf`);
    say({ kind: "done", word: words.printed });
  };
  const button = (kind: "ids" | "passwords", word: Word): VNode => (
    <button
      type="button"
      class="quiet-button"
      aria-disabled={busy}
      onClick={() => void print(kind)}
    >
      <Words of={busy ? words.working : word} />
    </button>
  );
  return (
    <div class="stack-small">
      <h3>
        <Words of={words.print} />
      </h3>
      <div class="row">
        {button("ids", words.printIds)}
        {person.state === "issued" ? button("passwords", words.printPasswords) : null}
      </div>
    </div>
  );
}
