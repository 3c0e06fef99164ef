import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { inOrder } from "../state/floor_order.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Words } from "../view/words.js";
import { first } from "../words/first.js";
import { floors as words } from "../words/floors.js";
import { FloorCard } from "./floor_one.js";
import { PublishFloor } from "./floor_publish.js";
import { FloorRules } from "./floor_rules.js";
import { PlaceSessions } from "./place_sessions.js";

const ruleReaders: readonly string[] = ["commissioner", "contractor", "auditor"];

/** The floors, who may enter them, and sessions on them (AI-2.3-ア, AI-2.3-エ, AI-4.3-イ-エ-2). */
export function FloorsPage({ role = "" }: PageProps): VNode {
  const [asked, again] = useAsked("floors.list", undefined);
  const [isSaved, say] = useState(false);
  const status = useRef<HTMLDivElement>(null);
  const mayDecide = role === "commissioner";
  const done = (): void => {
    say(true);
    again();
    status.current?.scrollIntoView({ block: "center" });
  };
  return (
    // What was said of the last act goes when the next one begins; not within the click, for drawing
    // then would take back the tick of a choice.
    <div class="page" onClickCapture={() => isSaved && setTimeout(() => say(false))}>
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <p>
        <Words of={mayDecide ? words.lead : words.leadRead} />
      </p>
      <div role="status" ref={status}>
        {isSaved ? (
          <p class="note">
            <Words of={words.saved} />
          </p>
        ) : null}
      </div>
      <Shown asked={asked} again={again}>
        {({ items: found }) => {
          const items = inOrder(found);
          return (
            <>
              <section class="stack" aria-labelledby="floors-title">
                <h2 id="floors-title">
                  <Words of={words.list} />
                </h2>
                <ul class="history">
                  {items.map((one) => (
                    <li class="card stack" key={`${one.id} ${String(one.version)}`}>
                      <FloorCard floor={one} mayDecide={mayDecide} done={done} />
                    </li>
                  ))}
                </ul>
              </section>
              {mayDecide ? <PublishFloor floors={items} done={done} /> : null}
              <PlaceSessions
                floors={items}
                mayDecide={mayDecide || role === "contractor"}
                said={() => say(true)}
              />
              {ruleReaders.includes(role) ? (
                <FloorRules floors={items} mayDecide={mayDecide} said={() => say(true)} />
              ) : null}
            </>
          );
        }}
      </Shown>
    </div>
  );
}
