import type { VNode } from "preact";
import type { Door } from "../state/door.js";
import { first } from "../words/first.js";
import { Scene } from "./scene.js";
import { SignIn } from "./signin.js";
import { Given, Words } from "./words.js";

type Outside = Extract<Door, { at: "outside" }>;

interface Props {
  readonly town: string;
  /** A word of the municipality's own, "" for none. */
  readonly message: string;
  readonly door: Outside;
}

/** The first page: where this is, that one is welcome, and the way in. */
export function Welcome({ town, message, door }: Props): VNode {
  return (
    <div class="welcome">
      <section class="greeting">
        <Scene />
        <p class="town">
          <Given>{town}</Given>
        </p>
        <h1>
          <Words of={first.place} />
        </h1>
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
