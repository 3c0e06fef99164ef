/* reporting/kpi/kpi_store.h - tables kpi_month (a leaf: which month, which version of the set,
 * the SHA-256 of its cells) and kpi_cell (its numbers). Added once, never changed: what was
 * counted for a month stays, whatever becomes of the people who were counted (NI-2.3.4-4b,
 * KP-0-1). Threads: as the tx or db.  Owns: nothing; texts live in the arena. */
#ifndef REPORTING_KPI_STORE_H
#define REPORTING_KPI_STORE_H

#include "node/db/hash256.h"
#include "node/db/writer.h"
#include "reporting/kpi/kpi_def.h"

#define KPI_MONTHS_SHOWN 13 /* a year and the same month of the year before */

struct kpi_cell {
    struct span kpi;
    enum kpi_part part;
    int64_t num, den;
};
struct kpi_month {
    struct id id;
    int64_t month_utc_us; /* when it began, in Tokyo */
    int64_t version, made_utc_us, n_cells;
    struct hash256 sum;
};

/* What a month's statements take. */
struct kpi_term {
    int64_t begin_utc_us, end_utc_us, attended_min;
};
/* The cells of one definition: KPI_PARTS_N of them, in the order of the parts. */
NODISCARD enum err kpi_store_count(struct db *db, const struct kpi_def *def,
                                   const struct kpi_term *term,
                                   struct kpi_cell cells_out[KPI_PARTS_N], struct fail *why);
/* The children behind a figure, as the records say it now: in the arena, by their ids. */
NODISCARD enum err kpi_store_who(struct db *db, const struct kpi_def *def,
                                 const struct kpi_term *term, struct arena *arena,
                                 struct id **out, size_t *n_out, struct fail *why);
/* The cells in one canonical text, and its sum. */
NODISCARD enum err kpi_store_text(const struct kpi_cell *cells, size_t n, struct arena *arena,
                                  struct span *text_out, struct hash256 *sum_out,
                                  struct fail *why);

/* text: of kpi_store_text. ERR_CONFLICT: this month is there in this version. */
NODISCARD enum err kpi_store_add(struct tx *tx, const struct kpi_month *month, struct span text,
                                 struct fail *why);
NODISCARD enum err kpi_store_has(struct db *db, int64_t month_utc_us, int version,
                                 bool *is_there_out, struct fail *why);
/* The newest months first, at most n_cap; of one month the versions side by side. */
NODISCARD enum err kpi_store_months(struct db *db, int n_cap, struct arena *arena,
                                    struct kpi_month **out, size_t *n_out, struct fail *why);
/* The month that began then, by its newest version. ERR_NOT_FOUND: not counted. */
NODISCARD enum err kpi_store_find(struct db *db, int64_t month_utc_us, struct kpi_month *out,
                                  struct fail *why);
/* Of one month, in the order they were counted. ERR_PROTO: they are not what was counted. */
NODISCARD enum err kpi_store_cells(struct db *db, const struct kpi_month *month,
                                   struct arena *arena, struct kpi_cell **out, size_t *n_out,
                                   struct fail *why);
/* When this node was made. */
NODISCARD enum err kpi_store_since(struct db *db, int64_t *utc_us_out, struct fail *why);

#endif
