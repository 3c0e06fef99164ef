#include "tenants/signin/recovery_store.h"

#include <stddef.h>

#include "node/base/clock.h"
#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/audit_table.h"
#include "node/db/leaf.h"
#include "tenants/tenants.h"

#define ASK_COLUMNS   "id, account, asked_at, asked_by, role"
#define GRANT_COLUMNS "id, recovery_ask, account, asked_by, granted_at, granted_by, role"

static const struct stmt ask_add = {"recovery_ask_add",
                                    "INSERT INTO recovery_ask (" ASK_COLUMNS ") VALUES"
                                    " ($1::uuid, $2::uuid, $3::timestamptz, $4::uuid,"
                                    " $5::text)"};
#define MAKING "('none', 'requested'), ('requested', 'approved'), ('approved', 'issued')"
/* Two people, not one with an account of his own making: one of them is a commissioner; the
 * second was not asked for, approved or issued by the first, and did not make the first alone.
 */
static const struct stmt ask_open = {
    "recovery_ask_open",
    "SELECT a.id, a.asked_by FROM recovery_ask a WHERE a.account = $1::uuid"
    " AND a.asked_by <> $2::uuid AND a.asked_at > $3::timestamptz"
    " AND 'commissioner' IN (a.role, $4::text)"
    " AND NOT EXISTS (SELECT FROM account_step s WHERE s.account = $2::uuid"
    " AND s.actor = a.asked_by AND (s.state_before, s.state) IN (" MAKING "))"
    " AND (SELECT count(*) FROM account_step s WHERE s.account = a.asked_by"
    " AND s.actor = $2::uuid AND (s.state_before, s.state) IN (" MAKING ")) < 3"
    " AND NOT EXISTS"
    " (SELECT FROM recovery_grant g WHERE g.recovery_ask = a.id)"
    " ORDER BY a.asked_at DESC, a.id LIMIT 1"};
static const struct stmt grant_add = {
    "recovery_grant_add", "INSERT INTO recovery_grant (" GRANT_COLUMNS ") VALUES ($1::uuid,"
                          " $2::uuid, $3::uuid, $4::uuid, $5::timestamptz, $6::uuid,"
                          " $7::text)"};
static const struct stmt ask_leaves = {"recovery_ask_leaves",
                                       "SELECT " ASK_COLUMNS
                                       " FROM recovery_ask WHERE id = ANY ($1::uuid[])"};
static const struct stmt ask_extra = {
    "recovery_ask_extra", "SELECT r.id FROM recovery_ask r WHERE NOT EXISTS (SELECT FROM"
                          " audit_leaf l WHERE l.row_id = r.id AND l.table_name ="
                          " 'recovery_ask')"};
static const struct stmt grant_leaves = {"recovery_grant_leaves",
                                         "SELECT " GRANT_COLUMNS
                                         " FROM recovery_grant WHERE id = ANY ($1::uuid[])"};
static const struct stmt grant_extra = {
    "recovery_grant_extra", "SELECT r.id FROM recovery_grant r WHERE NOT EXISTS (SELECT FROM"
                            " audit_leaf l WHERE l.row_id = r.id AND l.table_name ="
                            " 'recovery_grant')"};

const struct stmt *const recovery_stmts[RECOVERY_STMTS_N] = {
    &ask_add, &ask_open, &grant_add, &ask_leaves, &ask_extra, &grant_leaves, &grant_extra};

static const struct data_column ask_columns[] = {
    {"id", "記録のID", false},
    {"account", "だれの二つめの確認についてか", false},
    {"asked_at", "いつ求めたか", false},
    {"asked_by", "だれが求めたか", false},
    {"role", "どの役割で求めたか", false},
    {NULL, NULL, false},
};
static const struct data_column grant_columns[] = {
    {"id", "記録のID", false},
    {"recovery_ask", "どの求めに応じたか", false},
    {"account", "だれの二つめの確認についてか", false},
    {"asked_by", "だれが求めたか", false},
    {"granted_at", "いつ認めたか", false},
    {"granted_by", "だれが認めたか（求めた人とは別の人）", false},
    {"role", "どの役割で認めたか", false},
    {NULL, NULL, false},
};

#define COMMON \
    .ground_ja = "委託契約（不正アクセス防止）、個人情報の保護に関する法律第66条", \
    .key_of = KEY_OF_NONE, .person_column = "account", .hand_back = HAND_BACK_NDJSON, \
    .erase_person = ERASE_KEY_ONLY, .is_audit_leaf = true

const struct data_table recovery_tables[RECOVERY_TABLES_N] = {
    {
        .name = "recovery_ask",
        .meaning_ja = "二つめの確認の出し直しの求め",
        .purpose_ja = "大人の二つめの確認を、二人がそろったときだけ出し直すため",
        .purpose_en = "who asked for the renewal of whose second factor",
        .mention_columns = "asked_by",
        COMMON,
        .columns = ask_columns,
    },
    {
        .name = "recovery_grant",
        .meaning_ja = "二つめの確認の出し直しの承認",
        .purpose_ja = "大人の二つめの確認を、二人がそろったときだけ出し直すため",
        .purpose_en = "who, as the second person, granted the renewal of whose second factor",
        .mention_columns = "asked_by,granted_by",
        COMMON,
        .columns = grant_columns,
    },
};

/* The rows' canonical bytes: field names are the column names. */
struct ask_leaf {
    struct id id, account, asked_by;
    int64_t asked_at;
    struct span role;
};
static const struct jx_field ask_fields[] = {
    LEAF_FIELD(ask_leaf, "id", JX_ID, id),
    LEAF_FIELD(ask_leaf, "account", JX_ID, account),
    LEAF_FIELD(ask_leaf, "asked_at", JX_TIME, asked_at),
    LEAF_FIELD(ask_leaf, "asked_by", JX_ID, asked_by),
    LEAF_FIELD(ask_leaf, "role", JX_TEXT, role),
};
static const struct jx_shape ask_shape =
    JX_SHAPE("RecoveryAskLeaf", struct ask_leaf, ask_fields);

struct grant_leaf {
    struct id id, recovery_ask, account, asked_by, granted_by;
    int64_t granted_at;
    struct span role;
};
static const struct jx_field grant_fields[] = {
    LEAF_FIELD(grant_leaf, "id", JX_ID, id),
    LEAF_FIELD(grant_leaf, "recovery_ask", JX_ID, recovery_ask),
    LEAF_FIELD(grant_leaf, "account", JX_ID, account),
    LEAF_FIELD(grant_leaf, "asked_by", JX_ID, asked_by),
    LEAF_FIELD(grant_leaf, "granted_at", JX_TIME, granted_at),
    LEAF_FIELD(grant_leaf, "granted_by", JX_ID, granted_by),
    LEAF_FIELD(grant_leaf, "role", JX_TEXT, role),
};
static const struct jx_shape grant_shape =
    JX_SHAPE("RecoveryGrantLeaf", struct grant_leaf, grant_fields);

static enum err ask_canonical(const struct db_rows *rows, int row, struct arena *arena,
                              struct span *bytes_out, struct fail *why)
{
    const struct ask_leaf leaf = {
        .id = db_id(rows, row, 0),
        .account = db_id(rows, row, 1),
        .asked_at = db_time(rows, row, 2),
        .asked_by = db_id(rows, row, 3),
        .role = db_bytes(rows, row, 4),
    };

    return jx_write_canonical(&ask_shape, &leaf, arena, bytes_out, why);
}

static enum err grant_canonical(const struct db_rows *rows, int row, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct grant_leaf leaf = {
        .id = db_id(rows, row, 0),
        .recovery_ask = db_id(rows, row, 1),
        .account = db_id(rows, row, 2),
        .asked_by = db_id(rows, row, 3),
        .granted_at = db_time(rows, row, 4),
        .granted_by = db_id(rows, row, 5),
        .role = db_bytes(rows, row, 6),
    };

    return jx_write_canonical(&grant_shape, &leaf, arena, bytes_out, why);
}

const struct audit_table recovery_ask_audit_table = {"recovery_ask", &ask_leaves, &ask_extra,
                                                     ask_canonical};
const struct audit_table recovery_grant_audit_table = {"recovery_grant", &grant_leaves,
                                                       &grant_extra, grant_canonical};

enum err recovery_store_ask(struct tx *tx, const struct recovery *ask, struct fail *why)
{
    const struct ask_leaf leaf = {
        .id = ask->id,
        .account = ask->account,
        .asked_at = ask->at_utc_us,
        .asked_by = ask->by,
        .role = span_text(role_id(ask->role)),
    };
    struct db_args args;
    struct span bytes;
    enum err rc = jx_write_canonical(&ask_shape, &leaf, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, leaf.id);
    db_arg_id(&args, leaf.account);
    db_arg_time(&args, leaf.asked_at);
    db_arg_id(&args, leaf.asked_by);
    db_arg_text(&args, leaf.role);
    rc = tx_send(tx, &ask_add, &args, why);
    return rc == ERR_OK ? audit_append(tx, "recovery.ask", "recovery_ask", leaf.id, bytes, why)
                        : rc;
}

static enum err find_ask(struct tx *tx, const struct recovery *grant, struct grant_leaf *leaf,
                         struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, grant->account);
    db_arg_id(&args, grant->by);
    db_arg_time(&args, grant->at_utc_us - RECOVERY_HOURS * HOUR_US);
    db_arg_text(&args, span_text(role_id(grant->role)));
    rc = tx_run(tx, &ask_open, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_CONFLICT, "no open ask of another person");
    if (rc == ERR_OK) {
        leaf->recovery_ask = db_id(rows, 0, 0);
        leaf->asked_by = db_id(rows, 0, 1);
    }
    db_rows_free(&rows);
    return rc;
}

enum err recovery_store_grant(struct tx *tx, const struct recovery *grant, struct fail *why)
{
    struct grant_leaf leaf = {
        .id = grant->id,
        .account = grant->account,
        .granted_at = grant->at_utc_us,
        .granted_by = grant->by,
        .role = span_text(role_id(grant->role)),
    };
    struct db_args args;
    struct span bytes;
    enum err rc = find_ask(tx, grant, &leaf, why);

    if (rc == ERR_OK)
        rc = jx_write_canonical(&grant_shape, &leaf, tx_arena(tx), &bytes, why);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, leaf.id);
    db_arg_id(&args, leaf.recovery_ask);
    db_arg_id(&args, leaf.account);
    db_arg_id(&args, leaf.asked_by);
    db_arg_time(&args, leaf.granted_at);
    db_arg_id(&args, leaf.granted_by);
    db_arg_text(&args, leaf.role);
    rc = tx_send(tx, &grant_add, &args, why);
    return rc == ERR_OK
               ? audit_append(tx, "recovery.grant", "recovery_grant", leaf.id, bytes, why)
               : rc;
}
