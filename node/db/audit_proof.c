#include "node/db/audit_proof.h"

#include <stdlib.h>

#include "node/db/audit_store.h"

struct proving {
    struct merkle_prover prover;
    uint64_t wanted; /* the leaf whose hash is asked for */
    uint64_t size;
    struct hash256 leaf;
};

static enum err put_hash(const struct db_rows *row, void *arg, struct fail *why)
{
    struct proving *p = arg;
    struct span bytes = db_bytes(row, 0, 1);
    struct hash256 hash;

    if (db_i64(row, 0, 0) != (int64_t)p->prover.n_seen || bytes.len != sizeof hash.b)
        return fail_set(why, ERR_INTERNAL, "leaf %llu is not where it should be",
                        (unsigned long long)p->prover.n_seen);
    memcpy(hash.b, bytes.p, sizeof hash.b);
    if (p->prover.n_seen == p->wanted)
        p->leaf = hash;
    merkle_prover_put(&p->prover, &hash);
    return ERR_OK;
}

static enum err prove(struct db *db, struct proving *p, struct merkle_proof *proof_out,
                      struct fail *why)
{
    enum err rc = store_stream_hashes_to(db, p->size, put_hash, p, why);

    if (rc != ERR_OK)
        return rc;
    if (p->prover.n_seen < p->size)
        return fail_set(why, ERR_NOT_FOUND, "the log has %llu leaves",
                        (unsigned long long)p->prover.n_seen);
    *proof_out = *merkle_prover_end(&p->prover);
    return ERR_OK;
}

enum err audit_prove_inclusion(struct db *db, uint64_t seq, uint64_t size,
                               struct hash256 *leaf_out, struct merkle_proof *proof_out,
                               struct fail *why)
{
    struct proving *p;
    enum err rc;

    if (seq >= size || size >= MERKLE_N_CAP)
        return fail_set(why, ERR_NOT_FOUND, "leaf %llu of %llu", (unsigned long long)seq,
                        (unsigned long long)size);
    p = calloc(1, sizeof *p);
    if (p == NULL)
        return fail_set(why, ERR_NOMEM, "proof");
    p->wanted = seq;
    p->size = size;
    merkle_prove_inclusion(&p->prover, seq, size);
    rc = prove(db, p, proof_out, why);
    if (rc == ERR_OK)
        *leaf_out = p->leaf;
    free(p);
    return rc;
}

enum err audit_prove_consistency(struct db *db, uint64_t first, uint64_t second,
                                 struct merkle_proof *proof_out, struct fail *why)
{
    struct proving *p;
    enum err rc;

    if (first > second)
        return fail_field(why, ERR_INVALID, "first", "first is over second");
    if (second >= MERKLE_N_CAP)
        return fail_set(why, ERR_NOT_FOUND, "no tree is that large");
    p = calloc(1, sizeof *p);
    if (p == NULL)
        return fail_set(why, ERR_NOMEM, "proof");
    p->wanted = UINT64_MAX;
    p->size = second;
    merkle_prove_consistency(&p->prover, first, second);
    rc = prove(db, p, proof_out, why);
    free(p);
    return rc;
}

enum err audit_last_note(struct db *db, struct arena *arena, struct span *note_out,
                         uint64_t *size_out, struct fail *why)
{
    struct stored_checkpoint last;
    struct db_rows *rows = NULL;
    bool has = false;
    enum err rc = store_last_checkpoint(db, &rows, &last, &has, why);

    if (rc == ERR_OK && !has)
        rc = fail_set(why, ERR_NOT_FOUND, "no checkpoint yet");
    if (rc == ERR_OK) {
        *note_out = arena_copy(arena, last.note);
        *size_out = last.size;
        if (note_out->p == NULL)
            rc = fail_set(why, ERR_NOMEM, "note");
    }
    db_rows_free(&rows);
    return rc;
}
