#include "federation/fed_digest.h"

#include "federation/sfv.h"
#include "node/base/err.h"

void fed_digest_write(const struct hash256 *digest, char text_out[FED_DIGEST_LEN])
{
    struct sfv_out out = {.p = text_out, .cap = FED_DIGEST_LEN};

    sfv_put(&out, SPAN("sha-256="));
    sfv_put_bytes(&out, hash256_span(digest));
    invariant(!out.is_over && out.len == FED_DIGEST_LEN, "a digest of %zu characters", out.len);
}

bool fed_digest_read(struct span value, struct hash256 *digest_out)
{
    struct sfv in = {.rest = value};

    sfv_literal(&in, SPAN("sha-256="));
    sfv_bytes(&in, digest_out->b, HASH256_BYTES);
    return sfv_ended(&in);
}
