/* The safe words: one line through the whole engine, and lists compiled. */
#include "tenants/words/words.h"
#include "node/base/utf.h"
#include "tests/bench/bench.h"

#define ROUNDS 400

static const char *const lines[] = {
    "きょうはカレーをつくったよ、おいしかった！",
    "マイクラの新しいワールドいっしょにやらない?",
    "先生、1時間目の宿題どこまでですか",
    "お前まじでうざいんだけど、話しかけんな",
    "ラ・イ・ン教えて、090-0123-4567にかけて",
    "もう死にたい。家に帰りたくないし、どこにも行けない",
    "I like baking cakes and playing the piano",
    "ゆうくんに借りた本、3かんまで読んだ。すごくおもしろかったからつぎも借りたい",
};

/* Each line alone. */
static enum err look_all(struct words *words, struct arena *arena, double *us, struct fail *why)
{
    size_t n = sizeof lines / sizeof lines[0];
    double before = bench_thread_cpu_us();
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < n * ROUNDS; i++) {
        struct words_verdict verdict;

        arena_reset(arena);
        rc = words_look(words, WORDS_SURFACE_CHAT, span_text(lines[i % n]), arena, &verdict,
                        why);
    }
    *us = (bench_thread_cpu_us() - before) / (double)(n * ROUNDS);
    return rc;
}

BENCH(words_line, "words.line", "us", 50, true)
{
    const struct words_lists none = {.n_own = 0};
    struct words *words = NULL;
    struct arena *arena = NULL;
    enum err rc = utf_open(why);

    if (rc == ERR_OK)
        rc = words_create(&none, &words, why);
    if (rc == ERR_OK)
        rc = arena_create(65536, &arena, why);
    if (rc == ERR_OK)
        rc = look_all(words, arena, value_out, why); /* warm */
    if (rc == ERR_OK)
        rc = look_all(words, arena, value_out, why);
    arena_destroy(&arena);
    words_unref(&words);
    return rc;
}

BENCH(words_compile, "words.compile", "us", 50000, true)
{
    const struct words_lists none = {.n_own = 0};
    double before;
    enum err rc = utf_open(why);

    before = bench_thread_cpu_us();
    for (int i = 0; rc == ERR_OK && i < 5; i++) {
        struct words *words = NULL;

        rc = words_create(&none, &words, why);
        words_unref(&words);
    }
    *value_out = (bench_thread_cpu_us() - before) / 5;
    return rc;
}
