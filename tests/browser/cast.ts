/** Who plays in the scripted quarter of an hour, and by what means: a page whose line is listened to, a child
 * at the keyboard who knows of the page what its accessibility tree says, a child at WebKit. */
import type { Page } from "playwright-core";
import { binaryFrom, textFrom } from "../../node/web/src/live/frames.ts";
import {
  aimOf,
  applyEvent,
  applyTick,
  placeAtStart,
  type PlaceLive,
  spotOf,
} from "../../node/web/src/state/place-live.ts";
import { segmentsOf, type Word } from "../../node/web/src/words/word.ts";
import type { Place } from "./engine.ts";
import type { WebDriver } from "./webkit.ts";

export const patienceMs = 40_000; // of a state that must come; machines may be slow

/** Waits for a state, never for a time. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = patienceMs,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((go) => setTimeout(go, 40));
  }
}

/** A fixed word as a name in the accessibility tree, where readings may stand among it. */
export function named(word: Word): RegExp {
  return new RegExp(`^\\s*${patternOf(word)}`, "u");
}

/** The same of a control that says besides whom or which place it is about, in whatever order. */
export function namedFor(word: Word, about: string): RegExp {
  return new RegExp(`^(?=.*${about}).*${patternOf(word)}`, "u");
}

function patternOf(word: Word): string {
  const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const parts = segmentsOf(word[0]).map((part) => {
    switch (part.kind) {
      case "text":
        return quoted(part.text);
      case "ruby":
        return `${quoted(part.base)}\\s*(?:（?${quoted(part.reading)}）?)?`;
      case "slot":
        return ".*";
    }
  });
  return parts.join("\\s*");
}

/** Seats of closed rooms are of a range of their own (node/place/world.h). */
const roomSeats = 49_152;

/** All that the node said to one page, as it came over the wire. */
export class Line {
  readonly texts: string[] = [];
  readonly seats = new Set<number>(); // in frames of movement
  now: PlaceLive = placeAtStart;
  nSockets = 0;

  constructor(page: Page) {
    page.on("websocket", (socket) => {
      this.nSockets++;
      socket.on("framereceived", ({ payload }) => this.hear(payload));
    });
  }

  private hear(payload: string | Buffer): void {
    if (typeof payload === "string") {
      this.texts.push(payload);
      const got = textFrom(payload);
      if (got?.kind === "event") this.now = applyEvent(this.now, got.event);
      return;
    }
    const { buffer, byteOffset, byteLength } = payload;
    const got = binaryFrom(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
    if (got?.kind !== "tick") return;
    for (const { seat } of [...got.moves, ...got.steps, ...got.walks]) this.seats.add(seat);
    this.now = applyTick(this.now, got, performance.now());
  }

  /** Where somebody stands or goes to; by default oneself. */
  spot(name?: string): { readonly x: number; readonly y: number } | undefined {
    const { visiting } = this.now;
    if (visiting.at !== "here") return undefined;
    const { people, motions, seat } = visiting.here;
    const of =
      name === undefined ? seat : [...people.values()].find((one) => one.name === name)?.seat;
    const motion = of === undefined ? undefined : motions.get(of);
    return motion === undefined ? undefined : aimOf(motion);
  }

  /** How somebody moves just now. */
  motion(): string {
    const { visiting } = this.now;
    return visiting.at === "here"
      ? (visiting.here.motions.get(visiting.here.seat)?.kind ?? "")
      : "lobby";
  }

  /** Nothing of oneself moves on. */
  isStanding(): boolean {
    const { visiting } = this.now;
    if (visiting.at !== "here") return false;
    const motion = visiting.here.motions.get(visiting.here.seat);
    return motion !== undefined && !spotOf(motion, performance.now()).isMoving;
  }

  seat(): number {
    return this.now.visiting.at === "here" ? this.now.visiting.here.seat : 0;
  }

  /** Of everything from `from` on: frames in which a text stands. */
  naming(text: string, from: number): string[] {
    return this.texts.slice(from).filter((one) => one.includes(text));
  }

  /** Seats of closed rooms that were ever told of. */
  inRooms(): number[] {
    const told = this.texts.flatMap((one) =>
      [...one.matchAll(/"seat":(\d+)/g)].map((match) => Number(match[1])),
    );
    return [...this.seats, ...told].filter((seat) => seat >= roomSeats);
  }
}

type Role = "button" | "link" | "radio" | "textbox" | "checkbox" | "combobox";

/** Keys and the accessibility tree: no pointer, no selector. */
export class Keys {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async reach(role: Role, name: RegExp): Promise<void> {
    const want = this.page.getByRole(role, { name }).first();
    await want.waitFor();
    for (let i = 0; i < 250; i++) {
      if (await want.evaluate((one) => one === document.activeElement)) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`the Tab key does not reach ${role} ${name}`);
  }

  async press(role: "button" | "link", name: RegExp): Promise<void> {
    await this.reach(role, name);
    await this.page.keyboard.press("Enter");
  }

  async write(name: RegExp, text: string): Promise<void> {
    await this.reach("textbox", name);
    await this.page.keyboard.type(text);
  }

  /** One of a group of radio buttons: Tab to the group, then arrow keys, one by one. */
  async choose(group: RegExp, name: RegExp): Promise<void> {
    const all = this.page.getByRole("group", { name: group }).getByRole("radio");
    const want = this.page.getByRole("group", { name: group }).getByRole("radio", { name });
    await want.waitFor();
    const isIn = (): Promise<boolean> =>
      all.evaluateAll((radios) => radios.includes(document.activeElement as HTMLElement));
    for (let i = 0; !(await isIn()); i++) {
      if (i > 250) throw new Error(`the Tab key does not reach ${group}`);
      await this.page.keyboard.press("Tab");
    }
    for (let i = 0; i < 10 && !(await want.isChecked()); i++) {
      await this.page.keyboard.press("ArrowDown");
      // Who others are told I am is the node's to say: the next key waits for its answer.
      await until("the radio button with the focus is the chosen one", () =>
        all.evaluateAll((radios) =>
          radios.some((one) => one === document.activeElement && (one as HTMLInputElement).checked),
        ),
      );
    }
  }

  async hears(role: "status" | "heading" | "listitem", text: string | RegExp): Promise<void> {
    await this.page
      .getByRole(role)
      .filter({ hasText: text })
      .first()
      .waitFor({ state: "attached", timeout: patienceMs });
  }

  /** As Tab keys and lists tell: how many people are said to be here. */
  async isSaid(text: string | RegExp): Promise<boolean> {
    return (await this.page.getByText(text).count()) > 0;
  }
}

/** A child at WebKit, by the pointer. */
export class Kit {
  readonly driver: WebDriver;
  readonly at: Place;

  constructor(driver: WebDriver, at: Place) {
    this.driver = driver;
    this.at = at;
  }

  async open(hash: string): Promise<void> {
    await this.driver.goto(`${this.at.url}/${hash}`);
  }
  async seen(selector: string, text = ""): Promise<void> {
    await until(
      `${selector} ${text} in WebKit`,
      async () => (await this.driver.get(found(selector, text) + " !== null")) === true,
    );
  }
  async gone(selector: string, text = ""): Promise<void> {
    await until(
      `no ${selector} ${text} in WebKit`,
      async () => (await this.driver.get(found(selector, text) + " === null")) === true,
    );
  }
  async click(selector: string, text = ""): Promise<void> {
    await this.seen(selector, text);
    await this.driver.clickOn(found(selector, text));
  }
}

function found(selector: string, text: string): string {
  return `([...document.querySelectorAll(${JSON.stringify(selector)})].find(
    (one) => one.textContent.includes(${JSON.stringify(text)})) ?? null)`;
}
