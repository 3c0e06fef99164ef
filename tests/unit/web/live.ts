/** The client's end of the line to the place: frames, waiting, and the socket against a real one. */
import { setTimeout as sleep } from "node:timers/promises";
import { binaryFrom, stickBytes, textFrom } from "../../../node/web/src/live/frames.js";
import { afterClose, type LinkState, waitMs } from "../../../node/web/src/live/link.js";
import {
  Link,
  type LinkOptions,
  type Ticket,
  type Visit,
} from "../../../node/web/src/live/socket.js";
import type { LiveEvent } from "../../../node/web/src/live/wire.js";
import { suite } from "../../browser/t.ts";
import { LiveServer, type Peer } from "./live_server.ts";

const test = suite(import.meta.filename);

function bytes(...list: number[]): ArrayBuffer {
  return Uint8Array.from(list).buffer;
}

test("a_tick_is_read_as_the_protocol_has_it", (t) => {
  const tick = bytes(
    ...[1, 1, 1, 0, 0x10, 0x27, 0, 0], // a picture, one move, at 10,000 ms
    ...[2, 0, 0xb0, 4, 0x20, 3], // seat 2 at 1200, 800
    ...[1, 0, 9, 1, 2, 15, 0, 0xf1, 0x80], // one run of seats 265 and 266
    ...[7, 1, 2, 1, 150, 0, 0x2c, 1], // seat 263: two points, 150 cm/s, for 300 ms
    ...[100, 0, 200, 0, 44, 1, 200, 0],
  );
  t.eq(
    binaryFrom(tick),
    {
      kind: "tick",
      isPicture: true,
      floorMs: 10_000,
      moves: [{ seat: 2, x: 1200, y: 800 }],
      steps: [
        { seat: 265, dx: 15, dy: 0 },
        { seat: 266, dx: -15, dy: -128 },
      ],
      walks: [
        {
          seat: 263,
          speedCmS: 150,
          ageMs: 300,
          isSteered: true,
          points: [
            { x: 100, y: 200 },
            { x: 300, y: 200 },
          ],
        },
      ],
    },
    "every field",
  );
  t.eq(binaryFrom(bytes(0)), { kind: "beat" }, "a beat");
  for (let cut = 1; cut < tick.byteLength; cut++)
    if (cut !== 23 && binaryFrom(tick.slice(0, cut)) !== undefined) t.ok(false, `cut to ${cut}`);
  t.eq(binaryFrom(tick.slice(0, 23))?.kind, "tick", "without the walk it is whole, too");
  t.eq(binaryFrom(bytes()), undefined, "nothing");
  t.eq(binaryFrom(bytes(9, 9)), undefined, "another code");
  t.eq(
    binaryFrom(bytes(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 1, 0, 0, 150, 0, 0, 0)),
    undefined,
    "no point",
  );
});

test("a_stick_is_three_bytes", (t) => {
  t.eq([...stickBytes(0, 0)], [1, 0, 0], "stop");
  t.eq([...stickBytes(1, -1)], [1, 127, 129], "right and up");
  t.eq([...stickBytes(-9, 0.5)], [1, 129, 64], "no farther than 127");
});

test("texts_are_answers_and_events_and_nothing_else", (t) => {
  t.eq(
    textFrom('{"re":12,"no":{"code":"full","title":"いっぱいです。","field":"area"}}'),
    { kind: "no", re: 12, code: "full", title: "いっぱいです。", field: "area" },
    "a refusal",
  );
  t.eq(textFrom('{"re":3,"ok":{"a":1}}'), { kind: "ok", re: 3, value: { a: 1 } }, "an answer");
  const event = { ev: "closing", n: 7, of: { minutes: 10 } };
  t.eq(textFrom(JSON.stringify(event)), { kind: "event", event }, "an event with its number");
  t.eq(
    textFrom('{"ev":"closing","of":{"minutes":3}}'),
    { kind: "event", event: { ev: "closing", n: 0, of: { minutes: 3 } } },
    "and one without",
  );
  for (const bad of ["", "{", "[]", "null", "3", '{"ev":"x"}', '{"re":"1"}'])
    t.eq(textFrom(bad), undefined, bad);
});

test("every_close_code_has_one_meaning", (t) => {
  const rows = [
    [1012, { do: "again", isAtOnce: true }],
    [1013, { do: "again", isAtOnce: false }],
    [1006, { do: "again", isAtOnce: false }],
    [1001, { do: "again", isAtOnce: false }],
    [4001, { do: "stop", why: "elsewhere" }],
    [4003, { do: "stop", why: "session" }],
  ] as const;
  for (const [code, want] of rows) t.eq(afterClose(code), want, String(code));
});

test("waiting_grows_to_five_seconds_and_is_spread", (t) => {
  t.eq(
    [0, 1, 2, 3, 9].map((n) => waitMs(n, 1)),
    [300, 600, 1200, 2400, 5000],
    "the longest",
  );
  t.eq(
    [0, 9, 10_000].map((n) => waitMs(n, 0)),
    [150, 2500, 2500],
    "the shortest",
  );
});

interface Met {
  readonly link: Link;
  readonly states: LinkState["at"][];
  readonly overs: string[];
  readonly events: LiveEvent[];
  readonly kept: () => Visit | undefined;
  readonly nGone: () => number;
}

function meet(server: LiveServer, more: Partial<LinkOptions> = {}): Met {
  const states: LinkState["at"][] = [];
  const overs: string[] = [];
  const events: LiveEvent[] = [];
  let kept: Visit | undefined = more.kept;
  let nGone = 0;
  let nTickets = 0;
  const link = new Link({
    url: server.url,
    ticket: () => Promise.resolve<Ticket>({ kind: "ok", ticket: `t${++nTickets}` }),
    kept,
    keep: (visit) => (kept = visit),
    changed: (state) => {
      states.push(state.at);
      if (state.at === "over") overs.push(state.why);
    },
    event: (event) => events.push(event),
    tick: () => undefined,
    gone: () => nGone++,
    ...more,
  });
  return { link, states, overs, events, kept: () => kept, nGone: () => nGone };
}

const hello = { ev: "hello", of: { floors: [] } };

/** Answers what the place would. */
function serve(peer: Peer, resume: "ok" | "no" = "ok"): void {
  peer.onCommand = ({ name, number }) => {
    if (name === "place.enter") {
      peer.say({ ev: "floor.here", n: 1, of: { floor: "lounge", people: [], areas: [], seat: 4 } });
      peer.say({ re: number, ok: { kind: "here", visit: "v1", token: "k1" } });
    } else if (name === "place.resume" && resume === "ok")
      peer.say({ re: number, ok: { kind: "here", visit: "v1", token: "k2" } });
    else if (name === "place.resume") peer.say({ re: number, no: { code: "gone", title: "x" } });
    else peer.say({ re: number, ok: {} });
  };
  peer.say(hello);
}

async function until(is: () => boolean): Promise<boolean> {
  for (let i = 0; i < 400 && !is(); i++) await sleep(10);
  return is();
}

async function withServer(run: (server: LiveServer) => Promise<void>): Promise<void> {
  const server = await LiveServer.open();
  try {
    await run(server);
  } finally {
    server.close();
  }
}

test("a_line_is_made_with_a_ticket_and_answers_come_by_number", async (t) => {
  await withServer(async (server) => {
    const met = meet(server);
    met.link.start();
    const peer = await server.next();
    t.eq(peer.protocol.replace(/\s/g, ""), "ibasho.v1,ticket.t1", "subprotocol and ticket");
    serve(peer);
    t.ok(await until(() => met.states.at(-1) === "here"), "here after hello");
    t.eq(met.states, ["connecting", "here"], "and nothing between");
    const go = met.link.command("floor.walk", { x: 1, y: 2 });
    peer.onCommand = undefined;
    t.ok(await until(() => peer.commands.length === 1), "a command arrives");
    peer.say({ re: 99, ok: {} });
    peer.say({ re: peer.commands[0]?.number, no: { code: "full", title: "いっぱい" } });
    t.eq(await go, { kind: "no", code: "full", title: "いっぱい" }, "its own answer");
    peer.bytes([0]);
    t.ok(await until(() => peer.binaries.length === 1), "a beat is answered");
    met.link.stick(1, 0);
    t.ok(await until(() => peer.binaries.length === 2), "the stick goes as bytes");
    t.eq(peer.binaries, [[0], [1, 127, 0]], "both as the protocol has them");
    met.link.stop();
    t.ok(await until(() => peer.closeCode === 1000), "leaving closes with 1000");
    t.eq(met.states.at(-1), "off", "off");
  });
});

test("a_cut_line_comes_back_to_the_same_visit", async (t) => {
  await withServer(async (server) => {
    const met = meet(server);
    met.link.start();
    const first = await server.next();
    serve(first);
    await until(() => met.states.at(-1) === "here");
    const entered = await met.link.command("place.enter", { floor: "lounge", rung: "watch" });
    t.eq(entered.kind, "ok", "entered");
    t.eq(
      met.kept(),
      { visit: "v1", token: "k1", lastN: 1 },
      "kept, with what came before the answer",
    );
    first.say({ ev: "people.left", n: 2, of: { seats: [9] } });
    await until(() => met.events.length === 3);
    const lost = met.link.command("floor.stop", {});
    first.onCommand = undefined;
    const back = server.next();
    first.cut();
    t.eq((await lost).kind, "cut", "what waited learns that no answer comes");
    const second = await back;
    t.eq(met.states, ["connecting", "here", "again"], "the reader is told");
    serve(second);
    t.ok(await until(() => met.states.at(-1) === "here"), "here again");
    t.eq(
      second.commands[0]?.input,
      { visit: "v1", token: "k1", last_n: 2 },
      "resumed from the last number",
    );
    t.eq(met.kept()?.token, "k2", "the new token is kept");
    second.say({ ev: "people.left", n: 2, of: { seats: [9] } });
    second.say({ ev: "people.left", n: 3, of: { seats: [8] } });
    await until(() => met.events.at(-1)?.n === 3);
    t.eq(
      met.events.filter((one) => one.ev === "people.left").map((one) => one.n),
      [2, 3],
      "said once, though sent twice",
    );
    met.link.stop();
    t.eq(met.kept(), undefined, "nothing is kept after leaving");
  });
});

test("a_visit_kept_over_a_reload_is_taken_up_or_given_up", async (t) => {
  await withServer(async (server) => {
    for (const resume of ["ok", "no"] as const) {
      const met = meet(server, { kept: { visit: "v1", token: "k1", lastN: 5 } });
      met.link.start();
      const peer = await server.next();
      serve(peer, resume);
      t.ok(await until(() => met.states.at(-1) === "here"), resume);
      t.eq(peer.commands[0]?.name, "place.resume", "asked first of all");
      t.eq(
        peer.commands[0]?.input,
        { visit: "v1", token: "k1", last_n: 5 },
        "by what was kept and nothing else",
      );
      t.eq(met.nGone(), resume === "no" ? 1 : 0, "told when it is gone");
      t.eq(met.kept()?.lastN, resume === "no" ? undefined : 5, "and then not kept");
      met.link.stop();
    }
  });
});

test("who_leaves_while_the_line_is_cut_has_left_when_it_is_back", async (t) => {
  await withServer(async (server) => {
    const met = meet(server);
    met.link.start();
    const first = await server.next();
    serve(first);
    await until(() => met.states.at(-1) === "here");
    await met.link.command("place.enter", { floor: "lounge", rung: "watch" });
    const back = server.next();
    first.cut();
    await until(() => met.states.at(-1) === "again");
    t.eq((await met.link.command("place.leave", {})).kind, "cut", "no answer now");
    const second = await back;
    serve(second);
    t.ok(await until(() => met.states.at(-1) === "here"), "back");
    t.eq(
      second.commands.map((one) => one.name),
      ["place.resume", "place.leave"],
      "the wish to go holds",
    );
    t.eq([met.kept(), met.nGone()], [undefined, 0], "and nothing is left of it");
    met.link.stop();
  });
});

test("closes_of_the_place_end_the_line_or_bring_it_back", async (t) => {
  await withServer(async (server) => {
    for (const [code, why] of [
      [4001, "elsewhere"],
      [4003, "session"],
    ] as const) {
      const met = meet(server);
      met.link.start();
      const peer = await server.next();
      serve(peer);
      await until(() => met.states.at(-1) === "here");
      const n = server.peers.length;
      peer.close(code);
      t.ok(await until(() => met.overs.length === 1), `${code} is the end`);
      await sleep(600);
      t.eq([met.overs, server.peers.length], [[why], n], "and no new try is made");
    }
    const met = meet(server);
    met.link.start();
    const peer = await server.next();
    serve(peer);
    await until(() => met.states.at(-1) === "here");
    const back = server.next();
    peer.close(1012);
    serve(await back);
    t.ok(await until(() => met.states.at(-1) === "here"), "a node that starts anew is found again");
    t.eq(met.states, ["connecting", "here", "again", "here"], "once");
    met.link.stop();
  });
});

test("a_line_that_falls_silent_is_dead_after_five_seconds", async (t) => {
  await withServer(async (server) => {
    const met = meet(server);
    met.link.start();
    serve(await server.next());
    await until(() => met.states.at(-1) === "here");
    const from = performance.now();
    const back = server.next();
    await back;
    const tookMs = performance.now() - from;
    t.ok(tookMs >= 4900, "not before", `${tookMs} ms`);
    t.note(`noticed after ${Math.round(tookMs)} ms`);
    t.ok(met.states.includes("again"), "and the reader is told");
    met.link.stop();
  });
});

test("no_ticket_means_waiting_or_the_end", async (t) => {
  await withServer(async (server) => {
    const tickets: Ticket[] = [{ kind: "wait" }, { kind: "wait" }, { kind: "ok", ticket: "x" }];
    const patient = meet(server, { ticket: () => Promise.resolve(tickets.shift() as Ticket) });
    patient.link.start();
    const peer = await server.next();
    t.eq(tickets.length, 0, "asked until there was one");
    serve(peer);
    t.ok(await until(() => patient.states.at(-1) === "here"), "and came in");
    t.eq(patient.states, ["connecting", "here"], "that was no cut");
    patient.link.stop();
    const refused = meet(server, {
      ticket: () => Promise.resolve<Ticket>({ kind: "stop", why: "session" }),
    });
    refused.link.start();
    t.ok(await until(() => refused.overs[0] === "session"), "no session: no line");
  });
});
