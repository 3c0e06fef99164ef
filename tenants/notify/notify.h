/* tenants/notify/notify.h - notices out: a mail or a webhook that says "there is something new,
 * please open the list" and nothing else (register AI-4.6-1, AI-4.6-2, AI-4.6-3,
 * AI-4.4-カ-ハ-1b, NI-2.3-b2). A feature puts one in the transaction of its cause; a thread of
 * this folder sends it, again and again until the other side took it, for a day at most; the
 * link in it leads, once its own reader has signed in, to the page the feature named, and
 * records that it was opened.
 *
 * What goes out holds no personal data: subject and text are fixed words (notify_kinds.c) and a
 * link; of a report that a receiver has by mail also a file, encrypted, its password never in
 * it. Only registered addresses receive anything: confirmed by a commissioner, then proved by
 * the account whose address it is, who opened the link that was sent there.
 *
 * Sent at least once: whoever kills the node between the mail server's yes and our COMMIT makes
 * it say the same again, with the same Message-ID and date (webhook: the same Ibasho-Notice),
 * by which the receiving side can fold the two.
 *
 * Threads: notify_put, notify_cancel, notify_mark_opened on the writer's thread; the receipts
 * on any, over the caller's own connection; the rest any. */
#ifndef TENANTS_NOTIFY_NOTIFY_H
#define TENANTS_NOTIFY_NOTIFY_H

#include <stdatomic.h>

#include "node/base/services.h"
#include "node/db/writer.h"

enum notify_kind {
    NOTIFY_SOS,      /* a child calls for help */
    NOTIFY_INCIDENT, /* high urgency or severity */
    NOTIFY_REPORT,   /* a weekly or monthly report is there */
    NOTIFY_ACCOUNT,  /* of notify itself: proves an address */
    NOTIFY_TEST,     /* of notify itself: somebody wanted to see one come */
    NOTIFY_KIND_N
};
/* One kind: a row of the one table of words. */
struct notify_words {
    const char *id;     /* "sos", as in tables and JSON */
    int priority;       /* the smaller goes first; 0 and 1 have a thread of their own */
    bool may_be_chosen; /* a receiver is registered for it; the others reach everybody */
    const char *subject_ja, *body_ja; /* whole; a link follows */
};
const struct notify_words *notify_words(enum notify_kind kind);
extern const char notify_tail_ja[];     /* below the link of each */
extern const char notify_attached_ja[]; /* instead, with a file */
NODISCARD enum err notify_kind_parse(struct span id, enum notify_kind *kind_out,
                                     struct fail *why);

#define NOTIFY_ACCOUNTS_MOST 64
#define NOTIFY_LINK_MOST     100

/* To whom, of what, leading where. */
struct notify_post {
    enum notify_kind kind;
    struct id cause; /* of the SOS, incident, report; the same one to the same receiver is
                        made once, however often it is put */
    const struct id *accounts; /* to every address of these that takes this kind; NULL: of
                                  everybody who takes it */
    size_t n_accounts;         /* at most NOTIFY_ACCOUNTS_MOST */
    const char *link;  /* page of the client, "" my page: [a-z0-9_/-], no person's name */
    int64_t at_utc_us; /* not before; 0: now */
    int64_t now_utc_us;
    struct id
        attachment; /* file (node/db/files.h) that goes with the mails of it, for one account:
                       a ZIP, encrypted by who made it, of at most NET_MAIL_FILE_MOST
                       bytes, kept until no notice with it waits; ID_NONE: none */
    int n_made; /* filled: addresses it is on its way to, those from an earlier put included.
                   0: nobody of these can be reached; whoever escalates goes on at once */
};
/* Inside an operation's run: the notice exists if and only if it commits. ERR_INVALID: link. */
NODISCARD enum err notify_put(struct tx *tx, struct notify_post *post, struct fail *why);
/* From that operation's done: sends now instead of within two seconds. NULL does nothing. */
void notify_wake(struct notify *notify);
/* What of this cause has not gone out yet to that account (ID_NONE: anybody) is not needed any
 * more: somebody answered. by: who did. */
NODISCARD enum err notify_cancel(struct tx *tx, struct id cause, struct id account,
                                 struct id by, int64_t now_utc_us, struct fail *why);
/* The account has seen what this cause is about, by another way than the link (the list on a
 * screen): its notices count as opened. */
NODISCARD enum err notify_mark_opened(struct tx *tx, struct id cause, struct id account,
                                      int64_t now_utc_us, struct fail *why);

enum notify_state {
    NOTIFY_WAITING,
    NOTIFY_SENT,     /* taken over by the receiver's side; nobody has read it by that */
    NOTIFY_REFUSED,  /* for ever */
    NOTIFY_GIVEN_UP, /* after a day of trying */
    NOTIFY_CANCELLED,
    NOTIFY_STATE_N
};
#define NOTIFY_STATE_CHOICES "waiting|sent|refused|given_up|cancelled"

/* One notice, one receiver. */
struct notify_receipt {
    struct id id, receiver, account, cause;
    enum notify_kind kind;
    enum notify_state state;
    bool is_webhook;
    int64_t made_utc_us;
    int64_t due_utc_us;    /* next try, while waiting */
    int64_t ended_utc_us;  /* 0: waiting */
    int64_t opened_utc_us; /* 0: not yet */
    int n_tries, code;     /* code: what the other side said last */
    struct span why;       /* id of an enum net_why, "" none, or "key": the address is sealed
                              for ever */
};
/* Of one cause, in the order made: what escalation asks ("was it sent, was it read?"). */
NODISCARD enum err notify_receipts(struct db *db, struct id cause, struct arena *arena,
                                   struct notify_receipt **out, size_t *n_out,
                                   struct fail *why);
/* The same inside an operation, shorter: has the account opened a notice of this cause? */
NODISCARD enum err notify_is_opened(struct tx *tx, struct id cause, struct id account,
                                    bool *is_out, struct fail *why);

/* ---- for node/server/parts.c and what tells operators ---- */

struct notify_conf {
    const struct services *services; /* writer, keyring, net, conf */
    struct db_conf db;
    const struct stmt_table *stmts;
};
/* Two threads, each with a read connection of its own. */
NODISCARD enum err notify_open(const struct notify_conf *conf, struct notify **notify_out,
                               struct fail *why);
/* Ends attempts under way within a second or so; what waits stays in its rows. Before the
 * writer stops. */
void notify_close(struct notify **notify);

struct notify_stats {
    bool has_mail;    /* a mail server is configured */
    const char *down; /* why mail does not go out just now (net_why_id); NULL: it does, or
                         nothing was tried since the start */
    uint64_t n_accepted, n_later, n_refused, n_given_up; /* since the start of this program */
    int64_t n_waiting, n_late; /* rows; late: due for more than five minutes */
    int64_t oldest_utc_us;     /* made; 0: none waits */
    int64_t n_failed_week;     /* refused or given up within seven days */
};
NODISCARD enum err notify_stats_read(struct notify *notify, struct db *db, int64_t now_utc_us,
                                     struct notify_stats *out, struct fail *why);

#endif
