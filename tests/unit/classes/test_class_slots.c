#include "node/classes/class_slots.h"
#include "tests/t.h"

T_CASE(slots_of_a_template_are_read_in_order)
{
    static const struct {
        const char *what, *starts;
        int slot_min, n, first, last; /* n -1: cannot be read */
    } rows[] = {
        {"two in the morning, one in the afternoon", "10:15 11:10 13:30", 45, 3, 615, 855},
        {"none", "", 45, 0, 0, 0},
        {"commas", "10:00,11:00", 45, 2, 600, 705},
        {"Japanese marks", "10:00、11:00　13:00", 50, 3, 600, 830},
        {"no gap between two", "10:00 10:45", 45, 2, 600, 690},
        {"the last minute", "23:15", 45, 1, 1395, 1440},
        {"over midnight", "23:16", 45, -1, 0, 0},
        {"into the next", "10:00 10:44", 45, -1, 0, 0},
        {"backwards", "11:00 10:00", 45, -1, 0, 0},
        {"no hour", "25:00", 45, -1, 0, 0},
        {"words", "朝から", 45, -1, 0, 0},
        {"times grown together", "10:0011:00", 45, -1, 0, 0},
        {"cut", "10:0", 45, -1, 0, 0},
        {"nine", "08:00 09:00 10:00 11:00 12:00 13:00 14:00 15:00 16:00", 45, -1, 0, 0},
    };

    T_REQ("AI-4.4-キ-ア");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct class_slots slots;
        bool is_read =
            class_slots_template(span_text(rows[i].starts), rows[i].slot_min, &slots);

        T_EQ(is_read, rows[i].n >= 0, rows[i].what);
        T_EQ(slots.n, rows[i].n < 0 ? 0 : rows[i].n, rows[i].what);
        if (slots.n > 0) {
            T_EQ(slots.at[0].from, rows[i].first, rows[i].what);
            T_EQ(slots.at[slots.n - 1].to, rows[i].last, rows[i].what);
        }
    }
}

T_CASE(slots_come_back_from_the_table_as_they_were)
{
    static const char *const texts[] = {"", "10:15-11:00",
                                        "10:15-11:00 11:00-11:45 23:15-24:00"};
    static const char *const bad[] = {"10:15",       "10:15-11:00 ",
                                      "10:15-10:15", "10:15 -11:00",
                                      "11:00-10:00", "10:15-11:00 10:30-12:00",
                                      "10:15-25:00", "10:15-11:00,12:00"};
    struct class_slots slots;

    for (size_t i = 0; i < T_COUNT(texts); i++) {
        char text[CLASS_SLOTS_TEXT_CAP];

        T_OK(class_slots_read(span_text(texts[i]), &slots), texts[i]);
        class_slots_text(&slots, text);
        T_TEXT(text, texts[i], "back");
    }
    for (size_t i = 0; i < T_COUNT(bad); i++)
        T_OK(!class_slots_read(span_text(bad[i]), &slots), bad[i]);
}

T_CASE(a_slot_lies_in_one_opening_as_a_whole)
{
    const struct hours_slots open = {2, {{600, 720}, {780, 900}}};
    const struct class_slot in = {615, 660}, edge = {780, 900}, over = {700, 745},
                            lunch = {720, 780}, early = {590, 640};

    T_OK(class_slot_is_open(&in, &open), "in the morning");
    T_OK(class_slot_is_open(&edge, &open), "all of the afternoon");
    T_OK(!class_slot_is_open(&over, &open), "into the break");
    T_OK(!class_slot_is_open(&lunch, &open), "the break");
    T_OK(!class_slot_is_open(&early, &open), "before the doors open");
}

T_CASE(short_days_have_no_slots_by_default_and_closed_days_never)
{
    struct class_template of = {.is_bad = false};

    T_REQ("AI-4.4-キ-ア");
    T_OK(class_slots_template(SPAN("10:15 11:10 13:30"), 45, &of.of_long), "long");
    T_OK(class_slots_template(SPAN(""), 45, &of.of_short), "short");
    T_EQ(class_template_of(&of, HOURS_DAY_LONG)->n, 3, "a long day");
    T_EQ(class_template_of(&of, HOURS_DAY_SHORT)->n, 0, "a short day");
    T_EQ(class_template_of(&of, HOURS_DAY_CLOSED)->n, 0, "a closed day");
}
