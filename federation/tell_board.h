/* federation/tell_board.h - what came from another town and waits for this one's board: a
 * notice by mail, in which nothing stands but the link (HI-3.3-8). Threads: the writer's. Owns:
 * nothing. */
#ifndef FEDERATION_TELL_BOARD_H
#define FEDERATION_TELL_BOARD_H

#include "node/db/writer.h"

/* Inside an operation's run: to every commissioner who takes notices. cause: the operation, so
 * that what is sent twice is told once; link: a page of the client. */
NODISCARD enum err tell_board(struct tx *tx, struct id cause, const char *link,
                              int64_t now_utc_us, struct fail *why);

#endif
