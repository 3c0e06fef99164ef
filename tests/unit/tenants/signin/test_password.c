#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/clock.h"
#include "tenants/signin/password.h"
#include "tests/t.h"

T_CASE(password_hash_opens_with_its_password_alone)
{
    char phc[PASSWORD_HASH_CAP], other[PASSWORD_HASH_CAP];

    T_EQ(password_hash(SPAN("あおぞら 12345"), phc, NULL), ERR_OK, "hash");
    T_OK(span_has_prefix(span_text(phc), SPAN("$argon2id$v=19$m=19456,t=2,p=1$")),
         "the parameters of the design");
    T_EQ(password_check(phc, SPAN("あおぞら 12345"), NULL), ERR_OK, "right");
    T_EQ(password_check(phc, SPAN("あおぞら 12346"), NULL), ERR_DENIED, "wrong");
    T_EQ(password_check(phc, SPAN(""), NULL), ERR_DENIED, "empty");
    T_EQ(password_hash(SPAN("あおぞら 12345"), other, NULL), ERR_OK, "again");
    T_OK(strcmp(phc, other) != 0, "another salt each time");
}

/* The published vector of the reference implementation (phc-winner-argon2, test.c: argon2id).
 */
T_CASE(password_check_reads_a_published_hash)
{
    static const char phc[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
                              "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    T_EQ(password_check(phc, SPAN("password"), NULL), ERR_OK, "its password");
    T_EQ(password_check(phc, SPAN("passwort"), NULL), ERR_DENIED, "another");
}

T_CASE(password_check_says_when_the_hash_is_none)
{
    static const char *const rows[] = {"", "plain",
                                       "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$AA",
                                       "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"};

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(password_check(rows[i], SPAN("password"), NULL), ERR_INTERNAL, rows[i]);
}

T_CASE(password_made_is_readable_and_never_the_same)
{
    char last[PASSWORD_MADE_CAP] = "";

    for (int i = 0; i < 100; i++) {
        char made[PASSWORD_MADE_CAP];

        password_make(made);
        T_EQ(strlen(made), 19, "length");
        T_EQ(strspn(made, "abcdefghjkmnpqrstuvwxyz23456789-"), 19, "letters");
        T_OK(made[4] == '-' && made[9] == '-' && made[14] == '-', "in fours");
        T_OK(strcmp(made, last) != 0, "another one");
        memcpy(last, made, sizeof last);
    }
}

struct count {
    atomic_int n_begun, n_done, hold;
};

static void work(void *arg)
{
    struct count *c = arg;

    atomic_fetch_add(&c->n_begun, 1);
    while (atomic_load(&c->hold))
        ;
    atomic_fetch_add(&c->n_done, 1);
}

T_CASE(hasher_refuses_when_full_and_ends_what_it_took)
{
    struct hasher *h = NULL;
    struct count c = {0};
    int64_t until = clock_mono_us() + 60000000;

    atomic_store(&c.hold, 1);
    T_EQ(hasher_create(2, 3, &h, NULL), ERR_OK, "two threads, three waiting");
    for (int i = 0; i < 2; i++)
        T_EQ(hasher_post(h, work, &c, NULL), ERR_OK, "taken");
    while (atomic_load(&c.n_begun) < 2 && clock_mono_us() < until)
        ;
    for (int i = 0; i < 3; i++)
        T_EQ(hasher_post(h, work, &c, NULL), ERR_OK, "waits");
    T_EQ(hasher_n_waiting(h), 3, "three wait");
    T_EQ(hasher_post(h, work, &c, NULL), ERR_BUSY, "one too many");
    T_EQ(atomic_load(&c.n_done), 0, "none is done yet");
    atomic_store(&c.hold, 0);
    hasher_destroy(&h);
    T_EQ(atomic_load(&c.n_done), 5, "all that were taken are done");
    T_OK(h == NULL, "destroy clears");
}

static struct count *gate;
static char taken[32];
static atomic_int n_taken;

static void take_first(void *arg)
{
    (void)arg;
    taken[atomic_fetch_add(&n_taken, 1)] = '1';
}

static void take_second(void *arg)
{
    (void)arg;
    taken[atomic_fetch_add(&n_taken, 1)] = '2';
}

/* Who guesses waits behind who does not, but not for ever; and each lane has room of its own.
 */
T_CASE(hasher_takes_four_of_the_first_lane_for_one_of_the_second)
{
    struct hasher *h = NULL;
    struct count c = {0};
    int64_t until = clock_mono_us() + 60000000;
    int n_before_last = 0;

    T_REQ("AI-2.6-オ");
    gate = &c;
    atomic_store(&n_taken, 0);
    atomic_store(&c.hold, 1);
    T_EQ(hasher_create(1, 12, &h, NULL), ERR_OK, "one thread");
    T_EQ(hasher_post(h, work, &c, NULL), ERR_OK, "which is kept busy");
    while (atomic_load(&c.n_begun) < 1 && clock_mono_us() < until)
        ;
    for (int i = 0; i < 12; i++)
        T_EQ(hasher_post_lane(h, HASH_SECOND, take_second, NULL, NULL), ERR_OK, "guessers");
    T_EQ(hasher_post_lane(h, HASH_SECOND, take_second, NULL, NULL), ERR_BUSY, "are full");
    for (int i = 0; i < 12; i++)
        T_EQ(hasher_post(h, take_first, NULL, NULL), ERR_OK, "children come later");
    atomic_store(&gate->hold, 0);
    hasher_destroy(&h);
    T_EQ(atomic_load(&n_taken), 24, "all are done");
    for (int i = 0; i < 15; i++)
        n_before_last += taken[i] == '2';
    T_EQ(n_before_last, 3, "of the first fifteen three are guessers");
}

/* A sanitizer keeps what was freed on purpose. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

static long resident_kib(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    char line[80] = "", *second = NULL;

    T_OK(f != NULL && fgets(line, sizeof line, f) != NULL, "statm");
    if (f != NULL)
        fclose(f);
    second = strchr(line, ' ');
    return second == NULL ? 0 : strtol(second, NULL, 10) * 4;
}

static void hash_some(void *arg)
{
    char phc[PASSWORD_HASH_CAP];

    for (int i = 0; i < 3; i++)
        T_EQ(password_hash(SPAN("password"), phc, NULL), ERR_OK, "hash");
    atomic_fetch_add((atomic_int *)arg, 1);
}

/* A node is to stay under 60 MB idle: 19 MiB a thread must not stay behind. */
T_CASE(hasher_gives_its_memory_back)
{
    struct hasher *h = NULL;
    atomic_int n_done = 0;
    long before = resident_kib();

    T_EQ(hasher_create(1, 8, &h, NULL), ERR_OK, "create");
    for (int i = 0; i < 2; i++)
        T_EQ(hasher_post(h, hash_some, &n_done, NULL), ERR_OK, "post");
    hasher_destroy(&h);
    T_EQ(atomic_load(&n_done), 2, "six passwords");
    T_OK(resident_kib() < before + 8192, "less than half of one hash's memory stays");
}

#endif
