#include "tenants/handback/as_of.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/hex.h"
#include "node/db/lines.h"
#include "tenants/handback/intake_store.h"
#include "tenants/handback/read_record.h"
#include "tenants/handback/read_tags.h"
#include "tenants/handback/record.h"

#define MAKING      "data/records/as-of.making"
#define TAG_CAP     ((size_t)256 << 20)
#define SHA512_TEXT (2 * OUT_SHA512_BYTES + 1)

struct as_of {
    struct intake_row row;
};

/* ---- pieces ---- */

struct buffer {
    uint8_t *p;
    size_t len;
    bool is_there;
};

static enum err add_bytes(void *arg, struct span bytes, struct fail *why)
{
    struct buffer *b = arg;
    uint8_t *more = b->len + bytes.len > TAG_CAP ? NULL : realloc(b->p, b->len + bytes.len + 1);

    if (more == NULL)
        return fail_set(why, ERR_NOMEM, "%zu bytes of a piece", b->len + bytes.len);
    b->p = more;
    if (bytes.len > 0)
        memcpy(b->p + b->len, bytes.p, bytes.len);
    b->len += bytes.len;
    b->is_there = true;
    return ERR_OK;
}

/* The caller frees buffer->p, whatever comes back. */
static enum err load(struct bag *bag, const char *path, struct buffer *buffer, struct fail *why)
{
    enum err rc = bag_pieces(bag, bag->as_of->row.id, span_text(path), add_bytes, buffer, why);

    if (rc == ERR_OK && !buffer->is_there)
        rc = fail_set(why, ERR_NOT_FOUND, "the import kept no %s", path);
    return rc;
}

struct verbatim {
    struct out *out;
    struct row_set rows; /* lines, for a table */
};

static enum err put_bytes(void *arg, struct span bytes, struct fail *why)
{
    struct verbatim *v = arg;

    for (size_t i = 0; i < bytes.len; i++)
        v->rows.n += bytes.p[i] == '\n';
    out_bytes(v->out, bytes);
    return out_state(v->out, why);
}

/* Where a path of the import stands in the bag; false: it has no file there, or a later one. */
static bool name_of(struct span path, char name_out[OUT_PATH_CAP])
{
    struct span below = span_from(path, sizeof AS_OF_PATH - 1);

    if (!span_has_prefix(path, SPAN(AS_OF_PATH)))
        snprintf(name_out, OUT_PATH_CAP, "data/%.*s", SPAN_ARG(path));
    else if (span_has_prefix(below, SPAN("excel/")))
        snprintf(name_out, OUT_PATH_CAP, "%.*s", SPAN_ARG(below));
    else if (span_has_prefix(below, SPAN("README")))
        snprintf(name_out, OUT_PATH_CAP, "data/%.*s", SPAN_ARG(below));
    else
        return false;
    return true;
}

static enum err write_file(struct bag *bag, struct span path, struct fail *why)
{
    struct verbatim v = {.out = NULL};
    char name[OUT_PATH_CAP];
    struct out_sum sum;
    enum err rc;

    if (!name_of(path, name))
        return ERR_OK;
    rc = out_create(bag->dir, name, false, &v.out, why);
    if (rc == ERR_OK)
        rc = bag_pieces(bag, bag->as_of->row.id, path, put_bytes, &v, why);
    if (rc == ERR_OK)
        rc = out_finish(v.out, name, &sum, why);
    if (rc == ERR_OK)
        rc = journal_put_file(&bag->journal, name, &sum,
                              span_has_prefix(path, SPAN("records/")) ? &v.rows : NULL, why);
    out_destroy(&v.out);
    return rc;
}

enum err as_of_files(struct bag *bag, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, bag->as_of->row.id);
    rc = db_run(bag->db, &intake_own_paths, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        rc = write_file(bag, db_bytes(rows, i, 0), why);
    db_rows_free(&rows);
    return rc;
}

/* ---- which import ---- */

enum err as_of_begin(struct bag *bag, struct id import, struct fail *why)
{
    struct as_of *as_of = arena_alloc(bag->arena, sizeof *as_of);
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    if (as_of == NULL)
        return fail_set(why, ERR_NOMEM, "import");
    rc = intake_store_find(bag->side, import, bag->arena, &as_of->row, why);
    db_args_init(&args);
    db_arg_id(&args, import);
    if (rc == ERR_OK)
        rc = db_run(bag->side, &intake_own_paths, &args, &rows, why);
    /* Imports of earlier nodes came along as rows; their pieces went on as past logs. */
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "this import was another node's");
    db_rows_free(&rows);
    if (rc == ERR_OK)
        bag->as_of = as_of;
    return rc;
}

enum err as_of_cut(const struct as_of *as_of, struct journal_cut *cut_out, struct fail *why)
{
    cut_out->n_leaves = (uint64_t)as_of->row.log_size;
    return hex_read(as_of->row.log_root, cut_out->root.b, sizeof cut_out->root.b)
               ? ERR_OK
               : fail_set(why, ERR_PROTO, "root of the import's log");
}

void as_of_args(const struct as_of *as_of, struct db_args *args)
{
    db_arg_i64(args, as_of->row.last_seq + 1);
    db_arg_i64(args, as_of->row.first_seq);
}

/* ---- rows of tables without leaves ---- */

struct stream {
    struct record *record;
    struct out *out;
};

static enum err put_row(const struct db_rows *rows, int row, void *arg, struct fail *why)
{
    struct stream *to = arg;

    return record_put(to->record, rows, row, SPAN_NONE, SPAN_NONE, to->out, NULL, why);
}

/* All rows as they are now, so that each line can be hashed. */
static enum err write_all(struct bag *bag, const struct plan *plan, struct fail *why)
{
    struct record record;
    struct stream to = {&record, NULL};
    struct out_sum sum;
    struct db_args none;
    enum err rc = record_open(plan, bag->conf->keyring, &record, why);

    db_args_init(&none);
    if (rc == ERR_OK)
        rc = out_create(bag->dir, MAKING, false, &to.out, why);
    if (rc == ERR_OK)
        rc = plan_stream(bag->db, plan, &none, put_row, &to, why);
    if (rc == ERR_OK)
        rc = out_finish(to.out, MAKING, &sum, why);
    out_destroy(&to.out);
    record_close(&record);
    return rc;
}

static enum err add_row(struct as_of_pick *pick, bool is_in, struct fail *why)
{
    if (pick->n % 1024 == 0) {
        bool *more = realloc(pick->is_in, (pick->n + 1024) * sizeof *more);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "%zu rows", pick->n);
        pick->is_in = more;
    }
    pick->is_in[pick->n++] = is_in;
    return ERR_OK;
}

/* Both in the order of the primary key, so what was added is passed over. */
static enum err compare(const char *path, const struct plan *plan, const struct buffer *sums,
                        struct as_of_pick *pick, struct fail *why)
{
    bool has_file = plan->table->hand_back == HAND_BACK_FILES;
    struct lines *lines = NULL;
    struct span line;
    size_t at = 0;
    enum err rc = lines_open(path, READ_LINE_CAP, &lines, why);

    while (rc == ERR_OK && (rc = lines_next(lines, &line, why)) == ERR_OK) {
        struct hash256 hash = hash256_of(as_of_line(line, has_file));
        bool is_in = at < sums->len && memcmp(sums->p + at, hash.b, sizeof hash.b) == 0;

        at += is_in ? sizeof hash.b : 0;
        rc = add_row(pick, is_in, why);
    }
    if (rc == ERR_NOT_FOUND && lines != NULL)
        rc = ERR_OK;
    if (rc == ERR_OK && at < sums->len)
        rc = fail_set(why, ERR_CONFLICT,
                      "data/records/%s.ndjson: line %zu is not any more what came in",
                      plan->table->name, at / HASH256_BYTES + 1);
    lines_close(&lines);
    return rc;
}

enum err as_of_pick(struct bag *bag, const struct plan *plan, struct as_of_pick *pick,
                    struct fail *why)
{
    struct buffer sums = {.p = NULL};
    char path[OUT_PATH_CAP];
    enum err rc;

    if (bag->as_of == NULL || plan->table->is_audit_leaf)
        return ERR_OK;
    snprintf(path, sizeof path, AS_OF_ROWS "%s", plan->table->name);
    rc = load(bag, path, &sums, why);
    if (rc == ERR_OK)
        rc = write_all(bag, plan, why);
    if (rc == ERR_OK)
        rc = add_row(pick, false, why); /* so that no row is another thing than all */
    pick->n = 0;
    snprintf(path, sizeof path, "%s/" MAKING, bag->dir);
    if (rc == ERR_OK)
        rc = compare(path, plan, &sums, pick, why);
    unlink(path);
    free(sums.p);
    return rc;
}

bool as_of_takes(struct as_of_pick *pick)
{
    if (pick->is_in == NULL)
        return true;
    return pick->next < pick->n && pick->is_in[pick->next++];
}

void as_of_pick_free(struct as_of_pick *pick)
{
    free(pick->is_in);
    *pick = (struct as_of_pick){.is_in = NULL};
}

/* ---- is it the same ---- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct journal_file *)a)->path,
                  ((const struct journal_file *)b)->path);
}

/* Each file that a manifest names is there with its bytes; counts them. */
static enum err compare_files(const struct bag *bag, struct span manifest, size_t *n_io,
                              struct fail *why)
{
    while (manifest.len > 0) {
        const uint8_t *end = memchr(manifest.p, '\n', manifest.len);
        size_t len = end == NULL ? manifest.len : (size_t)(end - manifest.p);
        char path[BAG_PATH_CAP + 1], sha[SHA512_TEXT];
        const struct journal_file key = {.path = path}, *file;
        struct bag_entry entry;
        enum err rc = bag_entry_read(span_cut(manifest, 0, len), &entry, why);

        if (rc != ERR_OK)
            return rc;
        snprintf(path, sizeof path, "%.*s", SPAN_ARG(entry.path));
        file = bsearch(&key, bag->journal.files, bag->journal.n_files,
                       sizeof *bag->journal.files, by_path);
        if (file == NULL)
            return fail_set(why, ERR_CONFLICT, "%s: there is none any more", path);
        *hex_write(file->sum.sha512, sizeof file->sum.sha512, sha) = '\0';
        if (!span_eq(entry.sha512, span_text(sha)))
            return fail_set(why, ERR_CONFLICT, "%s: not any more what came in", path);
        ++*n_io;
        manifest = span_from(manifest, end == NULL ? len : len + 1);
    }
    return ERR_OK;
}

/* A file that did not come in: bytes of rows that were added are not written, so there is none
 * but after a migration. */
static enum err find_more(const struct bag *bag, const struct buffer *manifests,
                          struct fail *why)
{
    for (size_t i = 0; i < bag->journal.n_files; i++) {
        const char *path = bag->journal.files[i].path;
        char end[BAG_PATH_CAP + 4];
        size_t len = (size_t)snprintf(end, sizeof end, "  %s\n", path);

        if (memmem(manifests[0].p, manifests[0].len, end, len) == NULL &&
            memmem(manifests[1].p, manifests[1].len, end, len) == NULL)
            return fail_set(why, ERR_CONFLICT, "%s: did not come in", path);
    }
    return fail_set(why, ERR_INTERNAL, "a file stands twice");
}

static enum err put_tag(struct bag *bag, const char *name, const struct buffer *bytes,
                        struct fail *why)
{
    return bag_put(bag, name, span_of(bytes->p, bytes->len), why);
}

enum err as_of_close(struct bag *bag, struct export_result *result, struct fail *why)
{
    static const char *const names[] = {"manifest-sha512.txt", "tagmanifest-sha512.txt",
                                        "bag-info.txt", "ibasho-signature.txt"};
    struct buffer tags[4] = {{.p = NULL}};
    char path[OUT_PATH_CAP];
    const struct journal_file *manifest;
    size_t n = 0;
    enum err rc =
        bag_put(bag, "bagit.txt",
                SPAN("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), why);

    for (int i = 0; rc == ERR_OK && i < 4; i++) {
        snprintf(path, sizeof path, AS_OF_PATH "%s", names[i]);
        rc = load(bag, path, &tags[i], why);
    }
    if (rc == ERR_OK)
        rc = put_tag(bag, names[0], &tags[0], why);
    if (rc == ERR_OK)
        rc = put_tag(bag, names[2], &tags[2], why);
    bag_sort_files(&bag->journal);
    for (int i = 0; rc == ERR_OK && i < 2; i++)
        rc = compare_files(bag, span_of(tags[i].p, tags[i].len), &n, why);
    if (rc == ERR_OK && n != bag->journal.n_files)
        rc = find_more(bag, tags, why);
    manifest = rc == ERR_OK ? journal_find(&bag->journal, names[0]) : NULL;
    if (manifest != NULL)
        *hex_write(manifest->sum.sha512, OUT_SHA512_BYTES, result->bag) = '\0';
    if (rc == ERR_OK && !span_eq(span_text(result->bag), bag->as_of->row.bag))
        rc = fail_set(why, ERR_CONFLICT, "not the bag that came in");
    for (int i = 0; i < bag->n_plans; i++)
        result->n_rows += bag_n_rows(bag, bag->plans[i].table->name);
    for (size_t i = 0; i < bag->journal.n_files; i++)
        if (strncmp(bag->journal.files[i].path, "data/", 5) == 0) {
            result->n_files++;
            result->n_bytes += bag->journal.files[i].sum.n_bytes;
        }
    if (rc == ERR_OK)
        rc = put_tag(bag, names[1], &tags[1], why);
    if (rc == ERR_OK)
        rc = put_tag(bag, names[3], &tags[3], why);
    for (int i = 0; i < 4; i++)
        free(tags[i].p);
    return rc == ERR_OK ? journal_remove(&bag->journal, why) : rc;
}
