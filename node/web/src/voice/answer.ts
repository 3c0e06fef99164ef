/** The node's answer as text (SDP, RFC 8866): which ways it offers, and the same with one kind of way alone,
 * so that each can be tried. Pure. */

export type Transport = "udp" | "tcp";

const candidate = /^a=candidate:\S+ \d+ (\S+) /i; // RFC 8839, section 5.1

export function transportOf(line: string): Transport | undefined {
  const found = candidate.exec(line)?.[1]?.toLowerCase();
  return found === "udp" || found === "tcp" ? found : undefined;
}

export function transportsIn(answer: string): readonly Transport[] {
  const found = new Set<Transport>();
  for (const line of answer.split(/\r?\n/)) {
    const one = transportOf(line);
    if (one !== undefined) found.add(one);
  }
  return [...found];
}

export function onlyBy(answer: string, by: Transport): string {
  return answer
    .split(/\r?\n/)
    .filter((line) => !candidate.test(line) || transportOf(line) === by)
    .join("\r\n");
}

/** What a row of getStats has that matters here. */
export interface StatsRow {
  readonly id: string;
  readonly type: string;
  readonly [more: string]: unknown;
}

/** By what the pair of candidates goes that carries the session just now. */
export function transportUsed(rows: Iterable<StatsRow>): Transport | undefined {
  const all = new Map<string, StatsRow>();
  for (const row of rows) all.set(row.id, row);
  const list = [...all.values()];
  const transport = list.find((row) => row.type === "transport");
  const pair =
    all.get(String(transport?.["selectedCandidatePairId"])) ??
    list.find(
      (row) =>
        row.type === "candidate-pair" &&
        (row["selected"] === true || (row["nominated"] === true && row["state"] === "succeeded")),
    );
  const remote = all.get(String(pair?.["remoteCandidateId"]));
  const protocol = String(remote?.["protocol"]).toLowerCase();
  return protocol === "udp" || protocol === "tcp" ? protocol : undefined;
}
