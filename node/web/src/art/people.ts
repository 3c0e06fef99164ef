/** Figures like people, of no sex and no colour of skin, and those that are neither. */
import type { Draw } from "./animals.js";
import { both, corners, fill, fringe, limb, line, oval, type Part, type Tone } from "./shapes.js";

const at = (sit: boolean, stand: number, low: number): number => (sit ? low : stand);

/** Trunk, arms and legs under a head at y. */
function trunk(y: number, sit: boolean, tone: Tone = "b"): readonly Part[] {
  const top = y + 11;
  if (sit)
    return [
      fill(
        tone,
        `M22 ${top + 4}Q22 ${top - 1} 32 ${top - 1}Q42 ${top - 1} 42 ${top + 4}L44 62L20 62Z`,
      ),
      ...both((s) => [
        limb("s", 7, [32 + s * 4, 62], [32 + s * 14, 60]),
        limb("s", 4.6, [32 + s * 10, top + 6], [32 + s * 13, top + 15]),
      ]),
    ];
  return [
    ...both((s) => [limb("s", 7, [32 + s * 4.6, 52], [32 + s * 5, 62.5])]),
    fill(
      tone,
      `M21 ${top + 4}Q22 ${top - 1} 32 ${top - 1}Q42 ${top - 1} 43 ${top + 4}L42 56L22 56Z`,
    ),
    ...both((s) => [limb("s", 5, [32 + s * 10, top + 4], [32 + s * 14.5, top + 18])]),
  ];
}

const face = (y: number, r = 12): readonly Part[] => [
  oval("l", 32, y, r, r),
  ...both((s) => [oval("d", 32 + s * 4.5, y + 1, 1.6)]),
  line("d", 1.4, `M29.5 ${y + 5.5}Q32 ${y + 7.5} 34.5 ${y + 5.5}`),
];

export const people = {
  person(sit) {
    const y = at(sit, 21, 30);
    return [
      ...trunk(y, sit),
      ...face(y),
      fill(
        "s",
        `M19.5 ${y + 1}Q17 ${y - 14} 32 ${y - 14}Q47 ${y - 14} 44.5 ${y + 1}Q42 ${y - 6} 34 ${y - 7}Q24 ${y - 7} 19.5 ${y + 1}Z`,
      ),
    ];
  },
  hood(sit) {
    const y = at(sit, 25, 34);
    return [
      ...both((s) => [limb("s", 6, [32 + s * 5, 58], [32 + s * 5, 63])]),
      fill(
        "b",
        `M20 ${y + 8}L44 ${y + 8}Q52 ${y + 22} ${at(sit, 51, 56)} 60Q32 ${at(sit, 66, 69)} ${at(sit, 13, 8)} 60Q12 ${y + 22} 20 ${y + 8}Z`,
      ),
      fill(
        "b",
        `M32 ${y - 22}Q50 ${y - 14} 49 ${y + 6}Q44 ${y + 17} 32 ${y + 17}Q20 ${y + 17} 15 ${y + 6}Q14 ${y - 14} 32 ${y - 22}Z`,
      ),
      oval("s", 32, y + 2, 12.5, 12),
      ...face(y + 3, 10.5),
      ...both((s) => [limb("l", 1.8, [32 + s * 4, y + 17], [32 + s * 5, y + 25])]),
    ];
  },
  hat(sit) {
    const y = at(sit, 24, 33);
    return [
      ...trunk(y, sit),
      ...face(y),
      oval("s", 32, y - 6, 25, 5.5),
      fill(
        "b",
        `M20 ${y - 7}Q20 ${y - 20} 32 ${y - 20}Q44 ${y - 20} 44 ${y - 7}Q32 ${y - 3} 20 ${y - 7}Z`,
      ),
      line("d", 2.2, `M20.5 ${y - 9}Q32 ${y - 5} 43.5 ${y - 9}`),
    ];
  },
  knitcap(sit) {
    const y = at(sit, 27, 35);
    return [
      ...trunk(y, sit),
      ...face(y),
      fill("b", `M18 ${y - 3}Q18 ${y - 19} 32 ${y - 19}Q46 ${y - 19} 46 ${y - 3}Z`),
      limb("s", 5.5, [19, y - 4], [45, y - 4]),
      fringe("w", [32, y - 21, 5, 5], 8, 1.6, true),
      limb("s", 6, [24, y + 13], [40, y + 13]),
      limb("s", 5.5, [40, y + 14], [43, y + 25]),
    ];
  },
  curls(sit) {
    const y = at(sit, 24, 33);
    return [
      ...trunk(y, sit),
      fringe("s", [32, y - 3, 17.5, 15], 9, 3.4, true),
      ...face(y + 2, 10.5),
      fringe("s", [32, y - 9, 11, 4], 7, 2, true),
    ];
  },
  spikes(sit) {
    const y = at(sit, 26, 35);
    return [
      ...trunk(y, sit),
      corners(
        "s",
        [19, y + 3],
        [13, y - 8],
        [19, y - 8],
        [16, y - 19],
        [25, y - 13],
        [27, y - 25],
        [33, y - 14],
        [41, y - 24],
        [42, y - 12],
        [51, y - 15],
        [46, y - 5],
        [50, y],
        [45, y + 3],
      ),
      ...face(y),
      corners(
        "s",
        [20, y - 1],
        [22, y - 10],
        [42, y - 10],
        [44, y - 1],
        [39, y - 6],
        [35, y - 3],
        [30, y - 6],
        [25, y - 3],
      ),
    ];
  },
  headphones(sit) {
    const y = at(sit, 23, 32);
    return [
      ...trunk(y, sit),
      line("d", 3.4, `M16 ${y}Q15 ${y - 19} 32 ${y - 19}Q49 ${y - 19} 48 ${y}`),
      ...face(y),
      fill(
        "s",
        `M20 ${y}Q18 ${y - 13} 32 ${y - 13}Q46 ${y - 13} 44 ${y}Q40 ${y - 7} 30 ${y - 6}Q23 ${y - 6} 20 ${y}Z`,
      ),
      ...both((s) => [limb("b", 9, [32 + s * 16.5, y - 1], [32 + s * 16.5, y + 6])]),
    ];
  },
  poncho(sit) {
    const y = at(sit, 20, 30);
    return [
      ...both((s) => [limb("s", 6, [32 + s * 5, 56], [32 + s * 5, 63])]),
      corners(
        "b",
        [32, y + 6],
        [59, at(sit, 54, 60)],
        [47, at(sit, 56, 63)],
        [32, at(sit, 61, 66)],
        [17, at(sit, 56, 63)],
        [5, at(sit, 54, 60)],
      ),
      line("l", 2.4, `M14 ${at(sit, 48, 55)}L32 ${at(sit, 53, 60)}L50 ${at(sit, 48, 55)}`),
      fill(
        "s",
        `M19 ${y - 1}Q19 ${y - 15} 32 ${y - 15}Q45 ${y - 15} 45 ${y - 1}L46 ${y + 9}L18 ${y + 9}Z`,
      ),
      ...face(y + 1, 10),
      fill("s", `M21 ${y}Q22 ${y - 10} 32 ${y - 11}Q42 ${y - 10} 43 ${y}Q36 ${y - 5} 21 ${y}Z`),
    ];
  },
  astronaut(sit) {
    const y = at(sit, 22, 31);
    return [
      fill("s", `M14 ${y + 12}L50 ${y + 12}L50 ${y + 30}L14 ${y + 30}Z`),
      ...both((s) => [limb("b", 9, [32 + s * 6, 56], [32 + s * at(sit, 7, 13), 61.5])]),
      fill("w", `M20 ${y + 12}L44 ${y + 12}L45 58L19 58Z`),
      ...both((s) => [limb("b", 8, [32 + s * 13, y + 18], [32 + s * 19, y + 28])]),
      limb("s", 4, [27, y + 26], [37, y + 26]),
      oval("w", 32, y, 19, 17.5),
      oval("s", 32, y + 1, 13.5, 11.5),
      ...face(y + 2, 9),
    ];
  },
  umbrella(sit) {
    const y = at(sit, 31, 38);
    return [
      ...trunk(y, sit),
      line("d", 2.4, `M45 ${y + 22}L45 ${y - 16}`),
      ...face(y, 10.5),
      fill(
        "s",
        `M21 ${y}Q20 ${y - 12} 32 ${y - 12}Q44 ${y - 12} 43 ${y}Q38 ${y - 6} 29 ${y - 6}Q24 ${y - 5} 21 ${y}Z`,
      ),
      fill(
        "b",
        `M4 ${y - 8}Q8 ${y - 28} 34 ${y - 28}Q60 ${y - 28} 63 ${y - 8}Q58 ${y - 14} 53 ${y - 9}Q48 ${y - 15} 43 ${y - 10}Q34 ${y - 16} 24 ${y - 10}Q19 ${y - 15} 14 ${y - 9}Q9 ${y - 14} 4 ${y - 8}Z`,
      ),
      fill(
        "l",
        `M24 ${y - 10}Q25 ${y - 24} 34 ${y - 28}Q42 ${y - 24} 43 ${y - 10}Q34 ${y - 16} 24 ${y - 10}Z`,
      ),
    ];
  },
  robot(sit) {
    const y = at(sit, 24, 32);
    return [
      limb("s", 2.6, [32, y - 12], [32, y - 20]),
      oval("d", 32, y - 20, 3),
      ...both((s) => [
        limb("s", 7, [32 + s * 7, 56], [32 + s * at(sit, 7, 14), 62.5]),
        limb("s", 4.6, [32 + s * 14, y + 18], [32 + s * 21, y + 20], [32 + s * 21, y + 28]),
        limb("s", 6, [32 + s * 17, y - 3], [32 + s * 19, y + 3]),
      ]),
      corners("b", [17, y + 14], [47, y + 14], [47, 59], [17, 59]),
      corners("l", [23, y + 20], [41, y + 20], [41, y + 29], [23, y + 29]),
      corners("b", [15, y - 12], [49, y - 12], [49, y + 12], [15, y + 12]),
      corners("w", [19, y - 8], [45, y - 8], [45, y + 7], [19, y + 7]),
      ...both((s) => [oval("d", 32 + s * 7, y - 1, 2.6)]),
    ];
  },
  ghost(sit) {
    const y = at(sit, 28, 37);
    const low = at(sit, 63, 66);
    return [
      ...both((s) => [
        fill(
          "l",
          `M${32 + s * 14} ${y + 4}Q${32 + s * 26} ${y - 4} ${32 + s * 27} ${y + 3}Q${32 + s * 26} ${y + 13} ${32 + s * 15} ${y + 15}Z`,
        ),
      ]),
      fill(
        "l",
        `M14 ${low}Q13 ${y - 22} 32 ${y - 22}Q51 ${y - 22} 50 ${low}Q46 ${low - 9} 41 ${low - 3}Q37 ${low + 3} 32 ${low - 4}Q27 ${low + 3} 23 ${low - 3}Q18 ${low - 9} 14 ${low}Z`,
      ),
      ...both((s) => [oval("d", 32 + s * 6, y - 3, 2.3, 3.2), oval("b", 32 + s * 11, y + 4, 3, 2)]),
      oval("d", 32, y + 6, 2.2, 2.6),
    ];
  },
  snowman(sit) {
    const y = at(sit, 27, 34);
    return [
      ...both((s) => [
        line(
          "d",
          2.2,
          `M${32 + s * 14} 48L${32 + s * 27} ${y + 9}M${32 + s * 23} ${y + 13}L${32 + s * 29} ${y + 15}`,
        ),
      ]),
      oval("w", 32, at(sit, 51, 54), 18, at(sit, 15.5, 12.5)),
      oval("w", 32, y, 12.5, 11.5),
      corners("s", [23, y - 9], [25, y - 22], [39, y - 22], [41, y - 9]),
      limb("s", 3.4, [19, y - 9], [45, y - 9]),
      limb("b", 5.5, [23, y + 10], [41, y + 10]),
      limb("b", 5.5, [39, y + 11], [42, y + 22]),
      ...both((s) => [oval("d", 32 + s * 4.5, y - 2, 1.7)]),
      corners("b", [32, y + 1], [32, y + 4.5], [40, y + 3.5]),
      oval("d", 30, 50, 1.7),
      oval("d", 30, 57, 1.7),
    ];
  },
  /** Everybody's in an anonymous session: a pawn. */
  neutral(sit) {
    const y = at(sit, 24, 33);
    return [
      fill(
        "b",
        `M32 ${y + 6}Q42 ${y + 10} ${at(sit, 46, 48)} 60Q${at(sit, 46, 48)} 66 32 66Q${at(sit, 18, 16)} 66 ${at(sit, 18, 16)} 60Q22 ${y + 10} 32 ${y + 6}Z`,
      ),
      oval("b", 32, y, 11.5),
      oval("l", 29, y - 4, 4.5, 3.5),
    ];
  },
} as const satisfies Record<string, Draw>;
