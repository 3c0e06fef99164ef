#include "node/classes/class_slots.h"

#include <stdio.h>

#define DAY_MINUTES 1440

/* Bytes of what may stand between two times at p; 0: none does. */
static size_t gap_at(struct span text)
{
    if (text.len > 0 && (text.p[0] == ' ' || text.p[0] == ','))
        return 1;
    if (span_has_prefix(text, SPAN("、")) || span_has_prefix(text, SPAN("　")))
        return 3;
    return 0;
}

bool class_slots_are_right(const struct class_slots *slots, int *bad_out)
{
    int before = 0;

    for (int i = 0; i < slots->n; i++) {
        const struct class_slot *slot = &slots->at[i];

        *bad_out = i;
        if (slot->from < before || slot->from >= slot->to || slot->to > DAY_MINUTES)
            return false;
        before = slot->to;
    }
    return true;
}

bool class_slots_template(struct span starts, int slot_min, struct class_slots *out)
{
    struct class_slots slots = {.n = 0};
    struct span rest = starts;
    int bad;

    *out = (struct class_slots){.n = 0};
    while (rest.len > 0) {
        size_t gap = gap_at(rest);
        int from;

        if (gap > 0) {
            rest = span_from(rest, gap);
            continue;
        }
        if (slots.n == CLASS_SLOTS_MOST || !calendar_time_read(span_cut(rest, 0, 5), &from))
            return false;
        rest = span_from(rest, 5);
        if (rest.len > 0 && gap_at(rest) == 0)
            return false;
        slots.at[slots.n++] = (struct class_slot){from, from + slot_min};
    }
    if (!class_slots_are_right(&slots, &bad))
        return false;
    *out = slots;
    return true;
}

void class_slots_text(const struct class_slots *slots, char text_out[CLASS_SLOTS_TEXT_CAP])
{
    size_t len = 0;

    text_out[0] = '\0';
    for (int i = 0; i < slots->n; i++) {
        char from[TIME_TEXT_CAP], to[TIME_TEXT_CAP];

        calendar_time_text(slots->at[i].from, from);
        calendar_time_text(slots->at[i].to, to);
        len += (size_t)snprintf(text_out + len, CLASS_SLOTS_TEXT_CAP - len, "%s%s-%s",
                                i > 0 ? " " : "", from, to);
    }
}

bool class_slots_read(struct span text, struct class_slots *out)
{
    struct span rest = text;
    int bad;

    *out = (struct class_slots){.n = 0};
    while (rest.len > 0) {
        struct class_slot *slot = &out->at[out->n];

        if (out->n == CLASS_SLOTS_MOST || rest.len < 11 || rest.p[5] != '-' ||
            !calendar_time_read(span_cut(rest, 0, 5), &slot->from) ||
            !calendar_end_read(span_cut(rest, 6, 5), &slot->to))
            return false;
        out->n++;
        if (rest.len > 11 && (rest.p[11] != ' ' || rest.len == 12))
            return false;
        rest = span_from(rest, 12);
    }
    return class_slots_are_right(out, &bad);
}

bool class_slot_is_open(const struct class_slot *slot, const struct hours_slots *open)
{
    for (int i = 0; i < open->n; i++)
        if (open->at[i].from <= slot->from && slot->to <= open->at[i].to)
            return true;
    return false;
}

const struct class_slots *class_template_of(const struct class_template *of,
                                            enum hours_day_type type)
{
    static const struct class_slots none = {.n = 0};

    switch (type) {
    case HOURS_DAY_CLOSED:
        return &none;
    case HOURS_DAY_LONG:
        return &of->of_long;
    case HOURS_DAY_SHORT:
        return &of->of_short;
    }
    return &none;
}
