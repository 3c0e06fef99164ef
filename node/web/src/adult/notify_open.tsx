import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ended } from "../control.js";
import { ask } from "../edge/api.js";
import type { NotifyOpened } from "../wire.js";
import { Back, Failure, PageHead, type PageProps } from "../view/page.js";
import { Words } from "../view/words.js";
import { first } from "../words/first.js";
import { notify as words } from "../words/notify.js";
import type { Word } from "../words/word.js";

type Said = NotifyOpened | "not" | "offline" | undefined;

function saidOf(said: NotifyOpened): Word {
  switch (said.kind) {
    case "account":
      return words.openedAccount;
    case "test":
      return words.openedTest;
    case "sos":
    case "incident":
    case "report":
      return words.opened;
  }
}

/** What the link of a notice leads to (`#/n/TOKEN`): says that it was opened, then goes on to the list.
 * A link that was sent to somebody else says no more than one that never was. */
export function NoticePage({ page }: PageProps): VNode {
  const [said, tell] = useState<Said>(undefined);
  useEffect(() => {
    let isGone = false;
    void ask("notify.open", undefined, { token: page.name }).then((outcome) => {
      if (isGone) return;
      if (outcome.kind === "refused" && outcome.problem.status === 401) return ended();
      if (outcome.kind !== "ok") return tell(outcome.kind === "offline" ? "offline" : "not");
      tell(outcome.value);
      // The token leaves the address: nobody else at this screen opens it again.
      if (outcome.value.link !== "") location.replace(`#/${outcome.value.link}`);
    });
    return () => {
      isGone = true;
    };
  }, [page.name]);
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={words.open} />
      <div role="status" class="stack">
        {said === undefined ? (
          <p>
            <Words of={words.opening} />
          </p>
        ) : said === "offline" ? (
          <Failure text="" />
        ) : said === "not" ? (
          <p class="fault">
            <Words of={words.openNot} />
          </p>
        ) : (
          <p class="note">
            <Words of={saidOf(said)} />
          </p>
        )}
      </div>
    </div>
  );
}
