/* node/db/agent.h - the node's side of the key agent's socket (node/base/keyd_frame.h).
 * One connection, made at the first call and made again when the agent was restarted; a call
 * waits at most a second for an agent that is coming back.
 * Threads: any; calls go one after another.  Owns: the connection. */
#ifndef NODE_DB_AGENT_H
#define NODE_DB_AGENT_H

#include "node/base/keyd_frame.h"

struct agent;

NODISCARD enum err agent_create(const char *socket_path, struct agent **agent_out,
                                struct fail *why);
void agent_destroy(struct agent **agent);

/* One request, one reply. ERR_UNAVAILABLE: the agent is away, nothing was done. ERR_UNCERTAIN:
 * it went away with an INIT or STAGE of ours under way; ask for its status. ERR_LOCKED: it has
 * no node key. ERR_DENIED: a wrong half. ERR_NOT_FOUND: it was never initialised. ERR_CONFLICT,
 * ERR_IO, ERR_INTERNAL: as keyd_frame.h says. ERR_PROTO: the blob is not of this key, or what
 * came back is no reply. */
NODISCARD enum err agent_call(struct agent *agent, const struct keyd_request *request,
                              struct keyd_reply *reply_out, struct fail *why);

#endif
