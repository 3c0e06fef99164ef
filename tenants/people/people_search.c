/* Searching a snapshot of the index of names: rights first, then words. */
#include "node/base/utf.h"
#include "tenants/people/people_priv.h"

#define WORDS_CAP 8

/* One folded word; is_start: only where a name, reading, display name or ID begins. */
struct word {
    struct span text; /* with the line feed before it when is_start */
};

struct search {
    const struct people *people;
    const struct rights_view *view;
    const struct people_query *query;
    struct word words[WORDS_CAP];
    int n_words;
    struct people_page page;
};

static size_t n_points(struct span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += (text.p[i] & 0xc0) != 0x80;
    return n;
}

/* Kana (folded to hiragana), letters and digits: one of them alone is in almost every name. */
static bool is_common(struct span text)
{
    bool is_kana = text.len == 3 && text.p[0] == 0xe3 &&
                   (text.p[1] == 0x81 || (text.p[1] == 0x82 && text.p[2] < 0xa0));

    return text.len == 1 || is_kana;
}

static enum err add_word(struct search *s, struct span folded, struct arena *arena,
                         struct fail *why)
{
    bool is_start = n_points(folded) == 1 && is_common(folded);
    const char *text;

    if (folded.len == 0)
        return ERR_OK;
    if (s->n_words == WORDS_CAP)
        return fail_field(why, ERR_INVALID, "q", "more than %d words", WORDS_CAP);
    text = arena_printf(arena, "%s%.*s", is_start ? "\n" : "", SPAN_ARG(folded));
    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "search");
    s->words[s->n_words++].text = span_text(text);
    return ERR_OK;
}

static size_t space_at(struct span text, size_t from, size_t *len_out)
{
    for (size_t i = from; i < text.len; i++) {
        *len_out = 1;
        if (text.p[i] == ' ')
            return i;
        *len_out = 3;
        if (span_has_prefix(span_from(text, i), SPAN("\xe3\x80\x80")))
            return i;
    }
    *len_out = 0;
    return text.len;
}

static enum err read_words(struct search *s, struct arena *arena, struct fail *why)
{
    struct span q = s->query->q, folded;
    size_t n = 0, len;
    enum err rc = ERR_OK;

    if (q.len > 0 && (utf_n_graphemes(q, &n, NULL) != ERR_OK || n > PEOPLE_Q_MOST))
        return fail_field(why, ERR_INVALID, "q", "more than %d characters", PEOPLE_Q_MOST);
    for (size_t from = 0; rc == ERR_OK && from < q.len;) {
        size_t end = space_at(q, from, &len);

        rc = people_fold(span_cut(q, from, end - from), arena, &folded, why);
        if (rc == ERR_OK)
            rc = add_word(s, folded, arena, why);
        from = end + len;
    }
    return rc;
}

static bool is_own_child(const struct people_query *query, struct id person)
{
    for (size_t i = 0; i < query->n_children; i++)
        if (id_eq(query->children[i], person))
            return true;
    return false;
}

static unsigned shows_of(const struct search *s, const struct people_entry *e,
                         const struct rights_grant **grant_out)
{
    struct rights_place place;

    if (s->view->caller.role != ROLE_GUARDIAN)
        return rights_shows(s->view, &e->place, grant_out);
    place = e->place;
    place.is_child = is_own_child(s->query, place.person);
    return rights_shows(s->view, &place, grant_out);
}

static bool has_words(const struct search *s, const struct people_entry *e, unsigned shows)
{
    size_t len = shows & SHOWS_NAME    ? e->hay.len
                 : shows & SHOWS_LOGIN ? e->id_len
                                       : e->display_len;

    for (int i = 0; i < s->n_words; i++) {
        struct span word = s->words[i].text;

        if (memmem(e->hay.p, len, word.p, word.len) == NULL)
            return false;
    }
    return true;
}

/* What is not shown cannot be asked for. */
static bool fits(const struct search *s, const struct people_entry *e, unsigned shows)
{
    const struct people_query *q = s->query;

    if (!id_is_none(q->school) &&
        (!(shows & SHOWS_SCHOOL) || !id_eq(e->place.school, q->school)))
        return false;
    if (q->has_state && (!(shows & SHOWS_STATE) || !e->has_account || e->state != q->state))
        return false;
    if (q->is_without_id && (!(shows & SHOWS_STATE) || e->has_account))
        return false;
    if (q->has_role && (!e->has_account || e->place.role != q->role))
        return false;
    return has_words(s, e, shows);
}

static void note_used(struct search *s, const struct rights_grant *grant)
{
    for (size_t i = 0; i < s->page.n_used; i++)
        if (s->page.used[i] == grant)
            return;
    if (grant != NULL)
        s->page.used[s->page.n_used++] = grant;
}

static bool sees_names(enum role role)
{
    return role == ROLE_COMMISSIONER || role == ROLE_CONTRACTOR || role == ROLE_SCHOOL_STAFF;
}

static enum err run(struct search *s, struct fail *why)
{
    const struct people *p = s->people;
    const uint32_t *order = sees_names(s->view->caller.role) ? p->by_name : p->by_display;
    bool is_behind = id_is_none(s->query->after);
    struct people_page *page = &s->page;

    for (size_t i = 0; i < p->n; i++) {
        const struct people_entry *e = &p->at[order[i]];
        const struct rights_grant *grant;
        unsigned shows = shows_of(s, e, &grant);
        bool was_behind = is_behind;

        if (shows == 0)
            continue;
        is_behind = is_behind || id_eq(e->place.person, s->query->after);
        if (!fits(s, e, shows))
            continue;
        page->n_total++;
        if (!was_behind)
            continue;
        if (page->n == (size_t)s->query->n_cap) {
            page->has_next = true;
            continue;
        }
        page->at[page->n++] = (struct people_hit){e, shows};
        note_used(s, grant);
    }
    return is_behind ? ERR_OK : fail_field(why, ERR_INVALID, "after", "nobody the caller sees");
}

enum err people_search(const struct people *people, const struct rights_view *view,
                       const struct people_query *query, struct arena *arena,
                       struct people_page *page_out, struct fail *why)
{
    struct search s = {.people = people, .view = view, .query = query};
    enum err rc;

    invariant(query->n_cap > 0 && query->n_cap <= PEOPLE_PAGE_MOST, "a page of %d",
              query->n_cap);
    rc = read_words(&s, arena, why);
    if (rc != ERR_OK)
        return rc;
    s.page.at = arena_alloc(arena, (size_t)query->n_cap * sizeof *s.page.at);
    s.page.used = arena_alloc(arena, (view->n_grants + 1) * sizeof(const void *));
    if (s.page.at == NULL || s.page.used == NULL)
        return fail_set(why, ERR_NOMEM, "search");
    rc = run(&s, why);
    if (rc == ERR_OK)
        *page_out = s.page;
    return rc;
}
