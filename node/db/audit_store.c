#include "node/db/audit_store.h"

#include "node/db/sweep.h"

static const struct stmt leaf_add = {
    "audit_leaf_add",
    "INSERT INTO audit_leaf (seq, kind, at_us, table_name, row_id, salt, commitment, leaf_hash)"
    " VALUES ($1::bigint, $2::text, $3::bigint, $4::text, $5::uuid, $6::bytea, $7::bytea,"
    " $8::bytea)"};
static const struct stmt leaf_hashes_stream = {
    "audit_leaf_hashes_stream",
    "SELECT seq, leaf_hash FROM audit_leaf WHERE seq >= $1::bigint ORDER BY seq"};
static const struct stmt leaf_hashes_to = {
    "audit_leaf_hashes_to",
    "SELECT seq, leaf_hash FROM audit_leaf WHERE seq < $1::bigint ORDER BY seq"};
static const struct stmt leaf_hashes = {
    "audit_leaf_hashes",
    "SELECT seq, leaf_hash FROM audit_leaf WHERE seq >= $1::bigint AND seq < $2::bigint"
    " ORDER BY seq LIMIT $3::integer"};
static const struct stmt leaf_max = {"audit_leaf_max",
                                     "SELECT coalesce(max(seq), -1) FROM audit_leaf"};
static const struct stmt leaf_whole = {
    "audit_leaf_whole",
    "SELECT seq, kind, at_us, table_name, row_id, salt, commitment, leaf_hash FROM audit_leaf"
    " WHERE seq >= $1::bigint ORDER BY seq LIMIT $2::integer"};
static const struct stmt leaf_seqs = {
    "audit_leaf_seqs",
    "SELECT seq FROM audit_leaf WHERE row_id = ANY ($1::uuid[]) AND table_name = $2::text"
    " AND salt IS NOT NULL ORDER BY seq"};
static const struct stmt log_count = {
    "audit_count",
    "SELECT (SELECT count(*) FROM audit_leaf), (SELECT count(*) FROM audit_checkpoint)"};
static const struct stmt checkpoint_add = {
    "audit_checkpoint_add", "INSERT INTO audit_checkpoint (size, root, frontier, note)"
                            " VALUES ($1::bigint, $2::bytea, $3::bytea, $4::text)"};
static const struct stmt checkpoint_last = {
    "audit_checkpoint_last",
    "SELECT size, root, frontier, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1"};
static const struct stmt checkpoint_n_from = {
    "audit_checkpoint_n_from",
    "SELECT count(*) FROM audit_checkpoint WHERE size >= $1::bigint"};
static const struct stmt checkpoint_after = {
    "audit_checkpoint_after", "SELECT size, root, frontier, note FROM audit_checkpoint"
                              " WHERE size > $1::bigint ORDER BY size LIMIT $2::integer"};
static const struct stmt deletion_add = {
    "audit_deletion_add",
    "INSERT INTO audit_deletion (id, at, rule, table_name, n_rows, seqs)"
    " VALUES ($1::uuid, $2::timestamptz, $3::text, $4::text, $5::integer, $6::text)"};
static const struct stmt destroy = {"audit_destroy", "SELECT audit_destroy($1::uuid)"};
static const struct stmt deletion_rows = {
    "audit_deletion_rows", "SELECT id, at, rule, table_name, n_rows, seqs FROM audit_deletion"
                           " WHERE id = ANY ($1::uuid[])"};
static const struct stmt deletion_extra = {
    "audit_deletion_extra",
    "SELECT id FROM audit_deletion d WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = d.id AND l.table_name = 'audit_deletion')"};
static const struct stmt access_add = {
    "access_record_add",
    "INSERT INTO access_record (id, at, route, role, account, operator_name, address, object,"
    " person, action, outcome, purpose) VALUES ($1::uuid, $2::timestamptz, $3::text, $4::text,"
    " $5::uuid, $6::text, $7::text, $8::uuid, $9::uuid, $10::text, $11::text, $12::text)"};
static const struct stmt access_rows = {
    "access_record_rows",
    "SELECT id, at, route, role, account, operator_name, address, object, person, action,"
    " outcome, purpose FROM access_record WHERE id = ANY ($1::uuid[])"};
static const struct stmt access_page = {
    "access_record_page",
    "SELECT id, at, route, role, account, operator_name, address, object, person, action,"
    " outcome, purpose, coalesce((SELECT cardinality(persons) FROM access_shown s"
    " WHERE s.id = access_record.id), 0)"
    " FROM access_record WHERE at >= $1::timestamptz AND at < $2::timestamptz"
    " AND ($3::uuid IS NULL OR account = $3::uuid) AND ($4::uuid IS NULL OR person = $4::uuid"
    " OR id IN (SELECT id FROM access_shown WHERE persons @> ARRAY[$4::uuid]))"
    " AND ($5::text = '' OR action = $5::text) AND (at, id) < ($6::timestamptz, $7::uuid)"
    " ORDER BY at DESC, id DESC LIMIT $8::integer"};
static const struct stmt access_extra = {
    "access_record_extra",
    "SELECT id FROM access_record a WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = a.id AND l.table_name = 'access_record')"};

const struct stmt *const audit_stmts[AUDIT_STMTS_N] = {
    &leaf_add,        &leaf_hashes_stream, &leaf_hashes,      &leaf_max,
    &leaf_whole,      &leaf_seqs,          &log_count,        &checkpoint_add,
    &checkpoint_last, &checkpoint_n_from,  &checkpoint_after, &deletion_add,
    &destroy,         &deletion_rows,      &deletion_extra,   &access_add,
    &leaf_hashes_to,  &access_page,        &access_rows,      &access_extra,
};

/* ---- the tables' rows ---- */

static const struct data_column leaf_columns[] = {
    {"seq", "通し番号（0から）", false},
    {"kind", "記録の種類", false},
    {"at_us", "記録した時刻（UTC、マイクロ秒）", false},
    {"table_name", "記録した行の表", false},
    {"row_id", "記録した行のID", false},
    {"salt", "行の内容を確かめるための乱数（行が法令により削除されたら消える）", false},
    {"commitment", "乱数と行の内容の要約値", false},
    {"leaf_hash", "この記録の要約値", false},
    {NULL, NULL, false},
};
static const struct data_column checkpoint_columns[] = {
    {"size", "検査点が数えた記録の数", false},
    {"root", "そこまでの記録すべての要約値", false},
    {"frontier", "計算の途中経過", false},
    {"note", "署名された検査点の本文", false},
    {NULL, NULL, false},
};
static const struct data_column access_columns[] = {
    {"id", "閲覧・操作の記録のID", false},
    {"at", "いつ", false},
    {"route", "どの操作か", false},
    {"role", "だれが（役割）", false},
    {"account", "だれが（アカウントのID）", false},
    {"operator_name", "だれが（運用端末の利用者）", false},
    {"address", "どこから（接続元アドレス）", false},
    {"object", "どの対象か（ID）", false},
    {"person", "だれのデータか（人のID）", false},
    {"action", "閲覧・変更・書き出し・拒否のどれか", false},
    {"outcome", "結果", false},
    {"purpose", "目的の符号", false},
    {NULL, NULL, false},
};
static const struct data_column deletion_columns[] = {
    {"id", "削除の記録のID", false},
    {"at", "いつ", false},
    {"rule", "どの決まりによるか", false},
    {"table_name", "どの表か", false},
    {"n_rows", "何件か", false},
    {"seqs", "削除した記録の通し番号", false},
    {NULL, NULL, false},
};

#define PURPOSE_JA "だれが何をしたかを、あとからだれも書き換えられない形で残すため"
#define GROUND_JA  "個人情報の保護に関する法律第66条（安全管理措置）、委託契約"

const struct data_table audit_tables[AUDIT_TABLES_N] = {
    {
        .name = "audit_leaf",
        .meaning_ja = "監査記録の葉（行の要約値）",
        .purpose_ja = PURPOSE_JA,
        .ground_ja = GROUND_JA,
        .purpose_en = "tamper-evident log: one hash for each act",
        .hand_back = HAND_BACK_LOG,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = leaf_columns,
    },
    {
        .name = "audit_checkpoint",
        .meaning_ja = "監査記録の検査点（署名）",
        .purpose_ja = PURPOSE_JA,
        .ground_ja = GROUND_JA,
        .purpose_en = "signed tree heads of the audit log",
        .hand_back = HAND_BACK_LOG,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = checkpoint_columns,
    },
    {
        .name = "access_record",
        .meaning_ja = "閲覧・操作の記録",
        .purpose_ja = "だれが、いつ、どこから、だれのデータを、何のために見た・変えた・書き出し"
                      "たかを残すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who touched whose data, when, from where and why",
        .retention_days = 1827, /* five years, and never less: 0010_audit */
        .retention_column = "at",
        .retention_setting = &setting_access_record_days,
        .person_column = "person",
        .mention_columns = "account",
        .hand_back = HAND_BACK_NDJSON,
        /* Ids only: with the person's key gone they lead nowhere. The entry itself is evidence
         * and stays for its term. */
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = access_columns,
    },
    {
        .name = "audit_deletion",
        .meaning_ja = "法令・契約による削除の記録",
        .purpose_ja = "何を、どの決まりで、何件削除したかを残すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "lawful deletions: rule, table, leaves",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = deletion_columns,
    },
};

/* ---- parameters ---- */

static uint8_t *put_u32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        *p++ = (uint8_t)(v >> (24 - 8 * i));
    return p;
}

/* PostgreSQL's binary form of a one-dimensional array (array_recv); 2950 is uuid's type. */
enum err store_arg_ids(struct db_args *args, const struct id *ids, size_t n,
                       struct arena *arena, struct fail *why)
{
    size_t len = 20 + n * 20;
    uint8_t *bytes = arena_alloc(arena, len), *p = bytes;

    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "%zu ids", n);
    p = put_u32(p, n == 0 ? 0 : 1); /* dimensions */
    p = put_u32(p, 0);              /* no NULLs */
    p = put_u32(p, 2950);
    if (n > 0) {
        p = put_u32(p, (uint32_t)n);
        p = put_u32(p, 1); /* first index */
    }
    for (size_t i = 0; i < n; i++) {
        p = put_u32(p, 16);
        memcpy(p, ids[i].b, 16);
        p += 16;
    }
    db_arg_bytes(args, span_of(bytes, (size_t)(p - bytes)));
    return ERR_OK;
}

/* ---- leaves ---- */

enum err store_add_leaf(struct tx *tx, const struct audit_leaf *leaf, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)leaf->seq);
    db_arg_text(&args, leaf->kind);
    db_arg_i64(&args, leaf->at_us);
    db_arg_text(&args, leaf->table);
    db_arg_id(&args, leaf->row);
    db_arg_bytes(&args, span_of(leaf->salt, sizeof leaf->salt));
    db_arg_bytes(&args, hash256_span(&leaf->commitment));
    db_arg_bytes(&args, hash256_span(&leaf->hash));
    return tx_send(tx, &leaf_add, &args, why);
}

enum err store_stream_hashes(struct db *db, uint64_t first,
                             enum err (*each)(const struct db_rows *row, void *arg,
                                              struct fail *why),
                             void *arg, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)first);
    return db_stream(db, &leaf_hashes_stream, &args, each, arg, why);
}

enum err store_stream_hashes_to(struct db *db, uint64_t end,
                                enum err (*each)(const struct db_rows *row, void *arg,
                                                 struct fail *why),
                                void *arg, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)end);
    return db_stream(db, &leaf_hashes_to, &args, each, arg, why);
}

enum err store_hashes(struct tx *tx, uint64_t first, uint64_t end, int n_cap,
                      struct db_rows **rows_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)first);
    db_arg_i64(&args, (int64_t)end);
    db_arg_i32(&args, n_cap);
    return tx_run(tx, &leaf_hashes, &args, rows_out, why);
}

enum err store_max_seq(struct tx *tx, int64_t *seq_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = tx_run(tx, &leaf_max, &args, &rows, why);
    if (rc == ERR_OK)
        *seq_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err store_leaves(struct db *db, uint64_t first, int n_cap, struct db_rows **rows_out,
                      struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)first);
    db_arg_i32(&args, n_cap);
    return db_run(db, &leaf_whole, &args, rows_out, why);
}

/* A column of another length cannot be what was written: it reads as zeros, and the hashes say
 * the rest. */
static void read_bytes(const struct db_rows *rows, int row, int column, uint8_t *out,
                       size_t len)
{
    struct span s = db_bytes(rows, row, column);

    memset(out, 0, len);
    if (s.len == len)
        memcpy(out, s.p, len);
}

static struct span read_name(const struct db_rows *rows, int row, int column)
{
    struct span s = db_bytes(rows, row, column);

    return leaf_is_name(s) ? s : SPAN("invalid");
}

void store_leaf_at(const struct db_rows *rows, int row, struct audit_leaf *leaf_out)
{
    int64_t seq = db_i64(rows, row, 0), at = db_i64(rows, row, 2);

    memset(leaf_out, 0, sizeof *leaf_out);
    leaf_out->seq = (uint64_t)(seq < 0 ? 0 : seq);
    leaf_out->kind = read_name(rows, row, 1);
    leaf_out->at_us = at < 0 || at >= INT64_C(1000000000000000000) ? 0 : at;
    leaf_out->table = read_name(rows, row, 3);
    leaf_out->row = db_id(rows, row, 4);
    leaf_out->has_salt = !db_is_null(rows, row, 5);
    read_bytes(rows, row, 5, leaf_out->salt, sizeof leaf_out->salt);
    read_bytes(rows, row, 6, leaf_out->commitment.b, HASH256_BYTES);
    read_bytes(rows, row, 7, leaf_out->hash.b, HASH256_BYTES);
}

enum err store_count(struct db *db, int64_t *n_leaves_out, int64_t *n_checkpoints_out,
                     struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &log_count, &args, &rows, why);
    if (rc == ERR_OK) {
        *n_leaves_out = db_i64(rows, 0, 0);
        *n_checkpoints_out = db_i64(rows, 0, 1);
    }
    db_rows_free(&rows);
    return rc;
}

/* ---- checkpoints ---- */

enum err store_add_checkpoint(struct tx *tx, const struct merkle *tree, struct span note,
                              struct fail *why)
{
    uint8_t frontier[MERKLE_FRONTIER_CAP];
    struct hash256 root = merkle_root(tree);
    struct db_args args;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)tree->n);
    db_arg_bytes(&args, hash256_span(&root));
    db_arg_bytes(&args, span_of(frontier, merkle_frontier_into(tree, frontier)));
    db_arg_text(&args, note);
    return tx_run(tx, &checkpoint_add, &args, NULL, why);
}

struct stored_checkpoint store_checkpoint_at(const struct db_rows *rows, int row)
{
    int64_t size = db_i64(rows, row, 0);

    return (struct stored_checkpoint){
        .size = (uint64_t)(size < 0 ? 0 : size),
        .root = db_bytes(rows, row, 1),
        .frontier = db_bytes(rows, row, 2),
        .note = db_bytes(rows, row, 3),
    };
}

enum err store_last_checkpoint(struct db *db, struct db_rows **rows_out,
                               struct stored_checkpoint *last_out, bool *has_out,
                               struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &checkpoint_last, &args, rows_out, why);
    if (rc != ERR_OK)
        return rc;
    *has_out = db_rows_n(*rows_out) > 0;
    if (*has_out)
        *last_out = store_checkpoint_at(*rows_out, 0);
    return ERR_OK;
}

enum err store_n_checkpoints_from(struct tx *tx, uint64_t size, int64_t *n_out,
                                  struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)size);
    rc = tx_run(tx, &checkpoint_n_from, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err store_checkpoints(struct db *db, uint64_t after, int n_cap, struct db_rows **rows_out,
                           struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)after);
    db_arg_i32(&args, n_cap);
    return db_run(db, &checkpoint_after, &args, rows_out, why);
}

/* ---- deletions ---- */

enum err store_find_seqs(struct tx *tx, const char *table, const struct id *rows, size_t n_rows,
                         uint64_t **seqs_out, size_t *n_out, struct fail *why)
{
    struct arena *arena = tx_arena(tx);
    struct db_rows *found = NULL;
    struct db_args args;
    uint64_t *seqs = NULL;
    int n = 0;
    enum err rc;

    db_args_init(&args);
    rc = store_arg_ids(&args, rows, n_rows, arena, why);
    if (rc != ERR_OK)
        return rc;
    db_arg_text(&args, span_text(table));
    rc = tx_run(tx, &leaf_seqs, &args, &found, why);
    if (rc == ERR_OK) {
        n = db_rows_n(found);
        seqs = arena_alloc(arena, ((size_t)n + 1) * sizeof *seqs);
        if (seqs == NULL)
            rc = fail_set(why, ERR_NOMEM, "%d leaves", n);
    }
    for (int i = 0; rc == ERR_OK && seqs != NULL && i < n; i++)
        seqs[i] = (uint64_t)db_i64(found, i, 0);
    db_rows_free(&found);
    if (rc == ERR_OK) {
        *seqs_out = seqs;
        *n_out = (size_t)n;
    }
    return rc;
}

enum err store_add_deletion(struct tx *tx, const struct deletion *deletion, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, deletion->id);
    db_arg_time(&args, deletion->at_us);
    db_arg_text(&args, deletion->rule);
    db_arg_text(&args, deletion->table);
    db_arg_i32(&args, (int32_t)deletion->n_rows);
    db_arg_text(&args, deletion->seqs);
    return tx_run(tx, &deletion_add, &args, NULL, why);
}

enum err store_destroy(struct tx *tx, struct id deletion, int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, deletion);
    rc = tx_run(tx, &destroy, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

static enum err deletion_canonical(const struct db_rows *rows, int row, struct arena *arena,
                                   struct span *bytes_out, struct fail *why)
{
    struct deletion d = {
        .id = db_id(rows, row, 0),
        .at_us = db_time(rows, row, 1),
        .rule = db_bytes(rows, row, 2),
        .table = db_bytes(rows, row, 3),
        .n_rows = (uint64_t)db_i64(rows, row, 4),
        .seqs = db_bytes(rows, row, 5),
    };

    return deletion_write(&d, arena, bytes_out, why);
}

/* ---- the access record ---- */

static void arg_optional(struct db_args *args, const char *text)
{
    if (text == NULL)
        db_arg_null(args);
    else
        db_arg_text(args, span_text(text));
}

enum err store_add_access(struct tx *tx, const struct access_entry *e, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, e->id);
    db_arg_time(&args, e->at_utc_us);
    db_arg_text(&args, span_text(e->route));
    db_arg_text(&args, span_text(e->role));
    db_arg_id(&args, e->account);
    arg_optional(&args, e->operator_name);
    db_arg_text(&args, e->address);
    db_arg_id(&args, e->object);
    db_arg_id(&args, e->person);
    db_arg_text(&args, span_text(e->action));
    db_arg_text(&args, span_text(e->outcome));
    db_arg_text(&args, e->purpose);
    return tx_send(tx, &access_add, &args, why);
}

static struct span copy(struct arena *arena, const struct db_rows *rows, int row, int column,
                        bool *is_whole)
{
    struct span from = db_bytes(rows, row, column), to = arena_copy(arena, from);

    *is_whole = *is_whole && to.len == from.len;
    return to;
}

/* false: no memory. */
static bool read_past(const struct db_rows *rows, int i, struct arena *arena,
                      struct access_past *p)
{
    bool is_whole = true;

    *p = (struct access_past){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .route = copy(arena, rows, i, 2, &is_whole),
        .role = copy(arena, rows, i, 3, &is_whole),
        .account = db_id(rows, i, 4),
        .operator_name = copy(arena, rows, i, 5, &is_whole),
        .address = copy(arena, rows, i, 6, &is_whole),
        .object = db_id(rows, i, 7),
        .person = db_id(rows, i, 8),
        .action = copy(arena, rows, i, 9, &is_whole),
        .outcome = copy(arena, rows, i, 10, &is_whole),
        .purpose = copy(arena, rows, i, 11, &is_whole),
        .n_shown = db_i64(rows, i, 12),
    };
    return is_whole;
}

static struct id greatest_id(void)
{
    struct id id;

    memset(id.b, 0xff, sizeof id.b);
    return id;
}

enum err access_list(struct db *db, const struct access_filter *filter, struct arena *arena,
                     struct access_past **out, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct access_past *past = NULL;
    struct db_args args;
    int n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, filter->from_utc_us);
    db_arg_time(&args, filter->until_utc_us);
    db_arg_id(&args, filter->account);
    db_arg_id(&args, filter->person);
    db_arg_text(&args, filter->action);
    db_arg_time(&args, filter->before_utc_us);
    db_arg_id(&args, id_is_none(filter->before) ? greatest_id() : filter->before);
    db_arg_i32(&args, filter->n_cap);
    rc = db_run(db, &access_page, &args, &rows, why);
    if (rc == ERR_OK) {
        n = db_rows_n(rows);
        past = arena_alloc(arena, ((size_t)n + 1) * sizeof *past);
        if (past == NULL)
            rc = fail_set(why, ERR_NOMEM, "%d entries", n);
    }
    for (int i = 0; rc == ERR_OK && past != NULL && i < n; i++)
        if (!read_past(rows, i, arena, &past[i]))
            rc = fail_set(why, ERR_NOMEM, "%d entries", n);
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        *out = past;
        *n_out = (size_t)n;
    }
    return rc;
}

const struct audit_table audit_access_table = {
    .table = "access_record",
    .rows = &access_rows,
    .extra = &access_extra,
    .canonical = access_canonical,
};
const struct audit_table audit_deletion_table = {
    .table = DELETION_TABLE,
    .rows = &deletion_rows,
    .extra = &deletion_extra,
    .canonical = deletion_canonical,
};
