/* tenants/notify/notify_store.h - the tables notify_notice (what is to go out) and notify_event
 * (what became of it). Threads: as the tx or db that is handed in. */
#ifndef TENANTS_NOTIFY_NOTIFY_STORE_H
#define TENANTS_NOTIFY_NOTIFY_STORE_H

#include "tenants/notify/notify.h"
#include "tenants/notify/notify_receiver_store.h"

struct notice_new {
    enum notify_kind kind;
    struct id cause;
    struct span link;
    int64_t made_utc_us, due_utc_us, give_up_utc_us;
    struct id attachment; /* ID_NONE: none; a webhook never has one */
};
/* To one address; a notice of that cause to it that stands there already is left alone. */
NODISCARD enum err notify_store_add(struct tx *tx, const struct notice_new *notice,
                                    const struct receiver_target *to, struct fail *why);
/* Ends what waits: of a cause (to an account or, ID_NONE, anybody), or of a receiver. */
NODISCARD enum err notify_store_cancel(struct tx *tx, struct id cause, struct id account,
                                       struct id by, int64_t now_utc_us, struct fail *why);
NODISCARD enum err notify_store_drop(struct tx *tx, struct id receiver, struct id by,
                                     int64_t now_utc_us, struct fail *why);

/* ---- sending ---- */

struct notice_due {
    struct id id, receiver, account, attachment;
    enum notify_kind kind;
    bool is_webhook;
    int64_t made_utc_us, give_up_utc_us;
    struct span address_sealed, secret_sealed; /* arena; empty: the receiver is gone */
    int n_tries;                               /* before this one; filled by take */
};
/* The first that is due: by priority (at most priority_most), then by time. without_mail: those
 * by mail are passed over. ERR_NOT_FOUND: none. */
NODISCARD enum err notify_store_next(struct db *db, int priority_most, bool without_mail,
                                     int64_t now_utc_us, struct arena *arena,
                                     struct notice_due *out, struct fail *why);
/* Leases it to holder and counts the try. ERR_NOT_FOUND: it waits no more, or is leased. */
NODISCARD enum err notify_store_take(struct tx *tx, struct notice_due *notice, struct id holder,
                                     int64_t now_utc_us, int64_t lease_until_utc_us,
                                     struct fail *why);
struct notice_outcome {
    struct id id, holder;
    enum notify_state state; /* NOTIFY_WAITING: tried again at due_utc_us */
    const char *event;       /* "sent", "later", "refused", "given_up" */
    int64_t now_utc_us, due_utc_us;
    struct span why;
    int n_try, code;
};
/* With its event and leaf. ERR_NOT_FOUND: the lease is another's, or it was opened or ended
 * meanwhile: then the event alone is kept, and the call is ERR_OK. */
NODISCARD enum err notify_store_outcome(struct tx *tx, const struct notice_outcome *outcome,
                                        struct fail *why);
/* As if this try had never begun: the program ends. */
NODISCARD enum err notify_store_untake(struct tx *tx, struct id notice, struct id holder,
                                       struct fail *why);
/* Leases of other programs end: there is one writer, so whoever held them is gone. */
NODISCARD enum err notify_store_free(struct tx *tx, struct id holder, struct fail *why);
/* Mail goes out again: what waits because it did not is due now. */
NODISCARD enum err notify_store_hurry(struct tx *tx, int64_t now_utc_us, struct fail *why);

/* ---- opening and asking ---- */

struct notice_opened {
    struct id id, account, receiver;
    enum notify_kind kind;
    struct span link; /* arena */
    int64_t made_utc_us;
    int64_t opened_utc_us; /* 0: not yet */
};
NODISCARD enum err notify_store_find(struct db *db, struct id notice, struct arena *arena,
                                     struct notice_opened *out, struct fail *why);
/* Once; is_first_out: this was it. What still waited to be sent has evidently arrived. */
NODISCARD enum err notify_store_open(struct tx *tx, struct id notice, struct id account,
                                     int64_t now_utc_us, bool *is_first_out, struct fail *why);
NODISCARD enum err notify_store_mark(struct tx *tx, struct id cause, struct id account,
                                     int64_t now_utc_us, struct fail *why);
NODISCARD enum err notify_store_is_opened(struct tx *tx, struct id cause, struct id account,
                                          bool *is_out, struct fail *why);
NODISCARD enum err notify_store_receipts(struct db *db, struct id cause, struct arena *arena,
                                         struct notify_receipt **out, size_t *n_out,
                                         struct fail *why);
/* Newest first, older than `before` (ID_NONE: all), at most n_cap. */
NODISCARD enum err notify_store_list(struct db *db, struct id before, int n_cap,
                                     struct arena *arena, struct notify_receipt **out,
                                     size_t *n_out, struct fail *why);
/* Fills the members about rows. */
NODISCARD enum err notify_store_count(struct db *db, int64_t now_utc_us,
                                      struct notify_stats *out, struct fail *why);

#endif
