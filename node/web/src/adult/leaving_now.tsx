import type { VNode } from "preact";
import { actorOf, isDecided, unreachedIn } from "../state/leaving.js";
import { Day } from "../view/day.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { leaving as words } from "../words/leaving.js";
import type { Word } from "../words/word.js";
import type { LeavingState } from "../wire.js";
import { Digits, FactRows } from "./leaving_parts.js";

interface Props {
  readonly of: LeavingState;
  readonly role: string | undefined;
  readonly again: () => void;
}

/** Where it stands, what comes next, whose turn it is: the first thing on the page, in words. */
export function Now({ of, role, again }: Props): VNode {
  const reads = role !== "commissioner" && role !== "contractor";
  return (
    <section class="card stack" aria-labelledby="leaving-now">
      <h2 id="leaving-now">
        <Words of={words.now} />
      </h2>
      <p class="leaving-state">
        <b>
          <Words of={saidOf(of)} />
        </b>
      </p>
      <Next of={of} />
      <Turn of={of} role={role} reads={reads} />
      <Warnings of={of} />
      <FactRows rows={factsOf(of, role)} />
      <button type="button" class="quiet-button" onClick={again}>
        <Words of={words.again} />
      </button>
    </section>
  );
}

/** Whose turn it is, to the reader. While nothing has begun it is nobody's. */
function Turn({ of, role, reads }: Pick<Props, "of" | "role"> & { reads: boolean }): VNode {
  const isMine = of.may_act && of.state !== "active";
  const isTheirs = role === "contractor" && actorOf(of.next_actor) === "operator";
  const word = isMine
    ? words.yours
    : of.state === "active"
      ? words.whenever
      : isTheirs
        ? words.showOperator
        : words.notYours;
  return (
    <p class={isMine || isTheirs ? "note" : "fine"}>
      <Words of={reads ? words.readOnly : word} />
    </p>
  );
}

function saidOf(of: LeavingState): Word {
  switch (of.state) {
    case "grace":
      return of.order_uploaded_at === undefined ? words.grace : words.graceOrder;
    case "peers_purged":
    case "keys_destroyed":
    case "cluster_removed":
    case "volume_discarded":
    case "backups_listed":
    case "scanned":
      return words.erasing;
    default:
      return words[of.state];
  }
}

const nexts: Readonly<Partial<Record<LeavingState["next"], Word>>> = {
  begin: words.begin,
  exported: words.doExport,
  receipt: words.receipt,
  wait: words.wait,
  upload: words.upload,
  confirm: words.confirm,
  none: words.nothing,
};

function Next({ of }: { of: LeavingState }): VNode {
  return (
    <FactRows
      rows={[
        { word: words.next, value: <Words of={nexts[of.next] ?? words.run} /> },
        ...(of.next === "none" ? [] : [{ word: words.who, value: <Actor of={of.next_actor} /> }]),
      ]}
    />
  );
}

const actors: Readonly<Record<string, Word>> = {
  commissioner: words.commissioner,
  contractor: words.contractor,
  operator: words.operator,
  node: words.node,
};

/** Who it is or was, by the role. */
export function Actor({ of }: { of: string }): VNode {
  const word = actors[actorOf(of)];
  return word === undefined ? <Given>{of}</Given> : <Words of={word} />;
}

const warnings: Readonly<Record<string, Word>> = {
  "town-key-missing": words.keyMissing,
  "canaries-missing": words.canariesMissing,
  "materials-open": words.materialsOpen,
  "contract-missing": words.contractMissing,
  "journal-torn": words.torn,
};

function Warnings({ of }: { of: LeavingState }): VNode | null {
  const unreached = unreachedIn(of.steps);
  const isEarly = of.next === "upload" && !of.may_act && of.grace_until !== undefined;
  if (of.warnings.length === 0 && unreached.length === 0 && !isEarly) return null;
  return (
    <div class="note stack-small">
      <h3>
        <Words of={words.warnings} />
      </h3>
      <ul class="points">
        {isEarly ? (
          <li>
            <Words of={words.untilYet} slots={{ time: <Time utc={of.grace_until ?? ""} /> }} />
          </li>
        ) : null}
        {of.warnings.map((one) => (
          <li key={one}>
            {warnings[one] === undefined ? <Given>{one}</Given> : <Words of={warnings[one]} />}
          </li>
        ))}
        {unreached.length === 0 ? null : (
          <li>
            <Words
              of={words.unreachable}
              slots={{ names: <Given>{unreached.join(" / ")}</Given> }}
            />
          </li>
        )}
      </ul>
    </div>
  );
}

function factsOf(of: LeavingState, role: string | undefined) {
  const isBelow = of.state === "active" && role === "commissioner"; // beside its form
  const ends = of.contract_ends_on;
  return [
    ...(ends === undefined ? [] : [{ word: words.ends, value: <Day of={ends} /> }]),
    ...(isDecided(of.state) ? [] : [graceDays(of)]),
    ...(of.grace_until === undefined
      ? []
      : [{ word: words.until, value: <Time utc={of.grace_until} /> }]),
    ...(of.order_uploaded_at === undefined
      ? []
      : [{ word: words.orderAt, value: <Time utc={of.order_uploaded_at} /> }]),
    { word: words.canaries, value: <>{of.n_committed}</> },
    ...(of.bag === undefined ? [] : [{ word: words.bag, value: <Digits of={of.bag} /> }]),
    ...(of.town_key_sha256 === undefined || isBelow
      ? []
      : [{ word: words.fingerprint, value: <Digits of={of.town_key_sha256} /> }]),
  ];
}

/** While nothing has begun the board may still choose them. */
function graceDays(of: LeavingState) {
  return {
    word: words.graceDays,
    value: (
      <span class="tags">
        <Words of={words.days} slots={{ n: of.grace_days }} />
        {of.state === "active" ? (
          <a class="inline-door" href="#/settings/leaving.grace_days">
            <Words of={words.toSetting} />
          </a>
        ) : null}
      </span>
    ),
  };
}
