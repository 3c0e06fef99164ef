/** A figure as a drawing of its own, as art/avatars.ts paints it. */
import * as art from "../../node/web/src/art/avatars.ts";

export function svgOf(kind: art.Kind, tones: art.Palette, pose: art.Pose = "stand"): string {
  const parts = art.partsOf(kind, pose);
  const rims = parts.map(
    ({ width, path }) => `<path stroke-width="${width + art.rim}" d="${path}"/>`,
  );
  const inner = parts.map(({ tone, width, path }) =>
    width === 0
      ? `<path fill="${tones[tone]}" d="${path}"/>`
      : `<path fill="none" stroke="${tones[tone]}" stroke-width="${width}" d="${path}"/>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${art.viewBox}"` +
    ` stroke-linecap="round" stroke-linejoin="round">` +
    `<g fill="none" stroke="${tones.o}">${rims.join("")}</g>${inner.join("")}</svg>`
  );
}
