import type { VNode } from "preact";
import { ask } from "../edge/api.js";
import { usePaged } from "../view/paged.js";
import { Given, Words } from "../view/words.js";
import { ending as words } from "../words/ending.js";
import type { EndingMention } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { RecordFoot } from "./record.js";

type Decision = EndingMention["can"];

/** Where others' records name the person: each text is decided upon, numbers are only counted. */
export function Places({ id, changed }: { id: string; changed: () => void }): VNode {
  const [paged, { more, again }] = usePaged<EndingMention>(id, async (skip) => {
    const got = await ask(
      "endings.mentions",
      { id },
      undefined,
      skip === undefined ? {} : { skip },
    );
    if (got.kind !== "ok") return got;
    const { items, next } = got.value;
    return { kind: "ok", value: { items, ...(next === undefined ? {} : { next: `${next}` }) } };
  });
  const texts = paged.items.filter((one) => one.row !== undefined);
  const n = paged.items.reduce((sum, one) => sum + (one.row === undefined ? one.n_rows : 0), 0);
  const isWhole = !paged.isAsking && !paged.hasMore && paged.trouble === undefined;
  return (
    <section class="stack-small">
      <h3>
        <Words of={words.places} />
      </h3>
      {texts.length === 0 && isWhole ? (
        <p class="note">
          <Words of={words.placesNone} />
        </p>
      ) : null}
      <ul class="history">
        {texts.map((one) => (
          <Place
            key={one.id}
            id={id}
            of={one}
            changed={() => {
              again();
              changed();
            }}
          />
        ))}
      </ul>
      {n === 0 || !isWhole ? null : (
        <p class="fine">
          <Words of={words.number} slots={{ n }} />
        </p>
      )}
      {paged.items.length === 0 && isWhole ? null : (
        <RecordFoot paged={paged} more={more} none={words.placesNone} moreWord={words.more} />
      )}
    </section>
  );
}

interface Props {
  readonly id: string;
  readonly of: EndingMention;
  readonly changed: () => void;
}

function Place({ id, of, changed }: Props): VNode {
  const deed = useDeed();
  const decide = async (decision: Decision): Promise<void> => {
    const got = await deed.run(() =>
      ask("endings.decide", { id }, { mentions: [of.id], decision }),
    );
    if (got !== undefined) changed();
  };
  const ways: readonly Decision[] = of.can === "keep" ? ["keep"] : ["keep", of.can];
  return (
    <li class="card card-small stack-small">
      <p class="tags">
        <b>
          <Given>{of.table_ja}</Given>
        </b>
        {of.is_whole ? null : (
          <span class="pill">
            <Words of={words.part} />
          </span>
        )}
        {of.decision === undefined ? null : (
          <span class="pill">
            <Words of={words.decided} />: <Words of={words[of.decision]} />
          </span>
        )}
      </p>
      {of.hit === undefined ? null : (
        <p>
          <Given>{of.before ?? ""}</Given>
          <mark>
            <Given>{of.hit}</Given>
          </mark>
          <Given>{of.after ?? ""}</Given>
        </p>
      )}
      {of.can === "keep" ? (
        <p class="fine">
          <Words of={words.keepOnly} />
        </p>
      ) : null}
      <div class="row">
        {ways.map((way) => (
          <button
            type="button"
            class="quiet-button"
            key={way}
            aria-disabled={deed.busy}
            onClick={() => void decide(way)}
          >
            <Words of={words[way]} />
          </button>
        ))}
      </div>
      <Said of={deed.said} done={words.done} />
    </li>
  );
}
