import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask, type Outcome } from "../edge/api.js";
import { newId } from "../edge/id.js";
import type { School, Schools } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Check, Said, Send } from "../view/form.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { schools as words } from "../words/schools.js";

/** The schools, and which of them take part (NI-2.3.1-1). */
export function SchoolsPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("schools.list", undefined);
  const mayChange = role === "commissioner";
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.title} />
      <Shown asked={asked} again={again}>
        {(schools) => (
          <>
            <List schools={schools} mayChange={mayChange} again={again} />
            {mayChange ? <AddForm again={again} /> : null}
          </>
        )}
      </Shown>
    </div>
  );
}

interface ListProps {
  readonly schools: Schools;
  readonly mayChange: boolean;
  readonly again: () => void;
}

function List({ schools, mayChange, again }: ListProps): VNode {
  return (
    <>
      <p>
        <Words of={schools.cooperating_only ? words.leadSome : words.leadAll} />
      </p>
      {schools.items.length === 0 ? (
        <p class="note">
          <Words of={words.none} />
        </p>
      ) : null}
      <ul class="history">
        {schools.items.map((school) => (
          <li class="card stack" key={school.id}>
            <Row
              school={school}
              isOnlySome={schools.cooperating_only}
              mayChange={mayChange}
              again={again}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

interface RowProps {
  readonly school: School;
  /** Do the others stand outside? */
  readonly isOnlySome: boolean;
  readonly mayChange: boolean;
  readonly again: () => void;
}

function Row({ school, isOnlySome, mayChange, again }: RowProps): VNode {
  const isSchool = school.kind === "school";
  return (
    <>
      <h2 id={`name-${school.id}`}>
        <Given>{school.name}</Given>
      </h2>
      <p class="tags">
        {isSchool ? (
          <span class="pill">
            <Words of={school.is_cooperating ? words.cooperating : words.notCooperating} />
          </span>
        ) : null}
        {school.kind === "district" ? (
          <span class="pill">
            <Words of={words.district} />
          </span>
        ) : null}
        {school.kind === "other" ? (
          <span class="pill">
            <Words of={words.other} />
          </span>
        ) : null}
        {school.has_left ? (
          <span class="pill">
            <Words of={words.left} />
          </span>
        ) : null}
        {school.code === "" ? null : (
          <span class="fine">
            <Words of={isSchool ? words.code : words.codeOfOther} /> <Given>{school.code}</Given>
          </span>
        )}
      </p>
      {mayChange && isSchool ? (
        <Switch school={school} isOnlySome={isOnlySome} again={again} />
      ) : null}
    </>
  );
}

/** Taking a school out shuts people out at once: that is asked twice. */
function Switch({ school, isOnlySome, again }: Omit<RowProps, "mayChange">): VNode {
  const [sure, askSure] = useState(false);
  const [fault, tell] = useState<string | undefined>(undefined);
  const [busy, work] = useState(false);
  const change = async (is_cooperating: boolean): Promise<void> => {
    if (busy) return;
    work(true);
    const outcome = await ask("schools.change", { id: school.id }, { is_cooperating });
    work(false);
    askSure(false);
    tell(faultOf(outcome));
    if (outcome.kind === "ok") again();
  };
  return (
    <>
      <Said id={`school-${school.id}`}>
        {fault === undefined ? null : fault === "" ? (
          <Words of={first.noAnswer} />
        ) : (
          <Given>{fault}</Given>
        )}
      </Said>
      {sure ? (
        <div class="stack-small" role="group">
          <p class="note" role="status">
            <Words of={isOnlySome ? words.leaveSure : words.leaveLater} />
          </p>
          <div class="row">
            <button type="button" class="button" onClick={() => void change(false)}>
              <Words of={words.yes} />
            </button>
            <button type="button" class="quiet-button" onClick={() => askSure(false)}>
              <Words of={words.no} />
            </button>
          </div>
        </div>
      ) : (
        <button
          type="button"
          class="quiet-button"
          aria-disabled={busy}
          aria-describedby={`name-${school.id}`}
          onClick={() => (school.is_cooperating ? askSure(true) : void change(true))}
        >
          <Words of={school.is_cooperating ? words.leave : words.join} />
        </button>
      )}
    </>
  );
}

/** What to say of an outcome; `undefined`: nothing, it went well. "" when the node was not reached. */
function faultOf(outcome: Outcome<unknown>): string | undefined {
  switch (outcome.kind) {
    case "ok":
      return undefined;
    case "offline":
      return "";
    case "refused":
      return outcome.problem.errors[0]?.text ?? outcome.problem.title;
  }
}

function AddForm({ again }: { again: () => void }): VNode {
  const [name, typeName] = useState("");
  const [code, typeCode] = useState("");
  const [takesPart, choose] = useState(true);
  const [busy, work] = useState(false);
  const [fault, tell] = useState<string | undefined>(undefined);
  const [isEmpty, tellEmpty] = useState(false);
  const [isSaved, tellSaved] = useState(false);
  const id = useRef(newId());
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    tellEmpty(name.trim() === "");
    if (name.trim() === "") return;
    work(true);
    const outcome = await ask("schools.add", undefined, {
      id: id.current,
      name: name.trim(),
      ...(code.trim() === "" ? {} : { code: code.trim().normalize("NFKC") }),
      is_cooperating: takesPart,
    });
    work(false);
    tell(faultOf(outcome));
    tellSaved(outcome.kind === "ok");
    if (outcome.kind !== "ok") return;
    id.current = newId();
    typeName("");
    typeCode("");
    again();
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h2>
        <Words of={words.add} />
      </h2>
      <Said id="school-fault">
        {isEmpty ? (
          <Words of={words.needName} />
        ) : fault === undefined ? null : fault === "" ? (
          <Words of={first.noAnswer} />
        ) : (
          <Given>{fault}</Given>
        )}
      </Said>
      <div>
        <label for="school-name">
          <Words of={words.name} />
        </label>
        <input
          id="school-name"
          type="text"
          autocomplete="off"
          value={name}
          aria-invalid={isEmpty}
          aria-describedby="school-fault"
          onInput={(event) => typeName(event.currentTarget.value)}
        />
      </div>
      <div>
        <label for="school-code">
          <Words of={words.codeFree} />
        </label>
        <input
          id="school-code"
          type="text"
          autocomplete="off"
          value={code}
          onInput={(event) => typeCode(event.currentTarget.value)}
        />
      </div>
      <Check checked={takesPart} word={words.cooperating} change={choose} />
      <Send busy={busy} word={words.add} busyWord={words.saving} />
      <p role="status" class={isSaved ? "note" : "unseen"}>
        {isSaved ? <Words of={words.saved} /> : null}
      </p>
    </form>
  );
}
