import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import type { NotifyNotice, NotifyNotices, NotifyReceiver } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Back, Failure, PageHead, type PageProps, Shown } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { notify as words } from "../words/notify.js";
import { settings } from "../words/settings.js";
import type { Word } from "../words/word.js";
import { refusalOf } from "./fields.js";
import { AddReceiver } from "./notify_add.js";
import { Kind, noticeStates, receiverStates, Why } from "./notify_parts.js";

/** Where notices go and what became of them (AI-4.6-1): does mail go out, who receives, what waits. */
export function NotifyPage({ role }: PageProps): VNode {
  const [asked, again] = useAsked("notify.receivers", undefined);
  const [state, setState] = useState<NotifyNotices | undefined>(undefined);
  const [paged, queue] = usePaged<NotifyNotice>("notify", async (before) => {
    const outcome = await ask(
      "notify.notices",
      undefined,
      undefined,
      before === undefined ? {} : { before },
    );
    if (outcome.kind === "ok" && before === undefined) setState(outcome.value);
    return outcome;
  });
  const isBoard = role === "commissioner";
  const changed = (): void => {
    again();
    queue.again();
  };
  return (
    <div class="page">
      <Back href="#/settings" word={settings.back} />
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Shown asked={asked} again={again}>
        {(receivers) => (
          <>
            {state === undefined ? null : <MailState of={state} />}
            <section class="stack">
              <h2>
                <Words of={words.receivers} />
              </h2>
              {receivers.items.length === 0 ? (
                <p class="note">
                  <Words of={words.receiversNone} />
                </p>
              ) : null}
              {isBoard || receivers.items.length === 0 ? null : (
                <p class="fine">
                  <Words of={words.masked} />
                </p>
              )}
              <ul class="history">
                {receivers.items.map((one) => (
                  <li class="card stack" key={one.id}>
                    <Receiver of={one} isBoard={isBoard} changed={changed} />
                  </li>
                ))}
              </ul>
            </section>
            <AddReceiver isBoard={isBoard} changed={changed} />
            <section class="card stack">
              <h2>
                <Words of={words.queue} />
              </h2>
              <button type="button" class="quiet-button" onClick={changed}>
                <Words of={words.look} />
              </button>
              {paged.items.length === 0 && !paged.isAsking && paged.trouble === undefined ? (
                <p>
                  <Words of={words.queueNone} />
                </p>
              ) : null}
              <div role="alert">
                {paged.trouble === undefined ? null : <Failure text={paged.text} />}
              </div>
              <ul class="deeds">
                {paged.items.map((one) => (
                  <li class="stack-small" key={one.id}>
                    <Notice of={one} />
                  </li>
                ))}
              </ul>
              {paged.hasMore ? (
                <button type="button" class="quiet-button" onClick={queue.more}>
                  <Words of={words.more} />
                </button>
              ) : null}
            </section>
          </>
        )}
      </Shown>
    </div>
  );
}

/** What a tired adult must see first: do notices leave this place at all? */
function MailState({ of }: { of: NotifyNotices }): VNode {
  return (
    <section class="stack-small" role="status">
      {!of.has_mail ? (
        <p class="fault">
          <Words of={words.mailOff} />
        </p>
      ) : of.down === undefined ? (
        <p class="note">
          <Words of={words.mailFine} />
        </p>
      ) : (
        <p class="fault">
          <Words of={words.mailDown} slots={{ why: <Why of={of.down} /> }} />
        </p>
      )}
      <p>
        <Words
          of={words.counts}
          slots={{ waiting: of.n_waiting, late: of.n_late, failed: of.n_failed }}
        />
      </p>
    </section>
  );
}

interface ReceiverProps {
  readonly of: NotifyReceiver;
  readonly isBoard: boolean;
  readonly changed: () => void;
}

function Receiver({ of, isBoard, changed }: ReceiverProps): VNode {
  const title = `receiver-${of.id}`;
  return (
    <>
      <h3 id={title}>
        <Given>{of.name}</Given>
      </h3>
      <p class="tags">
        <span class="pill">
          <Words of={receiverStates[of.state]} />
        </span>
        <span class="fine">
          <Words of={of.channel === "mail" ? words.mail : words.webhook} />
        </span>
        <Given>{of.address}</Given>
      </p>
      <p class="tags fine">
        {of.kinds.map((kind) => (
          <span key={kind}>
            <Kind of={kind} />
          </span>
        ))}
      </p>
      {of.state === "proving" ? (
        <p class="fine">
          <Words of={words.provingNote} />
        </p>
      ) : null}
      <Acts of={of} isBoard={isBoard} changed={changed} title={title} />
    </>
  );
}

type ActName =
  "notify.confirm" | "notify.test" | "notify.pause" | "notify.resume" | "notify.remove";

/** What can be done with a receiver as it stands; removing is asked twice. */
function actsOf(of: NotifyReceiver, isBoard: boolean): readonly (readonly [ActName, Word])[] {
  switch (of.state) {
    case "asked":
      return isBoard ? [["notify.confirm", words.confirm]] : [];
    case "proving":
      return [["notify.test", words.sendProof]];
    case "active":
      return [
        ["notify.test", words.sendTest],
        ["notify.pause", words.pause],
      ];
    case "paused":
      return [["notify.resume", words.resume]];
  }
}

function Acts({ of, isBoard, changed, title }: ReceiverProps & { title: string }): VNode {
  const [sure, askSure] = useState(false);
  const [fault, tell] = useState<string | undefined>(undefined);
  const [isDone, say] = useState(false);
  const [busy, work] = useState(false);
  const act = async (name: ActName): Promise<void> => {
    if (busy) return;
    work(true);
    say(false);
    const outcome = await ask(name, { id: of.id }, undefined);
    work(false);
    askSure(false);
    tell(refusalOf(outcome));
    say(outcome.kind === "ok");
    if (outcome.kind === "ok") changed();
  };
  return (
    <>
      <div role="alert">
        <Failure text={fault} />
        {sure ? (
          <p class="note">
            <Words of={words.removeSure} />
          </p>
        ) : null}
      </div>
      <div role="status">
        {isDone ? (
          <p class="note">
            <Words of={words.done} />
          </p>
        ) : null}
      </div>
      <div class="row">
        {sure ? (
          <button type="button" class="quiet-button" onClick={() => askSure(false)}>
            <Words of={words.cancel} />
          </button>
        ) : (
          actsOf(of, isBoard).map(([name, word]) => (
            <button
              type="button"
              key={name}
              class={name === "notify.confirm" ? "button" : "quiet-button"}
              aria-disabled={busy}
              aria-describedby={title}
              onClick={() => void act(name)}
            >
              <Words of={word} />
            </button>
          ))
        )}
        <button
          type="button"
          class={sure ? "button" : "quiet-button"}
          aria-disabled={busy}
          aria-describedby={title}
          onClick={() => (sure ? void act("notify.remove") : askSure(true))}
        >
          <Words of={words.remove} />
        </button>
      </div>
    </>
  );
}

function Notice({ of }: { of: NotifyNotice }): VNode {
  return (
    <>
      <p class="tags">
        <span class="pill">
          <Words of={noticeStates[of.state]} />
        </span>
        <span class="deed">
          <Kind of={of.kind} />
        </span>
        <Given>{of.name}</Given>
        <span class="fine">
          <Words of={of.channel === "mail" ? words.mail : words.webhook} />
        </span>
      </p>
      <p class="tags fine">
        <Words of={words.madeAt} slots={{ time: <Time utc={of.made_at} /> }} />
        {of.state === "sent" && of.ended_at !== undefined ? (
          <Words of={words.sentAt} slots={{ time: <Time utc={of.ended_at} /> }} />
        ) : null}
        {of.opened_at === undefined ? (
          of.state === "sent" ? (
            <Words of={words.notOpened} />
          ) : null
        ) : (
          <Words of={words.openedAt} slots={{ time: <Time utc={of.opened_at} /> }} />
        )}
        {of.n_tries > 1 ? <Words of={words.tries} slots={{ n: of.n_tries }} /> : null}
        {of.due_at === undefined || of.n_tries === 0 ? null : (
          <Words of={words.nextTry} slots={{ time: <Time utc={of.due_at} /> }} />
        )}
      </p>
      {of.why === "" ? null : (
        <p class={of.state === "waiting" ? "fine" : "fault"}>
          <Words of={words.reason} slots={{ why: <Why of={of.why} code={of.code} /> }} />
        </p>
      )}
    </>
  );
}
