/* tests/unit/voice/stun_made.h - Binding requests as a browser sends them, and broken ones. */
#ifndef TESTS_UNIT_VOICE_STUN_MADE_H
#define TESTS_UNIT_VOICE_STUN_MADE_H

#include <stdio.h>
#include <zlib.h>

#include "node/base/bytes.h"
#include "voice/ice.h"

#define MADE_CAP 512

struct made_wish {
    bool nominates, is_controlled, lacks_fingerprint, lacks_signature;
    uint16_t extra;       /* an attribute of this type, of no meaning */
    uint16_t behind;      /* the same, behind the signature */
    const char *username; /* NULL: "ufrag:peer" */
    const char *password; /* NULL: the right one */
    uint8_t transaction;  /* its first byte */
};

static inline void made_attribute(struct bytes_out *out, unsigned type, const void *p,
                                  size_t len)
{
    static const uint8_t zeros[4];

    bytes_put_number(out, type, 2);
    bytes_put_number(out, len, 2);
    bytes_put(out, p, len);
    bytes_put(out, zeros, (4 - len % 4) % 4);
    out->p[2] = (uint8_t)((out->len - 20) >> 8);
    out->p[3] = (uint8_t)(out->len - 20);
}

static inline struct span made_request(const struct ice_name *name,
                                       const struct made_wish *wish, uint8_t p[MADE_CAP])
{
    struct bytes_out out = {p, 0, MADE_CAP};
    const char *password = wish->password != NULL ? wish->password : name->password;
    uint8_t sum[MAC_BYTES], crc[4];
    char username[64];
    struct mac mac;
    uint32_t print;

    snprintf(username, sizeof username, "%s:peer", name->ufrag);
    bytes_put(&out, "\0\1\0\0\x21\x12\xa4\x42", 8);
    bytes_put_number(&out, wish->transaction, 1);
    bytes_put(&out, "transaction", 11);
    if (wish->username != NULL)
        snprintf(username, sizeof username, "%s", wish->username);
    made_attribute(&out, 0x0006, username, strlen(username));
    made_attribute(&out, 0xc057, "\0\1\0\0", 4);
    made_attribute(&out, wish->is_controlled ? 0x8029 : 0x802a, "12345678", 8);
    if (wish->nominates)
        made_attribute(&out, 0x0025, "", 0);
    made_attribute(&out, 0x0024, "\x6e\0\1\xff", 4);
    if (wish->extra != 0)
        made_attribute(&out, wish->extra, "odd", 3);
    if (!wish->lacks_signature) {
        mac_init(&mac, span_text(password));
        p[2] = (uint8_t)((out.len + 4) >> 8);
        p[3] = (uint8_t)(out.len + 4);
        mac_sum(&mac, span_of(p, out.len), SPAN_NONE, sum);
        made_attribute(&out, 0x0008, sum, sizeof sum);
    }
    if (wish->behind != 0)
        made_attribute(&out, wish->behind, "odd", 3);
    if (!wish->lacks_fingerprint) {
        p[2] = (uint8_t)((out.len - 12) >> 8);
        p[3] = (uint8_t)(out.len - 12);
        print = (uint32_t)crc32(0, p, (uInt)out.len) ^ 0x5354554e;
        for (int i = 0; i < 4; i++)
            crc[i] = (uint8_t)(print >> (24 - 8 * i));
        made_attribute(&out, 0x8028, crc, sizeof crc);
    }
    return span_of(p, out.len);
}

/* 198.51.100.1, at port */
static inline struct way made_way(uint16_t port, uint32_t connection)
{
    return (struct way){.ip = {[10] = 0xff, [11] = 0xff, 198, 51, 100, 1},
                        .port = port,
                        .connection = connection};
}

#endif
