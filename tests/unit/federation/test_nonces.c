#include "federation/nonces.h"

#include <stdio.h>

#include "node/base/clock.h"
#include "tests/t.h"

#define NOW (INT64_C(1795357800) * SECOND_US)

static const uint8_t *nonce(uint32_t n)
{
    static uint8_t bytes[PROFILE_NONCE_BYTES];

    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, &n, sizeof n);
    return bytes;
}

static enum fed_code take(struct nonces *nonces, const char *kid, uint32_t n, int64_t now)
{
    return nonces_take(nonces, span_text(kid), nonce(n), now, now);
}

T_CASE(nonces_take_each_once_for_each_kid)
{
    struct nonces *nonces = NULL;

    T_REQ("CARD-11");
    T_EQ(nonces_create(&nonces, NULL), ERR_OK, "made");
    T_EQ(take(nonces, "a-1", 7, NOW), FED_OK, "new");
    T_EQ(take(nonces, "a-1", 7, NOW), FED_REPLAYED, "again");
    T_EQ(take(nonces, "b-1", 7, NOW), FED_OK, "another's");
    T_EQ(take(nonces, "a-1", 8, NOW), FED_OK, "another one");
    T_EQ(nonces_count(nonces), 3, "kept");
    nonces_destroy(&nonces);
    T_OK(nonces == NULL, "gone");
    nonces_destroy(&nonces);
}

T_CASE(nonces_are_kept_180_s_to_the_microsecond)
{
    struct nonces *nonces = NULL;

    T_EQ(nonces_create(&nonces, NULL), ERR_OK, "made");
    T_EQ(take(nonces, "a-1", 1, NOW), FED_OK, "new");
    T_EQ(nonces_take(nonces, SPAN("a-1"), nonce(1), NOW, NOW + NONCES_KEPT_US - 1),
         FED_REPLAYED, "just before");
    T_EQ(nonces_take(nonces, SPAN("a-1"), nonce(1), NOW, NOW + NONCES_KEPT_US), FED_BAD_TIME,
         "after: forgotten, but as old as what was forgotten");
    T_EQ(take(nonces, "a-1", 1, NOW + NONCES_KEPT_US), FED_OK, "signed anew it is new");
    T_EQ(nonces_count(nonces), 1, "the first one left");
    nonces_destroy(&nonces);
}

T_CASE(nonces_refuse_when_full_and_evict_nobody)
{
    struct nonces *nonces = NULL;
    int n_ok = 0, n_replayed = 0;

    T_REQ("CARD-11");
    T_EQ(nonces_create(&nonces, NULL), ERR_OK, "made");
    for (uint32_t i = 0; i < NONCES_PER_KID; i++)
        n_ok += take(nonces, "a-1", i, NOW + i) == FED_OK;
    T_EQ(n_ok, NONCES_PER_KID, "65,536 fit");
    T_EQ(take(nonces, "a-1", NONCES_PER_KID, NOW + NONCES_PER_KID), FED_NONCE_FULL, "no more");
    T_EQ(take(nonces, "b-1", 1, NOW + NONCES_PER_KID), FED_OK, "another peer is not hit");
    for (uint32_t i = 0; i < NONCES_PER_KID; i++)
        n_replayed += take(nonces, "a-1", i, NOW + NONCES_PER_KID) == FED_REPLAYED;
    T_EQ(n_replayed, NONCES_PER_KID, "each is still known");
    T_EQ(take(nonces, "a-1", NONCES_PER_KID, NOW + NONCES_KEPT_US), FED_OK,
         "room again when the first one's time is over");
    T_EQ(take(nonces, "a-1", 1, NOW + NONCES_KEPT_US), FED_REPLAYED, "the second is kept");
    T_EQ(nonces_count(nonces), NONCES_PER_KID + 1, "count");
    nonces_destroy(&nonces);
}

T_CASE(nonces_forgotten_do_not_come_back_with_the_clock)
{
    struct nonces *nonces = NULL;

    T_EQ(nonces_create(&nonces, NULL), ERR_OK, "made");
    T_EQ(take(nonces, "a-1", 1, NOW), FED_OK, "new");
    T_EQ(take(nonces, "a-1", 2, NOW + HOUR_US), FED_OK, "the clock is set an hour ahead");
    T_EQ(take(nonces, "a-1", 1, NOW), FED_BAD_TIME, "and back: the first is not taken again");
    T_EQ(nonces_take(nonces, SPAN("a-1"), nonce(2), NOW + HOUR_US, NOW), FED_REPLAYED,
         "nor the second");
    T_EQ(take(nonces, "a-1", 3, NOW + SECOND_US), FED_OK, "what is signed now goes on");
    T_EQ(take(nonces, "a-1", 3, NOW + 2 * NONCES_KEPT_US), FED_REPLAYED,
         "kept longer behind one from the future, never shorter");
    nonces_destroy(&nonces);
}

T_CASE(nonces_of_kids_that_left_make_room)
{
    struct nonces *nonces = NULL;
    char kid[FED_KID_CAP];
    int n_ok = 0;

    T_EQ(nonces_create(&nonces, NULL), ERR_OK, "made");
    for (int i = 0; i < NONCES_KID_MOST; i++) {
        snprintf(kid, sizeof kid, "k-%d", (i * 2531) % NONCES_KID_MOST);
        n_ok += take(nonces, kid, 1, NOW) == FED_OK;
    }
    T_EQ(n_ok, NONCES_KID_MOST, "as many kids as there may be");
    T_EQ(take(nonces, "one-more", 1, NOW), FED_NONCE_FULL, "no more while all hold something");
    T_EQ(take(nonces, "k-7", 1, NOW), FED_REPLAYED, "all are known");
    T_EQ(take(nonces, "one-more", 1, NOW + NONCES_KEPT_US), FED_OK,
         "room when their time is over");
    T_EQ(nonces_count(nonces), 1, "alone");
    T_EQ(take(nonces, "k-7", 1, NOW), FED_BAD_TIME,
         "those that left are not forgotten for that");
    nonces_destroy(&nonces);
}
