import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, type Outcome } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { Given, useLine, Words } from "../view/words.js";
import { watch as words } from "../words/console.js";
import { lineOf, type Word } from "../words/word.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { TextField } from "./fields.js";

/** Whom an act of the console is about, as staff see them: name and ID (AI-2.7-エ). */
export interface Whom {
  readonly account: string;
  readonly name: string;
  readonly login: string;
}

/** As the node tells of a person, where the reader may know. */
export function whomOf(of: {
  readonly account?: string;
  readonly display_name?: string;
  readonly name?: string;
  readonly login?: string;
}): Whom {
  const { account = "", display_name: shown = "", name = shown, login = "" } = of;
  return { account, name: name === "" ? account : name, login };
}

export type StopKind = "chat" | "react" | "mute";
export type MeasureKind = StopKind | "eject" | "rename";

export const stopWords: Readonly<Record<StopKind, Word>> = {
  chat: words.chat,
  react: words.react,
  mute: words.mute,
};

/** "ペンギン（aoi-0123）" */
export function WhoIs({ of }: { of: Whom }): VNode {
  return (
    <>
      <Given>{of.name}</Given> <span class="mono login">{of.login}</span>
    </>
  );
}

const stopReasons = [
  words.reasonHurt,
  words.reasonContact,
  words.reasonSpam,
  words.reasonNoise,
  words.reasonFollow,
];
const reasonsOf: Readonly<Record<MeasureKind, readonly Word[]>> = {
  chat: stopReasons,
  react: stopReasons,
  mute: stopReasons,
  eject: [words.reasonHurt, words.reasonContact, words.reasonFollow, words.reasonCalm],
  rename: [words.reasonName, words.reasonReal],
};

/** Minutes that are ready to choose; 0: until it is lifted. The second of them stands chosen. */
const lengths: Readonly<Record<Exclude<MeasureKind, "rename">, readonly number[]>> = {
  chat: [10, 30, 60, 0],
  react: [10, 30, 60, 0],
  mute: [10, 30, 60, 0],
  eject: [10, 30, 60, 1440],
};
const lengthWords: Readonly<Record<number, Word>> = {
  0: words.untilLifted,
  10: words.min10,
  30: words.min30,
  60: words.min60,
  1440: words.min1440,
};

interface Props {
  readonly whom: Whom;
  readonly kind: MeasureKind;
  readonly done: () => void;
  readonly close: () => void;
}

/** What staff stop, for how long and why: the reason that is pressed is the second of two taps. */
export function MeasurePanel({ whom, kind, done, close }: Props): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const [minutes, last] = useState(30);
  const [name, type] = useState("");
  const [isNameless, point] = useState(false);
  const deed = useDeed();
  useEffect(() => heading.current?.focus(), []);
  const run = async (reason: string): Promise<void> => {
    const needsName = kind === "rename" && name.trim() === "";
    point(needsName);
    if (needsName) return document.getElementById("measure-name")?.focus();
    const got = await deed.run((id) => setMeasure(id, whom.account, kind, minutes, name, reason));
    if (got !== undefined) done();
  };
  return (
    <div
      class="panel-act stack"
      role="group"
      aria-labelledby="measure-title"
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <h3 id="measure-title" ref={heading} tabIndex={-1}>
        <PanelTitle whom={whom} kind={kind} />
      </h3>
      {kind === "rename" ? (
        <TextField
          id="measure-name"
          word={words.newName}
          hint={words.renameNote}
          fault={isNameless ? "" : undefined}
          value={name}
          put={(text) => {
            deed.anew();
            type(text);
          }}
        />
      ) : (
        <Lengths
          all={lengths[kind]}
          now={minutes}
          put={(one) => {
            deed.anew();
            last(one);
          }}
        />
      )}
      {kind === "eject" ? (
        <p class="fine">
          <Words of={words.ejectNote} />
        </p>
      ) : null}
      <Reasons all={reasonsOf[kind]} busy={deed.busy} run={(reason) => void run(reason)} />
      <Said of={deed.said} done={words.working} />
      <button type="button" class="quiet-button" onClick={close}>
        <Words of={words.cancel} />
      </button>
    </div>
  );
}

function PanelTitle({ whom, kind }: { whom: Whom; kind: MeasureKind }): VNode {
  const name = <WhoIs of={whom} />;
  switch (kind) {
    case "eject":
      return <Words of={words.ejectTitle} slots={{ name }} />;
    case "rename":
      return <Words of={words.renameTitle} slots={{ name }} />;
    case "chat":
    case "react":
    case "mute":
      return <Words of={words.stopTitle} slots={{ name, what: <Words of={stopWords[kind]} /> }} />;
  }
}

function setMeasure(
  id: string,
  account: string,
  kind: MeasureKind,
  minutes: number,
  name: string,
  reason: string,
): Promise<Outcome<unknown>> {
  return ask("measures.decide", undefined, {
    id,
    account,
    kind,
    reason,
    ...(kind === "rename" ? { name: name.trim() } : minutes === 0 ? {} : { minutes }),
  });
}

/** Lifts what is in force of a kind: the newest that was not lifted yet. */
export async function liftMeasure(
  id: string,
  account: string,
  kind: StopKind,
): Promise<Outcome<unknown>> {
  const outcome = await ask("measures.list", undefined, undefined, {
    account,
    in_force: "true",
  });
  if (outcome.kind !== "ok") return outcome;
  const inForce = outcome.value.items.filter((one) => one.kind === kind && one.is_in_force);
  let last: Outcome<unknown> = outcome;
  for (const [i, { measure }] of inForce.entries()) {
    last = await ask("measures.lift", { id: measure }, { id: i === 0 ? id : newId() });
    if (last.kind !== "ok") return last;
  }
  return last;
}

interface LengthsProps {
  readonly all: readonly number[];
  readonly now: number;
  readonly put: (minutes: number) => void;
}

function Lengths({ all, now, put }: LengthsProps): VNode {
  return (
    <fieldset class="field">
      <legend>
        <Words of={words.howLong} />
      </legend>
      <div class="choice-row">
        {all.map((one) => (
          <label class="choice" key={one}>
            <input
              type="radio"
              name="measure-length"
              value={String(one)}
              checked={one === now}
              onChange={() => put(one)}
            />
            <span>
              <Words of={lengthWords[one] ?? words.untilLifted} />
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface ReasonsProps {
  readonly all: readonly Word[];
  readonly busy: boolean;
  readonly run: (reason: string) => void;
}

/** Ready reasons, one press each, and one in words of one's own. What is stored is the plain Japanese. */
function Reasons({ all, busy, run }: ReasonsProps): VNode {
  const line = useLine();
  const [own, type] = useState("");
  const [isEmpty, point] = useState(false);
  const send = (event: Event): void => {
    event.preventDefault();
    point(own.trim() === "");
    if (own.trim() === "") return document.getElementById("measure-reason")?.focus();
    run(own.trim());
  };
  return (
    <>
      <p id="measure-reasons">
        <Words of={words.tapReason} />
      </p>
      <ul class="terms" aria-label={line(words.reasons)}>
        {all.map((word) => (
          <li key={word[2]}>
            <button
              type="button"
              class="button button-small"
              aria-disabled={busy}
              onClick={() => run(lineOf(word, "plain"))}
            >
              <Words of={word} />
            </button>
          </li>
        ))}
      </ul>
      <form class="stack" onSubmit={send} noValidate>
        <TextField
          id="measure-reason"
          word={words.reasonOwn}
          fault={isEmpty ? "" : undefined}
          value={own}
          put={type}
        />
        <button type="submit" class="quiet-button" aria-disabled={busy}>
          <Words of={words.doIt} />
        </button>
      </form>
    </>
  );
}
