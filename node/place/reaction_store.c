#include "node/place/reaction_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/place/measure_rows.h"
#include "node/place/store_common.h"

#define COLUMNS "id, at, account, visit, floor, copy, room, session, kind"

const struct setting setting_reaction_days = {
    .name = "log.reaction_days",
    .type = SETTING_INT,
    .least = 365, /* a school year's figures need a year */
    .most = 3653,
    .unit = "日",
    .initial = "1827",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "KP-3-安全-3",
    .title_ja = "リアクションの記録を残す日数",
    .title_en = "Days the record of reactions is kept",
    .help_ja = "だれがいつどのリアクションを使ったかの記録です。この日数がすぎると、"
               "毎日の処理で消えます。",
};
const struct setting *const reaction_settings[REACTION_SETTINGS_N] = {&setting_reaction_days};

static const struct stmt reaction_add = {
    "reaction_add",
    "INSERT INTO reaction_event (" COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::uuid,"
    " $4::uuid, $5::text, $6::integer, $7::text, $8::uuid, $9::text)"};
static const struct stmt reaction_by_id = {"reaction_by_id",
                                           "SELECT id FROM reaction_event WHERE id = $1::uuid"};
static const struct stmt reaction_list = {
    "reaction_list", "SELECT " COLUMNS " FROM reaction_event WHERE at >= $1::timestamptz"
                     " AND at < $2::timestamptz AND ($3::uuid IS NULL OR account = $3::uuid)"
                     " AND ($4::text = '' OR floor = $4::text)"
                     " AND ($5::timestamptz IS NULL OR (at, id) > ($5::timestamptz, $6::uuid))"
                     " ORDER BY at, id LIMIT $7::integer"};
static const struct stmt reaction_leaves = {"reaction_leaves",
                                            "SELECT " COLUMNS " FROM reaction_event"
                                            " WHERE id = ANY ($1::uuid[])"};
static const struct stmt reaction_extra = {
    "reaction_extra", "SELECT r.id FROM reaction_event r WHERE NOT EXISTS (SELECT FROM"
                      " audit_leaf l WHERE l.row_id = r.id AND l.table_name ="
                      " 'reaction_event')"};

const struct stmt *const reaction_stmts[REACTION_STMTS_N] = {
    &reaction_add, &reaction_by_id, &reaction_list, &reaction_leaves, &reaction_extra};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"at", "いつ", false},
    {"account", "だれが（アカウントのID）", false},
    {"visit", "一回の訪問のID", false},
    {"floor", "フロアの記号", false},
    {"copy", "いくつめの同じフロアか（1から）", false},
    {"room", "どの個室で（記号。空はひらいた場所）", false},
    {"session", "そのとき開かれていた会のID", false},
    {"kind",
     "リアクションの種類（helloこんにちは・byeまたね・thanksありがとう・sorryごめん・nodうん・"
     "goodいいね・clapはくしゅ・heartハート・smileにこにこ・laughわらう・wowびっくり・"
     "thinkかんがえ中・questionはてな・handはい・sadかなしい・tiredつかれた・cheerがんばれ・"
     "starきらきら）",
     false},
    {NULL, NULL, false},
};

const struct data_table reaction_tables[REACTION_TABLES_N] = {{
    .name = "reaction_event",
    .meaning_ja = "リアクションの記録",
    .purpose_ja = "声や文字を使わない参加のようすを知り、支援と報告にいかすため",
    .ground_ja = "委託契約（ログの記録）、個人情報の保護に関する法律第61条",
    .purpose_en = "each use of a reaction: kind and time, per user and floor",
    .retention_column = "at",
    .retention_setting = &setting_reaction_days,
    .key_of = KEY_OF_NONE,
    .person_column = "account",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_KEY_ONLY,
    .is_audit_leaf = true,
    .columns = columns,
}};

/* ---- the leaf: canonical bytes, field names are the column names ---- */

struct leaf {
    struct reaction_row row;
    int64_t copy;
    bool has_session;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(leaf, "account", JX_ID, row.account),
    LEAF_FIELD(leaf, "visit", JX_ID, row.visit),
    LEAF_FIELD(leaf, "floor", JX_TEXT, row.floor),
    LEAF_FIELD(leaf, "copy", JX_INT, copy),
    LEAF_FIELD(leaf, "room", JX_TEXT, row.room),
    LEAF_FIELD_IF(leaf, "session", JX_ID, row.session, has_session),
    LEAF_CHOICE(leaf, "kind", REACT_KINDS, row.kind),
};
static const struct jx_shape leaf_shape =
    JX_SHAPE("ReactionEventLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct reaction_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {
        .row = *row, .copy = row->copy, .has_session = !id_is_none(row->session)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow(const struct db_rows *rows, int i, struct reaction_row *out,
                       struct fail *why)
{
    *out = (struct reaction_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .account = db_id(rows, i, 2),
        .visit = db_id(rows, i, 3),
        .floor = db_bytes(rows, i, 4),
        .copy = (int)db_i64(rows, i, 5),
        .room = db_bytes(rows, i, 6),
        .session = db_id(rows, i, 7),
        .kind = jx_choice_find(REACT_KINDS, db_bytes(rows, i, 8)),
    };
    return out->kind < 0 ? fail_set(why, ERR_INTERNAL, "a reaction's kind") : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct reaction_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

const struct audit_table reaction_audit_table = {"reaction_event", &reaction_leaves,
                                                 &reaction_extra, leaf_of_row};

enum err reaction_store_add(struct tx *tx, const struct reaction_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->account);
    db_arg_id(&args, row->visit);
    db_arg_text(&args, row->floor);
    db_arg_i32(&args, row->copy);
    db_arg_text(&args, row->room);
    db_arg_id(&args, row->session);
    db_arg_text(&args, jx_choice_at(REACT_KINDS, row->kind));
    rc = tx_send(tx, &reaction_add, &args, why);
    return rc == ERR_OK
               ? audit_append(tx, "log.reaction", "reaction_event", row->id, bytes, why)
               : rc;
}

enum err reaction_store_is_there(struct tx *tx, struct id id, bool *is_there_out,
                                 struct fail *why)
{
    return store_is_there(tx, &reaction_by_id, id, is_there_out, why);
}

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct reaction_row *out = into;
    enum err rc = borrow(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->floor, &out->room) : rc;
}

enum err reaction_store_list(struct db *db, const struct reactions_ask *ask,
                             struct arena *arena, struct reaction_row **rows_out, size_t *n_out,
                             struct fail *why)
{
    static const struct store_list list = {sizeof(struct reaction_row), own_row};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, ask->from_utc_us);
    db_arg_time(&args, ask->until_utc_us);
    db_arg_id(&args, ask->account);
    db_arg_text(&args, ask->floor);
    store_arg_time_if(&args, ask->after_utc_us != 0, ask->after_utc_us);
    db_arg_id(&args, ask->after);
    db_arg_i32(&args, ask->n_cap);
    rc = store_list(NULL, db, &reaction_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}
