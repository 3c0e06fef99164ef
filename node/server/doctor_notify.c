/* Notices out: is there a mail server, does it take them, does anything wait too long? */
#include <inttypes.h>

#include "node/server/doctor.h"
#include "tenants/notify/notify.h"

void doctor_check_notify(struct doctor *d)
{
    struct notify_stats stats;

    if (d->req->services->notify == NULL || d->req->db == NULL ||
        notify_stats_read(d->req->services->notify, d->req->db, d->req->now_utc_us, &stats,
                          NULL) != ERR_OK)
        return;
    if (!stats.has_mail)
        doctor_add(d, "notify", DOCTOR_WARN,
                   "net.mail_host と net.mail_from に、メールサーバーを設定してください。",
                   "お知らせのメールは送られません（設定がありません）。待ちは %" PRId64
                   " 件です。",
                   stats.n_waiting);
    else if (stats.down != NULL)
        doctor_add(d, "notify", DOCTOR_BAD,
                   "net.mail_ で始まる設定と、log/node.log の notify. の行を見てください。",
                   "お知らせのメールが送れません（%s）。待ちは %" PRId64 " 件です。",
                   stats.down, stats.n_waiting);
    else if (stats.n_late > 0)
        doctor_add(d, "notify", DOCTOR_WARN, "画面の「お知らせの送り先」で理由を見てください。",
                   "5分よりおくれているお知らせが %" PRId64 " 件あります。", stats.n_late);
    else if (stats.n_failed_week > 0)
        doctor_add(d, "notify", DOCTOR_WARN, "画面の「お知らせの送り先」で理由を見てください。",
                   "7日のうちに送れなかったお知らせが %" PRId64 " 件あります。",
                   stats.n_failed_week);
    else
        doctor_add(d, "notify", DOCTOR_OK, "",
                   "お知らせは送られています（待ち %" PRId64 " 件）。", stats.n_waiting);
}
