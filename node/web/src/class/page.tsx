import type { VNode } from "preact";
import { Noted } from "./title.js";

interface PageOf {
  readonly title?: string;
  readonly text: string;
  readonly links?: readonly { readonly title: string; readonly url: string }[];
}

/** One page of what a class reads, as staff wrote it: lines stay lines. A link leads out by itself, and tells
 * nobody where from. */
export function PageShown({ of }: { of: PageOf }): VNode {
  return (
    <div class="stack-small">
      {of.title === undefined ? null : (
        <p class="lesson-page-title">
          <Noted of={of.title} />
        </p>
      )}
      <p class="lines">
        <Noted of={of.text} />
      </p>
      {(of.links ?? []).length === 0 ? null : (
        <ul class="way-list">
          {(of.links ?? []).map((one) => (
            <li key={one.url}>
              <a
                class="quiet-button"
                href={one.url}
                target="_blank"
                rel="noopener noreferrer external"
              >
                <Noted of={one.title} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
