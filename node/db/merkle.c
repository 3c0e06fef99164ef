#include "node/db/merkle.h"

#include "node/base/err.h"

struct hash256 merkle_leaf(struct span bytes)
{
    struct hash256_state state;

    hash256_init(&state);
    hash256_put(&state, span_of("\0", 1));
    hash256_put(&state, bytes);
    return hash256_end(&state);
}

struct hash256 merkle_node(const struct hash256 *left, const struct hash256 *right)
{
    uint8_t bytes[1 + 2 * HASH256_BYTES];

    bytes[0] = 1;
    memcpy(bytes + 1, left->b, HASH256_BYTES);
    memcpy(bytes + 1 + HASH256_BYTES, right->b, HASH256_BYTES);
    return hash256_of(span_of(bytes, sizeof bytes));
}

void merkle_init(struct merkle *tree)
{
    tree->n = 0;
}

void merkle_append(struct merkle *tree, const struct hash256 *leaf)
{
    struct hash256 h = *leaf;
    size_t level = 0;

    invariant(tree->n < MERKLE_N_CAP - 1, "%llu leaves", (unsigned long long)tree->n);
    /* Adding one carries through the low bits: each carry closes a subtree. */
    for (; (tree->n >> level & 1) != 0; level++)
        h = merkle_node(&tree->at[level], &h);
    tree->at[level] = h;
    tree->n++;
}

struct hash256 merkle_root(const struct merkle *tree)
{
    struct hash256 root;
    bool is_begun = false;

    if (tree->n == 0)
        return hash256_of(SPAN_NONE);
    memset(&root, 0, sizeof root);
    for (size_t level = 0; level < 62; level++) {
        if ((tree->n >> level & 1) == 0)
            continue;
        root = is_begun ? merkle_node(&tree->at[level], &root) : tree->at[level];
        is_begun = true;
    }
    return root;
}

size_t merkle_frontier_into(const struct merkle *tree, uint8_t bytes_out[MERKLE_FRONTIER_CAP])
{
    size_t len = 0;

    for (size_t level = 62; level-- > 0;) {
        if ((tree->n >> level & 1) == 0)
            continue;
        memcpy(bytes_out + len, tree->at[level].b, HASH256_BYTES);
        len += HASH256_BYTES;
    }
    return len;
}

bool merkle_from_frontier(uint64_t n, struct span bytes, struct merkle *tree_out)
{
    size_t at = 0;

    if (n >= MERKLE_N_CAP || bytes.len % HASH256_BYTES != 0 ||
        bytes.len / HASH256_BYTES != (size_t)__builtin_popcountll(n))
        return false;
    merkle_init(tree_out);
    tree_out->n = n;
    for (size_t level = 62; level-- > 0;) {
        if ((n >> level & 1) == 0)
            continue;
        memcpy(tree_out->at[level].b, bytes.p + at, HASH256_BYTES);
        at += HASH256_BYTES;
    }
    return true;
}

/* The largest power of two below n (n > 1): where RFC 6962 splits a tree. */
static uint64_t split(uint64_t n)
{
    return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* Top-down descent writes the proof's last hash first; prover_begin turns the slots round. */
static void range_add(struct merkle_prover *prover, uint64_t first, uint64_t end)
{
    size_t i = prover->n_ranges;

    invariant(i < MERKLE_PROOF_CAP, "a proof of %zu hashes", i);
    prover->ranges[i].first = first;
    prover->ranges[i].end = end;
    prover->ranges[i].slot = i;
    prover->n_ranges++;
}

static void prover_begin(struct merkle_prover *prover)
{
    size_t n = prover->n_ranges;

    for (size_t i = 0; i < n; i++)
        prover->ranges[i].slot = n - 1 - i;
    for (size_t i = 1; i < n; i++) /* insertion sort: at most 64, half in order already */
        for (size_t j = i; j > 0 && prover->ranges[j].first < prover->ranges[j - 1].first;
             j--) {
            __typeof__(prover->ranges[0]) t = prover->ranges[j];

            prover->ranges[j] = prover->ranges[j - 1];
            prover->ranges[j - 1] = t;
        }
    prover->proof.n = n;
}

static void prover_init(struct merkle_prover *prover)
{
    prover->n_ranges = prover->next = 0;
    prover->n_seen = 0;
    prover->proof.n = 0;
    merkle_init(&prover->range);
}

void merkle_prove_inclusion(struct merkle_prover *prover, uint64_t index, uint64_t size)
{
    uint64_t first = 0, n = size;

    invariant(index < size && size < MERKLE_N_CAP, "leaf %llu of %llu",
              (unsigned long long)index, (unsigned long long)size);
    prover_init(prover);
    while (n > 1) {
        uint64_t k = split(n);

        if (index - first < k) {
            range_add(prover, first + k, first + n);
            n = k;
        } else {
            range_add(prover, first, first + k);
            first += k;
            n -= k;
        }
    }
    prover_begin(prover);
}

void merkle_prove_consistency(struct merkle_prover *prover, uint64_t first, uint64_t second)
{
    uint64_t start = 0, m = first, n = second;
    bool is_whole = true; /* the old tree is a subtree of its own: its root need not be sent */

    invariant(first <= second && second < MERKLE_N_CAP, "from %llu to %llu",
              (unsigned long long)first, (unsigned long long)second);
    prover_init(prover);
    while (m != 0 && m < n) {
        uint64_t k = split(n);

        if (m <= k) {
            range_add(prover, start + k, start + n);
            n = k;
        } else {
            range_add(prover, start, start + k);
            start += k;
            m -= k;
            n -= k;
            is_whole = false;
        }
    }
    if (m != 0 && !is_whole)
        range_add(prover, start, start + m);
    prover_begin(prover);
}

void merkle_prover_put(struct merkle_prover *prover, const struct hash256 *leaf)
{
    uint64_t index = prover->n_seen++;

    if (prover->next == prover->n_ranges || index < prover->ranges[prover->next].first)
        return;
    merkle_append(&prover->range, leaf);
    if (index + 1 < prover->ranges[prover->next].end)
        return;
    prover->proof.at[prover->ranges[prover->next].slot] = merkle_root(&prover->range);
    merkle_init(&prover->range);
    prover->next++;
}

const struct merkle_proof *merkle_prover_end(const struct merkle_prover *prover)
{
    return prover->next == prover->n_ranges ? &prover->proof : NULL;
}

bool merkle_is_included(const struct hash256 *leaf, uint64_t index, uint64_t size,
                        const struct merkle_proof *proof, const struct hash256 *root)
{
    uint64_t fn = index, sn = size - 1;
    struct hash256 r = *leaf;

    if (index >= size)
        return false;
    for (size_t i = 0; i < proof->n; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            r = merkle_node(&proof->at[i], &r);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            r = merkle_node(&r, &proof->at[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && hash256_eq(&r, root);
}

bool merkle_is_consistent(uint64_t first, const struct hash256 *first_root, uint64_t second,
                          const struct hash256 *second_root, const struct merkle_proof *proof)
{
    struct hash256 empty = hash256_of(SPAN_NONE), fr, sr;
    uint64_t fn = first - 1, sn = second - 1;
    size_t i = 0;

    if (first > second)
        return false;
    if (first == second)
        return proof->n == 0 && hash256_eq(first_root, second_root) &&
               (first != 0 || hash256_eq(first_root, &empty));
    if (first == 0)
        return proof->n == 0 && hash256_eq(first_root, &empty);
    for (; (fn & 1) != 0; fn >>= 1)
        sn >>= 1;
    if (fn == 0) { /* first is a power of two: its root begins the path */
        fr = sr = *first_root;
    } else {
        if (proof->n == 0)
            return false;
        fr = sr = proof->at[i++];
    }
    for (; i < proof->n; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            fr = merkle_node(&proof->at[i], &fr);
            sr = merkle_node(&proof->at[i], &sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            sr = merkle_node(&sr, &proof->at[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && hash256_eq(&fr, first_root) && hash256_eq(&sr, second_root);
}
