import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { rolesFor } from "../state/person.js";
import type { PersonDetail } from "../wire.js";
import { Check, Send } from "../view/form.js";
import { Words } from "../view/words.js";
import { roles as roleWords } from "../words/home.js";
import { person as words } from "../words/person.js";
import type { Word } from "../words/word.js";
import {
  type Choice,
  DayField,
  type Faults,
  faultsOf,
  missingAt,
  noFaults,
  ChoiceField,
  WholeFault,
} from "./fields.js";
import { Panel } from "./person_acts.js";

interface Props {
  readonly person: PersonDetail;
  readonly viewer: string | undefined;
  readonly done: (word: Word) => void;
  readonly stop: () => void;
}

type RoleId = ReturnType<typeof rolesFor>[number];

export function roleChoices(of: readonly RoleId[]): readonly Choice[] {
  return of.map((one) => [one, roleWords[one]]);
}

/** Asks for the ID of somebody of the roster. */
export function RequestFor({ person, viewer, done, stop }: Props): VNode {
  const roles = rolesFor(person.kind, viewer);
  const [role, choose] = useState<string>(roles.length === 1 ? (roles[0] ?? "") : "");
  const [isTrial, try_] = useState(false);
  const [endsOn, end] = useState("");
  const [busy, work] = useState(false);
  const [faults, tell] = useState<Faults>(noFaults);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    if (role === "") return tell(missingAt(["/role"]));
    work(true);
    const outcome = await ask(
      "people.request_for",
      { id: person.id },
      {
        role: role as RoleId,
        ...(isTrial ? { is_trial: true } : {}),
        ...(endsOn === "" ? {} : { ends_on: endsOn }),
      },
    );
    work(false);
    if (outcome.kind === "ok") return done(words.requested);
    if (outcome.kind === "offline") return tell({ at: {}, whole: [""] });
    tell(faultsOf(outcome.problem, ["/role", "/ends_on"]));
  };
  return (
    <Panel word={words.request}>
      <form class="stack" onSubmit={(event) => void send(event)} noValidate>
        <p class="note">
          <Words of={words.requestNote} />
        </p>
        {roles.length === 1 ? null : (
          <ChoiceField
            id="request-role"
            word={words.role}
            fault={faults.at["/role"]}
            value={role}
            put={choose}
            choices={roleChoices(roles)}
          />
        )}
        <Check checked={isTrial} word={words.isTrial} change={try_} />
        <DayField
          id="request-end"
          word={words.endFree}
          fault={faults.at["/ends_on"]}
          value={endsOn}
          put={end}
        />
        <WholeFault faults={faults} />
        <Send busy={busy} word={words.send} busyWord={words.working} />
        <button type="button" class="quiet-button" onClick={stop}>
          <Words of={words.stop} />
        </button>
      </form>
    </Panel>
  );
}
