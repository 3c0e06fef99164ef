/* covers: node/db/merkle.c */
/* Proofs from outside: whatever the bytes, checking ends, and what was not proved is not
 * believed. Input: index, size, other size (8 bytes each, little-endian), then hashes. A tree
 * of up to 200 leaves built from the same bytes is the oracle for the honest side. */
#include <stdlib.h>

#include "node/db/merkle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void honest(uint64_t index, uint64_t first, uint64_t n)
{
    static struct hash256 leaves[200];
    static struct merkle_prover prover;
    struct merkle tree, again;
    struct hash256 old = {{0}}, root;
    uint8_t frontier[MERKLE_FRONTIER_CAP];
    const struct merkle_proof *proof;

    merkle_init(&tree);
    for (uint64_t i = 0; i < n; i++) {
        if (i == first)
            old = merkle_root(&tree);
        leaves[i] = merkle_leaf(span_of(&i, sizeof i));
        merkle_append(&tree, &leaves[i]);
    }
    root = merkle_root(&tree);
    if (first == n)
        old = root;
    check(merkle_from_frontier(n, span_of(frontier, merkle_frontier_into(&tree, frontier)),
                               &again));
    again.n = tree.n;
    old = first == 0 ? hash256_of(SPAN_NONE) : old;
    merkle_prove_consistency(&prover, first, n);
    for (uint64_t i = 0; i < n; i++)
        merkle_prover_put(&prover, &leaves[i]);
    proof = merkle_prover_end(&prover);
    check(proof != NULL && merkle_is_consistent(first, &old, n, &root, proof));
    if (index >= n)
        return;
    merkle_prove_inclusion(&prover, index, n);
    for (uint64_t i = 0; i < n; i++)
        merkle_prover_put(&prover, &leaves[i]);
    proof = merkle_prover_end(&prover);
    check(proof != NULL && merkle_is_included(&leaves[index], index, n, proof, &root));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t numbers[3];
    struct hash256 hashes[3] = {{{0}}}, none = {{0}};
    struct merkle_proof proof = {.n = 0};
    struct merkle tree;

    if (size < sizeof numbers)
        return 0;
    memcpy(numbers, data, sizeof numbers);
    data += sizeof numbers;
    size -= sizeof numbers;
    for (size_t i = 0; i < 3 && size >= sizeof hashes[i]; i++) {
        memcpy(&hashes[i], data, sizeof hashes[i]);
        data += sizeof hashes[i];
        size -= sizeof hashes[i];
    }
    while (size >= sizeof none && proof.n < MERKLE_PROOF_CAP) {
        memcpy(&proof.at[proof.n++], data, sizeof none);
        data += sizeof none;
        size -= sizeof none;
    }
    /* Nothing hashes to all zeros. */
    check(!merkle_is_included(&hashes[0], numbers[0], numbers[1], &proof, &none) ||
          (numbers[1] == 1 && hash256_eq(&hashes[0], &none)));
    (void)merkle_is_included(&hashes[0], numbers[0], numbers[1], &proof, &hashes[1]);
    (void)merkle_is_consistent(numbers[0], &hashes[0], numbers[1], &hashes[1], &proof);
    (void)merkle_from_frontier(numbers[2], span_of(data, size), &tree);
    honest(numbers[0] % 200, numbers[1] % (numbers[2] % 199 + 1), numbers[2] % 199 + 1);
    return 0;
}
