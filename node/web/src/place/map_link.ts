/** Between the page and the map's drawing: starts its thread, or draws on this one where a browser cannot do
 * it elsewhere (Safari before 16.4, Firefox before 114), and tells it what has changed. */
import type { Point } from "../live/frames.js";
import { packedNews } from "../state/motion-pack.js";
import type { Here, Motion } from "../state/place-live.js";
import type { Answer, Start, Told } from "./drawing.js";
import type { Person } from "../live/wire.js";
import type { Figure } from "./painter.js";

export interface Said {
  readonly slow: () => void;
  /** The answer to the last `at`. */
  readonly point: (seat: number | undefined, spot: Point) => void;
}

export class MapLink {
  private to: ((told: Told) => void) | undefined; // undefined until the drawing is there
  private close: () => void = () => undefined;
  private isOver = false;
  private readonly early = new Map<Told["kind"], Told>();
  private here: Here | undefined;
  private people: Here["people"] | undefined;
  private teacher = ""; // the word by which one is known on the map
  private readonly sent = new Map<number, Motion>();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly said: Said,
  ) {
    this.begin().catch(() => {
      if (!this.isOver) this.said.slow(); // no picture is no map
    });
  }

  end(): void {
    this.isOver = true;
    this.close();
  }

  tell(told: Told): void {
    if (this.to === undefined) this.early.set(told.kind, told);
    else this.to(told);
  }

  /** Of who is here and how they move, what is not known there yet. */
  show(here: Here): void {
    this.here = here;
    if (this.to === undefined) return;
    // Motions first: a picture drawn between the two has nobody whose spot is not known.
    const news = packedNews(here.motions, this.sent);
    if (news !== undefined) this.to({ kind: "motions", ...news });
    if (here.people !== this.people) {
      this.people = here.people;
      const people = [...here.people.values()].map((one) => figureOf(one, this.teacher));
      this.to({ kind: "people", mySeat: here.seat, people });
    }
  }

  /** Whoever teaches has it under the name, before the town. */
  call(teacher: string): void {
    this.teacher = teacher;
    this.people = undefined;
    if (this.here !== undefined) this.show(this.here);
  }

  /** Asks who or what is at a point of the page. */
  at(point: Point): void {
    this.to?.({ kind: "point", point });
  }

  private readonly hear = (answer: Answer): void => {
    if (answer.kind === "slow") this.said.slow();
    else if (answer.kind === "point") this.said.point(answer.seat, answer.spot);
  };

  private async begin(): Promise<void> {
    const code = await import("./drawing.js");
    if (this.isOver) return;
    const start: Omit<Start, "canvas"> = { kind: "start", originMs: performance.timeOrigin };
    const worker = await threadOf(code.file, this.canvas);
    if (this.isOver) return worker?.terminate();
    if (worker === undefined) {
      const drawing = new code.Drawing({ ...start, canvas: this.canvas }, this.hear);
      this.close = () => drawing.end();
      this.to = (told) => drawing.tell(told);
    } else {
      const canvas = this.canvas.transferControlToOffscreen();
      worker.onmessage = ({ data }: { data: Answer }) => this.hear(data);
      worker.onerror = () => this.said.slow();
      worker.postMessage({ ...start, canvas }, [canvas]);
      this.close = () => worker.terminate();
      this.to = (told) =>
        worker.postMessage(told, told.kind === "motions" ? [told.numbers.buffer] : []);
    }
    for (const told of this.early.values()) this.to(told);
    this.early.clear();
    if (this.here !== undefined) this.show(this.here);
  }
}

function figureOf(person: Person, teacher: string): Figure {
  const { seat, name, state, kind, colour, is_away, is_lost, has_distance, town } = person;
  const seen = { seat, name, state, kind, colour, is_away, is_lost, has_distance };
  const under = [
    ...(person.is_teacher === true ? [teacher] : []),
    ...(town === undefined ? [] : [town]),
  ];
  return under.length === 0 ? seen : { ...seen, town: under.join(" ") };
}

const readyMostMs = 4000;

/** A thread that can draw and has said so; undefined where there is none. */
function threadOf(file: string, canvas: HTMLCanvasElement): Promise<Worker | undefined> {
  if (!("transferControlToOffscreen" in canvas)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    let worker: Worker | undefined;
    const settle = (is: boolean): void => {
      clearTimeout(timer);
      if (!is) worker?.terminate();
      resolve(is ? worker : undefined);
    };
    const timer = setTimeout(() => settle(false), readyMostMs);
    try {
      worker = new Worker(trusted(file), { type: "module", name: "map" });
      worker.onmessage = ({ data }: { data: Answer }) => settle(data.kind === "ready");
      worker.onerror = () => settle(false);
    } catch {
      settle(false);
    }
  });
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** The page's policy asks for it (require-trusted-types-for): the one script that is named by a value. */
function trusted(file: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (new URL(file).origin !== location.origin) throw new Error("a drawing from elsewhere");
  policy ??= trustedTypes?.createPolicy("map", { createScriptURL: (url) => url });
  return policy?.createScriptURL(file) ?? file;
}

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;
