#include "ops/keyd/harden.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#define LOCKED_HEAP_BYTES 262144 /* a power of two; under 100 KiB of it are used */
#define LOCKED_LEAST      32

enum err harden_start(struct fail *why)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) != 0)
        return fail_set(why, ERR_INTERNAL, "prctl: errno %d", errno);
    /* 1: mapped, guarded, locked and left out of dumps; 2: not locked. */
    if (CRYPTO_secure_malloc_init(LOCKED_HEAP_BYTES, LOCKED_LEAST) != 1)
        return fail_set(why, ERR_UNAVAILABLE, "%d bytes of memory cannot be locked",
                        LOCKED_HEAP_BYTES);
    return ERR_OK;
}

/* The loop: poll, accept, talk, replace three small files, log, end. The sanitizers' run time
 * needs a few more, and only its builds get them. */
static const int allowed[] = {
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(accept4),
    SCMP_SYS(getsockopt),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(close),
    /* files of keyd.dir: replaced and their old bytes wiped */
    SCMP_SYS(openat),
    SCMP_SYS(rename),
    SCMP_SYS(unlink),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(pwrite64),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    /* memory, time, random numbers, locks of libc and OpenSSL */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(madvise),
    SCMP_SYS(munlock),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(futex),
    /* signals and the end */
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit_group),
    SCMP_SYS(exit),
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),
    SCMP_SYS(gettid),
    SCMP_SYS(readlink),
    SCMP_SYS(mremap),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(prctl),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
#endif
};

enum err harden_calls(struct fail *why)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int rc = filter == NULL ? -ENOMEM : 0;

    tzset(); /* the log's first line would read the time zone file */
    for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof allowed[0]; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    /* Memory may be had, but none that can be executed. */
    for (size_t i = 0; rc == 0 && i < 2; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
                              i == 0 ? SCMP_SYS(mmap) : SCMP_SYS(mprotect), 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return rc == 0 ? ERR_OK : fail_set(why, ERR_INTERNAL, "seccomp: %d", -rc);
}
