#include "node/support/console_seen.h"

#include <pthread.h>
#include <stdlib.h>

struct reader {
    struct id by; /* ID_NONE: free */
    int64_t hour, looked_utc_us;
    struct id *ids; /* in order */
    size_t n;
};

struct console_seen {
    pthread_mutex_t lock;
    struct reader readers[CONSOLE_SEEN_READERS];
};

enum err console_seen_create(struct console_seen **seen_out, struct fail *why)
{
    struct console_seen *seen = calloc(1, sizeof *seen);

    *seen_out = seen;
    if (seen == NULL)
        return fail_set(why, ERR_NOMEM, "console");
    pthread_mutex_init(&seen->lock, NULL);
    return ERR_OK;
}

void console_seen_destroy(struct console_seen **seen)
{
    if (*seen == NULL)
        return;
    for (size_t i = 0; i < CONSOLE_SEEN_READERS; i++)
        free((*seen)->readers[i].ids);
    pthread_mutex_destroy(&(*seen)->lock);
    free(*seen);
    *seen = NULL;
}

static struct reader *find(struct console_seen *seen, struct id by)
{
    for (size_t i = 0; i < CONSOLE_SEEN_READERS; i++)
        if (id_eq(seen->readers[i].by, by))
            return &seen->readers[i];
    return NULL;
}

static struct reader *find_oldest(struct console_seen *seen)
{
    struct reader *oldest = &seen->readers[0];

    for (size_t i = 1; i < CONSOLE_SEEN_READERS; i++)
        if (seen->readers[i].looked_utc_us < oldest->looked_utc_us)
            oldest = &seen->readers[i];
    return oldest;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

static bool has(const struct reader *r, size_t n, struct id id)
{
    return n > 0 && bsearch(&id, r->ids, n, sizeof *r->ids, compare) != NULL;
}

/* One that is there twice does no harm. */
static void remember(struct reader *r, const struct id *ids, size_t n)
{
    memcpy(r->ids + r->n, ids, n * sizeof *ids);
    r->n += n;
    qsort(r->ids, r->n, sizeof *r->ids, compare);
}

static bool make_room(struct reader *r, size_t n)
{
    struct id *all;

    if (n == 0 || r->n + n > CONSOLE_SEEN_MOST)
        return false;
    all = realloc(r->ids, (r->n + n) * sizeof *all);
    if (all == NULL)
        return false;
    r->ids = all;
    return true;
}

size_t console_seen_new(struct console_seen *seen, struct id by, int64_t now_utc_us,
                        struct id *ids, size_t n, bool *is_first_out)
{
    int64_t hour = now_utc_us / CONSOLE_SEEN_US;
    struct reader *r;
    size_t n_new = 0;

    pthread_mutex_lock(&seen->lock);
    r = find(seen, by);
    *is_first_out = r == NULL || r->hour != hour;
    if (r != NULL)
        r->looked_utc_us = now_utc_us;
    for (size_t i = 0; i < n; i++)
        if (*is_first_out || !has(r, r->n, ids[i])) {
            const struct id swap = ids[n_new];

            ids[n_new++] = ids[i];
            ids[i] = swap;
        }
    pthread_mutex_unlock(&seen->lock);
    return n_new;
}

void console_seen_keep(struct console_seen *seen, struct id by, int64_t now_utc_us,
                       const struct id *ids, size_t n)
{
    int64_t hour = now_utc_us / CONSOLE_SEEN_US;
    struct reader *r;

    pthread_mutex_lock(&seen->lock);
    r = find(seen, by);
    if (r == NULL) {
        r = find_oldest(seen);
        r->by = by;
        r->hour = -1;
    }
    if (r->hour != hour)
        r->n = 0;
    r->hour = hour;
    r->looked_utc_us = now_utc_us;
    if (make_room(r, n))
        remember(r, ids, n);
    pthread_mutex_unlock(&seen->lock);
}
