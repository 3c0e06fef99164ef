import type { VNode } from "preact";
import { askFile } from "../edge/api.js";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
import { NumberTable } from "../view/record.js";
import { Given, Words } from "../view/words.js";
import { sharedCost as words } from "../words/shared_cost.js";
import { shared } from "../words/shared.js";
import type { Word } from "../words/word.js";
import type { SharedShares } from "../wire.js";
import { TakePaper } from "./report_take.js";

export const shareWays = {
  places: words.byPlaces,
  joined: words.byJoined,
  attended: words.byAttended,
  town: words.byTown,
} satisfies Record<SharedShares["share_by"], Word>;

/** Whole yen, grouped as people write them. */
export function yenShown(n: number): string {
  return n.toLocaleString("ja-JP");
}

/** What each municipality bears of the cost that all agreed to: from numbers alone (CARD-8). */
export function SharedSharesShown({ series }: { series: string }): VNode {
  const [asked, again] = useAsked("shared.shares", { series });
  return (
    <section class="card stack" aria-labelledby="shared-shares">
      <h2 id="shared-shares">
        <Words of={words.title} />
      </h2>
      <Shown asked={asked} again={again}>
        {(of) => (
          <>
            <p class="fine">
              <Words of={words.lead} slots={{ n: yenShown(of.cost) }} />{" "}
              <Words of={shareWays[of.share_by]} />
            </p>
            {of.items.every((one) => one.permille === 0) ? (
              <p class="note">
                <Words of={words.noNumbers} />
              </p>
            ) : null}
            <Table of={of} />
            <TakePaper
              word={words.csv}
              saved={words.saved}
              name="shares.csv"
              take={() => askFile("shared.shares_csv", { series }, undefined)}
            />
          </>
        )}
      </Shown>
    </section>
  );
}

const columns = [
  shared.town,
  words.places,
  shared.joined,
  shared.attended,
  words.share,
  words.yen,
] as const;

function Table({ of }: { of: SharedShares }): VNode {
  const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0);
  const all = {
    node: "",
    places: sum(of.items.map((one) => one.places)),
    joined: sum(of.items.map((one) => one.joined)),
    attended: sum(of.items.map((one) => one.attended)),
    permille: sum(of.items.map((one) => one.permille)),
    yen: sum(of.items.map((one) => one.yen)),
  };
  return (
    <NumberTable
      label="shared-shares"
      columns={columns}
      rows={[...of.items, all].map((one) => ({
        key: one.node,
        head: "name" in one ? <Given>{one.name}</Given> : <Words of={words.all} />,
        cells: [
          one.places,
          one.joined,
          one.attended,
          `${(one.permille / 10).toFixed(1)}%`,
          yenShown(one.yen),
        ],
      }))}
    />
  );
}
