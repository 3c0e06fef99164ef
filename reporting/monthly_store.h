/* reporting/monthly_store.h - the tables monthly_report (a leaf: which month, the SHA-256 of
 * its lines, the contract as it was) and monthly_line (what the report says beside the figures
 * of the month: counts, nobody's id). Added once, never changed: drawn again it says the same
 * (KP-3-調達-3b). Threads: as the tx or db that is handed in; what is read lives in the arena.
 */
#ifndef REPORTING_MONTHLY_STORE_H
#define REPORTING_MONTHLY_STORE_H

#include "node/db/hash256.h"
#include "node/db/writer.h"

enum monthly_kind { MONTHLY_KPI, MONTHLY_INCIDENT, MONTHLY_INQUIRY, MONTHLY_SERVICE };
#define MONTHLY_KINDS "kpi|incident|inquiry|service"
/* Of MONTHLY_KPI: name is a month ("2026-10"), num the version whose cells the report draws. */
struct monthly_line {
    enum monthly_kind kind;
    struct span name;
    int64_t num, den;
};
struct monthly_report {
    struct id id, made_by; /* made_by ID_NONE: the node itself */
    int64_t month_utc_us, made_utc_us, n_lines;
    struct span town, title, contractor; /* title, contractor: empty: no contract yet */
    struct hash256 sum;
};

/* The lines in one canonical text, and its sum. */
NODISCARD enum err monthly_store_text(const struct monthly_line *lines, size_t n,
                                      struct arena *arena, struct span *text_out,
                                      struct hash256 *sum_out, struct fail *why);
/* Row, leaf and lines; text of monthly_store_text. ERR_CONFLICT: the month has one. */
NODISCARD enum err monthly_store_add(struct tx *tx, const struct monthly_report *report,
                                     struct span text, struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err monthly_store_find(struct db *db, struct id report, struct arena *arena,
                                      struct monthly_report *out, struct fail *why);
NODISCARD enum err monthly_store_of_month(struct db *db, int64_t month_utc_us,
                                          struct arena *arena, struct monthly_report *out,
                                          struct fail *why);
/* The newest first, before that month (0: from the newest), at most n_cap. */
NODISCARD enum err monthly_store_list(struct db *db, int64_t before_utc_us, int n_cap,
                                      struct arena *arena, struct monthly_report **out,
                                      size_t *n_out, struct fail *why);
/* ERR_PROTO: they are not the lines the report was made with. */
NODISCARD enum err monthly_store_lines(struct db *db, const struct monthly_report *report,
                                       struct arena *arena, struct monthly_line **out,
                                       size_t *n_out, struct fail *why);

#endif
