// A power cut: after each successful fsync or fdatasync of a file below GATEWAY_SHADOW_OF, its bytes are copied to the
// folder GATEWAY_SHADOW. What is there is what a disk is bound to have; all else was only on its way.
// With GATEWAY_SHADOW_NORMAL, SQLite is told `synchronous = NORMAL` wherever the gateway says FULL.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int copied(const char *from, const char *to) {
    char next[PATH_MAX], bytes[1 << 16];
    ssize_t count = 0;
    snprintf(next, sizeof next, "%s.%d.next", to, (int)getpid());
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int whole = in >= 0 && out >= 0;
    while (whole && (count = read(in, bytes, sizeof bytes)) > 0) whole = write(out, bytes, count) == count;
    if (in >= 0) close(in);
    if (out >= 0) close(out);
    return whole && count == 0 && rename(next, to) == 0;
}

static int shadowed(int file) {
    const char *of = getenv("GATEWAY_SHADOW_OF"), *shadow = getenv("GATEWAY_SHADOW");
    char link[64], path[PATH_MAX], to[PATH_MAX + 1];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!of || !shadow || length <= 0) return 0;
    path[length] = 0;
    // A folder's own fsync, which makes names last, is not modelled: a name is there with its first bytes.
    if (strncmp(path, of, strlen(of)) || path[strlen(of)] != '/') return 0;
    snprintf(to, sizeof to, "%s/%s", shadow, strrchr(path, '/') + 1);
    if (copied(path, to)) return 0;
    // The copy is the test's, not the gateway's: were it lost in silence, so would be the proof.
    perror(to);
    abort();
}

int fsync(int file) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    return real(file) ? -1 : shadowed(file);
}

int fdatasync(int file) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    return real(file) ? -1 : shadowed(file);
}

int sqlite3_prepare_v2(void *db, const char *sql, int size, void **statement, const char **rest) {
    int (*real)(void *, const char *, int, void **, const char **) = dlsym(RTLD_NEXT, "sqlite3_prepare_v2");
    if (getenv("GATEWAY_SHADOW_NORMAL") && !strcmp(sql, "PRAGMA synchronous = FULL")) {
        static const char normal[] = "PRAGMA synchronous = NORMAL";
        int failed = real(db, normal, -1, statement, NULL);
        if (rest) *rest = sql + strlen(sql);
        return failed;
    }
    return real(db, sql, size, statement, rest);
}
