#include "tenants/handback/export.h"

#include <errno.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/db/checkpoints.h"
#include "tenants/handback/as_of.h"
#include "tenants/handback/bag.h"
#include "tenants/handback/spool.h"

#define ARENA_BYTES 65536
#define ROOM_LEFT   (INT64_C(64) << 20) /* for the node, which goes on */

/* ---- for the parts ---- */

enum err bag_go_on(const struct bag *bag, struct fail *why)
{
    return bag->conf->stopped != NULL && *bag->conf->stopped
               ? fail_set(why, ERR_UNAVAILABLE, "stopped")
               : ERR_OK;
}

void bag_tell(const struct bag *bag, const char *what, int64_t n_done, int64_t n_all)
{
    if (bag->conf->tell != NULL)
        bag->conf->tell(bag->conf->arg, what, n_done, n_all);
}

enum err bag_put(struct bag *bag, const char *path, struct span bytes, struct fail *why)
{
    struct out *out = NULL;
    struct out_sum sum;
    enum err rc = out_create(bag->dir, path, false, &out, why);

    if (rc == ERR_OK) {
        out_bytes(out, bytes);
        rc = out_finish(out, path, &sum, why);
    }
    if (rc == ERR_OK)
        rc = journal_put_file(&bag->journal, path, &sum, NULL, why);
    out_destroy(&out);
    return rc;
}

int64_t bag_n_rows(const struct bag *bag, const char *table)
{
    const struct journal_file *f;
    char path[OUT_PATH_CAP];

    snprintf(path, sizeof path, "data/records/%s.ndjson", table);
    f = journal_find(&bag->journal, path);
    return f == NULL ? 0 : f->n_rows;
}

/* ---- what is kept of an export that was cut off ---- */

static const struct data_table *find_table(const struct export_conf *conf, struct span name)
{
    for (const struct data_table_list *l = conf->tables; l->n > 0; l++)
        for (int i = 0; i < l->n; i++)
            if (span_eq(span_text(l->rows[i].name), name))
                return &l->rows[i];
    return NULL;
}

/* excel/TABLE.csv, excel/TABLE-2.csv, data/records/TABLE.ndjson */
static bool is_of_leaf_table(const struct export_conf *conf, const char *name)
{
    const struct data_table *t = find_table(conf, span_of(name, strcspn(name, "-.")));

    return t != NULL && t->is_audit_leaf;
}

static bool keeps(const char *path, void *arg)
{
    const struct export_conf *conf = arg;

    if (strncmp(path, "data/log/", 9) == 0 || strncmp(path, "data/files/", 11) == 0)
        return true;
    if (strncmp(path, "excel/", 6) == 0)
        return is_of_leaf_table(conf, path + 6);
    return strncmp(path, "data/records/", 13) == 0 && is_of_leaf_table(conf, path + 13);
}

/* ---- the cut ---- */

static enum err find_cut(const struct export_conf *conf, struct journal_cut *cut_out,
                         struct fail *why)
{
    struct checkpoints *all = NULL;
    struct note note;
    bool is_found = false;
    enum err rc = checkpoints_open(conf->checkpoint_path, &all, why);

    while (rc == ERR_OK && (rc = checkpoints_next(all, &note, why)) == ERR_OK) {
        if (conf->at != 0 && note.size != conf->at)
            continue;
        rc = note_check(&note, &conf->key, why);
        *cut_out = (struct journal_cut){note.size, note.root};
        is_found = true;
    }
    checkpoints_close(&all);
    if (rc != ERR_NOT_FOUND)
        return rc;
    return is_found ? ERR_OK
                    : fail_set(why, ERR_NOT_FOUND, "%s: no checkpoint of %llu leaves",
                               conf->checkpoint_path, (unsigned long long)conf->at);
}

static enum err begin_journal(struct bag *bag, struct fail *why)
{
    union {
        const struct export_conf *shown;
        void *given;
    } arg = {.shown = bag->conf}; /* keeps only reads it */
    struct journal_cut cut;
    enum err rc = journal_open(bag->dir, bag->arena, keeps, arg.given, &bag->journal, why);

    if (rc == ERR_OK && bag->journal.is_resumed && bag->as_of != NULL)
        return fail_set(why, ERR_CONFLICT,
                        "an export as of an import begins in a new directory");
    if (rc != ERR_OK || bag->journal.is_resumed)
        return rc;
    rc = bag->as_of != NULL ? as_of_cut(bag->as_of, &cut, why) : find_cut(bag->conf, &cut, why);
    return rc == ERR_OK ? journal_put_cut(&bag->journal, &cut, why) : rc;
}

/* ---- room ---- */

/* Records and sheets say twice what the database holds once with its indices; the log a third
 * time, and as long as it is written its rows a fourth. What is there already needs no room. */
static enum err check_room(struct bag *bag, struct fail *why)
{
    int64_t n_database = 0, n_files = 0, n_there = 0, n_free, n_need;
    struct statvfs fs;
    enum err rc = plan_space(bag->side, &n_database, &n_files, why);

    if (rc != ERR_OK)
        return rc;
    if (statvfs(bag->dir, &fs) != 0)
        return fail_set(why, ERR_IO, "%s: errno %d", bag->dir, errno);
    for (size_t i = 0; i < bag->journal.n_files; i++)
        n_there += bag->journal.files[i].sum.n_bytes;
    n_free = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
    n_need = 4 * n_database + n_files - n_there;
    n_need = (n_need < 0 ? 0 : n_need) + ROOM_LEFT;
    if (n_free >= n_need)
        return ERR_OK;
    return fail_field(why, ERR_NOSPACE, "room", "%lld MiB free in %s, about %lld MiB needed",
                      (long long)(n_free >> 20), bag->dir, (long long)(n_need >> 20));
}

/* ---- plans, and the connection that knows their statements ---- */

/* Nobody verifies the log of an import a second time: its rows go out without. */
static const struct audit_table *find_leaves(const struct bag *bag,
                                             const struct data_table *table)
{
    if (table->is_audit_leaf && bag->as_of == NULL)
        for (size_t i = 0; bag->conf->audit_tables[i] != NULL; i++)
            if (strcmp(bag->conf->audit_tables[i]->table, table->name) == 0)
                return bag->conf->audit_tables[i];
    return NULL;
}

static enum err make_plans(struct bag *bag, struct fail *why)
{
    int n = 0;
    enum err rc = ERR_OK;

    for (const struct data_table_list *l = bag->conf->tables; l->n > 0; l++)
        n += l->n;
    bag->plans = arena_alloc(bag->arena, ((size_t)n + 1) * sizeof *bag->plans);
    if (bag->plans == NULL)
        return fail_set(why, ERR_NOMEM, "%d tables", n);
    for (const struct data_table_list *l = bag->conf->tables; l->n > 0; l++)
        for (int i = 0; rc == ERR_OK && i < l->n; i++)
            if (plan_goes_out(&l->rows[i]))
                rc =
                    plan_make(bag->side, &l->rows[i], find_leaves(bag, &l->rows[i]),
                              bag->as_of != NULL, bag->arena, &bag->plans[bag->n_plans++], why);
    return rc;
}

/* The features' statements and one for each plan. */
static enum err open_reader(struct bag *bag, struct fail *why)
{
    struct stmt_table *tables;
    const struct stmt **rows;
    size_t n = 0;
    enum err rc;

    while (bag->conf->stmts[n].n > 0)
        n++;
    tables = arena_alloc(bag->arena, (n + 2) * sizeof *tables);
    rows = arena_alloc(bag->arena, ((size_t)bag->n_plans * PLAN_STMTS_N + 1) * sizeof *rows);
    if (tables == NULL || rows == NULL)
        return fail_set(why, ERR_NOMEM, "statements");
    for (size_t i = 0; i < n; i++)
        tables[i] = bag->conf->stmts[i];
    for (int i = 0; i < bag->n_plans * PLAN_STMTS_N; i++)
        rows[i] = &bag->plans[i / PLAN_STMTS_N].stmts[i % PLAN_STMTS_N];
    tables[n] = (struct stmt_table){rows, bag->n_plans * PLAN_STMTS_N};
    rc = db_open(bag->conf->db, tables, &bag->db, why);
    if (rc == ERR_OK) /* rows come in the order of an index; the leaves behind the cut fit */
        rc = db_exec(bag->db,
                     "SET enable_sort = off; SET work_mem = '64MB';"
                     " SET cursor_tuple_fraction = 1",
                     why);
    return rc == ERR_OK
               ? db_exec(bag->db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", why)
               : rc;
}

/* ---- the whole ---- */

static enum err begin(struct bag *bag, struct fail *why)
{
    const struct files_conf files = {
        .dir = bag->conf->files_dir, .max_bytes = INT64_MAX, .keyring = bag->conf->keyring};
    enum err rc = db_open(bag->conf->db, bag->conf->stmts, &bag->side, why);

    if (rc == ERR_OK)
        rc = files_open(&files, &bag->files, why);
    if (rc == ERR_OK && !id_is_none(bag->conf->as_of_import))
        rc = as_of_begin(bag, bag->conf->as_of_import, why);
    if (rc == ERR_OK)
        rc = begin_journal(bag, why);
    if (rc == ERR_OK)
        rc = check_room(bag, why);
    if (rc == ERR_OK)
        rc = make_plans(bag, why);
    return rc == ERR_OK ? open_reader(bag, why) : rc;
}

static enum err write_all(struct bag *bag, struct export_result *result, struct fail *why)
{
    bool is_as_of = bag->as_of != NULL;
    enum err rc = is_as_of ? as_of_files(bag, why) : bag_past(bag, why);

    if (rc == ERR_OK && !is_as_of && !bag->journal.has_log)
        rc = spool_create(bag->dir, &bag->spool, why);
    if (rc == ERR_OK)
        rc = bag_records(bag, why);
    if (rc == ERR_OK && !is_as_of)
        rc = bag_log(bag, why);
    spool_destroy(&bag->spool);
    if (rc == ERR_OK && !is_as_of)
        rc = bag_check_leaves(bag, why);
    if (rc == ERR_OK)
        rc = bag_uploads(bag, why);
    if (rc == ERR_OK)
        rc = bag_roster(bag, why);
    if (rc == ERR_OK)
        rc = bag_schemas(bag, why);
    if (rc == ERR_OK && !is_as_of)
        rc = bag_readme(bag, why);
    if (rc != ERR_OK)
        return rc;
    return is_as_of ? as_of_close(bag, result, why) : bag_close(bag, result, why);
}

enum err handback_export(const struct export_conf *conf, struct export_result *result_out,
                         struct fail *why)
{
    struct bag bag = {.conf = conf, .dir = conf->dir, .journal.fd = -1};
    struct export_result result = {.n_rows = 0};
    enum err rc = arena_create(ARENA_BYTES, &bag.arena, why);

    if (rc == ERR_OK)
        rc = begin(&bag, why);
    if (rc == ERR_OK)
        rc = write_all(&bag, &result, why);
    result.was_resumed = bag.journal.is_resumed;
    result.n_leaves = bag.journal.cut.n_leaves;
    result.root = bag.journal.cut.root;
    result.n_sealed = bag.n_sealed;
    result.n_closed = bag.n_closed;
    journal_close(&bag.journal);
    files_close(&bag.files);
    db_close(&bag.db);
    db_close(&bag.side);
    arena_destroy(&bag.arena);
    if (rc == ERR_OK)
        *result_out = result;
    return rc;
}
