#include "voice/dtls_bio.h"

#include "voice/dtls.h"

#define HEAD_BYTES 2

static int wire_write(BIO *bio, const char *bytes, int len)
{
    struct dtls_wire *wire = BIO_get_data(bio);
    uint8_t *p = wire->out + wire->len;

    if (len <= 0 || (size_t)len + HEAD_BYTES > sizeof wire->out - wire->len)
        return len; /* lost, as on any way; the handshake's timer knows about that */
    p[0] = (uint8_t)(len >> 8);
    p[1] = (uint8_t)len;
    memcpy(p + HEAD_BYTES, bytes, (size_t)len);
    wire->len += HEAD_BYTES + (size_t)len;
    return len;
}

static int wire_read(BIO *bio, char *into, int cap)
{
    struct dtls_wire *wire = BIO_get_data(bio);
    struct span some = cap <= 0 ? SPAN_NONE : span_cut(wire->in, 0, (size_t)cap);

    BIO_clear_retry_flags(bio);
    wire->in = SPAN_NONE;
    if (some.len == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(into, some.p, some.len);
    return (int)some.len;
}

static long wire_control(BIO *bio, int what, long number, void *p)
{
    (void)bio, (void)number, (void)p;
    switch (what) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return DTLS_DATAGRAM_MOST;
    default:
        return 0;
    }
}

static int wire_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

BIO_METHOD *dtls_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");

    if (method == NULL || BIO_meth_set_write(method, wire_write) != 1 ||
        BIO_meth_set_read(method, wire_read) != 1 ||
        BIO_meth_set_ctrl(method, wire_control) != 1 ||
        BIO_meth_set_create(method, wire_create) != 1) {
        BIO_meth_free(method);
        return NULL;
    }
    return method;
}

BIO *dtls_bio_new(const BIO_METHOD *method, struct dtls_wire *wire)
{
    BIO *bio = BIO_new(method);

    if (bio != NULL)
        BIO_set_data(bio, wire);
    return bio;
}

struct span dtls_wire_next(struct dtls_wire *wire)
{
    const uint8_t *p = wire->out + wire->next;
    struct span datagram;

    if (wire->next == wire->len)
        return SPAN_NONE;
    datagram = span_of(p + HEAD_BYTES, (size_t)(p[0] << 8 | p[1]));
    wire->next += HEAD_BYTES + datagram.len;
    return datagram;
}

void dtls_wire_rewind(struct dtls_wire *wire)
{
    wire->next = 0;
}

void dtls_wire_tidy(struct dtls_wire *wire)
{
    if (wire->next == wire->len)
        wire->next = wire->len = 0;
}
