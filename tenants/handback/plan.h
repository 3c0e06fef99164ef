/* tenants/handback/plan.h - how the rows of one data_table go into the bag: which of its
 * columns in which form, in which order the rows come, and the SELECT that gives them. Types
 * come from the server's catalogue, everything else from the row of the table.
 * Threads: reentrant.  Owns: nothing; a plan lives in the caller's arena. */
#ifndef TENANTS_HANDBACK_PLAN_H
#define TENANTS_HANDBACK_PLAN_H

#include "node/db/audit_table.h"
#include "tenants/handback/index.h"

#define HANDBACK_STMTS_N 4
extern const struct stmt *const handback_stmts[HANDBACK_STMTS_N];
/* How many stored checkpoints count at most $1 leaves. */
extern const struct stmt handback_n_checkpoints, handback_contracts; /* $1: the cut */

enum plan_type {
    PLAN_UUID,
    PLAN_TEXT,  /* json too: its text, letter by letter */
    PLAN_SMALL, /* int2, int4 */
    PLAN_BIG,   /* int8: a string of digits */
    PLAN_BOOL,
    PLAN_DATE,
    PLAN_TIME,
    PLAN_BYTES,
};

enum { PLAN_OPEN, PLAN_FETCH, PLAN_CLOSE, PLAN_STMTS_N };

struct plan_column {
    const struct data_column *column;
    enum plan_type type;
    bool is_array, may_be_null;
    int at;                       /* which result column */
    struct span key;              /* ,"name": */
    const struct hand_rule *rule; /* NULL, HAND_INDEX or HAND_PLAIN */
};

struct plan {
    const struct data_table *table;
    const struct plan_column *columns;
    int n_columns;
    int seal_row; /* which result column says what sealed ones are bound to; -1 none */
    bool is_between;
    int id; /* which result column is "id"; -1: the table has none */
    /* The rows come by rising id, and begin with what `canonical` of this reads: each is read
     * once for its record and for the log. NULL: not so. */
    const struct audit_table *leaves;
    /* A cursor over all rows, the next of them, its end. Leaf tables: $1::bigint is the first
     * seq that is not in the bag; with is_between $2::bigint is the first that is. */
    struct stmt stmts[PLAN_STMTS_N];
};

static inline bool plan_goes_out(const struct data_table *table)
{
    return table->hand_back == HAND_BACK_NDJSON || table->hand_back == HAND_BACK_FILES;
}

/* leaves: how a verifier reads the table, NULL when nobody wants to know. ERR_INTERNAL: a
 * column of a type that has no form in the bag, or a table without a primary key: rows without
 * an order are not the same twice. */
NODISCARD enum err plan_make(struct db *db, const struct data_table *table,
                             const struct audit_table *leaves, bool is_between,
                             struct arena *arena, struct plan *plan_out, struct fail *why);
/* All rows in their order, some hundred at a time, so that a row costs no result of its own.
 * db is in a transaction and knows the plan's statements; each may use it. */
NODISCARD enum err
plan_stream(struct db *db, const struct plan *plan, const struct db_args *args,
            enum err (*each)(const struct db_rows *rows, int row, void *arg, struct fail *why),
            void *arg, struct fail *why);
/* Its size in the database, and that of all uploaded files, in bytes: what the bag may need. */
NODISCARD enum err plan_space(struct db *db, int64_t *n_database_out, int64_t *n_files_out,
                              struct fail *why);

#endif
