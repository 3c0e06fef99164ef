#include "federation/mirror_store.h"

#include "tests/t.h"

/* Python: hmac.new(key, class.to_bytes(4) + node + number.to_bytes(8) + pseud + text, "sha256")
 */
#define MAC "f1c8a9b43f64e6a5c68d01ebb83ce8d7a3e4c2a8386795dd15d24629f148bbcd"

static void fill(struct mirror_line_row *row, uint8_t key[32])
{
    *row = (struct mirror_line_row){.class = 7, .node = {{1, [15] = 9}}, .number = 258};
    for (int i = 0; i < FRAME_PSEUD_BYTES; i++)
        row->pseud[i] = (uint8_t)(100 + i);
    for (int i = 0; i < 32; i++)
        key[i] = (uint8_t)i;
}

T_CASE(mirror_mac_is_what_another_program_makes_of_it)
{
    struct mirror_line_row row;
    uint8_t key[32], mac[MIRROR_MAC_BYTES];

    T_REQ("CARD-9");
    fill(&row, key);
    T_EQ(mirror_mac(key, &row, SPAN("こんにちは"), mac, NULL), ERR_OK, "made");
    T_SPAN(span_of(mac, sizeof mac), t_hex(MAC), "the same");
}

T_CASE(mirror_mac_tells_every_part_apart)
{
    struct mirror_line_row row, other;
    uint8_t key[32], mac[MIRROR_MAC_BYTES], was[MIRROR_MAC_BYTES];

    T_REQ("CARD-9");
    fill(&row, key);
    T_EQ(mirror_mac(key, &row, SPAN("text"), was, NULL), ERR_OK, "made");
    for (int part = 0; part < 6; part++) {
        fill(&other, key);
        other.class += part == 0;
        other.node.b[15] = (uint8_t)(other.node.b[15] + (part == 1));
        other.number += part == 2;
        other.pseud[9] = (uint8_t)(other.pseud[9] + (part == 3));
        key[31] = (uint8_t)(key[31] + (part == 4));
        T_EQ(mirror_mac(key, &other, part == 5 ? SPAN("texT") : SPAN("text"), mac, NULL),
             ERR_OK, "made");
        T_OK(memcmp(mac, was, sizeof mac) != 0, "another mac");
    }
}
