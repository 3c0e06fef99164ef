/* What the console's thread makes of a snapshot: pure. */
#include <stdio.h>

#include "node/support/alone.h"
#include "node/support/console_priv.h"

/* FNV-1a, 64 bits: only told apart is what differs. */
#define PRINT_BEGIN UINT64_C(14695981039346656037)
#define PRINT_PRIME UINT64_C(1099511628211)

static uint64_t put(uint64_t print, const void *p, size_t len)
{
    const uint8_t *at = p;

    for (size_t i = 0; i < len; i++)
        print = (print ^ at[i]) * PRINT_PRIME;
    return print;
}

static uint64_t put_number(uint64_t print, int64_t n)
{
    return put(print, &n, sizeof n);
}

static uint64_t put_text(uint64_t print, struct span text)
{
    return put(put_number(print, (int64_t)text.len), text.p, text.len);
}

static uint64_t put_child(uint64_t print, const struct presence_person *p,
                          struct contact_times times, int64_t now_utc_us, int64_t alone_us)
{
    int64_t alone = alone_minutes(p->since_utc_us, times.any_utc_us, now_utc_us);
    int64_t bits = (p->is_in_lobby ? 1 : 0) | (p->is_held ? 2 : 0) | (p->is_away ? 4 : 0) |
                   (alone * ALONE_MINUTE_US >= alone_us ? 8 : 0);

    print = put(print, p->account.b, sizeof p->account.b);
    print = put_text(print, p->name);
    print = put_text(print, p->floor);
    print = put_text(print, p->room);
    print = put(print, p->talks, (size_t)p->n_talks * sizeof p->talks[0]);
    print = put_number(print, (int64_t)p->stops << 16 | (int64_t)p->state << 8 |
                                  (int64_t)p->rung << 4 | bits);
    return put_number(print, times.any_utc_us);
}

uint64_t console_print(const struct presence *presence, struct contact_desk *desk,
                       int64_t alone_us)
{
    uint64_t print = PRINT_BEGIN;

    for (size_t i = 0; i < presence->n_people; i++)
        if (presence->people[i].role == ROLE_STUDENT)
            print = put_child(print, &presence->people[i],
                              contact_desk_times(desk, presence->people[i].account),
                              presence->at_utc_us, alone_us);
    for (size_t i = 0; i < presence->n_floors; i++) {
        const struct presence_floor *f = &presence->floors[i];

        print = put_text(print, f->id);
        print = put_number(print, (int64_t)f->n_people << 32 | (int64_t)f->n_staff);
        print = put_number(print, f->staffless_utc_us);
    }
    return print;
}

/* ---- floors without staff ---- */

static struct console_alarm *alarm_of(struct console_alarm alarms[CONSOLE_ALARMS_CAP],
                                      struct span floor)
{
    for (size_t i = 0; i < CONSOLE_ALARMS_CAP; i++)
        if (span_eq(span_text(alarms[i].floor), floor))
            return &alarms[i];
    return NULL;
}

static void forget_over(const struct presence *presence,
                        struct console_alarm alarms[CONSOLE_ALARMS_CAP])
{
    for (size_t i = 0; i < CONSOLE_ALARMS_CAP; i++) {
        const struct presence_floor *floor =
            presence_floor_find(presence, span_text(alarms[i].floor));

        if (floor == NULL || floor->staffless_utc_us != alarms[i].since_utc_us)
            alarms[i] = (struct console_alarm){.floor = ""};
    }
}

size_t console_alarms(const struct presence *presence, int64_t after_us,
                      struct console_alarm alarms[CONSOLE_ALARMS_CAP],
                      size_t due_out[CONSOLE_ALARMS_CAP])
{
    size_t n = 0;

    forget_over(presence, alarms);
    for (size_t i = 0; i < presence->n_floors && i < CONSOLE_ALARMS_CAP; i++) {
        const struct presence_floor *f = &presence->floors[i];
        struct console_alarm *alarm;

        if (f->staffless_utc_us == 0 || presence->at_utc_us - f->staffless_utc_us < after_us ||
            alarm_of(alarms, f->id) != NULL)
            continue;
        alarm = alarm_of(alarms, SPAN(""));
        if (alarm == NULL || f->id.len >= sizeof alarm->floor)
            continue;
        snprintf(alarm->floor, sizeof alarm->floor, "%.*s", SPAN_ARG(f->id));
        alarm->since_utc_us = f->staffless_utc_us;
        due_out[n++] = i;
    }
    return n;
}

void console_alarm_undo(struct console_alarm alarms[CONSOLE_ALARMS_CAP], struct span floor)
{
    struct console_alarm *alarm = alarm_of(alarms, floor);

    if (alarm != NULL)
        *alarm = (struct console_alarm){.floor = ""};
}
