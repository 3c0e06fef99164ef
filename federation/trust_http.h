/* federation/trust_http.h - what the operator's routes (trust_http.c) and those of the office
 * (desk_http.c) answer alike. Each answers its request. Threads: HTTP workers; the writer's for
 * what was committed.  Owns: nothing. */
#ifndef FEDERATION_TRUST_HTTP_H
#define FEDERATION_TRUST_HTTP_H

#include "federation/trust_json.h"

/* NULL: the node is starting; that was answered. */
struct trust *trust_need(struct req *req);
/* How the federation stands; the hash is written into the request's arena. */
NODISCARD enum err trust_status_output(struct req *req, struct trust *trust,
                                       struct federation_status *out, struct fail *why);
/* An invitation that cannot be used: why, as a person understands it. */
void trust_refuse_invitation(struct req *req, const struct fail *why);
/* The document by which this node asks to be taken in: its roots are pinned and its key is made
 * first. in lives until this returns. */
void trust_join_reply(struct req *req, const struct federation_join *in);
/* The document by which this node asks for its next key to be listed. */
void trust_rotate_reply(struct req *req);
/* Takes the registry in the request's body. */
void trust_take_reply(struct req *req);

#endif
