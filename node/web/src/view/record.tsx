import type { ComponentChildren, VNode } from "preact";
import type { Word } from "../words/word.js";
import { Words } from "./words.js";

/** A cell with the name of its column, for where there is no head row. */
export function RecordCell({
  column,
  isNumber = false,
  children,
}: {
  column: Word;
  isNumber?: boolean;
  children: ComponentChildren;
}): VNode {
  return (
    <td class={isNumber ? "record-number" : ""}>
      <span class="record-name fine">
        <Words of={column} />
      </span>
      <span class="record-value">{children}</span>
    </td>
  );
}

/** The head row of a record: the names of its columns. */
export function RecordHead({
  columns,
  numbersFrom = columns.length,
}: {
  columns: readonly Word[];
  numbersFrom?: number;
}): VNode {
  return (
    <thead>
      <tr>
        {columns.map((word, i) => (
          <th scope="col" key={word[2]} class={i >= numbersFrom ? "record-number" : ""}>
            <Words of={word} />
          </th>
        ))}
      </tr>
    </thead>
  );
}

export interface NumberRow {
  readonly key: string;
  readonly head: ComponentChildren;
  readonly cells: readonly ComponentChildren[];
}

/** A table of numbers: what a row is of, then a number for each further column. */
export function NumberTable({
  label,
  columns,
  rows,
}: {
  label: string;
  columns: readonly [Word, ...Word[]];
  rows: readonly NumberRow[];
}): VNode {
  return (
    <table class="record" aria-labelledby={label}>
      <RecordHead columns={columns} numbersFrom={1} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">{row.head}</th>
            {row.cells.map((cell, i) => (
              <RecordCell key={i} column={columns[i + 1] ?? columns[0]} isNumber>
                {cell}
              </RecordCell>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
