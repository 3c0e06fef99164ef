import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { Day } from "../view/day.js";
import { PageHead, type PageProps } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { MissingNote } from "../view/trouble.js";
import { Given, Words } from "../view/words.js";
import { roles } from "../words/home.js";
import { registers as words } from "../words/registers.js";
import type { Material, MaterialAdd, MaterialMark } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { ChoiceField, DayField, TextField } from "./fields.js";
import { RecordFoot } from "./record.js";
import { ToReports } from "./reports.js";

/** The register of received material (AI-8-3): what came, where it is, when it went back. */
export function MaterialsPage({ role }: PageProps): VNode {
  const [nOpen, count] = useState<number | undefined>(undefined);
  const [fixing, fix] = useState<Material | undefined>(undefined);
  const [paged, { more, again }] = usePaged<Material>("materials", async (before) => {
    const got = await ask(
      "materials.list",
      undefined,
      undefined,
      before === undefined ? {} : { before },
    );
    if (got.kind === "ok") count(got.value.n_open);
    return got;
  });
  if (paged.trouble === "missing") return <MissingNote />;
  const mayWrite = role === "commissioner" || role === "contractor";
  return (
    <div class="page">
      <div class="no-paper">
        <ToReports />
      </div>
      <PageHead title={words.materials} />
      <p class="paper-title">
        <Words of={words.materials} />
      </p>
      <p class="no-paper">
        <Words of={words.materialsLead} />
      </p>
      <div class="row">
        {nOpen === undefined ? null : (
          <p class={nOpen > 0 ? "pill pill-alert" : "pill"} id="materials-open">
            <Words of={words.nOpen} slots={{ n: nOpen }} />
          </p>
        )}
        <button type="button" class="quiet-button no-paper" onClick={() => window.print()}>
          <Words of={words.print} />
        </button>
      </div>
      <ul class="history" id="materials-list">
        {paged.items.map((one) => (
          <li class="card stack-small" key={one.id}>
            <Entry of={one} mayWrite={mayWrite} changed={again} fix={fix} />
          </li>
        ))}
      </ul>
      <RecordFoot paged={paged} more={more} none={words.none} moreWord={words.more} />
      {mayWrite ? (
        <AddOne
          key={fixing?.id ?? "new"}
          of={fixing}
          changed={() => {
            fix(undefined);
            again();
          }}
          cancel={() => fix(undefined)}
        />
      ) : null}
    </div>
  );
}

interface EntryProps {
  readonly of: Material;
  readonly mayWrite: boolean;
  readonly changed: () => void;
  readonly fix: (one: Material) => void;
}

function Entry({ of, mayWrite, changed, fix }: EntryProps): VNode {
  const isOpen = of.state === "open";
  const isOver = of.state === "replaced";
  return (
    <>
      <p class="tags">
        <b>
          <Given>{of.what}</Given>
        </b>
        <span class={isOpen ? "pill pill-alert" : "pill"}>
          <Words of={words[of.state]} />
        </span>
      </p>
      <dl class="facts">
        <Fact word={words.received} value={<Day of={of.received_on} />} />
        <Fact word={words.from} value={<Given>{of.from}</Given>} />
        <Fact word={words.form} value={<Words of={words[of.form]} />} />
        <Fact word={words.place} value={<Given>{of.place}</Given>} />
        <Fact word={words.purpose} value={<Given>{of.purpose}</Given>} />
        <Fact word={words.written} value={<Who name={of.by_name} role={of.by_role} />} />
        {of.done_on === undefined || isOpen || isOver ? null : (
          <>
            <Fact word={words[of.state]} value={<Day of={of.done_on} />} />
            <Fact
              word={words.written}
              value={<Who name={of.marked_name} role={of.marked_role ?? ""} />}
            />
          </>
        )}
        {of.note === undefined ? null : (
          <Fact word={words.noteShown} value={<Given>{of.note}</Given>} />
        )}
      </dl>
      {mayWrite && !isOver ? <Acts of={of} changed={changed} fix={fix} /> : null}
    </>
  );
}

function Fact({ word, value }: { word: Parameters<typeof Words>[0]["of"]; value: VNode }): VNode {
  return (
    <div>
      <dt>
        <Words of={word} />
      </dt>
      <dd>{value}</dd>
    </div>
  );
}

function Who({ name, role }: { name: string | undefined; role: string }): VNode {
  const word = roles[role as keyof typeof roles];
  if (name !== undefined) return <Given>{name}</Given>;
  return word === undefined ? <Given>{role}</Given> : <Words of={word} />;
}

type Mark = MaterialMark["kind"];

function Acts({ of, changed, fix }: Omit<EntryProps, "mayWrite">): VNode {
  const [isOpen, open] = useState(false);
  const [kind, choose] = useState<Mark>("returned");
  const [day, on] = useState("");
  const [note, write] = useState("");
  const deed = useDeed();
  const send = async (kind: Mark, done_on: string): Promise<void> => {
    const got = await deed.run((id) =>
      ask(
        "materials.mark",
        { id: of.id },
        { id, kind, done_on, ...(note.trim() === "" ? {} : { note: note.trim() }) },
      ),
    );
    if (got === undefined) return;
    open(false);
    changed();
  };
  const marked = (event: Event): void => {
    event.preventDefault();
    if (day === "") document.getElementById(`day-${of.id}`)?.focus();
    else void send(kind, day);
  };
  return (
    <div class="stack-small no-paper">
      {isOpen ? (
        <form class="panel-act stack-small" onSubmit={marked}>
          <ChoiceField
            id={`how-${of.id}`}
            fault={undefined}
            word={words.how}
            value={kind}
            put={(value) => choose(value as Mark)}
            choices={[
              ["returned", words.doReturned],
              ["destroyed", words.doDestroyed],
              ["erased", words.doErased],
            ]}
          />
          <DayField
            id={`day-${of.id}`}
            fault={undefined}
            word={words.doneOn}
            value={day}
            put={on}
          />
          <TextField
            id={`note-${of.id}`}
            fault={undefined}
            word={words.note}
            value={note}
            put={write}
          />
          <div class="row">
            <button type="submit" class="button button-small" aria-disabled={deed.busy}>
              <Words of={words.save} />
            </button>
            <button type="button" class="quiet-button" onClick={() => open(false)}>
              <Words of={words.cancel} />
            </button>
          </div>
        </form>
      ) : (
        <div class="row">
          {of.state === "open" ? (
            <button type="button" class="button button-small" onClick={() => open(true)}>
              <Words of={words.mark} />
            </button>
          ) : (
            <button
              type="button"
              class="quiet-button"
              aria-disabled={deed.busy}
              onClick={() => void send("reopened", of.done_on ?? of.received_on)}
            >
              <Words of={words.reopen} />
            </button>
          )}
          <button
            type="button"
            class="quiet-button"
            onClick={() => {
              fix(of);
              requestAnimationFrame(() => document.getElementById("material-what")?.focus());
            }}
          >
            <Words of={words.correct} />
          </button>
        </div>
      )}
      <Said of={deed.said} done={words.done} />
    </div>
  );
}

interface AddProps {
  readonly of: Material | undefined;
  readonly changed: () => void;
  readonly cancel: () => void;
}

type Form = MaterialAdd["form"];

function AddOne({ of, changed, cancel }: AddProps): VNode {
  const [what, put] = useState(of?.what ?? "");
  const [from, by] = useState(of?.from ?? "");
  const [form, choose] = useState<Form>(of?.form ?? "file");
  const [day, on] = useState(of?.received_on ?? "");
  const [place, at] = useState(of?.place ?? "");
  const [purpose, because] = useState(of?.purpose ?? "");
  const [wasSent, send] = useState(false);
  const deed = useDeed();
  const missing = (text: string): string | undefined =>
    wasSent && text.trim() === "" ? "" : undefined;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    send(true);
    if ([what, from, day, place, purpose].some((text) => text.trim() === "")) return;
    const got = await deed.run((id) =>
      ask("materials.add", undefined, {
        ...{ id, form, received_on: day, what: what.trim(), from: from.trim() },
        ...{ place: place.trim(), purpose: purpose.trim() },
        ...(of === undefined ? {} : { replaces: of.id }),
      }),
    );
    if (got === undefined) return;
    for (const clear of [put, by, on, at, because]) clear("");
    send(false);
    changed();
  };
  return (
    <form class="card stack no-paper" onSubmit={(event) => void submit(event)}>
      <h2>
        <Words of={of === undefined ? words.add : words.correcting} />
      </h2>
      <TextField
        id="material-what"
        word={words.what}
        fault={missing(what)}
        value={what}
        put={put}
      />
      <TextField id="material-from" word={words.from} fault={missing(from)} value={from} put={by} />
      <ChoiceField
        id="material-form"
        word={words.form}
        fault={undefined}
        value={form}
        put={(value) => choose(value as Form)}
        choices={[
          ["file", words.file],
          ["paper", words.paper],
          ["media", words.media],
          ["device", words.device],
          ["other", words.other],
        ]}
      />
      <DayField id="material-day" word={words.received} fault={missing(day)} value={day} put={on} />
      <TextField
        id="material-place"
        word={words.place}
        fault={missing(place)}
        value={place}
        put={at}
      />
      <TextField
        id="material-purpose"
        word={words.purpose}
        fault={missing(purpose)}
        value={purpose}
        put={because}
      />
      <div class="row">
        <button type="submit" class="button" aria-disabled={deed.busy}>
          <Words of={words.save} />
        </button>
        {of === undefined ? null : (
          <button type="button" class="quiet-button" onClick={cancel}>
            <Words of={words.cancel} />
          </button>
        )}
      </div>
      <Said of={deed.said} done={words.done} />
    </form>
  );
}
