/* Keystore and key agent together: keys are made, found, opened, destroyed for good, and
 * survive every death in the middle of a change of halves. */
#include "node/db/keyring.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/wholefile.h"
#include "tests/integration/keyd_fixture.h"
#include "tests/t.h"

static bool begin(struct keyd_fixture *f)
{
    struct fail why = {.text = ""};

    T_EQ(keyd_fixture_start(f, &why), ERR_OK, why.text);
    return t_case_ok();
}

static uint8_t file_bytes[1 << 20];
static struct span file_read(const char *path)
{
    size_t len = 0;

    T_EQ(wholefile_read(path, file_bytes, sizeof file_bytes, &len, NULL), ERR_OK, path);
    return span_of(file_bytes, len);
}

static bool has(struct span hay, const void *needle, size_t len)
{
    return memmem(hay.p, hay.len, needle, len) != NULL;
}

static const char *path_in(const struct keyd_fixture *f, const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    return path;
}

T_CASE(keyring_makes_finds_and_opens_keys)
{
    struct keyd_fixture f = {0};
    struct id person = id_new(), key, found, login, other;
    uint8_t bytes[KEY_BYTES], again[KEY_BYTES];
    struct keyring_status status;

    if (!begin(&f))
        goto out;
    T_EQ(keyring_find_key(f.keyring, KEY_PERSON, person, NULL, &found, NULL), ERR_NOT_FOUND,
         "not there yet");
    T_OK(id_is_none(found), "and no id comes out");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, person, NULL, &key, NULL), ERR_OK, "made");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, person, "", &found, NULL), ERR_CONFLICT,
         "once");
    T_EQ(keyring_find_key(f.keyring, KEY_PERSON, person, NULL, &found, NULL), ERR_OK, "found");
    T_OK(id_eq(found, key), "the same");
    T_EQ(keyring_need_key(f.keyring, KEY_PERSON, person, NULL, &found, NULL), ERR_OK, "needed");
    T_OK(id_eq(found, key), "the same");
    T_EQ(keyring_need_key(f.keyring, KEY_CLASS, person, NULL, &other, NULL), ERR_OK,
         "another kind");
    T_OK(!id_eq(other, key), "is another key");
    T_EQ(keyring_need_key(f.keyring, KEY_MAC, ID_NONE, "blind.login", &login, NULL), ERR_OK,
         "a node-wide key");
    T_EQ(keyring_need_key(f.keyring, KEY_MAC, ID_NONE, "blind.kana", &other, NULL), ERR_OK,
         "told apart by name");
    T_OK(!id_eq(login, other), "is another key");
    T_EQ(keyring_need_key(f.keyring, KEY_MAC, ID_NONE, NULL, &other, NULL), ERR_INVALID,
         "neither subject nor name");
    T_EQ(keyring_need_key(f.keyring, KEY_MAC, ID_NONE, "Blind", &other, NULL), ERR_INVALID,
         "no name of a key");
    T_EQ(keyring_open_key(f.keyring, key, bytes, NULL), ERR_OK, "opened");
    T_EQ(keyring_open_key(f.keyring, id_new(), again, NULL), ERR_NOT_FOUND, "unknown");
    T_OK(!has(file_read(path_in(&f, "keys/keystore")), bytes, sizeof bytes),
         "its bytes are not in the file");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node restarts");
    T_EQ(keyring_find_key(f.keyring, KEY_PERSON, person, NULL, &found, NULL), ERR_OK, "found");
    T_EQ(keyring_open_key(f.keyring, found, again, NULL), ERR_OK, "opened");
    T_SPAN(span_of(again, sizeof again), span_of(bytes, sizeof bytes), "the same bytes");
    T_EQ(keyring_status_read(f.keyring, &status, NULL), ERR_OK, "status");
    T_OK(status.agent_up && status.unlocked && status.initialised, "open");
    T_TEXT(status.boot, "token", "boot");
    T_EQ(status.generation, 1, "generation");
    T_EQ(status.n_keys, 4, "keys");
    T_EQ(status.n_wraps, 4, "wraps are counted");
    T_EQ(status.n_unwraps, 1, "a key just made is not asked for again");
out:
    keyd_fixture_stop(&f);
}

T_CASE(keyring_without_agent_or_sheet_says_so_and_goes_on_with_what_it_has)
{
    struct keyd_fixture f = {.boot = "sheet"};
    struct id cached, other, key;
    uint8_t bytes[KEY_BYTES], wrong[KEY_HALF_BYTES] = {1};
    struct keyring_status status;
    char code[KEY_CODE_CAP];

    if (!begin(&f))
        goto out;
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &other, NULL), ERR_OK,
         "one");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node restarts, the agent lives");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &cached, NULL), ERR_OK,
         "two");

    keyd_fixture_agent_end(&f, SIGKILL);
    T_EQ(keyring_open_key(f.keyring, cached, bytes, NULL), ERR_OK, "cached");
    T_EQ(keyring_open_key(f.keyring, other, bytes, NULL), ERR_UNAVAILABLE, "no agent");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &key, NULL), ERR_UNAVAILABLE,
         "no agent");
    T_EQ(keyring_unlock(f.keyring, f.half, NULL), ERR_UNAVAILABLE, "no agent");
    T_EQ(keyring_status_read(f.keyring, &status, NULL), ERR_OK, "status all the same");
    T_OK(!status.agent_up && !status.unlocked && status.initialised, "away");
    T_EQ(status.n_keys, 2, "the keystore is there");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node starts without an agent");

    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "the machine was restarted");
    T_EQ(keyring_open_key(f.keyring, other, bytes, NULL), ERR_LOCKED, "no sheet yet");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &key, NULL), ERR_LOCKED,
         "no sheet yet");
    T_EQ(keyring_rotate(f.keyring, NULL, NULL), ERR_LOCKED, "no sheet yet");
    T_EQ(keyring_init(f.keyring, f.half, NULL), ERR_CONFLICT, "there is a sheet");
    T_EQ(keyring_unlock(f.keyring, wrong, NULL), ERR_DENIED, "a wrong sheet");
    T_EQ(keyring_check_half(f.keyring, wrong, NULL), ERR_DENIED, "a wrong sheet");
    T_EQ(keyring_check_half(f.keyring, f.half, NULL), ERR_OK, "the right one");
    T_EQ(keyring_open_key(f.keyring, other, bytes, NULL), ERR_LOCKED, "which changes nothing");
    T_EQ(keyring_status_read(f.keyring, &status, NULL), ERR_OK, "status");
    T_EQ(keyring_half_code(f.node, f.half, code, NULL), ERR_OK, "code");
    T_OK(status.agent_up && !status.unlocked, "waits");
    T_TEXT(status.sheet_code, code, "for the sheet of this code");
    T_EQ(keyring_unlock(f.keyring, f.half, NULL), ERR_OK, "typed");
    T_EQ(keyring_open_key(f.keyring, other, bytes, NULL), ERR_OK, "open");
    T_EQ(keyring_lock(f.keyring, NULL), ERR_OK, "locked");
    T_EQ(keyring_open_key(f.keyring, other, bytes, NULL), ERR_LOCKED, "nothing is kept");
out:
    keyd_fixture_stop(&f);
}

/* NI-2.3.4-4b: what was destroyed is in no file and comes back from none. */
T_CASE(keyring_destroys_a_person_for_good)
{
    struct keyd_fixture f = {0};
    struct id erased = id_new(), kept = id_new(), key, other, found, *persons;
    struct arena *arena = NULL;
    uint8_t bytes[KEY_BYTES], blob[200];
    char copy[64], copies[160], held_path[80];
    size_t n;
    uint64_t epoch;
    struct span file;
    const uint8_t *at;
    int held;

    T_REQ("NI-2.3.4-4b");
    snprintf(copy, sizeof copy, "/tmp/ibasho-kc-%d", (int)getpid());
    snprintf(copies, sizeof copies, "%s, %s.2", copy, copy);
    f.copies = copies;
    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    if (!begin(&f))
        goto out;
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, erased, NULL, &key, NULL), ERR_OK, "one");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, erased, "files", &found, NULL), ERR_OK,
         "a second of the same person");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, kept, NULL, &other, NULL), ERR_OK,
         "another");
    file = file_read(path_in(&f, "keys/keystore"));
    at = memmem(file.p, file.len, key.b, sizeof key.b);
    T_OK(at != NULL, "its record");
    if (at == NULL)
        goto out;
    memcpy(blob, at + 41, 60); /* behind id, subject, time, name length: the wrapped key */
    T_OK(has(file_read(copy), blob, 60), "also in the copies");
    snprintf(held_path, sizeof held_path, "%s.2", copy);
    held = open(held_path, O_RDONLY);
    epoch = keyring_epoch(f.keyring);
    T_EQ(keyring_destroy_subject(f.keyring, KEY_PERSON, erased, NULL), ERR_OK, "destroyed");
    T_OK(keyring_epoch(f.keyring) > epoch, "whoever kept something is told");
    T_EQ(keyring_open_key(f.keyring, key, bytes, NULL), ERR_NOT_FOUND, "out of the cache");
    T_EQ(keyring_open_key(f.keyring, found, bytes, NULL), ERR_NOT_FOUND, "every key of theirs");
    T_EQ(keyring_open_key(f.keyring, other, bytes, NULL), ERR_OK, "all others stay");
    T_OK(!has(file_read(path_in(&f, "keys/keystore")), blob, 60), "out of the keystore");
    T_OK(!has(file_read(copy), blob, 60), "out of the first copy");
    T_OK(!has(file_read(held_path), blob, 60), "out of the second");
    n = (size_t)read(held, file_bytes, sizeof file_bytes);
    T_OK(n > 0 && n < sizeof file_bytes && !has(span_of(file_bytes, n), blob, 60),
         "and out of the file that was replaced");
    close(held);
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, erased, NULL, &found, NULL), ERR_CONFLICT,
         "nobody makes them a new one");
    T_EQ(keyring_need_key(f.keyring, KEY_PERSON, erased, NULL, &found, NULL), ERR_NOT_FOUND,
         "nor by need");
    T_EQ(keyring_destroy_subject(f.keyring, KEY_PERSON, erased, NULL), ERR_OK, "twice is fine");
    T_EQ(keyring_destroy_subject(f.keyring, KEY_PERSON, ID_NONE, NULL), ERR_INVALID, "nobody");
    erased = id_new();
    T_EQ(keyring_destroy_subject(f.keyring, KEY_PERSON, erased, NULL), ERR_OK,
         "a person who had no key yet");
    T_EQ(keyring_need_key(f.keyring, KEY_PERSON, erased, NULL, &found, NULL), ERR_NOT_FOUND,
         "gets none any more");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node restarts");
    T_EQ(keyring_erased(f.keyring, arena, &persons, &n, NULL), ERR_OK, "the list");
    T_EQ(n, 2, "two persons, each once");
    T_OK(n == 2 && id_eq(persons[1], erased), "oldest first");
out:
    arena_destroy(&arena);
    keyd_fixture_stop(&f);
    unlink(copy);
    snprintf(held_path, sizeof held_path, "%s.2", copy);
    unlink(held_path);
}

T_CASE(keyring_destruction_is_told_when_a_copy_is_out_of_reach)
{
    struct keyd_fixture f = {0};
    struct id person = id_new(), key;
    uint8_t bytes[KEY_BYTES], blob[60];
    char dir[64], away[72], copy[80];
    struct span file;
    const uint8_t *at;

    snprintf(dir, sizeof dir, "/tmp/ibasho-kd-%d", (int)getpid());
    snprintf(away, sizeof away, "%s-away", dir);
    snprintf(copy, sizeof copy, "%s/copy", dir);
    f.copies = copy;
    T_EQ(mkdir(dir, 0700), 0, "a disk for the copy");
    if (!begin(&f))
        goto out;
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, person, NULL, &key, NULL), ERR_OK, "made");
    file = file_read(copy);
    at = memmem(file.p, file.len, key.b, sizeof key.b);
    T_OK(at != NULL, "in the copy");
    if (at == NULL)
        goto out;
    memcpy(blob, at + 41, sizeof blob);
    T_EQ(rename(dir, away), 0, "the disk is taken away");
    T_EQ(keyring_destroy_subject(f.keyring, KEY_PERSON, person, NULL), ERR_IO, "told");
    T_EQ(keyring_open_key(f.keyring, key, bytes, NULL), ERR_NOT_FOUND, "gone here already");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &key, NULL), ERR_OK,
         "the town goes on meanwhile");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "and the node starts");
    T_EQ(rename(away, dir), 0, "the disk is back");
    T_OK(has(file_read(copy), blob, sizeof blob), "with the key still on it");
    T_EQ(keyring_destroy_subject(f.keyring, KEY_PERSON, person, NULL), ERR_OK, "asked again");
    T_OK(!has(file_read(copy), blob, sizeof blob), "gone there too");
out:
    keyd_fixture_stop(&f);
    unlink(copy);
    rmdir(dir);
}

/* Destruction writes the list first: power lost before the keystore was replaced. */
T_CASE(keyring_ends_a_destruction_that_was_cut_off)
{
    struct keyd_fixture f = {0};
    struct id person = id_new(), key;
    char line[160], id[ID_TEXT_CAP];
    uint8_t bytes[KEY_BYTES];
    struct id *persons;
    struct arena *arena = NULL;
    size_t n = 0;
    FILE *list;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    if (!begin(&f))
        goto out;
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, person, NULL, &key, NULL), ERR_OK, "made");
    keyring_close(&f.keyring);
    id_text(person, id);
    snprintf(line, sizeof line, "%s 2026-11-21T20:17:21.000000Z\n%s half a li", id, id);
    list = fopen(path_in(&f, "keys/erased"), "w");
    T_OK(list != NULL && fputs(line, list) >= 0 && fclose(list) == 0, "only the list");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node restarts");
    T_EQ(keyring_open_key(f.keyring, key, bytes, NULL), ERR_NOT_FOUND, "ended");
    T_EQ(keyring_destroy_subject(f.keyring, KEY_PERSON, id_new(), NULL), ERR_OK, "another");
    T_EQ(keyring_erased(f.keyring, arena, &persons, &n, NULL), ERR_OK, "read");
    T_EQ(n, 2, "the half line is gone, the new one whole");
    list = fopen(path_in(&f, "keys/erased"), "w");
    T_OK(list != NULL && fputs("nobody at all, really: no id here\n", list) >= 0, "damaged");
    T_EQ(list == NULL ? -1 : fclose(list), 0, "written");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_PROTO, "a damaged list is told, not skipped");
out:
    arena_destroy(&arena);
    keyd_fixture_stop(&f);
}

T_CASE(keyring_refuses_a_torn_keystore_and_uses_a_copy)
{
    struct keyd_fixture f = {0};
    struct id key, late;
    uint8_t bytes[KEY_BYTES];
    char copy[64], path[128], old[144];
    struct span file;

    snprintf(copy, sizeof copy, "/tmp/ibasho-kt-%d", (int)getpid());
    f.copies = copy;
    if (!begin(&f))
        goto out;
    snprintf(path, sizeof path, "%s", path_in(&f, "keys/keystore"));
    snprintf(old, sizeof old, "%s.old", path);
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &key, NULL), ERR_OK, "made");
    file = file_read(path);
    T_EQ(wholefile_replace(old, file, NULL), ERR_OK, "an operator's private copy");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &late, NULL), ERR_OK,
         "later");

    T_EQ(truncate(path, 100), 0, "torn");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "opens by the copy");
    T_EQ(keyring_open_key(f.keyring, late, bytes, NULL), ERR_OK, "the younger key");
    file = file_read(path);
    T_OK(has(file, late.b, 16), "and the torn file is whole again");

    T_EQ(unlink(path), 0, "lost");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "opens by the copy");
    T_EQ(access(path, F_OK), 0, "and is there again");

    T_EQ(rename(old, path), 0, "an old file brought back by hand");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "opens");
    T_EQ(keyring_open_key(f.keyring, late, bytes, NULL), ERR_OK, "by the younger copy");

    T_EQ(unlink(copy), 0, "the copy lost");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "opens");
    T_OK(has(file_read(copy), late.b, 16), "and the copy is there again");

    T_EQ(truncate(path, 100) | truncate(copy, 100), 0, "all torn");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_PROTO, "nothing is started on an empty one");
    T_EQ(unlink(path) | unlink(copy), 0, "all lost");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "opens");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &late, NULL), ERR_LOCKED,
         "but makes no keys beside a sheet whose keystore was lost");
    T_EQ(keyring_init(f.keyring, f.half, NULL), ERR_CONFLICT, "nor begins anew");
out:
    keyd_fixture_stop(&f);
    unlink(copy);
}

/* On a full disk a change is refused and the old keystore stands; reading goes on. */
T_CASE(keyring_says_when_the_disk_is_full)
{
    struct keyd_fixture f = {.boot = "token"};
    struct id first = id_new(), key, found;
    uint8_t bytes[KEY_BYTES];
    static const uint8_t filler[4096];
    bool is_mounted = false;
    int fd = -1;

    T_EQ(keyd_fixture_prepare(&f, NULL), ERR_OK, "prepared");
    is_mounted = mount("keys", f.keys_dir, "tmpfs", 0, "size=64k,mode=0700") == 0;
    T_OK(is_mounted, "a small disk");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "agent");
    T_EQ(keyring_open(&f.conf, &f.keyring, NULL), ERR_OK, "open");
    if (!t_case_ok())
        goto out;
    T_EQ(keyring_init(f.keyring, f.half, NULL), ERR_OK, "initialised");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, first, NULL, &key, NULL), ERR_OK, "made");
    fd = open(path_in(&f, "keys/filler"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (write(fd, filler, sizeof filler) > 0)
        ;
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &found, NULL), ERR_NOSPACE,
         "no room for another");
    T_EQ(keyring_rotate(f.keyring, NULL, NULL), ERR_NOSPACE, "nor for a rotation");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node restarts");
    T_EQ(keyring_find_key(f.keyring, KEY_PERSON, first, NULL, &found, NULL), ERR_OK, "there");
    T_EQ(keyring_open_key(f.keyring, found, bytes, NULL), ERR_OK, "and opens");
    T_EQ(unlink(path_in(&f, "keys/filler")) | close(fd), 0, "room again");
    T_EQ(keyring_destroy_subject(f.keyring, KEY_PERSON, first, NULL), ERR_OK, "goes on");
    T_EQ(keyring_rotate(f.keyring, NULL, NULL), ERR_OK, "goes on");
out:
    keyring_close(&f.keyring);
    if (is_mounted)
        umount2(f.keys_dir, MNT_DETACH);
    keyd_fixture_stop(&f);
}

/* Two programs over one keystore: a node and the one that takes over from it. */
T_CASE(keyring_of_two_programs_is_one)
{
    struct keyd_fixture f = {0};
    struct keyring *other = NULL;
    struct id a, b, found, person = id_new();
    uint8_t bytes[KEY_BYTES];

    if (!begin(&f))
        goto out;
    T_EQ(keyring_open(&f.conf, &other, NULL), ERR_OK, "a second program");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, person, NULL, &a, NULL), ERR_OK, "by one");
    T_EQ(keyring_find_key(other, KEY_PERSON, person, NULL, &found, NULL), ERR_OK,
         "seen by two");
    T_OK(id_eq(a, found), "the same");
    T_EQ(keyring_create_key(other, KEY_PERSON, id_new(), NULL, &b, NULL), ERR_OK, "by two");
    T_EQ(keyring_open_key(f.keyring, b, bytes, NULL), ERR_OK, "opened by one");
    T_EQ(keyring_create_key(other, KEY_PERSON, person, NULL, &b, NULL), ERR_CONFLICT, "once");
    T_EQ(keyring_rotate(other, NULL, NULL), ERR_OK, "two rotates");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &b, NULL), ERR_OK,
         "one makes a key");
    T_EQ(keyring_open_key(other, b, bytes, NULL), ERR_OK, "under the generation of two");
    keyring_close(&other);
    T_EQ(keyring_open(&f.conf, &other, NULL), ERR_OK, "a third program");
    T_EQ(keyring_rotate(f.keyring, NULL, NULL), ERR_OK, "one rotates");
    T_EQ(keyring_open_key(other, a, bytes, NULL), ERR_OK, "old blobs are read again");
out:
    keyring_close(&other);
    keyd_fixture_stop(&f);
}

/* RFC 8032 through OpenSSL; HMAC-SHA256, cut to 16 bytes. NI-2.3.4-2d */
T_CASE(keyring_signs_and_blinds)
{
    struct keyd_fixture f = {0};
    uint8_t signature[64], public_key[32], again[32], a[16], b[16], bytes[KEY_BYTES];
    uint8_t mac[32];
    size_t mac_len = 0;
    EVP_PKEY *pkey = NULL;
    EVP_MD_CTX *ctx = NULL;
    struct id key;

    T_REQ("NI-2.3.4-2d");
    if (!begin(&f))
        goto out;
    T_EQ(keyring_sign(f.keyring, "audit.sign", SPAN("checkpoint"), signature, NULL), ERR_OK,
         "signed");
    T_EQ(keyring_public_key(f.keyring, "audit.sign", public_key, NULL), ERR_OK, "public key");
    pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, 32);
    ctx = EVP_MD_CTX_new();
    T_EQ(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey), 1, "verify");
    T_EQ(EVP_DigestVerify(ctx, signature, 64, (const uint8_t *)"checkpoint", 10), 1,
         "it holds");
    T_EQ(keyring_public_key(f.keyring, "other.sign", again, NULL), ERR_OK, "another name");
    T_OK(memcmp(again, public_key, 32) != 0, "is another key");
    T_EQ(keyring_blind(f.keyring, "blind.login", SPAN("hanako"), a, NULL), ERR_OK, "blinded");
    T_EQ(keyring_find_key(f.keyring, KEY_MAC, ID_NONE, "blind.login", &key, NULL), ERR_OK,
         "its key");
    T_EQ(keyring_open_key(f.keyring, key, bytes, NULL), ERR_OK, "its bytes");
    T_OK(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, bytes, 32, (const uint8_t *)"hanako", 6,
                   mac, sizeof mac, &mac_len) != NULL,
         "HMAC");
    T_SPAN(span_of(a, 16), span_of(mac, 16), "as HMAC says");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node restarts");
    T_EQ(keyring_blind(f.keyring, "blind.login", SPAN("hanako"), b, NULL), ERR_OK, "blinded");
    T_SPAN(span_of(a, 16), span_of(b, 16), "the same");
    T_EQ(keyring_blind(f.keyring, "blind.login", SPAN("Hanako"), b, NULL), ERR_OK, "blinded");
    T_OK(memcmp(a, b, 16) != 0, "another text");
    T_EQ(keyring_blind(f.keyring, "blind.kana", SPAN("hanako"), b, NULL), ERR_OK, "blinded");
    T_OK(memcmp(a, b, 16) != 0, "another key");
    T_EQ(keyring_blind(f.keyring, "blind.kana", SPAN_NONE, b, NULL), ERR_OK, "nothing, too");
    T_EQ(keyring_public_key(f.keyring, "audit.sign", again, NULL), ERR_OK, "after a restart");
    T_SPAN(span_of(again, 32), span_of(public_key, 32), "the same key");
out:
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    keyd_fixture_stop(&f);
}

/* ---- changes of halves ---- */

#define N_KEYS 30
struct keys {
    struct id at[N_KEYS];
    uint8_t bytes[N_KEYS][KEY_BYTES];
};

static void keys_make(struct keyring *keyring, struct keys *keys)
{
    for (int i = 0; i < N_KEYS; i++) {
        T_EQ(keyring_create_key(keyring, KEY_PERSON, id_new(), NULL, &keys->at[i], NULL),
             ERR_OK, "made");
        T_EQ(keyring_open_key(keyring, keys->at[i], keys->bytes[i], NULL), ERR_OK, "opened");
    }
}

/* Through the agent, not the cache: the keyring must be freshly open. */
static void keys_check(struct keyring *keyring, const struct keys *keys, const char *when)
{
    for (int i = 0; i < N_KEYS; i++) {
        uint8_t bytes[KEY_BYTES];
        struct fail why = {.text = ""};
        enum err rc = keyring_open_key(keyring, keys->at[i], bytes, &why);

        T_EQ(rc, ERR_OK, rc == ERR_OK ? when : why.text);
        if (rc != ERR_OK)
            return;
        T_SPAN(span_of(bytes, KEY_BYTES), span_of(keys->bytes[i], KEY_BYTES), when);
    }
}

/* CARD-13: after it, neither the old contractor's half nor an old copy opens anything. */
T_CASE(keyring_rotates_to_a_new_contractor)
{
    struct keyd_fixture f = {.boot = "sheet"};
    static struct keys keys;
    static uint8_t old_store[1 << 16], old_half[4096], old_check[4096];
    size_t store_len, half_len, check_len;
    uint8_t bytes[KEY_BYTES];
    struct keyring_status before, after;
    char store[128], half[128], check[128];

    T_REQ("CARD-13");
    if (!begin(&f))
        goto out;
    keys_make(f.keyring, &keys);
    snprintf(store, sizeof store, "%s/keys/keystore", f.dir);
    snprintf(half, sizeof half, "%s/keyd/contractor.half", f.dir);
    snprintf(check, sizeof check, "%s/keyd/check", f.dir);
    T_EQ(wholefile_read(store, old_store, sizeof old_store, &store_len, NULL), ERR_OK, "kept");
    T_EQ(wholefile_read(half, old_half, sizeof old_half, &half_len, NULL), ERR_OK, "kept");
    T_EQ(wholefile_read(check, old_check, sizeof old_check, &check_len, NULL), ERR_OK, "kept");
    T_EQ(keyring_status_read(f.keyring, &before, NULL), ERR_OK, "status");
    T_EQ(keyring_rotate(f.keyring, NULL, NULL), ERR_OK, "rotated");
    T_EQ(keyring_status_read(f.keyring, &after, NULL), ERR_OK, "status");
    T_EQ(after.generation, before.generation + 1, "the next generation");
    T_TEXT(after.sheet_code, before.sheet_code, "the sheet stays");
    T_TEXT(after.stale_code, "", "no other sheet");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node restarts");
    keys_check(f.keyring, &keys, "after the rotation");

    /* The old contractor has the old half, an old keystore, and even learns the sheet: all that
     * opens is what was there then; the new keystore stays shut. */
    keyd_fixture_agent_end(&f, SIGTERM);
    keyring_close(&f.keyring);
    T_EQ(wholefile_replace(half, span_of(old_half, half_len), NULL), ERR_OK, "the old half");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_UNAVAILABLE, "fits the new check no more");
    T_EQ(wholefile_replace(check, span_of(old_check, check_len), NULL), ERR_OK,
         "the old check");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "an agent of the past");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "over the keystore of today");
    T_EQ(keyring_unlock(f.keyring, f.half, NULL), ERR_DENIED, "another generation");
    T_OK(keyring_open_key(f.keyring, keys.at[0], bytes, NULL) != ERR_OK, "opens nothing");
out:
    keyd_fixture_stop(&f);
}

/* A copy that cannot be put in place is not the agent's uncertainty: the sheet is made. */
T_CASE(keyring_gets_its_first_sheet_beside_a_copy_out_of_reach)
{
    struct keyd_fixture f = {.boot = "sheet"};
    struct keyring_status status;
    struct id key;
    char copy[64], staged[72];

    snprintf(copy, sizeof copy, "/tmp/ibasho-kf-%d", (int)getpid());
    snprintf(staged, sizeof staged, "%s.new", copy);
    f.copies = copy;
    T_EQ(keyd_fixture_prepare(&f, NULL), ERR_OK, "prepared");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "agent");
    T_EQ(keyring_open(&f.conf, &f.keyring, NULL), ERR_OK, "open");
    T_EQ(mkdir(copy, 0700), 0, "a directory where the copy should be: it stages, never lands");
    if (!t_case_ok())
        goto out;
    T_EQ(keyring_init(f.keyring, f.half, NULL), ERR_OK, "the first sheet");
    T_EQ(keyring_status_read(f.keyring, &status, NULL), ERR_OK, "status");
    T_OK(status.initialised && status.unlocked, "initialised and open");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &key, NULL), ERR_OK,
         "and it works");
    T_EQ(keyring_rotate(f.keyring, NULL, NULL), ERR_OK, "also when it rotates");
out:
    keyd_fixture_stop(&f);
    unlink(staged);
    rmdir(copy);
}

/* The directory cannot be opened for its sync any more once the keystore was renamed: an error,
 * yet the new sheet is the one that holds, and that is what must be told. */
T_CASE(keyring_tells_a_rotation_that_held_although_the_disk_complained)
{
    struct keyd_fixture f = {.boot = "sheet"};
    static struct keys keys;
    uint8_t half[KEY_HALF_BYTES];
    struct keyring_status status;
    struct rlimit was = {0}, few;
    char code[KEY_CODE_CAP];
    enum err rc;
    int next;

    if (!begin(&f))
        goto out;
    keys_make(f.keyring, &keys);
    memset(half, 0x43, sizeof half);
    T_EQ(keyring_half_code(f.node, half, code, NULL), ERR_OK, "code");
    T_EQ(keyring_status_read(f.keyring, &status, NULL), ERR_OK, "the agent is connected");
    next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(next);
    T_EQ(getrlimit(RLIMIT_NOFILE, &was), 0, "limit");
    few = was;
    few.rlim_cur = (rlim_t)next + 1; /* one file at a time: none beside the one replaced */
    T_EQ(setrlimit(RLIMIT_NOFILE, &few), 0, "one more file, not two");
    rc = keyring_rotate(f.keyring, half, NULL);
    T_EQ(setrlimit(RLIMIT_NOFILE, &was), 0, "as before");
    T_EQ(rc, ERR_OK, "replaced");
    T_EQ(keyring_status_read(f.keyring, &status, NULL), ERR_OK, "status");
    T_EQ(status.generation, 2, "the next generation");
    T_TEXT(status.sheet_code, code, "the new sheet");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node restarts");
    T_EQ(keyring_unlock(f.keyring, half, NULL), ERR_OK, "the new sheet opens it");
    T_EQ(keyring_unlock(f.keyring, f.half, NULL), ERR_DENIED, "the old one does not");
    keys_check(f.keyring, &keys, "every key is there");
out:
    keyd_fixture_stop(&f);
}

T_CASE(keyring_replaces_a_sheet)
{
    struct keyd_fixture f = {.boot = "sheet"};
    static struct keys keys;
    uint8_t half[KEY_HALF_BYTES], bytes[KEY_BYTES];
    char code[KEY_CODE_CAP];
    struct keyring_status status;
    struct id key;

    if (!begin(&f))
        goto out;
    keys_make(f.keyring, &keys);
    memset(half, 0x42, sizeof half);
    T_EQ(keyring_rotate(f.keyring, half, NULL), ERR_OK, "replaced");
    T_EQ(keyring_create_key(f.keyring, KEY_PERSON, id_new(), NULL, &key, NULL), ERR_OK,
         "and goes on at once");
    keyd_fixture_agent_end(&f, SIGKILL);
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "the machine was restarted");
    T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node too");
    T_EQ(keyring_unlock(f.keyring, f.half, NULL), ERR_DENIED, "the old sheet opens nothing");
    T_EQ(keyring_open_key(f.keyring, keys.at[0], bytes, NULL), ERR_LOCKED, "nothing");
    T_EQ(keyring_status_read(f.keyring, &status, NULL), ERR_OK, "status");
    T_EQ(keyring_half_code(f.node, half, code, NULL), ERR_OK, "code");
    T_TEXT(status.sheet_code, code, "names the new sheet");
    T_EQ(keyring_unlock(f.keyring, half, NULL), ERR_OK, "which opens");
    keys_check(f.keyring, &keys, "under the new sheet");
out:
    keyd_fixture_stop(&f);
}

/* Every state that a death can leave between STAGE, the keystore's rename and COMMIT. */
T_CASE(keyring_settles_what_was_cut_off_and_names_the_valid_sheet)
{
    static const struct {
        const char *what;
        bool stored; /* the keystore of the next generation was in place */
    } rows[] = {{"before the rename", false}, {"after the rename", true}};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct keyd_fixture f = {.boot = "sheet"};
        static struct keys keys;
        static uint8_t checks[4096], halves[4096], new_checks[8192];
        size_t checks_len, halves_len, n;
        uint8_t half[KEY_HALF_BYTES];
        char code[KEY_CODE_CAP], old_code[KEY_CODE_CAP], check_path[128], half_path[128];
        struct keyring_status status;
        char *line, *staged;

        if (!begin(&f))
            goto out;
        keys_make(f.keyring, &keys);
        snprintf(check_path, sizeof check_path, "%s/keyd/check", f.dir);
        snprintf(half_path, sizeof half_path, "%s/keyd/contractor.half", f.dir);
        T_EQ(wholefile_read(check_path, checks, sizeof checks - 1, &checks_len, NULL), ERR_OK,
             "kept");
        T_EQ(wholefile_read(half_path, halves, sizeof halves - 1, &halves_len, NULL), ERR_OK,
             "kept");
        checks[checks_len] = halves[halves_len] = '\0';
        memset(half, 0x42, sizeof half);
        T_EQ(keyring_half_code(f.node, half, code, NULL), ERR_OK, "code");
        T_EQ(keyring_half_code(f.node, f.half, old_code, NULL), ERR_OK, "code");
        T_EQ(wholefile_read(path_in(&f, "keys/keystore"), file_bytes, sizeof file_bytes, &n,
                            NULL),
             ERR_OK, "kept");
        if (!rows[i].stored) {
            static uint8_t store[1 << 16];

            memcpy(store, file_bytes, n);
            T_EQ(keyring_rotate(f.keyring, half, NULL), ERR_OK, "replaced");
            T_EQ(wholefile_replace(path_in(&f, "keys/keystore"), span_of(store, n), NULL),
                 ERR_OK, "as if it had not got so far");
        } else {
            T_EQ(keyring_rotate(f.keyring, half, NULL), ERR_OK, "replaced");
        }
        /* The agent's files as STAGE left them: both generations in each. */
        keyd_fixture_agent_end(&f, SIGKILL);
        keyring_close(&f.keyring);
        T_EQ(wholefile_read(check_path, new_checks, sizeof new_checks - 1, &n, NULL), ERR_OK,
             "after");
        new_checks[n] = '\0';
        staged = strstr((char *)new_checks, "current 2 ");
        T_OK(staged != NULL, "generation 2");
        if (staged == NULL)
            goto out;
        line = (char *)checks + checks_len;
        snprintf(line, sizeof checks - checks_len, "staged %s", staged + strlen("current "));
        T_EQ(wholefile_replace(check_path, span_text((char *)checks), NULL), ERR_OK, "both");
        T_EQ(wholefile_read(half_path, new_checks, sizeof new_checks - 1, &n, NULL), ERR_OK,
             "after");
        new_checks[n] = '\0';
        staged = strstr((char *)new_checks, "\n2 ");
        snprintf((char *)halves + halves_len, sizeof halves - halves_len, "%s",
                 staged == NULL ? "" : staged + 1);
        T_EQ(wholefile_replace(half_path, span_text((char *)halves), NULL), ERR_OK, "both");

        T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "the node starts first");
        T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "then the agent");
        T_EQ(keyring_status_read(f.keyring, &status, NULL), ERR_OK, "status");
        T_TEXT(status.sheet_code, rows[i].stored ? code : old_code, "names the valid sheet");
        T_TEXT(status.stale_code, rows[i].stored ? old_code : code, "and the one that is not");
        T_EQ(keyring_unlock(f.keyring, rows[i].stored ? f.half : half, NULL), ERR_DENIED,
             "the other opens nothing");
        T_EQ(keyring_unlock(f.keyring, rows[i].stored ? half : f.half, NULL), ERR_OK,
             rows[i].what);
        keys_check(f.keyring, &keys, rows[i].what);
        T_EQ(keyring_status_read(f.keyring, &status, NULL), ERR_OK, "status");
        T_TEXT(status.stale_code, "", "settled");
        T_EQ(keyring_rotate(f.keyring, NULL, NULL), ERR_OK, "and can be rotated again");
    out:
        keyd_fixture_stop(&f);
    }
}

/* How long an undisturbed rotation takes here and now, so that deaths fall all over it. */
static unsigned rotation_us(struct keyring *keyring)
{
    int64_t start_us = clock_mono_us();

    T_EQ(keyring_rotate(keyring, NULL, NULL), ERR_OK, "undisturbed");
    return (unsigned)(clock_mono_us() - start_us);
}

struct rotation {
    struct keyring *keyring;
    uint8_t half[KEY_HALF_BYTES];
    enum err rc;
};

static void *rotate(void *arg)
{
    struct rotation *r = arg;

    r->rc = keyring_rotate(r->keyring, r->half, NULL);
    return NULL;
}

#define N_ROUNDS 16
static int rounds_of_agent_deaths(struct keyd_fixture *f, const struct keys *keys)
{
    unsigned most_us = rotation_us(f->keyring) * 5 / 4;
    int n_done = 0;

    for (unsigned round = 0; round < N_ROUNDS && t_case_ok(); round++) {
        struct rotation rotation = {.keyring = f->keyring};
        char code[KEY_CODE_CAP];
        struct keyring_status status;
        pthread_t thread;

        memset(rotation.half, (int)round + 1, KEY_HALF_BYTES);
        T_EQ(keyring_half_code(f->node, rotation.half, code, NULL), ERR_OK, "code");
        T_EQ(pthread_create(&thread, NULL, rotate, &rotation), 0, "rotating");
        usleep(most_us * round / N_ROUNDS);
        keyd_fixture_agent_end(f, SIGKILL);
        /* as the supervisor does */
        T_EQ(keyd_fixture_agent_start(f, NULL), ERR_OK, "started again");
        pthread_join(thread, NULL);
        n_done += rotation.rc == ERR_OK;
        T_EQ(keyd_fixture_reopen(f, NULL), ERR_OK, "opens");
        T_EQ(keyring_status_read(f->keyring, &status, NULL), ERR_OK, "status");
        T_TEXT(status.stale_code, "", "settled");
        /* Whichever sheet the status names is the one that opens. */
        if (strcmp(status.sheet_code, code) == 0)
            memcpy(f->half, rotation.half, sizeof f->half);
        else
            T_OK(rotation.rc != ERR_OK, "done means done");
        if (strcmp(f->boot, "sheet") == 0)
            T_EQ(keyring_unlock(f->keyring, f->half, NULL), ERR_OK, "opens by that sheet");
        keys_check(f->keyring, keys, "after a death of the agent");
    }
    return n_done;
}

T_CASE(keyring_survives_the_agent_killed_at_any_moment_of_a_rotation)
{
    static const char *const boots[] = {"token", "sheet"};
    static struct keys keys;

    for (size_t b = 0; b < T_COUNT(boots); b++) {
        struct keyd_fixture f = {.boot = boots[b]};

        if (begin(&f)) {
            keys_make(f.keyring, &keys);
            printf("  %s: %d of %d were done all the same\n", boots[b],
                   rounds_of_agent_deaths(&f, &keys), N_ROUNDS);
        }
        keyd_fixture_stop(&f);
    }
}

/* Opens a keyring of its own and rotates; killed after_us later. */
static void node_of_short_life(const struct keyd_fixture *f, unsigned after_us)
{
    int status, ready[2];
    char byte;
    pid_t pid;

    T_EQ(pipe(ready), 0, "pipe");
    pid = fork();
    if (pid == 0) {
        struct keyring *keyring = NULL;

        if (keyring_open(&f->conf, &keyring, NULL) != ERR_OK || write(ready[1], "x", 1) != 1)
            _exit(1);
        _exit(keyring_rotate(keyring, NULL, NULL) == ERR_OK ? 0 : 2);
    }
    T_EQ(read(ready[0], &byte, 1), 1, "begins");
    usleep(after_us);
    kill(pid, SIGKILL);
    T_EQ(waitpid(pid, &status, 0), pid, "ended");
    T_OK(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "killed, or quicker");
    close(ready[0]);
    close(ready[1]);
}

T_CASE(keyring_survives_the_node_killed_at_any_moment_of_a_rotation)
{
    static struct keys keys;
    struct keyd_fixture f = {.boot = "token"};
    unsigned most_us;
    int n_next = 0;

    if (!begin(&f))
        goto out;
    keys_make(f.keyring, &keys);
    most_us = rotation_us(f.keyring) * 5 / 4;
    for (unsigned round = 0; round < 24 && t_case_ok(); round++) {
        struct keyring_status before, after;

        T_EQ(keyring_status_read(f.keyring, &before, NULL), ERR_OK, "status");
        node_of_short_life(&f, most_us * round / 24);
        T_EQ(keyd_fixture_reopen(&f, NULL), ERR_OK, "opens");
        T_EQ(keyring_status_read(f.keyring, &after, NULL), ERR_OK, "status");
        T_OK(after.unlocked, "open without anybody");
        T_OK(after.generation == before.generation || after.generation == before.generation + 1,
             "the old generation or the new");
        n_next += after.generation != before.generation;
        keys_check(f.keyring, &keys, "after a death of the node");
    }
    printf("  %d of 24 got past the deciding moment in %u us\n", n_next, most_us);
out:
    keyd_fixture_stop(&f);
}

static void *use_keyring(void *arg)
{
    struct keyring *keyring = arg;
    uint8_t bytes[KEY_BYTES], index[16];
    struct keyring_status status;
    int n_failed = 0;

    for (int i = 0; i < 20; i++) {
        struct id person = id_new(), key;

        n_failed += keyring_need_key(keyring, KEY_PERSON, person, NULL, &key, NULL) != ERR_OK;
        n_failed += keyring_open_key(keyring, key, bytes, NULL) != ERR_OK;
        n_failed += keyring_blind(keyring, "blind.login", SPAN("x"), index, NULL) != ERR_OK;
        if (i % 5 == 0)
            n_failed += keyring_destroy_subject(keyring, KEY_PERSON, person, NULL) != ERR_OK;
        if (i % 7 == 0)
            n_failed += keyring_rotate(keyring, NULL, NULL) != ERR_OK;
        n_failed += keyring_status_read(keyring, &status, NULL) != ERR_OK;
    }
    return n_failed == 0 ? NULL : arg;
}

T_CASE(keyring_serves_many_threads)
{
    struct keyd_fixture f = {0};
    pthread_t threads[4];

    if (!begin(&f))
        goto out;
    for (size_t i = 0; i < T_COUNT(threads); i++)
        T_EQ(pthread_create(&threads[i], NULL, use_keyring, f.keyring), 0, "thread");
    for (size_t i = 0; i < T_COUNT(threads); i++) {
        void *failed = NULL;

        pthread_join(threads[i], &failed);
        T_OK(failed == NULL, "every call of every thread");
    }
out:
    keyd_fixture_stop(&f);
}
