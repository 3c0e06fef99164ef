#include "federation/series_rule.h"

#include <stdio.h>

#include "node/base/clock.h"
#include "node/place/floor_check.h"
#include "node/place/floor_json.h"
#include "node/place/ready.h"
#include "tenants/hours/calendar.h"

void series_base32(const uint8_t *bytes, size_t n, char *text_out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

    for (size_t i = 0; i + 5 <= n; i += 5) {
        uint64_t five = 0;

        for (size_t k = 0; k < 5; k++)
            five = five << 8 | bytes[i + k];
        for (int k = 7; k >= 0; k--)
            *text_out++ = letters[five >> (5 * k) & 31];
    }
    *text_out = '\0';
}

void series_floor_name(struct id series, char name_out[SERIES_FLOOR_CAP])
{
    char text[9];

    series_base32(series.b, 5, text);
    snprintf(name_out, SERIES_FLOOR_CAP, SERIES_FLOOR_PREFIX "%s", text);
}

/* ---- floors ---- */

static bool is_everyone(const struct jx_texts *who)
{
    return who->n == 1 && span_eq(who->at[0], SPAN("everyone"));
}

enum series_floor_verdict series_floor_judge(const struct floor *floor)
{
    for (size_t i = 0; i < floor->areas.n; i++) {
        const struct floor_area *area = floor_area_nth(floor, i);

        if (area->kind == FLOOR_COUNSEL || area->lock != LOCK_OPEN ||
            !is_everyone(&area->see) || !is_everyone(&area->enter))
            return SERIES_FLOOR_CLOSED;
        if (area->has_hours)
            return SERIES_FLOOR_HOURS;
        if (area->has_to && ready_ground_find(area->to) == NULL)
            return SERIES_FLOOR_PORTAL;
    }
    return SERIES_FLOOR_GOOD;
}

/* As from, but for what makes it the series' own. NULL: no memory. */
static struct floor *copy_of(const struct floor *from, struct id series, struct span title,
                             struct arena *arena)
{
    struct floor *copy = arena_alloc(arena, sizeof *copy);
    struct floor_area *areas = arena_alloc(arena, (from->areas.n + 1) * sizeof *areas);
    char name[SERIES_FLOOR_CAP];

    if (copy == NULL || areas == NULL)
        return NULL;
    series_floor_name(series, name);
    *copy = *from;
    copy->id = arena_copy(arena, span_text(name));
    copy->name = (struct floor_name){title, SPAN("Shared lesson")};
    for (size_t i = 0; i < from->areas.n; i++) {
        areas[i] = *floor_area_nth(from, i);
        areas[i].has_hours = false;
    }
    copy->areas.at = areas;
    return copy->id.p == NULL ? NULL : copy;
}

/* Written and read again, so that what goes out is what a guest will read. */
static enum err check_copy(const struct floor *copy, struct arena *arena, struct span *file_out,
                           struct span *hash_out, struct fail *why)
{
    struct jx_defects defects = {0};
    const struct floor *read = NULL;
    enum err rc = floor_write(copy, arena, file_out, why);

    if (rc == ERR_OK)
        rc = floor_read(*file_out, arena, &read, &defects, why);
    if (rc == ERR_OK)
        *hash_out = span_text(read->hash);
    return rc;
}

enum err series_floor_copy(const struct floor *from, struct id series, struct span title,
                           struct arena *arena, struct span *file_out, struct span *hash_out,
                           enum series_floor_verdict *verdict_out, struct fail *why)
{
    const struct span plain = SPAN("いっしょの授業《じゅぎょう》");
    const struct floor *copy = copy_of(from, series, title, arena);
    enum err rc;

    if (copy == NULL)
        return fail_set(why, ERR_NOMEM, "a floor");
    *verdict_out = series_floor_judge(copy);
    if (*verdict_out != SERIES_FLOOR_GOOD)
        return fail_field(why, ERR_INVALID, "/floor", "not for several towns");
    rc = check_copy(copy, arena, file_out, hash_out, why);
    if (rc == ERR_INVALID) { /* a title that is too long for a door */
        copy = copy_of(from, series, plain, arena);
        rc = copy == NULL ? fail_set(why, ERR_NOMEM, "a floor")
                          : check_copy(copy, arena, file_out, hash_out, why);
    }
    if (rc == ERR_OK && file_out->len > SERIES_FLOOR_MOST) {
        *verdict_out = SERIES_FLOOR_LARGE;
        rc = fail_field(why, ERR_INVALID, "/floor", "%zu bytes", file_out->len);
    }
    return rc;
}

enum err series_floor_read(struct span file, struct span hash, struct id series,
                           struct arena *arena, const struct floor **floor_out,
                           struct fail *why)
{
    struct jx_defects defects = {0};
    const struct floor *floor = NULL;
    char name[SERIES_FLOOR_CAP];
    enum err rc = file.len > SERIES_FLOOR_MOST
                      ? fail_set(why, ERR_INVALID, "a floor of %zu bytes", file.len)
                      : floor_read(file, arena, &floor, &defects, why);

    if (rc == ERR_PROTO || rc == ERR_TOO_LARGE)
        return fail_set(why, ERR_INVALID, "no floor");
    if (rc != ERR_OK || floor == NULL)
        return rc;
    series_floor_name(series, name);
    if (!span_eq(floor->id, span_text(name)) || !span_eq(span_text(floor->hash), hash))
        return fail_set(why, ERR_INVALID, "another floor");
    if (series_floor_judge(floor) != SERIES_FLOOR_GOOD)
        return fail_set(why, ERR_INVALID, "a floor with closed rooms, or ways out of our own");
    *floor_out = floor;
    return ERR_OK;
}

/* ---- dates ---- */

bool series_time_is_right(int64_t from_utc_us, int64_t to_utc_us)
{
    return from_utc_us % MINUTE_US == 0 && to_utc_us % MINUTE_US == 0 &&
           to_utc_us - from_utc_us >= SERIES_LEAST_US &&
           calendar_day_at(from_utc_us) == calendar_day_at(to_utc_us - 1);
}

static bool is_near(const struct series_date *date, int64_t now_utc_us)
{
    return date->from_utc_us > now_utc_us - SERIES_BEHIND_DAYS * DAY_US &&
           date->to_utc_us < now_utc_us + SERIES_AHEAD_DAYS * DAY_US;
}

static bool go_together(const struct series_date *a, const struct series_date *b)
{
    bool meet = a->from_utc_us < b->to_utc_us && b->from_utc_us < a->to_utc_us;

    return a->n != b->n && a->class != b->class &&
           (a->is_cancelled || b->is_cancelled || !meet);
}

bool series_dates_are_right(const struct series_date *dates, size_t n, int64_t now_utc_us,
                            bool is_new)
{
    bool has_coming = false;

    if (n < 1 || n > SERIES_LESSONS_MOST)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct series_date *date = &dates[i];

        if (date->n < 1 || date->n > SERIES_LESSONS_MOST || date->class < 1 ||
            date->class > UINT32_MAX)
            return false;
        if (!series_time_is_right(date->from_utc_us, date->to_utc_us) ||
            !is_near(date, now_utc_us))
            return false;
        for (size_t k = 0; k < i; k++)
            if (!go_together(&dates[k], date))
                return false;
        has_coming = has_coming || (!date->is_cancelled && date->to_utc_us > now_utc_us);
    }
    return has_coming || !is_new;
}

static const struct series_lesson *row_of(const struct series_lesson *rows, size_t n_rows,
                                          int64_t n)
{
    for (size_t i = 0; i < n_rows; i++)
        if (rows[i].n == n)
            return &rows[i];
    return NULL;
}

bool series_dates_differ(const struct series_lesson *rows, size_t n_rows,
                         const struct series_date *dates, size_t n, int64_t now_utc_us,
                         struct series_lesson *changed_out, size_t *n_changed_out)
{
    *n_changed_out = 0;
    for (size_t i = 0; i < n; i++) {
        const struct series_date *date = &dates[i];
        const struct series_lesson *row = row_of(rows, n_rows, date->n);

        if (row == NULL || row->class != date->class)
            return false;
        if (row->to_utc_us <= now_utc_us ||
            (row->from_utc_us == date->from_utc_us && row->to_utc_us == date->to_utc_us &&
             row->is_cancelled == date->is_cancelled))
            continue;
        changed_out[*n_changed_out] = *row;
        changed_out[*n_changed_out].from_utc_us = date->from_utc_us;
        changed_out[*n_changed_out].to_utc_us = date->to_utc_us;
        changed_out[*n_changed_out].is_cancelled = date->is_cancelled;
        ++*n_changed_out;
    }
    return true;
}

/* ---- slots ---- */

static int overlap(const struct class_slot *slot, int from_minute, int to_minute)
{
    int from = slot->from > from_minute ? slot->from : from_minute;
    int to = slot->to < to_minute ? slot->to : to_minute;

    return to > from ? to - from : 0;
}

int series_slot_fit(const struct class_slots *slots, int from_minute, int to_minute,
                    const int n_in[CLASS_SLOTS_MOST], int parallel_most)
{
    int best = 0, most = 0;

    for (int i = 0; i < slots->n; i++) {
        int minutes = overlap(&slots->at[i], from_minute, to_minute);

        if (minutes > most) {
            most = minutes;
            best = i + 1;
        }
    }
    if (best > 0 && n_in[best - 1] < parallel_most)
        return best;
    for (int i = slots->n; i < CLASS_SLOTS_MOST; i++)
        if (n_in[i] == 0)
            return i + 1;
    for (int i = 0; i < slots->n; i++)
        if (n_in[i] == 0)
            return i + 1;
    return 0;
}
