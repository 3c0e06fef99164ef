import type { VNode } from "preact";
import { box, paletteOf, partsOf, type Pose } from "../art/avatars.js";
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
  return (
    <svg class="being" viewBox={`0 0 ${box.width} ${box.height}`} aria-hidden="true">
      {partsOf(kindOf(kind), pose).map(({ tone, width, path }, i) =>
        width === 0 ? (
          <path key={i} fill={tones[tone]} d={path} />
        ) : (
          <path
            key={i}
            fill="none"
            stroke={tones[tone]}
            stroke-width={width}
            stroke-linecap="round"
            stroke-linejoin="round"
            d={path}
          />
        ),
      )}
    </svg>
  );
}
