import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { child as words } from "../words/child.js";
import { watch } from "../words/console.js";
import { support } from "../words/support.js";
import type { Word } from "../words/word.js";
import type { Measure } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { type MeasureKind, MeasurePanel, type Whom, WhoIs } from "./measure_panel.js";
import { RecordFoot } from "./record.js";
import { StaffName } from "./sos_page.js";
import { WarnPanel } from "./warn_panel.js";

const kindWords: Readonly<Record<Measure["kind"], Word>> = {
  chat: words.chat,
  react: words.react,
  mute: words.mute,
  eject: words.eject,
  rename: words.rename,
  slow: words.slow,
};

const acts: readonly (readonly [MeasureKind | "warn", Word])[] = [
  ["warn", watch.warn],
  ["chat", words.chat],
  ["react", words.react],
  ["mute", words.mute],
  ["eject", watch.eject],
  ["rename", watch.rename],
];

/** What is stopped and was, by whom and why; what can be done now (AI-2.7-ア, AI-2.7-ウ). */
export function ChildMeasures({ whom }: { whom: Whom }): VNode {
  const [paged, { more, again }] = usePaged<Measure>(`measures ${whom.account}`, (before) =>
    ask("measures.list", undefined, undefined, {
      account: whom.account,
      ...(before === undefined ? {} : { before }),
    }),
  );
  const [open, put] = useState<MeasureKind | "warn" | undefined>(undefined);
  const [said, say] = useState<Word | undefined>(undefined);
  const finish = (word: Word): void => {
    put(undefined);
    say(word);
    again();
  };
  return (
    <section class="card stack" aria-labelledby="child-measures">
      <h2 id="child-measures">
        <Words of={words.measures} />
      </h2>
      <div class="row">
        {acts.map(([kind, word]) => (
          <button
            type="button"
            key={kind}
            class="quiet-button"
            aria-expanded={open === kind}
            onClick={() => {
              say(undefined);
              put(open === kind ? undefined : kind);
            }}
          >
            <Words of={word} />
          </button>
        ))}
      </div>
      {open === undefined ? null : open === "warn" ? (
        <WarnPanel
          key={open}
          whom={whom}
          done={() => finish(support.done)}
          close={() => put(undefined)}
        />
      ) : (
        <MeasurePanel
          key={open}
          whom={whom}
          kind={open}
          done={() => finish(support.done)}
          close={() => put(undefined)}
        />
      )}
      <div role="status">
        {said === undefined ? null : (
          <p class="note">
            <Words of={said} slots={{ name: <WhoIs of={whom} /> }} />
          </p>
        )}
      </div>
      <ul class="deeds">
        {paged.items.map((one) => (
          <li key={one.measure}>
            <OneMeasure of={one} after={() => finish(words.didLift)} />
          </li>
        ))}
      </ul>
      <RecordFoot paged={paged} more={more} none={words.measuresNone} moreWord={support.more} />
    </section>
  );
}

function OneMeasure({ of, after }: { of: Measure; after: () => void }): VNode {
  const deed = useDeed();
  const id = `measure-${of.measure}`;
  const lift = async (): Promise<void> => {
    const got = await deed.run((one) => ask("measures.lift", { id: of.measure }, { id: one }));
    if (got !== undefined) after();
  };
  return (
    <>
      <p class="tags" id={id}>
        <b>
          <Words of={kindWords[of.kind]} />
        </b>
        <span class={of.is_in_force ? "pill pill-alert" : "pill"}>
          <Words of={of.is_in_force ? words.inForce : words.over} />
        </span>
        {of.kind === "rename" ? (
          <Words
            of={words.renamed}
            slots={{
              before: <Given>{of.name_before ?? ""}</Given>,
              after: <Given>{of.name_after ?? ""}</Given>,
            }}
          />
        ) : of.until === undefined ? (
          <Words of={words.untilLifted} />
        ) : (
          <Words of={words.until} slots={{ time: <Time utc={of.until} /> }} />
        )}
      </p>
      {of.reason === undefined ? null : (
        <p>
          <Words of={words.reason} slots={{ text: <Given>{of.reason}</Given> }} />
        </p>
      )}
      <p class="tags fine">
        <Words
          of={words.decided}
          slots={{
            time: <Time utc={of.at} />,
            by: <StaffName name={of.by_name} role={of.by_role} />,
          }}
        />
        {of.lifted === undefined ? null : (
          <Words
            of={words.lifted}
            slots={{
              time: <Time utc={of.lifted.at} />,
              by: <StaffName name={of.lifted.by_name} role={of.lifted.by_role} />,
            }}
          />
        )}
      </p>
      <Said of={deed.said} done={words.didLift} />
      {of.is_in_force ? (
        <p>
          <button
            type="button"
            class="quiet-button"
            aria-describedby={id}
            aria-disabled={deed.busy}
            onClick={() => void lift()}
          >
            <Words of={deed.busy ? words.working : words.lift} />
          </button>
        </p>
      ) : null}
    </>
  );
}
