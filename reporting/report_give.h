/* reporting/report_give.h - a report, weekly or monthly, given to those who are to have it: on
 * the screen, and to who wants it as an encrypted file by mail too, whose password he sees on
 * the screen (AI-4.6-1, AI-4.6-3). Threads: the job thread's.  Owns: nothing. */
#ifndef REPORTING_REPORT_GIVE_H
#define REPORTING_REPORT_GIVE_H

#include "node/base/job.h"
#include "node/base/route.h"
#include "node/io/zip.h"
#include "reporting/weekly_delivery_store.h"

#define REPORT_FILES_N 2

struct report_give {
    const struct job_call *call;
    enum report_kind kind;
    struct id report;
    int64_t until_utc_us; /* to those who were receivers by then */
    const char *page;     /* of the client: a notice's link is page/report */
    /* Its files as that reader may have them; names and bytes in the call's arena. */
    enum err (*files)(const struct report_give *give, const struct caller *reader,
                      struct zip_entry files_out[REPORT_FILES_N], struct fail *why);
    const void *arg; /* of files */
};
/* Harmless to repeat: who has it gets nothing twice. An encrypted file is made for those who
 * want mail and have a registered address; without one, or when the file would be too large for
 * a mail, they open it in the system. */
NODISCARD enum err report_give_all(const struct report_give *give, struct fail *why);
/* Files of deliveries that nothing waits for any more go. */
NODISCARD enum err report_give_clear(const struct job_call *call, struct fail *why);

#endif
