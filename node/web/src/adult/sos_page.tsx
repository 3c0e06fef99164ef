import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { watch } from "../words/console.js";
import { support as words } from "../words/support.js";
import type { SosCase, SosStep } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { Field } from "./fields.js";
import { RoleName } from "./floor_parts.js";
import { WhoIs, whomOf } from "./measure_panel.js";
import { SosKind, SosStateOf } from "./support_parts.js";
import { calls, callsPart } from "./watch_calls.js";
import { beginWatch } from "./watch_control.js";

/** One call for help, as somebody on duty finds it at home after a mail (NI-2.3-b2): who, when, what others did,
 * and one button. That it was opened is told the others and the child. */
export function SosPage({ page }: PageProps): VNode {
  useEffect(() => beginWatch([callsPart]), []);
  const [asked, again] = useAsked("sos.show", { sos: page.name });
  const changed = useStore(calls)?.atMs;
  useEffect(() => {
    if (changed !== undefined) again();
  }, [changed]);
  const isWaiting = asked.at === "here" && asked.value.state === "waiting";
  useEffect(() => {
    if (!isWaiting) return;
    void ask("sos.act", { sos: page.name }, { id: newId(), act: "seen" }).then(() => again());
  }, [isWaiting]);
  return (
    <div class="page">
      <Back href="#/console" word={watch.toConsole} />
      <PageHead title={words.sosTitle} />
      <Shown asked={asked} again={again}>
        {(sos) => (
          <>
            <What of={sos} />
            <Answer of={sos} again={again} />
            <Steps of={sos.steps} />
            {sos.state === "closed" || sos.state === "undone" ? null : (
              <Close of={sos} again={again} />
            )}
          </>
        )}
      </Shown>
    </div>
  );
}

function What({ of }: { of: SosCase }): VNode {
  const isOver = of.state === "closed" || of.state === "undone";
  return (
    <section class={isOver || of.state === "answered" ? "card stack" : "card stack alarm"}>
      <h2 class="sos-who">
        <WhoIs of={whomOf(of)} />
      </h2>
      <p class="tags" role="status">
        <SosStateOf of={of} />
      </p>
      <p class="tags">
        <Words of={words.sosAt} slots={{ time: <Time utc={of.at} /> }} />
        {of.is_open_hours ? null : (
          <span class="pill">
            <Words of={words.closedHours} />
          </span>
        )}
      </p>
      <p>
        <SosKind of={of.kind} />
      </p>
      <a class="inline-door" href={`#/child/${of.account}`}>
        <Words of={words.toChild} />
      </a>
    </section>
  );
}

interface ActProps {
  readonly of: SosCase;
  readonly again: () => void;
}

function Answer({ of, again }: ActProps): VNode | null {
  const deed = useDeed();
  const isOpen = of.state === "waiting" || of.state === "seen";
  const answer = async (): Promise<void> => {
    const got = await deed.run((id) => ask("sos.act", { sos: of.sos }, { id, act: "answer" }));
    if (got !== undefined) again();
  };
  if (!isOpen && of.state !== "answered") return null;
  return (
    <div class="stack">
      {isOpen ? (
        <button
          type="button"
          class="button wide button-big"
          aria-disabled={deed.busy}
          onClick={() => void answer()}
        >
          <Words of={deed.busy ? words.working : words.answer} />
        </button>
      ) : null}
      <Said of={deed.said} done={words.didAnswer} />
    </div>
  );
}

function Steps({ of }: { of: readonly SosStep[] }): VNode {
  return (
    <section class="card stack" aria-labelledby="sos-steps">
      <h2 id="sos-steps">
        <Words of={words.whoElse} />
      </h2>
      {of.length === 0 ? (
        <p>
          <Words of={words.stepsNone} />
        </p>
      ) : (
        <ol class="timeline">
          {of.map((one) => (
            <li class="moment" key={one.id}>
              <span class="moment-what">
                <StepText of={one} />
              </span>
              <span class="fine">
                <Time utc={one.at} />
              </span>
              {one.opened_at === undefined ? null : (
                <span class="fine">
                  <Words of={words.opened} slots={{ time: <Time utc={one.opened_at} /> }} />
                </span>
              )}
              {one.text === undefined ? null : (
                <p class="lines moment-text">
                  <Given>{one.text}</Given>
                </p>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** Somebody of the staff, as far as the reader may know; at least what they are. */
export function StaffName({
  name,
  role,
}: {
  name: string | undefined;
  role: string | undefined;
}): VNode {
  if (name !== undefined) return <Given>{name}</Given>;
  return role === undefined ? <Words of={words.somebody} /> : <RoleName of={role} />;
}

function StepText({ of }: { of: SosStep }): VNode {
  const by = <StaffName name={of.by_name} role={of.role} />;
  const told = <StaffName name={of.told_name} role={undefined} />;
  switch (of.act) {
    case "undone":
      return <Words of={words.actUndone} />;
    case "sent":
      return <Words of={words.actSent} slots={{ told }} />;
    case "passed":
      return <Words of={words.actPassed} slots={{ told }} />;
    case "all":
      return <Words of={words.actAll} />;
    case "seen":
      return <Words of={words.actSeen} slots={{ by }} />;
    case "answer":
      return <Words of={words.actAnswer} slots={{ by }} />;
    case "close":
      return <Words of={words.actClose} slots={{ by }} />;
  }
}

function Close({ of, again }: ActProps): VNode {
  const [text, type] = useState("");
  const [isEmpty, point] = useState(false);
  const deed = useDeed();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    point(text.trim() === "");
    if (text.trim() === "") return document.getElementById("sos-close")?.focus();
    const got = await deed.run((id) =>
      ask("sos.act", { sos: of.sos }, { id, act: "close", text: text.trim() }),
    );
    if (got !== undefined) again();
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.closeTitle} />
      </h2>
      <Field
        id="sos-close"
        word={words.closeText}
        hint={words.closeNote}
        fault={isEmpty ? "" : undefined}
      >
        {(names) => (
          <textarea
            {...names}
            rows={3}
            value={text}
            onInput={(event) => {
              deed.anew();
              type(event.currentTarget.value);
            }}
          />
        )}
      </Field>
      <Said of={deed.said} done={words.didClose} />
      <button type="submit" class="quiet-button" aria-disabled={deed.busy}>
        <Words of={deed.busy ? words.working : words.close} />
      </button>
    </form>
  );
}
