/** Pictures of courses, drawn on 24 by 24 as the signs are: what a course is about, at a glance, for those who
 * read little. What each shows is said in words where staff choose one; beside a title it says no more. */
import { signs, type Stroke } from "./signs.js";

const round = "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0z";

export const pictures = {
  book: [
    {
      d: "M12 6.2q-4-2.4-9-1.6v13q5-.8 9 1.6q4-2.4 9-1.6v-13q-5-.8-9 1.6z",
      fill: "pale",
      line: "ink",
    },
    { d: "M12 6.2v13", line: "ink" },
    { d: "M5.6 9q2.2-.2 3.8.5M5.6 12.6q2.2-.2 3.8.5M14.6 9.5q1.6-.7 3.8-.5", line: "blue" },
  ],
  pencil: [
    { d: "M4 20l1.4-5L16 4.4l3.6 3.6L9 18.6z", fill: "warm", line: "ink" },
    { d: "M4 20l1.4-5l3.6 3.6zM13.8 6.6l3.6 3.6", fill: "pale", line: "ink" },
  ],
  number: [
    { d: "M3 4h18v16H3z", fill: "pale", line: "ink" },
    { d: "M7.5 6.6v4M5.5 8.6h4M14.5 8.6h4", line: "red" },
    { d: "M6 14l3 3M9 14l-3 3M14.5 15.5h4M16.5 13v.2M16.5 18v.2", line: "blue" },
  ],
  globe: [
    { d: round, fill: "blue", line: "ink" },
    { d: "M3 12h18M12 3q-5.4 4.5-5.4 9t5.4 9M12 3q5.4 4.5 5.4 9t-5.4 9", line: "pale" },
  ],
  leaf: [
    { d: "M5.4 18.4Q3.4 6 19.4 4.4Q20.8 18.6 8 18.6z", fill: "green", line: "ink" },
    { d: "M3.6 20.8Q8.6 13 14.6 9.4", line: "ink" },
  ],
  music: [
    { d: "M9 17.4V5.6l10-2v11.8", line: "ink" },
    {
      d: "M4.2 17.6a2.4 2 0 1 0 4.8 0a2.4 2 0 1 0-4.8 0zM14.2 15.6a2.4 2 0 1 0 4.8 0a2.4 2 0 1 0-4.8 0z",
      fill: "red",
      line: "ink",
    },
  ],
  art: [
    {
      d: "M12 3.4q-9 .6-9 8.8q0 8 8.4 8.2q2-.2 1.4-2.2q-.8-2.8 2-3h2.6q3.6-.2 3.6-4.2q-.6-7-9-7.6z",
      fill: "pale",
      line: "ink",
    },
    { d: "M6.8 8.4a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0z", fill: "red" },
    { d: "M11.6 6.6a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0z", fill: "blue" },
    { d: "M5.4 12.8a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0z", fill: "green" },
    { d: "M15.8 9.4a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0z", fill: "warm" },
  ],
  cooking: [
    { d: "M5 10.4h14v6.8q0 2.8-2.8 2.8H7.8Q5 20 5 17.2z", fill: "warm", line: "ink" },
    { d: "M2.4 12.6H5M19 12.6h2.6M4 10.4h16", line: "ink" },
    { d: "M9 7.4q-1.2-1.7 0-3.4M12.4 7.4q-1.2-1.7 0-3.4M15.8 7.4q-1.2-1.7 0-3.4", line: "blue" },
  ],
  talk: [
    { d: "M2.6 4.4h11.6v8.2H8.4l-3 2.8v-2.8H2.6z", fill: "pale", line: "ink" },
    { d: "M17 8.8h4.4v8.2h-2v2.8l-3-2.8h-6.2v-1.6", line: "ink" },
    { d: "M5.6 8.5h.2M8.3 8.5h.2M11 8.5h.2", line: "blue" },
  ],
  heart: signs["heart"] ?? [],
  body: [
    { d: round, fill: "pale", line: "ink" },
    { d: "M5.4 5.8q4.2 6.2 0 12.4M18.6 5.8q-4.2 6.2 0 12.4M3 12h18", line: "red" },
  ],
  star: signs["star"] ?? [],
  science: [
    {
      d: "M9 3h6M10 3v6L4.6 18.4Q3.6 21 6.4 21h11.2q2.8 0 1.8-2.6L14 9V3",
      fill: "pale",
      line: "ink",
    },
    { d: "M7.4 15.4h9.2l2 3.8q.2 1-1 1H6.4q-1.2 0-1-1z", fill: "blue" },
  ],
  game: [
    {
      d: "M7 7.6h10q4.6 0 4.6 6q0 5-2.8 5q-1.6 0-3.2-3H8.4q-1.6 3-3.2 3q-2.8 0-2.8-5q0-6 4.6-6z",
      fill: "pale",
      line: "ink",
    },
    { d: "M7.6 9.8v3.6M5.8 11.6h3.6", line: "blue" },
    { d: "M15.4 10.6v.2M17.8 12.8v.2", line: "red" },
  ],
  computer: [
    { d: "M3.4 4.6h17.2v11.6H3.4z", fill: "pale", line: "ink" },
    { d: "M8 20h8M12 16.2V20", line: "ink" },
    { d: "M9 8l-2.4 2.4L9 12.8M12.6 12.8h4", line: "blue" },
  ],
  craft: [
    { d: "M7 15.6L17.4 3.4M17 15.6L6.6 3.4", line: "ink" },
    {
      d: "M4 18a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0zM14.8 18a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0z",
      fill: "red",
      line: "ink",
    },
  ],
  animal: [
    {
      d: "M4.6 3.4l4.6 3.4q2.8-.8 5.6 0l4.6-3.4v8.4q1 8.6-7.4 8.6t-7.4-8.6z",
      fill: "warm",
      line: "ink",
    },
    { d: "M9 11.8v.6M15 11.8v.6M12 14.6v.2M9.8 16.6q1.1 1 2.2-.4q1.1 1.4 2.2.4", line: "ink" },
  ],
  person: [
    { d: "M8 7.6a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", fill: "pale", line: "ink" },
    { d: "M4 21q0-8 8-8t8 8z", fill: "green", line: "ink" },
  ],
} as const satisfies Readonly<Record<string, readonly Stroke[]>>;

export type Picture = keyof typeof pictures;
export const pictureNames = Object.keys(pictures) as readonly Picture[];
