/* federation/kpi_store.h - figures given to the prefecture. At the node: tables kpi_release (a
 * leaf), kpi_release_cell (exactly what was sent) and kpi_release_peer (to whom, and what came
 * of it). At the coordinator: fed_kpi (a leaf), fed_kpi_cell (numbers as they came) and
 * fed_kpi_ask (what it asked for). A number that is hidden is in none of them (CARD-5, CARD-7).
 * Threads: as the tx or db.  Owns: nothing; texts and lists live in the arena. */
#ifndef FEDERATION_KPI_STORE_H
#define FEDERATION_KPI_STORE_H

#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"
#include "node/db/hash256.h"
#include "node/db/writer.h"
#include "reporting/kpi/kpi_def.h"

/* send: the first revision. correct: hides more than the one before. withdraw: the last one,
 * without cells. */
enum kpi_release_kind { KPI_SEND, KPI_CORRECT, KPI_WITHDRAW };
#define KPI_RELEASE_KINDS "send|correct|withdraw"

/* ---- at the node ---- */

/* Why a number stands there or does not; the first three as enum kpi_shown. */
enum kpi_sent_shown { KPI_SENT_SHOWN, KPI_SENT_SMALL, KPI_SENT_COMPLEMENT, KPI_SENT_TAKEN };
#define KPI_SENT_SHOWNS   "shown|small|complement|taken"
#define KPI_RELEASE_CELLS (KPI_DEFS_N * KPI_PARTS_N) /* at most */

struct kpi_sent_cell {
    struct span kpi;
    enum kpi_part part;
    enum kpi_sent_shown shown;
    int64_t num, den; /* 0 unless shown */
};
struct kpi_sent {
    struct id id, month; /* month: kpi_month.id */
    int64_t month_utc_us, version, revision;
    enum kpi_release_kind kind;
    int64_t k, registry_seq, made_utc_us;
    struct id by;       /* ID_NONE: by itself */
    struct span reason; /* "" of a send */
    struct hash256 sum;
};
/* The row, its cells and its leaf. ERR_CONFLICT: that revision is there. */
NODISCARD enum err kpi_sent_add(struct tx *tx, const struct kpi_sent *sent,
                                const struct kpi_sent_cell *cells, size_t n, struct fail *why);
/* The newest revision of a month. ERR_NOT_FOUND. Exactly one of tx and db. */
NODISCARD enum err kpi_sent_last(struct tx *tx, struct db *db, int64_t month_utc_us,
                                 struct arena *arena, struct kpi_sent *out, struct fail *why);
/* The first one: everything that was ever sent of that month. ERR_NOT_FOUND. */
NODISCARD enum err kpi_sent_first(struct db *db, int64_t month_utc_us, struct arena *arena,
                                  struct kpi_sent *out, struct fail *why);
/* Every revision, newest month and revision first; at most n_cap. */
NODISCARD enum err kpi_sent_list(struct db *db, int n_cap, struct arena *arena,
                                 struct kpi_sent **out, size_t *n_out, struct fail *why);
/* Exactly one of tx and db. */
NODISCARD enum err kpi_sent_cells(struct tx *tx, struct db *db, struct id release,
                                  struct arena *arena, struct kpi_sent_cell **out,
                                  size_t *n_out, struct fail *why);

#define KPI_PEER_STATES "waiting|received|refused"
enum kpi_peer_state { KPI_WAITING, KPI_RECEIVED, KPI_REFUSED };
struct kpi_sent_peer {
    struct id release, node, op;
    enum kpi_peer_state state;
    struct span code; /* of a refusal, else "" */
    int64_t at_utc_us;
};
NODISCARD enum err kpi_peer_add(struct tx *tx, const struct kpi_sent_peer *peer,
                                struct fail *why);
/* What became of that op; of one that is not there nothing. What was received stays so. */
NODISCARD enum err kpi_peer_end(struct tx *tx, const struct kpi_sent_peer *peer,
                                struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err kpi_peer_find(struct tx *tx, struct id release, struct id node,
                                 struct arena *arena, struct kpi_sent_peer *out,
                                 struct fail *why);
/* Of all releases. */
NODISCARD enum err kpi_peer_list(struct db *db, struct arena *arena, struct kpi_sent_peer **out,
                                 size_t *n_out, struct fail *why);

/* ---- at the coordinator ---- */

struct fed_kpi_cell {
    struct span kpi;
    enum kpi_part part;
    bool is_shown;
    int64_t num, den; /* 0 unless shown */
};
struct fed_kpi_row {
    struct id id, node;
    int64_t month_utc_us, version, revision;
    enum kpi_release_kind kind;
    int64_t k, registry_seq, received_utc_us;
    struct hash256 sum;
    struct fed_kpi_cell *cells; /* of the lists below: in the order of the definitions */
    size_t n_cells;             /* KPI_WITHDRAW: 0 */
};
/* The row, its cells and its leaf; cells of older revisions of that month go, since this one
 * says what may be known. ERR_CONFLICT: that revision is there. */
NODISCARD enum err fed_kpi_add(struct tx *tx, const struct fed_kpi_row *row, struct fail *why);
/* The newest revision of a node's month with its cells. ERR_NOT_FOUND. */
NODISCARD enum err fed_kpi_last(struct tx *tx, struct id node, int64_t month_utc_us,
                                struct arena *arena, struct fed_kpi_row *out, struct fail *why);
/* The newest revision of every node and month from .. until before, by month and node; also
 * those that were withdrawn (kind KPI_WITHDRAW, no cells), which are shown as such. */
NODISCARD enum err fed_kpi_latest(struct db *db, int64_t from_utc_us, int64_t to_utc_us,
                                  struct arena *arena, struct fed_kpi_row **out, size_t *n_out,
                                  struct fail *why);
/* Of each node that ever released: its newest month that is not withdrawn, and when that came;
 * month 0: all are withdrawn. Who of the registry is not among them never released. */
struct fed_kpi_newest {
    struct id node;
    int64_t month_utc_us, received_utc_us;
};
NODISCARD enum err fed_kpi_stale(struct db *db, struct arena *arena,
                                 struct fed_kpi_newest **out, size_t *n_out, struct fail *why);
/* A town that left takes its figures back: every month of it that stands is withdrawn by a row
 * of this node, and its cells go. *n_out: cells that went. */
NODISCARD enum err fed_kpi_take_back(struct tx *tx, struct id node, int64_t now_utc_us,
                                     int64_t *n_out, struct fail *why);

struct fed_kpi_ask {
    struct id op, node;
    int64_t month_utc_us;
    struct span cuts; /* with commas */
    int64_t at_utc_us;
    struct id by;
    struct span code;     /* "": no answer yet; "released", "absent", or why it was refused */
    int64_t ended_utc_us; /* 0: no answer yet */
};
NODISCARD enum err fed_kpi_ask_add(struct tx *tx, const struct fed_kpi_ask *ask,
                                   struct fail *why);
NODISCARD enum err fed_kpi_ask_end(struct tx *tx, struct id op, struct span code,
                                   int64_t now_utc_us, struct fail *why);
/* The newest first, at most n_cap. */
NODISCARD enum err fed_kpi_ask_list(struct db *db, int n_cap, struct arena *arena,
                                    struct fed_kpi_ask **out, size_t *n_out, struct fail *why);

/* ---- for node/features.c ---- */

#define KPI_SENT_STMTS_N     12
#define FED_KPI_STMTS_N      15
#define KPI_RELEASE_TABLES_N 6
extern const struct stmt *const kpi_sent_stmts[KPI_SENT_STMTS_N];        /* kpi_store.c */
extern const struct stmt *const fed_kpi_stmts[FED_KPI_STMTS_N];          /* kpi_got_store.c */
extern const struct data_table kpi_release_tables[KPI_RELEASE_TABLES_N]; /* kpi_table.c */
extern const struct audit_table kpi_release_audit_table, fed_kpi_audit_table;

#endif
