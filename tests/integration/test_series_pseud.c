/* By what other towns know an account: the same through a series, another in the next, gone
 * with the node's key (CARD-4). A real key agent, a real keystore. */
#include "federation/series_priv.h"
#include "tests/integration/keyd_fixture.h"
#include "tests/t.h"

static struct span pseud_of(struct series *series, struct id of, struct id account,
                            uint8_t out[SERIES_PSEUD_BYTES])
{
    struct fail why = {.code = ERR_OK};

    T_EQ(series_pseud(series, of, account, out, &why), ERR_OK, why.text);
    return span_of(out, SERIES_PSEUD_BYTES);
}

T_CASE(series_pseudonym_is_of_one_series)
{
    struct keyd_fixture f = {0};
    struct services services = {.keyring = NULL};
    const struct series_conf conf = {.services = &services};
    const struct id child = id_new(), other = id_new(), weekly = id_new(), next = id_new();
    uint8_t first[SERIES_PSEUD_BYTES], second[SERIES_PSEUD_BYTES];
    char text[SERIES_PSEUD_TEXT_CAP];
    struct series *series = NULL;
    struct fail why = {.code = ERR_OK};
    struct span pseud;

    T_REQ("CARD-4");
    T_EQ(keyd_fixture_start(&f, &why), ERR_OK, why.text);
    if (!t_case_ok())
        goto out;
    services.keyring = f.keyring;
    T_EQ(series_open(&conf, &series, &why), ERR_OK, why.text);
    pseud = pseud_of(series, weekly, child, first);
    T_OK(span_eq(pseud, pseud_of(series, weekly, child, second)), "the same each week");
    T_OK(!span_eq(pseud, pseud_of(series, next, child, second)), "another in another series");
    T_OK(!span_eq(pseud, pseud_of(series, weekly, other, second)), "another child");
    T_OK(!span_eq(pseud, pseud_of(series, child, weekly, second)), "not the other way round");
    series_pseud_text(first, text);
    T_EQ(strlen(text), 16, "sixteen letters");
    T_EQ(strspn(text, "abcdefghijklmnopqrstuvwxyz234567"), 16, "of base32");
    T_EQ(keyd_fixture_reopen(&f, &why), ERR_OK, "the node restarts");
    services.keyring = f.keyring;
    T_OK(span_eq(span_of(first, sizeof first), pseud_of(series, weekly, child, second)),
         "and knows him by the same name");
    T_EQ(keyring_lock(f.keyring, NULL), ERR_OK, "the node key goes");
    T_EQ(series_pseud(series, weekly, child, second, NULL), ERR_LOCKED, "and names with it");
out:
    series_close(&series);
    keyd_fixture_stop(&f);
}
