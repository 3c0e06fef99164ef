// The yardstick: as little as a floor can be on the `ws` package. A client says where it is, and ten
// times a second everyone on a floor gets what moved there, in one frame built once. The contract on
// the wire is Ibasho's own (u8 1, u8 0, u16 n, u32 ms, n times u16 seat, u16 x, u16 y).
//   node ws.mjs SOCKET
import http from "node:http";
import { WebSocketServer } from "ws";

const floors = new Map();
let nextSeat = 0;
const began = performance.now();

function join(client, id) {
  client.floor?.clients.delete(client);
  let floor = floors.get(id);
  if (floor === undefined) floors.set(id, (floor = { clients: new Set(), moved: new Set() }));
  floor.clients.add(client);
  client.floor = floor;
}

const server = http.createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (client) => {
  client.seat = nextSeat++ & 0xffff;
  client.on("message", (bytes) => {
    if (bytes[0] === 2) return join(client, bytes.readUInt16LE(1));
    client.x = bytes.readUInt16LE(1);
    client.y = bytes.readUInt16LE(3);
    client.floor?.moved.add(client);
  });
  client.on("close", () => client.floor?.clients.delete(client));
});

setInterval(() => {
  for (const { clients, moved } of floors.values()) {
    if (moved.size === 0) continue;
    const frame = Buffer.allocUnsafe(8 + 6 * moved.size);
    frame.writeUInt8(1, 0);
    frame.writeUInt8(0, 1);
    frame.writeUInt16LE(moved.size, 2);
    frame.writeUInt32LE(Math.round(performance.now() - began), 4);
    let at = 8;
    for (const client of moved) {
      frame.writeUInt16LE(client.seat, at);
      frame.writeUInt16LE(client.x, at + 2);
      frame.writeUInt16LE(client.y, at + 4);
      at += 6;
    }
    moved.clear();
    for (const client of clients) client.send(frame);
  }
}, 100);

server.listen(process.argv[2], 4096, () => process.stdout.write("ready\n"));
