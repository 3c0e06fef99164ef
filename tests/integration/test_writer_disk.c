/* A full disk (reliability guide, section 3.4): PGDATA on an ext4 image of 90 MB is filled
 * through the writer until it refuses. The refusal is ERR_NOSPACE, and once there is room again
 * writing goes on and nothing acknowledged is missing. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "node/db/digest.h"
#include "node/db/writer.h"
#include "tests/integration/cluster_fixture.h"
#include "tests/integration/db_fixture.h"
#include "tests/t.h"

#define ROW_BYTES  100000
#define N_ROWS_CAP 2000

static const struct stmt s_add = {"t_add",
                                  "INSERT INTO t (id, bytes) VALUES ($1::integer, $2::bytea)"};
static const struct stmt *const rows[] = {&s_add};
static const struct stmt_table tables[] = {{rows, 1}, {NULL, 0}};

static uint8_t noise[ROW_BYTES];

static enum err add(struct tx *tx, void *arg, struct fail *why)
{
    const int *id = arg;
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, *id);
    db_arg_bytes(&args, span_of(noise, sizeof noise));
    return tx_send(tx, &s_add, &args, why);
}

/* Rows one after another until one is refused; *n_out counts the acknowledged. Rows whose
 * answer was lost with the server are stepped over: they may be there. */
static enum err fill(struct writer *writer, int from, bool *is_acked, int *next_out)
{
    enum err rc = ERR_OK;
    int id = from;

    for (; id < N_ROWS_CAP; id++) {
        rc = writer_wait(writer, add, &id, NULL);
        is_acked[id] = rc == ERR_OK;
        if (rc != ERR_OK && rc != ERR_UNCERTAIN)
            break;
    }
    *next_out = id + 1;
    return rc;
}

T_CASE(writer_on_a_full_disk_refuses_and_recovers)
{
    static bool is_acked[N_ROWS_CAP];
    struct cluster_fixture own = {.dir = ""};
    struct writer *writer = NULL;
    char disk[CLUSTER_PATH_CAP];
    int next = 0, n_acked = 0, n_missing = 0;
    enum err rc;

    digest_random(noise, sizeof noise); /* nothing PostgreSQL could compress */
    snprintf(disk, sizeof disk, "%s/disk", getenv("IBASHO_TEST_DIR"));
    cluster_fixture_shell("mkdir %s && truncate -s 90M %s.img && mkfs.ext4 -q -m 0 %s.img &&"
                          " mount -o loop %s.img %s && chmod 0755 %s",
                          disk, disk, disk, disk, disk, disk);
    cluster_fixture_start(&own, disk, "max_wal_size = 8MB;min_wal_size = 4MB");
    cluster_fixture_shell("fallocate -l 16M %s/ballast", disk);
    db_fixture_exec_at(own.sockets, "ibasho",
                       "CREATE TABLE t (id integer PRIMARY KEY, bytes bytea NOT NULL);"
                       "GRANT ALL ON t TO ibasho_app");
    T_EQ(writer_start(
             &(struct writer_conf){
                 .db = {.socket_dir = own.sockets, .user = "ibasho_app", .name = "ibasho"},
                 .tables = tables,
                 .n_waiting_cap = 16,
                 .n_batch_cap = 16,
                 .wait_cap_ms = 3000,
                 .cluster_dir = own.data},
             &writer, NULL),
         ERR_OK, "start");

    rc = fill(writer, 0, is_acked, &next);
    T_EQ(rc, ERR_NOSPACE, "a full disk is called by its name");
    T_OK(next > 50, "not before it was full");

    cluster_fixture_shell("rm %s/ballast", disk);
    for (int i = 0; i < 20 && rc != ERR_OK; i++) {
        if (cluster_fixture_pid(&own) == 0)
            cluster_fixture_restart(&own); /* as the supervisor does */
        rc = writer_wait(writer, add, &next, NULL);
        is_acked[next++] = rc == ERR_OK;
    }
    T_EQ(rc, ERR_OK, "with room again it writes on");
    writer_stop(&writer);
    for (int i = 0; i < next; i++) {
        char sql[96];

        snprintf(sql, sizeof sql, "SELECT count(*) FROM t WHERE id = %d AND length(bytes) = %d",
                 i, ROW_BYTES);
        n_acked += is_acked[i];
        n_missing += is_acked[i] && db_fixture_i64_at(own.sockets, "ibasho", sql) != 1;
    }
    printf("  %d rows acknowledged\n", n_acked);
    T_EQ(n_missing, 0, "acknowledged and missing");
    cluster_fixture_stop(&own);
    cluster_fixture_shell("umount %s && rm %s.img", disk, disk);
}
