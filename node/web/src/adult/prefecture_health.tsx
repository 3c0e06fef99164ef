import type { VNode } from "preact";
import { Time } from "../view/time.js";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
import { Words } from "../view/words.js";
import { prefecture as words } from "../words/prefecture.js";
import type { Word } from "../words/word.js";
import type { FederationDesk, Prefecture, PrefectureLeft } from "../wire.js";
import { NodeName } from "./prefecture_choice.js";

/** How the federation stands in five lines: the list, links, what waits, who is late, who left. More of it
 * is behind the door of ties. */
export function Health({ of }: { of: Prefecture | undefined }): VNode {
  const [asked, again] = useAsked("federation.desk", undefined);
  return (
    <section class="card stack kpi-whole prefecture-health" aria-labelledby="prefecture-health">
      <h2 id="prefecture-health">
        <Words of={words.health} />
      </h2>
      <Shown asked={asked} again={again}>
        {(desk) => (
          <dl class="facts">
            <Fact word={words.registry}>
              <Registry of={desk} />
            </Fact>
            <Fact word={words.links}>
              <Links of={desk} />
            </Fact>
            <Fact word={words.waiting}>
              <Words
                of={words.waitingOf}
                slots={{
                  n: desk.members.reduce((sum, one) => sum + one.n_waiting, 0),
                  m: desk.members.reduce((sum, one) => sum + one.n_ended, 0),
                }}
              />
            </Fact>
            <Fact word={words.lateOf}>
              <Late of={of} />
            </Fact>
            <Fact word={words.left}>
              <Left of={of} />
            </Fact>
          </dl>
        )}
      </Shown>
      <a class="quiet-button no-paper" href="#/federation">
        <Words of={words.toFederation} />
      </a>
    </section>
  );
}

function Fact({ word, children }: { word: Word; children: VNode }): VNode {
  return (
    <div class="fact">
      <dt>
        <Words of={word} />
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

function Registry({ of: { status } }: { of: FederationDesk }): VNode {
  if (status.expires === undefined) return <Words of={words.lateNone} />;
  return (
    <>
      <Words
        of={words.registryOf}
        slots={{ n: status.seq, until: <Time utc={status.expires} /> }}
      />
      {status.is_fresh ? null : (
        <p class="fault">
          <Words of={words.registryStale} />
        </p>
      )}
    </>
  );
}

function Links({ of }: { of: FederationDesk }): VNode {
  const links = of.members.filter((one) => one.has_link);
  const nUp = links.filter((one) => one.is_link_up).length;
  if (links.length === 0) return <Words of={words.linksNone} />;
  return <Words of={words.linksOf} slots={{ n: nUp, m: links.length - nUp }} />;
}

function Late({ of }: { of: Prefecture | undefined }): VNode {
  const late = of?.nodes.filter((one) => one.standing === "late") ?? [];
  if (late.length === 0) return <Words of={words.lateNone} />;
  return (
    <span id="prefecture-late">
      {late.map((one, i) => (
        <span key={one.node}>
          {i === 0 ? "" : "、"}
          <NodeName of={one} />
        </span>
      ))}
    </span>
  );
}

/** Receipts of erasure that this node gave. */
function Left({ of }: { of: Prefecture | undefined }): VNode {
  if (of === undefined || of.left.length === 0) return <Words of={words.leftNone} />;
  return (
    <ul class="kpi-list">
      {of.left.map((one) => (
        <li key={`${one.node} ${one.asked_at}`}>
          <Receipt of={one} all={of} />
        </li>
      ))}
    </ul>
  );
}

function Receipt({ of, all }: { of: PrefectureLeft; all: Prefecture }): VNode {
  const node = all.nodes.find((one) => one.node === of.node);
  const name =
    node === undefined ? (
      <Words of={words.unlisted} slots={{ id: of.node.slice(0, 8) }} />
    ) : (
      <NodeName of={node} />
    );
  const isDone = of.has_receipt && of.cleared_at !== undefined;
  return (
    <Words
      of={isDone ? words.leftDone : words.leftOpen}
      slots={{ name, time: <Time utc={isDone ? (of.cleared_at ?? of.asked_at) : of.asked_at} /> }}
    />
  );
}
