// Lets Node run the tests and the client's pure modules as they stand: packages come from node/web,
// "./x.js" is "./x.ts" as for the bundler.
import { existsSync } from "node:fs";
import dns from "node:dns";
import { registerHooks, syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";

const web = new URL("../../node/web/package.json", import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (/^[a-z@]/.test(specifier) && !/^(node|file|data):/.test(specifier))
      return next(specifier, { ...context, parentURL: web });
    if (specifier.startsWith(".") && specifier.endsWith(".js") && context.parentURL) {
      const source = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
      if (existsSync(fileURLToPath(source))) return next(source.href, context);
    }
    return next(specifier, context);
  },
});

// *.localhost is this machine: browsers know it, glibc does not.
const isHere = (name) => /(^|\.)localhost$/i.test(name);
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(isHere(name) ? "127.0.0.1" : name, ...rest);
const { lookup: promised } = dns.promises;
dns.promises.lookup = (name, ...rest) => promised(isHere(name) ? "127.0.0.1" : name, ...rest);
syncBuiltinESMExports();
