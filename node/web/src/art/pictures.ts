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
  letter: [
    { d: "M3 18.5L7.8 5.5l4.8 13M4.8 14h6", line: "ink" },
    { d: "M14.6 15.6a3 3 0 1 0 6 0a3 3 0 1 0-6 0zM20.6 12v6.6", line: "blue" },
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
  paint: [
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
  cook: [
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
  moon: [
    { d: "M15 3.4a9.1 9.1 0 1 0 5.6 13.2q-9.4 1-8.8-7q.4-4 3.2-6.2z", fill: "warm", line: "ink" },
    { d: "M18.4 4v3M16.9 5.5h3", line: "blue" },
  ],
  ball: [
    { d: round, fill: "pale", line: "ink" },
    { d: "M5.4 5.8q4.2 6.2 0 12.4M18.6 5.8q-4.2 6.2 0 12.4M3 12h18", line: "red" },
  ],
  star: signs["star"] ?? [],
  gear: [
    {
      d: "M10.4 3h3.2l.5 2.6l1.9.8l2.2-1.5l2.2 2.2l-1.5 2.3l.8 1.8l2.5.6v3l-2.5.6l-.8 1.8l1.5 2.3l-2.2 2.2l-2.2-1.5l-1.9.8l-.5 2.4h-3.2l-.5-2.4l-1.9-.8l-2.2 1.5l-2.2-2.2l1.5-2.3l-.8-1.8l-2.5-.6v-3l2.5-.6l.8-1.8l-1.5-2.3l2.2-2.2l2.2 1.5l1.9-.8z",
      fill: "pale",
      line: "ink",
    },
    { d: "M8.8 13.2a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0z", fill: "blue", line: "ink" },
  ],
  robot: [
    { d: "M5 8h14v11H5z", fill: "pale", line: "ink" },
    { d: "M12 8V4.4M12 4.2v.2M2.8 12v3.6M21.2 12v3.6", line: "ink" },
    { d: "M8.8 12v.6M15.2 12v.6", line: "blue" },
    { d: "M9 16h6", line: "red" },
  ],
} as const satisfies Readonly<Record<string, readonly Stroke[]>>;

export type Picture = keyof typeof pictures;
export const pictureNames = Object.keys(pictures) as readonly Picture[];
