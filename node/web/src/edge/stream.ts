import { type Outcome, send } from "./api.js";
import type { RouteName, Routes } from "../wire.js";

/** An answer that is made while it goes out: read as it comes, without a time limit, until `signal`.
 * "offline" is also the end of one that was cut off or stopped: what came before is not whole. */
export async function askStream<N extends RouteName>(
  name: N,
  params: Routes[N]["params"],
  input: Routes[N]["input"],
  take: (piece: Uint8Array<ArrayBuffer>) => void,
  signal: AbortSignal,
): Promise<Outcome<undefined>> {
  const read = async (answer: Response): Promise<undefined> => {
    const reader = answer.body?.getReader();
    if (reader === undefined) return undefined;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      take(value);
    }
  };
  return send(name, params, input, {}, read, signal);
}

/** Pieces of UTF-8 cut into lines, however they were cut on the way. */
export function lineCutter(give: (line: string) => void): (piece: Uint8Array<ArrayBuffer>) => void {
  const decoder = new TextDecoder();
  let rest = "";
  return (piece) => {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") give(line);
  };
}

const gatherBytes = 4_000_000;

/** Pieces gathered to a file; the browser may put what is large aside, so few bytes stay in the page. */
export class FileGathered {
  nBytes = 0;
  private parts: Blob[] = [];
  private pieces: Uint8Array<ArrayBuffer>[] = [];
  private nPieces = 0;

  add(piece: Uint8Array<ArrayBuffer>): void {
    this.pieces.push(piece);
    this.nBytes += piece.length;
    this.nPieces += piece.length;
    if (this.nPieces >= gatherBytes) this.put();
  }

  file(type: string): Blob {
    this.put();
    return new Blob(this.parts, { type });
  }

  private put(): void {
    this.parts.push(new Blob(this.pieces));
    this.pieces = [];
    this.nPieces = 0;
  }
}
