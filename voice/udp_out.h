/* voice/udp_out.h - datagrams that go out with one call: they wait until the loop has done its
 * turn, or until there are UDP_OUT_BATCH. A call for each costs a fifth more CPU (make bench
 * ONLY=voice.send).
 * Threads: one.  Owns: copies of what waits; nothing is allocated. */
#ifndef VOICE_UDP_OUT_H
#define VOICE_UDP_OUT_H

#include <sys/socket.h>

#include "node/base/span.h"
#include "voice/voice.h"

enum { UDP_OUT_BATCH = 32 };

/* All zeros: nothing waits. */
struct udp_out {
    int n;
    size_t len[UDP_OUT_BATCH];
    socklen_t to_len[UDP_OUT_BATCH];
    struct sockaddr_storage to[UDP_OUT_BATCH];
    uint8_t bytes[UDP_OUT_BATCH][VOICE_PACKET_MAX];
};

/* One of 1 to VOICE_PACKET_MAX bytes. When there is no more room, all that waits goes first. */
void udp_out_put(struct udp_out *out, int fd, struct span bytes,
                 const struct sockaddr_storage *to, socklen_t to_len);
/* All that waits goes, now or never: what the system does not take is lost, as on any line, and
 * the others go all the same. */
void udp_out_flush(struct udp_out *out, int fd);

#endif
