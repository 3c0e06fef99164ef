#include "node/base/bytes.h"

#include "tests/t.h"
#include "tests/unit/base/aborts.h"

T_CASE(bytes_come_back_as_they_were_put)
{
    uint8_t room[16], id[3] = {9, 8, 7}, back[3];
    struct bytes_out out = {.p = room, .cap = sizeof room};
    struct bytes_in in;

    bytes_put_number(&out, 0x0102, 2);
    bytes_put(&out, id, sizeof id);
    bytes_put_number(&out, UINT64_MAX - 1, 8);
    bytes_put(&out, NULL, 0);
    T_EQ(out.len, 13, "side by side");
    T_EQ(room[0] << 8 | room[1], 0x0102, "big-endian");
    in = (struct bytes_in){.rest = span_of(room, out.len)};
    T_EQ(bytes_get_number(&in, 2), 0x0102, "a number");
    bytes_get(&in, back, sizeof back);
    T_SPAN(span_of(back, sizeof back), span_of(id, sizeof id), "bytes");
    T_OK(bytes_get_number(&in, 8) == UINT64_MAX - 1, "all 64 bits");
    T_OK(!in.is_short && in.rest.len == 0, "and nothing is left");
}

T_CASE(bytes_that_run_short_stay_short)
{
    static const uint8_t three[3] = {1, 2, 3};
    struct bytes_in in = {.rest = span_of(three, sizeof three)};
    uint8_t into[2] = {7, 7};

    T_EQ(bytes_get_number(&in, 4), 0, "four of three");
    T_OK(in.is_short, "is remembered");
    bytes_get(&in, into, sizeof into);
    T_EQ(into[0] + into[1], 0, "what would still fit reads as zeros");
    T_EQ(in.rest.len, 3, "and nothing is taken");
}

static void put_over(void)
{
    uint8_t room[2];
    struct bytes_out out = {.p = room, .cap = sizeof room};

    bytes_put_number(&out, 1, 1);
    bytes_put_number(&out, 1, 2);
}

T_CASE(bytes_never_go_over_their_room)
{
    T_OK(aborts(put_over), "a broken invariant");
}
