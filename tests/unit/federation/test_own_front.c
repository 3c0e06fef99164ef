#include "federation/own_front.h"

#include "tests/t.h"

T_CASE(own_front_endpoint_is_what_a_registry_lists)
{
    static const struct {
        const char *url, *endpoint; /* NULL: none */
    } rows[] = {
        {"https://federation.aozora.localhost:8443", "federation.aozora.localhost:8443"},
        {"https://Fed.Aozora.LG.jp/", "fed.aozora.lg.jp:443"},
        {"https://192.0.2.7:9000/x/y", "192.0.2.7:9000"},
        {"http://fed.aozora.lg.jp", NULL},
        {"fed.aozora.lg.jp:443", NULL},
        {"https://", NULL},
        {"https://fed.aozora.lg.jp:0443", NULL},
        {"https://fed.aozora.lg.jp:70000", NULL},
        {"https://fed aozora:443", NULL},
        {"", NULL},
    };
    char endpoint[FED_ENDPOINT_CAP], long_url[2 * FED_ENDPOINT_CAP] = "https://";

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        bool is_good = own_front_endpoint(rows[i].url, endpoint);

        T_EQ(is_good, rows[i].endpoint != NULL, rows[i].url);
        if (is_good && rows[i].endpoint != NULL)
            T_TEXT(endpoint, rows[i].endpoint, rows[i].url);
    }
    memset(long_url + strlen(long_url), 'a', FED_ENDPOINT_CAP);
    T_OK(!own_front_endpoint(long_url, endpoint), "longer than a registry's");
}

T_CASE(own_front_pin_needs_somebody_there)
{
    uint8_t pin[FED_SPKI_BYTES];
    struct fail why = {.code = ERR_OK};

    T_EQ(own_front_pin("127.0.0.1", "fed.aozora.lg.jp", pin, &why), ERR_INVALID, "no port");
    T_EQ(own_front_pin("127.0.0.1", "fed.aozora.lg.jp:1", pin, &why), ERR_UNAVAILABLE,
         "nobody listens");
}
