#include "node/classes/lesson_far.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- hands ---- */

/* A pseudonym is one person's of one town. */
static bool is_same(const struct lesson_far *a, const struct lesson_far *b)
{
    return memcmp(a->pseud, b->pseud, sizeof a->pseud) == 0;
}

static void keep(char to[LESSON_FAR_TEXT_CAP], struct span text)
{
    snprintf(to, LESSON_FAR_TEXT_CAP, "%.*s", SPAN_ARG(text));
}

static bool take_hand(struct lesson_others *others, size_t at)
{
    others->n_hands--;
    memmove(&others->hands[at], &others->hands[at + 1],
            (others->n_hands - at) * sizeof others->hands[0]);
    return true;
}

bool lesson_others_hand(struct lesson_others *others, const struct lesson_far_word *word,
                        bool on)
{
    struct lesson_far_hand *hand;

    for (size_t i = 0; i < others->n_hands; i++)
        if (is_same(&others->hands[i].whose, &word->whose))
            return on ? false : take_hand(others, i);
    if (!on || others->n_hands == LESSON_FAR_HANDS_MOST)
        return false;
    hand = &others->hands[others->n_hands++];
    *hand = (struct lesson_far_hand){.whose = word->whose, .at_utc_us = word->at_utc_us};
    keep(hand->name, word->name);
    keep(hand->town, word->town);
    return true;
}

/* ---- questions ---- */

struct lesson_far_asked *lesson_others_find(struct lesson_others *others, struct id question)
{
    for (size_t i = 0; i < others->n_asked; i++)
        if (id_eq(others->asked[i].question, question))
            return &others->asked[i];
    return NULL;
}

static size_t n_asked_of(const struct lesson_others *others, struct id node)
{
    size_t n = 0;

    for (size_t i = 0; i < others->n_asked; i++)
        n += id_eq(others->asked[i].whose.node, node);
    return n;
}

bool lesson_others_ask(struct lesson_others *others, const struct lesson_far_word *word)
{
    struct lesson_far_asked *asked;
    char *text;

    if (others->n_asked == LESSON_QUESTIONS_MOST ||
        n_asked_of(others, word->whose.node) == LESSON_FAR_ASKED_MOST ||
        lesson_others_find(others, word->question) != NULL)
        return false;
    text = strndup((const char *)word->text.p, word->text.len);
    if (text == NULL)
        return false;
    asked = &others->asked[others->n_asked++];
    *asked = (struct lesson_far_asked){.whose = word->whose,
                                       .question = word->question,
                                       .at_utc_us = word->at_utc_us,
                                       .text = text};
    keep(asked->name, word->name);
    keep(asked->town, word->town);
    return true;
}

static void take_asked(struct lesson_others *others, size_t at)
{
    free(others->asked[at].text);
    others->n_asked--;
    memmove(&others->asked[at], &others->asked[at + 1],
            (others->n_asked - at) * sizeof others->asked[0]);
}

bool lesson_others_unask(struct lesson_others *others, struct id question)
{
    struct lesson_far_asked *asked = lesson_others_find(others, question);

    if (asked != NULL)
        take_asked(others, (size_t)(asked - others->asked));
    return asked != NULL;
}

static bool is_of(const struct lesson_far *whose, struct id node)
{
    return id_is_none(node) || id_eq(whose->node, node);
}

void lesson_others_forget(struct lesson_others *others, struct id node)
{
    for (size_t i = others->n_hands; i-- > 0;)
        if (is_of(&others->hands[i].whose, node))
            (void)take_hand(others, i);
    for (size_t i = others->n_asked; i-- > 0;)
        if (is_of(&others->asked[i].whose, node) && !others->asked[i].is_answered)
            take_asked(others, i);
}

void lesson_others_fini(struct lesson_others *others)
{
    while (others->n_asked > 0)
        take_asked(others, others->n_asked - 1);
}

/* ---- votes ---- */

static struct lesson_far_votes *votes_of(struct lesson_others *others, struct id node)
{
    for (size_t i = 0; i < others->n_votes; i++)
        if (id_eq(others->votes[i].node, node))
            return &others->votes[i];
    return NULL;
}

void lesson_others_join(struct lesson_others *others, struct id node, int64_t places)
{
    struct lesson_far_votes *votes = votes_of(others, node);

    if (votes != NULL)
        votes->places = places;
    else if (others->n_votes < LESSON_FAR_NODES_MOST)
        others->votes[others->n_votes++] =
            (struct lesson_far_votes){.node = node, .places = places};
}

static int64_t total(const int64_t counts[LESSON_ANSWERS_MOST])
{
    int64_t n = 0;

    for (int i = 0; i < LESSON_ANSWERS_MOST; i++)
        n += counts[i];
    return n;
}

enum err lesson_others_count(struct lesson_others *others, struct id node, struct id poll,
                             bool is_closed, const int64_t counts[LESSON_ANSWERS_MOST],
                             bool *is_new_out, struct fail *why)
{
    struct lesson_far_votes *votes = votes_of(others, node);
    int64_t n = 0;
    bool is_same_poll, has_changed;

    *is_new_out = false;
    for (int i = 0; i < LESSON_ANSWERS_MOST; i++)
        if (counts[i] < 0 || counts[i] > (votes == NULL ? 0 : votes->places))
            return fail_set(why, ERR_DENIED, "counts past its places");
    n = total(counts);
    if (votes == NULL || n > votes->places)
        return fail_set(why, ERR_DENIED, "counts past its places");
    is_same_poll = id_eq(votes->poll, poll);
    has_changed = memcmp(votes->counts, counts, sizeof votes->counts) != 0;
    if (is_same_poll && (n < total(votes->counts) || (votes->is_closed && has_changed)))
        return fail_set(why, ERR_DENIED, "counts go back");
    *is_new_out = !is_same_poll || has_changed;
    votes->is_closed = is_closed || (is_same_poll && votes->is_closed);
    votes->poll = poll;
    memcpy(votes->counts, counts, sizeof votes->counts);
    return ERR_OK;
}

void lesson_others_sum(const struct lesson_others *others, struct id poll,
                       int64_t sums_out[LESSON_ANSWERS_MOST])
{
    for (int k = 0; k < LESSON_ANSWERS_MOST; k++)
        sums_out[k] = 0;
    for (size_t i = 0; i < others->n_votes; i++)
        for (int k = 0; k < LESSON_ANSWERS_MOST && id_eq(others->votes[i].poll, poll); k++)
            sums_out[k] += others->votes[i].counts[k];
}

/* ---- told: page, poll, votes ---- */

bool lesson_told_page(struct lesson_told *told, int64_t page)
{
    bool is_new = page != 0 && page != told->page;

    told->page = page;
    return is_new;
}

bool lesson_told_poll(struct lesson_told *told, struct id poll, bool is_open,
                      const int64_t sums[LESSON_ANSWERS_MOST])
{
    bool is_new = !id_eq(told->poll, poll) || told->is_open != is_open ||
                  memcmp(told->sums, sums, sizeof told->sums) != 0;

    told->poll = poll;
    told->is_open = is_open;
    memcpy(told->sums, sums, sizeof told->sums);
    return is_new;
}

bool lesson_told_votes(struct lesson_told *told, struct id poll, bool is_closed,
                       const int64_t counts[LESSON_ANSWERS_MOST])
{
    bool is_new = !id_eq(told->votes_poll, poll) || told->is_closed != is_closed ||
                  memcmp(told->votes, counts, sizeof told->votes) != 0;

    told->votes_poll = poll;
    told->is_closed = is_closed;
    memcpy(told->votes, counts, sizeof told->votes);
    return is_new;
}

/* ---- told: questions ---- */

static const struct lesson_told_question *known(const struct lesson_told *told, struct id line)
{
    for (size_t i = 0; i < told->n_asked; i++)
        if (id_eq(told->asked[i].line, line))
            return &told->asked[i];
    return NULL;
}

enum lesson_news lesson_told_question(const struct lesson_told *told,
                                      const struct lesson_asked *asked)
{
    const struct lesson_told_question *before = known(told, asked->line);

    if (before == NULL)
        return asked->state == CHAT_SAID && asked->answered_utc_us == 0 &&
                       told->n_asked < LESSON_QUESTIONS_MOST
                   ? LESSON_NEWS_ASKED
                   : LESSON_NEWS_NONE;
    if (before->is_done)
        return LESSON_NEWS_NONE;
    if (asked->state != CHAT_SAID)
        return LESSON_NEWS_GONE;
    return asked->answered_utc_us != 0 ? LESSON_NEWS_ANSWERED : LESSON_NEWS_NONE;
}

void lesson_told_put(struct lesson_told *told, struct id line, enum lesson_news news)
{
    for (size_t i = 0; i < told->n_asked; i++)
        if (id_eq(told->asked[i].line, line)) {
            told->asked[i].is_done = news != LESSON_NEWS_ASKED;
            return;
        }
    if (news == LESSON_NEWS_ASKED && told->n_asked < LESSON_QUESTIONS_MOST)
        told->asked[told->n_asked++] = (struct lesson_told_question){.line = line};
}

struct id lesson_told_lost(const struct lesson_told *told, const struct lesson_asked *asked,
                           size_t n_asked)
{
    for (size_t i = 0; i < told->n_asked; i++) {
        bool is_there = told->asked[i].is_done;

        for (size_t k = 0; k < n_asked && !is_there; k++)
            is_there = id_eq(asked[k].line, told->asked[i].line);
        if (!is_there)
            return told->asked[i].line;
    }
    return ID_NONE;
}

/* ---- told: hands ---- */

void lesson_told_hands_begin(struct lesson_told *told)
{
    for (size_t i = 0; i < told->n_hands; i++)
        told->hands[i].is_up = false;
}

bool lesson_told_hand_up(struct lesson_told *told, struct id account, int64_t at_utc_us)
{
    for (size_t i = 0; i < told->n_hands; i++)
        if (id_eq(told->hands[i].account, account)) {
            told->hands[i].is_up = true;
            return false;
        }
    if (told->n_hands == LESSON_FAR_HANDS_MOST)
        return false;
    told->hands[told->n_hands++] = (struct lesson_told_hand){account, at_utc_us, true};
    return true;
}

static void drop_told(struct lesson_told *told, size_t at)
{
    told->n_hands--;
    memmove(&told->hands[at], &told->hands[at + 1],
            (told->n_hands - at) * sizeof told->hands[0]);
}

struct id lesson_told_hand_down(struct lesson_told *told)
{
    for (size_t i = 0; i < told->n_hands; i++)
        if (!told->hands[i].is_up) {
            struct id account = told->hands[i].account;

            drop_told(told, i);
            return account;
        }
    return ID_NONE;
}

void lesson_told_hand_undo(struct lesson_told *told, struct id account)
{
    for (size_t i = 0; i < told->n_hands; i++)
        if (id_eq(told->hands[i].account, account)) {
            drop_told(told, i);
            return;
        }
}
