import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAsked } from "../view/asked.js";
import { Shown } from "../view/page.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { townStaff as words } from "../words/town.js";
import { act, live } from "./control.js";

/** Staff of the town that holds a shared lesson warn somebody of another town, by a ready text, about a line of
 * theirs or none: his own town says it to him, and its supporters know (CARD-10). */
export function WarnFigure({ pseud, line }: { pseud: string; line?: string }): VNode | null {
  const [isOpen, open] = useState(false);
  const [isDone, tell] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const seat = useSeat(pseud);
  if (seat === undefined) return null;
  const close = (isGiven: boolean): void => {
    open(false);
    tell(isGiven);
    button.current?.focus();
  };
  return (
    <div class="stack-small" data-warn>
      <button
        ref={button}
        type="button"
        class="quiet-button"
        aria-expanded={isOpen}
        onClick={() => open(!isOpen)}
      >
        <Words of={line === undefined ? words.warn : words.warnLine} />
      </button>
      <p role="status" class={isDone && !isOpen ? "fine" : "unseen"}>
        {isDone && !isOpen ? <Words of={words.warned} /> : null}
      </p>
      {isOpen ? (
        <Texts seat={seat} close={close} {...(line === undefined ? {} : { line })} />
      ) : null}
    </div>
  );
}

/** Where somebody of that number stands now. */
function useSeat(pseud: string): number | undefined {
  const { visiting } = useStore(live);
  if (visiting.at !== "here") return undefined;
  return [...visiting.here.people.values()].find((one) => one.pseud === pseud)?.seat;
}

interface Props {
  readonly seat: number;
  readonly line?: string;
  readonly close: (isGiven: boolean) => void;
}

function Texts({ seat, line, close }: Props): VNode {
  const [asked, again] = useAsked("warnings.templates", undefined);
  const [isBusy, work] = useState(false);
  const heading = useRef<HTMLParagraphElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const give = async (template: string): Promise<void> => {
    if (isBusy) return;
    work(true);
    const { kind } = await act("figure.warn", {
      seat,
      template,
      ...(line === undefined ? {} : { line }),
    });
    work(false);
    if (kind === "ok") close(true);
  };
  return (
    <div
      class="panel-act stack-small"
      role="group"
      onKeyDown={(event) => {
        if (event.key === "Escape") close(false);
      }}
    >
      <p ref={heading} tabIndex={-1} class="fine">
        <Words of={words.warnLead} />
      </p>
      <Shown asked={asked} again={again}>
        {({ items }) => (
          <ul class="setting-list">
            {items.map(({ id, title, text }) => (
              <li key={id}>
                <button type="button" class="choice template" onClick={() => void give(id)}>
                  <b>
                    <Given>{title}</Given>
                  </b>
                  <Given>{text}</Given>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Shown>
      <button type="button" class="quiet-button" onClick={() => close(false)}>
        <Words of={words.warnNot} />
      </button>
    </div>
  );
}
