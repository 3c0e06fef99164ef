import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { loginGiven, signIn, usePasskey } from "../control.js";
import { canPasskey } from "../edge/can.js";
import type { Door, Fault } from "../state/door.js";
import { first } from "../words/first.js";
import type { Word } from "../words/word.js";
import { Check, Help, Said, Send } from "./form.js";
import { Words } from "./words.js";

type Outside = Extract<Door, { at: "outside" }>;

const faultWords: Partial<Record<Fault, Word>> = {
  "need-login": first.needLogin,
  "need-password": first.needPassword,
  "wrong-sign-in": first.wrongSignIn,
  stopped: first.passkeyStopped,
  "wrong-passkey": first.wrongPasskey,
  draining: first.draining,
  "contract-ended": first.contractEnded,
  wait: first.wait,
  offline: first.noAnswer,
  locked: first.notNow, // nothing tries again by itself here
  busy: first.notNow,
};

/** Name and password; for grown-ups also a passkey alone. What comes after is in `way/`. */
export function SignIn({ door }: { door: Outside }): VNode {
  const note = useRef<HTMLParagraphElement>(null);
  useEffect(() => note.current?.scrollIntoView({ block: "nearest" }), [door.note]);
  return (
    <section class="card sign-in" aria-labelledby="sign-in-title">
      {door.note === undefined ? null : (
        <p class="note" role="status" ref={note}>
          <Words of={first[door.note]} />
        </p>
      )}
      <PasswordForm door={door} />
      {canPasskey() ? (
        <div class="aside">
          <p class="fine" id="passkey-for">
            <Words of={first.passkeyFor} />
          </p>
          <button
            type="button"
            class="quiet-button wide"
            aria-describedby="passkey-for"
            aria-disabled={door.busy}
            onClick={() => void (door.busy || usePasskey())}
          >
            <Words of={first.passkey} />
          </button>
        </div>
      ) : null}
    </section>
  );
}

/** After so many wrong tries the help unfolds by itself. */
const nWrongForHelp = 2;

function PasswordForm({ door }: { door: Outside }): VNode {
  const [isShown, show] = useState(false);
  const [nWrong, count] = useState(0);
  const login = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const nameIsWrong = door.fault === "need-login" || door.fault === "wrong-sign-in";
  const passwordIsWrong = door.fault === "need-password" || door.fault === "wrong-sign-in";
  useEffect(() => {
    if (door.busy) return;
    if (door.fault === "wrong-sign-in") count(nWrong + 1);
    if (door.fault === "need-login") login.current?.focus();
    else if (passwordIsWrong) password.current?.select(); // what was typed goes with the next key
  }, [door.fault, door.busy]);
  useEffect(() => {
    if (loginGiven !== "") password.current?.focus();
  }, []);
  const send = (event: Event): void => {
    event.preventDefault();
    if (!door.busy) void signIn(login.current?.value ?? "", password.current?.value ?? "");
  };
  return (
    <form onSubmit={send} noValidate autocomplete="off">
      <h2 id="sign-in-title">
        <Words of={first.signInTitle} />
      </h2>
      <Said id="sign-in-fault">
        {door.fault === undefined ? null : (
          <Words of={faultWords[door.fault] ?? first.brokenBody} />
        )}
      </Said>
      <label for="login">
        <Words of={first.login} />
      </label>
      <input
        id="login"
        ref={login}
        type="text"
        inputMode="email" // plain letters, whatever keyboard a tablet had open
        defaultValue={loginGiven}
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
        inputMode="email"
        autocomplete="off"
        autocapitalize={isShown ? "none" : undefined}
        spellcheck={false}
        aria-describedby={passwordIsWrong ? "sign-in-fault" : undefined}
        aria-invalid={passwordIsWrong}
      />
      <Check checked={isShown} word={first.passwordShow} change={show} />
      <Send busy={door.busy} word={first.signIn} busyWord={first.signInBusy} />
      <Help title={first.stuck} open={nWrong >= nWrongForHelp}>
        <p>
          <Words of={first.stuckBody} />
        </p>
      </Help>
    </form>
  );
}
