#include "node/db/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/audit_priv.h"
#include "node/db/audit_store.h"
#include "node/db/digest.h"

#define N_ROWS_A_DELETION 1000

_Static_assert(AUDIT_SALT_BYTES == LEAF_SALT_BYTES && AUDIT_NAME_CAP == LEAF_NAME_CAP &&
                   AUDIT_ROW_CAP == LEAF_ROW_CAP,
               "the log and its export are one format");

const struct conf_row audit_conf_rows[AUDIT_CONF_N] = {
    {.name = "audit.checkpoint_path",
     .type = CONF_PATH,
     .help = "監査記録の検査点を書き足すファイル。データベースの外に置きます。"},
    {.name = "audit.checkpoint_every_s",
     .type = CONF_INT,
     .least = 1,
     .most = 3600,
     .unit = "s",
     .initial = "60",
     .help = "監査記録の検査点を作る間隔"},
};

void audit_mismatch(struct audit *audit, const char *where, uint64_t expected, uint64_t got)
{
    atomic_store(&audit->is_mismatch, true);
    log_error("audit.mismatch", L_TEXT("where", where), L_INT("expected", expected),
              L_INT("got", got), L_INT("leaves", audit->tree.n));
}

/* ---- open and close ---- */

/* An absent file then means that someone took it away. */
static enum err make_file(const char *path, struct fail *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

    if (fd < 0)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    close(fd);
    return ERR_OK;
}

enum err audit_open(const struct audit_conf *conf, struct keyring *keyring,
                    struct audit **audit_out, struct fail *why)
{
    struct audit *audit = calloc(1, sizeof *audit);
    enum err rc = ERR_NOMEM;

    *audit_out = NULL;
    if (audit == NULL)
        return fail_set(why, rc, "audit");
    atomic_flag_clear(&audit->is_signing_now);
    audit->keyring = keyring;
    audit->checkpoint_every_s = conf->checkpoint_every_s;
    audit->origin = strdup(conf->origin);
    audit->checkpoint_path = strdup(conf->checkpoint_path);
    if (audit->origin == NULL || audit->checkpoint_path == NULL ||
        asprintf(&audit->head_path, "%s" AUDIT_HEAD_SUFFIX, conf->checkpoint_path) < 0) {
        audit->head_path = NULL;
        rc = fail_set(why, rc, "audit");
        goto out;
    }
    merkle_init(&audit->tree);
    merkle_init(&audit->pending);
    merkle_init(&audit->base);
    merkle_init(&audit->signed_tree);
    head_boot(audit->boot);
    rc = make_file(conf->checkpoint_path, why);
out:
    if (rc != ERR_OK)
        audit_close(&audit);
    *audit_out = audit;
    return rc;
}

void audit_close(struct audit **audit)
{
    struct audit *a = *audit;

    if (a == NULL)
        return;
    invariant(!a->has_thread, "audit_stop comes first");
    head_close(&a->head);
    free(a->origin);
    free(a->checkpoint_path);
    free(a->head_path);
    free(a);
    *audit = NULL;
}

/* ---- the head, readable from any thread ---- */

void audit_publish(struct audit *audit)
{
    uint64_t words[5] = {audit->tree.n};

    memcpy(words + 1, audit->root.b, sizeof audit->root.b);
    atomic_fetch_add(&audit->head_turn, 1);
    for (int i = 0; i < 5; i++)
        atomic_store(&audit->head_words[i], words[i]);
    atomic_fetch_add(&audit->head_turn, 1);
    atomic_store(&audit->is_detached_shown, audit->is_detached);
}

struct audit_head audit_head_read(struct audit *audit)
{
    struct audit_head head;
    uint64_t words[5], turn;

    do {
        turn = atomic_load(&audit->head_turn);
        for (int i = 0; i < 5; i++)
            words[i] = atomic_load(&audit->head_words[i]);
    } while ((turn & 1) != 0 || turn != atomic_load(&audit->head_turn));
    head.n_leaves = words[0];
    memcpy(head.root, words + 1, sizeof head.root);
    return head;
}

void audit_stats_read(struct audit *audit, struct audit_stats *stats_out)
{
    *stats_out = (struct audit_stats){
        .n_leaves = audit_head_read(audit).n_leaves,
        .n_checkpointed = atomic_load(&audit->n_checkpointed),
        .n_checkpoints = atomic_load(&audit->n_checkpoints),
        .checkpoint_utc_us = atomic_load(&audit->checkpoint_utc_us),
        .is_mismatch = atomic_load(&audit->is_mismatch),
        .is_signing = !atomic_load(&audit->is_detached_shown),
    };
}

/* ---- the writer's hooks ---- */

void audit_write_head(struct audit *audit, uint64_t next_n, const struct hash256 *next_root)
{
    struct head_state state = {
        .n = audit->tree.n,
        .root = audit->root,
        .next_n = next_n,
        .next_root = *next_root,
        .stored = audit->stored,
    };
    struct fail why;

    if (audit->is_detached || audit->head == NULL)
        return;
    memcpy(state.boot, audit->boot, sizeof state.boot);
    if (head_write(audit->head, &state, &why) == ERR_OK) {
        audit->is_head_broken = false;
    } else if (!audit->is_head_broken) {
        audit->is_head_broken = true;
        log_error("audit.head_file", L_FAIL(&why));
    }
}

void audit_tx_begin(struct audit *audit)
{
    audit->pending = audit->tree;
    audit->pending_seq = audit->next_seq;
    audit->pending_stored = audit->stored;
}

void audit_tx_committing(struct audit *audit)
{
    if (audit->pending_seq == audit->next_seq)
        return;
    audit->is_uncertain = true;
    audit->pending_root = merkle_root(&audit->pending);
    audit_write_head(audit, audit->pending.n, &audit->pending_root);
}

void audit_tx_committed(struct audit *audit)
{
    bool is_root_made = audit->is_uncertain; /* when it was committing */

    audit->is_uncertain = false;
    if (audit->pending_seq == audit->next_seq && audit->pending_stored == audit->stored)
        return;
    audit->root = is_root_made ? audit->pending_root : merkle_root(&audit->pending);
    audit->stored = audit->pending_stored;
    audit->tree = audit->pending;
    audit->next_seq = audit->pending_seq;
    audit_write_head(audit, audit->tree.n, &audit->root);
    audit_publish(audit);
}

void audit_tx_rolled_back(struct audit *audit)
{
    audit->is_uncertain = false;
    audit_tx_begin(audit);
}

/* ---- leaves ---- */

enum err audit_append(struct tx *tx, const char *kind, const char *table, struct id row,
                      struct span bytes, struct fail *why)
{
    struct audit *audit = tx_audit(tx);
    struct audit_leaf leaf = {
        .kind = span_text(kind),
        .table = span_text(table),
        .at_us = clock_utc_us(),
        .row = row,
        .has_salt = true,
    };
    enum err rc;

    if (audit == NULL)
        return ERR_OK; /* a writer without a log */
    if (!leaf_is_name(leaf.kind) || !leaf_is_name(leaf.table) || id_is_none(row) ||
        !leaf_is_row(bytes))
        return fail_set(why, ERR_INTERNAL, "leaf %s of %s, %zu bytes", kind, table, bytes.len);
    leaf.seq = audit->pending_seq;
    digest_random(leaf.salt, sizeof leaf.salt);
    leaf.commitment = leaf_commitment(leaf.salt, bytes);
    leaf.hash = leaf_hash(&leaf);
    rc = store_add_leaf(tx, &leaf, why);
    if (rc != ERR_OK)
        return rc;
    audit->pending_seq++;
    if (!audit->is_detached)
        merkle_append(&audit->pending, &leaf.hash);
    return ERR_OK;
}

/* "12-15,20" from rising numbers. */
static char *seqs_text(struct arena *arena, const uint64_t *seqs, size_t n)
{
    char *text = arena_alloc(arena, n * 42 + 1), *p = text;

    if (text == NULL)
        return NULL;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && seqs[end] == seqs[end - 1] + 1; end++)
            ;
        p += sprintf(p, "%s%llu", i == 0 ? "" : ",", (unsigned long long)seqs[i]);
        if (end - i > 1)
            p += sprintf(p, "-%llu", (unsigned long long)seqs[end - 1]);
    }
    return text;
}

static enum err append_deletion(struct tx *tx, const char *rule, const char *table,
                                const struct id *rows, size_t n_rows, struct fail *why)
{
    struct arena *arena = tx_arena(tx);
    struct deletion d = {.id = id_new(),
                         .at_us = clock_utc_us(),
                         .rule = span_text(rule),
                         .table = span_text(table),
                         .n_rows = n_rows};
    struct span bytes;
    uint64_t *seqs;
    size_t n;
    int64_t n_destroyed = 0;
    char *text;
    enum err rc = store_find_seqs(tx, table, rows, n_rows, &seqs, &n, why);

    if (rc != ERR_OK)
        return rc;
    if (n != n_rows)
        return fail_set(why, ERR_NOT_FOUND, "%zu of %zu rows of %s have a leaf", n, n_rows,
                        table);
    text = seqs_text(arena, seqs, n);
    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "%zu leaves", n);
    d.seqs = span_text(text);
    rc = deletion_write(&d, arena, &bytes, why);
    if (rc == ERR_OK)
        rc = store_add_deletion(tx, &d, why);
    if (rc == ERR_OK)
        rc = audit_append(tx, DELETION_KIND, DELETION_TABLE, d.id, bytes, why);
    if (rc == ERR_OK)
        rc = store_destroy(tx, d.id, &n_destroyed, why);
    if (rc == ERR_OK && n_destroyed == -1)
        rc = fail_set(why, ERR_DENIED, "rows of %s are within their term", table);
    else if (rc == ERR_OK && n_destroyed != (int64_t)n)
        rc = fail_set(why, ERR_INTERNAL, "%lld of %zu salts destroyed", (long long)n_destroyed,
                      n);
    return rc;
}

enum err audit_append_deletion(struct tx *tx, const char *rule, const char *table,
                               const struct id *rows, size_t n_rows, struct fail *why)
{
    enum err rc = ERR_OK;

    if (tx_audit(tx) == NULL)
        return ERR_OK;
    /* In pieces, so that one row stays far below AUDIT_ROW_CAP. */
    for (size_t i = 0; rc == ERR_OK && i < n_rows; i += N_ROWS_A_DELETION) {
        size_t n = n_rows - i < N_ROWS_A_DELETION ? n_rows - i : N_ROWS_A_DELETION;

        rc = append_deletion(tx, rule, table, rows + i, n, why);
    }
    return rc;
}
