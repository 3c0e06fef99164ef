import type { VNode } from "preact";
import { ground, lineWidth, signs, tones } from "../art/signs.js";

/** A sign of feeling as a picture; what it says stands beside it. */
export function Sign({ kind }: { kind: string }): VNode {
  return (
    <svg class="sign" viewBox="-2 -2 28 28" aria-hidden="true">
      <circle cx="12" cy="12" r="13.4" fill={ground} />
      <g stroke-width={lineWidth} stroke-linecap="round" stroke-linejoin="round">
        {(signs[kind] ?? []).map(({ d, fill, line }, i) => (
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
