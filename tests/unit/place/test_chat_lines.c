/* Today's lines in memory. */
#include <stdlib.h>

#include "node/place/chat_priv.h"
#include "tests/t.h"

static struct id id_of(int i)
{
    struct id id = {.b = {1}};

    id.b[14] = (uint8_t)(i >> 8);
    id.b[15] = (uint8_t)i;
    return id;
}

static void put(struct chat_lines *lines, int i, int64_t at)
{
    const struct chat_line of = {.id = id_of(i), .at_utc_us = at, .text = SPAN("あ")};
    struct chat_line *line = chat_line_create(&of);

    T_OK(line != NULL, "a line");
    if (line != NULL)
        chat_lines_put(lines, line);
}

T_CASE(lines_stand_by_their_time)
{
    static const int64_t at[] = {50, 10, 30, 30, 70, 60};
    struct chat_lines lines = {.n = 0};
    int64_t before = 0;

    for (size_t i = 0; i < T_COUNT(at); i++)
        put(&lines, (int)i, at[i]);
    T_EQ(lines.n, 6, "all of them");
    for (const struct chat_line *l = lines.first; l != NULL; l = l->next) {
        T_OK(l->at_utc_us >= before, "in order");
        before = l->at_utc_us;
    }
    T_EQ(lines.last->at_utc_us, 70, "the newest last");
    T_OK(chat_lines_find(&lines, id_of(3)) == chat_lines_find(&lines, id_of(2))->next,
         "of one time as they came");
    chat_lines_drop(&lines, 31);
    T_EQ(lines.n, 3, "older ones go");
    T_OK(chat_lines_find(&lines, id_of(1)) == NULL, "and are not found");
    chat_lines_drop(&lines, INT64_MAX);
    T_OK(lines.first == NULL && lines.last == NULL && lines.n == 0, "all of them");
}

T_CASE(the_newest_of_a_channel_are_kept)
{
    struct chat_lines lines = {.n = 0};

    for (int i = 0; i < CHAT_LINES_KEPT + 50; i++)
        put(&lines, i, i);
    T_EQ(lines.n, CHAT_LINES_KEPT, "so many");
    T_EQ(lines.first->at_utc_us, 50, "the oldest went");
    put(&lines, 5000, 1);
    T_EQ(lines.n, CHAT_LINES_KEPT, "an older one does not push a newer one out");
    T_EQ(lines.first->at_utc_us, 50, "it is the first to go");
    chat_lines_drop(&lines, INT64_MAX);
}

T_CASE(a_line_has_texts_of_its_own)
{
    struct id heard[2] = {id_of(7), id_of(8)};
    char name[] = "あお", text[] = "おはよう";
    const struct chat_line of = {.id = id_of(1),
                                 .heard = heard,
                                 .n_heard = 2,
                                 .name = span_text(name),
                                 .text = span_text(text),
                                 .original = span_text(text)};
    struct chat_line *line = chat_line_create(&of);

    T_OK(line != NULL, "a line");
    if (line == NULL)
        return;
    memset(name, 'x', sizeof name - 1);
    memset(text, 'x', sizeof text - 1);
    memset(heard, 0, sizeof heard);
    T_OK(span_eq(line->name, SPAN("あお")) && span_eq(line->text, SPAN("おはよう")), "copies");
    T_OK(chat_line_was_heard(line, id_of(8)), "who was inside heard it");
    T_OK(!chat_line_was_heard(line, id_of(9)), "others did not");
    T_EQ(line->login.len, 0, "nothing is nothing");
    free(line);
}

T_CASE(times_of_lines_rise)
{
    static const struct {
        const char *what;
        int64_t now, want;
    } rows[] = {
        {"the first", 1000, 1000},
        {"of the same moment", 1000, 1001},
        {"a clock that stepped back a little", 900, 1002},
        {"and goes on", 700 * SECOND_US, 700 * SECOND_US},
        {"a clock that stepped back by minutes", 200 * SECOND_US, 700 * SECOND_US + 1},
        {"a clock that stepped back far is believed", 90 * SECOND_US, 90 * SECOND_US},
    };
    struct chat chat = {.last_at_utc_us = 0};

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(chat_at(&chat, (struct place_now){0, rows[i].now}), rows[i].want, rows[i].what);
}

T_CASE(a_sender_has_a_window_for_each_of_his_last_channels)
{
    struct chat_person person = {.windows = NULL};
    struct words_window *first = chat_window_of(&person, 1);
    int n = 0;

    T_OK(first != NULL, "a window");
    if (first == NULL)
        return;
    first->n = 3;
    for (uint64_t key = 2; key <= 4; key++)
        T_OK(chat_window_of(&person, key) != NULL, "another");
    T_EQ(chat_window_of(&person, 1)->n, 3, "the first is still there");
    T_OK(chat_window_of(&person, 5) != NULL, "a fifth channel");
    T_EQ(chat_window_of(&person, 1)->n, 3, "what was used last stays");
    T_EQ(chat_window_of(&person, 2)->n, 0, "what was used longest ago gave way, and is empty");
    while (person.windows != NULL) {
        struct chat_window *window = person.windows;

        person.windows = window->next;
        free(window);
        n++;
    }
    T_EQ(n, 4, "so many at most");
}

T_CASE(channels_are_told_apart)
{
    const struct chat_where rows[] = {
        {"plaza", "", 1, ID_NONE},     {"plaza", "", 2, ID_NONE},
        {"plaza", "nook", 1, ID_NONE}, {"plazanook", "", 1, ID_NONE},
        {"plaza", "", 1, id_of(1)},    {"lounge", "", 1, ID_NONE},
    };
    struct chat chat = {.spots = NULL};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct chat_spot *spot = chat_spot_need(&chat, &rows[i]);

        T_OK(spot != NULL && spot == chat_spot_find(&chat, &rows[i]), "its own");
        for (size_t k = 0; k < i; k++) {
            T_OK(spot != chat_spot_find(&chat, &rows[k]), "and no other's");
            T_OK(chat_where_key(&rows[i]) != chat_where_key(&rows[k]), "nor its window");
        }
    }
    chat_forget(&chat, INT64_MAX);
    T_OK(chat.spots == NULL, "empty ones go");
}
