/** Builds the client: checks the words, cuts the fonts, bundles, names by content, packs.
 * Usage: build.ts OUT_DIR WORK_DIR FONT_FILE.  Everything in OUT_DIR is replaced. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import type { Chapter } from "../src/words/all.js";
import type { Segment } from "../src/words/word.js";
import { charactersOf, checkWords, listWords } from "./words.ts";

const here = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const [outDir, workDir, fontFile] = process.argv.slice(2);
if (outDir === undefined || workDir === undefined || fontFile === undefined) {
  console.error("usage: build.ts OUT_DIR WORK_DIR FONT_FILE");
  process.exit(2);
}
const out = resolve(outDir);
const work = resolve(workDir);
const fresh = `${out}.new`;

/* What the oldest devices of a school may still run: iPadOS 15, ChromeOS of 2021. */
const target = ["chrome94", "edge94", "firefox102", "safari15"];

interface Catalogue {
  readonly chapters: readonly Chapter[];
  readonly segmentsOf: (notation: string) => Segment[];
}

async function catalogue(): Promise<Catalogue> {
  const entry = join(work, "words-entry.ts");
  writeFileSync(
    entry,
    `export * from ${JSON.stringify(join(here, "src/words/all.js"))};
     export { segmentsOf } from ${JSON.stringify(join(here, "src/words/word.js"))};`,
  );
  const outfile = join(work, "words.mjs");
  await build({ entryPoints: [entry], outfile, bundle: true, format: "esm", logLevel: "error" });
  return (await import(`${pathToFileURL(outfile).href}?${Date.now()}`)) as Catalogue;
}

/** A face with exactly these characters; `range` is what the style sheet says it is for. */
function cutFont(name: string, characters: Set<string>): { file: string; range: string } {
  const points = [...characters].map((one) => one.codePointAt(0) ?? 0).sort((a, b) => a - b);
  const file = join(work, `${name}.woff2`);
  const hex = points.map((point) => point.toString(16));
  execFileSync("pyftsubset", [
    fontFile as string,
    `--unicodes=${hex.join(",")}`,
    "--flavor=woff2",
    "--no-hinting",
    "--layout-features=palt,kern,vert",
    "--drop-tables+=meta",
    `--output-file=${file}`,
  ]);
  return { file, range: hex.map((one) => `U+${one}`).join(",") };
}

function fontSheet(words: Catalogue): string {
  const { chapters, segmentsOf } = words;
  // One face for the first page, one for what comes after it, one for grown-ups at work.
  const faces: ReturnType<typeof cutFont>[] = [];
  const have = new Set<string>();
  for (const [name, isIn] of [
    ["words", (one: Chapter) => one.forChildren && one.isLater !== true],
    ["words-later", (one: Chapter) => one.forChildren],
    ["words-more", () => true],
  ] as const) {
    const fresh = [...charactersOf(chapters.filter(isIn), segmentsOf)].filter(
      (one) => !have.has(one),
    );
    if (fresh.length > 0) faces.push(cutFont(name, new Set(fresh)));
    for (const one of fresh) have.add(one);
  }
  const sheet = join(work, "all.css");
  writeFileSync(
    sheet,
    [
      ...faces.map(
        ({ file, range }) =>
          `@font-face{font-family:"Ibasho Words";src:url(${JSON.stringify(file)}) format("woff2");` +
          `font-display:swap;unicode-range:${range}}`,
      ),
    ].join("\n"),
  );
  const entry = join(work, "style.css");
  writeFileSync(
    entry,
    `@import "./all.css";\n@import ${JSON.stringify(join(here, "style/all.css"))};\n`,
  );
  return entry;
}

/** wire.ts lists every route of the node; a reader's device gets those that the client asks for, and those
 * of grown-ups at work with their part (src/adult/routes.ts). */
const onlyUsedRoutes: Plugin = {
  name: "only-used-routes",
  setup(step) {
    const wire = join(here, "src/wire.ts");
    const work = join(here, "src/adult");
    const isRoute = /^ {2}("[\w.]+"): \{ method: /;
    const used = (isOfWork: boolean): string =>
      sourceFiles(join(here, "src"))
        .filter((file) => file !== wire && file.startsWith(work) === isOfWork)
        .map((file) => readFileSync(file, "utf8"))
        .join("\n");
    step.onLoad({ filter: /\/src\/wire\.ts$/ }, () => {
      const code = used(false);
      const contents = readFileSync(wire, "utf8")
        .split("\n")
        .filter((line) => {
          const name = isRoute.exec(line)?.[1];
          return name === undefined || code.includes(name);
        })
        .join("\n");
      return { contents, loader: "ts" };
    });
    step.onLoad({ filter: /\/src\/adult\/routes\.ts$/ }, () => {
      const [code, before] = [used(true), used(false)];
      const rows = readFileSync(wire, "utf8")
        .split("\n")
        .filter((line) => {
          const name = isRoute.exec(line)?.[1];
          return name !== undefined && code.includes(name) && !before.includes(name);
        });
      const contents = `import { addRoutes } from "../edge/api.js";\naddRoutes({\n${rows.join("\n")}\n});`;
      return { contents, loader: "ts" };
    });
  },
};

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/** A style sheet that a part of the client imports: a file of its own, which comes with that part. The import
 * is its address. */
const laterSheets: Plugin = {
  name: "later-sheets",
  setup(step) {
    step.onLoad({ filter: /\/style\/\w+\.css$/ }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [path],
        bundle: true,
        minify: true,
        charset: "utf8",
        target,
        write: false,
        logLevel: "warning",
      });
      return { contents: outputFiles[0]?.text ?? "", loader: "file" };
    });
  },
};

/** Code that runs apart from the page, `worklet:NAME` of src/NAME/worklet.ts: a file of its own. The import is its
 * address. */
const worklets: Plugin = {
  name: "worklets",
  setup(step) {
    step.onResolve({ filter: /^worklet:\w+$/ }, ({ path }) => ({
      path: join(here, "src", path.slice("worklet:".length), "worklet.js"),
      namespace: "worklet",
    }));
    step.onLoad({ filter: /./, namespace: "worklet" }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [path.replace(/js$/, "ts")],
        bundle: true,
        minify: true,
        charset: "utf8",
        format: "iife",
        target,
        write: false,
        logLevel: "warning",
      });
      return { contents: outputFiles[0]?.text ?? "", loader: "file" };
    });
  },
};

async function bundle(sheet: string): Promise<Map<string, string>> {
  const common = {
    bundle: true,
    minify: true,
    charset: "utf8" as const,
    legalComments: "none" as const,
    metafile: true as const,
    target,
    outdir: fresh,
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    logLevel: "warning" as const,
    loader: { ".woff2": "file" as const, ".svg": "file" as const, ".wasm": "file" as const },
    absWorkingDir: here,
  };
  const results = [
    await build({
      ...common,
      entryPoints: { app: "src/main.tsx" },
      format: "esm",
      splitting: true,
      jsx: "automatic",
      jsxImportSource: "preact",
      plugins: [onlyUsedRoutes, laterSheets, worklets],
    }),
    await build({ ...common, entryPoints: { boot: "src/boot.ts" }, format: "iife" }),
    await build({ ...common, entryPoints: { app: sheet } }),
    await build({ ...common, entryPoints: { icon: "src/icon.svg" }, loader: { ".svg": "copy" } }),
  ];
  const names = new Map<string, string>();
  for (const { metafile } of results)
    for (const path of Object.keys(metafile.outputs)) {
      const name = path.split("/").at(-1) ?? "";
      const match = /^(.+)-[A-Z0-9]{8}\.(\w+)$/.exec(name);
      if (match !== null) names.set(`${match[1]}.${match[2]}`, name);
    }
  return names;
}

/** Parts that the app needs at once are named in the page, so that they come together with it. */
function preloads(app: string): string {
  const code = readFileSync(join(fresh, app), "utf8");
  return [...code.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)]
    .map(([, name]) => `<link rel="modulepreload" href="/${name}">`)
    .join("\n");
}

function writePage(names: Map<string, string>): void {
  const page = readFileSync(join(here, "src/index.html"), "utf8")
    .replace(/%([a-z]+\.[a-z0-9]+)%/g, (_, key: string) => {
      const name = names.get(key);
      if (name === undefined) throw new Error(`index.html asks for ${key}, which was not built`);
      return name;
    })
    .replace("%preloads%", () => preloads(names.get("app.js") ?? ""))
    .replace(/\n\s+/g, "\n");
  writeFileSync(join(fresh, "index.html"), page);
}

/** The notices of everything that goes to the browser; their licences ask for it. */
function writeNotices(): void {
  const lock = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean; version?: string; license?: string }>;
  };
  const parts = Object.entries(lock.packages)
    .filter(([path, one]) => path !== "" && one.dev !== true)
    .map(([path, one]) => {
      const folder = join(here, path);
      const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
      const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim();
      return `${path.replace("node_modules/", "")} ${one.version} (${one.license})\n\n${text}`;
    });
  parts.push(
    "BIZ UDPGothic, a subset (OFL-1.1)\n\nCopyright 2022 The BIZ UDGothic Project Authors\n\n" +
      readFileSync(join(here, "OFL.txt"), "utf8").trim(),
    // What @evan/opus is made of.
    `libopus (BSD-3-Clause)\n\n${readFileSync(join(here, "OPUS.txt"), "utf8").trim()}`,
  );
  writeFileSync(join(fresh, "licences.txt"), parts.join(`\n\n${"-".repeat(72)}\n\n`) + "\n");
}

function pack(): void {
  for (const name of readdirSync(fresh))
    if (/\.(html|js|css|svg|txt|wasm)$/.test(name))
      writeFileSync(
        join(fresh, `${name}.gz`),
        gzipSync(readFileSync(join(fresh, name)), { level: 9 }),
      );
}

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
mkdirSync(work, { recursive: true });

const words = await catalogue();
const findings = checkWords(words.chapters, words.segmentsOf);
writeFileSync(join(work, "words.txt"), listWords(words.chapters, words.segmentsOf));
for (const { where, what } of findings) console.error(`words: ${where}: ${what}`);
if (findings.length > 0) process.exit(1);
const nWords = words.chapters.reduce((n, one) => n + Object.keys(one.words).length, 0);

writePage(await bundle(fontSheet(words)));
writeNotices();
pack();
rmSync(out, { recursive: true, force: true });
renameSync(fresh, out);

const stamp = createHash("sha256");
for (const name of readdirSync(out).sort())
  stamp.update(name).update(readFileSync(join(out, name)));
console.log(`words: ${nWords} in 4 forms, listed in ${join(workDir, "words.txt")}`);
console.log(
  `web: ${readdirSync(out).length} files in ${outDir}, ${stamp.digest("hex").slice(0, 16)}`,
);
