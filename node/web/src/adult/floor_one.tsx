import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { useAsked } from "../view/asked.js";
import { Help, Send } from "../view/form.js";
import { Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Words } from "../view/words.js";
import { floors as words } from "../words/floors.js";
import type { FloorInfo, FloorVersion } from "../wire.js";
import { type Choice, ChoiceField, TextField } from "./fields.js";
import { DeedFaults, FloorName, RoleName, useDeed } from "./floor_parts.js";
import { Sure } from "./roster_parts.js";

interface Props {
  readonly floor: FloorInfo;
  readonly mayDecide: boolean;
  readonly done: () => void;
}

/** One floor: what holds, and what the board may do with it. */
export function FloorCard({ floor, mayDecide, done }: Props): VNode {
  return (
    <>
      <h3>
        <FloorName of={floor} />
      </h3>
      <p class="tags">
        {floor.is_hidden ? (
          <span class="pill pill-alert">
            <Words of={words.hidden} />
          </span>
        ) : null}
        <span class="pill">
          {floor.version === 0 ? (
            <Words of={words.ready} />
          ) : (
            <Words of={words.version} slots={{ n: floor.version }} />
          )}
        </span>
        <span class="fine">
          {floor.capacity === undefined ? (
            <Words of={words.capacitySetting} />
          ) : (
            <Words of={words.capacity} slots={{ n: floor.capacity }} />
          )}
        </span>
        <span class="fine">
          <Words of={floor.when_full === "copy" ? words.whenCopy : words.whenWait} />
        </span>
      </p>
      {mayDecide ? (
        <Help title={words.change}>
          <PlanForm floor={floor} done={done} />
        </Help>
      ) : null}
      <Past floor={floor} mayDecide={mayDecide} done={done} />
    </>
  );
}

const whens: readonly Choice[] = [
  ["wait", words.whenWait],
  ["copy", words.whenCopy],
];
const shown: readonly Choice[] = [
  ["seen", words.seen],
  ["hidden", words.hide],
];
const planFields = ["/capacity", "/when_full", "/is_hidden"];

function PlanForm({ floor, done }: Omit<Props, "mayDecide">): VNode {
  const [draft, write] = useState({
    capacity: String(floor.capacity ?? ""),
    when: floor.when_full as string,
    shown: floor.is_hidden ? "hidden" : "seen",
  });
  const deed = useDeed(planFields);
  const set = (change: Partial<typeof draft>): void => {
    deed.renew();
    write({ ...draft, ...change });
  };
  const send = (event: Event): void => {
    event.preventDefault();
    const typed = draft.capacity.normalize("NFKC").trim();
    const plan = {
      when_full: draft.when as FloorInfo["when_full"],
      is_hidden: draft.shown === "hidden",
      ...(typed === "" ? {} : { capacity: Number(typed) }),
    };
    void deed
      .send(event.currentTarget as HTMLElement, (id) =>
        ask("floor_plan.change", { id: floor.id }, { id, ...plan }),
      )
      .then((isDone) => isDone && done());
  };
  return (
    <form class="stack" onSubmit={send} noValidate>
      <TextField
        id={`capacity-${floor.id}`}
        word={words.capacityField}
        hint={words.capacityHint}
        fault={deed.faults.at["/capacity"]}
        value={draft.capacity}
        put={(capacity) => set({ capacity })}
      />
      <ChoiceField
        id={`when-${floor.id}`}
        word={words.whenField}
        fault={undefined}
        value={draft.when}
        put={(when) => set({ when })}
        choices={whens}
      />
      <ChoiceField
        id={`shown-${floor.id}`}
        word={words.seenField}
        fault={undefined}
        value={draft.shown}
        put={(one) => set({ shown: one })}
        choices={shown}
      />
      <DeedFaults of={deed} />
      <Send busy={deed.busy} word={words.save} busyWord={words.saving} />
    </form>
  );
}

/** Every version, newest first, asked for when it is opened. */
function Past({ floor, mayDecide, done }: Props): VNode {
  const [isOpen, open] = useState(false);
  return (
    <details onToggle={(event) => open(event.currentTarget.open)}>
      <summary>
        <Words of={words.past} />
      </summary>
      {isOpen ? <Versions floor={floor} mayDecide={mayDecide} done={done} /> : null}
    </details>
  );
}

function Versions(props: Props): VNode {
  const [asked, again] = useAsked("floors.history", { id: props.floor.id });
  return (
    <Shown asked={asked} again={again}>
      {({ items }) =>
        items.length === 0 ? (
          <p>
            <Words of={words.pastNone} />
          </p>
        ) : (
          <ol class="history">
            {items.map((one) => (
              <li class="stack-small" key={one.version}>
                <Version one={one} {...props} />
              </li>
            ))}
            {props.floor.is_ready && props.floor.version > 0 && props.mayDecide ? (
              <li>
                <Revert {...props} version={0} />
              </li>
            ) : null}
          </ol>
        )
      }
    </Shown>
  );
}

function Version({ one, ...props }: Props & { one: FloorVersion }): VNode {
  return (
    <>
      <p class="tags">
        <span class="pill">
          <Words of={words.version} slots={{ n: one.version }} />
        </span>
        <span class="fine">
          <Words of={words.publishedAt} slots={{ time: <Time utc={one.at} /> }} />
        </span>
        <span class="fine">
          <Words of={words.byRole} slots={{ role: <RoleName of={one.role} /> }} />
        </span>
        {one.of_version === undefined ? null : (
          <span class="fine">
            {one.of_version === 0 ? (
              <Words of={words.pastOfReady} />
            ) : (
              <Words of={words.pastOf} slots={{ n: one.of_version }} />
            )}
          </span>
        )}
      </p>
      {props.mayDecide && one.version !== props.floor.version ? (
        <Revert {...props} version={one.version} />
      ) : null}
    </>
  );
}

function Revert({ floor, done, version }: Props & { version: number }): VNode {
  const deed = useDeed();
  const act = (): void => {
    void deed
      .send(undefined, (id) =>
        ask("floors.revert", { id: floor.id }, { id, version, expected_version: floor.version }),
      )
      .then((isDone) => isDone && done());
  };
  return (
    <>
      <Sure
        word={version === 0 ? words.revertReady : words.revert}
        yes={words.yes}
        no={words.no}
        busy={deed.busy}
        busyWord={words.saving}
        isQuiet
        act={act}
      >
        <p>
          <Words of={words.revertSure} slots={{ name: <FloorName of={floor} /> }} />
        </p>
      </Sure>
      <DeedFaults of={deed} />
    </>
  );
}
