import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { callName } from "../state/people.js";
import type { UnusedRight } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Back, Failure, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { roles as roleWords } from "../words/home.js";
import { people as peopleWords } from "../words/people.js";
import { summary as words } from "../words/summary.js";
import type { Word } from "../words/word.js";
import { faultOf, Sure } from "./roster_parts.js";

/** Duties and purposes that nobody used for long, so that they do not stay by habit (NI-T3-8). */
export function UnusedPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("rights.unused", undefined);
  const [isEnded, tellEnded] = useState(false);
  return (
    <div class="page">
      <Back href="#/people" word={peopleWords.toList} />
      <PageHead title={words.unused} />
      <div role="status">
        {isEnded ? (
          <p class="note">
            <Words of={words.ended} />
          </p>
        ) : null}
      </div>
      <Shown asked={asked} again={again}>
        {({ items, days }) => (
          <>
            <p>
              <Words of={words.unusedLead} slots={{ days }} />
            </p>
            {items.length === 0 ? (
              <p class="note">
                <Words of={words.unusedNone} />
              </p>
            ) : null}
            <ul class="history">
              {items.map((one) => (
                <li class="card stack" key={one.right.id}>
                  <Unused
                    one={one}
                    mayEnd={role === "commissioner"}
                    after={() => {
                      tellEnded(true);
                      again();
                    }}
                  />
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </div>
  );
}

interface UnusedProps {
  readonly one: UnusedRight;
  readonly mayEnd: boolean;
  readonly after: () => void;
}

function Unused({ one, mayEnd, after }: UnusedProps): VNode {
  const { account, right } = one;
  const [busy, work] = useState(false);
  const [fault, tell] = useState<string | undefined>(undefined);
  const end = async (): Promise<void> => {
    if (busy) return;
    work(true);
    const outcome = await ask("rights.end", { id: account, right: right.id }, undefined);
    work(false);
    tell(faultOf(outcome));
    if (outcome.kind === "ok") after();
  };
  return (
    <>
      <h2>
        <Given>{right.name_ja}</Given>
      </h2>
      <Holder one={one} />
      <p class="tags">
        <span class="pill">
          {right.used_at === undefined ? (
            <Words of={words.neverUsed} />
          ) : (
            <Words of={words.usedAt} slots={{ time: <Time utc={right.used_at} /> }} />
          )}
        </span>
        <span class="fine">
          <Words of={words.givenAt} slots={{ time: <Time utc={right.given_at} /> }} />
        </span>
        {right.until === undefined ? null : (
          <span class="fine">
            <Words of={words.until} slots={{ time: <Time utc={right.until} /> }} />
          </span>
        )}
        {right.purpose === undefined || right.purpose === "" ? null : (
          <span class="fine">
            <Given>{right.purpose}</Given>
          </span>
        )}
      </p>
      <div role="alert">
        <Failure text={fault} />
      </div>
      {mayEnd ? (
        <Sure
          word={words.end}
          yes={words.yes}
          no={words.no}
          busy={busy}
          busyWord={words.ending}
          isQuiet
          act={() => void end()}
        >
          <p>
            <Words of={words.endSure} />
          </p>
        </Sure>
      ) : null}
    </>
  );
}

function Holder({ one }: { one: UnusedRight }): VNode {
  const role = (roleWords as Readonly<Record<string, Word>>)[one.role];
  return (
    <p class="tags">
      <a class="person-name" href={`#/people/${one.account}`}>
        <Given>{callName(one) || one.account}</Given>
      </a>
      {role === undefined ? null : (
        <span class="fine">
          <Words of={role} />
        </span>
      )}
    </p>
  );
}
