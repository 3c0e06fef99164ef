/* reporting/weekly_delivery_store.h - the tables report_receiver (a commissioner's decisions
 * who is to receive which kind of report, weekly or monthly, and how), weekly_delivery (one
 * report of either kind for one receiver) and weekly_step (given, opened: leaves). Nobody opens
 * a report without a delivery of it that is his, and while he is no receiver of its kind any
 * more (AI-4.6-3). Threads: as the tx or db that is handed in; what is read lives in the arena.
 */
#ifndef REPORTING_WEEKLY_DELIVERY_STORE_H
#define REPORTING_WEEKLY_DELIVERY_STORE_H

#include "node/base/role.h"
#include "node/db/writer.h"

enum report_kind { REPORT_WEEKLY, REPORT_MONTHLY };
#define REPORT_KINDS "weekly|monthly"
enum weekly_way { WEEKLY_SCREEN, WEEKLY_MAIL };
#define WEEKLY_WAYS            "screen|mail"
#define WEEKLY_RECEIVERS_MOST  64
#define WEEKLY_DELIVERY_TABLE  "weekly_delivery" /* of struct seal_place */
#define WEEKLY_DELIVERY_COLUMN "password_sealed"
/* Who can be designated for the weekly report: whose view of the pupils section 0 of the
 * register gives them; for the monthly one, which is of the contract and of nobody's own
 * pupils. */
#define WEEKLY_READERS \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_SCHOOL_STAFF))
#define MONTHLY_READERS (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

/* One decision; as read, the newest of its account for its kind of report. */
struct weekly_receiver {
    struct id id, account, by;
    enum report_kind report;
    int64_t at_utc_us;
    enum weekly_way way;
    bool is_on;
    enum role by_role;
    /* As read: of the account now. */
    enum role role;
    struct id school;
    bool is_usable; /* active */
};
/* With its leaf. ERR_INVALID ("/account"): not active or of no role that may read it;
 * ERR_TOO_LARGE: WEEKLY_RECEIVERS_MOST are on; ERR_CONFLICT: the id is taken. */
NODISCARD enum err weekly_receiver_decide(struct tx *tx, const struct weekly_receiver *decision,
                                          struct fail *why);
/* Newest decision of each account, those that are off too. */
NODISCARD enum err weekly_receiver_list(struct db *db, enum report_kind kind,
                                        struct arena *arena, struct weekly_receiver **out,
                                        size_t *n_out, struct fail *why);
/* Those on, active, and without a delivery of that report of that kind; decided before until.
 */
NODISCARD enum err weekly_receiver_due(struct db *db, enum report_kind kind, struct id report,
                                       int64_t until_utc_us, struct arena *arena,
                                       struct weekly_receiver **out, size_t *n_out,
                                       struct fail *why);

struct weekly_delivery {
    struct id id, report, account;
    enum report_kind kind; /* of the report */
    enum weekly_way way;
    int64_t made_utc_us, n_addresses;
    struct id file;              /* ID_NONE: none, or sent */
    struct span password_sealed; /* empty: none, or shown */
    /* As read. */
    int64_t sent_utc_us, opened_utc_us; /* 0: not yet */
    bool is_failed;                     /* every mail of it ended without being sent */
    bool is_receiver;                   /* its account is one now */
};
/* With its step. ERR_CONFLICT: it was given before. */
NODISCARD enum err weekly_delivery_add(struct tx *tx, const struct weekly_delivery *delivery,
                                       struct fail *why);
/* Of those reports, by report and time. */
NODISCARD enum err weekly_delivery_list(struct db *db, const struct id *reports, size_t n,
                                        struct arena *arena, struct weekly_delivery **out,
                                        size_t *n_out, struct fail *why);
/* ERR_NOT_FOUND: no such report, never given to that account, or it is no receiver now. */
NODISCARD enum err weekly_delivery_find(struct db *db, struct id report, struct id account,
                                        struct arena *arena, struct weekly_delivery *out,
                                        struct fail *why);
/* The password is gone from here on. ERR_NOT_FOUND: it was already. */
NODISCARD enum err weekly_delivery_forget(struct tx *tx, struct id delivery, struct fail *why);
/* Those with a file that nothing waits for any more, at most 100. */
NODISCARD enum err weekly_delivery_spent(struct db *db, struct arena *arena,
                                         struct weekly_delivery **out, size_t *n_out,
                                         struct fail *why);
NODISCARD enum err weekly_delivery_drop_file(struct tx *tx, struct id delivery,
                                             struct fail *why);

enum weekly_step {
    WEEKLY_GIVEN,
    WEEKLY_MAILED,
    WEEKLY_PDF,
    WEEKLY_CSV,
    WEEKLY_XLSX,
    WEEKLY_PASSWORD,
};
#define WEEKLY_STEPS "given|mailed|pdf|csv|xlsx|password"
NODISCARD enum err weekly_step_add(struct tx *tx, struct id report, struct id account,
                                   enum weekly_step step, int64_t now_utc_us, struct fail *why);

#endif
