#include "tenants/rights/right_store.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/audit_table.h"
#include "node/db/leaf.h"
#include "tenants/tenants.h"

#define GRANT_COLUMNS \
    "id, account, right_name, school, class, grade, purpose, given_at, given_by, role, until"
#define END_COLUMNS "id, right_grant, at, ended_by, role"

static const struct stmt grant_add = {
    "right_grant_add", "INSERT INTO right_grant (" GRANT_COLUMNS ") VALUES ($1::uuid, $2::uuid,"
                       " $3::text, $4::uuid, $5::uuid, $6::text, $7::text, $8::timestamptz,"
                       " $9::uuid, $10::text, $11::timestamptz)"};
static const struct stmt grant_leaves = {"right_grant_leaves",
                                         "SELECT " GRANT_COLUMNS
                                         " FROM right_grant WHERE id = ANY ($1::uuid[])"};
static const struct stmt grant_extra = {
    "right_grant_extra", "SELECT r.id FROM right_grant r WHERE NOT EXISTS (SELECT FROM"
                         " audit_leaf l WHERE l.row_id = r.id AND l.table_name ="
                         " 'right_grant')"};
static const struct stmt end_add = {"right_end_add", "INSERT INTO right_end (" END_COLUMNS
                                                     ") VALUES ($1::uuid, $2::uuid,"
                                                     " $3::timestamptz, $4::uuid, $5::text)"};
static const struct stmt end_leaves = {
    "right_end_leaves", "SELECT " END_COLUMNS " FROM right_end WHERE id = ANY ($1::uuid[])"};
static const struct stmt end_extra = {
    "right_end_extra", "SELECT r.id FROM right_end r WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                       " WHERE l.row_id = r.id AND l.table_name = 'right_end')"};

const struct stmt *const right_stmts[RIGHT_STMTS_N] = {&grant_add, &grant_leaves, &grant_extra,
                                                       &end_add,   &end_leaves,   &end_extra};

static const struct data_column grant_columns[] = {
    {"id", "決定のID", false},
    {"account", "だれに", false},
    {"right_name", "どの担当・目的か", false},
    {"school", "どの学校について（なければ空）", false},
    {"class", "どの学級について（なければ空）", false},
    {"grade", "どの学年について（なければ空）", false},
    {"purpose", "目的", false},
    {"given_at", "いつ決めたか", false},
    {"given_by", "だれが決めたか（アカウントのID）", false},
    {"role", "だれが決めたか（役割）", false},
    {"until", "いつまで（空は終わりを決めるまで）", false},
    {NULL, NULL, false},
};
static const struct data_column end_columns[] = {
    {"id", "決定のID", false},
    {"right_grant", "どの決定を終わらせたか", false},
    {"at", "いつ終わらせたか", false},
    {"ended_by", "だれが終わらせたか（アカウントのID）", false},
    {"role", "だれが終わらせたか（役割）", false},
    {NULL, NULL, false},
};
static const struct data_column use_columns[] = {
    {"right_grant", "どの決定か", false},
    {"used_at", "最後に使った時刻（1日きざみ）", false},
    {NULL, NULL, false},
};

const struct data_table right_tables[RIGHT_TABLES_N] = {
    {
        .name = "right_grant",
        .meaning_ja = "担当や目的にもとづく権限の決定",
        .purpose_ja = "必要な人だけが必要な範囲を見られるようにし、だれが決めたかを残すため",
        .ground_ja = "個人情報の保護に関する法律第66条（安全管理措置）、委託契約",
        .purpose_en = "duties and purposes given to accounts; ids and codes only",
        .retention_days = 0,
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .mention_columns = "given_by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = grant_columns,
    },
    {
        .name = "right_end",
        .meaning_ja = "権限を終わらせた決定",
        .purpose_ja = "いらなくなった権限を、だれがいつ終わらせたかを残すため",
        .ground_ja = "個人情報の保護に関する法律第66条（安全管理措置）、委託契約",
        .purpose_en = "rights taken back, by whom and when",
        .retention_days = 0,
        .key_of = KEY_OF_NONE,
        .mention_columns = "ended_by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = end_columns,
    },
    {
        .name = "right_use",
        .meaning_ja = "権限を最後に使った日",
        .purpose_ja = "長い間使われていない権限を見つけて終わらせるため",
        .ground_ja = "個人情報の保護に関する法律第66条（安全管理措置）、委託契約",
        .purpose_en = "last use of each right, to find those nobody needs",
        .retention_days = 0,
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = use_columns,
    },
};

/* The rows' canonical bytes: field names are the column names. */
struct grant_leaf {
    struct right_grant_row row;
    bool has_school, has_class, has_giver, has_until;
};

static const struct jx_field grant_fields[] = {
    LEAF_FIELD(grant_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(grant_leaf, "account", JX_ID, row.account),
    LEAF_FIELD(grant_leaf, "right_name", JX_TEXT, row.right_name),
    LEAF_FIELD_IF(grant_leaf, "school", JX_ID, row.school, has_school),
    LEAF_FIELD_IF(grant_leaf, "class", JX_ID, row.class, has_class),
    LEAF_FIELD(grant_leaf, "grade", JX_TEXT, row.grade),
    LEAF_FIELD(grant_leaf, "purpose", JX_TEXT, row.purpose),
    LEAF_FIELD(grant_leaf, "given_at", JX_TIME, row.given_utc_us),
    LEAF_FIELD_IF(grant_leaf, "given_by", JX_ID, row.given_by, has_giver),
    LEAF_FIELD(grant_leaf, "role", JX_TEXT, row.role),
    LEAF_FIELD_IF(grant_leaf, "until", JX_TIME, row.until_utc_us, has_until),
};
static const struct jx_shape grant_shape =
    JX_SHAPE("RightGrantLeaf", struct grant_leaf, grant_fields);

struct end_leaf {
    struct right_end_row row;
    bool has_ender;
};

static const struct jx_field end_fields[] = {
    LEAF_FIELD(end_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(end_leaf, "right_grant", JX_ID, row.right_grant),
    LEAF_FIELD(end_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD_IF(end_leaf, "ended_by", JX_ID, row.ended_by, has_ender),
    LEAF_FIELD(end_leaf, "role", JX_TEXT, row.role),
};
static const struct jx_shape end_shape = JX_SHAPE("RightEndLeaf", struct end_leaf, end_fields);

static enum err write_grant(const struct right_grant_row *row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct grant_leaf leaf = {
        .row = *row,
        .has_school = !id_is_none(row->school),
        .has_class = !id_is_none(row->class),
        .has_giver = !id_is_none(row->given_by),
        .has_until = row->until_utc_us != 0,
    };

    return jx_write_canonical(&grant_shape, &leaf, arena, bytes_out, why);
}

static enum err write_end(const struct right_end_row *row, struct arena *arena,
                          struct span *bytes_out, struct fail *why)
{
    const struct end_leaf leaf = {.row = *row, .has_ender = !id_is_none(row->ended_by)};

    return jx_write_canonical(&end_shape, &leaf, arena, bytes_out, why);
}

static enum err grant_of_row(const struct db_rows *rows, int row, struct arena *arena,
                             struct span *bytes_out, struct fail *why)
{
    const struct right_grant_row grant = {
        .id = db_id(rows, row, 0),
        .account = db_id(rows, row, 1),
        .right_name = db_bytes(rows, row, 2),
        .school = db_id(rows, row, 3),
        .class = db_id(rows, row, 4),
        .grade = db_bytes(rows, row, 5),
        .purpose = db_bytes(rows, row, 6),
        .given_utc_us = db_time(rows, row, 7),
        .given_by = db_id(rows, row, 8),
        .role = db_bytes(rows, row, 9),
        .until_utc_us = db_time(rows, row, 10),
    };

    return write_grant(&grant, arena, bytes_out, why);
}

static enum err end_of_row(const struct db_rows *rows, int row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct right_end_row end = {
        .id = db_id(rows, row, 0),
        .right_grant = db_id(rows, row, 1),
        .at_utc_us = db_time(rows, row, 2),
        .ended_by = db_id(rows, row, 3),
        .role = db_bytes(rows, row, 4),
    };

    return write_end(&end, arena, bytes_out, why);
}

const struct audit_table right_grant_audit_table = {"right_grant", &grant_leaves, &grant_extra,
                                                    grant_of_row};
const struct audit_table right_end_audit_table = {"right_end", &end_leaves, &end_extra,
                                                  end_of_row};

enum err right_store_grant(struct tx *tx, const struct right_grant_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_grant(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->account);
    db_arg_text(&args, row->right_name);
    db_arg_id(&args, row->school);
    db_arg_id(&args, row->class);
    db_arg_text(&args, row->grade);
    db_arg_text(&args, row->purpose);
    db_arg_time(&args, row->given_utc_us);
    db_arg_id(&args, row->given_by);
    db_arg_text(&args, row->role);
    if (row->until_utc_us != 0)
        db_arg_time(&args, row->until_utc_us);
    else
        db_arg_null(&args);
    rc = tx_run(tx, &grant_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "right.grant", "right_grant", row->id, bytes, why)
                        : rc;
}

enum err right_store_end(struct tx *tx, const struct right_end_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_end(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->right_grant);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->ended_by);
    db_arg_text(&args, row->role);
    rc = tx_run(tx, &end_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "right.end", "right_end", row->id, bytes, why) : rc;
}
