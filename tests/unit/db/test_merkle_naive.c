/* node/db/merkle.h against the definition itself (RFC 6962, section 2.1): trees and proofs by
 * plain recursion over all leaves, every pair of sizes up to 64. */
#include "node/db/merkle.h"
#include "tests/t.h"

#define N 64

static struct hash256 leaves[N];

static size_t naive_split(size_t n)
{
    size_t k = 1;

    while (2 * k < n)
        k *= 2;
    return k;
}

static struct hash256 naive_root(const struct hash256 *at, size_t n)
{
    struct hash256 left, right;
    size_t k;

    if (n == 1)
        return at[0];
    k = naive_split(n);
    left = naive_root(at, k);
    right = naive_root(at + k, n - k);
    return merkle_node(&left, &right);
}

/* SUBPROOF(m, D[n], b) of section 2.1.2. */
static void naive_proof(const struct hash256 *at, size_t m, size_t n, bool is_whole,
                        struct merkle_proof *out)
{
    size_t k;

    if (m == n) {
        if (!is_whole)
            out->at[out->n++] = naive_root(at, n);
        return;
    }
    k = naive_split(n);
    if (m <= k) {
        naive_proof(at, m, k, is_whole, out);
        out->at[out->n++] = naive_root(at + k, n - k);
    } else {
        naive_proof(at + k, m - k, n - k, false, out);
        out->at[out->n++] = naive_root(at, k);
    }
}

static bool is_same(const struct merkle_proof *a, const struct merkle_proof *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!hash256_eq(&a->at[i], &b->at[i]))
            return false;
    return true;
}

/* One hash of the proof changed, one more, one less, another first tree: none is believed. */
static bool is_any_believed(size_t m, size_t n, const struct merkle_proof *proof)
{
    struct hash256 first = naive_root(leaves, m), second = naive_root(leaves, n), other;
    struct merkle_proof bad;

    for (size_t i = 0; i < proof->n; i++) {
        bad = *proof;
        bad.at[i].b[i % HASH256_BYTES] ^= 1;
        if (merkle_is_consistent(m, &first, n, &second, &bad))
            return true;
    }
    bad = *proof;
    bad.at[bad.n++] = leaves[0];
    if (merkle_is_consistent(m, &first, n, &second, &bad))
        return true;
    bad = *proof;
    bad.n -= bad.n > 0;
    if (proof->n > 0 && merkle_is_consistent(m, &first, n, &second, &bad))
        return true;
    other = first;
    other.b[0] ^= 1;
    return merkle_is_consistent(m, &other, n, &second, proof) ||
           (m > 1 && merkle_is_consistent(m - 1, &first, n, &second, proof));
}

T_CASE(merkle_consistency_is_the_definition_for_all_sizes)
{
    static struct merkle_prover prover;
    size_t n_roots = 0, n_proofs = 0, n_held = 0, n_believed = 0;

    T_REQ("NI-T3-8");
    for (uint64_t i = 0; i < N; i++)
        leaves[i] = merkle_leaf(span_of(&i, sizeof i));
    for (size_t n = 1; n <= N; n++) {
        struct hash256 second = naive_root(leaves, n), root;
        struct merkle tree;

        merkle_init(&tree);
        for (size_t i = 0; i < n; i++)
            merkle_append(&tree, &leaves[i]);
        root = merkle_root(&tree);
        n_roots += hash256_eq(&root, &second);
        for (size_t m = 1; m <= n; m++) {
            struct hash256 first = naive_root(leaves, m);
            struct merkle_proof want = {.n = 0};
            const struct merkle_proof *got;

            naive_proof(leaves, m, n, true, &want);
            merkle_prove_consistency(&prover, m, n);
            for (size_t i = 0; i < n; i++)
                merkle_prover_put(&prover, &leaves[i]);
            got = merkle_prover_end(&prover);
            n_proofs += got != NULL && is_same(got, &want);
            n_held += merkle_is_consistent(m, &first, n, &second, &want);
            n_believed += is_any_believed(m, n, &want);
        }
    }
    T_EQ(n_roots, N, "every tree");
    T_EQ(n_proofs, N * (N + 1) / 2, "every proof is the definition's");
    T_EQ(n_held, N * (N + 1) / 2, "and holds");
    T_EQ(n_believed, 0, "no changed one does");
}
