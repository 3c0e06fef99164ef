import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { lookAgain } from "../control.js";
import { ask } from "../edge/api.js";
import { canPasskey } from "../edge/can.js";
import type { Door } from "../state/door.js";
import { PageHead } from "../view/page.js";
import { Words } from "../view/words.js";
import { way } from "../words/way.js";
import type { Word } from "../words/word.js";
import type { TotpBegun } from "../wire.js";
import { AppSetUp } from "./app.js";
import { NewPassword } from "./new-password.js";
import { PasskeySetUp } from "./passkey.js";
import { type Refusal, refusalOf } from "./problem.js";
import { RefusalText } from "./said.js";

type Enrol = Extract<Door, { at: "enrol" }>;

/** The first steps of an ID, and of one whose password or second check was renewed: one at a time. */
export function EnrolPage({ door }: { door: Enrol }): VNode {
  const isPassword = door.must.includes("password");
  const n = door.all - door.must.length + 1;
  return (
    <section class="card note-card way">
      {door.all > 1 ? (
        <p class="pill">
          <Words of={way.enrolOf} slots={{ n, all: door.all }} />
        </p>
      ) : null}
      {isPassword ? (
        <>
          <PageHead title={way.enrol} />
          <p>
            <Words of={way.enrolLead} />
          </p>
          <NewPassword
            withOld={false}
            least={door.passwordLeast}
            doWord={way.passwordSet}
            done={() => void lookAgain()}
          />
        </>
      ) : (
        <SecondCheck done={() => void lookAgain()} />
      )}
    </section>
  );
}

type Chosen = undefined | "passkey" | TotpBegun;

function SecondCheck({ done }: { done: () => void }): VNode {
  const [chosen, choose] = useState<Chosen>(undefined);
  const [busy, work] = useState(false);
  const [said, say] = useState<Refusal | undefined>(undefined);
  const beginApp = async (): Promise<void> => {
    if (busy) return;
    work(true);
    say(undefined);
    const begun = await ask("me.totp_begin", undefined, {});
    work(false);
    if (begun.kind === "ok") choose(begun.value);
    else say(refusalOf(begun, []));
  };
  if (chosen === undefined)
    return (
      <>
        <PageHead title={way.choose} />
        <p>
          <Words of={way.chooseLead} />
        </p>
        <div class="ways">
          <WayButton
            title={way.passkeyTitle}
            note={canPasskey() ? way.passkeyNote : way.notHere}
            away={!canPasskey()}
            go={() => choose("passkey")}
          />
          <WayButton
            title={way.appTitle}
            note={way.appNote}
            away={false}
            go={() => void beginApp()}
          />
        </div>
        <div role="alert">
          {said === undefined ? null : (
            <p class="fault">
              <RefusalText said={said} wrong={way.notMade} />
            </p>
          )}
        </div>
      </>
    );
  return (
    <>
      <PageHead title={chosen === "passkey" ? way.makePasskey : way.appTitle} />
      {chosen === "passkey" ? (
        <PasskeySetUp done={done} />
      ) : (
        <AppSetUp begun={chosen} done={done} />
      )}
      <button type="button" class="quiet-button" onClick={() => choose(undefined)}>
        <Words of={way.back} />
      </button>
    </>
  );
}

interface WayProps {
  readonly title: Word;
  readonly note: Word;
  readonly away: boolean;
  readonly go: () => void;
}

function WayButton({ title, note, away, go }: WayProps): VNode {
  return (
    <button type="button" class="card door" disabled={away} onClick={go}>
      <span class="door-title">
        <Words of={title} />
      </span>
      <span class="door-note">
        <Words of={note} />
      </span>
    </button>
  );
}
