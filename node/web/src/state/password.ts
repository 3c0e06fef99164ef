/** What a form can say of a new password before the node is asked. The node has the last word. */
export type PasswordFault =
  { readonly kind: "need" | "wide" | "differ" } | { readonly kind: "short"; readonly n: number };

/** `least`: its characters; `again`: the second typing, `undefined` while the first can be seen. */
export function passwordFault(
  password: string,
  least: number,
  again: string | undefined,
): PasswordFault | undefined {
  if (password === "") return { kind: "need" };
  // The next time the field hides what is typed, and with it most devices switch kana off.
  if (/[^\x20-\x7e]/.test(password)) return { kind: "wide" };
  if (password.length < least) return { kind: "short", n: password.length };
  if (again !== undefined && again !== password) return { kind: "differ" };
  return undefined;
}
