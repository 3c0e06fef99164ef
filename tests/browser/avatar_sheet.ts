/** Draws every figure for looking (build/avatars/*.png) and says how far apart they are.
 * Usage: avatar_sheet.ts OUT_DIR. */
import { mkdirSync, writeFileSync } from "node:fs";
import { chromium, type Page } from "playwright-core";
import * as art from "../../node/web/src/art/avatars.ts";
import { svgOf } from "./avatar_svg.ts";
import { closest, greyOf, measure } from "./avatar_measure.ts";

const all = [...art.kinds, "neutral"] as readonly art.Kind[];

const figure = (svg: string, height: number): string =>
  svg.replace(
    "<svg ",
    `<svg width="${(height * art.box.width) / art.box.height}" height="${height}" `,
  );

function sheet(title: string, cells: readonly string[], wide: number): string {
  return (
    `<meta charset="utf-8"><style>body{margin:12px;font:11px sans-serif;background:#f7f3ea;width:${wide}px}` +
    `div{display:inline-block;text-align:center;margin:3px}small{display:block;color:#555}</style>` +
    `<h1 style="font-size:14px">${title}</h1>${cells.join("")}`
  );
}

const cell = (svg: string, name: string): string => `<div>${svg}<small>${name}</small></div>`;

async function shoot(page: Page, file: string, html: string): Promise<void> {
  await page.setContent(html);
  await page.screenshot({ path: file, fullPage: true });
}

const out = process.argv[2] ?? "build/avatars";
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium" });
const page = await browser.newPage({ viewport: { width: 1060, height: 800 } });
for (const pose of ["stand", "sit"] as const) {
  const grey = all.map((kind) => cell(figure(svgOf(kind, greyOf, pose), 32), kind));
  await shoot(page, `${out}/grey-32-${pose}.png`, sheet(`32 px, ${pose}`, grey, 700));
  const large = all.map((kind, i) =>
    cell(figure(svgOf(kind, art.paletteOf(art.colours[i % 10] as art.Colour), pose), 96), kind),
  );
  await shoot(page, `${out}/colour-96-${pose}.png`, sheet(`96 px, ${pose}`, large, 1000));
}
const every = art.colours.flatMap((colour) =>
  all.map((kind) => figure(svgOf(kind, art.paletteOf(colour)), 64)),
);
await shoot(page, `${out}/every-64.png`, sheet("64 px", every, 49 * 58));
const pairs = await measure(page);
writeFileSync(`${out}/pairs.json`, JSON.stringify(pairs.slice(0, 60), null, 1));
for (const { a, b, pose, apart } of closest(pairs, 14))
  console.log(`${a} ${b} (${pose}): ${apart.toFixed(0)} px apart`);
await browser.close();
