import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { askFile } from "../edge/api.js";
import { bySeverity, countOf, isSame, rosterKinds, rosterMoves } from "../state/roster.js";
import type { RosterFinding, RosterImport } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { roster as words } from "../words/roster.js";
import type { Word } from "../words/word.js";
import { Apply } from "./roster_apply.js";
import { Changes, Doubles, kindWord, moveWord } from "./roster_changes.js";
import { Download, ImportState } from "./roster_parts.js";

const lookAgainMs = 1500;

/** One package: what was found in it, what it would change, and the decision about it. */
export function RosterImportPage({ page, role }: PageProps): VNode {
  const [asked, again] = useAsked("roster.import", { id: page.name });
  const isRunning = asked.at === "here" && asked.value.state === "applying";
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(again, lookAgainMs);
    return () => clearInterval(timer);
  });
  return (
    <div class="page">
      <Back href="#/roster" word={words.toRoster} />
      <PageHead title={words.one} />
      <Shown asked={asked} again={again}>
        {(one) => <Import one={one} role={role} again={again} />}
      </Shown>
    </div>
  );
}

interface Props {
  readonly one: RosterImport;
  readonly role: string | undefined;
  readonly again: () => void;
}

function Import({ one, role, again }: Props): VNode {
  const kinds = rosterKinds.filter((kind) => !isSame(countOf(one, kind)));
  const isOpen = one.state === "checked";
  return (
    <>
      <Facts one={one} />
      <State one={one} />
      <Findings one={one} />
      {one.state === "refused" ? null : <Counts one={one} />}
      {isOpen && one.counts.n_doubles > 0 && one.is_kept ? (
        <Doubles id={one.id} n={one.counts.n_doubles} />
      ) : null}
      {isOpen && kinds.length > 0 ? <Apply one={one} role={role} again={again} /> : null}
      {one.is_kept && kinds.length > 0 ? <Changes id={one.id} kinds={kinds} /> : null}
    </>
  );
}

function Facts({ one }: { one: RosterImport }): VNode {
  const rows: readonly [Word, VNode][] = [
    [words.stateName, <ImportState state={one.state} />],
    [words.madeAt, <Time utc={one.made_at} />],
    ...(one.version === ""
      ? []
      : [[words.version, <Given>{one.version}</Given>] satisfies [Word, VNode]]),
    ...(one.applied_at === undefined
      ? []
      : [[words.appliedAt, <Time utc={one.applied_at} />] satisfies [Word, VNode]]),
  ];
  return (
    <section class="card">
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

/** What the state means and what to do next; spoken when it changes. */
function State({ one }: { one: RosterImport }): VNode {
  return (
    <div role="status" class="stack">
      <StateNote one={one} />
    </div>
  );
}

function StateNote({ one }: { one: RosterImport }): VNode | null {
  switch (one.state) {
    case "refused":
      return <Again body={words.refusedBody} link={words.mend} />;
    case "stale":
      return <Again body={words.staleBody} link={words.lookAgain} />;
    case "failed":
      return <Again body={words.failedBody} link={words.lookAgain} />;
    case "applying":
      return <Progress one={one} />;
    case "applied":
      return (
        <>
          <p class="note">
            <Words of={words.appliedBody} />
          </p>
          <a class="button" href="#/people">
            <Words of={words.toPeople} />
          </a>
        </>
      );
    default:
      return null;
  }
}

function Again({ body, link }: { body: Word; link: Word }): VNode {
  return (
    <>
      <p class="fault">
        <Words of={body} />
      </p>
      <a class="button" href="#/roster">
        <Words of={link} />
      </a>
    </>
  );
}

function Progress({ one }: { one: RosterImport }): VNode {
  const share = one.n_total === 0 ? 0 : Math.min(100, (100 * one.n_done) / one.n_total);
  return (
    <div class="card stack">
      <p>
        {one.n_total === 0 ? (
          <Words of={words.progressBegins} />
        ) : (
          <Words of={words.progress} slots={{ done: one.n_done, total: one.n_total }} />
        )}
      </p>
      <svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="meter-all" width="100" height="6" />
        <rect class="meter-used" width={share} height="6" />
      </svg>
    </div>
  );
}

function Findings({ one }: { one: RosterImport }): VNode {
  const findings = one.findings ?? [];
  const { errors, warnings } = bySeverity(findings);
  const n = one.n_errors + one.n_warnings;
  if (n === 0)
    return (
      <p class="note">
        <Words of={words.clean} />
      </p>
    );
  return (
    <section class="card stack">
      <h2>
        <Words of={words.findings} slots={{ errors: one.n_errors, warnings: one.n_warnings }} />
      </h2>
      {n > findings.length ? (
        <p>
          <Words of={words.firstOnly} slots={{ n: findings.length }} />
        </p>
      ) : null}
      <Download
        word={words.csv}
        busyWord={words.taking}
        done={words.downloaded}
        name="findings.csv"
        take={() => askFile("roster.findings", { id: one.id }, undefined)}
      />
      <Group word={words.errors} findings={errors} />
      <Group word={words.warnings} findings={warnings} />
    </section>
  );
}

function Group({
  word,
  findings,
}: {
  word: Word;
  findings: readonly RosterFinding[];
}): VNode | null {
  if (findings.length === 0) return null;
  return (
    <>
      <h3>
        <Words of={word} />
      </h3>
      <ul class="deeds">
        {findings.map((one, i) => (
          <li key={i}>
            <p>
              <Given>{one.text}</Given>
            </p>
            <p class="fine">
              <Where finding={one} />
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

function Where({ finding }: { finding: RosterFinding }): VNode {
  if (finding.file === "") return <Words of={words.wholeZip} />;
  return (
    <>
      <Given>{finding.file}</Given>
      {"・"}
      {finding.line === 0 ? (
        <Words of={words.wholeFile} />
      ) : (
        <Words of={words.line} slots={{ line: finding.line }} />
      )}
      {finding.column === "" ? null : (
        <>
          {"・"}
          <Words of={words.column} slots={{ column: <Given>{finding.column}</Given> }} />
        </>
      )}
    </>
  );
}

/** How many of each kind come, change and go. */
function Counts({ one }: { one: RosterImport }): VNode {
  const isNothing = rosterKinds.every((kind) => isSame(countOf(one, kind)));
  return (
    <section class="card stack">
      <h2>
        <Words of={words.changes} />
      </h2>
      {isNothing ? (
        <p>
          <Words of={words.changesNone} />
        </p>
      ) : (
        <dl class="facts">
          {rosterKinds.map((kind) => (
            <div class="fact" key={kind}>
              <dt>
                <Words of={kindWord(kind)} />
              </dt>
              <dd class="tags">
                <Moves one={one} kind={kind} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {one.is_kept || isNothing ? null : (
        <p class="fine">
          <Words of={words.gone} />
        </p>
      )}
    </section>
  );
}

function Moves({ one, kind }: { one: RosterImport; kind: (typeof rosterKinds)[number] }): VNode {
  const count = countOf(one, kind);
  if (isSame(count))
    return (
      <span class="fine">
        <Words of={words.same} />
      </span>
    );
  return (
    <>
      {rosterMoves
        .filter((move) => count[move] > 0)
        .map((move) => (
          <span class={move === "left" ? "pill pill-alert" : "pill"} key={move}>
            <Words
              of={words.count}
              slots={{ what: <Words of={moveWord(move)} />, n: count[move] }}
            />
          </span>
        ))}
    </>
  );
}
