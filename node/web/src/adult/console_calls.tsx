import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { canSound, startSound, stopSound, tone } from "../edge/sound.js";
import { type ConsoleFloor, notRinging, ring, type Ringing } from "../state/console.js";
import { isGrave, waitingOf } from "../state/support.js";
import { Check } from "../view/form.js";
import { When } from "../view/time.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { watch as words } from "../words/console.js";
import { support } from "../words/support.js";
import type { IncidentCase, SosCase } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { type FloorNamed, FloorOf } from "./floor_parts.js";
import { WhoIs, whomOf } from "./measure_panel.js";
import { Grade, IncidentKind, SosKind, SosStateOf } from "./support_parts.js";
import { calls } from "./watch_calls.js";
import { did } from "./watch_control.js";

/** Calls for help first, each with the one button that matters; then what happened and nobody has read. */
export function CallsOnTop({ floors }: { floors: readonly FloorNamed[] }): VNode {
  const told = useStore(calls);
  const sos = told?.value.sos ?? [];
  const fresh = (told?.value.incidents ?? []).filter((one) => one.state === "new");
  return (
    <section class="stack-small" aria-labelledby="console-calls">
      <h2 id="console-calls" class={sos.length + fresh.length === 0 ? "unseen" : ""}>
        <Words of={support.sosTop} />
      </h2>
      {/* Said once each, when it comes: what changes in a card afterwards is no new alarm. */}
      <div class="unseen" role="alert">
        {sos
          .filter((one) => one.state === "waiting")
          .map((one) => (
            <p key={one.sos}>
              <Words of={support.sosNew} slots={{ name: <WhoIs of={whomOf(one)} /> }} />
            </p>
          ))}
      </div>
      {sos.map((one) => (
        <SosOnTop key={one.sos} of={one} />
      ))}
      {fresh.map((one) => (
        <IncidentOnTop key={one.incident} of={one} floors={floors} />
      ))}
      {sos.length > 0 || told === undefined ? null : (
        <p class="fine">
          <Words of={support.sosNone} />
        </p>
      )}
    </section>
  );
}

function SosOnTop({ of }: { of: SosCase }): VNode {
  const deed = useDeed();
  const isWaiting = of.state === "waiting" || of.state === "seen";
  const answer = async (): Promise<void> => {
    const got = await deed.run((id) => ask("sos.act", { sos: of.sos }, { id, act: "answer" }));
    if (got !== undefined) did("calls", "list");
  };
  return (
    <article
      class={isWaiting ? "card card-small stack-small alarm" : "card card-small stack-small"}
      aria-labelledby={`sos-${of.sos}`}
    >
      <h3 id={`sos-${of.sos}`}>
        <WhoIs of={whomOf(of)} />
      </h3>
      <p class="tags">
        <Words of={support.sosAt} slots={{ time: <When utc={of.at} /> }} />
        <SosKind of={of.kind} />
      </p>
      <p class="tags">
        <SosStateOf of={of} />
      </p>
      <Said of={deed.said} done={support.didAnswer} />
      <div class="row">
        {isWaiting ? (
          <button
            type="button"
            class="button"
            aria-describedby={`sos-${of.sos}`}
            aria-disabled={deed.busy}
            onClick={() => void answer()}
          >
            <Words of={deed.busy ? support.working : support.answer} />
          </button>
        ) : null}
        <a class="inline-door" href={`#/sos/${of.sos}`} aria-describedby={`sos-${of.sos}`}>
          <Words of={support.open} />
        </a>
      </div>
    </article>
  );
}

function IncidentOnTop({ of, floors }: { of: IncidentCase; floors: readonly FloorNamed[] }): VNode {
  return (
    <a
      class={isGrave(of) ? "card card-small door alarm" : "card card-small door"}
      href={`#/incident/${of.incident}`}
    >
      <span class="tags">
        <span class="door-title">
          <IncidentKind of={of.kind} />
        </span>
        <Grade of={of} />
      </span>
      <span class="tags">
        {of.account === undefined ? null : <WhoIs of={whomOf(of)} />}
        {of.floor === undefined ? null : <FloorOf id={of.floor} all={floors} />}
        <span class="fine">
          <When utc={of.at} />
        </span>
      </span>
    </a>
  );
}

/** Children on a floor and no staff (AI-4.4-カ-ア). */
export function Staffless({
  of,
  floors,
}: {
  of: readonly ConsoleFloor[];
  floors: readonly FloorNamed[];
}): VNode {
  return (
    <div role="alert" class="stack-small">
      {of.map((one) => (
        <p class="fault" key={one.id}>
          <Words
            of={words.staffless}
            slots={{
              floor: <FloorOf id={one.id} all={floors} />,
              n: one.n_children,
              time: <When utc={one.staffless_since ?? ""} />,
            }}
          />
        </p>
      ))}
    </div>
  );
}

/** Off until somebody wants it: a room full of people may be listening. */
export function Sound(): VNode {
  const told = useStore(calls);
  const [isOn, turn] = useState(false);
  const ringing = useRef<Ringing>(notRinging);
  const waiting = waitingOf(told?.value.sos ?? []).map((one) => one.sos);
  const key = waiting.join(" ");
  useEffect(() => {
    const look = (): void => {
      const { next, rings } = ring(ringing.current, waiting, performance.now());
      ringing.current = next;
      if (rings && isOn) tone();
    };
    look();
    const timer = setInterval(look, 1000);
    return () => clearInterval(timer);
  }, [key, isOn]);
  useEffect(() => stopSound, []);
  if (!canSound())
    return (
      <p class="fine">
        <Words of={words.soundNot} />
      </p>
    );
  return (
    <Check
      checked={isOn}
      word={words.sound}
      change={(wants) => {
        if (wants) startSound();
        else stopSound();
        turn(wants);
        if (wants) tone(); // so sounds it
      }}
    />
  );
}
