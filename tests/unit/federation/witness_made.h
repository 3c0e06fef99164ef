/* tests/unit/federation/witness_made.h - a log of so many leaves, its checkpoints signed by a
 * key made of one byte, and what the node sends of it. Threads: one. */
#ifndef TESTS_UNIT_FEDERATION_WITNESS_MADE_H
#define TESTS_UNIT_FEDERATION_WITNESS_MADE_H

#include "federation/witness_rule.h"
#include "tests/unit/federation/made.h"

#define LOG_ORIGIN "town1.ibasho"

/* Leaf i of a log; fork: from which leaf on it is another one. */
MADE struct hash256 log_leaf(uint64_t i, uint64_t fork)
{
    const uint64_t bytes[2] = {i, i >= fork ? 1 : 0};

    return merkle_leaf(span_of(bytes, sizeof bytes));
}

MADE struct hash256 log_root(uint64_t n, uint64_t fork)
{
    struct merkle tree;

    merkle_init(&tree);
    for (uint64_t i = 0; i < n; i++) {
        struct hash256 leaf = log_leaf(i, fork);

        merkle_append(&tree, &leaf);
    }
    return merkle_root(&tree);
}

MADE struct merkle_proof log_proof(uint64_t from, uint64_t n, uint64_t fork)
{
    static struct merkle_prover prover;

    merkle_prove_consistency(&prover, from, n);
    for (uint64_t i = 0; i < n; i++) {
        struct hash256 leaf = log_leaf(i, fork);

        merkle_prover_put(&prover, &leaf);
    }
    return *merkle_prover_end(&prover);
}

MADE struct span log_key_text(const struct made_key *log, struct arena *arena)
{
    char *text = arena_alloc(arena, NOTE_KEY_TEXT_CAP);
    struct note_key key;

    invariant(note_key_init(SPAN(LOG_ORIGIN), log->key.ed25519, &key, NULL) == ERR_OK, "a key");
    note_key_text(&key, text);
    return span_text(text);
}

MADE struct span log_note(struct made_key *log, uint64_t n, uint64_t fork, struct arena *arena)
{
    char *note = arena_alloc(arena, NOTE_CAP), text[NOTE_CAP];
    uint8_t signature[NOTE_SIGNATURE_BYTES];
    struct hash256 root = log_root(n, fork);
    struct note_key key;
    size_t len = note_text_into(SPAN(LOG_ORIGIN), n, &root, text);

    invariant(note_key_init(SPAN(LOG_ORIGIN), log->key.ed25519, &key, NULL) == ERR_OK &&
                  made_sign(log, "", span_of(text, len), signature, NULL) == ERR_OK,
              "a note");
    return span_of(note, note_into(span_of(text, len), &key, signature, note));
}

/* What is sent of a log of n leaves to a witness that saw `from`. */
MADE struct witness_body log_offer(struct made_key *log, uint64_t from, uint64_t n,
                                   uint64_t fork, struct arena *arena)
{
    struct merkle_proof *proof = arena_alloc(arena, sizeof *proof);
    struct witness_hash *hashes = arena_alloc(arena, MERKLE_PROOF_CAP * sizeof *hashes);
    struct witness_body body = {.log_key = log_key_text(log, arena),
                                .checkpoint = log_note(log, n, fork, arena),
                                .from = (int64_t)from};

    *proof = log_proof(from, n, fork);
    for (size_t i = 0; i < proof->n; i++)
        hashes[i].hash = hash256_span(&proof->at[i]);
    body.proof = (struct jx_list){hashes, proof->n};
    return body;
}

MADE struct witness_known log_known(const struct made_key *log, uint64_t n, struct arena *arena)
{
    return (struct witness_known){SPAN("c-2026-1"), log_key_text(log, arena), n,
                                  log_root(n, UINT64_MAX)};
}

#endif
