import type { WatchNotice } from "../wire.js";
import { audit as words } from "../words/audit.js";
import type { Word } from "../words/word.js";

const kinds: Readonly<Record<string, Word>> = {
  burst: words.burst,
  day: words.day,
  slow: words.slow,
  export: words.exported,
};
/** What was handed out is not always the roster: the route says. */
const routes: Readonly<Record<string, Word>> = {
  "log_exports.file": words.exportedLogs,
  "log_searches.make": words.searchedLogs,
};

export function noticeWord(notice: Pick<WatchNotice, "kind" | "rule">): Word | undefined {
  return (notice.kind === "export" ? routes[notice.rule] : undefined) ?? kinds[notice.kind];
}
