/* Step peers_purged: asks the node, which asks its peers; and keeps what the certificate will
 * be made of, which is in the database: the town's certificate and its lists of promised names.
 */
#include <stdio.h>
#include <time.h>

#include "node/base/clock.h"
#include "node/base/wholefile.h"
#include "ops/cli/admin.h"
#include "ops/cli/federation_purge.h"
#include "ops/cli/leave.h"
#include "tenants/leaving/leaving_canon.h"

#define PURGE "/api/v1/admin/federation/purge"
/* Peers that are up answer in seconds: whoever runs this is not sent away for them. */
#define WAIT_US (20 * SECOND_US)

static enum err ask(struct leave *leave, const char *method, const char *path,
                    struct span *body_out, struct fail *why)
{
    struct admin_reply reply;
    enum err rc = admin_ask(leave->cli, method, path, SPAN_NONE, &reply, why);

    if (rc != ERR_OK)
        return rc;
    if (reply.status >= 400) {
        admin_say_problem(leave->cli, &reply);
        return fail_set(why, ERR_CONFLICT, "%s %s: %d", method, path, reply.status);
    }
    *body_out = reply.body;
    return ERR_OK;
}

static enum err keep_papers(struct leave *leave, struct fail *why)
{
    struct span body;
    enum err rc = ask(leave, "GET", "/api/v1/admin/leaving/papers", &body, why);

    return rc == ERR_OK ? wholefile_replace(leave_path(leave, "papers.json"), body, why) : rc;
}

/* A node that is in no federation has no peers to ask. */
static enum err is_alone(struct leave *leave, bool *is_out, struct fail *why)
{
    struct span body;
    enum err rc = ask(leave, "GET", "/api/v1/admin/federation", &body, why);

    if (rc == ERR_OK)
        *is_out = span_eq(leaving_fact(body, "has_registry"), SPAN("false"));
    return rc;
}

static enum err look(struct leave *leave, struct span *body_out, struct purge_shown *shown,
                     struct fail *why)
{
    enum err rc = ask(leave, "GET", PURGE, body_out, why);

    return rc == ERR_OK ? federation_purge_read(*body_out, leave->cli->arena, shown, why) : rc;
}

/* Until nobody is outstanding, at most WAIT_US: `leave run` asks again when it is run again. */
static enum err wait_for(struct leave *leave, struct span *body_out, struct fail *why)
{
    const struct timespec pause = {.tv_nsec = 500 * 1000 * 1000};
    int64_t end_us = clock_mono_us() + WAIT_US;
    struct purge_shown shown;
    enum err rc = look(leave, body_out, &shown, why);

    while (rc == ERR_OK && shown.state == PURGE_SHOWN_ASKED && clock_mono_us() < end_us) {
        nanosleep(&pause, NULL);
        rc = look(leave, body_out, &shown, why);
    }
    if (rc == ERR_OK)
        federation_purge_print(stderr, &shown);
    return rc;
}

static enum err ask_peers(struct leave *leave, struct span *purge_out, struct fail *why)
{
    bool alone = false;
    struct span body;
    enum err rc = is_alone(leave, &alone, why);

    if (rc == ERR_OK && alone) {
        leave_fault(leave, "half");
        *purge_out = SPAN("{\"n_peers\":0,\"n_receipts\":0,\"peers\":[],\"state\":\"none\"}");
        return ERR_OK;
    }
    if (rc == ERR_OK)
        rc = ask(leave, "POST", PURGE, &body, why);
    leave_fault(leave, "half");
    if (rc == ERR_OK)
        rc = wait_for(leave, &body, why);
    return rc == ERR_OK ? leaving_canonical(body, leave->cli->arena, purge_out, why) : rc;
}

enum err leave_peers(struct leave *leave, struct span *facts_out, bool *is_waiting_out,
                     struct fail *why)
{
    struct leaving_facts_pen pen;
    struct span purge, state;
    enum err rc = keep_papers(leave, why);

    if (rc == ERR_OK)
        rc = ask_peers(leave, &purge, why);
    if (rc != ERR_OK)
        return rc;
    state = leaving_fact_text(purge, "state");
    if (!span_eq(state, SPAN("done")) && !span_eq(state, SPAN("none"))) {
        cli_say(
            "まだ返事のない相手があります（%d 件のうち %d 件が済みました）。届くまでくり返し"
            "たのんでいます。あとで、もう一度 ibasho leave run を実行してください。",
            (int)leaving_fact_int(purge, "n_peers"),
            (int)leaving_fact_int(purge, "n_receipts"));
        *is_waiting_out = true;
        return ERR_OK;
    }
    rc = leaving_pen_open(&pen, why);
    if (rc != ERR_OK)
        return rc;
    leaving_pen_raw(&pen, "purge", purge);
    return leaving_pen_close(&pen, leave->cli->arena, facts_out, why);
}
