/* Where a text names somebody, and the same text without the name. */
#include "tenants/ending/ending_names.h"

#include "tests/t.h"

static struct arena *arena;

static void names_of(struct ending_names *names)
{
    names->n = 0;
    T_EQ(ending_names_add(names, SPAN("山田　花子"), true, arena, NULL), ERR_OK, "whole");
    T_EQ(ending_names_add(names, SPAN("山田"), false, arena, NULL), ERR_OK, "family");
    T_EQ(ending_names_add(names, SPAN("ひまわり"), true, arena, NULL), ERR_OK, "shown");
    T_EQ(ending_names_add(names, SPAN("ﾋﾏﾜﾘ"), true, arena, NULL), ERR_OK, "the same again");
    T_EQ(ending_names_add(names, SPAN("子"), false, arena, NULL), ERR_OK, "too short");
    T_EQ(names->n, 3, "three that are looked for");
}

T_CASE(ending_names_are_found_as_they_are_read)
{
    static const struct {
        const char *what, *text, *hit, *masked;
        bool is_there, is_whole;
    } rows[] = {
        {"as written", "きょう山田花子さんと", "山田花子", "きょう＊＊＊さんと", true, true},
        {"with a space", "山田 花子 来訪", "山田 花子", "＊＊＊ 来訪", true, true},
        {"family alone", "山田さんと話した", "山田", "＊＊＊さんと話した", true, false},
        {"half width", "ﾋﾏﾜﾘと", "ﾋﾏﾜﾘ", "＊＊＊と", true, true},
        {"twice", "ヒマワリとひまわり", "ヒマワリ", "＊＊＊と＊＊＊", true, true},
        {"over a line", "山田\n花子", "山田\n花子", "＊＊＊", true, true},
        {"somebody else", "山本さん", "", "山本さん", false, false},
        {"one character", "女の子", "", "女の子", false, false},
        {"nothing", "", "", "", false, false},
    };
    struct ending_names names;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    names_of(&names);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct span text = span_text(rows[i].text);
        struct ending_hit hit = {0};
        struct span masked = SPAN_NONE;
        bool is_there = true;

        T_EQ(ending_names_find(&names, text, arena, &is_there, &hit, NULL), ERR_OK,
             rows[i].what);
        T_EQ(is_there, rows[i].is_there, rows[i].what);
        T_EQ(hit.is_whole, rows[i].is_whole, rows[i].what);
        if (is_there)
            T_OK(span_eq(span_cut(text, hit.at, hit.len), span_text(rows[i].hit)),
                 rows[i].what);
        T_EQ(ending_names_mask(&names, text, arena, &masked, NULL), ERR_OK, rows[i].what);
        T_OK(span_eq(masked, span_text(rows[i].masked)), rows[i].what);
    }
    arena_destroy(&arena);
}

T_CASE(ending_names_refuse_what_is_no_text_and_what_never_ends)
{
    const uint8_t bytes[] = {0xff, 0xfe, 0x00};
    struct ending_names names = {.n = 0};
    struct ending_hit hit;
    struct span masked;
    bool is_there = true;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    T_EQ(ending_names_add(&names, SPAN("＊＊＊"), true, arena, NULL), ERR_OK,
         "a name of stars");
    T_EQ(ending_names_find(&names, span_of(bytes, sizeof bytes), arena, &is_there, &hit, NULL),
         ERR_PROTO, "no text");
    T_OK(!is_there, "nothing there");
    T_EQ(ending_names_mask(&names, SPAN("＊＊＊さん"), arena, &masked, NULL), ERR_INVALID,
         "it would never end");
    arena_destroy(&arena);
}
