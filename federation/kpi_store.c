#include "federation/kpi_store.h"

#include <stddef.h>
#include <string.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"

#define COLUMNS \
    "id, month, month_at, version, revision, kind, k, registry_seq, made_at, by, reason, sum"
#define PEER_COLUMNS "release, node, op, state, code, at"

static const struct stmt add = {
    "kpi_sent_add", "INSERT INTO kpi_release (" COLUMNS ") VALUES ($1::uuid, $2::uuid,"
                    " $3::timestamptz, $4::integer, $5::integer, $6::text, $7::integer,"
                    " $8::bigint, $9::timestamptz, $10::uuid, $11::text, $12::bytea)"};
static const struct stmt add_cells = {
    "kpi_sent_add_cells",
    "INSERT INTO kpi_release_cell (release, n, kpi, part, shown, num, den) SELECT $1::uuid,"
    " l.n, l.kpi, l.part, l.shown, l.num, l.den FROM jsonb_to_recordset($2::text::jsonb ->"
    " 'cells') AS l (n integer, kpi text, part text, shown text, num bigint, den bigint)"};
static const struct stmt last = {
    "kpi_sent_last", "SELECT " COLUMNS " FROM kpi_release WHERE month_at = $1::timestamptz"
                     " ORDER BY revision DESC LIMIT 1"};
static const struct stmt first = {
    "kpi_sent_first", "SELECT " COLUMNS " FROM kpi_release WHERE month_at = $1::timestamptz"
                      " ORDER BY revision LIMIT 1"};
static const struct stmt list = {
    "kpi_sent_list", "SELECT " COLUMNS " FROM kpi_release ORDER BY month_at DESC, revision DESC"
                     " LIMIT $1::integer"};
static const struct stmt cells_of = {
    "kpi_sent_cells", "SELECT kpi, part, shown, num, den FROM kpi_release_cell WHERE release ="
                      " $1::uuid ORDER BY n"};
static const struct stmt peer_add = {
    "kpi_peer_add", "INSERT INTO kpi_release_peer (" PEER_COLUMNS ") VALUES ($1::uuid,"
                    " $2::uuid, $3::uuid, $4::text, $5::text, $6::timestamptz)"};
static const struct stmt peer_end = {
    "kpi_peer_end", "UPDATE kpi_release_peer SET state = $2::text, code = $3::text,"
                    " at = $4::timestamptz WHERE op = $1::uuid AND state <> 'received'"};
static const struct stmt peer_find = {
    "kpi_peer_find", "SELECT " PEER_COLUMNS " FROM kpi_release_peer WHERE release = $1::uuid"
                     " AND node = $2::uuid"};
static const struct stmt peer_list = {
    "kpi_peer_list", "SELECT " PEER_COLUMNS " FROM kpi_release_peer ORDER BY release, node"};
static const struct stmt leaves = {
    "kpi_release_leaves", "SELECT " COLUMNS " FROM kpi_release WHERE id = ANY ($1::uuid[])"};
static const struct stmt extra = {"kpi_release_extra",
                                  "SELECT r.id FROM kpi_release r WHERE NOT EXISTS (SELECT FROM"
                                  " audit_leaf l WHERE l.row_id = r.id AND l.table_name ="
                                  " 'kpi_release')"};

const struct stmt *const kpi_sent_stmts[KPI_SENT_STMTS_N] = {
    &add,      &add_cells, &last,      &first,     &list,   &cells_of,
    &peer_add, &peer_end,  &peer_find, &peer_list, &leaves, &extra,
};

/* ---- the leaf ---- */

struct leaf {
    struct kpi_sent row;
    int kind;
    bool has_by;
    struct span sum;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "month", JX_ID, row.month),
    LEAF_FIELD(leaf, "month_at", JX_TIME, row.month_utc_us),
    LEAF_FIELD(leaf, "version", JX_INT, row.version),
    LEAF_FIELD(leaf, "revision", JX_INT, row.revision),
    {.name = "kind",
     .type = JX_ENUM,
     .choices = KPI_RELEASE_KINDS,
     .offset = offsetof(struct leaf, kind)},
    LEAF_FIELD(leaf, "k", JX_INT, row.k),
    LEAF_FIELD(leaf, "registry_seq", JX_INT, row.registry_seq),
    LEAF_FIELD(leaf, "made_at", JX_TIME, row.made_utc_us),
    {.name = "by",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct leaf, row.by),
     .has_offset = offsetof(struct leaf, has_by)},
    LEAF_FIELD(leaf, "reason", JX_TEXT, row.reason),
    LEAF_FIELD(leaf, "sum", JX_BYTES, sum),
};
static const struct jx_shape leaf_shape = JX_SHAPE("KpiReleaseLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct kpi_sent *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {*row, (int)row->kind, !id_is_none(row->by),
                              hash256_span(&row->sum)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Borrows from the rows. */
static enum err borrow(const struct db_rows *rows, int i, struct kpi_sent *out,
                       struct fail *why)
{
    int kind = jx_choice_find(KPI_RELEASE_KINDS, db_bytes(rows, i, 5));
    struct span sum = db_bytes(rows, i, 11);

    *out = (struct kpi_sent){
        .id = db_id(rows, i, 0),
        .month = db_id(rows, i, 1),
        .month_utc_us = db_time(rows, i, 2),
        .version = db_i64(rows, i, 3),
        .revision = db_i64(rows, i, 4),
        .kind = (enum kpi_release_kind)kind,
        .k = db_i64(rows, i, 6),
        .registry_seq = db_i64(rows, i, 7),
        .made_utc_us = db_time(rows, i, 8),
        .by = db_is_null(rows, i, 9) ? ID_NONE : db_id(rows, i, 9),
        .reason = db_bytes(rows, i, 10),
    };
    if (kind < 0 || sum.len != HASH256_BYTES)
        return fail_set(why, ERR_INTERNAL, "a release's row");
    memcpy(out->sum.b, sum.p, HASH256_BYTES);
    return ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct kpi_sent sent;
    enum err rc = borrow(rows, row, &sent, why);

    return rc == ERR_OK ? write_leaf(&sent, arena, bytes_out, why) : rc;
}

const struct audit_table kpi_release_audit_table = {"kpi_release", &leaves, &extra,
                                                    leaf_of_row};

/* ---- what was sent ---- */

struct cell_text {
    int64_t n;
    struct span kpi;
    int part, shown;
    bool has_numbers;
    int64_t num, den;
};
#define CELL_FIELD(type_, name_) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct cell_text, name_) \
    }
#define CELL_NUMBER(name_) \
    { \
        .name = #name_, .type = JX_INT, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct cell_text, name_), \
        .has_offset = offsetof(struct cell_text, has_numbers) \
    }
static const struct jx_field cell_fields[] = {
    CELL_FIELD(JX_INT, n),
    CELL_FIELD(JX_TEXT, kpi),
    {.name = "part",
     .type = JX_ENUM,
     .choices = KPI_PARTS,
     .offset = offsetof(struct cell_text, part)},
    {.name = "shown",
     .type = JX_ENUM,
     .choices = KPI_SENT_SHOWNS,
     .offset = offsetof(struct cell_text, shown)},
    CELL_NUMBER(num),
    CELL_NUMBER(den),
};
static const struct jx_shape cell_shape =
    JX_SHAPE("KpiSentCell", struct cell_text, cell_fields);
struct cells_text {
    struct jx_list cells;
};
static const struct jx_field cells_fields[] = {{.name = "cells",
                                                .type = JX_LIST,
                                                .shape = &cell_shape,
                                                .offset = offsetof(struct cells_text, cells)}};
static const struct jx_shape cells_shape =
    JX_SHAPE("KpiSentCells", struct cells_text, cells_fields);

static enum err write_cells(const struct kpi_sent_cell *cells, size_t n, struct arena *arena,
                            struct span *text_out, struct fail *why)
{
    struct cell_text *texts = arena_alloc(arena, (n + 1) * sizeof *texts);
    const struct cells_text all = {{texts, n}};

    if (texts == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    for (size_t i = 0; i < n; i++)
        texts[i] = (struct cell_text){(int64_t)i,
                                      cells[i].kpi,
                                      (int)cells[i].part,
                                      (int)cells[i].shown,
                                      cells[i].shown == KPI_SENT_SHOWN,
                                      cells[i].num,
                                      cells[i].den};
    return jx_write(&cells_shape, &all, arena, text_out, why);
}

enum err kpi_sent_add(struct tx *tx, const struct kpi_sent *sent,
                      const struct kpi_sent_cell *cells, size_t n, struct fail *why)
{
    struct span leaf, text;
    struct db_args args;
    enum err rc = write_cells(cells, n, tx_arena(tx), &text, why);

    if (rc == ERR_OK)
        rc = write_leaf(sent, tx_arena(tx), &leaf, why);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, sent->id);
    db_arg_id(&args, sent->month);
    db_arg_time(&args, sent->month_utc_us);
    db_arg_i32(&args, (int32_t)sent->version);
    db_arg_i32(&args, (int32_t)sent->revision);
    db_arg_text(&args, jx_choice_at(KPI_RELEASE_KINDS, (int)sent->kind));
    db_arg_i32(&args, (int32_t)sent->k);
    db_arg_i64(&args, sent->registry_seq);
    db_arg_time(&args, sent->made_utc_us);
    if (id_is_none(sent->by))
        db_arg_null(&args);
    else
        db_arg_id(&args, sent->by);
    db_arg_text(&args, sent->reason);
    db_arg_bytes(&args, hash256_span(&sent->sum));
    rc = tx_run(tx, &add, &args, NULL, why);
    db_args_init(&args);
    db_arg_id(&args, sent->id);
    db_arg_text(&args, text);
    if (rc == ERR_OK)
        rc = tx_run(tx, &add_cells, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "kpi.release", "kpi_release", sent->id, leaf, why)
                        : rc;
}

static enum err own_sent(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct kpi_sent *out = into;
    enum err rc = borrow(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->reason) : rc;
}
static const struct store_list sents = {sizeof(struct kpi_sent), own_sent};

static enum err find_sent(struct tx *tx, struct db *db, const struct stmt *stmt,
                          int64_t month_utc_us, struct arena *arena, struct kpi_sent *out,
                          struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, month_utc_us);
    rc = store_list(tx, db, stmt, &args, &sents, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "nothing was sent of that month");
    if (rc == ERR_OK)
        *out = *(struct kpi_sent *)all;
    return rc;
}

enum err kpi_sent_last(struct tx *tx, struct db *db, int64_t month_utc_us, struct arena *arena,
                       struct kpi_sent *out, struct fail *why)
{
    return find_sent(tx, db, &last, month_utc_us, arena, out, why);
}

enum err kpi_sent_first(struct db *db, int64_t month_utc_us, struct arena *arena,
                        struct kpi_sent *out, struct fail *why)
{
    return find_sent(NULL, db, &first, month_utc_us, arena, out, why);
}

enum err kpi_sent_list(struct db *db, int n_cap, struct arena *arena, struct kpi_sent **out,
                       size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &list, &args, &sents, arena, &all, n_out, why);
    *out = all;
    return rc;
}

static enum err own_cell(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct kpi_sent_cell *out = into;
    int part = jx_choice_find(KPI_PARTS, db_bytes(rows, i, 1));
    int shown = jx_choice_find(KPI_SENT_SHOWNS, db_bytes(rows, i, 2));

    *out = (struct kpi_sent_cell){
        .kpi = db_bytes(rows, i, 0),
        .part = (enum kpi_part)part,
        .shown = (enum kpi_sent_shown)shown,
        .num = db_is_null(rows, i, 3) ? 0 : db_i64(rows, i, 3),
        .den = db_is_null(rows, i, 4) ? 0 : db_i64(rows, i, 4),
    };
    if (part < 0 || shown < 0)
        return fail_set(why, ERR_INTERNAL, "a cell that was sent");
    return STORE_OWN(arena, why, &out->kpi);
}

enum err kpi_sent_cells(struct tx *tx, struct db *db, struct id release, struct arena *arena,
                        struct kpi_sent_cell **out, size_t *n_out, struct fail *why)
{
    static const struct store_list cells = {sizeof(struct kpi_sent_cell), own_cell};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, release);
    rc = store_list(tx, db, &cells_of, &args, &cells, arena, &all, n_out, why);
    *out = all;
    return rc;
}

/* ---- to whom ---- */

enum err kpi_peer_add(struct tx *tx, const struct kpi_sent_peer *peer, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, peer->release);
    db_arg_id(&args, peer->node);
    db_arg_id(&args, peer->op);
    db_arg_text(&args, jx_choice_at(KPI_PEER_STATES, (int)peer->state));
    db_arg_text(&args, peer->code);
    db_arg_time(&args, peer->at_utc_us);
    return tx_run(tx, &peer_add, &args, NULL, why);
}

enum err kpi_peer_end(struct tx *tx, const struct kpi_sent_peer *peer, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, peer->op);
    db_arg_text(&args, jx_choice_at(KPI_PEER_STATES, (int)peer->state));
    db_arg_text(&args, peer->code);
    db_arg_time(&args, peer->at_utc_us);
    return tx_run(tx, &peer_end, &args, NULL, why);
}

static enum err own_peer(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct kpi_sent_peer *out = into;
    int state = jx_choice_find(KPI_PEER_STATES, db_bytes(rows, i, 3));

    *out = (struct kpi_sent_peer){
        .release = db_id(rows, i, 0),
        .node = db_id(rows, i, 1),
        .op = db_id(rows, i, 2),
        .state = (enum kpi_peer_state)state,
        .code = db_bytes(rows, i, 4),
        .at_utc_us = db_time(rows, i, 5),
    };
    if (state < 0)
        return fail_set(why, ERR_INTERNAL, "the state of a release");
    return STORE_OWN(arena, why, &out->code);
}
static const struct store_list peers = {sizeof(struct kpi_sent_peer), own_peer};

enum err kpi_peer_find(struct tx *tx, struct id release, struct id node, struct arena *arena,
                       struct kpi_sent_peer *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, release);
    db_arg_id(&args, node);
    rc = store_list(tx, NULL, &peer_find, &args, &peers, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "that release did not go there");
    if (rc == ERR_OK)
        *out = *(struct kpi_sent_peer *)all;
    return rc;
}

enum err kpi_peer_list(struct db *db, struct arena *arena, struct kpi_sent_peer **out,
                       size_t *n_out, struct fail *why)
{
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, &peer_list, &none, &peers, arena, &all, n_out, why);
    *out = all;
    return rc;
}
