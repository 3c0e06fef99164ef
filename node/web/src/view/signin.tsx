import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Door, Fault } from "../state/door.js";
import { first } from "../words/first.js";
import type { Word } from "../words/word.js";
import { Words } from "./words.js";

type Outside = Extract<Door, { at: "outside" }>;

export interface SignInDeeds {
  readonly signIn: (login: string, password: string) => void;
  readonly giveCode: (code: string) => void;
  readonly startOver: () => void;
}

const faultWords: Record<Fault, Word> = {
  "need-login": first.needLogin,
  "need-password": first.needPassword,
  "need-code": first.needCode,
  "wrong-sign-in": first.wrongSignIn,
  "wrong-code": first.wrongCode,
  wait: first.wait,
  offline: first.noAnswer,
  locked: first.notNow, // nothing tries again by itself here
  busy: first.notNow,
  broken: first.brokenBody,
};

/** Name and password, then, for grown-ups, a code. One thing at a time, and it says why. */
export function SignIn({ door, deeds }: { door: Outside; deeds: SignInDeeds }): VNode {
  return (
    <section class="card sign-in" aria-labelledby="sign-in-title">
      {door.note === undefined ? null : (
        <p class="note" role="status">
          <Words of={first[door.note]} />
        </p>
      )}
      {door.step === "code" ? (
        <CodeForm door={door} deeds={deeds} />
      ) : (
        <PasswordForm door={door} deeds={deeds} />
      )}
    </section>
  );
}

function PasswordForm({ door, deeds }: { door: Outside; deeds: SignInDeeds }): VNode {
  const [isShown, show] = useState(false);
  const login = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const nameIsWrong = door.fault === "need-login" || door.fault === "wrong-sign-in";
  const passwordIsWrong = door.fault === "need-password" || door.fault === "wrong-sign-in";
  useEffect(() => {
    if (door.fault === "need-password") password.current?.focus();
    else if (nameIsWrong) login.current?.focus();
  }, [door.fault, door.busy]);
  const send = (event: Event): void => {
    event.preventDefault();
    if (!door.busy) deeds.signIn(login.current?.value ?? "", password.current?.value ?? "");
  };
  return (
    <form onSubmit={send} noValidate autocomplete="off">
      <h2 id="sign-in-title">
        <Words of={first.signInTitle} />
      </h2>
      <FaultLine fault={door.fault} />
      <label for="login">
        <Words of={first.login} />
      </label>
      <input
        id="login"
        ref={login}
        type="text"
        autocomplete="off"
        autocapitalize="none"
        autocorrect="off"
        spellcheck={false}
        aria-describedby={nameIsWrong ? "sign-in-fault" : undefined}
        aria-invalid={nameIsWrong}
      />
      <label for="password">
        <Words of={first.password} />
      </label>
      <input
        id="password"
        ref={password}
        type={(isShown ? "text" : "password") as "password"}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={passwordIsWrong ? "sign-in-fault" : undefined}
        aria-invalid={passwordIsWrong}
      />
      <label class="check">
        <input type="checkbox" checked={isShown} onChange={() => show(!isShown)} />
        <span>
          <Words of={first.passwordShow} />
        </span>
      </label>
      <Send door={door} word={first.signIn} />
      <details>
        <summary>
          <Words of={first.stuck} />
        </summary>
        <p>
          <Words of={first.stuckBody} />
        </p>
      </details>
    </form>
  );
}

function CodeForm({ door, deeds }: { door: Outside; deeds: SignInDeeds }): VNode {
  const code = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!door.busy) code.current?.focus();
  }, [door.fault, door.busy]);
  const send = (event: Event): void => {
    event.preventDefault();
    if (!door.busy) deeds.giveCode(code.current?.value ?? "");
  };
  const isWrong = door.fault === "need-code" || door.fault === "wrong-code";
  return (
    <form onSubmit={send} noValidate autocomplete="off">
      <h2 id="sign-in-title">
        <Words of={first.code} />
      </h2>
      <p>
        <Words of={first.codeLead} />
      </p>
      <FaultLine fault={door.fault} />
      <label for="code">
        <Words of={first.codeLabel} />
      </label>
      <input
        id="code"
        ref={code}
        class="code"
        type="text"
        inputMode="numeric"
        autocomplete="one-time-code"
        maxLength={12}
        aria-describedby={isWrong ? "sign-in-fault" : undefined}
        aria-invalid={isWrong}
      />
      <Send door={door} word={first.codeDo} />
      <button type="button" class="quiet-button" onClick={deeds.startOver}>
        <Words of={first.startOver} />
      </button>
    </form>
  );
}

function FaultLine({ fault }: { fault: Fault | undefined }): VNode {
  return (
    <p id="sign-in-fault" class={fault === undefined ? "unseen" : "fault"} role="alert">
      {fault === undefined ? null : <Words of={faultWords[fault]} />}
    </p>
  );
}

/** Stays in reach of the keyboard while the node is asked: a disabled button loses the focus. */
function Send({ door, word }: { door: Outside; word: Word }): VNode {
  return (
    <button type="submit" class="button wide" aria-disabled={door.busy}>
      <Words of={door.busy ? first.signInBusy : word} />
    </button>
  );
}
