#include "node/place/visit_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/place/store_common.h"
#include "node/place/store_rows.h"

#define EVENT_COLUMNS "id, visit, at, account, kind, floor, copy, session, reason, is_trial"
#define SEAT_COLUMNS \
    "account, visit, floor, copy, x, y, rung, state, has_distance, room, session," \
    " token_sha256, is_trial, at, is_anonymous"

const struct setting setting_visit_log_days = {
    .name = "log.visit_days",
    .type = SETTING_INT,
    .least = 365, /* a school year's figures need a year */
    .most = 3653,
    .unit = "日",
    .initial = "1827",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "KP-3-安全-3",
    .title_ja = "入退室の記録を残す日数",
    .title_en = "Days the record of entries and exits is kept",
    .help_ja = "だれがいつどのフロアに入り、いつ出たかの記録です。この日数がすぎると、"
               "毎日の処理で消えます。",
};
const struct setting *const visit_settings[VISIT_SETTINGS_N] = {&setting_visit_log_days};

/* ---- visit_event ---- */

static const struct stmt event_add = {
    "visit_event_add",
    "INSERT INTO visit_event (" EVENT_COLUMNS ") VALUES ($1::uuid, $2::uuid, $3::timestamptz,"
    " $4::uuid, $5::text, $6::text, $7::integer, $8::uuid, $9::text, $10::boolean)"};
static const struct stmt event_list = {
    "visit_event_list",
    "SELECT " EVENT_COLUMNS " FROM visit_event WHERE at >= $1::timestamptz"
    " AND at < $2::timestamptz AND ($3::uuid IS NULL OR account = $3::uuid)"
    " AND ($4::uuid IS NULL OR session = $4::uuid) AND ($5::text = '' OR floor = $5::text)"
    " AND ($6::timestamptz IS NULL OR (at, id) < ($6::timestamptz, $7::uuid))"
    " ORDER BY at DESC, id DESC LIMIT $8::integer"};
static const struct stmt event_leaves = {"visit_event_leaves",
                                         "SELECT " EVENT_COLUMNS
                                         " FROM visit_event WHERE id = ANY ($1::uuid[])"};
static const struct stmt event_extra = {
    "visit_event_extra",
    "SELECT v.id FROM visit_event v WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.row_id"
    " = v.id AND l.table_name = 'visit_event')"};

/* ---- visit_seat ---- */

static const struct stmt seat_put = {
    "visit_seat_put",
    "INSERT INTO visit_seat (" SEAT_COLUMNS ") SELECT $1::uuid, $2::uuid, $3::text,"
    " $4::integer, $5::integer, $6::integer, $7::text, $8::text, $9::boolean, $10::text,"
    " $11::uuid, $12::bytea, $13::boolean, $14::timestamptz, $15::boolean WHERE EXISTS (SELECT "
    "FROM account"
    " WHERE id = $1::uuid) ON CONFLICT (account) DO UPDATE SET visit = excluded.visit,"
    " floor = excluded.floor, copy = excluded.copy, x = excluded.x, y = excluded.y,"
    " rung = excluded.rung, state = excluded.state, has_distance = excluded.has_distance,"
    " room = excluded.room, session = excluded.session, token_sha256 = excluded.token_sha256,"
    " is_trial = excluded.is_trial, at = excluded.at, is_anonymous = excluded.is_anonymous"};
static const struct stmt seat_drop = {
    "visit_seat_drop", "DELETE FROM visit_seat WHERE account = $1::uuid AND visit = $2::uuid"};
static const struct stmt seat_all = {
    "visit_seat_all",
    "SELECT " SEAT_COLUMNS ", coalesce((SELECT e.kind = 'lost' FROM visit_event e"
    " WHERE e.visit = s.visit ORDER BY e.id DESC LIMIT 1), false)"
    " FROM visit_seat s ORDER BY at, account LIMIT 20000"};

const struct stmt *const visit_stmts[VISIT_STMTS_N] = {
    &event_add, &event_list, &event_leaves, &event_extra, &seat_put, &seat_drop, &seat_all};

static const struct data_column event_columns[] = {
    {"id", "記録のID", false},
    {"visit", "一回の訪問のID（入ってから出るまで同じ）", false},
    {"at", "いつ", false},
    {"account", "だれが（アカウントのID）", false},
    {"kind", "何が（entry入室・moveフロアの移動・exit退室・lost切断）", false},
    {"floor", "フロアの記号", false},
    {"copy", "いくつめの同じフロアか（1から）", false},
    {"session", "そのとき開かれていた会のID", false},
    {"reason", "退室・切断のわけ（記号）。切断のあとの入室はagain", false},
    {"is_trial", "体験用のIDか", false},
    {NULL, NULL, false},
};
static const struct data_column seat_columns[] = {
    {"account", "だれが（アカウントのID）", false},
    {"visit", "一回の訪問のID", false},
    {"floor", "フロアの記号", false},
    {"copy", "いくつめの同じフロアか", false},
    {"x", "横の位置（cm）", false},
    {"y", "縦の位置（cm）", false},
    {"rung", "参加のしかた（watchみてるだけ・react・text・voice・camera）", false},
    {"state", "いまの気持ち（talk・watch・alone・break）", false},
    {"has_distance", "そばに来ないでほしいか", false},
    {"room", "入っている個室の記号", false},
    {"session", "そのとき開かれている会のID", false},
    {"token_sha256", "同じ端末でもどるための値（もとには戻せない）", false},
    {"is_trial", "体験用のIDか", false},
    {"at", "いつの位置か", false},
    {"is_anonymous", "名前をかくす会の中か", false},
    {NULL, NULL, false},
};

const struct data_table visit_tables[VISIT_TABLES_N] = {
    {
        .name = "visit_event",
        .meaning_ja = "入退室の記録",
        .purpose_ja = "だれがいつ居場所に来たかを確かめ、支援と報告にいかすため",
        .ground_ja = "委託契約（ログの記録）、個人情報の保護に関する法律第61条",
        .purpose_en = "entries and exits per user, floor and session, with lost marks",
        .retention_column = "at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = event_columns,
    },
    {
        .name = "visit_seat",
        .meaning_ja = "いまいる場所",
        .purpose_ja = "機械が止まったあと、同じ場所にもどれるようにするため",
        .ground_ja = "委託契約（仮想空間の提供）",
        .purpose_en = "where somebody stands now, for a restart; gone at exit: nothing to hand "
                      "back",
        .retention_days = 1,
        .retention_column = "at",
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_ROWS,
        .columns = seat_columns,
    },
};

/* ---- the leaf: canonical bytes, field names are the column names ---- */

struct leaf {
    struct visit_event_row row;
    int kind;
    int64_t copy;
    bool has_session;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "visit", JX_ID, row.visit),
    LEAF_FIELD(leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(leaf, "account", JX_ID, row.account),
    LEAF_CHOICE(leaf, "kind", VISIT_KINDS, kind),
    LEAF_FIELD(leaf, "floor", JX_TEXT, row.floor),
    LEAF_FIELD(leaf, "copy", JX_INT, copy),
    LEAF_FIELD_IF(leaf, "session", JX_ID, row.session, has_session),
    LEAF_FIELD(leaf, "reason", JX_TEXT, row.reason),
    LEAF_FIELD(leaf, "is_trial", JX_BOOL, row.is_trial),
};
static const struct jx_shape leaf_shape = JX_SHAPE("VisitEventLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct visit_event_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {.row = *row,
                              .kind = (int)row->kind,
                              .copy = row->copy,
                              .has_session = !id_is_none(row->session)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow_event(const struct db_rows *rows, int i, struct visit_event_row *out,
                             struct fail *why)
{
    int kind = jx_choice_find(VISIT_KINDS, db_bytes(rows, i, 4));

    *out = (struct visit_event_row){
        .id = db_id(rows, i, 0),
        .visit = db_id(rows, i, 1),
        .at_utc_us = db_time(rows, i, 2),
        .account = db_id(rows, i, 3),
        .kind = (enum visit_kind)kind,
        .floor = db_bytes(rows, i, 5),
        .copy = (int)db_i64(rows, i, 6),
        .session = db_id(rows, i, 7),
        .reason = db_bytes(rows, i, 8),
        .is_trial = db_bool(rows, i, 9),
    };
    return kind < 0 ? fail_set(why, ERR_INTERNAL, "a visit's kind") : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct visit_event_row event;
    enum err rc = borrow_event(rows, row, &event, why);

    return rc == ERR_OK ? write_leaf(&event, arena, bytes_out, why) : rc;
}

const struct audit_table visit_event_audit_table = {"visit_event", &event_leaves, &event_extra,
                                                    leaf_of_row};

enum err visit_store_add(struct tx *tx, const struct visit_event_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->visit);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->account);
    db_arg_text(&args, jx_choice_at(VISIT_KINDS, (int)row->kind));
    db_arg_text(&args, row->floor);
    db_arg_i32(&args, row->copy);
    db_arg_id(&args, row->session);
    db_arg_text(&args, row->reason);
    db_arg_bool(&args, row->is_trial);
    rc = tx_send(tx, &event_add, &args, why);
    return rc == ERR_OK ? audit_append(tx, "log.visit", "visit_event", row->id, bytes, why)
                        : rc;
}

static enum err own_event(const struct db_rows *rows, int i, struct arena *arena, void *into,
                          struct fail *why)
{
    struct visit_event_row *out = into;
    enum err rc = borrow_event(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->floor, &out->reason) : rc;
}

enum err visit_store_list(struct db *db, const struct visits_ask *ask, struct arena *arena,
                          struct visit_event_row **rows_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct visit_event_row), own_event};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, ask->from_utc_us);
    db_arg_time(&args, ask->until_utc_us);
    db_arg_id(&args, ask->account);
    db_arg_id(&args, ask->session);
    db_arg_text(&args, ask->floor);
    store_arg_time_if(&args, ask->before_utc_us != 0, ask->before_utc_us);
    db_arg_id(&args, ask->before);
    db_arg_i32(&args, ask->n_cap);
    rc = store_list(NULL, db, &event_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

/* ---- seats ---- */

enum err visit_store_seat_put(struct tx *tx, const struct visit_seat_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->account);
    db_arg_id(&args, row->visit);
    db_arg_text(&args, row->floor);
    db_arg_i32(&args, row->copy);
    db_arg_i32(&args, row->spot.x);
    db_arg_i32(&args, row->spot.y);
    db_arg_text(&args, jx_choice_at(WORLD_RUNGS, (int)row->rung));
    db_arg_text(&args, jx_choice_at(WORLD_STATES, (int)row->state));
    db_arg_bool(&args, row->has_distance);
    store_arg_text_if(&args, row->room.len > 0, row->room);
    db_arg_id(&args, row->session);
    db_arg_bytes(&args, hash256_span(&row->token));
    db_arg_bool(&args, row->is_trial);
    db_arg_time(&args, row->at_utc_us);
    db_arg_bool(&args, row->is_anonymous);
    return tx_send(tx, &seat_put, &args, why);
}

enum err visit_store_seat_drop(struct tx *tx, struct id account, struct id visit,
                               struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_id(&args, visit);
    return tx_send(tx, &seat_drop, &args, why);
}

static enum err own_seat(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct visit_seat_row *out = into;
    int rung = jx_choice_find(WORLD_RUNGS, db_bytes(rows, i, 6));
    int state = jx_choice_find(WORLD_STATES, db_bytes(rows, i, 7));
    struct span token = db_bytes(rows, i, 11);

    *out = (struct visit_seat_row){
        .account = db_id(rows, i, 0),
        .visit = db_id(rows, i, 1),
        .floor = db_bytes(rows, i, 2),
        .copy = (int)db_i64(rows, i, 3),
        .spot = {(int32_t)db_i64(rows, i, 4), (int32_t)db_i64(rows, i, 5)},
        .rung = (enum world_rung)rung,
        .state = (enum world_state)state,
        .has_distance = db_bool(rows, i, 8),
        .room = db_bytes(rows, i, 9),
        .session = db_id(rows, i, 10),
        .is_trial = db_bool(rows, i, 12),
        .at_utc_us = db_time(rows, i, 13),
        .is_anonymous = db_bool(rows, i, 14),
        .is_lost = db_bool(rows, i, 15),
    };
    if (rung < 0 || state < 0 || token.len != HASH256_BYTES)
        return fail_set(why, ERR_INTERNAL, "a seat's rung, state or token");
    memcpy(out->token.b, token.p, HASH256_BYTES);
    return STORE_OWN(arena, why, &out->floor, &out->room);
}

enum err visit_store_seats(struct tx *tx, struct db *db, struct arena *arena,
                           struct visit_seat_row **rows_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct visit_seat_row), own_seat};
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(tx, db, &seat_all, &none, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}
