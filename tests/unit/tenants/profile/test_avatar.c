/* AI-2.2-ア: enough figures that kinds do not overlap too much, and a fair おまかせ. */
#include "tenants/profile/avatar.h"

#include <string.h>

#include "tests/t.h"

#define N_PICKS 50
#define MOST    5 /* 10 % of 50 */

/* A generator of the test's own, so that a seed always gives the same day. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

T_CASE(every_kind_and_colour_has_an_id_of_its_own)
{
    T_REQ("AI-2.2-ア");
    T_OK(AVATAR_KINDS_N >= 40, "at least 40 kinds");
    T_OK(AVATAR_COLOURS_N >= 8, "at least 8 colours");
    for (int i = 0; i <= AVATAR_NEUTRAL; i++) {
        T_OK(avatar_kind_id(i).len > 0, "a kind's id");
        T_EQ(avatar_kind_find(avatar_kind_id(i)), i, "found by it");
    }
    for (int i = 0; i < AVATAR_COLOURS_N; i++)
        T_EQ(avatar_colour_find(avatar_colour_id(i)), i, "a colour by its id");
    T_EQ(avatar_kind_id(AVATAR_NEUTRAL + 1).len, 0, "none after the neutral one");
    T_EQ(avatar_colour_id(AVATAR_COLOURS_N).len, 0, "no colour after the last");
    T_SPAN(avatar_kind_id(AVATAR_NEUTRAL), SPAN("neutral"), "the neutral one");
    T_SPAN(avatar_colour_id(AVATAR_NEUTRAL_COLOUR), SPAN("stone"), "its colour");
    T_EQ(avatar_kind_find(SPAN("Cat")), -1, "another case");
    T_EQ(avatar_kind_find(SPAN("")), -1, "nothing");
    T_EQ(avatar_kind_find(SPAN("cat|dog")), -1, "two at once");
}

T_CASE(of_50_picks_no_kind_has_more_than_5)
{
    uint32_t worst = 0;

    T_REQ("AI-2.2-ア");
    for (uint64_t seed = 0; seed < 2000; seed++) {
        uint32_t counts[AVATAR_KINDS_N] = {0};
        uint64_t state = seed;

        for (int i = 0; i < N_PICKS; i++) {
            struct avatar a = avatar_pick(counts, next(&state));

            counts[a.kind]++;
            worst = counts[a.kind] > worst ? counts[a.kind] : worst;
        }
    }
    T_OK(worst <= MOST, "over 2,000 days");
    T_EQ(worst, 2, "50 people, 48 kinds: two at most");
}

T_CASE(a_pick_evens_out_what_others_chose)
{
    uint32_t counts[AVATAR_KINDS_N];
    uint64_t state = 7;

    for (int i = 0; i < AVATAR_KINDS_N; i++)
        counts[i] = 3;
    counts[11] = 2;
    T_EQ(avatar_pick(counts, 1).kind, 11, "the one kind fewest wear");
    counts[11] = 9; /* everybody wants a deer */
    for (int i = 0; i < 470; i++)
        counts[avatar_pick(counts, next(&state)).kind]++;
    for (int i = 0; i < AVATAR_KINDS_N; i++)
        T_OK(counts[i] >= 12 && counts[i] <= 13, "all are worn alike afterwards");
}

T_CASE(picks_are_even_over_kinds_and_colours)
{
    uint32_t none[AVATAR_KINDS_N] = {0}, kinds[AVATAR_KINDS_N] = {0};
    uint32_t pairs[AVATAR_KINDS_N][AVATAR_COLOURS_N] = {{0}};
    uint64_t state = 3;

    for (int i = 0; i < 480000; i++) {
        struct avatar a = avatar_pick(none, next(&state));

        kinds[a.kind]++;
        pairs[a.kind][a.colour]++;
    }
    for (int i = 0; i < AVATAR_KINDS_N; i++) {
        /* 10,000 each, standard deviation 99; 1,000 each, 32. */
        T_OK(kinds[i] > 9500 && kinds[i] < 10500, "a kind");
        for (int j = 0; j < AVATAR_COLOURS_N; j++)
            T_OK(pairs[i][j] > 800 && pairs[i][j] < 1200, "a kind in a colour");
    }
}

T_CASE(whoever_never_chose_has_a_figure_that_stays)
{
    uint32_t kinds[AVATAR_KINDS_N] = {0}, colours[AVATAR_COLOURS_N] = {0};

    for (int i = 0; i < 48000; i++) {
        struct id id = id_new(); /* rising: neighbours in time look unlike all the same */
        struct avatar a = avatar_of_account(id), again = avatar_of_account(id);

        T_OK(a.kind == again.kind && a.colour == again.colour, "the same again");
        kinds[a.kind]++;
        colours[a.colour]++;
    }
    for (int i = 0; i < AVATAR_KINDS_N; i++)
        T_OK(kinds[i] > 800 && kinds[i] < 1200, "spread over kinds");
    for (int i = 0; i < AVATAR_COLOURS_N; i++)
        T_OK(colours[i] > 4300 && colours[i] < 5300, "spread over colours");
}
