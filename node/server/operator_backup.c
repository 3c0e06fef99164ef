#include "node/server/operator_backup.h"

#include <inttypes.h>
#include <sys/statvfs.h>

#include "node/base/clock.h"
#include "node/db/backup_index.h"
#include "node/db/backup_state.h"

#define BACKUP_WARN_US (26 * HOUR_US)
#define BACKUP_BAD_US  (7 * DAY_US)
#define LOG_WARN_US    (3 * MINUTE_US) /* and three times the interval */
#define LOG_BAD_US     HOUR_US
#define DRILL_WARN_US  (40 * DAY_US)
#define LEAST_BYTES    (INT64_C(1) << 20)

struct facts {
    bool has_backup, has_state, has_drill, is_full;
    struct backup_entry newest;
    struct backup_wal_state state;
    struct backup_drill drill;
};

/* Looked at here too: on a full disk the archive cannot even say so. */
static bool is_full(const struct req *req, const char *dir)
{
    int64_t least = conf_int(req->services->conf, "backup.reserve_mib") << 20;
    struct statvfs st;

    if (least < LEAST_BYTES)
        least = LEAST_BYTES;
    return statvfs(dir, &st) == 0 && (int64_t)(st.f_bavail * st.f_frsize) < least;
}

static void facts_read(const struct req *req, struct facts *f)
{
    const char *dir = backup_dir_of(req->services->conf, req->arena);
    struct backup_list all;

    *f = (struct facts){.has_backup = false};
    if (dir == NULL)
        return;
    f->has_backup = backup_index_read(req->arena, dir, &all, NULL) == ERR_OK && all.n > 0;
    if (f->has_backup)
        f->newest = all.at[all.n - 1];
    f->has_state = backup_wal_state_read(req->arena, dir, &f->state, NULL) == ERR_OK;
    f->is_full = is_full(req, dir);
    f->has_drill = backup_drill_read(req->arena, dir, &f->drill, NULL) == ERR_OK;
}

static void check_last(struct doctor *d, const struct facts *f)
{
    int64_t age_us = d->req->now_utc_us - f->newest.at_utc_us;

    if (!f->has_backup)
        doctor_add(d, "backup", DOCTOR_WARN,
                   "毎日のバックアップ（ibasho backup）を設定してください。",
                   "バックアップがありません。");
    else if (age_us > BACKUP_WARN_US)
        doctor_add(d, "backup", age_us > BACKUP_BAD_US ? DOCTOR_BAD : DOCTOR_WARN,
                   "バックアップが止まった理由を調べてください。",
                   "最後のバックアップから %" PRId64 " 時間たちました。", age_us / HOUR_US);
    else
        doctor_add(d, "backup", DOCTOR_OK, "", "最後のバックアップは一日以内のものです。");
}

/* What stands in the way of the archive, and what to do. */
static const struct {
    enum doctor_level level;
    const char *text, *next;
} troubles[BACKUP_TROUBLE_N] = {
    [BACKUP_FINE] = {DOCTOR_OK, "", ""},
    [BACKUP_NO_BASE] = {DOCTOR_OK, "", ""},
    [BACKUP_GAP] = {DOCTOR_BAD,
                    "書き込みの記録が途切れています。最後の控えより後には戻せません。",
                    "ibasho backup で新しい控えを取ってください。そこからまたつながります。"},
    [BACKUP_LOCKED] = {DOCTOR_BAD, "鍵が開いていないため、書き込みの記録を控えに移せません。",
                       "鍵の紙のことばで開けてください。"},
    [BACKUP_DISK] = {DOCTOR_BAD, "控えを置くディスクに空きがなく、書き込みの記録を移せません。",
                     "backup.dir のディスクを空けてください。早ければ、記録は途切れません。"},
    [BACKUP_AWAY] = {DOCTOR_WARN, "書き込みの記録を移す役が、データベースにつながりません。",
                     "log/archive.log と log/postgres.log を見てください。"},
    [BACKUP_BROKEN] = {DOCTOR_BAD, "書き込みの記録を控えに移せません。",
                       "log/archive.log を見てください。"},
};

static void check_log(struct doctor *d, const struct facts *f)
{
    int64_t late_us = 3 * SECOND_US * conf_int(d->req->services->conf, "backup.wal_every_s");
    int64_t age_us = d->req->now_utc_us - f->state.through_utc_us;

    int trouble =
        f->is_full && f->state.trouble == BACKUP_FINE ? BACKUP_DISK : f->state.trouble;

    if (!f->has_backup)
        return;
    if (!f->has_state)
        doctor_add(d, "backup-log", DOCTOR_WARN, "ibasho-archive が動いているか見てください。",
                   "書き込みの記録が控えに移されていません。");
    else if (troubles[trouble].level != DOCTOR_OK)
        doctor_add(d, "backup-log", troubles[trouble].level, troubles[trouble].next, "%s",
                   troubles[trouble].text);
    else if (age_us > LOG_WARN_US && age_us > late_us)
        doctor_add(d, "backup-log", age_us > LOG_BAD_US ? DOCTOR_BAD : DOCTOR_WARN,
                   "ibasho-archive が動いているか、log/archive.log を見てください。",
                   "書き込みの記録は %" PRId64 " 分前までしか控えに移っていません。",
                   age_us / MINUTE_US);
    else
        doctor_add(d, "backup-log", DOCTOR_OK, "",
                   "書き込みの記録は %" PRId64 " 秒前まで控えに移っています。",
                   age_us < 0 ? 0 : age_us / SECOND_US);
}

static void check_drill(struct doctor *d, const struct facts *f)
{
    int64_t days = (d->req->now_utc_us - f->drill.at_utc_us) / DAY_US;

    if (!f->has_backup)
        return;
    if (!f->has_drill)
        doctor_add(d, "drill", DOCTOR_WARN,
                   "ibasho drill で、控えから戻せることを確かめてください。",
                   "控えから戻す訓練を、まだしていません。");
    else if (!f->drill.is_good)
        doctor_add(d, "drill", DOCTOR_BAD,
                   "理由を直し、ibasho drill をもう一度行ってください。",
                   "%" PRId64 " 日前の訓練では、控えから戻せませんでした: %.*s", days,
                   SPAN_ARG(f->drill.text));
    else
        doctor_add(d, "drill", days * DAY_US > DRILL_WARN_US ? DOCTOR_WARN : DOCTOR_OK,
                   "ibasho drill で、控えから戻せることを確かめてください。",
                   "%" PRId64 " 日前の訓練で、控えから戻せることを確かめました。", days);
}

void doctor_check_backup(struct doctor *d)
{
    struct facts f;

    facts_read(d->req, &f);
    check_last(d, &f);
    check_log(d, &f);
    check_drill(d, &f);
}

/* ---- /metrics ---- */

static void gauge(struct text *text, const char *name, const char *help, int64_t value)
{
    text_add(text, "# TYPE ibasho_%s gauge\n# HELP ibasho_%s %s\nibasho_%s %" PRId64 "\n", name,
             name, help, name, value);
}

void operator_backup_metrics(const struct req *req, struct text *text)
{
    struct facts f;

    facts_read(req, &f);
    if (f.has_backup)
        gauge(text, "backup_last_seconds", "When the last backup was taken, UTC.",
              f.newest.at_utc_us / SECOND_US);
    if (f.has_state) {
        gauge(text, "backup_log_through_seconds",
              "Everything committed until then is in the archive, UTC.",
              f.state.through_utc_us / SECOND_US);
        gauge(text, "backup_log_trouble", "0: the log is being archived.",
              f.state.trouble == BACKUP_NO_BASE ? 0 : f.state.trouble);
    }
    if (f.has_drill) {
        gauge(text, "drill_last_seconds", "When a restore was last rehearsed, UTC.",
              f.drill.at_utc_us / SECOND_US);
        gauge(text, "drill_good", "1: the restore was whole.", f.drill.is_good);
    }
}
