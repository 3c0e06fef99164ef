#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/db/audit_live.h"
#include "node/db/files.h"
#include "node/db/seal.h"
#include "node/features.h"
#include "ops/cli/drill.h"

struct checking {
    const struct drill_place *place;
    struct db *db;
    struct backup_drill *drill;
};

PRINTF_LIKE(2, 3) static void wrong(struct checking *c, const char *fmt, ...)
{
    char text[300];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    cli_say("%s", text);
    if (c->drill->text.len == 0)
        c->drill->text = arena_copy(c->place->cli->arena, span_text(text));
    c->drill->is_good = false;
}

/* ---- counts ---- */

static enum err check_counts(struct checking *c, struct fail *why)
{
    const struct drill_sql *sql = c->place->sql;
    struct db_args none;
    enum err rc = ERR_OK;

    db_args_init(&none);
    for (size_t i = 0; rc == ERR_OK && i < sql->n; i++) {
        struct db_rows *rows = NULL;
        int64_t n = 0;

        rc = db_run(c->db, sql->counts[i].count, &none, &rows, why);
        if (rc == ERR_OK)
            n = db_i64(rows, 0, 0);
        db_rows_free(&rows);
        c->drill->n_tables++;
        c->drill->n_rows += n;
        if (rc == ERR_OK && n != c->place->moment->counts[i])
            wrong(c, "表 %s: 戻したものは %lld 行、もとは %lld 行です。",
                  sql->counts[i].table->name, (long long)n,
                  (long long)c->place->moment->counts[i]);
    }
    return rc;
}

/* ---- the audit log ---- */

/* A node that was itself taken back to an earlier second has checkpoints that its log does not
 * reach: doctor says so, and it is not the backup's fault. */
static enum err check_audit(struct checking *c, struct fail *why)
{
    const struct verify_result *want = &c->place->moment->audit;
    struct verify_conf conf = {.key = c->place->key, .checkpoints_path = c->place->checkpoints};
    struct verify_result result;
    enum err rc = db_exec(c->db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", why);

    if (rc == ERR_OK)
        rc = live_verify(c->db, features_audit_tables, &conf, NULL, 0, &result, why);
    if (rc == ERR_OK)
        rc = db_exec(c->db, "ROLLBACK", why);
    if (rc != ERR_OK)
        return rc;
    c->drill->n_leaves = (int64_t)result.n_leaves;
    if (result.n_leaves != want->n_leaves ||
        memcmp(&result.root, &want->root, sizeof result.root) != 0)
        wrong(c, "監査記録の根が、もとのものと違います（%lld 件と %lld 件）。",
              (long long)result.n_leaves, (long long)want->n_leaves);
    if (result.n_findings > want->n_findings)
        wrong(c, "監査記録が検査点と合いません（%lld 件）。", (long long)result.n_findings);
    if (result.n_external == 0)
        wrong(c, "監査記録と照らす検査点がありません。");
    return ERR_OK;
}

/* ---- keys ---- */

static enum err check_keys(struct checking *c, struct fail *why)
{
    struct id *erased = NULL, key;
    size_t n = 0, n_closed = 0, n_erased = 0;
    enum err rc = keyring_prove(c->place->keyring, &n, &n_closed, why);

    if (rc == ERR_OK)
        rc = keyring_erased(c->place->keyring, c->place->cli->arena, &erased, &n_erased, why);
    if (rc != ERR_OK)
        return rc;
    c->drill->n_keys = (int64_t)n;
    c->drill->n_erased = (int64_t)n_erased;
    if (n_closed > 0)
        wrong(c, "鍵束の鍵 %zu 本のうち %zu 本が開きません。", n, n_closed);
    for (size_t i = 0; i < n_erased; i++)
        if (keyring_find_key(c->place->keyring, KEY_PERSON, erased[i], NULL, &key, NULL) !=
            ERR_NOT_FOUND)
            wrong(c, "消したはずの人の鍵が残っています。");
    return ERR_OK;
}

/* ---- sealed columns ---- */

static void open_one(struct checking *c, const struct seal_place *at, struct span sealed)
{
    struct arena *arena = NULL;
    struct keyring_about about = {.is_destroyed = false};
    struct span plain;
    struct fail why;
    struct id key = ID_NONE;
    enum err rc = arena_create(4096, &arena, &why);

    if (rc == ERR_OK)
        rc = unseal(c->place->keyring, at, sealed, arena, &plain, &why);
    if (sealed.len >= SEAL_OVERHEAD_BYTES)
        memcpy(key.b, sealed.p + 1, sizeof key.b);
    /* Of a person who was erased: closed is what it must be. */
    if (rc == ERR_OK || (rc == ERR_NOT_FOUND &&
                         keyring_key_about(c->place->keyring, key, &about, NULL) == ERR_OK &&
                         about.is_destroyed))
        c->drill->n_sealed++;
    else
        wrong(c, "表 %s の列 %s に開かないものがあります（%s）。", at->table, at->column,
              why.text);
    if (arena != NULL)
        arena_mark_secret(arena);
    arena_destroy(&arena);
}

static enum err check_sealed(struct checking *c, struct fail *why)
{
    const struct drill_sql *sql = c->place->sql;
    struct db_args none;
    enum err rc = ERR_OK;

    db_args_init(&none);
    for (size_t i = 0; rc == ERR_OK && i < sql->n_columns; i++) {
        const struct drill_column *column = &sql->columns[i];
        struct db_rows *rows = NULL;

        rc = db_run(c->db, column->sample, &none, &rows, why);
        for (int row = 0; rc == ERR_OK && row < db_rows_n(rows); row++)
            open_one(c,
                     &(struct seal_place){column->table, column->column, db_id(rows, row, 0)},
                     db_bytes(rows, row, 1));
        db_rows_free(&rows);
    }
    return rc;
}

/* ---- files ---- */

static enum err nowhere(void *arg, struct span bytes, struct fail *why)
{
    (void)arg;
    (void)bytes;
    (void)why;
    return ERR_OK;
}

/* The copy is read where it lies, by the code that reads files for people: each piece is
 * authenticated, and the whole compared with the row. */
static enum err open_file(struct checking *c, struct files *files, struct id id)
{
    char text[ID_TEXT_CAP];
    const char *from, *to;
    struct fail why;
    enum err rc;

    id_text(id, text);
    from =
        arena_printf(c->place->cli->arena, "%s/%02x/%s", c->place->files_dir, id.b[15], text);
    to = arena_printf(c->place->cli->arena, "%s/%02x/%s", c->place->scratch, id.b[15], text);
    if (from == NULL || to == NULL)
        return ERR_NOMEM;
    if (access(from, R_OK) != 0) {
        wrong(c, "預かったファイル %s の写しがありません。", text);
        return ERR_OK;
    }
    if (symlink(from, to) != 0)
        return ERR_IO;
    rc = files_get(files, c->db, id, nowhere, NULL, &why);
    if (rc == ERR_OK || rc == ERR_NOT_FOUND) /* not found: of a person who was erased */
        c->drill->n_files++;
    else
        wrong(c, "預かったファイル %s の写しが開きません（%s）。", text, why.text);
    return ERR_OK;
}

static enum err check_files(struct checking *c, struct fail *why)
{
    struct files_conf conf = {
        .dir = c->place->scratch, .max_bytes = INT64_MAX, .keyring = c->place->keyring};
    struct files *files = NULL;
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc = files_open(&conf, &files, why);

    db_args_init(&none);
    if (rc == ERR_OK)
        rc = db_run(c->db, c->place->sql->files, &none, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        if (open_file(c, files, db_id(rows, i, 0)) != ERR_OK)
            rc = fail_set(why, ERR_IO, "%s: a copy of a file", c->place->scratch);
    db_rows_free(&rows);
    files_close(&files);
    return rc;
}

enum err drill_check(const struct drill_place *place, struct db *db, struct backup_drill *drill,
                     struct fail *why)
{
    static enum err (*const checks[])(struct checking * c, struct fail * why) = {
        check_counts, check_audit, check_keys, check_sealed, check_files};
    struct checking c = {place, db, drill};
    enum err rc = ERR_OK;

    drill->is_good = true;
    for (size_t i = 0; rc == ERR_OK && i < sizeof checks / sizeof checks[0]; i++)
        rc = checks[i](&c, why);
    return rc;
}
