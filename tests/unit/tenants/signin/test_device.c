#include "tenants/signin/device.h"
#include "tests/t.h"

#define WEBKIT " AppleWebKit/605.1.15 (KHTML, like Gecko) "

/* As they stand in the documentation of the browsers, versions of 2024 to 2026. */
T_CASE(device_facts_are_coarse)
{
    static const struct {
        const char *agent, *facts;
    } rows[] = {
        {"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X)" WEBKIT
         "Version/16.6 Mobile/15E148 Safari/604.1",
         "iPadOS Safari"},
        {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" WEBKIT
         "Version/17.5 Safari/605.1.15",
         "macOS Safari"},
        {"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko)"
         " Chrome/126.0.0.0 Safari/537.36",
         "ChromeOS Chrome"},
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
         " Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
         "Windows Edge"},
        {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
         " Chrome/126.0.0.0 Mobile Safari/537.36",
         "Android Chrome"},
        {"Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0",
         "Linux Firefox"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)" WEBKIT
         "CriOS/126.0 Mobile/15E148 Safari/604.1",
         "iOS Chrome"},
        {"Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko", "Windows その他"},
        {"Firefox/1", "その他 Firefox"},
        {"curl/7.88.1", "その他"},
        {"", "その他"},
    };
    char facts[DEVICE_FACTS_CAP];

    T_REQ("AI-2.6-オ");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        device_facts(span_text(rows[i].agent), facts);
        T_TEXT(facts, rows[i].facts, rows[i].agent);
    }
}

T_CASE(device_hash_is_of_cookie_and_kind)
{
    struct hash256 one = device_hash(SPAN("abc"), "iPadOS Safari");
    struct hash256 same = hash256_of(SPAN("abc\0iPadOS Safari"));
    struct hash256 moved = device_hash(SPAN("abci"), "PadOS Safari");
    struct hash256 other = device_hash(SPAN("abc"), "Windows Edge");

    T_OK(hash256_eq(&one, &same), "SHA-256 over cookie, NUL, kind");
    T_OK(!hash256_eq(&one, &moved), "the border counts");
    T_OK(!hash256_eq(&one, &other), "so does the kind");
}
