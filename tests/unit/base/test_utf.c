#include "node/base/utf.h"

#include <pthread.h>

#include "tests/t.h"

static struct arena *arena(void)
{
    static struct arena *shared;

    if (shared == NULL)
        T_EQ(arena_create(4096, &shared, NULL), ERR_OK, "arena");
    arena_reset(shared);
    return shared;
}

T_CASE(utf_valid_is_rfc_3629_without_surrogates_and_nul)
{
    static const struct {
        const char *what, *hex;
        size_t valid_len;
    } rows[] = {
        {"nothing", "", 0},
        {"ASCII", "417e7f", 3},
        {"NUL", "4100", 1},
        {"first of two bytes", "c280", 2},
        {"last of two bytes", "dfbf", 2},
        {"first of three bytes", "e0a080", 3},
        {"last before surrogates", "ed9fbf", 3},
        {"first after surrogates", "ee8080", 3},
        {"last of three bytes", "efbfbf", 3},
        {"first of four bytes", "f0908080", 4},
        {"U+10FFFF", "f48fbfbf", 4},
        {"U+110000", "61f4908080", 1},
        {"five bytes", "f888808080", 0},
        {"a lone tail byte", "80", 0},
        {"overlong two", "c080", 0},
        {"overlong two, last", "c1bf", 0},
        {"overlong three", "e09fbf", 0},
        {"overlong four", "f08fbfbf", 0},
        {"high surrogate", "eda080", 0},
        {"low surrogate", "edbfbf", 0},
        {"cut after one of two", "61c3", 1},
        {"cut after two of three", "6161e381", 2},
        {"cut after three of four", "f09f98", 0},
        {"a tail that is none", "e38161", 0},
        {"a last tail that is none", "f09f9861", 0},
        {"FE", "fe", 0},
        {"FF", "ff", 0},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span text = t_hex(rows[i].hex);

        T_EQ(utf_valid_len(text), rows[i].valid_len, rows[i].what);
        T_OK(utf_is_valid(text) == (rows[i].valid_len == text.len), rows[i].what);
    }
}

T_CASE(utf_clean_rows)
{
    static const struct {
        const char *what, *text;
        unsigned flags;
        const char *want;
    } rows[] = {
        {"plain", "山田 太郎 Yamada", 0, "山田 太郎 Yamada"},
        {"NFC of か + mark", "か\xe3\x82\x99っこう", 0, "がっこう"},
        {"NFC of e + acute", "cafe\xcc\x81", 0, "caf\xc3\xa9"},
        {"NFC reorders marks", "q\xcc\x87\xcc\xa3", 0, "q\xcc\xa3\xcc\x87"},
        {"width is left alone", "ﾔﾏﾀﾞ Ａ①㈱㌔", 0, "ﾔﾏﾀﾞ Ａ①㈱㌔"},
        {"variants of kanji stay", "髙橋 﨑 𠮷野家", 0, "髙橋 﨑 𠮷野家"},
        {"compatibility ideographs stay",
         "海\xef\xa9\x85 福\xef\xa8\x9b \xf0\xaf\xa0\x80か\xe3\x82\x99", 0,
         "海\xef\xa9\x85 福\xef\xa8\x9b \xf0\xaf\xa0\x80が"},
        {"an ideographic selector stays", "葛\xf3\xa0\x84\x80飾", 0, "葛\xf3\xa0\x84\x80飾"},
        {"a second selector goes", "葛\xf3\xa0\x84\x80\xf3\xa0\x84\x81飾", 0,
         "葛\xf3\xa0\x84\x80飾"},
        {"a selector of nothing goes", "\xef\xb8\x8f葛", 0, "葛"},
        {"a selector of a space goes", "a \xef\xb8\x8fz", 0, "a z"},
        {"emoji style selector stays", "☀\xef\xb8\x8f", 0, "☀\xef\xb8\x8f"},
        {"family keeps its joiners", "👨\xe2\x80\x8d👩\xe2\x80\x8d👧", 0,
         "👨\xe2\x80\x8d👩\xe2\x80\x8d👧"},
        {"heart on fire keeps its joiner", "❤\xef\xb8\x8f\xe2\x80\x8d🔥", 0,
         "❤\xef\xb8\x8f\xe2\x80\x8d🔥"},
        {"skin tone before a joiner", "👩🏽\xe2\x80\x8d🚀", 0,
         "👩🏽\xe2\x80\x8d🚀"},
        {"joiner between letters goes",
         "a\xe2\x80\x8d"
         "b",
         0, "ab"},
        {"joiner at the end goes", "👨\xe2\x80\x8d", 0, "👨"},
        {"joiner before a letter goes", "👨\xe2\x80\x8d人", 0, "👨人"},
        {"zero width space, non-joiner, word joiner, BOM",
         "し\xe2\x80\x8bね\xe2\x80\x8c\xe2\x81\xa0\xef\xbb\xbf", 0, "しね"},
        {"soft hyphen and grapheme joiner",
         "a\xc2\xad"
         "b\xcd\x8f"
         "c",
         0, "abc"},
        {"Hangul filler (a blank name)", "\xe3\x85\xa4\xef\xbe\xa0", 0, ""},
        {"tag letters", "x\xf3\xa0\x81\xa1\xf3\xa0\x81\xbf", 0, "x"},
        {"bidi controls", "\xe2\x80\xaeolleh\xe2\x80\xac \xe2\x81\xa6x\xe2\x81\xa9\xd8\x9c", 0,
         "olleh x"},
        {"a taken-out character joins letter and mark", "か\xe2\x80\x8b\xe3\x82\x99", 0, "が"},
        {"control characters",
         "a\x01"
         "b\x1b[0mc\x7f\xc2\x9f",
         0, "ab[0mc"},
        {"line breaks in a one-line text", "一\r\n二\t三\xe2\x80\xa8", 0, "一二三"},
        {"line breaks that may stay", "一\r\n二\r三\n四\xe2\x80\xa8五\xc2\x85六\t",
         UTF_KEEP_LINES, "一\n二\n三\n四\n五\n六\t"},
        {"other controls still go", "一\x0b\x0c二", UTF_KEEP_LINES, "一二"},
        {"noncharacters and annotations", "a\xef\xbf\xbf\xef\xb7\x90\xef\xbf\xb9z", 0, "az"},
        {"private use stays (a town's own characters)", "\xee\x80\x80", 0, "\xee\x80\x80"},
        {"right-to-left letters stay", "\xd7\x90\xd7\x91", 0, "\xd7\x90\xd7\x91"},
        {"nothing", "", 0, ""},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct arena *a = arena();
        struct span clean, again;

        T_EQ(utf_clean(span_text(rows[i].text), rows[i].flags, a, &clean, NULL), ERR_OK,
             rows[i].what);
        T_SPAN(clean, span_text(rows[i].want), rows[i].what);
        T_EQ(utf_clean(clean, rows[i].flags, a, &again, NULL), ERR_OK, rows[i].what);
        T_SPAN(again, clean, "cleaning twice changes nothing more");
    }
}

T_CASE(utf_clean_refuses_what_is_not_text)
{
    struct span clean;
    struct fail why;

    T_EQ(utf_clean(t_hex("61ff"), 0, arena(), &clean, &why), ERR_PROTO, "not UTF-8");
    T_OK(clean.p == NULL, "no result");
    T_OK(strstr(why.text, "byte 1") != NULL, "says where");
    T_EQ(utf_clean(t_hex("610062"), 0, arena(), &clean, &why), ERR_PROTO, "a NUL");
}

static void fill(uint8_t *text, size_t len, struct span pattern)
{
    for (size_t i = 0; i + pattern.len <= len; i += pattern.len)
        memcpy(text + i, pattern.p, pattern.len);
}

T_CASE(utf_clean_takes_long_texts)
{
    struct arena *a = arena();
    uint8_t *text = arena_alloc(a, 60000);
    struct span clean;

    fill(text, 60000, SPAN("か\xe3\x82\x99"));
    T_EQ(utf_clean(span_of(text, 60000), 0, a, &clean, NULL), ERR_OK, "cleans");
    T_EQ(clean.len, 30000, "composed");
    fill(text, 60000,
         SPAN("\xf0\x9d\x85\xa0")); /* U+1D160: one becomes three, the most NFC grows */
    T_EQ(utf_clean(span_of(text, 60000), 0, a, &clean, NULL), ERR_OK, "cleans");
    T_EQ(clean.len, 180000, "decomposed");
}

T_CASE(utf_graphemes_are_what_people_call_characters) /* UAX 29 */
{
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"山田太郎", 4},
        {"が", 1},
        {"か\xe3\x82\x99", 1},
        {"ﾔﾏﾀﾞ", 3},
        {"葛\xf3\xa0\x84\x80飾", 2},
        {"𠮷", 1},
        {"👨\xe2\x80\x8d👩\xe2\x80\x8d👧", 1},
        {"🇯🇵🇫🇷", 2},
        {"e\xcc\x81\xcc\x81x", 2},
        {"\r\n", 1},
        {"한국", 2},
        {"は゛", 2},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        uint32_t *at;
        size_t n = 99, n_at = 99;

        T_EQ(utf_n_graphemes(span_text(rows[i].text), &n, NULL), ERR_OK, rows[i].text);
        T_EQ(n, rows[i].n, rows[i].text);
        T_EQ(utf_graphemes(span_text(rows[i].text), arena(), &at, &n_at, NULL), ERR_OK,
             rows[i].text);
        T_EQ(n_at, rows[i].n, rows[i].text);
        T_EQ(at[n_at], strlen(rows[i].text), "the last is the length");
        for (size_t j = 0; j < n_at; j++)
            T_OK(at[j] < at[j + 1], "they rise");
    }
}

T_CASE(utf_graphemes_of_what_is_not_text)
{
    uint32_t *at;
    size_t n;

    T_EQ(utf_n_graphemes(t_hex("ff"), &n, NULL), ERR_PROTO, "counting");
    T_EQ(utf_graphemes(t_hex("ff"), arena(), &at, &n, NULL), ERR_PROTO, "listing");
    T_OK(at == NULL, "no result");
}

T_CASE(utf_graphemes_start_bytes)
{
    uint32_t *at;
    size_t n;

    T_EQ(utf_graphemes(SPAN("aか\xe3\x82\x99"
                            "b"),
                       arena(), &at, &n, NULL),
         ERR_OK, "lists");
    T_EQ(n, 3, "three");
    T_OK(at[0] == 0 && at[1] == 1 && at[2] == 7 && at[3] == 8, "offsets in bytes");
}

static void *count_often(void *arg)
{
    int *n_wrong = arg;

    for (int i = 0; i < 1000; i++) {
        size_t n = 0;

        if (utf_n_graphemes(SPAN("か\xe3\x82\x99葛\xf3\xa0\x84\x80"), &n, NULL) != ERR_OK ||
            n != 2)
            ++*n_wrong;
        if (utf_collate_ja(SPAN("いとう"), SPAN("いどう")) >= 0)
            ++*n_wrong;
    }
    return NULL;
}

T_CASE(utf_opens_once_or_often)
{
    T_EQ(utf_open(NULL), ERR_OK, "opens");
    T_EQ(utf_open(NULL), ERR_OK, "again");
}

T_CASE(utf_is_reentrant)
{
    pthread_t threads[12]; /* more than the iterators that are kept */
    int n_wrong[12] = {0};

    for (size_t i = 0; i < 12; i++)
        T_EQ(pthread_create(&threads[i], NULL, count_often, &n_wrong[i]), 0, "thread");
    for (size_t i = 0; i < 12; i++) {
        pthread_join(threads[i], NULL);
        T_EQ(n_wrong[i], 0, "no two use one iterator");
    }
}

T_CASE(utf_collation_orders_people_as_a_school_does) /* domain guide, section 12 */
{
    static const char *const rising[] = {
        "いとう", "イトウ", "いどう", "かっこう", "がっこう", "がつこう", "はは",
        "ばば",   "ぱぱ",   "やまだ", "ヤマダ",   "ﾔﾏﾀﾞ",     "やまと",
    };

    for (size_t i = 0; i + 1 < T_COUNT(rising); i++) {
        T_OK(utf_collate_ja(span_text(rising[i]), span_text(rising[i + 1])) <= 0, rising[i]);
        T_OK(utf_collate_ja(span_text(rising[i + 1]), span_text(rising[i])) >= 0, rising[i]);
    }
    T_EQ(utf_collate_ja(SPAN("やまだ"), SPAN("ヤマダ")), 0, "one reading in two scripts");
    T_EQ(utf_collate_ja(SPAN_NONE, SPAN_NONE), 0, "nothing and nothing");
    T_OK(utf_collate_ja(SPAN_NONE, SPAN("あ")) < 0, "nothing comes first");
    T_OK(utf_collate_ja(SPAN("亜"), SPAN("一")) < 0, "kanji in the order of JIS");
}

T_CASE(a_bad_byte_is_found_at_every_place_of_a_plain_text)
{
    static const uint8_t bad[] = {0x00, 0x80, 0xff, 0xc3};
    uint8_t text[32];

    for (size_t at = 0; at < sizeof text; at++)
        for (size_t b = 0; b < sizeof bad; b++) {
            memset(text, 1, sizeof text);
            text[at] = bad[b];
            T_EQ(utf_valid_len(span_of(text, sizeof text)), at, "up to it");
        }
    memset(text, 0x7f, sizeof text);
    T_OK(utf_is_valid(span_of(text, sizeof text)), "all of it");
}
