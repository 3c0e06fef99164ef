#include "node/server/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "node/server/routes.h"
#include "node/server/text.h"

/* Every status this server answers with; anything else is counted as the last. */
static const int statuses[] = {200, 201, 202, 204, 206, 301, 302, 303, 304, 400, 401, 403,
                               404, 405, 409, 410, 411, 412, 413, 414, 415, 421, 422, 423,
                               425, 428, 429, 431, 500, 501, 503, 504, 507, 0};
#define STATUSES_N  ((int)(sizeof statuses / sizeof statuses[0]))
#define LISTENERS_N 5

struct counters {
    atomic_uint_least64_t by_status[STATUSES_N];
    atomic_uint_least64_t took_us;
};

struct metrics {
    const struct routes *routes;
    atomic_uint_least64_t refused_roles;
    struct counters by_listener[LISTENERS_N]; /* what reached no route */
    struct counters by_route[];
};

static int status_index(int status)
{
    int i = 0;

    while (i < STATUSES_N - 1 && statuses[i] != status)
        i++;
    return i;
}

static int listener_index(enum listener listener)
{
    int i = 0;

    while (i < LISTENERS_N - 1 && (1u << i) != (unsigned)listener)
        i++;
    return i;
}

enum err metrics_create(const struct routes *routes, struct metrics **metrics_out,
                        struct fail *why)
{
    struct metrics *m = calloc(1, sizeof *m + (size_t)routes_n(routes) * sizeof m->by_route[0]);

    *metrics_out = m;
    if (m == NULL)
        return fail_set(why, ERR_NOMEM, "metrics");
    m->routes = routes;
    return ERR_OK;
}

void metrics_destroy(struct metrics **metrics)
{
    free(*metrics);
    *metrics = NULL;
}

void metrics_count(struct metrics *m, int route_index, enum listener listener, int status,
                   int64_t took_us)
{
    struct counters *c = route_index >= 0 ? &m->by_route[route_index]
                                          : &m->by_listener[listener_index(listener)];

    atomic_fetch_add_explicit(&c->by_status[status_index(status)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->took_us, (uint64_t)took_us, memory_order_relaxed);
}

void metrics_count_refused_role(struct metrics *m)
{
    atomic_fetch_add_explicit(&m->refused_roles, 1, memory_order_relaxed);
}

static void write_counts(const struct counters *c, const char *label, const char *name,
                         struct text *text)
{
    for (int i = 0; i < STATUSES_N; i++) {
        uint64_t n = atomic_load_explicit(&c->by_status[i], memory_order_relaxed);

        if (n > 0)
            text_add(text, "ibasho_http_requests_total{%s=\"%s\",status=\"%d\"} %" PRIu64 "\n",
                     label, name, statuses[i], n);
    }
}

static void write_time(const struct counters *c, const char *label, const char *name,
                       struct text *text)
{
    uint64_t took_us = atomic_load_explicit(&c->took_us, memory_order_relaxed);

    if (took_us > 0)
        text_add(text,
                 "ibasho_http_answer_seconds_total{%s=\"%s\"} %" PRIu64 ".%06" PRIu64 "\n",
                 label, name, took_us / 1000000, took_us % 1000000);
}

static void write_all(const struct metrics *m, struct text *text,
                      void (*write)(const struct counters *c, const char *label,
                                    const char *name, struct text *text))
{
    for (int i = 0; i < routes_n(m->routes); i++)
        write(&m->by_route[i], "route", routes_at(m->routes, i)->name, text);
    for (int i = 0; i < LISTENERS_N; i++)
        write(&m->by_listener[i], "listener", listener_name((enum listener)(1 << i)), text);
}

void metrics_write(const struct metrics *m, struct text *text)
{
    text_add(text, "# TYPE ibasho_http_requests counter\n"
                   "# HELP ibasho_http_requests Answers by route and status; by listener what "
                   "reached no route (status 0: another).\n");
    write_all(m, text, write_counts);
    text_add(text, "# TYPE ibasho_http_answer_seconds counter\n"
                   "# UNIT ibasho_http_answer_seconds seconds\n"
                   "# HELP ibasho_http_answer_seconds Time from target to answer, summed.\n");
    write_all(m, text, write_time);
    text_add(text,
             "# TYPE ibasho_refused_roles counter\n"
             "# HELP ibasho_refused_roles Requests whose caller had not the role.\n"
             "ibasho_refused_roles_total %" PRIu64 "\n",
             atomic_load_explicit(&m->refused_roles, memory_order_relaxed));
}
