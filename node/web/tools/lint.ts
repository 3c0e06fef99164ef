/** What the client must not contain, whatever a compiler thinks of it.
 * Usage: lint.ts FOLDER...  Prints FILE:LINE: why, exits 1 when there is any. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Rule {
  readonly files: RegExp;
  readonly except?: RegExp;
  readonly pattern: RegExp;
  readonly why: string;
}

const code = /\.(ts|tsx|html)$/;

const rules: readonly Rule[] = [
  {
    files: code,
    pattern:
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc/,
    why: "text nodes only: markup from strings breaks require-trusted-types-for",
  },
  {
    files: code,
    pattern: /\beval\(|new Function\(|setTimeout\(\s*["'`]/,
    why: "no code from strings",
  },
  { files: /\.(tsx|html)$/, pattern: /\sstyle=/, why: "no style attribute: default-src 'self'" },
  {
    files: /\.html$/,
    pattern: /\son[a-z]+=|<script>|<style/,
    why: "nothing inline: script-src 'self'",
  },
  {
    files: /\.(ts|tsx|html|css)$/,
    pattern: /["'(=]\s*(https?:)?\/\/[a-z0-9]/i,
    why: "no other host at run time",
  },
  {
    files: code,
    except: /edge\/keep(_way)?\.ts$/,
    pattern: /localStorage|sessionStorage|indexedDB|document\.cookie|caches\./,
    why: "nothing of a person stays on the device: edge/keep.ts and, for voice, edge/keep_way.ts are the places",
  },
  {
    files: /\.tsx?$/,
    except: /edge\/(api|part_file)\.ts$|live\/socket\.ts$/,
    pattern: /\bfetch\(|XMLHttpRequest|sendBeacon|new WebSocket/,
    why: "edge/api.ts and, for the place, live/socket.ts are the ways to the node",
  },
  {
    files: /\.tsx?$/,
    except: /words\/|\.check\.ts$/,
    pattern: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u,
    why: "what people read stands in words/, in four forms",
  },
  {
    files: /\.css$/,
    pattern: /animation\s*:|@keyframes|transition\s*:/,
    why: "nothing on a page moves by itself",
  },
];

/* Two signs that are no words: the brackets of ruby for a browser that cannot set it, the glyph of the
 * display button, the mark over the marks of a name. */
const allowed = /<rp>[（）]<\/rp>|^\s*あA\s*$/;

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

const findings = process.argv
  .slice(2)
  .flatMap(filesIn)
  .flatMap((path) =>
    readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line, i) =>
        rules
          .filter(({ files, except, pattern }) => {
            const isComment = /^\s*(\*|\/\*|\/\/)/.test(line);
            return files.test(path) && !except?.test(path) && !isComment && pattern.test(line);
          })
          .filter(() => !allowed.test(line))
          .map(({ why }) => `${path}:${i + 1}: ${why}`),
      ),
  );
for (const one of findings) console.error(one);
process.exit(findings.length > 0 ? 1 : 0);
