/** A session whose sound goes over the place's own line, for whom no other way is open: Opus by wasm where sound
 * is made (worklet.ts), one mix to hear. It is played by an <audio> element, so that a browser cancels its echo. */
import wasmFile from "@evan/opus/wasm/opus.wasm";
import code from "worklet:voice";
import { partFile } from "../edge/part_file.js";
import { saySound } from "../place/control.js";
import { ear } from "../place/voice_door.js";
import type { Source } from "./hear.js";
import { type LineOptions, waysIn } from "./line.js";
import { rate } from "./queue.js";
import type { FromEar, ToEar, ToMouth } from "./worklet_wire.js";

const readyMostMs = 8000;

/** Both files, before they are needed; they come once. */
export function fetchCode(): Promise<ArrayBuffer> {
  wasm ??= partFile(wasmFile);
  wasm.catch(() => (wasm = undefined));
  return wasm;
}
let wasm: Promise<ArrayBuffer> | undefined;

export interface WsLineOptions extends LineOptions {
  /** Much came too late to be heard. */
  readonly slow: () => void;
}

export class WsLine {
  private readonly context = new AudioContext({ sampleRate: rate });
  private readonly sink = this.context.createMediaStreamDestination();
  private readonly player = new Audio();
  private heard: AudioWorkletNode | undefined;
  private mouth: AudioWorkletNode | undefined;
  private voice: MediaStreamAudioSourceNode | undefined;
  private isOver = false;

  constructor(private readonly to: WsLineOptions) {
    this.player.srcObject = this.sink.stream;
  }

  /** Everything that makes sound is there: from now on packets may come. */
  async begin(): Promise<void> {
    const [bytes] = await Promise.all([fetchCode(), this.context.audioWorklet.addModule(code)]);
    if (this.isOver) return;
    const processorOptions = { wasm: bytes };
    const heard = new AudioWorkletNode(this.context, "ibasho-ear", {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions,
    });
    const mouth = new AudioWorkletNode(this.context, "ibasho-mouth", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
      processorOptions,
    });
    this.heard = heard;
    this.mouth = mouth;
    await readyOf(heard);
    if (this.isOver) return;
    heard.port.onmessage = ({ data }: { data: FromEar }) => data === "late" && this.to.slow();
    heard.onprocessorerror = mouth.onprocessorerror = () => this.failed();
    mouth.port.onmessage = ({ data }: { data: ArrayBuffer }) => saySound(data);
    heard.connect(this.sink);
    ear.hear = this.hear;
    this.play();
  }

  async speak(track: MediaStreamTrack | null): Promise<void> {
    this.voice?.disconnect();
    this.voice = undefined;
    if (this.mouth === undefined || this.isOver) return;
    try {
      if (track !== null) {
        this.voice = this.context.createMediaStreamSource(new MediaStream([track]));
        this.voice.connect(this.mouth);
      }
    } catch {
      return this.failed(); // a microphone of another clock, where a browser cannot join the two
    }
    this.mouth.port.postMessage((track === null ? "off" : "on") satisfies ToMouth);
  }

  play(): void {
    this.to.isWaiting(false);
    const waits = (): void => {
      if (!this.isOver && this.context.state !== "running") this.to.isWaiting(true);
    };
    this.context.resume().then(waits, waits);
    setTimeout(waits, 500); // some browsers leave the question open
    this.player.play().catch((error: unknown) => {
      if (error instanceof Error && error.name === "NotAllowedError" && !this.isOver)
        this.to.isWaiting(true);
    });
  }

  /** Nobody's: in a mix nobody can be told apart. */
  sources(): readonly (readonly Source[])[] {
    return Array.from({ length: waysIn }, () => []);
  }

  loud(gains: readonly number[]): void {
    this.tell(gains);
  }

  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (ear.hear === this.hear) ear.hear = undefined;
    this.voice?.disconnect();
    this.tell("over");
    this.mouth?.port.postMessage("over" satisfies ToMouth);
    this.player.pause();
    this.player.srcObject = null;
    void this.context.close().catch(() => undefined);
  }

  private readonly hear = (data: ArrayBuffer): void => this.tell(data);

  private tell(what: ToEar): void {
    if (what instanceof ArrayBuffer) this.heard?.port.postMessage(what, [what]);
    else this.heard?.port.postMessage(what);
  }

  private failed(): void {
    if (this.isOver) return;
    this.close();
    this.to.over();
  }
}

/** Where the module did not run, nothing is ever said. */
function readyOf(heard: AudioWorkletNode): Promise<void> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error("no sound")), readyMostMs);
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      how();
    };
    heard.port.onmessage = () => settle(done);
    heard.onprocessorerror = () => settle(() => failed(new Error("no sound")));
  });
}
