/* tests/integration/keyd_fixture.h - a key agent of one's own and a keyring open on it.
 *   struct keyd_fixture fixture = {0};
 *   rc = keyd_fixture_start(&fixture, why);  ... fixture.keyring ...
 * keyd_fixture_stop(&fixture); The agent is the program ibasho-keyd that lies beside the
 * running one, with a directory, keys and a sheet of its own under TMPDIR or /tmp; it ends with
 * the test, also when the test is killed. Threads: one.  Owns: process, directory, keyring. */
#ifndef TESTS_INTEGRATION_KEYD_FIXTURE_H
#define TESTS_INTEGRATION_KEYD_FIXTURE_H

#include <sys/types.h>

#include "node/db/keyring.h"

struct keyd_fixture {
    const char *boot;   /* set before start: "sheet"; NULL is "token" */
    const char *copies; /* set before start: keys.copies; NULL is none */
    struct id node;     /* set before start, or made by it */
    uid_t run_as;       /* set before start: the agent's uid; 0 keeps the test's own */

    struct keyring *keyring; /* open and unlocked after start; a test may close it itself */
    struct keyring_conf conf;
    uint8_t half[KEY_HALF_BYTES]; /* of the sheet */
    pid_t pid;                    /* of the agent; 0 when it does not run */
    char dir[48];                 /* keys/, keyd/, keyd.sock, node.conf, keyd.log */
    char keys_dir[64], socket[64], conf_path[64];
};

NODISCARD enum err keyd_fixture_start(struct keyd_fixture *fixture, struct fail *why);
/* Removes everything; accepts what start left after a failure, and all zeros. */
void keyd_fixture_stop(struct keyd_fixture *fixture);

/* The pieces, for tests of the agent itself. prepare makes directories and node.conf. */
NODISCARD enum err keyd_fixture_prepare(struct keyd_fixture *fixture, struct fail *why);
/* Starts the agent and waits until it says that it is ready. */
NODISCARD enum err keyd_fixture_agent_start(struct keyd_fixture *fixture, struct fail *why);
/* Sends a signal and waits for the end; returns what waitpid said, or -1. */
int keyd_fixture_agent_end(struct keyd_fixture *fixture, int signal);
/* Closes the keyring and opens it again, as a restarted node does. */
NODISCARD enum err keyd_fixture_reopen(struct keyd_fixture *fixture, struct fail *why);

#endif
