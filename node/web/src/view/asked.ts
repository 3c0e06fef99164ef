import { useEffect, useState } from "preact/hooks";
import { ended } from "../control.js";
import { ask, type Outcome } from "../edge/api.js";
import type { RouteName, Routes } from "../wire.js";
import { type Trouble, troubleOf } from "../state/door.js";

/** What a page asked the node for. */
export type Asked<T> =
  | { readonly at: "asking" }
  | { readonly at: "here"; readonly value: T }
  | { readonly at: "trouble"; readonly what: Trouble | "missing" };

export function askedOf<T>(outcome: Outcome<T>): Asked<T> {
  switch (outcome.kind) {
    case "ok":
      return { at: "here", value: outcome.value };
    case "offline":
      return { at: "trouble", what: "offline" };
    case "refused":
      if (outcome.problem.status === 404) return { at: "trouble", what: "missing" };
      return { at: "trouble", what: troubleOf(outcome.problem) };
  }
}

/** Asks once a page, and again when told; an answer that comes after the page has gone is dropped. */
export function useAsked<N extends RouteName>(
  name: N,
  params: Routes[N]["params"],
  query: Readonly<Record<string, string>> = {},
): [Asked<Routes[N]["output"]>, () => void] {
  const [asked, tell] = useState<Asked<Routes[N]["output"]>>({ at: "asking" });
  const [round, next] = useState(0);
  const key = JSON.stringify([params, query]);
  useEffect(() => {
    let isGone = false;
    void ask(name, params, undefined as Routes[N]["input"], query).then((outcome) => {
      if (isGone) return;
      if (outcome.kind === "refused" && outcome.problem.status === 401) return ended();
      tell(askedOf(outcome));
    });
    return () => {
      isGone = true;
    };
  }, [name, key, round]);
  return [asked, () => next(round + 1)];
}
