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

/* Says a length that ends so far behind what is there. */
static inline void made_length(const struct bytes_out *out, size_t behind)
{
    out->p[2] = (uint8_t)((out->len + behind - 20) >> 8);
    out->p[3] = (uint8_t)(out->len + behind - 20);
}

static inline void made_signature(struct bytes_out *out, const char *password)
{
    uint8_t sum[MAC_BYTES];
    struct mac mac;

    mac_init(&mac, span_text(password));
    made_length(out, 4 + sizeof sum);
    mac_sum(&mac, span_of(out->p, out->len), SPAN_NONE, sum);
    made_attribute(out, 0x0008, sum, sizeof sum);
}

/* Of the bytes before the last eight, into the last four. */
static inline void made_crc(uint8_t *p, size_t len)
{
    uint32_t crc = (uint32_t)crc32(0, p, (uInt)len - 8) ^ 0x5354554e;

    for (size_t i = 0; i < 4; i++)
        p[len - 4 + i] = (uint8_t)(crc >> (24 - 8 * i));
}

static inline void made_fingerprint(struct bytes_out *out)
{
    made_attribute(out, 0x8028, "crc.", 4);
    made_crc(out->p, out->len);
}

static inline struct span made_request(const struct ice_name *name,
                                       const struct made_wish *wish, uint8_t p[MADE_CAP])
{
    struct bytes_out out = {p, 0, MADE_CAP};
    char username[64];

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
    if (!wish->lacks_signature)
        made_signature(&out, wish->password != NULL ? wish->password : name->password);
    if (wish->behind != 0)
        made_attribute(&out, wish->behind, "odd", 3);
    if (!wish->lacks_fingerprint)
        made_fingerprint(&out);
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
