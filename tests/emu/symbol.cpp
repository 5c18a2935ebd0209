#include "symbol.h"

#include <cstdio>
#include <cstring>
#include <dlfcn.h>

namespace emu
{

static const Dl_info &own_object()
{
    static const Dl_info found = [] {
        Dl_info info{};
        dladdr(reinterpret_cast<const void *>(symbolize), &info);
        return info;
    }();
    return found;
}

uintptr_t object_base()
{
    return reinterpret_cast<uintptr_t>(own_object().dli_fbase);
}

void symbolize(uintptr_t offset, char *text, size_t n)
{
    char command[1024], line[1024] = "";
    snprintf(text, n, "+%#zx", static_cast<size_t>(offset));
    /* Before the return address lies the call, which belongs to the access. */
    snprintf(command, sizeof command, "addr2line -e '%s' %#zx 2>/dev/null", own_object().dli_fname,
             static_cast<size_t>(offset - 1));
    FILE *f = popen(command, "r");
    if (f == nullptr)
        return;
    if (fgets(line, sizeof line, f) != nullptr && line[0] != '?') {
        line[strcspn(line, " \n")] = '\0';
        const char *slash = strrchr(line, '/');
        snprintf(text, n, "%s", slash == nullptr ? line : slash + 1);
    }
    pclose(f);
}

} // namespace emu
