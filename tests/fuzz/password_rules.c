/* covers: tenants/signin/password_rules.c */
/* A new password and a child's second step as anybody may send them: valid UTF-8 of any kind
 * (the JSON edge lets nothing else by), up to a NUL the login name. What passes as a step is
 * exactly what the screens can make. */
#include "tenants/signin/password_rules.h"

#include <stdlib.h>
#include <string.h>

#include "node/base/utf.h"

static void check_steps(struct span step)
{
    bool is_pin = step_is_pin(step), is_picture = step_is_picture(step);

    if (is_pin && (step.len < 4 || step.len > 8))
        abort();
    if (is_picture && (step.len < 5 || step.len > 17 || step.p[step.len - 1] == '-'))
        abort();
    if (is_pin && is_picture)
        abort();
}

static bool is_folded(struct span login)
{
    for (size_t i = 0; i < login.len; i++)
        if (login.p[i] >= 'A' && login.p[i] <= 'Z')
            return false;
    return login.len <= 64;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = memchr(data, 0, size);
    size_t n_login = nul == NULL ? 0 : (size_t)(nul - data);
    struct span login = span_of(data, n_login);
    struct span password =
        nul == NULL ? span_of(data, size) : span_from(span_of(data, size), n_login + 1);
    struct jx_defects defects = {0};
    struct arena *arena = NULL;

    check_steps(password);
    if (!utf_is_valid(password) || !utf_is_valid(login) || password.len > 1024)
        return 0;
    if (arena_create(4096, &arena, NULL) != ERR_OK)
        abort();
    if (password_rules_check(password, login, 10, "/new", arena, &defects, NULL) != ERR_OK ||
        defects.n > 3)
        abort();
    /* As the login name stands folded, it is found wherever it is inside. */
    if (login.len > 0 && is_folded(login) && span_eq(login, password) && defects.n == 0)
        abort();
    arena_destroy(&arena);
    return 0;
}
