/* ops/cli/federation_files.h - the directory of a federation's office: its registries, the one
 * that waits for signatures, who was invited. Nothing here needs a node or a network.
 *   DIR/registry-7.txt        one text each, signed by two roots; the highest is in force
 *   DIR/registry-8.draft.txt  too few signatures yet
 *   DIR/invitations.txt       "ID open|used UNTIL NAME" a line
 * Whatever is refused changes no file.  Threads: one.  Owns: while open, the registry. */
#ifndef OPS_CLI_FEDERATION_FILES_H
#define OPS_CLI_FEDERATION_FILES_H

#include "federation/registry_next.h"
#include "federation/trust_judge.h"
#include "ops/cli/rootkey.h"

struct fed_office {
    struct cli *cli;
    const char *dir;
    struct registry *current; /* NULL before the first */
    struct span bytes;        /* of it */
    int64_t now_utc_us;
};

/* ERR_OK, or it was said on standard error. */
bool fed_office_open(struct cli *cli, const char *dir, struct fed_office *out);
void fed_office_close(struct fed_office *office);

#define FED_SIGNERS_MOST 6
struct fed_root_files {
    struct rootkey *at[FED_SIGNERS_MOST];
    int n;
};
/* Every `--root FILE` of the words. */
bool fed_roots_take(struct cli *cli, int *argc, char **argv, struct fed_root_files *out);
void fed_roots_close(struct fed_root_files *roots);

/* Adds the signatures of these roots to a registry (sig_lines: those it has) and writes it: in
 * force when enough signed, else as the draft that waits. An exit status; says what was done.
 */
int fed_office_sign(struct fed_office *office, struct span bytes, struct span sig_lines,
                    const struct fed_root_files *roots);
/* The draft that waits. */
bool fed_office_draft(struct fed_office *office, struct span *bytes_out,
                      struct span *sig_lines_out);

bool fed_office_has_draft(struct fed_office *office);

/* A file whole, in the arena; says why not. */
bool fed_file_read(struct cli *cli, const char *path, size_t cap, struct span *text_out);
bool fed_file_write(const char *path, struct span text);

enum fed_invite_state { FED_INVITE_UNKNOWN, FED_INVITE_OPEN, FED_INVITE_USED };
enum fed_invite_state fed_office_invite_state(struct fed_office *office, struct id id);
bool fed_office_invite_add(struct fed_office *office, struct id id, int64_t until_utc_us,
                           const char *guest_ja);
bool fed_office_invite_use(struct fed_office *office, struct id id);

/* A day in Japan, "2026-04-01", to its first instant; false: not a day. */
bool fed_day_read(const char *text, int64_t *utc_us_out);
/* "2026-04-01 09:30" as people in Japan read it. */
#define FED_WHEN_CAP 20
void fed_when_text(int64_t utc_us, char text_out[FED_WHEN_CAP]);

#endif
