/* covers: node/classes/class_slots.c */
/* The template of a day's slots as somebody typed it into a setting, and slots as a table has
 * them: any bytes. What is read is by time, does not overlap, and is written back alike. The
 * first byte is the length of a slot. */
#include "node/classes/class_slots.h"

#include <stdlib.h>

static void check(const struct class_slots *slots)
{
    const struct hours_slots all_day = {1, {{0, 1440}}};
    char text[CLASS_SLOTS_TEXT_CAP];
    struct class_slots again;
    int bad;

    if (slots->n < 0 || slots->n > CLASS_SLOTS_MOST || !class_slots_are_right(slots, &bad))
        abort();
    for (int i = 0; i < slots->n; i++)
        if (!class_slot_is_open(&slots->at[i], &all_day))
            abort();
    class_slots_text(slots, text);
    if (!class_slots_read(span_text(text), &again) || again.n != slots->n ||
        memcmp(again.at, slots->at, (size_t)slots->n * sizeof slots->at[0]) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct class_template of = {.is_bad = false};
    struct class_slots slots;

    if (size == 0)
        return 0;
    if (class_slots_template(span_of(data + 1, size - 1), data[0] % 180 + 1, &of.of_long))
        check(class_template_of(&of, HOURS_DAY_LONG));
    else if (of.of_long.n != 0)
        abort();
    if (class_template_of(&of, HOURS_DAY_CLOSED)->n +
        class_template_of(&of, HOURS_DAY_SHORT)->n)
        abort();
    if (class_slots_read(span_of(data + 1, size - 1), &slots))
        check(&slots);
    return 0;
}
