import type { ComponentChildren, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask, type Outcome } from "../edge/api.js";
import { newId } from "../edge/id.js";
import type { Graded } from "../state/support.js";
import { useAsked } from "../view/asked.js";
import { Help } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { support as words } from "../words/support.js";
import type { Word } from "../words/word.js";
import type { IncidentCase, IncidentStep } from "../wire.js";
import { type Deed, useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { Field } from "./fields.js";
import { FloorOf } from "./floor_parts.js";
import { WhoIs, whomOf } from "./measure_panel.js";
import { StaffName } from "./sos_page.js";
import { Grade, GradeChoice, IncidentKind, IncidentStateOf } from "./support_parts.js";

/** One incident: what happened, what was done, what is to be done next. Opening it is reading it, which is
 * recorded: nobody else is woken for it. */
export function IncidentPage({ page }: PageProps): VNode {
  const incident = page.name;
  const [asked, again] = useAsked("incidents.show", { incident });
  const isNew = asked.at === "here" && asked.value.state === "new";
  useEffect(() => {
    if (!isNew) return;
    void ask("incidents.act", { incident }, { id: newId(), act: "read" }).then(() => again());
  }, [isNew]);
  return (
    <div class="page">
      <Back href="#/incidents" word={words.back} />
      <PageHead title={words.incident} />
      <Shown asked={asked} again={again}>
        {(one) => (
          <>
            <What of={one} />
            <Procedure of={one} again={again} />
            <Steps of={one.steps} />
            {one.state === "closed" ? null : <Acts of={one} again={again} />}
          </>
        )}
      </Shown>
    </div>
  );
}

function What({ of }: { of: IncidentCase }): VNode {
  const [floors] = useAsked("floors.list", undefined);
  const rows: readonly (readonly [Word, ComponentChildren])[] = [
    [words.when, <Time utc={of.at} />],
    [
      words.about,
      of.account === undefined ? (
        <Words of={words.aboutNobody} />
      ) : (
        <a class="inline-door" href={`#/child/${of.account}`}>
          <WhoIs of={whomOf(of)} />
        </a>
      ),
    ],
    [
      words.where,
      of.floor === undefined ? null : (
        <FloorOf id={of.floor} all={floors.at === "here" ? floors.value.items : []} />
      ),
    ],
    [
      words.byWhom,
      of.by === undefined ? (
        <Words of={words.bySystem} />
      ) : (
        <StaffName name={of.by_name} role={of.role} />
      ),
    ],
    [words.text, lines(of.text)],
    [words.quote, lines(of.quote)],
  ];
  return (
    <section class="card stack" aria-labelledby="incident-kind">
      <h2 id="incident-kind">
        <IncidentKind of={of.kind} />
      </h2>
      <p class="tags" role="status">
        <Grade of={of} /> <IncidentStateOf of={of} />
      </p>
      <dl class="facts">
        {rows
          .filter(([, value]) => value !== null)
          .map(([word, value]) => (
            <div class="fact" key={word[2]}>
              <dt>
                <Words of={word} />
              </dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function lines(text: string | undefined): VNode | null {
  if ((text ?? "") === "") return null;
  return (
    <p class="lines">
      <Given>{text}</Given>
    </p>
  );
}

function Steps({ of }: { of: readonly IncidentStep[] }): VNode {
  return (
    <section class="card stack" aria-labelledby="incident-steps">
      <h2 id="incident-steps">
        <Words of={words.steps} />
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
              {one.urgency === undefined || one.severity === undefined ? null : (
                <Grade of={{ urgency: one.urgency, severity: one.severity }} />
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

function StepText({ of }: { of: IncidentStep }): VNode {
  const by = <StaffName name={of.by_name} role={of.role} />;
  const told = <StaffName name={of.told_name} role={undefined} />;
  switch (of.act) {
    case "sent":
      return <Words of={words.actSent} slots={{ told }} />;
    case "passed":
      return <Words of={words.actPassed} slots={{ told }} />;
    case "all":
      return <Words of={words.actAll} />;
    case "read":
      return <Words of={words.didRead} slots={{ by }} />;
    case "take":
      return <Words of={words.didTake} slots={{ by }} />;
    case "note":
      return <Words of={words.didNote} slots={{ by }} />;
    case "grade":
      return <Words of={words.didGrade} slots={{ by }} />;
    case "tick":
      return <Words of={words.didTick} slots={{ by, n: of.tick ?? 0 }} />;
    case "close":
      return <Words of={words.actClose} slots={{ by }} />;
  }
}

interface ActProps {
  readonly of: IncidentCase;
  readonly again: () => void;
}

/** The steps of what is to be done, where there are some; each is ticked once (KP-3-安全-4). */
function Procedure({ of, again }: ActProps): VNode | null {
  const [asked] = useAsked("procedures.list", undefined);
  const deed = useDeed();
  const procedure =
    asked.at === "here" ? asked.value.items.find(({ id }) => id === of.procedure) : undefined;
  if (procedure === undefined) return null;
  const ticked = new Set(of.steps.flatMap((one) => (one.act === "tick" ? [one.tick] : [])));
  const tick = async (n: number): Promise<void> => {
    const got = await deed.run((id) => act(of, { id, act: "tick", tick: n }));
    if (got !== undefined) again();
  };
  return (
    <section class="card stack" aria-labelledby="incident-procedure">
      <h2 id="incident-procedure">
        <Words of={words.procedure} slots={{ title: <Given>{procedure.title}</Given> }} />
      </h2>
      <ol class="deeds">
        {procedure.steps.map(({ n, text, who, within_min: within }) => (
          <li key={n}>
            <p id={`procedure-${n}`}>
              <Given>{text}</Given>
            </p>
            <p class="tags fine">
              <Words of={words.stepWho} slots={{ who: <Given>{who}</Given> }} />
              {within === undefined ? null : <Words of={words.within} slots={{ n: within }} />}
            </p>
            {ticked.has(n) ? (
              <p>
                <span class="pill">
                  <Words of={words.ticked} />
                </span>
              </p>
            ) : of.state === "closed" ? null : (
              <p>
                <button
                  type="button"
                  class="quiet-button"
                  aria-describedby={`procedure-${n}`}
                  aria-disabled={deed.busy}
                  onClick={() => void tick(n)}
                >
                  <Words of={words.tick} />
                </button>
              </p>
            )}
          </li>
        ))}
      </ol>
      <Said of={deed.said} done={words.done} />
    </section>
  );
}

type ActInput = Parameters<typeof ask<"incidents.act">>[2];

function act(of: IncidentCase, input: ActInput): Promise<Outcome<unknown>> {
  return ask("incidents.act", { incident: of.incident }, input);
}

function Acts({ of, again }: ActProps): VNode {
  const take = useDeed();
  const did = (deed: Deed, input: (id: string) => ActInput): Promise<boolean> =>
    deed
      .run((id) => act(of, input(id)))
      .then((got) => {
        if (got !== undefined) again();
        return got !== undefined;
      });
  return (
    <section class="card stack">
      {of.state === "taken" ? null : (
        <>
          <button
            type="button"
            class="button"
            aria-disabled={take.busy}
            onClick={() => void did(take, (id) => ({ id, act: "take" }))}
          >
            <Words of={take.busy ? words.working : words.take} />
          </button>
          <Said of={take.said} done={words.done} />
        </>
      )}
      <TextAct
        id="incident-note"
        title={words.note}
        label={words.noteText}
        send={words.saveNote}
        run={(deed, text) => did(deed, (id) => ({ id, act: "note", text }))}
      />
      <Regrade
        of={of}
        run={(deed, graded) => did(deed, (id) => ({ id, act: "grade", ...graded }))}
      />
      <TextAct
        id="incident-close"
        title={words.closeTitle}
        label={words.closeText}
        send={words.close}
        run={(deed, text) => did(deed, (id) => ({ id, act: "close", text }))}
      />
    </section>
  );
}

interface TextActProps {
  readonly id: string;
  readonly title: Word;
  readonly label: Word;
  readonly send: Word;
  readonly run: (deed: Deed, text: string) => Promise<boolean>;
}

function TextAct({ id, title, label, send, run }: TextActProps): VNode {
  const [text, type] = useState("");
  const [isEmpty, point] = useState(false);
  const deed = useDeed();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    point(text.trim() === "");
    if (text.trim() === "") return document.getElementById(id)?.focus();
    if (await run(deed, text.trim())) type("");
  };
  return (
    <Help title={title}>
      <form class="stack" onSubmit={(event) => void submit(event)} noValidate>
        <Field id={id} word={label} fault={isEmpty ? "" : undefined}>
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
        <Said of={deed.said} done={words.done} />
        <button type="submit" class="quiet-button" aria-disabled={deed.busy}>
          <Words of={deed.busy ? words.working : send} />
        </button>
      </form>
    </Help>
  );
}

function Regrade({
  of,
  run,
}: {
  of: IncidentCase;
  run: (deed: Deed, graded: Graded) => Promise<boolean>;
}): VNode {
  const [graded, put] = useState<Graded>({ urgency: of.urgency, severity: of.severity });
  const deed = useDeed();
  return (
    <Help title={words.regrade}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void run(deed, graded);
        }}
      >
        <GradeChoice
          id="incident"
          of={graded}
          put={(next) => {
            deed.anew();
            put(next);
          }}
        />
        <Said of={deed.said} done={words.done} />
        <button type="submit" class="quiet-button" aria-disabled={deed.busy}>
          <Words of={deed.busy ? words.working : words.saveGrade} />
        </button>
      </form>
    </Help>
  );
}
