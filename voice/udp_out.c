#include "voice/udp_out.h"

#include <errno.h>
#include <string.h>

void udp_out_put(struct udp_out *out, int fd, struct span bytes,
                 const struct sockaddr_storage *to, socklen_t to_len)
{
    if (bytes.len == 0 || bytes.len > VOICE_PACKET_MAX)
        return;
    if (out->n == UDP_OUT_BATCH)
        udp_out_flush(out, fd);
    memcpy(out->bytes[out->n], bytes.p, bytes.len);
    memcpy(&out->to[out->n], to, to_len);
    out->len[out->n] = bytes.len;
    out->to_len[out->n] = to_len;
    out->n++;
}

void udp_out_flush(struct udp_out *out, int fd)
{
    struct iovec parts[UDP_OUT_BATCH];
    struct mmsghdr batch[UDP_OUT_BATCH];
    int n = out->n, at = 0;

    out->n = 0;
    for (int i = 0; i < n; i++) {
        parts[i] = (struct iovec){out->bytes[i], out->len[i]};
        batch[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &out->to[i],
                                                .msg_namelen = out->to_len[i],
                                                .msg_iov = &parts[i],
                                                .msg_iovlen = 1}};
    }
    while (at < n) {
        int sent = sendmmsg(fd, batch + at, (unsigned)(n - at), MSG_DONTWAIT | MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        at += sent > 0 ? sent : 1; /* the one it stopped at is lost */
    }
}
