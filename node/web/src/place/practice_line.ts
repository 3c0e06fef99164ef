/** Plays the node's part in the practice room: the same commands, events and frames, for one person and
 * without a line. Walks go straight: nothing stands in the middle of that room. */
import type { Point, Tick } from "../live/frames.js";
import type { Answer } from "../live/socket.js";
import type { CommandName, LiveCommands, LiveEvent, Person } from "../live/wire.js";
import type { Floor } from "../state/floor.js";
import { spotOf, type Motion } from "../state/place-live.js";

const seat = 1;
const speedCmS = 150;
const tickMs = 100;
const bodyCm = 30;

interface Ways {
  readonly floor: Floor;
  readonly name: string;
  readonly event: (event: LiveEvent) => void;
  readonly tick: (tick: Tick) => void;
}

export class PracticeLine {
  private readonly to: Ways;
  private person: Person;
  private motion: Motion;
  private timer: ReturnType<typeof setInterval> | undefined;
  private direction: Point = { x: 0, y: 0 };

  constructor(to: Ways) {
    this.to = to;
    const [spawn] = to.floor.spawns;
    const spot = { x: spawn?.x ?? 0, y: spawn?.y ?? 0 };
    this.motion = { kind: "still", ...spot };
    this.person = {
      seat,
      name: to.name,
      kind: "neutral",
      colour: "mint",
      state: "talk",
      is_away: false,
      is_lost: false,
      is_staff: false,
      has_distance: false,
      ...spot,
    };
  }

  start(): void {
    const { floor } = this.to;
    this.to.event({
      ev: "floor.here",
      n: 0,
      of: {
        floor: floor.id,
        copy: 1,
        version: floor.version,
        hash: "",
        is_anonymous: false,
        seat,
        people: [this.person],
        areas: floor.areas.map(({ id, lock }) => ({ id, lock, is_full: false, is_in_use: false })),
      },
    });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  nudge(): void {
    /* there is no line that could be cut */
  }

  command<N extends CommandName>(
    name: N,
    input: LiveCommands[N]["input"],
  ): Promise<Answer<LiveCommands[N]["output"]>> {
    const given = input as Readonly<Record<string, unknown>>;
    if (name === "floor.walk") this.walk({ x: Number(given["x"]), y: Number(given["y"]) });
    else if (name === "floor.go") this.go(String(given["id"]));
    else if (name === "me.state") this.change({ state: given["state"] as Person["state"] });
    else if (name === "me.distance") this.change({ has_distance: given["on"] === true });
    else if (name === "me.away") this.change({ is_away: given["on"] === true });
    return Promise.resolve({ kind: "ok", value: {} as LiveCommands[N]["output"] });
  }

  stick(dx: number, dy: number): void {
    this.direction = { x: dx, y: dy };
    clearInterval(this.timer);
    if (dx !== 0 || dy !== 0) this.timer = setInterval(() => this.step(), tickMs);
  }

  private change(what: Partial<Person>): void {
    this.person = { ...this.person, ...what };
    this.to.event({ ev: "people.changed", n: 0, of: { people: [this.person] } });
  }

  private here(): Point {
    const { x, y } = spotOf(this.motion, performance.now());
    return { x, y };
  }

  private inside({ x, y }: Point): Point {
    const { w_cm, h_cm } = this.to.floor;
    const most = 150; // the furniture stands along the back wall
    return {
      x: Math.max(2 * bodyCm, Math.min(w_cm - 2 * bodyCm, x)),
      y: Math.max(most + bodyCm, Math.min(h_cm - 2 * bodyCm, y)),
    };
  }

  private go(id: string): void {
    const { spawns, areas } = this.to.floor;
    const rect = areas.find((one) => one.id === id)?.rects[0];
    const spot = spawns.find((one) => one.id === id);
    if (spot !== undefined) this.walk(spot);
    else if (rect !== undefined) this.walk({ x: rect.x + rect.w / 2, y: rect.y + rect.h / 2 });
  }

  private walk(to: Point): void {
    const points = [this.here(), this.inside(to)];
    this.motion = { kind: "walk", points, speedCmS, atMs: performance.now() };
    this.tell({ walks: [{ seat, points, speedCmS, ageMs: 0, isSteered: false }] });
  }

  private step(): void {
    const from = this.here();
    const cm = (speedCmS * tickMs) / 1000;
    const to = this.inside({
      x: from.x + this.direction.x * cm,
      y: from.y + this.direction.y * cm,
    });
    this.motion = { kind: "still", ...to };
    this.tell({ moves: [{ seat, ...to }] });
  }

  private tell(what: Partial<Tick>): void {
    const floorMs = Math.round(performance.now());
    const nothing = { moves: [], steps: [], walks: [] };
    this.to.tick({ kind: "tick", isPicture: false, floorMs, ...nothing, ...what });
  }
}
