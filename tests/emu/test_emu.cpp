/* test_emu: are the emulator's own promises kept? Each test runs in a child process. */
#include "test.h"

#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

char test_error[1024];

/* Runs a test with its output in a pipe; what came out of it, and whether the process ended as it should. */
static std::string run_in_child(const test &t, bool *survived)
{
    int ends[2];
    if (pipe(ends) != 0)
        return "no pipe";
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        const std::string wrong = t.run();
        fputs(wrong.c_str(), stderr);
        _exit(0);
    }
    close(ends[1]);
    std::string output;
    char part[4096];
    for (ssize_t n; (n = read(ends[0], part, sizeof part)) > 0;)
        output.append(part, static_cast<size_t>(n));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    *survived = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return output;
}

static bool passes(const test &t)
{
    bool survived = false;
    const std::string output = run_in_child(t, &survived);
    const bool ok = t.dies_with == nullptr ? survived && output.empty()
                                           : !survived && output.find(t.dies_with) != std::string::npos;
    printf("%s %s%s%s\n", ok ? "ok  " : "FAIL", t.name, ok ? "" : ": ", ok ? "" : output.c_str());
    return ok;
}

int main()
{
    int count = 0, failures = 0;
    for (const auto *tests : {&barrier_tests, &warp_tests, &memory_tests, &grid_tests, &race_tests})
        for (const test &t : *tests) {
            count++;
            failures += !passes(t);
        }
    printf("%d tests, %d failed\n", count, failures);
    return failures == 0 ? 0 : 1;
}
