/** The only way to the node: JSON over this page's own origin. */

export interface FieldFault {
  readonly pointer: string;
  readonly rule: string;
  readonly text: string;
}

/** problem+json (RFC 9457) as every refusal of the node carries it. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly errors: readonly FieldFault[];
}

export type Outcome<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "refused"; readonly problem: Problem }
  | { readonly kind: "offline" };

const deadlineMs = 20_000;

export function get<T>(path: string): Promise<Outcome<T>> {
  return ask<T>("GET", path, undefined);
}
export function post<T>(path: string, input: unknown): Promise<Outcome<T>> {
  return ask<T>("POST", path, input);
}
export function put<T>(path: string, input: unknown): Promise<Outcome<T>> {
  return ask<T>("PUT", path, input);
}
export function remove<T>(path: string): Promise<Outcome<T>> {
  return ask<T>("DELETE", path, undefined);
}

async function ask<T>(method: string, path: string, input: unknown): Promise<Outcome<T>> {
  let answer: Response;
  let text: string;
  const limit = new AbortController(); // AbortSignal.timeout came with Safari 16
  const timer = setTimeout(() => limit.abort(), deadlineMs);
  try {
    answer = await fetch(`/api/v1/${path}`, {
      method,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal: limit.signal,
      ...(input === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(input) }),
    });
    text = await answer.text();
  } catch {
    return { kind: "offline" };
  } finally {
    clearTimeout(timer);
  }
  const body = parsed(text);
  if (answer.ok) return { kind: "ok", value: body as T };
  return { kind: "refused", problem: problemFrom(answer.status, body) };
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The front answers without a body when the node is away: the status alone must do then. */
export function problemFrom(status: number, body: unknown): Problem {
  const from = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const errors = Array.isArray(from["errors"]) ? (from["errors"] as FieldFault[]) : [];
  return {
    status,
    code: typeof from["code"] === "string" ? from["code"] : "",
    title: typeof from["title"] === "string" ? from["title"] : "",
    errors: errors.filter((one) => typeof one?.text === "string"),
  };
}
