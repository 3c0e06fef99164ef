/* tenants/keys/keys_http.h - what keys_http.c and keys_admin_http.c share. */
#ifndef TENANTS_KEYS_KEYS_HTTP_H
#define TENANTS_KEYS_KEYS_HTTP_H

#include "node/base/route.h"
#include "tenants/keys/keydesk.h"

#define KEY_CODE_MOST 20 /* graphemes of a typed check code */

/* The one desk of this program, made at first use; NULL after a refusal was answered. */
struct keydesk *keys_desk(struct req *req);
/* The node's id, or a refusal was answered and the result is false. */
bool keys_node(struct req *req, struct id *node_out);

/* What went wrong with a half: ERR_DENIED says which sheet would open. */
void keys_refuse_half(struct req *req, const struct fail *why);
/* Wipes a half (or any secret) from the request: where it was read to and where it came in. */
void keys_forget(struct req *req, struct span secret);

struct keys_proposed {
    struct id id;
    struct span check_code;
};
extern const struct jx_shape keys_proposed_shape;
/* Checks the code, lays the half on the table for person and answers 201. */
void keys_propose(struct req *req, struct id person, struct span half, struct span check_code);
/* The second person's approval of proposal {id}: both halves become new. Answers. */
void keys_approve(struct req *req, struct id person, struct span check_code);

#endif
