#include "node/io/sjis.h"

#include "tests/t.h"

static struct sjis *page(void)
{
    struct sjis *sjis = NULL;

    T_EQ(sjis_create(&sjis, NULL), ERR_OK, "code page 932");
    return sjis;
}

T_CASE(sjis_writes_what_code_page_932_has)
{
    static const struct {
        const char *utf8, *want;
    } rows[] = {
        {"abc,\"\r\n", "abc,\"\r\n"},
        {"あいう", "\x82\xa0\x82\xa2\x82\xa4"},
        {"髙﨑①㈱", "\xfb\xfc\xed\x95\x87\x40\x87\x8a"},
        {"ｱ", "\xb1"},
        {"～－―", "\x81\x60\x81\x7c\x81\x5c"},
        {"表\\", "\x95\x5c\\"}, /* its second byte is a backslash, and stays one character */
        {"αЖ", "\x83\xbf\x84\x47"},
    };
    struct sjis *sjis = page();
    uint8_t out[64];

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        size_t n = sjis_write(sjis, span_text(rows[i].utf8), out);

        if (i != 2) /* which of two codes an old kanji has differs; it comes back alike */
            T_SPAN(span_of(out, n), span_text(rows[i].want), rows[i].utf8);
        else
            T_EQ(n, 8, "four characters");
    }
    T_EQ(sjis_n_changed(sjis), 0, "all of it as it was");
    sjis_destroy(&sjis);
}

T_CASE(sjis_says_what_it_does_not_have)
{
    T_REQ("AI-2.7-イ");
    static const struct {
        uint32_t point;
        const char *as;
        uint64_t n;
    } want[] = {{0xA5, "￥", 1},   {0x301C, "～", 1},  {0x3094, "〓", 2},
                {0x26AA, "〓", 1}, {0x20BB7, "〓", 1}, {0xE0100, "", 1}};
    struct sjis *sjis = page();
    uint8_t out[64];
    size_t n = sjis_write(sjis, SPAN("¥〜ゔゔ⚪𠮷葛\U000E0100。"), out);

    T_SPAN(span_of(out, n),
           SPAN("\x81\x8f\x81\x60\x81\xac\x81\xac\x81\xac\x81\xac\x8a\x8b\x81\x42"), "written");
    T_EQ(sjis_n_changed(sjis), T_COUNT(want), "each once");
    for (size_t i = 0; i < T_COUNT(want); i++) {
        struct sjis_changed seen = {0};

        for (size_t k = 0; k < sjis_n_changed(sjis); k++)
            if (sjis_changed(sjis, k).point == want[i].point)
                seen = sjis_changed(sjis, k);
        T_EQ(seen.n, want[i].n, "how often");
        T_OK(seen.as != NULL && strcmp(seen.as, want[i].as) == 0, "by what");
    }
    sjis_destroy(&sjis);
}

T_CASE(sjis_never_writes_an_ascii_sign_for_another)
{
    /* ¥ as a backslash, or ‾ as ~, would change what a cell says, and a quote could end it. */
    struct sjis *sjis = page();
    uint8_t out[8];
    int n_wrong = 0;

    for (uint32_t point = 0x80; point < 0x10000; point++) {
        uint8_t utf8[3] = {(uint8_t)(0xE0 | point >> 12), (uint8_t)(0x80 | (point >> 6 & 0x3F)),
                           (uint8_t)(0x80 | (point & 0x3F))};
        uint8_t two[2] = {(uint8_t)(0xC0 | point >> 6), (uint8_t)(0x80 | (point & 0x3F))};
        struct span text = point < 0x800 ? span_of(two, 2) : span_of(utf8, 3);
        size_t n = sjis_write(sjis, text, out);

        if (n == 1 && out[0] < 0x80)
            n_wrong++;
    }
    T_EQ(n_wrong, 0, "of all");
    sjis_destroy(&sjis);
}

T_CASE(sjis_counts_even_a_flood_of_rare_characters)
{
    struct sjis *sjis = page();
    uint8_t out[4];
    uint64_t n_all = 0;

    for (uint32_t point = 0x20000; point < 0x20000 + 3000; point++) {
        uint8_t utf8[4] = {
            (uint8_t)(0xF0 | point >> 18), (uint8_t)(0x80 | (point >> 12 & 0x3F)),
            (uint8_t)(0x80 | (point >> 6 & 0x3F)), (uint8_t)(0x80 | (point & 0x3F))};

        T_EQ(sjis_write(sjis, span_of(utf8, 4), out), 2, "one sign");
    }
    T_EQ(sjis_n_changed(sjis), 2049, "2,048 and the rest");
    for (size_t i = 0; i < sjis_n_changed(sjis); i++)
        n_all += sjis_changed(sjis, i).n;
    T_EQ(n_all, 3000, "none is forgotten");
    sjis_destroy(&sjis);
}
