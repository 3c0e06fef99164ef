/* tenants/watch/watch_store.h - the tables of watching, and what the access record says of
 * reads. Threads: the connection's; watch_store_add and watch_store_see on the writer's. */
#ifndef TENANTS_WATCH_WATCH_STORE_H
#define TENANTS_WATCH_WATCH_STORE_H

#include "node/db/writer.h"
#include "tenants/watch/watch.h"

/* A person whose record (or name in a list) an account was shown, and when last. */
struct watch_read {
    struct id person;
    int64_t last_utc_us;
    enum watch_kind kind;
};
/* Of one account since then, each person and kind once; in the arena. */
NODISCARD enum err watch_store_past(struct db *db, struct id account, int64_t since_utc_us,
                                    struct arena *arena, struct watch_read **reads_out,
                                    size_t *n_out, struct fail *why);

struct watch_notice {
    struct id id, account;
    struct span kind, rule;
    int64_t at_utc_us, n_persons, window_s;
};
/* A row and its leaf, unless the account has a notice of that kind from within its window. */
NODISCARD enum err watch_store_add(struct tx *tx, const struct watch_notice *notice,
                                   struct fail *why);

struct watch_slow {
    struct id account;
    int64_t n_persons;
};
/* Accounts that opened more than n_most different persons' records since then. */
NODISCARD enum err watch_store_slow(struct db *db, int64_t since_utc_us, int64_t n_most,
                                    struct arena *arena, struct watch_slow **out, size_t *n_out,
                                    struct fail *why);

/* As listed for one reader. */
struct watch_listed {
    struct watch_notice notice;
    struct span role;    /* of the account; empty when it is gone */
    int64_t seen_utc_us; /* by this reader; 0: not yet */
    int64_t n_seen;      /* by how many readers */
};
/* Newest first, older than `before` (ID_NONE: all), at most n_cap; in the arena. */
NODISCARD enum err watch_store_list(struct db *db, struct id reader, struct id before,
                                    int n_cap, struct arena *arena, struct watch_listed **out,
                                    size_t *n_out, struct fail *why);
/* Whose doings a notice is about. ERR_NOT_FOUND. */
NODISCARD enum err watch_store_account(struct db *db, struct id notice, struct id *account_out,
                                       struct fail *why);
/* A row and its leaf; again by the same reader adds nothing. */
NODISCARD enum err watch_store_see(struct tx *tx, struct id notice, struct id reader,
                                   int64_t at_utc_us, struct fail *why);

#endif
