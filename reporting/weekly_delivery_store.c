#include "reporting/weekly_delivery_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/audit_store.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "node/place/store_rows.h"
#include "reporting/weekly_rows.h"
#include "tenants/people/account_store.h"

#define RECEIVER "id, at, account, way, is_on, by, by_role, report"
#define STEP     "id, at, report, account, step"

static const struct stmt decide = {
    "report_receiver_add", "INSERT INTO report_receiver (" RECEIVER ") VALUES ($1::uuid,"
                           " $2::timestamptz, $3::uuid, $4::text, $5::boolean, $6::uuid,"
                           " $7::text, $8::text)"};
/* Whether it may be decided: the account's role, and how many others are on. */
static const struct stmt check = {
    "report_receiver_check",
    "SELECT (SELECT role FROM account WHERE id = $1::uuid AND state = 'active'),"
    " (SELECT count(*) FROM (SELECT DISTINCT ON (account) account, is_on FROM report_receiver"
    " WHERE account <> $1::uuid AND report = $2::text ORDER BY account, at DESC, id DESC) r"
    " WHERE r.is_on)"};
/* Columns 0..10 of struct weekly_receiver; of a kind of report. */
#define NEWEST \
    "SELECT r.id, r.at, r.account, r.way, r.is_on, r.by, r.by_role, coalesce(a.role, '')," \
    " " ACCOUNT_SCHOOL ", coalesce(a.state = 'active', false), r.report FROM (SELECT" \
    " DISTINCT ON (account) " RECEIVER " FROM report_receiver WHERE report = $1::text ORDER" \
    " BY account, at DESC, id DESC) r LEFT JOIN account a ON a.id = r.account "
static const struct stmt receivers = {"report_receivers", NEWEST "ORDER BY r.at, r.id"};
static const struct stmt due = {
    "report_receivers_due", NEWEST
    "WHERE r.is_on AND a.state = 'active' AND r.at <= $3::timestamptz AND NOT EXISTS"
    " (SELECT FROM weekly_delivery d WHERE d.report = $2::uuid AND d.account = r.account)"
    " ORDER BY r.at, r.id"};
static const struct stmt receiver_leaves = {
    "report_receiver_leaves",
    "SELECT " RECEIVER " FROM report_receiver WHERE id = ANY ($1::uuid[])"};
static const struct stmt receiver_extra = {
    "report_receiver_extra",
    "SELECT r.id FROM report_receiver r WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = r.id AND l.table_name = 'report_receiver')"};
static const struct stmt delivery_add = {
    "weekly_delivery_add",
    "INSERT INTO weekly_delivery (id, report, account, way, made_at, n_addresses, file,"
    " password_sealed, kind) VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text,"
    " $5::timestamptz, $6::integer, $7::uuid, $8::bytea, $9::text)"};
/* Columns 0..12 of struct weekly_delivery. */
#define DELIVERY \
    "SELECT d.id, d.report, d.account, d.way, d.made_at, d.n_addresses, d.file," \
    " d.password_sealed, (SELECT min(n.ended_at) FROM notify_notice n WHERE n.cause = d.id" \
    " AND n.state = 'sent'), (SELECT min(s.at) FROM weekly_step s WHERE s.report = d.report" \
    " AND s.account = d.account AND s.step IN ('pdf', 'csv', 'xlsx')), coalesce((SELECT" \
    " bool_and(n.state IN ('refused', 'given_up', 'cancelled')) FROM notify_notice n" \
    " WHERE n.cause = d.id), false), coalesce((SELECT r.is_on FROM report_receiver r WHERE" \
    " r.account = d.account AND r.report = d.kind ORDER BY r.at DESC, r.id DESC LIMIT 1)," \
    " false), d.kind FROM weekly_delivery d "
static const struct stmt delivery_list = {"weekly_delivery_list",
                                          DELIVERY "WHERE d.report = ANY ($1::uuid[])"
                                                   " ORDER BY d.report, d.made_at, d.id"};
static const struct stmt delivery_find = {"weekly_delivery_find", DELIVERY
                                          "WHERE d.report = $1::uuid AND d.account = $2::uuid"};
static const struct stmt delivery_forget = {
    "weekly_delivery_forget", "UPDATE weekly_delivery SET password_sealed = NULL WHERE id ="
                              " $1::uuid AND password_sealed IS NOT NULL RETURNING id"};
static const struct stmt delivery_spent = {
    "weekly_delivery_spent",
    DELIVERY "WHERE d.file IS NOT NULL AND NOT EXISTS (SELECT FROM notify_notice n WHERE"
             " n.cause = d.id AND n.attachment IS NOT NULL AND n.state = 'waiting')"
             " ORDER BY d.made_at LIMIT 100"};
static const struct stmt delivery_drop_file = {
    "weekly_delivery_drop_file", "UPDATE weekly_delivery SET file = NULL WHERE id = $1::uuid"};
static const struct stmt step_add = {"weekly_step_add", "INSERT INTO weekly_step (" STEP
                                                        ") VALUES ($1::uuid, $2::timestamptz,"
                                                        " $3::uuid, $4::uuid, $5::text)"};
static const struct stmt step_leaves = {
    "weekly_step_leaves", "SELECT " STEP " FROM weekly_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "weekly_step_extra", "SELECT s.id FROM weekly_step s WHERE NOT EXISTS (SELECT FROM"
                         " audit_leaf l WHERE l.row_id = s.id AND l.table_name ="
                         " 'weekly_step')"};

const struct stmt *const weekly_delivery_stmts[WEEKLY_DELIVERY_STMTS_N] = {
    &decide,          &check,           &receivers,      &due,
    &receiver_leaves, &receiver_extra,  &delivery_add,   &delivery_list,
    &delivery_find,   &delivery_forget, &delivery_spent, &delivery_drop_file,
    &step_add,        &step_leaves,     &step_extra,
};

/* ---- the tables' rows ---- */

#define GROUND_JA "委託契約（報告の受け渡し、報告を受けるべき者以外への提供の禁止）"

static const struct data_column receiver_columns[] = {
    {"id", "決定のID", false},
    {"at", "いつ", false},
    {"account", "だれを（アカウントのID）", false},
    {"way", "画面で見るか、暗号化したファイルのメールも送るか", false},
    {"is_on", "報告を受ける人にするか、外すか", false},
    {"by", "だれが決めたか", false},
    {"by_role", "どの役割で決めたか", false},
    {"report", "どの報告か（weekly週・monthly月）", false},
    {NULL, NULL, false},
};
static const struct data_column delivery_columns[] = {
    {"id", "受け渡しのID", false},
    {"report", "どの報告か", false},
    {"account", "だれへか", false},
    {"way", "画面で見るか、メールも送るか", false},
    {"made_at", "受け渡した時刻", false},
    {"n_addresses", "お知らせを送った宛先の数", false},
    {"file", "メールに付ける暗号化したファイル（送るまで）", false},
    {"password_sealed", "そのファイルのパスワード（本人が見るまで）", true},
    {"kind", "どの種類の報告か（weekly週・monthly月）", false},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"at", "いつ", false},
    {"report", "どの報告か", false},
    {"account", "だれへ、だれが", false},
    {"step",
     "given渡した・mailedメールでも渡した・pdfとcsvとxlsx開いた・passwordパスワードを見た",
     false},
    {NULL, NULL, false},
};

const struct data_table weekly_delivery_tables[WEEKLY_DELIVERY_TABLES_N] = {
    {
        .name = "report_receiver",
        .meaning_ja = "週と月の報告を受ける人の決定",
        .purpose_ja = "報告を受けるべき人だけに渡すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who is to receive the weekly or monthly report, and who decided so",
        .key_of = KEY_OF_NONE,
        .mention_columns = "account,by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = receiver_columns,
    },
    {
        .name = "weekly_delivery",
        .meaning_ja = "週と月の報告の受け渡し",
        .purpose_ja = "だれがどの報告を開けるかを決め、送ったことを確かめるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "one report for one receiver; its file and password until used",
        .retention_column = "made_at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_SUBJECT,
        .person_column = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_ROWS,
        .columns = delivery_columns,
    },
    {
        .name = "weekly_step",
        .meaning_ja = "週と月の報告を渡した記録、開いた記録",
        .purpose_ja = "いつだれに渡し、いつだれが開いたかを確かめるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "a report given and opened",
        .retention_column = "at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .mention_columns = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

/* ---- receivers ---- */

/* `report` is there for what is not the weekly one alone: older leaves have none. */
struct receiver_leaf {
    struct id id, account, by;
    int64_t at;
    int way;
    bool is_on, has_report;
    struct span by_role, report;
};
static const struct jx_field receiver_fields[] = {
    LEAF_FIELD(receiver_leaf, "id", JX_ID, id),
    LEAF_FIELD(receiver_leaf, "at", JX_TIME, at),
    LEAF_FIELD(receiver_leaf, "account", JX_ID, account),
    LEAF_CHOICE(receiver_leaf, "way", WEEKLY_WAYS, way),
    LEAF_FIELD(receiver_leaf, "is_on", JX_BOOL, is_on),
    LEAF_FIELD(receiver_leaf, "by", JX_ID, by),
    LEAF_FIELD(receiver_leaf, "by_role", JX_TEXT, by_role),
    LEAF_FIELD_IF(receiver_leaf, "report", JX_TEXT, report, has_report),
};
static const struct jx_shape receiver_shape =
    JX_SHAPE("ReportReceiverLeaf", struct receiver_leaf, receiver_fields);

static enum err receiver_of_row(const struct db_rows *rows, int row, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct span report = db_bytes(rows, row, 7);
    const struct receiver_leaf leaf = {
        .id = db_id(rows, row, 0),
        .at = db_time(rows, row, 1),
        .account = db_id(rows, row, 2),
        .way = jx_choice_find(WEEKLY_WAYS, db_bytes(rows, row, 3)),
        .is_on = db_bool(rows, row, 4),
        .by = db_id(rows, row, 5),
        .by_role = db_bytes(rows, row, 6),
        .report = report,
        .has_report = !span_eq(report, SPAN("weekly")),
    };

    return jx_write_canonical(&receiver_shape, &leaf, arena, bytes_out, why);
}

const struct audit_table report_receiver_audit = {"report_receiver", &receiver_leaves,
                                                  &receiver_extra, receiver_of_row};

static enum err check_receiver(struct tx *tx, const struct weekly_receiver *d, struct fail *why)
{
    struct db_rows *rows = NULL;
    const unsigned readers = d->report == REPORT_WEEKLY ? WEEKLY_READERS : MONTHLY_READERS;
    enum role role = ROLE_ANONYMOUS;
    struct db_args args;
    bool may;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, d->account);
    db_arg_text(&args, jx_choice_at(REPORT_KINDS, (int)d->report));
    rc = tx_run(tx, &check, &args, &rows, why);
    if (rc != ERR_OK)
        return rc;
    may = !db_is_null(rows, 0, 0) && role_parse(db_bytes(rows, 0, 0), &role, NULL) == ERR_OK &&
          (ROLE_BIT(role) & readers) != 0;
    /* Whoever is gone can still be taken off. */
    if (d->is_on && !may)
        rc = fail_field(why, ERR_INVALID, "/account", "may not read this report");
    else if (d->is_on && db_i64(rows, 0, 1) >= WEEKLY_RECEIVERS_MOST)
        rc = fail_set(why, ERR_TOO_LARGE, "%d receivers", WEEKLY_RECEIVERS_MOST);
    db_rows_free(&rows);
    return rc;
}

enum err weekly_receiver_decide(struct tx *tx, const struct weekly_receiver *d,
                                struct fail *why)
{
    const struct receiver_leaf leaf = {
        .id = d->id,
        .at = d->at_utc_us,
        .account = d->account,
        .way = (int)d->way,
        .is_on = d->is_on,
        .by = d->by,
        .by_role = span_text(role_id(d->by_role)),
        .report = jx_choice_at(REPORT_KINDS, (int)d->report),
        .has_report = d->report != REPORT_WEEKLY,
    };
    struct span bytes;
    struct db_args args;
    enum err rc = check_receiver(tx, d, why);

    db_args_init(&args);
    db_arg_id(&args, leaf.id);
    db_arg_time(&args, leaf.at);
    db_arg_id(&args, leaf.account);
    db_arg_text(&args, jx_choice_at(WEEKLY_WAYS, leaf.way));
    db_arg_bool(&args, leaf.is_on);
    db_arg_id(&args, leaf.by);
    db_arg_text(&args, leaf.by_role);
    db_arg_text(&args, leaf.report);
    if (rc == ERR_OK)
        rc = tx_run(tx, &decide, &args, NULL, why);
    if (rc == ERR_OK)
        rc = jx_write_canonical(&receiver_shape, &leaf, tx_arena(tx), &bytes, why);
    return rc == ERR_OK
               ? audit_append(tx, "report.receiver", "report_receiver", leaf.id, bytes, why)
               : rc;
}

static enum report_kind kind_of(struct span text)
{
    return span_eq(text, SPAN("monthly")) ? REPORT_MONTHLY : REPORT_WEEKLY;
}

static enum err read_receiver(const struct db_rows *rows, int i, struct arena *arena, void *out,
                              struct fail *why)
{
    struct weekly_receiver r = {
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .account = db_id(rows, i, 2),
        .way = span_eq(db_bytes(rows, i, 3), SPAN("mail")) ? WEEKLY_MAIL : WEEKLY_SCREEN,
        .is_on = db_bool(rows, i, 4),
        .by = db_id(rows, i, 5),
        .school = db_id(rows, i, 8),
        .is_usable = db_bool(rows, i, 9),
        .report = kind_of(db_bytes(rows, i, 10)),
    };
    enum err rc = role_parse(db_bytes(rows, i, 6), &r.by_role, why);

    (void)arena;
    if (rc == ERR_OK && db_bytes(rows, i, 7).len > 0)
        rc = role_parse(db_bytes(rows, i, 7), &r.role, why);
    *(struct weekly_receiver *)out = r;
    return rc;
}

static const struct store_list as_receivers = {sizeof(struct weekly_receiver), read_receiver};

enum err weekly_receiver_list(struct db *db, enum report_kind kind, struct arena *arena,
                              struct weekly_receiver **out, size_t *n_out, struct fail *why)
{
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, jx_choice_at(REPORT_KINDS, (int)kind));
    rc = store_list(NULL, db, &receivers, &args, &as_receivers, arena, &found, n_out, why);
    *out = found;
    return rc;
}

enum err weekly_receiver_due(struct db *db, enum report_kind kind, struct id report,
                             int64_t until_utc_us, struct arena *arena,
                             struct weekly_receiver **out, size_t *n_out, struct fail *why)
{
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, jx_choice_at(REPORT_KINDS, (int)kind));
    db_arg_id(&args, report);
    db_arg_time(&args, until_utc_us);
    rc = store_list(NULL, db, &due, &args, &as_receivers, arena, &found, n_out, why);
    *out = found;
    return rc;
}

/* ---- steps ---- */

struct step_leaf {
    struct id id, report, account;
    int64_t at;
    int step;
};
static const struct jx_field step_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, at),
    LEAF_FIELD(step_leaf, "report", JX_ID, report),
    LEAF_FIELD(step_leaf, "account", JX_ID, account),
    LEAF_CHOICE(step_leaf, "step", WEEKLY_STEPS, step),
};
static const struct jx_shape step_shape =
    JX_SHAPE("WeeklyStepLeaf", struct step_leaf, step_fields);

static enum err step_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {
        .id = db_id(rows, row, 0),
        .at = db_time(rows, row, 1),
        .report = db_id(rows, row, 2),
        .account = db_id(rows, row, 3),
        .step = jx_choice_find(WEEKLY_STEPS, db_bytes(rows, row, 4)),
    };

    return jx_write_canonical(&step_shape, &leaf, arena, bytes_out, why);
}

const struct audit_table weekly_step_audit = {"weekly_step", &step_leaves, &step_extra,
                                              step_of_row};

enum err weekly_step_add(struct tx *tx, struct id report, struct id account,
                         enum weekly_step step, int64_t now_utc_us, struct fail *why)
{
    const struct step_leaf leaf = {id_new(), report, account, now_utc_us, (int)step};
    struct span bytes;
    struct db_args args;
    enum err rc = jx_write_canonical(&step_shape, &leaf, tx_arena(tx), &bytes, why);

    db_args_init(&args);
    db_arg_id(&args, leaf.id);
    db_arg_time(&args, leaf.at);
    db_arg_id(&args, leaf.report);
    db_arg_id(&args, leaf.account);
    db_arg_text(&args, jx_choice_at(WEEKLY_STEPS, leaf.step));
    if (rc == ERR_OK)
        rc = tx_run(tx, &step_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "weekly.step", "weekly_step", leaf.id, bytes, why)
                        : rc;
}

/* ---- deliveries ---- */

enum err weekly_delivery_add(struct tx *tx, const struct weekly_delivery *d, struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, d->id);
    db_arg_id(&args, d->report);
    db_arg_id(&args, d->account);
    db_arg_text(&args, jx_choice_at(WEEKLY_WAYS, (int)d->way));
    db_arg_time(&args, d->made_utc_us);
    db_arg_i32(&args, (int32_t)d->n_addresses);
    db_arg_id(&args, d->file);
    store_arg_bytes_if(&args, d->password_sealed);
    db_arg_text(&args, jx_choice_at(REPORT_KINDS, (int)d->kind));
    rc = tx_run(tx, &delivery_add, &args, NULL, why);
    return rc == ERR_OK ? weekly_step_add(tx, d->report, d->account,
                                          id_is_none(d->file) ? WEEKLY_GIVEN : WEEKLY_MAILED,
                                          d->made_utc_us, why)
                        : rc;
}

static enum err read_delivery(const struct db_rows *rows, int i, struct arena *arena, void *out,
                              struct fail *why)
{
    struct weekly_delivery *d = out;

    *d = (struct weekly_delivery){
        .id = db_id(rows, i, 0),
        .report = db_id(rows, i, 1),
        .account = db_id(rows, i, 2),
        .way = span_eq(db_bytes(rows, i, 3), SPAN("mail")) ? WEEKLY_MAIL : WEEKLY_SCREEN,
        .made_utc_us = db_time(rows, i, 4),
        .n_addresses = db_i64(rows, i, 5),
        .file = db_id(rows, i, 6),
        .password_sealed = db_bytes(rows, i, 7),
        .sent_utc_us = db_is_null(rows, i, 8) ? 0 : db_time(rows, i, 8),
        .opened_utc_us = db_is_null(rows, i, 9) ? 0 : db_time(rows, i, 9),
        .is_failed = db_bool(rows, i, 10),
        .is_receiver = db_bool(rows, i, 11),
        .kind = kind_of(db_bytes(rows, i, 12)),
    };
    return STORE_OWN(arena, why, &d->password_sealed);
}

static const struct store_list as_deliveries = {sizeof(struct weekly_delivery), read_delivery};

enum err weekly_delivery_list(struct db *db, const struct id *reports, size_t n,
                              struct arena *arena, struct weekly_delivery **out, size_t *n_out,
                              struct fail *why)
{
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = store_arg_ids(&args, reports, n, arena, why);
    if (rc == ERR_OK)
        rc = store_list(NULL, db, &delivery_list, &args, &as_deliveries, arena, &found, n_out,
                        why);
    *out = found;
    return rc;
}

enum err weekly_delivery_find(struct db *db, struct id report, struct id account,
                              struct arena *arena, struct weekly_delivery *out,
                              struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, report);
    db_arg_id(&args, account);
    rc = db_run(db, &delivery_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "not given to this account");
    if (rc == ERR_OK)
        rc = read_delivery(rows, 0, arena, out, why);
    if (rc == ERR_OK && !out->is_receiver)
        rc = fail_set(why, ERR_NOT_FOUND, "no receiver any more");
    db_rows_free(&rows);
    return rc;
}

enum err weekly_delivery_forget(struct tx *tx, struct id delivery, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, delivery);
    rc = tx_run(tx, &delivery_forget, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "the password was shown");
    db_rows_free(&rows);
    return rc;
}

enum err weekly_delivery_spent(struct db *db, struct arena *arena, struct weekly_delivery **out,
                               size_t *n_out, struct fail *why)
{
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc =
        store_list(NULL, db, &delivery_spent, &args, &as_deliveries, arena, &found, n_out, why);
    *out = found;
    return rc;
}

enum err weekly_delivery_drop_file(struct tx *tx, struct id delivery, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, delivery);
    return tx_run(tx, &delivery_drop_file, &args, NULL, why);
}
