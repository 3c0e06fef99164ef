import type { VNode } from "preact";
import type { NotifyNotice, NotifyReceiver } from "../wire.js";
import { Given, Words } from "../view/words.js";
import { notify as words } from "../words/notify.js";
import type { Word } from "../words/word.js";

/** The kinds a receiver can choose; the others come to all. */
export const chosenKinds = ["sos", "incident", "report"] as const;

const kinds: Readonly<Record<string, Word>> = {
  sos: words.sos,
  incident: words.incident,
  report: words.report,
  account: words.account,
  test: words.test,
};

export function Kind({ of }: { of: string }): VNode {
  const word = kinds[of];
  return word === undefined ? <Given>{of}</Given> : <Words of={word} />;
}

const whys: Readonly<Record<string, Word>> = {
  off: words.whyOff,
  resolve: words.whyResolve,
  private: words.whyPrivate,
  connect: words.whyConnect,
  tls: words.whyTls,
  auth: words.whyAuth,
  timeout: words.whyTimeout,
  sender: words.whySender,
  busy: words.whyBusy,
  refused: words.whyRefused,
  proto: words.whyProto,
  key: words.whyKey,
};

/** Why something was not taken over, in plain words. */
export function Why({ of, code = 0 }: { of: string; code?: number }): VNode {
  const word = whys[of];
  return word === undefined ? <Given>{of}</Given> : <Words of={word} slots={{ code }} />;
}

export const receiverStates: Readonly<Record<NotifyReceiver["state"], Word>> = {
  asked: words.asked,
  proving: words.proving,
  active: words.active,
  paused: words.paused,
};

export const noticeStates: Readonly<Record<NotifyNotice["state"], Word>> = {
  waiting: words.waiting,
  sent: words.sent,
  refused: words.refused,
  given_up: words.given_up,
  cancelled: words.cancelled,
};
