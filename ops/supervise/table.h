/* ops/supervise/table.h - the programs of one node, as a plain text table:
 *
 *   log    /var/lib/ibasho/aozora/log          directory of NAME.log
 *   state  /run/ibasho/aozora.supervise        prefix of .state, .lock
 *   env    LC_ALL=C.UTF-8                      may repeat; nothing else is handed on
 *   #       name     user    order restart ready         renew stop stop_s command
 *   program postgres ib-a    10    always  notify        -     INT  20     /usr/lib/... -D ...
 *   program node     ib-a    30    always  notify        swap  TERM 15     /opt/... -c ...
 *   program front    ib-a-f  40    always  notify        USR2  USR1 5      /usr/sbin/haproxy
 * ...
 *
 * Words are divided by blanks; there is no quoting, a path with a blank is not possible. Lines
 * beginning with '#' and empty lines are skipped. Everything else is refused with its line.
 *   order    1-99; programs of a lower order are ready before a higher one is started, and
 *            stopped after it
 *   user     a system user's name; "-" keeps the supervisor's own (tests)
 *   restart  always | never
 *   ready    none | notify (READY=1 on NOTIFY_FD or NOTIFY_SOCKET) | connect:PATH (unix socket)
 *   renew    - | swap (a second instance is started, the first stopped when it is ready) | a
 *            signal that makes the program read its configuration again
 *   stop     the signal that asks it to end; after stop_s (1-600) it is killed
 * Threads: reentrant.  Owns: a table points into its own copy of the text. */
#ifndef OPS_SUPERVISE_TABLE_H
#define OPS_SUPERVISE_TABLE_H

#include "node/base/err.h"
#include "node/base/span.h"

#define SUP_PROGRAMS_MAX 16
#define SUP_WORDS_MAX    48
#define SUP_ENV_MAX      16
#define SUP_NAME_MAX     31 /* the longest user name useradd takes, less one */
#define SUP_TEXT_MAX     16384

enum sup_ready { SUP_READY_NONE, SUP_READY_NOTIFY, SUP_READY_CONNECT };
enum sup_renew { SUP_RENEW_NONE, SUP_RENEW_SWAP, SUP_RENEW_SIGNAL };

struct sup_program {
    const char *name, *user; /* user NULL: the supervisor's own */
    int order;
    bool is_restarted;
    enum sup_ready ready;
    const char *ready_path; /* of SUP_READY_CONNECT */
    enum sup_renew renew;
    int renew_signal, stop_signal, stop_s;
    char *argv[SUP_WORDS_MAX + 1]; /* ends with NULL */
};

struct sup_table {
    const char *log_dir, *state;
    char *env[SUP_ENV_MAX + 1]; /* ends with NULL */
    int n_env;
    struct sup_program programs[SUP_PROGRAMS_MAX];
    int n_programs;
    char text[SUP_TEXT_MAX + 1];
};

/* ERR_INVALID with "line N: what"; ERR_TOO_LARGE over SUP_TEXT_MAX. The caller destroys it. */
NODISCARD enum err sup_table_create(struct span text, struct sup_table **table_out,
                                    struct fail *why);
NODISCARD enum err sup_table_load(const char *path, struct sup_table **table_out,
                                  struct fail *why);
void sup_table_destroy(struct sup_table **table);
/* "TERM" -> SIGTERM for the signals a program may be asked with; 0 for any other word. */
int sup_signal_of(const char *word);

#endif
