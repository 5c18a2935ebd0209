#include "fiber.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <vector>

#ifdef EMU_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if !defined(__x86_64__) || defined(EMU_UCONTEXT)
#define EMU_PORTABLE_SWITCH 1
#include <ucontext.h>
#endif

namespace emu
{

constexpr size_t guard_bytes = 4 << 10;

struct fiber {
    void *stack = nullptr; /* its lowest address; NULL for the host's */
    void (*body)() = nullptr;
#ifdef EMU_PORTABLE_SWITCH
    ucontext_t context{};
#else
    void *top = nullptr; /* of the stack, while another fiber runs */
#endif
    fiber *older = nullptr; /* the one created before */
    /* What the address sanitizer wants to know of a stack. */
    void *fake_stack = nullptr;
    const void *bottom = nullptr;
    size_t size = 0;
};

static fiber host, *running = &host, *previous;
static std::vector<fiber *> unused;
static fiber *youngest; /* fibers live to the end of the program; this keeps them from looking like a leak */

static void before_switch(fiber *to)
{
    previous = running;
    running = to;
#ifdef EMU_ASAN
    __sanitizer_start_switch_fiber(&previous->fake_stack, to->bottom, to->size);
#endif
}

static void after_switch()
{
#ifdef EMU_ASAN
    __sanitizer_finish_switch_fiber(running->fake_stack, &previous->bottom, &previous->size);
#endif
}

static void enter()
{
    after_switch();
    running->body();
    abort();
}

#ifdef EMU_PORTABLE_SWITCH

static void prepare(fiber *f)
{
    getcontext(&f->context);
    f->context.uc_stack.ss_sp = f->stack;
    f->context.uc_stack.ss_size = stack_bytes;
    f->context.uc_link = nullptr;
    makecontext(&f->context, enter, 0);
}

static void swap(fiber *from, fiber *to)
{
    swapcontext(&from->context, &to->context);
}

#else

/* Callee-saved registers are pushed on the old stack and popped from the new one. swapcontext also saves
 * the signal mask, with two system calls per switch, and is twenty times as slow. */
extern "C" void emu_switch_stack(void **old_top, void *new_top);
__asm__(".text\n"
        ".globl emu_switch_stack\n"
        ".hidden emu_switch_stack\n"
        ".type emu_switch_stack, @function\n"
        "emu_switch_stack:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size emu_switch_stack, .-emu_switch_stack\n");

/* A stack as if emu_switch_stack had been called at the start of `enter`: six registers, where to return to,
 * and an empty word in place of enter's own caller, which also gives the alignment that a call leaves. */
static void prepare(fiber *f)
{
    void **end = reinterpret_cast<void **>(static_cast<char *>(f->stack) + stack_bytes);
    for (int i = 1; i <= 8; i++)
        end[-i] = nullptr;
    end[-2] = reinterpret_cast<void *>(enter);
    f->top = end - 8;
}

static void swap(fiber *from, fiber *to)
{
    emu_switch_stack(&from->top, to->top);
}

#endif

/* A guard page below the stack detects overflows. */
static fiber *create()
{
    void *memory = mmap(nullptr, guard_bytes + stack_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, guard_bytes, PROT_NONE) != 0) {
        fprintf(stderr, "emu: no memory for the stack of another thread\n");
        abort();
    }
    fiber *f = new fiber;
    f->stack = static_cast<char *>(memory) + guard_bytes;
    f->bottom = f->stack;
    f->size = stack_bytes;
    f->older = youngest;
    youngest = f;
    return f;
}

fiber *host_fiber()
{
    return &host;
}

fiber *take_fiber(void (*body)())
{
    if (unused.empty())
        unused.push_back(create());
    fiber *f = unused.back();
    unused.pop_back();
    if (f->body != body) {
        f->body = body;
        prepare(f);
    }
    return f;
}

void give_fiber(fiber *f)
{
    unused.push_back(f);
}

void abandon_fiber(fiber *f)
{
#ifdef EMU_ASAN
    __asan_unpoison_memory_region(f->stack, stack_bytes);
    f->fake_stack = nullptr;
#endif
    f->body = nullptr;
    unused.push_back(f);
}

void switch_to(fiber *to)
{
    fiber *from = running;
    before_switch(to);
    swap(from, to);
    after_switch();
}

} // namespace emu
