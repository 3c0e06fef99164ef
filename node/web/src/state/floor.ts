/** A floor file, read in the browser by the rules of node/place (floor_json.c, floor_check.h): the
 * same defects with the same codes and pointers. tests/floors holds both against one set of samples. */
import { forbiddenReadings, forbiddenWords } from "../words/forbidden.js";
import { segmentsOf } from "../words/word.js";
import { catalogue, type ItemId } from "./catalogue.js";
import { checkShapes, checkWays } from "./floor_shapes.js";

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface Name {
  readonly ja: string;
  readonly en: string;
}
export interface Wall extends Rect {
  readonly kind: "wall" | "window" | "low";
}
export interface Door extends Rect {
  readonly id: string;
  readonly area: string;
  readonly shut: boolean;
}
export interface Area {
  readonly id: string;
  readonly name: Name;
  readonly kind: (typeof areaKinds)[number];
  readonly rects: readonly Rect[];
  readonly capacity: number;
  readonly quiet: "open" | "soft" | "silent";
  readonly lock: "open" | "in_use" | "staff" | "closed";
  readonly enter: readonly string[];
  readonly see: readonly string[];
  readonly hear: readonly string[];
  readonly hours?: string;
  readonly to?: string;
}
export interface Piece {
  readonly item: ItemId;
  readonly x: number;
  readonly y: number;
  readonly turn: number;
}
export interface Board {
  readonly id: string;
  readonly name: Name;
  readonly x: number;
  readonly y: number;
  readonly turn: number;
}
export interface Spawn extends Board {
  readonly quiet: boolean;
}
export interface Floor {
  readonly format: 1;
  readonly id: string;
  readonly version: number;
  readonly name: Name;
  readonly theme: "day" | "garden" | "wood" | "night" | "sky";
  readonly w_cm: number;
  readonly h_cm: number;
  readonly walls: readonly Wall[];
  readonly doors: readonly Door[];
  readonly areas: readonly Area[];
  readonly objects: readonly Piece[];
  readonly boards: readonly Board[];
  readonly spawns: readonly Spawn[];
}

export interface Defect {
  readonly rule: string;
  readonly pointer: string;
}
export type FloorRead =
  | { readonly kind: "floor"; readonly floor: Floor }
  | { readonly kind: "defects"; readonly defects: readonly Defect[] };

const areaKinds = [
  "plaza",
  "lounge",
  "class",
  "quiet",
  "study",
  "counsel",
  "board",
  "stage",
  "portal",
] as const;
const roles =
  "student guardian supporter instructor guest_teacher school_staff commissioner contractor data_holder analyst coordinator auditor".split(
    " ",
  );
const spawnCm = 60;

type Add = (rule: string, pointer: string) => void;
type Field = (value: unknown, pointer: string, add: Add) => void;
interface Fields {
  readonly must: Readonly<Record<string, Field>>;
  readonly may?: Readonly<Record<string, Field>>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function whole(least: number, most: number): Field {
  return (value, pointer, add) => {
    if (typeof value !== "number" || !Number.isInteger(value)) add("type", pointer);
    else if (value < least) add("least", pointer);
    else if (value > most) add("most", pointer);
  };
}

const graphemes = new Intl.Segmenter("ja", { granularity: "grapheme" });

/* As utf_odd of node/base/utf.h: what nobody sees, selectors aside, and marks upon marks. */
const hidden =
  /(?![\p{Variation_Selector}])[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2028\u2029\ufff9-\ufffb]/u;
const marks = /(?:(?!\p{Variation_Selector})\p{M}){3}/u;

function text(least: number, most: number): Field {
  return (value, pointer, add) => {
    if (typeof value !== "string") {
      add("type", pointer);
      return;
    }
    if (hidden.test(value)) {
      add("hidden", pointer);
      return;
    }
    if (marks.test(value)) {
      add("marks", pointer);
      return;
    }
    const n = [...graphemes.segment(value)].length;
    if (n < least) add("least", pointer);
    else if (n > most) add("most", pointer);
  };
}

const flag: Field = (value, pointer, add) => {
  if (typeof value !== "boolean") add("type", pointer);
};

function choice(codes: readonly string[]): Field {
  return (value, pointer, add) => {
    if (typeof value !== "string") add("type", pointer);
    else if (!codes.includes(value)) add("choice", pointer);
  };
}

function list(least: number, most: number, item: Field): Field {
  return (value, pointer, add) => {
    if (!Array.isArray(value)) {
      add("type", pointer);
      return;
    }
    if (value.length < least) add("least", pointer);
    else if (value.length > most) add("most", pointer);
    value.forEach((one, i) => item(one, `${pointer}/${i}`, add));
  };
}

function record(fields: Fields): Field {
  return (value, pointer, add) => {
    if (!isRecord(value)) {
      add("type", pointer);
      return;
    }
    for (const [name, field] of Object.entries(fields.must)) {
      const one = value[name];
      if (one === undefined || one === null) add("required", `${pointer}/${name}`);
      else field(one, `${pointer}/${name}`, add);
    }
    for (const [name, field] of Object.entries(fields.may ?? {})) {
      const one = value[name];
      if (one !== undefined && one !== null) field(one, `${pointer}/${name}`, add);
    }
    for (const name of Object.keys(value))
      if (!(name in fields.must) && !(name in (fields.may ?? {})))
        add("unknown", `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  };
}

const id = text(1, 32);
const place = whole(0, 10000);
const side = whole(10, 10000);
const turn = whole(0, 3);
const name = record({ must: { ja: text(1, 80), en: text(1, 60) } });
const rect = { x: place, y: place, w: side, h: side };
const who = list(0, 2000, text(1, 40));
const floorFields = record({
  must: {
    format: whole(1, 1),
    id,
    version: whole(1, 1000000),
    name,
    theme: choice(["day", "garden", "wood", "night", "sky"]),
    w_cm: whole(400, 10000),
    h_cm: whole(400, 10000),
    walls: list(0, 300, record({ must: { ...rect, kind: choice(["wall", "window", "low"]) } })),
    doors: list(0, 60, record({ must: { id, ...rect, area: id, shut: flag } })),
    areas: list(
      1,
      60,
      record({
        must: {
          id,
          name,
          kind: choice(areaKinds),
          rects: list(1, 8, record({ must: rect })),
          capacity: whole(1, 1000),
          quiet: choice(["open", "soft", "silent"]),
          lock: choice(["open", "in_use", "staff", "closed"]),
          enter: who,
          see: who,
          hear: who,
        },
        may: { hours: id, to: id },
      }),
    ),
    objects: list(
      0,
      300,
      record({ must: { item: choice(Object.keys(catalogue)), x: place, y: place, turn } }),
    ),
    boards: list(0, 30, record({ must: { id, name, x: place, y: place, turn } })),
    spawns: list(3, 30, record({ must: { id, name, x: place, y: place, turn, quiet: flag } })),
  },
});

/** Reads what JSON.parse gave. Three rounds, each only when the one before found nothing. */
export function readFloor(value: unknown): FloorRead {
  const defects: Defect[] = [];
  const add: Add = (rule, pointer) => defects.push({ rule, pointer });
  floorFields(value, "", add);
  if (defects.length > 0) return { kind: "defects", defects };
  const floor = value as Floor;
  checkWords(floor, add);
  if (defects.length === 0) checkShapes(floor, add);
  if (defects.length === 0) checkWays(floor, add);
  return defects.length > 0 ? { kind: "defects", defects } : { kind: "floor", floor };
}

function checkWords(floor: Floor, add: Add): void {
  checkIds(floor, add);
  checkPlaces(floor, add);
  floor.areas.forEach((area, i) => checkArea(area, `/areas/${i}`, add));
  floor.doors.forEach((door, i) => {
    if (!floor.areas.some((area) => area.id === door.area)) add("area-unknown", `/doors/${i}/area`);
  });
  floor.spawns.forEach((one, i) => {
    const isClose = (other: Spawn) =>
      (one.x - other.x) ** 2 + (one.y - other.y) ** 2 < spawnCm ** 2;
    if (floor.spawns.slice(0, i).some(isClose)) add("spawn-close", `/spawns/${i}`);
  });
  if (!floor.spawns.some((one) => one.quiet)) add("spawn-quiet", "/spawns");
}

function checkId(value: string, pointer: string, add: Add): void {
  if (!/^[a-z][a-z0-9-]*$/.test(value)) add("id-form", pointer);
}

function checkIds(floor: Floor, add: Add): void {
  const seen = new Set<string>();
  checkId(floor.id, "/id", add);
  checkName(floor.name, "/name", add);
  const lists: readonly [string, readonly { readonly id: string; readonly name?: Name }[]][] = [
    ["areas", floor.areas],
    ["doors", floor.doors],
    ["boards", floor.boards],
    ["spawns", floor.spawns],
  ];
  for (const [list, items] of lists)
    items.forEach((one, i) => {
      checkId(one.id, `/${list}/${i}/id`, add);
      if (one.name !== undefined) checkName(one.name, `/${list}/${i}/name`, add);
      if (seen.has(one.id)) add("id-twice", `/${list}/${i}/id`);
      seen.add(one.id);
    });
}

const gaps = /[ \u3000\u30fb]/g;
/* Ranges, not a script: floor_name.c has the same ones. */
const kanji = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}\u3005\u3006\u30f6]/u;
const kana = /^[\u3041-\u3096\u30a1-\u30fa\u30fc]+$/;

/** The rule a name breaks, and in which of its forms. */
function checkName(one: Name, pointer: string, add: Add): void {
  const parts = segmentsOf(one.ja).map((part) =>
    part.kind === "slot" ? { kind: "text" as const, text: `{${part.name}}` } : part,
  );
  const isBroken = parts.some((part) =>
    part.kind === "text"
      ? kanji.test(part.text) || /[\u300a\u300b\uff5c]/.test(part.text)
      : !kana.test(part.reading) || !kanji.test(part.base),
  );
  if (isBroken) {
    add("name-reading", `${pointer}/ja`);
    return;
  }
  const seen = parts.map((part) => (part.kind === "text" ? part.text : part.base)).join("");
  const read = parts.map((part) => (part.kind === "text" ? part.text : part.reading)).join("");
  const squeezed = seen.replace(gaps, "");
  if (squeezed === "") add("name-empty", `${pointer}/ja`);
  else if (
    forbiddenWords.some((word) => squeezed.includes(word)) ||
    forbiddenReadings.some((word) => read.replace(gaps, "").includes(word))
  )
    add("name-forbidden", `${pointer}/ja`);
  else if (!/[A-Za-z]/.test(one.en)) add("name-english", `${pointer}/en`);
}

function isWho(code: string): boolean {
  return (
    ["everyone", "staff", "inside", ...roles].includes(code) || /^group:[a-z0-9-]+$/.test(code)
  );
}

function checkArea(area: Area, pointer: string, add: Add): void {
  for (const list of ["enter", "see", "hear"] as const)
    area[list].forEach((code, k) => {
      if (!isWho(code)) add("who-unknown", `${pointer}/${list}/${k}`);
      else if (list !== "enter" && area.kind === "counsel" && code !== "inside")
        add("counsel-who", `${pointer}/${list}/${k}`);
    });
  if (area.enter.length === 0) add("who-empty", `${pointer}/enter`);
  if ((area.kind === "quiet" || area.kind === "study") && area.quiet === "open")
    add("quiet-loud", `${pointer}/quiet`);
  if (area.kind === "counsel" && area.lock === "open") add("counsel-lock", `${pointer}/lock`);
  const to = area.to ?? undefined;
  if (area.kind === "portal" && to === undefined) add("portal-to", `${pointer}/to`);
  if (area.kind !== "portal" && to !== undefined) add("portal-only", `${pointer}/to`);
  if (to !== undefined) checkId(to, `${pointer}/to`, add);
  const hours = area.hours ?? undefined;
  if (hours !== undefined) checkId(hours, `${pointer}/hours`, add);
}

/** The footprint of a piece of furniture, turned. */
export function footprint(piece: Piece): Rect {
  const item = catalogue[piece.item];
  const isAcross = piece.turn % 2 === 1;
  const w = isAcross ? item.hCm : item.wCm;
  const h = isAcross ? item.wCm : item.hCm;
  return { x: piece.x - w / 2, y: piece.y - h / 2, w, h };
}

function checkPlaces(floor: Floor, add: Add): void {
  const isInside = (one: Rect) =>
    one.x >= 0 && one.y >= 0 && one.x + one.w <= floor.w_cm && one.y + one.h <= floor.h_cm;
  const checkAll = (rects: readonly Rect[], list: string) => {
    rects.forEach((one, i) => {
      if (!isInside(one)) add("outside", `${list}/${i}`);
    });
  };
  checkAll(floor.walls, "/walls");
  checkAll(floor.doors, "/doors");
  floor.areas.forEach((area, i) => checkAll(area.rects, `/areas/${i}/rects`));
  checkAll(floor.objects.map(footprint), "/objects");
  floor.boards.forEach((one, i) => {
    if (one.x > floor.w_cm || one.y > floor.h_cm) add("outside", `/boards/${i}`);
  });
  floor.spawns.forEach((one, i) => {
    if (one.x >= floor.w_cm || one.y >= floor.h_cm) add("outside", `/spawns/${i}`);
  });
  if (floor.w_cm % 100 !== 0) add("size-step", "/w_cm");
  if (floor.h_cm % 100 !== 0) add("size-step", "/h_cm");
}
