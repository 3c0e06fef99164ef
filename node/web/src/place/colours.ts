/** The colours of floors, for the three looks of the page. Calm by day, dim by night, nearly grey in the
 * quiet look. Pure. */
import type { Area, Floor, Wall } from "../state/floor.js";
import type { Theme } from "../state/display.js";

export interface Colours {
  readonly beyond: string;
  readonly ground: string;
  readonly line: string;
  readonly ink: string;
  readonly card: string;
  readonly accent: string;
  readonly shadow: string;
  readonly area: (kind: Area["kind"]) => string;
  readonly wall: (kind: Wall["kind"]) => { readonly top: string; readonly front: string };
  readonly thing: (colour: string) => string;
}

const grounds: Record<Floor["theme"], readonly [ground: string, line: string]> = {
  day: ["#f4ead4", "#e8dabd"],
  garden: ["#cfe0b5", "#bfd3a2"],
  wood: ["#e9d3ae", "#dcc299"],
  night: ["#56628a", "#4d587d"],
  sky: ["#dcebf0", "#cadfe7"],
};

const areas: Record<Area["kind"], string> = {
  plaza: "#f3e6c4",
  lounge: "#f2dcbc",
  class: "#f6efd9",
  quiet: "#cfe3d6",
  study: "#d3e0ea",
  counsel: "#ead0c4",
  board: "#f7e3a9",
  stage: "#d9b98f",
  portal: "#b9d9d2",
};

const walls: Record<Wall["kind"], readonly [top: string, front: string]> = {
  wall: ["#fffaf0", "#dcc7a4"],
  window: ["#fffaf0", "#a9cfdc"],
  low: ["#d9c39c", "#b89c70"],
};

/** `part` of `to` in `from`; both as #rrggbb. */
export function mixed(from: string, to: string, part: number): string {
  const at = (hex: string, i: number): number => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);
  const one = (i: number): string =>
    Math.round(at(from, i) * (1 - part) + at(to, i) * part)
      .toString(16)
      .padStart(2, "0");
  return `#${one(0)}${one(1)}${one(2)}`;
}

const looks: Record<Theme, readonly [to: string, part: number]> = {
  light: ["#ffffff", 0],
  dark: ["#141a2e", 0.58],
  quiet: ["#cfcec7", 0.72],
};
const inks: Record<Theme, readonly [ink: string, card: string, accent: string]> = {
  light: ["#2d2a25", "#fffdf8", "#1f6455"],
  dark: ["#f3eee2", "#222838", "#93d6bf"],
  quiet: ["#33332f", "#e3e2dd", "#4a5652"],
};

export function coloursOf(floor: Floor["theme"], look: Theme): Colours {
  const [to, part] = looks[look];
  const thing = (colour: string): string => mixed(colour, to, part);
  const [ground, line] = grounds[floor];
  const [ink, card, accent] = inks[look];
  return {
    beyond: mixed(thing(ground), look === "dark" ? "#000000" : "#ffffff", 0.35),
    ground: thing(ground),
    line: thing(line),
    ink,
    card,
    accent,
    shadow: look === "quiet" ? "rgb(60 60 55 / 10%)" : "rgb(40 30 10 / 18%)",
    area: (kind) => thing(areas[kind]),
    wall: (kind) => ({ top: thing(walls[kind][0]), front: thing(walls[kind][1]) }),
    thing,
  };
}
