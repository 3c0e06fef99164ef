#include "tenants/handback/check_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/db/audit_verify.h"
#include "node/db/digest.h"
#include "node/db/lines.h"
#include "tenants/handback/check_row.h"

#define N_DEFECTS_A_TABLE 20 /* of one kind: the first say where, the last says how many */

/* ---- the log by itself ---- */

struct relay {
    struct check_say *say;
    const char *file;
};

static void relay(const struct verify_finding *finding, void *arg)
{
    const struct relay *r = arg;
    char detail[256];

    snprintf(detail, sizeof detail, "%s: %s %s", finding->code, finding->text_ja,
             finding->detail);
    if (finding->has_seq)
        check_leaf_defect(r->say, "log", r->file, finding->seq, detail);
    else
        check_defect(r->say, "log", r->file, 0, detail);
}

enum err check_log(struct check_dir *check, const char *leaves, const char *checkpoints,
                   const struct note_key *key, struct log_facts *facts, struct fail *why)
{
    struct relay to = {check->say, leaves};
    char path[BAG_FULL_PATH_CAP], external[BAG_FULL_PATH_CAP];
    struct verify_conf conf = {
        .key = key, .checkpoints_path = external, .each = relay, .arg = &to};
    struct verify_result result = {0};
    struct fail said;
    enum err rc;

    snprintf(path, sizeof path, "%s/%s", check->dir, leaves);
    snprintf(external, sizeof external, "%s/%s", check->dir, checkpoints);
    rc = verify_export(path, &conf, &result, &said);
    if (rc == ERR_PROTO || rc == ERR_NOT_FOUND) {
        check_defect(check->say, "log.form", leaves, 0, said.text);
        return ERR_OK;
    }
    if (rc != ERR_OK)
        return fail_set(why, rc, "%s", said.text);
    facts->n_leaves = result.n_leaves;
    facts->root = result.root;
    return ERR_OK;
}

/* ---- the log and the records ---- */

struct mark { /* of a leaf, where a table's place is sought */
    uint8_t hash[16];
    uint64_t seq;
    bool is_met;
};

struct state {  /* of one table */
    uint64_t n; /* open leaves less records: 0 when all is well */
    uint64_t sum[4];
    uint64_t columns; /* that leaves spoke of */
};

struct records {
    struct check_dir *check;
    const struct read_tables *tables;
    struct row_hash hash;
    struct state *states;
    struct log_facts *facts;
    struct read_record record;
    /* While the place is sought in one table. */
    const struct read_table *sought;
    struct mark *marks;
    size_t n_marks, marks_cap;
    uint64_t n_said;
};

static void add(struct state *s, const struct hash256 *hash, bool is_leaf)
{
    for (int i = 0; i < 4; i++) {
        uint64_t v;

        memcpy(&v, hash->b + 8 * i, 8);
        s->sum[i] += is_leaf ? v : -v;
    }
    s->n += is_leaf ? 1 : UINT64_MAX;
}

static enum err mark_add(struct records *r, const struct hash256 *hash, uint64_t seq,
                         struct fail *why)
{
    if (r->n_marks == r->marks_cap) {
        size_t cap = r->marks_cap == 0 ? 1024 : 2 * r->marks_cap;
        struct mark *more = realloc(r->marks, cap * sizeof *more);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "%zu leaves", cap);
        r->marks = more;
        r->marks_cap = cap;
    }
    r->marks[r->n_marks] = (struct mark){.seq = seq};
    memcpy(r->marks[r->n_marks++].hash, hash->b, 16);
    return ERR_OK;
}

static enum err take_leaf(struct records *r, const struct audit_leaf *leaf, struct fail *why)
{
    const struct read_table *table = read_table_find(r->tables, leaf->table);
    struct hash256 hash;
    uint64_t columns;
    struct fail said;

    if (leaf->bytes.p == NULL || (r->sought != NULL && table != r->sought))
        return ERR_OK; /* closed: the log's own check asked for its deletion */
    if (table == NULL || !table->table->is_audit_leaf) {
        check_leaf_defect(r->check->say, "leaf.table", BAG_LEAVES_PATH, leaf->seq, NULL);
        return ERR_OK;
    }
    if (row_hash_leaf(&r->hash, table, leaf->row, leaf->bytes, &columns, &hash, &said) !=
        ERR_OK) {
        check_leaf_defect(r->check->say, "log.form", BAG_LEAVES_PATH, leaf->seq, said.text);
        return ERR_OK;
    }
    if (r->sought != NULL)
        return mark_add(r, &hash, leaf->seq, why);
    r->states[table - r->tables->at].columns |= columns;
    add(&r->states[table - r->tables->at], &hash, true);
    return ERR_OK;
}

static enum err each_leaf(struct records *r, struct fail *why)
{
    struct lines *lines = NULL;
    char path[BAG_FULL_PATH_CAP], note[LEAF_NOTE_CAP];
    struct leaf_record record;
    struct span line;
    enum err rc;

    snprintf(path, sizeof path, "%s/" BAG_LEAVES_PATH, r->check->dir);
    rc = lines_open(path, LEAF_LINE_CAP, &lines, why);
    while (rc == ERR_OK) {
        rc = lines_next(lines, &line, why);
        if (rc == ERR_OK && leaf_read(line, note, &record, NULL) == ERR_OK &&
            record.what == LINE_LEAF)
            rc = take_leaf(r, &record.leaf, why);
    }
    lines_close(&lines);
    return rc == ERR_NOT_FOUND || rc == ERR_PROTO ? ERR_OK : rc; /* said by check_log */
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

static void look_up(struct records *r, const struct hash256 *hash, const char *file,
                    uint64_t line)
{
    struct mark key, *mark;

    memcpy(key.hash, hash->b, 16);
    mark = r->n_marks == 0 ? NULL : bsearch(&key, r->marks, r->n_marks, sizeof key, by_hash);
    if (mark != NULL && !mark->is_met)
        mark->is_met = true;
    else if (++r->n_said <= N_DEFECTS_A_TABLE)
        check_defect(r->check->say, "record.leaf", file, line, NULL);
}

static enum err take_record(struct records *r, const struct read_table *table, const char *file,
                            uint64_t line, struct fail *why)
{
    struct state *state = &r->states[table - r->tables->at];
    struct hash256 hash;
    enum err rc = row_hash_record(&r->hash, table, &r->record, state->columns, &hash, why);

    if (rc == ERR_OK && r->sought != NULL)
        look_up(r, &hash, file, line);
    else if (rc == ERR_OK)
        add(state, &hash, false);
    return rc;
}

static bool is_file_there(struct records *r)
{
    char path[96];

    snprintf(path, sizeof path, "data/files/%.*s", SPAN_ARG(r->record.file));
    return dir_find(&r->check->payload, path) != NULL;
}

static enum err each_record(struct records *r, const struct read_table *table, struct fail *why)
{
    char file[BAG_PATH_CAP], path[BAG_FULL_PATH_CAP], detail[160];
    bool is_leaf = table->table->is_audit_leaf, has_id;
    struct lines *lines = NULL;
    struct id last = ID_NONE;
    struct span line;
    struct fail said;
    uint64_t n = 0;
    enum err rc;

    has_id = strcmp(table->columns[table->id_at].name, "id") == 0;
    snprintf(file, sizeof file, BAG_RECORDS_PATH "%s.ndjson", table->table->name);
    snprintf(path, sizeof path, "%s/%s", r->check->dir, file);
    if (dir_find(&r->check->payload, file) == NULL) {
        check_defect(r->check->say, "file.missing", file, 0, NULL);
        return ERR_OK;
    }
    rc = lines_open(path, READ_LINE_CAP, &lines, why);
    while (rc == ERR_OK) {
        rc = lines_next(lines, &line, why);
        if (rc == ERR_PROTO) {
            check_defect(r->check->say, "record.form", file, lines_n(lines) + 1,
                         "the line has no end, or is too long");
            break;
        }
        if (rc != ERR_OK)
            break;
        n++;
        if (read_record(line, table, &r->record, &said) != ERR_OK) {
            snprintf(detail, sizeof detail, "%s: %.80s", said.field, said.text);
            if (r->sought == NULL)
                check_defect(r->check->say, "record.form", file, n, detail);
            break; /* what follows may be anything */
        }
        if (has_id && r->sought == NULL) {
            struct id id = row_record_id(table, &r->record);

            if (memcmp(last.b, id.b, sizeof id.b) >= 0)
                check_defect(r->check->say, "record.order", file, n, NULL);
            last = id;
        }
        if (table->has_file && r->record.file.p != NULL && !is_file_there(r))
            check_defect(r->check->say, "file.lost", file, n, NULL);
        if (is_leaf)
            rc = take_record(r, table, file, n, why);
    }
    lines_close(&lines);
    if (r->sought == NULL) {
        r->facts->counts[table - r->tables->at] = n;
        r->facts->n_records += n;
    }
    return rc == ERR_NOT_FOUND || rc == ERR_PROTO ? ERR_OK : rc;
}

/* The sums differ: once more, with this table's leaves in memory. */
static enum err seek(struct records *r, const struct read_table *table, struct fail *why)
{
    enum err rc;
    uint64_t n = 0;

    r->sought = table;
    r->n_marks = 0;
    r->n_said = 0;
    rc = each_leaf(r, why);
    if (rc == ERR_OK && r->n_marks > 0)
        qsort(r->marks, r->n_marks, sizeof *r->marks, by_hash);
    if (rc == ERR_OK)
        rc = each_record(r, table, why);
    for (size_t i = 0; rc == ERR_OK && i < r->n_marks; i++)
        if (!r->marks[i].is_met && ++n <= N_DEFECTS_A_TABLE)
            check_leaf_defect(r->check->say, "leaf.record", BAG_LEAVES_PATH, r->marks[i].seq,
                              table->table->name);
    r->sought = NULL;
    return rc;
}

static bool is_even(const struct state *s)
{
    return s->n == 0 && (s->sum[0] | s->sum[1] | s->sum[2] | s->sum[3]) == 0;
}

enum err check_records(struct check_dir *check, const struct read_tables *tables,
                       struct log_facts *facts, struct fail *why)
{
    struct records *r = calloc(1, sizeof *r);
    enum err rc = ERR_NOMEM;

    if (r == NULL)
        return fail_set(why, rc, "records");
    r->check = check;
    r->tables = tables;
    r->facts = facts;
    digest_random(r->hash.key, sizeof r->hash.key);
    r->hash.scratch = malloc(READ_LINE_CAP);
    r->states = calloc(tables->n + 1, sizeof *r->states);
    if (r->hash.scratch == NULL || r->states == NULL || tables->n > BAG_TABLES_CAP) {
        fail_set(why, rc, "records");
        goto out;
    }
    rc = each_leaf(r, why);
    for (size_t i = 0; i < tables->n && rc == ERR_OK; i++)
        rc = each_record(r, &tables->at[i], why);
    for (size_t i = 0; i < tables->n && rc == ERR_OK; i++)
        if (tables->at[i].table->is_audit_leaf && !is_even(&r->states[i]))
            rc = seek(r, &tables->at[i], why);
out:
    free(r->hash.scratch);
    free(r->states);
    free(r->marks);
    free(r);
    return rc;
}
