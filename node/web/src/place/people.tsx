import type { RefObject, VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Floor } from "../state/floor.js";
import { type Here, inOrderOf, type Listed, listOf, myState } from "../state/place-live.js";
import type { Sign as SignUp } from "../state/care.js";
import { open } from "../state/chat.js";
import { withHands } from "../state/lesson.js";
import { chat } from "../words/chat.js";
import { place } from "../words/place.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { Figure } from "./avatar.js";
import { act, live } from "./control.js";
import { stateWords } from "./mine.js";
import { NameOf } from "./parts.js";
import { Sign } from "./sign.js";
import { signName } from "./signs.js";
import { StaffMarks } from "./staff.js";
import { handsUp } from "./lesson_live.js";
import { WarnFigure } from "./figure_warn.js";
import { FigureStops, Town } from "./town.js";
import { Speaks, Volume } from "./voice_door.js";
import { addressed, askTalk, signs, where } from "./words_live.js";

interface Props {
  readonly here: Here;
  readonly floor: Floor | undefined;
  /** The closed room the reader is in, into which they may ask others. */
  readonly mayInvite: string | undefined;
  /** Pupils may ask each other for a talk of two, or the reader is of staff. */
  readonly mayAsk: boolean;
  readonly heading: RefObject<HTMLHeadingElement | null>;
}

/** Everybody on the floor in words. While the keyboard is in the list, rows keep their places. While it is
 * out of sight, beside a map, who is near is written anew every few seconds only; who is here, at once. */
export function People({ here, floor, mayInvite, mayAsk, heading }: Props): VNode {
  const section = useRef<HTMLElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const order = useRef<readonly number[]>([]);
  const kept = useRef<Kept | undefined>(undefined);
  const felt = useStore(signs);
  const hands = useStore(handsUp);
  const up = useMemo(() => withHands(felt, hands), [felt, hands]);
  const isInSight = useSight(section);
  const rowOf = useRows();
  const [, lookAgain] = useState(0);
  useEffect(() => {
    if (isInSight) return; // out of sight the last step of a walk is written, too, though nothing follows it
    const timer = setTimeout(() => lookAgain((n) => n + 1), outOfSightMs);
    return () => clearTimeout(timer);
  });
  const before = kept.current;
  const nowMs = performance.now();
  if (
    !isInSight &&
    before !== undefined &&
    before.people === here.people &&
    before.floor === floor &&
    before.mayInvite === mayInvite &&
    before.mayAsk === mayAsk &&
    before.up === up &&
    nowMs - before.atMs < outOfSightMs
  )
    return before.drawn;
  const now = listOf(here, floor, nowMs);
  const isBusy = list.current?.contains(document.activeElement) === true;
  const shown = isBusy ? inOrderOf(now, order.current) : now;
  order.current = shown.map((one) => one.person.seat);
  const isWatching = myState(here) === "watch";
  const roomFor = (one: Listed): string | undefined =>
    mayInvite !== undefined && one.area?.id !== mayInvite ? mayInvite : undefined;
  const drawn = (
    <section ref={section} class="card people-here" aria-labelledby="people-title">
      <h2 id="people-title" ref={heading} tabIndex={-1}>
        <Words of={place.people} />
        <span class="count" data-count>
          {" "}
          {shown.length}
        </span>
      </h2>
      <ul ref={list} class="person-list">
        {shown.map((one) =>
          rowOf(one, isWatching, roomFor(one), signOf(up, one.person.seat), mayAsk),
        )}
      </ul>
      {shown.length > 1 ? null : (
        <p class="fine">
          <Words of={place.alone} />
        </p>
      )}
    </section>
  );
  kept.current = { people: here.people, floor, mayInvite, mayAsk, up, atMs: nowMs, drawn };
  return drawn;
}

interface Kept {
  readonly people: Here["people"];
  readonly floor: Floor | undefined;
  readonly mayInvite: string | undefined;
  readonly mayAsk: boolean;
  readonly up: readonly SignUp[];
  readonly atMs: number;
  readonly drawn: VNode;
}

const outOfSightMs = 3000;

/** Whether some of it is on the screen. */
function useSight(of: RefObject<HTMLElement | null>): boolean {
  const [isInSight, see] = useState(true);
  useEffect(() => {
    const one = of.current;
    if (one === null) return;
    const watch = new IntersectionObserver((seen) => see(seen.at(-1)?.isIntersecting ?? true));
    watch.observe(one);
    return () => watch.disconnect();
  }, []);
  return isInSight;
}

function signOf(up: readonly SignUp[], seat: number): string | undefined {
  return up.find((one) => one.seat === seat)?.kind;
}

type RowOf = (
  one: Listed,
  isWatching: boolean,
  room: string | undefined,
  sign: string | undefined,
  mayAsk: boolean,
) => VNode;

/** Rows that are the same as before are the same objects: a list of sixty that is looked at twice a second
 * costs what has changed in it. */
function useRows(): RowOf {
  const kept = useRef(new Map<number, readonly [of: Listed, key: string, row: VNode]>());
  return (one, isWatching, room, sign, mayAsk) => {
    const { seat } = one.person;
    const key = `${isWatching} ${room ?? ""} ${sign ?? ""} ${mayAsk}`;
    const known = kept.current.get(seat);
    if (
      known !== undefined &&
      known[1] === key &&
      known[0].person === one.person &&
      known[0].isMe === one.isMe &&
      known[0].area === one.area &&
      known[0].distance === one.distance
    )
      return known[2];
    if (kept.current.size > 1000) kept.current.clear();
    const row = <Row key={seat} {...{ one, isWatching, room, sign, mayAsk }} />;
    kept.current.set(seat, [one, key, row]);
    return row;
  };
}

/** Whom a button is about, for ears: eyes have the row. */
function OfWhom({ name }: { name: string }): VNode {
  return (
    <span class="unseen">
      {" "}
      <Given>{name}</Given>
    </span>
  );
}

export function Row({
  one,
  isWatching,
  room,
  sign,
  mayAsk,
}: {
  one: Listed;
  isWatching: boolean;
  room: string | undefined;
  sign: string | undefined;
  mayAsk: boolean;
}): VNode {
  const { person, isMe } = one;
  const { seat, name } = person;
  const isFromAway = person.town !== undefined; // who is spoken to openly alone
  return (
    <li class={person.is_lost ? "person-here lost" : "person-here"} data-seat={seat}>
      <Figure kind={person.kind} colour={person.colour} pose={person.is_away ? "sit" : "stand"} />
      <div class="person-words">
        <p class="person-name">
          <Given>{name}</Given>
          {isMe ? (
            <span class="pill">
              <Words of={place.you} />
            </span>
          ) : null}
          {person.is_staff ? (
            <span class="pill">
              <Words of={place.staff} />
            </span>
          ) : null}
          {person.is_teacher === true ? (
            <span class="pill" data-teacher>
              <Words of={place.teacher} />
            </span>
          ) : null}
          {person.town === undefined ? null : <Town name={person.town} />}
          <StaffMarks person={person} />
          <Speaks seat={seat} />
          {sign === undefined ? null : <SignOf kind={sign} />}
        </p>
        <p class="fine person-state">
          <span>
            <i class={`state-mark state-${person.state}`} aria-hidden="true" />
            <Words of={stateWords[person.state]} />
          </span>
          {person.has_distance && !isMe ? (
            <span>
              <Words of={place.keepsAway} />
            </span>
          ) : null}
          {person.is_lost ? (
            <span>
              <Words of={place.lost} />
            </span>
          ) : person.is_away ? (
            <span>
              <Words of={place.away} />
            </span>
          ) : null}
          {isMe ? null : (
            <span data-distance>
              <Words of={place[one.distance]} />
            </span>
          )}
          {one.area === undefined ? null : <NameOf name={one.area.name} />}
        </p>
        {person.note === undefined || person.note === "" ? null : (
          <p class="fine">
            <Given>{person.note}</Given>
          </p>
        )}
      </div>
      {isMe || isWatching ? null : (
        <div class="row person-acts">
          <button
            type="button"
            class="quiet-button"
            onClick={() => void act("floor.go", { to: "person", seat }, "walking")}
          >
            <Words of={place.goTo} />
            <OfWhom name={name} />
          </button>
          {isFromAway ? null : (
            <button
              type="button"
              class="quiet-button"
              onClick={() => void act("person.wave", { seat }, "waved")}
            >
              <Words of={place.wave} />
              <OfWhom name={name} />
            </button>
          )}
          {room === undefined || isFromAway ? null : (
            <button
              type="button"
              class="quiet-button"
              onClick={() => void act("area.invite", { seat }, "invited")}
            >
              <Words of={place.invite} />
              <OfWhom name={name} />
            </button>
          )}
          <button
            type="button"
            class="quiet-button"
            onClick={() => {
              where.set(open);
              addressed.set({ seat, name, isStaff: person.is_staff });
            }}
          >
            <Words of={chat.toThem} />
            <OfWhom name={name} />
          </button>
          {!isFromAway && (mayAsk || person.is_staff) ? (
            <button
              type="button"
              class="quiet-button"
              onClick={() => void toTalk({ seat, name, isStaff: person.is_staff })}
            >
              <Words of={chat.ask} />
              <OfWhom name={name} />
            </button>
          ) : null}
          <Volume seat={seat} name={name} />
        </div>
      )}
      {person.pseud === undefined ? null : (
        <>
          <FigureStops person={person} />
          <WarnFigure pseud={person.pseud} />
        </>
      )}
    </li>
  );
}

/** Asks, and leads to where the talk is shown: whoever pressed looks at the list. */
async function toTalk(whom: { seat: number; name: string; isStaff: boolean }): Promise<void> {
  if (await askTalk(whom)) document.getElementById("chat-title")?.focus();
}

/** What somebody shows just now, for eyes and ears. */
function SignOf({ kind }: { kind: string }): VNode {
  const name = signName(kind);
  return (
    <span class="pill sign-up" data-sign={kind}>
      <Sign kind={kind} />
      {name === undefined ? null : <Words of={name} />}
    </span>
  );
}

/** Somebody who was pointed at on the map. */
export function Chosen({
  here,
  floor,
  seat,
  close,
}: {
  here: Here;
  floor: Floor;
  seat: number | undefined;
  close: () => void;
}): VNode {
  const up = withHands(useStore(signs), useStore(handsUp));
  const { me, rules } = useStore(live);
  const one =
    seat === undefined
      ? undefined
      : listOf(here, floor, performance.now()).find((other) => other.person.seat === seat);
  return (
    <div role="status">
      {one === undefined ? null : (
        <section class="card chosen" aria-labelledby="chosen-title">
          <h3 id="chosen-title" class="unseen">
            <Words of={place.chosen} />
          </h3>
          <ul class="person-list">
            <Row
              one={one}
              isWatching={myState(here) === "watch"}
              room={undefined}
              sign={signOf(up, one.person.seat)}
              mayAsk={rules.mayAskPupils || me?.is_staff === true}
            />
          </ul>
          <button type="button" class="quiet-button" onClick={close}>
            <Words of={place.closeIt} />
          </button>
        </section>
      )}
    </div>
  );
}
