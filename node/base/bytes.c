#include "node/base/bytes.h"

#include "node/base/err.h"

void bytes_get(struct bytes_in *in, void *into, size_t len)
{
    if (in->is_short || in->rest.len < len) {
        in->is_short = true;
        memset(into, 0, len);
        return;
    }
    if (len > 0)
        memcpy(into, in->rest.p, len);
    in->rest = span_from(in->rest, len);
}

uint64_t bytes_get_number(struct bytes_in *in, size_t n_bytes)
{
    uint8_t b[8] = {0};
    uint64_t number = 0;

    invariant(n_bytes <= sizeof b, "a number of %zu bytes", n_bytes);
    bytes_get(in, b, n_bytes);
    for (size_t i = 0; i < n_bytes; i++)
        number = number << 8 | b[i];
    return number;
}

void bytes_put(struct bytes_out *out, const void *bytes, size_t len)
{
    invariant(len <= out->cap - out->len, "%zu bytes more in %zu", len, out->cap - out->len);
    if (len > 0)
        memcpy(out->p + out->len, bytes, len);
    out->len += len;
}

void bytes_put_number(struct bytes_out *out, uint64_t number, size_t n_bytes)
{
    uint8_t b[8];

    invariant(n_bytes <= sizeof b, "a number of %zu bytes", n_bytes);
    for (size_t i = 0; i < n_bytes; i++)
        b[i] = (uint8_t)(number >> (8 * (n_bytes - 1 - i)));
    bytes_put(out, b, n_bytes);
}
