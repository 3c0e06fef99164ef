/** Animals, seen from a little above. Each is drawn for standing and for sitting; y is where the
 * middle of the head is, and feet stand at y = 66. */
import { both, corners, fill, fringe, limb, line, oval, type Part, type Tone } from "./shapes.js";

export type Draw = (sit: boolean) => readonly Part[];

const eyes = (y: number, dx = 5.5, r = 1.7): readonly Part[] =>
  both((s) => [oval("d", 32 + s * dx, y, r)]);

/** A soft two-legged body under a head at y. */
export function plush(y: number, sit: boolean, wide = 11): readonly Part[] {
  const top = y + 9;
  if (sit)
    return [
      oval("b", 32, (top + 64) / 2, wide + 2, (66 - top) / 2 + 1),
      ...both((s) => [oval("s", 32 + s * 10, 63, 6.5, 4)]),
      oval("l", 32, (top + 64) / 2 + 1, wide - 5, (58 - top) / 2),
    ];
  return [
    ...both((s) => [limb("s", 6, [32 + s * 5.5, 56], [32 + s * 5.5, 63])]),
    oval("b", 32, (top + 60) / 2, wide, (62 - top) / 2 + 1),
    ...both((s) => [
      limb("s", 5, [32 + s * (wide - 2), top + 7], [32 + s * (wide + 2.5), top + 15]),
    ]),
    oval("l", 32, (top + 60) / 2 + 1, wide - 5, (54 - top) / 2),
  ];
}

/** The head of most: round, with eyes and a nose. */
const face = (y: number, rx = 14, ry = 12): readonly Part[] => [
  oval("b", 32, y, rx, ry),
  ...eyes(y),
  oval("d", 32, y + 4.5, 1.8, 1.3),
];
const muzzle = (y: number, rx = 6, ry = 4.5): Part => oval("l", 32, y + 5.5, rx, ry);
const snouted = (y: number, rx = 14, ry = 12): readonly Part[] => [
  oval("b", 32, y, rx, ry),
  muzzle(y),
  ...eyes(y - 1),
  oval("d", 32, y + 4, 2, 1.4),
];

const pointed = (y: number, tone: Tone, out: number, up: number): readonly Part[] =>
  both((s) => [
    corners(tone, [32 + s * 13, y - 2], [32 + s * out, y - up], [32 + s * 2.5, y - 10]),
  ]);

const at = (sit: boolean, stand: number, low: number): number => (sit ? low : stand);

export const animals = {
  cat(sit) {
    const y = at(sit, 25, 33);
    return [
      line("s", 4.5, `M40 59Q57 60 55 ${y + 12}`),
      ...plush(y, sit, 10),
      ...pointed(y, "b", 14, 20),
      ...pointed(y + 3, "l", 11.5, 18).slice(0, 2),
      ...face(y),
    ];
  },
  dog(sit) {
    const y = at(sit, 24, 32);
    return [
      line("b", 5, "M41 57Q50 57 53 49"),
      ...plush(y, sit),
      ...snouted(y, 13, 12.5),
      ...both((s) => [
        fill(
          "s",
          `M${32 + s * 7} ${y - 11}Q${32 + s * 22} ${y - 10} ${32 + s * 19} ${y + 12}Q${32 + s * 12} ${y + 14} ${32 + s * 11} ${y - 2}Z`,
        ),
      ]),
    ];
  },
  rabbit(sit) {
    const y = at(sit, 33, 39);
    return [
      oval("l", 43, 59, 4.5),
      ...plush(y, sit, 9.5),
      ...both((s) => [
        fill(
          "b",
          `M${32 + s * 2} ${y - 8}Q${32 + s * 1} ${y - 31} ${32 + s * 7} ${y - 31}Q${32 + s * 13} ${y - 28} ${32 + s * 10} ${y - 7}Z`,
        ),
        limb("l", 2.5, [32 + s * 6, y - 11], [32 + s * 7, y - 25]),
      ]),
      ...face(y, 12.5, 11),
    ];
  },
  bear(sit) {
    const y = at(sit, 25, 33);
    return [
      ...plush(y, sit, 14),
      ...both((s) => [oval("b", 32 + s * 11, y - 11, 5.5), oval("s", 32 + s * 11, y - 11, 2.8)]),
      ...snouted(y, 14.5, 13),
    ];
  },
  fox(sit) {
    const y = at(sit, 26, 34);
    return [
      fill("s", `M38 61Q60 66 60 42Q60 34 55 31Q47 40 47 50Q46 57 38 57Z`),
      fill("w", `M60 42Q60 34 55 31Q50 37 48.5 42Q54 44 60 42Z`),
      ...plush(y, sit, 9),
      ...pointed(y, "b", 18, 20),
      fill(
        "b",
        `M14 ${y - 3}Q32 ${y - 20} 50 ${y - 3}Q44 ${y + 8} 32 ${y + 15}Q20 ${y + 8} 14 ${y - 3}Z`,
      ),
      ...both((s) => [
        fill(
          "w",
          `M32 ${y + 15}Q${32 + s * 12} ${y + 8} ${32 + s * 17} ${y - 1}Q${32 + s * 6} ${y - 1} 32 ${y + 6}Z`,
        ),
      ]),
      ...eyes(y, 6),
      oval("d", 32, y + 12.5, 2, 1.8),
    ];
  },
  panda(sit) {
    const y = at(sit, 27, 34);
    return [
      ...plush(y, sit, 14).map((part) =>
        part.tone === "b" ? { ...part, tone: "w" as const } : part,
      ),
      line("s", 3, `M52 ${y + 34}L53 ${y - 12}`),
      fill(
        "s",
        `M53 ${y - 6}Q60 ${y - 14} 63 ${y - 6}Q58 ${y - 2} 53 ${y - 4}ZM53 ${y + 6}Q46 ${y} 44 ${y - 8}Q52 ${y - 8} 53 ${y + 2}Z`,
      ),
      ...both((s) => [oval("d", 30 + s * 11.5, y - 9, 5)]),
      oval("w", 30, y, 15, 12.5),
      ...both((s) => [oval("s", 30 + s * 6, y, 4.2, 4.8), oval("d", 30 + s * 5.5, y, 1.7)]),
      oval("d", 30, y + 5.5, 2.2, 1.5),
    ];
  },
  mouse(sit) {
    const y = at(sit, 30, 38);
    return [
      line("s", 2.2, `M40 60Q60 64 56 48Q54 42 60 40`),
      ...plush(y, sit, 8.5),
      ...both((s) => [
        oval("b", 32 + s * 14.5, y - 12, 10.5),
        oval("l", 32 + s * 14.5, y - 12, 6.5),
      ]),
      fill(
        "b",
        `M20 ${y - 4}Q32 ${y - 16} 44 ${y - 4}Q45 ${y + 6} 32 ${y + 11}Q19 ${y + 6} 20 ${y - 4}Z`,
      ),
      ...eyes(y, 5),
      oval("d", 32, y + 8.5, 2.2),
    ];
  },
  squirrel(sit) {
    const y = at(sit, 27, 35);
    return [
      fill("s", `M30 62Q62 68 60 38Q60 14 46 14Q37 16 41 25Q46 26 46 34Q46 52 30 56Z`),
      ...plush(y, sit, 9),
      ...both((s) => [
        corners("b", [28 + s * 10, y - 4], [28 + s * 10, y - 17], [28 + s * 3, y - 9]),
      ]),
      oval("b", 28, y, 12, 10.5),
      oval("l", 28, y + 4.5, 6, 4.5),
      ...both((s) => [oval("d", 28 + s * 5, y - 1, 1.7)]),
      oval("d", 28, y + 3, 1.6, 1.2),
    ];
  },
  hedgehog(sit) {
    const y = at(sit, 38, 44);
    return [
      ...(sit ? [] : both((s) => [limb("b", 6, [32 + s * 7, 58], [32 + s * 7, 63])])),
      fringe("s", [32, y + 3, 22, 20], 19, 6, false),
      oval("b", 32, y + 9, 14, 12.5),
      oval("l", 32, y + 14, 7, 6),
      ...eyes(y + 6, 6),
      oval("d", 32, y + 11, 2.6, 2),
      ...both((s) => [oval("b", 32 + s * 10, at(sit, 61, 63), 4, 3)]),
    ];
  },
  elephant(sit) {
    const y = at(sit, 25, 33);
    return [
      ...plush(y, sit, 13),
      ...both((s) => [
        fill(
          "s",
          `M${32 + s * 8} ${y - 9}Q${32 + s * 31} ${y - 18} ${32 + s * 28} ${y + 6}Q${32 + s * 24} ${y + 16} ${32 + s * 10} ${y + 8}Z`,
        ),
      ]),
      oval("b", 32, y, 13, 12.5),
      line("b", 7, `M32 ${y + 4}Q31 ${y + 21} 39 ${y + 20}`),
      ...eyes(y - 1, 6.5),
    ];
  },
  giraffe(sit) {
    const y = at(sit, 13, 23);
    return [
      line("s", 2.5, "M40 54Q48 54 47 62"),
      ...plush(at(sit, 38, 42), sit, 10.5),
      limb("b", 9, [32, y + 3], [32, 52]),
      oval("s", 31, y + 17, 2.4, 3),
      oval("s", 34, y + 26, 2.4, 3),
      ...both((s) => [
        limb("s", 2.6, [32 + s * 3.5, y - 5], [32 + s * 4.5, y - 11]),
        oval("s", 32 + s * 12, y - 3, 5.5, 2.6),
      ]),
      oval("b", 32, y, 9, 7),
      oval("l", 32, y + 5, 6.5, 4.5),
      ...eyes(y - 1, 5.5, 1.5),
    ];
  },
  deer(sit) {
    const y = at(sit, 31, 38);
    return [
      oval("w", 42, 57, 3.5, 4.5),
      ...plush(y, sit, 9.5),
      ...both((s) => [
        line(
          "s",
          2.8,
          `M${32 + s * 4} ${y - 8}Q${32 + s * 8} ${y - 16} ${32 + s * 17} ${y - 17}L${32 + s * 20} ${y - 27}M${32 + s * 10} ${y - 15}L${32 + s * 9} ${y - 27}`,
        ),
        oval("b", 32 + s * 16, y - 4, 6, 3.2),
      ]),
      fill(
        "b",
        `M20 ${y - 4}Q32 ${y - 18} 44 ${y - 4}Q42 ${y + 12} 32 ${y + 12}Q22 ${y + 12} 20 ${y - 4}Z`,
      ),
      oval("l", 32, y + 7, 5.5, 4.5),
      ...eyes(y, 6),
      oval("d", 32, y + 5.5, 2.2, 1.5),
    ];
  },
  sheep(sit) {
    const y = at(sit, 27, 35);
    return [
      ...both((s) => [limb("s", 5, [32 + s * 6, 56], [32 + s * 6, 63])]),
      fringe("l", [32, at(sit, 48, 53), 17, 11], 11, 3, true),
      ...both((s) => [oval("s", 32 + s * 17, y + 1, 6, 3.4)]),
      oval("s", 32, y + 1, 11, 12),
      fringe("l", [32, y - 8, 13, 6.5], 8, 3, true),
      ...both((s) => [oval("w", 32 + s * 4.5, y + 2, 2.4), oval("d", 32 + s * 4.5, y + 2, 1.5)]),
      oval("d", 32, y + 8, 2, 1.2),
    ];
  },
  goat(sit) {
    const y = at(sit, 28, 36);
    return [
      ...plush(y, sit, 9),
      ...both((s) => [
        line(
          "s",
          4.5,
          `M${32 + s * 5} ${y - 9}Q${32 + s * 6} ${y - 24} ${32 + s * 15} ${y - 21}Q${32 + s * 20} ${y - 19} ${32 + s * 19} ${y - 12}`,
        ),
        oval("s", 32 + s * 15, y - 1, 6, 2.8),
      ]),
      corners("w", [27, y + 10], [37, y + 10], [32, y + 24]),
      fill("b", `M21 ${y - 6}Q32 ${y - 15} 43 ${y - 6}L39 ${y + 11}Q32 ${y + 16} 25 ${y + 11}Z`),
      ...eyes(y - 1, 6),
      limb("d", 1.4, [30, y + 9], [34, y + 9]),
    ];
  },
  cow(sit) {
    const y = at(sit, 24, 32);
    return [
      line("s", 2.4, `M44 54Q53 54 52 62`),
      ...plush(y, sit, 13.5),
      oval("s", 37, 48, 4, 5),
      ...both((s) => [
        fill(
          "w",
          `M${32 + s * 7} ${y - 9}Q${32 + s * 17} ${y - 9} ${32 + s * 15} ${y - 19}Q${32 + s * 23} ${y - 10} ${32 + s * 12} ${y - 4}Z`,
        ),
        fill(
          "s",
          `M${32 + s * 10} ${y - 4}Q${32 + s * 18} ${y - 8} ${32 + s * 24} ${y}Q${32 + s * 18} ${y + 5} ${32 + s * 10} ${y + 1}Z`,
        ),
      ]),
      oval("b", 32, y, 12.5, 12),
      oval("l", 32, y + 9, 11.5, 6.5),
      ...eyes(y - 2, 6),
      ...both((s) => [oval("d", 32 + s * 4.5, y + 8.5, 1.5)]),
    ];
  },
  horse(sit) {
    const y = at(sit, 24, 33);
    return [
      fill("s", `M40 52Q56 48 55 64Q50 66 47 62Q46 57 40 57Z`),
      ...plush(y + 2, sit, 11),
      fill(
        "s",
        `M30 ${y - 17}Q48 ${y - 16} 48 ${y + 2}Q49 ${y + 14} 43 ${y + 20}Q40 ${y + 4} 36 ${y}Z`,
      ),
      ...both((s) => [
        corners("b", [32 + s * 9, y - 8], [32 + s * 8, y - 20], [32 + s * 2, y - 11]),
      ]),
      fill("b", `M22 ${y - 8}Q32 ${y - 16} 42 ${y - 8}L39 ${y + 13}Q32 ${y + 19} 25 ${y + 13}Z`),
      oval("l", 32, y + 12, 7, 5.5),
      fill("s", `M31 ${y - 17}Q40 ${y - 10} 33 ${y}Q29 ${y - 7} 31 ${y - 17}Z`),
      ...eyes(y - 2, 6.5),
      ...both((s) => [oval("d", 32 + s * 3, y + 12, 1.1, 1.4)]),
    ];
  },
  koala(sit) {
    const y = at(sit, 28, 36);
    return [
      ...plush(y, sit, 11),
      ...both((s) => [
        fringe("b", [32 + s * 17, y - 3, 9, 9], 9, 2.2, true),
        oval("l", 32 + s * 16.5, y - 2, 5.5),
      ]),
      oval("b", 32, y, 13.5, 12),
      oval("d", 32, y + 3, 3.4, 5),
      ...eyes(y - 1.5, 7),
    ];
  },
  lion(sit) {
    const y = at(sit, 25, 32);
    return [
      line("b", 3, "M40 58Q54 60 53 49"),
      oval("s", 53, 47, 4, 5),
      ...plush(y + 2, sit, 11),
      fringe("s", [32, y, 18.5, 17.5], 12, 2.6, true),
      oval("b", 32, y + 1, 12, 11),
      muzzle(y + 1),
      ...eyes(y),
      oval("d", 32, y + 5, 2.2, 1.5),
    ];
  },
  owl(sit) {
    const y = at(sit, 24, 32);
    return [
      ...(sit ? [] : both((s) => [limb("d", 3, [32 + s * 5, 58], [32 + s * 6, 64])])),
      fill(
        "b",
        `M16 ${y - 17}Q32 ${y - 9} 48 ${y - 17}Q53 ${y + 4} 48 ${at(sit, 50, 56)}Q42 ${at(sit, 62, 67)} 32 ${at(sit, 62, 67)}Q22 ${at(sit, 62, 67)} 16 ${at(sit, 50, 56)}Q11 ${y + 4} 16 ${y - 17}Z`,
      ),
      ...both((s) => [
        fill(
          "s",
          `M${32 + s * 17} ${y + 8}Q${32 + s * 26} ${y + 20} ${32 + s * 14} ${at(sit, 57, 62)}Q${32 + s * 11} ${y + 20} ${32 + s * 17} ${y + 8}Z`,
        ),
      ]),
      oval("l", 32, y + 22, 9, 11),
      ...both((s) => [oval("w", 32 + s * 8, y, 7.5), oval("d", 32 + s * 7, y, 3)]),
      corners("d", [29.5, y + 4], [34.5, y + 4], [32, y + 10]),
    ];
  },
  penguin(sit) {
    const y = at(sit, 21, 30);
    const low = 64;
    return [
      ...both((s) => [oval("d", 32 + s * 6, 64.5, 6, 2.6)]),
      ...both((s) => [
        fill(
          "s",
          `M${32 + s * 10} ${y + 10}Q${32 + s * 25} ${y + 18} ${32 + s * 23} ${y + 31}Q${32 + s * 17} ${y + 30} ${32 + s * 11} ${y + 22}Z`,
        ),
      ]),
      fill(
        "b",
        `M32 ${y - 13}Q45 ${y - 13} 45 ${y + 3}Q50 ${y + 20} 46 ${low - 6}Q42 ${low} 32 ${low}Q22 ${low} 18 ${low - 6}Q14 ${y + 20} 19 ${y + 3}Q19 ${y - 13} 32 ${y - 13}Z`,
      ),
      oval("w", 32, (y + low) / 2 + 8, 9.5, (low - y) / 2 - 7),
      ...both((s) => [oval("w", 32 + s * 5, y, 5.5, 6), oval("d", 32 + s * 5, y, 1.8)]),
      corners("d", [28, y + 3], [36, y + 3], [32, y + 9]),
    ];
  },
  duck(sit) {
    const y = at(sit, 27, 34);
    const low = at(sit, 51, 57);
    return [
      ...(sit
        ? []
        : [
            limb("d", 2.6, [30, 56], [30, 65], [25, 65]),
            limb("d", 2.6, [39, 56], [39, 65], [34, 65]),
          ]),
      fill(
        "b",
        `M20 ${low - 9}Q32 ${low - 4} 44 ${low - 8}Q52 ${low - 12} 60 ${low - 16}Q60 ${low + 8} 38 ${low + 9}Q15 ${low + 9} 15 ${low - 4}Z`,
      ),
      fill("s", `M33 ${low - 5}Q48 ${low - 8} 53 ${low - 3}Q46 ${low + 5} 36 ${low + 3}Z`),
      limb("b", 11, [23, y + 4], [23, low - 3]),
      oval("b", 23, y, 11, 10),
      fill("d", `M14 ${y + 1}Q3 ${y + 1} 3 ${y + 5}Q7 ${y + 8} 16 ${y + 6}Z`),
      oval("d", 19, y - 2, 1.8),
    ];
  },
  chick(sit) {
    const y = at(sit, 45, 51);
    return [
      ...(sit ? [] : both((s) => [limb("d", 2.4, [32 + s * 5, 58], [32 + s * 5, 65])])),
      line(
        "b",
        2.6,
        `M32 ${y - 15}Q30 ${y - 22} 25 ${y - 22}M32 ${y - 15}Q34 ${y - 22} 38 ${y - 23}`,
      ),
      oval("b", 32, y, 17, 15.5),
      ...both((s) => [
        fill(
          "s",
          `M${32 + s * 14} ${y - 1}Q${32 + s * 24} ${y - 2} ${32 + s * 23} ${y + 6}Q${32 + s * 17} ${y + 9} ${32 + s * 13} ${y + 6}Z`,
        ),
      ]),
      ...eyes(y - 4, 6.5, 2),
      corners("d", [29, y - 1], [35, y - 1], [32, y + 4]),
    ];
  },
  flamingo(sit) {
    const low = at(sit, 40, 56);
    return [
      ...(sit ? [] : [line("s", 2.4, "M34 46L34 65L29 65M40 46L46 54L37 57")]),
      fill(
        "b",
        `M22 ${low - 2}Q34 ${low - 14} 46 ${low - 6}Q54 ${low - 4} 61 ${low + 2}Q50 ${low + 10} 36 ${low + 9}Q24 ${low + 9} 22 ${low - 2}Z`,
      ),
      fill("s", `M33 ${low - 2}Q46 ${low - 6} 54 ${low + 2}Q44 ${low + 6} 35 ${low + 4}Z`),
      line("b", 4.6, `M25 ${low}Q14 ${low - 6} 22 ${low - 16}Q30 ${low - 26} 20 ${low - 30}`),
      oval("b", 18, low - 30, 6.5, 5.5),
      fill("d", `M13 ${low - 32}Q6 ${low - 31} 6 ${low - 23}Q11 ${low - 23} 14 ${low - 27}Z`),
      oval("d", 18, low - 31, 1.4),
    ];
  },
  swan(sit) {
    const low = at(sit, 52, 57);
    return [
      ...(sit
        ? []
        : [
            limb("d", 2.6, [34, 58], [34, 65], [29, 65]),
            limb("d", 2.6, [42, 58], [42, 65], [37, 65]),
          ]),
      fill(
        "w",
        `M16 ${low - 4}Q24 ${low - 6} 30 ${low - 8}Q38 ${low - 26} 62 ${low - 24}Q62 ${low + 2} 50 ${low + 7}Q40 ${low + 10} 28 ${low + 8}Q17 ${low + 6} 16 ${low - 4}Z`,
      ),
      fill(
        "b",
        `M30 ${low - 4}Q40 ${low - 20} 58 ${low - 20}Q56 ${low - 2} 44 ${low + 2}Q36 ${low + 3} 30 ${low - 4}Z`,
      ),
      line("l", 6.5, `M20 ${low}Q9 ${low - 12} 17 ${low - 23}Q25 ${low - 35} 17 ${low - 39}`),
      oval("l", 15, low - 39, 6.5, 5.5),
      corners("d", [10, low - 42], [1, low - 36], [11, low - 35]),
      oval("d", 14, low - 40, 1.4),
    ];
  },
  turtle(sit) {
    const low = at(sit, 0, 4);
    return [
      ...(sit ? [] : [limb("b", 7, [22, 54], [21, 62]), limb("b", 7, [45, 54], [46, 62])]),
      corners("b", [50, 54 + low], [62, 60 + low], [48, 60 + low]),
      limb("b", 8, [18, 52 + low], [11, 43 + low]),
      oval("b", 10, 39 + low, 8.5, 8),
      fill("s", `M15 ${58 + low}Q16 ${26 + low} 35 ${26 + low}Q54 ${26 + low} 55 ${58 + low}Z`),
      fill(
        "l",
        `M30 ${33 + low}L40 ${33 + low}L44 ${42 + low}L35 ${48 + low}L26 ${42 + low}ZM20 ${48 + low}L27 ${53 + low}L19 ${55 + low}ZM50 ${48 + low}L43 ${53 + low}L51 ${55 + low}Z`,
      ),
      oval("d", 8, 37 + low, 1.7),
    ];
  },
  frog(sit) {
    const y = at(sit, 39, 45);
    return [
      ...both((s) => [
        fill(
          "s",
          `M${32 + s * 12} ${y + 6}Q${32 + s * 30} ${y - 2} ${32 + s * 27} ${at(sit, 60, 63)}L${32 + s * 31} 66L${32 + s * 14} 66Z`,
        ),
      ]),
      oval("b", 32, y + 12, 15, at(sit, 14, 9)),
      ...both((s) => [
        oval("b", 32 + s * 12, y - 11, 7.5),
        oval("w", 32 + s * 12, y - 12, 4.5),
        oval("d", 32 + s * 11.5, y - 12, 2.2),
      ]),
      oval("b", 32, y, 20, 12),
      line("d", 1.6, `M20 ${y + 3}Q32 ${y + 10} 44 ${y + 3}`),
      oval("l", 32, y + 15, 9, 6),
    ];
  },
  snail(sit) {
    const up = at(sit, 0, 4);
    return [
      fill(
        "b",
        `M4 50Q2 ${36 + up} 12 ${36 + up}Q20 ${38 + up} 20 54L60 62Q62 66 56 66L14 66Q5 66 4 50Z`,
      ),
      line("b", 2.6, `M8 ${38 + up}L4 ${24 + up * 2}M14 ${38 + up}L17 ${24 + up * 2}`),
      oval("b", 4, 23 + up * 2, 2.8),
      oval("b", 17, 23 + up * 2, 2.8),
      oval("s", 38, 43, 19, 18.5),
      line("l", 3.4, "M38 44Q34 38 40 37Q49 38 47 47Q42 57 32 53Q23 46 27 36"),
      oval("d", 9, 45, 1.7),
    ];
  },
  whale(sit) {
    const y = at(sit, 46, 50);
    return [
      ...(sit
        ? []
        : [
            line(
              "l",
              3,
              `M22 ${y - 18}Q21 ${y - 30} 13 ${y - 29}M22 ${y - 18}Q23 ${y - 30} 31 ${y - 29}`,
            ),
          ]),
      fill(
        "b",
        `M3 ${y}Q4 ${y - 18} 24 ${y - 18}Q42 ${y - 18} 47 ${y - 8}Q54 ${y - 8} 53 ${y - 20}Q46 ${y - 24} 45 ${y - 32}Q54 ${y - 32} 56 ${y - 26}Q58 ${y - 32} 64 ${y - 31}Q64 ${y - 22} 59 ${y - 19}Q62 ${y + 16} 30 ${y + 16}Q4 ${y + 16} 3 ${y}Z`,
      ),
      fill(
        "w",
        `M5 ${y + 5}Q16 ${y + 8} 30 ${y + 8}Q24 ${y + 16} 20 ${y + 15}Q8 ${y + 13} 5 ${y + 5}Z`,
      ),
      fill("s", `M28 ${y + 4}Q38 ${y + 8} 36 ${y + 15}Q27 ${y + 13} 28 ${y + 4}Z`),
      oval("d", 14, y, 2),
    ];
  },
  octopus(sit) {
    const y = at(sit, 27, 34);
    const w = at(sit, 1, 1.25);
    return [
      ...both((s) => [
        line("b", 6, `M${32 + s * 4} ${y + 12}Q${32 + s * 4} 58 ${32 + s * 3.5} 63`),
        line("s", 6, `M${32 + s * 9} ${y + 10}Q${32 + s * 10 * w} 56 ${32 + s * 15 * w} 62`),
        line(
          "b",
          6,
          `M${32 + s * 13} ${y + 8}Q${32 + s * 15 * w} ${y + 24} ${32 + s * 24} ${at(sit, 54, 60)}Q${32 + s * 29} ${at(sit, 53, 58)} ${32 + s * 28} ${at(sit, 47, 53)}`,
        ),
      ]),
      fill(
        "b",
        `M13 ${y - 2}Q13 ${y - 21} 32 ${y - 21}Q51 ${y - 21} 51 ${y - 2}Q50 ${y + 12} 40 ${y + 15}L24 ${y + 15}Q14 ${y + 12} 13 ${y - 2}Z`,
      ),
      ...both((s) => [oval("w", 32 + s * 7, y + 2, 4.4, 4.8), oval("d", 32 + s * 6.5, y + 2.5, 2)]),
      oval("s", 32, y + 10, 2.4, 2),
    ];
  },
  crab(sit) {
    const y = at(sit, 48, 53);
    return [
      ...both((s) => [
        line(
          "s",
          3.4,
          `M${32 + s * 15} ${y + 4}L${32 + s * 24} ${y + 3}L${32 + s * 27} ${at(sit, 64, 62)}M${32 + s * 12} ${y + 7}L${32 + s * 18} ${y + 9}L${32 + s * 19} 65`,
        ),
        line("b", 5, `M${32 + s * 15} ${y - 4}Q${32 + s * 25} ${y - 8} ${32 + s * 23} ${y - 17}`),
        fill(
          "b",
          `M${32 + s * 18} ${y - 18}Q${32 + s * 14} ${y - 33} ${32 + s * 22} ${y - 34}L${32 + s * 23} ${y - 25}L${32 + s * 29} ${y - 33}Q${32 + s * 33} ${y - 22} ${32 + s * 26} ${y - 15}Z`,
        ),
        limb("b", 2.8, [32 + s * 5, y - 8], [32 + s * 6, y - 18]),
        oval("d", 32 + s * 6, y - 19, 3),
      ]),
      fill(
        "b",
        `M13 ${y - 3}Q32 ${y - 18} 51 ${y - 3}Q50 ${y + 12} 32 ${y + 13}Q14 ${y + 12} 13 ${y - 3}Z`,
      ),
      line("d", 1.6, `M27 ${y + 4}Q32 ${y + 8} 37 ${y + 4}`),
    ];
  },
  jellyfish(sit) {
    const y = at(sit, 22, 30);
    const low = at(sit, 62, 65);
    return [
      ...[-12, -4, 4, 12].map((dx, i) =>
        line(
          i % 2 === 0 ? "s" : "l",
          3,
          `M${32 + dx} ${y + 8}q${i % 2 === 0 ? -5 : 5} ${(low - y) / 4 - 2} 0 ${(low - y) / 2 - 4}t0 ${(low - y) / 2 - 5 - (i % 3) * 2}`,
        ),
      ),
      fill(
        "b",
        `M9 ${y + 7}Q8 ${y - 17} 32 ${y - 17}Q56 ${y - 17} 55 ${y + 7}Q51 ${y + 14} 47 ${y + 8}Q43 ${y + 14} 39.5 ${y + 8}Q36 ${y + 14} 32 ${y + 8}Q28 ${y + 14} 24.5 ${y + 8}Q21 ${y + 14} 17 ${y + 8}Q13 ${y + 14} 9 ${y + 7}Z`,
      ),
      oval("l", 22, y - 8, 6, 3.5),
      ...eyes(y, 7, 2),
    ];
  },
  fish(sit) {
    const y = at(sit, 40, 48);
    return [
      fill(
        "s",
        `M22 ${y - 12}Q30 ${y - 25} 42 ${y - 20}L40 ${y - 9}ZM28 ${y + 12}Q32 ${y + 22} 40 ${y + 20}L38 ${y + 9}Z`,
      ),
      fill("s", `M44 ${y}Q52 ${y - 14} 62 ${y - 16}Q57 ${y} 62 ${y + 16}Q52 ${y + 14} 44 ${y}Z`),
      fill(
        "b",
        `M2 ${y}Q10 ${y - 16} 26 ${y - 16}Q42 ${y - 15} 50 ${y}Q42 ${y + 15} 26 ${y + 16}Q10 ${y + 16} 2 ${y}Z`,
      ),
      line("l", 2.4, `M20 ${y - 12}Q25 ${y} 20 ${y + 12}`),
      fill("l", `M28 ${y - 3}Q38 ${y + 1} 36 ${y + 8}Q28 ${y + 6} 28 ${y - 3}Z`),
      oval("d", 12, y - 3, 2.2),
    ];
  },
  butterfly(sit) {
    const y = at(sit, 34, 42);
    const out = at(sit, 28, 20);
    return [
      ...both((s) => [
        fill(
          "b",
          `M32 ${y}Q${32 + s * 6} ${y - 24} ${32 + s * (out + 2)} ${y - 20}Q${32 + s * (out + 4)} ${y - 2} 32 ${y + 4}Z`,
        ),
        fill(
          "s",
          `M32 ${y + 2}Q${32 + s * out} ${y} ${32 + s * (out - 2)} ${y + 15}Q${32 + s * (out - 10)} ${y + 25} 32 ${y + 10}Z`,
        ),
        oval("l", 32 + s * (out - 7), y - 11, 4.5),
        oval("l", 32 + s * (out - 9), y + 12, 3.2),
        line("d", 1.8, `M32 ${y - 8}Q${32 + s * 2} ${y - 20} ${32 + s * 9} ${y - 23}`),
      ]),
      limb("d", 5.5, [32, y - 4], [32, y + 18]),
      oval("d", 32, y - 8, 4.5),
    ];
  },
  bee(sit) {
    const y = at(sit, 42, 48);
    return [
      fill(
        "l",
        `M32 ${y - 8}Q12 ${y - 36} 8 ${y - 18}Q10 ${y - 6} 32 ${y - 8}ZM36 ${y - 8}Q46 ${y - 38} 57 ${y - 26}Q58 ${y - 10} 36 ${y - 8}Z`,
      ),
      corners("d", [50, y - 4], [62, y + 2], [50, y + 6]),
      line("d", 2, `M15 ${y - 8}Q8 ${y - 14} 4 ${y - 11}M21 ${y - 11}Q18 ${y - 20} 12 ${y - 21}`),
      oval("b", 33, y, 22, 14.5),
      fill(
        "d",
        `M32 ${y - 14}Q28 ${y} 32 ${y + 14}L38 ${y + 14}Q34 ${y} 38 ${y - 14}ZM43 ${y - 12}Q40 ${y} 43 ${y + 12}L49 ${y + 9}Q47 ${y} 49 ${y - 9}Z`,
      ),
      oval("d", 19, y - 2, 2.2),
      line("d", 1.6, `M15 ${y + 5}Q19 ${y + 8} 23 ${y + 6}`),
      ...(sit ? [] : both((s) => [limb("d", 2.2, [32 + s * 7, y + 13], [32 + s * 8, y + 21])])),
    ];
  },
  dinosaur(sit) {
    const y = at(sit, 19, 27);
    return [
      fill(
        "s",
        `M28 ${y - 11}L36 ${y - 14}L37 ${y - 5}L45 ${y - 4}L43 ${y + 5}L51 ${y + 9}L46 ${y + 17}L53 ${y + 23}L44 ${y + 30}L34 ${y + 10}Z`,
      ),
      fill("b", `M44 44Q52 58 64 56Q58 67 40 64Z`),
      ...(sit ? [] : both((s) => [limb("s", 7, [31 + s * 7, 56], [31 + s * 7, 63])])),
      fill(
        "b",
        `M24 ${y + 6}L37 ${y - 2}Q48 ${y + 20} 46 56Q42 ${at(sit, 62, 66)} 30 ${at(sit, 62, 66)}Q18 ${at(sit, 62, 66)} 19 50Q20 ${y + 22} 24 ${y + 6}Z`,
      ),
      ...(sit ? both((s) => [oval("s", 30 + s * 8, 63.5, 6.5, 3.5)]) : []),
      fill(
        "b",
        `M4 ${y}Q6 ${y - 8} 18 ${y - 9}Q24 ${y - 14} 32 ${y - 11}Q39 ${y - 6} 37 ${y + 5}Q30 ${y + 12} 14 ${y + 10}Q4 ${y + 8} 4 ${y}Z`,
      ),
      oval("l", 27, 50, 6, 10),
      limb("s", 4, [22, y + 20], [14, y + 23]),
      oval("d", 23, y - 4, 2),
      oval("d", 8, y, 1),
    ];
  },
} as const satisfies Record<string, Draw>;
