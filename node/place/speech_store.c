#include "node/place/speech_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/place/speech_rows.h"
#include "node/place/store_common.h"

#define COLUMNS \
    "id, at, account, visit, floor, copy, room, session, kind, way, by, reason, to_account," \
    " talk, began"
#define KINDS "off|on"

const struct setting setting_voice_days = {
    .name = "log.voice_days",
    .type = SETTING_INT,
    .least = 365, /* a school year's figures need a year */
    .most = 3653,
    .unit = "日",
    .initial = "1827",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "AI-2.5-ウ",
    .title_ja = "声のオン・オフの記録を残す日数",
    .title_en = "Days the record of microphones is kept",
    .help_ja = "だれがいつマイクをつけ、切ったかの記録です。話した中身は記録しません。"
               "この日数がすぎると、毎日の処理で消えます。",
};

static const struct stmt voice_add = {
    "voice_event_add",
    "INSERT INTO voice_event (" COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::uuid,"
    " $4::uuid, $5::text, $6::integer, $7::text, $8::uuid, $9::text, $10::text, $11::text,"
    " $12::text, $13::uuid, $14::uuid, $15::uuid)"};
static const struct stmt voice_there = {
    "voice_event_there",
    "SELECT EXISTS (SELECT FROM voice_event WHERE id = $1::uuid OR began = $2::uuid) OR"
    " ($2::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM voice_event WHERE id = $2::uuid))"};
static const struct stmt voice_left = {
    "voice_event_left",
    "SELECT " COLUMNS " FROM voice_event v WHERE kind = 'on' AND NOT EXISTS (SELECT FROM"
    " voice_event o WHERE o.began = v.id) AND v.at < $2::timestamptz ORDER BY at, id LIMIT"
    " $1::integer"};
static const struct stmt voice_leaves = {
    "voice_event_leaves", "SELECT " COLUMNS " FROM voice_event WHERE id = ANY ($1::uuid[])"};
static const struct stmt voice_extra = {
    "voice_event_extra", "SELECT v.id FROM voice_event v WHERE NOT EXISTS (SELECT FROM"
                         " audit_leaf l WHERE l.row_id = v.id AND l.table_name ="
                         " 'voice_event')"};

const struct stmt *const speech_stmts[SPEECH_STMTS_N] = {&voice_add, &voice_there, &voice_left,
                                                         &voice_leaves, &voice_extra};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"at", "いつ", false},
    {"account", "だれのマイクか（アカウントのID）", false},
    {"visit", "一回の訪問のID", false},
    {"floor", "フロアの記号", false},
    {"copy", "いくつめの同じフロアか（1から）", false},
    {"room", "どの個室で（記号。空はひらいた場所）", false},
    {"session", "そのとき開かれていた会のID", false},
    {"kind", "できごと（onつけた・off切れた）", false},
    {"way", "どこへ（zoneまわりの人・privateふたりだけ・announceフロアの放送）", false},
    {"by", "だれによるか（self本人・staff職員・place場所のきまり）", false},
    {"reason",
     "わけ（tap本人が押した・left出た・moved場所がかわった・silent静かな場所に入った・"
     "stateひとりでいたい、または休けい・rung声なしの参加にもどした・muted職員が止めた・"
     "talkふたりの話が終わった・line回線が切れた・restartプログラムの始動）",
     false},
    {"to_account", "ふたりだけのときの相手（アカウントのID）", false},
    {"talk", "ふたりの話のID", false},
    {"began", "切れたとき、それがつけられた記録のID", false},
    {NULL, NULL, false},
};

const struct data_table speech_tables[SPEECH_TABLES_N] = {{
    .name = "voice_event",
    .meaning_ja = "マイクのオン・オフの記録（声の中身はどこにも残らない）",
    .purpose_ja = "だれがいつ声で参加したかを知り、支援と報告にいかすため",
    .ground_ja = "委託契約（ログの記録）、個人情報の保護に関する法律第61条",
    .purpose_en = "microphones on and off, by whom, and with whom when private; no sound",
    .retention_column = "at",
    .retention_setting = &setting_voice_days,
    .key_of = KEY_OF_NONE,
    .person_column = "account",
    .mention_columns = "to_account",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_KEY_ONLY,
    .is_audit_leaf = true,
    .columns = columns,
}};

/* ---- the leaf: canonical bytes, field names are the column names ---- */

struct leaf {
    struct speech_row row;
    int64_t copy;
    int kind, by, reason;
    bool has_session, has_to, has_began;
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
    LEAF_CHOICE(leaf, "kind", KINDS, kind),
    LEAF_CHOICE(leaf, "way", SPEECH_WAYS, row.way),
    LEAF_CHOICE(leaf, "by", SPEECH_BYS, by),
    LEAF_CHOICE(leaf, "reason", SPEECH_REASONS, reason),
    LEAF_FIELD_IF(leaf, "to_account", JX_ID, row.to_account, has_to),
    LEAF_FIELD_IF(leaf, "talk", JX_ID, row.talk, has_to),
    LEAF_FIELD_IF(leaf, "began", JX_ID, row.began, has_began),
};
static const struct jx_shape leaf_shape = JX_SHAPE("VoiceEventLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct speech_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {.row = *row,
                              .copy = row->copy,
                              .kind = row->is_on,
                              .by = (int)row->by,
                              .reason = (int)row->reason,
                              .has_session = !id_is_none(row->session),
                              .has_to = !id_is_none(row->talk),
                              .has_began = !id_is_none(row->began)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow(const struct db_rows *rows, int i, struct speech_row *out,
                       struct fail *why)
{
    int by = jx_choice_find(SPEECH_BYS, db_bytes(rows, i, 10));
    int reason = jx_choice_find(SPEECH_REASONS, db_bytes(rows, i, 11));

    *out = (struct speech_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .account = db_id(rows, i, 2),
        .visit = db_id(rows, i, 3),
        .floor = db_bytes(rows, i, 4),
        .copy = (int)db_i64(rows, i, 5),
        .room = db_bytes(rows, i, 6),
        .session = db_id(rows, i, 7),
        .is_on = jx_choice_find(KINDS, db_bytes(rows, i, 8)) == 1,
        .way = jx_choice_find(SPEECH_WAYS, db_bytes(rows, i, 9)),
        .by = (enum speech_by)by,
        .reason = (enum speech_reason)reason,
        .to_account = db_id(rows, i, 12),
        .talk = db_id(rows, i, 13),
        .began = db_id(rows, i, 14),
    };
    return out->way <= 0 || by < 0 || reason < 0
               ? fail_set(why, ERR_INTERNAL, "a microphone's way or reason")
               : ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct speech_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

const struct audit_table speech_audit_table = {"voice_event", &voice_leaves, &voice_extra,
                                               leaf_of_row};

/* ---- writing ---- */

/* Or it is of an on that is not there. */
static enum err is_there(struct tx *tx, const struct speech_row *row, bool *out,
                         struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->began);
    rc = tx_run(tx, &voice_there, &args, &rows, why);
    *out = rc == ERR_OK && db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

static enum err add(struct tx *tx, const struct speech_row *row, struct fail *why)
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
    db_arg_text(&args, jx_choice_at(KINDS, row->is_on));
    db_arg_text(&args, jx_choice_at(SPEECH_WAYS, row->way));
    db_arg_text(&args, jx_choice_at(SPEECH_BYS, (int)row->by));
    db_arg_text(&args, jx_choice_at(SPEECH_REASONS, (int)row->reason));
    db_arg_id(&args, row->to_account);
    db_arg_id(&args, row->talk);
    db_arg_id(&args, row->began);
    rc = tx_send(tx, &voice_add, &args, why);
    return rc == ERR_OK ? audit_append(tx, "log.voice", "voice_event", row->id, bytes, why)
                        : rc;
}

enum err speech_store_add(struct tx *tx, const struct speech_row *row, struct fail *why)
{
    bool was_there = false;
    enum err rc = is_there(tx, row, &was_there, why);

    return rc == ERR_OK && !was_there ? add(tx, row, why) : rc;
}

enum err speech_store_end_left(struct tx *tx, int n_cap, int64_t at_utc_us, size_t *n_out,
                               struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    *n_out = 0;
    db_args_init(&args);
    db_arg_i32(&args, n_cap);
    db_arg_time(&args, at_utc_us);
    rc = tx_run(tx, &voice_left, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++, (*n_out)++) {
        struct speech_row row;

        rc = borrow(rows, i, &row, why);
        row.began = row.id;
        row.id = id_new();
        row.at_utc_us = at_utc_us;
        row.is_on = false;
        row.by = SPEECH_BY_PLACE;
        row.reason = SPEECH_RESTART;
        if (rc == ERR_OK)
            rc = add(tx, &row, why);
    }
    db_rows_free(&rows);
    return rc;
}
