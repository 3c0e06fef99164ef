/* Each entry is a row of the record and a word to staff: so many at once, then one a second,
 * for each account, over all its lines and whenever they come. Who has entered lately stands in
 * a list, the latest last; an entry is paid for after ENTRIES_BURST_US at most, so the first
 * ones of the list are soon forgotten. */
#include <search.h>
#include <stdlib.h>

#include "node/place/place_priv.h"

#define ENTRIES_BURST_US (20 * SECOND_US)
#define ENTRY_US         SECOND_US

struct pace {
    struct id account;
    int64_t paid_mono_us; /* up to then his entries are paid for */
    struct pace *prev, *next;
};

static int compare(const void *a, const void *b)
{
    const struct pace *x = a, *y = b;

    return memcmp(x->account.b, y->account.b, sizeof x->account.b);
}

static void unlink_pace(struct place *place, struct pace *pace)
{
    if (pace->prev != NULL)
        pace->prev->next = pace->next;
    else
        place->pace_first = pace->next;
    if (pace->next != NULL)
        pace->next->prev = pace->prev;
    else
        place->pace_last = pace->prev;
}

static void append(struct place *place, struct pace *pace)
{
    pace->prev = place->pace_last;
    pace->next = NULL;
    if (place->pace_last != NULL)
        place->pace_last->next = pace;
    else
        place->pace_first = pace;
    place->pace_last = pace;
}

static void forget_paid(struct place *place, int64_t now_mono_us)
{
    while (place->pace_first != NULL && place->pace_first->paid_mono_us <= now_mono_us) {
        struct pace *pace = place->pace_first;

        unlink_pace(place, pace);
        tdelete(pace, &place->paces, compare);
        free(pace);
    }
}

static struct pace *find_or_add(struct place *place, struct id account)
{
    const struct pace key = {.account = account};
    void *node = tfind(&key, &place->paces, compare);
    struct pace *pace = node == NULL ? calloc(1, sizeof *pace) : *(struct pace **)node;

    if (pace == NULL || node != NULL)
        return pace;
    pace->account = account;
    if (tsearch(pace, &place->paces, compare) == NULL) {
        free(pace);
        return NULL;
    }
    append(place, pace);
    return pace;
}

bool place_pace_take(struct place *place, struct id account, struct place_now now)
{
    struct pace *pace;
    int64_t from;

    forget_paid(place, now.mono_us);
    pace = find_or_add(place, account);
    if (pace == NULL)
        return false;
    from = pace->paid_mono_us < now.mono_us ? now.mono_us : pace->paid_mono_us;
    if (from - now.mono_us + ENTRY_US > ENTRIES_BURST_US)
        return false;
    pace->paid_mono_us = from + ENTRY_US;
    unlink_pace(place, pace);
    append(place, pace);
    return true;
}

void place_paces_free(struct place *place)
{
    forget_paid(place, INT64_MAX);
}
