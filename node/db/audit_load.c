/* The tree at start. The frontier beside the database's last checkpoint is believed when it
 * folds to the root of the very note the external file has; only the leaves after it are read.
 * What the signed roots and the head file say is compared on the way. */
#include <stdlib.h>

#include "node/base/log.h"
#include "node/db/audit_priv.h"
#include "node/db/audit_store.h"
#include "node/db/checkpoints.h"

struct load {
    struct audit *audit;
    struct merkle tree;
    uint64_t max_seq_end; /* one past the greatest seq */
    bool has_gap;
    /* Points the tree must pass through. */
    bool has_last, is_last_met; /* the last external checkpoint */
    uint64_t last_n;
    struct hash256 last_root;
    struct merkle base;
    bool has_head, is_head_met;
    struct head_state head;
};

static void pass(struct load *load)
{
    struct hash256 root;

    if (load->has_last && load->tree.n == load->last_n) {
        root = merkle_root(&load->tree);
        if (hash256_eq(&root, &load->last_root)) {
            load->is_last_met = true;
            load->base = load->tree;
        }
    }
    if (load->has_head && load->tree.n == load->head.n) {
        root = merkle_root(&load->tree);
        load->is_head_met = hash256_eq(&root, &load->head.root);
    }
}

static enum err load_leaf(const struct db_rows *row, void *arg, struct fail *why)
{
    struct load *load = arg;
    int64_t seq = db_i64(row, 0, 0);
    struct span hash = db_bytes(row, 0, 1);
    struct hash256 leaf = {{0}};

    (void)why;
    if (seq != (int64_t)load->max_seq_end)
        load->has_gap = true;
    load->max_seq_end = (uint64_t)seq + 1;
    if (hash.len == HASH256_BYTES)
        memcpy(leaf.b, hash.p, HASH256_BYTES);
    merkle_append(&load->tree, &leaf);
    if (!load->has_gap)
        pass(load);
    return ERR_OK;
}

static void mend(struct audit *audit)
{
    uint64_t n_cut = 0;
    struct fail why = {.code = ERR_OK};
    enum err rc = checkpoints_mend(audit->checkpoint_path, &n_cut, &why);

    if (n_cut > 0)
        log_warn("audit.checkpoint_mended", L_INT("bytes", n_cut));
    if (rc != ERR_OK)
        log_error("audit.checkpoint_file", L_FAIL(&why));
}

/* Reads the external file: its last note, and whether `note` stands in it. */
static enum err read_external(struct load *load, struct span note, bool *is_known_out,
                              struct fail *why)
{
    struct checkpoints *file = NULL;
    struct note n;
    enum err rc = checkpoints_open(load->audit->checkpoint_path, &file, why);

    *is_known_out = false;
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    while (rc == ERR_OK || rc == ERR_PROTO) {
        rc = checkpoints_next(file, &n, why);
        if (rc != ERR_OK)
            continue;
        load->has_last = true;
        load->last_n = n.size;
        load->last_root = n.root;
        memcpy(load->audit->base_note, n.bytes.p, n.bytes.len);
        load->audit->base_note_len = n.bytes.len;
        *is_known_out = *is_known_out || span_eq(n.bytes, note);
    }
    checkpoints_close(&file);
    if (rc == ERR_INVALID) { /* not a checkpoint file any more: nothing will be signed on it */
        audit_mismatch(load->audit, "file", load->last_n, 0);
        load->audit->is_detached = true;
        return ERR_OK;
    }
    return rc == ERR_NOT_FOUND || rc == ERR_UNCERTAIN ? ERR_OK : rc;
}

/* Where to begin: the last stored checkpoint, if the external file vouches for it. */
static enum err find_start(struct load *load, struct db *db, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct stored_checkpoint last = {0};
    struct merkle tree;
    struct note note;
    struct hash256 root;
    bool has = false, is_known = false;
    enum err rc = store_last_checkpoint(db, &rows, &last, &has, why);

    if (rc == ERR_OK)
        rc = read_external(load, last.note, &is_known, why);
    if (rc != ERR_OK || !has)
        goto out;
    if (!is_known) {
        audit_mismatch(load->audit, "stored", load->has_last ? load->last_n : 0, last.size);
        goto out;
    }
    if (note_parse(last.note, &note, NULL) != ERR_OK ||
        !merkle_from_frontier(note.size, last.frontier, &tree)) {
        audit_mismatch(load->audit, "frontier", last.size, 0);
        goto out;
    }
    root = merkle_root(&tree);
    if (!hash256_eq(&root, &note.root)) {
        audit_mismatch(load->audit, "frontier", last.size, tree.n);
        goto out;
    }
    load->tree = tree;
    load->max_seq_end = tree.n;
    load->audit->stored = tree.n;
out:
    db_rows_free(&rows);
    return rc;
}

/* The head file of this boot says both what was and what may have come after. */
static void compare_head(struct load *load)
{
    const struct head_state *head = &load->head;
    struct hash256 root = merkle_root(&load->tree);
    bool is_same_boot = strcmp(head->boot, load->audit->boot) == 0;

    if (!load->has_head)
        return;
    if (load->tree.n < head->n)
        audit_mismatch(load->audit, "tail.short", head->n, load->tree.n);
    else if (!load->is_head_met && (load->is_last_met ? load->base.n : 0) <= head->n)
        audit_mismatch(load->audit, "tail.root", head->n, load->tree.n);
    else if (is_same_boot && load->tree.n > head->n &&
             (load->tree.n != head->next_n || !hash256_eq(&root, &head->next_root)))
        audit_mismatch(load->audit, "tail.unknown", head->next_n, load->tree.n);
}

/* After a lost connection memory is the witness: the database must go on from there. */
static void start_from_memory(struct load *load)
{
    struct audit *audit = load->audit;

    load->tree = audit->tree;
    load->max_seq_end = audit->next_seq;
    load->has_last = false;
    load->has_head = false;
}

static void settle_memory(struct load *load)
{
    struct audit *audit = load->audit;
    struct hash256 got = merkle_root(&load->tree), want = merkle_root(&audit->pending);
    bool is_same = load->max_seq_end == audit->next_seq;
    bool is_pending = audit->is_uncertain && load->max_seq_end == audit->pending_seq &&
                      hash256_eq(&got, &want);

    if (load->has_gap || !(is_same || is_pending)) {
        audit_mismatch(audit, "reload", audit->next_seq, load->max_seq_end);
        audit->is_detached = true;
    }
    audit->is_uncertain = false;
}

static void settle_first(struct load *load)
{
    struct audit *audit = load->audit;

    if (load->has_last && !load->is_last_met) {
        audit_mismatch(audit, load->tree.n < load->last_n ? "short" : "root", load->last_n,
                       load->tree.n);
        audit->is_detached = true;
    }
    if (load->has_gap) {
        audit_mismatch(audit, "gap", load->tree.n, load->max_seq_end);
        audit->is_detached = true;
    }
    if (!audit->is_detached)
        compare_head(load);
    audit->base = load->base;
    audit->is_ours = !audit->is_detached;
}

static void read_head_file(struct load *load)
{
    struct fail said;
    enum err rc = head_read(load->audit->head_path, &load->head, &said);

    load->has_head = rc == ERR_OK;
    if (rc != ERR_OK && rc != ERR_NOT_FOUND) {
        log_warn("audit.head_file", L_FAIL(&said));
        atomic_store(&load->audit->is_mismatch, true);
    }
}

/* New seqs go behind everything that was ever signed or written: where leaves are missing a gap
 * stays, so that the true ones can be put back. */
static uint64_t next_free(const struct load *load)
{
    uint64_t next = load->max_seq_end;

    if (load->has_last && load->last_n > next)
        next = load->last_n;
    if (load->has_head && load->head.n > next)
        next = load->head.n;
    return next > load->audit->next_seq ? next : load->audit->next_seq;
}

enum err audit_load(struct audit *audit, struct db *db, struct fail *why)
{
    struct load *load = calloc(1, sizeof *load);
    struct fail said;
    enum err rc = ERR_OK;

    if (load == NULL)
        return fail_set(why, ERR_NOMEM, "audit load");
    load->audit = audit;
    merkle_init(&load->tree);
    merkle_init(&load->base);
    if (audit->is_loaded) {
        start_from_memory(load);
    } else {
        mend(audit);
        read_head_file(load);
        rc = find_start(load, db, why);
    }
    if (rc == ERR_OK) {
        pass(load);
        rc = store_stream_hashes(db, load->max_seq_end, load_leaf, load, why);
    }
    if (rc != ERR_OK)
        goto out;
    if (audit->is_loaded)
        settle_memory(load);
    else
        settle_first(load);
    audit->next_seq = next_free(load);
    if (!audit->is_detached || !audit->is_loaded)
        audit->tree = load->tree;
    audit->is_detached = audit->is_detached || audit->next_seq != audit->tree.n;
    audit->is_loaded = true;
    audit->root = merkle_root(&audit->tree);
    audit_tx_rolled_back(audit);
    audit_publish(audit);
    if (audit->head == NULL && !audit->is_detached &&
        head_open(audit->head_path, &audit->head, &said) != ERR_OK)
        log_error("audit.head_file", L_FAIL(&said));
    audit_write_head(audit, audit->tree.n, &audit->root);
    log_info("audit.loaded", L_INT("leaves", audit->tree.n),
             L_INT("detached", audit->is_detached));
out:
    free(load);
    return rc;
}
