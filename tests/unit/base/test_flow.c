#include "node/base/flow.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "tests/t.h"

static struct flow *flow_of(size_t cap)
{
    struct flow *flow = NULL;

    T_EQ(flow_create(cap, &flow, NULL), ERR_OK, "a flow");
    return flow;
}

static void count_wake(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

T_CASE(flow_gives_bytes_in_order_round_its_end)
{
    struct flow *writer = flow_of(7), *reader = writer;
    char got[16];
    size_t n = 0;
    uint8_t next = 0, seen = 0;

    for (int round = 0; round < 20; round++) {
        uint8_t bytes[5];

        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = next++;
        T_EQ(flow_put(writer, span_of(bytes, sizeof bytes), NULL), ERR_OK, "put");
        for (size_t left = sizeof bytes; left > 0; left -= n) {
            T_EQ(flow_take(reader, got, 2, &n), FLOW_BYTES, "taken");
            for (size_t i = 0; i < n; i++)
                T_EQ((uint8_t)got[i], seen++, "in order");
        }
    }
    flow_end(&writer, true);
    T_EQ(flow_take(reader, got, sizeof got, &n), FLOW_WHOLE, "and its end");
    flow_leave(&reader);
}

T_CASE(flow_says_when_it_ended_before_its_time)
{
    struct flow *writer = flow_of(8), *reader = writer;
    char got[8];
    size_t n = 0;

    T_EQ(flow_put(writer, SPAN("ab"), NULL), ERR_OK, "put");
    flow_end(&writer, false);
    T_OK(writer == NULL, "let go of");
    T_EQ(flow_take(reader, got, sizeof got, &n), FLOW_BYTES, "what came is there");
    T_EQ(n, 2, "all of it");
    T_EQ(flow_take(reader, got, sizeof got, &n), FLOW_BROKEN, "then it is broken");
    flow_leave(&reader);
}

T_CASE(flow_wakes_a_reader_once_for_each_time_it_found_nothing)
{
    struct flow *writer = flow_of(8), *reader = writer;
    atomic_int wakes = 0;
    char got[8];
    size_t n = 0;

    flow_wake_set(reader, count_wake, &wakes);
    T_EQ(flow_put(writer, SPAN("a"), NULL), ERR_OK, "put");
    T_EQ(atomic_load(&wakes), 0, "nobody waits");
    T_OK(flow_has_news(reader), "there is something");
    T_EQ(flow_take(reader, got, sizeof got, &n), FLOW_BYTES, "taken");
    T_EQ(flow_take(reader, got, sizeof got, &n), FLOW_DRY, "nothing more");
    T_OK(!flow_has_news(reader), "no news");
    T_EQ(flow_put(writer, SPAN("b"), NULL), ERR_OK, "put");
    T_EQ(flow_put(writer, SPAN("c"), NULL), ERR_OK, "put");
    T_EQ(atomic_load(&wakes), 1, "woken once");
    T_EQ(flow_take(reader, got, sizeof got, &n), FLOW_BYTES, "taken");
    T_EQ(flow_take(reader, got, sizeof got, &n), FLOW_DRY, "nothing more");
    flow_end(&writer, true);
    T_EQ(atomic_load(&wakes), 2, "the end wakes too");
    flow_leave(&reader);
}

struct filling {
    struct flow *flow;
    enum err rc;
    atomic_bool is_done;
};
static void *fill(void *arg)
{
    struct filling *f = arg;
    static const uint8_t many[4096];

    f->rc = flow_put(f->flow, span_of(many, sizeof many), NULL);
    atomic_store(&f->is_done, true);
    return NULL;
}

T_CASE(flow_holds_a_writer_back_until_there_is_room)
{
    struct filling f = {.flow = flow_of(64)};
    struct flow *reader = f.flow;
    pthread_t thread;
    char got[100];
    size_t n = 0, n_all = 0;

    T_EQ(pthread_create(&thread, NULL, fill, &f), 0, "thread");
    usleep(20000);
    T_OK(!atomic_load(&f.is_done), "it waits");
    while (n_all < 4096)
        if (flow_take(reader, got, sizeof got, &n) == FLOW_BYTES) {
            T_OK(n <= 64, "never more than its size");
            n_all += n;
        }
    pthread_join(thread, NULL);
    T_EQ(f.rc, ERR_OK, "all went through");
    flow_end(&f.flow, true);
    flow_leave(&reader);
}

T_CASE(flow_tells_a_writer_that_nobody_reads)
{
    struct filling f = {.flow = flow_of(64)};
    struct flow *reader = f.flow;
    pthread_t thread;

    T_EQ(pthread_create(&thread, NULL, fill, &f), 0, "thread");
    usleep(20000);
    flow_leave(&reader);
    pthread_join(thread, NULL);
    T_EQ(f.rc, ERR_UNAVAILABLE, "it need not wait for ever");
    T_OK(flow_is_left(f.flow), "and can ask");
    flow_end(&f.flow, false);
    flow_leave(&reader); /* of nothing: let be */
}
