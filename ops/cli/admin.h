/* ops/cli/admin.h - asks the running node over its admin socket (node.run_dir/admin.sock).
 * libcurl is named in admin.c.  Threads: one. */
#ifndef OPS_CLI_ADMIN_H
#define OPS_CLI_ADMIN_H

#include "ops/cli/cli.h"

struct admin_reply {
    int status;
    struct span body; /* in the arena of cli */
};

/* method is "GET" | "POST" | "PUT" | "DELETE"; body may be SPAN_NONE, else it is JSON.
 * ERR_UNAVAILABLE: no node answers there. An answer of 400 and more is ERR_OK with its status.
 */
NODISCARD enum err admin_ask(struct cli *cli, const char *method, const char *path,
                             struct span body, struct admin_reply *reply_out, struct fail *why);
/* As admin_ask with a body that is a file: its media type, "application/zip". */
NODISCARD enum err admin_send(struct cli *cli, const char *method, const char *path,
                              const char *type, struct span body, struct admin_reply *reply_out,
                              struct fail *why);
/* What went wrong, for a person: the problem's Japanese sentence and its defects. */
void admin_say_problem(struct cli *cli, const struct admin_reply *reply);
/* As admin_ask, but hands the body on as it comes: exports and other long answers. */
NODISCARD enum err admin_stream(struct cli *cli, const char *path,
                                enum err (*each)(struct span bytes, void *arg,
                                                 struct fail *why),
                                void *arg, int *status_out, struct fail *why);
/* For commands: asks, prints what went wrong (the problem's Japanese sentence and its defects)
 * and returns false, or true with a status below 400. */
bool admin_must(struct cli *cli, const char *method, const char *path, struct span body,
                struct admin_reply *reply_out);

#endif
