/* fed_say: the profile and the gate of federation/ as a program for tests/integration/
 * test_fed_profile.py and tests/lib/fed_profile.py, which have their own. One command a line,
 * one answer a line; bytes in hexadecimal, "-" for none.
 *   registry HEX                  the registry in force, as its signed bytes
 *   gate NODE AUTHORITY OPEN_US   who we are; a new process (no nonce is known)
 *   check NOW ROLES MESSAGE       code, how many nonces are kept, whether proven
 *   base MESSAGE                  code and signature base
 *   sign KID SECRET MEDIA DEST OP NOW NONCE MESSAGE      code and headers
 *   answer KID SECRET STATUS MEDIA BODY NOW MESSAGE      code and headers
 *   heard PEER NOW STATUS BODY N (NAME VALUE)... MESSAGE code
 * MESSAGE: METHOD AUTHORITY PATH QUERY BODY N (NAME VALUE)... */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/hex.h"
#include "tests/lib/fed_sample.h"

#define WORDS_MOST 400

struct words {
    char *at[WORDS_MOST];
    int n, next;
};

struct state {
    struct registry *registry;
    struct nonces *nonces;
    struct fed_gate gate;
    char authority[FED_ENDPOINT_CAP];
    struct arena *arena; /* of one line */
    struct words words;
};

_Noreturn static void bad(const char *what)
{
    fprintf(stderr, "fed_say: %s\n", what);
    exit(2);
}

static char *word(struct state *s)
{
    if (s->words.next >= s->words.n)
        bad("a word is missing");
    return s->words.at[s->words.next++];
}

static struct span bytes(struct state *s)
{
    struct span hex = span_text(word(s));
    uint8_t *into;

    if (span_eq(hex, SPAN("-")))
        return SPAN_NONE;
    into = arena_alloc(s->arena, hex.len / 2 + 1);
    if (into == NULL || hex.len % 2 != 0 || !hex_read(hex, into, hex.len / 2))
        bad("not hexadecimal");
    return span_of(into, hex.len / 2);
}

static long long number(struct state *s)
{
    char *text = word(s), *end;
    long long n = strtoll(text, &end, 10);

    if (*end != '\0' || end == text)
        bad("not a number");
    return n;
}

static struct id id(struct state *s)
{
    struct id read;

    if (id_parse(span_text(word(s)), &read, NULL) != ERR_OK)
        bad("not an id");
    return read;
}

static int headers(struct state *s, const struct fed_header **headers_out)
{
    int n = (int)number(s);
    struct fed_header *rows = arena_alloc(s->arena, (size_t)n * sizeof *rows + 1);

    if (rows == NULL)
        bad("no memory");
    for (int i = 0; i < n; i++) {
        rows[i].name = bytes(s);
        rows[i].value = bytes(s);
    }
    *headers_out = rows;
    return n;
}

static struct fed_message message(struct state *s)
{
    struct fed_message m;

    m.method = bytes(s);
    m.authority = bytes(s);
    m.path = bytes(s);
    m.query = bytes(s);
    m.body = bytes(s);
    m.n_headers = headers(s, &m.headers);
    return m;
}

static enum profile_media media(struct state *s)
{
    struct span text = span_text(word(s));

    for (int i = 0; i < PROFILE_MEDIA_N; i++)
        if (span_eq(text, span_text(profile_media_text((enum profile_media)i))))
            return (enum profile_media)i;
    bad("not a media type");
}

static void put_hex(struct span b)
{
    char *text = malloc(2 * b.len + 1);

    if (text == NULL)
        bad("no memory");
    *hex_write(b.p, b.len, text) = '\0';
    printf(" %s", b.len == 0 ? "-" : text);
    free(text);
}

static void put_headers(enum err rc, const struct fed_signed *headers)
{
    printf("%s", err_code(rc));
    for (int i = 0; rc == ERR_OK && i < headers->n_headers; i++) {
        put_hex(headers->headers[i].name);
        put_hex(headers->headers[i].value);
    }
    puts("");
}

static void say_registry(struct state *s)
{
    struct fail why = {.text = ""};

    registry_unref(&s->registry);
    if (registry_parse(bytes(s), &s->registry, &why) != ERR_OK)
        bad(why.text);
    s->gate.registry = s->registry;
    puts("ok");
}

static void say_gate(struct state *s)
{
    s->gate.self = id(s);
    snprintf(s->authority, sizeof s->authority, "%s", word(s));
    s->gate.authority = span_text(s->authority);
    s->gate.open_utc_us = number(s);
    nonces_destroy(&s->nonces);
    if (nonces_create(&s->nonces, NULL) != ERR_OK)
        bad("no memory");
    s->gate.nonces = s->nonces;
    puts("ok");
}

static void say_check(struct state *s)
{
    int64_t now_us = number(s);
    unsigned roles = (unsigned)number(s);
    struct fed_message m = message(s);
    struct fed_who who;
    enum fed_code code = fed_gate_check(&s->gate, &m, roles, now_us, &who);

    printf("%s %zu %d\n", fed_code_text(code), nonces_count(s->nonces), who.is_proven);
}

static void say_base(struct state *s)
{
    struct fed_message m = message(s);
    struct fed_claim claim;
    enum fed_code code = profile_read(&m, &claim);

    printf("%s", fed_code_text(code));
    if (code == FED_OK)
        put_hex(span_of(claim.base, claim.base_len));
    puts("");
}

static void say_sign(struct state *s)
{
    const char *kid = word(s);
    uint8_t secret = (uint8_t)number(s);
    struct fed_signer signer = {kid, fed_sample_sign, &secret};
    enum profile_media type = media(s);
    struct fed_stamp stamp = {.dest = id(s), .reg = registry_head(s->registry)};
    struct fed_signed out = {.n_headers = 0};
    struct fed_message m;
    struct span nonce;
    enum err rc;

    stamp.op = id(s);
    stamp.now_utc_us = number(s);
    nonce = bytes(s);
    if (nonce.len != sizeof stamp.nonce)
        bad("a nonce of another length");
    memcpy(stamp.nonce, nonce.p, sizeof stamp.nonce);
    m = message(s);
    rc = profile_sign_request(&signer, &m, type, &stamp, &out, NULL);
    put_headers(rc, &out);
}

static void say_answer(struct state *s)
{
    const char *kid = word(s);
    uint8_t secret = (uint8_t)number(s);
    struct fed_signer signer = {kid, fed_sample_sign, &secret};
    int status = (int)number(s);
    enum profile_media type = media(s);
    struct span body = bytes(s);
    int64_t now_us = number(s);
    struct fed_message m = message(s);
    struct fed_signed out = {.n_headers = 0};
    enum err rc = profile_sign_answer(&signer, &m, status, type, body, now_us, &out, NULL);

    put_headers(rc, &out);
}

static void say_heard(struct state *s)
{
    struct id peer = id(s);
    int64_t now_us = number(s);
    struct fed_answer answer = {.status = (int)number(s)};
    struct fed_message m;

    answer.body = bytes(s);
    answer.n_headers = headers(s, &answer.headers);
    m = message(s);
    puts(fed_code_text(fed_answer_check(s->registry, peer, &m, &answer, now_us)));
}

static void say(struct state *s)
{
    static const struct {
        const char *name;
        void (*run)(struct state *s);
    } commands[] = {
        {"registry", say_registry}, {"gate", say_gate}, {"check", say_check},
        {"base", say_base},         {"sign", say_sign}, {"answer", say_answer},
        {"heard", say_heard},
    };
    const char *name = word(s);

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(name, commands[i].name) == 0) {
            commands[i].run(s);
            if (s->words.next != s->words.n)
                bad("words are left");
            return;
        }
    bad("no such command");
}

static void cut(struct words *words, char *line)
{
    char *rest = NULL;

    words->n = words->next = 0;
    for (char *w = strtok_r(line, " \n", &rest); w != NULL; w = strtok_r(NULL, " \n", &rest)) {
        if (words->n == WORDS_MOST)
            bad("too many words");
        words->at[words->n++] = w;
    }
}

int main(void)
{
    struct state s = {.registry = NULL};
    char *line = NULL;
    size_t cap = 0;

    if (arena_create(65536, &s.arena, NULL) != ERR_OK)
        bad("no memory");
    while (getline(&line, &cap, stdin) > 0) {
        cut(&s.words, line);
        if (s.words.n > 0)
            say(&s);
        arena_reset(s.arena);
        fflush(stdout);
    }
    free(line);
    arena_destroy(&s.arena);
    nonces_destroy(&s.nonces);
    registry_unref(&s.registry);
    return 0;
}
