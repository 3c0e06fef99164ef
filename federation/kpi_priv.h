/* federation/kpi_priv.h - what kpi_*.c share of a release on its way. Nothing outside this
 * folder includes it. */
#ifndef FEDERATION_KPI_PRIV_H
#define FEDERATION_KPI_PRIV_H

#include "federation/federation_priv.h"
#include "federation/kpi.h"
#include "federation/kpi_release.h"

/* ---- between nodes ---- */

struct kpi_ask_body {
    struct span month;
    struct jx_texts cuts; /* by what the figures are parted */
    int64_t has;          /* the newest revision that is there; 0: none */
};
#define KPI_ASK_STATES "absent|sent|withdrawn"
enum kpi_ask_state { KPI_ASK_ABSENT, KPI_ASK_SENT, KPI_ASK_WITHDRAWN };
struct kpi_ask_answer {
    int state;
    int64_t revision; /* 0: absent */
};
extern const struct jx_shape kpi_ask_shape, kpi_ask_answer_shape;

#define KPI_KINDS_N 2
extern const struct fed_kind kpi_kinds[KPI_KINDS_N];
extern const struct fed_kind *const kpi_kind_release, *const kpi_kind_ask;

/* ---- making a release ---- */

#define KPI_COORDINATORS_MOST 8
struct kpi_sending {
    struct federation *federation;
    struct kpi_sent sent;
    struct kpi_sent_cell *cells;
    size_t n;
    struct span body;
    struct id to[KPI_COORDINATORS_MOST], ops[KPI_COORDINATORS_MOST];
    int n_to;
    const char *refusal; /* of ERR_CONFLICT: "sent-already" ... */
};
struct kpi_order {
    struct id id;
    int64_t month_utc_us;
    enum kpi_release_kind kind;
    struct jx_texts taken;
    struct span reason;
    struct id by; /* ID_NONE: the node */
    int64_t now_utc_us;
};
/* Whether this node gives figures to anybody, and to whom. */
enum kpi_state { KPI_CAN, KPI_NO_REGISTRY, KPI_NO_ROLE, KPI_NO_COORDINATOR };
#define KPI_STATES "can|no-registry|no-role|no-coordinator"
enum kpi_state kpi_send_state(struct federation *federation, int64_t now_utc_us,
                              struct kpi_sending *out, int64_t *contract_from_utc_us_out);
/* Everything that needs no transaction: what would go out, bytes and all. ERR_NOT_FOUND: that
 * month was not counted. ERR_CONFLICT: out->refusal says why not. ERR_INVALID, field "/kpis".
 * ERR_PROTO: the cells are not what was counted. */
NODISCARD enum err kpi_send_prepare(struct db *db, struct federation *federation,
                                    const struct kpi_order *order, struct arena *arena,
                                    struct kpi_sending *out, struct fail *why);
/* On the writer's thread; the same id again does nothing. ERR_CONFLICT: somebody was faster. */
NODISCARD enum err kpi_send_run(struct tx *tx, struct kpi_sending *sending, struct fail *why);
/* What went out before, from its rows. */
NODISCARD enum err kpi_send_again(struct tx *tx, struct federation *federation,
                                  const struct kpi_sent *sent, struct id op, struct id to,
                                  int64_t now_utc_us, struct fail *why);

#endif
