import type { VNode } from "preact";
import { type Mark, type Step, stepsInOrder, stepsShown } from "../state/leaving.js";
import { Help } from "../view/form.js";
import { Time } from "../view/time.js";
import { Words } from "../view/words.js";
import { leaving as words } from "../words/leaving.js";
import type { Word } from "../words/word.js";
import type { LeavingState } from "../wire.js";
import { Actor } from "./leaving_now.js";

const named: Readonly<Record<Step, readonly [name: Word, note: Word]>> = {
  drain: [words.sDrain, words.nDrain],
  exported: [words.sExported, words.nExported],
  receipted: [words.sReceipted, words.nReceipted],
  grace: [words.sGrace, words.nGrace],
  ordered: [words.sOrdered, words.nOrdered],
  peers_purged: [words.sPeers, words.nPeers],
  keys_destroyed: [words.sKeys, words.nKeys],
  cluster_removed: [words.sCluster, words.nCluster],
  volume_discarded: [words.sVolume, words.nVolume],
  backups_listed: [words.sBackups, words.nBackups],
  scanned: [words.sScanned, words.nScanned],
  certified: [words.sCertified, words.nCertified],
};

const marks: Readonly<Record<Mark, Word>> = {
  done: words.stepDone,
  next: words.stepNext,
  todo: words.stepTodo,
};

/** All steps, what each does, and how far it has come: said in words, not by colour. */
export function Steps({ of }: { of: LeavingState }): VNode {
  return (
    <section class="card stack" aria-labelledby="leaving-steps">
      <h2 id="leaving-steps">
        <Words of={words.steps} />
      </h2>
      <ol class="leaving-steps">
        {stepsShown(of).map(({ step, mark, by }, i) => (
          <li key={step} class={`leaving-step leaving-${mark}`} data-step={step} data-mark={mark}>
            <p class="tags">
              <span class={mark === "next" ? "pill pill-next" : "pill"}>
                <Words of={marks[mark]} />
              </span>
              <b>
                {i + 1}. <Words of={named[step][0]} />
              </b>
            </p>
            <p class="fine">
              <Words of={named[step][1]} />
            </p>
            {by === undefined ? null : (
              <p class="tags fine">
                <Time utc={by.at} />
                <Actor of={by.actor} />
              </p>
            )}
          </li>
        ))}
      </ol>
      {of.steps.some((one) => one.step === "active") ? <Past of={of} /> : null}
    </section>
  );
}

/** Everything on record, rounds that were called off with it. */
function Past({ of }: { of: LeavingState }): VNode {
  return (
    <Help title={words.past}>
      <ol class="deeds">
        {of.steps.map((one) => (
          <li key={one.n}>
            <p class="tags">
              <b>
                <Words of={nameOf(one.step)} />
              </b>
              <span class="fine">
                <Time utc={one.at} />
              </span>
              <span class="fine">
                <Actor of={one.actor} />
              </span>
            </p>
          </li>
        ))}
      </ol>
    </Help>
  );
}

function nameOf(step: LeavingState["state"]): Word {
  const found = stepsInOrder.find((one) => one === step);
  return found === undefined ? words.stepCancelled : named[found][0];
}
