#include "node/place/visit_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/log.h"
#include "tests/t.h"

static const struct visit_event_row entry = {
    .kind = VISIT_ENTRY, .floor = {(const uint8_t *)"plaza", 5}, .copy = 1};

static void add(struct visit_log *log, int n)
{
    for (int i = 0; i < n; i++)
        visit_log_add(log, &entry);
}

/* A writer whose server is not there: every post fails after a moment. */
static struct writer *writer_of_nothing(void)
{
    static const struct stmt_table none[] = {{NULL, 0}};
    const struct writer_conf conf = {
        .db = {.socket_dir = "/nonexistent", .user = "nobody", .name = "nothing"},
        .tables = none,
        .n_waiting_cap = 16,
        .n_batch_cap = 16,
        .wait_cap_ms = 100,
    };
    struct writer *writer = NULL;

    T_EQ(writer_start(&conf, &writer, NULL), ERR_OK, "a writer");
    return writer;
}

T_CASE(visit_log_lets_nobody_in_whom_it_cannot_record)
{
    struct visit_log *log = NULL;
    struct writer *writer;
    FILE *sink = tmpfile();
    char text[4096] = "";

    T_REQ("AI-2.5-ア");
    log_to(fileno(sink));
    writer = writer_of_nothing();
    T_EQ(visit_log_open(writer, &log, NULL), ERR_OK, "a log");
    T_OK(visit_log_has_room(log) && !visit_log_is_due(log), "empty");
    add(log, VISIT_LOG_FULL - 1);
    T_OK(visit_log_has_room(log), "one more");
    add(log, 1);
    T_OK(!visit_log_has_room(log), "full: entries are refused");
    add(log, VISIT_LOG_CAP - VISIT_LOG_FULL);
    T_EQ(visit_log_n_waiting(log), VISIT_LOG_CAP, "who is inside may still leave");
    add(log, 1);
    T_EQ(visit_log_n_waiting(log), VISIT_LOG_CAP, "beyond that a row is lost");
    T_OK(pread(fileno(sink), text, sizeof text - 1, 0) > 0 && strstr(text, "visit.unlogged"),
         "which is said aloud");
    visit_log_close(&log);
    T_OK(log == NULL, "closed, whatever could not be written");
    writer_stop(&writer);
    log_to(2);
    fclose(sink);
}

static void post(struct visit_log *log)
{
    struct visit_log_seat *seats = calloc(2, sizeof *seats);

    visit_log_post(log, seats, 2);
}

/* Until the post under way is settled; false: never. */
static bool wait_settled(struct visit_log *log, int64_t now_ms, bool *failed_out)
{
    for (int i = 0; i < 500; i++) {
        bool is_free = visit_log_is_free(log, now_ms, failed_out);

        if (is_free || *failed_out)
            return true;
        usleep(10000);
    }
    return false;
}

T_CASE(visit_log_keeps_what_a_server_that_is_away_did_not_take)
{
    struct visit_log *log = NULL;
    struct writer *writer;
    FILE *sink = tmpfile();
    bool failed = false;

    T_REQ("AI-2.5-ア");
    log_to(fileno(sink));
    writer = writer_of_nothing();
    T_EQ(visit_log_open(writer, &log, NULL), ERR_OK, "a log");
    add(log, VISIT_LOG_BATCH + 10);
    visit_log_drop(log, id_new(), id_new());
    T_OK(visit_log_is_free(log, 1000, &failed) && !failed, "nothing is under way");
    post(log);
    T_OK(!visit_log_is_free(log, 1000, &failed), "one at a time");
    add(log, 1);
    T_OK(wait_settled(log, 2000, &failed) && failed, "it failed, and says so once");
    T_EQ(visit_log_n_waiting(log), VISIT_LOG_BATCH + 11, "not a row is gone");
    T_OK(!visit_log_is_free(log, 2000 + VISIT_LOG_REST_MS - 1, &failed) && !failed, "a rest");
    T_OK(visit_log_is_free(log, 2000 + VISIT_LOG_REST_MS, &failed), "then again");
    post(log);
    T_OK(wait_settled(log, 9000, &failed) && failed, "it fails again");
    T_EQ(visit_log_n_waiting(log), VISIT_LOG_BATCH + 11, "and nothing is gone");
    T_OK(!visit_log_is_free(log, 9000, &failed), "a rest again");
    visit_log_hurry(log);
    T_OK(visit_log_is_free(log, 9000, &failed) && !failed, "but not at the end");
    for (int i = 0; i < 4; i++) { /* more comes while some are under way */
        visit_log_hurry(log);
        post(log);
        add(log, 200 << i);
        T_OK(wait_settled(log, 9000, &failed) && failed, "it fails");
    }
    T_EQ(visit_log_n_waiting(log), VISIT_LOG_BATCH + 11 + 3000, "still nothing is gone");
    visit_log_close(&log);
    writer_stop(&writer);
    log_to(2);
    fclose(sink);
}
