#include "node/server/doctor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/timex.h>

#include "node/base/clock.h"
#include "node/base/conf.h"
#include "node/base/node_conf.h"
#include "node/db/audit.h"
#include "node/db/jobs.h"
#include "node/db/migrate.h"
#include "node/db/space.h"
#include "node/server/assets.h"
#include "node/server/dispatch.h"
#include "node/server/operator_backup.h"
#include "node/server/operator_place.h"
#include "node/server/own.h"

#define SHEET_DAYS       183
#define CLOCK_AHEAD_US   60000000
#define CHECKPOINT_LAG_N 5

static const struct jx_field check_fields[] = {
    {.name = "name", .type = JX_TEXT, .offset = offsetof(struct doctor_check, name)},
    {.name = "level",
     .type = JX_ENUM,
     .choices = "ok|warn|bad",
     .offset = offsetof(struct doctor_check, level)},
    {.name = "text", .type = JX_TEXT, .offset = offsetof(struct doctor_check, text)},
    {.name = "next", .type = JX_TEXT, .offset = offsetof(struct doctor_check, next)},
};
static const struct jx_shape check_shape =
    JX_SHAPE("DoctorCheck", struct doctor_check, check_fields);
static const struct jx_field report_fields[] = {
    {.name = "level",
     .type = JX_ENUM,
     .choices = "ok|warn|bad",
     .offset = offsetof(struct doctor_report, level)},
    {.name = "checks",
     .type = JX_LIST,
     .shape = &check_shape,
     .offset = offsetof(struct doctor_report, checks)},
};
const struct jx_shape doctor_report_shape =
    JX_SHAPE("DoctorReport", struct doctor_report, report_fields);

static const struct stmt sql_guc = {"doctor_guc",
                                    "SELECT name, setting FROM pg_settings "
                                    "WHERE name = ANY (string_to_array($1::text, ','))"};
static const struct stmt sql_access = {
    "doctor_access",
    "SELECT max(at), max(at) FILTER (WHERE route = $1::text AND outcome = 'ok') "
    "FROM access_record"};
const struct stmt *const doctor_stmts[DOCTOR_STMTS_N] = {&sql_guc, &sql_access};

void doctor_add(struct doctor *doctor, const char *name, enum doctor_level level,
                const char *next, const char *fmt, ...)
{
    char text[400];
    va_list args;

    if (doctor->n == DOCTOR_CHECKS_MAX)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    doctor->checks[doctor->n++] = (struct doctor_check){
        span_text(name), (int)level, arena_copy(doctor->req->arena, span_text(text)),
        span_text(level == DOCTOR_OK ? "" : next)};
}

/* ---- what the server is ---- */

static void check_state(struct doctor *d)
{
    switch (dispatch_state(own_read()->dispatch)) {
    case NODE_READY:
        doctor_add(d, "node", DOCTOR_OK, "", "ノードは動いています。");
        return;
    case NODE_LOCKED:
        doctor_add(d, "node", DOCTOR_BAD,
                   "ibasho key status で鍵のようすを見て、鍵の紙のことばで開けてください。",
                   "鍵が開いていないため、利用者の画面は使えません。");
        return;
    case NODE_STARTING:
        doctor_add(d, "node", DOCTOR_BAD,
                   "データベースの記録（log/postgres.log）を見てください。",
                   "まだ準備が終わっていません。データベースを待っています。");
        return;
    }
}

static void check_client(struct doctor *d)
{
    if (own_read()->assets != NULL && assets_n(own_read()->assets) > 0)
        doctor_add(d, "client", DOCTOR_OK, "", "画面のファイルは %d 個あります。",
                   assets_n(own_read()->assets));
    else
        doctor_add(d, "client", DOCTOR_WARN, "make web を実行し、ノードを入れ替えてください。",
                   "画面（クライアント）が作られていません。");
}

/* ---- the database ---- */

static const struct guc {
    const char *name, *want;
    enum doctor_level level;
} gucs[] = {
    {"fsync", "on", DOCTOR_BAD},
    {"full_page_writes", "on", DOCTOR_BAD},
    {"synchronous_commit", "on", DOCTOR_BAD},
    {"data_checksums", "on", DOCTOR_BAD},
    {"log_statement", "none", DOCTOR_BAD},
    {"log_min_error_statement", "panic", DOCTOR_BAD},
    {"log_parameter_max_length", "0", DOCTOR_BAD},
    {"log_parameter_max_length_on_error", "0", DOCTOR_BAD},
    {"listen_addresses", "", DOCTOR_WARN},
};
#define GUC_NAMES \
    "fsync,full_page_writes,synchronous_commit,data_checksums,log_statement," \
    "log_min_error_statement,log_parameter_max_length,log_parameter_max_length_on_error," \
    "listen_addresses"

static const struct guc *guc_find(struct span name)
{
    for (size_t i = 0; i < sizeof gucs / sizeof gucs[0]; i++)
        if (span_eq(name, span_text(gucs[i].name)))
            return &gucs[i];
    return NULL;
}

static void check_gucs(struct doctor *d)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    struct fail fail = {.code = ERR_INTERNAL};
    int n_off = 0;

    db_args_init(&args);
    db_arg_text(&args, SPAN(GUC_NAMES));
    if (d->req->db == NULL || db_run(d->req->db, &sql_guc, &args, &rows, &fail) != ERR_OK) {
        doctor_add(d, "database", DOCTOR_BAD,
                   "PostgreSQL が動いているか、log/postgres.log を見てください。",
                   "データベースにつながりません。");
        return;
    }
    for (int i = 0; i < db_rows_n(rows); i++) {
        const struct guc *guc = guc_find(db_bytes(rows, i, 0));
        struct span value = db_bytes(rows, i, 1);

        if (guc == NULL || span_eq(value, span_text(guc->want)))
            continue;
        n_off++;
        doctor_add(d, "database", guc->level,
                   "cluster/postgresql.conf をもとに戻し、PostgreSQL を起動し直してください。",
                   "データベースの設定 %s が「%.*s」です（「%s」であるべきです）。", guc->name,
                   SPAN_ARG(value), guc->want);
    }
    if (n_off == 0)
        doctor_add(d, "database", DOCTOR_OK, "", "データベースの設定は安全な値です。");
    db_rows_free(&rows);
}

static void check_migrations(struct doctor *d)
{
    struct migrate_report report;
    struct db_conf conf = *dispatch_db_conf(own_read()->dispatch);
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc = migrate_check(&conf, &migrations, &report, &fail);

    if (rc == ERR_OK && report.n_now == 0)
        doctor_add(d, "migrations", DOCTOR_OK, "", "データベースの形は最新です（%d）。",
                   report.last);
    else if (rc == ERR_OK)
        doctor_add(d, "migrations", DOCTOR_BAD, "ノードを起動し直してください。",
                   "まだ当てていない変更が %d 件あります。", report.n_now);
    else if (rc == ERR_CONFLICT)
        doctor_add(d, "migrations", DOCTOR_BAD,
                   "このデータベースを作った版のプログラムに戻してください。",
                   "データベースの形がこのプログラムと合いません。");
    else
        doctor_add(d, "migrations", DOCTOR_WARN, "データベースにつながってから、もう一度。",
                   "データベースの形を確かめられませんでした。");
}

static void check_writer(struct doctor *d)
{
    struct writer_stats stats;

    if (d->req->services->writer == NULL)
        return;
    writer_stats_read(d->req->services->writer, &stats);
    if (stats.is_ready)
        doctor_add(d, "writer", DOCTOR_OK, "", "書き込みは %" PRIu64 " 件、待ちは %zu 件です。",
                   stats.n_ops, stats.n_waiting);
    else
        doctor_add(d, "writer", DOCTOR_BAD,
                   "データベースと、前のノードが終わったかどうかを見てください。",
                   "書き込み役がデータベースを使えていません。");
}

static void check_jobs(struct doctor *d)
{
    struct jobs_stats stats;

    if (d->req->services->jobs == NULL || d->req->db == NULL ||
        jobs_stats_read(d->req->services->jobs, d->req->db, &stats, NULL) != ERR_OK)
        return;
    if (stats.n_dead == 0)
        doctor_add(d, "jobs", DOCTOR_OK, "", "裏の仕事に、止まったものはありません。");
    else
        doctor_add(d, "jobs", DOCTOR_WARN, "log/node.log の job. で始まる行を見てください。",
                   "くり返し失敗して止まった裏の仕事が %" PRId64 " 件あります。", stats.n_dead);
}

/* ---- clock, and what only the access record remembers ---- */

static void check_sheet_age(struct doctor *d, int64_t checked_us)
{
    int64_t days = (d->req->now_utc_us - checked_us) / DAY_US;

    if (checked_us == 0)
        doctor_add(d, "sheet", DOCTOR_WARN,
                   "ibasho key check-sheet で、金庫の紙がまだ読めることを確かめてください。",
                   "鍵の紙を確かめた記録がありません。");
    else if (days > SHEET_DAYS)
        doctor_add(d, "sheet", DOCTOR_WARN,
                   "ibasho key check-sheet で、金庫の紙がまだ読めることを確かめてください。",
                   "鍵の紙を最後に確かめてから %" PRId64 " 日たちました。", days);
    else
        doctor_add(d, "sheet", DOCTOR_OK, "", "鍵の紙は %" PRId64 " 日前に確かめました。",
                   days);
}

static void check_clock(struct doctor *d)
{
    struct timex timex = {.modes = 0};
    struct db_rows *rows = NULL;
    struct db_args args;
    bool is_synced = adjtimex(&timex) >= 0 && !(timex.status & STA_UNSYNC);

    if (is_synced)
        doctor_add(d, "clock", DOCTOR_OK, "", "時計は時刻サーバーに合っています。");
    else
        doctor_add(d, "clock", DOCTOR_WARN, "chrony などで時計を合わせてください。",
                   "時計が時刻サーバーに合っているか、わかりません。");
    db_args_init(&args);
    db_arg_text(&args, SPAN(DOCTOR_SHEET_ROUTE));
    if (d->req->db == NULL || db_run(d->req->db, &sql_access, &args, &rows, NULL) != ERR_OK)
        return;
    if (db_time(rows, 0, 0) > d->req->now_utc_us + CLOCK_AHEAD_US)
        doctor_add(d, "clock", DOCTOR_BAD, "時計を確かめてください。",
                   "アクセス記録に、いまより先の時刻があります。時計が戻されています。");
    check_sheet_age(d, db_time(rows, 0, 1));
    db_rows_free(&rows);
}

/* ---- disk, keys, log ---- */

static void check_disk(struct doctor *d)
{
    struct space *space = d->req->services->space;
    enum space_level level;

    if (space == NULL)
        return;
    level = space_level_read(space);
    doctor_add(d, "disk",
               level == SPACE_OK           ? DOCTOR_OK
               : level == SPACE_NO_UPLOADS ? DOCTOR_WARN
                                           : DOCTOR_BAD,
               "要らないファイルを消すか、ディスクを大きくしてください。",
               "ディスクは %d %% まで使われています（%s）。", space_used_percent(space),
               space_level_id(level));
}

static void check_keys(struct doctor *d)
{
    struct keyring_status status;
    struct fail fail = {.code = ERR_INTERNAL};

    if (keyring_status_read(d->req->services->keyring, &status, &fail) != ERR_OK) {
        doctor_add(d, "keys", DOCTOR_BAD, "keys ディレクトリを確かめてください。",
                   "鍵の入れ物を読めませんでした。");
        return;
    }
    if (!status.agent_up)
        doctor_add(d, "keys", DOCTOR_BAD, "ibasho-keyd が動いているか確かめてください。",
                   "鍵の番人（ibasho-keyd）が答えません。");
    else if (!status.unlocked)
        doctor_add(d, "keys", DOCTOR_BAD, "鍵の紙のことばで開けてください。",
                   "鍵が開いていません。");
    else
        doctor_add(d, "keys", DOCTOR_OK, "", "鍵は開いています（%zu 本、世代 %" PRIu32 "）。",
                   status.n_keys, status.generation);
    if (strcmp(status.boot, "token") == 0)
        doctor_add(d, "keys-boot", DOCTOR_WARN,
                   "本番では鍵の紙か、都道府県への預けを使ってください。",
                   "再起動のとき、この機械にある控えで鍵が開きます（試用の設定）。");
    if (status.stale_code[0] != '\0')
        doctor_add(d, "keys-sheet", DOCTOR_BAD, "番号の違う紙は使わないでください。",
                   "鍵の紙の取りかえが途中です。番号 %s の紙では開きません。",
                   status.stale_code);
}

static void check_audit(struct doctor *d)
{
    int64_t every_us = conf_int(d->req->services->conf, "audit.checkpoint_every_s") * 1000000LL;
    struct audit_stats stats;

    if (d->req->services->audit == NULL)
        return;
    audit_stats_read(d->req->services->audit, &stats);
    if (stats.is_mismatch)
        doctor_add(d, "audit", DOCTOR_BAD,
                   "ibasho verify log で調べ、記録をそのまま残して監査に知らせてください。",
                   "監査記録が、署名された記録と合いません。書き換えの疑いがあります。");
    else if (!stats.is_signing && dispatch_state(own_read()->dispatch) == NODE_READY)
        doctor_add(d, "audit", DOCTOR_BAD, "ibasho verify log で調べてください。",
                   "監査記録に署名できていません。");
    else if (stats.n_leaves > stats.n_checkpointed && stats.checkpoint_utc_us != 0 &&
             d->req->now_utc_us - stats.checkpoint_utc_us > CHECKPOINT_LAG_N * every_us)
        doctor_add(d, "audit", DOCTOR_WARN, "鍵とデータベースのようすを確かめてください。",
                   "監査記録の署名が遅れています。");
    else
        doctor_add(d, "audit", DOCTOR_OK, "",
                   "監査記録は %" PRIu64 " 件、署名まで済んだものは %" PRIu64 " 件です。",
                   stats.n_leaves, stats.n_checkpointed);
}

/* ---- configuration ---- */

static void check_conf(struct doctor *d)
{
    const struct conf *conf = d->req->services->conf;
    int n = d->n;

    if (conf_bool(conf, "front.plain_http"))
        doctor_add(d, "configuration", DOCTOR_WARN,
                   "本番では front.plain_http を false にしてください。",
                   "暗号化しない http が許されています（試用の設定）。");
    if (conf_bool(conf, "accounts.operator_makes"))
        doctor_add(d, "configuration", DOCTOR_WARN,
                   "本番では accounts.operator_makes を false にしてください。",
                   "教育委員会の承認なしに、運用者がアカウントを作れます（試用の設定）。");
    if (conf_int(conf, "audit.checkpoint_every_s") > 60)
        doctor_add(d, "configuration", DOCTOR_WARN,
                   "audit.checkpoint_every_s を 60 以下にしてください。",
                   "監査記録の署名の間隔が長すぎます。");
    if (conf_text(conf, "keys.copies")[0] == '\0')
        doctor_add(d, "configuration", DOCTOR_WARN,
                   "別のディスクに keys.copies を設定してください。",
                   "鍵の入れ物の控えがありません。");
    if (d->n == n)
        doctor_add(d, "configuration", DOCTOR_OK, "", "設定は安全な値です。");
}

void doctor_run(struct req *req, struct doctor_report *report_out)
{
    static void (*const checks[])(struct doctor * doctor) = {
        check_state,          check_client,           check_keys,          check_gucs,
        check_migrations,     check_writer,           check_jobs,          check_clock,
        check_audit,          doctor_check_backup,    check_disk,          check_conf,
        doctor_check_front,   doctor_check_live,      doctor_check_notify, doctor_check_place,
        doctor_check_support, doctor_check_federation};
    struct doctor *d = arena_alloc(req->arena, sizeof *d);

    *report_out = (struct doctor_report){.level = DOCTOR_BAD};
    if (d == NULL)
        return;
    d->req = req;
    report_out->level = DOCTOR_OK;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        checks[i](d);
    for (int i = 0; i < d->n; i++)
        if (d->checks[i].level > report_out->level)
            report_out->level = d->checks[i].level;
    report_out->checks = (struct jx_list){d->checks, (size_t)d->n};
}
