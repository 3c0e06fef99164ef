/* Which processes the supervisor takes for children: what stands in the kernel's list, whole.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ops/supervise/child.h"
#include "tests/t.h"

static void reads(const char *text, const pid_t *want, int n_want)
{
    struct child_pids reader = {.fd = -1};
    int ends[2], n = 0;
    pid_t pid = 0;

    T_EQ(pipe(ends), 0, "pipe");
    T_EQ(write(ends[1], text, strlen(text)), (ssize_t)strlen(text), "text");
    close(ends[1]);
    reader.fd = ends[0];
    for (; child_read_pid(&reader, &pid); n++)
        T_EQ(pid, n < n_want ? want[n] : -1, text);
    T_EQ(n, n_want, text);
    close(ends[0]);
}

T_CASE(supervise_child_list_is_read_as_it_stands)
{
    reads("", NULL, 0);
    reads("12 345 4194304 ", (const pid_t[]){12, 345, 4194304}, 3);
    reads("12\n345\n", (const pid_t[]){12, 345}, 2);
}

/* kill() of a cut number would hit somebody else: "1234" of "123456 ". */
T_CASE(supervise_child_list_that_is_cut_gives_no_half_number)
{
    reads("12 1234", (const pid_t[]){12}, 1);
    reads("1234", NULL, 0);
    reads("12 x 34 ", (const pid_t[]){12, 34}, 2);
    reads("0 1 -1 7 ", (const pid_t[]){7}, 1); /* kill() of 0, 1, -1 is kill() of all */
    reads("99999999999999999999999 4194305 8 ", (const pid_t[]){8}, 1);
}

T_CASE(supervise_child_list_may_be_longer_than_a_read)
{
    enum { N = 5000 };
    struct child_pids reader = {.fd = -1};
    FILE *file = tmpfile();
    pid_t pid = 0;
    int n = 0;

    T_OK(file != NULL, "file");
    if (file == NULL)
        return;
    for (int i = 0; i < N; i++)
        fprintf(file, "%d ", 4000000 + i);
    T_OK(ftell(file) > 16384, "over any one buffer");
    rewind(file);
    reader.fd = fileno(file);
    while (child_read_pid(&reader, &pid) && pid == 4000000 + n)
        n++;
    T_EQ(n, N, "every one, whole");
    fclose(file);
}

T_CASE(supervise_kills_children_that_it_does_not_know)
{
    pid_t known = fork(), orphan = -1;
    int status = 0;

    if (known == 0)
        for (;;)
            pause();
    orphan = fork();
    if (orphan == 0)
        for (;;)
            pause();
    T_OK(known > 0 && orphan > 0, "two children");
    T_EQ(child_kill_orphans(&known, 1), 1, "one is not known");
    T_EQ(waitpid(orphan, &status, 0), orphan, "it ended");
    T_OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "killed");
    T_EQ(kill(known, 0), 0, "the other is there");
    T_EQ(kill(known, SIGKILL), 0, "until its parent ends it");
    T_EQ(waitpid(known, &status, 0), known, "reaped");
}
