#include "voice/way.h"

#include <netinet/in.h>
#include <string.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

bool way_is_same(const struct way *a, const struct way *b)
{
    return a->port == b->port && a->connection == b->connection &&
           memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

bool way_is_ipv4(const struct way *way)
{
    return memcmp(way->ip, mapped, sizeof mapped) == 0;
}

bool way_read(const struct sockaddr_storage *address, uint32_t connection, struct way *way_out)
{
    *way_out = (struct way){.connection = connection};
    if (address->ss_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, address, sizeof in);
        memcpy(way_out->ip, mapped, sizeof mapped);
        memcpy(way_out->ip + sizeof mapped, &in.sin_addr, sizeof in.sin_addr);
        way_out->port = ntohs(in.sin_port);
        return true;
    }
    if (address->ss_family == AF_INET6) {
        struct sockaddr_in6 in;

        memcpy(&in, address, sizeof in);
        memcpy(way_out->ip, &in.sin6_addr, sizeof way_out->ip);
        way_out->port = ntohs(in.sin6_port);
        return true;
    }
    return false;
}

socklen_t way_write(const struct way *way, sa_family_t family,
                    struct sockaddr_storage *address_out)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(way->port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(way->port)};

    memset(address_out, 0, sizeof *address_out);
    if (family == AF_INET) {
        memcpy(&four.sin_addr, way->ip + sizeof mapped, sizeof four.sin_addr);
        memcpy(address_out, &four, sizeof four);
        return sizeof four;
    }
    memcpy(&six.sin6_addr, way->ip, sizeof way->ip);
    memcpy(address_out, &six, sizeof six);
    return sizeof six;
}
