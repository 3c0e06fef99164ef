import type { VNode } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { display, systemIsDark } from "../control.js";
import type { Point } from "../live/frames.js";
import { themeShown } from "../state/display.js";
import type { Floor } from "../state/floor.js";
import { afterFrame, bestQuality, frameMs, type Nearness, toFloor } from "../state/map-view.js";
import { type Here, isMoving, myState } from "../state/place-live.js";
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
import { type Looks, Painter } from "./painter.js";
import { wordOf } from "./parts.js";
import { Chosen } from "./people.js";
import { Stick } from "./stick.js";

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
  const looks = useRef<Omit<Looks, "step">>({ theme, nearness, hasNames: true, isStill: false });
  looks.current = {
    theme,
    nearness,
    hasNames: choice.hasNames,
    isStill: theme === "quiet" || matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
  const wake = useRef<() => void>(() => undefined);
  const painter = useRef<Painter | undefined>(undefined);

  useEffect(() => {
    const to = canvas.current;
    if (to === null) return;
    const font = getComputedStyle(document.documentElement).getPropertyValue("--given");
    painter.current = new Painter(to, (area) => lineOf(wordOf(area.name), form), font);
    const [go, end] = runner(painter.current, floor, () => looks.current);
    wake.current = go;
    const size = new ResizeObserver(go);
    size.observe(to);
    const ends = [onTick(go), live.watch(go), end, () => size.disconnect()];
    go();
    return () => ends.forEach((one) => one());
  }, [floor, form]);
  useEffect(() => wake.current(), [theme, nearness, choice]);
  useKeys(canvas, isWatching);
  usePointer(canvas, painter, isWatching, choose);

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
      {isWatching ? null : <GoTo floor={floor} />}
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

/** Draws while something moves, at most 30 times a second, and not at all otherwise. */
function runner(
  painter: Painter,
  floor: Floor,
  looks: () => Omit<Looks, "step">,
): [go: () => void, end: () => void] {
  let asked = 0;
  let lastMs = 0;
  let wasMoving = false;
  let quality = bestQuality;
  const frame = (): void => {
    asked = 0;
    const { visiting } = current();
    if (visiting.at !== "here" || visiting.here.floor !== floor.id) return;
    const nowMs = performance.now();
    if (nowMs - lastMs < frameMs - 4) return go();
    const sinceMs = nowMs - lastMs;
    lastMs = nowMs;
    painter.paint(visiting.here, floor, { ...looks(), step: quality.step }, nowMs);
    const moves = isMoving(visiting.here, nowMs);
    if (moves && wasMoving && document.visibilityState === "visible") {
      quality = afterFrame(quality, sinceMs);
      if (quality.isTooSlow) isMapSlow.set(true);
    }
    wasMoving = moves;
    if (moves) go();
  };
  const go = (): void => {
    if (asked === 0) asked = requestAnimationFrame(frame);
  };
  return [go, () => cancelAnimationFrame(asked)];
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

/** A tap walks there or chooses somebody; a finger or mouse that is held leads on. */
function usePointer(
  canvas: CanvasRef,
  painter: { readonly current: Painter | undefined },
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
    const goTo = (point: Point): void => {
      const last = painter.current?.last;
      if (last === undefined) return;
      if (isWatching) return echo.set({ kind: "watching" });
      const spot = toFloor(last.camera, last.view, point);
      void walk(Math.max(0, spot.x), Math.max(0, spot.y));
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
      goTo(point);
    };
    const up = (event: PointerEvent): void => {
      if (from === undefined || !event.isPrimary) return;
      from = undefined;
      const point = at(event);
      const seat = isDrag ? undefined : painter.current?.seatAt(point);
      const { visiting } = current();
      if (seat !== undefined && visiting.at === "here" && seat !== visiting.here.seat) choose(seat);
      else goTo(point);
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
