#include "tenants/signin/pace.h"

#include <stdatomic.h>

#include "node/base/clock.h"
#include "tests/t.h"

#define HASH_US 40000

T_CASE(pace_lets_refusals_of_a_place_go_one_after_the_other)
{
    struct pace *p = NULL;
    int64_t now_us = 1000000000, last_us = now_us;

    T_REQ("AI-2.6-オ");
    T_EQ(pace_create(2, HASH_US, &p, NULL), ERR_OK, "create");
    for (int i = 0; i < 50; i++) {
        int64_t at_us = pace_reserve(p, SPAN("192.0.2.1"), now_us);

        T_EQ(at_us - last_us, HASH_US / 2, "half a hash later: there are two threads");
        last_us = at_us;
    }
    T_EQ(pace_reserve(p, SPAN("192.0.2.2"), now_us) - now_us, HASH_US / 2,
         "another place waits for nothing of it");
    for (int i = 0; i < 1000; i++)
        last_us = pace_reserve(p, SPAN("192.0.2.1"), now_us);
    T_EQ(last_us - now_us, PACE_AHEAD_US, "but nobody waits longer than this");
    T_EQ(pace_reserve(p, SPAN("192.0.2.1"), now_us - 3600000000) - now_us + 3600000000,
         HASH_US / 2, "a clock that went back holds nobody");
    pace_destroy(&p);
    T_OK(p == NULL, "destroy clears");
}

T_CASE(pace_draws_from_the_last_durations)
{
    struct pace *p = NULL;
    bool has_seen[3] = {false};

    T_EQ(pace_create(1, 100, &p, NULL), ERR_OK, "create");
    for (int i = 0; i < 20; i++)
        T_EQ(pace_draw(p), 100, "the first alone");
    for (int i = 0; i < 64; i++)
        pace_note(p, 200 + i % 2);
    for (int i = 0; i < 2000; i++) {
        int64_t us = pace_draw(p);

        T_OK(us == 200 || us == 201, "the first is forgotten");
        has_seen[us - 200] = true;
    }
    T_OK(has_seen[0] && has_seen[1], "by chance");
    clock_test_shift(10000000, 0);
    for (int i = 0; i < 20; i++)
        T_EQ(pace_draw(p), 200, "none of the last seconds: as on an idle machine");
    clock_test_shift(0, 0);
    pace_destroy(&p);
}

static atomic_int n_gone;
static int order[4];

static void go(void *arg)
{
    order[atomic_fetch_add(&n_gone, 1)] = *(int *)arg;
}

T_CASE(pace_lets_go_in_the_order_of_time_and_keeps_nothing)
{
    struct pace *p = NULL;
    int names[4] = {0, 1, 2, 3};
    int64_t now_us = clock_mono_us();

    atomic_store(&n_gone, 0);
    T_EQ(pace_create(1, HASH_US, &p, NULL), ERR_OK, "create");
    pace_post(p, now_us + 60000000, go, &names[3]);
    pace_post(p, now_us + 60000, go, &names[2]);
    pace_post(p, now_us + 20000, go, &names[1]);
    pace_post(p, now_us - 1, go, &names[0]);
    while (atomic_load(&n_gone) < 3 && clock_mono_us() < now_us + 20000000)
        ;
    T_EQ(atomic_load(&n_gone), 3, "three are due");
    T_OK(clock_mono_us() >= now_us + 60000, "not before");
    pace_destroy(&p);
    T_EQ(atomic_load(&n_gone), 4, "the last goes when it ends");
    for (int i = 0; i < 4; i++)
        T_EQ(order[i], i, "in order");
}
