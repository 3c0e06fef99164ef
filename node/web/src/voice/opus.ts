/** libopus as wasm (@evan/opus): one channel of 48 kHz, packets of 60 ms. The package's own script reads files as
 * only a server can; so its module is taken as it is, and this is what calls it. */

/** What the module gives. */
interface Opus {
  readonly memory: WebAssembly.Memory;
  readonly _initialize: () => void;
  readonly malloc: (nBytes: number) => number;
  readonly opus_encoder_get_size: (nChannels: number) => number;
  readonly opus_encoder_init: (
    coder: number,
    hz: number,
    nChannels: number,
    what: number,
  ) => number;
  readonly opus_encoder_ctl_set: (coder: number, what: number, value: number) => number;
  readonly opus_encode: (
    coder: number,
    pcm: number,
    nSamples: number,
    into: number,
    cap: number,
  ) => number;
  readonly opus_decoder_get_size: (nChannels: number) => number;
  readonly opus_decoder_init: (coder: number, hz: number, nChannels: number) => number;
  readonly opus_decode: (
    coder: number,
    packet: number,
    len: number,
    pcm: number,
    nSamples: number,
    fec: number,
  ) => number;
}

const hz = 48_000;
const voip = 2048;
/** OPUS_SET_BITRATE, OPUS_SET_COMPLEXITY, OPUS_SET_DTX. */
const settings = [
  [4002, 24_000],
  [4010, 5],
  [4016, 1],
] as const;
/** Samples of a packet of ours; of the longest there is. */
export const packetSamples = 2880;
const samplesMost = 5760;
const packetMost = 1160; // what the node takes

export class Codec {
  private readonly opus: Opus;
  private readonly pcm: number;
  private readonly packet: number;

  constructor(module: WebAssembly.Module) {
    const nothing = (): number => 0;
    const { exports } = new WebAssembly.Instance(module, {
      env: { emscripten_notify_memory_growth: nothing },
      wasi_snapshot_preview1: {
        proc_exit: nothing,
        fd_close: nothing,
        fd_write: nothing,
        fd_seek: nothing,
      },
    });
    this.opus = exports as unknown as Opus;
    this.opus._initialize();
    this.pcm = this.opus.malloc(2 * samplesMost);
    this.packet = this.opus.malloc(packetMost);
  }

  /** Gives a packet for `packetSamples` of sound; undefined: it is silence, and nothing need be sent. */
  encoder(): (samples: Float32Array) => Uint8Array<ArrayBuffer> | undefined {
    const { opus } = this;
    const coder = opus.malloc(opus.opus_encoder_get_size(1));
    check(opus.opus_encoder_init(coder, hz, 1, voip));
    for (const [what, value] of settings) check(opus.opus_encoder_ctl_set(coder, what, value));
    return (samples) => {
      const pcm = new Int16Array(opus.memory.buffer, this.pcm, packetSamples);
      for (let i = 0; i < packetSamples; i++)
        pcm[i] = Math.max(-1, Math.min(1, samples[i] ?? 0)) * 32767;
      const len = check(opus.opus_encode(coder, this.pcm, packetSamples, this.packet, packetMost));
      // Two bytes and less need not be sent (opus_encode).
      return len <= 2 ? undefined : new Uint8Array(opus.memory.buffer, this.packet, len).slice();
    };
  }

  /** Gives the sound of a packet; undefined: it is none. Each way has a decoder of its own. */
  decoder(): (packet: Uint8Array) => Float32Array | undefined {
    const { opus } = this;
    const coder = opus.malloc(opus.opus_decoder_get_size(1));
    check(opus.opus_decoder_init(coder, hz, 1));
    return (packet) => {
      if (packet.length === 0 || packet.length > packetMost) return undefined;
      new Uint8Array(opus.memory.buffer, this.packet, packetMost).set(packet);
      const n = opus.opus_decode(coder, this.packet, packet.length, this.pcm, samplesMost, 0);
      if (n <= 0) return undefined;
      const pcm = new Int16Array(opus.memory.buffer, this.pcm, n);
      return Float32Array.from(pcm, (one) => one / 32768);
    };
  }
}

function check(result: number): number {
  if (result < 0) throw new Error(`opus: ${result}`);
  return result;
}
