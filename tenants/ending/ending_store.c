#include "tenants/ending/ending_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "tenants/ending/ending_rows.h"

#define COLUMNS \
    "e.id, e.at, e.by, e.by_role, e.person, e.reason, e.asked_by, e.due_at, e.note_sealed"
#define STEPS "id, at, ending, by, by_role, kind, mention, decision, facts, note"
/* What the state follows from: kind of the last step that moves it, whether it was searched,
 * mentions and those without a decision that holds, the confirmation, the end. */
#define STANDING \
    " coalesce((SELECT s.kind FROM ending_step s WHERE s.ending = e.id AND s.kind IN" \
    " ('confirmed', 'cancelled', 'held', 'begun', 'done') ORDER BY s.at DESC, s.id DESC LIMIT" \
    " 1), ''), EXISTS (SELECT FROM ending_step s WHERE s.ending = e.id AND s.kind =" \
    " 'searched'), (SELECT count(*) FROM ending_mention m WHERE m.ending = e.id AND m.row_id" \
    " IS NOT NULL), (SELECT count(*) FROM ending_mention m WHERE m.ending = e.id AND m.row_id" \
    " IS NOT NULL AND NOT coalesce((SELECT s.decision IN ('keep', m.can) FROM ending_step s" \
    " WHERE s.ending = e.id AND s.mention = m.id ORDER BY s.at DESC, s.id DESC LIMIT 1)," \
    " false)), c.by, c.at, (SELECT max(s.at) FROM ending_step s WHERE s.ending = e.id AND" \
    " s.kind IN ('done', 'cancelled'))"
#define FROM \
    " FROM ending e LEFT JOIN LATERAL (SELECT s.by, s.at FROM ending_step s WHERE s.ending =" \
    " e.id AND s.kind = 'confirmed' ORDER BY s.at DESC, s.id DESC LIMIT 1) c ON true"

static const struct stmt add = {
    "ending_add",
    "INSERT INTO ending (id, at, by, by_role, person, reason, asked_by, due_at, note_sealed)"
    " VALUES ($1::uuid, $2::timestamptz, $3::uuid, $4::text, $5::uuid, $6::text, $7::text,"
    " $8::timestamptz, $9::bytea)"};
static const struct stmt step_add = {
    "ending_step_add",
    "INSERT INTO ending_step (" STEPS ") VALUES ($1::uuid, $2::timestamptz, $3::uuid, $4::uuid,"
    " $5::text, $6::text, $7::uuid, $8::text, $9::text, $10::text)"};
static const struct stmt find = {"ending_find",
                                 "SELECT " COLUMNS "," STANDING FROM " WHERE e.id = $1::uuid"};
static const struct stmt open_of = {
    "ending_open", "SELECT " COLUMNS "," STANDING FROM
                   " WHERE e.person = $1::uuid AND NOT EXISTS (SELECT FROM ending_step s WHERE"
                   " s.ending = e.id AND s.kind IN ('done', 'cancelled'))"};
static const struct stmt list = {"ending_list",
                                 "SELECT " COLUMNS "," STANDING FROM
                                 " WHERE $1::uuid IS NULL OR (e.at, e.id) < (SELECT b.at, b.id"
                                 " FROM ending b WHERE b.id = $1::uuid) ORDER BY e.at DESC,"
                                 " e.id DESC LIMIT $2::integer"};
static const struct stmt last = {
    "ending_last", "SELECT " STEPS " FROM ending_step WHERE ending = $1::uuid AND kind ="
                   " $2::text ORDER BY at DESC, id DESC LIMIT 1"};
static const struct stmt leaves = {
    "ending_leaves", "SELECT " COLUMNS " FROM ending e WHERE id = ANY ($1::uuid[])"};
static const struct stmt extra = {
    "ending_extra", "SELECT e.id FROM ending e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
                    " l.row_id = e.id AND l.table_name = 'ending')"};
static const struct stmt step_leaves = {
    "ending_step_leaves", "SELECT " STEPS " FROM ending_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "ending_step_extra",
    "SELECT e.id FROM ending_step e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
    " l.row_id = e.id AND l.table_name = 'ending_step')"};

const struct stmt *const ending_stmts[ENDING_STMTS_N] = {
    &add, &step_add, &find, &open_of, &list, &last, &leaves, &extra, &step_leaves, &step_extra};

/* ---- the tables' rows ---- */

#define GROUND_JA "個人情報の保護に関する法律第98条（利用停止・消去）、委託契約（保存期間）"

static const struct data_column columns[] = {
    {"id", "申し出のID", false},
    {"at", "いつ記したか", false},
    {"by", "だれが記したか（アカウントのID）", false},
    {"by_role", "記した人の役割", false},
    {"person", "だれの情報か", false},
    {"reason", "理由（withdrawal 取りやめ・objection 異議・past_term 期限）", false},
    {"asked_by", "だれの申し出か（本人・保護者・学校・教育委員会）", false},
    {"due_at", "いつより前には消さないか", false},
    {"note_sealed", "申し出の内容（本人のかぎ。消すと読めなくなる）", true},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"at", "いつ", false},
    {"ending", "どの申し出か", false},
    {"by", "だれが（アカウントのID。空はこの仕組み）", false},
    {"by_role", "その役割", false},
    {"kind", "何をしたか", false},
    {"mention", "名前の残る箇所のID", false},
    {"decision", "その箇所をどうするか（keep 残す・mask 伏せる・delete 行を消す）", false},
    {"facts", "消す前とあとの数と、かぎの控え（名前はない）", false},
    {"note", "署名した証明の行", false},
    {NULL, NULL, false},
};
static const struct data_column mention_columns[] = {
    {"id", "箇所のID", false},
    {"ending", "どの申し出か", false},
    {"person", "だれの名前か", false},
    {"found_at", "見つけた時刻", false},
    {"table_name", "どの表か", false},
    {"column_name", "どの列か", false},
    {"key_row", "封のしるし", false},
    {"row_id", "どの行か", false},
    {"n_rows", "行の数", false},
    {"is_whole", "名前の全体か", false},
    {"can", "残すほかにできること", false},
    {NULL, NULL, false},
};

const struct data_table ending_tables[ENDING_TABLES_N] = {
    {
        .name = "ending",
        .meaning_ja = "ひとりの情報を消す申し出",
        .purpose_ja = "だれの申し出で、なぜ消すのかを残すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who asked for the end of one person's data, and why",
        .key_of = KEY_OF_SUBJECT,
        .person_column = "person",
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = columns,
    },
    {
        .name = "ending_step",
        .meaning_ja = "ひとりの情報を消す手順の記録と証明",
        .purpose_ja = "だれが何を決め、何が消えたかを、あとから示すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "what was decided and done at one person's end; ids, codes, counts",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
    {
        .name = "ending_mention",
        .meaning_ja = "ほかの人の記録に名前が残る箇所",
        .purpose_ja = "名前の残る箇所を、人が一つずつ決めるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "where others' records name a person who goes; gone with the person",
        .key_of = KEY_OF_NONE,
        .person_column = "person",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_ROWS,
        .columns = mention_columns,
    },
};

/* ---- leaves ---- */

struct leaf {
    struct ending_row row;
    bool has_due, has_note;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(leaf, "by", JX_ID, row.by),
    LEAF_FIELD(leaf, "by_role", JX_TEXT, row.by_role),
    LEAF_FIELD(leaf, "person", JX_ID, row.person),
    LEAF_CHOICE(leaf, "reason", ENDING_REASONS, row.reason),
    LEAF_CHOICE(leaf, "asked_by", ENDING_ASKERS, row.asked_by),
    LEAF_FIELD_IF(leaf, "due_at", JX_TIME, row.due_utc_us, has_due),
    LEAF_FIELD_IF(leaf, "note_sealed", JX_BYTES, row.note_sealed, has_note),
};
static const struct jx_shape leaf_shape = JX_SHAPE("EndingLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct ending_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {*row, row->due_utc_us != 0, row->note_sealed.len > 0};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

struct step_leaf {
    struct id id, ending, by, mention;
    int64_t at;
    struct span by_role, facts, note;
    int kind, decision;
    bool has_by, has_mention;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, at),
    LEAF_FIELD(step_leaf, "ending", JX_ID, ending),
    LEAF_FIELD_IF(step_leaf, "by", JX_ID, by, has_by),
    LEAF_FIELD(step_leaf, "by_role", JX_TEXT, by_role),
    LEAF_CHOICE(step_leaf, "kind", ENDING_KINDS, kind),
    LEAF_FIELD_IF(step_leaf, "mention", JX_ID, mention, has_mention),
    {.name = "decision",
     .type = JX_ENUM,
     .flags = JX_OPTIONAL,
     .choices = ENDING_DECISIONS,
     .offset = offsetof(struct step_leaf, decision),
     .has_offset = offsetof(struct step_leaf, has_mention)},
    LEAF_FIELD(step_leaf, "facts", JX_TEXT, facts),
    LEAF_FIELD(step_leaf, "note", JX_TEXT, note),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("EndingStepLeaf", struct step_leaf, step_leaf_fields);

static enum err write_step_leaf(const struct ending_step_row *row, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {
        .id = row->id,
        .ending = row->ending,
        .by = row->by,
        .mention = row->mention,
        .at = row->at_utc_us,
        .by_role = row->by_role,
        .facts = row->facts,
        .note = row->note,
        .kind = (int)row->kind,
        .decision = (int)row->decision,
        .has_by = !id_is_none(row->by),
        .has_mention = row->kind == ENDING_DECIDED,
    };

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static struct ending_row borrow(const struct db_rows *rows, int i)
{
    return (struct ending_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .by = db_id(rows, i, 2),
        .by_role = db_bytes(rows, i, 3),
        .person = db_id(rows, i, 4),
        .reason = jx_choice_find(ENDING_REASONS, db_bytes(rows, i, 5)),
        .asked_by = jx_choice_find(ENDING_ASKERS, db_bytes(rows, i, 6)),
        .due_utc_us = db_time(rows, i, 7),
        .note_sealed = db_bytes(rows, i, 8),
    };
}

static struct ending_step_row borrow_step(const struct db_rows *rows, int i)
{
    int kind = jx_choice_find(ENDING_KINDS, db_bytes(rows, i, 5));
    int decision = jx_choice_find(ENDING_DECISIONS, db_bytes(rows, i, 7));

    return (struct ending_step_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .ending = db_id(rows, i, 2),
        .by = db_id(rows, i, 3),
        .by_role = db_bytes(rows, i, 4),
        .kind = (enum ending_kind)kind,
        .mention = db_id(rows, i, 6),
        .decision = decision < 0 ? ENDING_KEEP : (enum ending_decision)decision,
        .facts = db_bytes(rows, i, 8),
        .note = db_bytes(rows, i, 9),
    };
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct ending_row row = borrow(rows, i);

    return write_leaf(&row, arena, bytes_out, why);
}

static enum err step_leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                                 struct span *bytes_out, struct fail *why)
{
    const struct ending_step_row row = borrow_step(rows, i);

    return write_step_leaf(&row, arena, bytes_out, why);
}

const struct audit_table ending_audit = {"ending", &leaves, &extra, leaf_of_row};
const struct audit_table ending_step_audit = {"ending_step", &step_leaves, &step_extra,
                                              step_leaf_of_row};

/* ---- writing ---- */

static void arg_time_if(struct db_args *args, int64_t utc_us)
{
    if (utc_us == 0)
        db_arg_null(args);
    else
        db_arg_time(args, utc_us);
}

enum err ending_store_add(struct tx *tx, const struct ending_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->by);
    db_arg_text(&args, row->by_role);
    db_arg_id(&args, row->person);
    db_arg_text(&args, jx_choice_at(ENDING_REASONS, row->reason));
    db_arg_text(&args, jx_choice_at(ENDING_ASKERS, row->asked_by));
    arg_time_if(&args, row->due_utc_us);
    store_arg_bytes_if(&args, row->note_sealed);
    rc = tx_run(tx, &add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "ending", "ending", row->id, bytes, why) : rc;
}

enum err ending_store_step(struct tx *tx, const struct ending_step_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_step_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->ending);
    db_arg_id(&args, row->by);
    db_arg_text(&args, row->by_role);
    db_arg_text(&args, jx_choice_at(ENDING_KINDS, (int)row->kind));
    db_arg_id(&args, row->mention);
    if (row->kind == ENDING_DECIDED)
        db_arg_text(&args, jx_choice_at(ENDING_DECISIONS, (int)row->decision));
    else
        db_arg_null(&args);
    db_arg_text(&args, row->facts);
    db_arg_text(&args, row->note);
    rc = tx_run(tx, &step_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "ending", "ending_step", row->id, bytes, why) : rc;
}

/* ---- reading ---- */

static enum ending_state state_of(struct span last_kind, bool is_searched, int64_t n_open)
{
    switch (jx_choice_find(ENDING_KINDS, last_kind)) {
    case ENDING_CANCELLED:
        return ENDING_IS_CANCELLED;
    case ENDING_DONE:
        return ENDING_IS_DONE;
    case ENDING_BEGUN:
        return ENDING_IS_RUNNING;
    case ENDING_CONFIRMED:
        return ENDING_IS_WAITING;
    default:
        break;
    }
    if (!is_searched)
        return ENDING_IS_SEARCHING;
    return n_open > 0 ? ENDING_IS_DECIDING : ENDING_IS_READY;
}

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct ending_row *out = into;

    *out = borrow(rows, i);
    out->n_mentions = db_i64(rows, i, 11);
    out->n_open = db_i64(rows, i, 12);
    out->state = state_of(db_bytes(rows, i, 9), db_bool(rows, i, 10), out->n_open);
    out->confirmed_by = db_id(rows, i, 13);
    out->confirmed_utc_us = db_time(rows, i, 14);
    out->ended_utc_us = db_time(rows, i, 15);
    return STORE_OWN(arena, why, &out->by_role, &out->note_sealed);
}

static const struct store_list as = {sizeof(struct ending_row), own_row};

static enum err find_one(struct tx *tx, struct db *db, const struct stmt *stmt, struct id id,
                         struct arena *arena, struct ending_row *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = store_list(tx, db, stmt, &args, &as, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such request");
    if (rc == ERR_OK)
        *out = *(const struct ending_row *)all;
    return rc;
}

enum err ending_store_find(struct tx *tx, struct db *db, struct id ending, struct arena *arena,
                           struct ending_row *out, struct fail *why)
{
    return find_one(tx, db, &find, ending, arena, out, why);
}

enum err ending_store_open(struct tx *tx, struct id person, struct ending_row *out,
                           struct fail *why)
{
    return find_one(tx, NULL, &open_of, person, tx_arena(tx), out, why);
}

enum err ending_store_list(struct db *db, struct id before, int n_cap, struct arena *arena,
                           struct ending_row **rows_out, size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, before);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &list, &args, &as, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

static enum err own_step(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct ending_step_row *out = into;

    *out = borrow_step(rows, i);
    return STORE_OWN(arena, why, &out->by_role, &out->facts, &out->note);
}

enum err ending_store_last(struct db *db, struct id ending, enum ending_kind kind,
                           struct arena *arena, struct ending_step_row *out, struct fail *why)
{
    static const struct store_list steps = {sizeof(struct ending_step_row), own_step};
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, ending);
    db_arg_text(&args, jx_choice_at(ENDING_KINDS, (int)kind));
    rc = store_list(NULL, db, &last, &args, &steps, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such step");
    if (rc == ERR_OK)
        *out = *(const struct ending_step_row *)all;
    return rc;
}
