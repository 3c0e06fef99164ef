/* Many keys with one replacement of the keystore: what a roster of a thousand persons needs. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/wholefile.h"
#include "node/db/keystore.h"
#include "tests/integration/keyd_fixture.h"
#include "tests/t.h"

#define N 300

static bool begin(struct keyd_fixture *f)
{
    struct fail why = {.text = ""};

    T_EQ(keyd_fixture_start(f, &why), ERR_OK, why.text);
    return t_case_ok();
}

/* How often the keystore was replaced: its sequence. */
static uint64_t sequence_of(const struct keyd_fixture *f)
{
    static uint8_t bytes[1 << 20];
    char path[128];
    struct keystore store;
    size_t len = 0;
    uint64_t sequence;

    snprintf(path, sizeof path, "%s/keystore", f->keys_dir);
    T_EQ(wholefile_read(path, bytes, sizeof bytes, &len, NULL), ERR_OK, "the file");
    T_EQ(keystore_parse(span_of(bytes, len), &store, NULL), ERR_OK, "is a keystore");
    sequence = store.sequence;
    keystore_fini(&store);
    return sequence;
}

T_CASE(keyring_makes_many_keys_with_one_replacement)
{
    static struct id persons[N], keys[N], again[N];
    struct keyd_fixture f = {0};
    uint8_t bytes[KEY_BYTES], reread[KEY_BYTES];
    struct id first, found;
    uint64_t before;

    if (!begin(&f))
        goto out;
    for (size_t i = 0; i < N; i++)
        persons[i] = id_new();
    persons[N - 1] = persons[3]; /* twice in one list */
    T_EQ(keyring_need_key(f.keyring, KEY_PERSON, persons[7], NULL, &first, NULL), ERR_OK,
         "one is there already");
    before = sequence_of(&f);
    T_EQ(keyring_need_keys(f.keyring, KEY_PERSON, persons, N, keys, NULL), ERR_OK, "made");
    T_EQ(sequence_of(&f) - before, 1, "one replacement");
    T_OK(id_eq(keys[7], first), "the one that was there stays");
    T_OK(id_eq(keys[N - 1], keys[3]), "one person, one key");
    T_OK(!id_eq(keys[0], keys[1]), "each their own");
    T_EQ(keyring_open_key(f.keyring, keys[5], bytes, NULL), ERR_OK, "opens");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node restarts");
    T_EQ(keyring_find_key(f.keyring, KEY_PERSON, persons[5], NULL, &found, NULL), ERR_OK,
         "found");
    T_OK(id_eq(found, keys[5]), "the same");
    T_EQ(keyring_open_key(f.keyring, found, reread, NULL), ERR_OK, "opens");
    T_SPAN(span_of(reread, sizeof reread), span_of(bytes, sizeof bytes), "the same bytes");
    before = sequence_of(&f);
    T_EQ(keyring_need_keys(f.keyring, KEY_PERSON, persons, N, again, NULL), ERR_OK, "again");
    T_SPAN(span_of(again, sizeof again), span_of(keys, sizeof keys), "the same keys");
    T_EQ(sequence_of(&f), before, "and nothing written");
    T_EQ(keyring_need_keys(f.keyring, KEY_PERSON, persons, 0, again, NULL), ERR_OK, "none");
out:
    keyd_fixture_stop(&f);
}

T_CASE(keyring_makes_no_key_of_a_batch_with_an_erased_person)
{
    struct keyd_fixture f = {0};
    struct id persons[4] = {id_new(), id_new(), id_new(), id_new()}, keys[4], found;
    struct keyring_status status;
    uint64_t before;

    if (!begin(&f))
        goto out;
    T_EQ(keyring_destroy_subject(f.keyring, KEY_PERSON, persons[2], NULL), ERR_OK,
         "erased without ever having had a key");
    before = sequence_of(&f);
    T_EQ(keyring_need_keys(f.keyring, KEY_PERSON, persons, 4, keys, NULL), ERR_NOT_FOUND,
         "refused");
    for (size_t i = 0; i < 4; i++)
        T_OK(id_is_none(keys[i]), "no id comes out");
    T_EQ(keyring_find_key(f.keyring, KEY_PERSON, persons[0], NULL, &found, NULL), ERR_NOT_FOUND,
         "and the others got none");
    T_EQ(sequence_of(&f), before, "nothing written");
    persons[2] = ID_NONE;
    T_EQ(keyring_need_keys(f.keyring, KEY_PERSON, persons, 4, keys, NULL), ERR_INVALID,
         "nobody's key");
    T_EQ(keyring_need_keys(f.keyring, KEY_PERSON, persons, KEYRING_BATCH_MOST + 1, keys, NULL),
         ERR_TOO_LARGE, "bounded"); /* refused before it reads the list */
    keyd_fixture_agent_end(&f, SIGKILL);
    persons[2] = id_new();
    T_EQ(keyring_need_keys(f.keyring, KEY_PERSON, persons, 4, keys, NULL), ERR_UNAVAILABLE,
         "no agent");
    T_EQ(keyring_status_read(f.keyring, &status, NULL), ERR_OK, "status");
    T_EQ(status.n_keys, 0, "no key of it all");
out:
    keyd_fixture_stop(&f);
}

/* Opens a keyring of its own and makes the keys; killed after_us later. */
static void node_of_short_life(const struct keyd_fixture *f, const struct id *persons,
                               unsigned after_us)
{
    int status, ready[2];
    char byte;
    pid_t pid;

    T_EQ(pipe(ready), 0, "pipe");
    pid = fork();
    if (pid == 0) {
        static struct id keys[N];
        struct keyring *keyring = NULL;

        if (keyring_open(&f->conf, &keyring, NULL) != ERR_OK || write(ready[1], "x", 1) != 1)
            _exit(1);
        _exit(keyring_need_keys(keyring, KEY_PERSON, persons, N, keys, NULL) == ERR_OK ? 0 : 2);
    }
    T_EQ(read(ready[0], &byte, 1), 1, "begins");
    usleep(after_us);
    kill(pid, SIGKILL);
    T_EQ(waitpid(pid, &status, 0), pid, "ended");
    T_OK(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "killed, or quicker");
    close(ready[0]);
    close(ready[1]);
}

T_CASE(keyring_makes_all_keys_of_a_batch_or_none_when_killed)
{
    static struct id persons[N], keys[N];
    struct keyd_fixture f = {0};
    int64_t most_us, begun_us;
    int n_whole = 0;

    if (!begin(&f))
        goto out;
    for (size_t i = 0; i < N; i++)
        persons[i] = id_new();
    begun_us = clock_mono_us();
    T_EQ(keyring_need_keys(f.keyring, KEY_PERSON, persons, N, keys, NULL), ERR_OK, "timed");
    most_us = (clock_mono_us() - begun_us) * 5 / 4;
    for (unsigned round = 0; round < 12 && t_case_ok(); round++) {
        size_t n_found = 0;

        for (size_t i = 0; i < N; i++)
            persons[i] = id_new();
        node_of_short_life(&f, persons, (unsigned)most_us * round / 12);
        T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "opens");
        for (size_t i = 0; i < N; i++)
            n_found += keyring_find_key(f.keyring, KEY_PERSON, persons[i], NULL, &keys[i],
                                        NULL) == ERR_OK;
        T_OK(n_found == 0 || n_found == N, "all or none");
        n_whole += n_found == N;
        T_EQ(keyring_need_keys(f.keyring, KEY_PERSON, persons, N, keys, NULL), ERR_OK,
             "and the next try has them");
    }
    printf("  %d of 12 were whole, most %lld us\n", n_whole, (long long)most_us);
out:
    keyd_fixture_stop(&f);
}
