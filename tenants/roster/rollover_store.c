#include "tenants/roster/rollover_store.h"

#include "tenants/roster/feature.h"

#define COLUMNS \
    "id, school_year, state, made_at, made_by, role, counts::text, fingerprint, preview," \
    " applied_at, undone_at, confirmed_at"

static const struct stmt people = {
    "rollover_people",
    "SELECT p.id, p.school, p.grade, coalesce(o.code, ''), p.kind = 'student', EXISTS (SELECT"
    " FROM enrolment e JOIN school_class c ON c.id = e.class WHERE e.person = p.id AND"
    " e.left_at IS NULL AND c.left_at IS NULL AND c.school_year >= $1::integer)"
    " FROM person p LEFT JOIN org o ON o.id = p.school WHERE p.left_at IS NULL"
    " AND p.merged_into IS NULL AND p.kind <> 'guardian' ORDER BY p.id"};
#define OVER "c.left_at IS NULL AND c.school_year > 0 AND c.school_year < $1::integer"
static const struct stmt ends = {
    "rollover_ends",
    "SELECT true, c.id, NULL::uuid FROM school_class c WHERE " OVER " UNION ALL"
    " SELECT false, e.id, e.person FROM enrolment e JOIN school_class c ON c.id = e.class"
    " WHERE e.left_at IS NULL AND " OVER " ORDER BY 1 DESC, 2"};
static const struct stmt rights = {
    "rollover_rights",
    "SELECT g.id, g.account, g.school, g.class FROM right_grant g WHERE NOT EXISTS"
    " (SELECT FROM right_end e WHERE e.right_grant = g.id)"
    " AND (g.until IS NULL OR g.until > now()) ORDER BY g.id"};

static const struct stmt rollover_add = {
    "rollover_add",
    "INSERT INTO rollover (id, school_year, state, made_at, made_by, role, counts, fingerprint,"
    " preview) VALUES ($1::uuid, $2::integer, 'previewed', $3::timestamptz, $4::uuid, $5::text,"
    " $6::text::json, $7::bytea, $8::text)"};
static const struct stmt change_add = {
    "rollover_change_add",
    "INSERT INTO rollover_change (id, rollover, n, kind, person, object, school_before, school,"
    " grade_before, grade) VALUES ($1::uuid, $2::uuid, $3::integer, $4::text, $5::uuid,"
    " $6::uuid, $7::uuid, $8::uuid, $9::text, $10::text)"};
static const struct stmt rollover_find = {
    "rollover_find", "SELECT " COLUMNS " FROM rollover WHERE id = $1::uuid"};
static const struct stmt rollover_list = {
    "rollover_list",
    "SELECT " COLUMNS " FROM rollover ORDER BY made_at DESC, id DESC LIMIT $1::integer"};
static const struct stmt changes = {
    "rollover_changes",
    "SELECT n, kind, person, object, school_before, school, grade_before, grade"
    " FROM rollover_change WHERE rollover = $1::uuid AND n > $2::integer"
    " AND ($3::text = '' OR kind = $3::text) ORDER BY n LIMIT $4::integer"};

static const struct stmt to_applied = {
    "rollover_to_applied",
    "UPDATE rollover r SET state = 'applied', applied_by = $2::uuid, applied_at ="
    " $3::timestamptz WHERE id = $1::uuid AND state = 'previewed' AND NOT EXISTS (SELECT FROM"
    " rollover o WHERE o.school_year = r.school_year AND o.state IN ('applied', 'confirmed'))"};
static const struct stmt to_undone = {
    "rollover_to_undone", "UPDATE rollover SET state = 'undone', undone_by = $2::uuid,"
                          " undone_at = $3::timestamptz WHERE id = $1::uuid AND state ="
                          " 'applied'"};
static const struct stmt to_confirmed = {
    "rollover_to_confirmed",
    "UPDATE rollover SET state = 'confirmed', confirmed_by = $2::uuid, confirmed_at ="
    " $3::timestamptz WHERE id = $1::uuid AND state = 'applied'"};

#define THEIRS " FROM rollover_change c WHERE c.rollover = $1::uuid AND c."
#define MOVES  "c.kind IN ('up', 'graduate', 'leave', 'transfer')"
static const struct stmt do_people = {
    "rollover_do_people",
    "UPDATE person p SET grade = c.grade, school = c.school, left_at = CASE WHEN c.kind IN"
    " ('graduate', 'leave') THEN $2::timestamptz END" THEIRS "person = p.id AND " MOVES};
static const struct stmt do_classes = {
    "rollover_do_classes", "UPDATE school_class k SET left_at = $2::timestamptz" THEIRS
                           "object = k.id AND c.kind = 'class'"};
static const struct stmt do_enrolments = {
    "rollover_do_enrolments", "UPDATE enrolment e SET left_at = $2::timestamptz" THEIRS
                              "object = e.id AND c.kind = 'enrolment'"};
/* Only what still is as apply left it. */
static const struct stmt undo_people = {
    "rollover_undo_people",
    "UPDATE person p SET grade = c.grade_before, school = c.school_before, left_at = "
    "NULL" THEIRS "person = p.id AND " MOVES
    " AND p.grade = c.grade AND p.school IS NOT DISTINCT FROM"
    " c.school AND p.left_at IS NOT DISTINCT FROM CASE WHEN c.kind IN ('graduate', 'leave')"
    " THEN $2::timestamptz END"};
static const struct stmt undo_classes = {"rollover_undo_classes",
                                         "UPDATE school_class k SET left_at = NULL" THEIRS
                                         "object = k.id AND c.kind = 'class' AND k.left_at ="
                                         " $2::timestamptz"};
static const struct stmt undo_enrolments = {
    "rollover_undo_enrolments", "UPDATE enrolment e SET left_at = NULL" THEIRS
                                "object = e.id AND c.kind = 'enrolment' AND e.left_at ="
                                " $2::timestamptz"};

const struct stmt *const rollover_stmts[ROLLOVER_STMTS_N] = {
    &people,        &ends,           &rights,     &rollover_add,  &change_add,
    &rollover_find, &rollover_list,  &changes,    &to_applied,    &to_undone,
    &to_confirmed,  &do_people,      &do_classes, &do_enrolments, &undo_people,
    &undo_classes,  &undo_enrolments};

static const struct data_column rollover_columns[] = {
    {"id", "年度更新のID", false},
    {"school_year", "新しい年度（西暦）", false},
    {"state", "状態（previewed確認・applied実行・confirmed確定・undone取り消し）", false},
    {"made_at", "確認を作った時刻", false},
    {"made_by", "確認を作った人", false},
    {"role", "その役割", false},
    {"counts", "種類ごとの件数", false},
    {"fingerprint", "確認したときの名簿全体の要約値", false},
    {"preview", "確認した内容の要約値", false},
    {"applied_at", "実行した時刻", false},
    {"applied_by", "実行した人", false},
    {"undone_at", "取り消した時刻", false},
    {"undone_by", "取り消した人", false},
    {"confirmed_at", "確定した時刻", false},
    {"confirmed_by", "確定した人", false},
    {NULL, NULL, false},
};
static const struct data_column change_columns[] = {
    {"id", "変更のID", false},
    {"rollover", "どの年度更新か", false},
    {"n", "順番", false},
    {"kind", "種類（進級・卒業・転出・異動・原級・不明・学級・在籍・権限）", false},
    {"person", "だれのことか", false},
    {"object", "学級・在籍・権限のID", false},
    {"school_before", "前の学校", false},
    {"school", "後の学校（権限では学級）", false},
    {"grade_before", "前の学年", false},
    {"grade", "後の学年", false},
    {NULL, NULL, false},
};
/* Of versions of rows: says whether somebody changed the roster meanwhile. */
static const struct hand_rule rollover_rules[] = {
    {"fingerprint", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

const struct data_table rollover_tables[ROLLOVER_TABLES_N] = {
    {
        .name = "rollover",
        .meaning_ja = "年度更新",
        .purpose_ja = "学年・学級・在籍を新しい年度に改め、まちがえたときにもどすため",
        .ground_ja = "委託契約（利用者の登録）",
        .purpose_en = "roll-overs of April: what was previewed, applied, confirmed or undone",
        .key_of = KEY_OF_NONE,
        .mention_columns = "made_by,applied_by,undone_by,confirmed_by",
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = rollover_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = rollover_columns,
    },
    {
        .name = "rollover_change",
        .meaning_ja = "年度更新で変わったこと",
        .purpose_ja = "年度更新の前の学年・学校・在籍にもどせるようにするため",
        .ground_ja = "委託契約（利用者の登録）",
        .purpose_en = "what a roll-over changes, with what was before; ids and codes only",
        .key_of = KEY_OF_NONE,
        .person_column = "person",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_ROWS,
        .columns = change_columns,
    },
};

static const char *const state_ids[ROLLOVER_STATES_N] = {
    [ROLLOVER_PREVIEWED] = "previewed",
    [ROLLOVER_APPLIED] = "applied",
    [ROLLOVER_CONFIRMED] = "confirmed",
    [ROLLOVER_UNDONE] = "undone",
};
static const char *const change_ids[ROLLOVER_KINDS_N] = {
    [ROLLOVER_UP] = "up",       [ROLLOVER_GRADUATE] = "graduate",
    [ROLLOVER_LEAVE] = "leave", [ROLLOVER_TRANSFER] = "transfer",
    [ROLLOVER_HOLD] = "hold",   [ROLLOVER_UNKNOWN] = "unknown",
    [ROLLOVER_CLASS] = "class", [ROLLOVER_ENROLMENT] = "enrolment",
    [ROLLOVER_RIGHT] = "right",
};

const char *rollover_state_id(enum rollover_state state)
{
    return state_ids[state];
}

const char *rollover_kind_id(enum rollover_kind kind)
{
    return change_ids[kind];
}

static enum err keep(struct arena *arena, const struct db_rows *rows, int row, int column,
                     struct span *out, struct fail *why)
{
    struct span stored = db_bytes(rows, row, column);

    *out = arena_copy(arena, stored);
    return out->p == NULL && stored.len > 0 ? fail_set(why, ERR_NOMEM, "roll-over") : ERR_OK;
}

/* ---- lists ---- */

static enum err read_person(const struct db_rows *rows, int i, struct arena *arena, void *into,
                            struct fail *why)
{
    struct rollover_person *p = into;
    enum err rc = keep(arena, rows, i, 2, &p->grade, why);

    p->id = db_id(rows, i, 0);
    p->school = db_id(rows, i, 1);
    p->is_student = db_bool(rows, i, 4);
    p->is_new_year = db_bool(rows, i, 5);
    return rc == ERR_OK ? keep(arena, rows, i, 3, &p->school_code, why) : rc;
}

static enum err read_end(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct rollover_change *c = into;

    (void)arena;
    (void)why;
    *c = (struct rollover_change){.kind =
                                      db_bool(rows, i, 0) ? ROLLOVER_CLASS : ROLLOVER_ENROLMENT,
                                  .object = db_id(rows, i, 1),
                                  .person = db_id(rows, i, 2)};
    return ERR_OK;
}

static enum err read_right(const struct db_rows *rows, int i, struct arena *arena, void *into,
                           struct fail *why)
{
    struct rollover_change *c = into;

    (void)arena;
    (void)why;
    *c = (struct rollover_change){.kind = ROLLOVER_RIGHT,
                                  .object = db_id(rows, i, 0),
                                  .person = db_id(rows, i, 1),
                                  .school_before = db_id(rows, i, 2),
                                  .school = db_id(rows, i, 3)};
    return ERR_OK;
}

static enum err read_change(const struct db_rows *rows, int i, struct arena *arena, void *into,
                            struct fail *why)
{
    struct rollover_change *c = into;
    enum err rc = keep(arena, rows, i, 6, &c->grade_before, why);

    c->n = (int)db_i64(rows, i, 0);
    for (int k = 0; k < ROLLOVER_KINDS_N; k++)
        if (span_eq(db_bytes(rows, i, 1), span_text(change_ids[k])))
            c->kind = (enum rollover_kind)k;
    c->person = db_id(rows, i, 2);
    c->object = db_id(rows, i, 3);
    c->school_before = db_id(rows, i, 4);
    c->school = db_id(rows, i, 5);
    return rc == ERR_OK ? keep(arena, rows, i, 7, &c->grade, why) : rc;
}

static enum err read_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct rollover_row *r = into;
    enum err rc = keep(arena, rows, i, 5, &r->role, why);

    r->id = db_id(rows, i, 0);
    r->school_year = (int)db_i64(rows, i, 1);
    for (int k = 0; k < ROLLOVER_STATES_N; k++)
        if (span_eq(db_bytes(rows, i, 2), span_text(state_ids[k])))
            r->state = (enum rollover_state)k;
    r->made_utc_us = db_time(rows, i, 3);
    r->made_by = db_id(rows, i, 4);
    memcpy(r->fingerprint, db_bytes(rows, i, 7).p, FINGERPRINT_BYTES);
    r->applied_utc_us = db_time(rows, i, 9);
    r->undone_utc_us = db_time(rows, i, 10);
    r->confirmed_utc_us = db_time(rows, i, 11);
    if (rc == ERR_OK)
        rc = keep(arena, rows, i, 6, &r->counts, why);
    return rc == ERR_OK ? keep(arena, rows, i, 8, &r->preview, why) : rc;
}

/* Every row of an answer, each `bytes` long. */
static enum err list(struct tx *tx, struct db *db, const struct stmt *stmt,
                     const struct db_args *args, size_t bytes,
                     enum err (*read)(const struct db_rows *rows, int i, struct arena *arena,
                                      void *into, struct fail *why),
                     struct arena *arena, void *rows_out, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    uint8_t *all = NULL;
    enum err rc =
        tx != NULL ? tx_run(tx, stmt, args, &rows, why) : db_run(db, stmt, args, &rows, why);
    int n = rc == ERR_OK ? db_rows_n(rows) : 0;

    if (rc == ERR_OK) {
        all = arena_alloc(arena, ((size_t)n + 1) * bytes);
        if (all == NULL) {
            db_rows_free(&rows);
            return fail_set(why, ERR_NOMEM, "%d rows", n);
        }
    }
    for (int i = 0; rc == ERR_OK && i < n; i++)
        rc = read(rows, i, arena, all + (size_t)i * bytes, why);
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        memcpy(rows_out, &all, sizeof all);
        *n_out = (size_t)n;
    }
    return rc;
}

enum err rollover_store_people(struct db *db, int school_year, struct arena *arena,
                               struct rollover_person **rows_out, size_t *n_out,
                               struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, school_year);
    return list(NULL, db, &people, &args, sizeof **rows_out, read_person, arena, rows_out,
                n_out, why);
}

enum err rollover_store_ends(struct db *db, int school_year, struct arena *arena,
                             struct rollover_change **rows_out, size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, school_year);
    return list(NULL, db, &ends, &args, sizeof **rows_out, read_end, arena, rows_out, n_out,
                why);
}

enum err rollover_store_rights(struct db *db, struct arena *arena,
                               struct rollover_change **rows_out, size_t *n_out,
                               struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    return list(NULL, db, &rights, &args, sizeof **rows_out, read_right, arena, rows_out, n_out,
                why);
}

enum err rollover_store_find(struct tx *tx, struct db *db, struct id id, struct arena *arena,
                             struct rollover_row *row_out, struct fail *why)
{
    struct rollover_row *rows = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = list(tx, db, &rollover_find, &args, sizeof *rows, read_row, arena, &rows, &n, why);
    if (rc == ERR_OK && (n == 0 || rows == NULL))
        return fail_set(why, ERR_NOT_FOUND, "no such roll-over");
    if (rc == ERR_OK && rows != NULL)
        *row_out = rows[0];
    return rc;
}

enum err rollover_store_list(struct db *db, int n_cap, struct arena *arena,
                             struct rollover_row **rows_out, size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, n_cap);
    return list(NULL, db, &rollover_list, &args, sizeof **rows_out, read_row, arena, rows_out,
                n_out, why);
}

enum err rollover_store_changes(struct db *db, struct id id, enum rollover_kind kind, int after,
                                int n_cap, struct arena *arena,
                                struct rollover_change **rows_out, size_t *n_out,
                                struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, id);
    db_arg_i32(&args, after);
    db_arg_text(&args, kind == ROLLOVER_KINDS_N ? SPAN("") : span_text(change_ids[kind]));
    db_arg_i32(&args, n_cap);
    return list(NULL, db, &changes, &args, sizeof **rows_out, read_change, arena, rows_out,
                n_out, why);
}

/* ---- writing ---- */

enum err rollover_store_add(struct tx *tx, const struct rollover_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i32(&args, row->school_year);
    db_arg_time(&args, row->made_utc_us);
    db_arg_id(&args, row->made_by);
    db_arg_text(&args, row->role);
    db_arg_text(&args, row->counts);
    db_arg_bytes(&args, span_of(row->fingerprint, FINGERPRINT_BYTES));
    db_arg_text(&args, row->preview);
    return tx_run(tx, &rollover_add, &args, NULL, why);
}

enum err rollover_store_add_change(struct tx *tx, struct id rollover,
                                   const struct rollover_change *change, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, id_new());
    db_arg_id(&args, rollover);
    db_arg_i32(&args, change->n);
    db_arg_text(&args, span_text(change_ids[change->kind]));
    db_arg_id(&args, change->person);
    db_arg_id(&args, change->object);
    db_arg_id(&args, change->school_before);
    db_arg_id(&args, change->school);
    db_arg_text(&args, change->grade_before);
    db_arg_text(&args, change->grade);
    return tx_send(tx, &change_add, &args, why);
}

enum err rollover_store_move(struct tx *tx, struct id id, enum rollover_state to, struct id by,
                             int64_t now_utc_us, struct fail *why)
{
    static const struct stmt *const moves[ROLLOVER_STATES_N] = {NULL, &to_applied,
                                                                &to_confirmed, &to_undone};
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    invariant(moves[to] != NULL, "nothing becomes a preview");
    db_args_init(&args);
    db_arg_id(&args, id);
    db_arg_id(&args, by);
    db_arg_time(&args, now_utc_us);
    rc = tx_run(tx, moves[to], &args, &rows, why);
    if (rc == ERR_OK && db_rows_affected(rows) == 0)
        rc = fail_set(why, ERR_CONFLICT, "the roll-over cannot become %s now", state_ids[to]);
    db_rows_free(&rows);
    return rc;
}

#define N_SETS 3 /* people, classes, enrolments */

static enum err run_all(struct tx *tx, const struct stmt *const stmts[N_SETS], struct id id,
                        int64_t at_utc_us, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < N_SETS; i++) {
        struct db_args args;

        db_args_init(&args);
        db_arg_id(&args, id);
        db_arg_time(&args, at_utc_us);
        rc = tx_run(tx, stmts[i], &args, NULL, why);
    }
    return rc;
}

enum err rollover_store_do(struct tx *tx, struct id id, int64_t now_utc_us, struct fail *why)
{
    static const struct stmt *const all[N_SETS] = {&do_people, &do_classes, &do_enrolments};

    return run_all(tx, all, id, now_utc_us, why);
}

enum err rollover_store_undo(struct tx *tx, struct id id, struct fail *why)
{
    static const struct stmt *const all[N_SETS] = {&undo_people, &undo_classes,
                                                   &undo_enrolments};
    struct rollover_row row;
    enum err rc = rollover_store_find(tx, NULL, id, tx_arena(tx), &row, why);

    return rc == ERR_OK ? run_all(tx, all, id, row.applied_utc_us, why) : rc;
}
