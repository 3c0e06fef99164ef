/* What a key half travels in: opened by the one key it was made for, and by nothing else. */
#include "node/base/half_box.h"

#include "tests/t.h"

static const struct id node = {{1, 2, 3}};

T_CASE(half_box_goes_there_and_back)
{
    uint8_t secret[32], point[32], from[32], again[32], sealed[HALF_SEALED_BYTES];
    uint8_t twice[HALF_SEALED_BYTES], box[HALF_BOX_BYTES], opened[HALF_BOX_BYTES];

    memset(box, 0x5a, sizeof box);
    T_EQ(half_box_pair(secret, point, NULL), ERR_OK, "a pair");
    T_EQ(half_box_seal(node, point, box, from, sealed, NULL), ERR_OK, "sealed");
    T_EQ(half_box_open(node, secret, from, sealed, opened, NULL), ERR_OK, "opened");
    T_SPAN(span_of(opened, sizeof opened), span_of(box, sizeof box), "the same box");
    T_EQ(half_box_seal(node, point, box, again, twice, NULL), ERR_OK, "sealed again");
    T_OK(memcmp(from, again, sizeof from) != 0, "from another pair");
    T_OK(memcmp(sealed, twice, sizeof sealed) != 0, "to other bytes");
}

T_CASE(half_box_opens_for_nobody_else)
{
    uint8_t secret[32], point[32], other[32], other_point[32], from[32];
    uint8_t sealed[HALF_SEALED_BYTES], box[HALF_BOX_BYTES] = {7}, opened[HALF_BOX_BYTES];
    struct id stranger = {{9}};

    T_EQ(half_box_pair(secret, point, NULL), ERR_OK, "a pair");
    T_EQ(half_box_pair(other, other_point, NULL), ERR_OK, "another");
    T_EQ(half_box_seal(node, point, box, from, sealed, NULL), ERR_OK, "sealed");
    T_EQ(half_box_open(node, other, from, sealed, opened, NULL), ERR_PROTO, "another key");
    T_EQ(half_box_open(stranger, secret, from, sealed, opened, NULL), ERR_PROTO,
         "another node's");
    T_EQ(half_box_open(node, secret, other_point, sealed, opened, NULL), ERR_PROTO,
         "another sender's point");
    memset(other, 0, sizeof other);
    T_EQ(half_box_open(node, secret, other, sealed, opened, NULL), ERR_PROTO, "no point");
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 1;
        T_EQ(half_box_open(node, secret, from, sealed, opened, NULL), ERR_PROTO, "one bit");
        sealed[i] ^= 1;
    }
    T_EQ(half_box_open(node, secret, from, sealed, opened, NULL), ERR_OK, "as it was");
}

T_CASE(half_box_seals_to_no_empty_point)
{
    /* Points of small order: what is agreed with them is all zeros. */
    static const uint8_t zero[32], one[32] = {1};
    uint8_t from[32], sealed[HALF_SEALED_BYTES], box[HALF_BOX_BYTES] = {7};

    T_EQ(half_box_seal(node, zero, box, from, sealed, NULL), ERR_INVALID, "zero");
    T_EQ(half_box_seal(node, one, box, from, sealed, NULL), ERR_INVALID, "one");
}

/* RFC 5869 has no case of 32 bytes in and out; this one was made with Python's hmac. */
T_CASE(half_box_derives_by_rfc_5869)
{
    static const struct id salt = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
    uint8_t secret[32], key[32], long_info[121] = {0};

    memset(secret, 0x0b, sizeof secret);
    T_EQ(half_box_derive(secret, salt, SPAN("ibasho-escrow-box/1"), key, NULL), ERR_OK, "key");
    T_SPAN(span_of(key, sizeof key),
           t_hex("203b9a2630b7f0964e2175c3061fc0873320c393b8f756b8bd59af978030dc43"),
           "as another program derives it");
    T_EQ(half_box_derive(secret, salt, span_of(long_info, sizeof long_info), key, NULL),
         ERR_INTERNAL, "an info that is too long");
}
