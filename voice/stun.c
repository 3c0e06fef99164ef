#include "voice/stun.h"

#include <openssl/crypto.h>
#include <zlib.h>

#include "node/base/bytes.h"

#define HEAD_BYTES        20
#define COOKIE            UINT32_C(0x2112a442)
#define FINGERPRINT_XOR   UINT32_C(0x5354554e)
#define FINGERPRINT_BYTES 8 /* with its head */
#define INTEGRITY_BYTES   (4 + MAC_BYTES)
#define USERNAME_CAP      513 /* RFC 8489 section 14.3: fewer than 513 bytes */

enum { BINDING_REQUEST = 0x0001, BINDING_SUCCESS = 0x0101, BINDING_ERROR = 0x0111 };

enum {
    USERNAME = 0x0006,
    MESSAGE_INTEGRITY = 0x0008,
    ERROR_CODE = 0x0009,
    UNKNOWN_ATTRIBUTES = 0x000a,
    XOR_MAPPED_ADDRESS = 0x0020,
    PRIORITY = 0x0024,
    USE_CANDIDATE = 0x0025,
    OPTIONAL_FROM = 0x8000, /* from here on a reader may skip what it does not know */
    FINGERPRINT = 0x8028,
    ICE_CONTROLLED = 0x8029,
};

static uint32_t fingerprint(const uint8_t *p, size_t len)
{
    return (uint32_t)crc32(0, p, (uInt)len) ^ FINGERPRINT_XOR;
}

/* ---- reading ---- */

static bool username_take(struct span value, struct stun_request *request)
{
    const uint8_t *colon =
        value.len == 0 || value.len >= USERNAME_CAP ? NULL : memchr(value.p, ':', value.len);

    if (colon == NULL)
        return false;
    request->ours = span_of(value.p, (size_t)(colon - value.p));
    request->theirs = span_from(value, request->ours.len + 1);
    return true;
}

/* One attribute before MESSAGE-INTEGRITY. False: the request is broken. */
static bool attribute_take(uint16_t type, struct span value, struct stun_request *request)
{
    switch (type) {
    case USERNAME:
        return request->ours.p == NULL && username_take(value, request);
    case PRIORITY: /* of the pair, as the other side sees it: it alone chooses */
        return value.len == 4;
    case USE_CANDIDATE:
        request->is_nominating = true;
        return value.len == 0;
    case ICE_CONTROLLED:
        request->is_controlled = true;
        return value.len == 8;
    default:
        if (type < OPTIONAL_FROM) {
            if (request->n_unknown < STUN_UNKNOWN_CAP)
                request->unknown[request->n_unknown] = type;
            request->n_unknown += request->n_unknown < STUN_UNKNOWN_CAP;
        }
        return true;
    }
}

/* The attributes up to the fingerprint. What stands behind the signature is not signed, so it
 * is skipped (RFC 8489 section 14.5). */
static bool attributes_read(struct span datagram, struct stun_request *request)
{
    struct bytes_in in = {.rest = span_from(datagram, HEAD_BYTES)};

    while (in.rest.len > 0) {
        const uint8_t *start = in.rest.p;
        uint16_t type = (uint16_t)bytes_get_number(&in, 2);
        size_t len = (size_t)bytes_get_number(&in, 2), padded = (len + 3) & ~(size_t)3;
        struct span value = span_cut(in.rest, 0, len);

        if (in.is_short || in.rest.len < padded)
            return false;
        in.rest = span_from(in.rest, padded);
        if (request->signature != NULL)
            continue;
        if (type == MESSAGE_INTEGRITY) {
            if (len != MAC_BYTES)
                return false;
            request->signature = value.p;
            request->signed_bytes = span_of(datagram.p, (size_t)(start - datagram.p));
        } else if (!attribute_take(type, value, request)) {
            return false;
        }
    }
    return request->signature != NULL && request->ours.p != NULL;
}

/* The last eight bytes. */
static bool fingerprint_is_right(struct span datagram)
{
    struct span covered = span_cut(datagram, 0, datagram.len - FINGERPRINT_BYTES);
    struct bytes_in in = {.rest = span_from(datagram, covered.len)};
    uint64_t type = bytes_get_number(&in, 2), len = bytes_get_number(&in, 2);

    return type == FINGERPRINT && len == 4 &&
           bytes_get_number(&in, 4) == fingerprint(covered.p, covered.len);
}

bool stun_read(struct span datagram, struct stun_request *request_out)
{
    struct bytes_in in = {.rest = datagram};
    bool is_request;

    memset(request_out, 0, sizeof *request_out);
    if (datagram.len < HEAD_BYTES + FINGERPRINT_BYTES || datagram.len % 4 != 0)
        return false;
    is_request = bytes_get_number(&in, 2) == BINDING_REQUEST &&
                 bytes_get_number(&in, 2) == datagram.len - HEAD_BYTES &&
                 bytes_get_number(&in, 4) == COOKIE;
    bytes_get(&in, request_out->transaction, STUN_TRANSACTION_BYTES);
    return is_request && fingerprint_is_right(datagram) &&
           attributes_read(datagram, request_out);
}

/* ---- the signature ---- */

/* Over the message up to the signature, whose head says a length that ends behind the
 * signature (RFC 8489 section 14.5). */
static void sign(struct span message, const struct mac *mac, uint8_t sum_out[MAC_BYTES])
{
    size_t len = message.len - HEAD_BYTES + INTEGRITY_BYTES;
    uint8_t head[HEAD_BYTES];

    memcpy(head, message.p, sizeof head);
    head[2] = (uint8_t)(len >> 8);
    head[3] = (uint8_t)len;
    mac_sum(mac, span_of(head, sizeof head), span_from(message, HEAD_BYTES), sum_out);
}

bool stun_is_signed(const struct stun_request *request, const struct mac *mac)
{
    uint8_t sum[MAC_BYTES];

    sign(request->signed_bytes, mac, sum);
    return CRYPTO_memcmp(sum, request->signature, sizeof sum) == 0;
}

/* ---- writing ---- */

static void answer_begin(struct bytes_out *out, uint8_t *p, unsigned type,
                         const struct stun_request *request)
{
    *out = (struct bytes_out){p, 0, STUN_ANSWER_CAP};
    bytes_put_number(out, type, 2);
    bytes_put_number(out, 0, 2); /* the length, once it is known */
    bytes_put_number(out, COOKIE, 4);
    bytes_put(out, request->transaction, STUN_TRANSACTION_BYTES);
}

static size_t answer_end(struct bytes_out *out, const struct mac *mac)
{
    uint8_t sum[MAC_BYTES];
    size_t len = out->len - HEAD_BYTES + INTEGRITY_BYTES + FINGERPRINT_BYTES;

    sign(span_of(out->p, out->len), mac, sum);
    out->p[2] = (uint8_t)(len >> 8);
    out->p[3] = (uint8_t)len;
    bytes_put_number(out, MESSAGE_INTEGRITY, 2);
    bytes_put_number(out, MAC_BYTES, 2);
    bytes_put(out, sum, sizeof sum);
    len = out->len;
    bytes_put_number(out, FINGERPRINT, 2);
    bytes_put_number(out, 4, 2);
    bytes_put_number(out, fingerprint(out->p, len), 4);
    return out->len;
}

size_t stun_success_write(const struct stun_request *request, const struct way *way,
                          const struct mac *mac, uint8_t answer_out[STUN_ANSWER_CAP])
{
    const bool is_four = way_is_ipv4(way);
    const size_t skip = is_four ? 12 : 0;
    struct bytes_out out;
    const uint8_t *mask;

    answer_begin(&out, answer_out, BINDING_SUCCESS, request);
    mask = answer_out + 4; /* cookie and transaction, one behind the other */
    bytes_put_number(&out, XOR_MAPPED_ADDRESS, 2);
    bytes_put_number(&out, is_four ? 8 : 20, 2);
    bytes_put_number(&out, is_four ? 1 : 2, 2);
    bytes_put_number(&out, way->port ^ (COOKIE >> 16), 2);
    for (size_t i = 0; i + skip < sizeof way->ip; i++)
        bytes_put_number(&out, way->ip[i + skip] ^ mask[i], 1);
    return answer_end(&out, mac);
}

size_t stun_error_write(const struct stun_request *request, int code, const struct mac *mac,
                        uint8_t answer_out[STUN_ANSWER_CAP])
{
    struct bytes_out out;

    answer_begin(&out, answer_out, BINDING_ERROR, request);
    bytes_put_number(&out, ERROR_CODE, 2);
    bytes_put_number(&out, 4, 2);
    bytes_put_number(&out, (uint64_t)(code / 100), 3);
    bytes_put_number(&out, (uint64_t)(code % 100), 1);
    if (code == STUN_UNKNOWN_ATTRIBUTE) {
        bytes_put_number(&out, UNKNOWN_ATTRIBUTES, 2);
        bytes_put_number(&out, (uint64_t)request->n_unknown * 2, 2);
        for (int i = 0; i < request->n_unknown; i++)
            bytes_put_number(&out, request->unknown[i], 2);
        if (request->n_unknown % 2 != 0)
            bytes_put_number(&out, 0, 2);
    }
    return answer_end(&out, mac);
}
