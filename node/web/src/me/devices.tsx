import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { me } from "../words/me.js";
import { type Refusal, refusalOf } from "../way/problem.js";
import { RefusalText } from "../way/said.js";
import type { OwnSession } from "../wire.js";
import { Done } from "./done.js";

/** Where my ID is signed in just now; all but this one can be ended from here. */
export function DevicesPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("me.sessions", undefined);
  const [busy, work] = useState("");
  const [isDone, done] = useState(false);
  const [said, say] = useState<Refusal | undefined>(undefined);
  const end = async (id: string): Promise<void> => {
    if (busy !== "") return;
    work(id);
    say(undefined);
    const answer = await ask("me.session_end", { id }, undefined);
    work("");
    // Gone already is as good as gone now.
    const isGone =
      answer.kind === "ok" || (answer.kind === "refused" && answer.problem.status === 404);
    done(isGone);
    if (!isGone) return say(refusalOf(answer, []));
    again();
  };
  return (
    <Shown asked={asked} again={again}>
      {({ items }) => (
        <div class="page">
          <Back href="#/me" word={me.toMe} />
          <PageHead title={me.devices} />
          <Done word={isDone ? me.endedOne : undefined} />
          <div role="alert">
            {said === undefined ? null : (
              <p class="fault">
                <RefusalText said={said} wrong={me.notDone} />
              </p>
            )}
          </div>
          <ul class="setting-list">
            {[...items]
              .sort((a, b) => Number(b.is_this) - Number(a.is_this))
              .map((one) => (
                <li class="card device" key={one.id}>
                  <Device one={one} busy={busy === one.id} end={() => void end(one.id)} />
                </li>
              ))}
          </ul>
          <p class="fine">
            <Words
              of={
                items.length < 2 ? me.onlyThis : role === "student" ? me.strange : me.strangeAtWork
              }
            />
          </p>
        </div>
      )}
    </Shown>
  );
}

function Device({ one, busy, end }: { one: OwnSession; busy: boolean; end: () => void }): VNode {
  return (
    <>
      <h2 id={`device-${one.id}`}>
        {one.device === "" ? <Words of={me.someDevice} /> : <Given>{one.device}</Given>}
      </h2>
      {one.is_this ? (
        <p class="pill">
          <Words of={me.thisDevice} />
        </p>
      ) : null}
      <dl class="facts">
        <div class="fact">
          <dt>
            <Words of={me.began} />
          </dt>
          <dd>
            <Time utc={one.began_at} />
          </dd>
        </div>
        <div class="fact">
          <dt>
            <Words of={me.seen} />
          </dt>
          <dd>
            <Time utc={one.seen_at} />
          </dd>
        </div>
      </dl>
      {one.is_this ? null : (
        <button
          type="button"
          class="quiet-button"
          aria-describedby={`device-${one.id}`}
          aria-disabled={busy}
          onClick={end}
        >
          <Words of={me.endOne} />
        </button>
      )}
    </>
  );
}
