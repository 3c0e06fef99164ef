/* A sender's last lines: the short way over lines that were seen before finds what looking at
 * all of them again finds. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/utf.h"
#include "tenants/words/words_priv.h"
#include "tests/t.h"

#define LINE_MOST 8192
#define EVERY     3 /* of the corpus so many lines are left out between two */

struct both {
    struct words *words;
    struct arena *arena;
    struct words_window short_way, whole;
    int64_t now_ms;
    unsigned n, n_differ, n_over;
    char first[LINE_MOST]; /* that differs */
};

static bool is_same(const struct words_verdict *a, const struct words_verdict *b)
{
    if (a->n_hits != b->n_hits || a->kinds != b->kinds || a->categories != b->categories ||
        !span_eq(a->masked, b->masked))
        return false;
    for (size_t i = 0; i < a->n_hits; i++)
        if (a->hits[i].from != b->hits[i].from || a->hits[i].to != b->hits[i].to ||
            a->hits[i].category != b->hits[i].category ||
            a->hits[i].is_own != b->hits[i].is_own)
            return false;
    return true;
}

static void put(struct both *both, const char *text)
{
    struct words_verdict a, b, alone;
    struct span span = span_text(text);

    arena_reset(both->arena);
    both->now_ms += 3000;
    T_EQ(words_window_put(&both->short_way, both->words, WORDS_SURFACE_CHAT, span, both->now_ms,
                          both->arena, &a, NULL),
         ERR_OK, text);
    T_EQ(words_window_put_whole(&both->whole, both->words, WORDS_SURFACE_CHAT, span,
                                both->now_ms, both->arena, &b, NULL),
         ERR_OK, text);
    T_EQ(words_look(both->words, WORDS_SURFACE_CHAT, span, both->arena, &alone, NULL), ERR_OK,
         text);
    both->n++;
    both->n_over += !is_same(&b, &alone); /* something came over from a line before */
    if (!is_same(&a, &b) && both->n_differ++ == 0)
        snprintf(both->first, sizeof both->first, "%s", text);
}

/* The last column of a table of the corpus; pieces of one line are lines of their own. */
static void put_rows(struct both *both, const char *path)
{
    static const char part[] = " ⏎ ";
    FILE *file = fopen(path, "re");
    char line[LINE_MOST];
    unsigned n = 0;

    T_OK(file != NULL, path);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *text, *next;

        line[strcspn(line, "\n")] = '\0';
        text = strrchr(line, '\t');
        if (n++ % EVERY != 0 || text == NULL)
            continue;
        for (text++; text != NULL; text = next) {
            next = strstr(text, part);
            if (next != NULL) {
                *next = '\0';
                next += sizeof part - 1;
            }
            put(both, text);
        }
    }
    if (file != NULL)
        fclose(file);
}

static void open_both(struct both *both)
{
    const struct words_lists none = {.n_own = 0};

    T_EQ(utf_open(NULL), ERR_OK, "utf");
    T_EQ(arena_create(65536, &both->arena, NULL), ERR_OK, "arena");
    T_EQ(words_create(&none, &both->words, NULL), ERR_OK, "the base list");
}

static void close_both(struct both *both)
{
    words_unref(&both->words);
    arena_destroy(&both->arena);
    free(both);
}

T_CASE(words_of_lines_before_are_found_the_short_way_too_AI_2_6_ウ)
{
    struct both *both = calloc(1, sizeof *both);

    T_REQ("AI-2.6-ウ");
    if (both == NULL)
        abort();
    open_both(both);
    put_rows(both, "tests/words/dev/evasions.tsv");
    put_rows(both, "tests/words/dev/plain.tsv");
    T_EQ((long long)both->n_differ, 0LL, both->first);
    T_OK(both->n > 1000 && both->n_over > 50, "words that came over from a line before");
    close_both(both);
}

/* One letter a line, marks and signs at a line's edge, long lines, numbers in pieces. */
T_CASE(words_over_the_edges_of_lines_are_found_the_short_way_too)
{
    static const char *const pieces[] = {
        "し",
        "ね",
        "か",
        "\u3099か",
        "ゝ",
        "ー",
        "死",
        "た",
        "い",
        "０９",
        "0",
        "1234",
        "5678-",
        "ライ",
        "ン",
        "おしえて",
        "や",
        "ろう",
        "会",
        "おう",
        "うざ",
        "○",
        "す",
        "こ",
        "ろ",
        "s",
        "hi",
        "ne",
        "\r",
        "a\r",
        "\u0301",
        "家",
        "にいない",
        "、",
        "しー",
        "ｼ",
        "ﾈ",
        "タ",
        "ヒ",
        "きょうは、とてもたのしかったし、あしたもまたみんなといっしょに、この公園であそぶつもり"
        "で"
        "す。おべんとうも、おかしも、すいとうも、ぜんぶわすれずに、もっていきます。し"};
    struct both *both = calloc(1, sizeof *both);
    uint32_t x = 1;

    if (both == NULL)
        abort();
    open_both(both);
    for (int i = 0; i < 3000; i++) {
        x = x * 1664525u + 1013904223u;
        put(both, pieces[(x >> 16) % T_COUNT(pieces)]);
    }
    T_EQ((long long)both->n_differ, 0LL, both->first);
    T_OK(both->n_over > 50, "words that came over from a line before");
    close_both(both);
}
