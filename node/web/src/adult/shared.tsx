import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Noted } from "../class/title.js";
import { isGoing } from "../state/shared.js";
import { useAsked } from "../view/asked.js";
import { Check } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { doors } from "../words/doors.js";
import { first } from "../words/first.js";
import { shared as words } from "../words/shared.js";
import type { SharedSeries } from "../wire.js";
import { SeriesRow } from "./shared_parts.js";

const makers: readonly string[] = ["commissioner", "contractor"];

/** Courses of several dates with other municipalities: what they offer, what is held together (CARD-2). */
export function SharedPage({ role = "" }: PageProps): VNode {
  const [offers, offersAgain] = useAsked("shared.offers", undefined);
  const [asked, again] = useAsked("shared.series", undefined);
  const [isAll, showAll] = useState(false);
  const mayMake = makers.includes(role);
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Shown asked={offers} again={offersAgain}>
        {({ items }) => <Offers items={items.filter((one) => one.state === "offered")} />}
      </Shown>
      <Shown asked={asked} again={again}>
        {({ items }) => {
          const going = items.filter(isGoing);
          const declined =
            offers.at === "here"
              ? offers.value.items.filter((one) => one.state === "declined")
              : [];
          const gone = items.filter((one) => !isGoing(one));
          return (
            <section class="stack" aria-labelledby="shared-series">
              <h2 id="shared-series">
                <Words of={words.series} />
              </h2>
              {going.length === 0 ? (
                <p class="note">
                  <Words of={words.seriesNone} />
                </p>
              ) : null}
              <ul class="setting-list">
                {going.map((one) => (
                  <li key={one.series}>
                    <SeriesRow of={one} href={`#/shared/${one.series}`} />
                  </li>
                ))}
              </ul>
              {mayMake ? <Make /> : null}
              {gone.length + declined.length === 0 ? null : (
                <Check checked={isAll} word={words.past} change={showAll} />
              )}
              {isAll ? (
                <ul class="setting-list">
                  {gone.map((one) => (
                    <li key={one.series}>
                      <SeriesRow of={one} href={`#/shared/${one.series}`} />
                    </li>
                  ))}
                  {declined.map((one) => (
                    <li key={one.series}>
                      <SeriesRow of={one} href={`#/shared-offer/${one.series}`} />
                    </li>
                  ))}
                </ul>
              ) : null}
            </section>
          );
        }}
      </Shown>
    </div>
  );
}

/** Without ties there is nobody to hold a course with. */
function Make(): VNode {
  const [asked] = useAsked("shared.members", undefined);
  return asked.at === "trouble" ? (
    <>
      <p class="note">
        <Words of={words.needTies} />
      </p>
      <a class="quiet-button" href="#/federation">
        <Words of={doors.federation} />
      </a>
    </>
  ) : (
    <a class="button" href="#/shared-new">
      <Words of={words.make} />
    </a>
  );
}

/** What waits for an answer stands before everything else. */
function Offers({ items }: { items: readonly SharedSeries[] }): VNode | null {
  if (items.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="shared-offers">
      <h2 id="shared-offers">
        <Words of={words.offers} />
      </h2>
      <ul class="setting-list">
        {items.map((one) => (
          <li class="card stack-small" key={one.series}>
            <p>
              <Words
                of={words.offerFrom}
                slots={{ name: <Given>{one.host_name}</Given>, title: <Noted of={one.title} /> }}
              />
            </p>
            {one.until === undefined ? null : (
              <p class="fine">
                <Words of={words.answerBy} slots={{ time: <Time utc={one.until} /> }} />
              </p>
            )}
            <a class="button" href={`#/shared-offer/${one.series}`}>
              <Words of={words.lookAnswer} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
