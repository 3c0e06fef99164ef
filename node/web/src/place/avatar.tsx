import type { VNode } from "preact";
import { paletteOf, partsOf, type Pose, rim, viewBox } from "../art/avatars.js";
import { colourOf, kindOf } from "./sprites.js";

/** Somebody's figure. It says nothing that the words beside it do not. */
export function Figure({
  kind,
  colour,
  pose = "stand",
}: {
  kind: string;
  colour: string;
  pose?: Pose;
}): VNode {
  const tones = paletteOf(colourOf(colour));
  const parts = partsOf(kindOf(kind), pose);
  return (
    <svg
      class="being"
      viewBox={viewBox}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <g fill="none" stroke={tones.o}>
        {parts.map(({ width, path }, i) => (
          <path key={i} stroke-width={width + rim} d={path} />
        ))}
      </g>
      {parts.map(({ tone, width, path }, i) =>
        width === 0 ? (
          <path key={i} fill={tones[tone]} d={path} />
        ) : (
          <path key={i} fill="none" stroke={tones[tone]} stroke-width={width} d={path} />
        ),
      )}
    </svg>
  );
}
