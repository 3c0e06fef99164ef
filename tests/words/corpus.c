/* tests/words/corpus.c - what the safe words say of the corpus.
 *
 * words-corpus EVASIONS PLAIN [show]: counts by kind and category, and with `show` the rows
 * that were missed or taken amiss (for the half that may be looked at alone: tests/words/run).
 * words-corpus letters: of every line of the input the letters as the model of sentences sees
 * them, · for an edge.
 * words-corpus lists: of every line of the input what the lists and the details find without
 * the model: for each hit its kind and how many letters stand around it. Output: "recall KIND
 * CATEGORY found all", "false TOPIC hit all", "total recall|false n all".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/utf.h"
#include "tenants/words/words.h"
#include "tenants/words/words_sense.h"

#define LINE_MOST  8192
#define TALLY_MOST 64

struct tally {
    char name[64];
    unsigned n_hit, n;
};
static struct {
    struct tally at[TALLY_MOST];
    size_t n;
} tallies;

static void count(const char *a, const char *b, bool hit)
{
    char name[64];
    size_t i = 0;

    snprintf(name, sizeof name, "%s%s%s", a, b == NULL ? "" : " ", b == NULL ? "" : b);
    while (i < tallies.n && strcmp(tallies.at[i].name, name) != 0)
        i++;
    if (i == TALLY_MOST)
        abort();
    if (i == tallies.n) {
        tallies.at[i] = (struct tally){.n = 0};
        snprintf(tallies.at[tallies.n++].name, sizeof name, "%s", name);
    }
    tallies.at[i].n++;
    tallies.at[i].n_hit += hit;
}

static void flush(const char *what)
{
    for (size_t i = 0; i < tallies.n; i++)
        printf("%s %s %u %u\n", what, tallies.at[i].name, tallies.at[i].n_hit, tallies.at[i].n);
    tallies.n = 0;
}

static bool shows_hits;

/* The kinds seen over lines parted by " ⏎ ", said one after the other. */
static unsigned kinds_of(const struct words *words, char *lines, struct arena *arena,
                         unsigned *categories)
{
    static const char part[] = " ⏎ ";
    struct words_window window = {.n = 0};
    unsigned kinds = 0;
    int64_t now_ms = 0;

    *categories = 0;
    for (char *next = lines; lines != NULL; lines = next, now_ms += 3000) {
        struct words_verdict verdict;
        struct fail why = {.code = ERR_OK};

        next = strstr(lines, part);
        if (next != NULL) {
            *next = 0;
            next += sizeof part - 1;
        }
        arena_reset(arena);
        if (words_window_put(&window, words, WORDS_SURFACE_CHAT, span_text(lines), now_ms,
                             arena, &verdict, &why) != ERR_OK) {
            fprintf(stderr, "words-corpus: %s\n", why.text);
            exit(2);
        }
        kinds |= verdict.kinds;
        *categories |= verdict.categories;
        for (size_t i = 0; shows_hits && i < verdict.n_hits; i++)
            printf("  %s: %.*s\n", words_category_name(verdict.hits[i].category),
                   (int)(verdict.hits[i].to - verdict.hits[i].from),
                   lines + verdict.hits[i].from);
    }
    return kinds;
}

static unsigned kind_bit(const char *name)
{
    return strcmp(name, "ng") == 0       ? WORDS_BIT(WORDS_NG)
           : strcmp(name, "crisis") == 0 ? WORDS_BIT(WORDS_CRISIS)
                                         : WORDS_BIT(WORDS_CONTACT);
}

static void print_categories(unsigned categories)
{
    for (int i = 0; i < WORDS_CATEGORIES_N; i++)
        if ((categories & 1u << i) != 0)
            printf(" %s", words_category_name((enum words_category)i));
}

static void evasions(FILE *file, const struct words *words, struct arena *arena, bool shows)
{
    char line[LINE_MOST], copy[LINE_MOST];
    unsigned n = 0, n_found = 0, categories;

    while (fgets(line, sizeof line, file) != NULL) {
        char *kind = strtok(line, "\t\n"), *category = strtok(NULL, "\t\n"),
             *hidden = strtok(NULL, "\t\n"), *lines = strtok(NULL, "\t\n");
        bool found;

        if (kind == NULL || lines == NULL || kind[0] == '#' || strcmp(kind, "kind") == 0)
            continue;
        snprintf(copy, sizeof copy, "%s", lines);
        found = (kinds_of(words, copy, arena, &categories) & kind_bit(kind)) != 0;
        count(kind, category, found);
        n++;
        n_found += found;
        if (shows && !found)
            printf("missed %s %s [%s] %s\n", kind, category, hidden, lines);
    }
    flush("recall");
    printf("total recall %u %u\n", n_found, n);
}

static void plain(FILE *file, const struct words *words, struct arena *arena, bool shows)
{
    char line[LINE_MOST], copy[LINE_MOST];
    unsigned n = 0, n_hit = 0, categories;

    while (fgets(line, sizeof line, file) != NULL) {
        char *topic = strtok(line, "\t\n"), *text = strtok(NULL, "\t\n");
        bool hit, borderline;

        if (topic == NULL || text == NULL || topic[0] == '#' || strcmp(topic, "topic") == 0)
            continue;
        snprintf(copy, sizeof copy, "%s", text);
        shows_hits = shows;
        hit = kinds_of(words, copy, arena, &categories) != 0;
        shows_hits = false;
        borderline = strcmp(topic, "borderline") == 0;
        count(topic, NULL, hit);
        if (!borderline) {
            n++;
            n_hit += hit;
        }
        if (shows && hit && !borderline) {
            printf("amiss %s: %s ->", topic, text);
            print_categories(categories);
            printf("\n");
        }
    }
    flush("false");
    printf("total false %u %u\n", n_hit, n);
}

static void print_letter(uint16_t c)
{
    if (c == SENSE_EDGE)
        printf("·");
    else if (c < 0x80)
        putchar(c);
    else if (c < 0x800)
        printf("%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
    else
        printf("%c%c%c", 0xe0 | c >> 12, 0x80 | (c >> 6 & 0x3f), 0x80 | (c & 0x3f));
}

static int letters(struct arena *arena)
{
    char text[LINE_MOST];
    struct fail why = {.code = ERR_OK};

    while (fgets(text, sizeof text, stdin) != NULL) {
        struct line line;
        uint16_t *out;
        size_t n;

        text[strcspn(text, "\n")] = 0;
        arena_reset(arena);
        if (words_line(span_text(text), arena, &line, &why) != ERR_OK ||
            words_sense_letters(&line, arena, &out, &n, &why) != ERR_OK) {
            fprintf(stderr, "words-corpus: %s\n", why.text);
            return 2;
        }
        for (size_t i = 0; i < n; i++)
            print_letter(out[i]);
        putchar('\n');
    }
    return 0;
}

/* Letters and digits that do not lie in the hit. */
static unsigned n_around(const struct line *line, const struct words_hit *hit)
{
    unsigned n = 0;

    for (size_t i = 0; i < line->n; i++) {
        const struct cell *cell = &line->cells[i];

        n += cell->class <= CELL_DIGIT && (line->grapheme_at[cell->first] < hit->from ||
                                           line->grapheme_at[cell->end] > hit->to);
    }
    return n;
}

static int lists(const struct words *words, struct arena *arena)
{
    char text[LINE_MOST];
    struct fail why = {.code = ERR_OK};

    while (fgets(text, sizeof text, stdin) != NULL) {
        struct words_verdict verdict;
        struct line line;

        text[strcspn(text, "\n")] = 0;
        arena_reset(arena);
        if (words_line(span_text(text), arena, &line, &why) != ERR_OK ||
            words_look_lists(words, span_text(text), false, true, arena, &verdict, &why) !=
                ERR_OK) {
            fprintf(stderr, "words-corpus: %s\n", why.text);
            return 2;
        }
        for (size_t i = 0; i < verdict.n_hits; i++)
            printf("%s%s:%u", i > 0 ? " " : "", words_category_name(verdict.hits[i].category),
                   n_around(&line, &verdict.hits[i]));
        putchar('\n');
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct words_lists none = {.n_own = 0};
    struct words *words = NULL;
    struct arena *arena = NULL;
    struct fail why = {.code = ERR_OK};
    bool shows = argc > 3 && strcmp(argv[3], "show") == 0;
    FILE *files[2] = {NULL, NULL};

    if (argc == 2 && strcmp(argv[1], "letters") == 0)
        return utf_open(&why) != ERR_OK || arena_create(65536, &arena, &why) != ERR_OK
                   ? 2
                   : letters(arena);
    if (argc == 2 && strcmp(argv[1], "lists") == 0)
        return utf_open(&why) != ERR_OK || words_create(&none, &words, &why) != ERR_OK ||
                       arena_create(65536, &arena, &why) != ERR_OK
                   ? 2
                   : lists(words, arena);
    for (int i = 0; i < 2 && i + 1 < argc; i++)
        files[i] = fopen(argv[i + 1], "re");
    if (files[0] == NULL || files[1] == NULL || utf_open(&why) != ERR_OK ||
        words_create(&none, &words, &why) != ERR_OK ||
        arena_create(65536, &arena, &why) != ERR_OK) {
        fprintf(stderr, "words-corpus EVASIONS PLAIN [show]: %s\n", why.text);
        return 2;
    }
    evasions(files[0], words, arena, shows);
    plain(files[1], words, arena, shows);
    words_unref(&words);
    arena_destroy(&arena);
    fclose(files[0]);
    fclose(files[1]);
    return 0;
}
