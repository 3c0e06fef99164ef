/** A WebSocket server of node's own parts, for the tests of the client's edge: it accepts, notes what
 * comes and sends what it is told to. Frames of a client are masked and short (RFC 6455, section 5). */
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

export interface Command {
  readonly name: string;
  readonly number: number;
  readonly input: Readonly<Record<string, unknown>>;
}

export class Peer {
  readonly protocol: string;
  readonly commands: Command[] = [];
  readonly binaries: number[][] = [];
  closeCode: number | undefined;
  onCommand: ((command: Command) => void) | undefined;
  private readonly socket: Duplex;
  private rest: Buffer = Buffer.alloc(0);

  constructor(socket: Duplex, protocol: string) {
    this.socket = socket;
    this.protocol = protocol;
    socket.on("data", (data: Buffer) => this.read(data));
    socket.on("error", () => undefined);
  }

  private read(data: Buffer): void {
    this.rest = Buffer.concat([this.rest, data]);
    for (;;) {
      const head = this.rest;
      if (head.length < 6) return;
      const short = (head[1] ?? 0) & 127;
      const at = short === 126 ? 4 : 2;
      const length = short === 126 ? head.readUInt16BE(2) : short;
      if (head.length < at + 4 + length) return;
      const mask = head.subarray(at, at + 4);
      const body = Buffer.from(head.subarray(at + 4, at + 4 + length)).map(
        (byte, i) => byte ^ (mask[i % 4] ?? 0),
      );
      this.take((head[0] ?? 0) & 15, Buffer.from(body));
      this.rest = head.subarray(at + 4 + length);
    }
  }

  private take(opcode: number, body: Buffer): void {
    if (opcode === 8) {
      this.closeCode = body.length >= 2 ? body.readUInt16BE(0) : 1005;
      this.frame(8, body.subarray(0, 2));
      this.socket.end();
    } else if (opcode === 2) this.binaries.push([...body]);
    else if (opcode === 1) {
      const [, name = "", number = "", json = ""] =
        /^(\S+) (\d+) (.*)$/s.exec(body.toString()) ?? [];
      const command = {
        name,
        number: Number(number),
        input: JSON.parse(json) as Command["input"],
      };
      this.commands.push(command);
      this.onCommand?.(command);
    }
  }

  private frame(opcode: number, body: Uint8Array): void {
    const head =
      body.length < 126
        ? Buffer.from([0x80 | opcode, body.length])
        : Buffer.from([0x80 | opcode, 126, body.length >> 8, body.length & 255]);
    this.socket.write(Buffer.concat([head, body]));
  }

  say(message: object): void {
    this.frame(1, Buffer.from(JSON.stringify(message)));
  }

  bytes(body: readonly number[]): void {
    this.frame(2, Uint8Array.from(body));
  }

  close(code: number): void {
    this.frame(8, Buffer.from([code >> 8, code & 255]));
    this.socket.end();
  }

  /** As a line that breaks: no goodbye. */
  cut(): void {
    this.socket.destroy();
  }
}

export class LiveServer {
  readonly peers: Peer[] = [];
  private readonly server: Server;
  private waiting: ((peer: Peer) => void)[] = [];

  private constructor(server: Server) {
    this.server = server;
    server.on("upgrade", (request, socket: Duplex) => {
      const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash("sha1").update(key).digest("base64");
      const protocol = request.headers["sec-websocket-protocol"] ?? "";
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ibasho.v1\r\n\r\n`,
      );
      const peer = new Peer(socket, protocol);
      this.peers.push(peer);
      this.waiting.shift()?.(peer);
    });
  }

  static async open(): Promise<LiveServer> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return new LiveServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/ws`;
  }

  /** The next one to come. */
  next(): Promise<Peer> {
    return new Promise((done) => this.waiting.push(done));
  }

  close(): void {
    for (const peer of this.peers) peer.cut();
    this.server.close();
  }
}
