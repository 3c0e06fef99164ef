import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { isWhole, type Pressed, type StepKind, stepText } from "../state/step.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, Shown } from "../view/page.js";
import { MissingNote } from "../view/trouble.js";
import { Words } from "../view/words.js";
import { me } from "../words/me.js";
import { way } from "../words/way.js";
import type { Word } from "../words/word.js";
import { StepPad } from "../way/pads.js";
import { type Refusal, refusalOf } from "../way/problem.js";
import { RefusalText } from "../way/said.js";
import { type Answer, AskPassword } from "./ask-password.js";
import { Done } from "./done.js";

const kinds: readonly (readonly [StepKind, Word])[] = [
  ["picture", me.stepPicture],
  ["pin", me.stepPin],
];

/** A child's own second lock: pictures or digits, or none. */
export function StepPage(): VNode {
  const [asked, again] = useAsked("session.show", undefined);
  const [done, tell] = useState<Word | undefined>(undefined);
  const [round, next] = useState(0);
  const after = (word: Word): void => {
    tell(word);
    next(round + 1);
    again();
  };
  return (
    <Shown asked={asked} again={again}>
      {({ factors, step_kinds }) => {
        const now = kinds.find(([kind]) => factors.includes(kind));
        const open = kinds.filter(([kind]) => step_kinds.includes(kind));
        if (now === undefined && open.length === 0) return <MissingNote />;
        return (
          <div class="page">
            <Back href="#/me" word={me.toMe} />
            <PageHead title={me.step} />
            <p>
              <Words of={me.stepNote} />
            </p>
            <Done word={done} />
            <section class="card">
              <dl class="facts">
                <div class="fact">
                  <dt>
                    <Words of={me.stepNow} />
                  </dt>
                  <dd>
                    <Words of={now?.[1] ?? me.stepNone} />
                  </dd>
                </div>
              </dl>
            </section>
            {open.length === 0 ? null : (
              <section class="card way">
                <SetStep key={round} open={open} done={() => after(me.stepDone)} />
              </section>
            )}
            {now === undefined ? null : (
              <section class="card way">
                <DropStep key={round} done={() => after(me.stepDropped)} />
              </section>
            )}
          </div>
        );
      }}
    </Shown>
  );
}

function SetStep({ open, done }: { open: typeof kinds; done: () => void }): VNode {
  const [kind, choose] = useState<StepKind>(open[0]?.[0] ?? "picture");
  const [pressed, change] = useState<Pressed>([]);
  const give = async (password: string): Promise<Answer> => {
    const answer = await ask("me.step_set", undefined, {
      kind,
      step: stepText(pressed, kind),
      password,
    });
    if (answer.kind === "refused" && answer.problem.errors.some((one) => one.pointer === "/step"))
      return way.weakStep;
    if (answer.kind !== "ok") return refusalOf(answer, ["/password"]);
    done();
    return undefined;
  };
  const need = kind === "pin" ? way.needPin : way.needPictures;
  return (
    <AskPassword doWord={me.stepSet} fault={isWhole(pressed, kind) ? undefined : need} give={give}>
      <fieldset>
        <legend>
          <Words of={me.stepKind} />
        </legend>
        <div class="choice-row">
          {open.map(([one, word]) => (
            <label class="choice" key={one}>
              <input
                type="radio"
                name="step-kind"
                checked={one === kind}
                onChange={() => {
                  choose(one);
                  change([]);
                }}
              />
              <span>
                <Words of={word} />
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <p>
        <Words of={me.stepHint} />
      </p>
      <StepPad kind={kind} pressed={pressed} change={change} isShown />
    </AskPassword>
  );
}

function DropStep({ done }: { done: () => void }): VNode {
  const [busy, work] = useState(false);
  const [said, say] = useState<Refusal | undefined>(undefined);
  const drop = async (): Promise<void> => {
    if (busy) return;
    work(true);
    const answer = await ask("me.step_drop", undefined, undefined);
    work(false);
    if (answer.kind === "ok") return done();
    say(refusalOf(answer, []));
  };
  return (
    <div class="stack">
      <p>
        <Words of={me.stepDropNote} />
      </p>
      <div role="alert">
        {said === undefined ? null : (
          <p class="fault">
            <RefusalText said={said} wrong={me.notDone} />
          </p>
        )}
      </div>
      <button type="button" class="quiet-button" aria-disabled={busy} onClick={() => void drop()}>
        <Words of={me.stepDrop} />
      </button>
    </div>
  );
}
