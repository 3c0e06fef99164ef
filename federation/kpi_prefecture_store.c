#include "federation/kpi_prefecture_store.h"

/* The last word about a month counts. What was taken back, or went with its node, has no cells.
 */
#define NEWEST \
    "(SELECT DISTINCT ON (n.node, n.month_at) n.id, n.node, n.month_at, n.version," \
    " n.received_at, n.kind = 'withdraw' OR NOT EXISTS (SELECT FROM fed_kpi_cell x WHERE" \
    " x.release = n.id) AS is_back FROM fed_kpi n"
#define NEWEST_END " ORDER BY n.node, n.month_at, n.revision DESC) f"

static const struct stmt given = {
    "prefecture_given",
    "SELECT f.id, f.node, f.month_at, f.version, f.received_at, f.is_back, c.kpi, c.num,"
    " c.den FROM " NEWEST " WHERE n.month_at >= $1::timestamptz AND n.month_at <="
    " $2::timestamptz" NEWEST_END " LEFT JOIN fed_kpi_cell c ON c.release = f.id AND"
    " NOT f.is_back AND c.part = $3::text ORDER BY f.month_at, f.node, c.n"};
static const struct stmt last = {
    "prefecture_last",
    "SELECT DISTINCT ON (f.node) f.node, f.is_back, f.month_at, f.received_at, max(f.month_at)"
    " OVER (PARTITION BY f.node) FROM " NEWEST NEWEST_END " ORDER BY f.node, f.is_back,"
    " f.month_at DESC"};
static const struct stmt months = {
    "prefecture_months",
    "SELECT DISTINCT month_at FROM fed_kpi ORDER BY month_at DESC LIMIT 120"};
static const struct stmt left = {
    "prefecture_left", "SELECT node, asked_at, cleared_at, receipt IS NOT NULL FROM fed_purge"
                       " ORDER BY asked_at DESC, node LIMIT 50"};

const struct stmt *const prefecture_stmts[PREFECTURE_STMTS_N] = {&given, &last, &months, &left};

static enum err read_given(const struct db_rows *rows, int i, struct arena *arena, void *out,
                           struct fail *why)
{
    (void)arena, (void)why;
    *(struct prefecture_given *)out =
        (struct prefecture_given){.release = db_id(rows, i, 0),
                                  .node = db_id(rows, i, 1),
                                  .month_utc_us = db_time(rows, i, 2),
                                  .version = db_i64(rows, i, 3),
                                  .received_utc_us = db_time(rows, i, 4),
                                  .is_withdrawn = db_bool(rows, i, 5)};
    return ERR_OK;
}

struct row {
    struct prefecture_given given;
    struct prefecture_cell cell;
};

static enum err read_row(const struct db_rows *rows, int i, struct arena *arena, void *out,
                         struct fail *why)
{
    struct row *row = out;
    enum err rc = read_given(rows, i, arena, &row->given, why);

    row->cell = (struct prefecture_cell){.kpi = db_bytes(rows, i, 6),
                                         .is_shown = !db_is_null(rows, i, 7)};
    if (row->cell.is_shown) {
        row->cell.num = db_i64(rows, i, 7);
        row->cell.den = db_i64(rows, i, 8);
    }
    return rc == ERR_OK ? STORE_OWN(arena, why, &row->cell.kpi) : rc;
}

/* Rows of one release stand together; one without cells has a row all the same. */
static enum err share_out(const struct row *rows, size_t n_rows, struct arena *arena,
                          struct prefecture_given **out, size_t *n_out, struct fail *why)
{
    struct prefecture_given *all = arena_alloc(arena, (n_rows + 1) * sizeof *all);
    struct prefecture_cell *cells = arena_alloc(arena, (n_rows + 1) * sizeof *cells);
    size_t n = 0, n_cells = 0;

    if (all == NULL || cells == NULL)
        return fail_set(why, ERR_NOMEM, "%zu cells", n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        if (n == 0 || !id_eq(all[n - 1].release, rows[i].given.release)) {
            all[n] = rows[i].given;
            all[n++].cells = &cells[n_cells];
        }
        if (rows[i].cell.kpi.len == 0)
            continue;
        cells[n_cells++] = rows[i].cell;
        all[n - 1].n++;
    }
    *out = all;
    *n_out = n;
    return ERR_OK;
}

enum err prefecture_store_given(struct db *db, int64_t from_utc_us, int64_t to_utc_us,
                                enum kpi_part part, struct arena *arena,
                                struct prefecture_given **out, size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct row), read_row};
    static const char *const parts[KPI_PARTS_N] = {"all", "elementary", "junior", "other"};
    void *rows = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, from_utc_us);
    db_arg_time(&args, to_utc_us);
    db_arg_text(&args, span_text(parts[part]));
    rc = store_list(NULL, db, &given, &args, &as, arena, &rows, &n, why);
    return rc == ERR_OK ? share_out(rows, n, arena, out, n_out, why) : rc;
}

static enum err read_last(const struct db_rows *rows, int i, struct arena *arena, void *out,
                          struct fail *why)
{
    struct prefecture_last *row = out;

    (void)arena, (void)why;
    *row =
        (struct prefecture_last){.node = db_id(rows, i, 0), .said_utc_us = db_time(rows, i, 4)};
    if (!db_bool(rows, i, 1)) {
        row->month_utc_us = db_time(rows, i, 2);
        row->received_utc_us = db_time(rows, i, 3);
    }
    return ERR_OK;
}

enum err prefecture_store_last(struct db *db, struct arena *arena, struct prefecture_last **out,
                               size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct prefecture_last), read_last};
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = store_list(NULL, db, &last, &args, &as, arena, &found, n_out, why);
    *out = found;
    return rc;
}

static enum err read_month(const struct db_rows *rows, int i, struct arena *arena, void *out,
                           struct fail *why)
{
    (void)arena, (void)why;
    *(int64_t *)out = db_time(rows, i, 0);
    return ERR_OK;
}

enum err prefecture_store_months(struct db *db, struct arena *arena, int64_t **out,
                                 size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(int64_t), read_month};
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = store_list(NULL, db, &months, &args, &as, arena, &found, n_out, why);
    *out = found;
    return rc;
}

static enum err read_left(const struct db_rows *rows, int i, struct arena *arena, void *out,
                          struct fail *why)
{
    (void)arena, (void)why;
    *(struct prefecture_left *)out = (struct prefecture_left){
        .node = db_id(rows, i, 0),
        .asked_utc_us = db_time(rows, i, 1),
        .cleared_utc_us = db_is_null(rows, i, 2) ? 0 : db_time(rows, i, 2),
        .has_receipt = db_bool(rows, i, 3)};
    return ERR_OK;
}

enum err prefecture_store_left(struct db *db, struct arena *arena, struct prefecture_left **out,
                               size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct prefecture_left), read_left};
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = store_list(NULL, db, &left, &args, &as, arena, &found, n_out, why);
    *out = found;
    return rc;
}
