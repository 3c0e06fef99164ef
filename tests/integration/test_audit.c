/* The audit log on a real database with a real key agent (NI-T3-8). */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/db/checkpoints.h"
#include "tests/integration/audit_fixture.h"
#include "tests/t.h"

#define YEAR_US INT64_C(31557600000000)

static enum err run_nothing_then_fail(struct tx *tx, void *arg, struct fail *why)
{
    struct access_entry entry = {.id = id_new(),
                                 .at_utc_us = clock_utc_us(),
                                 .route = "person.read",
                                 .role = "supporter",
                                 .action = "read",
                                 .outcome = "ok"};
    enum err rc = access_append(tx, &entry, why);

    (void)arg;
    return rc == ERR_OK ? fail_set(why, ERR_CONFLICT, "on purpose") : rc;
}

static void *append_many(void *arg)
{
    for (int i = 0; i < 25; i++) {
        if (i % 5 == 4) {
            enum err rc = writer_wait(((struct audit_fixture *)arg)->writer,
                                      run_nothing_then_fail, NULL, NULL);

            if (rc != ERR_CONFLICT)
                abort();
        }
        audit_fixture_append(arg, 1, clock_utc_us(), NULL);
    }
    return NULL;
}

T_CASE(audit_concurrent_appends_and_rollbacks_leave_no_gap)
{
    struct audit_fixture f;
    struct verify_result result;
    struct audit_head head;
    pthread_t threads[4];

    T_REQ("NI-T3-8");
    audit_fixture_start(&f);
    T_TEXT(audit_fixture_verify(&f, &result), "", "the empty log is clean");
    for (int i = 0; i < 4; i++)
        T_EQ(pthread_create(&threads[i], NULL, append_many, &f), 0, "thread");
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    head = audit_head_read(f.audit);
    T_EQ(head.n_leaves, 100, "every committed entry is a leaf, no other");
    T_TEXT(audit_fixture_verify(&f, &result), "", "clean before any checkpoint");
    T_EQ(result.n_leaves, 100, "leaves");
    T_EQ(result.n_opened, 100, "all open");
    T_EQ(result.n_covered, 0, "none signed yet");
    T_OK(memcmp(head.root, result.root.b, sizeof head.root) == 0, "memory and rows agree");
    audit_fixture_checkpoint(&f);
    audit_fixture_checkpoint(&f); /* no leaves came: no second one */
    T_TEXT(audit_fixture_verify(&f, &result), "", "clean after it");
    T_EQ(result.n_covered, 100, "all signed");
    T_EQ(result.n_external, 1, "one checkpoint outside");
    T_EQ(result.n_stored, 1, "and in the database");
    audit_fixture_stop(&f);
}

T_CASE(audit_restart_goes_on_where_it_was)
{
    struct audit_fixture f;
    struct verify_result result;
    struct audit_stats stats;

    audit_fixture_start(&f);
    for (int i = 0; i < 6; i++) {
        audit_fixture_append(&f, 1 + (size_t)i * 7, clock_utc_us(), NULL);
        if (i % 2 == 0)
            audit_fixture_checkpoint(&f);
        audit_fixture_close(&f);
        audit_fixture_open(&f);
        audit_fixture_append(&f, 1, clock_utc_us(), NULL);
        T_TEXT(audit_fixture_verify(&f, &result), "", "clean after a restart");
        audit_stats_read(f.audit, &stats);
        T_OK(!stats.is_mismatch && stats.is_signing, "nothing to complain of");
    }
    audit_fixture_checkpoint(&f);
    T_TEXT(audit_fixture_verify(&f, &result), "", "clean");
    T_EQ(result.n_covered, result.n_leaves, "all covered");
    T_EQ(result.n_external, 4, "checkpoints");
    T_EQ(result.n_stored, 4, "checkpoints in the database");
    audit_fixture_stop(&f);
}

T_CASE(audit_thread_makes_checkpoints_and_a_last_one_at_stop)
{
    struct audit_fixture f;
    struct verify_result result;
    struct audit_stats stats;

    audit_fixture_start(&f);
    audit_fixture_append(&f, 3, clock_utc_us(), NULL);
    T_EQ(audit_start(f.audit, f.writer, NULL), ERR_OK, "start");
    audit_fixture_append(&f, 3, clock_utc_us(), NULL);
    audit_stop(f.audit);
    audit_stop(f.audit); /* once more changes nothing */
    audit_stats_read(f.audit, &stats);
    T_EQ(stats.n_leaves, 6, "leaves");
    T_EQ(stats.n_checkpointed, 6, "all under the last checkpoint");
    T_OK(stats.n_checkpoints >= 1 && stats.checkpoint_utc_us > 0, "counted");
    T_TEXT(audit_fixture_verify(&f, &result), "", "clean");
    T_EQ(result.n_covered, 6, "covered");
    audit_fixture_stop(&f);
}

static void note_rc(void *arg, enum err rc, const struct fail *why)
{
    (void)why;
    atomic_store((_Atomic int *)arg, (int)rc);
}

T_CASE(audit_thread_makes_a_checkpoint_when_asked)
{
    struct audit_fixture f;
    struct verify_result result;
    _Atomic int rc = -1;

    audit_fixture_start(&f);
    T_EQ(audit_checkpoint_post(f.audit, note_rc, &rc, NULL), ERR_UNAVAILABLE, "no thread yet");
    T_EQ(audit_start(f.audit, f.writer, NULL), ERR_OK, "start");
    audit_fixture_append(&f, 2, clock_utc_us(), NULL);
    T_EQ(audit_checkpoint_post(f.audit, note_rc, &rc, NULL), ERR_OK, "ask");
    for (int i = 0; i < 1000 && atomic_load(&rc) == -1; i++)
        usleep(10000);
    T_EQ(atomic_load(&rc), ERR_OK, "told when it is made");
    T_TEXT(audit_fixture_verify(&f, &result), "", "clean");
    T_EQ(result.n_covered, 2, "made");
    audit_stop(f.audit);
    audit_fixture_stop(&f);
}

T_CASE(audit_thread_reads_everything_again)
{
    struct audit_fixture f;
    struct audit_stats stats = {0};

    T_REQ("NI-T3-8");
    audit_fixture_start(&f);
    audit_fixture_append(&f, 6000, clock_utc_us(), NULL); /* more than a piece */
    audit_fixture_checkpoint(&f);
    audit_fixture_close(&f);
    for (int round = 0; round < 2; round++) { /* as it was; then with an old leaf changed */
        if (round == 1)
            audit_fixture_sql(&f,
                              "UPDATE audit_leaf SET leaf_hash = sha256('x') WHERE seq = 3");
        audit_fixture_open(&f);
        audit_stats_read(f.audit, &stats);
        T_OK(!stats.is_mismatch, "what lies under the last checkpoint is not read at start");
        T_EQ(audit_start(f.audit, f.writer, NULL), ERR_OK, "start");
        for (int i = 0; i < (round == 0 ? 250 : 1000) && !stats.is_mismatch; i++) {
            usleep(10000);
            audit_stats_read(f.audit, &stats);
        }
        T_EQ(stats.is_mismatch, round == 1, "but soon after");
        audit_stop(f.audit);
        audit_fixture_close(&f);
    }
    audit_fixture_open(&f);
    audit_fixture_stop(&f);
}

T_CASE(audit_application_may_only_add_and_read)
{
    /* a deletion record of one's own making, but no leaf */
    static const char no_leaf[] =
        "INSERT INTO audit_deletion VALUES ('00000000-0000-7000-8000-000000000001', now(), 'x',"
        " 'access_record', 1, '0');"
        " SELECT audit_destroy('00000000-0000-7000-8000-000000000001')";
    static const char *const forbidden[] = {
        "UPDATE audit_leaf SET at_us = 0",
        "DELETE FROM audit_leaf",
        "TRUNCATE audit_leaf",
        "UPDATE audit_checkpoint SET size = 1",
        "DELETE FROM audit_checkpoint",
        "UPDATE access_record SET person = NULL",
        "DELETE FROM access_record",
        "UPDATE audit_deletion SET seqs = '0'",
        "DELETE FROM audit_deletion",
        "ALTER TABLE audit_leaf DISABLE TRIGGER ALL",
        "SELECT audit_destroy('00000000-0000-7000-8000-000000000001')",
        no_leaf,
    };
    struct audit_fixture f;
    struct db_conf conf = {.user = "ibasho_app"};
    struct db *app = NULL;

    T_REQ("NI-T3-8");
    audit_fixture_start(&f);
    audit_fixture_append(&f, 1, clock_utc_us() - 10 * YEAR_US, NULL);
    conf.socket_dir = getenv("IBASHO_TEST_PG");
    conf.name = f.db_name;
    T_EQ(db_open(&conf, NULL, &app, NULL), ERR_OK, "as the application");
    for (size_t i = 0; i < T_COUNT(forbidden); i++)
        T_OK(db_exec(app, forbidden[i], NULL) != ERR_OK, forbidden[i]);
    db_close(&app);
    audit_fixture_stop(&f);
}

struct deletion_call {
    const char *table;
    struct id *rows;
    size_t n;
};

static enum err run_deletion(struct tx *tx, void *arg, struct fail *why)
{
    const struct deletion_call *call = arg;

    return audit_append_deletion(tx, "retention.expired", call->table, call->rows, call->n,
                                 why);
}

T_CASE(audit_lawful_deletion_leaves_a_leaf_and_verifies)
{
    enum { N_OLD = 1500, N_NEW = 4 };
    static struct id ids[N_OLD], young[N_NEW];
    struct deletion_call call = {"access_record", ids, N_OLD - 1};
    struct audit_fixture f;
    struct verify_result result;

    T_REQ("NI-T3-8");
    audit_fixture_start(&f);
    audit_fixture_append(&f, N_OLD, clock_utc_us() - 6 * YEAR_US, ids);
    audit_fixture_append(&f, N_NEW, clock_utc_us() - 4 * YEAR_US, young);
    audit_fixture_checkpoint(&f);
    T_EQ(writer_wait(f.writer, run_deletion, &call, NULL), ERR_OK, "past their term");
    T_TEXT(audit_fixture_verify(&f, &result), "", "clean");
    T_EQ(result.n_closed, N_OLD - 1, "rows and salts are gone");
    T_EQ(result.n_deletions, 2, "in pieces of 1,000");
    T_EQ(writer_wait(f.writer, run_deletion, &call, NULL), ERR_NOT_FOUND, "not twice");
    call = (struct deletion_call){"access_record", young, N_NEW};
    T_EQ(writer_wait(f.writer, run_deletion, &call, NULL), ERR_DENIED, "not before the term");
    call = (struct deletion_call){"access_record", (struct id[]){id_new()}, 1};
    T_EQ(writer_wait(f.writer, run_deletion, &call, NULL), ERR_NOT_FOUND, "no such row");
    audit_fixture_checkpoint(&f);
    T_TEXT(audit_fixture_verify(&f, &result), "", "clean");
    T_EQ(result.n_leaves, N_OLD + N_NEW + 2, "what was refused left nothing");

    audit_fixture_sql(&f, "UPDATE audit_leaf SET salt = NULL WHERE seq = %d", N_OLD - 1);
    T_TEXT(audit_fixture_verify(&f, &result), "row.unopened", "a salt alone");
    audit_fixture_sql(&f,
                      "DELETE FROM access_record a USING audit_leaf l"
                      " WHERE l.row_id = a.id AND l.seq = %d",
                      N_OLD - 1);
    T_TEXT(audit_fixture_verify(&f, &result), "leaf.closed", "row and salt, without a leaf");
    audit_fixture_stop(&f);
}

/* ---- what a superuser does while the node runs, or is down ---- */

T_CASE(audit_goes_on_flagged_after_tampering_with_the_tail)
{
    struct audit_fixture f;
    struct verify_result result;
    struct audit_stats stats;

    audit_fixture_start(&f);
    audit_fixture_append(&f, 5, clock_utc_us(), NULL);
    audit_fixture_checkpoint(&f);
    audit_fixture_append(&f, 5, clock_utc_us(), NULL);
    audit_fixture_sql(&f, "UPDATE audit_leaf SET at_us = at_us + 1, leaf_hash ="
                          " sha256('forged') WHERE seq = 7");
    audit_fixture_checkpoint(&f); /* signs what was committed, and says what it saw */
    audit_stats_read(f.audit, &stats);
    T_OK(stats.is_mismatch, "seen before it was signed");
    audit_fixture_append(&f, 5, clock_utc_us(), NULL);
    T_TEXT(audit_fixture_verify(&f, &result),
           "leaf.hash,tree.root,checkpoint.frontier,tail.root", "provable for ever");
    audit_fixture_stop(&f);
}

T_CASE(audit_goes_round_a_leaf_that_was_pushed_in)
{
    struct audit_fixture f;
    struct verify_result result;
    struct audit_stats stats;

    audit_fixture_start(&f);
    audit_fixture_append(&f, 5, clock_utc_us(), NULL);
    audit_fixture_sql(&f, "INSERT INTO audit_leaf SELECT 5, kind, at_us, table_name,"
                          " gen_random_uuid(), salt, commitment, leaf_hash FROM audit_leaf"
                          " WHERE seq = 4");
    audit_fixture_checkpoint(&f); /* sees it and leaves its number alone */
    audit_fixture_append(&f, 5, clock_utc_us(), NULL);
    audit_stats_read(f.audit, &stats);
    T_OK(stats.is_mismatch && !stats.is_signing, "flagged");
    T_OK(strstr(audit_fixture_verify(&f, &result), "tail.unknown") != NULL, "found");
    audit_fixture_stop(&f);
}

T_CASE(audit_signs_nothing_on_a_rolled_back_log)
{
    struct audit_fixture f;
    struct verify_result result;
    struct audit_stats stats;

    T_REQ("NI-T3-8");
    audit_fixture_start(&f);
    audit_fixture_append(&f, 20, clock_utc_us(), NULL);
    audit_fixture_checkpoint(&f);
    audit_fixture_close(&f);
    audit_fixture_sql(&f, "DELETE FROM access_record a USING audit_leaf l WHERE l.row_id = a.id"
                          " AND seq >= 10; DELETE FROM audit_leaf WHERE seq >= 10;"
                          "DELETE FROM audit_checkpoint");
    audit_fixture_open(&f);
    audit_fixture_append(&f, 3, clock_utc_us(), NULL);
    audit_stats_read(f.audit, &stats);
    T_OK(stats.is_mismatch && !stats.is_signing, "flagged at start");
    T_EQ(audit_checkpoint(f.audit, f.writer, NULL), ERR_CONFLICT, "never signs another past");
    T_OK(strstr(audit_fixture_verify(&f, &result), "tree.") != NULL, "found");
    T_EQ(result.n_leaves, 13, "new leaves are kept, behind the missing ones");
    audit_fixture_stop(&f);
}

/* ---- kill -9 ---- */

static void child_appends(struct audit_fixture *f)
{
    audit_fixture_open(f);
    for (;;) {
        audit_fixture_append(f, 1 + (size_t)(clock_mono_us() % 5), clock_utc_us(), NULL);
        if (clock_mono_us() % 3 == 0)
            audit_fixture_checkpoint(f);
    }
}

T_CASE(audit_survives_kill_9_at_any_moment)
{
    enum { N_ROUNDS = 25 };
    struct audit_fixture f;
    struct verify_result result;
    struct audit_stats stats;
    uint64_t n_before = 0;
    unsigned seed = 20261121;

    T_REQ("NI-T3-8");
    audit_fixture_start(&f);
    audit_fixture_close(&f);
    for (int i = 0; i < N_ROUNDS; i++) {
        pid_t pid;

        db_close(&f.owner); /* one session, one process */
        pid = fork();
        if (pid == 0) {
            child_appends(&f);
            _exit(1);
        }
        usleep(60000 + (useconds_t)(rand_r(&seed) % 60000));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        audit_fixture_owner(&f);
        T_TEXT(audit_fixture_verify(&f, &result), "", "clean while it is down");
        T_OK(result.n_leaves >= n_before, "nothing lost");
        n_before = result.n_leaves;
    }
    audit_fixture_open(&f);
    audit_fixture_append(&f, 1, clock_utc_us(), NULL);
    audit_fixture_checkpoint(&f);
    audit_stats_read(f.audit, &stats);
    T_OK(!stats.is_mismatch && stats.is_signing, "no false alarm");
    T_TEXT(audit_fixture_verify(&f, &result), "", "clean");
    T_OK(result.n_leaves > N_ROUNDS && result.n_external > 3, "the child did work");
    audit_fixture_stop(&f);
}
