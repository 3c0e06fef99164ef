#include "tenants/notify/notify_store.h"

#include <stddef.h>

#include "node/base/clock.h"
#include "node/base/jx.h"
#include "node/db/audit.h"
#include "tenants/notify/notify_rows.h"

#define LATE_US (5 * MINUTE_US)

static const struct stmt add = {
    "notify_add",
    "INSERT INTO notify_notice (id, receiver, account, channel, kind, priority, cause, link,"
    " made_at, due_at, give_up_at, attachment, state) VALUES ($1::uuid, $2::uuid, $3::uuid,"
    " CASE WHEN $4::boolean THEN 'webhook' ELSE 'mail' END, $5::text, $6::integer, $7::uuid,"
    " $8::text, $9::timestamptz, $10::timestamptz, $11::timestamptz,"
    " CASE WHEN $4::boolean THEN NULL ELSE $12::uuid END, 'waiting')"
    " ON CONFLICT (cause, receiver) DO NOTHING"};
#define END_IT \
    "UPDATE notify_notice SET state = 'cancelled', ended_at = $2::timestamptz," \
    " lease_until = NULL, lease_holder = NULL WHERE state = 'waiting' AND "
static const struct stmt cancel = {
    "notify_cancel", END_IT "cause = $1::uuid AND ($3::uuid IS NULL OR account = $3::uuid)"
                            " RETURNING id, n_tries"};
static const struct stmt drop = {"notify_drop",
                                 END_IT "receiver = $1::uuid RETURNING id, n_tries"};
static const struct stmt next = {
    "notify_next",
    "SELECT n.id, n.receiver, n.account, n.kind, n.channel = 'webhook', n.made_at,"
    " n.give_up_at, n.n_tries, r.address_sealed, r.secret_sealed, n.attachment FROM "
    "notify_notice n"
    " LEFT JOIN notify_receiver r ON r.id = n.receiver AND r.removed_at IS NULL"
    " WHERE n.state = 'waiting' AND n.priority <= $1::integer AND n.due_at <= $3::timestamptz"
    " AND (n.lease_until IS NULL OR n.lease_until < $3::timestamptz)"
    " AND NOT ($2::boolean AND n.channel = 'mail') ORDER BY n.priority, n.due_at LIMIT 1"};
static const struct stmt take = {
    "notify_take",
    "UPDATE notify_notice SET n_tries = n_tries + 1, lease_holder = $2::uuid, lease_until ="
    " $4::timestamptz WHERE id = $1::uuid AND state = 'waiting' AND (lease_until IS NULL OR"
    " lease_until < $3::timestamptz) RETURNING n_tries"};
static const struct stmt outcome = {
    "notify_outcome",
    "UPDATE notify_notice SET state = $3::text, due_at = $4::timestamptz, ended_at ="
    " CASE WHEN $3::text = 'waiting' THEN NULL ELSE $5::timestamptz END, last_why = $6::text,"
    " last_code = $7::integer, lease_until = NULL, lease_holder = NULL WHERE id = $1::uuid"
    " AND lease_holder = $2::uuid AND state = 'waiting'"};
static const struct stmt untake = {
    "notify_untake",
    "UPDATE notify_notice SET n_tries = n_tries - 1, lease_until = NULL, lease_holder = NULL"
    " WHERE id = $1::uuid AND lease_holder = $2::uuid AND state = 'waiting'"};
static const struct stmt free_all = {
    "notify_free", "UPDATE notify_notice SET lease_until = NULL, lease_holder = NULL"
                   " WHERE state = 'waiting' AND lease_holder <> $1::uuid"};
static const struct stmt hurry = {
    "notify_hurry",
    "UPDATE notify_notice SET due_at = $1::timestamptz WHERE state = 'waiting' AND channel ="
    " 'mail' AND lease_until IS NULL AND due_at > $1::timestamptz AND last_why IN ('off',"
    " 'resolve', 'connect', 'tls', 'auth', 'timeout', 'sender', 'proto')"};
static const struct stmt find = {"notify_find",
                                 "SELECT id, account, receiver, kind, link, made_at, opened_at"
                                 " FROM notify_notice WHERE id = $1::uuid"};
#define OPEN_IT \
    "UPDATE notify_notice SET opened_at = $3::timestamptz, state = CASE WHEN state =" \
    " 'waiting' THEN 'sent' ELSE state END, ended_at = coalesce(ended_at, $3::timestamptz)," \
    " lease_until = NULL, lease_holder = NULL WHERE account = $2::uuid AND opened_at IS NULL" \
    " AND "
static const struct stmt open_it = {"notify_open_it",
                                    OPEN_IT "id = $1::uuid RETURNING id, n_tries"};
static const struct stmt mark = {"notify_mark",
                                 OPEN_IT "cause = $1::uuid RETURNING id, n_tries"};
static const struct stmt is_opened = {
    "notify_is_opened", "SELECT EXISTS (SELECT FROM notify_notice WHERE cause = $1::uuid"
                        " AND account = $2::uuid AND opened_at IS NOT NULL)"};
#define RECEIPT \
    "SELECT id, receiver, account, cause, kind, state, channel = 'webhook', made_at, due_at," \
    " ended_at, opened_at, n_tries, last_code, last_why FROM notify_notice "
static const struct stmt receipts = {"notify_receipts",
                                     RECEIPT "WHERE cause = $1::uuid ORDER BY made_at, id"};
static const struct stmt list = {
    "notify_list", RECEIPT "WHERE $1::uuid IS NULL OR (made_at, id) < (SELECT made_at, id FROM"
                           " notify_notice WHERE id = $1::uuid) ORDER BY made_at DESC, id DESC"
                           " LIMIT $2::integer"};
static const struct stmt count = {
    "notify_count",
    "SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state ="
    " 'waiting' AND greatest(made_at, CASE WHEN n_tries = 0 THEN due_at ELSE made_at END)"
    " < $1::timestamptz), min(made_at) FILTER (WHERE state = 'waiting'),"
    " count(*) FILTER (WHERE state IN ('refused', 'given_up') AND ended_at > $2::timestamptz)"
    " FROM notify_notice WHERE state = 'waiting' OR ended_at > $2::timestamptz"};
static const struct stmt event_add = {
    "notify_event_add",
    "INSERT INTO notify_event (id, notice, at, event, n_try, why, code, account) VALUES"
    " ($1::uuid, $2::uuid, $3::timestamptz, $4::text, $5::integer, $6::text, $7::integer,"
    " $8::uuid)"};
static const struct stmt event_rows = {"notify_event_rows",
                                       "SELECT id, notice, at, event, n_try, why, code, account"
                                       " FROM notify_event WHERE id = ANY ($1::uuid[])"};
static const struct stmt event_extra = {
    "notify_event_extra",
    "SELECT id FROM notify_event n WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = n.id AND l.table_name = 'notify_event')"};

const struct stmt *const notify_stmts[NOTIFY_STMTS_N] = {
    &add,      &cancel, &drop,      &next,       &take,        &outcome,   &untake,
    &free_all, &hurry,  &find,      &open_it,    &mark,        &is_opened, &receipts,
    &list,     &count,  &event_add, &event_rows, &event_extra,
};

static const char *const state_ids[NOTIFY_STATE_N] = {"waiting", "sent", "refused", "given_up",
                                                      "cancelled"};

/* ---- the tables' rows ---- */

static const struct data_column notice_columns[] = {
    {"id", "お知らせのID", false},
    {"receiver", "どの送り先へか", false},
    {"account", "だれにか（アカウントのID）", false},
    {"channel", "メールかウェブフックか", false},
    {"kind", "お知らせの種類", false},
    {"priority", "送る順番（小さいほど先）", false},
    {"cause", "もとになった記録のID", false},
    {"link", "開いたときに見せる画面", false},
    {"made_at", "作った時刻", false},
    {"due_at", "次に送る時刻", false},
    {"give_up_at", "あきらめる時刻", false},
    {"state", "待ち・送った・断られた・あきらめた・取りやめ", false},
    {"n_tries", "送ろうとした回数", false},
    {"lease_until", "送っている途中とみなす期限", false},
    {"lease_holder", "送っているプログラムのID", false},
    {"last_why", "最後に送れなかった理由の符号", false},
    {"last_code", "相手のサーバーの最後の返事の番号", false},
    {"ended_at", "送り終えた、または取りやめた時刻", false},
    {"opened_at", "本人が開いた時刻", false},
    {"attachment", "メールに付けるファイル（暗号化したもの）", false},
    {NULL, NULL, false},
};
static const struct data_column event_columns[] = {
    {"id", "記録のID", false},
    {"notice", "どのお知らせか", false},
    {"at", "いつ", false},
    {"event", "送った・あとで・断られた・あきらめた・取りやめ・開いた", false},
    {"n_try", "何回目か", false},
    {"why", "理由の符号", false},
    {"code", "相手のサーバーの返事の番号", false},
    {"account", "だれが（開いたとき・取りやめたとき）", false},
    {NULL, NULL, false},
};

#define GROUND_JA "委託契約（報告の受け渡し、緊急の連絡）"
#define KEPT_DAYS 400

const struct data_table notify_tables[NOTIFY_TABLES_N] = {
    {
        .name = "notify_notice",
        .meaning_ja = "外へ送るお知らせ",
        .purpose_ja = "登録された人にお知らせが届き、開かれたことを確かめるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "notices out: what waits, what arrived, what was opened",
        .retention_days = KEPT_DAYS,
        .retention_column = "ended_at",
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_ROWS,
        .columns = notice_columns,
    },
    {
        .name = "notify_event",
        .meaning_ja = "お知らせを送った記録、開いた記録",
        .purpose_ja = "いつ送り、いつだれが開いたかを確かめるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "every attempt and opening of a notice",
        .retention_days = KEPT_DAYS,
        .retention_column = "at",
        .key_of = KEY_OF_NONE,
        .mention_columns = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = event_columns,
    },
};

/* ---- events ---- */

struct event {
    struct id id, notice, account;
    int64_t at, n_try, code;
    struct span event, why;
    bool has_account;
};
static const struct jx_field event_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct event, id)},
    {.name = "notice", .type = JX_ID, .offset = offsetof(struct event, notice)},
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct event, at)},
    {.name = "event", .type = JX_TEXT, .offset = offsetof(struct event, event)},
    {.name = "n_try", .type = JX_INT, .offset = offsetof(struct event, n_try)},
    {.name = "why", .type = JX_TEXT, .offset = offsetof(struct event, why)},
    {.name = "code", .type = JX_INT, .offset = offsetof(struct event, code)},
    {.name = "account",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct event, account),
     .has_offset = offsetof(struct event, has_account)},
};
static const struct jx_shape event_shape =
    JX_SHAPE("NotifyEventLeaf", struct event, event_fields);

static enum err event_canonical(const struct db_rows *rows, int row, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct event event = {
        .id = db_id(rows, row, 0),
        .notice = db_id(rows, row, 1),
        .at = db_time(rows, row, 2),
        .event = db_bytes(rows, row, 3),
        .n_try = db_i64(rows, row, 4),
        .why = db_bytes(rows, row, 5),
        .code = db_i64(rows, row, 6),
        .account = db_id(rows, row, 7),
        .has_account = !db_is_null(rows, row, 7),
    };

    return jx_write_canonical(&event_shape, &event, arena, bytes_out, why);
}

const struct audit_table notify_event_audit = {"notify_event", &event_rows, &event_extra,
                                               event_canonical};

static enum err write_event(struct tx *tx, struct event *event, struct fail *why)
{
    struct db_args args;
    struct span bytes;
    enum err rc;

    event->id = id_new();
    event->has_account = !id_is_none(event->account);
    db_args_init(&args);
    db_arg_id(&args, event->id);
    db_arg_id(&args, event->notice);
    db_arg_time(&args, event->at);
    db_arg_text(&args, event->event);
    db_arg_i32(&args, (int32_t)event->n_try);
    db_arg_text(&args, event->why);
    db_arg_i32(&args, (int32_t)event->code);
    db_arg_id(&args, event->account);
    rc = tx_run(tx, &event_add, &args, NULL, why);
    if (rc == ERR_OK)
        rc = jx_write_canonical(&event_shape, event, tx_arena(tx), &bytes, why);
    return rc == ERR_OK
               ? audit_append(tx, "notify_event", "notify_event", event->id, bytes, why)
               : rc;
}

/* An UPDATE ... RETURNING id, n_tries: one event a row. */
static enum err run_with_events(struct tx *tx, const struct stmt *stmt,
                                const struct db_args *args, struct span name, struct id account,
                                int64_t now_utc_us, int *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, stmt, args, &rows, why);

    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++) {
        struct event event = {
            .notice = db_id(rows, i, 0),
            .account = account,
            .at = now_utc_us,
            .n_try = db_i64(rows, i, 1),
            .event = name,
        };

        rc = write_event(tx, &event, why);
    }
    if (rc == ERR_OK && n_out != NULL)
        *n_out = db_rows_n(rows);
    db_rows_free(&rows);
    return rc;
}

/* ---- putting and ending ---- */

enum err notify_store_add(struct tx *tx, const struct notice_new *notice,
                          const struct receiver_target *to, struct fail *why)
{
    const struct notify_words *words = notify_words(notice->kind);
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, id_new());
    db_arg_id(&args, to->id);
    db_arg_id(&args, to->account);
    db_arg_bool(&args, to->is_webhook);
    db_arg_text(&args, span_text(words->id));
    db_arg_i32(&args, words->priority);
    db_arg_id(&args, notice->cause);
    db_arg_text(&args, notice->link);
    db_arg_time(&args, notice->made_utc_us);
    db_arg_time(&args, notice->due_utc_us);
    db_arg_time(&args, notice->give_up_utc_us);
    db_arg_id(&args, notice->attachment);
    return tx_send(tx, &add, &args, why);
}

enum err notify_store_cancel(struct tx *tx, struct id cause, struct id account, struct id by,
                             int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, cause);
    db_arg_time(&args, now_utc_us);
    db_arg_id(&args, account);
    return run_with_events(tx, &cancel, &args, SPAN("cancelled"), by, now_utc_us, NULL, why);
}

enum err notify_store_drop(struct tx *tx, struct id receiver, struct id by, int64_t now_utc_us,
                           struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, receiver);
    db_arg_time(&args, now_utc_us);
    return run_with_events(tx, &drop, &args, SPAN("cancelled"), by, now_utc_us, NULL, why);
}

/* ---- sending ---- */

static enum err own(struct arena *arena, struct span *text, struct fail *why)
{
    struct span copy = arena_copy(arena, *text);

    if (copy.p == NULL && text->len > 0)
        return fail_set(why, ERR_NOMEM, "a notice");
    *text = copy;
    return ERR_OK;
}

enum err notify_store_next(struct db *db, int priority_most, bool without_mail,
                           int64_t now_utc_us, struct arena *arena, struct notice_due *out,
                           struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, priority_most);
    db_arg_bool(&args, without_mail);
    db_arg_time(&args, now_utc_us);
    rc = db_run(db, &next, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no notice is due");
    if (rc == ERR_OK) {
        *out = (struct notice_due){
            .id = db_id(rows, 0, 0),
            .receiver = db_id(rows, 0, 1),
            .account = db_id(rows, 0, 2),
            .is_webhook = db_bool(rows, 0, 4),
            .made_utc_us = db_time(rows, 0, 5),
            .give_up_utc_us = db_time(rows, 0, 6),
            .n_tries = (int)db_i64(rows, 0, 7),
            .address_sealed = db_bytes(rows, 0, 8),
            .secret_sealed = db_bytes(rows, 0, 9),
            .attachment = db_id(rows, 0, 10),
        };
        rc = notify_kind_parse(db_bytes(rows, 0, 3), &out->kind, why);
    }
    if (rc == ERR_OK)
        rc = own(arena, &out->address_sealed, why);
    if (rc == ERR_OK)
        rc = own(arena, &out->secret_sealed, why);
    db_rows_free(&rows);
    return rc;
}

enum err notify_store_take(struct tx *tx, struct notice_due *notice, struct id holder,
                           int64_t now_utc_us, int64_t lease_until_utc_us, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, notice->id);
    db_arg_id(&args, holder);
    db_arg_time(&args, now_utc_us);
    db_arg_time(&args, lease_until_utc_us);
    rc = tx_run(tx, &take, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "the notice waits no more");
    if (rc == ERR_OK)
        notice->n_tries = (int)db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err notify_store_outcome(struct tx *tx, const struct notice_outcome *o, struct fail *why)
{
    struct event event = {
        .notice = o->id,
        .at = o->now_utc_us,
        .n_try = o->n_try,
        .code = o->code,
        .event = span_text(o->event),
        .why = o->why,
    };
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, o->id);
    db_arg_id(&args, o->holder);
    db_arg_text(&args, span_text(state_ids[o->state]));
    db_arg_time(&args, o->due_utc_us);
    db_arg_time(&args, o->now_utc_us);
    db_arg_text(&args, o->why);
    db_arg_i32(&args, o->code);
    rc = tx_run(tx, &outcome, &args, NULL, why);
    return rc == ERR_OK ? write_event(tx, &event, why) : rc;
}

enum err notify_store_untake(struct tx *tx, struct id notice, struct id holder,
                             struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, notice);
    db_arg_id(&args, holder);
    return tx_run(tx, &untake, &args, NULL, why);
}

enum err notify_store_free(struct tx *tx, struct id holder, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, holder);
    return tx_run(tx, &free_all, &args, NULL, why);
}

enum err notify_store_hurry(struct tx *tx, int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_time(&args, now_utc_us);
    return tx_run(tx, &hurry, &args, NULL, why);
}

/* ---- opening ---- */

enum err notify_store_find(struct db *db, struct id notice, struct arena *arena,
                           struct notice_opened *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, notice);
    rc = db_run(db, &find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such notice");
    if (rc == ERR_OK) {
        *out = (struct notice_opened){
            .id = db_id(rows, 0, 0),
            .account = db_id(rows, 0, 1),
            .receiver = db_id(rows, 0, 2),
            .link = db_bytes(rows, 0, 4),
            .made_utc_us = db_time(rows, 0, 5),
            .opened_utc_us = db_time(rows, 0, 6),
        };
        rc = notify_kind_parse(db_bytes(rows, 0, 3), &out->kind, why);
    }
    if (rc == ERR_OK)
        rc = own(arena, &out->link, why);
    db_rows_free(&rows);
    return rc;
}

static enum err run_open(struct tx *tx, const struct stmt *stmt, struct id what,
                         struct id account, int64_t now_utc_us, int *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, what);
    db_arg_id(&args, account);
    db_arg_time(&args, now_utc_us);
    return run_with_events(tx, stmt, &args, SPAN("opened"), account, now_utc_us, n_out, why);
}

enum err notify_store_open(struct tx *tx, struct id notice, struct id account,
                           int64_t now_utc_us, bool *is_first_out, struct fail *why)
{
    int n = 0;
    enum err rc = run_open(tx, &open_it, notice, account, now_utc_us, &n, why);

    *is_first_out = n > 0;
    return rc;
}

enum err notify_store_mark(struct tx *tx, struct id cause, struct id account,
                           int64_t now_utc_us, struct fail *why)
{
    return run_open(tx, &mark, cause, account, now_utc_us, NULL, why);
}

enum err notify_store_is_opened(struct tx *tx, struct id cause, struct id account, bool *is_out,
                                struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, cause);
    db_arg_id(&args, account);
    rc = tx_run(tx, &is_opened, &args, &rows, why);
    if (rc == ERR_OK)
        *is_out = db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

/* ---- asking ---- */

static enum err read_state(struct span id, enum notify_state *out, struct fail *why)
{
    for (int i = 0; i < NOTIFY_STATE_N; i++)
        if (span_eq(id, span_text(state_ids[i]))) {
            *out = (enum notify_state)i;
            return ERR_OK;
        }
    return fail_set(why, ERR_INTERNAL, "a notice's state");
}

static enum err read_receipt(const struct db_rows *rows, int i, struct arena *arena,
                             struct notify_receipt *out, struct fail *why)
{
    enum err rc;

    *out = (struct notify_receipt){
        .id = db_id(rows, i, 0),
        .receiver = db_id(rows, i, 1),
        .account = db_id(rows, i, 2),
        .cause = db_id(rows, i, 3),
        .is_webhook = db_bool(rows, i, 6),
        .made_utc_us = db_time(rows, i, 7),
        .due_utc_us = db_time(rows, i, 8),
        .ended_utc_us = db_time(rows, i, 9),
        .opened_utc_us = db_time(rows, i, 10),
        .n_tries = (int)db_i64(rows, i, 11),
        .code = (int)db_i64(rows, i, 12),
        .why = db_bytes(rows, i, 13),
    };
    rc = notify_kind_parse(db_bytes(rows, i, 4), &out->kind, why);
    if (rc == ERR_OK)
        rc = read_state(db_bytes(rows, i, 5), &out->state, why);
    return rc == ERR_OK ? own(arena, &out->why, why) : rc;
}

static enum err read_receipts(struct db *db, const struct stmt *stmt,
                              const struct db_args *args, struct arena *arena,
                              struct notify_receipt **out, size_t *n_out, struct fail *why)
{
    struct notify_receipt *found = NULL;
    struct db_rows *rows = NULL;
    enum err rc = db_run(db, stmt, args, &rows, why);

    if (rc == ERR_OK) {
        found = arena_alloc(arena, ((size_t)db_rows_n(rows) + 1) * sizeof *found);
        rc = found == NULL ? fail_set(why, ERR_NOMEM, "notices") : ERR_OK;
    }
    for (int i = 0; rc == ERR_OK && found != NULL && i < db_rows_n(rows); i++)
        rc = read_receipt(rows, i, arena, &found[i], why);
    if (rc == ERR_OK) {
        *out = found;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}

enum err notify_store_receipts(struct db *db, struct id cause, struct arena *arena,
                               struct notify_receipt **out, size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, cause);
    return read_receipts(db, &receipts, &args, arena, out, n_out, why);
}

enum err notify_store_list(struct db *db, struct id before, int n_cap, struct arena *arena,
                           struct notify_receipt **out, size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, before);
    db_arg_i32(&args, n_cap);
    return read_receipts(db, &list, &args, arena, out, n_out, why);
}

enum err notify_store_count(struct db *db, int64_t now_utc_us, struct notify_stats *out,
                            struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, now_utc_us - LATE_US);
    db_arg_time(&args, now_utc_us - 7 * DAY_US);
    rc = db_run(db, &count, &args, &rows, why);
    if (rc == ERR_OK) {
        out->n_waiting = db_i64(rows, 0, 0);
        out->n_late = db_i64(rows, 0, 1);
        out->oldest_utc_us = db_time(rows, 0, 2);
        out->n_failed_week = db_i64(rows, 0, 3);
    }
    db_rows_free(&rows);
    return rc;
}
