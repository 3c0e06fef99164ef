import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { Back, PageHead } from "../view/page.js";
import { Words } from "../view/words.js";
import { me } from "../words/me.js";
import { AppSetUp } from "../way/app.js";
import { refusalOf } from "../way/problem.js";
import type { TotpBegun } from "../wire.js";
import { type Answer, AskPassword } from "./ask-password.js";
import { Done } from "./done.js";

/** The authenticator app, set up anew. */
export function AppPage(): VNode {
  const [now, be] = useState<TotpBegun | "before" | "done">("before");
  const begin = async (password: string): Promise<Answer> => {
    const begun = await ask("me.totp_begin", undefined, { password });
    if (begun.kind !== "ok") return refusalOf(begun, ["/password"]);
    be(begun.value);
    return undefined;
  };
  return (
    <div class="page">
      <Back href="#/me" word={me.toMe} />
      <PageHead title={me.app} />
      <Done word={now === "done" ? me.appDone : undefined} />
      {now === "done" ? null : (
        <section class="card way">
          {now === "before" ? (
            <AskPassword doWord={me.appBegin} give={begin}>
              <p>
                <Words of={me.appWarn} />
              </p>
            </AskPassword>
          ) : (
            <AppSetUp begun={now} done={() => be("done")} />
          )}
        </section>
      )}
    </div>
  );
}
