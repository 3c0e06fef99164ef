#include "node/base/flow.h"

#include <pthread.h>
#include <stdlib.h>

struct flow {
    pthread_mutex_t lock;
    pthread_cond_t room;
    uint8_t *p;
    size_t cap, from, n; /* a ring: n bytes from `from` on */
    bool is_ended, is_whole, is_left, is_awaited;
    int n_holds;
    void (*wake)(void *arg);
    void *wake_arg;
};

enum err flow_create(size_t cap_bytes, struct flow **flow_out, struct fail *why)
{
    struct flow *flow = calloc(1, sizeof *flow);

    *flow_out = NULL;
    if (flow != NULL)
        flow->p = malloc(cap_bytes);
    if (flow == NULL || flow->p == NULL) {
        free(flow);
        return fail_set(why, ERR_NOMEM, "a flow of %zu bytes", cap_bytes);
    }
    flow->cap = cap_bytes;
    flow->n_holds = 2;
    pthread_mutex_init(&flow->lock, NULL);
    pthread_cond_init(&flow->room, NULL);
    *flow_out = flow;
    return ERR_OK;
}

/* With the lock held, which it gives up. */
static void let_go(struct flow *flow)
{
    bool is_last = --flow->n_holds == 0;

    pthread_mutex_unlock(&flow->lock);
    if (!is_last)
        return;
    pthread_cond_destroy(&flow->room);
    pthread_mutex_destroy(&flow->lock);
    explicit_bzero(flow->p, flow->cap);
    free(flow->p);
    free(flow);
}

static void tell_reader(struct flow *flow)
{
    if (!flow->is_awaited || flow->wake == NULL)
        return;
    flow->is_awaited = false;
    flow->wake(flow->wake_arg);
}

/* As much as there is room for, up to the ring's end. */
static size_t copy_in(struct flow *flow, struct span bytes)
{
    size_t to = (flow->from + flow->n) % flow->cap, room = flow->cap - flow->n, n = bytes.len;

    if (n > room)
        n = room;
    if (n > flow->cap - to)
        n = flow->cap - to;
    memcpy(flow->p + to, bytes.p, n);
    flow->n += n;
    return n;
}

enum err flow_put(struct flow *flow, struct span bytes, struct fail *why)
{
    bool is_left;

    pthread_mutex_lock(&flow->lock);
    while (bytes.len > 0 && !flow->is_left) {
        if (flow->n == flow->cap) {
            pthread_cond_wait(&flow->room, &flow->lock);
            continue;
        }
        bytes = span_from(bytes, copy_in(flow, bytes));
        tell_reader(flow);
    }
    is_left = flow->is_left;
    pthread_mutex_unlock(&flow->lock);
    return is_left ? fail_set(why, ERR_UNAVAILABLE, "nobody reads any more") : ERR_OK;
}

bool flow_is_left(struct flow *flow)
{
    bool is_left;

    pthread_mutex_lock(&flow->lock);
    is_left = flow->is_left;
    pthread_mutex_unlock(&flow->lock);
    return is_left;
}

void flow_stop(struct flow *flow)
{
    pthread_mutex_lock(&flow->lock);
    flow->is_left = true;
    pthread_cond_signal(&flow->room);
    pthread_mutex_unlock(&flow->lock);
}

void flow_end(struct flow **flow_in, bool is_whole)
{
    struct flow *flow = *flow_in;

    *flow_in = NULL;
    if (flow == NULL)
        return;
    pthread_mutex_lock(&flow->lock);
    flow->is_ended = true;
    flow->is_whole = is_whole;
    tell_reader(flow); /* one that has left has no wake any more */
    let_go(flow);
}

void flow_wake_set(struct flow *flow, void (*wake)(void *arg), void *arg)
{
    pthread_mutex_lock(&flow->lock);
    flow->wake = wake;
    flow->wake_arg = arg;
    pthread_mutex_unlock(&flow->lock);
}

static size_t copy_out(struct flow *flow, uint8_t *into, size_t cap)
{
    size_t n_all = 0;

    while (flow->n > 0 && n_all < cap) {
        size_t n = flow->n;

        if (n > cap - n_all)
            n = cap - n_all;
        if (n > flow->cap - flow->from)
            n = flow->cap - flow->from;
        memcpy(into + n_all, flow->p + flow->from, n);
        flow->from = (flow->from + n) % flow->cap;
        flow->n -= n;
        n_all += n;
    }
    return n_all;
}

enum flow_state flow_take(struct flow *flow, void *into, size_t cap, size_t *n_out)
{
    enum flow_state state = FLOW_BYTES;

    pthread_mutex_lock(&flow->lock);
    *n_out = copy_out(flow, into, cap);
    if (*n_out > 0)
        pthread_cond_signal(&flow->room);
    else if (!flow->is_ended)
        state = FLOW_DRY;
    else
        state = flow->is_whole ? FLOW_WHOLE : FLOW_BROKEN;
    if (state == FLOW_DRY)
        flow->is_awaited = true;
    pthread_mutex_unlock(&flow->lock);
    return state;
}

bool flow_has_news(struct flow *flow)
{
    bool has_news;

    pthread_mutex_lock(&flow->lock);
    has_news = flow->n > 0 || flow->is_ended;
    pthread_mutex_unlock(&flow->lock);
    return has_news;
}

void flow_leave(struct flow **flow_in)
{
    struct flow *flow = *flow_in;

    *flow_in = NULL;
    if (flow == NULL)
        return;
    pthread_mutex_lock(&flow->lock);
    flow->is_left = true;
    flow->wake = NULL;
    pthread_cond_signal(&flow->room);
    let_go(flow);
}
