import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { ended } from "../control.js";
import { ask } from "../edge/api.js";
import { passwordFault, type PasswordFault } from "../state/password.js";
import { Check, Said, Send } from "../view/form.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { me } from "../words/me.js";
import { way } from "../words/way.js";
import type { Word } from "../words/word.js";

type Fault =
  | PasswordFault
  | { readonly kind: "need-old" | "wrong-old" | "wait" | "offline" }
  | { readonly kind: "rule"; readonly rule: Word }
  | { readonly kind: "node"; readonly text: string };

/** The node's rules in words that have readings. */
const rules: Readonly<Record<string, Word>> = {
  "login-inside": way.loginInside,
  trivial: way.trivial,
  common: way.common,
  same: way.sameAsBefore,
  invalid: way.sameAsBefore, // as the one that was handed out
};

interface Props {
  /** Whether the password that stands is asked for; not after an issued one. */
  readonly withOld: boolean;
  readonly least: number; // characters
  readonly doWord: typeof way.passwordSet;
  readonly done: () => void;
}

/** A password of one's own. What it needs is said before it is typed. */
export function NewPassword({ withOld, least, doWord, done }: Props): VNode {
  const [isShown, show] = useState(false);
  const [busy, work] = useState(false);
  const [fault, say] = useState<Fault | undefined>(undefined);
  const old = useRef<HTMLInputElement>(null);
  const fresh = useRef<HTMLInputElement>(null);
  const again = useRef<HTMLInputElement>(null);
  const fail = (fault: Fault): void => {
    say(fault);
    const field =
      fault.kind === "need-old" || fault.kind === "wrong-old"
        ? old
        : fault.kind === "differ"
          ? again
          : fresh;
    field.current?.focus();
  };
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const wanted = fresh.current?.value ?? "";
    const was = old.current?.value ?? "";
    if (withOld && was === "") return fail({ kind: "need-old" });
    const found = passwordFault(wanted, least, isShown ? undefined : (again.current?.value ?? ""));
    if (found !== undefined) return fail(found);
    work(true);
    say(undefined);
    const answer = await ask("me.password", undefined, {
      ...(withOld ? { old: was } : {}),
      new: wanted,
    });
    work(false);
    if (answer.kind === "ok") {
      for (const field of [old, fresh, again]) if (field.current !== null) field.current.value = "";
      return done();
    }
    if (answer.kind === "offline") return fail({ kind: "offline" });
    const { problem } = answer;
    if (problem.code === "sign-in-needed") return ended();
    if (problem.errors.some((one) => one.pointer === "/old")) return fail({ kind: "wrong-old" });
    if (problem.status === 429) return fail({ kind: "wait" });
    const broken = problem.errors.find((one) => one.pointer === "/new");
    const rule = broken === undefined ? undefined : rules[broken.rule];
    if (rule !== undefined) return fail({ kind: "rule", rule });
    fail({ kind: "node", text: problem.errors[0]?.text ?? problem.title });
  };
  const type = (isShown ? "text" : "password") as "password";
  const isOld = fault?.kind === "need-old" || fault?.kind === "wrong-old";
  const isNew = fault !== undefined && !isOld && fault.kind !== "differ";
  return (
    <form class="stack" onSubmit={(event) => void send(event)} noValidate autocomplete="off">
      <div class="rules">
        <h2>
          <Words of={way.rules} />
        </h2>
        <ul class="points" id="password-rules">
          {[way.ruleLength, way.ruleNot, way.ruleOwn].map((rule) => (
            <li key={rule[2]}>
              <Words of={rule} slots={{ least }} />
            </li>
          ))}
        </ul>
      </div>
      <Said id="password-fault">
        {fault === undefined ? null : <FaultText fault={fault} least={least} />}
      </Said>
      {withOld ? (
        <div>
          <label for="old-password">
            <Words of={me.oldPassword} />
          </label>
          <input
            id="old-password"
            ref={old}
            type={type}
            inputMode="email"
            autocomplete="off"
            autocapitalize={isShown ? "none" : undefined}
            spellcheck={false}
            aria-describedby={isOld ? "password-fault" : undefined}
            aria-invalid={isOld}
          />
        </div>
      ) : null}
      <div>
        <label for="new-password">
          <Words of={way.newPassword} />
        </label>
        <input
          id="new-password"
          ref={fresh}
          type={type}
          inputMode="email"
          autocomplete="off"
          autocapitalize={isShown ? "none" : undefined}
          spellcheck={false}
          aria-describedby={isNew ? "password-fault password-rules" : "password-rules"}
          aria-invalid={isNew}
        />
      </div>
      {isShown ? null : (
        <div>
          <label for="again-password">
            <Words of={way.passwordAgain} />
          </label>
          <input
            id="again-password"
            ref={again}
            type="password"
            autocomplete="off"
            spellcheck={false}
            aria-describedby={fault?.kind === "differ" ? "password-fault" : undefined}
            aria-invalid={fault?.kind === "differ"}
          />
        </div>
      )}
      <Check checked={isShown} word={first.passwordShow} change={show} />
      <Send busy={busy} word={doWord} busyWord={way.saving} />
    </form>
  );
}

function FaultText({ fault, least }: { fault: Fault; least: number }): VNode {
  switch (fault.kind) {
    case "need":
      return <Words of={way.needNew} />;
    case "wide":
      return <Words of={way.wide} />;
    case "short":
      return <Words of={way.short} slots={{ n: fault.n, least }} />;
    case "differ":
      return <Words of={way.differ} />;
    case "need-old":
      return <Words of={me.needOld} />;
    case "wrong-old":
      return <Words of={me.wrongOld} />;
    case "wait":
      return <Words of={first.wait} />;
    case "offline":
      return <Words of={first.noAnswer} />;
    case "rule":
      return <Words of={fault.rule} />;
    case "node":
      return fault.text === "" ? <Words of={first.brokenBody} /> : <Given>{fault.text}</Given>;
  }
}
