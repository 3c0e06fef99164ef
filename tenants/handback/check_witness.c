#include "tenants/handback/check_witness.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/base/hex.h"
#include "node/db/checkpoints.h"
#include "node/db/cosign.h"
#include "node/db/lines.h"
#include "tenants/handback/read_record.h"

#define TABLE       "fed_cosignature"
#define FILE_NAME   BAG_RECORDS_PATH TABLE ".ndjson"
#define N_COSIGNED  20000 /* a witness a day each: of half a century */
#define TEXT_CAP    1024
#define CHECKPOINTS "checkpoints.txt"

struct cosigned {
    struct hash256 sum; /* of the note */
    uint64_t line;
    bool is_met;
};

struct witness {
    struct check_dir *check;
    const struct read_table *table;
    const struct log_facts *facts;
    int note_at, line_at, kid_at, key_at;
    struct read_record record;
    struct cosigned *at; /* those over a checkpoint up to the cut */
    size_t n;
};

static void say(struct witness *w, const char *code, uint64_t line, const char *detail)
{
    check_defect(w->check->say, code, FILE_NAME, line, detail);
}

/* ERR_OK: said or kept. */
static enum err take(struct witness *w, uint64_t at, struct fail *why)
{
    const struct read_value *v = w->record.values;
    uint8_t note_bytes[NOTE_CAP], line[TEXT_CAP], kid[TEXT_CAP];
    size_t note_len = v[w->note_at].raw.len / 2;
    struct cosign_by by;
    struct note note;
    int64_t at_s;
    enum err rc = ERR_PROTO;

    if (note_len <= sizeof note_bytes && hex_read(v[w->note_at].raw, note_bytes, note_len) &&
        v[w->line_at].raw.len <= sizeof line && v[w->kid_at].raw.len <= sizeof kid &&
        hex_read(v[w->key_at].raw, by.public_key, sizeof by.public_key)) {
        by.name = span_of(kid, read_text(v[w->kid_at].raw, kid));
        rc = note_parse(span_of(note_bytes, note_len), &note, why);
        if (rc == ERR_OK)
            rc = cosign_check(span_of(line, read_text(v[w->line_at].raw, line)), &by, note.text,
                              &at_s, why);
    }
    if (rc == ERR_NOMEM || rc == ERR_INTERNAL)
        return rc;
    if (rc != ERR_OK)
        say(w, "witness.signature", at, NULL);
    else if (w->n == N_COSIGNED)
        say(w, "witness.signature", at, "too many");
    else if (note.size <= w->facts->n_leaves)
        w->at[w->n++] = (struct cosigned){.sum = hash256_of(note.bytes), .line = at};
    return ERR_OK; /* one over a checkpoint behind the cut is the next bag's */
}

static enum err each_record(struct witness *w, struct fail *why)
{
    char path[BAG_FULL_PATH_CAP];
    struct lines *lines = NULL;
    struct span line;
    enum err rc;

    snprintf(path, sizeof path, "%s/" FILE_NAME, w->check->dir);
    rc = lines_open(path, READ_LINE_CAP, &lines, why);
    while (rc == ERR_OK) {
        rc = lines_next(lines, &line, why);
        if (rc == ERR_OK && read_record(line, w->table, &w->record, why) == ERR_OK)
            rc = take(w, lines_n(lines), why);
    }
    lines_close(&lines);
    return rc == ERR_NOT_FOUND || rc == ERR_PROTO ? ERR_OK : rc;
}

static int by_sum(const void *a, const void *b)
{
    return memcmp(((const struct cosigned *)a)->sum.b, ((const struct cosigned *)b)->sum.b,
                  HASH256_BYTES);
}

/* Several witnesses cosign one checkpoint: all of its sum are met. */
static void meet(struct witness *w, struct span note)
{
    struct cosigned key = {.sum = hash256_of(note)}, *found;

    found = bsearch(&key, w->at, w->n, sizeof key, by_sum);
    if (found == NULL)
        return;
    while (found > w->at && by_sum(found - 1, &key) == 0)
        found--;
    for (; found < w->at + w->n && by_sum(found, &key) == 0; found++)
        found->is_met = true;
}

static enum err each_checkpoint(struct witness *w, const char *file, struct fail *why)
{
    char path[BAG_FULL_PATH_CAP];
    struct checkpoints *all = NULL;
    struct note note;
    enum err rc;

    snprintf(path, sizeof path, "%s/%s", w->check->dir, file);
    rc = checkpoints_open(path, &all, why);
    while (rc == ERR_OK || rc == ERR_PROTO) {
        rc = checkpoints_next(all, &note, why);
        if (rc == ERR_OK)
            meet(w, note.bytes);
    }
    checkpoints_close(&all);
    return rc == ERR_NOT_FOUND || rc == ERR_UNCERTAIN || rc == ERR_INVALID ? ERR_OK : rc;
}

static enum err compare(struct witness *w, struct fail *why)
{
    size_t tail = sizeof CHECKPOINTS - 1;
    enum err rc = ERR_OK;

    qsort(w->at, w->n, sizeof *w->at, by_sum);
    for (size_t i = 0; rc == ERR_OK && i < w->check->payload.n; i++) {
        struct span path = span_text(w->check->payload.at[i].path);

        if (span_has_prefix(path, SPAN("data/log/")) && path.len > tail &&
            span_eq(span_from(path, path.len - tail), SPAN(CHECKPOINTS)))
            rc = each_checkpoint(w, w->check->payload.at[i].path, why);
    }
    for (size_t i = 0; rc == ERR_OK && i < w->n; i++)
        if (!w->at[i].is_met)
            say(w, "witness.checkpoint", w->at[i].line, NULL);
    return rc;
}

enum err check_witness(struct check_dir *check, const struct read_tables *tables,
                       const struct log_facts *facts, struct fail *why)
{
    struct witness *w = calloc(1, sizeof *w);
    enum err rc = ERR_NOMEM;

    if (w == NULL)
        return fail_set(why, rc, "cosignatures");
    w->check = check;
    w->facts = facts;
    w->table = read_table_find(tables, SPAN(TABLE));
    w->at = calloc(N_COSIGNED, sizeof *w->at);
    if (w->at == NULL) {
        fail_set(why, rc, "cosignatures");
        goto out;
    }
    rc = ERR_OK;
    if (w->table == NULL)
        goto out; /* a program without a federation */
    w->note_at = read_column_find(w->table, SPAN("note"));
    w->line_at = read_column_find(w->table, SPAN("line"));
    w->kid_at = read_column_find(w->table, SPAN("kid"));
    w->key_at = read_column_find(w->table, SPAN("ed25519"));
    invariant(w->note_at >= 0 && w->line_at >= 0 && w->kid_at >= 0 && w->key_at >= 0, TABLE);
    rc = each_record(w, why);
    if (rc == ERR_OK)
        rc = compare(w, why);
out:
    free(w->at);
    free(w);
    return rc;
}
