import { ended } from "../control.js";
import type { Outcome } from "../edge/api.js";

/** What a form says when the node did not do it: "offline", "wait", or the node's own sentence. A session
 * that is over leads back to the way in by itself. */
export type Refusal =
  | { readonly kind: "offline" | "wait" | "wrong" }
  | { readonly kind: "node"; readonly text: string };

export function refusalOf(
  answer: Exclude<Outcome<unknown>, { kind: "ok" }>,
  wrong: readonly string[],
): Refusal | undefined {
  if (answer.kind === "offline") return { kind: "offline" };
  const { problem } = answer;
  if (problem.code === "sign-in-needed") {
    ended();
    return undefined;
  }
  if (problem.status === 429) return { kind: "wait" };
  if (wrong.includes(problem.code) || problem.errors.some((one) => wrong.includes(one.pointer)))
    return { kind: "wrong" };
  return { kind: "node", text: problem.errors[0]?.text ?? problem.title };
}
