/* node/io/ws_answer.h - a server's answer to our opening of a WebSocket, read strictly (RFC
 * 6455, section 4.1): what is not exactly that is no line.  Threads: reentrant.  Owns: nothing.
 */
#ifndef NODE_IO_WS_ANSWER_H
#define NODE_IO_WS_ANSWER_H

#include "node/base/span.h"

#define WS_ANSWER_HEAD_MOST 4096

/* Has the head ended with what has come so far? Nothing of what follows belongs to it. */
bool ws_answer_is_whole(struct span head);
/* The status of its first line; 0: that is none. */
int ws_answer_status(struct span head);
/* A whole head that says 101, upgrade to websocket, the right accept and our protocol, each
 * once, and no extension, which we never offer. */
bool ws_answer_is_good(struct span head, const char *accept, const char *protocol);

#endif
