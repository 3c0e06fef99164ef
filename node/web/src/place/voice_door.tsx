/** The way to voice (src/voice/), which is fetched when the node says that there is any: without it the place
 * is whole. What is heard before it has come waits for it. */
import type { VNode } from "preact";
import type { LiveEvent } from "../live/wire.js";
import type { Here } from "../state/place-live.js";
import { createStore } from "../state/store.js";
import { useStore } from "../view/use.js";

type Code = typeof import("../voice/part.js");

/** Who is heard just now, by seat. */
export const speaking = createStore<ReadonlySet<number>>(new Set());
const part = createStore<Code | undefined>(undefined);

/** Where sound goes that comes over the place's own line. */
export const ear: { hear: ((data: ArrayBuffer) => void) | undefined } = { hear: undefined };

let coming: Promise<Code> | undefined;
let isOpen = false;

export function beginVoice(): void {
  isOpen = true;
}

export function hearVoice(event: LiveEvent): void {
  if (event.ev === "voice.up" && coming === undefined) {
    coming = fetchPart();
    coming.catch(() => (coming = undefined)); // the next time it is said
  }
  coming?.then(
    (code) => isOpen && code.hear(event),
    () => undefined,
  );
}

async function fetchPart(): Promise<Code> {
  const code = await import("../voice/part.js");
  await code.dressed;
  if (isOpen) {
    code.begin();
    part.set(code);
  }
  return code;
}

export function endVoice(): void {
  isOpen = false;
  coming = undefined;
  part.get()?.end();
  part.set(undefined);
  speaking.set(new Set());
}

/** One's own microphone. */
export function VoiceBar({ here }: { here: Here }): VNode | null {
  const code = useStore(part);
  return code === undefined ? null : <code.Bar here={here} />;
}

export function TalkVoice({ id }: { id: string }): VNode | null {
  const code = useStore(part);
  return code === undefined ? null : <code.TalkPart id={id} />;
}

export function Volume({ seat, name }: { seat: number; name: string }): VNode | null {
  const code = useStore(part);
  return code === undefined ? null : <code.VolumeOf seat={seat} name={name} />;
}

export function Speaks({ seat }: { seat: number }): VNode | null {
  const code = useStore(part);
  const isOn = useStore(speaking).has(seat);
  return code === undefined || !isOn ? null : <code.Speaks />;
}
