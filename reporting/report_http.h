/* reporting/report_http.h - what the routes of the weekly and the monthly report share: who is
 * told to whom one went and whether it was opened, finding one's own, the password of a mailed
 * file, shown once. Threads: the request's; report_opened on the writer's.  Owns: nothing; all
 * in the request's arena. */
#ifndef REPORTING_REPORT_HTTP_H
#define REPORTING_REPORT_HTTP_H

#include "node/base/route.h"
#include "reporting/weekly_delivery_store.h"
#include "tenants/people/people_index.h"

#define REPORT_LISTENERS (LISTENER_PUBLIC | LISTENER_OFFICE)
/* Who sees to whom it went and whether it was opened; the report itself only receivers. */
#define REPORT_DESK (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
bool report_is_desk(const struct req *req);

/* Names of colleagues, counted as names shown (tenants/watch). NULL: it has been answered. */
struct people *report_names_ref(struct req *req, const struct id *accounts, size_t n);
/* The same of whom the caller may see in those deliveries. */
struct people *report_people_ref(struct req *req, const struct weekly_delivery *given,
                                 size_t n);
/* "" when not known; copied into the request's arena. */
struct span report_name_of(const struct people *people, struct id account, struct req *req);

extern const struct jx_shape report_delivery_shape; /* of the items of deliveries */
struct report_showing {
    struct req *req;
    const struct people *people;
    const struct weekly_delivery *given; /* of several reports */
    size_t n_given;
};
struct report_shown {
    struct jx_list deliveries; /* whoever is no desk sees only what is his own */
    bool is_mine, has_password;
};
/* false: no memory. */
bool report_show(const struct report_showing *showing, struct id report,
                 struct report_shown *out);

/* How a kind of report is looked up. */
struct report_source {
    enum err (*find)(struct db *db, struct id report, void *out, struct fail *why);
};
/* The report of the path and the caller's delivery of it; req->object is set. Never there, not
 * given to this account, taken off meanwhile: the same bytes, and the same statements. */
NODISCARD enum err report_find_mine(struct req *req, const struct report_source *source,
                                    void *report_out, struct weekly_delivery *delivery_out,
                                    struct fail *why);
/* In the run of an operation: it was opened. */
NODISCARD enum err report_opened(struct tx *tx, const struct req *req,
                                 const struct weekly_delivery *delivery, enum weekly_step step,
                                 struct fail *why);
/* 409: it is not what was made. */
void report_reply_altered(struct req *req);

/* The password of one's mailed file, once; report: room for what it finds. */
void report_show_password(struct req *req, const struct report_source *source, void *report);
extern const struct jx_shape report_password_shape;

#endif
