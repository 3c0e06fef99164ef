#include "node/db/merkle.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"

/* The reference tree of Certificate Transparency: eight leaves, known to every implementation.
 */
static const char *const inputs[8] = {
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
};
static const char *const roots[9] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};
/* Complete subtrees of that tree, by level and place. */
#define N00 "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
#define N01 "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define N02 "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7"
#define N04 "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define N06 "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
#define N10 "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
#define N11 "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define N12 "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
#define N13 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define N20 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define N21 "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"

static struct hash256 hex32(const char *hex)
{
    struct hash256 h;

    memcpy(h.b, t_hex(hex).p, sizeof h.b);
    return h;
}

static struct hash256 reference_leaf(size_t i)
{
    return merkle_leaf(t_hex(inputs[i]));
}

T_CASE(hash256_is_sha256) /* FIPS 180-4, examples "abc" and the empty message */
{
    struct hash256_state state;
    struct hash256 h = hash256_of(SPAN("abc"));
    const char *abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    T_SPAN(hash256_span(&h), t_hex(abc), "in one piece");
    hash256_init(&state);
    hash256_put(&state, SPAN("a"));
    hash256_put(&state, SPAN_NONE);
    hash256_put(&state, SPAN("bc"));
    h = hash256_end(&state);
    T_SPAN(hash256_span(&h), t_hex(abc), "in pieces");
    h = hash256_of(SPAN_NONE);
    T_SPAN(hash256_span(&h), t_hex(roots[0]), "of nothing");
}

T_CASE(merkle_roots_are_the_reference_trees)
{
    struct merkle tree;

    T_REQ("NI-T3-8");
    merkle_init(&tree);
    for (size_t n = 0;; n++) {
        struct hash256 root = merkle_root(&tree), leaf;

        T_SPAN(hash256_span(&root), t_hex(roots[n]), "root");
        T_EQ(tree.n, n, "leaves");
        if (n == 8)
            break;
        leaf = reference_leaf(n);
        merkle_append(&tree, &leaf);
    }
}

static void check_proof(const struct merkle_prover *prover, const char *const *want,
                        const char *what)
{
    const struct merkle_proof *proof = merkle_prover_end(prover);
    size_t n = 0;

    T_OK(proof != NULL, "every leaf came");
    if (proof == NULL)
        return;
    while (want[n] != NULL)
        n++;
    T_EQ(proof->n, n, what);
    for (size_t i = 0; i < n && i < proof->n; i++)
        T_SPAN(hash256_span(&proof->at[i]), t_hex(want[i]), what);
}

T_CASE(merkle_inclusion_proofs_are_the_reference_ones)
{
    static const struct {
        const char *what;
        uint64_t index, size;
        const char *want[5];
    } rows[] = {
        {"only leaf", 0, 1, {NULL}},
        {"first of two", 0, 2, {N01, NULL}},
        {"first of eight", 0, 8, {N01, N11, N21, NULL}},
        {"sixth of eight", 5, 8, {N04, N13, N20, NULL}},
        {"third of three", 2, 3, {N10, NULL}},
        {"second of five", 1, 5, {N00, N11, N04, NULL}},
        {"seventh of seven", 6, 7, {N12, N20, NULL}},
        {"first of seven", 0, 7, {N01, N11, "", NULL}},
    };

    for (size_t r = 0; r < T_COUNT(rows); r++) {
        static struct merkle_prover prover;
        struct hash256 root = hex32(roots[rows[r].size]), leaf = reference_leaf(rows[r].index);
        struct merkle_proof cut;
        const char *want[5];

        memcpy(want, rows[r].want, sizeof want);
        if (r == T_COUNT(rows) - 1) { /* the ragged right edge: N12 over leaf 6 */
            static char edge[65];
            struct hash256 left = hex32(N12), right = hex32(N06);
            struct hash256 h = merkle_node(&left, &right);

            for (size_t i = 0; i < 32; i++)
                snprintf(edge + 2 * i, 3, "%02x", h.b[i]);
            want[2] = edge;
        }
        merkle_prove_inclusion(&prover, rows[r].index, rows[r].size);
        for (size_t i = 0; i < rows[r].size; i++) {
            struct hash256 h = reference_leaf(i);

            merkle_prover_put(&prover, &h);
        }
        check_proof(&prover, want, rows[r].what);
        T_OK(merkle_is_included(&leaf, rows[r].index, rows[r].size, &prover.proof, &root),
             rows[r].what);
        T_OK(!merkle_is_included(&leaf, rows[r].size, rows[r].size, &prover.proof, &root),
             "no leaf beyond the tree");
        cut = prover.proof;
        cut.n++;
        T_OK(!merkle_is_included(&leaf, rows[r].index, rows[r].size, &cut, &root), "too long");
        if (prover.proof.n > 0) {
            cut.n -= 2;
            T_OK(!merkle_is_included(&leaf, rows[r].index, rows[r].size, &cut, &root),
                 "too short");
        }
    }
}

T_CASE(merkle_consistency_proofs_are_the_reference_ones)
{
    static const struct {
        const char *what;
        uint64_t first, second;
        const char *want[5];
    } rows[] = {
        {"from nothing", 0, 5, {NULL}},
        {"to itself", 5, 5, {NULL}},
        {"one to one", 1, 1, {NULL}},
        {"one to eight", 1, 8, {N01, N11, N21, NULL}},
        {"six to eight", 6, 8, {N12, N13, N20, NULL}},
        {"two to five", 2, 5, {N11, N04, NULL}},
        {"three to four",
         3,
         4,
         {N02, "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7", N10, NULL}},
        {"four to eight", 4, 8, {N21, NULL}},
    };

    for (size_t r = 0; r < T_COUNT(rows); r++) {
        static struct merkle_prover prover;
        uint64_t first = rows[r].first, second = rows[r].second;
        struct hash256 a = hex32(roots[first]), b = hex32(roots[second]);
        struct merkle_proof cut;

        merkle_prove_consistency(&prover, first, second);
        for (size_t i = 0; i < second; i++) {
            struct hash256 h = reference_leaf(i);

            merkle_prover_put(&prover, &h);
        }
        check_proof(&prover, rows[r].want, rows[r].what);
        T_OK(merkle_is_consistent(first, &a, second, &b, &prover.proof), rows[r].what);
        cut = prover.proof;
        cut.n++;
        T_OK(!merkle_is_consistent(first, &a, second, &b, &cut), "too long");
        if (prover.proof.n > 0) {
            cut.n -= 2;
            T_OK(!merkle_is_consistent(first, &a, second, &b, &cut), "too short");
        }
        if (first != second) {
            T_OK(!merkle_is_consistent(second, &b, first, &a, &prover.proof),
                 "never backwards");
            T_OK(!merkle_is_consistent(first, &b, second, &b, &prover.proof), "wrong old root");
        }
        if (first != 0 && first != second)
            T_OK(!merkle_is_consistent(first, &a, second, &a, &prover.proof), "wrong new root");
    }
}

/* RFC 6962, section 2.1, straight from the definition: the oracle of the random cases. */
static struct hash256 mth(const struct hash256 *leaves, size_t n)
{
    struct hash256 left, right;
    size_t k = 1;

    if (n == 0)
        return hash256_of(SPAN_NONE);
    if (n == 1)
        return leaves[0];
    while (k * 2 < n)
        k *= 2;
    left = mth(leaves, k);
    right = mth(leaves + k, n - k);
    return merkle_node(&left, &right);
}

static void corrupt(struct merkle_proof *proof, unsigned *seed)
{
    size_t i = (size_t)rand_r(seed) % proof->n;

    proof->at[i].b[(size_t)rand_r(seed) % 32] ^= (uint8_t)(1u << (rand_r(seed) % 8));
}

T_CASE(merkle_random_trees_agree_with_the_definition)
{
    enum { N_MOST = 300, N_ROUNDS = 300 };
    static struct hash256 leaves[N_MOST];
    static struct merkle_prover prover;
    unsigned seed = 20261121;

    for (size_t i = 0; i < N_MOST; i++)
        leaves[i] = hash256_of(span_of(&i, sizeof i));
    for (int round = 0; round < N_ROUNDS; round++) {
        size_t second = 1 + (size_t)rand_r(&seed) % N_MOST,
               first = (size_t)rand_r(&seed) % second;
        size_t index = (size_t)rand_r(&seed) % second;
        struct hash256 root = mth(leaves, second), old = mth(leaves, first), got;
        struct merkle tree, again;
        struct merkle_proof bad;
        uint8_t bytes[MERKLE_FRONTIER_CAP];
        size_t len;

        merkle_init(&tree);
        for (size_t i = 0; i < second; i++)
            merkle_append(&tree, &leaves[i]);
        got = merkle_root(&tree);
        T_OK(hash256_eq(&got, &root), "frontier root is the definition's");

        len = merkle_frontier_into(&tree, bytes);
        T_OK(merkle_from_frontier(second, span_of(bytes, len), &again), "frontier reads back");
        got = merkle_root(&again);
        T_OK(hash256_eq(&got, &root), "to the same tree");
        T_OK(!merkle_from_frontier(second, span_of(bytes, len - 1), &again), "ragged bytes");
        T_OK(!merkle_from_frontier(second, span_of(bytes, len - 32), &again), "one too few");

        merkle_prove_inclusion(&prover, index, second);
        for (size_t i = 0; i < second; i++)
            merkle_prover_put(&prover, &leaves[i]);
        T_OK(merkle_is_included(&leaves[index], index, second, &prover.proof, &root),
             "included");
        T_OK(second == 1 || !merkle_is_included(&leaves[index], (index + 1) % second, second,
                                                &prover.proof, &root),
             "not elsewhere");
        bad = prover.proof;
        if (bad.n > 0) {
            corrupt(&bad, &seed);
            T_OK(!merkle_is_included(&leaves[index], index, second, &bad, &root),
                 "a flipped bit");
        }

        merkle_prove_consistency(&prover, first, second);
        for (size_t i = 0; i < second; i++)
            merkle_prover_put(&prover, &leaves[i]);
        T_OK(merkle_is_consistent(first, &old, second, &root, &prover.proof), "consistent");
        bad = prover.proof;
        if (bad.n > 0) {
            corrupt(&bad, &seed);
            T_OK(!merkle_is_consistent(first, &old, second, &root, &bad), "a flipped bit");
        }
        old.b[7] ^= 1;
        T_OK(!merkle_is_consistent(first, &old, second, &root, &prover.proof), "another past");
    }
    T_OK(!merkle_from_frontier(MERKLE_N_CAP, SPAN_NONE, &(struct merkle){0}),
         "too many leaves");
}

T_CASE(merkle_prover_says_when_leaves_are_missing)
{
    static struct merkle_prover prover;
    struct hash256 leaf = reference_leaf(0);

    merkle_prove_inclusion(&prover, 1, 3);
    merkle_prover_put(&prover, &leaf);
    merkle_prover_put(&prover, &leaf);
    T_OK(merkle_prover_end(&prover) == NULL, "the third leaf has not come");
    merkle_prover_put(&prover, &leaf);
    T_OK(merkle_prover_end(&prover) != NULL, "now it has");
}
