/* federation/transfer_priv.h - what transfer*.c share. Nothing outside this folder includes it.
 */
#ifndef FEDERATION_TRANSFER_PRIV_H
#define FEDERATION_TRANSFER_PRIV_H

#include <stddef.h>

#include "federation/federation_priv.h"
#include "federation/transfer.h"
#include "federation/transfer_box.h"
#include "federation/transfer_parcel.h"
#include "federation/transfer_store.h"

/* Why it ended so, in row and step; the pages have a sentence for each. */
#define TRANSFER_CODE_NO_RECEIPT     "given-no-receipt"     /* home: by two persons */
#define TRANSFER_CODE_DECLINED_GIVEN "declined-after-given" /* home */
#define TRANSFER_CODE_DECLINED_TAKE \
    "declined-after-take" /* receiver: it had begun to fetch \
                           */

#define TRANSFER_CODE_LAPSED     "lapsed"       /* either: by nobody */
#define TRANSFER_CODE_LATE       "receipt-late" /* home: it arrived there, after the end here */
#define TRANSFER_CODE_HOME_ENDED "ended-at-home" /* receiver: after it had arrived here */

#define TRANSFER_LAPSE_DAYS 30                          /* from the opening to the giving */
#define TRANSFER_OPEN_MOST  200                         /* offers of one node that wait here */
#define TRANSFER_DAY_MOST   50                          /* offers of one node within 24 hours */
#define TRANSFER_TAKEN_MOST (20 * TRANSFER_PIECES_MOST) /* pieces asked for in all */

/* ---- between nodes ---- */

struct transfer_offer_body {
    struct id transfer;
    struct span on; /* the day of the move */
};
struct transfer_answer_body {
    struct id transfer;
    int answer; /* of TRANSFER_ANSWERS */
};
#define TRANSFER_ANSWERS "accepted|declined"
struct transfer_end_body {
    struct id transfer;
};
struct transfer_take_body {
    struct id transfer;
    int64_t piece, seq; /* seq: the registry by which the asker seals and opens */
    struct span point;
};
struct transfer_piece {
    int64_t n_pieces;
    struct span sha256, from, sealed;
};
struct transfer_receipt_body {
    struct id transfer;
    struct span sha256;
};
extern const struct jx_shape transfer_offer_shape, transfer_answer_shape, transfer_end_shape,
    transfer_take_shape, transfer_piece_shape, transfer_receipt_shape;

#define TRANSFER_KINDS_N 5
extern const struct fed_kind transfer_kinds[TRANSFER_KINDS_N];
extern const struct fed_kind *const transfer_kind_offer,
    *const transfer_kind_answer, *const transfer_kind_end, *const transfer_kind_take,
                                                               *const transfer_kind_receipt;

/* On the writer's thread: owed to the transfer's other node. */
NODISCARD enum err transfer_owe(struct tx *tx, struct federation *federation,
                                const struct transfer_row *row, const struct fed_kind *kind,
                                const void *body, int64_t now_utc_us, struct fail *why);
/* The row moves on, or ERR_CONFLICT (field "state") and nothing is written. What is over has
 * its end from now on, and at home no parcel any more. */
NODISCARD enum err transfer_move(struct tx *tx, struct transfer_row *row,
                                 enum transfer_event event, int64_t now_utc_us,
                                 struct fail *why);
/* The parcel under the child's key; place of a sealed one. */
NODISCARD enum err transfer_seal_parcel(struct keyring *keyring, struct id transfer,
                                        struct id person, struct span text, struct arena *arena,
                                        struct span *sealed_out, struct fail *why);
NODISCARD enum err transfer_open_parcel(struct keyring *keyring, struct id transfer,
                                        struct span sealed, struct arena *arena,
                                        struct span *text_out, struct fail *why);
/* The job that fetches, now. */
NODISCARD enum err transfer_job_post(struct tx *tx, struct fail *why);
/* The job that lets the child's ID rest, on the day of the move; a day that is past is now. */
NODISCARD enum err transfer_rest_post(struct tx *tx, const struct transfer_row *row,
                                      struct fail *why);

#endif
