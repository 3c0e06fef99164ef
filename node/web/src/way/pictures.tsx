import type { VNode } from "preact";
import { way } from "../words/way.js";
import type { Word } from "../words/word.js";

/** The twelve pictures of a child's second step, drawn here. Each is told from the others by its outline
 * alone, in grey as in colour; its name stands under it. The number is what the node knows it by. */

export const pictureNames: readonly Word[] = [
  way.p1,
  way.p2,
  way.p3,
  way.p4,
  way.p5,
  way.p6,
  way.p7,
  way.p8,
  way.p9,
  way.p10,
  way.p11,
  way.p12,
];

const shapes: readonly (() => VNode)[] = [
  cat,
  fish,
  flower,
  tree,
  house,
  star,
  moon,
  umbrella,
  apple,
  boat,
  book,
  key,
];

export function Picture({ n }: { n: number }): VNode {
  const draw = shapes[n - 1] ?? star;
  return (
    <svg class="picture" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      {draw()}
    </svg>
  );
}

function cat(): VNode {
  return (
    <>
      <path
        class="f1"
        d="M12 30 10 8l13 8a26 26 0 0 1 18 0l13-8-2 22c6 16-6 26-20 26S6 46 12 30z"
      />
      <path class="f0" d="M21 33a3 4 0 1 0 6 0 3 4 0 1 0-6 0M37 33a3 4 0 1 0 6 0 3 4 0 1 0-6 0" />
      <path class="f0" d="M28 42h8l-4 5z" />
      <path class="l0" d="M16 44H5M16 48 6 52M48 44h11M48 48l10 4" />
    </>
  );
}

function fish(): VNode {
  return (
    <>
      <path class="f2" d="M5 32c9-17 32-18 42-2l13-11v27L47 34c-10 17-33 15-42-2z" />
      <circle class="f0" cx="17" cy="29" r="3" />
      <path class="l0" d="M27 22c5 6 5 14 0 20M34 27c2 4 2 7 0 11" />
    </>
  );
}

function flower(): VNode {
  return (
    <>
      <path class="l3" d="M32 34v26" />
      <path
        class="f3"
        d="M32 54c-3-9-11-11-17-9 2 8 10 12 17 9zM32 50c3-8 10-10 16-8-2 8-9 11-16 8z"
      />
      <g class="f1">
        <circle cx="32" cy="10" r="8" />
        <circle cx="45" cy="19" r="8" />
        <circle cx="40" cy="33" r="8" />
        <circle cx="24" cy="33" r="8" />
        <circle cx="19" cy="19" r="8" />
      </g>
      <circle class="f4" cx="32" cy="23" r="7" />
    </>
  );
}

function tree(): VNode {
  return (
    <>
      <path class="f0" d="M28 44h8v17h-8z" />
      <path class="f3" d="M32 3 48 22h-7l11 14h-8l10 14H10l10-14h-8l11-14h-7z" />
    </>
  );
}

function house(): VNode {
  return (
    <>
      <path class="f4" d="M12 30h40v29H12z" />
      <path class="f1" d="M3 33 32 6l29 27-5 4-24-22L8 37z" />
      <path class="f0" d="M27 59V43h11v16zM17 37h7v7h-7zM41 37h7v7h-7z" />
    </>
  );
}

function star(): VNode {
  return (
    <path
      class="f4"
      d="m32 4 8.6 18 19.4 2.6-14.2 13.6 3.6 19.6L32 48.4l-17.4 9.4 3.6-19.6L4 24.6 23.4 22z"
    />
  );
}

function moon(): VNode {
  return <path class="f4" d="M41 5a28 28 0 1 0 18 37A23 23 0 0 1 41 5z" />;
}

function umbrella(): VNode {
  return (
    <>
      <path class="l0" d="M32 5v46c0 10-13 10-13 1" />
      <path
        class="f2"
        d="M32 9C16 9 5 20 4 36c5-5 11-5 14 0 4-6 10-6 14 0 4-6 10-6 14 0 3-5 9-5 14 0C59 20 48 9 32 9z"
      />
    </>
  );
}

function apple(): VNode {
  return (
    <>
      <path
        class="f1"
        d="M32 20c-14-9-26 1-25 15 1 15 12 28 25 23 13 5 24-8 25-23 1-14-11-24-25-15z"
      />
      <path class="l0" d="M32 20c0-7 1-11 5-16" />
      <path class="f3" d="M36 14c4-8 11-9 17-7-2 7-10 11-17 7z" />
    </>
  );
}

function boat(): VNode {
  return (
    <>
      <path class="f4" d="M34 4v34h24C55 22 46 11 34 4zM29 14 10 38h19z" />
      <path class="f0" d="M4 43h56c-3 9-8 15-14 16H18C12 58 7 52 4 43z" />
    </>
  );
}

function book(): VNode {
  return (
    <>
      <path
        class="f2"
        d="M3 12c11-4 21-3 29 3v41c-8-6-18-7-29-3zM61 12c-11-4-21-3-29 3v41c8-6 18-7 29-3z"
      />
      <path
        class="l5"
        d="M9 22c6-2 12-1 17 1M9 31c6-2 12-1 17 1M9 40c6-2 12-1 17 1M55 22c-6-2-12-1-17 1M55 31c-6-2-12-1-17 1M55 40c-6-2-12-1-17 1"
      />
      <path class="l0" d="M32 15v41" />
    </>
  );
}

function key(): VNode {
  return (
    <>
      <path
        class="f4"
        d="M18 17a15 15 0 1 0 0 30 15 15 0 0 0 14-10h10v9h7v-9h3v6h7V28H32a15 15 0 0 0-14-11z"
      />
      <circle class="f5" cx="16" cy="32" r="5" />
    </>
  );
}
