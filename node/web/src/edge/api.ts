import { type RouteName, type Routes, routes } from "../wire.js";
import { use } from "./used.js";

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

type Row = (typeof routes)[RouteName];
const known: Partial<Record<RouteName, Row>> = { ...routes };

/** The rest of the routes, for a part of the client that asks for more than the first page does. */
export function addRoutes(more: Partial<Record<RouteName, Row>>): void {
  Object.assign(known, more);
}

const deadlineMs = 20_000;
const fileDeadlineMs = 300_000; // 16 MiB at half a megabit a second

type Params<N extends RouteName> = Routes[N]["params"];
type Input<N extends RouteName> = Routes[N]["input"];

/** Asks a route by its name; the types are those of its row on the node. */
export async function ask<N extends RouteName>(
  name: N,
  params: Params<N>,
  input: Input<N>,
  query: Readonly<Record<string, string>> = {},
): Promise<Outcome<Routes[N]["output"]>> {
  const outcome = await send(name, params, input, query, (answer) => answer.text());
  if (outcome.kind !== "ok") return outcome;
  return { kind: "ok", value: parsed(outcome.value) as Routes[N]["output"] };
}

/** As `ask`, for a route that answers with a file. */
export async function askFile<N extends RouteName>(
  name: N,
  params: Params<N>,
  input: Input<N>,
  query: Readonly<Record<string, string>> = {},
): Promise<Outcome<Blob>> {
  return send(name, params, input, query, (answer) => answer.blob());
}

/** `until`: ends it in place of the time limit. */
export async function send<N extends RouteName, T>(
  name: N,
  params: Params<N>,
  input: Input<N>,
  query: Readonly<Record<string, string>>,
  read: (answer: Response) => Promise<T>,
  until?: AbortSignal,
): Promise<Outcome<T>> {
  const { method, path, body: fileType } = known[name] as Row;
  const askedMs = Date.now();
  const limit = new AbortController(); // AbortSignal.timeout came with Safari 16
  const timer = setTimeout(
    () => limit.abort(),
    fileType === undefined ? deadlineMs : fileDeadlineMs,
  );
  try {
    const answer = await fetch(filled(path, params, query), {
      method,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal: until ?? limit.signal,
      ...sent(input, fileType),
    });
    if (answer.ok) {
      use(askedMs);
      return { kind: "ok", value: await read(answer) };
    }
    const text = await answer.text();
    return { kind: "refused", problem: problemFrom(answer.status, parsed(text)) };
  } catch {
    return { kind: "offline" };
  } finally {
    clearTimeout(timer);
  }
}

/** The body as its row takes it: a file as it is, anything else as JSON. */
function sent(input: unknown, fileType: string | undefined): RequestInit {
  if (input === undefined) return {};
  if (fileType !== undefined && input instanceof Blob)
    return { headers: { "content-type": fileType }, body: input };
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(input) };
}

/** "/settings/{name}" with the name in it, and what is asked beyond the path. */
function filled(
  path: string,
  params: Readonly<Record<string, string>> | undefined,
  query: Readonly<Record<string, string>>,
): string {
  const whole = path.replace(/\{(\w+)\}/g, (_, key: string) =>
    encodeURIComponent(params?.[key] ?? ""),
  );
  const search = new URLSearchParams(query).toString();
  return search === "" ? whole : `${whole}?${search}`;
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
