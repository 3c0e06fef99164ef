import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { monthly } from "../words/monthly.js";
import { reports, weekly as words } from "../words/reports.js";
import type { Person, ReportReceiver } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { ChoiceField } from "./fields.js";
import { RoleName } from "./floor_parts.js";
import { PickPerson } from "./person_pick.js";
import { Sure } from "./roster_parts.js";

export type ReportKind = "weekly" | "monthly";

/** Who receives the reports of a kind and how; a commissioner decides. */
export function Receivers({ kind, isBoard }: { kind: ReportKind; isBoard: boolean }): VNode {
  const [asked, again] = useAsked("weekly.receivers", undefined, { report: kind });
  const title = `${kind}-receivers`;
  return (
    <section class="stack" aria-labelledby={title}>
      <h2 id={title}>
        <Words of={words.receivers} />
      </h2>
      <p class="fine">
        <Words of={words.receiversNote} />{" "}
        <a class="inline-door" href="#/notify">
          <Words of={words.toNotify} />
        </a>
      </p>
      <Shown asked={asked} again={again}>
        {({ items }) => {
          const now = items.filter((one) => one.is_on);
          return (
            <>
              {now.length === 0 ? (
                <p class="note">
                  <Words of={words.receiversNone} />
                </p>
              ) : null}
              <ul class="history">
                {now.map((one) => (
                  <li class="card card-small" key={one.account}>
                    <Receiver of={one} kind={kind} isBoard={isBoard} changed={again} />
                  </li>
                ))}
              </ul>
              {isBoard ? (
                <AddOne kind={kind} not={now.map((one) => one.account)} changed={again} />
              ) : null}
            </>
          );
        }}
      </Shown>
    </section>
  );
}

function Way({ of }: { of: "screen" | "mail" }): VNode {
  return <Words of={words[of]} />;
}

interface ReceiverProps {
  readonly of: ReportReceiver;
  readonly kind: ReportKind;
  readonly isBoard: boolean;
  readonly changed: () => void;
}

function Receiver({ of, kind, isBoard, changed }: ReceiverProps): VNode {
  const deed = useDeed();
  const decide = async (way: "screen" | "mail", isOn: boolean): Promise<void> => {
    deed.anew();
    const got = await deed.run((id) =>
      ask("weekly.receiver", undefined, {
        id,
        account: of.account,
        way,
        is_on: isOn,
        report: kind,
      }),
    );
    if (got !== undefined) changed();
  };
  const title = `${kind}-receiver-${of.account}`;
  return (
    <div class="stack-small">
      <p class="tags" id={title}>
        <b>
          <Given>{of.name === "" ? of.account : of.name}</Given>
        </b>
        <span class="fine">
          <RoleName of={of.role} />
        </span>
        <span class="pill">
          <Way of={of.way} />
        </span>
        {of.is_usable ? null : (
          <span class="pill pill-alert">
            <Words of={words.notUsable} />
          </span>
        )}
      </p>
      {!isBoard ? null : (
        <div class="row">
          <button
            type="button"
            class="quiet-button"
            aria-describedby={title}
            onClick={() => void decide(of.way === "mail" ? "screen" : "mail", true)}
          >
            <Words of={of.way === "mail" ? words.toScreen : words.toMail} />
          </button>
          <Sure
            word={words.remove}
            yes={words.removeYes}
            no={words.cancel}
            busy={deed.busy}
            busyWord={reports.working}
            isQuiet
            act={() => void decide(of.way, false)}
          >
            <Words of={words.removeSure} slots={{ name: <Given>{of.name}</Given> }} />
          </Sure>
        </div>
      )}
      <Said of={deed.said} done={reports.done} />
    </div>
  );
}

interface AddProps {
  readonly kind: ReportKind;
  readonly not: readonly string[];
  readonly changed: () => void;
}

function AddOne({ kind, not, changed }: AddProps): VNode {
  const [person, choose] = useState<Person | undefined>(undefined);
  const [way, by] = useState<"screen" | "mail">("screen");
  const [isLacking, point] = useState(false);
  const deed = useDeed();
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    point(person === undefined);
    if (person === undefined) return document.getElementById(`${kind}-person`)?.focus();
    const got = await deed.run((id) =>
      ask("weekly.receiver", undefined, {
        id,
        account: person.id,
        way,
        is_on: true,
        report: kind,
      }),
    );
    if (got === undefined) return;
    choose(undefined);
    changed();
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate>
      <h3>
        <Words of={words.add} />
      </h3>
      <PickPerson
        id={`${kind}-person`}
        word={kind === "weekly" ? words.addWho : monthly.addWho}
        otherWord={words.other}
        needWord={words.addNeed}
        isLacking={isLacking}
        not={not}
        person={person}
        choose={(one) => {
          deed.anew();
          point(false);
          choose(one);
        }}
      />
      <ChoiceField
        id={`${kind}-way`}
        word={words.addWay}
        fault={undefined}
        value={way}
        put={(one) => {
          deed.anew();
          by(one as typeof way);
        }}
        choices={[
          ["screen", words.screen],
          ["mail", words.mail],
        ]}
      />
      <Said of={deed.said} done={reports.done} />
      <button type="submit" class="button" aria-disabled={deed.busy}>
        <Words of={deed.busy ? reports.working : words.doAdd} />
      </button>
    </form>
  );
}
