import type { VNode } from "preact";
import { type MailState, mailState } from "../state/weekly.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { weekly as words } from "../words/reports.js";
import type { WeeklyDelivery } from "../wire.js";

/** To whom a report went, by which way, and whether it was opened. */
export function Deliveries({ of, id }: { of: readonly WeeklyDelivery[]; id: string }): VNode {
  return (
    <section class="stack" aria-labelledby={id}>
      <h2 id={id}>
        <Words of={words.deliveries} />
      </h2>
      {of.length === 0 ? (
        <p class="note">
          <Words of={words.deliveriesNone} />
        </p>
      ) : null}
      <ul class="history">
        {of.map((one) => (
          <li class="card card-small" key={one.account}>
            <Delivery of={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Delivery({ of }: { of: WeeklyDelivery }): VNode {
  const mail = mailState(of);
  return (
    <div class="stack-small">
      <p class="tags tags-wide">
        <b>
          <Given>{of.name === "" ? of.account : of.name}</Given>
        </b>
        <span class="pill">
          <Words of={words[of.way]} />
        </span>
        {of.opened_at === undefined ? (
          <span class="pill pill-alert">
            <Words of={words.notOpened} />
          </span>
        ) : (
          <Words of={words.opened} slots={{ time: <Time utc={of.opened_at} /> }} />
        )}
      </p>
      <p class="tags tags-wide fine">
        <Words of={words.given} slots={{ time: <Time utc={of.given_at} /> }} />
        <Mail at={mail} sent={of.sent_at} />
      </p>
    </div>
  );
}

function Mail({ at, sent }: { at: MailState; sent: string | undefined }): VNode | null {
  switch (at) {
    case "none":
      return null;
    case "no-address":
      return <Words of={words.noAddress} />;
    case "sending":
      return <Words of={words.sending} />;
    case "sent":
      return <Words of={words.sent} slots={{ time: <Time utc={sent ?? ""} /> }} />;
    case "failed":
      return (
        <span class="pill pill-alert">
          <Words of={words.failed} />
        </span>
      );
  }
}
