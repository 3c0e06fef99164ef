/* tenants/hours/hours_doc.h - hours as JSON: the values of decisions, which are also what
 * requests bring and answers show. Times are "10:00", days "2026-06-01" of Japan. Threads:
 * reentrant.  Owns: nothing; results live in the arena. */
#ifndef TENANTS_HOURS_HOURS_DOC_H
#define TENANTS_HOURS_HOURS_DOC_H

#include "node/base/jx.h"
#include "tenants/hours/hours.h"

#define HOURS_TEXT_MOST 200 /* graphemes of a title, a reason, a closure's message */

struct hours_slot_doc {
    struct span from, to;
};
struct hours_week_doc {
    struct jx_list days[7]; /* of hours_slot_doc; Monday first */
};
/* Both or none; none: the turn of the year does not close. */
struct hours_year_end_doc {
    struct span from, to; /* "12-29", "01-03" */
    bool has_from, has_to;
};
struct hours_day_doc {
    struct jx_list slots;
    struct span title;
    bool is_closure, has_title;
};
struct hours_holiday_doc {
    bool is_holiday, has_name;
    struct span name;
};
extern const struct jx_shape hours_slot_shape, hours_week_shape, hours_year_end_shape,
    hours_day_shape, hours_holiday_shape;

/* The names of the days of a week in JSON and on screen. */
extern const char *const hours_weekday_ids[7], *const hours_weekdays_ja[7];

/* Each adds what is wrong to defects, in sentences that name the field: pointer, title_ja. The
 * result counts only when nothing was added. ERR_NOMEM is the only failure. */
NODISCARD enum err hours_doc_read_slots(const struct jx_list *docs, const char *pointer,
                                        const char *title_ja, struct arena *arena,
                                        struct hours_slots *out, struct jx_defects *defects);
NODISCARD enum err hours_doc_read_week(const struct hours_week_doc *doc, const char *pointer,
                                       struct arena *arena, struct hours_slots week_out[7],
                                       struct jx_defects *defects);
/* Days of December and of January. has_out false: none. */
NODISCARD enum err hours_doc_read_year_end(const struct hours_year_end_doc *doc,
                                           struct arena *arena, bool *has_out, int *from_out,
                                           int *to_out, struct jx_defects *defects);
/* And back. ERR_NOMEM. */
NODISCARD enum err hours_doc_write_slots(const struct hours_slots *slots, struct arena *arena,
                                         struct jx_list *out, struct fail *why);
NODISCARD enum err hours_doc_write_week(const struct hours_slots week[7], struct arena *arena,
                                        struct hours_week_doc *out, struct fail *why);
/* "12-29" of 1229; NULL: no memory. */
const char *hours_doc_month_day(int month_day, struct arena *arena);

#endif
