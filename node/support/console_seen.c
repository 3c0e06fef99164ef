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

static struct reader *reader_of(struct console_seen *seen, struct id by)
{
    struct reader *oldest = &seen->readers[0];

    for (size_t i = 0; i < CONSOLE_SEEN_READERS; i++) {
        struct reader *r = &seen->readers[i];

        if (id_eq(r->by, by))
            return r;
        if (r->looked_utc_us < oldest->looked_utc_us)
            oldest = r;
    }
    oldest->by = by;
    oldest->hour = -1;
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

/* Those at the front are new. */
static void remember(struct reader *r, const struct id *ids, size_t n)
{
    struct id *all;

    if (n == 0 || r->n + n > CONSOLE_SEEN_MOST)
        return;
    all = realloc(r->ids, (r->n + n) * sizeof *all);
    if (all == NULL)
        return;
    memcpy(all + r->n, ids, n * sizeof *all);
    r->ids = all;
    r->n += n;
    qsort(r->ids, r->n, sizeof *r->ids, compare);
}

size_t console_seen_new(struct console_seen *seen, struct id by, int64_t now_utc_us,
                        struct id *ids, size_t n, bool *is_first_out)
{
    int64_t hour = now_utc_us / CONSOLE_SEEN_US;
    struct reader *r;
    size_t n_new = 0;

    pthread_mutex_lock(&seen->lock);
    r = reader_of(seen, by);
    *is_first_out = r->hour != hour;
    if (*is_first_out)
        r->n = 0;
    r->hour = hour;
    r->looked_utc_us = now_utc_us;
    for (size_t i = 0; i < n; i++)
        if (!has(r, r->n, ids[i])) {
            const struct id swap = ids[n_new];

            ids[n_new++] = ids[i];
            ids[i] = swap;
        }
    remember(r, ids, n_new);
    pthread_mutex_unlock(&seen->lock);
    return n_new;
}
