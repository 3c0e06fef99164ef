/* ops/keyd/store.h - the agent's own files in keyd.dir, each replaced whole:
 *   check             per generation: a value that tells the right half from a wrong one, and
 *                     the check code of its sheet
 *   contractor.half   per generation: the contractor's half
 *   municipality.token  per generation: the municipality's half (keyd.boot = token only)
 * The check file alone says which generation is current and which is staged; lines of other
 * generations in the half files are left-overs of a crash and mean nothing. So a change writes
 * the halves first and the check last, and tidies the halves afterwards; what a crash kept from
 * being tidied goes at the next start or unlock.
 * Threads: one.  Owns: nothing; buffers with halves are the caller's, in locked memory. */
#ifndef OPS_KEYD_STORE_H
#define OPS_KEYD_STORE_H

#include "ops/keyd/nk.h"

#define STORE_FILE_CAP 1024

struct store_check {
    uint32_t generation; /* 0: none */
    uint8_t check[NK_CHECK_BYTES];
    uint8_t code[KEYD_CODE_BYTES];
};
struct store_checks {
    struct store_check current, staged;
};
struct store_half {
    uint32_t generation; /* 0: none */
    uint8_t half[KEYD_HALF_BYTES];
};
/* The halves of at most two generations, as one file holds them. */
struct store_halves {
    struct store_half at[2];
};

/* The file formats, one line an entry; ERR_PROTO for anything else. */
NODISCARD enum err store_checks_parse(struct span text, struct id node,
                                      struct store_checks *checks_out, struct fail *why);
NODISCARD enum err store_halves_parse(struct span text, struct store_halves *halves_out,
                                      struct fail *why);

/* A missing file reads as one without entries. */
NODISCARD enum err store_checks_read(const char *dir, struct id node,
                                     struct store_checks *checks_out, struct fail *why);
NODISCARD enum err store_checks_write(const char *dir, struct id node,
                                      const struct store_checks *checks, struct fail *why);
#define STORE_CONTRACTOR "contractor.half"
#define STORE_TOKEN      "municipality.token"
NODISCARD enum err store_halves_read(const char *dir, const char *name,
                                     struct store_halves *halves_out, struct fail *why);
NODISCARD enum err store_halves_write(const char *dir, const char *name,
                                      const struct store_halves *halves, struct fail *why);
/* The half of a generation, or NULL. */
const uint8_t *store_half_find(const struct store_halves *halves, uint32_t generation);

#endif
