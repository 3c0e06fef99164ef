import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Outcome } from "../edge/api.js";
import { Help } from "../view/form.js";
import { Failure } from "../view/page.js";
import { Words } from "../view/words.js";
import { reports, weekly as words } from "../words/reports.js";
import type { WeeklyPassword } from "../wire.js";
import { useDeed } from "./deed.js";

const how = [words.how1, words.how2, words.how3, words.how4] as const;

interface Props {
  readonly id: string;
  readonly isThere: boolean;
  readonly take: () => Promise<Outcome<WeeklyPassword>>;
}

/** The password of the file that went by mail: shown once, here and nowhere else. */
export function ReportPassword({ id, isThere, take: asks }: Props): VNode {
  const [password, show] = useState<string | undefined>(undefined);
  const deed = useDeed();
  useEffect(() => () => show(undefined), []);
  const take = async (): Promise<void> => {
    const got = await deed.run(asks);
    if (got !== undefined) show(got.password);
  };
  return (
    <section class={password === undefined ? "card stack" : "card stack once"} aria-labelledby={id}>
      <h2 id={id}>
        <Words of={words.password} />
      </h2>
      {password !== undefined ? (
        <p class="once-word mono" role="status">
          {password}
        </p>
      ) : isThere ? (
        <>
          <p>
            <Words of={words.passwordNote} />
          </p>
          <button
            type="button"
            class="quiet-button"
            aria-disabled={deed.busy}
            onClick={() => void take()}
          >
            <Words of={deed.busy ? reports.working : words.showPassword} />
          </button>
        </>
      ) : (
        <p class="note">
          <Words of={words.passwordGone} />
        </p>
      )}
      <div role="alert">
        <Failure text={deed.said.kind === "refused" ? deed.said.texts[0] : undefined} />
      </div>
      <Help title={words.howTitle} open={password !== undefined}>
        <ol>
          {how.map((one) => (
            <li key={one[2]}>
              <Words of={one} />
            </li>
          ))}
        </ol>
      </Help>
    </section>
  );
}
