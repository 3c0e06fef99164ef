/* node/db/settings.h - the settings of this municipality (HI-3.3-9): typed values with history,
 * effective-from and undo. Every change is a new row and an audit leaf; nothing is ever changed
 * or deleted.
 *
 * What is in force at a moment: of the decisions that were not undone and whose effective_from
 * has come, the one with the latest effective_from, among equal ones the latest; without any
 * the default. So a change planned for April still arrives after a change made for today, and
 * undoing the plan leaves today's change alone.
 *
 * Threads: the getters and settings_peek from any, without a lock; they see a future value the
 * moment it comes. Changes on the writer's thread, inside its operations. */
#ifndef NODE_DB_SETTINGS_H
#define NODE_DB_SETTINGS_H

#include "node/base/role.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/writer.h"

struct audit_table;

#define SETTINGS_STMTS_N  6
#define SETTINGS_TABLES_N 1
extern const struct stmt *const settings_stmts[SETTINGS_STMTS_N];
extern const struct data_table settings_tables[SETTINGS_TABLES_N];
extern const struct audit_table settings_audit_table;

struct settings;

/* tables: features_settings. Reads what is stored over db; a stored value its row no longer
 * allows is logged and passed over. */
NODISCARD enum err settings_open(const struct setting_table *tables, struct db *db,
                                 struct settings **settings_out, struct fail *why);
void settings_close(struct settings **settings);
/* Reads again on the writer's thread, without waiting: once after writer_start, because the
 * program before us may have changed a setting until it gave up the writer's lock. A reading
 * that fails is repeated, a second later at the earliest, when somebody asks for a value: the
 * writer outlives the last who asks. */
NODISCARD enum err settings_refresh(struct settings *settings, struct writer *writer,
                                    struct fail *why);

/* The value in force now. Asking for a row that is in no table, or by the wrong type, is a
 * broken invariant. settings_int: INT; ENUM as index of its choice; TIME as minutes since
 * midnight. */
int64_t settings_int(const struct settings *settings, const struct setting *row);
bool settings_bool(const struct settings *settings, const struct setting *row);
/* Any type, as text. The bytes live until settings_close. */
struct span settings_text(const struct settings *settings, const struct setting *row);

const struct setting *settings_find(const struct settings *settings, struct span name);
size_t settings_n(const struct settings *settings);
const struct setting *settings_at(const struct settings *settings, size_t i); /* by name */

struct setting_state {
    struct span value; /* as text */
    bool is_default;
    int64_t since_utc_us; /* 0: from the start */
    bool has_pending;     /* the next value to come */
    bool pending_is_default;
    struct span pending_value;
    int64_t pending_utc_us;
    int32_t version; /* of the latest row, planned ones included; 0: none */
};
/* at_utc_us: now or later. */
void settings_peek(const struct settings *settings, const struct setting *row,
                   int64_t at_utc_us, struct setting_state *state_out);

/* One decision. Lives from before the post until settings_settle. */
struct setting_change {
    const struct setting *row;
    struct id id;   /* client-made: a repeated change finds its row and adds none */
    bool has_value; /* false: back to the default */
    struct span value;
    int64_t effective_from_utc_us; /* 0 or past: at once */
    int32_t expected_version;      /* -1: any; else ERR_CONFLICT when another came before */
    int32_t undoes;                /* settings_tx_undo: which version; 0 the latest */
    int64_t now_utc_us;
    enum role role; /* who decides; ROLE_ANONYMOUS: the operator */
    struct id account;
    int32_t version;                 /* filled: of the row that holds the decision */
    struct setting_outlook *outlook; /* the store's own */
};

/* Inside an operation's run: the row, its audit leaf. The caller has checked role and value. */
NODISCARD enum err settings_tx_change(struct tx *tx, struct setting_change *change,
                                      struct fail *why);
/* A new row that takes back the decision of version change->undoes. An undo is a decision too:
 * undoing it brings the undone one back. ERR_NOT_FOUND: no such version; ERR_CONFLICT: it is
 * undone already. */
NODISCARD enum err settings_tx_undo(struct tx *tx, struct setting_change *change,
                                    struct fail *why);
/* In the operation's done, whatever rc is: publishes the value or forgets it. After
 * ERR_UNCERTAIN the store reads itself again through the writer. */
void settings_settle(struct settings *settings, struct writer *writer,
                     struct setting_change *change, enum err rc);
/* Both halves, waiting: for jobs, the command line and tests. */
NODISCARD enum err settings_change_wait(struct settings *settings, struct writer *writer,
                                        struct setting_change *change, struct fail *why);
NODISCARD enum err settings_undo_wait(struct settings *settings, struct writer *writer,
                                      struct setting_change *change, struct fail *why);

/* One row of the history, newest first. Spans live in the arena. */
struct setting_past {
    struct id id, account;
    int32_t version, undoes; /* undoes 0: an ordinary change */
    bool has_value, had_value;
    struct span value, value_before;
    int64_t effective_from_utc_us, decided_utc_us;
    enum role role;
};
NODISCARD enum err settings_history(struct db *db, const struct setting *row, int32_t before,
                                    int n_cap, struct arena *arena, struct setting_past **out,
                                    size_t *n_out, struct fail *why);

#endif
