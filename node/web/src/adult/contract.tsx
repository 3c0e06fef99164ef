import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { newId } from "../edge/id.js";
import {
  type About,
  type ContractDraft,
  contractChangeOf,
  contractDraftOf,
  isAhead,
} from "../state/contract.js";
import type { Contract, ContractNext, ContractNumbers } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Day } from "../view/day.js";
import { Send } from "../view/form.js";
import { Back, Failure, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { contract as words } from "../words/contract.js";
import { first } from "../words/first.js";
import type { Word } from "../words/word.js";
import { ChoiceField } from "./fields.js";
import { ContractorChangePart } from "./contract_change.js";

/** The contract as it stands, how many IDs are used, and its change by the board. */
export function ContractPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("contract.show", undefined);
  const mayChange = role === "commissioner";
  const [isSaved, tellSaved] = useState(false); // the form itself is made anew by what it saved
  const after = (): void => {
    tellSaved(true);
    again();
  };
  const isNone = asked.at === "trouble" && asked.what === "missing";
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <div role="status">
        {isSaved ? (
          <p class="note">
            <Words of={words.saved} />
          </p>
        ) : null}
      </div>
      {isNone ? (
        <>
          <p class="note">
            <Words of={mayChange ? words.nothing : words.nothingRead} />
          </p>
          {mayChange ? <ChangeForm now={undefined} after={after} /> : null}
        </>
      ) : (
        <Shown asked={asked} again={again}>
          {(now) => (
            <>
              <Facts now={now} />
              <Quotas now={now} />
              {now.next === undefined ? null : <Next of={now.next} />}
              <ContractorChangePart now={now} again={again} />
              {mayChange ? (
                <ChangeForm
                  key={`${now.contract} ${now.version} ${now.next?.decided_at ?? ""}`}
                  now={now}
                  after={after}
                />
              ) : null}
            </>
          )}
        </Shown>
      )}
    </div>
  );
}

function Facts({ now }: { now: Contract }): VNode {
  const rows: readonly [Word, VNode][] = [
    [words.contractor, <Given>{now.contractor}</Given>],
    [words.period, <Span from={now.begins_on} to={now.ends_on} />],
    [
      words.trial,
      now.trial_begins_on === undefined || now.trial_ends_on === undefined ? (
        <Words of={words.none} />
      ) : (
        <Span from={now.trial_begins_on} to={now.trial_ends_on} />
      ),
    ],
  ];
  return (
    <section class="card stack">
      <h2>
        <Given>{now.title}</Given>
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
      <p class="fine">
        <Words
          of={words.since}
          slots={{ time: <Time utc={now.decided_at} />, version: now.version }}
        />
      </p>
    </section>
  );
}

function Span({ from, to }: { from: string; to: string }): VNode {
  return <Words of={words.span} slots={{ from: <Day of={from} />, to: <Day of={to} /> }} />;
}

/** Decided ahead: it takes over on its first day by itself. */
function Next({ of }: { of: ContractNext }): VNode {
  return (
    <section class="card stack">
      <h2>
        <Words of={words.next} />
      </h2>
      <p>
        <Given>{of.title}</Given>
      </p>
      <p>
        <Span from={of.begins_on} to={of.ends_on} />
      </p>
      <p>
        <Words
          of={words.nextNumbers}
          slots={{
            students: of.quota.student,
            staff: of.quota.staff,
            guardians: of.quota.guardian,
          }}
        />
      </p>
      <p class="fine">
        <Words of={words.nextHow} />
      </p>
    </section>
  );
}

const kinds = ["student", "staff", "guardian"] as const;
type Kind = (typeof kinds)[number];

function sum(of: ContractNumbers): number {
  return of.student + of.staff + of.guardian;
}

function Quotas({ now }: { now: Contract }): VNode {
  return (
    <section class="card stack">
      <h2>
        <Words of={words.quota} />
      </h2>
      <ul class="quotas">
        {kinds.map((kind) => (
          <li key={kind}>
            <Quota name={words[kind]} n={now.quota[kind]} used={now.used[kind]} />
          </li>
        ))}
        <li>
          <Quota name={words.all} n={sum(now.quota)} used={sum(now.used)} />
        </li>
      </ul>
    </section>
  );
}

/** The bar says what the line beside it says; only eyes need it. */
function Quota({ name, n, used }: { name: Word; n: number; used: number }): VNode {
  const share = n === 0 ? 0 : Math.min(100, (100 * used) / n);
  return (
    <>
      <h3>
        <Words of={name} />
      </h3>
      <p>
        <Words of={words.usedOf} slots={{ n, used, free: Math.max(0, n - used) }} />
        {used > n ? (
          <>
            {" "}
            <span class="pill">
              <Words of={words.over} />
            </span>
          </>
        ) : null}
      </p>
      <svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="meter-all" width="100" height="6" />
        <rect class={used >= n ? "meter-full" : "meter-used"} width={share} height="6" />
      </svg>
    </>
  );
}

type Said =
  | { readonly kind: "nothing" | "missing" | "conflict" }
  | { readonly kind: "refused"; readonly texts: readonly string[] };

interface FormProps {
  readonly now: Contract | undefined;
  readonly after: () => void;
}

function ChangeForm({ now, after }: FormProps): VNode {
  const [draft, write] = useState<ContractDraft>(() => contractDraftOf(now));
  const [busy, work] = useState(false);
  const [said, say] = useState<Said>({ kind: "nothing" });
  const id = useRef(newId()); // one decision, however often it is sent
  const set = (change: Partial<ContractDraft>): void => {
    id.current = newId();
    write({ ...draft, ...change });
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const change = contractChangeOf(draft, id.current, now);
    if (change === undefined) return say({ kind: "missing" });
    work(true);
    const outcome = await ask("contract.change", undefined, change);
    work(false);
    if (outcome.kind === "ok") {
      after();
      scrollTo(0, 0); // to what is in force now
    } else if (outcome.kind === "offline") say({ kind: "refused", texts: [""] });
    else if (outcome.problem.code === "conflict" && outcome.problem.errors.length === 0)
      say({ kind: "conflict" });
    else {
      const texts = outcome.problem.errors.map((one) => one.text);
      say({ kind: "refused", texts: texts.length > 0 ? texts : [outcome.problem.title] });
    }
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={now === undefined ? words.add : words.change} />
      </h2>
      {now === undefined ? null : (
        <ChoiceField
          id="contract-about"
          word={words.about}
          hint={words.newWhen}
          fault={undefined}
          value={draft.about}
          put={(about) => set(contractDraftOf(now, about as About))}
          choices={[
            ["now", words.aboutNow],
            now.next === undefined ? ["new", words.aboutNew] : ["next", words.aboutNext],
          ]}
        />
      )}
      <Field name="title" word={words.name} draft={draft} set={set} />
      <Field name="contractor" word={words.contractor} draft={draft} set={set} />
      <Field name="begins_on" word={words.begins} draft={draft} set={set} />
      <Field name="ends_on" word={words.ends} draft={draft} set={set} />
      <Field name="trial_begins_on" word={words.trialBegins} draft={draft} set={set} />
      <Field name="trial_ends_on" word={words.trialEnds} draft={draft} set={set} />
      {kinds.map((kind) => (
        <NumberField kind={kind} draft={draft} set={set} key={kind} />
      ))}
      <p class="note">
        <Words
          of={
            now === undefined || draft.about === "now"
              ? words.consequences
              : isAhead(draft)
                ? words.consequencesAhead
                : words.consequencesNew
          }
        />
      </p>
      {now !== undefined &&
      draft.about === "now" &&
      draft.ends_on !== "" &&
      draft.ends_on < now.ends_on ? (
        <p class="note">
          <Words of={words.shorter} />
        </p>
      ) : null}
      <div role="alert">
        <Result said={said} />
      </div>
      <Send
        busy={busy}
        word={now === undefined ? words.add : words.change}
        busyWord={words.saving}
      />
    </form>
  );
}

function Result({ said }: { said: Said }): VNode | null {
  switch (said.kind) {
    case "nothing":
      return null;
    case "missing":
    case "conflict":
      return (
        <p class="fault">
          <Words of={said.kind === "missing" ? words.notFilled : words.conflict} />
        </p>
      );
    case "refused":
      return (
        <>
          {said.texts.map((text) => (
            <Failure text={text} key={text} />
          ))}
        </>
      );
  }
}

interface DraftProps {
  readonly draft: ContractDraft;
  readonly set: (change: Partial<ContractDraft>) => void;
}

type TextName = Exclude<keyof ContractDraft, "about" | "n_student" | "n_staff" | "n_guardian">;

function Field({ name, word, draft, set }: DraftProps & { name: TextName; word: Word }): VNode {
  const isDate = name.endsWith("_on");
  const value = draft[name];
  return (
    <div>
      <label for={`contract-${name}`}>
        <Words of={word} />
      </label>
      <input
        id={`contract-${name}`}
        type={(isDate ? "date" : "text") as "text"}
        value={value}
        autocomplete="off"
        onInput={(event) => set({ [name]: event.currentTarget.value })}
      />
      {isDate && value !== "" ? (
        <p class="fine">
          <Day of={value} />
        </p>
      ) : null}
    </div>
  );
}

function NumberField({ kind, draft, set }: DraftProps & { kind: Kind }): VNode {
  const name = `n_${kind}` as const;
  return (
    <div>
      <label for={`contract-${name}`}>
        <Words of={words.numberOf} slots={{ who: <Words of={words[kind]} /> }} />
      </label>
      <input
        id={`contract-${name}`}
        type="text"
        inputMode="numeric"
        value={draft[name]}
        autocomplete="off"
        onInput={(event) => set({ [name]: event.currentTarget.value })}
      />
    </div>
  );
}
