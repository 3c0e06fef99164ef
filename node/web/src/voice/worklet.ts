/** Runs where sound is made (AudioWorkletGlobalScope): one's microphone becomes packets, packets become what is
 * heard. A file of its own, which the page names. */
import { Codec, packetSamples } from "./opus.js";
import { Queue, rate } from "./queue.js";
import { soundFrom } from "./sound_frame.js";
import { Talker } from "./talker.js";
import type { ToEar, ToMouth } from "./worklet_wire.js";

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(
  name: string,
  code: new (how: { processorOptions: { wasm: ArrayBuffer } }) => AudioWorkletProcessor,
): void;

const nWays = 5;
const lateTells = rate / 2; // so much that was let go is a line that is slow

let codec: Codec | undefined;
function codecOf(wasm: ArrayBuffer): Codec {
  codec ??= new Codec(new WebAssembly.Module(wasm));
  return codec;
}

class Mouth extends AudioWorkletProcessor {
  private readonly talker: Talker;
  private isOn = false;
  private isOver = false;

  constructor(how: { processorOptions: { wasm: ArrayBuffer } }) {
    super();
    const encode = codecOf(how.processorOptions.wasm).encoder();
    this.talker = new Talker(packetSamples, encode, (bytes) =>
      this.port.postMessage(bytes, [bytes]),
    );
    this.port.onmessage = ({ data }: { data: ToMouth }) => {
      this.isOn = data === "on";
      this.isOver = data === "over";
      this.talker.drop();
    };
  }

  process([input]: readonly (readonly Float32Array[])[]): boolean {
    const channel = input?.[0];
    if (this.isOn && channel !== undefined) this.talker.take(channel);
    return !this.isOver;
  }
}

class Ear extends AudioWorkletProcessor {
  private readonly ways: {
    queue: Queue;
    decode: (packet: Uint8Array) => Float32Array | undefined;
  }[];
  private gains: readonly number[] = [];
  private isOver = false;
  private nLate = 0;

  constructor(how: { processorOptions: { wasm: ArrayBuffer } }) {
    super();
    const codec = codecOf(how.processorOptions.wasm);
    this.ways = Array.from({ length: nWays }, () => ({
      queue: new Queue(),
      decode: codec.decoder(),
    }));
    this.port.onmessage = ({ data }: { data: ToEar }) => {
      if (data instanceof ArrayBuffer) this.hear(data);
      else if (data === "over") this.isOver = true;
      else this.gains = data;
    };
    this.port.postMessage("ready");
  }

  process(_: unknown, [output]: readonly (readonly Float32Array[])[]): boolean {
    const channel = output?.[0];
    if (channel !== undefined)
      this.ways.forEach(({ queue }, i) => queue.pull(channel, this.gains[i] ?? 1));
    return !this.isOver;
  }

  private hear(data: ArrayBuffer): void {
    const frame = soundFrom(data);
    const way = frame === undefined ? undefined : this.ways[frame.second];
    const samples = frame === undefined ? undefined : way?.decode(frame.opus);
    if (samples === undefined || way === undefined) return;
    way.queue.push(samples);
    this.nLate += way.queue.takeLate();
    if (this.nLate < lateTells) return;
    this.nLate = 0;
    this.port.postMessage("late");
  }
}

registerProcessor("ibasho-mouth", Mouth);
registerProcessor("ibasho-ear", Ear);
