#include "tenants/notify/notify_receiver_store.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "tenants/notify/notify_rows.h"

#define COLUMNS \
    "r.id, r.account, r.channel = 'webhook', r.address_sealed, r.secret_sealed, r.kinds," \
    " r.added_at, r.confirmed_at, r.proved_at, r.paused_at, r.removed_at," \
    " coalesce(a.state, ''), (SELECT s.by FROM notify_step s WHERE s.receiver = r.id" \
    " AND s.step = 'confirmed')"
#define FROM " FROM notify_receiver r LEFT JOIN account a ON a.id = r.account"

static const struct stmt list = {"notify_receiver_list",
                                 "SELECT " COLUMNS FROM " WHERE r.removed_at IS NULL"
                                 " ORDER BY r.added_at, r.id"};
static const struct stmt find = {"notify_receiver_find",
                                 "SELECT " COLUMNS FROM
                                 " WHERE r.id = $1::uuid AND r.removed_at IS NULL"};
static const struct stmt count = {
    "notify_receiver_count",
    "SELECT (SELECT count(*) FROM notify_receiver WHERE removed_at IS NULL), EXISTS (SELECT"
    " FROM account WHERE id = $1::uuid AND state IN ('issued', 'active')"
    " AND role NOT IN ('student', 'guardian'))"};
static const struct stmt add = {
    "notify_receiver_add",
    "INSERT INTO notify_receiver (id, account, channel, address_sealed, secret_sealed, kinds,"
    " added_at) VALUES ($1::uuid, $2::uuid, CASE WHEN $3::boolean THEN 'webhook' ELSE 'mail'"
    " END, $4::bytea, $5::bytea, $6::text, $7::timestamptz)"};
static const struct stmt targets = {
    "notify_receiver_targets",
    "SELECT r.id, r.account, r.channel = 'webhook' FROM notify_receiver r JOIN account a"
    " ON a.id = r.account WHERE r.proved_at IS NOT NULL AND r.paused_at IS NULL"
    " AND r.removed_at IS NULL AND a.state IN ('issued', 'active')"
    " AND $1::text = ANY (string_to_array(r.kinds, ','))"
    " AND ($2::text = '' OR r.account = ANY (string_to_array($2::text, ',')::uuid[]))"
    " ORDER BY r.added_at, r.id"};
static const struct stmt step_add = {
    "notify_step_add", "INSERT INTO notify_step (id, receiver, at, by, role, step) VALUES"
                       " ($1::uuid, $2::uuid, $3::timestamptz, $4::uuid, $5::text, $6::text)"};
static const struct stmt step_rows = {"notify_step_rows",
                                      "SELECT id, receiver, at, by, role, step FROM notify_step"
                                      " WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "notify_step_extra",
    "SELECT id FROM notify_step n WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = n.id AND l.table_name = 'notify_step')"};

/* Nobody's mailbox is filled by pressing a button. */
#define NOT_JUST_NOW \
    " AND NOT EXISTS (SELECT FROM notify_step s WHERE s.receiver = $1::uuid AND s.step IN" \
    " ('asked', 'tested') AND s.at > $2::timestamptz - interval '30 s')"

/* What each step asks of the row and does to it. */
#define ACT(name, change, when) \
    { \
        "notify_receiver_" name, "UPDATE notify_receiver SET " change \
                                 " WHERE id = $1::uuid AND removed_at IS NULL AND " when \
                                 " RETURNING account, channel = 'webhook'" \
    }
static const struct stmt confirm =
    ACT("confirm", "confirmed_at = $2::timestamptz", "confirmed_at IS NULL");
static const struct stmt prove = ACT("prove", "proved_at = $2::timestamptz",
                                     "confirmed_at IS NOT NULL AND proved_at IS NULL");
static const struct stmt asked =
    ACT("asked", "confirmed_at = confirmed_at",
        "confirmed_at IS NOT NULL AND proved_at IS NULL" NOT_JUST_NOW);
static const struct stmt tested =
    ACT("tested", "confirmed_at = confirmed_at",
        "proved_at IS NOT NULL AND paused_at IS NULL" NOT_JUST_NOW);
static const struct stmt pause_it =
    ACT("pause", "paused_at = $2::timestamptz", "proved_at IS NOT NULL AND paused_at IS NULL");
static const struct stmt resume =
    ACT("resume", "paused_at = NULL", "paused_at IS NOT NULL AND $2::timestamptz IS NOT NULL");
static const struct stmt remove_it =
    ACT("remove", "removed_at = $2::timestamptz, address_sealed = '', secret_sealed = NULL",
        "true");
static const struct stmt exists = {
    "notify_receiver_exists", "SELECT EXISTS (SELECT FROM notify_receiver WHERE id = $1::uuid"
                              " AND removed_at IS NULL)"};

const struct stmt *const notify_receiver_stmts[NOTIFY_RECEIVER_STMTS_N] = {
    &list,    &find,  &count, &add,    &targets,  &step_add, &step_rows, &step_extra,
    &confirm, &prove, &asked, &tested, &pause_it, &resume,   &remove_it, &exists,
};

static const struct {
    const char *id;
    const struct stmt *change; /* NULL: the row itself was added */
} steps[RECEIVER_STEP_N] = {
    {"added", NULL},     {"confirmed", &confirm}, {"proved", &prove},   {"asked", &asked},
    {"tested", &tested}, {"paused", &pause_it},   {"resumed", &resume}, {"removed", &remove_it},
};

/* ---- the tables' rows ---- */

static const struct data_column receiver_columns[] = {
    {"id", "送り先のID", false},
    {"account", "だれの送り先か（アカウントのID）", false},
    {"channel", "メール（mail）かウェブフック（webhook）か", false},
    {"address_sealed", "メールアドレスまたはURL", true},
    {"secret_sealed", "ウェブフックの署名の鍵", true},
    {"kinds", "受け取るお知らせの種類", false},
    {"added_at", "登録した時刻", false},
    {"confirmed_at", "教育委員会が確認した時刻", false},
    {"proved_at", "本人が届いたリンクを開いた時刻", false},
    {"paused_at", "止めた時刻", false},
    {"removed_at", "外した時刻（宛先はこのとき消える）", false},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"receiver", "どの送り先か", false},
    {"at", "いつ", false},
    {"by", "だれが（アカウントのID）", false},
    {"role", "そのときの役割", false},
    {"step", "登録・確認・本人の確認・再送・テスト・停止・再開・外す、のどれか", false},
    {NULL, NULL, false},
};

const struct data_table notify_receiver_tables[NOTIFY_RECEIVER_TABLES_N] = {
    {
        .name = "notify_receiver",
        .meaning_ja = "お知らせの送り先",
        .purpose_ja = "登録され、確認された宛先にだけお知らせを送るため",
        .ground_ja = "委託契約（報告の受け渡し、緊急の連絡）",
        .purpose_en = "registered addresses of persons on duty; gone when removed",
        .key_of = KEY_OF_SUBJECT,
        .person_column = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_ROWS,
        .columns = receiver_columns,
    },
    {
        .name = "notify_step",
        .meaning_ja = "お知らせの送り先についての決定の記録",
        .purpose_ja = "宛先をだれがいつ登録し、確認し、外したかを確かめるため",
        .ground_ja = "委託契約（報告の受け渡し）",
        .purpose_en = "who decided what about a receiver",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

/* ---- leaves ---- */

struct step {
    struct id id, receiver, by;
    int64_t at;
    struct span role, step;
};
static const struct jx_field step_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct step, id)},
    {.name = "receiver", .type = JX_ID, .offset = offsetof(struct step, receiver)},
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct step, at)},
    {.name = "by", .type = JX_ID, .offset = offsetof(struct step, by)},
    {.name = "role", .type = JX_TEXT, .offset = offsetof(struct step, role)},
    {.name = "step", .type = JX_TEXT, .offset = offsetof(struct step, step)},
};
static const struct jx_shape step_shape = JX_SHAPE("NotifyStepLeaf", struct step, step_fields);

static enum err step_canonical(const struct db_rows *rows, int row, struct arena *arena,
                               struct span *bytes_out, struct fail *why)
{
    const struct step step = {
        .id = db_id(rows, row, 0),
        .receiver = db_id(rows, row, 1),
        .at = db_time(rows, row, 2),
        .by = db_id(rows, row, 3),
        .role = db_bytes(rows, row, 4),
        .step = db_bytes(rows, row, 5),
    };

    return jx_write_canonical(&step_shape, &step, arena, bytes_out, why);
}

const struct audit_table notify_step_audit = {"notify_step", &step_rows, &step_extra,
                                              step_canonical};

static enum err write_step(struct tx *tx, const struct receiver_act *act, struct fail *why)
{
    const struct step step = {
        .id = id_new(),
        .receiver = act->receiver,
        .by = act->by,
        .at = act->now_utc_us,
        .role = span_text(role_id(act->role)),
        .step = span_text(steps[act->step].id),
    };
    struct db_args args;
    struct span bytes;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, step.id);
    db_arg_id(&args, step.receiver);
    db_arg_time(&args, step.at);
    db_arg_id(&args, step.by);
    db_arg_text(&args, step.role);
    db_arg_text(&args, step.step);
    rc = tx_run(tx, &step_add, &args, NULL, why);
    if (rc == ERR_OK)
        rc = jx_write_canonical(&step_shape, &step, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "notify_step", "notify_step", step.id, bytes, why)
                        : rc;
}

/* ---- reading ---- */

static enum err own(struct arena *arena, struct span *text, struct fail *why)
{
    struct span copy = arena_copy(arena, *text);

    if (copy.p == NULL && text->len > 0)
        return fail_set(why, ERR_NOMEM, "a receiver");
    *text = copy;
    return ERR_OK;
}

static enum err read_row(const struct db_rows *rows, int i, struct arena *arena,
                         struct receiver_row *out, struct fail *why)
{
    enum err rc;

    *out = (struct receiver_row){
        .id = db_id(rows, i, 0),
        .account = db_id(rows, i, 1),
        .is_webhook = db_bool(rows, i, 2),
        .address_sealed = db_bytes(rows, i, 3),
        .secret_sealed = db_bytes(rows, i, 4),
        .kinds = db_bytes(rows, i, 5),
        .added_utc_us = db_time(rows, i, 6),
        .confirmed_utc_us = db_time(rows, i, 7),
        .proved_utc_us = db_time(rows, i, 8),
        .paused_utc_us = db_time(rows, i, 9),
        .removed_utc_us = db_time(rows, i, 10),
        .account_state = db_bytes(rows, i, 11),
        .confirmed_by = db_id(rows, i, 12),
    };
    rc = own(arena, &out->address_sealed, why);
    if (rc == ERR_OK)
        rc = own(arena, &out->secret_sealed, why);
    if (rc == ERR_OK)
        rc = own(arena, &out->kinds, why);
    return rc == ERR_OK ? own(arena, &out->account_state, why) : rc;
}

enum err receiver_store_list(struct db *db, struct arena *arena, struct receiver_row **out,
                             size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct receiver_row *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &list, &args, &rows, why);
    if (rc == ERR_OK) {
        found = arena_alloc(arena, ((size_t)db_rows_n(rows) + 1) * sizeof *found);
        rc = found == NULL ? fail_set(why, ERR_NOMEM, "receivers") : ERR_OK;
    }
    for (int i = 0; rc == ERR_OK && found != NULL && i < db_rows_n(rows); i++)
        rc = read_row(rows, i, arena, &found[i], why);
    if (rc == ERR_OK) {
        *out = found;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}

enum err receiver_store_find(struct db *db, struct id receiver, struct arena *arena,
                             struct receiver_row *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, receiver);
    rc = db_run(db, &find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such receiver");
    if (rc == ERR_OK)
        rc = read_row(rows, 0, arena, out, why);
    db_rows_free(&rows);
    return rc;
}

/* ---- writing ---- */

enum err receiver_store_add(struct tx *tx, const struct receiver_row *row, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->account);
    rc = tx_run(tx, &count, &args, &rows, why);
    if (rc == ERR_OK && db_i64(rows, 0, 0) >= RECEIVERS_MOST)
        rc = fail_set(why, ERR_TOO_LARGE, "%d receivers", RECEIVERS_MOST);
    if (rc == ERR_OK && !db_bool(rows, 0, 1))
        rc = fail_field(why, ERR_INVALID, "/account", "cannot sign in, or is no adult here");
    db_rows_free(&rows);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->account);
    db_arg_bool(&args, row->is_webhook);
    db_arg_bytes(&args, row->address_sealed);
    if (row->is_webhook)
        db_arg_bytes(&args, row->secret_sealed);
    else
        db_arg_null(&args);
    db_arg_text(&args, row->kinds);
    db_arg_time(&args, row->added_utc_us);
    return tx_run(tx, &add, &args, NULL, why);
}

static enum err why_not(struct tx *tx, struct id receiver, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, receiver);
    rc = tx_run(tx, &exists, &args, &rows, why);
    if (rc == ERR_OK)
        rc = db_bool(rows, 0, 0)
                 ? fail_set(why, ERR_CONFLICT, "the receiver does not stand there")
                 : fail_set(why, ERR_NOT_FOUND, "no such receiver");
    db_rows_free(&rows);
    return rc;
}

enum err receiver_store_act(struct tx *tx, struct receiver_act *act, struct fail *why)
{
    const struct stmt *change = steps[act->step].change;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc = ERR_OK;

    if (change != NULL) {
        db_args_init(&args);
        db_arg_id(&args, act->receiver);
        db_arg_time(&args, act->now_utc_us);
        rc = tx_run(tx, change, &args, &rows, why);
        if (rc == ERR_OK && db_rows_n(rows) == 0)
            rc = why_not(tx, act->receiver, why);
        if (rc == ERR_OK) {
            act->account = db_id(rows, 0, 0);
            act->is_webhook = db_bool(rows, 0, 1);
        }
        db_rows_free(&rows);
    }
    return rc == ERR_OK ? write_step(tx, act, why) : rc;
}

enum err receiver_store_targets(struct tx *tx, struct span kind, struct span accounts,
                                struct receiver_target **out, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct receiver_target *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, kind);
    db_arg_text(&args, accounts);
    rc = tx_run(tx, &targets, &args, &rows, why);
    if (rc == ERR_OK) {
        found = arena_alloc(tx_arena(tx), ((size_t)db_rows_n(rows) + 1) * sizeof *found);
        rc = found == NULL ? fail_set(why, ERR_NOMEM, "receivers") : ERR_OK;
    }
    for (int i = 0; rc == ERR_OK && found != NULL && i < db_rows_n(rows); i++)
        found[i] =
            (struct receiver_target){db_id(rows, i, 0), db_id(rows, i, 1), db_bool(rows, i, 2)};
    if (rc == ERR_OK) {
        *out = found;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}
