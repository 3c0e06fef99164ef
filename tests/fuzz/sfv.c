/* covers: federation/sfv.c federation/fed_digest.c */
/* Structured field values: what is read is written again as the same bytes, and nothing is read
 * beyond the end. The first byte chooses what is asked for. */
#include <stdlib.h>

#include "federation/fed_digest.h"
#include "federation/sfv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* Reads one field of each kind in the order of the bits of `plan`, writing along. */
static void try_fields(struct span bytes, uint8_t plan)
{
    char room[512];
    struct sfv in = {.rest = bytes};
    struct sfv_out out = {.p = room, .cap = (plan & 8) != 0 ? 8 : sizeof room};

    for (int i = 0; i < 3; i++) {
        uint8_t raw[16];
        int64_t number;
        struct span text;

        switch ((plan >> (2 * i)) & 3) {
        case 0:
            number = sfv_number(&in);
            check(number >= 0 && number <= INT64_C(999999999999999));
            sfv_put_number(&out, number);
            break;
        case 1:
            text = sfv_string(&in, 40);
            check(text.len <= 40);
            sfv_put_string(&out, text);
            break;
        case 2:
            sfv_bytes(&in, raw, sizeof raw);
            sfv_put_bytes(&out, span_of(raw, sizeof raw));
            break;
        default:
            sfv_literal(&in, SPAN("fed="));
            sfv_put(&out, SPAN("fed="));
            break;
        }
    }
    check(out.len <= out.cap);
    if (sfv_ended(&in) && !out.is_over)
        check(span_eq(bytes, sfv_written(&out, 0)));
}

static void try_digest(struct span bytes)
{
    char text[FED_DIGEST_LEN];
    struct hash256 digest;

    if (!fed_digest_read(bytes, &digest))
        return;
    fed_digest_write(&digest, text);
    check(span_eq(bytes, span_of(text, sizeof text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    try_fields(span_of(data + 1, size - 1), data[0]);
    try_digest(span_of(data + 1, size - 1));
    return 0;
}
