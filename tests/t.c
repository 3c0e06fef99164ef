#include "tests/t.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct t_case *first, **last = &first;
static int n_failed_checks, n_checks, case_failed;
static char dir[64];
static struct hex_piece {
    struct hex_piece *next;
    uint8_t bytes[];
} * pieces;

void t_register(struct t_case *c)
{
    *last = c;
    last = &c->next;
}

void t_check(bool ok, const char *file, int line, const char *what, const char *fmt, ...)
{
    va_list args;

    n_checks++;
    if (ok)
        return;
    n_failed_checks++;
    case_failed = 1;
    printf("  %s:%d: %s: ", file, line, what);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    putchar('\n');
}

bool t_case_ok(void)
{
    return !case_failed;
}

void t_req(const char *ids)
{
    printf("  req %s\n", ids);
}

struct span t_hex(const char *hex)
{
    size_t n = strlen(hex) / 2;
    struct hex_piece *piece = malloc(sizeof *piece + n + 1);

    if (piece == NULL)
        abort();
    piece->next = pieces;
    pieces = piece;
    for (size_t i = 0; i < n; i++) {
        unsigned byte;

        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            abort();
        piece->bytes[i] = (uint8_t)byte;
    }
    return span_of(piece->bytes, n);
}

const char *t_dir(void)
{
    if (dir[0] == '\0') {
        const char *top = getenv("TMPDIR");

        if (top == NULL || strlen(top) > sizeof dir - 32) /* sockets lie below */
            top = "/tmp";
        snprintf(dir, sizeof dir, "%s/ibasho-t-XXXXXX", top);
        if (mkdtemp(dir) == NULL)
            abort();
    }
    return dir;
}

static void pieces_free(void)
{
    while (pieces != NULL) {
        struct hex_piece *next = pieces->next;
        free(pieces);
        pieces = next;
    }
}

/* Arguments are parts of case names to run; none runs all. */
static bool wanted(const char *name, int argc, char **argv)
{
    if (argc < 2)
        return true;
    for (int i = 1; i < argc; i++)
        if (strstr(name, argv[i]) != NULL)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    int n_passed = 0, n_failed = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (struct t_case *c = first; c != NULL; c = c->next) {
        if (!wanted(c->name, argc, argv))
            continue;
        case_failed = 0;
        c->run();
        pieces_free();
        printf("%s %s %s\n", case_failed ? "FAIL" : "ok", c->name, c->file);
        case_failed ? n_failed++ : n_passed++;
    }
    if (dir[0] != '\0' && n_failed == 0) {
        char command[96];

        snprintf(command, sizeof command, "rm -rf %s", dir);
        if (system(command) != 0)
            fprintf(stderr, "could not remove %s\n", dir);
    }
    printf("%d passed, %d failed\n", n_passed, n_failed);
    return n_failed > 0 || n_passed == 0;
}
