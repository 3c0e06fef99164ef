#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ops/compliance/compliance.h"

#define LINE_CAP   8192
#define FIELDS_CAP 8

/* Splits in place at tabs. */
static int split(char *line, char **fields)
{
    int n = 0;

    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; at != NULL && n < FIELDS_CAP;) {
        char *tab = strchr(at, '\t');

        if (tab != NULL)
            *tab++ = '\0';
        fields[n++] = at;
        at = tab;
    }
    return n;
}

static const char *keep(struct compliance *c, const char *text)
{
    const char *copy = arena_text(c->arena, span_text(text));

    return copy == NULL ? "" : copy;
}

static enum err read_register(struct compliance *c, const char *path, struct fail *why)
{
    char line[LINE_CAP], *fields[FIELDS_CAP];
    FILE *f = fopen(path, "r");
    int cap = 0, n_line = 0;
    enum err rc = ERR_OK;

    if (f == NULL)
        return fail_set(why, ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
    while (rc == ERR_OK && fgets(line, sizeof line, f) != NULL) {
        if (n_line++ == 0)
            continue; /* the head row */
        if (split(line, fields) != 3) {
            rc = fail_set(why, ERR_INVALID, "%s:%d: three columns wanted", path, n_line);
            break;
        }
        if (c->n_rows == cap) {
            struct requirement *more;

            cap = cap == 0 ? 256 : 2 * cap;
            more = realloc(c->rows, (size_t)cap * sizeof *more);
            if (more == NULL) {
                rc = fail_set(why, ERR_NOMEM, "%d requirements", cap);
                break;
            }
            c->rows = more;
        }
        c->rows[c->n_rows++] = (struct requirement){.id = keep(c, fields[0]),
                                                    .term_ja = keep(c, fields[1]),
                                                    .title_en = keep(c, fields[2])};
    }
    fclose(f);
    return rc;
}

static struct requirement *find(struct compliance *c, const char *id)
{
    for (int i = 0; i < c->n_rows; i++)
        if (strcmp(c->rows[i].id, id) == 0)
            return &c->rows[i];
    return NULL;
}

static enum err add_proof(struct requirement *r, struct proof proof, struct fail *why)
{
    if (r->n_proofs == r->cap_proofs) {
        int cap = r->cap_proofs == 0 ? 4 : 2 * r->cap_proofs;
        struct proof *more = realloc(r->proofs, (size_t)cap * sizeof *more);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "%d proofs", cap);
        r->proofs = more;
        r->cap_proofs = cap;
    }
    r->proofs[r->n_proofs++] = proof;
    return ERR_OK;
}

/* suite, case, file, ok|FAIL, ids, seconds */
static enum err read_result(struct compliance *c, char **fields, struct fail *why)
{
    struct proof proof = {keep(c, fields[0]), keep(c, fields[1]), keep(c, fields[2]),
                          strcmp(fields[3], "ok") == 0 ? PROOF_PASSED : PROOF_FAILED};
    char *rest = fields[4], *id;

    while ((id = strsep(&rest, ", ")) != NULL) {
        struct requirement *r;
        enum err rc;

        if (*id == '\0')
            continue;
        r = find(c, id);
        if (r == NULL)
            return fail_set(why, ERR_INVALID, "%s carries %s, which the register does not hold",
                            proof.test, id);
        rc = add_proof(r, proof, why);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static enum err read_results(struct compliance *c, const char *path, struct fail *why)
{
    char line[LINE_CAP], *fields[FIELDS_CAP];
    struct stat st;
    FILE *f = fopen(path, "r");
    enum err rc = ERR_OK;

    if (f == NULL)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    if (fstat(fileno(f), &st) == 0 && (int64_t)st.st_mtime * 1000000 > c->run_utc_us)
        c->run_utc_us = (int64_t)st.st_mtime * 1000000;
    while (rc == ERR_OK && fgets(line, sizeof line, f) != NULL) {
        int n = split(line, fields);

        if (n < 5)
            rc = fail_set(why, ERR_INVALID, "%s: a result has five columns, not %d", path, n);
        else
            rc = read_result(c, fields, why);
    }
    fclose(f);
    return rc;
}

static int is_results(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 4 && strcmp(entry->d_name + len - 4, ".tsv") == 0;
}

enum err compliance_read(const char *register_path, const char *results_dir,
                         struct compliance *out, struct fail *why)
{
    struct dirent **names = NULL;
    struct compliance c = {0};
    int n;
    enum err rc = arena_create(65536, &c.arena, why);

    *out = (struct compliance){0};
    if (rc != ERR_OK)
        return rc;
    rc = read_register(&c, register_path, why);
    n = scandir(results_dir, &names, is_results, alphasort);
    if (rc == ERR_OK && n <= 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no test results in %s: run make test first",
                      results_dir);
    for (int i = 0; i < n; i++) {
        char path[4096];

        snprintf(path, sizeof path, "%s/%s", results_dir, names[i]->d_name);
        if (rc == ERR_OK)
            rc = read_results(&c, path, why);
        free(names[i]);
    }
    free(names);
    if (rc == ERR_OK)
        *out = c;
    else
        compliance_free(&c);
    return rc;
}

void compliance_free(struct compliance *c)
{
    for (int i = 0; i < c->n_rows; i++)
        free(c->rows[i].proofs);
    free(c->rows);
    arena_destroy(&c->arena);
    *c = (struct compliance){0};
}

enum proof_state compliance_state(const struct requirement *r)
{
    enum proof_state state = PROOF_NONE;

    for (int i = 0; i < r->n_proofs; i++) {
        if (r->proofs[i].state == PROOF_FAILED)
            return PROOF_FAILED;
        state = PROOF_PASSED;
    }
    return state;
}
