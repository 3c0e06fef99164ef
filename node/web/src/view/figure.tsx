import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { box, type Colour, type Kind, paint, type Pose } from "../art/avatars.js";

/** Somebody's figure, `height` CSS pixels high, as sharp as the screen. It says nothing that the words
 * beside it do not. Part of the load of whoever shows figures, not of the first page. */
export function Figure({
  kind,
  colour,
  pose = "stand",
  height,
}: {
  kind: Kind;
  colour: Colour;
  pose?: Pose;
  height: number;
}): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = Math.round((height * box.width) / box.height);
  useEffect(() => {
    const at = canvas.current;
    const to = at?.getContext("2d");
    if (at === null || to === null || to === undefined) return;
    const sharp = Math.min(2, globalThis.devicePixelRatio);
    at.width = width * sharp;
    at.height = height * sharp;
    at.style.width = `${width}px`;
    at.style.height = `${height}px`;
    const scale = at.height / box.height;
    to.translate(box.footX * scale, box.footY * scale);
    paint(to, kind, colour, pose, scale);
  }, [kind, colour, pose, height]);
  return <canvas ref={canvas} class="avatar" aria-hidden="true" />;
}
