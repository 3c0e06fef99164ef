/* covers: voice/stun.c voice/way.c */
/* Any bytes as a request of STUN, as they are and under a right fingerprint: whatever is read
 * lies inside the bytes, and each answer to it is whole and bears its transaction. */
#include "voice/stun.h"

#include <stdlib.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond) ((cond) ? (void)0 : abort())
#define HEAD        20
#define CAP         2048

static bool is_inside(struct span part, struct span whole)
{
    return part.len == 0 || (part.p >= whole.p && part.p + part.len <= whole.p + whole.len);
}

static void check_answer(const uint8_t *answer, size_t len, const struct stun_request *request)
{
    CHECK(len > HEAD + 32 && len <= STUN_ANSWER_CAP && len % 4 == 0);
    CHECK((size_t)(answer[2] << 8 | answer[3]) == len - HEAD);
    CHECK(memcmp(answer + 8, request->transaction, sizeof request->transaction) == 0);
}

static void read_one(struct span datagram)
{
    uint8_t answer[STUN_ANSWER_CAP];
    struct sockaddr_storage address;
    struct stun_request request;
    struct way way = {0}, back;
    struct mac mac;

    if (!stun_read(datagram, &request))
        return;
    CHECK(is_inside(request.ours, datagram) && is_inside(request.theirs, datagram));
    CHECK(is_inside(request.signed_bytes, datagram) && request.signed_bytes.len >= HEAD);
    CHECK(is_inside(span_of(request.signature, MAC_BYTES), datagram));
    CHECK(request.n_unknown <= STUN_UNKNOWN_CAP);
    mac_init(&mac, SPAN("password"));
    if (stun_is_signed(&request, &mac))
        CHECK(!stun_is_signed(&request, &(struct mac){0}));
    memcpy(way.ip, datagram.p + 4, sizeof way.ip);
    if (request.is_nominating)
        memcpy(way.ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    check_answer(answer, stun_success_write(&request, &way, &mac, answer), &request);
    check_answer(answer, stun_error_write(&request, STUN_UNKNOWN_ATTRIBUTE, &mac, answer),
                 &request);
    check_answer(answer, stun_error_write(&request, STUN_ROLE_CONFLICT, &mac, answer),
                 &request);
    way_write(&way, way_is_ipv4(&way) ? AF_INET : AF_INET6, &address);
    CHECK(way_read(&address, 0, &back) && way_is_same(&way, &back));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes;
    uint32_t print;

    if (size > CAP)
        return 0;
    bytes = malloc(size + 1); /* exactly so long, so that reading further is seen */
    CHECK(bytes != NULL);
    memcpy(bytes, data, size);
    read_one(span_of(bytes, size));
    if (size >= HEAD + 8) { /* the same with a right length and a right fingerprint */
        bytes[2] = (uint8_t)((size - HEAD) >> 8);
        bytes[3] = (uint8_t)(size - HEAD);
        memcpy(bytes + size - 8, "\x80\x28\0\4", 4);
        print = (uint32_t)crc32(0, bytes, (uInt)size - 8) ^ 0x5354554e;
        for (int i = 0; i < 4; i++)
            bytes[size - 4 + (size_t)i] = (uint8_t)(print >> (24 - 8 * i));
        read_one(span_of(bytes, size));
    }
    free(bytes);
    return 0;
}
