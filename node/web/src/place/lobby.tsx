import type { VNode } from "preact";
import type { Over } from "../live/link.js";
import type { FloorCard, HoursNow } from "../live/wire.js";
import { momentOf } from "../state/hours.js";
import type { Out } from "../state/place-live.js";
import { isToday } from "../state/time.js";
import { place } from "../words/place.js";
import { first } from "../words/first.js";
import { Back, PageHead } from "../view/page.js";
import { Next } from "../view/hours.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { Figure } from "./avatar.js";
import { CareNotes } from "./care.js";
import { leave, live, startAgain } from "./control.js";
import { outOf } from "./said.js";
import { EchoNote, Hour, LineNote, NameOf, nameOfCard } from "./parts.js";

/** The entrance: nobody sees who stands here. */
export function Lobby(): VNode {
  const { me, floors, hours, out } = useStore(live);
  const isClosed = hours !== undefined && isShut(hours);
  return (
    <div class="page place">
      <Back href="#/" word={place.toHome} />
      <PageHead title={place.title} />
      <LineNote />
      <EchoNote />
      <CareNotes />
      {out === undefined ? null : (
        <p class="note" role="status">
          <OutWords out={out} />
        </p>
      )}
      {isClosed ? null : (
        <p>
          <Words of={place.lead} />
        </p>
      )}
      {me === undefined ? null : (
        <section class="card me-card" aria-labelledby="me-look">
          <h2 id="me-look" class="fine">
            <Words of={place.lookTitle} />
          </h2>
          <p class="who">
            <Figure kind={me.kind} colour={me.colour} />
            <Given>{me.name}</Given>
          </p>
          <a class="quiet-button" href="#/me/profile">
            <Words of={place.lookChange} />
          </a>
        </section>
      )}
      <p class="practice-way">
        <a class="quiet-button" href="#/place/practice">
          <Words of={place.practice} />
        </a>
        <span class="fine">
          <Words of={place.practiceNote} />
        </span>
      </p>
      {hours === undefined ? null : <HoursNote hours={hours} />}
      {isClosed ? null : (
        <section aria-labelledby="floors-title">
          <h2 id="floors-title" class="unseen">
            <Words of={place.floors} />
          </h2>
          <ul class="floors">
            {floors.map((card) => (
              <li key={card.id}>
                <Floor card={card} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function OutWords({ out }: { out: Out }): VNode {
  const word = outOf(out.reason);
  return word === undefined ? <Given>{out.title}</Given> : <Words of={word} />;
}

function isShut(hours: HoursNow): boolean {
  return hours.is_bound && (hours.kind === "closed" || hours.kind === "outside");
}

/** Outside the hours nothing has gone wrong: when it opens is all there is to say. */
function HoursNote({ hours }: { hours: HoursNow }): VNode | null {
  if (!isShut(hours))
    // An opening that goes on over midnight has no close worth telling today.
    return hours.is_bound &&
      hours.closes_at !== undefined &&
      isToday(hours.closes_at, new Date()) ? (
      <p class="fine">
        <Words of={place.closesAt} slots={{ time: <Hour utc={hours.closes_at} /> }} />
      </p>
    ) : null;
  return (
    <section class="card stack">
      <p>
        <Words of={place.closedNow} />
      </p>
      <p>
        <Next
          next={hours.next_at === undefined ? undefined : momentOf(hours.next_at)}
          today={momentOf(new Date().toISOString()).day}
        />
      </p>
      {hours.next_title === undefined ? null : (
        <p>
          <Given>{hours.next_title}</Given>
        </p>
      )}
    </section>
  );
}

function Floor({ card }: { card: FloorCard }): VNode {
  const inner = (
    <>
      <span class="door-title">
        <NameOf name={nameOfCard(card)} />
      </span>
      <span class="door-note">
        <FloorState card={card} />
      </span>
    </>
  );
  if (!card.is_open) return <div class={`card door floor floor-${card.theme}`}>{inner}</div>;
  return (
    <a class={`card door floor floor-${card.theme}`} href={`#/place/floor/${card.id}`}>
      {inner}
    </a>
  );
}

function FloorState({ card }: { card: FloorCard }): VNode {
  if (!card.is_open) return <Words of={place.shut} />;
  return (
    <>
      {card.is_full ? (
        <Words of={place.full} />
      ) : card.n_people === 0 ? (
        <Words of={place.nobody} />
      ) : (
        <Words of={place.nPeople} slots={{ n: card.n_people }} />
      )}
      <SessionNote card={card} />
    </>
  );
}

/** What goes on there for a time, and whether names are hidden then. */
export function SessionNote({ card }: { card: FloorCard }): VNode | null {
  const { session } = card;
  if (session === undefined) return null;
  return (
    <span class="session">
      <Words
        of={place.session}
        slots={{ title: <Given>{session.title}</Given>, time: <Hour utc={session.until} /> }}
      />
      {session.is_anonymous ? <Words of={place.anonymous} /> : null}
    </span>
  );
}

export function Waiting({ floor, position }: { floor: string; position: number }): VNode {
  const { floors } = useStore(live);
  const card = floors.find((one) => one.id === floor);
  const name = card === undefined ? <Given>{floor}</Given> : <NameOf name={nameOfCard(card)} />;
  return (
    <div class="page place">
      <PageHead title={place.waitTitle} />
      <LineNote />
      <section class="card stack">
        <p role="status">
          <Words of={place.waitBody} slots={{ floor: name, n: position }} />
        </p>
        <button type="button" class="quiet-button" onClick={leave}>
          <Words of={place.waitStop} />
        </button>
      </section>
    </div>
  );
}

export function Connecting(): VNode {
  return (
    <p class="starting" role="status">
      <Words of={place.connecting} />
    </p>
  );
}

/** The line is over and is not made anew by itself. */
export function OverNote({ why }: { why: Over }): VNode {
  const { out } = useStore(live);
  return (
    <section class="card note-card" role="status">
      <h1>
        <Words of={first.place} />
      </h1>
      <p>
        {why === "elsewhere" ? (
          <Words of={place.elsewhere} />
        ) : out !== undefined ? (
          <OutWords out={out} />
        ) : (
          <Words of={place.refused} />
        )}
      </p>
      <button type="button" class="button" onClick={startAgain}>
        <Words of={why === "elsewhere" ? place.useHere : place.tryAgain} />
      </button>
      <Back href="#/" word={place.toHome} />
    </section>
  );
}
