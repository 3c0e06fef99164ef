/* node/server/command_text.h - the strict reader of what a client says over the WebSocket:
 * NAME SP NUMBER SP JSON, as in `floor.walk 12 {"x":1200,"y":800}`, and the look-up of its row.
 * Threads: reentrant; rows are read-only after create.  Owns: the index; spans point into the
 * caller's bytes. */
#ifndef NODE_SERVER_COMMAND_TEXT_H
#define NODE_SERVER_COMMAND_TEXT_H

#include "node/base/command.h"

#define COMMAND_NAME_MOST      32
#define COMMAND_TEXT_CAP_BYTES 4096 /* of a whole message */

struct command_text {
    struct span name; /* 1..COMMAND_NAME_MOST of [a-z._], not looked up yet */
    uint32_t number;  /* 1..2^31-1, in its shortest form */
    struct span json; /* not looked at yet; not empty */
};
/* ERR_PROTO: not of this form. ERR_TOO_LARGE: of this form (text_out is set), but over
 * COMMAND_TEXT_CAP_BYTES. */
NODISCARD enum err command_text_read(struct span text, struct command_text *text_out,
                                     struct fail *why);

struct command_rows;
/* tables ends with n == 0. ERR_INVALID names the row and its defect: a name twice or of another
 * form, a binary code twice or 0, lengths that do not fit, an input or output beside a code, no
 * role or handler. */
NODISCARD enum err command_rows_create(const struct command_table *tables,
                                       struct command_rows **rows_out, struct fail *why);
void command_rows_destroy(struct command_rows **rows);
int command_rows_n(const struct command_rows *rows);
const struct command *command_rows_at(const struct command_rows *rows, int index);
/* -1: no such row. */
int command_rows_find(const struct command_rows *rows, struct span name);
/* The row of a binary message, by its first byte; -1: none, or of another length. */
int command_rows_find_binary(const struct command_rows *rows, struct span message);

#endif
