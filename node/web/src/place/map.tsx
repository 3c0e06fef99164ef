import type { VNode } from "preact";
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { display, systemIsDark } from "../control.js";
import type { Point } from "../live/frames.js";
import { themeShown } from "../state/display.js";
import type { Floor } from "../state/floor.js";
import type { Nearness } from "../state/map-view.js";
import { type Here, myState } from "../state/place-live.js";
import { withHands } from "../state/lesson.js";
import { lineOf } from "../words/word.js";
import { place } from "../words/place.js";
import { useStore } from "../view/use.js";
import { FormOfWords, useLine, Words } from "../view/words.js";
import {
  chooseView,
  current,
  echo,
  isMapSlow,
  live,
  onTick,
  stick,
  view,
  walk,
} from "./control.js";
import { GoTo } from "./goto.js";
import { MapLink } from "./map_link.js";
import { wordOf } from "./parts.js";
import { Chosen } from "./people.js";
import { Stick } from "./stick.js";
import { handsUp } from "./lesson_live.js";
import { speaking } from "./voice_door.js";
import { signs } from "./words_live.js";

interface Props {
  readonly here: Here;
  readonly floor: Floor;
}

/** The floor as a picture to walk in. All that can be done here can be done by words as well. */
export function MapView({ here, floor }: Props): VNode {
  const line = useLine();
  const form = useContext(FormOfWords);
  const canvas = useRef<HTMLCanvasElement>(null);
  const choice = useStore(view);
  const theme = themeShown(useStore(display), useStore(systemIsDark));
  const [nearness, setNearness] = useState<Nearness>(1);
  const [seat, choose] = useState<number | undefined>(undefined);
  const isWatching = myState(here) === "watch";
  const hasNames = choice.hasNames;
  const goTo = useMemo(() => <GoTo floor={floor} />, [floor]);
  const drawing = useRef<MapLink | undefined>(undefined);
  const pointed = useRef<Pointed>(() => undefined);

  useEffect(() => {
    const to = canvas.current;
    if (to === null) return;
    const map = new MapLink(to, {
      slow: () => isMapSlow.set(true),
      point: (seat, spot) => pointed.current(seat, spot),
    });
    drawing.current = map;
    const show = (): void => {
      const { visiting } = current();
      if (visiting.at === "here") map.show(visiting.here);
    };
    const see = (): void =>
      map.tell({ kind: "shown", isShown: document.visibilityState === "visible" });
    const size = new ResizeObserver(() =>
      map.tell({ kind: "size", view: { w: to.clientWidth, h: to.clientHeight } }),
    );
    size.observe(to);
    document.addEventListener("visibilitychange", see);
    const ends = [onTick(show), live.watch(show)];
    see();
    show();
    return () => {
      ends.forEach((one) => one());
      size.disconnect();
      document.removeEventListener("visibilitychange", see);
      map.end();
    };
  }, []);
  useEffect(() => {
    const font = getComputedStyle(document.documentElement).getPropertyValue("--given");
    const names = floor.areas.map((one) => [one.id, lineOf(wordOf(one.name), form)] as const);
    drawing.current?.tell({ kind: "floor", floor, names: new Map(names), font });
    drawing.current?.call(lineOf(place.teacher, form));
  }, [floor, form]);
  useEffect(() => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const tell = (): void => {
      const isStill = theme === "quiet" || calm.matches;
      drawing.current?.tell({
        kind: "looks",
        looks: { theme, nearness, hasNames, isStill, chosen: seat },
      });
    };
    calm.addEventListener("change", tell);
    tell();
    return () => calm.removeEventListener("change", tell);
  }, [theme, nearness, hasNames, seat]);
  const up = useStore(signs);
  const hands = useStore(handsUp);
  useEffect(() => {
    const of = new Map(withHands(up, hands).map(({ seat, kind }) => [seat, kind]));
    drawing.current?.tell({ kind: "signs", signs: of });
  }, [up, hands]);
  const heard = useStore(speaking);
  useEffect(() => drawing.current?.tell({ kind: "speaking", seats: heard }), [heard]);
  useKeys(canvas, isWatching);
  usePointer(canvas, drawing, pointed, isWatching, choose);

  return (
    <section class="map-part" aria-labelledby="map-title">
      <h2 id="map-title" class="unseen">
        <Words of={place.map} />
      </h2>
      <div class={`map-box hand-${choice.hand}`}>
        <canvas
          ref={canvas}
          class="map"
          role="application"
          tabIndex={0}
          aria-label={`${line(place.map)}. ${line(place.mapHelp)}`}
        />
        {isWatching ? null : <Stick />}
      </div>
      <div class="row map-tools">
        <Tool
          word={place.larger}
          isOff={nearness === 2}
          run={() => setNearness(Math.min(2, nearness + 1) as Nearness)}
        />
        <Tool
          word={place.wider}
          isOff={nearness === 0}
          run={() => setNearness(Math.max(0, nearness - 1) as Nearness)}
        />
        <Tool
          word={place.names}
          isPressed={choice.hasNames}
          run={() => chooseView({ hasNames: !choice.hasNames })}
        />
        <Tool
          word={place.hand}
          run={() => chooseView({ hand: choice.hand === "left" ? "right" : "left" })}
        />
      </div>
      <Chosen here={here} floor={floor} seat={seat} close={() => choose(undefined)} />
      {isWatching ? null : goTo}
    </section>
  );
}

function Tool({
  word,
  isOff,
  isPressed,
  run,
}: {
  word: (typeof place)[keyof typeof place];
  isOff?: boolean;
  isPressed?: boolean;
  run: () => void;
}): VNode {
  return (
    <button
      type="button"
      class="quiet-button"
      aria-disabled={isOff}
      aria-pressed={isPressed}
      onClick={() => (isOff === true ? undefined : run())}
    >
      <Words of={word} />
    </button>
  );
}

const directions: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  KeyA: [-1, 0],
  KeyD: [1, 0],
  KeyW: [0, -1],
  KeyS: [0, 1],
};

type CanvasRef = { readonly current: HTMLCanvasElement | null };

/** Arrow keys and W, A, S, D while the map has the focus, by where the keys are. */
function useKeys(canvas: CanvasRef, isWatching: boolean): void {
  useEffect(() => {
    const to = canvas.current;
    if (to === null) return;
    const held = new Set<string>();
    const tell = (): void => {
      const all = [...held].map((key) => directions[key] ?? [0, 0]);
      const dx = Math.sign(all.reduce((sum, [x]) => sum + x, 0));
      const dy = Math.sign(all.reduce((sum, [, y]) => sum + y, 0));
      const long = Math.hypot(dx, dy) || 1;
      stick(dx / long, dy / long);
    };
    const down = (event: KeyboardEvent): void => {
      if (!(event.code in directions) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      if (isWatching) return echo.set({ kind: "watching" });
      if (held.has(event.code)) return;
      held.add(event.code);
      tell();
    };
    const up = (event: KeyboardEvent): void => {
      if (held.delete(event.code)) tell();
    };
    const stop = (): void => {
      if (held.size === 0) return;
      held.clear();
      stick(0, 0);
    };
    to.addEventListener("keydown", down);
    to.addEventListener("keyup", up);
    to.addEventListener("blur", stop);
    return () => {
      stop();
      to.removeEventListener("keydown", down);
      to.removeEventListener("keyup", up);
      to.removeEventListener("blur", stop);
    };
  }, [isWatching]);
}

const dragPx = 14;
const dragMs = 250;

/** What a point of the page turned out to be. */
type Pointed = (seat: number | undefined, spot: Point) => void;

/** A tap walks there or chooses somebody; a finger or mouse that is held leads on. */
function usePointer(
  canvas: CanvasRef,
  drawing: { readonly current: MapLink | undefined },
  pointed: { current: Pointed },
  isWatching: boolean,
  choose: (seat: number | undefined) => void,
): void {
  useEffect(() => {
    const to = canvas.current;
    if (to === null) return;
    let from: Point | undefined;
    let isDrag = false;
    let toldMs = 0;
    const at = (event: PointerEvent): Point => {
      const box = to.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const goTo: Pointed = (_, spot) => {
      if (isWatching) return echo.set({ kind: "watching" });
      void walk(Math.max(0, spot.x), Math.max(0, spot.y));
    };
    const tapped: Pointed = (seat, spot) => {
      const { visiting } = current();
      if (seat !== undefined && visiting.at === "here" && seat !== visiting.here.seat) choose(seat);
      else goTo(seat, spot);
    };
    const ask = (point: Point, then: Pointed): void => {
      pointed.current = then;
      drawing.current?.at(point);
    };
    const down = (event: PointerEvent): void => {
      if (!event.isPrimary || event.button !== 0) return;
      from = at(event);
      isDrag = false;
      to.setPointerCapture(event.pointerId);
    };
    const move = (event: PointerEvent): void => {
      if (from === undefined || !event.isPrimary) return;
      const point = at(event);
      isDrag ||= Math.hypot(point.x - from.x, point.y - from.y) > dragPx;
      if (!isDrag || performance.now() - toldMs < dragMs) return;
      toldMs = performance.now();
      ask(point, goTo);
    };
    const up = (event: PointerEvent): void => {
      if (from === undefined || !event.isPrimary) return;
      from = undefined;
      ask(at(event), isDrag ? goTo : tapped);
    };
    const cancel = (): void => {
      from = undefined;
    };
    to.addEventListener("pointerdown", down);
    to.addEventListener("pointermove", move);
    to.addEventListener("pointerup", up);
    to.addEventListener("pointercancel", cancel);
    return () => {
      to.removeEventListener("pointerdown", down);
      to.removeEventListener("pointermove", move);
      to.removeEventListener("pointerup", up);
      to.removeEventListener("pointercancel", cancel);
    };
  }, [isWatching]);
}
