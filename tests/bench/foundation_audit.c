/* foundation.audit: leaves verified a second of CPU on one core, from an export file with its
 * checkpoints: parsing, commitments, leaves, tree, signatures. The yardstick is the clock of
 * the thread, so a busy neighbour costs nothing. */
#include <stdio.h>
#include <unistd.h>

#include "node/db/audit_verify.h"
#include "tests/bench/bench.h"
#include "tests/lib/audit_sample.h"

#define N_LEAVES         300000
#define CHECKPOINT_EVERY 10000

BENCH(foundation_audit, "foundation.audit", "leaves/s of one core", 100000, false)
{
    char export[64], checkpoints[64];
    struct note_key key;
    struct verify_conf conf = {.key = &key, .checkpoints_path = checkpoints};
    struct verify_result result;
    double start_us;
    enum err rc;

    snprintf(export, sizeof export, "/tmp/ibasho-bench-%d.ndjson", (int)getpid());
    snprintf(checkpoints, sizeof checkpoints, "/tmp/ibasho-bench-%d.checkpoints",
             (int)getpid());
    audit_sample_write(export, checkpoints, N_LEAVES, CHECKPOINT_EVERY, 1, &key);
    start_us = bench_thread_cpu_us();
    rc = verify_export(export, &conf, &result, why);
    if (rc == ERR_OK && (result.n_findings != 0 || result.n_opened != N_LEAVES))
        rc = fail_set(why, ERR_INTERNAL, "%llu findings, %llu leaves opened",
                      (unsigned long long)result.n_findings,
                      (unsigned long long)result.n_opened);
    *value_out = N_LEAVES * 1e6 / (bench_thread_cpu_us() - start_us);
    unlink(export);
    unlink(checkpoints);
    return rc;
}
