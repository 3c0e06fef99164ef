import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import type { WatchNotice } from "../wire.js";
import { Failure } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { audit as words } from "../words/audit.js";
import { roles as roleWords } from "../words/home.js";
import type { Word } from "../words/word.js";
import { noticeWord } from "./notice_word.js";

/** What the node noticed by itself: someone reads unusually many records (NI-T3-10). */
export function Notices(): VNode {
  const [paged, { more, again }] = usePaged<WatchNotice>("notices", (before) =>
    ask("watch.notices", undefined, undefined, before === undefined ? {} : { before }),
  );
  const [fault, tell] = useState<string | undefined>(undefined);
  const see = async (id: string): Promise<void> => {
    const outcome = await ask("watch.seen", { id }, undefined);
    tell(
      outcome.kind === "refused" ? outcome.problem.title : outcome.kind === "ok" ? undefined : "",
    );
    if (outcome.kind === "ok") again();
  };
  return (
    <section class="card stack">
      <h2>
        <Words of={words.notices} />
      </h2>
      <div role="alert">
        <Failure text={fault} />
        {paged.trouble === undefined ? null : <Failure text={paged.text} />}
      </div>
      {paged.items.length === 0 && !paged.isAsking && paged.trouble === undefined ? (
        <p>
          <Words of={words.noticesNone} />
        </p>
      ) : null}
      <ul class="deeds">
        {paged.items.map((one) => (
          <li class="stack-small" key={one.id}>
            <Notice notice={one} see={() => void see(one.id)} />
          </li>
        ))}
      </ul>
      {paged.hasMore ? (
        <button type="button" class="quiet-button" onClick={more}>
          <Words of={words.more} />
        </button>
      ) : null}
    </section>
  );
}

function Notice({ notice, see }: { notice: WatchNotice; see: () => void }): VNode {
  const kind = noticeWord(notice);
  const role = (roleWords as Readonly<Record<string, Word>>)[notice.role ?? ""];
  return (
    <>
      <p class="tags">
        <Time utc={notice.at} />
        <span class="given">
          {role === undefined ? null : <Words of={role} />} <Given>{notice.account}</Given>
        </span>
      </p>
      <p>
        {kind === undefined ? (
          <Given>{notice.rule}</Given>
        ) : (
          <Words of={kind} slots={{ n: notice.n_persons }} />
        )}
      </p>
      {notice.seen_at === undefined ? (
        <button type="button" class="quiet-button" onClick={see}>
          <Words of={words.seen} />
        </button>
      ) : (
        <p class="fine">
          <Words of={words.seenAt} slots={{ time: <Time utc={notice.seen_at} /> }} />
        </p>
      )}
    </>
  );
}
