/* node/server/doctor.h - what is wrong with this node, in plain sentences and with the next
 * step. Each check looks at the real thing: the server's own settings, the certificate the
 * front shows, the bytes left on the disk. Threads: on a worker, inside a request. It may take
 * some seconds when parts are away. */
#ifndef NODE_SERVER_DOCTOR_H
#define NODE_SERVER_DOCTOR_H

#include "node/base/route.h"
#include "node/base/stmt.h"

/* Whose access record says that somebody proved the printed sheet. */
#define DOCTOR_SHEET_ROUTE "keys.check"

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_BAD };

/* One finding. */
struct doctor_check {
    struct span name; /* "disk" */
    int level;        /* enum doctor_level */
    struct span text; /* what is, in Japanese */
    struct span next; /* what to do; empty when all is well */
};

/* The answer of GET /api/v1/admin/doctor; `ibasho doctor` reads it by the same shape. */
struct doctor_report {
    int level;             /* the worst */
    struct jx_list checks; /* of struct doctor_check */
};
extern const struct jx_shape doctor_report_shape;

#define DOCTOR_STMTS_N 2
extern const struct stmt *const doctor_stmts[DOCTOR_STMTS_N];

#define DOCTOR_CHECKS_MAX 48
struct doctor {
    struct req *req;
    int n;
    struct doctor_check checks[DOCTOR_CHECKS_MAX];
};

/* Adds a finding; beyond DOCTOR_CHECKS_MAX none. next is static text. */
void doctor_add(struct doctor *doctor, const char *name, enum doctor_level level,
                const char *next, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* All checks. The report lives in the request's arena. */
void doctor_run(struct req *req, struct doctor_report *report_out);

/* A row front.*_url, and the front at front.bind. False: not an address; -1: no answer. */
struct doctor_place {
    char host[256];
    uint16_t port;
    bool is_https;
};
bool doctor_read_url(const char *url, struct doctor_place *place);
int doctor_connect(const char *bind, uint16_t port);
/* doctor_front.c: does the front answer, and until when is its certificate good? */
void doctor_check_front(struct doctor *doctor);
/* doctor_live.c: is the front's /ws our realtime server, and how full and how late is it? */
void doctor_check_live(struct doctor *doctor);
/* doctor_notify.c: do notices leave the node? */
void doctor_check_notify(struct doctor *doctor);
/* doctor_federation.c: is the node one of a federation, and does what it owes others get there?
 */
void doctor_check_federation(struct doctor *doctor);
/* doctor_support.c: is anybody on duty, does a call wait? */
void doctor_check_support(struct doctor *doctor);

#endif
