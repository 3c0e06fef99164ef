/** Which way voice took here last, and when the better one was tried (voice/ways.ts): the rest of edge/keep.ts,
 * for a part that most never fetch. A browser that keeps nothing begins with the better one each time. */
const key = "ibasho.voice";

export function keptWay(): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function keepWay(way: string): void {
  try {
    localStorage.setItem(key, way);
  } catch {
    /* Refused by the browser: see above. */
  }
}
