import type { VNode } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { lookAtGate } from "../control.js";
import type { Door } from "../state/door.js";
import { first } from "../words/first.js";
import { Scene } from "./scene.js";
import { SignIn } from "./signin.js";
import { FormOfWords, Given, Words } from "./words.js";

type Outside = Extract<Door, { at: "outside" }>;

type GateView = typeof import("./gate.js").Gate;

/** Whether the place is closed is said by a part of its own: who comes while it is open does without. */
function GateLater({ opensAt }: { opensAt: string | undefined }): VNode | null {
  const [code, have] = useState<{ View: GateView } | undefined>(undefined);
  useEffect(() => {
    import("./gate.js").then(
      ({ Gate }) => have({ View: Gate }),
      () => undefined,
    );
  }, []);
  return code === undefined ? null : <code.View opensAt={opensAt} again={lookAtGate} />;
}

interface Props {
  readonly town: string;
  /** How it is read, "" when nobody said. */
  readonly kana: string;
  /** A word of the municipality's own, "" for none. */
  readonly message: string;
  /** When it opens, while it is closed. */
  readonly closed: { readonly opensAt: string | undefined } | undefined;
  readonly door: Outside;
}

/** The first page: where this is, that one is welcome, and the way in. */
export function Welcome({ town, kana, message, closed, door }: Props): VNode {
  const form = useContext(FormOfWords);
  return (
    <div class="welcome">
      <section class="greeting">
        <Scene />
        <p class="town">
          {kana === "" || form === "plain" || form === "english" ? (
            <Given>{town}</Given>
          ) : (
            <ruby class="given">
              {town}
              <rt>{kana}</rt>
            </ruby>
          )}
        </p>
        <h1>
          <Words of={first.place} />
        </h1>
        {closed === undefined ? null : <GateLater opensAt={closed.opensAt} />}
        <p class="lead">
          <Words of={first.welcome} />
          <br />
          <Words of={first.welcomeGlad} />
        </p>
        <p class="free">
          <Words of={first.welcomeFree} />
        </p>
        {message === "" ? null : (
          <p class="message">
            <Given>{message}</Given>
          </p>
        )}
      </section>
      <SignIn door={door} />
    </div>
  );
}
