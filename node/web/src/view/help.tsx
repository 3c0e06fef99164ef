import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { home } from "../words/home.js";
import { Given, Words } from "./words.js";

type Code = typeof import("../sos/panel.js");

/** Calling for help: the button is there with the page; what it does comes right after, before anybody can
 * need it, so that it works when the line is gone later. A tap before that waits for it. */
export function Help({ name }: { name: string }): VNode {
  const [code, have] = useState<{ readonly of?: Code } | undefined>(undefined);
  const [tappedMs, tap] = useState(0);
  const early = useRef(0);
  useEffect(() => {
    let end: (() => void) | undefined;
    let isGone = false;
    import("../sos/panel.js").then(
      async (of) => {
        await of.dressed.catch(() => undefined);
        if (isGone) return;
        end = of.begin(name);
        have({ of });
        if (early.current > 0) of.tap(early.current);
      },
      () => isGone || have({}),
    );
    return () => {
      isGone = true;
      end?.();
    };
  }, [name]);
  const press = (): void => {
    early.current ||= Date.now();
    tap(Date.now());
    code?.of?.tap(Date.now());
  };
  const of = code?.of;
  return (
    <>
      <button
        type="button"
        class="bar-button sos"
        onClick={press}
        onKeyDown={(event) => event.repeat && event.preventDefault()}
      >
        <Words of={home.sos} />
      </button>
      {of !== undefined ? (
        <of.Panel />
      ) : (
        <p class={tappedMs > 0 ? "fault" : "unseen"} role="alert">
          {tappedMs > 0 && code !== undefined ? (
            <Words of={home.sosAway} slots={{ phone: <Given>0120-0-78310</Given> }} />
          ) : null}
        </p>
      )}
    </>
  );
}
