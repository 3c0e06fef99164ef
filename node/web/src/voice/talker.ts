/** One's own microphone as packets: numbered one by one, timed by what was said and what was not. Pure. */
import { levelOf, soundBytes } from "./sound_frame.js";

export class Talker {
  private readonly samples: Float32Array;
  private readonly encode: (samples: Float32Array) => Uint8Array | undefined;
  private readonly say: (bytes: ArrayBuffer) => void;
  private n = 0;
  private number = 0;
  private time = 0;

  constructor(
    nSamples: number,
    encode: (samples: Float32Array) => Uint8Array | undefined,
    say: (bytes: ArrayBuffer) => void,
  ) {
    this.samples = new Float32Array(nSamples);
    this.encode = encode;
    this.say = say;
  }

  take(some: Float32Array): void {
    for (let from = 0; from < some.length;) {
      const n = Math.min(some.length - from, this.samples.length - this.n);
      this.samples.set(some.subarray(from, from + n), this.n);
      this.n += n;
      from += n;
      if (this.n === this.samples.length) this.send();
    }
  }

  /** The microphone was off: what was half said is nobody's. */
  drop(): void {
    this.n = 0;
  }

  private send(): void {
    this.n = 0;
    const packet = this.encode(this.samples);
    if (packet !== undefined)
      this.say(soundBytes(levelOf(this.samples), this.number++ & 0xffff, this.time, packet));
    this.time = (this.time + this.samples.length) >>> 0;
  }
}
