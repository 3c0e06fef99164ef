/** One session with the media program: one microphone out, five ways in, each with an <audio> element of its
 * own. One offer and one answer for its whole life; the microphone's track comes and goes without either. */
import type { Source } from "./hear.js";

export const waysIn = 5;
const readyMostMs = 15_000;
const silentMostMs = 4000; // then there may be another way

export interface LineOptions {
  /** Sound goes both ways from now on. */
  readonly flows: () => void;
  /** It came to nothing, or broke. */
  readonly over: () => void;
  /** A browser plays nothing before a press: what is to be heard waits for one. */
  readonly isWaiting: (is: boolean) => void;
}

export function canLine(): boolean {
  return (
    typeof RTCPeerConnection === "function" &&
    typeof RTCPeerConnection.prototype.addTransceiver === "function"
  );
}

/** Over the place's own line (ws_line.ts). */
export function canWs(): boolean {
  return typeof AudioWorkletNode === "function" && typeof WebAssembly === "object";
}

export class Line {
  private readonly peer = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: [] });
  private readonly mic: RTCRtpTransceiver;
  private readonly ways: readonly RTCRtpTransceiver[];
  private readonly ears: readonly HTMLAudioElement[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;

  constructor(private readonly to: LineOptions) {
    this.mic = this.peer.addTransceiver("audio", { direction: "sendonly" });
    this.ways = Array.from({ length: waysIn }, () =>
      this.peer.addTransceiver("audio", { direction: "recvonly" }),
    );
    this.ears = this.ways.map(({ receiver }) => {
      const ear = new Audio();
      ear.srcObject = new MediaStream([receiver.track]);
      return ear;
    });
    this.peer.onconnectionstatechange = () => this.looked();
  }

  /** The one offer. The answerer needs no candidate of ours: it learns them (RFC 8445, section 2.7). */
  async offer(): Promise<string> {
    await this.peer.setLocalDescription();
    return this.peer.localDescription?.sdp ?? "";
  }

  async answer(sdp: string): Promise<void> {
    if (this.isOver) return;
    this.timer = setTimeout(() => this.failed(), readyMostMs);
    await this.peer.setRemoteDescription({ type: "answer", sdp });
    this.play();
  }

  /** Speaks with a track, or with none. */
  async speak(track: MediaStreamTrack | null): Promise<void> {
    if (!this.isOver) await this.mic.sender.replaceTrack(track);
  }

  /** Anew after a press: before one a browser may refuse. A way on which nothing has come yet may take its
   * time to answer, so nobody waits for it. */
  play(): void {
    this.to.isWaiting(false);
    for (const ear of this.ears)
      ear.play().catch((error: unknown) => {
        if (error instanceof Error && error.name === "NotAllowedError" && !this.isOver)
          this.to.isWaiting(true);
      });
  }

  sources(): readonly (readonly Source[])[] {
    return this.ways.map(({ receiver }) => receiver.getContributingSources());
  }

  loud(gains: readonly number[]): void {
    this.ears.forEach((ear, i) => {
      const gain = gains[i] ?? 1;
      if (ear.volume !== gain) ear.volume = gain;
    });
  }

  async stats(): Promise<RTCStatsReport> {
    return this.peer.getStats();
  }

  /** Silent and whole: nothing of it is told any more. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    this.peer.onconnectionstatechange = null;
    for (const ear of this.ears) {
      ear.pause();
      ear.srcObject = null;
    }
    this.peer.close();
  }

  private looked(): void {
    switch (this.peer.connectionState) {
      case "connected":
        clearTimeout(this.timer);
        this.to.flows();
        break;
      case "disconnected":
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.failed(), silentMostMs);
        break;
      case "failed":
      case "closed":
        this.failed();
        break;
      default:
        break;
    }
  }

  private failed(): void {
    if (this.isOver) return;
    this.close();
    this.to.over();
  }
}
