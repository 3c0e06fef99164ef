import type { VNode } from "preact";
import { sos as words } from "../words/sos.js";
import type { Word } from "../words/word.js";
import { Words } from "../view/words.js";

/** Who answers a telephone for children in Japan; asked of the ministries' and Childline's own pages. The
 * first two answer at every hour. */
const lines: readonly (readonly [number: string, name: Word, note: Word])[] = [
  ["0120-0-78310", words.line24, words.line24Note],
  ["189", words.line189, words.line189Note],
  ["0120-99-7777", words.lineChild, words.lineChildNote],
];

/** The card of helplines. Numbers are text as well as ways to phone: many tablets cannot. */
export function Helplines(): VNode {
  return (
    <section class="helplines" aria-labelledby="helplines-title">
      <h3 id="helplines-title">
        <Words of={words.lines} />
      </h3>
      <ul>
        {lines.map(([number, name, note]) => (
          <li key={number}>
            <a href={`tel:${number.replaceAll("-", "")}`}>
              <span class="given helpline-number">{number.replaceAll("-", "\u2011")}</span>
              <span>
                <Words of={name} />
              </span>
            </a>
            <span class="fine">
              <Words of={note} />
            </span>
          </li>
        ))}
      </ul>
      <p class="fine">
        <Words of={words.linesNote} />
      </p>
      <p class="fine">
        <Words of={words.line110} />
      </p>
    </section>
  );
}
