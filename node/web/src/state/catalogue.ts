/** The furniture a floor may hold: footprint in whole cm at turn 0. The rows of
 * node/place/catalogue.c, which a test compares with these. */

export type ItemKind = "solid" | "seat" | "flat";
export interface Item {
  readonly wCm: number;
  readonly hCm: number;
  readonly kind: ItemKind;
}

export const catalogue = {
  sofa: { wCm: 160, hCm: 80, kind: "seat" },
  armchair: { wCm: 80, hCm: 80, kind: "seat" },
  cushion: { wCm: 50, hCm: 50, kind: "seat" },
  chair: { wCm: 44, hCm: 44, kind: "seat" },
  bench: { wCm: 140, hCm: 44, kind: "seat" },
  beanbag: { wCm: 80, hCm: 80, kind: "seat" },
  "window-seat": { wCm: 160, hCm: 50, kind: "seat" },
  desk: { wCm: 100, hCm: 60, kind: "solid" },
  "table-round": { wCm: 110, hCm: 110, kind: "solid" },
  "table-long": { wCm: 200, hCm: 90, kind: "solid" },
  "table-low": { wCm: 100, hCm: 60, kind: "solid" },
  counter: { wCm: 240, hCm: 60, kind: "solid" },
  bookshelf: { wCm: 160, hCm: 36, kind: "solid" },
  "shelf-low": { wCm: 120, hCm: 36, kind: "solid" },
  plant: { wCm: 44, hCm: 44, kind: "solid" },
  tree: { wCm: 120, hCm: 120, kind: "solid" },
  flowerbed: { wCm: 200, hCm: 60, kind: "solid" },
  lamp: { wCm: 36, hCm: 36, kind: "solid" },
  aquarium: { wCm: 120, hCm: 44, kind: "solid" },
  piano: { wCm: 150, hCm: 70, kind: "solid" },
  lectern: { wCm: 60, hCm: 50, kind: "solid" },
  screen: { wCm: 260, hCm: 20, kind: "solid" },
  whiteboard: { wCm: 200, hCm: 20, kind: "solid" },
  partition: { wCm: 140, hCm: 10, kind: "solid" },
  pond: { wCm: 300, hCm: 200, kind: "solid" },
  fountain: { wCm: 200, hCm: 200, kind: "solid" },
  "toy-box": { wCm: 80, hCm: 50, kind: "solid" },
  globe: { wCm: 40, hCm: 40, kind: "solid" },
  "water-server": { wCm: 40, hCm: 40, kind: "solid" },
  "coat-rack": { wCm: 100, hCm: 40, kind: "solid" },
  rug: { wCm: 300, hCm: 200, kind: "flat" },
  "rug-round": { wCm: 240, hCm: 240, kind: "flat" },
  mat: { wCm: 120, hCm: 80, kind: "flat" },
  cat: { wCm: 60, hCm: 40, kind: "flat" },
} as const satisfies Readonly<Record<string, Item>>;

export type ItemId = keyof typeof catalogue;
