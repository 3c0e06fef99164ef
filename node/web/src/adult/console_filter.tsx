import type { VNode } from "preact";
import { type ConsoleFilter, noConsoleFilter, rowsShown } from "../state/console.js";
import { useLine, Words } from "../view/words.js";
import { watch as words } from "../words/console.js";
import type { Word } from "../words/word.js";
import type { ConsoleRow } from "../wire.js";
import { type FloorNamed, floorLine } from "./floor_parts.js";

const only: readonly (readonly [ConsoleFilter["only"], Word])[] = [
  ["all", words.all],
  ["alone", words.alone],
  ["sos", words.withSos],
  ["stopped", words.stopped],
];

interface Props {
  readonly rows: readonly ConsoleRow[];
  readonly floors: readonly FloorNamed[];
  readonly filter: ConsoleFilter;
  readonly put: (filter: ConsoleFilter) => void;
}

/** Who of all is shown: how many each choice has is said before it is made. */
export function ConsoleFilters({ rows, floors, filter, put }: Props): VNode {
  const line = useLine();
  const n = (one: ConsoleFilter["only"]): number =>
    rowsShown(rows, { ...noConsoleFilter, only: one }).length;
  return (
    <div class="watch-filter" role="search">
      <fieldset class="field">
        <legend>
          <Words of={words.filter} />
        </legend>
        <div class="choice-row">
          {only.map(([one, word]) => (
            <label class="choice" key={one}>
              <input
                type="radio"
                name="console-only"
                value={one}
                checked={one === filter.only}
                onChange={() => put({ ...filter, only: one })}
              />
              <span>
                <Words of={word} /> {n(one)}
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <div>
        <label for="console-floor">
          <Words of={words.floor} />
        </label>
        <select
          id="console-floor"
          class="given"
          value={filter.floor}
          onChange={(event) => put({ ...filter, floor: event.currentTarget.value })}
        >
          <option value="">{line(words.floorAll)}</option>
          {floors.map((one) => (
            <option value={one.id} key={one.id}>
              {floorLine(one)}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for="console-find">
          <Words of={words.find} />
        </label>
        <input
          id="console-find"
          type="search"
          autocomplete="off"
          value={filter.typed}
          onInput={(event) => put({ ...filter, typed: event.currentTarget.value })}
        />
      </div>
    </div>
  );
}
