"""tests/lib/wire.py - what goes over the loopback meanwhile, byte for byte (AF_PACKET, as root):

    with Wire() as wire:
        ...
    wire.packets           # each IP packet, once
    wire.has(b"bytes")     # in how many of them these bytes are
    wire.rtp(port)         # what those hold that are RTP from or to a UDP port, behind the header
"""
import socket
import struct
import threading

ETH_P_ALL, HEAD, MOST = 3, 14, 200 << 20
SO_RCVBUFFORCE = 33
OUTGOING = 4  # of loopback each packet is seen going out and coming in


class Wire:
    def __enter__(self):
        self.packets, self.is_over = [], False
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.sock.bind(("lo", 0))
        self.sock.settimeout(0.1)
        self.thread = threading.Thread(target=self._take, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()
        self.sock.close()

    def _take(self):
        n = 0
        while not self.is_over and n < MOST:
            try:
                data, (_, _, kind, *_) = self.sock.recvfrom(70000)
            except TimeoutError:
                continue
            if kind != OUTGOING:
                self.packets.append(data[HEAD:])
                n += len(data)

    def has(self, needle):
        return sum(needle in one for one in self.packets)

    def rtp(self, port):
        found = []
        for one in self.packets:
            if len(one) <= 40 or one[0] != 0x45 or one[9] != socket.IPPROTO_UDP:
                continue
            if port not in struct.unpack(">HH", one[20:24]):
                continue
            packet = one[28:]
            head = 12 + 4 * (packet[0] & 15)
            if packet[0] >> 6 != 2 or 64 <= packet[1] & 127 < 96:  # not RTP (RFC 7983), or RTCP (RFC 5761)
                continue
            if packet[0] & 16:
                head += 4 + 4 * int.from_bytes(packet[head + 2:head + 4], "big")
            found.append(packet[head:])
        return found
