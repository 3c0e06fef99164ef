/** The media program beside a node that does not speak to it: who may hear whom is told to it by numbers
 * (tests/lib/voice_node.c), and what the node would say of voice is put on the line of a page. Everything else
 * on that line is the node's own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Page, WebSocketRoute } from "playwright-core";

interface Client {
  readonly who: number;
  line: WebSocketRoute | undefined;
  seat: number;
  answer: ((sdp: string) => void) | undefined; // of the offer that is on its way
}

const build = process.env["IBASHO_BUILD"] ?? "build/debug";
const [floor, zone] = [1, 11]; // all are together

export class VoicePart {
  private readonly folder = mkdtempSync(join(tmpdir(), "ibasho-voice-"));
  private readonly clients: Client[] = [];
  private program: ChildProcess | undefined;
  private say: ChildProcess | undefined;
  private got = Buffer.alloc(0);
  async begin(): Promise<void> {
    const socket = join(this.folder, "voice.sock");
    const conf = join(this.folder, "node.conf");
    const lines = [`voice.socket = ${socket}`, "voice.bind = 127.0.0.1", "voice.udp_port = 0", "voice.tcp_port = 0"]; // prettier-ignore
    writeFileSync(conf, `${lines.join("\n")}\n`);
    execFileSync("make", ["-s", `FLAVOUR=${basename(build)}`, `${build}/voice-node`]);
    this.program = spawn(`${build}/ibasho-voice`, ["-c", conf], { stdio: "ignore" });
    for (let i = 0; !existsSync(socket); i++) {
      if (i > 400) throw new Error("the media program does not start");
      await new Promise((go) => setTimeout(go, 25));
    }
    this.say = spawn(`${build}/voice-node`, [socket, "127.0.0.1"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.say.stdout?.on("data", (more: Buffer) => this.read(more));
  }

  end(): void {
    this.say?.kill();
    this.program?.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Before the page is loaded anew: from then on there is voice for it. */
  async join(page: Page): Promise<void> {
    const mine: Client = { who: this.clients.length, line: undefined, seat: 0, answer: undefined };
    this.clients.push(mine);
    await page.routeWebSocket(/\/ws$/, (line) => {
      mine.line = line;
      const node = line.connectToServer();
      node.onMessage((said) => {
        line.send(said);
        const here = typeof said === "string" ? /"ev":"floor\.here".*?"seat":(\d+)/.exec(said) : null; // prettier-ignore
        if (here === null) return;
        mine.seat = (JSON.parse(said as string) as { of: { seat: number } }).of.seat;
        this.event(mine, "voice.up", {});
      });
      line.onMessage((said) => {
        const [name = "", n = "", input = ""] = typeof said === "string" ? split(said) : [];
        if (name.startsWith("voice.")) this.command(mine, name, Number(n), JSON.parse(input));
        else node.send(said);
      });
    });
  }

  private command(mine: Client, name: string, re: number, input: unknown): void {
    const ok = (value: object): void => mine.line?.send(JSON.stringify({ re, ok: value }));
    const { offer, to, seats } = input as { offer: string; to: string; seats: number[] };
    switch (name) {
      case "voice.open":
        mine.answer = (answer) => {
          this.tell(`seat ${mine.who} ${floor} ${zone} 0`);
          ok({ answer, number: mine.who });
        };
        this.tell(`close ${mine.who}`);
        this.tell(`open ${mine.who} ${Buffer.byteLength(offer)}`, offer);
        return;
      case "voice.close":
        this.tell(`close ${mine.who}`);
        return ok({});
      case "voice.mic":
        this.tell(`mic ${mine.who} ${to}`);
        ok({});
        return this.event(mine, "voice.mic", { to, by: "self" });
      case "voice.hush": {
        const of = this.clients.filter((one) => seats.includes(one.seat)).map((one) => one.who);
        this.tell(["hush", mine.who, ...of].join(" "));
        return ok({});
      }
    }
  }

  private read(more: Buffer): void {
    this.got = Buffer.concat([this.got, more]);
    for (;;) {
      const end = this.got.indexOf(10);
      if (end < 0) return;
      const words = this.got.subarray(0, end).toString().split(" ");
      const nBody = words[0] === "answer" ? Number(words[2]) : 0;
      if (this.got.length < end + 1 + nBody) return;
      const body = this.got.subarray(end + 1, end + 1 + nBody).toString();
      this.got = this.got.subarray(end + 1 + nBody);
      this.heard(words, body);
    }
  }

  private heard([what = "", who = "", ...more]: readonly string[], body: string): void {
    const of = this.clients[Number(who)];
    if (of === undefined) return;
    switch (what) {
      case "answer":
        return of.answer?.(body);
      case "up":
        return this.event(of, "voice.ready", { way: more[0] });
      case "gone":
        return this.event(of, "voice.gone", {});
      case "speaks": {
        const said = { seat: of.seat, number: of.who, to: more[0], is_on: more[2] === "1" };
        for (const one of this.clients) this.event(one, "voice.speaks", said);
      }
    }
  }

  private event(to: Client, ev: string, of: object): void {
    to.line?.send(JSON.stringify({ ev, n: 0, of }));
  }

  private tell(line: string, body = ""): void {
    this.say?.stdin?.write(`${line}\n${body}`);
  }
}

/** A command of the line: its name, its number, its input. */
function split(said: string): readonly string[] {
  return /^(\S+) (\d+) ([^]*)$/.exec(said)?.slice(1) ?? [];
}
