import type { VNode } from "preact";
import { askFile } from "../edge/api.js";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
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
  words.places,
  shared.joined,
  shared.attended,
  words.share,
  words.yen,
] as const satisfies readonly Word[];

function Table({ of }: { of: SharedShares }): VNode {
  return (
    <table class="record" aria-labelledby="shared-shares">
      <thead>
        <tr>
          {[shared.town, ...columns].map((word) => (
            <th scope="col" key={word[2]}>
              <Words of={word} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {of.items.map((one) => (
          <tr key={one.node}>
            <th scope="row">
              <Given>{one.name}</Given>
            </th>
            {[
              String(one.places),
              String(one.joined),
              String(one.attended),
              `${(one.permille / 10).toFixed(1)}%`,
              yenShown(one.yen),
            ].map((shown, i) => (
              <td key={i}>
                <span class="record-name fine">
                  <Words of={columns[i] ?? shared.town} />
                </span>
                <span class="record-value">{shown}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
