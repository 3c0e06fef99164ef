#include <stdio.h>

#include "node/base/clock.h"
#include "tenants/signin/throttle.h"
#include "tests/t.h"

static enum err try(struct throttle *t, const char *account, const char *address,
                    int64_t mono_us)
{
    return throttle_try(t, span_text(account), span_text(address), 5, mono_us, NULL);
}

/* A school sits behind one address: a guesser there must not shut the others out. */
T_CASE(throttle_counts_account_and_address_together)
{
    struct throttle *t = NULL;

    T_REQ("AI-2.6-オ");
    T_EQ(throttle_create(&t, NULL), ERR_OK, "create");
    for (int i = 0; i < 5; i++)
        T_EQ(try(t, "aoi", "10.0.0.1", 7 * MINUTE_US + i), ERR_OK, "five tries");
    T_EQ(try(t, "aoi", "10.0.0.1", 7 * MINUTE_US + 6), ERR_RATE, "the sixth");
    T_EQ(try(t, "ren", "10.0.0.1", 7 * MINUTE_US + 7), ERR_OK, "another account, same address");
    T_EQ(try(t, "aoi", "10.0.0.2", 7 * MINUTE_US + 8), ERR_OK, "same account, another address");
    T_EQ(try(t, "aoi", "10.0.0.1", 8 * MINUTE_US - 1), ERR_RATE, "within the minute");
    T_EQ(try(t, "aoi", "10.0.0.1", 8 * MINUTE_US), ERR_OK, "a full minute later");
    throttle_destroy(&t);
    T_OK(t == NULL, "destroy clears");
}

/* No trick with the border of a minute: in any sixty seconds at most five. */
T_CASE(throttle_lets_no_minute_hold_more_than_its_number)
{
    struct throttle *t = NULL;
    int64_t taken[1000] = {0};
    size_t n = 0;

    T_EQ(throttle_create(&t, NULL), ERR_OK, "create");
    for (int64_t at = 50 * MINUTE_US; at < 60 * MINUTE_US; at += 777777)
        if (try(t, "aoi", "10.0.0.1", at) == ERR_OK && n < T_COUNT(taken))
            taken[n++] = at;
    T_OK(n >= 40 && n <= 50, "about five a minute get through in ten");
    for (size_t i = 5; i < n; i++)
        T_OK(taken[i] - taken[i - 5] > MINUTE_US - 1000000, "six of them span a minute");
    throttle_destroy(&t);
}

T_CASE(throttle_tells_pairs_apart_by_their_border)
{
    struct throttle *t = NULL;

    T_EQ(throttle_create(&t, NULL), ERR_OK, "create");
    for (int i = 0; i < 5; i++)
        T_EQ(try(t, "ab", "c", MINUTE_US), ERR_OK, "five tries");
    T_EQ(try(t, "a", "bc", MINUTE_US), ERR_OK, "the same bytes, split elsewhere");
    throttle_destroy(&t);
}

T_CASE(throttle_lets_400_children_in_behind_one_address)
{
    struct throttle *t = NULL;
    int n_refused = 0;

    T_EQ(throttle_create(&t, NULL), ERR_OK, "create");
    for (int i = 0; i < 400; i++) {
        char account[32];

        snprintf(account, sizeof account, "child-%d", i);
        for (int k = 0; k < 3; k++)
            n_refused += try(t, account, "192.0.2.1", 3 * MINUTE_US + i) != ERR_OK;
    }
    T_EQ(n_refused, 0, "refusals among 400 children with three tries each");
    throttle_destroy(&t);
}

T_CASE(throttle_stays_in_its_room)
{
    struct throttle *t = NULL;
    int n_refused = 0;

    T_EQ(throttle_create(&t, NULL), ERR_OK, "create");
    for (int i = 0; i < 200000; i++) {
        char address[32];

        snprintf(address, sizeof address, "2001:db8::%x", (unsigned)i);
        n_refused += try(t, "aoi", address, MINUTE_US) != ERR_OK;
    }
    T_EQ(n_refused, 0, "200,000 addresses: the oldest counts go, nobody new is refused");
    throttle_destroy(&t);
}

T_CASE(throttle_notes_without_a_cap_and_forgets_after_the_window)
{
    struct throttle *t = NULL;

    T_EQ(throttle_create(&t, NULL), ERR_OK, "create");
    T_EQ(throttle_count(t, SPAN("aoi"), SPAN("a"), 900, MINUTE_US), 0, "nothing yet");
    for (int i = 0; i < 300; i++)
        throttle_note(t, SPAN("aoi"), SPAN("a"), MINUTE_US);
    T_EQ(throttle_count(t, SPAN("aoi"), SPAN("a"), 900, MINUTE_US), 255, "as many as fit");
    T_EQ(throttle_count(t, SPAN("aoi"), SPAN("b"), 900, MINUTE_US), 0, "elsewhere none");
    T_EQ(throttle_count(t, SPAN("aoi"), SPAN("a"), 900, 16 * MINUTE_US), 0, "forgotten");
    throttle_destroy(&t);
}
