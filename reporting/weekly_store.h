/* reporting/weekly_store.h - the tables weekly_report (a leaf table) and weekly_line, and the
 * records that a report is made of: visit_event, session, account. Threads: as the tx or db
 * that is handed in; what is read lives in the arena. */
#ifndef REPORTING_WEEKLY_STORE_H
#define REPORTING_WEEKLY_STORE_H

#include "node/db/writer.h"
#include "reporting/weekly_facts.h"

struct weekly_report {
    struct id id, made_by; /* made_by ID_NONE: the node itself */
    int64_t week_utc_us, made_utc_us;
    int64_t n_pupils, n_lines;
    struct hash256 sum;
};

/* Everything weekly_facts_make wants for that week. */
NODISCARD enum err weekly_store_gather(struct db *db, int64_t week_utc_us, int64_t made_utc_us,
                                       struct arena *arena, struct weekly_given *out,
                                       struct fail *why);
/* The instant this node was first set up: no week that ended before it has a report. */
NODISCARD enum err weekly_store_since(struct db *db, int64_t *utc_us_out, struct fail *why);

/* Row, leaf and lines; text as weekly_facts_text made it. ERR_CONFLICT: the week has one. */
NODISCARD enum err weekly_store_add(struct tx *tx, const struct weekly_report *report,
                                    struct span text, struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err weekly_store_find(struct db *db, struct id report, struct weekly_report *out,
                                     struct fail *why);
NODISCARD enum err weekly_store_of_week(struct db *db, int64_t week_utc_us,
                                        struct weekly_report *out, struct fail *why);
/* The newest first, before that week (0: from the newest); only: those that account was given
 * (ID_NONE: all). */
NODISCARD enum err weekly_store_list(struct db *db, int64_t before_utc_us, struct id only,
                                     int n_cap, struct arena *arena, struct weekly_report **out,
                                     size_t *n_out, struct fail *why);
/* ERR_PROTO: they are not the lines the report was made with. */
NODISCARD enum err weekly_store_lines(struct db *db, const struct weekly_report *report,
                                      struct arena *arena, struct weekly_line **out,
                                      size_t *n_out, struct fail *why);

#endif
