#include "tenants/profile/avatar.h"

#include "node/base/jx_scalar.h"

int avatar_kind_find(struct span id)
{
    return jx_choice_find(AVATAR_KINDS, id);
}

int avatar_colour_find(struct span id)
{
    return jx_choice_find(AVATAR_COLOURS, id);
}

struct span avatar_kind_id(int kind)
{
    return jx_choice_at(AVATAR_KINDS, kind);
}

struct span avatar_colour_id(int colour)
{
    return jx_choice_at(AVATAR_COLOURS, colour);
}

/* The finalizer of MurmurHash3: every bit of the input moves every bit of the result. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

/* Evenly one of n, from the upper bits (Lemire); what is uneven is below n in 2^32. */
static int one_of(uint64_t random, int n)
{
    return (int)((random >> 32) * (uint64_t)n >> 32);
}

static int colour_of(uint64_t random)
{
    return one_of(mix(random + 1), AVATAR_COLOURS_N);
}

struct avatar avatar_of_account(struct id account)
{
    uint64_t x = 0;

    for (size_t i = 0; i < sizeof account.b; i++)
        x = mix(x ^ (uint64_t)account.b[i] << 8 * (i % 8));
    return (struct avatar){one_of(x, AVATAR_KINDS_N), colour_of(x)};
}

struct avatar avatar_pick(const uint32_t counts[AVATAR_KINDS_N], uint64_t random)
{
    uint32_t fewest = counts[0];
    int n = 0, nth;

    for (int i = 1; i < AVATAR_KINDS_N; i++)
        fewest = counts[i] < fewest ? counts[i] : fewest;
    for (int i = 0; i < AVATAR_KINDS_N; i++)
        n += counts[i] == fewest;
    nth = one_of(mix(random), n);
    for (int i = 0; i < AVATAR_KINDS_N; i++)
        if (counts[i] == fewest && nth-- == 0)
            return (struct avatar){i, colour_of(random)};
    invariant(false, "%d kinds are worn by %u", n, fewest);
}
