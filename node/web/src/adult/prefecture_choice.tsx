import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import { monthShown, parts } from "../state/kpi.js";
import { marked, silentOf, sizeBounds } from "../state/prefecture.js";
import { FormOfWords, Given, useLine, Words } from "../view/words.js";
import { kpi } from "../words/kpi.js";
import { prefecture as words } from "../words/prefecture.js";
import type { Word } from "../words/word.js";
import type { Prefecture, PrefectureMonth, PrefectureNode, PrefectureSize } from "../wire.js";
import { SelectField } from "./fields.js";

/** What is asked of the node: "" is not sent. */
export type Choice = Readonly<Record<string, string>>;

export function useChoice(): [Choice, (name: string, value: string) => void] {
  const [choice, choose] = useState<Choice>({});
  return [
    choice,
    (name, value) => {
      const { [name]: _, ...rest } = choice;
      choose(value === "" ? rest : { ...rest, [name]: value });
    },
  ];
}

interface Props {
  readonly of: Prefecture;
  readonly choice: Choice;
  readonly choose: (name: string, value: string) => void;
}

export function Choose({ of, choice, choose }: Props): VNode {
  const english = useContext(FormOfWords) === "english";
  const line = useLine();
  return (
    <div class="kpi-choose no-paper">
      <SelectField
        id="prefecture-month"
        word={kpi.month}
        fault={undefined}
        value={choice["to"] ?? of.to}
        put={(one) => choose("to", one)}
        choices={of.there.map((one) => [one, monthShown(one, english)] as const)}
      />
      <SelectField
        id="prefecture-stage"
        word={kpi.part}
        fault={undefined}
        value={choice["stage"] ?? "all"}
        put={(one) => choose("stage", one)}
        choices={parts.map((one) => [one, line(kpi[one])] as const)}
      />
      <SelectField
        id="prefecture-size"
        word={words.size}
        none={words.sizeAny}
        fault={undefined}
        value={choice["size"] ?? ""}
        put={(one) => choose("size", one)}
        choices={of.sizes.map((one) => [String(one.size), line(wordOf(one), sizeBounds(one))])}
      />
      <SelectField
        id="prefecture-node"
        word={words.node}
        none={words.nodeAny}
        fault={undefined}
        value={choice["node"] ?? ""}
        put={(one) => choose("node", one)}
        choices={of.nodes.map((one) => [
          one.node,
          one.is_member ? one.name : line(words.unlisted, { id: one.node.slice(0, 8) }),
        ])}
      />
    </div>
  );
}

function wordOf(size: PrefectureSize): Word {
  if (size.under === 0) return words.sizeFrom;
  return size.from === 0 ? words.sizeUnder : words.sizeBetween;
}

export function sizeWord(size: PrefectureSize): VNode {
  return <Words of={wordOf(size)} slots={sizeBounds(size)} />;
}

export function NodeName({ of }: { of: PrefectureNode }): VNode {
  return of.is_member ? (
    <Given>{of.name}</Given>
  ) : (
    <Words of={words.unlisted} slots={{ id: of.node.slice(0, 8) }} />
  );
}

interface NamesProps {
  readonly of: Prefecture;
  /** A letter a node, "1" for those meant; or those silent about a month. */
  readonly letters?: string;
  readonly silent?: PrefectureMonth;
  /** What is said of them, with {names}; nothing at all when there are none. */
  readonly word?: Word;
}

export function Names({ of, letters = "", silent, word }: NamesProps): VNode | null {
  const nodes = silent === undefined ? marked(of.nodes, letters) : silentOf(of, silent);
  const names = nodes.map((one, i) => (
    <span key={one.node}>
      {i === 0 ? "" : "、"}
      <NodeName of={one} />
    </span>
  ));
  if (word === undefined) return <span>{names}</span>;
  if (nodes.length === 0) return null;
  return (
    <p>
      <Words of={word} slots={{ names: <span>{names}</span> }} />
    </p>
  );
}
