/* tenants/watch/watch.h - how many children's records one account may open (NI-2.3.4-2c,
 * NI-T3-10: bulk download [不正ダウンロード検知]). Counted are different persons within ten
 * minutes and within a day, apart for records (a person's own page) and for names (the rows of
 * lists, of slips): settings watch.reads_*, watch.names_*. What would go over is refused (429
 * reading-budget) before anything of it is shown, and a notice stands for auditor and
 * commissioner. It steps back by itself as the window passes. Over days, a job counts the
 * different persons whose records an account opened (watch.slow_*) and gives notice.
 *
 * The counts live in memory and are made again from the access record when an account is first
 * seen: a restart refills no budget, for an answer only leaves after its record is committed.
 * Threads: any. One lock, held for a look into memory, and for one query when an account is
 * first seen, so that requests side by side cannot both take the last place. */
#ifndef TENANTS_WATCH_WATCH_H
#define TENANTS_WATCH_WATCH_H

#include "node/base/route.h"
#include "node/db/settings.h"
#include "node/db/writer.h"

enum watch_kind { WATCH_RECORDS, WATCH_NAMES };

struct watch;

struct watch_conf {
    struct writer *writer;
    struct settings *settings;
};
NODISCARD enum err watch_open(const struct watch_conf *conf, struct watch **watch_out,
                              struct fail *why);
void watch_close(struct watch **watch);

/* For a handler that is about to show n persons (n may be 0), before it does: on the worker's
 * thread, its row with an audit class. True: go on; they stand in the access record
 * (WATCH_RECORDS of one person: req->person; else req->shown). False: it has been answered.
 * Students and guardians, who see none but their own, and the operator are not counted;
 * neither is oneself. */
NODISCARD bool watch_spend(struct req *req, enum watch_kind kind, const struct id *persons,
                           size_t n);

/* The same for lists in which some stand who are not in the register yet (rows of an uploaded
 * package): the first n_on_record of persons are; the others, under ids that the caller makes
 * so that the same row is the same id, only count. */
NODISCARD bool watch_spend_new(struct req *req, enum watch_kind kind, const struct id *persons,
                               size_t n, size_t n_on_record);
/* For a handler that is about to hand out the whole register: no budget, but a notice of it
 * each time; then go_on(arg), which answers, on the writer's thread. Or it has been answered.
 * The operator, who has no account, stands in the access record alone. */
void watch_export(struct req *req, size_t n_persons, void (*go_on)(void *arg), void *arg);

/* ---- what watch_spend is made of ---- */

struct watch_ask {
    struct id account;
    enum watch_kind kind;
    const struct id *persons;
    size_t n;
    int64_t now_utc_us;
};
/* Which rule was passed. */
struct watch_over {
    const char *notice; /* "burst" or "day" */
    const struct setting *rule;
    int64_t n_most, n_persons, window_s; /* n_persons: with those asked for */
};
/* ERR_RATE: over, as over_out says; nothing was counted. */
NODISCARD enum err watch_count(struct watch *watch, struct db *db, const struct watch_ask *ask,
                               struct watch_over *over_out, struct fail *why);

#endif
