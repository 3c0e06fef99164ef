#include "tenants/people/link_store.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/audit_table.h"
#include "node/db/leaf.h"
#include "tenants/tenants.h"

#define COLUMNS "id, what, guardian, child, merged, at, actor, actor_role"

static const struct stmt step_add = {"link_step_add",
                                     "INSERT INTO link_step (" COLUMNS ") VALUES ($1::uuid,"
                                     " $2::text, $3::uuid, $4::uuid, $5::uuid,"
                                     " $6::timestamptz, $7::uuid, $8::text)"};
static const struct stmt step_asked = {
    "link_step_asked", "SELECT DISTINCT coalesce(p.merged_into, p.id) FROM link_step s"
                       " JOIN person p ON p.id = s.child WHERE s.guardian = $1::uuid"
                       " AND s.what = 'asked' ORDER BY 1 LIMIT $2::integer"};
static const struct stmt step_open = {
    "link_step_open", "SELECT guardian, child FROM guardian_link WHERE ended_at IS NULL"
                      " AND (guardian = $1::uuid OR child = $1::uuid) ORDER BY id"
                      " LIMIT $2::integer"};
static const struct stmt step_leaves = {
    "link_step_leaves", "SELECT " COLUMNS " FROM link_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "link_step_extra", "SELECT s.id FROM link_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                       " WHERE l.row_id = s.id AND l.table_name = 'link_step')"};

const struct stmt *const link_stmts[LINK_STMTS_N] = {&step_add, &step_asked, &step_open,
                                                     &step_leaves, &step_extra};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"what", "何をしたか（asked求めた・given認めた・moved移した・ended終わらせた）", false},
    {"guardian", "保護者のID", false},
    {"child", "子のID", false},
    {"merged", "だれの代わりにつながったか（移したときだけ）", false},
    {"at", "いつ", false},
    {"actor", "だれがしたか（アカウントのID）", false},
    {"actor_role", "どの役割でしたか", false},
    {NULL, NULL, false},
};

const struct data_table link_tables[LINK_TABLES_N] = {{
    .name = "link_step",
    .meaning_ja = "保護者と子のつながりを求めた・認めた・移した・終わらせた記録",
    .purpose_ja = "だれがだれの保護者とされたのかを、あとから確かめるため",
    .ground_ja = "委託契約（利用者の登録）、個人情報の保護に関する法律第66条",
    .purpose_en = "who tied which guardian to which child, when and as what; ids only",
    .key_of = KEY_OF_NONE,
    .person_column = "child",
    .mention_columns = "guardian,merged,actor",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_KEY_ONLY,
    .is_audit_leaf = true,
    .columns = columns,
}};

static const char *const what_ids[LINK_WHAT_N] = {[LINK_ASKED] = "asked",
                                                  [LINK_GIVEN] = "given",
                                                  [LINK_MOVED] = "moved",
                                                  [LINK_ENDED] = "ended"};

/* The row's canonical bytes: field names are the column names. */
struct leaf {
    struct id id, guardian, child, merged, actor;
    struct span what, actor_role;
    int64_t at;
    bool has_merged, has_actor;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, id),
    LEAF_FIELD(leaf, "what", JX_TEXT, what),
    LEAF_FIELD(leaf, "guardian", JX_ID, guardian),
    LEAF_FIELD(leaf, "child", JX_ID, child),
    LEAF_FIELD_IF(leaf, "merged", JX_ID, merged, has_merged),
    LEAF_FIELD(leaf, "at", JX_TIME, at),
    LEAF_FIELD_IF(leaf, "actor", JX_ID, actor, has_actor),
    LEAF_FIELD(leaf, "actor_role", JX_TEXT, actor_role),
};
static const struct jx_shape leaf_shape = JX_SHAPE("LinkStepLeaf", struct leaf, leaf_fields);

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {
        .id = db_id(rows, row, 0),
        .what = db_bytes(rows, row, 1),
        .guardian = db_id(rows, row, 2),
        .child = db_id(rows, row, 3),
        .merged = db_id(rows, row, 4),
        .has_merged = !db_is_null(rows, row, 4),
        .at = db_time(rows, row, 5),
        .actor = db_id(rows, row, 6),
        .has_actor = !db_is_null(rows, row, 6),
        .actor_role = db_bytes(rows, row, 7),
    };

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

const struct audit_table link_step_audit_table = {"link_step", &step_leaves, &step_extra,
                                                  leaf_of_row};

enum err link_step_append(struct tx *tx, const struct link_step *step, struct fail *why)
{
    const struct leaf leaf = {
        .id = id_new(),
        .what = span_text(what_ids[step->what]),
        .guardian = step->guardian,
        .child = step->child,
        .merged = step->merged,
        .has_merged = !id_is_none(step->merged),
        .at = step->at_utc_us,
        .actor = step->actor,
        .has_actor = !id_is_none(step->actor),
        .actor_role = span_text(role_id(step->actor_role)),
    };
    struct db_args args;
    struct span bytes;
    enum err rc = jx_write_canonical(&leaf_shape, &leaf, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, leaf.id);
    db_arg_text(&args, leaf.what);
    db_arg_id(&args, leaf.guardian);
    db_arg_id(&args, leaf.child);
    db_arg_id(&args, leaf.merged);
    db_arg_time(&args, leaf.at);
    db_arg_id(&args, leaf.actor);
    db_arg_text(&args, leaf.actor_role);
    rc = tx_send(tx, &step_add, &args, why);
    return rc == ERR_OK ? audit_append(tx, "link.step", "link_step", leaf.id, bytes, why) : rc;
}

enum err link_step_asked(struct tx *tx, struct db *db, struct id guardian, struct arena *arena,
                         struct id **children_out, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct id *children = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, guardian);
    db_arg_i32(&args, LINKS_MOST);
    rc = tx != NULL ? tx_run(tx, &step_asked, &args, &rows, why)
                    : db_run(db, &step_asked, &args, &rows, why);
    if (rc == ERR_OK) {
        children = arena_alloc(arena, ((size_t)db_rows_n(rows) + 1) * sizeof *children);
        rc = children == NULL ? fail_set(why, ERR_NOMEM, "children") : ERR_OK;
    }
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        children[i] = db_id(rows, i, 0);
    if (rc == ERR_OK) {
        *children_out = children;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}

enum err link_step_moved(struct tx *tx, const struct link_step *step, struct id into,
                         struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, step->merged);
    db_arg_i32(&args, LINKS_MOST + 1);
    rc = tx_run(tx, &step_open, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) > LINKS_MOST)
        rc = fail_set(why, ERR_TOO_LARGE, "over %d ties of one person", LINKS_MOST);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++) {
        struct link_step moved = *step;

        moved.what = LINK_MOVED;
        moved.guardian = db_id(rows, i, 0);
        moved.child = db_id(rows, i, 1);
        if (id_eq(moved.guardian, step->merged))
            moved.guardian = into;
        else
            moved.child = into;
        rc = link_step_append(tx, &moved, why);
    }
    db_rows_free(&rows);
    return rc;
}
