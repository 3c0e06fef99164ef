import type { VNode } from "preact";
import { ask } from "../edge/api.js";
import { useAsked } from "../view/asked.js";
import { Day } from "../view/day.js";
import { Help } from "../view/form.js";
import { Shown } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { qualifications as words } from "../words/plan.js";
import type { Qualification } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { ChoiceField, DayField, missingAt, TextField, toFirstFault } from "./fields.js";
import { DraftForm, useDraft } from "./floor_forms.js";
import { Sure } from "./roster_parts.js";

/** What a person of staff has learnt and done: why they may teach and support (AI-4.4-キ-オ, AI-4.4-カ-ロ). */
export function Qualifications({ account }: { account: string }): VNode {
  const [asked, again] = useAsked("qualifications.list", undefined, { account });
  return (
    <section class="card stack" aria-labelledby="qualifications">
      <h2 id="qualifications">
        <Words of={words.title} />
      </h2>
      <p class="fine">
        <Words of={words.lead} />
      </p>
      <Shown asked={asked} again={again}>
        {({ items }) => (
          <>
            {items.length === 0 ? (
              <p class="note">
                <Words of={words.none} />
              </p>
            ) : (
              <ul class="deeds">
                {items.map((one) => (
                  <li class="stack-small" key={one.qualification}>
                    <Row of={one} again={again} />
                  </li>
                ))}
              </ul>
            )}
            <Help title={words.add}>
              <Form key={items.length} account={account} again={again} />
            </Help>
          </>
        )}
      </Shown>
    </section>
  );
}

interface RowProps {
  readonly of: Qualification;
  readonly again: () => void;
}

function Row({ of, again }: RowProps): VNode {
  const deed = useDeed();
  const end = async (): Promise<void> => {
    const got = await deed.run((id) =>
      ask("qualifications.end", { qualification: of.qualification }, { id }),
    );
    if (got !== undefined) again();
  };
  return (
    <>
      <p class="tags">
        <span class="pill">
          <Words of={words[of.kind]} />
        </span>
        <b>
          <Given>{of.what}</Given>
        </b>
        {of.holds ? null : (
          <span class="pill pill-alert">
            <Words of={of.ended_on === undefined ? words.holdsNot : words.ended} />
          </span>
        )}
      </p>
      <p class="tags fine">
        <Words of={words.sinceOf} slots={{ day: <Day of={of.since} /> }} />
        {of.until === undefined ? null : (
          <Words of={words.untilOf} slots={{ day: <Day of={of.until} /> }} />
        )}
      </p>
      {of.ended_on === undefined ? (
        <Sure
          word={words.end}
          yes={words.yes}
          no={words.no}
          busy={deed.busy}
          busyWord={words.saving}
          isQuiet
          act={() => void end()}
        >
          <p>
            <Words of={words.endSure} />
          </p>
        </Sure>
      ) : null}
      <Said of={deed.said} done={words.didEnd} />
    </>
  );
}

const fields = ["/kind", "/what", "/since", "/until"];
const kinds = ["expertise", "support_experience", "support_training"] as const;
const blank = { kind: "", what: "", since: "", until: "" };

function Form({ account, again }: { account: string; again: () => void }): VNode {
  const { draft, set, deed, fault } = useDraft(blank, fields);
  const send = async (form: HTMLElement): Promise<void> => {
    const missing = [
      ...(draft.kind === "" ? ["/kind"] : []),
      ...(draft.what.trim() === "" ? ["/what"] : []),
      ...(draft.since === "" ? ["/since"] : []),
    ];
    if (missing.length > 0) {
      deed.tell(missingAt(missing));
      return toFirstFault(form);
    }
    const isDone = await deed.send(form, (id) =>
      ask("qualifications.note", undefined, {
        id,
        account,
        kind: draft.kind as Qualification["kind"],
        what: draft.what.trim(),
        since: draft.since,
        ...(draft.until === "" ? {} : { until: draft.until }),
      }),
    );
    if (isDone) again();
  };
  return (
    <DraftForm deed={deed} send={send} word={words.save}>
      <ChoiceField
        id="qualification-kind"
        word={words.kind}
        fault={fault("/kind")}
        value={draft.kind}
        put={(kind) => set({ kind })}
        choices={kinds.map((one) => [one, words[one]] as const)}
      />
      <TextField
        id="qualification-what"
        word={words.name}
        hint={words.nameNote}
        fault={fault("/what")}
        value={draft.what}
        put={(what) => set({ what })}
      />
      <DayField
        id="qualification-since"
        word={words.since}
        fault={fault("/since")}
        value={draft.since}
        put={(since) => set({ since })}
      />
      <DayField
        id="qualification-until"
        word={words.until}
        hint={words.untilNote}
        fault={fault("/until")}
        value={draft.until}
        put={(until) => set({ until })}
      />
    </DraftForm>
  );
}
