/* federation/mirror_store.h - tables fed_context, fed_seat, fed_line and fed_act: what is kept
 * of a shared lesson, and for how long (CARD-9, CARD-10). A line that crosses has a row at
 * every node that it reached: who wrote it is a number of his home and a pseudonym, what it
 * said is a mac. Two towns lay their rows side by side: equal macs are equal words. What other
 * towns wrote is kept for a while under a key of that lesson; what our own wrote lies in
 * chat_line. Threads: as the tx or db.  Owns: nothing; bytes live in the arena. */
#ifndef FEDERATION_MIRROR_STORE_H
#define FEDERATION_MIRROR_STORE_H

#include "federation/frame.h"
#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"
#include "node/db/keyring.h"
#include "node/db/store.h"

#define MIRROR_MAC_BYTES 32

struct mirror_context {
    struct id lesson; /* class_lesson.lesson of this node */
    uint32_t class;
    struct id series, host;
    int64_t to_utc_us, closed_utc_us; /* 0: its texts may still be read */
};
/* Puts it, or moves its end. ERR_DENIED: it is closed. */
NODISCARD enum err mirror_context_put(struct tx *tx, const struct mirror_context *context,
                                      struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err mirror_context_find(struct tx *tx, struct db *db, struct id lesson,
                                       struct mirror_context *out, struct fail *why);
NODISCARD enum err mirror_context_by_class(struct tx *tx, struct id host, uint32_t class,
                                           struct mirror_context *out, struct fail *why);
/* Ended before that, and not closed. */
NODISCARD enum err mirror_context_due(struct db *db, int64_t before_utc_us, struct arena *arena,
                                      struct id **lessons_out, size_t *n_out, struct fail *why);
/* The texts go; the rows stay. After the key was destroyed. */
NODISCARD enum err mirror_context_close(struct tx *tx, struct id lesson, int64_t now_utc_us,
                                        struct fail *why);

/* The children of ours who chose it. */
NODISCARD enum err mirror_chosen(struct db *db, struct id lesson, struct arena *arena,
                                 struct id **accounts_out, size_t *n_out, struct fail *why);

NODISCARD enum err mirror_seat_put(struct tx *tx, struct id lesson,
                                   const uint8_t pseud[FRAME_PSEUD_BYTES], struct id account,
                                   int64_t now_utc_us, struct fail *why);
/* ERR_NOT_FOUND: nobody of ours was there by that. */
NODISCARD enum err mirror_seat_find(struct tx *tx, struct id lesson,
                                    const uint8_t pseud[FRAME_PSEUD_BYTES],
                                    struct id *account_out, struct fail *why);

enum mirror_line_state {
    MIRROR_SENT,
    MIRROR_SAID,
    MIRROR_MASKED,
    MIRROR_BLOCKED,
    MIRROR_ASKED,
    MIRROR_LINE_STATES_N
};
#define MIRROR_LINE_STATES "sent|said|masked|blocked|asked"

struct mirror_line_row {
    struct id id, lesson;
    uint32_t class;
    struct id node;
    uint64_t number;
    int64_t at_utc_us;
    uint8_t pseud[FRAME_PSEUD_BYTES];
    struct id line;
    enum mirror_line_state state;
    uint8_t mac[MIRROR_MAC_BYTES];
    struct span text_sealed; /* len 0: none, or not any more */
};
/* HMAC-SHA256(key, class | node | number | pseud | text), numbers big-endian. */
NODISCARD enum err mirror_mac(const uint8_t key[32], const struct mirror_line_row *row,
                              struct span text, uint8_t out[MIRROR_MAC_BYTES],
                              struct fail *why);
/* With its leaf. ERR_CONFLICT: that number of that home is there. */
NODISCARD enum err mirror_line_add(struct tx *tx, const struct mirror_line_row *row,
                                   struct fail *why);
/* The number after the last one of ours. */
NODISCARD enum err mirror_line_next(struct tx *tx, struct id lesson, struct id self,
                                    uint64_t *number_out, struct fail *why);
/* By the line's own id. ERR_NOT_FOUND. */
NODISCARD enum err mirror_line_find(struct tx *tx, struct id lesson, struct id line,
                                    struct arena *arena, struct mirror_line_row *out,
                                    struct fail *why);
struct mirror_line_ask {
    struct id lesson;
    struct id node;       /* ID_NONE: of every home */
    int64_t since_utc_us; /* 0: from the first */
    uint64_t after;       /* with node: numbers behind it */
    int n_cap;
};
/* By home and number. */
NODISCARD enum err mirror_line_list(struct tx *tx, struct db *db,
                                    const struct mirror_line_ask *ask, struct arena *arena,
                                    struct mirror_line_row **out, size_t *n_out,
                                    struct fail *why);
/* The text of another town's line, while it may be read. ERR_NOT_FOUND: it may not any more. */
NODISCARD enum err mirror_line_seal(struct tx *tx, struct keyring *keyring,
                                    struct mirror_line_row *row, struct span text,
                                    struct fail *why);
NODISCARD enum err mirror_line_open(struct keyring *keyring, const struct mirror_line_row *row,
                                    struct arena *arena, struct span *text_out,
                                    struct fail *why);

enum mirror_act_kind {
    MIRROR_ACT_STOP,
    MIRROR_ACT_RESUME,
    MIRROR_ACT_EJECT,
    MIRROR_ACT_HIDE,
    MIRROR_ACT_HELD,
    MIRROR_ACT_LATE,
    MIRROR_ACT_SHARED,
    MIRROR_ACT_WARN,
    MIRROR_ACT_KINDS_N
};
#define MIRROR_ACT_KINDS "stop|resume|eject|hide|held|late|shared|warn"

struct mirror_act_row {
    struct id id;
    int64_t at_utc_us;
    struct id lesson;
    uint32_t class;
    enum mirror_act_kind kind;
    struct id act, node;
    uint8_t pseud[FRAME_PSEUD_BYTES];
    unsigned what;  /* enum mirror_what */
    struct id line; /* of hide, and of a warning that quotes; else ID_NONE */
    struct id by;   /* of our staff; else ID_NONE */
};
/* With its leaf. The same id again adds nothing. */
NODISCARD enum err mirror_act_add(struct tx *tx, const struct mirror_act_row *row,
                                  struct fail *why);
/* Oldest first. */
NODISCARD enum err mirror_act_list(struct tx *tx, struct db *db, struct id lesson,
                                   struct arena *arena, struct mirror_act_row **out,
                                   size_t *n_out, struct fail *why);

/* ---- rows of this part, for node/features.c ---- */

#define FED_MIRROR_STMTS_N    19
#define FED_MIRROR_TABLES_N   4
#define FED_MIRROR_SETTINGS_N 1
#define FED_MIRROR_ROUTES_N   1
#define FED_MIRROR_JOBS_N     1
extern const struct stmt *const fed_mirror_stmts[FED_MIRROR_STMTS_N];
extern const struct data_table fed_mirror_tables[FED_MIRROR_TABLES_N];
extern const struct audit_table fed_line_audit_table, fed_act_audit_table;
extern const struct setting
    *const fed_mirror_settings[FED_MIRROR_SETTINGS_N]; /* mirror_sweep.c */
extern const struct setting setting_context_days;
extern const struct route fed_mirror_routes[FED_MIRROR_ROUTES_N]; /* mirror_http.c */
extern const struct job_kind fed_mirror_jobs[FED_MIRROR_JOBS_N];  /* mirror_sweep.c */

#endif
