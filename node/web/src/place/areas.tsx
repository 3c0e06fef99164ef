import type { RefObject, VNode } from "preact";
import { useRef } from "preact/hooks";
import type { AreaState, FloorCard, Me } from "../live/wire.js";
import type { Area, Floor, Name } from "../state/floor.js";
import { type Here, isClosedRoom, myState } from "../state/place-live.js";
import { place } from "../words/place.js";
import type { Word } from "../words/word.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { act, live } from "./control.js";
import { openFloor } from "./elsewhere.js";
import { NameOf } from "./parts.js";
import { LockChoice } from "./staff.js";

interface Props {
  readonly here: Here;
  readonly floor: Floor;
  readonly myArea: Area | undefined;
  readonly heading: RefObject<HTMLHeadingElement | null>;
}

/** The floor's areas, each a landmark: how many are there, and the way there. */
export function Areas({ here, floor, myArea, heading }: Props): VNode {
  const { me, floors } = useStore(live);
  const kept = useRef(new Map<string, readonly [of: CardProps, card: VNode]>());
  const cardOf = (of: CardProps): VNode => {
    const known = kept.current.get(of.area.id);
    if (known !== undefined && isSame(known[0], of)) return known[1]; // costs nothing
    const card = <AreaCard key={of.area.id} {...of} />;
    kept.current.set(of.area.id, [of, card]);
    return card;
  };
  return (
    <div class="areas-here">
      <h2 ref={heading} tabIndex={-1}>
        <Words of={place.areas} />
      </h2>
      <div class="area-grid">
        {floor.areas.map((area) =>
          cardOf({
            area,
            now: here.areas.get(area.id),
            isMine: area.id === myArea?.id,
            isWatching: myState(here) === "watch",
            me,
            floors,
          }),
        )}
      </div>
    </div>
  );
}

interface CardProps {
  readonly area: Area;
  readonly now: AreaState | undefined;
  readonly isMine: boolean;
  readonly isWatching: boolean;
  readonly me: Me | undefined;
  readonly floors: readonly FloorCard[];
}

function isSame(a: CardProps, b: CardProps): boolean {
  return (Object.keys(a) as (keyof CardProps)[]).every((key) => a[key] === b[key]);
}

function AreaCard(of: CardProps): VNode {
  const { area, now, isMine, me } = of;
  const id = `area-${area.id}`;
  const quiet =
    area.quiet === "silent"
      ? place.quietSilent
      : area.quiet === "soft"
        ? place.quietSoft
        : undefined;
  return (
    <section
      class={isMine ? "card area-card area-mine" : "card area-card"}
      aria-labelledby={id}
      data-area={area.id}
    >
      <h3 id={id}>
        <NameOf name={area.name} />
      </h3>
      <p class="fine area-state">
        {isMine ? (
          <span>
            <Words of={place.areaMine} />
          </span>
        ) : null}
        {area.kind === "portal" ? null : ( // it would read as if the floor behind it were empty
          <span>
            <Occupied area={area} now={now} />
          </span>
        )}
        {quiet === undefined ? null : (
          <span>
            <Words of={quiet} />
          </span>
        )}
      </p>
      <Way {...of} />
      {me?.is_staff === true && area.kind !== "portal" ? (
        <LockChoice area={area} lock={now?.lock ?? area.lock} />
      ) : null}
    </section>
  );
}

/** Of a place that is for whoever is in it: an open one is never in use. */
function isInUse(area: Area, now: AreaState | undefined): boolean {
  return now?.is_in_use === true && (isClosedRoom(area) || now.lock === "in_use");
}

function Occupied({ area, now }: { area: Area; now: AreaState | undefined }): VNode {
  const lock = now?.lock ?? area.lock;
  if (lock === "closed") return <Words of={place.areaClosed} />;
  if (now?.is_full === true) return <Words of={place.areaFull} />;
  if (isInUse(area, now)) return <Words of={place.areaInUse} />;
  if (lock === "staff") return <Words of={place.areaStaff} />;
  if (isClosedRoom(area)) return <Words of={place.areaHidden} />;
  return now?.n === undefined || now.n === 0 ? (
    <Words of={place.areaEmpty} />
  ) : (
    <Words of={place.areaN} slots={{ n: now.n }} />
  );
}

/** What one can do about an area just now: go, go in, knock, go out; or nothing. */
function Way({ area, now, isMine, isWatching, me, floors }: CardProps): VNode | null {
  const lock = now?.lock ?? area.lock;
  const isRoom = isClosedRoom(area) || area.lock !== "open";
  if (area.kind === "portal") {
    const to = area.to === undefined ? undefined : openFloor(floors, area.to);
    return to === undefined ? null : (
      <a class="quiet-button" href={`#/place/floor/${to.id}`}>
        <Words of={place.portal} />
      </a>
    );
  }
  if (isWatching) return null;
  if (isMine)
    return isRoom ? (
      <Do word={place.leaveRoom} name={area.name} run={() => act("area.leave", {})} />
    ) : null;
  if (lock === "closed") return null;
  const isStaff = me?.is_staff === true;
  if (isInUse(area, now) || (lock === "staff" && !isStaff))
    return (
      <Do
        word={place.knock}
        name={area.name}
        run={() => act("area.knock", { area: area.id }, "knocked")}
      />
    );
  if (now?.is_full === true) return null;
  return isRoom ? (
    <Do word={place.enterRoom} name={area.name} run={() => act("area.enter", { area: area.id })} />
  ) : (
    <Do
      word={place.go}
      name={area.name}
      run={() => act("floor.go", { to: "area", id: area.id }, "walking")}
    />
  );
}

function Do({ word, name, run }: { word: Word; name: Name; run: () => Promise<unknown> }): VNode {
  return (
    <button type="button" class="quiet-button" onClick={() => void run()}>
      <Words of={word} />
      <span class="unseen">
        {" "}
        <NameOf name={name} />
      </span>
    </button>
  );
}
