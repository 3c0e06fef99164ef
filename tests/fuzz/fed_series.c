/* covers: federation/series_rule.c */
/* What another town says of a series: an offer ('o') or a change ('c'), as JSON behind that
 * letter. An offer that is taken in is taken in again when it is told again; its floor can be
 * offered on; each of its dates has a slot or none. A change of dates touches what differs, and
 * only that. */
#include <stdlib.h>

#include "federation/series_text.h"
#include "node/base/clock.h"
#include "tenants/hours/calendar.h"

#define NOW INT64_C(1795348800000000) /* 2026-11-22T12:00:00Z */

static void want(bool ok)
{
    if (!ok)
        abort();
}

static bool is_good(const struct series_offer *offer, struct arena *arena)
{
    bool good = false;
    struct fail why = {.code = ERR_OK};

    want(series_offer_check(NULL, offer, 1000, NOW, arena, &good, &why) == ERR_OK);
    return good;
}

static void offer_on(const struct series_offer *offer, struct arena *arena)
{
    enum series_floor_verdict verdict;
    const struct floor *floor = NULL, *again = NULL;
    struct span file, hash;

    want(series_floor_read(offer->more.floor, offer->more.hash, offer->series, arena, &floor,
                           NULL) == ERR_OK);
    want(series_floor_judge(floor) == SERIES_FLOOR_GOOD);
    if (series_floor_copy(floor, offer->series, offer->text.title, arena, &file, &hash,
                          &verdict, NULL) == ERR_OK)
        want(series_floor_read(file, hash, offer->series, arena, &again, NULL) == ERR_OK);
}

static void fit(const struct series_offer *offer)
{
    static const struct class_slots slots = {2, {{600, 645}, {810, 855}}};
    const struct series_date *dates = offer->dates.at;
    int n_in[CLASS_SLOTS_MOST] = {0};

    for (size_t i = 0; i < offer->dates.n; i++) {
        int32_t day = calendar_day_at(dates[i].from_utc_us);
        int from = (int)((dates[i].from_utc_us - calendar_utc(day, 0)) / MINUTE_US);
        int to = (int)((dates[i].to_utc_us - calendar_utc(day, 0)) / MINUTE_US);
        int slot = series_slot_fit(&slots, from, to, n_in, 2);

        want(from >= 0 && from < to && to <= 1440);
        want(slot >= 0 && slot <= CLASS_SLOTS_MOST);
        if (slot > 0)
            n_in[slot - 1]++;
    }
}

static void read_offer(struct span text, struct arena *arena)
{
    struct series_offer offer, again;
    struct span told;

    if (jx_read(text, &series_offer_shape, arena, &offer, NULL, NULL) != ERR_OK ||
        !is_good(&offer, arena))
        return;
    want(jx_write(&series_offer_shape, &offer, arena, &told, NULL) == ERR_OK);
    want(jx_read(told, &series_offer_shape, arena, &again, NULL, NULL) == ERR_OK);
    want(is_good(&again, arena));
    offer_on(&offer, arena);
    fit(&offer);
}

/* As if every second date had been an hour earlier. */
static void read_change(struct span text, struct arena *arena)
{
    struct series_lesson rows[SERIES_LESSONS_MOST], changed[SERIES_LESSONS_MOST];
    struct series_change_body change;
    const struct series_date *dates;
    size_t n, n_changed = 0;

    if (jx_read(text, &series_change_shape, arena, &change, NULL, NULL) != ERR_OK)
        return;
    dates = change.dates.at;
    n = change.dates.n;
    if (!series_dates_are_right(dates, n, NOW, false))
        return;
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct series_lesson){.n = dates[i].n,
                                         .class = dates[i].class,
                                         .from_utc_us =
                                             dates[i].from_utc_us - (i % 2 == 0 ? 0 : HOUR_US),
                                         .to_utc_us = dates[i].to_utc_us,
                                         .is_cancelled = dates[i].is_cancelled};
    want(series_dates_differ(rows, n, dates, n, NOW, changed, &n_changed));
    want(n_changed <= n / 2);
    for (size_t i = 0; i < n_changed; i++)
        want(changed[i].to_utc_us > NOW);
    want(!series_dates_differ(rows, n - 1, dates, n, NOW, changed, &n_changed));
    rows[0].class ^= 1;
    want(!series_dates_differ(rows, n, dates, n, NOW, changed, &n_changed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = NULL;

    if (size == 0 || arena_create(65536, &arena, NULL) != ERR_OK)
        return 0;
    if (data[0] == 'o')
        read_offer(span_of(data + 1, size - 1), arena);
    else if (data[0] == 'c')
        read_change(span_of(data + 1, size - 1), arena);
    arena_destroy(&arena);
    return 0;
}
