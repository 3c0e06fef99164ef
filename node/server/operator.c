/* The operator's own rows: GET /metrics and GET /api/v1/admin/doctor on the admin socket. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "federation/federation.h"
#include "federation/link_fed.h"
#include "federation/mirrors.h"
#include "node/db/audit.h"
#include "node/db/jobs.h"
#include "node/db/space.h"
#include "node/server/dispatch.h"
#include "node/server/doctor.h"
#include "node/server/live.h"
#include "node/server/metrics.h"
#include "node/server/operator_backup.h"
#include "node/server/operator_place.h"
#include "node/server/own.h"
#include "node/server/text.h"
#include "node/support/duty_store.h"
#include "tenants/notify/notify.h"

#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* ---- metrics of the parts ---- */

static void write_gauge(struct text *text, const char *name, const char *help, int64_t value)
{
    text_add(text, "# TYPE ibasho_%s gauge\n# HELP ibasho_%s %s\nibasho_%s %" PRId64 "\n", name,
             name, help, name, value);
}

static void write_counter(struct text *text, const char *name, const char *help, uint64_t value)
{
    text_add(text,
             "# TYPE ibasho_%s counter\n# HELP ibasho_%s %s\nibasho_%s_total %" PRIu64 "\n",
             name, name, help, name, value);
}

static void write_database(const struct req *req, struct text *text)
{
    struct dispatch_stats pool;
    struct writer_stats writer;
    struct jobs_stats jobs;

    dispatch_stats_read(own_read()->dispatch, &pool);
    write_gauge(text, "http_workers", "Worker threads.", pool.n_workers);
    write_gauge(text, "http_waiting", "Requests waiting for a worker.",
                (int64_t)pool.n_waiting);
    write_gauge(text, "db_read_connections", "Workers with a database connection.",
                pool.n_connected);
    if (req->services->writer != NULL) {
        writer_stats_read(req->services->writer, &writer);
        write_counter(text, "writer_ops", "Operations answered.", writer.n_ops);
        write_counter(text, "writer_batches", "Transactions committed.", writer.n_batches);
        write_counter(text, "writer_retried_alone", "Operations run again alone.",
                      writer.n_retried_alone);
        write_counter(text, "writer_failed", "Operations that failed.", writer.n_failed);
        write_gauge(text, "writer_waiting", "Operations waiting.", (int64_t)writer.n_waiting);
        write_gauge(text, "writer_ready", "1: holds connection and lock.", writer.is_ready);
    }
    if (req->services->jobs != NULL && req->db != NULL &&
        jobs_stats_read(req->services->jobs, req->db, &jobs, NULL) == ERR_OK) {
        write_gauge(text, "jobs_waiting", "Jobs waiting.", jobs.n_waiting);
        write_gauge(text, "jobs_running", "Jobs running.", jobs.n_running);
        write_gauge(text, "jobs_dead", "Jobs that failed for good.", jobs.n_dead);
        write_counter(text, "jobs_done", "Runs that succeeded since start.", jobs.n_done);
        write_counter(text, "jobs_failed", "Runs that failed since start.", jobs.n_failed);
    }
}

static void write_audit(const struct req *req, struct text *text)
{
    struct audit_stats stats;

    if (req->services->audit == NULL)
        return;
    audit_stats_read(req->services->audit, &stats);
    write_gauge(text, "audit_leaves", "Leaves of the audit tree.", (int64_t)stats.n_leaves);
    write_gauge(text, "audit_checkpointed_leaves", "Leaves under the last checkpoint.",
                (int64_t)stats.n_checkpointed);
    write_counter(text, "audit_checkpoints", "Checkpoints signed since start.",
                  stats.n_checkpoints);
    write_gauge(text, "audit_mismatch", "1: database and checkpoints differ.",
                stats.is_mismatch);
    write_gauge(text, "audit_signing", "1: checkpoints are being signed.", stats.is_signing);
}

static void write_keyring(const struct req *req, struct text *text)
{
    struct keyring_status status;

    if (keyring_status_read(req->services->keyring, &status, NULL) != ERR_OK)
        return;
    write_gauge(text, "keys_agent_up", "1: the key agent answers.", status.agent_up);
    write_gauge(text, "keys_unlocked", "1: the key agent holds the node key.", status.unlocked);
    write_gauge(text, "keys", "Keys in the keystore.", (int64_t)status.n_keys);
    write_gauge(text, "keys_destroyed", "Keys destroyed.", (int64_t)status.n_destroyed);
    write_counter(text, "keys_wraps", "Keys wrapped by the agent.", status.n_wraps);
    write_counter(text, "keys_unwraps", "Keys unwrapped by the agent.", status.n_unwraps);
    write_counter(text, "keys_refused", "Halves and keys the agent refused.", status.n_refused);
}

static void write_notify(const struct req *req, struct text *text)
{
    struct notify_stats stats;

    if (req->services->notify == NULL || req->db == NULL ||
        notify_stats_read(req->services->notify, req->db, req->now_utc_us, &stats, NULL) !=
            ERR_OK)
        return;
    write_gauge(text, "notify_mail_configured", "1: a mail server is configured.",
                stats.has_mail);
    write_gauge(text, "notify_mail_down", "1: mail does not go out now.", stats.down != NULL);
    write_gauge(text, "notify_waiting", "Notices waiting.", stats.n_waiting);
    write_gauge(text, "notify_late", "Notices waiting for over five minutes.", stats.n_late);
    write_gauge(text, "notify_failed_week", "Notices refused or given up in seven days.",
                stats.n_failed_week);
    write_counter(text, "notify_accepted", "Notices taken over since start.", stats.n_accepted);
    write_counter(text, "notify_retried", "Attempts to be repeated since start.",
                  stats.n_later);
    write_counter(text, "notify_refused", "Notices refused for good since start.",
                  stats.n_refused);
    write_counter(text, "notify_given_up", "Notices given up since start.", stats.n_given_up);
}

static void write_support(const struct req *req, struct text *text)
{
    int64_t n_sos = 0, n_incidents = 0;

    if (req->services->support == NULL || req->db == NULL ||
        duty_store_count(req->db, &n_sos, &n_incidents, NULL) != ERR_OK)
        return;
    write_gauge(text, "support_sos_unanswered", "Calls for help nobody has answered.", n_sos);
    write_gauge(text, "support_incidents_unread", "Grave incidents nobody on duty has read.",
                n_incidents);
}

static void write_links(struct federation *federation, struct text *text)
{
    struct links_totals links;

    links_totals_read(federation_links(federation), &links);
    write_gauge(text, "fed_link_peers", "Nodes that links are wanted to, or allowed.",
                links.n_peers);
    write_gauge(text, "fed_link_up", "Links that stand.", links.n_up);
    write_gauge(text, "fed_link_rt_up", "Those for movement.", links.n_rt_up);
    write_gauge(text, "fed_link_waiting", "Frames not yet acknowledged.", links.n_waiting);
    write_counter(text, "fed_link_frames_in", "Frames that came over links.", links.n_in);
    write_counter(text, "fed_link_frames_out", "Frames that went over links.", links.n_out);
    write_counter(text, "fed_link_bytes_in", "Bytes that came over links.", links.n_bytes_in);
    write_counter(text, "fed_link_bytes_out", "Bytes that went over links.", links.n_bytes_out);
    write_counter(text, "fed_link_late", "Movement dropped, being 200 ms old.", links.n_late);
    write_counter(text, "fed_link_unknown", "Frames of a type this program does not know.",
                  links.n_unknown);
    write_counter(text, "fed_link_resumed", "Links that went on after a cut.", links.n_resumed);
    write_counter(text, "fed_link_begun", "Links that began anew.", links.n_new);
    write_counter(text, "fed_link_faults", "Links closed for a broken rule.", links.n_faults);
}

static void write_mirrors(struct mirrors *mirrors, struct text *text)
{
    struct mirrors_stats stats;

    mirrors_stats_read(mirrors, &stats);
    write_gauge(text, "fed_mirror_on", "Shared lessons that are on.", stats.n_on);
    write_gauge(text, "fed_mirror_cut", "Those with a town that is cut off.", stats.n_cut);
    write_gauge(text, "fed_mirror_own", "Our people who are told of.", stats.n_own);
    write_gauge(text, "fed_mirror_figures", "People of other towns who are there.",
                stats.n_figures);
    write_gauge(text, "fed_mirror_unconfirmed", "Acts that a home has not confirmed.",
                stats.n_waiting);
    write_counter(text, "fed_mirror_said", "Lines that left.", stats.n_said);
    write_counter(text, "fed_mirror_heard", "Lines of other towns shown.", stats.n_heard);
    write_counter(text, "fed_mirror_blocked", "Lines not shown here, or there.",
                  stats.n_blocked);
    write_counter(text, "fed_mirror_unwritten", "Rows that could not be written.",
                  stats.n_unwritten);
    write_counter(text, "fed_mirror_faults", "Links closed for what a peer said.",
                  stats.n_faults);
    write_counter(text, "fed_mirror_overrun", "Frames dropped, too many being unread.",
                  stats.n_overrun);
    write_counter(text, "fed_mirror_voiced", "Packets of our people's voices that left.",
                  stats.n_voiced);
    write_counter(text, "fed_mirror_voices", "Packets of other towns' voices that came.",
                  stats.n_voices);
    text_add(text, "# TYPE ibasho_fed_mirror_dropped counter\n"
                   "# HELP ibasho_fed_mirror_dropped Frames not taken, by rule.\n");
    for (int i = 0; i < ROOM_RULES_N; i++)
        if (stats.n_dropped[i] > 0)
            text_add(text, "ibasho_fed_mirror_dropped_total{rule=\"%s\"} %" PRIu64 "\n",
                     room_rule_name((enum room_rule)i), stats.n_dropped[i]);
}

/* Nothing without a registry: the node is alone. */
static void write_federation(const struct req *req, struct text *text)
{
    struct federation_stats stats;

    if (req->services->federation == NULL || req->db == NULL ||
        federation_stats_read(req->services->federation, req->db, &stats, NULL) != ERR_OK ||
        !stats.has_registry)
        return;
    write_counter(text, "fed_accepted", "Requests of other nodes answered well.",
                  stats.n_accepted);
    text_add(text, "# TYPE ibasho_fed_refused counter\n"
                   "# HELP ibasho_fed_refused Requests of other nodes refused, by code.\n");
    for (int i = FED_OK + 1; i < FED_CODE_N; i++)
        if (stats.n_refused_by[i] > 0)
            text_add(text, "ibasho_fed_refused_total{code=\"%s\"} %" PRIu64 "\n",
                     fed_code_text((enum fed_code)i), stats.n_refused_by[i]);
    write_counter(text, "fed_unrecorded", "Refusals counted, but not on record: too many.",
                  stats.n_unrecorded);
    write_counter(text, "fed_asked", "Requests to other nodes.", stats.n_asked);
    write_counter(text, "fed_no_answer", "Those without an answer to be believed.",
                  stats.n_no_answer);
    write_counter(text, "fed_sent", "Rows of the outbox that arrived.", stats.n_sent);
    write_gauge(text, "fed_waiting", "Rows of the outbox that wait.", stats.n_waiting);
    write_gauge(text, "fed_undelivered", "Rows refused for good or given up.",
                stats.n_refused_rows + stats.n_given_up);
    write_gauge(text, "fed_away", "Nodes that did not answer last.", stats.n_away);
    write_gauge(text, "fed_nonces", "Nonces remembered.", (int64_t)stats.n_nonces);
    write_links(req->services->federation, text);
    if (req->services->mirrors != NULL)
        write_mirrors(req->services->mirrors, text);
}

/* ---- the process ---- */

static int64_t read_pss_bytes(void)
{
    FILE *f = fopen("/proc/self/smaps_rollup", "re");
    char line[128];
    int64_t kib = 0;

    if (f == NULL)
        return 0;
    while (kib == 0 && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "Pss:", 4) == 0)
            kib = strtol(line + 4, NULL, 10);
    fclose(f);
    return kib * 1024;
}

static int64_t count_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int64_t n = -3; /* ".", ".." and this directory's own */

    if (dir == NULL)
        return 0;
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

static void write_process(const struct req *req, struct text *text)
{
    text_add(text,
             "# TYPE ibasho_node info\n# HELP ibasho_node What this node is.\n"
             "ibasho_node_info{state=\"%s\"} 1\n",
             node_state_id(dispatch_state(own_read()->dispatch)));
    write_gauge(text, "process_pss_bytes", "Proportional set size.", read_pss_bytes());
    write_gauge(text, "process_open_fds", "Open descriptors.", count_fds());
    if (req->services->space != NULL)
        write_gauge(text, "disk_used_percent", "Use of the fullest volume.",
                    space_used_percent(req->services->space));
}

static void metrics_show(struct req *req)
{
    struct text text = {.arena = req->arena};
    struct fail fail = {.code = ERR_INTERNAL};

    write_process(req, &text);
    metrics_write(own_read()->metrics, &text);
    if (own_read()->live != NULL)
        live_server_metrics(own_read()->live, &text);
    operator_place_metrics(req->services->place, &text);
    write_database(req, &text);
    write_audit(req, &text);
    write_keyring(req, &text);
    operator_backup_metrics(req, &text);
    write_notify(req, &text);
    write_support(req, &text);
    write_federation(req, &text);
    text_add(&text, "# EOF\n");
    if (text.is_broken) {
        fail_set(&fail, ERR_NOMEM, "metrics");
        reply_fail(req, &fail);
        return;
    }
    reply_bytes(req, 200, OPENMETRICS, span_of(text.p, text.len));
}

static void doctor_show(struct req *req)
{
    struct doctor_report report;

    doctor_run(req, &report);
    reply_json(req, 200, &report);
}

const struct route operator_routes[OPERATOR_ROUTES_N] = {
    {.name = "metrics.show",
     .method = HTTP_GET,
     .path = "/metrics",
     .listeners = LISTENER_ADMIN,
     .roles = ROLES_EVERYONE,
     .summary_ja = "数の記録（OpenMetrics）",
     .handle = metrics_show},
    {.name = "doctor.show",
     .method = HTTP_GET,
     .path = "/api/v1/admin/doctor",
     .listeners = LISTENER_ADMIN,
     .roles = ROLES_EVERYONE,
     .output = &doctor_report_shape,
     .summary_ja = "ぐあいの悪いところと、次にすること",
     .handle = doctor_show},
};
