#include "node/place/access_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/place/store_common.h"
#include "node/place/store_rows.h"

#define RULE_COLUMNS \
    "id, n, floor, subject_kind, subject, code, verdict, from_at, until_at, at, by, role"
#define SESSION_COLUMNS \
    "id, n, session, version, floor, title, from_at, until_at, capacity, is_anonymous," \
    " is_cancelled, at, by, role"

/* ---- floor_rule ---- */

static const struct stmt rule_add = {
    "floor_rule_add",
    "INSERT INTO floor_rule (" RULE_COLUMNS ") VALUES ($1::uuid, (SELECT coalesce(max(n), 0) +"
    " 1 FROM floor_rule), $2::text, $3::text, $4::uuid, $5::text, $6::text, $7::timestamptz,"
    " $8::timestamptz, $9::timestamptz, $10::uuid, $11::text) RETURNING n"};
static const struct stmt rule_by_id = {"floor_rule_by_id",
                                       "SELECT id FROM floor_rule WHERE id = $1::uuid"};
static const struct stmt rule_current = {
    "floor_rule_current",
    "SELECT " RULE_COLUMNS " FROM (SELECT DISTINCT ON (floor, subject_kind, subject, code)"
    " " RULE_COLUMNS " FROM floor_rule ORDER BY floor, subject_kind, subject, code, n DESC) r"
    " WHERE verdict <> 'none' AND coalesce(until_at > $1::timestamptz, true)"
    " ORDER BY n DESC"};
static const struct stmt rule_leaves = {
    "floor_rule_leaves", "SELECT " RULE_COLUMNS " FROM floor_rule WHERE id = ANY ($1::uuid[])"};
static const struct stmt rule_extra = {
    "floor_rule_extra", "SELECT r.id FROM floor_rule r WHERE NOT EXISTS (SELECT FROM"
                        " audit_leaf l WHERE l.row_id = r.id AND l.table_name = 'floor_rule')"};
static const struct stmt subject_school = {
    "floor_rule_school", "SELECT id FROM org WHERE id = $1::uuid AND kind = 'school'"};
static const struct stmt subject_class = {
    "floor_rule_class", "SELECT id FROM school_class WHERE id = $1::uuid AND left_at IS NULL"};
static const struct stmt subject_account = {
    "floor_rule_account", "SELECT id FROM account WHERE id = $1::uuid AND state <> 'closed'"};

/* ---- place_session ---- */

static const struct stmt session_add = {
    "place_session_add",
    "INSERT INTO place_session (" SESSION_COLUMNS ") VALUES ($1::uuid, (SELECT"
    " coalesce(max(n), 0) + 1 FROM place_session), $2::uuid, (SELECT coalesce(max(version), 0)"
    " + 1 FROM place_session WHERE session = $2::uuid), $3::text, $4::text, $5::timestamptz,"
    " $6::timestamptz, $7::integer, $8::boolean, $9::boolean, $10::timestamptz, $11::uuid,"
    " $12::text) RETURNING n, version"};
static const struct stmt session_by_id = {"place_session_by_id",
                                          "SELECT id FROM place_session WHERE id = $1::uuid"};
static const struct stmt session_newest = {
    "place_session_newest", "SELECT " SESSION_COLUMNS " FROM place_session WHERE session ="
                            " $1::uuid ORDER BY version DESC LIMIT 1"};
static const struct stmt session_list = {
    "place_session_list",
    "SELECT " SESSION_COLUMNS " FROM (SELECT DISTINCT ON (session) " SESSION_COLUMNS
    " FROM place_session ORDER BY session, version DESC) s WHERE until_at > $1::timestamptz"
    " AND from_at < $2::timestamptz AND (NOT is_cancelled OR $3::boolean)"
    " ORDER BY from_at, id LIMIT $4::integer"};
static const struct stmt session_leaves = {"place_session_leaves",
                                           "SELECT " SESSION_COLUMNS
                                           " FROM place_session WHERE id = ANY ($1::uuid[])"};
static const struct stmt session_extra = {
    "place_session_extra", "SELECT s.id FROM place_session s WHERE NOT EXISTS (SELECT FROM"
                           " audit_leaf l WHERE l.row_id = s.id AND l.table_name ="
                           " 'place_session')"};

const struct stmt *const access_stmts[ACCESS_STMTS_N] = {
    &rule_add,       &rule_by_id,    &rule_current,    &rule_leaves,  &rule_extra,
    &subject_school, &subject_class, &subject_account, &session_add,  &session_by_id,
    &session_newest, &session_list,  &session_leaves,  &session_extra};

static const struct data_column rule_columns[] = {
    {"id", "決定のID", false},
    {"n", "決定の通し番号", false},
    {"floor", "フロアの記号（空はすべてのフロア）", false},
    {"subject_kind",
     "だれについてか（everyone全員・role役割・school学校・grade学年・classクラス・account一人"
     "）",
     false},
    {"subject", "学校・クラス・アカウントのID", false},
    {"code", "役割か学年の記号", false},
    {"verdict", "allow入れる・deny入れない・none決まりの取り消し", false},
    {"from_at", "いつから", false},
    {"until_at", "いつまで", false},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};
static const struct data_column session_columns[] = {
    {"id", "変更のID", false},
    {"n", "変更の通し番号", false},
    {"session", "会のID（変更しても同じ）", false},
    {"version", "会の版（1から）", false},
    {"floor", "フロアの記号", false},
    {"title", "会の名前", false},
    {"from_at", "いつから", false},
    {"until_at", "いつまで", false},
    {"capacity", "定員（空のときはフロアの定員）", false},
    {"is_anonymous", "名前をふせて参加するか", false},
    {"is_cancelled", "取りやめたか", false},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};

const struct data_table access_tables[ACCESS_TABLES_N] = {
    {
        .name = "floor_rule",
        .meaning_ja = "フロアに入れる人の決定",
        .purpose_ja = "だれがどのフロアに入れるかを定め、だれがいつどう変えたかを残すため",
        .ground_ja = "委託契約（アクセス可否の設定）",
        .purpose_en = "who may enter which floor, by person and group, with dates",
        .key_of = KEY_OF_NONE,
        .person_column = "subject",
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = rule_columns,
    },
    {
        .name = "place_session",
        .meaning_ja = "フロアで開く会",
        .purpose_ja = "会の日時・定員・名前をふせるかを定め、だれがいつどう変えたかを残すため",
        .ground_ja = "委託契約（オンラインほっとルーム）",
        .purpose_en = "dated sessions on a floor: every version with its author",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = session_columns,
    },
};

/* ---- leaves: canonical bytes, field names are the column names ---- */

struct rule_leaf {
    struct floor_rule_row row;
    int kind, verdict;
    bool has_subject, has_by;
};
static const struct jx_field rule_fields[] = {
    LEAF_FIELD(rule_leaf, "id", JX_ID, row.rule.id),
    LEAF_FIELD(rule_leaf, "n", JX_INT, row.rule.n),
    LEAF_FIELD(rule_leaf, "floor", JX_TEXT, row.rule.floor),
    LEAF_CHOICE(rule_leaf, "subject_kind", FACTS_SUBJECTS, kind),
    LEAF_FIELD_IF(rule_leaf, "subject", JX_ID, row.rule.subject, has_subject),
    LEAF_FIELD(rule_leaf, "code", JX_TEXT, row.rule.code),
    LEAF_CHOICE(rule_leaf, "verdict", FACTS_VERDICTS, verdict),
    LEAF_FIELD_IF(rule_leaf, "from_at", JX_TIME, row.rule.from_utc_us, row.rule.has_from),
    LEAF_FIELD_IF(rule_leaf, "until_at", JX_TIME, row.rule.until_utc_us, row.rule.has_until),
    LEAF_WHO(rule_leaf, row.who, has_by),
};
static const struct jx_shape rule_shape =
    JX_SHAPE("FloorRuleLeaf", struct rule_leaf, rule_fields);

struct session_leaf {
    struct place_session_row row;
    int64_t capacity;
    bool has_by;
};
static const struct jx_field session_fields[] = {
    LEAF_FIELD(session_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(session_leaf, "n", JX_INT, row.session.n),
    LEAF_FIELD(session_leaf, "session", JX_ID, row.session.session),
    LEAF_FIELD(session_leaf, "version", JX_INT, row.session.version),
    LEAF_FIELD(session_leaf, "floor", JX_TEXT, row.session.floor),
    LEAF_FIELD(session_leaf, "title", JX_TEXT, row.session.title),
    LEAF_FIELD(session_leaf, "from_at", JX_TIME, row.session.from_utc_us),
    LEAF_FIELD(session_leaf, "until_at", JX_TIME, row.session.until_utc_us),
    LEAF_FIELD_IF(session_leaf, "capacity", JX_INT, capacity, row.session.has_capacity),
    LEAF_FIELD(session_leaf, "is_anonymous", JX_BOOL, row.session.is_anonymous),
    LEAF_FIELD(session_leaf, "is_cancelled", JX_BOOL, row.is_cancelled),
    LEAF_WHO(session_leaf, row.who, has_by),
};
static const struct jx_shape session_shape =
    JX_SHAPE("PlaceSessionLeaf", struct session_leaf, session_fields);

static enum err write_rule(const struct floor_rule_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct rule_leaf leaf = {.row = *row,
                                   .kind = (int)row->rule.kind,
                                   .verdict = (int)row->rule.verdict,
                                   .has_subject = !id_is_none(row->rule.subject),
                                   .has_by = !id_is_none(row->who.by)};

    return jx_write_canonical(&rule_shape, &leaf, arena, bytes_out, why);
}

static enum err write_session(const struct place_session_row *row, struct arena *arena,
                              struct span *bytes_out, struct fail *why)
{
    const struct session_leaf leaf = {
        .row = *row, .capacity = row->session.capacity, .has_by = !id_is_none(row->who.by)};

    return jx_write_canonical(&session_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow_rule(const struct db_rows *rows, int i, struct floor_rule_row *out,
                            struct fail *why)
{
    int kind = jx_choice_find(FACTS_SUBJECTS, db_bytes(rows, i, 3));
    int verdict = jx_choice_find(FACTS_VERDICTS, db_bytes(rows, i, 6));

    *out = (struct floor_rule_row){
        .rule = {.id = db_id(rows, i, 0),
                 .n = db_i64(rows, i, 1),
                 .floor = db_bytes(rows, i, 2),
                 .kind = (enum facts_subject)kind,
                 .subject = db_id(rows, i, 4),
                 .code = db_bytes(rows, i, 5),
                 .verdict = (enum facts_verdict)verdict,
                 .has_from = !db_is_null(rows, i, 7),
                 .has_until = !db_is_null(rows, i, 8),
                 .from_utc_us = db_time(rows, i, 7),
                 .until_utc_us = db_time(rows, i, 8)},
        .who = store_who(rows, i, 9),
    };
    return kind < 0 || verdict < 0 ? fail_set(why, ERR_INTERNAL, "a rule's kind or verdict")
                                   : ERR_OK;
}

static void borrow_session(const struct db_rows *rows, int i, struct place_session_row *out)
{
    *out = (struct place_session_row){
        .id = db_id(rows, i, 0),
        .session = {.n = db_i64(rows, i, 1),
                    .session = db_id(rows, i, 2),
                    .version = db_i64(rows, i, 3),
                    .floor = db_bytes(rows, i, 4),
                    .title = db_bytes(rows, i, 5),
                    .from_utc_us = db_time(rows, i, 6),
                    .until_utc_us = db_time(rows, i, 7),
                    .has_capacity = !db_is_null(rows, i, 8),
                    .capacity = (int)db_i64(rows, i, 8),
                    .is_anonymous = db_bool(rows, i, 9)},
        .is_cancelled = db_bool(rows, i, 10),
        .who = store_who(rows, i, 11),
    };
}

static enum err rule_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct floor_rule_row rule;
    enum err rc = borrow_rule(rows, row, &rule, why);

    return rc == ERR_OK ? write_rule(&rule, arena, bytes_out, why) : rc;
}

static enum err session_of_row(const struct db_rows *rows, int row, struct arena *arena,
                               struct span *bytes_out, struct fail *why)
{
    struct place_session_row session;

    borrow_session(rows, row, &session);
    return write_session(&session, arena, bytes_out, why);
}

const struct audit_table floor_rule_audit_table = {"floor_rule", &rule_leaves, &rule_extra,
                                                   rule_of_row};
const struct audit_table place_session_audit_table = {"place_session", &session_leaves,
                                                      &session_extra, session_of_row};

/* ---- rules ---- */

enum err access_store_decide(struct tx *tx, struct floor_rule_row *row, struct fail *why)
{
    const struct facts_rule *rule = &row->rule;
    struct db_rows *rows = NULL;
    struct span bytes;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, rule->id);
    db_arg_text(&args, rule->floor);
    db_arg_text(&args, jx_choice_at(FACTS_SUBJECTS, (int)rule->kind));
    db_arg_id(&args, rule->subject);
    db_arg_text(&args, rule->code);
    db_arg_text(&args, jx_choice_at(FACTS_VERDICTS, (int)rule->verdict));
    store_arg_time_if(&args, rule->has_from, rule->from_utc_us);
    store_arg_time_if(&args, rule->has_until, rule->until_utc_us);
    store_arg_who(&args, &row->who);
    rc = tx_run(tx, &rule_add, &args, &rows, why);
    if (rc == ERR_OK)
        row->rule.n = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    if (rc == ERR_OK)
        rc = write_rule(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "place", "floor_rule", rule->id, bytes, why) : rc;
}

enum err access_store_rule_is_there(struct tx *tx, struct id id, bool *is_there_out,
                                    struct fail *why)
{
    return store_is_there(tx, &rule_by_id, id, is_there_out, why);
}

static enum err own_rule(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct floor_rule_row *out = into;
    enum err rc = borrow_rule(rows, i, out, why);

    return rc == ERR_OK
               ? STORE_OWN(arena, why, &out->rule.floor, &out->rule.code, &out->who.role)
               : rc;
}

enum err access_store_rules(struct tx *tx, struct db *db, int64_t over_before_utc_us,
                            struct arena *arena, struct floor_rule_row **rows_out,
                            size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct floor_rule_row), own_rule};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, over_before_utc_us);
    rc = store_list(tx, db, &rule_current, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

enum err access_store_subject_is_there(struct tx *tx, enum facts_subject kind,
                                       struct id subject, bool *is_there_out, struct fail *why)
{
    const struct stmt *stmt = NULL;

    switch (kind) {
    case FACTS_SCHOOL:
        stmt = &subject_school;
        break;
    case FACTS_CLASS:
        stmt = &subject_class;
        break;
    case FACTS_ACCOUNT:
        stmt = &subject_account;
        break;
    case FACTS_EVERYONE:
    case FACTS_ROLE:
    case FACTS_GRADE:
    case FACTS_SUBJECTS_N:
        break;
    }
    if (stmt != NULL)
        return store_is_there(tx, stmt, subject, is_there_out, why);
    *is_there_out = true;
    return ERR_OK;
}

/* ---- sessions ---- */

enum err access_store_session(struct tx *tx, struct place_session_row *row, struct fail *why)
{
    struct facts_session *s = &row->session;
    struct db_rows *rows = NULL;
    struct span bytes;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, s->session);
    db_arg_text(&args, s->floor);
    db_arg_text(&args, s->title);
    db_arg_time(&args, s->from_utc_us);
    db_arg_time(&args, s->until_utc_us);
    store_arg_i32_if(&args, s->has_capacity, s->capacity);
    db_arg_bool(&args, s->is_anonymous);
    db_arg_bool(&args, row->is_cancelled);
    store_arg_who(&args, &row->who);
    rc = tx_run(tx, &session_add, &args, &rows, why);
    if (rc == ERR_OK) {
        s->n = db_i64(rows, 0, 0);
        s->version = db_i64(rows, 0, 1);
    }
    db_rows_free(&rows);
    if (rc == ERR_OK)
        rc = write_session(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "place", "place_session", row->id, bytes, why) : rc;
}

enum err access_store_session_is_there(struct tx *tx, struct id id, bool *is_there_out,
                                       struct fail *why)
{
    return store_is_there(tx, &session_by_id, id, is_there_out, why);
}

static enum err own_session(const struct db_rows *rows, int i, struct arena *arena, void *into,
                            struct fail *why)
{
    struct place_session_row *out = into;

    borrow_session(rows, i, out);
    return STORE_OWN(arena, why, &out->session.floor, &out->session.title, &out->who.role);
}

enum err access_store_session_find(struct tx *tx, struct id session,
                                   struct place_session_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, session);
    rc = tx_run(tx, &session_newest, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such session of the place");
    if (rc == ERR_OK)
        rc = own_session(rows, 0, tx_arena(tx), row_out, why);
    db_rows_free(&rows);
    return rc;
}

enum err access_store_sessions(struct tx *tx, struct db *db, const struct sessions_ask *ask,
                               struct arena *arena, struct place_session_row **rows_out,
                               size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct place_session_row), own_session};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, ask->from_utc_us);
    db_arg_time(&args, ask->until_utc_us);
    db_arg_bool(&args, ask->has_cancelled);
    db_arg_i32(&args, ask->n_cap);
    rc = store_list(tx, db, &session_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}
