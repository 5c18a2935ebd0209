#include "shared.h"

#include <cstdlib>
#include <cstring>

namespace emu
{

static constexpr int poison = 0xff; /* a NaN in f32 and f64, -1 in integers */

void shared_memory::begin(size_t dynamic_bytes)
{
    arrays_.clear();
    dynamic_bytes_ = dynamic_bytes;
    if (dynamic_bytes == 0)
        return;
    dynamic_ = malloc(dynamic_bytes); /* a separate block, so that a sanitizer detects overruns */
    if (dynamic_ == nullptr)
        abort();
    memset(dynamic_, poison, dynamic_bytes);
    races::add_memory(dynamic_, dynamic_bytes);
}

void shared_memory::end()
{
    for (const shared_array &a : arrays_)
        races::remove_memory(a.memory);
    arrays_.clear();
    if (dynamic_ != nullptr)
        races::remove_memory(dynamic_);
    free(dynamic_);
    dynamic_ = nullptr;
    dynamic_bytes_ = 0;
}

void shared_memory::note(void *memory, size_t bytes)
{
    for (const shared_array &a : arrays_)
        if (a.memory == memory)
            return;
    arrays_.push_back({memory, bytes, {}, {}});
    memset(memory, poison, bytes);
    races::add_memory(memory, bytes);
}

void shared_memory::swap_out()
{
    for (shared_array &a : arrays_) {
        const unsigned char *bytes = static_cast<const unsigned char *>(a.memory);
        a.saved.assign(bytes, bytes + a.bytes);
        races::save_memory(a.memory, &a.cells);
    }
}

void shared_memory::swap_in()
{
    for (const shared_array &a : arrays_) {
        memcpy(a.memory, a.saved.data(), a.bytes);
        races::restore_memory(a.memory, a.cells);
    }
}

size_t shared_memory::bytes() const
{
    size_t sum = dynamic_bytes_;
    for (const shared_array &a : arrays_)
        sum += a.bytes;
    return sum;
}

} // namespace emu
