import type { VNode } from "preact";
import { pictures } from "../art/pictures.js";
import { ground, lineWidth, type Stroke, tones } from "../art/signs.js";

const all: Readonly<Record<string, readonly Stroke[]>> = pictures;

/** What a course is about, as a picture; its title stands beside it. A code of a newer node is a star. */
export function CoursePicture({ of: code }: { of: string }): VNode {
  return (
    <svg class="course-picture" viewBox="-3 -3 30 30" aria-hidden="true">
      <rect x="-3" y="-3" width="30" height="30" rx="7" fill={ground} />
      <g stroke-width={lineWidth} stroke-linecap="round" stroke-linejoin="round">
        {(all[code] ?? pictures.star).map(({ d, fill, line }, i) => (
          <path
            key={i}
            d={d}
            fill={fill === undefined ? "none" : tones[fill]}
            stroke={line === undefined ? "none" : tones[line]}
          />
        ))}
      </g>
    </svg>
  );
}
