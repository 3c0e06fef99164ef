/* ops/compliance/compliance.h - the table of requirements and the tests that prove them
 * [仕様適合表]: what a municipality asks for at procurement. Reads the register
 * (ops/data/requirements.tsv) and the result files of the last test run; writes text, CSV and
 * A4 PDF from the same rows.  Threads: one.  Owns: what it reads, until compliance_free. */
#ifndef OPS_COMPLIANCE_COMPLIANCE_H
#define OPS_COMPLIANCE_COMPLIANCE_H

#include <stdint.h>

#include "node/base/arena.h"

enum proof_state { PROOF_NONE, PROOF_PASSED, PROOF_FAILED };

struct proof {
    const char *suite, *test, *file;
    enum proof_state state;
};
struct requirement {
    const char *id, *term_ja, *title_en;
    struct proof *proofs;
    int n_proofs, cap_proofs;
};
struct compliance {
    struct arena *arena;
    struct requirement *rows;
    int n_rows;
    int n_unknown;      /* proofs that name an id the register does not hold */
    int64_t run_utc_us; /* when the newest result file was written */
};

/* results_dir holds *.tsv: suite, case, file, ok|FAIL, ids (comma list), seconds.
 * ERR_NOT_FOUND when it holds none. An id that is not in the register is an ERR_INVALID that
 * names test and id: a misspelt id would prove nothing. */
NODISCARD enum err compliance_read(const char *register_path, const char *results_dir,
                                   struct compliance *out, struct fail *why);
void compliance_free(struct compliance *c);
/* PASSED only when every test that carries the id passed. */
enum proof_state compliance_state(const struct requirement *r);

NODISCARD enum err compliance_write_text(const struct compliance *c, const char *path,
                                         struct fail *why);
NODISCARD enum err compliance_write_csv(const struct compliance *c, const char *path,
                                        struct fail *why);
NODISCARD enum err compliance_write_pdf(const struct compliance *c, const char *path,
                                        struct fail *why);

#endif
