/* The coordinator's half: what nodes released, and what was asked of them. */
#include <stddef.h>
#include <string.h>

#include "federation/kpi_store.h"
#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"

#define COLUMNS      "id, node, month_at, version, revision, kind, k, registry_seq, received_at, sum"
#define ASK_COLUMNS  "op, node, month_at, cuts, at, by, code, ended_at"
#define CELL_COLUMNS "c.release, c.kpi, c.part, c.num, c.den"

static const struct stmt add = {
    "fed_kpi_add", "INSERT INTO fed_kpi (" COLUMNS ") VALUES ($1::uuid, $2::uuid,"
                   " $3::timestamptz, $4::integer, $5::integer, $6::text, $7::integer,"
                   " $8::bigint, $9::timestamptz, $10::bytea)"};
static const struct stmt add_cells = {
    "fed_kpi_add_cells",
    "INSERT INTO fed_kpi_cell (release, n, kpi, part, num, den) SELECT $1::uuid, l.n, l.kpi,"
    " l.part, l.num, l.den FROM jsonb_to_recordset($2::text::jsonb -> 'cells') AS l (n"
    " integer, kpi text, part text, num bigint, den bigint)"};
static const struct stmt forget = {
    "fed_kpi_forget", "DELETE FROM fed_kpi_cell WHERE release IN (SELECT id FROM fed_kpi WHERE"
                      " node = $1::uuid AND month_at = $2::timestamptz)"};
static const struct stmt forget_all = {
    "fed_kpi_forget_all",
    "DELETE FROM fed_kpi_cell WHERE release IN (SELECT id FROM fed_kpi WHERE node = $1::uuid)"};
static const struct stmt last = {
    "fed_kpi_last", "SELECT " COLUMNS " FROM fed_kpi WHERE node = $1::uuid AND month_at ="
                    " $2::timestamptz ORDER BY revision DESC LIMIT 1"};
static const struct stmt last_cells = {
    "fed_kpi_last_cells",
    "SELECT " CELL_COLUMNS " FROM fed_kpi_cell c WHERE c.release = $1::uuid ORDER BY c.n"};
static const struct stmt latest = {
    "fed_kpi_latest",
    "SELECT DISTINCT ON (month_at, node) " COLUMNS " FROM fed_kpi WHERE month_at >="
    " $1::timestamptz AND month_at < $2::timestamptz ORDER BY month_at, node, revision DESC"};
static const struct stmt latest_cells = {
    "fed_kpi_latest_cells",
    "SELECT " CELL_COLUMNS " FROM fed_kpi_cell c JOIN fed_kpi f ON f.id = c.release WHERE"
    " f.month_at >= $1::timestamptz AND f.month_at < $2::timestamptz"
    " ORDER BY f.month_at, f.node, c.n"};
static const struct stmt standing = {
    "fed_kpi_standing",
    "SELECT " COLUMNS " FROM (SELECT DISTINCT ON (month_at) " COLUMNS " FROM fed_kpi WHERE"
    " node = $1::uuid ORDER BY month_at, revision DESC) AS l WHERE kind <> 'withdraw'"
    " ORDER BY month_at"};
static const struct stmt stale = {
    "fed_kpi_stale",
    "SELECT DISTINCT ON (node) node, CASE WHEN kind = 'withdraw' THEN NULL ELSE month_at END,"
    " received_at FROM (SELECT DISTINCT ON (node, month_at) node, month_at, kind, received_at"
    " FROM fed_kpi ORDER BY node, month_at, revision DESC) AS l"
    " ORDER BY node, (kind = 'withdraw'), month_at DESC"};
static const struct stmt ask_add = {
    "fed_kpi_ask_add", "INSERT INTO fed_kpi_ask (" ASK_COLUMNS ") VALUES ($1::uuid, $2::uuid,"
                       " $3::timestamptz, $4::text, $5::timestamptz, $6::uuid, '', NULL)"};
static const struct stmt ask_end = {
    "fed_kpi_ask_end", "UPDATE fed_kpi_ask SET code = $2::text, ended_at = $3::timestamptz"
                       " WHERE op = $1::uuid AND ended_at IS NULL"};
static const struct stmt ask_list = {
    "fed_kpi_ask_list",
    "SELECT " ASK_COLUMNS " FROM fed_kpi_ask ORDER BY at DESC, op LIMIT $1::integer"};
static const struct stmt leaves = {
    "fed_kpi_leaves", "SELECT " COLUMNS " FROM fed_kpi WHERE id = ANY ($1::uuid[])"};
static const struct stmt extra = {
    "fed_kpi_extra", "SELECT f.id FROM fed_kpi f WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                     " WHERE l.row_id = f.id AND l.table_name = 'fed_kpi')"};

const struct stmt *const fed_kpi_stmts[FED_KPI_STMTS_N] = {
    &add,        &add_cells, &forget,       &forget_all, &last,
    &last_cells, &latest,    &latest_cells, &standing,   &stale,
    &ask_add,    &ask_end,   &ask_list,     &leaves,     &extra,
};

/* ---- the leaf ---- */

struct leaf {
    struct fed_kpi_row row;
    int kind;
    struct span sum;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "node", JX_ID, row.node),
    LEAF_FIELD(leaf, "month_at", JX_TIME, row.month_utc_us),
    LEAF_FIELD(leaf, "version", JX_INT, row.version),
    LEAF_FIELD(leaf, "revision", JX_INT, row.revision),
    {.name = "kind",
     .type = JX_ENUM,
     .choices = KPI_RELEASE_KINDS,
     .offset = offsetof(struct leaf, kind)},
    LEAF_FIELD(leaf, "k", JX_INT, row.k),
    LEAF_FIELD(leaf, "registry_seq", JX_INT, row.registry_seq),
    LEAF_FIELD(leaf, "received_at", JX_TIME, row.received_utc_us),
    LEAF_FIELD(leaf, "sum", JX_BYTES, sum),
};
static const struct jx_shape leaf_shape = JX_SHAPE("FedKpiLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct fed_kpi_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {*row, (int)row->kind, hash256_span(&row->sum)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct fed_kpi_row *out = into;
    int kind = jx_choice_find(KPI_RELEASE_KINDS, db_bytes(rows, i, 5));
    struct span sum = db_bytes(rows, i, 9);

    (void)arena;
    *out = (struct fed_kpi_row){
        .id = db_id(rows, i, 0),
        .node = db_id(rows, i, 1),
        .month_utc_us = db_time(rows, i, 2),
        .version = db_i64(rows, i, 3),
        .revision = db_i64(rows, i, 4),
        .kind = (enum kpi_release_kind)kind,
        .k = db_i64(rows, i, 6),
        .registry_seq = db_i64(rows, i, 7),
        .received_utc_us = db_time(rows, i, 8),
    };
    if (kind < 0 || sum.len != HASH256_BYTES)
        return fail_set(why, ERR_INTERNAL, "a received release's row");
    memcpy(out->sum.b, sum.p, HASH256_BYTES);
    return ERR_OK;
}
static const struct store_list rows_list = {sizeof(struct fed_kpi_row), own_row};

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct fed_kpi_row got;
    enum err rc = own_row(rows, row, arena, &got, why);

    return rc == ERR_OK ? write_leaf(&got, arena, bytes_out, why) : rc;
}

const struct audit_table fed_kpi_audit_table = {"fed_kpi", &leaves, &extra, leaf_of_row};

/* ---- adding ---- */

struct cell_text {
    int64_t n;
    struct span kpi;
    int part;
    bool has_numbers;
    int64_t num, den;
};
#define CELL_NUMBER(name_) \
    { \
        .name = #name_, .type = JX_INT, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct cell_text, name_), \
        .has_offset = offsetof(struct cell_text, has_numbers) \
    }
static const struct jx_field cell_fields[] = {
    {.name = "n", .type = JX_INT, .offset = offsetof(struct cell_text, n)},
    {.name = "kpi", .type = JX_TEXT, .offset = offsetof(struct cell_text, kpi)},
    {.name = "part",
     .type = JX_ENUM,
     .choices = KPI_PARTS,
     .offset = offsetof(struct cell_text, part)},
    CELL_NUMBER(num),
    CELL_NUMBER(den),
};
static const struct jx_shape cell_shape = JX_SHAPE("FedKpiCell", struct cell_text, cell_fields);
struct cells_text {
    struct jx_list cells;
};
static const struct jx_field cells_fields[] = {{.name = "cells",
                                                .type = JX_LIST,
                                                .shape = &cell_shape,
                                                .offset = offsetof(struct cells_text, cells)}};
static const struct jx_shape cells_shape =
    JX_SHAPE("FedKpiCells", struct cells_text, cells_fields);

static enum err write_cells(const struct fed_kpi_row *row, struct arena *arena,
                            struct span *text_out, struct fail *why)
{
    struct cell_text *texts = arena_alloc(arena, (row->n_cells + 1) * sizeof *texts);
    const struct cells_text all = {{texts, row->n_cells}};

    if (texts == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct fed_kpi_cell *cell = &row->cells[i];

        texts[i] = (struct cell_text){(int64_t)i,     cell->kpi, (int)cell->part,
                                      cell->is_shown, cell->num, cell->den};
    }
    return jx_write(&cells_shape, &all, arena, text_out, why);
}

/* The row and its leaf alone. */
static enum err add_row(struct tx *tx, const struct fed_kpi_row *row, struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &leaf, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->node);
    db_arg_time(&args, row->month_utc_us);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_i32(&args, (int32_t)row->revision);
    db_arg_text(&args, jx_choice_at(KPI_RELEASE_KINDS, (int)row->kind));
    db_arg_i32(&args, (int32_t)row->k);
    db_arg_i64(&args, row->registry_seq);
    db_arg_time(&args, row->received_utc_us);
    db_arg_bytes(&args, hash256_span(&row->sum));
    rc = tx_run(tx, &add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "kpi.received", "fed_kpi", row->id, leaf, why) : rc;
}

enum err fed_kpi_add(struct tx *tx, const struct fed_kpi_row *row, struct fail *why)
{
    struct span text;
    struct db_args args;
    enum err rc = write_cells(row, tx_arena(tx), &text, why);

    db_args_init(&args);
    db_arg_id(&args, row->node);
    db_arg_time(&args, row->month_utc_us);
    if (rc == ERR_OK)
        rc = tx_run(tx, &forget, &args, NULL, why);
    if (rc == ERR_OK)
        rc = add_row(tx, row, why);
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, text);
    return rc == ERR_OK ? tx_run(tx, &add_cells, &args, NULL, why) : rc;
}

enum err fed_kpi_take_back(struct tx *tx, struct id node, int64_t now_utc_us, int64_t *n_out,
                           struct fail *why)
{
    struct db_rows *gone = NULL;
    struct db_args args;
    void *all = NULL;
    struct fed_kpi_row *row;
    size_t n = 0;
    enum err rc;

    *n_out = 0;
    db_args_init(&args);
    db_arg_id(&args, node);
    rc = store_list(tx, NULL, &standing, &args, &rows_list, tx_arena(tx), &all, &n, why);
    row = all;
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        row[i].id = id_new();
        row[i].kind = KPI_WITHDRAW;
        row[i].revision++;
        row[i].received_utc_us = now_utc_us;
        row[i].sum = hash256_of(SPAN("")); /* no bytes of that node say it: its order does */
        rc = add_row(tx, &row[i], why);
    }
    db_args_init(&args);
    db_arg_id(&args, node);
    if (rc == ERR_OK)
        rc = tx_run(tx, &forget_all, &args, &gone, why);
    if (rc == ERR_OK)
        *n_out = db_rows_affected(gone);
    db_rows_free(&gone);
    return rc;
}

/* ---- reading ---- */

struct got_cell {
    struct id release;
    struct fed_kpi_cell cell;
};

static enum err own_cell(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct got_cell *out = into;
    int part = jx_choice_find(KPI_PARTS, db_bytes(rows, i, 2));
    bool is_shown = !db_is_null(rows, i, 3);

    *out = (struct got_cell){db_id(rows, i, 0),
                             {.kpi = db_bytes(rows, i, 1),
                              .part = (enum kpi_part)part,
                              .is_shown = is_shown,
                              .num = is_shown ? db_i64(rows, i, 3) : 0,
                              .den = is_shown ? db_i64(rows, i, 4) : 0}};
    if (part < 0)
        return fail_set(why, ERR_INTERNAL, "a received cell");
    return STORE_OWN(arena, why, &out->cell.kpi);
}
static const struct store_list cells_list = {sizeof(struct got_cell), own_cell};

/* Both in the same order: every row takes the cells that name it. */
static enum err deal(struct fed_kpi_row *rows, size_t n_rows, const struct got_cell *got,
                     size_t n, struct arena *arena, struct fail *why)
{
    struct fed_kpi_cell *cells = arena_alloc(arena, (n + 1) * sizeof *cells);
    size_t at = 0;

    if (cells == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    for (size_t i = 0; i < n; i++)
        cells[i] = got[i].cell;
    for (size_t i = 0; i < n_rows; i++) {
        rows[i].cells = cells + at;
        while (at < n && id_eq(got[at].release, rows[i].id))
            at++;
        rows[i].n_cells = (size_t)(cells + at - rows[i].cells);
    }
    return at == n ? ERR_OK : fail_set(why, ERR_INTERNAL, "cells of no release");
}

enum err fed_kpi_last(struct tx *tx, struct id node, int64_t month_utc_us, struct arena *arena,
                      struct fed_kpi_row *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL, *got = NULL;
    size_t n = 0, n_got = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, node);
    db_arg_time(&args, month_utc_us);
    rc = store_list(tx, NULL, &last, &args, &rows_list, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "that node released nothing of that month");
    if (rc != ERR_OK)
        return rc;
    *out = *(struct fed_kpi_row *)all;
    db_args_init(&args);
    db_arg_id(&args, out->id);
    rc = store_list(tx, NULL, &last_cells, &args, &cells_list, arena, &got, &n_got, why);
    return rc == ERR_OK ? deal(out, 1, got, n_got, arena, why) : rc;
}

enum err fed_kpi_latest(struct db *db, int64_t from_utc_us, int64_t to_utc_us,
                        struct arena *arena, struct fed_kpi_row **out, size_t *n_out,
                        struct fail *why)
{
    struct db_args args;
    void *all = NULL, *got = NULL;
    size_t n_got = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, from_utc_us);
    db_arg_time(&args, to_utc_us);
    rc = store_list(NULL, db, &latest, &args, &rows_list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        rc = store_list(NULL, db, &latest_cells, &args, &cells_list, arena, &got, &n_got, why);
    *out = all;
    return rc == ERR_OK ? deal(*out, *n_out, got, n_got, arena, why) : rc;
}

static enum err own_newest(const struct db_rows *rows, int i, struct arena *arena, void *into,
                           struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct fed_kpi_newest *)into = (struct fed_kpi_newest){
        db_id(rows, i, 0), db_is_null(rows, i, 1) ? 0 : db_time(rows, i, 1),
        db_time(rows, i, 2)};
    return ERR_OK;
}

enum err fed_kpi_stale(struct db *db, struct arena *arena, struct fed_kpi_newest **out,
                       size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct fed_kpi_newest), own_newest};
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(NULL, db, &stale, &none, &as, arena, &all, n_out, why);
    *out = all;
    return rc;
}

/* ---- asking ---- */

enum err fed_kpi_ask_add(struct tx *tx, const struct fed_kpi_ask *ask, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, ask->op);
    db_arg_id(&args, ask->node);
    db_arg_time(&args, ask->month_utc_us);
    db_arg_text(&args, ask->cuts);
    db_arg_time(&args, ask->at_utc_us);
    db_arg_id(&args, ask->by);
    return tx_run(tx, &ask_add, &args, NULL, why);
}

enum err fed_kpi_ask_end(struct tx *tx, struct id op, struct span code, int64_t now_utc_us,
                         struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, op);
    db_arg_text(&args, code);
    db_arg_time(&args, now_utc_us);
    return tx_run(tx, &ask_end, &args, NULL, why);
}

static enum err own_ask(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct fed_kpi_ask *out = into;

    *out = (struct fed_kpi_ask){
        .op = db_id(rows, i, 0),
        .node = db_id(rows, i, 1),
        .month_utc_us = db_time(rows, i, 2),
        .cuts = db_bytes(rows, i, 3),
        .at_utc_us = db_time(rows, i, 4),
        .by = db_id(rows, i, 5),
        .code = db_bytes(rows, i, 6),
        .ended_utc_us = db_is_null(rows, i, 7) ? 0 : db_time(rows, i, 7),
    };
    return STORE_OWN(arena, why, &out->cuts, &out->code);
}

enum err fed_kpi_ask_list(struct db *db, int n_cap, struct arena *arena,
                          struct fed_kpi_ask **out, size_t *n_out, struct fail *why)
{
    static const struct store_list asks = {sizeof(struct fed_kpi_ask), own_ask};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &ask_list, &args, &asks, arena, &all, n_out, why);
    *out = all;
    return rc;
}
