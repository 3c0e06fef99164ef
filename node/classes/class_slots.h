/* node/classes/class_slots.h - the slots of a day [コマ]: from the templates of the settings,
 * by day type, or as staff decided for one day (AI-4.4-キ-ア). Pure; times are minutes since
 * midnight in Japan.  Threads: reentrant.  Owns: nothing. */
#ifndef NODE_CLASSES_CLASS_SLOTS_H
#define NODE_CLASSES_CLASS_SLOTS_H

#include "node/base/arena.h"
#include "tenants/hours/hours.h"

#define CLASS_SLOTS_MOST     8
#define CLASS_SLOTS_TEXT_CAP 96 /* CLASS_SLOTS_MOST of 12 bytes */

struct class_slot {
    int from, to; /* from < to */
};
/* By time, none overlaps the next; the slot of number 1 is at[0]. */
struct class_slots {
    int n;
    struct class_slot at[CLASS_SLOTS_MOST];
};

/* A template: times at which slots begin, with spaces, commas or 、 between them ("10:15 11:10
 * 13:30"); empty: none. False: it cannot be read, a slot would reach over midnight or into the
 * next, or there are more than CLASS_SLOTS_MOST; then *out has none. */
bool class_slots_template(struct span starts, int slot_min, struct class_slots *out);
/* By time, from < to <= 1440, no overlap; *bad_out is the first that is not. */
bool class_slots_are_right(const struct class_slots *slots, int *bad_out);
/* As the table has them, "10:15-11:00 13:30-14:15", and back (false: it is none). */
void class_slots_text(const struct class_slots *slots, char text_out[CLASS_SLOTS_TEXT_CAP]);
bool class_slots_read(struct span text, struct class_slots *out);
/* All of it lies in one opening of the day. */
bool class_slot_is_open(const struct class_slot *slot, const struct hours_slots *open);

/* What the settings say. */
struct class_template {
    struct class_slots of_long, of_short;
    bool is_bad; /* one of the two cannot be read */
};
/* Of a day type; a closed day has none. */
const struct class_slots *class_template_of(const struct class_template *of,
                                            enum hours_day_type type);

#endif
