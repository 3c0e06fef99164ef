/* Who made, offered, accepted, changed and ended what: leaves of the audit log. */
#include "federation/series_store_priv.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"

/* ---- statements ---- */

#define STEP_COLUMNS "id, at, series, kind, version, node, n, by, role"
static const struct stmt step_add = {
    "series_step_add", "INSERT INTO fed_series_step (" STEP_COLUMNS ") VALUES ($1::uuid,"
                       " $2::timestamptz, $3::uuid, $4::text, $5::integer, $6::uuid,"
                       " $7::integer, $8::uuid, $9::text)"};
static const struct stmt step_leaves = {"series_step_leaves", "SELECT " STEP_COLUMNS
                                                              " FROM fed_series_step WHERE id ="
                                                              " ANY ($1::uuid[])"};
static const struct stmt step_find = {
    "series_step_find", "SELECT " STEP_COLUMNS " FROM fed_series_step WHERE id = $1::uuid"};
static const struct stmt step_extra = {
    "series_step_extra",
    "SELECT s.id FROM fed_series_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = s.id AND l.table_name = 'fed_series_step')"};

const struct stmt *const series_step_stmts[SERIES_STEP_STMTS_N] = {&step_add, &step_leaves,
                                                                   &step_find, &step_extra};

/* ---- the table's row ---- */

static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"at", "日時", false},
    {"series", "連続講座のID", false},
    {"kind",
     "何をしたか（makeつくった・offer招いた・places定員を変えた・lesson回を変えた・end終えた・"
     "accept受けた・decline断った・leaveやめた・got_offer招かれた・got_change変更が届いた・"
     "got_end終わりが届いた・got_answer返事が届いた・refused届かなかった）",
     false},
    {"version", "そのときの形", false},
    {"node", "相手のノードのID", false},
    {"n", "何回めか、または定員", false},
    {"by", "だれが（アカウントのID。ほかのノードからは空）", false},
    {"role", "だれが（役割）", false},
    {NULL, NULL, false},
};

const struct data_table series_step_tables[SERIES_STEP_TABLES_N] = {
    {
        .name = "fed_series_step",
        .meaning_ja = "連続講座について決めたこと、届いたことの記録",
        .purpose_ja = "だれがいつ何を決めたかを、あとから確かめるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who made, offered, accepted, changed and ended a shared course",
        .retention_days = 0,
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

/* ---- fed_series_step ---- */

struct step_leaf {
    struct series_step step;
    bool has_node, has_by;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, step.id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, step.at_utc_us),
    LEAF_FIELD(step_leaf, "series", JX_ID, step.series),
    LEAF_CHOICE(step_leaf, "kind", SERIES_STEP_KINDS, step.kind),
    LEAF_FIELD(step_leaf, "version", JX_INT, step.version),
    LEAF_FIELD_IF(step_leaf, "node", JX_ID, step.node, has_node),
    LEAF_FIELD(step_leaf, "n", JX_INT, step.n),
    LEAF_FIELD_IF(step_leaf, "by", JX_ID, step.by, has_by),
    LEAF_FIELD(step_leaf, "role", JX_TEXT, step.role),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("SeriesStepLeaf", struct step_leaf, step_leaf_fields);

static enum err write_leaf(const struct series_step *step, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {
        .step = *step, .has_node = !id_is_none(step->node), .has_by = !id_is_none(step->by)};

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow_step(const struct db_rows *rows, int i, struct series_step *out,
                            struct fail *why)
{
    *out = (struct series_step){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .series = db_id(rows, i, 2),
        .kind = jx_choice_find(SERIES_STEP_KINDS, db_bytes(rows, i, 3)),
        .version = db_i64(rows, i, 4),
        .node = id_if(rows, i, 5),
        .n = db_i64(rows, i, 6),
        .by = id_if(rows, i, 7),
        .role = db_bytes(rows, i, 8),
    };
    return out->kind >= 0 ? ERR_OK : fail_set(why, ERR_INTERNAL, "a step's kind");
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct series_step step;
    enum err rc = borrow_step(rows, row, &step, why);

    return rc == ERR_OK ? write_leaf(&step, arena, bytes_out, why) : rc;
}

const struct audit_table series_step_audit_table = {"fed_series_step", &step_leaves,
                                                    &step_extra, leaf_of_row};

enum err series_step_add(struct tx *tx, const struct series_step *step, struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc = write_leaf(step, tx_arena(tx), &leaf, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, step->id);
    db_arg_time(&args, step->at_utc_us);
    db_arg_id(&args, step->series);
    db_arg_text(&args, jx_choice_at(SERIES_STEP_KINDS, step->kind));
    db_arg_i32(&args, (int32_t)step->version);
    db_arg_id(&args, step->node);
    db_arg_i32(&args, (int32_t)step->n);
    db_arg_id(&args, step->by);
    db_arg_text(&args, step->role);
    rc = tx_run(tx, &step_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "federation", "fed_series_step", step->id, leaf, why)
                        : rc;
}

enum err series_step_find(struct tx *tx, struct id id, struct arena *arena,
                          struct series_step *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = tx_run(tx, &step_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such step");
    if (rc == ERR_OK)
        rc = borrow_step(rows, 0, out, why);
    if (rc == ERR_OK)
        rc = STORE_OWN(arena, why, &out->role);
    db_rows_free(&rows);
    return rc;
}
