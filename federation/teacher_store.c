#include "federation/teacher_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/seal.h"
#include "node/db/store.h"
#include "tenants/people/account_store.h"

#define CARD_TABLE "teacher_card"
#define RECORD_KEY "record.teachers"
#define CARD_COLUMNS \
    "card, home, is_own, version, core_version, name_sealed, field_sealed, evidence_sealed," \
    " times_sealed, made_at, changed_at, ended_at, by"
#define ANSWER_COLUMNS "card, node, home, is_own, state, version, at"
#define STEP_COLUMNS   "id, n, at, card, kind, version, node, lesson, code, by, role"

static const char *const text_columns[TEACHER_TEXTS_N] = {
    [TEACHER_NAME] = "name_sealed",
    [TEACHER_FIELD] = "field_sealed",
    [TEACHER_EVIDENCE] = "evidence_sealed",
    [TEACHER_TIMES] = "times_sealed",
};

static const struct stmt card_put = {
    "teacher_card_put",
    "INSERT INTO teacher_card (" CARD_COLUMNS ") VALUES ($1::uuid, $2::uuid, $3::boolean,"
    " $4::integer, $5::integer, $6::bytea, $7::bytea, $8::bytea, $9::bytea, $10::timestamptz,"
    " $11::timestamptz, $12::timestamptz, $13::uuid) ON CONFLICT (card) DO UPDATE SET"
    " version = excluded.version, core_version = excluded.core_version,"
    " name_sealed = excluded.name_sealed, field_sealed = excluded.field_sealed,"
    " evidence_sealed = excluded.evidence_sealed, times_sealed = excluded.times_sealed,"
    " changed_at = excluded.changed_at, ended_at = excluded.ended_at, by = excluded.by"};
static const struct stmt card_find = {"teacher_card_find",
                                      "SELECT " CARD_COLUMNS " FROM teacher_card WHERE card ="
                                      " $1::uuid"};
static const struct stmt card_list = {"teacher_card_list",
                                      "SELECT " CARD_COLUMNS
                                      " FROM teacher_card ORDER BY changed_at DESC, card"
                                      " LIMIT 1000"};
static const struct stmt card_count = {
    "teacher_card_count", "SELECT count(*) FROM teacher_card WHERE home = $1::uuid"};
static const struct stmt card_person = {
    "teacher_card_person",
    "SELECT EXISTS (SELECT FROM person WHERE id = $1::uuid) AND NOT EXISTS (SELECT FROM"
    " teacher_card WHERE card = $1::uuid)"};
static const struct stmt answer_put = {"teacher_answer_put",
                                       "INSERT INTO teacher_answer (" ANSWER_COLUMNS
                                       ") VALUES ($1::uuid, $2::uuid, $3::uuid,"
                                       " $4::boolean, $5::text, $6::integer, $7::timestamptz) "
                                       "ON CONFLICT (card, node) DO UPDATE SET"
                                       " home = excluded.home, state = excluded.state, version "
                                       "= excluded.version, at = excluded.at"};
static const struct stmt answer_list = {"teacher_answer_list",
                                        "SELECT " ANSWER_COLUMNS
                                        " FROM teacher_answer WHERE $1::uuid IS NULL"
                                        " OR card = $1::uuid ORDER BY card, node"};
static const struct stmt answer_loose = {
    "teacher_answer_loose",
    "SELECT count(*) FROM teacher_answer a WHERE a.node = $1::uuid AND NOT EXISTS (SELECT FROM"
    " teacher_card c WHERE c.card = a.card)"};
static const struct stmt answer_clear = {
    "teacher_answer_clear",
    "DELETE FROM teacher_answer WHERE card = $1::uuid AND home <> $2::uuid"};
static const struct stmt slot_add = {
    "teacher_slot_add",
    "INSERT INTO teacher_slot (id, card, lesson, part, at, by) VALUES ($1::uuid, $2::uuid,"
    " $3::uuid, $4::text, $5::timestamptz, $6::uuid)"};
static const struct stmt slot_end = {
    "teacher_slot_end", "UPDATE teacher_slot SET ended_at = $2::timestamptz WHERE id ="
                        " $1::uuid AND ended_at IS NULL"};
static const struct stmt slot_list = {
    "teacher_slot_list",
    "SELECT s.id, s.card, s.lesson, s.part, s.at, s.ended_at, s.by, l.from_at, l.to_at,"
    " l.is_cancelled, EXISTS (SELECT FROM class_lesson_staff t WHERE t.lesson_version = l.id"
    " AND t.account = s.card AND t.part IN ('main', 'sub')) FROM teacher_slot s CROSS JOIN"
    " LATERAL (SELECT v.id, v.from_at, v.to_at, v.is_cancelled FROM class_lesson v WHERE"
    " v.lesson = s.lesson ORDER BY v.version DESC LIMIT 1) l WHERE ($1::uuid IS NULL OR"
    " s.card = $1::uuid) AND ($2::uuid IS NULL OR s.lesson = $2::uuid) AND ($3::uuid IS NULL"
    " OR s.id = $3::uuid) ORDER BY l.from_at DESC, s.id LIMIT 500"};
static const struct stmt step_add = {
    "teacher_step_add",
    "INSERT INTO teacher_step (" STEP_COLUMNS ") VALUES ($1::uuid, (SELECT coalesce(max(n), 0)"
    " + 1 FROM teacher_step), $2::timestamptz, $3::uuid, $4::text, $5::integer, $6::uuid,"
    " $7::uuid, $8::text, $9::uuid, $10::text) RETURNING n"};
static const struct stmt step_whose = {
    "teacher_step_whose", "SELECT by, card, kind FROM teacher_step WHERE id = $1::uuid"};
static const struct stmt step_leaves = {"teacher_step_leaves",
                                        "SELECT " STEP_COLUMNS
                                        " FROM teacher_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "teacher_step_extra", "SELECT s.id FROM teacher_step s WHERE NOT EXISTS (SELECT FROM"
                          " audit_leaf l WHERE l.row_id = s.id AND l.table_name ="
                          " 'teacher_step')"};
static const struct stmt account_find = {"teacher_account_find",
                                         "SELECT role, state FROM account WHERE id = $1::uuid"};
static const struct stmt guests = {
    "teacher_guests",
    "SELECT g.node FROM fed_series_lesson l JOIN fed_series s ON s.series = l.series AND"
    " s.is_host JOIN fed_series_node g ON g.series = l.series AND g.state = 'accepted' WHERE"
    " l.lesson = $1::uuid ORDER BY g.node LIMIT 100"};
static const struct stmt pupils = {
    "teacher_pupils", "SELECT c.account FROM lesson_choice c JOIN account a ON a.id = c.account"
                      " AND a.role = 'student' WHERE c.lesson = $1::uuid AND c.ended_at IS NULL"
                      " ORDER BY c.at, c.id LIMIT 1000"};

const struct stmt *const teacher_stmts[TEACHER_STMTS_N] = {
    &card_put,   &card_find,    &card_list,    &card_count,   &card_person,
    &answer_put, &answer_list,  &answer_loose, &answer_clear, &slot_add,
    &slot_end,   &slot_list,    &step_add,     &step_whose,   &step_leaves,
    &step_extra, &account_find, &guests,       &pupils};

/* ---- teacher_card ---- */

enum err teacher_card_seal(struct keyring *keyring, struct teacher_card *card,
                           const struct span texts[TEACHER_TEXTS_N], struct arena *arena,
                           struct fail *why)
{
    struct id key;
    enum err rc = keyring_need_key(keyring, KEY_RECORD, ID_NONE, RECORD_KEY, &key, why);

    for (int i = 0; i < TEACHER_TEXTS_N && rc == ERR_OK; i++) {
        const struct seal_place place = {CARD_TABLE, text_columns[i], card->card};

        rc = seal(keyring, key, &place, texts[i], arena, &card->sealed[i], why);
    }
    return rc;
}

enum err teacher_card_open(struct keyring *keyring, const struct teacher_card *card,
                           struct arena *arena, struct span texts_out[TEACHER_TEXTS_N],
                           struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = 0; i < TEACHER_TEXTS_N && rc == ERR_OK; i++) {
        const struct seal_place place = {CARD_TABLE, text_columns[i], card->card};

        rc = unseal(keyring, &place, card->sealed[i], arena, &texts_out[i], why);
    }
    return rc;
}

static void arg_time_if(struct db_args *args, int64_t utc_us)
{
    if (utc_us != 0)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

enum err teacher_card_put(struct tx *tx, const struct teacher_card *card, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, card->card);
    db_arg_id(&args, card->home);
    db_arg_bool(&args, card->is_own);
    db_arg_i32(&args, (int32_t)card->version);
    db_arg_i32(&args, (int32_t)card->core_version);
    for (int i = 0; i < TEACHER_TEXTS_N; i++)
        db_arg_bytes(&args, card->sealed[i]);
    db_arg_time(&args, card->made_utc_us);
    db_arg_time(&args, card->changed_utc_us);
    arg_time_if(&args, card->ended_utc_us);
    db_arg_id(&args, card->by);
    return tx_run(tx, &card_put, &args, NULL, why);
}

static enum err own_card(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct teacher_card *out = into;

    *out = (struct teacher_card){
        .card = db_id(rows, i, 0),
        .home = db_id(rows, i, 1),
        .is_own = db_bool(rows, i, 2),
        .version = db_i64(rows, i, 3),
        .core_version = db_i64(rows, i, 4),
        .made_utc_us = db_time(rows, i, 9),
        .changed_utc_us = db_time(rows, i, 10),
        .ended_utc_us = db_is_null(rows, i, 11) ? 0 : db_time(rows, i, 11),
        .by = db_id(rows, i, 12),
    };
    for (int k = 0; k < TEACHER_TEXTS_N; k++)
        out->sealed[k] = db_bytes(rows, i, 5 + k);
    return STORE_OWN(arena, why, &out->sealed[TEACHER_NAME], &out->sealed[TEACHER_FIELD],
                     &out->sealed[TEACHER_EVIDENCE], &out->sealed[TEACHER_TIMES]);
}
static const struct store_list cards = {sizeof(struct teacher_card), own_card};

enum err teacher_card_find(struct tx *tx, struct db *db, struct id card, struct arena *arena,
                           struct teacher_card *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, card);
    rc = store_list(tx, db, &card_find, &args, &cards, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such card");
    if (rc == ERR_OK)
        *out = *(struct teacher_card *)all;
    return rc;
}

enum err teacher_card_list(struct db *db, struct arena *arena, struct teacher_card **out,
                           size_t *n_out, struct fail *why)
{
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, &card_list, &none, &cards, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

static enum err count(struct tx *tx, const struct stmt *stmt, struct id id, int64_t *n_out,
                      struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = tx_run(tx, stmt, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err teacher_card_count(struct tx *tx, struct id home, int64_t *n_out, struct fail *why)
{
    return count(tx, &card_count, home, n_out, why);
}

enum err teacher_card_is_person(struct tx *tx, struct id card, bool *is_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, card);
    rc = tx_run(tx, &card_person, &args, &rows, why);
    if (rc == ERR_OK)
        *is_out = db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

/* ---- teacher_answer ---- */

enum err teacher_answer_put(struct tx *tx, const struct teacher_answer *answer,
                            struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, answer->card);
    db_arg_id(&args, answer->node);
    db_arg_id(&args, answer->home);
    db_arg_bool(&args, answer->is_own);
    db_arg_text(&args, jx_choice_at(TEACHER_STATES, (int)answer->state));
    db_arg_i32(&args, (int32_t)answer->version);
    db_arg_time(&args, answer->at_utc_us);
    return tx_run(tx, &answer_put, &args, NULL, why);
}

static enum err own_answer(const struct db_rows *rows, int i, struct arena *arena, void *into,
                           struct fail *why)
{
    int state = jx_choice_find(TEACHER_STATES, db_bytes(rows, i, 4));

    (void)arena;
    *(struct teacher_answer *)into = (struct teacher_answer){
        .card = db_id(rows, i, 0),
        .node = db_id(rows, i, 1),
        .home = db_id(rows, i, 2),
        .is_own = db_bool(rows, i, 3),
        .state = (enum teacher_state)state,
        .version = db_i64(rows, i, 5),
        .at_utc_us = db_time(rows, i, 6),
    };
    return state >= 0 ? ERR_OK : fail_set(why, ERR_INTERNAL, "a node's answer");
}

enum err teacher_answer_list(struct tx *tx, struct db *db, struct id card, struct arena *arena,
                             struct teacher_answer **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct teacher_answer), own_answer};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, card);
    rc = store_list(tx, db, &answer_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err teacher_answer_loose(struct tx *tx, struct id node, int64_t *n_out, struct fail *why)
{
    return count(tx, &answer_loose, node, n_out, why);
}

enum err teacher_answer_clear(struct tx *tx, const struct teacher_card *card, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, card->card);
    db_arg_id(&args, card->home);
    return tx_run(tx, &answer_clear, &args, NULL, why);
}

const struct teacher_answer *teacher_answer_of(const struct teacher_answer *answers, size_t n,
                                               struct id card, struct id node)
{
    for (size_t i = 0; i < n; i++)
        if (id_eq(answers[i].card, card) && id_eq(answers[i].node, node))
            return &answers[i];
    return NULL;
}

/* ---- teacher_slot ---- */

enum err teacher_slot_add(struct tx *tx, const struct teacher_slot *slot, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, slot->id);
    db_arg_id(&args, slot->card);
    db_arg_id(&args, slot->lesson);
    db_arg_text(&args, jx_choice_at(TEACHER_PARTS, slot->part));
    db_arg_time(&args, slot->at_utc_us);
    db_arg_id(&args, slot->by);
    return tx_run(tx, &slot_add, &args, NULL, why);
}

enum err teacher_slot_end(struct tx *tx, struct id slot, int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, slot);
    db_arg_time(&args, now_utc_us);
    return tx_run(tx, &slot_end, &args, NULL, why);
}

static enum err own_slot(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    int part = jx_choice_find(TEACHER_PARTS, db_bytes(rows, i, 3));

    (void)arena;
    *(struct teacher_slot *)into = (struct teacher_slot){
        .id = db_id(rows, i, 0),
        .card = db_id(rows, i, 1),
        .lesson = db_id(rows, i, 2),
        .part = part,
        .at_utc_us = db_time(rows, i, 4),
        .ended_utc_us = db_is_null(rows, i, 5) ? 0 : db_time(rows, i, 5),
        .by = db_id(rows, i, 6),
        .from_utc_us = db_time(rows, i, 7),
        .to_utc_us = db_time(rows, i, 8),
        .is_cancelled = db_bool(rows, i, 9),
        .is_staff = db_bool(rows, i, 10),
    };
    return part >= 0 ? ERR_OK : fail_set(why, ERR_INTERNAL, "a part in a lesson");
}

enum err teacher_slot_list(struct tx *tx, struct db *db, struct id card, struct id lesson,
                           struct id slot, struct arena *arena, struct teacher_slot **out,
                           size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct teacher_slot), own_slot};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, card);
    db_arg_id(&args, lesson);
    db_arg_id(&args, slot);
    rc = store_list(tx, db, &slot_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

/* ---- teacher_step ---- */

struct step_leaf {
    struct teacher_step step;
    int kind;
    bool has_lesson, has_by;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, step.id),
    LEAF_FIELD(step_leaf, "n", JX_INT, step.n),
    LEAF_FIELD(step_leaf, "at", JX_TIME, step.at_utc_us),
    LEAF_FIELD(step_leaf, "card", JX_ID, step.card),
    LEAF_CHOICE(step_leaf, "kind", TEACHER_STEPS, kind),
    LEAF_FIELD(step_leaf, "version", JX_INT, step.version),
    LEAF_FIELD(step_leaf, "node", JX_ID, step.node),
    LEAF_FIELD_IF(step_leaf, "lesson", JX_ID, step.lesson, has_lesson),
    LEAF_FIELD(step_leaf, "code", JX_TEXT, step.code),
    LEAF_FIELD_IF(step_leaf, "by", JX_ID, step.by, has_by),
    LEAF_FIELD(step_leaf, "role", JX_TEXT, step.role),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("TeacherStepLeaf", struct step_leaf, step_leaf_fields);

static enum err write_leaf(const struct teacher_step *step, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {.step = *step,
                                   .kind = (int)step->kind,
                                   .has_lesson = !id_is_none(step->lesson),
                                   .has_by = !id_is_none(step->by)};

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    int kind = jx_choice_find(TEACHER_STEPS, db_bytes(rows, i, 4));
    const struct teacher_step step = {
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .at_utc_us = db_time(rows, i, 2),
        .card = db_id(rows, i, 3),
        .kind = (enum teacher_step_kind)kind,
        .version = db_i64(rows, i, 5),
        .node = db_id(rows, i, 6),
        .lesson = db_id(rows, i, 7),
        .code = db_bytes(rows, i, 8),
        .by = db_id(rows, i, 9),
        .role = db_bytes(rows, i, 10),
    };

    return kind >= 0 ? write_leaf(&step, arena, bytes_out, why)
                     : fail_set(why, ERR_INTERNAL, "a kind of step");
}

const struct audit_table teacher_step_audit_table = {"teacher_step", &step_leaves, &step_extra,
                                                     leaf_of_row};

enum err teacher_step_add(struct tx *tx, const struct teacher_step *step, struct fail *why)
{
    struct teacher_step row = *step;
    struct db_rows *rows = NULL;
    struct span leaf;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row.id);
    db_arg_time(&args, row.at_utc_us);
    db_arg_id(&args, row.card);
    db_arg_text(&args, jx_choice_at(TEACHER_STEPS, (int)row.kind));
    db_arg_i32(&args, (int32_t)row.version);
    db_arg_id(&args, row.node);
    db_arg_id(&args, row.lesson);
    db_arg_text(&args, row.code);
    db_arg_id(&args, row.by);
    db_arg_text(&args, row.role);
    rc = tx_run(tx, &step_add, &args, &rows, why);
    if (rc == ERR_OK)
        row.n = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    if (rc == ERR_OK)
        rc = write_leaf(&row, tx_arena(tx), &leaf, why);
    return rc == ERR_OK ? audit_append(tx, "federation", "teacher_step", row.id, leaf, why)
                        : rc;
}

enum err teacher_step_is_there(struct tx *tx, const struct teacher_step *step,
                               bool *is_there_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    *is_there_out = false;
    db_args_init(&args);
    db_arg_id(&args, step->id);
    rc = tx_run(tx, &step_whose, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) > 0) {
        *is_there_out = true;
        if (!id_eq(db_id(rows, 0, 0), step->by) || !id_eq(db_id(rows, 0, 1), step->card) ||
            jx_choice_find(TEACHER_STEPS, db_bytes(rows, 0, 2)) != (int)step->kind)
            rc = fail_field(why, ERR_CONFLICT, "/id", "the id is another act's");
    }
    db_rows_free(&rows);
    return rc;
}

/* ---- beside them ---- */

enum err teacher_account_find(struct tx *tx, struct db *db, struct id card,
                              struct teacher_account *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum account_state state = ACCOUNT_REQUESTED;
    enum role role = ROLE_ANONYMOUS;
    struct db_args args;
    bool is_there = false;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, card);
    rc = store_run(tx, db, &account_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) > 0) {
        is_there = true;
        rc = role_parse(db_bytes(rows, 0, 0), &role, why);
        if (rc == ERR_OK)
            rc = account_state_parse(db_bytes(rows, 0, 1), &state, why);
    }
    db_rows_free(&rows);
    if (rc == ERR_OK)
        *out = (struct teacher_account){is_there, (int)role, (int)state};
    return rc;
}

static enum err own_id(const struct db_rows *rows, int i, struct arena *arena, void *into,
                       struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct id *)into = db_id(rows, i, 0);
    return ERR_OK;
}
static const struct store_list ids = {sizeof(struct id), own_id};

static enum err list_ids(struct tx *tx, struct db *db, const struct stmt *stmt, struct id of,
                         struct arena *arena, struct id **out, size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, of);
    rc = store_list(tx, db, stmt, &args, &ids, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err teacher_pupils(struct db *db, struct id lesson, struct arena *arena, struct id **out,
                        size_t *n_out, struct fail *why)
{
    return list_ids(NULL, db, &pupils, lesson, arena, out, n_out, why);
}

enum err teacher_guests(struct tx *tx, struct db *db, struct id lesson, struct arena *arena,
                        struct id **out, size_t *n_out, struct fail *why)
{
    return list_ids(tx, db, &guests, lesson, arena, out, n_out, why);
}
