#include "node/base/id.h"

#include <pthread.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "tests/t.h"

static int order(struct id a, struct id b)
{
    return memcmp(a.b, b.b, sizeof a.b);
}

static int64_t ms_of(struct id id)
{
    int64_t ms = 0;

    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id.b[i];
    return ms;
}

T_CASE(id_new_is_a_uuid_of_version_7) /* RFC 9562, sections 4.1, 4.2 and 5.7 */
{
    int64_t before_ms = clock_utc_us() / 1000;
    struct id id = id_new();

    T_EQ(id.b[6] >> 4, 7, "version");
    T_EQ(id.b[8] >> 6, 2, "variant");
    /* Other cases may have moved the counter ahead of the clock, never behind it. */
    T_OK(ms_of(id) >= before_ms, "milliseconds since 1970 in the first 48 bits");
    T_OK(!id_is_none(id), "not none");
}

T_CASE(id_new_rises_inside_one_millisecond)
{
    struct id last = id_new();
    bool rises = true;

    for (int i = 0; i < 100000; i++) {
        struct id next = id_new();

        rises = rises && order(last, next) < 0;
        last = next;
    }
    T_OK(rises, "100,000 ids, far more than a millisecond's 4,096");
}

T_CASE(id_new_rises_when_the_clock_steps_back)
{
    struct id last = id_new();

    clock_test_shift(0, -3600 * INT64_C(1000000));
    for (int i = 0; i < 10000; i++) {
        struct id next = id_new();

        T_OK(order(last, next) < 0, "rises");
        last = next;
    }
    clock_test_shift(0, 0);
    T_OK(order(last, id_new()) < 0, "and when it comes forward again");
}

enum { N_THREADS = 4, N_IDS = 5000 };
static struct id made[N_THREADS][N_IDS];

static void *make(void *arg)
{
    struct id *ids = arg;

    for (int i = 0; i < N_IDS; i++)
        ids[i] = id_new();
    return NULL;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

T_CASE(id_new_is_unique_over_threads)
{
    pthread_t threads[N_THREADS];
    struct id *all = &made[0][0];
    bool rises = true, differ = true;

    for (int i = 0; i < N_THREADS; i++)
        T_EQ(pthread_create(&threads[i], NULL, make, made[i]), 0, "thread");
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int t = 0; t < N_THREADS; t++)
        for (int i = 1; i < N_IDS; i++)
            rises = rises && order(made[t][i - 1], made[t][i]) < 0;
    T_OK(rises, "rises as each thread sees it");
    qsort(all, (size_t)N_THREADS * N_IDS, sizeof *all, by_bytes);
    for (int i = 1; i < N_THREADS * N_IDS; i++)
        differ = differ && order(all[i - 1], all[i]) != 0;
    T_OK(differ, "no two alike");
}

T_CASE(id_text_and_back)
{
    char text[ID_TEXT_CAP];
    struct id id, back;

    /* RFC 9562, appendix A.6 */
    T_EQ(id_parse(SPAN("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"), &id, NULL), ERR_OK,
         "upper case");
    T_EQ(ms_of(id), INT64_C(0x017F22E279B0), "the time of the example");
    id_text(id, text);
    T_TEXT(text, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "lower case");
    T_EQ(id_parse(span_text(text), &back, NULL), ERR_OK, "back");
    T_OK(id_eq(id, back), "same");
    id_text(ID_NONE, text);
    T_TEXT(text, "00000000-0000-0000-0000-000000000000", "none");
    T_OK(id_is_none(ID_NONE) && !id_is_none(id), "none is none");
}

T_CASE(id_parse_takes_any_version_and_nothing_else)
{
    static const struct {
        const char *what, *text;
        enum err want;
    } rows[] = {
        {"version 4", "919108f7-52d1-4320-9bac-f847db4148a8", ERR_OK},
        {"nil", "00000000-0000-0000-0000-000000000000", ERR_OK},
        {"max", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", ERR_OK},
        {"mixed case", "017f22E2-79b0-7CC3-98c4-dc0C0c07398f", ERR_OK},
        {"nothing", "", ERR_INVALID},
        {"one short", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", ERR_INVALID},
        {"one long", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", ERR_INVALID},
        {"no hyphens", "017f22e279b07cc398c4dc0c0c07398f", ERR_INVALID},
        {"32 digits and blanks", "017f22e279b07cc398c4dc0c0c07398f    ", ERR_INVALID},
        {"hyphen moved", "017f22e27-9b0-7cc3-98c4-dc0c0c07398f", ERR_INVALID},
        {"a digit for a hyphen", "017f22e2079b0-7cc3-98c4-dc0c0c07398f", ERR_INVALID},
        {"g", "g17f22e2-79b0-7cc3-98c4-dc0c0c07398f", ERR_INVALID},
        {"last is g", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", ERR_INVALID},
        {"braces", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", ERR_INVALID},
        {"blank in front", " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f", ERR_INVALID},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct id id = {{9}};

        T_EQ(id_parse(span_text(rows[i].text), &id, NULL), rows[i].want, rows[i].what);
        if (rows[i].want != ERR_OK)
            T_OK(id_is_none(id), "no result");
    }
}
