import type { DataTable } from "../wire.js";

/** The tables that a reader's words are found in: their names, meanings, columns. Every word must be there. */
export function tablesOf(tables: readonly DataTable[], typed: string): DataTable[] {
  const words = typed
    .normalize("NFKC")
    .toLowerCase()
    .split(/\s+/u)
    .filter((one) => one !== "");
  if (words.length === 0) return [...tables];
  return tables.filter((table) => {
    const text = [
      table.name,
      table.meaning,
      table.purpose,
      table.ground,
      ...table.columns.flatMap((one) => [one.name, one.meaning]),
    ]
      .join(" ")
      .normalize("NFKC")
      .toLowerCase();
    return words.every((one) => text.includes(one));
  });
}

/** Numbers as people read them. */
export function countShown(n: number): string {
  return n.toLocaleString("ja-JP");
}
