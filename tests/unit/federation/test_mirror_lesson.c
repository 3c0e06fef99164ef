/* What another town's team asks, or its children: by our own words, and as it is read. */
#include "federation/mirror_lesson.h"
#include "node/base/utf.h"
#include "tenants/words/words.h"
#include "tests/t.h"

T_CASE(mirror_lesson_shows_what_a_child_here_might_write)
{
    static const struct {
        const char *what, *text;
        unsigned keep;
        bool is_shown;
    } rows[] = {
        {"a question", "わかった？", 0, true},
        {"a name for it", "LINEのIDは hoshi123 です。おくってね", 0, false},
        {"a number", "でんわは 090-1234-5678", 0, false},
        {"a cry", "もう死にたい", 0, false},
        {"turned round", "はい\xE2\x80\xAEえい", 0, false},
        {"nobody sees it", "は\xE2\x80\x8Bい", 0, false},
        {"a choice that is two", "はい\nいいえ", 0, false},
        {"a question with lines", "はい\nいいえ", UTF_KEEP_LINES, true},
    };
    const struct words_lists none = {.n_own = 0};
    struct arena *arena = NULL;
    struct words *words = NULL;

    T_REQ("CARD-10");
    T_EQ(arena_create(16384, &arena, NULL), ERR_OK, "arena");
    T_EQ(utf_open(NULL), ERR_OK, "utf");
    T_EQ(words_create(&none, &words, NULL), ERR_OK, "words");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span masked;
        bool is_shown = !rows[i].is_shown;

        T_EQ(mirror_lesson_judge(words, span_text(rows[i].text), rows[i].keep, arena, &masked,
                                 &is_shown, NULL),
             ERR_OK, rows[i].what);
        T_EQ(is_shown, rows[i].is_shown, rows[i].what);
    }
    words_unref(&words);
    arena_destroy(&arena);
}
