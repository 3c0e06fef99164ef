#include "federation/transfer_store.h"

#include "federation/transfer.h"
#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"

#define COLUMNS \
    "id, peer, peer_name, is_out, state, person, parts, to_char(on_date, 'YYYY-MM-DD')," \
    " to_char(consent_on, 'YYYY-MM-DD'), consent_how, consent_from_sealed, opened_at," \
    " changed_at, ended_at, by, second, sha256, n_taken, code, ending_by"
#define STEP_COLUMNS "id, n, at, transfer, kind, peer, person, sha256, code, by, role"

static const struct stmt row_add = {
    "transfer_add",
    "INSERT INTO transfer (id, peer, peer_name, is_out, state, person, parts, on_date,"
    " consent_on, consent_how, consent_from_sealed, opened_at, changed_at, ended_at, by,"
    " second, sha256, n_taken, code) VALUES ($1::uuid, $2::uuid, $3::text, $4::boolean,"
    " $5::text, $6::uuid, $7::text, $8::text::date, $9::text::date, $10::text, $11::bytea,"
    " $12::timestamptz, $13::timestamptz, $14::timestamptz, $15::uuid, $16::uuid, $17::bytea,"
    " $18::integer, $19::text)"};
static const struct stmt row_change = {
    "transfer_change",
    "UPDATE transfer SET state = $2::text, person = $3::uuid, parts = $4::text, changed_at ="
    " $5::timestamptz, ended_at = $6::timestamptz, by = $7::uuid, second = $8::uuid, sha256 ="
    " $9::bytea, n_taken = $10::integer, code = $11::text, ending_by = $12::uuid WHERE id ="
    " $1::uuid"};
static const struct stmt row_find = {"transfer_find",
                                     "SELECT " COLUMNS " FROM transfer WHERE id = $1::uuid"};
static const struct stmt row_list = {
    "transfer_list",
    "SELECT " COLUMNS " FROM transfer WHERE $1::uuid IS NULL OR person = $1::uuid ORDER BY"
    " ended_at IS NOT NULL, opened_at DESC, id LIMIT $2::integer"};
static const struct stmt row_taking = {
    "transfer_taking",
    "SELECT " COLUMNS " FROM transfer WHERE state = 'taking' ORDER BY changed_at, id"};
static const struct stmt row_resting = {
    "transfer_resting",
    "SELECT " COLUMNS " FROM transfer WHERE is_out AND state = 'done' AND on_date <="
    " $1::text::date AND NOT EXISTS (SELECT FROM transfer_step s WHERE s.transfer ="
    " transfer.id AND s.kind = 'rest') ORDER BY changed_at, id"};
static const struct stmt row_lapsing = {
    "transfer_lapsing",
    "SELECT " COLUMNS " FROM transfer WHERE state IN ('asked', 'offered', 'accepted') AND"
    " opened_at < $1::timestamptz ORDER BY opened_at, id"};
static const struct stmt past_names = {
    "transfer_names", "SELECT id, account, name_sealed FROM profile_version ORDER BY account"};
static const struct stmt row_count = {
    "transfer_count",
    "SELECT count(*) FILTER (WHERE ended_at IS NULL), count(*) FILTER (WHERE opened_at >"
    " $2::timestamptz - interval '1 day') FROM transfer WHERE peer = $1::uuid AND NOT is_out"};
static const struct stmt parcel_put = {
    "transfer_parcel_put", "INSERT INTO transfer_parcel (transfer, person, at, body_sealed)"
                           " VALUES ($1::uuid, $2::uuid, $3::timestamptz, $4::bytea)"};
static const struct stmt parcel_find = {
    "transfer_parcel_find", "SELECT body_sealed FROM transfer_parcel WHERE transfer ="
                            " $1::uuid"};
static const struct stmt parcel_drop = {
    "transfer_parcel_drop", "DELETE FROM transfer_parcel WHERE transfer = $1::uuid"};
static const struct stmt step_add = {
    "transfer_step_add",
    "INSERT INTO transfer_step (" STEP_COLUMNS ") VALUES ($1::uuid, (SELECT coalesce(max(n),"
    " 0) + 1 FROM transfer_step), $2::timestamptz, $3::uuid, $4::text, $5::uuid, $6::uuid,"
    " $7::bytea, $8::text, $9::uuid, $10::text) RETURNING n"};
static const struct stmt step_whose = {
    "transfer_step_whose", "SELECT by, transfer, kind FROM transfer_step WHERE id = $1::uuid"};
static const struct stmt step_leaves = {"transfer_step_leaves",
                                        "SELECT " STEP_COLUMNS
                                        " FROM transfer_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "transfer_step_extra", "SELECT s.id FROM transfer_step s WHERE NOT EXISTS (SELECT FROM"
                           " audit_leaf l WHERE l.row_id = s.id AND l.table_name ="
                           " 'transfer_step')"};
static const struct stmt days = {
    "transfer_days",
    "SELECT to_char(d.day, 'YYYY-MM-DD'), sum(d.visits)::bigint, sum(d.lessons)::bigint FROM"
    " (SELECT (at AT TIME ZONE 'Asia/Tokyo')::date AS day, 1 AS visits, 0 AS lessons FROM"
    " visit_event WHERE account = $1::uuid AND kind = 'entry' UNION ALL SELECT (min(at) AT"
    " TIME ZONE 'Asia/Tokyo')::date, 0, 1 FROM lesson_event WHERE account = $1::uuid AND kind"
    " = 'joined' GROUP BY lesson) d GROUP BY d.day ORDER BY d.day DESC LIMIT $2::integer"};
static const struct stmt everybody = {"transfer_people",
                                      "SELECT id FROM person WHERE merged_into IS NULL UNION"
                                      " SELECT id FROM account"};
static const struct stmt pupil = {
    "transfer_pupil", "SELECT EXISTS (SELECT FROM account WHERE id = $1::uuid AND role ="
                      " 'student' AND state <> 'closed')"};
const struct stmt *const transfer_stmts[TRANSFER_STMTS_N] = {
    &row_add,    &row_change,  &row_find,    &row_list,    &row_taking,
    &row_count,  &parcel_put,  &parcel_find, &parcel_drop, &step_add,
    &step_whose, &step_leaves, &step_extra,  &days,        &pupil,
    &everybody,  &row_resting, &row_lapsing, &past_names};

/* ---- transfer ---- */

static void arg_time_if(struct db_args *args, int64_t utc_us)
{
    if (utc_us != 0)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

static void arg_text_if(struct db_args *args, struct span text)
{
    if (text.len != 0)
        db_arg_text(args, text);
    else
        db_arg_null(args);
}

enum err transfer_store_add(struct tx *tx, const struct transfer_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->peer);
    db_arg_text(&args, row->peer_name);
    db_arg_bool(&args, row->is_out);
    db_arg_text(&args, jx_choice_at(TRANSFER_STATES, (int)row->state));
    db_arg_id(&args, row->person);
    db_arg_text(&args, row->parts);
    db_arg_text(&args, row->on);
    arg_text_if(&args, row->consent_on);
    arg_text_if(&args, row->consent_how);
    store_arg_bytes_if(&args, row->consent_from_sealed);
    db_arg_time(&args, row->opened_utc_us);
    db_arg_time(&args, row->changed_utc_us);
    arg_time_if(&args, row->ended_utc_us);
    db_arg_id(&args, row->by);
    db_arg_id(&args, row->second);
    store_arg_bytes_if(&args, row->sha256);
    db_arg_i32(&args, (int32_t)row->n_taken);
    db_arg_text(&args, row->code);
    return tx_run(tx, &row_add, &args, NULL, why);
}

enum err transfer_store_change(struct tx *tx, const struct transfer_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, jx_choice_at(TRANSFER_STATES, (int)row->state));
    db_arg_id(&args, row->person);
    db_arg_text(&args, row->parts);
    db_arg_time(&args, row->changed_utc_us);
    arg_time_if(&args, row->ended_utc_us);
    db_arg_id(&args, row->by);
    db_arg_id(&args, row->second);
    store_arg_bytes_if(&args, row->sha256);
    db_arg_i32(&args, (int32_t)row->n_taken);
    db_arg_text(&args, row->code);
    db_arg_id(&args, row->ending_by);
    return tx_run(tx, &row_change, &args, NULL, why);
}

static int64_t time_if(const struct db_rows *rows, int i, int column)
{
    return db_is_null(rows, i, column) ? 0 : db_time(rows, i, column);
}

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct transfer_row *out = into;
    int state = jx_choice_find(TRANSFER_STATES, db_bytes(rows, i, 4));

    *out = (struct transfer_row){
        .id = db_id(rows, i, 0),
        .peer = db_id(rows, i, 1),
        .peer_name = db_bytes(rows, i, 2),
        .is_out = db_bool(rows, i, 3),
        .state = (enum transfer_state)state,
        .person = db_id(rows, i, 5),
        .parts = db_bytes(rows, i, 6),
        .on = db_bytes(rows, i, 7),
        .consent_on = db_bytes(rows, i, 8),
        .consent_how = db_bytes(rows, i, 9),
        .consent_from_sealed = db_bytes(rows, i, 10),
        .opened_utc_us = db_time(rows, i, 11),
        .changed_utc_us = db_time(rows, i, 12),
        .ended_utc_us = time_if(rows, i, 13),
        .by = db_id(rows, i, 14),
        .second = db_id(rows, i, 15),
        .sha256 = db_bytes(rows, i, 16),
        .n_taken = db_i64(rows, i, 17),
        .code = db_bytes(rows, i, 18),
        .ending_by = db_id(rows, i, 19),
    };
    if (state < 0)
        return fail_set(why, ERR_INTERNAL, "a transfer's state");
    return STORE_OWN(arena, why, &out->peer_name, &out->parts, &out->on, &out->consent_on,
                     &out->consent_how, &out->consent_from_sealed, &out->sha256, &out->code);
}
static const struct store_list row_rows = {sizeof(struct transfer_row), own_row};

enum err transfer_store_find(struct tx *tx, struct db *db, struct id id, struct arena *arena,
                             struct transfer_row *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = store_list(tx, db, &row_find, &args, &row_rows, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such transfer");
    if (rc == ERR_OK)
        *out = *(struct transfer_row *)all;
    return rc;
}

enum err transfer_store_list(struct db *db, struct id person, struct arena *arena,
                             struct transfer_row **out, size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, person);
    db_arg_i32(&args, TRANSFER_SHOWN_MOST);
    rc = store_list(NULL, db, &row_list, &args, &row_rows, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err transfer_store_taking(struct db *db, struct arena *arena, struct transfer_row **out,
                               size_t *n_out, struct fail *why)
{
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, &row_taking, &none, &row_rows, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err transfer_store_resting(struct db *db, struct span today, struct arena *arena,
                                struct transfer_row **out, size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, today);
    rc = store_list(NULL, db, &row_resting, &args, &row_rows, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err transfer_store_lapsing(struct db *db, int64_t before_utc_us, struct arena *arena,
                                struct transfer_row **out, size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, before_utc_us);
    rc = store_list(NULL, db, &row_lapsing, &args, &row_rows, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err transfer_store_count(struct tx *tx, struct id peer, int64_t now_utc_us,
                              int64_t *n_open_out, int64_t *n_day_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, peer);
    db_arg_time(&args, now_utc_us);
    rc = tx_run(tx, &row_count, &args, &rows, why);
    if (rc == ERR_OK) {
        *n_open_out = db_i64(rows, 0, 0);
        *n_day_out = db_i64(rows, 0, 1);
    }
    db_rows_free(&rows);
    return rc;
}

/* ---- transfer_parcel ---- */

enum err transfer_parcel_put(struct tx *tx, struct id transfer, struct id person,
                             int64_t at_utc_us, struct span body_sealed, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, transfer);
    db_arg_id(&args, person);
    db_arg_time(&args, at_utc_us);
    db_arg_bytes(&args, body_sealed);
    return tx_run(tx, &parcel_put, &args, NULL, why);
}

enum err transfer_parcel_find(struct tx *tx, struct db *db, struct id transfer,
                              struct arena *arena, struct span *body_sealed_out,
                              struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, transfer);
    rc = store_run(tx, db, &parcel_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no parcel");
    if (rc == ERR_OK) {
        *body_sealed_out = db_bytes(rows, 0, 0);
        rc = STORE_OWN(arena, why, body_sealed_out);
    }
    db_rows_free(&rows);
    return rc;
}

enum err transfer_parcel_drop(struct tx *tx, struct id transfer, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, transfer);
    return tx_run(tx, &parcel_drop, &args, NULL, why);
}

/* ---- transfer_step ---- */

struct step_leaf {
    struct transfer_step step;
    int kind;
    bool has_person, has_sha256, has_by;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, step.id),
    LEAF_FIELD(step_leaf, "n", JX_INT, step.n),
    LEAF_FIELD(step_leaf, "at", JX_TIME, step.at_utc_us),
    LEAF_FIELD(step_leaf, "transfer", JX_ID, step.transfer),
    LEAF_CHOICE(step_leaf, "kind", TRANSFER_STEPS, kind),
    LEAF_FIELD(step_leaf, "peer", JX_ID, step.peer),
    LEAF_FIELD_IF(step_leaf, "person", JX_ID, step.person, has_person),
    LEAF_FIELD_IF(step_leaf, "sha256", JX_BYTES, step.sha256, has_sha256),
    LEAF_FIELD(step_leaf, "code", JX_TEXT, step.code),
    LEAF_FIELD_IF(step_leaf, "by", JX_ID, step.by, has_by),
    LEAF_FIELD(step_leaf, "role", JX_TEXT, step.role),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("TransferStepLeaf", struct step_leaf, step_leaf_fields);

static enum err write_leaf(const struct transfer_step *step, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {.step = *step,
                                   .kind = (int)step->kind,
                                   .has_person = !id_is_none(step->person),
                                   .has_sha256 = step->sha256.len > 0,
                                   .has_by = !id_is_none(step->by)};

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    int kind = jx_choice_find(TRANSFER_STEPS, db_bytes(rows, i, 4));
    const struct transfer_step step = {
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .at_utc_us = db_time(rows, i, 2),
        .transfer = db_id(rows, i, 3),
        .kind = (enum transfer_step_kind)kind,
        .peer = db_id(rows, i, 5),
        .person = db_id(rows, i, 6),
        .sha256 = db_bytes(rows, i, 7),
        .code = db_bytes(rows, i, 8),
        .by = db_id(rows, i, 9),
        .role = db_bytes(rows, i, 10),
    };

    return kind >= 0 ? write_leaf(&step, arena, bytes_out, why)
                     : fail_set(why, ERR_INTERNAL, "a kind of step");
}

const struct audit_table transfer_step_audit_table = {"transfer_step", &step_leaves,
                                                      &step_extra, leaf_of_row};

enum err transfer_step_add(struct tx *tx, const struct transfer_step *step, struct fail *why)
{
    struct transfer_step row = *step;
    struct db_rows *rows = NULL;
    struct span leaf;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row.id);
    db_arg_time(&args, row.at_utc_us);
    db_arg_id(&args, row.transfer);
    db_arg_text(&args, jx_choice_at(TRANSFER_STEPS, (int)row.kind));
    db_arg_id(&args, row.peer);
    db_arg_id(&args, row.person);
    store_arg_bytes_if(&args, row.sha256);
    db_arg_text(&args, row.code);
    db_arg_id(&args, row.by);
    db_arg_text(&args, row.role);
    rc = tx_run(tx, &step_add, &args, &rows, why);
    if (rc == ERR_OK)
        row.n = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    if (rc == ERR_OK)
        rc = write_leaf(&row, tx_arena(tx), &leaf, why);
    return rc == ERR_OK ? audit_append(tx, "federation", "transfer_step", row.id, leaf, why)
                        : rc;
}

enum err transfer_step_is_there(struct tx *tx, const struct transfer_step *step,
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
        if (!id_eq(db_id(rows, 0, 0), step->by) || !id_eq(db_id(rows, 0, 1), step->transfer) ||
            jx_choice_find(TRANSFER_STEPS, db_bytes(rows, 0, 2)) != (int)step->kind)
            rc = fail_field(why, ERR_CONFLICT, "/id", "the id is another act's");
    }
    db_rows_free(&rows);
    return rc;
}

/* ---- beside them ---- */

static enum err own_day(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct transfer_day *out = into;

    *out = (struct transfer_day){db_bytes(rows, i, 0), db_i64(rows, i, 1), db_i64(rows, i, 2)};
    return STORE_OWN(arena, why, &out->on);
}

enum err transfer_store_days(struct db *db, struct id child, struct arena *arena,
                             struct transfer_day **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct transfer_day), own_day};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, child);
    db_arg_i32(&args, TRANSFER_DAYS_MOST);
    rc = store_list(NULL, db, &days, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

static enum err own_id(const struct db_rows *rows, int i, struct arena *arena, void *into,
                       struct fail *why)
{
    const struct id id = db_id(rows, i, 0);

    (void)arena;
    (void)why;
    memcpy(into, &id, sizeof id);
    return ERR_OK;
}

enum err transfer_store_people(struct db *db, struct arena *arena, struct id **out,
                               size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct id), own_id};
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, &everybody, &none, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

static enum err own_name(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct transfer_name *out = into;

    *out = (struct transfer_name){db_id(rows, i, 0), db_id(rows, i, 1), db_bytes(rows, i, 2)};
    return STORE_OWN(arena, why, &out->sealed);
}

enum err transfer_store_names(struct db *db, struct arena *arena, struct transfer_name **out,
                              size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct transfer_name), own_name};
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, &past_names, &none, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

static enum err is_so(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                      bool *is_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, stmt, args, &rows, why);

    if (rc == ERR_OK)
        *is_out = db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err transfer_store_is_pupil(struct tx *tx, struct id account, bool *is_out,
                                 struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    return is_so(tx, &pupil, &args, is_out, why);
}
