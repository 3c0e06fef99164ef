/** Signs of feeling, drawn on 24 by 24: strokes and fills in few tones, as sure at 18 pixels as at 48. What
 * each means is said beside it in words. */

export type Tone = "ink" | "warm" | "pale" | "red" | "blue" | "green";

export interface Stroke {
  readonly d: string;
  readonly fill?: Tone;
  readonly line?: Tone;
}

/** Tones hold on the light ground that every sign lies on, whatever the room's colours. */
export const tones: Readonly<Record<Tone, string>> = {
  ink: "#2d2a25",
  warm: "#f2b63c",
  pale: "#ffe3a3",
  red: "#d9513c",
  blue: "#3b7fb0",
  green: "#3f8a5f",
};
export const ground = "#fffdf8";
export const lineWidth = 1.8;

const face: Stroke = { d: "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0z", fill: "pale", line: "ink" };
const eyes: Stroke = { d: "M8.7 10v.6M15.3 10v.6", line: "ink" };
const shut: Stroke = { d: "M7.4 10.4q1.3-1.4 2.6 0M14 10.4q1.3-1.4 2.6 0", line: "ink" };
const palm: Stroke = {
  d: "M7.5 21q-2.5-3-4-6.5q1.5-1.6 3 .6V6.2a1.3 1.3 0 0 1 2.6 0V4.4a1.3 1.3 0 0 1 2.6 0v-.6a1.3 1.3 0 0 1 2.6 0v1.4a1.3 1.3 0 0 1 2.6 0V15q0 3.8-2.4 6z",
  fill: "pale",
  line: "ink",
};

export const signs: Readonly<Record<string, readonly Stroke[]>> = {
  hello: [palm, { d: "M19.5 6.5q2 1.5 2 4M19 2.8q3 1 4 3.4", line: "blue" }],
  bye: [palm, { d: "M19.4 17q2.2.4 3.4-1.4M19.4 20.4q3 .4 4-2.2", line: "green" }],
  thanks: [
    { d: "M12 3.2q3 1.4 3 6.2v11.2H9V9.4q0-4.8 3-6.2zM12 3.2v17.4", fill: "pale", line: "ink" },
    { d: "M4 8l-2-1.6M4.6 3.8L3.4 1.8M20 8l2-1.6M19.4 3.8l1.2-2", line: "warm" },
  ],
  sorry: [
    face,
    shut,
    { d: "M9.5 16.5q2.5-1.6 5 0", line: "ink" },
    { d: "M18.6 3.2q2.6 3.4 1.2 4.8q-1.2 1-2.4 0q-1-1.6 1.2-4.8z", fill: "blue" },
  ],
  nod: [
    face,
    shut,
    { d: "M9 15q3 2.4 6 0", line: "ink" },
    { d: "M22.6 8v8M20.9 14l1.7 2l1.2-1.6", line: "green" },
  ],
  good: [
    {
      d: "M7.5 10.5l4-7.2q2.6.3 2 3.4l-.5 3h6q2 .4 1.5 2.4l-1.7 6.6q-.4 1.3-1.8 1.3H7.5z",
      fill: "pale",
      line: "ink",
    },
    { d: "M3.5 10.5h4V20h-4z", fill: "blue", line: "ink" },
  ],
  clap: [
    {
      d: "M5 13l4.6-7q1.6-.8 2 .8l-2 4.2l5.4-3.4q1.8 0 1.4 1.8l-4.6 8.6q-3 2.6-5.6.6q-2.6-2.6-1.2-5.6z",
      fill: "pale",
      line: "ink",
    },
    { d: "M14 2.2l-.6 2M18 3.4l-1.4 1.8M20.8 7l-2 .8", line: "warm" },
  ],
  heart: [
    {
      d: "M12 20.5q-9-6-9-11.4q0-5 4.6-5q3 0 4.4 3q1.4-3 4.4-3q4.6 0 4.6 5q0 5.4-9 11.4z",
      fill: "red",
      line: "ink",
    },
  ],
  smile: [face, eyes, { d: "M7.6 14q4.4 4.6 8.8 0", line: "ink" }],
  laugh: [face, shut, { d: "M7.4 13.4h9.2q-.6 5-4.6 5t-4.6-5z", fill: "red", line: "ink" }],
  wow: [face, eyes, { d: "M10 15.5a2 2.4 0 1 0 4 0a2 2.4 0 1 0-4 0z", fill: "ink" }],
  think: [
    face,
    { d: "M8.7 9.4v.6M15.3 9.4v.6", line: "ink" },
    { d: "M9.4 15.6h5.2", line: "ink" },
    {
      d: "M19.4 4.4a1 1 0 1 0 2 0a1 1 0 1 0-2 0zM21.6 1.6a.8.8 0 1 0 1.6 0a.8.8 0 1 0-1.6 0z",
      fill: "blue",
    },
  ],
  question: [
    { d: "M8 8.4q0-4.4 4.2-4.4t4.2 4q0 2.4-2.4 3.8q-2 1.2-2 3.4", line: "blue" },
    { d: "M10.7 19.4a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0z", fill: "blue" },
  ],
  hand: [palm, { d: "M20.5 3v5.4", line: "warm" }, { d: "M20.5 12v.4", line: "warm" }],
  sad: [
    face,
    eyes,
    { d: "M8.4 16.6q3.6-3.2 7.2 0", line: "ink" },
    { d: "M16.6 12q1.8 2.6.6 3.6q-1 .6-1.8-.2q-.6-1.2 1.2-3.4z", fill: "blue" },
  ],
  tired: [
    face,
    { d: "M7 10.6h3.2M13.8 10.6H17", line: "ink" },
    { d: "M10 15.8q2-1 4 0", line: "ink" },
    { d: "M18 2.4h4l-4 4.4h4", line: "blue" },
  ],
  cheer: [
    { d: "M4 21L9 9l6 6z", fill: "warm", line: "ink" },
    { d: "M12 8q-.6-3 1.6-5M15 11q1.6-3.6 5-3M16.4 14.4q3-.6 4.6 1.6", line: "green" },
    { d: "M17.4 3.4v.2M21.2 4.8v.2M20.4 11.6v.2", line: "red" },
  ],
  star: [
    {
      d: "M12 2.8l2.8 5.8l6.4.9l-4.6 4.5l1.1 6.3L12 17.3l-5.7 3l1.1-6.3l-4.6-4.5l6.4-.9z",
      fill: "warm",
      line: "ink",
    },
  ],
};
