#include "node/db/files_store.h"

static const struct stmt file_add = {
    "file_add", "INSERT INTO file (id, key_kind, owner, n_bytes, media_type, sum, name_sealed,"
                " created_at) VALUES ($1::uuid, $2::text, $3::uuid, $4::bigint, $5::text,"
                " $6::bytea, $7::bytea, $8::timestamptz)"};
static const struct stmt file_find = {
    "file_find", "SELECT key_kind, owner, n_bytes, media_type, sum, name_sealed, created_at"
                 " FROM file WHERE id = $1::uuid"};
static const struct stmt file_delete = {"file_delete", "DELETE FROM file WHERE id = $1::uuid"};
static const struct stmt file_all = {"file_all",
                                     "SELECT id, lost_at IS NOT NULL FROM file ORDER BY id"};
static const struct stmt file_mark = {
    "file_mark", "UPDATE file SET lost_at = $2::timestamptz WHERE id = $1::uuid"};

const struct stmt *const files_stmts[FILES_STMTS_N] = {&file_add, &file_find, &file_delete,
                                                       &file_all, &file_mark};

static const struct data_column columns[] = {
    {"id", "ファイルのID", false},
    {"key_kind", "だれの鍵で封じたか（person人・class教室・record記録）", false},
    {"owner", "その人・教室・記録のID", false},
    {"n_bytes", "大きさ（バイト）", false},
    {"media_type", "中身の種類", false},
    {"sum", "中身が変わっていないことを確かめる値（鍵つき）", false},
    {"name_sealed", "ファイルの名前", true},
    {"created_at", "受け取った時刻", false},
    {"lost_at", "中身が見つからなくなった時刻（あれば空）", false},
    {NULL, NULL, false},
};

/* A keyed sum, made again with the bytes; the bag names them by their SHA-256. */
static const struct hand_rule rules[] = {
    {"sum", HAND_SECRET, NULL},
    {NULL, HAND_SECRET, NULL},
};

const struct data_table files_tables[FILES_TABLES_N] = {{
    .name = "file",
    .meaning_ja = "預かったファイルの一覧",
    .purpose_ja = "掲示・作品・書類などのファイルを、持ち主の鍵で封じて保管するため",
    .ground_ja = "委託契約（利用者の作品・掲示物の保管）",
    .purpose_en = "files of persons, classes and records, sealed on disk",
    .retention_days = 0,
    .key_of = KEY_OF_SUBJECT,
    .person_column = "owner",
    .hand_back = HAND_BACK_FILES,
    .hand_rules = rules,
    .erase_person = ERASE_ROWS,
    .columns = columns,
}};

static const char *const kinds[KEY_KIND_N] = {
    [KEY_PERSON] = "person", [KEY_CLASS] = "class", [KEY_RECORD] = "record"};

static enum key_kind kind_of(struct span text)
{
    for (int i = 0; i < KEY_KIND_N; i++)
        if (kinds[i] != NULL && span_eq(text, span_text(kinds[i])))
            return (enum key_kind)i;
    invariant(false, "file of an unknown kind of key"); /* the table's CHECK */
}

enum err file_store_add(struct tx *tx, const struct file_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, span_text(kinds[row->key_kind]));
    db_arg_id(&args, row->owner);
    db_arg_i64(&args, row->n_bytes);
    db_arg_text(&args, row->media_type);
    db_arg_bytes(&args, span_of(row->sum, sizeof row->sum));
    db_arg_bytes(&args, row->name_sealed);
    db_arg_time(&args, row->created_utc_us);
    return tx_run(tx, &file_add, &args, NULL, why);
}

enum err file_store_find(struct db *db, struct id id, struct arena *arena,
                         struct file_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    struct file_row row = {.id = id};
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = db_run(db, &file_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such file");
    if (rc == ERR_OK) {
        row.key_kind = kind_of(db_bytes(rows, 0, 0));
        row.owner = db_id(rows, 0, 1);
        row.n_bytes = db_i64(rows, 0, 2);
        row.media_type = arena_copy(arena, db_bytes(rows, 0, 3));
        memcpy(row.sum, db_bytes(rows, 0, 4).p, sizeof row.sum);
        row.name_sealed = arena_copy(arena, db_bytes(rows, 0, 5));
        row.created_utc_us = db_time(rows, 0, 6);
        if (row.media_type.p == NULL || row.name_sealed.p == NULL)
            rc = fail_set(why, ERR_NOMEM, "file row");
    }
    db_rows_free(&rows);
    if (rc == ERR_OK)
        *row_out = row;
    return rc;
}

enum err files_tx_delete(struct tx *tx, struct id id, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = tx_run(tx, &file_delete, &args, &rows, why);
    if (rc == ERR_OK && db_rows_affected(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such file");
    db_rows_free(&rows);
    return rc;
}

enum err file_store_all(struct db *db, struct arena *arena, struct file_mark **marks_out,
                        size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct file_mark *marks = NULL;
    struct db_args none;
    size_t n = 0;
    enum err rc;

    db_args_init(&none);
    rc = db_run(db, &file_all, &none, &rows, why);
    if (rc == ERR_OK) {
        n = (size_t)db_rows_n(rows);
        marks = arena_alloc(arena, (n + 1) * sizeof *marks);
        if (marks == NULL)
            rc = fail_set(why, ERR_NOMEM, "%zu files", n);
    }
    for (size_t i = 0; marks != NULL && i < n; i++)
        marks[i] = (struct file_mark){.id = db_id(rows, (int)i, 0),
                                      .is_lost = db_bool(rows, (int)i, 1)};
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        *marks_out = marks;
        *n_out = n;
    }
    return rc;
}

enum err file_store_mark(struct tx *tx, struct id id, bool is_lost, int64_t now_utc_us,
                         struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, id);
    if (is_lost)
        db_arg_time(&args, now_utc_us);
    else
        db_arg_null(&args);
    return tx_send(tx, &file_mark, &args, why);
}
