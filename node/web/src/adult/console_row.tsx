import { Component, type ComponentChild, type VNode } from "preact";
import { Given, Words } from "../view/words.js";
import { watch as words } from "../words/console.js";
import type { Word } from "../words/word.js";
import type { ConsoleRow } from "../wire.js";
import { type FloorNamed, FloorOf } from "./floor_parts.js";
import { type MeasureKind, type StopKind, stopWords, WhoIs } from "./measure_panel.js";

/** What is open under a row. */
export type Open = MeasureKind | "more" | "warn";

export interface RowProps {
  readonly row: ConsoleRow;
  readonly floors: readonly FloorNamed[];
  readonly open: Open | undefined;
  readonly isBusy: boolean;
  /** School staff see and speak; to stop something is for those who run the place. */
  readonly mayStop: boolean;
  readonly panel: VNode | null;
  readonly toggle: (row: ConsoleRow, what: Open | undefined) => void;
  readonly lift: (row: ConsoleRow, kind: StopKind) => void;
  readonly contact: (row: ConsoleRow) => void;
}

/** One person in the place. Two hundred of them stand in a list that is told anew each second: only those
 * that changed are drawn again. */
export class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const now = this.props;
    return (
      next.row !== now.row ||
      next.open !== now.open ||
      next.isBusy !== now.isBusy ||
      next.floors !== now.floors ||
      next.panel !== now.panel
    );
  }

  override render({
    row,
    floors,
    open,
    isBusy,
    mayStop,
    panel,
    toggle,
    lift,
    contact,
  }: RowProps): ComponentChild {
    const id = `row-${row.account}`;
    const isUp = row.sos !== undefined;
    return (
      <li class={isUp ? "watch-row watch-row-up" : "watch-row"}>
        <p class="tags watch-who" id={id}>
          <b>
            <WhoIs of={row} />
          </b>
          <Marks of={row} />
        </p>
        <p class="tags fine watch-where">
          <Where of={row} floors={floors} />
          <Contact min={row.contact_min} />
        </p>
        <div class="row watch-acts">
          <button
            type="button"
            class="quiet-button"
            aria-describedby={id}
            aria-disabled={isBusy}
            onClick={() => contact(row)}
          >
            <Words of={words.contact} />
          </button>
          {mayStop ? (
            <Switches row={row} open={open} isBusy={isBusy} toggle={toggle} lift={lift} />
          ) : null}
          <button
            type="button"
            class="quiet-button"
            aria-describedby={id}
            aria-expanded={open === "more"}
            onClick={() => toggle(row, open === "more" ? undefined : "more")}
          >
            <Words of={open === "more" ? words.less : words.more} />
          </button>
        </div>
        {open === "more" ? (
          <div class="row panel-act">
            {(mayStop ? moreDoors : []).map(([what, word]) => (
              <button
                type="button"
                key={what}
                class="quiet-button"
                aria-describedby={id}
                onClick={() => toggle(row, what)}
              >
                <Words of={word} />
              </button>
            ))}
            <a class="inline-door" href={`#/child/${row.account}`} aria-describedby={id}>
              <Words of={words.childPage} />
            </a>
          </div>
        ) : null}
        {panel}
      </li>
    );
  }
}

type SwitchProps = Pick<RowProps, "row" | "open" | "isBusy" | "toggle" | "lift">;

/** What can be stopped, each with its own button: one press to stop with a reason, one to allow again. */
function Switches({ row, open, isBusy, toggle, lift }: SwitchProps): VNode {
  const id = `row-${row.account}`;
  return (
    <>
      <span class="fine" aria-hidden="true">
        <Words of={words.stop} />
      </span>
      {(["chat", "react", "mute"] as const).map((kind) =>
        row.switches[kind] ? (
          <button
            type="button"
            key={kind}
            class="quiet-button is-stopped"
            aria-describedby={id}
            aria-disabled={isBusy}
            onClick={() => lift(row, kind)}
          >
            <Words of={words.isOff} slots={{ what: <Words of={stopWords[kind]} /> }} />
          </button>
        ) : (
          <button
            type="button"
            key={kind}
            class="quiet-button"
            aria-describedby={id}
            aria-disabled={isBusy}
            aria-expanded={open === kind}
            onClick={() => toggle(row, open === kind ? undefined : kind)}
          >
            <Words of={stopWords[kind]} />
            <span class="unseen">
              <Words of={words.stop} />
            </span>
          </button>
        ),
      )}
    </>
  );
}

const moreDoors: readonly (readonly [Open, Word])[] = [
  ["warn", words.warn],
  ["eject", words.eject],
  ["rename", words.rename],
];

function Marks({ of: row }: { of: ConsoleRow }): VNode {
  return (
    <>
      {row.sos === undefined ? null : (
        <a class="inline-door mark-sos" href={`#/sos/${row.sos.sos}`}>
          <Words of={words.sosMark} />
        </a>
      )}
      {row.incidents === 0 ? null : (
        <span class="pill pill-alert">
          <Words of={words.incidentMark} slots={{ n: row.incidents }} />
        </span>
      )}
      {row.is_alone ? (
        <span class="pill pill-alert">
          <Words of={words.aloneMark} slots={{ n: row.alone_min ?? 0 }} />
        </span>
      ) : null}
      <Standing of={row} />
    </>
  );
}

const stateWords: Readonly<Record<string, Word>> = {
  watch: words.watching,
  alone: words.leaveMe,
  break: words.onBreak,
};

function Standing({ of: row }: { of: ConsoleRow }): VNode | null {
  const word = row.is_cut ? words.cut : row.is_away ? words.awayMark : stateWords[row.state];
  if (word === undefined) return null;
  return (
    <span class="pill">
      <Words of={word} />
    </span>
  );
}

const nNamed = 3;

function Where({ of: row, floors }: { of: ConsoleRow; floors: readonly FloorNamed[] }): VNode {
  const floor =
    row.floor === undefined ? <Words of={words.lobby} /> : <FloorOf id={row.floor} all={floors} />;
  return (
    <>
      {(row.room ?? "") === "" ? (
        floor
      ) : (
        <Words of={words.inRoom} slots={{ floor, room: <Given>{row.room}</Given> }} />
      )}
      {row.with.length === 0 ? null : (
        <Words
          of={words.together}
          slots={{
            names: (
              <>
                <Given>
                  {row.with
                    .slice(0, nNamed)
                    .map((one) => one.name)
                    .join(", ")}
                </Given>
                {row.with.length > nNamed ? (
                  <>
                    {" "}
                    <Words of={words.andN} slots={{ n: row.with.length - nNamed }} />
                  </>
                ) : null}
              </>
            ),
          }}
        />
      )}
    </>
  );
}

/** How long ago staff and child last answered one another: presence alone is no contact. */
export function Contact({ min }: { min: number | undefined }): VNode {
  if (min === undefined) return <Words of={words.contactNone} />;
  return min < 120 ? (
    <Words of={words.contactMin} slots={{ n: min }} />
  ) : (
    <Words of={words.contactHours} slots={{ n: Math.floor(min / 60) }} />
  );
}
