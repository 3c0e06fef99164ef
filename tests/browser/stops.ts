/** Where the keyboard stops on a page. Each function below runs in the page and stands alone there. */

export interface Stop {
  readonly name: string;
  readonly isSeen: boolean;
  readonly ring: number;
}

interface Noting {
  stops: (Stop | undefined)[]; // undefined: outside the page
}

/** Begins at the top of the page and notes, at each Tab, where the focus has stood until then and whether
 * one could see that it did. A burst of keys is then one question instead of one each. */
export function noteStops(): void {
  const noting: Noting = { stops: [] };
  Object.assign(globalThis, { noting });
  let last: Element | undefined;
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Tab") return;
      const at = document.activeElement;
      if (!(at instanceof HTMLElement) || at === document.body) {
        last = undefined;
        noting.stops.push(undefined);
        return;
      }
      if (at === last) return; // the parts of a date are one control
      last = at;
      const marked = at.closest("label.choice") === null ? at : (at.nextElementSibling ?? at);
      const style = getComputedStyle(marked);
      const box = marked.getBoundingClientRect();
      noting.stops.push({
        name: `${at.tagName.toLowerCase()}#${at.id}.${at.getAttribute("name") ?? at.className} ${(at.textContent ?? "").slice(0, 20)}`,
        isSeen:
          box.width > 0 &&
          box.height > 0 &&
          box.bottom > 0 &&
          box.right > 0 &&
          box.top < innerHeight,
        ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
      });
    },
    true,
  );
  const { body } = document;
  body.tabIndex = -1;
  body.focus({ preventScroll: true });
  body.removeAttribute("tabindex");
}

/** What was noted so far. */
export function stopsNoted(): (Stop | undefined)[] {
  return (globalThis as unknown as { noting: Noting }).noting.stops;
}

/** How many stops the keyboard has to make. */
export function stopsWanted(): number {
  const all = [
    ...document.querySelectorAll<HTMLElement>(
      'a[href], button, summary, input, select, textarea, [tabindex="0"]',
    ),
  ];
  const seen = all.filter(
    (one) => one.closest("[hidden], details:not([open]) > :not(summary)") === null,
  );
  // Of a group of radio buttons the keyboard visits one.
  const groups = new Set(
    seen.flatMap((one) =>
      one instanceof HTMLInputElement && one.type === "radio" ? [one.name] : [],
    ),
  );
  return (
    seen.filter((one) => !(one instanceof HTMLInputElement && one.type === "radio")).length +
    groups.size
  );
}
