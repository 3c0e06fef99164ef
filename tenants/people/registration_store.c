#include "tenants/people/registration_store.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/audit_table.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "tenants/tenants.h"

#define COLUMNS \
    "id, person, school_year, target, to_char(target_since, 'YYYY-MM-DD'), route, wish," \
    " wish_by, support, admission, consent_version, to_char(consent_on, 'YYYY-MM-DD')," \
    " consent_by, note_sealed, recorded_at, recorded_by, role"

static const struct stmt registration_add = {
    "registration_add",
    "INSERT INTO registration (id, person, school_year, target, target_since, route, wish,"
    " wish_by, support, admission, consent_version, consent_on, consent_by, note_sealed,"
    " recorded_at, recorded_by, role) VALUES ($1::uuid, $2::uuid, $3::integer, $4::text,"
    " $5::text::date, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text,"
    " $12::text::date, $13::text, $14::bytea, $15::timestamptz, $16::uuid, $17::text)"};
static const struct stmt registration_latest = {
    "registration_latest", "SELECT " COLUMNS " FROM registration WHERE person = $1::uuid"
                           " ORDER BY school_year DESC, recorded_at DESC, id DESC LIMIT 1"};
static const struct stmt registration_leaves = {
    "registration_leaves", "SELECT " COLUMNS " FROM registration WHERE id = ANY ($1::uuid[])"};
static const struct stmt registration_extra = {
    "registration_extra", "SELECT r.id FROM registration r WHERE NOT EXISTS (SELECT FROM"
                          " audit_leaf l WHERE l.row_id = r.id AND l.table_name ="
                          " 'registration')"};

const struct stmt *const registration_stmts[REGISTRATION_STMTS_N] = {
    &registration_add, &registration_latest, &registration_leaves, &registration_extra};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"person", "だれの登録か", false},
    {"school_year", "年度", false},
    {"target",
     "対象の区分（unsupported支援につながっていない・not_settled不登校傾向など・otherその他）",
     false},
    {"target_since", "いつからその区分か", false},
    {"route",
     "どこから（hot_school校内の居場所・desk相談窓口・wish本人や家庭の希望・school学校・"
     "otherその他）",
     false},
    {"wish", "本人の希望（yesある・noない・not_askedまだ聞いていない）", false},
    {"wish_by", "だれが聞いたか、だれの言葉か", false},
    {"support", "ほかの支援（noneなし・in_school校内・outside校外・both両方）", false},
    {"admission", "受け入れの区分（resident市内・partner連携自治体・invited招待）", false},
    {"consent_version", "同意した文書の版", false},
    {"consent_on", "同意した日", false},
    {"consent_by", "だれが同意したか（続柄などの区分）", false},
    {"note_sealed", "メモ", true},
    {"recorded_at", "記録した時刻", false},
    {"recorded_by", "だれが記録したか（アカウントのID）", false},
    {"role", "だれが記録したか（役割）", false},
    {NULL, NULL, false},
};

const struct data_table registration_tables[REGISTRATION_TABLES_N] = {{
    .name = "registration",
    .meaning_ja = "利用登録のときの状況と同意",
    .purpose_ja = "対象の子どもが、本人の希望と同意のうえで使っていることを確かめるため",
    .ground_ja = "委託契約（対象者）、個人情報の保護に関する法律第61条・第66条",
    .purpose_en = "facts of a child's admission, a version a change",
    .retention_days = 0,
    .key_of = KEY_OF_SUBJECT,
    .person_column = "person",
    .mention_columns = "recorded_by",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_KEY_ONLY,
    .is_audit_leaf = true,
    .columns = columns,
}};

/* The row's canonical bytes: field names are the column names. */
struct leaf {
    struct registration_row row;
    bool has_consent_on, has_note, has_recorder;
};

#define ROW_TEXT(column) \
    { \
        .name = #column, .type = JX_TEXT, .offset = offsetof(struct leaf, row.column) \
    }

static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "person", JX_ID, row.person),
    LEAF_FIELD(leaf, "school_year", JX_INT, row.school_year),
    ROW_TEXT(target),
    ROW_TEXT(target_since),
    ROW_TEXT(route),
    ROW_TEXT(wish),
    ROW_TEXT(wish_by),
    ROW_TEXT(support),
    ROW_TEXT(admission),
    ROW_TEXT(consent_version),
    LEAF_FIELD_IF(leaf, "consent_on", JX_TEXT, row.consent_on, has_consent_on),
    ROW_TEXT(consent_by),
    LEAF_FIELD_IF(leaf, "note_sealed", JX_BYTES, row.note_sealed, has_note),
    LEAF_FIELD(leaf, "recorded_at", JX_TIME, row.recorded_utc_us),
    LEAF_FIELD_IF(leaf, "recorded_by", JX_ID, row.recorded_by, has_recorder),
    ROW_TEXT(role),
};
static const struct jx_shape leaf_shape =
    JX_SHAPE("RegistrationLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct registration_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {
        .row = *row,
        .has_consent_on = row->consent_on.len > 0,
        .has_note = row->note_sealed.len > 0,
        .has_recorder = !id_is_none(row->recorded_by),
    };

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static struct registration_row borrow_row(const struct db_rows *rows, int i)
{
    return (struct registration_row){
        .id = db_id(rows, i, 0),
        .person = db_id(rows, i, 1),
        .school_year = db_i64(rows, i, 2),
        .target = db_bytes(rows, i, 3),
        .target_since = db_bytes(rows, i, 4),
        .route = db_bytes(rows, i, 5),
        .wish = db_bytes(rows, i, 6),
        .wish_by = db_bytes(rows, i, 7),
        .support = db_bytes(rows, i, 8),
        .admission = db_bytes(rows, i, 9),
        .consent_version = db_bytes(rows, i, 10),
        .consent_on = db_bytes(rows, i, 11),
        .consent_by = db_bytes(rows, i, 12),
        .note_sealed = db_bytes(rows, i, 13),
        .recorded_utc_us = db_time(rows, i, 14),
        .recorded_by = db_id(rows, i, 15),
        .role = db_bytes(rows, i, 16),
    };
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct registration_row registration = borrow_row(rows, row);

    return write_leaf(&registration, arena, bytes_out, why);
}

const struct audit_table registration_audit_table = {"registration", &registration_leaves,
                                                     &registration_extra, leaf_of_row};

static enum err own_texts(struct registration_row *row, struct arena *arena, struct fail *why)
{
    struct span *const texts[] = {&row->target,     &row->target_since,    &row->route,
                                  &row->wish,       &row->wish_by,         &row->support,
                                  &row->admission,  &row->consent_version, &row->consent_on,
                                  &row->consent_by, &row->note_sealed,     &row->role};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct span copy = arena_copy(arena, *texts[i]);

        if (copy.p == NULL && texts[i]->len > 0)
            return fail_set(why, ERR_NOMEM, "registration");
        *texts[i] = copy;
    }
    return ERR_OK;
}

enum err registration_store_latest(struct tx *tx, struct db *db, struct id person,
                                   struct arena *arena, struct registration_row *row_out,
                                   struct fail *why)
{
    struct registration_row row;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, person);
    rc = tx != NULL ? tx_run(tx, &registration_latest, &args, &rows, why)
                    : db_run(db, &registration_latest, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no registration");
    if (rc == ERR_OK) {
        row = borrow_row(rows, 0);
        rc = own_texts(&row, arena, why);
        if (rc == ERR_OK)
            *row_out = row;
    }
    db_rows_free(&rows);
    return rc;
}

enum err registration_store_add(struct tx *tx, const struct registration_row *row,
                                struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->person);
    db_arg_i32(&args, (int32_t)row->school_year);
    db_arg_text(&args, row->target);
    db_arg_text(&args, row->target_since);
    db_arg_text(&args, row->route);
    db_arg_text(&args, row->wish);
    db_arg_text(&args, row->wish_by);
    db_arg_text(&args, row->support);
    db_arg_text(&args, row->admission);
    db_arg_text(&args, row->consent_version);
    store_arg_bytes_if(&args, row->consent_on);
    db_arg_text(&args, row->consent_by);
    store_arg_bytes_if(&args, row->note_sealed);
    db_arg_time(&args, row->recorded_utc_us);
    db_arg_id(&args, row->recorded_by);
    db_arg_text(&args, row->role);
    rc = tx_run(tx, &registration_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "registration", "registration", row->id, bytes, why)
                        : rc;
}
