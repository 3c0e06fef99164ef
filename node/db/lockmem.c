#include "node/db/lockmem.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <sys/mman.h>

enum err lockmem_create(size_t bytes, void **memory_out, struct fail *why)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    *memory_out = NULL;
    if (p == MAP_FAILED)
        return fail_set(why, ERR_NOMEM, "%zu bytes for keys", bytes);
    if (mlock(p, bytes) != 0 || madvise(p, bytes, MADV_DONTDUMP) != 0 ||
        madvise(p, bytes, MADV_WIPEONFORK) != 0) {
        int error = errno;

        munmap(p, bytes);
        return fail_set(why, ERR_UNAVAILABLE, "locking %zu bytes: errno %d", bytes, error);
    }
    *memory_out = p;
    return ERR_OK;
}

void lockmem_destroy(void **memory, size_t bytes)
{
    if (*memory == NULL)
        return;
    OPENSSL_cleanse(*memory, bytes);
    munmap(*memory, bytes);
    *memory = NULL;
}
