#include "tenants/handback/import_bag.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/log.h"
#include "node/db/lines.h"
#include "tenants/handback/import_priv.h"
#include "tenants/handback/intake_store.h"
#include "tenants/signin/password.h"

#define ROW_ARENA_BYTES 65536
#define CHUNK_BYTES     ((size_t)1 << 20)
#define CHUNK_ROWS      2000

/* Not for use at another node. Deletions number the leaves of the old log. Registry, steps and
 * deposit of a federation, and what was purged for whom, are the old node's own. So is the end
 * of its contract: papers and steps name its log's key; and the town's certificate, by which a
 * node believes receipt and order, is registered by a commissioner here, not by who made the
 * bag. All of them stay readable with the old log, and go out again. */
static const char *const kept[] = {
    "audit_deletion", "escrow_step",    "fed_purge",    "fed_purge_part",
    "fed_purge_peer", "fed_purge_step", "fed_registry", "fed_step",
    "leaving_paper",  "leaving_step",   "town_key",
};
/* What a node that nobody uses yet may hold already: who has asked it, and what it swept. */
static const char *const begun[] = {"access_record", "access_shown", "retention_record"};

static bool is_in(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

bool import_is_kept(const struct data_table *table)
{
    return is_in(table->name, kept, sizeof kept / sizeof kept[0]);
}

enum err import_each(struct import *im, const struct read_table *table,
                     enum err (*each)(struct import *im, const struct read_table *table,
                                      const struct read_record *record, void *arg,
                                      struct fail *why),
                     void *arg, struct fail *why)
{
    char path[IMPORT_PATH_CAP];
    struct read_record *record = malloc(sizeof *record);
    struct lines *lines = NULL;
    struct span line;
    enum err rc = record == NULL ? fail_set(why, ERR_NOMEM, "record") : ERR_OK;

    snprintf(path, sizeof path, "%s/" BAG_RECORDS_PATH "%s.ndjson", im->conf->dir,
             table->table->name);
    if (rc == ERR_OK)
        rc = lines_open(path, READ_LINE_CAP, &lines, why);
    while (rc == ERR_OK) {
        rc = lines_next(lines, &line, why);
        if (rc != ERR_OK)
            break;
        rc = read_record(line, table, record, why);
        if (rc == ERR_OK)
            rc = each(im, table, record, arg, why);
    }
    if (lines != NULL && rc == ERR_NOT_FOUND)
        rc = ERR_OK;
    lines_close(&lines);
    free(record);
    return rc;
}

/* ---- rows ---- */

struct chunk {
    struct tx *tx;
    struct id import;
    struct span columns;
    struct import_text text;
    int64_t n_rows;
};

static enum err put_text(struct import_text *t, char c, struct fail *why)
{
    if (t->len + 1 > t->cap) {
        char *more = realloc(t->p, 2 * t->cap + 64);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "rows");
        t->p = more;
        t->cap = 2 * t->cap + 64;
    }
    t->p[t->len++] = c;
    return ERR_OK;
}

static enum err flush(struct import *im, struct chunk *c, const char *table, struct fail *why)
{
    enum err rc = ERR_OK;

    if (c->n_rows > 0)
        rc = put_text(&c->text, ']', why);
    if (rc == ERR_OK && c->n_rows > 0)
        rc = intake_store_put(c->tx, c->import, table, c->columns,
                              span_of(c->text.p, c->text.len), c->n_rows, why);
    im->result->n_records += (uint64_t)c->n_rows;
    c->n_rows = 0;
    c->text.len = 0;
    arena_reset(im->row);
    arena_mark_secret(im->row);
    return rc;
}

static enum err take_record(struct import *im, const struct read_table *table,
                            const struct read_record *record, void *arg, struct fail *why)
{
    struct chunk *c = arg;
    enum err rc = put_text(&c->text, c->n_rows == 0 ? '[' : ',', why);

    if (rc == ERR_OK)
        rc = import_row(im, table, record, &c->text, why);
    if (rc != ERR_OK)
        return rc;
    c->n_rows++;
    return c->n_rows == CHUNK_ROWS || c->text.len > CHUNK_BYTES
               ? flush(im, c, table->table->name, why)
               : ERR_OK;
}

static enum err put_rows(struct import *im, struct tx *tx, struct id import, struct fail *why)
{
    struct chunk c = {.tx = tx, .import = import};
    enum err rc = ERR_OK;

    for (size_t i = 0; i < im->tables.n && rc == ERR_OK; i++) {
        const struct read_table *table = &im->tables.at[i];

        if (import_is_kept(table->table))
            continue;
        rc = import_row_columns(table, im->arena, &c.columns, why);
        if (rc == ERR_OK)
            rc = import_each(im, table, take_record, &c, why);
        if (rc == ERR_OK)
            rc = flush(im, &c, table->table->name, why);
    }
    if (c.text.p != NULL)
        explicit_bzero(c.text.p, c.text.cap);
    free(c.text.p);
    return rc;
}

/* ---- the one transaction ---- */

struct work {
    struct import *im;
    const struct check_dir *dir;
    const char *empty; /* tables that must be: comma list */
};

static struct intake_row row_of(const struct import *im, int64_t first, char root[65],
                                char key[NOTE_KEY_TEXT_CAP])
{
    const struct check_result *c = &im->result->check;

    *hex_write(c->root.b, sizeof c->root.b, root) = '\0';
    note_key_text(&c->key, key);
    return (struct intake_row){
        .id = im->result->id,
        .at_utc_us = clock_utc_us(),
        .bag = span_text(c->bag),
        .origin = c->info.origin,
        .node = c->info.node,
        .contract = c->info.contract,
        .log_size = (int64_t)c->n_leaves,
        .log_root = span_of(root, 64),
        .log_key = span_text(key),
        .first_seq = first,
        .last_seq = first + im->n_leaves - 1,
        .n_records = (int64_t)c->n_records,
    };
}

static enum err run(struct tx *tx, void *arg, struct fail *why)
{
    struct work *w = arg;
    struct import *im = w->im;
    char root[65], key[NOTE_KEY_TEXT_CAP];
    struct intake_row row = {0};
    int64_t first = 0;
    enum err rc = intake_store_next_seq(tx, &first, why);

    im->result->n_records = 0;
    if (rc == ERR_OK) {
        row = row_of(im, first, root, key);
        rc = intake_store_add(tx, &row, why);
    }
    if (rc == ERR_OK)
        rc = intake_store_begin(tx, row.id, span_text(w->empty), why);
    if (rc == ERR_OK)
        rc = put_rows(im, tx, row.id, why);
    if (rc == ERR_OK)
        rc = import_pieces(im, tx, row.id, w->dir, why);
    if (rc == ERR_OK)
        rc = import_leaves(im, tx, why);
    return rc == ERR_OK ? intake_store_leaf(tx, &row, why) : rc;
}

/* ---- the whole ---- */

static enum err list_tables(struct import *im, const char **list_out, struct fail *why)
{
    const char *list = "";

    for (size_t i = 0; i < im->tables.n && list != NULL; i++) {
        const char *name = im->tables.at[i].table->name;

        if (!is_in(name, begun, sizeof begun / sizeof begun[0]) &&
            strcmp(name, "handback_import") != 0)
            list = arena_printf(im->arena, "%s%s%s", list, list[0] == '\0' ? "" : ",", name);
    }
    *list_out = list;
    return list == NULL ? fail_set(why, ERR_NOMEM, "tables") : ERR_OK;
}

/* Asked before keys and files are touched; the import asks again. */
static enum err look_run(struct tx *tx, void *arg, struct fail *why)
{
    struct work *w = arg;
    char root[65], key[NOTE_KEY_TEXT_CAP];
    struct intake_row row = row_of(w->im, 0, root, key);
    enum err rc;

    row.id = id_new();
    rc = intake_store_add(tx, &row, why);
    if (rc == ERR_OK)
        rc = intake_store_begin(tx, row.id, span_text(w->empty), why);
    return rc == ERR_OK ? fail_set(why, ERR_BUSY, "only looked") : rc; /* nothing stays */
}

static enum err look(struct work *w, struct fail *why)
{
    enum err rc = writer_wait(w->im->services->writer, look_run, w, why);

    return rc == ERR_BUSY && strcmp(why->text, "only looked") == 0 ? ERR_OK : rc;
}

static enum err make_password(struct import *im, struct fail *why)
{
    char made[PASSWORD_MADE_CAP];
    enum err rc;

    im->password = arena_alloc(im->arena, PASSWORD_HASH_CAP);
    if (im->password == NULL)
        return fail_set(why, ERR_NOMEM, "password");
    password_make(made);
    rc = password_hash(span_text(made), im->password, why);
    explicit_bzero(made, sizeof made);
    return rc;
}

static enum err import_checked(struct import *im, struct fail *why)
{
    struct work w = {.im = im};
    struct check_say say = {0};
    struct check_dir dir;
    enum err rc = read_tables_create(im->services->tables, im->arena, &im->tables, why);

    if (rc == ERR_OK)
        rc = check_dir_open(&dir, im->conf->dir, &say, im->arena, why);
    if (rc != ERR_OK)
        return rc;
    rc = check_dir_list(&dir, why);
    check_dir_close(&dir);
    w.dir = &dir;
    if (rc == ERR_OK)
        rc = list_tables(im, &w.empty, why);
    if (rc == ERR_OK)
        rc = look(&w, why);
    if (rc == ERR_OK)
        rc = make_password(im, why);
    if (rc == ERR_OK)
        rc = import_count_leaves(im, why);
    if (rc == ERR_OK)
        rc = import_keys(im, why);
    if (rc == ERR_OK)
        rc = import_files(im, why);
    if (rc == ERR_OK)
        rc = writer_wait(im->services->writer, run, &w, why);
    if (rc != ERR_OK && rc != ERR_UNCERTAIN)
        import_files_drop(im);
    im->result->n_leaves = (uint64_t)im->n_leaves;
    return rc;
}

enum err import_bag(const struct import_conf *conf, struct arena *arena,
                    struct import_result *result_out, struct fail *why)
{
    const struct check_conf check = {.dir = conf->dir,
                                     .tables = conf->services->tables,
                                     .key = conf->key,
                                     .each = conf->each,
                                     .arg = conf->arg};
    struct import im = {
        .conf = conf, .services = conf->services, .arena = arena, .result = result_out};
    enum err rc;

    memset(result_out, 0, sizeof *result_out);
    result_out->id = id_new();
    rc = check_bag(&check, arena, &result_out->check, why);
    if (rc == ERR_OK && result_out->check.n_defects > 0)
        rc = fail_set(why, ERR_INVALID, "the bag has %llu defects",
                      (unsigned long long)result_out->check.n_defects);
    if (rc == ERR_OK)
        rc = arena_create(ROW_ARENA_BYTES, &im.row, why);
    if (rc != ERR_OK)
        return rc;
    arena_mark_secret(im.row);
    if (conf->began != NULL)
        conf->began(conf->arg);
    log_info("handback.import", L_INT("records", result_out->check.n_records));
    rc = import_checked(&im, why);
    arena_destroy(&im.row);
    return rc;
}
