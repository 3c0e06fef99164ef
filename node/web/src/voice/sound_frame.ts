/** Sound as a binary message of the place's line, both ways (node/place/speech_frame.h). Pure. */

export const soundCode = 2;
const head = 8;

export interface SoundFrame {
  /** In it: which of the five ways; out of it: how loud, in -dB of full scale. */
  readonly second: number;
  readonly number: number; // of 16 bits, +1 a packet
  readonly time: number; // of 32 bits, in samples
  readonly opus: Uint8Array;
}

export function soundBytes(
  level: number,
  number: number,
  time: number,
  opus: Uint8Array,
): ArrayBuffer {
  const bytes = new Uint8Array(head + opus.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, soundCode);
  view.setUint8(1, level);
  view.setUint16(2, number);
  view.setUint32(4, time);
  bytes.set(opus, head);
  return bytes.buffer;
}

export function soundFrom(data: ArrayBuffer): SoundFrame | undefined {
  const view = new DataView(data);
  if (view.byteLength <= head || view.getUint8(0) !== soundCode) return undefined;
  return {
    second: view.getUint8(1),
    number: view.getUint16(2),
    time: view.getUint32(4),
    opus: new Uint8Array(data, head),
  };
}

/** In -dB of full scale, 0 loudest to 127 silent (RFC 6464). */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const one of samples) sum += one * one;
  const db = sum === 0 ? -127 : 10 * Math.log10(sum / samples.length);
  return Math.round(Math.max(0, Math.min(127, -db)));
}
