/* people.search: CPU of one search by a kana prefix among 1,000 people, as a commissioner (all
 * of them shown) and as school staff with a whole school (a quarter shown), the slower of the
 * two. With rights, sorting into a page of 50 and counting all that fit; without HTTP. */
#include <stdio.h>

#include "tests/bench/bench.h"
#include "tests/integration/people_fixture.h"

#define N_PEOPLE 1000
#define N_ROUNDS 400

static const char *const kana[] = {"あ", "い", "か", "き", "さ", "し", "た", "な", "は", "ま",
                                   "み", "や", "ゆ", "ら", "り", "わ", "こ", "の", "と", "ん"};
#define N_KANA ((int)(sizeof kana / sizeof kana[0]))

static void fill(struct people_fixture *f, struct id schools[4])
{
    for (int i = 0; i < 4; i++)
        schools[i] = people_fixture_school(f, "中学校", true);
    for (int i = 0; i < N_PEOPLE; i++) {
        char family_kana[32], given_kana[32], login[32];
        const struct people_fixture_person p = {
            ROLE_STUDENT, NULL,        schools[i % 4], "J2",       "長谷川",
            "花子",       family_kana, given_kana,     "ひまわり", login};

        snprintf(family_kana, sizeof family_kana, "%s%s%s", kana[i % N_KANA],
                 kana[i / N_KANA % N_KANA], kana[i / 7 % N_KANA]);
        snprintf(given_kana, sizeof given_kana, "%s%s%s", kana[i / 3 % N_KANA],
                 kana[i / 11 % N_KANA], kana[i / 13 % N_KANA]);
        snprintf(login, sizeof login, "hanako.%04d", i);
        people_fixture_add(f, &p);
    }
}

static enum err measure(const struct people *people, const struct rights_view *view,
                        double *us_out, struct fail *why)
{
    struct arena *arena = NULL;
    struct people_page page;
    double start;
    enum err rc = arena_create(16384, &arena, why);

    start = bench_thread_cpu_us();
    for (int i = 0; rc == ERR_OK && i < N_ROUNDS; i++) {
        struct people_query query = {.q = span_text(kana[i % N_KANA]), .n_cap = 50};

        if (i % 2 == 1) /* and two kana, found anywhere */
            query.q = span_text(
                arena_printf(arena, "%s%s", kana[i % N_KANA], kana[i / N_KANA % N_KANA]));
        rc = people_search(people, view, &query, arena, &page, why);
        arena_reset(arena);
    }
    *us_out = (bench_thread_cpu_us() - start) / N_ROUNDS;
    arena_destroy(&arena);
    return rc;
}

BENCH(people_search_kana, "people.search", "ms CPU a search", 0.5, true)
{
    struct people_fixture f;
    struct people *people = NULL;
    struct id schools[4];
    struct rights_grant grant = {.right = RIGHT_MANAGER};
    struct rights_view board = {.caller = {.role = ROLE_COMMISSIONER, .account = {{1}}}};
    struct rights_view staff = {.caller = {.role = ROLE_SCHOOL_STAFF, .account = {{2}}},
                                .grants = &grant,
                                .n_grants = 1};
    double board_us = 0, staff_us = 0;
    enum err rc;

    people_fixture_start(&f);
    fill(&f, schools);
    staff.caller.school = grant.school = schools[0];
    rc = people_ref(f.index, f.store.db, &people, why);
    if (rc == ERR_OK)
        rc = measure(people, &board, &board_us, why);
    if (rc == ERR_OK)
        rc = measure(people, &staff, &staff_us, why);
    if (rc == ERR_OK)
        *value_out = (board_us > staff_us ? board_us : staff_us) / 1000;
    people_unref(&people);
    people_fixture_stop(&f);
    return rc;
}
