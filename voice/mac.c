/* SHA_CTX is plain memory, which is the point; OpenSSL 3 calls it old. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "voice/mac.h"

#include <openssl/crypto.h>

#define INNER_PAD 0x36
#define OUTER_PAD 0x5c

static void begin(SHA_CTX *ctx, const uint8_t block[SHA_CBLOCK], uint8_t pad)
{
    uint8_t padded[SHA_CBLOCK];

    for (size_t i = 0; i < sizeof padded; i++)
        padded[i] = block[i] ^ pad;
    SHA1_Init(ctx);
    SHA1_Update(ctx, padded, sizeof padded);
    OPENSSL_cleanse(padded, sizeof padded);
}

void mac_init(struct mac *mac, struct span key)
{
    uint8_t block[SHA_CBLOCK] = {0};

    if (key.len > sizeof block)
        SHA1(key.p, key.len, block);
    else if (key.len > 0)
        memcpy(block, key.p, key.len);
    begin(&mac->inner, block, INNER_PAD);
    begin(&mac->outer, block, OUTER_PAD);
    OPENSSL_cleanse(block, sizeof block);
}

void mac_wipe(struct mac *mac)
{
    OPENSSL_cleanse(mac, sizeof *mac);
}

void mac_sum(const struct mac *mac, struct span a, struct span b, uint8_t sum_out[MAC_BYTES])
{
    SHA_CTX ctx = mac->inner;

    SHA1_Update(&ctx, a.p, a.len);
    SHA1_Update(&ctx, b.p, b.len);
    SHA1_Final(sum_out, &ctx);
    ctx = mac->outer;
    SHA1_Update(&ctx, sum_out, MAC_BYTES);
    SHA1_Final(sum_out, &ctx);
}
