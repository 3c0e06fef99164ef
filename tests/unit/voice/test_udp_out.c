#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/t.h"
#include "voice/udp_out.h"

static int open_socket(struct sockaddr_storage *at_out)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        abort();
    memcpy(at_out, &at, sizeof at);
    return fd;
}

static int next_byte(int fd)
{
    uint8_t byte[2];

    return recv(fd, byte, sizeof byte, MSG_DONTWAIT) == 1 ? byte[0] : -1;
}

T_CASE(udp_out_keeps_its_turn_and_loses_what_cannot_go_alone)
{
    static struct udp_out out;
    struct sockaddr_storage here, there, nowhere;
    int fd = open_socket(&here), sink = open_socket(&there);
    int n = 0;

    for (uint8_t i = 0; i < UDP_OUT_BATCH; i++)
        udp_out_put(&out, fd, span_of(&i, 1), &there, sizeof(struct sockaddr_in));
    T_EQ(next_byte(sink), -1, "they wait");
    udp_out_put(&out, fd, SPAN("x"), &there, sizeof(struct sockaddr_in));
    while (next_byte(sink) == n)
        n++;
    T_EQ(n, UDP_OUT_BATCH, "one more than there is room for sends them, in turn");
    T_EQ(out.n, 1, "and waits itself");
    udp_out_flush(&out, fd);
    T_EQ(next_byte(sink), 'x', "it goes");

    nowhere = there;
    ((struct sockaddr_in *)(void *)&nowhere)->sin_port = 0;
    udp_out_put(&out, fd, SPAN("a"), &nowhere, sizeof(struct sockaddr_in));
    udp_out_put(&out, fd, SPAN("b"), &there, sizeof(struct sockaddr_in));
    udp_out_put(&out, fd, SPAN("c"), &nowhere, sizeof(struct sockaddr_in));
    udp_out_put(&out, fd, SPAN("d"), &there, sizeof(struct sockaddr_in));
    udp_out_put(&out, fd, SPAN_NONE, &there, sizeof(struct sockaddr_in));
    udp_out_flush(&out, fd);
    T_EQ(next_byte(sink), 'b', "beside one that cannot go");
    T_EQ(next_byte(sink), 'd', "and another");
    T_EQ(next_byte(sink), -1, "and nothing else");
    udp_out_flush(&out, fd);
    T_EQ(out.n, 0, "nothing waits");
    close(fd);
    close(sink);
}
