/* At a peer, what is of the town that left goes; shared.md says why what stays stays. */
#include <stddef.h>

#include "federation/escrow_store.h"
#include "federation/mirror_store.h"
#include "federation/purge_clear_store.h"
#include "federation/purge_priv.h"
#include "federation/series_priv.h"
#include "node/base/log.h"
#include "node/db/jobs.h"

struct clearing {
    const struct services *services;
    struct purge_row *row;
    struct id object; /* a lesson or a series */
    bool is_host, had_key;
    int64_t now_utc_us;
    size_t n;
    enum err (*some)(struct tx *tx, struct id node, size_t *n_out, struct fail *why);
    const char *part;
};

/* ---- what was held together ends ---- */

static struct series_act act_of(struct tx *tx, const struct clearing *c,
                                enum series_step_kind kind)
{
    const struct place_decider who = series_home_peer(c->now_utc_us);

    return (struct series_act){.home = series_home_of(tx, c->services, &who),
                               .federation = c->services->federation,
                               .step = {.id = id_new(),
                                        .at_utc_us = c->now_utc_us,
                                        .kind = (int)kind,
                                        .node = c->row->node,
                                        .by = ID_NONE,
                                        .role = SPAN("")}};
}

/* That town's: ended, as if its host had said so. */
static enum err end_theirs(struct tx *tx, const struct clearing *c, struct fail *why)
{
    struct series_act act = act_of(tx, c, SERIES_GOT_END);
    enum err rc = series_act_read(&act, c->object, false, why);

    if (rc != ERR_OK || act.row.state == SERIES_ENDED)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    return series_act_stop(&act, SERIES_ENDED, why);
}

/* Ours: that town takes no part any more. */
static enum err end_ours(struct tx *tx, const struct clearing *c, struct fail *why)
{
    struct series_act act = act_of(tx, c, SERIES_GOT_ANSWER);
    struct series_node node;
    enum err rc = series_act_read(&act, c->object, true, why);

    if (rc == ERR_OK)
        rc = series_store_node(tx, c->object, c->row->node, tx_arena(tx), &node, why);
    if (rc != ERR_OK)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    node.state = node.state == SERIES_NODE_ACCEPTED ? SERIES_NODE_LEFT : SERIES_NODE_DECLINED;
    node.answered_utc_us = c->now_utc_us;
    act.step.n = node.state == SERIES_NODE_LEFT ? SERIES_SAYS_LEFT : SERIES_SAYS_DECLINED;
    rc = series_store_node_put(tx, &node, why);
    return rc == ERR_OK ? series_act_write(&act, why) : rc;
}

static enum err end_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct clearing *c = arg;

    return c->is_host ? end_ours(tx, c, why) : end_theirs(tx, c, why);
}

static enum err end_series(struct job_call *call, struct clearing *c, bool is_host,
                           struct fail *why)
{
    struct id *all = NULL;
    size_t n = 0;
    enum err rc = purge_series_of(call->db, c->row->node, is_host, call->arena, &all, &n, why);

    c->is_host = is_host;
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        c->object = all[i];
        rc = writer_wait(call->services->writer, end_run, c, why);
    }
    if (n > 0)
        series_poke(call->services->series);
    return rc;
}

/* ---- keys, then texts ---- */

static enum err close_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct clearing *c = arg;
    enum err rc = mirror_context_close(tx, c->object, c->now_utc_us, why);

    return rc == ERR_OK ? purge_part_add(tx, c->row, PURGE_KEY_PART, c->had_key ? 1 : 0, why)
                        : rc;
}

/* The key first: what is left of a run that was cut off opens nothing. It closes what other
 * towns wrote in that lesson, too; their homes have those words, and the macs stay here. */
static enum err close_one(struct job_call *call, struct clearing *c, struct id lesson,
                          struct fail *why)
{
    struct keyring *keyring = call->services->keyring;
    struct id key;
    enum err rc = keyring_find_key(keyring, KEY_CLASS, lesson, NULL, &key, why);

    c->had_key = rc == ERR_OK;
    c->object = lesson;
    if (rc == ERR_OK || rc == ERR_NOT_FOUND)
        rc = keyring_destroy_subject(keyring, KEY_CLASS, lesson, why);
    return rc == ERR_OK ? writer_wait(call->services->writer, close_run, c, why) : rc;
}

/* A lesson of ours that is on now with other towns goes on to its end: one town that leaves
 * takes no words from the rest. */
static enum err close_contexts(struct job_call *call, struct clearing *c, int64_t *next_out,
                               struct fail *why)
{
    struct purge_context *all = NULL;
    size_t n = 0, n_closed;
    enum err rc;

    do {
        n_closed = 0;
        *next_out = 0;
        rc = purge_contexts(call->db, c->row->node, call->arena, &all, &n, why);
        for (size_t i = 0; i < n && rc == ERR_OK; i++) {
            if (!id_eq(all[i].host, c->row->node) && all[i].has_others &&
                all[i].to_utc_us > c->now_utc_us) {
                *next_out = *next_out == 0 ? all[i].to_utc_us : *next_out;
                continue;
            }
            rc = close_one(call, c, all[i].lesson, why);
            n_closed++;
        }
    } while (rc == ERR_OK && n == PURGE_CHUNK && n_closed > 0);
    return rc;
}

/* ---- rows ---- */

static enum err chunk_run(struct tx *tx, void *arg, struct fail *why)
{
    struct clearing *c = arg;
    enum err rc = c->some(tx, c->row->node, &c->n, why);

    return rc == ERR_OK ? purge_part_add(tx, c->row, c->part, (int64_t)c->n, why) : rc;
}

static enum err clear_leaves(struct job_call *call, struct clearing *c, struct fail *why)
{
    enum err rc;

    do {
        rc = writer_wait(call->services->writer, chunk_run, c, why);
    } while (rc == ERR_OK && c->n == PURGE_CHUNK);
    return rc;
}

/* The box goes; whoever asks for it from now on hears escrow-revoked. */
static enum err clear_box(struct tx *tx, struct clearing *c, struct fail *why)
{
    struct escrow_step step = {.id = id_new(),
                               .at_utc_us = c->now_utc_us,
                               .kind = ESCROW_REVOKE,
                               .peer = c->row->node,
                               .op = c->row->ask,
                               .code = SPAN("municipality")};
    struct escrow_deposit deposit;
    enum err rc = escrow_deposit_find(tx, NULL, c->row->node, tx_arena(tx), &deposit, why);

    c->row->box = rc == ERR_OK ? SPAN("gone") : SPAN("none");
    if (rc != ERR_OK || deposit.revoked_utc_us != 0)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    step.generation = deposit.generation;
    rc = escrow_deposit_revoke(tx, c->row->node, "municipality", c->now_utc_us, why);
    return rc == ERR_OK ? escrow_step_add(tx, &step, why) : rc;
}

static enum err count_all(struct tx *tx, const struct purge_row *row, int64_t *n_out,
                          struct fail *why)
{
    struct purge_part *parts = NULL;
    size_t n = 0;
    enum err rc = purge_part_list(tx, NULL, row, tx_arena(tx), &parts, &n, why);

    *n_out = 0;
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (!span_eq(parts[i].part, SPAN(PURGE_KEY_PART)))
            *n_out += parts[i].n;
    return rc;
}

static enum err last_run(struct tx *tx, void *arg, struct fail *why)
{
    struct clearing *c = arg;
    struct purge_step step = {.id = id_new(),
                              .at_utc_us = c->now_utc_us,
                              .kind = PURGE_CLEARED,
                              .node = c->row->node,
                              .code = SPAN("")};
    int64_t n = 0;
    enum err rc = purge_rest(tx, c->row, c->now_utc_us, &n, why);

    if (rc == ERR_OK)
        rc = clear_box(tx, c, why);
    if (rc == ERR_OK)
        rc = count_all(tx, c->row, &step.n, why);
    if (rc != ERR_OK)
        return rc;
    c->row->step = step.id;
    c->row->cleared_utc_us = c->now_utc_us;
    rc = purge_row_change(tx, c->row, why);
    return rc == ERR_OK ? purge_step_add(tx, &step, why) : rc;
}

enum err purge_clear(struct job_call *call, struct purge_row *row, bool *is_out,
                     int64_t *next_out, struct fail *why)
{
    struct clearing c = {.services = call->services, .row = row, .now_utc_us = clock_utc_us()};
    enum err rc = end_series(call, &c, false, why);

    *is_out = false;
    *next_out = 0;
    if (rc == ERR_OK)
        rc = end_series(call, &c, true, why);
    if (rc == ERR_OK)
        rc = close_contexts(call, &c, next_out, why);
    c.some = purge_lines;
    c.part = "fed_line";
    if (rc == ERR_OK)
        rc = clear_leaves(call, &c, why);
    c.some = purge_acts;
    c.part = "fed_act";
    if (rc == ERR_OK)
        rc = clear_leaves(call, &c, why);
    if (rc != ERR_OK || *next_out != 0)
        return rc;
    rc = writer_wait(call->services->writer, last_run, &c, why);
    *is_out = rc == ERR_OK;
    return rc;
}

/* ---- the job ---- */

enum err purge_job_post(struct tx *tx, int64_t run_at_utc_us, struct fail *why)
{
    const struct job_post post = {
        .kind = purge_jobs[0].name, .payload = SPAN("{}"), .run_at_utc_us = run_at_utc_us};

    return jobs_tx_post(tx, &post, why);
}

static enum err again_run(struct tx *tx, void *arg, struct fail *why)
{
    return purge_job_post(tx, *(const int64_t *)arg, why);
}

static enum err purge_one(struct job_call *call, struct purge_row *row, struct fail *why)
{
    bool is_cleared = row->cleared_utc_us != 0;
    int64_t next = 0;
    enum err rc = is_cleared ? ERR_OK : purge_clear(call, row, &is_cleared, &next, why);

    if (rc == ERR_OK && is_cleared)
        return purge_attest(call, row, why);
    return rc == ERR_OK ? writer_wait(call->services->writer, again_run, &next, why) : rc;
}

/* A town whose turn fails keeps no other from theirs; the job is tried again for the first. */
static enum err run(struct job_call *call, struct fail *why)
{
    struct purge_row *open = NULL;
    struct fail other;
    size_t n = 0;
    enum err rc, one_rc;

    if (call->services->federation == NULL)
        return ERR_OK;
    rc = purge_row_open(call->db, call->arena, &open, &n, why);
    for (size_t i = 0; i < n; i++) {
        one_rc = purge_one(call, &open[i], &other);
        if (one_rc == ERR_OK)
            continue;
        log_warn("purge.undone", L_ID("node", open[i].node), L_FAIL(&other));
        if (rc == ERR_OK)
            *why = other;
        rc = rc == ERR_OK ? one_rc : rc;
    }
    one_rc = purge_ask_due(call, rc == ERR_OK ? why : &other);
    return rc == ERR_OK ? one_rc : rc;
}

/* Also while this node is left itself: it asks its peers, and what another town that leaves
 * asks of it is a duty that does not end before its keys do. */
const struct job_kind purge_jobs[PURGE_JOBS_N] = {
    {.name = "federation.purge",
     .run = run,
     .n_tries_cap = 20,
     .lease_s = 3600,
     .period_s = 3600,
     .offset_s = 2100,
     .at_start = true,
     .while_leaving = true},
};
