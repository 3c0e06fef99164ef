import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { useAsked } from "../view/asked.js";
import { Check } from "../view/form.js";
import { PageHead, Shown } from "../view/page.js";
import { Words } from "../view/words.js";
import { transfers as words } from "../words/transfers.js";
import type { Word } from "../words/word.js";
import type { Person, TransferMember, TransferOpen, TransferRow } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { ChoiceField, DayField, SelectField, TextField } from "./fields.js";
import { PickPerson } from "./person_pick.js";
import { Move } from "./transfer_row.js";

/** Children who move to another town, and from one: both directions, who must act (CARD-16). */
export function TransfersPage(): VNode {
  const [asked, again] = useAsked("transfers.list", undefined);
  return (
    <div class="page">
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Shown asked={asked} again={again}>
        {({ items, members }) => (
          <>
            <Moves title={words.in} id="in" of={items.filter((m) => !m.is_out)} again={again} />
            <Moves title={words.out} id="out" of={items.filter((m) => m.is_out)} again={again} />
            {members.length === 0 ? (
              <p class="note">
                <Words of={words.townNone} />
              </p>
            ) : (
              <OpenOne members={members} again={again} />
            )}
          </>
        )}
      </Shown>
    </div>
  );
}

interface MovesProps {
  readonly title: Word;
  readonly id: string;
  readonly of: readonly TransferRow[];
  readonly again: () => void;
}

function Moves({ title, id, of, again }: MovesProps): VNode {
  return (
    <section class="stack" aria-labelledby={`transfers-${id}`}>
      <h2 id={`transfers-${id}`}>
        <Words of={title} />
      </h2>
      {of.length === 0 ? (
        <p class="fine">
          <Words of={words.none} />
        </p>
      ) : (
        <ul class="history">
          {of.map((one) => (
            <li class="card stack-small" key={one.transfer} data-transfer={one.transfer}>
              <Move of={one} again={again} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** As federation/transfer_parcel.h has them, in its order. */
const parts = ["profile", "facts", "steps", "days", "contacts"] as const;
type How = TransferOpen["consent_how"];

function OpenOne({
  members,
  again,
}: {
  members: readonly TransferMember[];
  again: () => void;
}): VNode {
  const [person, choose] = useState<Person | undefined>(undefined);
  const [node, to] = useState("");
  const [day, on] = useState("");
  const [chosen, tick] = useState<readonly string[]>(parts);
  const [consentOn, consent] = useState("");
  const [from, by] = useState("");
  const [how, take] = useState<How>("paper");
  const [wasSent, sent] = useState(false);
  const deed = useDeed();
  const missing = (text: string): string | undefined =>
    wasSent && text.trim() === "" ? "" : undefined;
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    sent(true);
    if (person === undefined) return document.getElementById("transfer-child")?.focus();
    if ([node, day, consentOn, from].some((text) => text.trim() === "") || chosen.length === 0)
      return;
    const got = await deed.run((transfer) =>
      ask("transfers.open", undefined, {
        transfer,
        account: person.id,
        node,
        on: day,
        parts: parts.filter((one) => chosen.includes(one)).join(","),
        consent_on: consentOn,
        consent_how: how,
        consent_from: from.trim(),
      }),
    );
    if (got === undefined) return;
    choose(undefined);
    by("");
    sent(false);
    again();
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)} noValidate id="transfer-open">
      <h2>
        <Words of={words.add} />
      </h2>
      <PickPerson
        id="transfer-child"
        word={words.who}
        otherWord={words.otherChild}
        needWord={words.needChild}
        isLacking={wasSent && person === undefined}
        not={[]}
        person={person}
        choose={choose}
      />
      <SelectField
        id="transfer-town"
        fault={missing(node)}
        word={words.town}
        value={node}
        put={to}
        choices={members.map((one) => [one.node, one.name] as const)}
      />
      <DayField id="transfer-day" fault={missing(day)} word={words.on} value={day} put={on} />
      <fieldset class="field stack-small" aria-invalid={wasSent && chosen.length === 0}>
        <legend>
          <Words of={words.parts} />
        </legend>
        <p class="fine">
          <Words of={words.partsNote} />
        </p>
        {wasSent && chosen.length === 0 ? (
          <p class="fault">
            <Words of={words.needParts} />
          </p>
        ) : null}
        {parts.map((one) => (
          <Check
            key={one}
            checked={chosen.includes(one)}
            word={words[one]}
            change={(isOn) => tick(isOn ? [...chosen, one] : chosen.filter((o) => o !== one))}
          />
        ))}
      </fieldset>
      <TextField
        id="transfer-consent-from"
        fault={missing(from)}
        word={words.consentFrom}
        value={from}
        put={by}
      />
      <DayField
        id="transfer-consent-on"
        fault={missing(consentOn)}
        word={words.consentOn}
        value={consentOn}
        put={consent}
      />
      <ChoiceField
        id="transfer-consent-how"
        fault={undefined}
        word={words.consentHow}
        value={how}
        put={(value) => take(value as How)}
        choices={[
          ["paper", words.paper],
          ["met", words.met],
          ["called", words.called],
        ]}
      />
      <button type="submit" class="button" aria-disabled={deed.busy}>
        <Words of={words.send} />
      </button>
      <Said of={deed.said} done={words.saidDone} />
    </form>
  );
}
