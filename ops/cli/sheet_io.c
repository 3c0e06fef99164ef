#include "ops/cli/sheet_io.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <unistd.h>

#include "node/base/node_conf.h"

#define TEXT_CAP 4096

struct typed {
    char text[TEXT_CAP];
    size_t len;
};

static bool add_line(struct typed *typed, const char *line)
{
    size_t len = strlen(line);

    if (typed->len + len + 2 > sizeof typed->text)
        return false;
    memcpy(typed->text + typed->len, line, len);
    typed->len += len;
    typed->text[typed->len++] = '\n';
    return true;
}

/* What to do after a line: more words are wanted, or all is said. */
enum next { NEXT_LINE, NEXT_RIGHT, NEXT_WRONG };

static enum next judge(const struct typed *typed, uint8_t half_out[KEY_HALF_BYTES], bool is_end)
{
    struct sheet_trouble trouble;
    struct fail why;
    char sentence[SHEET_SENTENCE_CAP];
    enum err rc = sheet_read(span_of(typed->text, typed->len), half_out, &trouble, &why);

    if (rc == ERR_OK)
        return NEXT_RIGHT;
    if (rc != ERR_INVALID) {
        cli_say_fail(&why);
        return NEXT_WRONG;
    }
    if (trouble.kind == SHEET_COUNT && trouble.n_words < SHEET_N_WORDS && !is_end)
        return NEXT_LINE;
    sheet_trouble_ja(&trouble, sentence);
    cli_say("%s", sentence);
    return NEXT_WRONG;
}

bool sheet_io_read(struct cli *cli, uint8_t half_out[KEY_HALF_BYTES])
{
    bool has_terminal = isatty(STDIN_FILENO) != 0;
    struct typed typed = {.len = 0};
    enum next next = NEXT_LINE;

    if (has_terminal)
        fprintf(stderr, "鍵の紙の24語を入れてください（何行に分けてもかまいません）。\n");
    while (next == NEXT_LINE) {
        size_t before = typed.len;
        char *line = cli_ask(cli, has_terminal ? "> " : "", false);

        if (line != NULL && !add_line(&typed, line))
            break;
        next = judge(&typed, half_out, line == NULL);
        if (line != NULL)
            OPENSSL_cleanse(line, strlen(line));
        else
            break;
        if (next == NEXT_WRONG && has_terminal) {
            OPENSSL_cleanse(typed.text + before, typed.len - before);
            typed.len = before;
            next = NEXT_LINE;
        }
    }
    OPENSSL_cleanse(&typed, sizeof typed);
    return next == NEXT_RIGHT;
}

bool sheet_io_show(struct cli *cli, const char *title, const uint8_t half[KEY_HALF_BYTES])
{
    const char *words[SHEET_N_WORDS];
    char code[KEY_CODE_CAP];
    struct id node;
    struct fail why;

    if (node_conf_id(cli->conf, &node, &why) != ERR_OK ||
        sheet_words_of(half, words, &why) != ERR_OK ||
        keyring_half_code(node, half, code, &why) != ERR_OK) {
        cli_say_fail(&why);
        return false;
    }
    printf("%s　%s\n\n", title, conf_text(cli->conf, "node.title_ja"));
    for (int i = 0; i < SHEET_N_WORDS; i++)
        printf("%2d. %s\n", i + 1, words[i]);
    printf("\n確認番号　%s\n", code);
    fflush(stdout);
    return true;
}

void sheet_io_put_away(struct cli *cli)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return;
    (void)cli_ask(cli, "紙に書き写したら Enter を押してください。ことばはもう表示しません。",
                  false);
    fputs("\033[H\033[2J\033[3J", stdout);
    fflush(stdout);
}
