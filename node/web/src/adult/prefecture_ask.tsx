import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { monthShown } from "../state/kpi.js";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { FormOfWords, Given, useLine, Words } from "../view/words.js";
import { prefecture } from "../words/prefecture.js";
import { prefectureAsk as words } from "../words/prefecture_ask.js";
import type { KpiAskOut, Prefecture } from "../wire.js";
import { useDeed } from "./deed.js";
import { Said } from "./deed_said.js";
import { SelectField } from "./fields.js";
import { NodeName } from "./prefecture_choice.js";

const cuts = ["stage", "grade", "school"] as const;
type Cut = (typeof cuts)[number];

/** A month that is missing is asked for; the answer, or why it was refused, stands below (CARD-5). */
export function Ask({ of }: { of: Prefecture }): VNode {
  const [asked, again] = useAsked("kpi.asks", undefined);
  return (
    <section class="card stack no-paper" aria-labelledby="prefecture-ask">
      <h2 id="prefecture-ask">
        <Words of={words.title} />
      </h2>
      <p class="fine">
        <Words of={words.lead} />
      </p>
      <AskForm of={of} again={again} />
      <h3>
        <Words of={words.past} />
      </h3>
      <Shown asked={asked} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p>
              <Words of={words.pastNone} />
            </p>
          ) : (
            <ul class="kpi-list" id="prefecture-asked">
              {items.map((one) => (
                <li class="stack-small" key={`${one.node} ${one.at}`}>
                  <One of={one} all={of} />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      <button type="button" class="quiet-button" onClick={again}>
        <Words of={words.look} />
      </button>
    </section>
  );
}

function AskForm({ of, again }: { of: Prefecture; again: () => void }): VNode {
  const english = useContext(FormOfWords) === "english";
  const line = useLine();
  const deed = useDeed();
  const [node, chooseNode] = useState("");
  const [month, chooseMonth] = useState(of.months[0]?.month ?? of.to);
  const [cut, chooseCut] = useState<string>("stage");
  const [wasSent, sent] = useState(false);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    sent(true);
    if (node === "") return;
    const got = await deed.run((id) => ask("kpi.ask", undefined, { id, node, month, cuts: [cut] }));
    if (got !== undefined) again();
  };
  return (
    <form class="stack" noValidate onSubmit={(event) => void send(event)}>
      <SelectField
        id="prefecture-ask-node"
        word={words.node}
        none={words.needNode}
        fault={wasSent && node === "" ? line(words.needNode) : undefined}
        value={node}
        put={chooseNode}
        choices={of.nodes.filter((one) => one.is_member).map((one) => [one.node, one.name])}
      />
      <SelectField
        id="prefecture-ask-month"
        word={words.month}
        fault={undefined}
        value={month}
        put={chooseMonth}
        choices={of.months.map((one) => [one.month, monthShown(one.month, english)])}
      />
      <SelectField
        id="prefecture-ask-cut"
        word={words.cut}
        fault={undefined}
        value={cut}
        put={chooseCut}
        choices={cuts.map((one) => [one, line(words[one])])}
      />
      <button type="submit" class="button" disabled={deed.busy}>
        <Words of={words.send} />
      </button>
      <Said of={deed.said} done={words.sent} />
    </form>
  );
}

function isCut(text: string): text is Cut {
  return (cuts as readonly string[]).includes(text);
}

function One({ of, all }: { of: KpiAskOut; all: Prefecture }): VNode {
  const english = useContext(FormOfWords) === "english";
  const node = all.nodes.find((one) => one.node === of.node);
  return (
    <>
      <p>
        <Words
          of={words.one}
          slots={{
            name:
              node === undefined ? (
                <Words of={prefecture.unlisted} slots={{ id: of.node.slice(0, 8) }} />
              ) : (
                <NodeName of={node} />
              ),
            month: <Given>{monthShown(of.month, english)}</Given>,
            cut: isCut(of.cuts) ? <Words of={words[of.cuts]} /> : <Given>{of.cuts}</Given>,
            time: <Time utc={of.at} />,
          }}
        />
      </p>
      {of.code === "" ? (
        <p class="fine">
          <Words of={words.waiting} />
        </p>
      ) : (
        <p class={of.code === "sent" ? "note" : "fault"} data-code={of.code}>
          <Given>{of.code_ja}</Given>
        </p>
      )}
    </>
  );
}
