import { ask, type Outcome } from "../edge/api.js";
import { base64url } from "../edge/bytes.js";

/** What the node says to a half: `undefined` when all is well, else its sentence, "" when there is no
 * connection. */
export async function sendFirstHalf(half: Uint8Array): Promise<string | undefined> {
  return refusalOf(await ask("keys.init", undefined, { half: base64url(half) }));
}
export async function checkHalf(half: Uint8Array): Promise<string | undefined> {
  return refusalOf(await ask("keys.check", undefined, { half: base64url(half) }));
}
export async function unlockWith(half: Uint8Array): Promise<string | undefined> {
  return refusalOf(await ask("keys.unlock", undefined, { half: base64url(half) }));
}

function refusalOf(outcome: Outcome<unknown>): string | undefined {
  switch (outcome.kind) {
    case "ok":
      return undefined;
    case "offline":
      return "";
    case "refused":
      return outcome.problem.errors[0]?.text ?? outcome.problem.title;
  }
}
