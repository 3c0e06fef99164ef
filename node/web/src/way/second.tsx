import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { chooseWay, giveCode, giveStep, startOver, usePasskey, wantStep } from "../control.js";
import type { Door, Factor, Fault } from "../state/door.js";
import { isWhole, type Pressed, type StepKind, stepText } from "../state/step.js";
import { Help, Said, Send } from "../view/form.js";
import { PageHead } from "../view/page.js";
import { Words } from "../view/words.js";
import { first } from "../words/first.js";
import { way } from "../words/way.js";
import type { Word } from "../words/word.js";
import { StepPad } from "./pads.js";

type Second = Extract<Door, { at: "second" }>;

const faultWords: Partial<Record<Fault, Word>> = {
  "need-code": way.needCode,
  "need-pin": way.needPin,
  "need-pictures": way.needPictures,
  "wrong-code": way.wrongCode,
  "wrong-step": way.wrongStep,
  stopped: way.stopped,
  "wrong-passkey": way.wrongPasskey,
  wait: first.wait,
  offline: first.noAnswer,
  locked: first.notNow,
  busy: first.notNow,
};

const wayWords: Readonly<Record<Factor, Word>> = {
  passkey: way.byPasskey,
  totp: way.byCode,
  pin: way.pinPad,
  picture: way.pictures,
};

/** After the password: one thing more, one at a time, and the other ways beneath it. */
export function SecondPage({ door }: { door: Second }): VNode {
  return (
    <section class="card note-card way">
      <PageHead title={way.second} />
      <TheWay door={door} />
      {door.ways
        .filter((one) => one !== door.way)
        .map((one) => (
          <button type="button" class="quiet-button" key={one} onClick={() => chooseWay(one)}>
            <Words of={wayWords[one]} />
          </button>
        ))}
      {door.way === "pin" || door.way === "picture" ? (
        <Help title={way.forgot}>
          <p>
            <Words of={way.forgotBody} />
          </p>
        </Help>
      ) : (
        <Help title={way.lost}>
          <p>
            <Words of={way.lostBody} />
          </p>
        </Help>
      )}
      <button type="button" class="quiet-button" onClick={() => void startOver()}>
        <Words of={way.startOver} />
      </button>
    </section>
  );
}

function TheWay({ door }: { door: Second }): VNode {
  switch (door.way) {
    case undefined:
      return (
        <p class="note">
          <Words of={way.noPasskeys} />
        </p>
      );
    case "passkey":
      return <ByPasskey door={door} />;
    case "totp":
      return <ByCode door={door} />;
    case "pin":
    case "picture":
      return <ByStep key={door.way} door={door} kind={door.way} />;
  }
}

function SaidOf({ door }: { door: Second }): VNode {
  return (
    <Said id="second-fault">
      {door.fault === undefined ? null : <Words of={faultWords[door.fault] ?? first.brokenBody} />}
    </Said>
  );
}

function Form({ send, children }: { send: () => void; children: ComponentChildren }): VNode {
  const submit = (event: Event): void => {
    event.preventDefault();
    send();
  };
  return (
    <form class="stack" onSubmit={submit} noValidate autocomplete="off">
      {children}
    </form>
  );
}

function ByPasskey({ door }: { door: Second }): VNode {
  return (
    <Form send={() => void (door.busy || usePasskey())}>
      <p>
        <Words of={way.passkeyLead} />
      </p>
      <SaidOf door={door} />
      <Send busy={door.busy} word={way.byPasskey} busyWord={way.asking} />
    </Form>
  );
}

function ByCode({ door }: { door: Second }): VNode {
  const code = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!door.busy) code.current?.focus();
  }, [door.fault, door.busy]);
  const isWrong = door.fault === "need-code" || door.fault === "wrong-code";
  return (
    <Form send={() => void (door.busy || giveCode(code.current?.value ?? ""))}>
      <p>
        <Words of={way.codeLead} />
      </p>
      <SaidOf door={door} />
      <div>
        <label for="code">
          <Words of={way.codeLabel} />
        </label>
        <input
          id="code"
          ref={code}
          class="code"
          type="text"
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={12}
          aria-describedby={isWrong ? "second-fault" : undefined}
          aria-invalid={isWrong}
        />
      </div>
      <Send busy={door.busy} word={way.goOn} busyWord={way.asking} />
    </Form>
  );
}

/** A child's digits or pictures. A wrong one is wiped, so that the next try begins at the first dot. */
function ByStep({ door, kind }: { door: Second; kind: StepKind }): VNode {
  const [pressed, change] = useState<Pressed>([]);
  useEffect(() => {
    if (door.fault === "wrong-step" && !door.busy) change([]);
  }, [door.fault, door.busy]);
  const send = (): void => {
    if (door.busy) return;
    if (isWhole(pressed, kind)) void giveStep(stepText(pressed, kind));
    else wantStep(kind);
  };
  return (
    <Form send={send}>
      <p>
        <Words of={kind === "pin" ? way.pinLead : way.pictureLead} />
      </p>
      <SaidOf door={door} />
      <StepPad kind={kind} pressed={pressed} change={change} />
      <Send busy={door.busy} word={way.goOn} busyWord={way.asking} />
    </Form>
  );
}
