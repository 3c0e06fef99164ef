import type { VNode } from "preact";
import { isRefused } from "../state/federation.js";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { witness as words } from "../words/witness.js";
import type { Word } from "../words/word.js";
import type { WitnessOne } from "../wire.js";

/** How far other nodes have seen the record here, and this one theirs; what was refused stands first and
 * says what it may mean. */
export function Witnesses(): VNode {
  const [asked, again] = useAsked("federation.witnesses", undefined);
  return (
    <section class="card stack" aria-labelledby="witnesses">
      <h2 id="witnesses">
        <Words of={words.title} />
      </h2>
      <p class="fine">
        <Words of={words.lead} />
      </p>
      <Shown asked={asked} again={again}>
        {(all) => (
          <>
            <List of={all.own} id="witnesses-own" title={words.own} none={words.ownNone} />
            <List
              of={all.others}
              id="witnesses-others"
              title={words.others}
              none={words.othersNone}
            />
          </>
        )}
      </Shown>
    </section>
  );
}

interface ListProps {
  readonly of: readonly WitnessOne[];
  readonly id: string;
  readonly title: Word;
  readonly none: Word;
}

function List({ of, id, title, none }: ListProps): VNode {
  const sorted = [...of].sort((a, b) => Number(isRefused(b.code)) - Number(isRefused(a.code)));
  return (
    <>
      <h3>
        <Words of={title} />
      </h3>
      {of.length === 0 ? (
        <p>
          <Words of={none} />
        </p>
      ) : (
        <ul class="kpi-list" id={id}>
          {sorted.map((one) => (
            <li class="stack-small" key={one.node}>
              <One of={one} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function One({ of }: { of: WitnessOne }): VNode {
  const name =
    of.name === "" ? (
      <Words of={words.unlisted} slots={{ id: of.node.slice(0, 8) }} />
    ) : (
      <Given>{of.name}</Given>
    );
  return (
    <>
      <p>
        {of.at === undefined ? (
          <Words of={words.seenNever} slots={{ name }} />
        ) : (
          <Words of={words.seen} slots={{ name, n: of.size, time: <Time utc={of.at} /> }} />
        )}
      </p>
      {isRefused(of.code) && of.code_at !== undefined ? (
        <p class="fault">
          <Words
            of={words.refused}
            slots={{ told: of.told, tried: of.tried, time: <Time utc={of.code_at} /> }}
          />
        </p>
      ) : null}
      {of.text === "" ? null : (
        <p class={isRefused(of.code) ? "" : "fine"}>
          <Given>{of.text}</Given>
        </p>
      )}
    </>
  );
}
