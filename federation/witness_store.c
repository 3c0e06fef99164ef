#include "federation/witness_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"

#define SEEN_COLUMNS "node, contract, log_key, size, root, note, at, code, code_size, code_at"
#define ROW_COLUMNS  "witness, log_key, size, at, code, told, tried, code_at"
#define STEP_COLUMNS "id, at, kind, node, code, size, seen, note"

static const struct stmt seen_find = {
    "witness_seen_find", "SELECT " SEEN_COLUMNS " FROM fed_witness_seen WHERE node = $1::uuid"};
static const struct stmt seen_put = {
    "witness_seen_put",
    "INSERT INTO fed_witness_seen (node, contract, log_key, size, root, note, at) VALUES"
    " ($1::uuid, $2::text, $3::text, $4::bigint, $5::bytea, $6::bytea, $7::timestamptz)"
    " ON CONFLICT (node) DO UPDATE SET contract = excluded.contract,"
    " log_key = excluded.log_key, size = excluded.size, root = excluded.root,"
    " note = excluded.note, at = excluded.at, code = '', code_size = NULL, code_at = NULL"};
static const struct stmt seen_refuse = {
    "witness_seen_refuse",
    "UPDATE fed_witness_seen SET code = $2::text, code_size = $3::bigint,"
    " code_at = $4::timestamptz WHERE node = $1::uuid"};
static const struct stmt seen_list = {"witness_seen_list",
                                      "SELECT " SEEN_COLUMNS " FROM fed_witness_seen"
                                      " ORDER BY node"};
static const struct stmt row_put = {
    "witness_row_put",
    "INSERT INTO fed_witness (" ROW_COLUMNS ") VALUES ($1::uuid, $2::text, $3::bigint,"
    " $4::timestamptz, $5::text, $6::bigint, $7::bigint, $8::timestamptz)"
    " ON CONFLICT (witness) DO UPDATE SET log_key = excluded.log_key, size = excluded.size,"
    " at = excluded.at, code = excluded.code, told = excluded.told, tried = excluded.tried,"
    " code_at = excluded.code_at"};
static const struct stmt row_list = {
    "witness_row_list",
    "SELECT " ROW_COLUMNS " FROM fed_witness WHERE log_key = $1::text ORDER BY witness"};
static const struct stmt cosignature_put = {
    "witness_cosignature_put",
    "INSERT INTO fed_cosignature (witness, day, at, size, note, line, kid, ed25519) VALUES"
    " ($1::uuid, ($2::timestamptz AT TIME ZONE 'Asia/Tokyo')::date, $2::timestamptz,"
    " $3::bigint, $4::bytea, $5::text, $6::text, $7::bytea) ON CONFLICT (witness, day)"
    " DO UPDATE SET at = excluded.at, size = excluded.size, note = excluded.note,"
    " line = excluded.line, kid = excluded.kid, ed25519 = excluded.ed25519"};
static const struct stmt step_add = {"witness_step_add",
                                     "INSERT INTO fed_witness_step (" STEP_COLUMNS
                                     ") VALUES ($1::uuid, $2::timestamptz, $3::text, $4::uuid,"
                                     " $5::text, $6::bigint, $7::bigint, $8::bytea)"};
static const struct stmt step_last = {
    "witness_step_last",
    "SELECT " STEP_COLUMNS " FROM fed_witness_step WHERE node = $1::uuid AND kind = $2::text"
    " ORDER BY at DESC, id DESC LIMIT 1"};
static const struct stmt step_leaves = {"witness_step_leaves",
                                        "SELECT " STEP_COLUMNS
                                        " FROM fed_witness_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "witness_step_extra",
    "SELECT s.id FROM fed_witness_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = s.id AND l.table_name = 'fed_witness_step')"};

const struct stmt *const witness_stmts[WITNESS_STMTS_N] = {
    &seen_find,       &seen_put, &seen_refuse, &seen_list,   &row_put,   &row_list,
    &cosignature_put, &step_add, &step_last,   &step_leaves, &step_extra};

/* ---- small things ---- */

static int64_t time_if(const struct db_rows *rows, int i, int column)
{
    return db_is_null(rows, i, column) ? 0 : db_time(rows, i, column);
}

static void arg_time_if(struct db_args *args, int64_t utc_us)
{
    if (utc_us != 0)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

/* ---- fed_witness_seen ---- */

static enum err own_seen(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct witness_seen *out = into;

    *out = (struct witness_seen){
        .node = db_id(rows, i, 0),
        .contract = db_bytes(rows, i, 1),
        .log_key = db_bytes(rows, i, 2),
        .size = db_i64(rows, i, 3),
        .root = db_bytes(rows, i, 4),
        .note = db_bytes(rows, i, 5),
        .at_utc_us = db_time(rows, i, 6),
        .code = db_bytes(rows, i, 7),
        .code_size = db_is_null(rows, i, 8) ? 0 : db_i64(rows, i, 8),
        .code_utc_us = time_if(rows, i, 9),
    };
    return STORE_OWN(arena, why, &out->contract, &out->log_key, &out->root, &out->note,
                     &out->code);
}

static const struct store_list seen_rows = {sizeof(struct witness_seen), own_seen};

enum err witness_seen_find(struct tx *tx, struct db *db, struct id node, struct arena *arena,
                           struct witness_seen *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, node);
    rc = store_list(tx, db, &seen_find, &args, &seen_rows, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "nothing was seen of that log");
    if (rc == ERR_OK)
        *out = *(struct witness_seen *)all;
    return rc;
}

enum err witness_seen_put(struct tx *tx, const struct witness_seen *seen, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, seen->node);
    db_arg_text(&args, seen->contract);
    db_arg_text(&args, seen->log_key);
    db_arg_i64(&args, seen->size);
    db_arg_bytes(&args, seen->root);
    db_arg_bytes(&args, seen->note);
    db_arg_time(&args, seen->at_utc_us);
    return tx_run(tx, &seen_put, &args, NULL, why);
}

enum err witness_seen_refuse(struct tx *tx, const struct witness_seen *seen, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, seen->node);
    db_arg_text(&args, seen->code);
    db_arg_i64(&args, seen->code_size);
    db_arg_time(&args, seen->code_utc_us);
    return tx_run(tx, &seen_refuse, &args, NULL, why);
}

enum err witness_seen_list(struct db *db, struct arena *arena, struct witness_seen **out,
                           size_t *n_out, struct fail *why)
{
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, &seen_list, &none, &seen_rows, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

/* ---- fed_witness and fed_cosignature ---- */

enum err witness_row_put(struct tx *tx, const struct witness_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->witness);
    db_arg_text(&args, row->log_key);
    db_arg_i64(&args, row->size);
    arg_time_if(&args, row->at_utc_us);
    db_arg_text(&args, row->code);
    db_arg_i64(&args, row->told);
    db_arg_i64(&args, row->tried);
    arg_time_if(&args, row->code_utc_us);
    return tx_run(tx, &row_put, &args, NULL, why);
}

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct witness_row *out = into;

    *out = (struct witness_row){
        .witness = db_id(rows, i, 0),
        .log_key = db_bytes(rows, i, 1),
        .size = db_i64(rows, i, 2),
        .at_utc_us = time_if(rows, i, 3),
        .code = db_bytes(rows, i, 4),
        .told = db_i64(rows, i, 5),
        .tried = db_i64(rows, i, 6),
        .code_utc_us = time_if(rows, i, 7),
    };
    return STORE_OWN(arena, why, &out->log_key, &out->code);
}

enum err witness_row_list(struct db *db, struct span log_key, struct arena *arena,
                          struct witness_row **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct witness_row), own_row};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, log_key);
    rc = store_list(NULL, db, &row_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err witness_cosignature_put(struct tx *tx, const struct witness_cosignature *c,
                                 struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, c->witness);
    db_arg_time(&args, c->at_utc_us);
    db_arg_i64(&args, c->size);
    db_arg_bytes(&args, c->note);
    db_arg_text(&args, c->line);
    db_arg_text(&args, c->kid);
    db_arg_bytes(&args, c->ed25519);
    return tx_run(tx, &cosignature_put, &args, NULL, why);
}

/* ---- fed_witness_step ---- */

struct step_leaf {
    struct witness_step step;
    int kind;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, step.id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, step.at_utc_us),
    LEAF_CHOICE(step_leaf, "kind", WITNESS_STEPS, kind),
    LEAF_FIELD(step_leaf, "node", JX_ID, step.node),
    LEAF_FIELD(step_leaf, "code", JX_TEXT, step.code),
    LEAF_FIELD(step_leaf, "size", JX_INT, step.size),
    LEAF_FIELD(step_leaf, "seen", JX_INT, step.seen),
    LEAF_FIELD(step_leaf, "note", JX_BYTES, step.note),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("WitnessStepLeaf", struct step_leaf, step_leaf_fields);

static enum err write_leaf(const struct witness_step *step, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {.step = *step, .kind = (int)step->kind};

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err read_step(const struct db_rows *rows, int i, struct witness_step *out,
                          struct fail *why)
{
    int kind = jx_choice_find(WITNESS_STEPS, db_bytes(rows, i, 2));

    *out = (struct witness_step){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .kind = (enum witness_step_kind)kind,
        .node = db_id(rows, i, 3),
        .code = db_bytes(rows, i, 4),
        .size = db_i64(rows, i, 5),
        .seen = db_i64(rows, i, 6),
        .note = db_bytes(rows, i, 7),
    };
    return kind < 0 ? fail_set(why, ERR_INTERNAL, "a step's kind") : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct witness_step step;
    enum err rc = read_step(rows, row, &step, why);

    return rc == ERR_OK ? write_leaf(&step, arena, bytes_out, why) : rc;
}

const struct audit_table witness_step_audit_table = {"fed_witness_step", &step_leaves,
                                                     &step_extra, leaf_of_row};

enum err witness_step_add(struct tx *tx, const struct witness_step *step, struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc = write_leaf(step, tx_arena(tx), &leaf, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, step->id);
    db_arg_time(&args, step->at_utc_us);
    db_arg_text(&args, jx_choice_at(WITNESS_STEPS, (int)step->kind));
    db_arg_id(&args, step->node);
    db_arg_text(&args, step->code);
    db_arg_i64(&args, step->size);
    db_arg_i64(&args, step->seen);
    db_arg_bytes(&args, step->note);
    rc = tx_run(tx, &step_add, &args, NULL, why);
    return rc == ERR_OK
               ? audit_append(tx, "federation", "fed_witness_step", step->id, leaf, why)
               : rc;
}

static enum err own_step(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct witness_step *out = into;
    enum err rc = read_step(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->code, &out->note) : rc;
}

enum err witness_step_last(struct tx *tx, struct id node, enum witness_step_kind kind,
                           struct arena *arena, struct witness_step *out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct witness_step), own_step};
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, node);
    db_arg_text(&args, jx_choice_at(WITNESS_STEPS, (int)kind));
    rc = store_list(tx, NULL, &step_last, &args, &list, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such step");
    if (rc == ERR_OK)
        *out = *(struct witness_step *)all;
    return rc;
}
