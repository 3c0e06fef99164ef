import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { countOf } from "../state/roster.js";
import type { RosterImport } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Check } from "../view/form.js";
import { Failure } from "../view/page.js";
import { Words } from "../view/words.js";
import { roster as words } from "../words/roster.js";
import { faultOf, Sure } from "./roster_parts.js";

interface Props {
  readonly one: RosterImport;
  readonly role: string | undefined;
  readonly again: () => void;
}

/** The decision: what it means in plain words, then a second question. */
export function Apply({ one, role, again }: Props): VNode {
  return (
    <section class="card stack">
      <h2>
        <Words of={words.applyTitle} />
      </h2>
      <Meaning one={one} />
      {role === "commissioner" ? (
        <Decide one={one} again={again} />
      ) : (
        <p class="note">
          <Words of={words.boardApplies} />
        </p>
      )}
    </section>
  );
}

function Meaning({ one }: { one: RosterImport }): VNode {
  const { added, changed, left, returned } = countOf(one, "person");
  const [stops] = useAsked("settings.show", { name: "roster.suspend_leavers" });
  return (
    <>
      <p>
        <Words of={words.applySum} slots={{ added, changed, left, returned }} />
      </p>
      {left > 0 && stops.at === "here" ? (
        <p>
          <Words of={stops.value.value === "false" ? words.leaversStay : words.leaversStop} />
        </p>
      ) : null}
      <p>
        <Words of={words.noReturn} />
      </p>
    </>
  );
}

type Said = "nothing" | "stale" | { readonly text: string };

function Decide({ one, again }: { one: RosterImport; again: () => void }): VNode {
  const [admit, chooseAdmit] = useState(false);
  const [busy, work] = useState(false);
  const [said, say] = useState<Said>("nothing");
  const nErased = countOf(one, "person").kept_out;
  const apply = async (): Promise<void> => {
    if (busy) return;
    work(true);
    const input = { preview: one.preview ?? "", ...(admit ? { admit_erased: true } : {}) };
    const outcome = await ask("roster.apply", { id: one.id }, input);
    work(false);
    if (outcome.kind === "ok") again();
    else if (outcome.kind === "refused" && outcome.problem.status === 409) say("stale");
    else say({ text: faultOf(outcome) ?? "" });
  };
  return (
    <>
      {nErased > 0 ? (
        <Check checked={admit} word={words.admit} slots={{ n: nErased }} change={chooseAdmit} />
      ) : null}
      <div role="alert" class="stack">
        {said === "nothing" ? null : said === "stale" ? (
          <>
            <p class="fault">
              <Words of={words.staleBody} />
            </p>
            <a class="button" href="#/roster">
              <Words of={words.lookAgain} />
            </a>
          </>
        ) : (
          <Failure text={said.text} />
        )}
      </div>
      {said === "stale" ? null : (
        <Sure
          word={words.apply}
          yes={words.yes}
          no={words.no}
          busy={busy}
          busyWord={words.sending}
          act={() => void apply()}
        >
          <p>
            <Words of={words.sure} />
          </p>
        </Sure>
      )}
    </>
  );
}
