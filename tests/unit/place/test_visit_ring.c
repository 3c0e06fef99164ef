#include "node/place/visit_ring.h"

#include <stdio.h>

#include "tests/t.h"

static struct ws_shared *frame_of(const char *text)
{
    struct ws_shared *frame = NULL;

    T_EQ(ws_shared_create(WS_OP_TEXT, span_text(text), &frame, NULL), ERR_OK, text);
    return frame;
}

struct heard {
    int n;
    char last[32];
};

static void hear(struct ws_shared *frame, void *arg)
{
    struct heard *heard = arg;
    struct span bytes = ws_shared_bytes(frame);

    heard->n++;
    /* Two bytes of head stand before a short payload. */
    snprintf(heard->last, sizeof heard->last, "%.*s", SPAN_ARG(span_from(bytes, 2)));
}

static void say_for(struct visit_ring *ring, struct visit_ring_use use, int64_t now_ms)
{
    char text[16];
    struct ws_shared *frame;

    snprintf(text, sizeof text, "%u", (unsigned)visit_ring_next(ring));
    frame = frame_of(text);
    visit_ring_put(ring, frame, visit_ring_next(ring), use, now_ms);
    ws_shared_unref(&frame);
}

static void say(struct visit_ring *ring, int64_t now_ms)
{
    say_for(ring, (struct visit_ring_use){.for_ms = VISIT_RING_MS}, now_ms);
}

static struct heard replay(const struct visit_ring *ring, uint32_t after_n, int64_t now_ms)
{
    struct heard heard = {0};

    visit_ring_each(ring, after_n, now_ms, hear, &heard);
    return heard;
}

T_CASE(visit_ring_says_again_what_came_after)
{
    struct visit_ring ring = {0};

    T_EQ(visit_ring_next(&ring), 1u, "numbers begin with 1");
    T_EQ(replay(&ring, 0, 0).n, 0, "nothing was said yet");
    for (int i = 0; i < 20; i++)
        say(&ring, 1000 + i);
    T_EQ(replay(&ring, 0, 2000).n, 20, "all of it");
    T_EQ(replay(&ring, 15, 2000).n, 5, "from where the client last heard");
    T_EQ(replay(&ring, 20, 2000).n, 0, "it heard everything");
    T_EQ(replay(&ring, 4000000000u, 2000).n, 0, "it says it heard more than was said");
    T_TEXT(replay(&ring, 0, 2000).last, "20", "in their order");
    visit_ring_fini(&ring);
}

T_CASE(visit_ring_forgets_what_is_old_or_too_much)
{
    struct visit_ring ring = {0};

    for (int i = 0; i < VISIT_RING_CAP + 44; i++)
        say(&ring, i);
    T_EQ(replay(&ring, 0, 300).n, VISIT_RING_CAP, "the newest 256");
    T_TEXT(replay(&ring, 0, 300).last, "300", "the newest of all");
    T_EQ(ring.cap, (uint32_t)VISIT_RING_CAP, "and no more memory than for them");
    T_EQ(replay(&ring, 0, 300 + VISIT_RING_MS).n, 0, "nothing older than a minute");
    say(&ring, 300 + VISIT_RING_MS);
    T_EQ(ring.used, 1u, "which is let go when the next is said");
    visit_ring_fini(&ring);
}

T_CASE(visit_ring_keeps_calls_as_long_as_they_are_of_use)
{
    const struct visit_ring_use call = {.for_ms = 50000, .is_call = true};
    struct visit_ring ring = {0};

    say(&ring, 0);
    say_for(&ring, call, 0);
    say(&ring, 1);
    T_EQ(replay(&ring, 0, 50000).n, 3, "all are of use");
    T_EQ(replay(&ring, 0, 50001).n, 2, "the call is not any more");
    T_TEXT(replay(&ring, 0, 50001).last, "3", "what came behind it is");
    visit_ring_fini(&ring);
}

T_CASE(visit_ring_is_not_filled_by_calls)
{
    const struct visit_ring_use call = {.for_ms = 50000, .is_call = true};
    struct visit_ring ring = {0};

    say(&ring, 0);
    for (int i = 0; i < 4 * VISIT_RING_CAP; i++) {
        say_for(&ring, call, 1);
        if (i == VISIT_RING_CAP)
            say(&ring, 1);
    }
    T_EQ(replay(&ring, 0, 1).n, VISIT_RING_CALLS + 2,
         "the newest calls, and the place's words");
    T_TEXT(replay(&ring, 0, 1).last, "1026", "in their order");
    T_EQ(replay(&ring, 1, 1).n, VISIT_RING_CALLS + 1, "the very first was kept");
    T_EQ(ring.n_calls, (uint32_t)VISIT_RING_CALLS, "calls are counted");
    for (int i = 0; i < VISIT_RING_CAP; i++)
        say(&ring, 2);
    T_EQ(ring.n_calls, 0u, "as they go with the oldest, too");
    visit_ring_fini(&ring);
}

T_CASE(visit_ring_that_is_full_gives_no_word_of_the_place_for_a_call)
{
    const struct visit_ring_use call = {.for_ms = 50000, .is_call = true};
    struct visit_ring ring = {0};

    for (int i = 0; i < VISIT_RING_CAP; i++)
        say(&ring, 0);
    say_for(&ring, call, 1);
    T_EQ(replay(&ring, 0, 1).n, VISIT_RING_CAP, "all of the place's");
    T_TEXT(replay(&ring, 0, 1).last, "256", "and no call");
    T_EQ(ring.last_n, 257u, "which has its number all the same");
    visit_ring_fini(&ring);
    say_for(&ring, call, 1);
    for (int i = 1; i < VISIT_RING_CAP; i++)
        say(&ring, 1);
    say_for(&ring, call, 1);
    T_EQ(replay(&ring, 0, 1).n, VISIT_RING_CAP, "the older call goes");
    T_EQ(replay(&ring, 1, 1).n, VISIT_RING_CAP, "as the first of all");
    T_EQ(ring.n_calls, 1u, "for the newer one");
    visit_ring_fini(&ring);
}
