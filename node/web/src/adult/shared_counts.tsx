import type { VNode } from "preact";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
import { NumberTable } from "../view/record.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { shared as words } from "../words/shared.js";
import type { SharedDateCounts } from "../wire.js";

/** How many took part, by municipality: numbers alone cross (CARD-2). */
export function SharedCountsShown({ series }: { series: string }): VNode {
  const [asked, again] = useAsked("shared.counts", { series });
  return (
    <section class="card stack" aria-labelledby="shared-counts">
      <h2 id="shared-counts">
        <Words of={words.counts} />
      </h2>
      <p class="fine">
        <Words of={words.countsLead} />
      </p>
      <Shown asked={asked} again={again}>
        {({ items }) => {
          const counted = items.filter((one) => one.nodes.length > 0);
          return counted.length === 0 ? (
            <p>
              <Words of={words.countsNone} />
            </p>
          ) : (
            <>
              {counted.map((one) => (
                <Counts of={one} key={one.n} />
              ))}
            </>
          );
        }}
      </Shown>
    </section>
  );
}

const columns = [words.town, words.chosen, words.joined, words.attended] as const;

function Counts({ of }: { of: SharedDateCounts }): VNode {
  const title = `shared-counts-${of.n}`;
  return (
    <div class="stack-small">
      <h3 id={title}>
        <Words of={words.lessonN} slots={{ n: of.n }} /> <Time utc={of.from} />
      </h3>
      <NumberTable
        label={title}
        columns={columns}
        rows={of.nodes.map((one) => ({
          key: one.node,
          head: <Given>{one.name}</Given>,
          cells: [one.chosen, one.joined, one.attended],
        }))}
      />
    </div>
  );
}
