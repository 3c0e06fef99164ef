import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Leaving } from "../control.js";
import type { Display, Theme } from "../state/display.js";
import { first } from "../words/first.js";
import { home } from "../words/home.js";
import type { WordForm } from "../words/word.js";
import { DisplayChoices } from "./display.js";
import { Help } from "./help.js";
import { Mark } from "./scene.js";
import { Words } from "./words.js";

interface Props {
  readonly form: WordForm;
  readonly theme: Theme;
  readonly choose: (change: Partial<Display>) => void;
  /** Ends the visit; `undefined` when nobody is inside. */
  readonly leave: (() => void) | undefined;
  readonly leaving: Leaving;
  /** What the child is called who is inside, and may call for help on any page; `undefined` for all others. */
  readonly child: string | undefined;
  readonly children: ComponentChildren;
}

/** What every page has: the way past the header, the name, words and colours, the way out. */
export function Frame({ form, theme, choose, leave, leaving, child, children }: Props): VNode {
  const [isOpen, open] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    open(false);
    opener.current?.focus();
  };
  useEffect(() => {
    if (!isOpen) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") close();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [isOpen]);
  return (
    <>
      <a class="skip" href="#content" onClick={toContent}>
        <Words of={first.toContent} />
      </a>
      <header class={child === undefined ? "bar" : "bar with-sos"}>
        <a class="brand" href="#/">
          <Mark />
          <span>
            <Words of={first.place} />
          </span>
        </a>
        <div class="bar-doors">
          <button
            type="button"
            class="bar-button"
            ref={opener}
            aria-expanded={isOpen}
            aria-controls="display-panel"
            onClick={() => open(!isOpen)}
          >
            <span class="glyph" aria-hidden="true">
              あA
            </span>
            <span>
              <Words of={first.display} />
            </span>
          </button>
          {leave === undefined ? null : (
            <button type="button" class="bar-button" onClick={leave}>
              <Words of={leaving === "asking" ? home.ending : home.end} />
            </button>
          )}
        </div>
      </header>
      {child === undefined ? null : <Help name={child} />}
      <p class={leaving === "failed" ? "fault bar-fault" : "unseen"} role="alert">
        {leaving === "failed" ? <Words of={home.notEnded} /> : null}
      </p>
      <section id="display-panel" class="panel" aria-labelledby="panel-title" hidden={!isOpen}>
        <h2 id="panel-title" class="unseen">
          <Words of={first.display} />
        </h2>
        <DisplayChoices group="panel" form={form} theme={theme} choose={choose} />
        <button type="button" class="quiet-button" onClick={close}>
          <Words of={first.close} />
        </button>
      </section>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
