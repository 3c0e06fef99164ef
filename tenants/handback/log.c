/* data/log: the leaves below the cut with their rows, the checkpoints up to it and the key, in
 * the node's own formats, verified while they are written. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/db/audit.h"
#include "node/db/audit_live.h"
#include "node/db/audit_verify.h"
#include "node/db/checkpoints.h"
#include "tenants/handback/bag.h"
#include "tenants/handback/spool.h"

#define LEAVES      "data/log/leaves.ndjson"
#define CHECKPOINTS "data/log/checkpoints.txt"
#define KEY         "data/log/key.txt"

struct log_tables {
    struct journal_leaves *at;
    size_t n, last; /* the one of the leaf before: leaves of a table come together */
};

struct walk {
    struct bag *bag;
    struct out *out;
    struct verifier *verifier;
    struct log_tables tables;
    uint64_t n_leaves;
    int64_t n_checkpoints;
    bool has_finding;
    char finding[200]; /* the first */
};

static void keep_finding(const struct verify_finding *finding, void *arg)
{
    struct walk *w = arg;

    if (w->has_finding)
        return;
    w->has_finding = true;
    if (finding->has_seq)
        snprintf(w->finding, sizeof w->finding, "leaf %llu (%.*s): %s %s",
                 (unsigned long long)finding->seq, SPAN_ARG(finding->kind), finding->code,
                 finding->detail);
    else
        snprintf(w->finding, sizeof w->finding, "%s %s", finding->code, finding->detail);
}

static struct row_set *set_of(struct walk *w, struct span table)
{
    struct log_tables *t = &w->tables;

    if (t->last < t->n && span_eq(table, span_text(t->at[t->last].table)))
        return &t->at[t->last].rows;
    for (t->last = 0; t->last < t->n; t->last++)
        if (span_eq(table, span_text(t->at[t->last].table)))
            return &t->at[t->last].rows;
    return NULL;
}

static enum err put_leaf(void *arg, const struct audit_leaf *leaf, struct fail *why)
{
    struct walk *w = arg;
    struct row_set *rows = set_of(w, leaf->table);
    char head[LEAF_HEAD_CAP];
    enum err rc;

    if (leaf->seq >= w->bag->journal.cut.n_leaves)
        return ERR_OK; /* behind the cut */
    rc = verifier_leaf(w->verifier, leaf, why);
    if (leaf->bytes.p != NULL && rows != NULL)
        row_set_add(rows, leaf->row);
    out_bytes(w->out, span_of(head, leaf_head_into(leaf, head)));
    out_bytes(w->out, leaf->bytes.p == NULL ? SPAN("null") : leaf->bytes);
    out_text(w->out, "}\n");
    w->n_leaves++;
    if (rc == ERR_OK && w->n_leaves % 256 == 0)
        rc = bag_go_on(w->bag, why);
    if (rc == ERR_OK && w->n_leaves % 20000 == 0)
        bag_tell(w->bag, "data/log", (int64_t)w->n_leaves,
                 (int64_t)w->bag->journal.cut.n_leaves);
    if (rc == ERR_OK && w->has_finding) /* at once: nobody waits for the rest */
        rc = fail_set(why, ERR_PROTO, "%s", w->finding);
    return rc == ERR_OK ? out_state(w->out, why) : rc;
}

static enum err put_checkpoint(void *arg, uint64_t size, struct span root, struct span frontier,
                               struct span note, struct fail *why)
{
    struct walk *w = arg;
    char line[2 * LEAF_NOTE_CAP + 64];

    (void)root;
    if (size > w->bag->journal.cut.n_leaves)
        return ERR_OK;
    verifier_frontier(w->verifier, frontier);
    out_bytes(w->out, span_of(line, leaf_checkpoint_into(note, line)));
    return verifier_checkpoint(w->verifier, note, why);
}

static enum err put_extra(void *arg, struct span table, struct id row, struct fail *why)
{
    char text[ID_TEXT_CAP];

    (void)arg;
    id_text(row, text);
    return fail_set(why, ERR_PROTO, "row %s of %.*s has no leaf", text, SPAN_ARG(table));
}

/* ---- rows that went out with the records ---- */

static bool knows(void *arg, struct span table)
{
    return spool_knows(arg, table);
}

static enum err find_row(void *arg, struct span table, struct id row, struct span *bytes_out,
                         struct fail *why)
{
    return spool_find(arg, table, row, bytes_out, why);
}

/* The header says how many checkpoints follow, so they are counted first. */
static enum err count_checkpoints(struct bag *bag, int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)bag->journal.cut.n_leaves);
    rc = db_run(bag->db, &handback_n_checkpoints, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

static enum err name_tables(struct walk *w, struct fail *why)
{
    const struct audit_table *const *all = w->bag->conf->audit_tables;
    size_t n = 0;

    while (all[n] != NULL)
        n++;
    w->tables.at = arena_alloc(w->bag->arena, (n + 1) * sizeof *w->tables.at);
    if (w->tables.at == NULL)
        return fail_set(why, ERR_NOMEM, "tables");
    for (; w->tables.n < n; w->tables.n++)
        w->tables.at[w->tables.n] = (struct journal_leaves){.table = all[w->tables.n]->table};
    return ERR_OK;
}

static enum err verify_end(struct walk *w, struct fail *why)
{
    const struct journal_cut *cut = &w->bag->journal.cut;
    struct verify_result result = {.n_leaves = 0};
    enum err rc = verifier_finish(w->verifier, &result, why);

    if (rc == ERR_OK && w->has_finding)
        rc = fail_set(why, ERR_PROTO, "%s", w->finding);
    if (rc == ERR_OK &&
        (result.n_leaves != cut->n_leaves || !hash256_eq(&result.root, &cut->root)))
        rc = fail_set(why, ERR_PROTO, "the log does not come to the checkpoint of %llu leaves",
                      (unsigned long long)cut->n_leaves);
    return rc;
}

static enum err walk_log(struct walk *w, struct fail *why)
{
    const struct live_sink sink = {put_leaf, put_checkpoint, put_extra, w};
    const struct live_rows known = {knows, find_row, w->bag->spool};
    const struct verify_conf conf = {.key = &w->bag->conf->key, .each = keep_finding, .arg = w};
    const struct journal_cut *cut = &w->bag->journal.cut;
    char line[LEAF_HEAD_CAP];
    enum err rc = verifier_create(&conf, &w->verifier, why);

    if (rc == ERR_OK)
        verifier_expect(w->verifier, cut->n_leaves, &cut->root);
    if (rc == ERR_OK)
        rc = count_checkpoints(w->bag, &w->n_checkpoints, why);
    if (rc == ERR_OK) {
        out_bytes(w->out,
                  span_of(line, leaf_header_into(span_text(w->bag->conf->origin), cut->n_leaves,
                                                 (uint64_t)w->n_checkpoints, line)));
        rc = live_walk_with(w->bag->db, w->bag->conf->audit_tables, &known, &sink, why);
    }
    if (rc == ERR_OK)
        rc = verify_end(w, why);
    out_bytes(w->out, span_of(line, leaf_end_into(cut->n_leaves, line)));
    return rc;
}

static enum err write_leaves(struct bag *bag, struct fail *why)
{
    struct walk w = {.bag = bag};
    struct out_sum sum;
    enum err rc = name_tables(&w, why);

    if (rc == ERR_OK)
        rc = out_create(bag->dir, LEAVES, false, &w.out, why);
    if (rc == ERR_OK)
        rc = walk_log(&w, why);
    if (rc == ERR_OK)
        rc = out_finish(w.out, LEAVES, &sum, why);
    for (size_t i = 0; rc == ERR_OK && i < w.tables.n; i++)
        rc = journal_put_leaves(&bag->journal, w.tables.at[i].table, &w.tables.at[i].rows, why);
    if (rc == ERR_OK)
        rc = journal_put_file(&bag->journal, LEAVES, &sum, NULL, why);
    verifier_destroy(&w.verifier);
    out_destroy(&w.out);
    return rc;
}

/* Up to the checkpoint of the cut, and no further. */
static enum err write_checkpoints(struct bag *bag, struct fail *why)
{
    struct checkpoints *all = NULL;
    struct out *out = NULL;
    struct out_sum sum;
    struct note note = {.size = 0};
    enum err rc = checkpoints_open(bag->conf->checkpoint_path, &all, why);

    if (rc == ERR_OK)
        rc = out_create(bag->dir, CHECKPOINTS, false, &out, why);
    while (rc == ERR_OK) {
        rc = checkpoints_next(all, &note, why);
        if (rc == ERR_OK) {
            out_bytes(out, note.bytes);
            out_char(out, '\n');
        }
        if (rc == ERR_OK && note.size >= bag->journal.cut.n_leaves)
            break;
    }
    if (rc == ERR_OK)
        rc = out_finish(out, CHECKPOINTS, &sum, why);
    if (rc == ERR_OK)
        rc = journal_put_file(&bag->journal, CHECKPOINTS, &sum, NULL, why);
    checkpoints_close(&all);
    out_destroy(&out);
    return rc;
}

static enum err write_key(struct bag *bag, struct fail *why)
{
    char text[NOTE_KEY_TEXT_CAP + 1];

    note_key_text(&bag->conf->key, text);
    strcat(text, "\n");
    return bag_put(bag, KEY, span_text(text), why);
}

enum err bag_log(struct bag *bag, struct fail *why)
{
    enum err rc;

    if (bag->journal.has_log)
        return ERR_OK;
    bag_tell(bag, "data/log", 0, (int64_t)bag->journal.cut.n_leaves);
    rc = write_leaves(bag, why);
    if (rc == ERR_OK)
        rc = write_checkpoints(bag, why);
    if (rc == ERR_OK)
        rc = write_key(bag, why);
    return rc == ERR_OK ? journal_put_log(&bag->journal, why) : rc;
}
