import { ended } from "../control.js";
import { ask, type Outcome } from "../edge/api.js";
import { base64url } from "../edge/bytes.js";
import type { RouteName, Routes } from "../wire.js";

/** What the node says about a half or a code. */
export type Said =
  | { readonly kind: "done" }
  | { readonly kind: "offline" }
  | { readonly kind: "elsewhere" } // this listener does not know the route: only the office does
  | { readonly kind: "refused"; readonly code: string; readonly text: string };

/** The first sheet, for which the operator has given a one-time invitation. */
export function sendFirst(half: Uint8Array, code: string, invitation: string): Promise<Said> {
  return said("keys.init", undefined, { half: base64url(half), check_code: code, invitation });
}
/** A sheet in place of another: the first of two persons. */
export function propose(half: Uint8Array, code: string): Promise<Said> {
  return said("keys.propose", undefined, { half: base64url(half), check_code: code });
}
/** The second person, who holds the new paper. */
export function approve(proposal: string, code: string): Promise<Said> {
  return said("keys.approve", { id: proposal }, { check_code: code });
}
export function check(half: Uint8Array, code: string): Promise<Said> {
  return said("keys.check", undefined, { half: base64url(half), check_code: code });
}
export function unlock(half: Uint8Array, code: string): Promise<Said> {
  return said("keys.unlock", undefined, { half: base64url(half), check_code: code });
}

async function said<N extends RouteName>(
  name: N,
  params: Routes[N]["params"],
  input: Routes[N]["input"],
): Promise<Said> {
  const outcome: Outcome<unknown> = await ask(name, params, input);
  switch (outcome.kind) {
    case "ok":
      return { kind: "done" };
    case "offline":
      return { kind: "offline" };
    case "refused": {
      const { problem } = outcome;
      if (problem.status === 401) ended();
      if (problem.status === 404 || problem.status === 401) return { kind: "elsewhere" };
      return {
        kind: "refused",
        code: problem.code,
        text: problem.errors[0]?.text ?? problem.title,
      };
    }
  }
}
