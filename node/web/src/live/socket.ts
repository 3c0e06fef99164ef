/** The one WebSocket of the client: a ticket, the line, numbered commands and their answers, and the way
 * back after a cut. What it hears it hands on; it decides nothing about the place. */
import { use } from "../edge/used.js";
import { type Binary, beatAnswer, binaryFrom, stickBytes, textFrom, type Tick } from "./frames.js";
import { afterClose, deadMs, type LinkState, type Over, waitMs } from "./link.js";
import type { CommandName, EnterAnswer, LiveCommands, LiveEvent } from "./wire.js";

/** A visit that can be taken up again. */
export interface Visit {
  readonly visit: string;
  readonly token: string;
  readonly lastN: number;
}

export type Answer<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "no"; readonly code: string; readonly title: string }
  | { readonly kind: "cut" }; // the line went before the answer came

export type Ticket =
  | { readonly kind: "ok"; readonly ticket: string }
  | { readonly kind: "wait" } // busy or away: try again
  | { readonly kind: "stop"; readonly why: Over };

export interface LinkOptions {
  readonly url: string;
  readonly ticket: () => Promise<Ticket>;
  /** The visit of before, kept over a reload; it is read once and written whenever it changes. */
  readonly kept: Visit | undefined;
  readonly keep: (visit: Visit | undefined) => void;
  readonly changed: (state: LinkState) => void;
  readonly event: (event: LiveEvent) => void;
  readonly tick: (tick: Tick) => void;
  /** A packet of sound, as it came (voice/sound_frame.ts). */
  readonly sound?: (data: ArrayBuffer) => void;
  /** The visit could not be taken up again: it was away too long. */
  readonly gone: () => void;
}

/** What is said to a line that is given up for dead: no good-bye (1000), so that the visit is kept. */
const cutCode = 4900;
/** In bytes: about a fifth of a second of one's voice. */
const soundWaits = 1000;

interface Pending {
  readonly done: (answer: Answer<unknown>) => void;
}

export class Link {
  private readonly with: LinkOptions;
  private state: LinkState = { at: "off" };
  private socket: WebSocket | undefined;
  private visit: { readonly visit: string; readonly token: string } | undefined;
  private lastN = 0; // of the visit's numbered events
  private isLeaving = false; // the wish to go holds, whatever becomes of the line
  private readonly pending = new Map<number, Pending>();
  private lastNumber = 0;
  private heardMs = 0;
  private nTries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setInterval> | undefined;
  private round = 0; // what belongs to an older try is worth nothing

  constructor(options: LinkOptions) {
    this.with = options;
    if (options.kept !== undefined)
      this.visit = { visit: options.kept.visit, token: options.kept.token };
    this.lastN = options.kept?.lastN ?? 0;
  }

  start(): void {
    this.nTries = 0;
    this.tell({ at: "connecting" });
    void this.open();
  }

  /** A visible page, a network that came back: do not wait for the next try. */
  nudge(): void {
    if (this.state.at === "here" && performance.now() - this.heardMs > deadMs) this.cut(false);
    if (this.state.at !== "again" && this.state.at !== "connecting") return;
    if (this.timer === undefined) return; // a try is being made
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.open();
  }

  /** Silent: the others see an empty place. Nothing is kept. */
  stop(): void {
    this.setVisit(undefined);
    this.drop(1000);
    this.tell({ at: "off" });
  }

  async command<N extends CommandName>(
    name: N,
    input: LiveCommands[N]["input"],
  ): Promise<Answer<LiveCommands[N]["output"]>> {
    if (name === "place.leave") this.isLeaving = true;
    if (name !== "place.enter") {
      const answer = await this.send(name, input);
      if (name === "place.leave" && answer.kind !== "cut") this.left();
      return answer as Answer<LiveCommands[N]["output"]>;
    }
    // The numbers of a new visit begin anew, and its first events may come before this answer.
    const before = this.lastN;
    this.lastN = 0;
    const answer = (await this.send(name, input)) as Answer<EnterAnswer>;
    const isSame = answer.kind !== "ok" || answer.value.visit === this.visit?.visit;
    if (isSame) this.lastN = Math.max(before, this.lastN);
    if (answer.kind === "ok")
      this.setVisit({ visit: answer.value.visit, token: answer.value.token });
    return answer as Answer<LiveCommands[N]["output"]>;
  }

  /** A direction of a stick or of keys; 0 0 stops. */
  stick(dx: number, dy: number): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(stickBytes(dx, dy));
  }

  /** At once or never: what waits here would come late. */
  sound(data: ArrayBuffer): void {
    const { socket } = this;
    if (socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < soundWaits)
      socket.send(data);
  }

  private send(name: string, input: object): Promise<Answer<unknown>> {
    const { socket } = this;
    if (socket?.readyState !== WebSocket.OPEN) return Promise.resolve({ kind: "cut" });
    const number = ++this.lastNumber;
    return new Promise((done) => {
      this.pending.set(number, { done });
      socket.send(`${name} ${number} ${JSON.stringify(input)}`);
    });
  }

  private left(): void {
    this.isLeaving = false;
    this.setVisit(undefined);
  }

  private async open(): Promise<void> {
    const round = ++this.round;
    clearTimeout(this.timer);
    this.timer = undefined;
    const ticket = await this.with.ticket();
    if (round !== this.round) return;
    if (ticket.kind === "stop") return this.over(ticket.why);
    if (ticket.kind === "wait") return this.again(false);
    const socket = new WebSocket(this.with.url, ["ibasho.v1", `ticket.${ticket.ticket}`]);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.heardMs = performance.now();
    clearInterval(this.watchdog);
    this.watchdog = setInterval(() => this.watch(), 250);
    socket.onmessage = ({ data }) => {
      if (round === this.round) this.hear(data as string | ArrayBuffer);
    };
    socket.onclose = ({ code }) => {
      if (round === this.round) this.closed(code);
    };
  }

  /** A line that says nothing for so long is dead, whatever the browser thinks of it. */
  private watch(): void {
    if (performance.now() - this.heardMs > deadMs) this.cut(false);
  }

  private hear(data: string | ArrayBuffer): void {
    this.heardMs = performance.now();
    use(); // who stands on a floor uses the visit; the node alone says when that is over
    if (typeof data !== "string") return this.hearBinary(binaryFrom(data));
    const got = textFrom(data);
    switch (got?.kind) {
      case undefined:
        return;
      case "ok":
        return this.settle(got.re, { kind: "ok", value: got.value });
      case "no":
        return this.settle(got.re, { kind: "no", code: got.code, title: got.title });
      case "event":
        return this.hearEvent(got.event);
    }
  }

  private hearBinary(got: Binary | undefined): void {
    if (got?.kind === "beat") this.socket?.send(beatAnswer);
    else if (got?.kind === "sound") this.with.sound?.(got.data);
    else if (got !== undefined) this.with.tick(got);
  }

  private hearEvent(event: LiveEvent): void {
    if (event.n > 0) {
      if (event.n <= this.lastN) return; // said again after a cut
      this.lastN = event.n;
      this.keep();
    }
    if (event.ev === "out") this.setVisit(undefined);
    if (event.ev === "hello") void this.greeted();
    if (!this.isLeaving || event.ev === "hello" || event.ev === "floors") this.with.event(event);
  }

  /** The server knows who this is; a visit that was cut is taken up before anything else. */
  private async greeted(): Promise<void> {
    const { visit, round } = this;
    if (visit !== undefined) {
      const answer = await this.send("place.resume", { ...visit, last_n: this.lastN });
      if (round !== this.round || answer.kind === "cut") return;
      if (answer.kind === "no") {
        this.setVisit(undefined);
        if (!this.isLeaving) this.with.gone();
      } else this.setVisit({ ...visit, token: (answer.value as EnterAnswer).token });
    }
    if (this.isLeaving && this.visit !== undefined) {
      const answer = await this.send("place.leave", {});
      if (round !== this.round || answer.kind === "cut") return;
    }
    if (this.isLeaving) this.left();
    this.nTries = 0;
    this.tell({ at: "here" });
  }

  private settle(number: number, answer: Answer<unknown>): void {
    const pending = this.pending.get(number);
    this.pending.delete(number);
    pending?.done(answer);
  }

  private closed(code: number): void {
    const next = afterClose(code);
    if (next.do === "stop") return this.over(next.why);
    this.cut(next.isAtOnce);
  }

  private over(why: Over): void {
    this.setVisit(undefined);
    this.drop(1000);
    this.tell({ at: "over", why });
  }

  private cut(isAtOnce: boolean): void {
    this.drop(undefined);
    this.again(isAtOnce);
  }

  private again(isAtOnce: boolean): void {
    if (this.state.at === "here") this.tell({ at: "again" });
    this.timer = setTimeout(
      () => void this.open(),
      waitMs(isAtOnce ? 0 : this.nTries++, Math.random()),
    );
  }

  /** Lets go of the socket; what waits for an answer learns that none will come. */
  private drop(code: number | undefined): void {
    this.round++;
    clearTimeout(this.timer);
    this.timer = undefined;
    clearInterval(this.watchdog);
    const { socket } = this;
    this.socket = undefined;
    if (socket !== undefined) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close(code ?? cutCode);
    }
    for (const { done } of this.pending.values()) done({ kind: "cut" });
    this.pending.clear();
  }

  private setVisit(visit: { readonly visit: string; readonly token: string } | undefined): void {
    this.visit = visit;
    if (visit === undefined) this.lastN = 0;
    this.keep();
  }

  private keep(): void {
    this.with.keep(this.visit === undefined ? undefined : { ...this.visit, lastN: this.lastN });
  }

  private tell(state: LinkState): void {
    if (state.at === this.state.at && state.at !== "over") return;
    this.state = state;
    this.with.changed(state);
  }
}
