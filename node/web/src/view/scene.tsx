import type { VNode } from "preact";

/** The picture of the place: a house with its door open and a light on, a path from the door, a
 * bench with room beside the cat. Drawn here so that it follows the theme; nothing in it moves.
 * What matters stands at the lower left, which every width of screen keeps. */
export function Scene(): VNode {
  return (
    <svg
      class="scene"
      viewBox="0 0 1200 800"
      preserveAspectRatio="xMinYMax slice"
      aria-hidden="true"
      focusable="false"
    >
      <circle class="s-halo" cx="500" cy="466" r="92" />
      <circle class="s-sun" cx="500" cy="466" r="54" />
      <g class="s-stars">
        <circle cx="40" cy="330" r="2.4" />
        <circle cx="330" cy="60" r="2" />
        <circle cx="455" cy="130" r="2.6" />
        <circle cx="640" cy="90" r="2" />
        <circle cx="520" cy="40" r="1.8" />
        <circle cx="700" cy="330" r="2.2" />
        <circle cx="820" cy="60" r="2.4" />
        <circle cx="1010" cy="40" r="2" />
        <circle cx="1150" cy="130" r="2.4" />
        <circle cx="1170" cy="320" r="2" />
      </g>
      <g class="s-cloud">
        <path d="M616 152c-26 0-30-36-4-40 4-28 42-36 58-14 28-14 52 10 46 34 24 0 22 20 4 20z" />
        <path d="M1020 210c-26 0-30-36-4-40 4-28 42-36 58-14 28-14 52 10 46 34 24 0 22 20 4 20z" />
      </g>
      <path
        class="s-far"
        d="M0 470c90-50 190-60 290-22 90 34 170 44 270 6 130-50 260-60 380-16 90 32 180 40 260 20v342H0z"
      />
      <path
        class="s-mid"
        d="M0 566c120-70 260-84 400-40 130 40 240 36 370-6 150-48 300-42 430 20v260H0z"
      />
      <g class="s-tree">
        <path class="s-trunk" d="M60 610c5-40 4-74 0-110h20c-4 36-4 70 5 110z" />
        <path
          class="s-leaf"
          d="M70 386c44-6 72 26 68 58 28 14 32 54 6 74-12 32-58 40-78 22-28 16-70 2-74-28-18-4-30-18-32-34V440c10-34 52-50 110-54z"
        />
        <path class="s-leaf-lit" d="M58 402c34-4 56 14 56 40-40-18-80-8-104 22-2-36 14-58 48-62z" />
      </g>
      <g class="s-house">
        <path class="s-smoke" d="M290 470c-12-16 10-26 0-44s12-24 2-40" />
        <path class="s-chimney" d="M276 474h28v62h-28z" />
        <path class="s-wall" d="M140 572h190v116H140z" />
        <path
          class="s-roof"
          d="M114 578 228 470a10 10 0 0 1 14 0l114 108c5 5 2 12-5 12H119c-7 0-10-7-5-12z"
        />
        <circle class="s-window" cx="235" cy="536" r="15" />
        <path class="s-frame" d="M235 521v30M220 536h30" />
        <rect class="s-window" x="160" y="612" width="44" height="44" rx="6" />
        <path class="s-frame" d="M182 612v44M160 634h44" />
        <path class="s-door" d="M238 688v-58a30 30 0 0 1 60 0v58z" />
        <path class="s-door-open" d="M298 688v-58a30 30 0 0 0-14-25l26 10v86z" />
        <circle class="s-knob" cx="290" cy="652" r="2.6" />
      </g>
      <path
        class="s-near"
        d="M0 690c150-34 300-34 440 2 170 44 330 40 480 4 110-26 200-28 280-10v124H0z"
      />
      <path
        class="s-path"
        d="M238 663l61 2c6 40 52 52 130 64 130 18 250 30 330 64H300c-26-44-74-64-72-94 0-14 6-26 10-43z"
      />
      <g class="s-bench">
        <path class="s-wood" d="M402 640h142v9H402zM402 653h142v8H402zM396 668h154v11H396z" />
        <path class="s-wood" d="M410 640h8v72h-8zM528 640h8v72h-8z" />
      </g>
      <g class="s-cat">
        <path d="M436 668c-7-24 2-42 15-46l-2-15 10 8c4-1 8-1 11 0l10-8-1 16c5 6 4 13 0 17 9 7 10 20 8 28z" />
        <path class="s-tail" d="M484 666c16 2 22-7 17-20" />
      </g>
      <g class="s-flowers">
        <circle cx="40" cy="740" r="5" />
        <circle cx="74" cy="762" r="4" />
        <circle cx="112" cy="734" r="4" />
        <circle cx="150" cy="770" r="5" />
        <circle cx="596" cy="728" r="5" />
        <circle cx="640" cy="742" r="4" />
        <circle cx="700" cy="724" r="5" />
        <circle cx="860" cy="760" r="5" />
        <circle cx="930" cy="742" r="4" />
        <circle cx="1040" cy="770" r="5" />
        <circle cx="1130" cy="740" r="4" />
      </g>
    </svg>
  );
}

/** The mark beside the name: the same house, as small as a letter. */
export function Mark(): VNode {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="m-roof" d="M3 15 16 4l13 11v2H3z" />
      <path class="m-wall" d="M6 15h20v13H6z" />
      <path class="m-light" d="M13 28v-7a4 4 0 0 1 8 0v7z" />
    </svg>
  );
}
