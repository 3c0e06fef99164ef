import type { VNode } from "preact";
import { colours, kinds, paletteOf } from "../art/avatars.js";
import { type Colour, commonKinds, type Kind } from "../state/profile.js";
import type { FigureWorn } from "../wire.js";
import { Figure } from "../view/figure.js";
import { Words } from "../view/words.js";
import { colourNames, figures, profile as words } from "../words/profile.js";

export interface PickerProps {
  readonly kind: Kind;
  readonly colour: Colour;
  /** What the reader wears now: that one is not counted against it. */
  readonly mine: Kind | undefined;
  /** How many wear each kind where the reader is. */
  readonly worn: readonly FigureWorn[];
  readonly choose: (change: { kind: Kind } | { colour: Colour }) => void;
}

/** Choosing a figure: radio buttons as large as a hand finds them, so that arrow keys and screen readers
 * know them; what many wear is marked in words. */
export function Picker({ kind, colour, mine, worn, choose }: PickerProps): VNode {
  const common = commonKinds(worn, mine);
  return (
    <>
      <fieldset class="stack-small">
        <legend>
          <Words of={words.colour} />
        </legend>
        <div class="choice-row colours">
          {colours.map((one) => (
            <label class="choice" key={one}>
              <input
                type="radio"
                name="colour"
                value={one}
                checked={one === colour}
                onChange={() => choose({ colour: one })}
              />
              <span>
                <svg class="dab" viewBox="0 0 2 2" aria-hidden="true">
                  <circle cx="1" cy="1" r="1" fill={paletteOf(one).b} />
                </svg>
                <Words of={colourNames[one]} />
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset class="stack-small" aria-describedby="figure-hint">
        <legend>
          <Words of={words.figure} />
        </legend>
        <p class="fine" id="figure-hint">
          <Words of={words.figureHint} />
        </p>
        <div class="figures">
          {(kinds as readonly Kind[]).map((one) => (
            <label class="choice figure-choice" key={one}>
              <input
                type="radio"
                name="figure"
                value={one}
                checked={one === kind}
                onChange={() => choose({ kind: one })}
              />
              <span>
                <Figure kind={one} colour={colour} height={64} />
                <Words of={figures[one]} />
                {common.has(one) ? (
                  <span class="common">
                    <Words of={words.common} />
                  </span>
                ) : null}
              </span>
            </label>
          ))}
        </div>
      </fieldset>
    </>
  );
}
