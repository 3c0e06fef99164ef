/* reporting/log_export_store.h - the rows of tables log_export and log_export_step, both
 * leaves: who asked for a part of the logs or searched it, and what became of that (AI-2.7-イ).
 * Threads: as the tx or db that is handed in. */
#ifndef REPORTING_LOG_EXPORT_STORE_H
#define REPORTING_LOG_EXPORT_STORE_H

#include "node/db/writer.h"

enum log_act { LOG_ACT_EXPORT, LOG_ACT_SEARCH };
#define LOG_ACTS "export|search"
enum log_kind { LOG_ENTRY, LOG_CHAT, LOG_VOICE, LOG_REACTION, LOG_LESSON, LOG_KINDS_N };
#define LOG_KINDS      "entry|chat|voice|reaction|lesson"
#define LOG_BIT(kind)  (1u << (kind))
#define LOG_KINDS_MOST 31
enum log_format { LOG_CSV, LOG_JSON };
#define LOG_FORMATS "csv|json"
enum log_charset { LOG_UTF8, LOG_SJIS };
#define LOG_CHARSETS "utf8|sjis"

struct log_export_row {
    struct id id; /* the client's */
    int64_t at_utc_us;
    struct id by;
    struct span by_role;
    enum log_act act;
    unsigned kinds; /* of LOG_BIT */
    int64_t from_utc_us, until_utc_us;
    struct id account; /* ID_NONE: everybody */
    struct span floor; /* empty: every floor */
    enum log_format format;
    enum log_charset charset;
    bool has_bom, is_for_guests, is_bulk;
    struct span reason_sealed, words_sealed; /* words: of a search */

    /* Of its steps; only when read by log_export_store_list or _find. */
    struct id approved_by;
    int64_t approved_utc_us; /* 0: not approved */
    int64_t n_begun;         /* files and searches */
    int64_t n_rows;          /* of the last that ended whole; -1: none did */
    int64_t ended_utc_us;
};
/* The row with its leaf. ERR_CONFLICT: the id is taken. */
NODISCARD enum err log_export_store_add(struct tx *tx, const struct log_export_row *row,
                                        struct fail *why);
/* Widens person and period of row to what its asker took since then without approval, all of it
 * together. */
NODISCARD enum err log_export_store_sum(struct tx *tx, int64_t since_utc_us,
                                        struct log_export_row *row, struct fail *why);
/* Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err log_export_store_find(struct tx *tx, struct db *db, struct id id,
                                         struct arena *arena, struct log_export_row *out,
                                         struct fail *why);
/* Newest first; by: ID_NONE or only his; before (at, id): 0 the newest. */
struct log_exports_ask {
    struct id by;
    int64_t before_utc_us;
    struct id before;
    int n_cap;
};
NODISCARD enum err log_export_store_list(struct db *db, const struct log_exports_ask *ask,
                                         struct arena *arena, struct log_export_row **rows_out,
                                         size_t *n_out, struct fail *why);

enum log_step { LOG_STEP_APPROVED, LOG_STEP_BEGUN, LOG_STEP_ENDED };
#define LOG_STEPS "approved|begun|ended"
struct log_step_row {
    struct id id;
    int64_t at_utc_us;
    struct id export, by;
    struct span by_role;
    enum log_step kind;
    int64_t n_rows, n_bytes; /* of ended */
    bool is_whole;
};
/* With its leaf. ERR_CONFLICT: the id is taken, or it was approved already. */
NODISCARD enum err log_export_store_step(struct tx *tx, const struct log_step_row *row,
                                         struct fail *why);

#endif
