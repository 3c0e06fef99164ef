import type { VNode } from "preact";
import { useAsked } from "../view/asked.js";
import { Day } from "../view/day.js";
import { Help } from "../view/form.js";
import { Shown } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { transfers as words } from "../words/transfers.js";
import type { ChildTransfer } from "../wire.js";
import { Parcel } from "./transfer_parcel.js";

/** Where a child came from and goes, on the child's page and the person's (CARD-16). */
export function TransferPast({ child, isBoard }: { child: string; isBoard: boolean }): VNode {
  const [asked, again] = useAsked("children.transfers", { id: child });
  return (
    <Shown asked={asked} again={again}>
      {({ items }) =>
        items.length === 0 && !isBoard ? (
          <></>
        ) : (
          <section class="card stack" aria-labelledby="transfer-past">
            <h2 id="transfer-past">
              <Words of={words.section} />
            </h2>
            {items.map((one) => (
              <Past of={one} key={one.transfer} />
            ))}
            {isBoard ? (
              <a class="quiet-button" href="#/transfers">
                <Words of={words.toList} />
              </a>
            ) : null}
          </section>
        )
      }
    </Shown>
  );
}

function Past({ of }: { of: ChildTransfer }): VNode {
  const isDone = of.state === "done";
  const isHidden = of.node_name === undefined;
  const out = isHidden ? words.wentAway : isDone ? words.went : words.goes;
  const word = of.is_out ? out : isDone ? words.came : words.comes;
  return (
    <>
      <p>
        <Words
          of={word}
          slots={{ town: <Given>{of.node_name ?? ""}</Given>, day: <Day of={of.on} /> }}
        />
      </p>
      {of.parcel === undefined ? null : (
        <Help title={words.lookIn}>
          <Parcel of={of.parcel} />
        </Help>
      )}
    </>
  );
}
