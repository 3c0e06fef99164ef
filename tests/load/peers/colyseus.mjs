// The second yardstick: a floor as Colyseus keeps one, by its own state sync (x and y of everybody,
// a patch ten times a second). Seats are reserved here, so that joining needs no HTTP of its own.
//   node colyseus.mjs SOCKET PEOPLE > one target a line, then "ready"
import http from "node:http";
import { Room, Server, matchMaker } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { Encoder, schema, t } from "@colyseus/schema";

Encoder.BUFFER_SIZE = 1024 * 1024;
const Place = schema({ x: t.uint16(), y: t.uint16() });
const State = schema({ places: t.map(Place) });

class Floor extends Room {
  maxClients = 100000;
  maxMessagesPerSecond = 1000;
  patchRate = 100;
  seatReservationTimeout = 600;
  autoDispose = false;
  state = new State();

  onCreate() {
    this.onMessageBytes("m", (client, bytes) => {
      const place = this.state.places.get(client.sessionId);
      if (place === undefined) return;
      place.x = bytes[0] | (bytes[1] << 8);
      place.y = bytes[2] | (bytes[3] << 8);
    });
  }

  onJoin(client) {
    this.state.places.set(client.sessionId, new Place());
  }

  onLeave(client) {
    this.state.places.delete(client.sessionId);
  }
}

const [socket, people] = [process.argv[2], Number(process.argv[3])];
const server = new Server({
  greet: false,
  transport: new WebSocketTransport({ server: http.createServer() }),
});
server.define("floor", Floor);
await server.listen(socket, undefined, 4096);
for (let i = 0; i < people; i++) {
  const seat = await matchMaker.joinOrCreate("floor", {});
  const room = seat.room ?? seat;
  process.stdout.write(`/${room.processId}/${room.roomId}?sessionId=${seat.sessionId}\n`);
}
process.stdout.write("ready\n");
