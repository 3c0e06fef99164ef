#include "tenants/signin/device.h"

#include <stdio.h>

#define OTHER "その他"

struct mark {
    const char *word, *name;
};

/* The first that is found counts: a browser names those it wants to be taken for, too. */
static const struct mark systems[] = {
    {"iPhone", "iOS"},      {"iPad", "iPadOS"},     {"CrOS", "ChromeOS"},
    {"Android", "Android"}, {"Windows", "Windows"}, {"Macintosh", "macOS"},
    {"Linux", "Linux"},
};
static const struct mark browsers[] = {
    {"Edg/", "Edge"},
    {"EdgA/", "Edge"},
    {"EdgiOS/", "Edge"},
    {"OPR/", "Opera"},
    {"SamsungBrowser/", "Samsung"},
    {"FxiOS/", "Firefox"},
    {"Firefox/", "Firefox"},
    {"CriOS/", "Chrome"},
    {"Chrome/", "Chrome"},
    {"Safari/", "Safari"},
};

static const char *find(const struct mark *marks, size_t n, struct span in)
{
    for (size_t i = 0; i < n && in.len > 0; i++)
        if (memmem(in.p, in.len, marks[i].word, strlen(marks[i].word)) != NULL)
            return marks[i].name;
    return NULL;
}

void device_facts(struct span user_agent, char facts_out[DEVICE_FACTS_CAP])
{
    const char *system = find(systems, sizeof systems / sizeof systems[0], user_agent);
    const char *browser = find(browsers, sizeof browsers / sizeof browsers[0], user_agent);

    if (system == NULL && browser == NULL)
        snprintf(facts_out, DEVICE_FACTS_CAP, OTHER);
    else
        snprintf(facts_out, DEVICE_FACTS_CAP, "%s %s", system == NULL ? OTHER : system,
                 browser == NULL ? OTHER : browser);
}

struct hash256 device_hash(struct span cookie, const char *facts)
{
    struct hash256_state state;

    hash256_init(&state);
    hash256_put(&state, cookie);
    hash256_put(&state, span_of("", 1));
    hash256_put(&state, span_text(facts));
    return hash256_end(&state);
}
