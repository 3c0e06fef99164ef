/* node/db/merkle.h - the Merkle tree of RFC 6962 (RFC 9162, section 2.1): append to it, prove
 * that a leaf is in it, prove that a later tree only added to an earlier one. leaf =
 * SHA-256(0x00 ‖ bytes)    node = SHA-256(0x01 ‖ left ‖ right)    empty = SHA-256("") Only the
 * frontier is kept: the roots of the complete subtrees the leaves so far fall into, one for
 * each bit of their number. Proofs are built in one pass over the leaf hashes, in flat memory.
 * Nothing here fails or allocates.  Threads: reentrant.  Owns: nothing. */
#ifndef NODE_DB_MERKLE_H
#define NODE_DB_MERKLE_H

#include "node/db/hash256.h"

#define MERKLE_N_CAP     (UINT64_C(1) << 62) /* no tree here grows beyond */
#define MERKLE_PROOF_CAP 64                  /* hashes of the longest proof */

struct merkle {
    uint64_t n;            /* leaves */
    struct hash256 at[62]; /* at[i] is there when bit i of n is: a subtree of 2^i leaves */
};

struct merkle_proof {
    size_t n;
    struct hash256 at[MERKLE_PROOF_CAP];
};

struct hash256 merkle_leaf(struct span bytes);
struct hash256 merkle_node(const struct hash256 *left, const struct hash256 *right);

void merkle_init(struct merkle *tree); /* the empty tree */
void merkle_append(struct merkle *tree, const struct hash256 *leaf);
struct hash256 merkle_root(const struct merkle *tree);

/* The frontier as bytes, widest subtree first, 32 bytes each; returns their number. It can be
 * trusted as far as the root it folds to is signed. */
#define MERKLE_FRONTIER_CAP (62 * HASH256_BYTES)
size_t merkle_frontier_into(const struct merkle *tree, uint8_t bytes_out[MERKLE_FRONTIER_CAP]);
/* false: not as many bytes as a tree of n leaves has. */
bool merkle_from_frontier(uint64_t n, struct span bytes, struct merkle *tree_out);

/* A proof in the making: start it, give it the leaf hashes 0, 1, ... up to size - 1, end it. */
struct merkle_prover {
    size_t n_ranges, next;
    struct {
        uint64_t first, end;
        size_t slot;            /* in the proof */
    } ranges[MERKLE_PROOF_CAP]; /* by first; disjoint */
    uint64_t n_seen;
    struct merkle range; /* of the range under way */
    struct merkle_proof proof;
};
/* index < size (RFC 9162, section 2.1.3.1). */
void merkle_prove_inclusion(struct merkle_prover *prover, uint64_t index, uint64_t size);
/* first <= second (RFC 9162, section 2.1.4.1); from 0 or to itself the proof is empty. */
void merkle_prove_consistency(struct merkle_prover *prover, uint64_t first, uint64_t second);
void merkle_prover_put(struct merkle_prover *prover, const struct hash256 *leaf);
/* NULL: fewer leaves came than the tree has. Borrowed from the prover. */
const struct merkle_proof *merkle_prover_end(const struct merkle_prover *prover);

/* Is leaf number `index` of the tree with this size and root? (RFC 9162, section 2.1.3.2) */
bool merkle_is_included(const struct hash256 *leaf, uint64_t index, uint64_t size,
                        const struct merkle_proof *proof, const struct hash256 *root);
/* Does the second tree begin with the first? (RFC 9162, section 2.1.4.2) */
bool merkle_is_consistent(uint64_t first, const struct hash256 *first_root, uint64_t second,
                          const struct hash256 *second_root, const struct merkle_proof *proof);

#endif
