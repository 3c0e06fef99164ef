import type { VNode } from "preact";
import type { Lock, Person, Rung } from "../live/wire.js";
import type { Area } from "../state/floor.js";
import { isToday } from "../state/time.js";
import { placeStaff } from "../words/place.js";
import type { Word } from "../words/word.js";
import { Time } from "../view/time.js";
import { useStore } from "../view/use.js";
import { Given, useLine, Words } from "../view/words.js";
import { act, entries, live } from "./control.js";
import { NameOf, nameOfCard } from "./parts.js";

/* What only grown-ups at work see, beside what everybody sees. */

const rungWords: Record<Rung, Word> = {
  watch: placeStaff.rungWatch,
  react: placeStaff.rungReact,
  text: placeStaff.rungText,
  voice: placeStaff.rungVoice,
  camera: placeStaff.rungCamera,
};

/** The ID beside the name, how far up the ladder, first time or back after long. */
export function StaffMarks({ person }: { person: Person }): VNode | null {
  if (person.pseud !== undefined) return <span class="mono login">{person.pseud}</span>;
  if (person.login === undefined) return null;
  return (
    <>
      <span class="mono login">{person.login}</span>
      {person.is_first === true ? (
        <span class="pill mark-first">
          <Words of={placeStaff.first} />
        </span>
      ) : null}
      {person.days_absent === undefined || person.days_absent === 0 ? null : (
        <span class="pill mark-absent">
          <Words of={placeStaff.absent} slots={{ n: person.days_absent }} />
        </span>
      )}
      {person.rung === undefined ? null : (
        <span class="fine">
          <Words of={rungWords[person.rung]} />
        </span>
      )}
    </>
  );
}

const locks: readonly (readonly [lock: Lock, word: Word])[] = [
  ["open", placeStaff.lockOpen],
  ["in_use", placeStaff.lockInUse],
  ["staff", placeStaff.lockStaff],
  ["closed", placeStaff.lockClosed],
];

/** Who may go into an area: a choice in words, in force at once. */
export function LockChoice({ area, lock }: { area: Area; lock: Lock }): VNode {
  const line = useLine();
  const id = `lock-${area.id}`;
  return (
    <div class="lock-choice">
      <label for={id} class="fine">
        <Words of={placeStaff.lock} slots={{ area: <NameOf name={area.name} /> }} />
      </label>
      <select
        id={id}
        class="lock"
        value={lock}
        onChange={(event) =>
          void act("area.lock", { area: area.id, lock: event.currentTarget.value as Lock })
        }
      >
        {locks.map(([one, word]) => (
          <option key={one} value={one}>
            {line(word)}
          </option>
        ))}
      </select>
    </div>
  );
}

const clock = new Intl.DateTimeFormat("ja-JP", {
  hour: "numeric",
  minute: "2-digit",
  timeZone: "Asia/Tokyo",
});

/** The day only when it is not today's. */
function When({ utc }: { utc: string }): VNode {
  if (!isToday(utc, new Date())) return <Time utc={utc} />;
  return (
    <time class="given" dateTime={utc}>
      {clock.format(new Date(utc))}
    </time>
  );
}

/** Who came in, grouped as the node told it (AI-2.3-カ). */
export function Entries(): VNode {
  const list = useStore(entries);
  const { floors } = useStore(live);
  return (
    <section class="card" aria-labelledby="entries-title">
      <h2 id="entries-title">
        <Words of={placeStaff.entries} />
      </h2>
      {list.length === 0 ? (
        <p class="fine">
          <Words of={placeStaff.noEntries} />
        </p>
      ) : (
        <ul class="entry-list" role="log" aria-labelledby="entries-title">
          {list.map((one) => {
            const card = floors.find((floor) => floor.id === one.floor);
            return (
              <li key={`${one.at} ${one.account}`} class="tags">
                <When utc={one.at} />
                <Words
                  of={placeStaff.entry}
                  slots={{
                    name: <Given>{one.name}</Given>,
                    login: <span class="mono">{one.login}</span>,
                    floor:
                      card === undefined ? (
                        <Given>{one.floor}</Given>
                      ) : (
                        <NameOf name={nameOfCard(card)} />
                      ),
                  }}
                />
                {one.is_first ? (
                  <span class="pill mark-first">
                    <Words of={placeStaff.first} />
                  </span>
                ) : null}
                {one.days_absent === undefined || one.days_absent === 0 ? null : (
                  <span class="pill mark-absent">
                    <Words of={placeStaff.absent} slots={{ n: one.days_absent }} />
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
