#include "node/server/parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "federation/federation.h"
#include "federation/link_fed.h"
#include "federation/mirrors.h"
#include "federation/series.h"
#include "node/base/log.h"
#include "node/base/node_conf.h"
#include "node/classes/lessons.h"
#include "node/db/audit.h"
#include "node/db/db_pool.h"
#include "node/db/erase.h"
#include "node/db/files.h"
#include "node/db/identity.h"
#include "node/db/jobs.h"
#include "node/db/migrate.h"
#include "node/db/settings.h"
#include "node/db/space.h"
#include "node/io/net.h"
#include "node/place/place.h"
#include "node/support/console.h"
#include "node/support/support.h"
#include "reporting/logs.h"
#include "tenants/hours/hours_now.h"
#include "tenants/leaving/change.h"
#include "tenants/leaving/leaving.h"
#include "tenants/notify/notify.h"
#include "tenants/people/account.h"
#include "tenants/watch/watch.h"
#include "tenants/words/words_now.h"

#define STATEMENT_MS   10000
#define WRITES_WAITING 4096
#define WRITES_A_BATCH 256
#define PATH_CAP       256

struct parts {
    struct parts_conf conf;
    struct services services; /* the starter's until parts_try has said ERR_OK */
    struct services early;    /* what parts_create opened; never written again */
    struct id node;
    char socket_dir[PATH_CAP], cluster_dir[PATH_CAP];
    struct db_conf app_db, owner_db;
    struct db_conf shared_db;   /* of all that asks now and then */
    struct db_pool *pool;       /* its sessions */
    struct change_desk *change; /* leaving has it, too */
    bool is_migrated, is_audit_started, is_refreshed, is_replayed;
};

static enum err read_conf(struct parts *parts, struct fail *why)
{
    const struct conf *conf = parts->conf.conf;
    const char *dir = conf_text(conf, "db.socket_dir");
    int n;

    if (dir[0] != '\0')
        n = snprintf(parts->socket_dir, PATH_CAP, "%s", dir);
    else
        n = snprintf(parts->socket_dir, PATH_CAP, "%s/pg", conf_text(conf, "node.run_dir"));
    if (n >= PATH_CAP || snprintf(parts->cluster_dir, PATH_CAP, "%s/cluster",
                                  conf_text(conf, "node.data_dir")) >= PATH_CAP)
        return fail_set(why, ERR_INVALID, "a path of node.conf is too long");
    parts->app_db = (struct db_conf){.socket_dir = parts->socket_dir,
                                     .user = "ibasho_app",
                                     .name = conf_text(conf, "db.name"),
                                     .statement_timeout_ms = STATEMENT_MS};
    parts->owner_db = parts->app_db;
    parts->owner_db.user = "ibasho";
    parts->owner_db.statement_timeout_ms = 0;
    return node_conf_id(conf, &parts->node, why);
}

static enum err open_space(struct parts *parts, struct fail *why)
{
    const struct conf *conf = parts->conf.conf;
    const struct space_conf space = {
        .data_dir = conf_text(conf, "node.data_dir"),
        .cluster_dir = parts->cluster_dir,
        .no_uploads_percent = (int)conf_int(conf, "space.no_uploads_percent"),
        .no_writes_percent = (int)conf_int(conf, "space.no_writes_percent"),
        .full_percent = (int)conf_int(conf, "space.full_percent"),
        .ballast_bytes = conf_int(conf, "space.ballast_mib") << 20,
    };

    return space_open(&space, &parts->services.space, why);
}

static enum err open_audit(struct parts *parts, struct fail *why)
{
    const struct conf *conf = parts->conf.conf;
    const struct audit_conf audit = {
        .origin = conf_text(conf, "node.origin"),
        .checkpoint_path = conf_text(conf, "audit.checkpoint_path"),
        .checkpoint_every_s = (int)conf_int(conf, "audit.checkpoint_every_s"),
    };

    return audit_open(&audit, parts->services.keyring, &parts->services.audit, why);
}

enum err parts_create(const struct parts_conf *conf, struct parts **parts_out, struct fail *why)
{
    struct parts *parts = calloc(1, sizeof *parts);
    struct keyring_conf keyring;
    enum err rc;

    *parts_out = NULL;
    if (parts == NULL)
        return fail_set(why, ERR_NOMEM, "parts");
    parts->conf = *conf;
    parts->services.conf = conf->conf;
    parts->services.tables = conf->tables;
    parts->services.routes = conf->routes;
    parts->services.audit_tables = conf->audit_tables;
    rc = read_conf(parts, why);
    if (rc == ERR_OK)
        rc = db_pool_create(&parts->app_db, conf->stmts, &parts->pool, why);
    parts->shared_db = parts->app_db;
    parts->shared_db.pool = parts->pool;
    if (rc == ERR_OK)
        rc = identity_check_files(conf_text(conf->conf, "node.data_dir"), why);
    if (rc == ERR_OK)
        rc = leaving_open(conf_text(conf->conf, "node.data_dir"), parts->node,
                          &parts->services.leaving, why);
    if (rc == ERR_OK)
        rc = keyring_conf_read(conf->conf, &keyring, why);
    if (rc == ERR_OK)
        rc = keyring_open(&keyring, &parts->services.keyring, why);
    if (rc == ERR_OK)
        rc = open_space(parts, why);
    if (rc == ERR_OK)
        rc = open_audit(parts, why);
    if (rc == ERR_OK)
        rc = net_open(conf->conf, &parts->services.net, why);
    parts->early = parts->services;
    if (rc != ERR_OK)
        parts_destroy(&parts);
    *parts_out = parts;
    return rc;
}

/* ---- what needs the database ---- */

static enum err check_cluster(struct parts *parts, struct fail *why)
{
    struct db *db = NULL;
    enum err rc = db_open(&parts->owner_db, parts->conf.stmts, &db, why);

    if (rc == ERR_OK)
        rc = identity_check_cluster(db, parts->node, conf_text(parts->conf.conf, "node.role"),
                                    why);
    db_close(&db);
    return rc;
}

static void say_step(const struct migration *step, void *arg)
{
    (void)arg;
    log_info("migrate.step", L_TEXT("name", step->name));
}

/* Before a step is applied to it, a cluster that has a name must have ours. */
static enum err migrate(struct parts *parts, struct fail *why)
{
    struct migrate_report report;
    enum err rc = migrate_check(&parts->owner_db, &migrations, &report, why);

    if (rc != ERR_OK)
        return rc;
    if (report.n_before > 0) {
        rc = check_cluster(parts, why);
        if (rc == ERR_DENIED)
            return rc;
    }
    rc = migrate_run(&parts->owner_db, &migrations, say_step, NULL, &report, why);
    if (rc == ERR_OK)
        rc = check_cluster(parts, why);
    parts->is_migrated = rc == ERR_OK;
    return rc;
}

static enum err start_writer(struct parts *parts, struct fail *why)
{
    const struct writer_conf conf = {
        .db = parts->app_db,
        .tables = parts->conf.stmts,
        .audit = parts->services.audit,
        .n_waiting_cap = WRITES_WAITING,
        .n_batch_cap = WRITES_A_BATCH,
        .cluster_dir = parts->cluster_dir,
    };

    return writer_start(&conf, &parts->services.writer, why);
}

static enum err open_settings(struct parts *parts, struct fail *why)
{
    struct db *db = NULL;
    enum err rc = db_open(&parts->shared_db, parts->conf.stmts, &db, why);

    if (rc == ERR_OK)
        rc = settings_open(parts->conf.settings, db, &parts->services.settings, why);
    db_close(&db);
    return rc;
}

static enum err open_files(struct parts *parts, struct fail *why)
{
    const struct conf *conf = parts->conf.conf;
    const struct files_conf files = {
        .dir = conf_text(conf, "files.dir"),
        .max_bytes = conf_int(conf, "files.max_mib") << 20,
        .keyring = parts->services.keyring,
        .space = parts->services.space,
    };

    return files_open(&files, &parts->services.files, why);
}

static enum err open_accounts(struct parts *parts, struct fail *why)
{
    struct accounts_conf conf = {
        .keyring = parts->services.keyring,
        .writer = parts->services.writer,
        .settings = parts->services.settings,
        .space = parts->services.space,
        .leaving = parts->services.leaving,
    };

    accounts_conf_read(parts->conf.conf, &conf);
    return accounts_open(&conf, &parts->services.accounts, why);
}

static enum err open_change(struct parts *parts, struct fail *why)
{
    const struct change_conf conf = {&parts->services, parts->shared_db, parts->conf.stmts};

    enum err rc = change_open(&conf, &parts->change, why);

    if (rc == ERR_OK)
        leaving_change_set(parts->services.leaving, parts->change);
    return rc;
}

static enum err open_watch(struct parts *parts, struct fail *why)
{
    const struct watch_conf conf = {parts->services.writer, parts->services.settings};

    return watch_open(&conf, &parts->services.watch, why);
}

static enum err open_hours(struct parts *parts, struct fail *why)
{
    const struct hours_conf conf = {parts->services.writer, parts->services.settings};
    struct db *db = NULL;
    enum err rc = db_open(&parts->shared_db, parts->conf.stmts, &db, why);

    if (rc == ERR_OK)
        rc = hours_open(&conf, db, &parts->services.hours, why);
    db_close(&db);
    return rc;
}

static enum err open_words(struct parts *parts, struct fail *why)
{
    struct db *db = NULL;
    enum err rc = db_open(&parts->shared_db, parts->conf.stmts, &db, why);

    if (rc == ERR_OK)
        rc = words_open(db, &parts->services.words, why);
    db_close(&db);
    return rc;
}

/* Last of all: whoever it lets in uses everything else. */
static enum err open_place(struct parts *parts, struct fail *why)
{
    const struct place_conf conf = {&parts->services, parts->shared_db, parts->conf.stmts};
    struct db *db = NULL;
    enum err rc = db_open(&parts->shared_db, parts->conf.stmts, &db, why);

    if (rc == ERR_OK)
        rc = place_open(&conf, db, &parts->services.place, why);
    if (rc == ERR_OK)
        place_live_set(parts->services.place, parts->services.live);
    db_close(&db);
    return rc;
}

static enum err open_notify(struct parts *parts, struct fail *why)
{
    const struct notify_conf conf = {&parts->services, parts->shared_db, parts->conf.stmts};

    return notify_open(&conf, &parts->services.notify, why);
}

/* Before the place, whose lines it hears of; its thread begins behind it. */
static enum err open_support(struct parts *parts, struct fail *why)
{
    const struct support_conf conf = {&parts->services, parts->shared_db, parts->conf.stmts};
    enum err rc = support_open(&conf, &parts->services.support, why);

    if (rc == ERR_OK)
        parts->services.care = support_care(parts->services.support);
    return rc;
}

static enum err open_logs(struct parts *parts, struct fail *why)
{
    const struct logs_conf conf = {&parts->services, parts->app_db, parts->conf.stmts};

    return logs_open(&conf, &parts->services.logs, why);
}

static enum err open_console(struct parts *parts, struct fail *why)
{
    const struct console_conf conf = {&parts->services, parts->shared_db, parts->conf.stmts};

    return console_open(&conf, parts->services.care, &parts->services.console, why);
}

static enum err open_federation(struct parts *parts, struct fail *why)
{
    const struct federation_conf conf = {&parts->services, parts->shared_db, parts->conf.stmts,
                                         parts->node};
    struct db *db = NULL;
    enum err rc = db_open(&parts->shared_db, parts->conf.stmts, &db, why);

    if (rc == ERR_OK)
        rc = federation_open(&conf, db, &parts->services.federation, why);
    db_close(&db);
    return rc;
}

static enum err open_lessons(struct parts *parts, struct fail *why)
{
    const struct lessons_conf conf = {&parts->services, parts->shared_db, parts->conf.stmts};

    return lessons_open(&conf, &parts->services.lessons, why);
}

static enum err open_series(struct parts *parts, struct fail *why)
{
    const struct series_conf conf = {&parts->services, parts->shared_db, parts->conf.stmts};

    return series_open(&conf, &parts->services.series, why);
}

/* Between the links, the series and the place. */
static enum err open_mirrors(struct parts *parts, struct fail *why)
{
    const struct mirrors_conf conf = {&parts->services,
                                      parts->services.federation,
                                      federation_links(parts->services.federation),
                                      parts->services.series,
                                      parts->node,
                                      parts->shared_db,
                                      parts->conf.stmts};

    return mirrors_open(&conf, &parts->services.mirrors, why);
}

/* A node that is being left changes nothing by itself any more, but for what leaving needs. */
static bool jobs_rest(const struct services *services)
{
    return leaving_is_on(services->leaving);
}

static enum err start_jobs(struct parts *parts, struct fail *why)
{
    const struct jobs_conf conf = {
        .db = parts->shared_db,
        .stmts = parts->conf.stmts,
        .kinds = parts->conf.jobs,
        .rests = jobs_rest,
        .services = &parts->services,
    };

    return jobs_start(&conf, &parts->services.jobs, why);
}

enum err parts_try(struct parts *parts, struct fail *why)
{
    struct services *s = &parts->services;
    enum err rc = parts->is_migrated ? ERR_OK : migrate(parts, why);

    if (rc == ERR_OK && s->writer == NULL)
        rc = start_writer(parts, why);
    if (rc == ERR_OK && s->settings == NULL)
        rc = open_settings(parts, why);
    /* The program before us may still change a setting until it gives up the writer's lock. */
    if (rc == ERR_OK && !parts->is_refreshed) {
        rc = settings_refresh(s->settings, s->writer, why);
        parts->is_refreshed = rc == ERR_OK;
    }
    /* After a restore the rows of erased persons are back: gone again before anyone is served.
     */
    if (rc == ERR_OK && !parts->is_replayed) {
        rc = erase_again(s->keyring, s->writer, parts->conf.tables, NULL, why);
        parts->is_replayed = rc == ERR_OK;
    }
    /* A contract whose minute came while nobody was here ends before anyone is served. */
    if (rc == ERR_OK && parts->change == NULL)
        rc = open_change(parts, why);
    if (rc == ERR_OK && s->files == NULL)
        rc = open_files(parts, why);
    if (rc == ERR_OK && s->accounts == NULL)
        rc = open_accounts(parts, why);
    if (rc == ERR_OK && s->watch == NULL)
        rc = open_watch(parts, why);
    if (rc == ERR_OK && s->hours == NULL)
        rc = open_hours(parts, why);
    if (rc == ERR_OK && s->words == NULL)
        rc = open_words(parts, why);
    if (rc == ERR_OK && s->notify == NULL)
        rc = open_notify(parts, why);
    if (rc == ERR_OK && s->logs == NULL)
        rc = open_logs(parts, why);
    if (rc == ERR_OK && s->jobs == NULL)
        rc = start_jobs(parts, why);
    if (rc == ERR_OK && !parts->is_audit_started) {
        rc = audit_start(s->audit, s->writer, why);
        parts->is_audit_started = rc == ERR_OK;
    }
    if (rc == ERR_OK && s->support == NULL)
        rc = open_support(parts, why);
    if (rc == ERR_OK && s->console == NULL)
        rc = open_console(parts, why);
    if (rc == ERR_OK && s->federation == NULL)
        rc = open_federation(parts, why);
    if (rc == ERR_OK && s->lessons == NULL)
        rc = open_lessons(parts, why);
    if (rc == ERR_OK && s->series == NULL)
        rc = open_series(parts, why);
    if (rc == ERR_OK && s->mirrors == NULL)
        rc = open_mirrors(parts, why);
    if (rc == ERR_OK && s->place == NULL && s->live != NULL)
        rc = open_place(parts, why);
    if (rc == ERR_OK)
        rc = change_start(parts->change, why);
    if (rc == ERR_OK)
        rc = support_start(s->support, why);
    if (rc == ERR_OK)
        rc = console_start(s->console, why);
    if (rc == ERR_OK && s->place != NULL)
        rc = lessons_start(s->lessons, why);
    if (rc == ERR_OK && s->place != NULL)
        rc = mirrors_start(s->mirrors, why);
    if (rc == ERR_OK && s->place != NULL)
        rc = series_start(s->series, why);
    return rc;
}

void parts_live_set(struct parts *parts, struct live *live)
{
    parts->services.live = live;
}

void parts_destroy(struct parts **parts)
{
    struct services *s;

    if (*parts == NULL)
        return;
    s = &(*parts)->services;
    federation_stop(s->federation);
    logs_close(&s->logs); /* what is on its way out is cut, and that is written */
    jobs_stop(&s->jobs);
    change_stop((*parts)->change);
    support_stop(s->support);
    console_stop(s->console);
    lessons_stop(s->lessons);
    series_stop(s->series);
    mirrors_stop(s->mirrors);
    mirrors_end(s->mirrors);
    notify_close(&s->notify);
    place_close(&s->place); /* the live server has ended */
    accounts_close(&s->accounts);
    if ((*parts)->is_audit_started)
        audit_stop(s->audit);
    writer_stop(&s->writer);
    mirrors_close(&s->mirrors);
    federation_close(&s->federation);
    support_close(&s->support);
    console_close(&s->console);
    lessons_close(&s->lessons);
    series_close(&s->series);
    leaving_change_set(s->leaving, NULL);
    change_close(&(*parts)->change);
    watch_close(&s->watch);
    hours_close(&s->hours);
    words_close(&s->words);
    files_close(&s->files);
    settings_close(&s->settings);
    audit_close(&s->audit);
    space_close(&s->space);
    keyring_close(&s->keyring);
    net_close(&s->net);
    leaving_close(&s->leaving);
    db_pool_destroy(&(*parts)->pool);
    free(*parts);
    *parts = NULL;
}

const struct services *parts_services(const struct parts *parts)
{
    return &parts->services;
}

const struct services *parts_services_early(const struct parts *parts)
{
    return &parts->early;
}

const struct db_conf *parts_db_conf(const struct parts *parts)
{
    return &parts->app_db;
}

bool parts_is_unlocked(const struct parts *parts)
{
    struct keyring_status status;

    return keyring_status_read(parts->early.keyring, &status, NULL) == ERR_OK &&
           status.unlocked;
}
